//! Graphs of events that people arranged and kept for all who read the event. spec: 05#1.9
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::Entry;
use entente_model::id::{Ref, UserId};
pub use entente_store::event_graph::EventGraph;
use std::collections::HashMap;

/// Longest arrangement or picture in bytes.
const MAX_TEXT: usize = 4 << 20;
/// Longest name in bytes.
const MAX_NAME: usize = 255;
/// Most graphs of one event.
const MAX_GRAPHS: i64 = 100;

/// What a caller says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// What it is called.
    pub name: String,
    /// The arrangement.
    pub network: String,
    /// A small picture.
    pub preview: Option<String>,
}

/// A kept graph, with the address of who kept it for those who may know it.
pub type Kept = (EventGraph, Option<String>);

/// Those of an event, the newest first; or the one with this id.
///
/// # Errors
/// `NotFound` for an event that the caller does not see.
pub fn of_event(ctx: &mut Ctx<'_, '_>, event: Option<Ref>, only: Option<i64>) -> Result<Vec<Kept>> {
    let event = ctx.visible_event(event, "Invalid event")?;
    let mut graphs = entente_store::event_graph::of_event_unscoped(ctx.tx, event.id)?;
    graphs.retain(|graph| only.is_none_or(|id| graph.id == id));
    let mut known: Vec<i64> = graphs
        .iter()
        .filter(|graph| ctx.actor.is_site_admin() || graph.org == ctx.actor.org_id())
        .map(|graph| graph.user.0)
        .collect();
    known.sort_unstable();
    known.dedup();
    let emails: HashMap<UserId, String> = entente_store::account::by_ids(ctx.tx, &known)?
        .into_iter()
        .map(|user| (user.id, user.email))
        .collect();
    let with_email = |graph: EventGraph| {
        let own = known
            .contains(&graph.user.0)
            .then(|| emails.get(&graph.user).cloned());
        (graph, own.flatten())
    };
    Ok(graphs.into_iter().map(with_email).collect())
}

/// Keeps a graph of an event that the caller sees.
///
/// # Errors
/// `NotFound`; `Fields` for what does not fit; `Conflict` when there are too many.
pub fn add(ctx: &mut Ctx<'_, '_>, event: Option<Ref>, draft: &Draft) -> Result<i64> {
    let event = ctx.visible_event(event, "Invalid event")?;
    if !draft.network.trim_start().starts_with('{') || draft.network.len() > MAX_TEXT {
        return Err(Error::field(
            "network_json",
            format!("Send the graph as a JSON object of at most {MAX_TEXT} bytes."),
        ));
    }
    if draft.preview.as_ref().is_some_and(|preview| {
        preview.len() > MAX_TEXT || !(preview.is_empty() || preview.starts_with("data:image/"))
    }) {
        return Err(Error::field("preview_img", "Send the picture as a data URL."));
    }
    if draft.name.len() > MAX_NAME {
        return Err(Error::field("network_name", format!("At most {MAX_NAME} bytes.")));
    }
    if entente_store::event_graph::count(ctx.tx, event.id)? >= MAX_GRAPHS {
        return Err(Error::conflict(format!(
            "This event has {MAX_GRAPHS} graphs already."
        )));
    }
    let graph = EventGraph {
        id: 0,
        event: event.id,
        user: ctx.actor.user_id(),
        org: ctx.actor.org_id(),
        timestamp: ctx.now(),
        name: draft.name.clone(),
        network: draft.network.clone(),
        preview: draft.preview.clone(),
    };
    let id = entente_store::event_graph::insert(ctx.tx, &graph)?;
    log(ctx, "add", id, &graph)?;
    Ok(id)
}

/// Forgets a graph: its keeper does, an administrator of their organisation, a site administrator.
///
/// # Errors
/// `NotFound`, also for graphs of events that the caller does not see; `Denied`.
pub fn remove(ctx: &mut Ctx<'_, '_>, id: Option<i64>) -> Result<EventGraph> {
    let found = match id {
        Some(id) => entente_store::event_graph::find_unscoped(ctx.tx, id)?,
        None => None,
    };
    let graph = found.ok_or_else(invalid)?;
    ctx.visible_event(Some(Ref::Id(graph.event.0)), "Invalid event graph")?;
    let own = graph.user == ctx.actor.user_id()
        || graph.org == ctx.actor.org_id() && ctx.actor.can(entente_policy::Permission::Admin);
    if !own && !ctx.actor.is_site_admin() {
        return Err(Error::denied("Only those who kept the graph can delete it."));
    }
    entente_store::event_graph::delete(ctx.tx, graph.id)?;
    log(ctx, "delete", graph.id, &graph)?;
    Ok(graph)
}

fn invalid() -> Error {
    Error::not_found("Invalid event graph")
}

fn log(ctx: &mut Ctx<'_, '_>, action: &'static str, id: i64, graph: &EventGraph) -> Result<()> {
    ctx.log(&Entry {
        model: "EventGraph",
        id,
        action,
        title: format!("EventGraph ({id}) of event {}", graph.event.0),
        change: None,
        description: None,
    })
}
