//! The naive side: what a viewer may see, asked of the policy about each thing and everything around it.
use super::{Cluster, Discussion, Gathering, Relation, World};
use entente_model::analyst::{Analyst, Content, ObjectType};
use entente_model::attribute::Attribute;
use entente_model::collection::{CollectionElement, ElementKind};
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
            let around =
                self.event_no(id.event()) && (object.is_none() || self.element(object, ElementId::NONE));
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

    /// A collection by its level.
    #[must_use]
    pub fn collection(&self, gathering: &Gathering) -> bool {
        self.allows(gathering.facts.clone())
    }

    /// What is in a collection that the viewer sees, as far as it sees that by itself.
    pub fn collected<'a>(&'a self, gathering: &'a Gathering) -> impl Iterator<Item = &'a CollectionElement> {
        gathering.elements.iter().filter(|element| {
            let kind = match element.kind {
                ElementKind::Event => ObjectType::Event,
                ElementKind::GalaxyCluster => ObjectType::GalaxyCluster,
            };
            self.target(kind, element.element) == Some(true)
        })
    }

    /// A discussion: with its event, or by its own level.
    #[must_use]
    pub fn discussion(&self, discussion: &Discussion) -> bool {
        match (discussion.row.event, &discussion.facts) {
            (Some(event), _) => self.event_no(event),
            (None, Some(facts)) => self.allows(facts.clone()),
            (None, None) => false,
        }
    }

    /// A relation by its own level and where it starts.
    ///
    /// # Panics
    /// When its cluster is gone.
    #[must_use]
    pub fn relation_itself(&self, relation: &Relation) -> bool {
        let source = self.world.cluster(relation.row.cluster).unwrap();
        self.cluster(source) && (relation.row.default || self.allows(relation.facts.clone()))
    }

    /// A relation: also with where it points, unless it is published or the caller's organisation wrote it.
    ///
    /// # Panics
    /// When its cluster is gone.
    #[must_use]
    pub fn relation(&self, relation: &Relation) -> bool {
        let source = self.world.cluster(relation.row.cluster).unwrap();
        let own = Some(self.world.people.org(source.row.org).uuid) == self.viewer.org;
        let target = self.world.cluster(relation.row.referenced);
        self.relation_itself(relation)
            && (relation.row.default || own || target.is_none_or(|target| self.cluster(target)))
    }

    /// Whether the viewer belongs to an organisation that may read at all. spec: 10#1.4 L0
    fn speaks_for(&self, org: Uuid) -> bool {
        let suspended = self.snapshot.directory.org(org).is_some_and(|org| org.suspended);
        self.viewer.org == Some(org) && !suspended && self.viewer.realm == LIVE_REALM
    }

    /// An annotation by its level alone, whoever wrote it.
    #[must_use]
    pub fn annotation_level(&self, row: &Analyst) -> bool {
        let facts = self.world.annotation_says(row.id);
        self.allows(facts.clone())
    }

    /// An annotation by its level or writer, whatever it is about. spec: 08#1.2
    #[must_use]
    pub fn annotation_itself(&self, row: &Analyst) -> bool {
        self.wrote(row) || self.annotation_level(row)
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
        self.annotation_on(row) && self.end_seen(row)
    }

    /// An annotation with what it annotates alone.
    fn annotation_on(&self, row: &Analyst) -> bool {
        let target = || self.target(row.object_type, row.object_uuid);
        let shown = || {
            let inherits = row.distribution == Distribution::Inherit;
            target().unwrap_or(!inherits || self.viewer.is_site_admin())
        };
        self.wrote(row) || self.annotation_itself(row) && shown()
    }

    /// Whether what a relationship points at is seen, or not here; two that point at each other are told apart
    /// by what each of them annotates.
    #[must_use]
    pub fn end_seen(&self, row: &Analyst) -> bool {
        let Content::Relationship {
            related_type,
            related_uuid,
            ..
        } = &row.content
        else {
            return true;
        };
        let seen = if is_annotation(*related_type) {
            let at = self.world.position(*related_type, *related_uuid);
            at.map(|at| self.annotation_on(&self.world.annotations[at]))
        } else {
            self.target(*related_type, *related_uuid)
        };
        self.wrote(row) || seen.unwrap_or(true)
    }

    /// Whether the viewer sees what has this uuid; nothing when it is not here.
    #[must_use]
    pub fn target(&self, kind: ObjectType, uuid: Uuid) -> Option<bool> {
        let world = self.world;
        let at = world.position(kind, uuid)?;
        Some(match kind {
            ObjectType::Event => self.event(&world.events[at]),
            ObjectType::Attribute => self.attribute(&world.attributes[at]),
            ObjectType::Object => self.object(&world.objects[at]),
            ObjectType::EventReport => self.report(&world.reports[at]),
            ObjectType::GalaxyCluster => self.cluster(&world.clusters[at]),
            ObjectType::Galaxy | ObjectType::Organisation => true,
            ObjectType::SharingGroup => self.group(&world.people.groups[at]),
            ObjectType::Note | ObjectType::Opinion | ObjectType::Relationship => {
                self.annotation(&world.annotations[at])
            }
        })
    }

    /// Soft-deleted elements of an event are for its owner, peers and site administrators. spec: 01#4
    #[must_use]
    pub fn deleted(&self, event: &Event) -> bool {
        self.viewer.is_site_admin()
            || self.viewer.has(Permission::Sync)
            || Some(self.world.people.org(event.org).uuid) == self.viewer.org
    }
}

/// Whether this is a kind of annotation.
fn is_annotation(kind: ObjectType) -> bool {
    matches!(
        kind,
        ObjectType::Note | ObjectType::Opinion | ObjectType::Relationship
    )
}
