//! Event reports. spec: 03#7, 08#2
mod compose;
mod extract;
pub(crate) mod needed;
pub(crate) mod search;

use crate::analyst::DirectoryNames;
use crate::answer::Answer;
use crate::call::{Call, truthy};
use crate::criteria::Criteria;
use crate::event::render::org_view;
use crate::failure::Failure;
use crate::routes::{Outcome, routes};
use crate::save;
use entente_engine::log::Term;
use entente_engine::report::{self, Filter, Page};
use entente_engine::{Ctx, Error, Result};
use entente_http::Spool;
use entente_misp::write::{self, JsonWriter, ReportEvent};
use entente_misp::{analyst as annotations, read};
use entente_model::analyst::ObjectType;
use entente_model::draft::ReportDraft;
use entente_model::event::Event;
use entente_model::id::{ElementId, Ref};
use entente_model::report::Report;

routes! {
    "eventreports": {
        "add" => add,
        "view" => view,
        "index" => index,
        "edit" => edit,
        "delete" => delete,
        "restore" => restore,
        "viewsummary" => view,
        "getproxymispelements" => needed::elements,
        "extractfromreport" => extract::preview,
        "extractallfromreport" => extract::all,
        "undoextraction" => extract::undo,
        "replacesuggestioninreport" => extract::accept,
        "importreportfromurl" => extract::import,
        "reportfromevent" => compose::from_event,
        "restsearch" => search::rest,
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
pub(crate) fn render(ctx: &mut Ctx<'_, '_>, report: &Report, event: &Event, out: &mut Vec<u8>) -> Result<()> {
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
    added(&call, draft, "add").await
}

/// Adds a report to the event that the URL names.
async fn added(call: &Call, draft: ReportDraft, action: &'static str) -> Outcome {
    let target = call.reference(0);
    let id = call
        .write(move |ctx| report::add(ctx, target, &draft))
        .await
        .map_err(|error| refused(action, call, error))?;
    shown(call, id).await
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

/// `/eventReports/index` with `event_id`, `value`, `context`, `extended_event`.
async fn index(call: Call) -> Outcome {
    let criteria = Criteria::of(&call, "EventReport")?;
    let event = criteria.text("event_id");
    let value = criteria.text("value");
    let extended = criteria.text("extended_event").is_some_and(|text| truthy(&text));
    let deleted = match criteria.text("context").as_deref() {
        Some("all") => None,
        Some("deleted") => Some(true),
        _ => Some(false),
    };
    let mut filter = Filter {
        deleted,
        ..Filter::default()
    };
    match value.as_deref().map(|text| (text, Ref::parse(text))) {
        Some((_, Some(Ref::Id(id)))) => filter.ids = Some(vec![id]),
        Some((_, Some(Ref::Uuid(uuid)))) => filter.uuids = Some(vec![uuid]),
        Some((text, None)) => filter.anywhere = vec![Term::containing(text)],
        None => {}
    }
    let spooled = call
        .read(move |ctx| {
            if let Some(event) = &event {
                let event = ctx.visible_event(Ref::parse(event), "Invalid event")?;
                let mut events = vec![event.id.0];
                if extended {
                    let more = entente_engine::event::view::extending(ctx, &event)?;
                    events.extend(more.iter().map(|event| event.id.0));
                }
                filter.events = Some(events);
            }
            let mut spool = Spool::default();
            spool.buffer().push(b'[');
            listed(ctx, &filter, Page::default(), &mut spool)?;
            spool.buffer().push(b']');
            Ok(spool.finish()?)
        })
        .await?;
    Ok(Answer::spooled_json(spooled))
}

/// Renders reports one behind the other; answers how many.
fn listed(ctx: &mut Ctx<'_, '_>, filter: &Filter, page: Page, spool: &mut Spool) -> Result<i64> {
    let mut first = true;
    report::each(ctx, filter, page, |ctx, report, event| {
        if !std::mem::replace(&mut first, false) {
            spool.buffer().push(b',');
        }
        render(ctx, report, event, spool.buffer())?;
        Ok(spool.settle()?)
    })
}
