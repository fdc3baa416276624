//! What hangs on events and attributes: references, reports, proposals, sightings, requests.
use super::people::NOW;
use super::{Chance, Says, Size, VALUES, World};
use entente_db::{DbError, Tx};
use entente_model::administration::Delegation;
use entente_model::event::Event;
use entente_model::id::{ElementId, OrgId, SharingGroupId, UserId};
use entente_model::level::SightingKind;
use entente_model::object::Reference;
use entente_model::proposal::Proposal;
use entente_model::report::Report;
use entente_model::sighting::Sighting;

pub(super) fn delegate(
    world: &mut World,
    tx: &mut Tx<'_>,
    chance: &mut Chance,
    event: &Event,
    to: OrgId,
) -> Result<(), DbError> {
    let requester = if chance.one_in(4) {
        chance.pick(&world.people.orgs).id
    } else {
        event.orgc
    };
    let mut row = Delegation {
        id: 0,
        org: to,
        requester,
        event: event.id,
        message: "Yours?".to_owned(),
        distribution: -1,
        sharing_group: SharingGroupId::NONE,
    };
    row.id = entente_store::delegation::insert(tx, &row)?;
    world.delegations.push(row);
    Ok(())
}

pub(super) fn add(
    world: &mut World,
    tx: &mut Tx<'_>,
    chance: &mut Chance,
    size: &Size,
) -> Result<(), DbError> {
    if size.around == 0 {
        return Ok(());
    }
    for at in 0..world.events.len() {
        if !chance.one_in(size.around) {
            continue;
        }
        let mut seq = 1_000;
        let event = world.events[at].clone();
        let mut next = || {
            seq += 1;
            ElementId::new(event.id, seq).unwrap()
        };
        for _ in 0..chance.below(4) {
            add_report(world, tx, chance, size, next())?;
        }
        for _ in 0..chance.below(5) {
            add_proposal(world, tx, chance, &event, next())?;
        }
        for _ in 0..chance.below(6) {
            add_reference(world, tx, chance, &event, next())?;
        }
        let used = Event {
            next_seq: seq + 1,
            ..event
        };
        entente_store::event::update(tx, &used)?;
        world.events[at] = used;
    }
    add_sightings(world, tx, chance, size)
}

fn add_report(
    world: &mut World,
    tx: &mut Tx<'_>,
    chance: &mut Chance,
    size: &Size,
    id: ElementId,
) -> Result<(), DbError> {
    let (distribution, sharing_group, link) = world.pick_link(chance, true);
    let says = Says {
        state: World::pick_state(chance, size.odd),
        ..Says::level(link)
    };
    let report = Report {
        id,
        uuid: chance.uuid(),
        name: (*chance.pick(&["Summary", "Draft"])).to_owned(),
        content: Some(format!(
            "Gilt: {}, Actor {}, Actor {}, and more",
            VALUES.join(", "),
            chance.below(10),
            chance.below(30)
        )),
        distribution,
        sharing_group,
        timestamp: size.epoch,
        deleted: chance.one_in(5),
        label: world.own_label(tx, id, ElementId::NONE, says)?,
    };
    entente_store::report::insert(tx, &report)?;
    world.reports.push(report);
    Ok(())
}

fn add_proposal(
    world: &mut World,
    tx: &mut Tx<'_>,
    chance: &mut Chance,
    event: &Event,
    id: ElementId,
) -> Result<(), DbError> {
    let attributes = world.attributes_of(event.id);
    let about = (!attributes.is_empty() && !chance.one_in(3)).then(|| chance.pick(attributes).clone());
    let other = world.proposals.last().map(|row| row.uuid);
    let (old, uuid) = match &about {
        // The attribute may be gone for good.
        Some(_) if chance.one_in(8) => (ElementId::new(event.id, 999).unwrap(), chance.uuid()),
        Some(row) => (row.id, row.uuid),
        // Proposals of two events may carry one uuid.
        None => (
            ElementId::NONE,
            other
                .filter(|_| chance.one_in(4))
                .unwrap_or_else(|| chance.uuid()),
        ),
    };
    let kind = about.as_ref().map_or(1, |row| row.kind);
    let proposal = Proposal {
        id,
        old,
        uuid,
        kind,
        category: 1,
        value1: (*chance.pick(&VALUES)).to_owned(),
        value2: None,
        to_ids: chance.one_in(2),
        org: chance.pick(&world.people.orgs).id,
        user: UserId(1),
        email: "somebody@example.org".to_owned(),
        event_org: event.org,
        event_uuid: event.uuid,
        comment: String::new(),
        deleted: chance.one_in(4),
        timestamp: NOW,
        to_delete: chance.one_in(3),
        disable_correlation: false,
        first_seen: None,
        last_seen: None,
    };
    entente_store::proposal::insert(tx, &proposal)?;
    world.proposals.push(proposal);
    Ok(())
}

/// From an object to something in its event, in the event that this one extends, or nothing known.
fn add_reference(
    world: &mut World,
    tx: &mut Tx<'_>,
    chance: &mut Chance,
    event: &Event,
    id: ElementId,
) -> Result<(), DbError> {
    let own: Vec<_> = world
        .objects
        .iter()
        .filter(|row| row.id.event() == event.id)
        .map(|row| (row.id, row.uuid))
        .collect();
    let Some((source, source_uuid)) = own.first().map(|_| *chance.pick(&own)) else {
        return Ok(());
    };
    let extended = world
        .events
        .iter()
        .find(|other| Some(other.uuid) == event.extends);
    let family = [Some(event.id), extended.map(|other| other.id)];
    let mut targets: Vec<(ElementId, uuid::Uuid, bool)> = Vec::new();
    for event in family.into_iter().flatten() {
        let objects = world.objects.iter().filter(|row| row.id.event() == event);
        targets.extend(objects.map(|row| (row.id, row.uuid, true)));
        let attributes = world.attributes_of(event).iter();
        targets.extend(attributes.map(|row| (row.id, row.uuid, false)));
    }
    targets.push((ElementId::NONE, chance.uuid(), false));
    let (referenced, referenced_uuid, to_object) = *chance.pick(&targets);
    let reference = Reference {
        id,
        uuid: chance.uuid(),
        timestamp: NOW,
        object: source,
        source_uuid,
        referenced_uuid,
        referenced,
        to_object,
        relationship_type: "connects-to".to_owned(),
        comment: String::new(),
        deleted: chance.one_in(5),
    };
    entente_store::reference::insert(tx, &reference)?;
    world.references.push(reference);
    Ok(())
}

fn add_sightings(
    world: &mut World,
    tx: &mut Tx<'_>,
    chance: &mut Chance,
    size: &Size,
) -> Result<(), DbError> {
    if world.attributes.is_empty() || size.sightings == 0 {
        return Ok(());
    }
    let first = tx.next_ids("sighting", i64::try_from(size.sightings).unwrap())?;
    for id in (first..).take(size.sightings) {
        let org = chance.pick(&world.people.orgs).id;
        let sighting = Sighting {
            id,
            uuid: chance.uuid(),
            attribute: chance.pick(&world.attributes).id,
            org: if chance.one_in(10) { OrgId::NONE } else { org },
            date: NOW - chance.between(0, 40) * 86_400,
            source: (*chance.pick(&["", "honeypot"])).to_owned(),
            kind: SightingKind::from_number(chance.between(0, 2)).unwrap(),
        };
        world.sightings.push(sighting);
    }
    entente_store::sighting::insert(tx, &world.sightings)
}
