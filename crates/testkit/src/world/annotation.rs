//! Notes, opinions and relationships on everything, annotations included.
use super::people::NOW;
use super::{Chance, Size, World};
use entente_db::{DbError, Tx};
use entente_model::analyst::{Analyst, Content, ObjectType};
use entente_model::draft::AnalystKind;
use entente_model::level::Distribution;
use entente_policy::{LabelFacts, Link};
use uuid::Uuid;

pub(super) fn add(
    world: &mut World,
    tx: &mut Tx<'_>,
    chance: &mut Chance,
    size: &Size,
) -> Result<(), DbError> {
    let Ok(count @ 1..) = i64::try_from(size.annotations) else {
        return Ok(());
    };
    let mut targets = targets(world);
    let first = tx.next_ids("analyst_data", count)?;
    for id in (first..).take(size.annotations) {
        let row = annotation(world, tx, chance, &targets, id)?;
        entente_store::analyst::insert(tx, &row)?;
        let kind = ObjectType::from(row.content.kind());
        // Several times, so that chains of annotations arise.
        targets.extend([(kind, row.uuid); 6]);
        world.annotations.push(row);
    }
    Ok(())
}

fn targets(world: &World) -> Vec<(ObjectType, Uuid)> {
    let mut targets = Vec::new();
    let mut of = |kind: ObjectType, uuids: Vec<Uuid>| {
        targets.extend(uuids.into_iter().map(|uuid| (kind, uuid)));
    };
    of(
        ObjectType::Event,
        world.events.iter().map(|row| row.uuid).collect(),
    );
    of(
        ObjectType::Attribute,
        world.attributes.iter().map(|row| row.uuid).collect(),
    );
    of(
        ObjectType::Object,
        world.objects.iter().map(|row| row.uuid).collect(),
    );
    of(
        ObjectType::EventReport,
        world.reports.iter().map(|row| row.uuid).collect(),
    );
    of(
        ObjectType::GalaxyCluster,
        world.clusters.iter().map(|cluster| cluster.row.uuid).collect(),
    );
    of(
        ObjectType::Galaxy,
        world.galaxies.iter().map(|row| row.uuid).collect(),
    );
    of(
        ObjectType::Organisation,
        world.people.orgs.iter().map(|row| row.uuid).collect(),
    );
    of(
        ObjectType::SharingGroup,
        world.people.groups.iter().map(|row| row.uuid).collect(),
    );
    targets
}

fn annotation(
    world: &mut World,
    tx: &mut Tx<'_>,
    chance: &mut Chance,
    targets: &[(ObjectType, Uuid)],
    id: i64,
) -> Result<Analyst, DbError> {
    let (mut object_type, mut object_uuid) = *chance.pick(targets);
    match chance.below(12) {
        // Not here, or not what it is said to be.
        0 => object_uuid = chance.uuid(),
        1 => object_type = *chance.pick(&ObjectType::ALL),
        _ => {}
    }
    let (related_type, related_uuid) = *chance.pick(targets);
    let content = match *chance.pick(&AnalystKind::ALL) {
        AnalystKind::Note => Content::Note {
            note: "Gilt".to_owned(),
            language: "en".to_owned(),
        },
        AnalystKind::Opinion => Content::Opinion {
            opinion: 50,
            comment: String::new(),
        },
        AnalystKind::Relationship => Content::Relationship {
            relationship_type: "related-to".to_owned(),
            related_uuid: if chance.one_in(8) {
                chance.uuid()
            } else {
                related_uuid
            },
            related_type: if chance.one_in(8) {
                *chance.pick(&ObjectType::ALL)
            } else {
                related_type
            },
        },
    };
    let (owner, creator) = (
        chance.pick(&world.people.orgs).uuid,
        chance.pick(&world.people.orgs).uuid,
    );
    let (distribution, sharing_group, link) = world.pick_link(chance, true);
    let link = match distribution {
        // As open as what it annotates, which is asked apart.
        Distribution::Inherit => Link::of(entente_policy::Distribution::All),
        _ => link,
    };
    let mut facts = LabelFacts::event(owner, creator, link);
    facts.published = true;
    world.annotation_says.insert(id, facts.clone());
    Ok(Analyst {
        id,
        uuid: chance.uuid(),
        object_uuid,
        object_type,
        authors: "somebody@example.org".to_owned(),
        org_uuid: owner,
        orgc_uuid: creator,
        created: NOW,
        modified: NOW,
        distribution,
        sharing_group,
        locked: false,
        label: world.intern(tx, facts)?,
        content,
    })
}
