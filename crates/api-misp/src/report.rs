//! Event reports. spec: 03#7, 08#2
use crate::analyst::DirectoryNames;
use crate::answer::Answer;
use crate::call::{Call, truthy};
use crate::event::render::org_view;
use crate::failure::Failure;
use crate::routes::{Outcome, routes};
use crate::save;
use entente_engine::report::{self, Filter};
use entente_engine::{Ctx, Error, Result};
use entente_http::Spool;
use entente_misp::write::{self, JsonWriter, ReportEvent};
use entente_misp::{analyst as annotations, read};
use entente_model::analyst::ObjectType;
use entente_model::event::Event;
use entente_model::id::{ElementId, Ref};
use entente_model::report::Report;
use entente_model::search::Pattern;

routes! {
    "eventreports": {
        "add" => add,
        "view" => view,
        "index" => index,
        "edit" => edit,
        "delete" => delete,
        "restore" => restore,
    }
}

fn refused(action: &str, call: &Call, error: Error) -> Failure {
    let url = format!("/eventReports/{action}/{}", call.arg(0).unwrap_or_default());
    save::invalid(action, "Event Report", url)(error)
}

async fn shown(call: &Call, id: ElementId) -> Outcome {
    let body = call
        .read(move |ctx| {
            let (report, event) = report::visible(ctx, Some(Ref::Id(id.0)))?;
            let mut out = Vec::new();
            render(ctx, &report, &event, &mut out)?;
            Ok(out)
        })
        .await?;
    Ok(Answer::rendered_json(body))
}

/// A report that the caller sees, with its event, annotations and the relationships that point at it.
fn render(ctx: &mut Ctx<'_, '_>, report: &Report, event: &Event, out: &mut Vec<u8>) -> Result<()> {
    let about = (ObjectType::EventReport, report.uuid);
    let nodes = entente_engine::analyst::of_objects(ctx, &[about])?
        .remove(&about)
        .unwrap_or_default();
    let inbound = entente_engine::analyst::inbound(ctx, &[about])?;
    let names = DirectoryNames::of(ctx);
    let lists = annotations::lists(&nodes, &names);
    let more: Vec<(&'static str, &[u8])> = lists.iter().map(|(key, json)| (*key, json.as_slice())).collect();
    let inbound = annotations::inbound(&inbound, &names);
    let group = entente_engine::event::view::group(ctx, report.sharing_group).map(|group| {
        let mut rendered = Vec::new();
        let mut json = JsonWriter::new(&mut rendered);
        json.begin_map();
        json.key("id").id(group.id.0);
        json.key("name").text(&group.name);
        json.key("uuid").uuid(group.uuid);
        json.end_map();
        rendered
    });
    let of = ReportEvent {
        event,
        org: org_view(ctx.directory.org(event.org), event.org),
        orgc: org_view(ctx.directory.org(event.orgc), event.orgc),
    };
    write::report_answer(out, report, &of, group.as_deref(), &more, Some(&inbound));
    Ok(())
}

async fn add(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let draft = read::report(call.body.reader()?)?;
    let target = call.reference(0);
    let id = call
        .write(move |ctx| report::add(ctx, target, &draft))
        .await
        .map_err(|error| refused("add", &call, error))?;
    shown(&call, id).await
}

async fn edit(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let draft = read::report(call.body.reader()?)?;
    let target = call.reference(0);
    let id = call
        .write(move |ctx| report::edit(ctx, target, &draft))
        .await
        .map_err(|error| refused("edit", &call, error))?;
    shown(&call, id).await
}

async fn view(call: Call) -> Outcome {
    let target = call.reference(0);
    let (report, _) = call.read(move |ctx| report::visible(ctx, target)).await?;
    shown(&call, report.id).await
}

async fn delete(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let body = call.json_map("EventReport")?;
    let in_body = body.get("hard").is_some_and(crate::event::options::json_truthy);
    let hard = in_body || call.arg(1).is_some_and(truthy) || call.flag("hard");
    let target = call.reference(0);
    call.write(move |ctx| report::delete(ctx, target, hard)).await?;
    let named = call.arg(0).unwrap_or_default();
    let how = if hard { "hard" } else { "soft" };
    let url = format!("/eventReports/delete/{named}");
    Ok(Answer::success(
        &format!("Event Report {named} {how} deleted"),
        &url,
        Some(named),
    ))
}

async fn restore(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let target = call.reference(0);
    call.write(move |ctx| report::restore(ctx, target)).await?;
    let named = call.arg(0).unwrap_or_default();
    let url = format!("/eventReports/restore/{named}");
    Ok(Answer::success(
        &format!("Event Report {named} restored"),
        &url,
        Some(named),
    ))
}

/// A parameter of the index from path, query or body.
fn parameter(call: &Call, body: &serde_json::Map<String, serde_json::Value>, name: &str) -> Option<String> {
    read::field::text(body, name)
        .or_else(|| call.named(name).map(str::to_owned))
        .filter(|text| !text.is_empty())
}

async fn index(call: Call) -> Outcome {
    let body = call.json_map("EventReport")?;
    let event = parameter(&call, &body, "event_id");
    let value = parameter(&call, &body, "value");
    let extended = parameter(&call, &body, "extended_event").is_some_and(|text| truthy(&text));
    let deleted = match parameter(&call, &body, "context").as_deref() {
        Some("all") => None,
        Some("deleted") => Some(true),
        _ => Some(false),
    };
    let spooled = call
        .read(move |ctx| {
            let mut filter = Filter {
                deleted,
                ..Filter::default()
            };
            if let Some(event) = &event {
                let event = ctx.visible_event(Ref::parse(event), "Invalid event")?;
                let mut events = vec![event.id];
                if extended {
                    events.extend(
                        entente_engine::event::view::extending(ctx, &event)?
                            .iter()
                            .map(|event| event.id),
                    );
                }
                filter.events = Some(events);
            }
            let named = value.as_deref().and_then(Ref::parse);
            filter.text = value
                .as_deref()
                .filter(|_| named.is_none())
                .map(Pattern::containing);
            let mut spool = Spool::default();
            spool.buffer().push(b'[');
            let mut first = true;
            let mut put = |ctx: &mut Ctx<'_, '_>, report: &Report, event: &Event| {
                if !std::mem::replace(&mut first, false) {
                    spool.buffer().push(b',');
                }
                render(ctx, report, event, spool.buffer())?;
                Ok(spool.settle()?)
            };
            if let Some(named) = named {
                match report::visible(ctx, Some(named)) {
                    Ok((report, event)) if deleted.is_none_or(|deleted| deleted == report.deleted) => {
                        put(ctx, &report, &event)?;
                    }
                    Ok(_) | Err(Error::NotFound(_)) => {}
                    Err(error) => return Err(error),
                }
            } else {
                report::each(ctx, &filter, put)?;
            }
            spool.buffer().push(b']');
            Ok(spool.finish()?)
        })
        .await?;
    Ok(Answer::spooled_json(spooled))
}
