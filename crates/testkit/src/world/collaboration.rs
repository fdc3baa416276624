//! Collections of events and clusters, discussions, graphs that people kept.
use super::people::NOW;
use super::{Chance, Size, World};
use entente_db::{DbError, Tx};
use entente_model::administration::EventGraph;
use entente_model::collection::{Collection, CollectionElement, CollectionKind, ElementKind};
use entente_model::discussion::{Post, Thread};
use entente_model::id::{LabelId, SharingGroupId, UserId};
use entente_policy::LabelFacts;
use uuid::Uuid;

/// A collection with what it says about its readers.
pub struct Gathering {
    /// The row.
    pub row: Collection,
    /// Who holds and who made it, and its level.
    pub facts: LabelFacts,
    /// What is in it, by id.
    pub elements: Vec<CollectionElement>,
}

/// A thread with what is said in it.
pub struct Discussion {
    /// The row.
    pub row: Thread,
    /// Of a thread of its own: who began it, and its level.
    pub facts: Option<LabelFacts>,
    /// Posts by id.
    pub posts: Vec<Post>,
}

pub(super) fn add(
    world: &mut World,
    tx: &mut Tx<'_>,
    chance: &mut Chance,
    size: &Size,
) -> Result<(), DbError> {
    for at in 0..size.collaboration {
        add_collection(world, tx, chance, at)?;
        add_discussion(world, tx, chance, at)?;
        add_graph(world, tx, chance)?;
    }
    Ok(())
}

fn add_collection(world: &mut World, tx: &mut Tx<'_>, chance: &mut Chance, at: usize) -> Result<(), DbError> {
    let (distribution, sharing_group, link) = world.pick_link(chance, false);
    let (owner, creator) = (
        chance.pick(&world.people.orgs).clone(),
        chance.pick(&world.people.orgs).clone(),
    );
    let mut facts = LabelFacts::event(owner.uuid, creator.uuid, link);
    facts.published = true;
    let mut row = Collection {
        id: 0,
        uuid: chance.uuid(),
        org: owner.id,
        orgc: creator.id,
        user: UserId(1),
        created: NOW,
        modified: NOW,
        distribution,
        sharing_group,
        name: format!("Collection {at}"),
        kind: CollectionKind::Campaign,
        description: "Gilt".to_owned(),
        label: world.intern(tx, facts.clone())?,
    };
    row.id = entente_store::collection::insert(tx, &row)?;
    let mut elements: Vec<CollectionElement> = Vec::new();
    for _ in 0..chance.below(6) {
        let (kind, element) = pick_element(world, chance);
        if elements.iter().any(|known| known.element == element) {
            continue;
        }
        let mut element = CollectionElement {
            id: 0,
            uuid: chance.uuid(),
            collection: row.id,
            element,
            kind,
            description: "Gilt".to_owned(),
        };
        element.id = entente_store::collection::insert_element(tx, &element)?;
        elements.push(element);
    }
    world.collections.push(Gathering { row, facts, elements });
    Ok(())
}

/// Mostly something that is here; sometimes it is said to be the other kind.
fn pick_element(world: &World, chance: &mut Chance) -> (ElementKind, Uuid) {
    let (kind, uuid) = if chance.one_in(3) && !world.clusters.is_empty() {
        (ElementKind::GalaxyCluster, chance.pick(&world.clusters).row.uuid)
    } else {
        (ElementKind::Event, chance.pick(&world.events).uuid)
    };
    if chance.one_in(10) {
        (*chance.pick(&ElementKind::ALL), uuid)
    } else if chance.one_in(10) {
        (kind, chance.uuid())
    } else {
        (kind, uuid)
    }
}

fn add_discussion(world: &mut World, tx: &mut Tx<'_>, chance: &mut Chance, at: usize) -> Result<(), DbError> {
    let org = chance.pick(&world.people.orgs).clone();
    let (distribution, sharing_group, link) = world.pick_link(chance, false);
    let event = chance.pick(&world.events).clone();
    let taken = world
        .discussions
        .iter()
        .any(|other| other.row.event == Some(event.id));
    let event = (!taken && chance.one_in(2)).then_some(event);
    let mut row = Thread {
        id: 0,
        title: format!("Thread {at}"),
        event: event.as_ref().map(|event| event.id),
        distribution: event.as_ref().map_or(distribution, |event| event.distribution),
        sharing_group: if event.is_some() {
            SharingGroupId::NONE
        } else {
            sharing_group
        },
        user: UserId(1),
        org: org.id,
        post_count: 0,
        created: NOW - chance.between(0, 40) * 86_400,
        modified: NOW,
        label: None,
    };
    let facts = event.is_none().then(|| {
        let mut facts = LabelFacts::event(org.uuid, org.uuid, link);
        facts.published = true;
        facts
    });
    row.label = own_label(world, tx, facts.clone())?;
    row.id = entente_store::discussion::insert(tx, &row)?;
    let mut posts = Vec::new();
    for _ in 0..chance.below(4) {
        let mut post = Post {
            id: 0,
            thread: row.id,
            reply_to: 0,
            user: UserId(1),
            org: chance.pick(&world.people.orgs).id,
            contents: "Gilt".to_owned(),
            created: NOW - chance.between(0, 40) * 86_400,
            modified: NOW,
        };
        post.id = entente_store::discussion::insert_post(tx, &post)?;
        posts.push(post);
    }
    row.post_count = entente_store::discussion::settle(tx, row.id, NOW)?;
    world.discussions.push(Discussion { row, facts, posts });
    Ok(())
}

fn own_label(
    world: &mut World,
    tx: &mut Tx<'_>,
    facts: Option<LabelFacts>,
) -> Result<Option<LabelId>, DbError> {
    facts.map(|facts| world.intern(tx, facts)).transpose()
}

fn add_graph(world: &mut World, tx: &mut Tx<'_>, chance: &mut Chance) -> Result<(), DbError> {
    let mut graph = EventGraph {
        id: 0,
        event: chance.pick(&world.events).id,
        user: UserId(1),
        org: chance.pick(&world.people.orgs).id,
        timestamp: NOW,
        name: "Gilt".to_owned(),
        network: "{}".to_owned(),
        preview: None,
    };
    graph.id = entente_store::event_graph::insert(tx, &graph)?;
    world.graphs.push(graph);
    Ok(())
}
