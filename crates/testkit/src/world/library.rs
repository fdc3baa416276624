//! Galaxies, published and custom clusters, relations between them.
use super::{Chance, Says, Size, World, says};
use entente_db::{DbError, Tx};
use entente_model::id::LabelId;
use entente_model::library::{Galaxy, GalaxyCluster, GalaxyRelation};
use entente_policy::{LabelFacts, Marks};
use uuid::Uuid;

/// A cluster with what it says about its readers.
pub struct Cluster {
    /// The row.
    pub row: GalaxyCluster,
    /// Who holds and who made it, and its level.
    pub facts: LabelFacts,
    /// As stored.
    pub label: LabelId,
}

/// A relation with what it says about its readers.
pub struct Relation {
    /// The row.
    pub row: GalaxyRelation,
    /// Those of its cluster, with its own level and tags.
    pub facts: LabelFacts,
    /// As stored.
    pub label: LabelId,
}

pub(super) fn add(
    world: &mut World,
    tx: &mut Tx<'_>,
    chance: &mut Chance,
    size: &Size,
) -> Result<(), DbError> {
    if size.clusters == 0 {
        return Ok(());
    }
    for name in ["threat-actor", "tool"] {
        let mut galaxy = galaxy(name, chance.uuid());
        galaxy.id = entente_store::galaxy::insert(tx, &galaxy)?;
        world.galaxies.push(galaxy);
    }
    for at in 0..size.clusters {
        add_cluster(world, tx, chance, at)?;
    }
    for _ in 0..size.clusters {
        add_relation(world, tx, chance)?;
    }
    Ok(())
}

fn galaxy(name: &str, uuid: Uuid) -> Galaxy {
    Galaxy {
        id: 0,
        uuid,
        name: name.to_owned(),
        galaxy_type: name.to_owned(),
        description: String::new(),
        version: 1,
        icon: String::new(),
        namespace: "misp".to_owned(),
        enabled: true,
        local_only: false,
        kill_chain_order: None,
    }
}

fn add_cluster(world: &mut World, tx: &mut Tx<'_>, chance: &mut Chance, at: usize) -> Result<(), DbError> {
    let galaxy = chance.pick(&world.galaxies).clone();
    let default = chance.one_in(4);
    let (distribution, sharing_group, link) = world.pick_link(chance, false);
    let (owner, creator) = (
        chance.pick(&world.people.orgs).clone(),
        chance.pick(&world.people.orgs).clone(),
    );
    let uuid = chance.uuid();
    let mut row = GalaxyCluster {
        id: 0,
        uuid,
        collection_uuid: String::new(),
        galaxy_type: galaxy.galaxy_type.clone(),
        value: format!("Actor {at}"),
        tag_name: format!("misp-galaxy:{}=\"{uuid}\"", galaxy.galaxy_type),
        description: String::new(),
        galaxy: galaxy.id,
        source: String::new(),
        authors: Vec::new(),
        version: 1,
        distribution: distribution.number(),
        sharing_group,
        org: owner.id,
        orgc: creator.id,
        default,
        locked: false,
        extends_uuid: None,
        extends_version: 0,
        published: chance.one_in(2),
        deleted: !default && chance.one_in(6),
    };
    let mut facts = LabelFacts::event(owner.uuid, creator.uuid, link);
    facts.published = true;
    let label = world.intern(tx, facts.clone())?;
    row.id = entente_store::galaxy::insert_cluster(tx, &row, label)?;
    let synonyms = [("synonyms".to_owned(), format!("Alias {at}"))];
    entente_store::galaxy::replace_elements(tx, row.id, &synonyms)?;
    if chance.one_in(2) {
        let mut tag = says::tag(row.tag_name.clone());
        tag.id = entente_store::tag::insert(tx, &tag)?;
        world.tags.push(tag);
    }
    world.clusters.push(Cluster { row, facts, label });
    Ok(())
}

fn add_relation(world: &mut World, tx: &mut Tx<'_>, chance: &mut Chance) -> Result<(), DbError> {
    let source = chance.pick(&world.clusters);
    let target = chance.pick(&world.clusters);
    if source.row.id == target.row.id {
        return Ok(());
    }
    let (distribution, sharing_group, link) = world.pick_link(chance, false);
    let tags: Vec<_> = world
        .pick_tags(chance, 60)
        .into_iter()
        .filter_map(|(id, _)| world.tag(id.0).map(|tag| tag.name.clone()))
        .collect();
    let unknown = chance.one_in(6);
    let mut row = GalaxyRelation {
        id: 0,
        cluster: source.row.id,
        cluster_uuid: source.row.uuid,
        referenced: if unknown { 0 } else { target.row.id },
        referenced_uuid: if unknown { chance.uuid() } else { target.row.uuid },
        relation_type: "uses".to_owned(),
        distribution: distribution.number(),
        sharing_group,
        default: source.row.default && chance.one_in(2),
        tags,
    };
    let mut facts = source.facts.clone();
    facts.chain = vec![Says::level(link).link];
    facts.marks = Marks::from_tags(row.tags.iter().map(String::as_str)).0;
    let label = world.intern(tx, facts.clone())?;
    row.id = entente_store::galaxy::insert_relation(tx, &row, label)?;
    world.relations.push(Relation { row, facts, label });
    Ok(())
}
