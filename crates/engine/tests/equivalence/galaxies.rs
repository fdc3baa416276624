//! Clusters of galaxies, their relations, and the tags that stand for them.
use crate::Look;
use entente_engine::galaxy::{self, ClusterFilter, Page, relation};
use entente_engine::{Class, Ctx};
use entente_model::id::Ref;
use entente_model::tag::Tag;
use entente_testkit::world::{Cluster, Relation};
use std::collections::BTreeSet;
use std::sync::Arc;

pub fn check(ctx: &mut Ctx<'_, '_>, look: &Look<'_>) {
    clusters(ctx, look);
    relations(ctx, look);
    tags(ctx, look);
}

fn relations_of(look: &Look<'_>, cluster: &Cluster) -> Vec<i64> {
    look.world
        .relations_of(cluster.row.id)
        .filter(|one| look.oracle.relation(one))
        .map(|one| one.row.id)
        .collect()
}

fn clusters(ctx: &mut Ctx<'_, '_>, look: &Look<'_>) {
    let world = look.world;
    let mut found = Vec::new();
    galaxy::each_cluster(ctx, &ClusterFilter::default(), Page::default(), |placed| {
        let relations = placed
            .cluster
            .relations
            .iter()
            .map(|row| row.id)
            .collect::<Vec<_>>();
        found.push((placed.cluster.cluster.id, relations));
        Ok(())
    })
    .unwrap();
    let seen = world
        .clusters
        .iter()
        .filter(|cluster| look.oracle.cluster(cluster));
    let expected = seen.map(|cluster| (cluster.row.id, relations_of(look, cluster)));
    look.same("galaxy::each_cluster", &found, &expected.collect());
    for cluster in look.sampled(&world.clusters) {
        let found = galaxy::cluster(ctx, Some(Ref::Uuid(cluster.row.uuid)));
        if look.oracle.cluster(cluster) {
            look.same(
                "galaxy::cluster",
                &found.unwrap().cluster.cluster.id,
                &cluster.row.id,
            );
            used(ctx, look, cluster);
        } else {
            assert_eq!(found.err().unwrap().class(), Class::NotFound);
        }
    }
}

/// How often the tag of a cluster is in use, and what points at the cluster.
fn used(ctx: &mut Ctx<'_, '_>, look: &Look<'_>, cluster: &Cluster) {
    let world = look.world;
    let tag = world.tag_named(&cluster.row.tag_name);
    let found = galaxy::tag_use(ctx, &cluster.row).unwrap();
    let expected = tag.map(|tag| {
        let events = world.event_tags.keys().filter(|(_, of)| *of == tag.id.0);
        let seen = events.filter(|(event, _)| look.oracle.event_no(entente_model::id::EventId(*event)));
        (tag.id, i64::try_from(seen.count()).unwrap())
    });
    look.same("galaxy::tag_use", &found, &expected);
    let found: Vec<i64> = relation::inbound(ctx, &cluster.row)
        .unwrap()
        .iter()
        .map(|row| row.id)
        .collect();
    let expected = world
        .relations_to(cluster.row.uuid)
        .filter(|one| look.oracle.relation(one))
        .map(|one| one.row.id);
    look.same("relation::inbound", &found, &expected.collect());
}

fn relations(ctx: &mut Ctx<'_, '_>, look: &Look<'_>) {
    let world = look.world;
    let target = |one: &Relation| {
        world
            .cluster(one.row.referenced)
            .is_some_and(|target| look.oracle.cluster(target))
    };
    let (mut found, mut after) = (Vec::new(), 0);
    loop {
        let (page, last) = relation::page(ctx, after, 5).unwrap();
        found.extend(page.iter().map(|ends| (ends.relation.id, ends.target.is_some())));
        let Some(last) = last else { break };
        after = last;
    }
    let seen = world.relations.iter().filter(|one| look.oracle.relation(one));
    look.same(
        "relation::page",
        &found,
        &seen.map(|one| (one.row.id, target(one))).collect(),
    );
    for one in look.sampled(&world.relations) {
        let found = relation::view(ctx, Some(one.row.id));
        if look.oracle.relation(one) {
            look.same("relation::view", &found.unwrap().relation.id, &one.row.id);
        } else {
            assert_eq!(found.err().unwrap().class(), Class::NotFound);
        }
    }
}

fn tags(ctx: &mut Ctx<'_, '_>, look: &Look<'_>) {
    let world = look.world;
    let all: Vec<Arc<Tag>> = ctx.tags.iter().cloned().collect();
    let found: BTreeSet<i64> = galaxy::of_tags(ctx, &all)
        .unwrap()
        .values()
        .map(|placed| placed.cluster.cluster.id)
        .collect();
    let tagged = world
        .clusters
        .iter()
        .filter(|cluster| world.tag_named(&cluster.row.tag_name).is_some());
    let seen = tagged.filter(|cluster| !cluster.row.deleted && look.oracle.cluster(cluster));
    look.same(
        "galaxy::of_tags",
        &found,
        &seen.map(|cluster| cluster.row.id).collect(),
    );
    let events: Vec<Ref> = world.events.iter().map(|event| Ref::Uuid(event.uuid)).collect();
    let found: BTreeSet<String> = galaxy::tag_keys_of_events(ctx, &events)
        .unwrap()
        .into_iter()
        .collect();
    let links = world
        .event_tags
        .keys()
        .filter(|(event, _)| look.oracle.event_no(entente_model::id::EventId(*event)));
    let names = links
        .filter_map(|(_, tag)| world.tag(*tag))
        .filter(|tag| tag.is_galaxy);
    look.same(
        "galaxy::tag_keys_of_events",
        &found,
        &names.map(|tag| tag.name.to_lowercase()).collect(),
    );
}
