//! Proposals ("shadow attributes"). spec: 03#8, 08#3
use crate::answer::Answer;
use crate::call::{Call, truthy};
use crate::event::render::org_view;
use crate::failure::Failure;
use crate::routes::{Outcome, routes};
use crate::save;
use entente_engine::proposal::{self, Accepted, Edited, Filter};
use entente_engine::{Ctx, Error};
use entente_http::Spool;
use entente_misp::read;
use entente_misp::write::{self, ProposalShape, ProposalView};
use entente_model::id::{ElementId, Ref};
use entente_model::proposal::Proposal;
use entente_model::search::Pattern;
use serde_json::json;

routes! {
    "shadowattributes": {
        "add" => add,
        "edit" => edit,
        "delete" => delete,
        "accept" => accept,
        "discard" => discard,
        "acceptselected" => accept_selected,
        "discardselected" => discard_selected,
        "view" => view,
        "index" => index,
    }
}

fn refused(action: &str, call: &Call, error: Error) -> Failure {
    let url = format!("/shadow_attributes/{action}/{}", call.arg(0).unwrap_or_default());
    save::invalid(action, "ShadowAttribute", url)(error)
}

/// The proposer's address is for the event's owners, its own organisation and site administrators.
fn view_of<'p>(ctx: &'p Ctx<'_, '_>, proposal: &'p Proposal) -> ProposalView<'p> {
    let own = ctx.actor.org_id();
    ProposalView {
        proposal,
        org: Some(org_view(ctx.directory.org(proposal.org), proposal.org)),
        warnings: None,
        show_email: proposal.event_org == own || proposal.org == own || ctx.actor.is_site_admin(),
    }
}

fn render(ctx: &Ctx<'_, '_>, proposal: &Proposal, shape: ProposalShape, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"ShadowAttribute\":");
    write::proposal(out, &view_of(ctx, proposal), shape);
    out.push(b'}');
}

async fn shown(call: &Call, id: ElementId) -> Outcome {
    let body = call
        .read(move |ctx| {
            let (proposal, _) = proposal::visible(ctx, Some(Ref::Id(id.0)))?;
            let mut out = Vec::new();
            render(ctx, &proposal, ProposalShape::Answer, &mut out);
            Ok(out)
        })
        .await?;
    Ok(Answer::rendered_json(body))
}

async fn add(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let draft = read::proposal(call.body.reader()?)?.attribute;
    let target = call.reference(0);
    let id = call
        .write(move |ctx| proposal::add(ctx, target, draft.clone()))
        .await
        .map_err(|error| refused("add", &call, error))?;
    shown(&call, id).await
}

async fn edit(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let draft = read::proposal(call.body.reader()?)?.attribute;
    let target = call.reference(0);
    let edited = call
        .write(move |ctx| proposal::edit(ctx, target, &draft))
        .await
        .map_err(|error| refused("edit", &call, error))?;
    match edited {
        Edited::Proposal(id) => shown(&call, id).await,
        Edited::NothingGiven => Err(Failure::not_allowed(
            "Nothing to change: give at least one field of the attribute.",
        )),
    }
}

async fn delete(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let target = call.reference(0);
    call.write(move |ctx| proposal::delete(ctx, target)).await?;
    Ok(Answer::json(&json!({
        "saved": true,
        "success": "The proposal to delete the attribute has been saved",
    })))
}

/// Unknown, hidden and foreign proposals are all 405. spec: 03#8
fn undecided(action: &str, call: &Call, error: Error) -> Failure {
    match error {
        Error::NotFound(_) => Failure::not_allowed("Invalid proposal or not authorised."),
        other => refused(action, call, other),
    }
}

fn decided(call: &Call, action: &str, message: &str) -> Answer {
    let url = format!("/shadow_attributes/{action}/{}", call.arg(0).unwrap_or_default());
    Answer::json(&json!({ "name": message, "message": message, "url": url }))
}

async fn accept(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let target = call.reference(0);
    let (accepted, _) = call
        .write(move |ctx| proposal::accept(ctx, target))
        .await
        .map_err(|error| undecided("accept", &call, error))?;
    let message = match accepted {
        Accepted::Added => "Proposal accepted.",
        Accepted::Changed => "Proposed change accepted.",
    };
    Ok(decided(&call, "accept", message))
}

async fn discard(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let target = call.reference(0);
    call.write(move |ctx| proposal::discard(ctx, target))
        .await
        .map_err(|error| undecided("discard", &call, error))?;
    Ok(decided(&call, "discard", "Proposal discarded."))
}

/// The proposals that a body selects; one that is no id fails the whole request.
fn selected(call: &Call, key: &str) -> Result<Vec<Ref>, Failure> {
    let body = call.json_map("ShadowAttribute")?;
    let named = read::field::ids(&body, key).unwrap_or_default();
    let all: Option<Vec<Ref>> = named.into_iter().collect();
    all.filter(|all| !all.is_empty())
        .ok_or_else(|| Failure::bad_request(format!("{key} takes a list of proposals.")))
}

async fn accept_selected(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let (target, proposals) = (call.reference(0), selected(&call, "ids_accept")?);
    let count = proposals.len();
    call.write(move |ctx| proposal::accept_selected(ctx, target, &proposals))
        .await
        .map_err(|error| refused("acceptSelected", &call, error))?;
    Ok(decided(
        &call,
        "acceptSelected",
        &format!("{count} proposal(s) accepted."),
    ))
}

async fn discard_selected(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let (target, proposals) = (call.reference(0), selected(&call, "ids_discard")?);
    let count = proposals.len();
    call.write(move |ctx| proposal::discard_selected(ctx, target, &proposals))
        .await
        .map_err(|error| refused("discardSelected", &call, error))?;
    Ok(decided(
        &call,
        "discardSelected",
        &format!("{count} proposal(s) discarded."),
    ))
}

async fn view(call: Call) -> Outcome {
    let target = call.reference(0);
    let (proposal, _) = call.read(move |ctx| proposal::visible(ctx, target)).await?;
    shown(&call, proposal.id).await
}

/// Open, decided or both, from `deleted:0`, `deleted:1`, `deleted[]:0/deleted[]:1`.
fn deletion(call: &Call) -> Option<bool> {
    let mut given = call
        .target
        .named
        .iter()
        .filter(|(key, _)| key == "deleted" || key == "deleted[]")
        .map(|(_, value)| truthy(value));
    let first = given.next()?;
    given.all(|other| other == first).then_some(first)
}

/// `GET /shadowAttributes/index[/<event>]`.
async fn index(call: Call) -> Outcome {
    let event = call.arg(0).map(Ref::parse);
    let mine = call.named("all").is_some_and(|all| !truthy(all));
    let number = |name: &str| {
        call.named(name)
            .and_then(|text| text.trim().parse::<usize>().ok())
    };
    let limit = number("limit").filter(|limit| *limit > 0);
    let skip = limit.map_or(0, |limit| {
        limit.saturating_mul(number("page").unwrap_or(1).max(1) - 1)
    });
    let now = call.app.now();
    let mut filter = Filter {
        event_creator: mine.then(|| call.actor.org_id()),
        deleted: deletion(&call),
        since: call
            .named("timestamp")
            .map(|text| entente_model::time::filter_time(text, now)),
        text: call
            .named("searchall")
            .filter(|text| !text.is_empty())
            .map(Pattern::containing),
        event: None,
    };
    let spooled = call
        .read(move |ctx| {
            if let Some(event) = event {
                filter.event = Some(ctx.visible_event(event, "Invalid event")?.id);
            }
            let mut spool = Spool::default();
            spool.buffer().push(b'[');
            let mut seen = 0_usize;
            let last = limit.map_or(usize::MAX, |limit| skip.saturating_add(limit));
            proposal::each(ctx, &filter, |ctx, proposal| {
                seen += 1;
                if seen > skip && seen <= last {
                    if seen > skip + 1 {
                        spool.buffer().push(b',');
                    }
                    render(ctx, proposal, ProposalShape::Index, spool.buffer());
                    spool.settle()?;
                }
                Ok(if seen >= last {
                    std::ops::ControlFlow::Break(())
                } else {
                    std::ops::ControlFlow::Continue(())
                })
            })?;
            spool.buffer().push(b']');
            Ok(spool.finish()?)
        })
        .await?;
    Ok(Answer::spooled_json(spooled))
}
