//! From one thing to what it shares with others: `updateGraph`.
use super::MOST;
use crate::answer::Answer;
use crate::call::Call;
use crate::failure::Failure;
use crate::routes::Outcome;
use entente_engine::correlation::{self, RelatedEvents};
use entente_engine::event::view::{self, AttributeItem, Head, Options, TagOnItem};
use entente_engine::{Ctx, Result, galaxy, search};
use entente_misp::graph::{Pivot, Place};
use entente_model::attribute::Attribute;
use entente_model::event::Event;
use entente_model::id::{Ref, TagId};
use entente_model::search::{Lists, Named, Query, Subject, Term};
use entente_model::tag::Tag;
use serde_json::Value;
use std::sync::Arc;

/// Events that a tag or cluster leads to at most.
const EVENTS: i64 = 100;

/// `GET|POST /events/updateGraph/<id>[/<type>]`: what hangs on an event, attribute, object, tag or cluster.
pub async fn update(call: Call) -> Outcome {
    let target = call.reference(0);
    let kind = call.arg(1).unwrap_or("event").to_owned();
    let number = call.arg(0).and_then(|text| text.parse::<i64>().ok());
    let graph = match kind.as_str() {
        "event" => call.read(move |ctx| of_event(ctx, target)).await?,
        "attribute" => call.read(move |ctx| of_attribute(ctx, target)).await?,
        "object" => call.read(move |ctx| of_object(ctx, target)).await?,
        "tag" => call.read(move |ctx| of_tag(ctx, number)).await?,
        "galaxy" => call.read(move |ctx| of_cluster(ctx, target)).await?,
        _ => {
            return Err(Failure::bad_request(
                "The type is event, attribute, object, tag or galaxy.",
            ));
        }
    };
    Ok(Answer::json(&graph))
}

fn without_files() -> Options {
    Options {
        attachments: false,
        sightings: false,
        proposals: false,
        reports: false,
        analyst: false,
        ..Options::default()
    }
}

fn event_node(ctx: &Ctx<'_, '_>, graph: &mut Pivot, event: &Event, expanded: bool) -> Place {
    let org = ctx.directory.org(event.orgc).map_or("", |org| org.name.as_str());
    graph.event(event, org, expanded)
}

/// Tags, and clusters in their place where the caller sees them.
fn tag_nodes(ctx: &mut Ctx<'_, '_>, graph: &mut Pivot, tags: &[TagOnItem], on: Place) -> Result<()> {
    let clusters: Vec<Arc<Tag>> = tags
        .iter()
        .filter(|item| item.tag.is_galaxy)
        .map(|item| Arc::clone(&item.tag))
        .collect();
    let placed = galaxy::of_tags(ctx, &clusters)?;
    for item in tags {
        let node = match placed.get(&item.tag.id) {
            Some(placed) => graph.galaxy(&placed.galaxy, &placed.cluster),
            None => graph.tag(&item.tag),
        };
        graph.link(on, node);
    }
    Ok(())
}

/// The event, what is tagged on it, those of its attributes that correlate, and the events they lead to.
fn of_event(ctx: &mut Ctx<'_, '_>, target: Option<Ref>) -> Result<Value> {
    let head = view::head(ctx, target, without_files())?;
    let mut graph = Pivot::new(MOST);
    let center = event_node(ctx, &mut graph, &head.event, true);
    tag_nodes(ctx, &mut graph, &head.tags, center)?;
    let mut related = RelatedEvents::of(ctx, std::iter::once(&head.event))?;
    view::each_page(ctx, &head, |ctx, page| {
        correlating(ctx, &mut graph, &mut related, &head, &page, |graph, item| {
            let node = graph.attribute(&item.attribute);
            graph.link(center, node);
            node
        })
    })?;
    view::each_object(ctx, &head, |ctx, object| {
        correlating(
            ctx,
            &mut graph,
            &mut related,
            &head,
            &object.attributes,
            |graph, item| {
                let whole = graph.object(&object.object);
                graph.link(center, whole);
                let node = graph.attribute(&item.attribute);
                graph.link(whole, node);
                node
            },
        )
    })?;
    Ok(graph.into_json())
}

/// Adds those of some attributes of an event that correlate, with the events they lead to.
fn correlating(
    ctx: &mut Ctx<'_, '_>,
    graph: &mut Pivot,
    related: &mut RelatedEvents,
    head: &Head,
    items: &[AttributeItem],
    mut node: impl FnMut(&mut Pivot, &AttributeItem) -> Place,
) -> Result<()> {
    let attributes = items.iter().map(|item| &item.attribute);
    let links = related.links(ctx, head.event.id, attributes)?;
    for item in items {
        let Some(own) = links.get(&item.attribute.id).filter(|own| !own.links.is_empty()) else {
            continue;
        };
        let place = node(graph, item);
        for (_, _, event) in &own.links {
            let other = event_node(ctx, graph, event, false);
            graph.link(place, other);
        }
    }
    Ok(())
}

/// An attribute, its event, its tags, and the attributes of other events that correlate with it.
fn of_attribute(ctx: &mut Ctx<'_, '_>, target: Option<Ref>) -> Result<Value> {
    let (event, item) = view::attribute(ctx, target, without_files())?;
    let mut graph = Pivot::new(MOST);
    let center = graph.attribute(&item.attribute);
    let own = event_node(ctx, &mut graph, &event, false);
    graph.link(own, center);
    tag_nodes(ctx, &mut graph, &item.tags, center)?;
    leads_to(ctx, &mut graph, std::slice::from_ref(&item.attribute))?;
    Ok(graph.into_json())
}

/// Links attributes that are nodes already to the events of what they correlate with.
fn leads_to(ctx: &mut Ctx<'_, '_>, graph: &mut Pivot, attributes: &[Attribute]) -> Result<()> {
    let related = correlation::of_attributes(ctx, attributes)?;
    for attribute in attributes {
        let center = graph.attribute(attribute);
        for one in related.get(&attribute.id).into_iter().flatten() {
            let other = event_node(ctx, graph, &one.event, false);
            graph.link(center, other);
        }
    }
    Ok(())
}

/// An object, its event, its members, and the events these lead to.
fn of_object(ctx: &mut Ctx<'_, '_>, target: Option<Ref>) -> Result<Value> {
    let (event, item) = view::object(ctx, target, without_files())?;
    let mut graph = Pivot::new(MOST);
    let center = graph.object(&item.object);
    let own = event_node(ctx, &mut graph, &event, false);
    graph.link(own, center);
    for member in &item.attributes {
        let node = graph.attribute(&member.attribute);
        graph.link(center, node);
    }
    let members: Vec<Attribute> = item.attributes.into_iter().map(|item| item.attribute).collect();
    leads_to(ctx, &mut graph, &members)?;
    Ok(graph.into_json())
}

/// Events with a tag.
fn tagged(ctx: &mut Ctx<'_, '_>, graph: &mut Pivot, tag: TagId, center: Place) -> Result<()> {
    let mut query = Query::of(Subject::Event).with(Term::EventTags(Lists::one(Named::Id(tag.0))));
    query.page.limit = Some(EVENTS);
    let found = search::event_ids(ctx, &query)?;
    let numbers = search::page_of(&query, found);
    for event in search::events(ctx, &numbers)? {
        let other = event_node(ctx, graph, &event, false);
        graph.link(center, other);
    }
    Ok(())
}

fn of_tag(ctx: &mut Ctx<'_, '_>, number: Option<i64>) -> Result<Value> {
    let tag = number
        .and_then(|number| ctx.tags.get(TagId(number)).map(Arc::clone))
        .ok_or_else(|| entente_engine::Error::not_found("Invalid tag"))?;
    let mut graph = Pivot::new(MOST);
    let center = graph.tag(&tag);
    tagged(ctx, &mut graph, tag.id, center)?;
    Ok(graph.into_json())
}

fn of_cluster(ctx: &mut Ctx<'_, '_>, target: Option<Ref>) -> Result<Value> {
    let placed = galaxy::cluster(ctx, target)?;
    let mut graph = Pivot::new(MOST);
    let center = graph.galaxy(&placed.galaxy, &placed.cluster);
    let tag = ctx
        .tags
        .by_name(&placed.cluster.cluster.tag_name)
        .map(|tag| tag.id);
    if let Some(tag) = tag {
        tagged(ctx, &mut graph, tag, center)?;
    }
    Ok(graph.into_json())
}
