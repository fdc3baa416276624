//! The log: rows about what the caller does not see are not there, nor do they count. spec: 11#SR-AD-4
use crate::Look;
use entente_db::Tx;
use entente_engine::log::{self, LogQuery, Page};
use entente_engine::{Ctx, Result};
use entente_model::administration::LogRow;
use entente_model::id::{ElementId, EventId, Ref};
use entente_policy::Permission;
use entente_testkit::world::{Chance, World};
use std::ops::ControlFlow;

/// What rows of the log are about.
const ELEMENTS: [&str; 5] = [
    "Attribute",
    "Object",
    "EventReport",
    "ObjectReference",
    "ShadowAttribute",
];

/// One row about everything, written by users of any organisation, and some about what is gone.
pub fn write(tx: &mut Tx<'_>, world: &World) -> Result<()> {
    let mut chance = Chance::new(3);
    let mut about: Vec<(String, i64)> = Vec::new();
    let mut add = |model: &str, ids: Vec<i64>| about.extend(ids.into_iter().map(|id| (model.to_owned(), id)));
    add("Event", world.events.iter().map(|row| row.id.0).collect());
    add("Attribute", world.attributes.iter().map(|row| row.id.0).collect());
    add("Object", world.objects.iter().map(|row| row.id.0).collect());
    add("EventReport", world.reports.iter().map(|row| row.id.0).collect());
    add(
        "ObjectReference",
        world.references.iter().map(|row| row.id.0).collect(),
    );
    add(
        "ShadowAttribute",
        world.proposals.iter().map(|row| row.id.0).collect(),
    );
    add("Sighting", world.sightings.iter().map(|row| row.id).collect());
    add("Note", world.annotations.iter().map(|row| row.id).collect());
    add(
        "GalaxyCluster",
        world.clusters.iter().map(|cluster| cluster.row.id).collect(),
    );
    add(
        "Collection",
        world.collections.iter().map(|one| one.row.id).collect(),
    );
    let posts = world.discussions.iter().flat_map(|one| &one.posts);
    add("Post", posts.map(|post| post.id).collect());
    add("EventGraph", world.graphs.iter().map(|graph| graph.id).collect());
    add("User", vec![1, 2]);
    let gone = world
        .events
        .iter()
        .map(|event| ElementId::new(event.id, 998).unwrap().0);
    add("Attribute", gone.collect());
    add("Event", vec![9_999_999]);
    for (model, model_id) in about {
        let org = chance.pick(&world.people.orgs);
        let row = LogRow {
            id: 0,
            title: "Gilt".to_owned(),
            created: 1,
            model,
            model_id,
            action: "edit".to_owned(),
            user: i64::try_from(chance.below(20)).unwrap(),
            change: Some("Gilt".to_owned()),
            email: "somebody@example.org".to_owned(),
            org: org.name.clone(),
            description: None,
            ip: "192.0.2.1".to_owned(),
        };
        entente_store::journal::log(tx, &row)?;
    }
    Ok(())
}

/// Whether the thing that a row is about is seen; nothing when it is not here.
fn seen(look: &Look<'_>, model: &str, id: i64) -> Option<bool> {
    let world = look.world;
    let element = ElementId(id);
    match model {
        "Event" => world
            .events
            .iter()
            .find(|row| row.id.0 == id)
            .map(|row| look.oracle.event(row)),
        "Attribute" => world.attribute(element).map(|row| look.oracle.attribute(row)),
        "Object" => world.object(element).map(|row| look.oracle.object(row)),
        "EventReport" => world
            .reports_of(element.event())
            .iter()
            .find(|row| row.id == element)
            .map(|row| look.oracle.report(row)),
        "ObjectReference" => world
            .references
            .binary_search_by_key(&element, |row| row.id)
            .ok()
            .map(|at| &world.references[at])
            .and_then(|row| world.object(row.object))
            .map(|row| look.oracle.object(row)),
        "ShadowAttribute" => {
            let row = world
                .proposals_of(element.event())
                .iter()
                .find(|row| row.id == element)?;
            let gone = !row.old.is_none() && world.attribute(row.old).is_none();
            // The row of the log says no more than that there was one.
            Some(look.oracle.event_no(row.id.event()) && (gone || look.oracle.proposal(row)))
        }
        "Sighting" => {
            let row = &world.sightings[world.sightings.binary_search_by_key(&id, |row| row.id).ok()?];
            Some(look.oracle.attribute_id(row.attribute))
        }
        "Note" => {
            let row = &world.annotations[world.annotations.binary_search_by_key(&id, |row| row.id).ok()?];
            Some(look.oracle.annotation_level(row))
        }
        "GalaxyCluster" => {
            let cluster = world.cluster(id)?;
            Some(look.oracle.cluster(cluster))
        }
        "Collection" => {
            let mut all = world.collections.iter();
            let one = all.find(|one| one.row.id == id)?;
            Some(look.oracle.collection(one))
        }
        "Post" => {
            let mut all = world.discussions.iter();
            let one = all.find(|one| one.posts.iter().any(|post| post.id == id))?;
            Some(look.oracle.discussion(one))
        }
        "EventGraph" => {
            let graph = world.graphs.iter().find(|graph| graph.id == id)?;
            Some(look.oracle.event_no(graph.event))
        }
        _ => None,
    }
}

pub fn check(ctx: &mut Ctx<'_, '_>, look: &Look<'_>) {
    if look.sample.0 == 0 {
        everything(ctx, look);
    }
    for event in look.sampled(&look.world.events) {
        of_event(ctx, look, event.id);
    }
}

fn rows(ctx: &mut Ctx<'_, '_>, page: Option<Page>) -> Vec<LogRow> {
    let mut found = Vec::new();
    let query = LogQuery {
        page,
        ..LogQuery::default()
    };
    log::search(ctx, query, |row| {
        found.push(row);
        Ok(ControlFlow::Continue(()))
    })
    .unwrap();
    found
}

/// All rows, with as much of them as decides who reads them.
pub fn stored(tx: &mut Tx<'_>) -> Result<Vec<LogRow>> {
    tx.all(
        "SELECT id, model, model_id, user_id, org FROM log ORDER BY id",
        &[],
        |row| {
            Ok(LogRow {
                id: row.get_int(0)?,
                model: row.get_string(1)?,
                model_id: row.get_int(2)?,
                user: row.get_int(3)?,
                org: row.get_string(4)?,
                title: String::new(),
                created: 0,
                action: String::new(),
                change: None,
                email: String::new(),
                description: None,
                ip: String::new(),
            })
        },
    )
}

fn everything(ctx: &mut Ctx<'_, '_>, look: &Look<'_>) {
    let viewer = &look.oracle.viewer;
    let actor = &look.caller.actor;
    let readable = |row: &LogRow| {
        if viewer.is_site_admin() {
            let in_event = ELEMENTS.contains(&row.model.as_str());
            let event = in_event.then(|| look.oracle.event_no(ElementId(row.model_id).event()));
            row.org == actor.org.name
                || seen(look, &row.model, row.model_id).unwrap_or(true) && event.unwrap_or(true)
        } else if viewer.has(Permission::Admin) {
            row.org == actor.org.name
        } else {
            row.user == actor.user_id().0
        }
    };
    let expected: Vec<i64> = look
        .log
        .iter()
        .filter(|row| readable(row))
        .map(|row| row.id)
        .collect();
    let found: Vec<i64> = rows(ctx, None).iter().map(|row| row.id).collect();
    look.same("log::search", &found, &expected);
    let limit = i64::try_from(expected.len() / 12 + 7).unwrap();
    let mut paged = Vec::new();
    for number in 1.. {
        let page = rows(ctx, Some(Page { limit, number }));
        if page.is_empty() {
            break;
        }
        paged.extend(page.iter().map(|row| row.id));
    }
    paged.reverse();
    look.same("log::search in pages", &paged, &expected);
}

fn of_event(ctx: &mut Ctx<'_, '_>, look: &Look<'_>, event: EventId) {
    let page = Page {
        limit: 10_000,
        number: 1,
    };
    let found = log::of_event(ctx, Some(Ref::Id(event.0)), page);
    if !look.oracle.event_no(event) {
        assert!(found.is_err(), "the log of a hidden event");
        return;
    }
    let mut found: Vec<i64> = found.unwrap().iter().map(|row| row.id).collect();
    found.reverse();
    let (own, row) = (look.caller.actor.org_id(), look.world.event(event));
    let holder = look.oracle.viewer.is_site_admin() || row.org == own;
    let maker = row.orgc == own;
    let readable = |row: &LogRow| {
        if row.model == "Event" {
            return row.model_id == event.0;
        }
        if !ELEMENTS.contains(&row.model.as_str()) || ElementId(row.model_id).event() != event {
            return false;
        }
        let written = row.org == look.caller.actor.org.name;
        (holder || maker) && (written || seen(look, &row.model, row.model_id).unwrap_or(holder))
    };
    let expected = look.log.iter().filter(|row| readable(row)).map(|row| row.id);
    look.same("log::of_event", &found, &expected.collect());
}
