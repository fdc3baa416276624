//! Random stores: organisations, sharing groups, and labelled content of every kind, as plain data and
//! as rows, with an [`Oracle`] that asks the policy about each thing one by one.
//!
//! The rows carry labels made the way the product makes them ([`LabelFacts::for_item`]). The oracle never
//! looks at a label: it rebuilds the facts of an item from what was said about it and about everything
//! around it, and asks [`entente_policy::decide`]. What a query finds is compared with that.
//!
//! spec: 10#1.5, 10#1.9
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "only tests use it, and a broken world is their failure"
)]

mod annotation;
mod around;
mod chance;
mod collaboration;
mod content;
mod index;
mod library;
mod oracle;
mod people;
mod says;
mod size;

pub use chance::Chance;
pub use collaboration::{Discussion, Gathering};
pub use library::{Cluster, Relation};
pub use oracle::Oracle;
pub use people::People;
pub use says::{EventSays, Says};
pub use size::Size;

use entente_db::{DbError, Tx};
use entente_model::administration::{Delegation, EventGraph};
use entente_model::analyst::Analyst;
use entente_model::attribute::Attribute;
use entente_model::event::Event;
use entente_model::id::{ElementId, EventId, LabelId};
use entente_model::library::Galaxy;
use entente_model::object::{Object, Reference};
use entente_model::proposal::Proposal;
use entente_model::report::Report;
use entente_model::sighting::Sighting;
use entente_model::tag::Tag;
use entente_policy::{Action, LabelFacts, Scope, Snapshot, Viewer};
use entente_store::hash::ValueHasher;
use entente_store::posting::Poster;
use std::collections::{BTreeMap, HashMap};

/// Names of the first organisations; further ones are numbered.
pub const NAMES: [&str; 4] = ["Alpha", "Bravo", "Charlie", "Delta"];
/// Names of the first tags; those that restrict follow.
pub const TAGS: [&str; 5] = [
    "tlp:green",
    "TLP:AMBER",
    "golden:campaign",
    "type_osint",
    "no%thing",
];
/// Values of attributes.
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
/// Comments of attributes.
pub const COMMENTS: [&str; 4] = ["", "C2 server", "Seen at Alpha", "100% sure"];
/// Titles of events.
pub const INFOS: [&str; 4] = ["Gilt campaign", "phishing wave", "Gilt follow-up", "x_y"];

/// A random store.
pub struct World {
    /// Organisations and sharing groups.
    pub people: People,
    /// What the policy knows of them, and the settings it obeys.
    pub snapshot: Snapshot,
    /// The hash of values.
    pub hasher: ValueHasher,
    /// All tags; the first are [`TAGS`].
    pub tags: Vec<Tag>,
    /// Events by number.
    pub events: Vec<Event>,
    /// Objects by id.
    pub objects: Vec<Object>,
    /// Attributes by id.
    pub attributes: Vec<Attribute>,
    /// References by id.
    pub references: Vec<Reference>,
    /// Reports by id.
    pub reports: Vec<Report>,
    /// Proposals by id.
    pub proposals: Vec<Proposal>,
    /// Sightings by id.
    pub sightings: Vec<Sighting>,
    /// Notes, opinions and relationships by id.
    pub annotations: Vec<Analyst>,
    /// Requests to take events over.
    pub delegations: Vec<Delegation>,
    /// Galaxies.
    pub galaxies: Vec<Galaxy>,
    /// Clusters by id.
    pub clusters: Vec<Cluster>,
    /// Relations between clusters by id.
    pub relations: Vec<Relation>,
    /// Collections by id.
    pub collections: Vec<Gathering>,
    /// Discussions by id.
    pub discussions: Vec<Discussion>,
    /// Graphs kept of events, by id.
    pub graphs: Vec<EventGraph>,
    /// `(event, tag)`, and whether the tag is local.
    pub event_tags: BTreeMap<(i64, i64), bool>,
    /// `(attribute, tag)`, and whether the tag is local.
    pub attribute_tags: BTreeMap<(i64, i64), bool>,
    /// Elements that have a file, with its digest.
    pub files: BTreeMap<ElementId, [u8; 32]>,
    event_says: HashMap<EventId, EventSays>,
    says: HashMap<ElementId, Says>,
    annotation_says: HashMap<i64, LabelFacts>,
    index: index::Index,
    labels: BTreeMap<LabelId, LabelFacts>,
    interned: HashMap<LabelFacts, LabelId>,
}

impl World {
    /// Makes a world and writes it.
    ///
    /// # Errors
    /// Of the database.
    ///
    /// # Panics
    /// On sizes that make no sense.
    pub fn build(
        tx: &mut Tx<'_>,
        chance: &mut Chance,
        size: &Size,
        hasher: ValueHasher,
    ) -> Result<Self, DbError> {
        let people = People::add(tx, chance, size)?;
        let mut world = Self {
            snapshot: people.snapshot(chance, size),
            people,
            hasher,
            tags: Vec::new(),
            events: Vec::new(),
            objects: Vec::new(),
            attributes: Vec::new(),
            references: Vec::new(),
            reports: Vec::new(),
            proposals: Vec::new(),
            sightings: Vec::new(),
            annotations: Vec::new(),
            delegations: Vec::new(),
            galaxies: Vec::new(),
            clusters: Vec::new(),
            relations: Vec::new(),
            collections: Vec::new(),
            discussions: Vec::new(),
            graphs: Vec::new(),
            event_tags: BTreeMap::new(),
            attribute_tags: BTreeMap::new(),
            files: BTreeMap::new(),
            event_says: HashMap::new(),
            says: HashMap::new(),
            annotation_says: HashMap::new(),
            index: index::Index::default(),
            labels: BTreeMap::new(),
            interned: HashMap::new(),
        };
        says::add_tags(&mut world, tx, size)?;
        library::add(&mut world, tx, chance, size)?;
        content::add(&mut world, tx, chance, size)?;
        around::add(&mut world, tx, chance, size)?;
        annotation::add(&mut world, tx, chance, size)?;
        collaboration::add(&mut world, tx, chance, size)?;
        world.index = index::Index::of(&world);
        Ok(world)
    }

    /// How its values are posted.
    #[must_use]
    pub fn poster(&self) -> Poster<'_> {
        Poster {
            hasher: &self.hasher,
            subdomains: false,
        }
    }

    /// How many distinct labels there are.
    #[must_use]
    pub fn label_count(&self) -> usize {
        self.labels.len()
    }

    /// What an annotation says about its readers.
    ///
    /// # Panics
    /// Without one of this id.
    #[must_use]
    pub fn annotation_says(&self, id: i64) -> &LabelFacts {
        &self.annotation_says[&id]
    }

    /// A viewer's scope over all labels.
    #[must_use]
    pub fn scope(&self, viewer: &Viewer) -> Scope {
        let labels = self.labels.iter();
        Scope::build(
            &self.snapshot,
            viewer,
            Action::See,
            labels.map(|(id, facts)| (entente_policy::LabelId(id.0), facts)),
        )
    }

    /// The event with this number.
    ///
    /// # Panics
    /// Without one.
    #[must_use]
    pub fn event(&self, id: EventId) -> &Event {
        let at = self.events.binary_search_by_key(&id, |event| event.id).unwrap();
        &self.events[at]
    }

    /// The attribute with this id.
    #[must_use]
    pub fn attribute(&self, id: ElementId) -> Option<&Attribute> {
        let at = self.attributes.binary_search_by_key(&id, |row| row.id).ok()?;
        self.attributes.get(at)
    }

    /// The object with this id.
    #[must_use]
    pub fn object(&self, id: ElementId) -> Option<&Object> {
        let at = self.objects.binary_search_by_key(&id, |row| row.id).ok()?;
        self.objects.get(at)
    }

    fn intern(&mut self, tx: &mut Tx<'_>, facts: LabelFacts) -> Result<LabelId, DbError> {
        if let Some(id) = self.interned.get(&facts) {
            return Ok(*id);
        }
        let json = facts.to_canonical_json().unwrap();
        let id = entente_store::label::intern(tx, &facts.digest().unwrap(), &json)?;
        self.labels.insert(id, facts.clone());
        self.interned.insert(facts, id);
        Ok(id)
    }
}
