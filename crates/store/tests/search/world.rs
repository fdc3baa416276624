//! A small random store with organisations, sharing groups, tags, events and what is in them.
use crate::chance::Chance;
use entente_db::{DbError, Tx, params};
use entente_indicator::AttributeType;
use entente_model::attribute::Attribute;
use entente_model::event::Event;
use entente_model::id::{ElementId, EventId, LabelId, OrgId, SharingGroupId, TagId, UserId};
use entente_model::level::{Analysis, Distribution, ThreatLevel};
use entente_model::object::Object;
use entente_model::search::{Named, Pattern};
use entente_model::time::Day;
use entente_policy::{
    Action, LabelFacts, Link, Marks, Org, OwnRestriction, Permission, Permissions, PolicyConfig, Scope,
    SharingGroup, Snapshot, Tlp,
};
use entente_store::hash::ValueHasher;
use entente_store::search::Names;
use entente_store::tag::Target;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use uuid::Uuid;

pub const NAMES: [&str; 4] = ["Alpha", "Bravo", "Charlie", "Delta"];
pub const TAGS: [&str; 5] = [
    "tlp:green",
    "TLP:AMBER",
    "golden:campaign",
    "type_osint",
    "no%thing",
];
pub const VALUES: [&str; 10] = [
    "198.51.100.7",
    "Evil.Example",
    "evil.example",
    "a|b",
    "100%",
    "under_score",
    "b",
    "ÄPFEL",
    "it's; --",
    "443",
];
pub const COMMENTS: [&str; 4] = ["", "C2 server", "Seen at Alpha", "100% sure"];
pub const INFOS: [&str; 4] = ["Gilt campaign", "phishing wave", "Gilt follow-up", "x_y"];

/// Somebody who searches.
#[derive(Debug)]
pub struct Viewer {
    pub org: OrgId,
    pub sync: bool,
    pub policy: entente_policy::Viewer,
}

pub struct World {
    pub hasher: ValueHasher,
    pub orgs: Vec<(OrgId, Uuid)>,
    pub groups: Vec<(SharingGroupId, Uuid)>,
    pub tags: Vec<TagId>,
    pub events: Vec<Event>,
    pub attributes: Vec<Attribute>,
    pub objects: Vec<Object>,
    pub event_tags: BTreeSet<(i64, i64)>,
    pub attribute_tags: BTreeSet<(i64, i64)>,
    pub labels: Vec<LabelFacts>,
    pub snapshot: Snapshot,
}

impl World {
    pub fn random(chance: &mut Chance) -> Self {
        let orgs: Vec<_> = (1..=4).map(|id| (OrgId(id), chance.uuid())).collect();
        let groups: Vec<_> = (1..=2).map(|id| (SharingGroupId(id), chance.uuid())).collect();
        let members = |chance: &mut Chance| SharingGroup {
            orgs: orgs
                .iter()
                .filter(|_| chance.one_in(2))
                .map(|(_, uuid)| *uuid)
                .collect(),
            local_all_orgs: chance.one_in(8),
        };
        let policy_groups: Vec<_> = groups.iter().map(|(_, uuid)| (*uuid, members(chance))).collect();
        let directory = entente_policy::Directory::new(
            orgs.iter().map(|(_, uuid)| (*uuid, Org::default())),
            policy_groups,
        );
        let snapshot = Snapshot {
            version: 1,
            now: 1_000_000,
            host_org: orgs[0].1,
            directory: Arc::new(directory),
            config: PolicyConfig {
                unpublished_private: chance.one_in(3),
                ..PolicyConfig::default()
            },
        };
        let mut world = Self {
            hasher: ValueHasher::new([7; 32]),
            orgs,
            groups,
            tags: (1..=5).map(TagId).collect(),
            events: Vec::new(),
            attributes: Vec::new(),
            objects: Vec::new(),
            event_tags: BTreeSet::new(),
            attribute_tags: BTreeSet::new(),
            labels: Vec::new(),
            snapshot,
        };
        for number in 1..=chance.between(2, 7) {
            world.add_event(chance, EventId(number));
        }
        world
    }

    fn label(&mut self, facts: LabelFacts) -> LabelId {
        let at = self.labels.iter().position(|known| *known == facts);
        let at = at.unwrap_or_else(|| {
            self.labels.push(facts);
            self.labels.len() - 1
        });
        LabelId(i64::try_from(at).unwrap() + 1)
    }

    fn own(&self, chance: &mut Chance, inherit: bool) -> (Distribution, SharingGroupId, OwnRestriction) {
        let number = if inherit && !chance.one_in(3) {
            5
        } else {
            chance.between(0, 4)
        };
        let distribution = Distribution::from_number(number).unwrap();
        let group = *chance.pick(&self.groups);
        let (group_id, link) = if distribution == Distribution::SharingGroup {
            (group.0, Link::group(group.1))
        } else {
            let level = entente_policy::Distribution::try_from(u8::try_from(number).unwrap()).unwrap();
            (SharingGroupId::NONE, Link::of(level))
        };
        let tlp = if chance.one_in(6) { Tlp::Red } else { Tlp::None };
        let own = OwnRestriction {
            link,
            marks: Marks {
                tlp,
                ..Marks::default()
            },
            ..OwnRestriction::default()
        };
        (distribution, group_id, own)
    }

    fn add_event(&mut self, chance: &mut Chance, id: EventId) {
        let owner = *chance.pick(&self.orgs);
        let creator = *chance.pick(&self.orgs);
        let (distribution, sharing_group, own) = self.own(chance, false);
        let mut facts = LabelFacts::event(owner.1, creator.1, own.link);
        facts.published = chance.one_in(2);
        facts.marks = own.marks;
        let label = self.label(facts.clone());
        let timestamp = chance.between(1, 5) * 100_000;
        let event = Event {
            id,
            uuid: chance.uuid(),
            org: owner.0,
            orgc: creator.0,
            user: UserId(1),
            date: Day(chance.between(10, 15)),
            info: (*chance.pick(&INFOS)).to_owned(),
            published: facts.published,
            analysis: Analysis::from_number(chance.between(0, 2)).unwrap(),
            threat_level: ThreatLevel::from_number(chance.between(1, 4)).unwrap(),
            distribution,
            sharing_group,
            timestamp,
            publish_timestamp: if facts.published { timestamp + 10 } else { 0 },
            sighting_timestamp: 0,
            attribute_count: 0,
            proposal_email_lock: false,
            locked: false,
            disable_correlation: false,
            extends: self.events.first().filter(|_| chance.one_in(3)).map(|e| e.uuid),
            protected: None,
            label,
            next_seq: 1_000,
        };
        self.events.push(event);
        for tag in self.tags.clone() {
            if chance.one_in(4) {
                self.event_tags.insert((id.0, tag.0));
            }
        }
        let mut seq = 1;
        for _ in 0..chance.below(5) {
            self.add_attribute(chance, id, &facts, &mut seq, None);
        }
        for _ in 0..chance.below(3) {
            self.add_object(chance, id, &facts, &mut seq);
        }
    }

    fn add_object(&mut self, chance: &mut Chance, event: EventId, facts: &LabelFacts, seq: &mut i64) {
        let (distribution, sharing_group, own) = self.own(chance, true);
        let label = LabelFacts::for_item(facts, None, &own).map(|facts| self.label(facts));
        let object = Object {
            id: ElementId::new(event, *seq).unwrap(),
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
        };
        *seq += 1;
        let id = object.id;
        self.objects.push(object);
        for _ in 0..chance.below(4) {
            self.add_attribute(chance, event, facts, seq, Some((id, &own)));
        }
    }

    fn add_attribute(
        &mut self,
        chance: &mut Chance,
        event: EventId,
        facts: &LabelFacts,
        seq: &mut i64,
        object: Option<(ElementId, &OwnRestriction)>,
    ) {
        let (distribution, sharing_group, own) = self.own(chance, true);
        let label =
            LabelFacts::for_item(facts, object.map(|(_, own)| own), &own).map(|facts| self.label(facts));
        let kind = *chance.pick(&[
            AttributeType::from_name("ip-dst").unwrap(),
            AttributeType::from_name("text").unwrap(),
            AttributeType::from_name("domain|ip").unwrap(),
        ]);
        let attribute = Attribute {
            id: ElementId::new(event, *seq).unwrap(),
            uuid: chance.uuid(),
            object: object.map_or(ElementId::NONE, |(id, _)| id),
            relation: object.map(|_| (*chance.pick(&["ip", "filename"])).to_owned()),
            kind: kind.id(),
            category: u8::try_from(chance.between(1, 3)).unwrap(),
            value1: (*chance.pick(&VALUES)).to_owned(),
            value2: kind
                .is_composite()
                .then(|| (*chance.pick(&["b", "443", ""])).to_owned()),
            to_ids: chance.one_in(2),
            deleted: chance.one_in(5),
            disable_correlation: chance.one_in(2),
            distribution,
            sharing_group,
            timestamp: chance.between(1, 5) * 100_000,
            first_seen: chance.one_in(3).then(|| chance.between(1, 5) * 1_000_000),
            last_seen: None,
            comment: (*chance.pick(&COMMENTS)).to_owned(),
            label,
        };
        *seq += 1;
        for tag in self.tags.clone() {
            if chance.one_in(4) {
                self.attribute_tags.insert((attribute.id.0, tag.0));
            }
        }
        self.attributes.push(attribute);
    }

    pub fn store(&self, tx: &mut Tx<'_>) -> Result<(), DbError> {
        for ((id, uuid), name) in self.orgs.iter().zip(NAMES) {
            tx.execute(
                "INSERT INTO organisation (id, uuid, name, name_key, created, modified, description, kind, nationality, \
                 sector, contacts, created_by, local, restricted_to_domain) \
                 VALUES ($1, $2, $3, $4, 0, 0, '', '', '', '', '', 0, TRUE, '')",
                params![id.0, *uuid, name, &name.to_lowercase()],
            )?;
        }
        for (at, facts) in self.labels.iter().enumerate() {
            let json = facts.to_canonical_json().unwrap();
            let digest = facts.digest().unwrap();
            tx.execute(
                "INSERT INTO policy_label (id, digest, facts) VALUES ($1, $2, $3)",
                params![i64::try_from(at).unwrap() + 1, &digest, &json],
            )?;
        }
        for (id, name) in self.tags.iter().zip(TAGS) {
            tx.execute(
                "INSERT INTO tag (id, name, name_key, colour, exportable, org_id, user_id, hidden, is_galaxy, \
                 is_custom_galaxy, local_only) VALUES ($1, $2, $3, '', TRUE, 0, 0, FALSE, FALSE, FALSE, FALSE)",
                params![id.0, name, &name.to_lowercase()],
            )?;
        }
        for event in &self.events {
            entente_store::event::insert(tx, event)?;
        }
        entente_store::object::insert(tx, self.objects.iter())?;
        let poster = entente_store::posting::Poster {
            hasher: &self.hasher,
            subdomains: false,
        };
        entente_store::attribute::insert(tx, poster, self.attributes.iter())?;
        for (event, tag) in &self.event_tags {
            entente_store::tag::attach(tx, Target::Event(EventId(*event)), TagId(*tag), false, None)?;
        }
        let links: Vec<_> = self
            .attribute_tags
            .iter()
            .map(|(attribute, tag)| (ElementId(*attribute), TagId(*tag), false, None))
            .collect();
        entente_store::tag::attach_many(tx, &links)
    }

    pub fn viewer(&self, chance: &mut Chance) -> Viewer {
        let (org, uuid) = *chance.pick(&self.orgs);
        let permissions = if chance.one_in(5) {
            Permissions::NONE.with(Permission::SiteAdmin)
        } else {
            Permissions::NONE
        };
        Viewer {
            org,
            sync: chance.one_in(2),
            policy: entente_policy::Viewer::member(&self.snapshot, uuid, permissions),
        }
    }

    pub fn scope(&self, viewer: &Viewer) -> Scope {
        let ids = (1..).map(entente_policy::LabelId);
        Scope::build(&self.snapshot, &viewer.policy, Action::See, ids.zip(&self.labels))
    }

    pub fn facts(&self, label: LabelId) -> &LabelFacts {
        &self.labels[usize::try_from(label.0 - 1).unwrap()]
    }

    fn tag_names(&self) -> HashMap<&'static str, i64> {
        TAGS.into_iter().zip(self.tags.iter().map(|tag| tag.0)).collect()
    }
}

impl Names for World {
    fn tags(&self, named: &Named) -> Vec<i64> {
        match named {
            Named::Id(id) => self
                .tags
                .iter()
                .map(|tag| tag.0)
                .filter(|tag| tag == id)
                .collect(),
            Named::Name(name) => self.tag_names().get(name.as_str()).copied().into_iter().collect(),
            _ => Vec::new(),
        }
    }
    fn tags_like(&self, pattern: &Pattern) -> Vec<i64> {
        self.tag_names()
            .into_iter()
            .filter(|(name, _)| crate::naive::like(pattern.as_str(), name))
            .map(|(_, id)| id)
            .collect()
    }
    fn organisations(&self, named: &Named) -> Vec<i64> {
        self.orgs
            .iter()
            .zip(NAMES)
            .filter(|((id, uuid), name)| match named {
                Named::Id(wanted) => id.0 == *wanted,
                Named::Uuid(wanted) => uuid == wanted,
                Named::Name(wanted) => name.eq_ignore_ascii_case(wanted),
                _ => false,
            })
            .map(|((id, _), _)| id.0)
            .collect()
    }
}
