//! Clusters of galaxies and their relations.
use crate::Look;
use entente_db::{DbError, Tx};
use entente_model::id::Ref;
use entente_store::galaxy::{self, ClusterFilter};
use entente_store::tag;
use entente_testkit::world::{Cluster, Relation};
use uuid::Uuid;

pub fn check(tx: &mut Tx<'_>, look: &Look<'_>) -> Result<(), DbError> {
    clusters(tx, look)?;
    names(tx, look)?;
    relations(tx, look)
}

fn seen(look: &Look<'_>) -> Vec<i64> {
    let clusters = look.world.clusters.iter();
    clusters
        .filter(|cluster| look.oracle.cluster(cluster))
        .map(|cluster| cluster.row.id)
        .collect()
}

fn clusters(tx: &mut Tx<'_>, look: &Look<'_>) -> Result<(), DbError> {
    let (world, scope) = (look.world, &look.scope);
    let expected = seen(look);
    for cluster in &world.clusters {
        for named in [Ref::Id(cluster.row.id), Ref::Uuid(cluster.row.uuid)] {
            let found = galaxy::cluster(tx, scope, named)?.map(|row| row.id);
            let visible = look.oracle.cluster(cluster).then_some(cluster.row.id);
            look.same("galaxy::cluster", &found, &visible);
        }
    }
    let all: Vec<i64> = world.clusters.iter().map(|cluster| cluster.row.id).collect();
    let found: Vec<i64> = galaxy::clusters(tx, scope, &all)?
        .iter()
        .map(|row| row.id)
        .collect();
    look.same("galaxy::clusters", &found, &expected);
    let (mut found, mut after) = (Vec::new(), 0);
    loop {
        let page = galaxy::search(tx, scope, &ClusterFilter::default(), after, 3)?;
        let Some(last) = page.last() else { break };
        after = last.id;
        found.extend(page.iter().map(|row| row.id));
    }
    look.same("galaxy::search", &found, &expected);
    Ok(())
}

fn names(tx: &mut Tx<'_>, look: &Look<'_>) -> Result<(), DbError> {
    let (world, scope) = (look.world, &look.scope);
    let live = || {
        let clusters = world.clusters.iter();
        clusters.filter(|cluster| !cluster.row.deleted && look.oracle.cluster(cluster))
    };
    let keys: Vec<String> = world
        .clusters
        .iter()
        .map(|cluster| entente_store::name_key(&cluster.row.tag_name))
        .collect();
    let found: Vec<i64> = galaxy::clusters_by_tag_keys(tx, scope, &keys)?
        .iter()
        .map(|(_, row)| row.id)
        .collect();
    look.same(
        "galaxy::clusters_by_tag_keys",
        &found,
        &live().map(|cluster| cluster.row.id).collect(),
    );
    let found = tag::names_by_cluster(tx, scope, "none", "Alias %")?;
    let mut expected: Vec<String> = live().map(|cluster| cluster.row.tag_name.clone()).collect();
    expected.sort_unstable();
    look.same("tag::names_by_cluster", &found, &expected);
    let mut found: Vec<(String, bool)> = Vec::new();
    galaxy::each_name(tx, scope, |name| {
        found.push((name.name.to_owned(), name.synonym));
        Ok::<_, DbError>(())
    })?;
    let values = live().map(|cluster| (cluster.row.value.clone(), false));
    let aliases = live().map(|cluster| (alias(cluster), true));
    look.same("galaxy::each_name", &found, &values.chain(aliases).collect());
    let aliases: Vec<String> = world
        .clusters
        .iter()
        .map(|cluster| alias(cluster).to_lowercase())
        .collect();
    let found: Vec<String> = galaxy::tags_by_synonym(tx, scope, &aliases)?
        .into_iter()
        .map(|(_, tag)| tag)
        .collect();
    let expected = live().map(|cluster| cluster.row.tag_name.clone());
    look.same("galaxy::tags_by_synonym", &found, &expected.collect());
    let all: Vec<Uuid> = world.clusters.iter().map(|cluster| cluster.row.uuid).collect();
    let mut found = galaxy::hidden_targets(tx, scope, &all)?;
    found.sort_unstable();
    let hidden = world
        .clusters
        .iter()
        .filter(|cluster| !look.oracle.cluster(cluster));
    let mut expected: Vec<Uuid> = hidden.map(|cluster| cluster.row.uuid).collect();
    expected.sort_unstable();
    look.same("galaxy::hidden_targets", &found, &expected);
    Ok(())
}

fn alias(cluster: &Cluster) -> String {
    cluster.row.value.replace("Actor", "Alias")
}

/// By their own level and where they start; where they point is the engine's question.
fn relations(tx: &mut Tx<'_>, look: &Look<'_>) -> Result<(), DbError> {
    let (world, scope) = (look.world, &look.scope);
    let starts = |relation: &&Relation| look.oracle.relation_itself(relation);
    for relation in &world.relations {
        let found = galaxy::relation(tx, scope, relation.row.id)?.map(|row| row.id);
        let expected = starts(&relation).then_some(relation.row.id);
        look.same("galaxy::relation", &found, &expected);
        let target = relation.row.referenced_uuid;
        let found: Vec<i64> = galaxy::relations_to(tx, scope, target)?
            .iter()
            .map(|row| row.id)
            .collect();
        let same = world
            .relations
            .iter()
            .filter(|other| other.row.referenced_uuid == target);
        let expected = same.filter(starts).map(|other| other.row.id);
        look.same("galaxy::relations_to", &found, &expected.collect());
    }
    let targets: Vec<Uuid> = world.clusters.iter().map(|cluster| cluster.row.uuid).collect();
    let found: Vec<i64> = galaxy::relations_to_many(tx, scope, &targets, "uses")?
        .iter()
        .map(|row| row.id)
        .collect();
    let known = world
        .relations
        .iter()
        .filter(|one| targets.contains(&one.row.referenced_uuid));
    let expected = known.filter(starts).map(|one| one.row.id);
    look.same("galaxy::relations_to_many", &found, &expected.collect());
    let (mut found, mut after) = (Vec::new(), 0);
    loop {
        let page = galaxy::relations_after(tx, scope, after, 3)?;
        let Some(last) = page.last() else { break };
        after = last.id;
        found.extend(page.iter().map(|row| row.id));
    }
    let expected: Vec<i64> = world
        .relations
        .iter()
        .filter(starts)
        .map(|other| other.row.id)
        .collect();
    look.same("galaxy::relations_after", &found, &expected);
    let mut found: Vec<i64> = galaxy::relations(tx, scope, &seen(look))?
        .iter()
        .map(|row| row.id)
        .collect();
    found.sort_unstable();
    look.same("galaxy::relations", &found, &expected);
    Ok(())
}
