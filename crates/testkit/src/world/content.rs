//! Events, objects and attributes.
use super::{COMMENTS, Chance, EventSays, INFOS, Says, Size, VALUES, World};
use entente_db::{DbError, Tx};
use entente_indicator::AttributeType;
use entente_model::attribute::Attribute;
use entente_model::event::Event;
use entente_model::id::{ElementId, EventId, LabelId, OrgId, TagId, UserId};
use entente_model::level::{Analysis, ThreatLevel};
use entente_model::object::Object;
use entente_model::time::Day;
use entente_store::tag::Target;
use std::collections::BTreeSet;
use uuid::Uuid;

/// One control tag in so many is on an event, and on an attribute.
const ON_EVENTS: usize = 40;
const ON_ATTRIBUTES: usize = 80;

/// What stands in an event, collected until its row is there.
struct Making<'s> {
    size: &'s Size,
    event: EventId,
    seq: i64,
    links: Vec<(ElementId, TagId, bool, Option<String>)>,
    objects: usize,
    attributes: usize,
}

pub(super) fn add(
    world: &mut World,
    tx: &mut Tx<'_>,
    chance: &mut Chance,
    size: &Size,
) -> Result<(), DbError> {
    for _ in 0..chance.between(size.events.0, size.events.1) {
        add_event(world, tx, chance, size)?;
    }
    Ok(())
}

fn pick_value(chance: &mut Chance, further: usize) -> String {
    let at = chance.below(VALUES.len() + further);
    VALUES
        .get(at)
        .map_or_else(|| format!("value {at}"), |value| (*value).to_owned())
}

fn pick_org(world: &World, chance: &mut Chance) -> (OrgId, Uuid) {
    let org = chance.pick(&world.people.orgs);
    (org.id, org.uuid)
}

fn add_event(world: &mut World, tx: &mut Tx<'_>, chance: &mut Chance, size: &Size) -> Result<(), DbError> {
    let mut event = blank(world, tx, chance, size)?;
    let tags = world.pick_tags(chance, ON_EVENTS);
    let owner = pick_org(world, chance);
    let creator = pick_org(world, chance);
    let delegate = pick_org(world, chance);
    let (distribution, sharing_group, link) = world.pick_link(chance, false);
    let says = EventSays {
        says: Says {
            marks: world.marks(&tags),
            state: World::pick_state(chance, size.odd),
            ..Says::level(link)
        },
        owner: owner.1,
        creator: creator.1,
        published: event.published,
        delegates: BTreeSet::new(),
        grants: chance
            .one_in(8)
            .then(|| pick_org(world, chance).1)
            .into_iter()
            .collect(),
        realm: World::pick_realm(chance, size.odd),
    };
    (event.org, event.orgc) = (owner.0, creator.0);
    (event.distribution, event.sharing_group) = (distribution, sharing_group);
    let delegated = size.around > 0 && chance.one_in(6) && delegate.0 != owner.0;
    let says = if delegated {
        super::around::delegate(world, tx, chance, &event, delegate.0)?;
        EventSays {
            delegates: BTreeSet::from([delegate.1]),
            ..says
        }
    } else {
        says
    };
    event.label = world.intern(tx, says.facts())?;
    world.event_says.insert(event.id, says);
    for (tag, local) in tags {
        world.event_tags.insert((event.id.0, tag.0), local);
    }
    let mut making = Making {
        size,
        event: event.id,
        seq: 1,
        links: Vec::new(),
        objects: world.objects.len(),
        attributes: world.attributes.len(),
    };
    for _ in 0..chance.below(5) {
        making.attribute(world, tx, chance, ElementId::NONE)?;
    }
    for _ in 0..chance.below(3) {
        making.object(world, tx, chance)?;
    }
    making.write(world, tx, event)
}

fn blank(world: &World, tx: &mut Tx<'_>, chance: &mut Chance, size: &Size) -> Result<Event, DbError> {
    let published = chance.one_in(2);
    let timestamp = size.epoch + chance.between(1, 5) * 100_000;
    // An attacker who knows the uuid of something hidden may give it to something of his own.
    let taken = world.attributes.last().map(|row| row.uuid);
    let taken = taken.filter(|uuid| chance.one_in(6) && world.events.iter().all(|event| event.uuid != *uuid));
    Ok(Event {
        id: entente_store::event::next_id(tx)?,
        uuid: taken.unwrap_or_else(|| chance.uuid()),
        org: OrgId::NONE,
        orgc: OrgId::NONE,
        user: UserId(1),
        date: Day(chance.between(size.days.0.0, size.days.1.0)),
        info: (*chance.pick(&INFOS)).to_owned(),
        published,
        analysis: Analysis::from_number(chance.between(0, 2)).unwrap(),
        threat_level: ThreatLevel::from_number(chance.between(1, 4)).unwrap(),
        distribution: entente_model::level::Distribution::Organisation,
        sharing_group: entente_model::id::SharingGroupId::NONE,
        timestamp,
        publish_timestamp: if published { timestamp + 10 } else { 0 },
        sighting_timestamp: 0,
        attribute_count: 0,
        proposal_email_lock: false,
        locked: false,
        disable_correlation: chance.one_in(8),
        extends: world
            .events
            .last()
            .filter(|_| chance.one_in(3))
            .map(|event| event.uuid),
        protected: None,
        label: LabelId::NONE,
        next_seq: 1_000,
    })
}

impl Making<'_> {
    fn next(&mut self) -> ElementId {
        let id = ElementId::new(self.event, self.seq).unwrap();
        self.seq += 1;
        id
    }

    fn object(&mut self, world: &mut World, tx: &mut Tx<'_>, chance: &mut Chance) -> Result<(), DbError> {
        let id = self.next();
        let (distribution, sharing_group, link) = world.pick_link(chance, true);
        let says = Says {
            state: World::pick_state(chance, self.size.odd * 2),
            ..Says::level(link)
        };
        let label = world.own_label(tx, id, ElementId::NONE, says)?;
        world.objects.push(Object {
            id,
            uuid: chance.uuid(),
            name: (*chance.pick(&["file", "domain-ip"])).to_owned(),
            meta_category: "misc".to_owned(),
            description: String::new(),
            template_uuid: chance.one_in(2).then(|| Uuid::from_u128(9)),
            template_version: chance.between(1, 3),
            timestamp: 0,
            distribution,
            sharing_group,
            comment: String::new(),
            deleted: chance.one_in(5),
            first_seen: None,
            last_seen: None,
            label,
        });
        for _ in 0..chance.below(4) {
            self.attribute(world, tx, chance, id)?;
        }
        Ok(())
    }

    fn attribute(
        &mut self,
        world: &mut World,
        tx: &mut Tx<'_>,
        chance: &mut Chance,
        object: ElementId,
    ) -> Result<(), DbError> {
        let id = self.next();
        let tags = world.pick_tags(chance, ON_ATTRIBUTES);
        let (distribution, sharing_group, link) = world.pick_link(chance, true);
        let says = Says {
            link,
            marks: world.marks(&tags),
            state: World::pick_state(chance, self.size.odd * 2),
            grants: chance.one_in(10).then(BTreeSet::new),
        };
        let label = world.own_label(tx, id, object, says)?;
        for (tag, local) in tags {
            world.attribute_tags.insert((id.0, tag.0), local);
            self.links.push((id, tag, local, None));
        }
        let kind = *chance.pick(&[
            AttributeType::from_name("ip-dst").unwrap(),
            AttributeType::from_name("text").unwrap(),
            AttributeType::from_name("domain|ip").unwrap(),
        ]);
        let has_file = self.size.around > 0 && chance.one_in(6);
        let kind = if has_file { AttributeType::ATTACHMENT } else { kind };
        if has_file {
            let digest = *chance.pick(&self.size.files);
            entente_store::attachment::put(tx, id, &digest, 1)?;
            world.files.insert(id, digest);
        }
        world.attributes.push(Attribute {
            id,
            uuid: chance.uuid(),
            object,
            relation: (!object.is_none()).then(|| (*chance.pick(&["ip", "filename"])).to_owned()),
            kind: kind.id(),
            category: u8::try_from(chance.between(1, 3)).unwrap(),
            value1: pick_value(chance, self.size.values),
            value2: kind
                .is_composite()
                .then(|| (*chance.pick(&["b", "443", ""])).to_owned()),
            to_ids: chance.one_in(2),
            deleted: chance.one_in(5),
            disable_correlation: chance.one_in(4),
            distribution,
            sharing_group,
            timestamp: self.size.epoch + chance.between(1, 5) * 100_000,
            first_seen: chance.one_in(3).then(|| chance.between(1, 5) * 1_000_000),
            last_seen: None,
            comment: (*chance.pick(&COMMENTS)).to_owned(),
            label,
        });
        Ok(())
    }

    /// The event's row with its count, then everything in it.
    fn write(self, world: &mut World, tx: &mut Tx<'_>, mut event: Event) -> Result<(), DbError> {
        let attributes = &world.attributes[self.attributes..];
        let live = attributes.iter().filter(|row| !row.deleted).count();
        event.attribute_count = i64::try_from(live).unwrap();
        entente_store::event::insert(tx, &event)?;
        entente_store::object::insert(tx, world.objects[self.objects..].iter())?;
        entente_store::attribute::insert(tx, world.poster(), attributes.iter())?;
        entente_store::tag::attach_many(tx, &self.links)?;
        for ((_, tag), local) in world
            .event_tags
            .range((event.id.0, i64::MIN)..=(event.id.0, i64::MAX))
        {
            let target = Target::Event(event.id);
            entente_store::tag::attach(tx, target, TagId(*tag), *local, None)?;
        }
        world.events.push(event);
        Ok(())
    }
}
