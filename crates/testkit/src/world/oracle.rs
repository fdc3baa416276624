//! The naive side: what a viewer may see, asked of the policy about each thing and everything around it.
use super::{Cluster, Relation, World};
use entente_model::analyst::{Analyst, Content, ObjectType};
use entente_model::attribute::Attribute;
use entente_model::event::Event;
use entente_model::id::{ElementId, EventId};
use entente_model::level::Distribution;
use entente_model::object::{Object, Reference};
use entente_model::proposal::Proposal;
use entente_model::report::Report;
use entente_model::sharing_group::SharingGroup;
use entente_policy::{Action, LIVE_REALM, LabelFacts, Permission, Snapshot, Viewer, decide};
use std::cell::RefCell;
use std::collections::HashMap;
use uuid::Uuid;

/// One viewer's eyes.
pub struct Oracle<'w> {
    world: &'w World,
    snapshot: Snapshot,
    /// Who looks.
    pub viewer: Viewer,
    events: RefCell<HashMap<EventId, bool>>,
    elements: RefCell<HashMap<ElementId, bool>>,
}

impl<'w> Oracle<'w> {
    /// The eyes of a viewer in a world.
    #[must_use]
    pub fn new(world: &'w World, viewer: Viewer) -> Self {
        Self {
            snapshot: world.snapshot.clone(),
            world,
            viewer,
            events: RefCell::default(),
            elements: RefCell::default(),
        }
    }

    fn allows(&self, facts: LabelFacts) -> bool {
        decide(&self.snapshot, &self.viewer, &facts.into(), Action::See).allow
    }

    /// An event by number.
    #[must_use]
    pub fn event_no(&self, event: EventId) -> bool {
        let known = self.events.borrow().get(&event).copied();
        known.unwrap_or_else(|| {
            let seen = self.allows(self.world.event_says(event).facts());
            self.events.borrow_mut().insert(event, seen);
            seen
        })
    }

    /// An event.
    #[must_use]
    pub fn event(&self, event: &Event) -> bool {
        self.event_no(event.id)
    }

    /// An element by itself, its event and, when it is part of one, its object.
    fn element(&self, id: ElementId, object: ElementId) -> bool {
        let known = self.elements.borrow().get(&id).copied();
        known.unwrap_or_else(|| {
            let around = self.event_no(id.event()) && (object.is_none() || self.element(object, ElementId::NONE));
            let seen = around && self.allows(self.facts(id, object));
            self.elements.borrow_mut().insert(id, seen);
            seen
        })
    }

    fn facts(&self, id: ElementId, object: ElementId) -> LabelFacts {
        let mut facts = self.world.event_says(id.event()).facts();
        let object = (!object.is_none()).then_some(object);
        for own in object.into_iter().chain([id]) {
            let says = self.world.says(own);
            facts.chain.push(says.link);
            facts.marks = facts.marks.meet(&says.marks);
            facts.state = says.state.within(facts.state);
            if let Some(covered) = &says.grants {
                facts.grants.retain(|org| covered.contains(org));
            }
        }
        facts
    }

    /// An object.
    #[must_use]
    pub fn object(&self, row: &Object) -> bool {
        self.element(row.id, ElementId::NONE)
    }

    /// An attribute.
    #[must_use]
    pub fn attribute(&self, row: &Attribute) -> bool {
        self.element(row.id, row.object)
    }

    /// An attribute by id; one that is gone is seen by nobody.
    #[must_use]
    pub fn attribute_id(&self, id: ElementId) -> bool {
        self.world.attribute(id).is_some_and(|row| self.attribute(row))
    }

    /// A report.
    #[must_use]
    pub fn report(&self, row: &Report) -> bool {
        self.element(row.id, ElementId::NONE)
    }

    /// A proposal: with its event and the attribute that it is about. spec: 01#5.4
    #[must_use]
    pub fn proposal(&self, row: &Proposal) -> bool {
        self.event_no(row.id.event()) && (row.old.is_none() || self.attribute_id(row.old))
    }

    /// A reference: with its object, and with its target where that is here. spec: 10#1.9
    #[must_use]
    pub fn reference(&self, row: &Reference) -> bool {
        let source = self.world.object(row.object).is_some_and(|row| self.object(row));
        let target = || match (row.to_object, self.world.object(row.referenced)) {
            (true, found) => found.is_none_or(|row| self.object(row)),
            (false, _) => self
                .world
                .attribute(row.referenced)
                .is_none_or(|row| self.attribute(row)),
        };
        source && (row.referenced.is_none() || target())
    }

    /// A sharing group: its members, its owner and who may change it. spec: 01#5.2, 01#7.9
    #[must_use]
    pub fn group(&self, row: &SharingGroup) -> bool {
        let own = |org: entente_model::id::OrgId| Some(self.world.people.org(org).uuid) == self.viewer.org;
        self.viewer.is_site_admin()
            || own(row.org)
            || row.orgs.iter().any(|member| own(member.org))
            || row
                .servers
                .iter()
                .any(|server| server.server == 0 && server.all_orgs)
    }

    /// A cluster: published ones are for everybody. spec: 07#4.5
    #[must_use]
    pub fn cluster(&self, cluster: &Cluster) -> bool {
        cluster.row.default || self.allows(cluster.facts.clone())
    }

    /// A relation: with where it starts, and with where it points unless the caller's organisation wrote it.
    #[must_use]
    pub fn relation(&self, relation: &Relation) -> bool {
        let by_id = |id: i64| self.world.clusters.iter().find(|cluster| cluster.row.id == id);
        let source = by_id(relation.row.cluster).unwrap();
        let own = Some(self.world.people.org(source.row.org).uuid) == self.viewer.org;
        let target = by_id(relation.row.referenced);
        self.cluster(source)
            && (relation.row.default || self.allows(relation.facts.clone()))
            && (relation.row.default || own || target.is_none_or(|target| self.cluster(target)))
    }

    /// Whether the viewer belongs to an organisation that may read at all. spec: 10#1.4 L0
    fn speaks_for(&self, org: Uuid) -> bool {
        let suspended = self
            .snapshot
            .directory
            .org(org)
            .is_some_and(|org| org.suspended);
        self.viewer.org == Some(org) && !suspended && self.viewer.realm == LIVE_REALM
    }

    /// An annotation by its own level alone. spec: 08#1.2
    #[must_use]
    pub fn annotation_itself(&self, row: &Analyst) -> bool {
        let facts = self.world.stored_facts(row.label).clone();
        self.wrote(row) || self.allows(facts)
    }

    /// Whether the viewer's organisation holds or made an annotation.
    #[must_use]
    pub fn wrote(&self, row: &Analyst) -> bool {
        self.speaks_for(row.org_uuid) || self.speaks_for(row.orgc_uuid)
    }

    /// An annotation: with what it annotates and, for a relationship, with what it points at, as far as
    /// those are here; its own organisation sees it anyway. spec: 08#1.2, 10#1.9
    #[must_use]
    pub fn annotation(&self, row: &Analyst) -> bool {
        if self.wrote(row) {
            return true;
        }
        let target = self.target(row.object_type, row.object_uuid);
        let shown = target.unwrap_or(row.distribution != Distribution::Inherit || self.viewer.is_site_admin());
        let related = match &row.content {
            Content::Relationship {
                related_type,
                related_uuid,
                ..
            } => self.target(*related_type, *related_uuid).unwrap_or(true),
            Content::Note { .. } | Content::Opinion { .. } => true,
        };
        self.annotation_itself(row) && shown && related
    }

    /// Whether the viewer sees what has this uuid; nothing when it is not here.
    #[must_use]
    pub fn target(&self, kind: ObjectType, uuid: Uuid) -> Option<bool> {
        let world = self.world;
        match kind {
            ObjectType::Event => world.events.iter().find(|row| row.uuid == uuid).map(|row| self.event(row)),
            ObjectType::Attribute => world
                .attributes
                .iter()
                .find(|row| row.uuid == uuid)
                .map(|row| self.attribute(row)),
            ObjectType::Object => world.objects.iter().find(|row| row.uuid == uuid).map(|row| self.object(row)),
            ObjectType::EventReport => {
                world.reports.iter().find(|row| row.uuid == uuid).map(|row| self.report(row))
            }
            ObjectType::GalaxyCluster => world
                .clusters
                .iter()
                .find(|cluster| cluster.row.uuid == uuid)
                .map(|cluster| self.cluster(cluster)),
            ObjectType::Galaxy => world.galaxies.iter().any(|row| row.uuid == uuid).then_some(true),
            ObjectType::Organisation => world.people.orgs.iter().any(|row| row.uuid == uuid).then_some(true),
            ObjectType::SharingGroup => world
                .people
                .groups
                .iter()
                .find(|row| row.uuid == uuid)
                .map(|row| self.group(row)),
            // An annotation is found whatever kind it is said to be.
            ObjectType::Note | ObjectType::Opinion | ObjectType::Relationship => world
                .annotations
                .iter()
                .find(|row| row.uuid == uuid)
                .map(|row| self.annotation(row)),
        }
    }

    /// Soft-deleted elements of an event are for its owner, peers and site administrators. spec: 01#4
    #[must_use]
    pub fn deleted(&self, event: &Event) -> bool {
        self.viewer.is_site_admin()
            || self.viewer.has(Permission::Sync)
            || Some(self.world.people.org(event.org).uuid) == self.viewer.org
    }
}
