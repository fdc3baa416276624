//! Ways to find things of a world, so that large worlds are compared in reasonable time.
use super::{Cluster, Relation, World};
use entente_model::analyst::{Analyst, Content, ObjectType};
use entente_model::attribute::Attribute;
use entente_model::event::Event;
use entente_model::id::{ElementId, EventId};
use entente_model::object::{Object, Reference};
use entente_model::proposal::Proposal;
use entente_model::report::Report;
use entente_model::sighting::Sighting;
use entente_model::tag::Tag;
use std::collections::HashMap;
use std::hash::Hash;
use uuid::Uuid;

/// Positions by key.
#[derive(Default)]
pub(super) struct Index {
    objects: HashMap<(ObjectType, Uuid), usize>,
    extending: HashMap<Uuid, Vec<usize>>,
    halves: HashMap<String, Vec<usize>>,
    sightings: HashMap<ElementId, Vec<usize>>,
    proposals: HashMap<ElementId, Vec<usize>>,
    references: HashMap<ElementId, Vec<usize>>,
    about: HashMap<(ObjectType, Uuid), Vec<usize>>,
    pointing: HashMap<(ObjectType, Uuid), Vec<usize>>,
    relations_of: HashMap<i64, Vec<usize>>,
    relations_to: HashMap<Uuid, Vec<usize>>,
    tags: HashMap<String, usize>,
}

/// Annotations are told apart by their uuid alone.
fn key(kind: ObjectType, uuid: Uuid) -> (ObjectType, Uuid) {
    match kind {
        ObjectType::Note | ObjectType::Opinion | ObjectType::Relationship => (ObjectType::Note, uuid),
        other => (other, uuid),
    }
}

fn group<T, K: Hash + Eq>(rows: &[T], keys: impl Fn(&T) -> Vec<K>) -> HashMap<K, Vec<usize>> {
    let mut groups: HashMap<K, Vec<usize>> = HashMap::new();
    for (at, row) in rows.iter().enumerate() {
        for key in keys(row) {
            groups.entry(key).or_default().push(at);
        }
    }
    groups
}

fn positions<'r, T, K: Hash + Eq>(
    rows: &'r [T],
    groups: &'r HashMap<K, Vec<usize>>,
    key: &K,
) -> impl Iterator<Item = &'r T> + use<'r, T, K> {
    let found = groups.get(key).map(Vec::as_slice).unwrap_or_default();
    found.iter().map(|at| &rows[*at])
}

impl Index {
    pub(super) fn of(world: &World) -> Self {
        let mut objects = HashMap::new();
        let mut add = |kind: ObjectType, uuids: Vec<Uuid>| {
            for (at, uuid) in uuids.into_iter().enumerate() {
                objects.entry((kind, uuid)).or_insert(at);
            }
        };
        add(
            ObjectType::Event,
            world.events.iter().map(|row| row.uuid).collect(),
        );
        add(
            ObjectType::Attribute,
            world.attributes.iter().map(|row| row.uuid).collect(),
        );
        add(
            ObjectType::Object,
            world.objects.iter().map(|row| row.uuid).collect(),
        );
        add(
            ObjectType::EventReport,
            world.reports.iter().map(|row| row.uuid).collect(),
        );
        add(
            ObjectType::GalaxyCluster,
            world.clusters.iter().map(|one| one.row.uuid).collect(),
        );
        add(
            ObjectType::Galaxy,
            world.galaxies.iter().map(|row| row.uuid).collect(),
        );
        add(
            ObjectType::Organisation,
            world.people.orgs.iter().map(|row| row.uuid).collect(),
        );
        add(
            ObjectType::SharingGroup,
            world.people.groups.iter().map(|row| row.uuid).collect(),
        );
        add(
            ObjectType::Note,
            world.annotations.iter().map(|row| row.uuid).collect(),
        );
        Self {
            objects,
            extending: group(&world.events, |row| row.extends.into_iter().collect()),
            halves: group(&world.attributes, |row| {
                let second = row.value2.iter().map(|half| half.to_lowercase());
                let mut halves: Vec<String> = second.chain([row.value1.to_lowercase()]).collect();
                halves.sort_unstable();
                halves.dedup();
                halves
            }),
            sightings: group(&world.sightings, |row| vec![row.attribute]),
            proposals: group(&world.proposals, |row| vec![row.old]),
            references: group(&world.references, |row| vec![row.object]),
            about: group(&world.annotations, |row| {
                vec![key(row.object_type, row.object_uuid)]
            }),
            pointing: group(&world.annotations, |row| match &row.content {
                Content::Relationship {
                    related_type,
                    related_uuid,
                    ..
                } => vec![key(*related_type, *related_uuid)],
                _ => Vec::new(),
            }),
            relations_of: group(&world.relations, |one| vec![one.row.cluster]),
            relations_to: group(&world.relations, |one| vec![one.row.referenced_uuid]),
            tags: world
                .tags
                .iter()
                .enumerate()
                .map(|(at, tag)| (tag.name.clone(), at))
                .collect(),
        }
    }
}

/// Those of rows in the order of their ids that are in an event.
fn within<T>(rows: &[T], event: EventId, id: impl Fn(&T) -> ElementId) -> &[T] {
    let (low, high) = event.element_range();
    let first = rows.partition_point(|row| id(row).0 < low);
    let end = rows.partition_point(|row| id(row).0 <= high);
    &rows[first..end]
}

impl World {
    /// Where something with a uuid stands among its kind; all annotations are one kind.
    #[must_use]
    pub fn position(&self, kind: ObjectType, uuid: Uuid) -> Option<usize> {
        self.index.objects.get(&key(kind, uuid)).copied()
    }

    /// The attributes of an event, by id.
    #[must_use]
    pub fn attributes_of(&self, event: EventId) -> &[Attribute] {
        within(&self.attributes, event, |row| row.id)
    }

    /// The objects of an event, by id.
    #[must_use]
    pub fn objects_of(&self, event: EventId) -> &[Object] {
        within(&self.objects, event, |row| row.id)
    }

    /// The reports of an event, by id.
    #[must_use]
    pub fn reports_of(&self, event: EventId) -> &[Report] {
        within(&self.reports, event, |row| row.id)
    }

    /// The proposals of an event, by id.
    #[must_use]
    pub fn proposals_of(&self, event: EventId) -> &[Proposal] {
        within(&self.proposals, event, |row| row.id)
    }

    /// The proposals about an attribute, by id.
    pub fn proposals_on(&self, attribute: ElementId) -> impl Iterator<Item = &Proposal> {
        positions(&self.proposals, &self.index.proposals, &attribute)
    }

    /// The references from an object, by id.
    pub fn references_of(&self, object: ElementId) -> impl Iterator<Item = &Reference> {
        positions(&self.references, &self.index.references, &object)
    }

    /// The sightings of an attribute, by id.
    pub fn sightings_of(&self, attribute: ElementId) -> impl Iterator<Item = &Sighting> {
        positions(&self.sightings, &self.index.sightings, &attribute)
    }

    /// Attributes one half of which is this text in lower case, by id.
    pub fn with_half(&self, half: &str) -> impl Iterator<Item = &Attribute> {
        positions(&self.attributes, &self.index.halves, &half.to_owned())
    }

    /// Events that extend one, by number.
    pub fn extending(&self, event: Uuid) -> impl Iterator<Item = &Event> {
        positions(&self.events, &self.index.extending, &event)
    }

    /// Annotations of something, by id.
    pub fn annotations_on(&self, kind: ObjectType, uuid: Uuid) -> impl Iterator<Item = &Analyst> {
        positions(&self.annotations, &self.index.about, &key(kind, uuid))
    }

    /// Relationships that point at something, by id.
    pub fn pointing_at(&self, kind: ObjectType, uuid: Uuid) -> impl Iterator<Item = &Analyst> {
        positions(&self.annotations, &self.index.pointing, &key(kind, uuid))
    }

    /// The cluster with this id.
    #[must_use]
    pub fn cluster(&self, id: i64) -> Option<&Cluster> {
        let at = self.clusters.binary_search_by_key(&id, |one| one.row.id).ok()?;
        self.clusters.get(at)
    }

    /// The relations that start at a cluster, by id.
    pub fn relations_of(&self, cluster: i64) -> impl Iterator<Item = &Relation> {
        positions(&self.relations, &self.index.relations_of, &cluster)
    }

    /// The relations that point at a cluster, by id.
    pub fn relations_to(&self, cluster: Uuid) -> impl Iterator<Item = &Relation> {
        positions(&self.relations, &self.index.relations_to, &cluster)
    }

    /// The tag with this id.
    #[must_use]
    pub fn tag(&self, id: i64) -> Option<&Tag> {
        let at = self.tags.binary_search_by_key(&id, |tag| tag.id.0).ok()?;
        self.tags.get(at)
    }

    /// The tag with this name.
    #[must_use]
    pub fn tag_named(&self, name: &str) -> Option<&Tag> {
        self.index.tags.get(name).map(|at| &self.tags[*at])
    }
}
