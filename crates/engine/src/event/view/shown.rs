//! What a view takes and what it delivers.
use crate::decay::score::{Score, Scoring};
use crate::sighting::Tally;
use entente_model::analyst::Annotated;
use entente_model::attribute::Attribute;
use entente_model::event::Event;
use entente_model::id::ElementId;
use entente_model::object::{Object, Reference};
use entente_model::organisation::Organisation;
use entente_model::proposal::Proposal;
use entente_model::report::Report;
use entente_model::sharing_group::SharingGroup;
use entente_model::sighting::Sighting;
use entente_model::tag::{Tag, TagLink};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Which elements to show by their deletion state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Deleted {
    /// Live ones.
    #[default]
    Hide,
    /// All.
    Show,
    /// Deleted ones only.
    Only,
}

impl Deleted {
    pub(super) fn admits(self, deleted: bool) -> bool {
        match self {
            Self::Hide => !deleted,
            Self::Show => true,
            Self::Only => deleted,
        }
    }
}

/// What to show of an event.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Deletion states.
    pub deleted: Deleted,
    /// Files.
    pub attachments: bool,
    /// Sightings.
    pub sightings: bool,
    /// Proposals.
    pub proposals: bool,
    /// Reports.
    pub reports: bool,
    /// Notes, opinions, relationships.
    pub analyst: bool,
    /// Only attributes with this detection flag.
    pub to_ids: Option<bool>,
    /// Hide tags that stay on this instance.
    pub exclude_local_tags: bool,
    /// Show tags that are not exportable.
    pub all_tags: bool,
    /// Hide attributes that carry any of these tags.
    pub blocked_tags: HashSet<entente_model::id::TagId>,
    /// Only these attributes, when given.
    pub only: Option<HashSet<ElementId>>,
    /// How often attributes were sighted, and when.
    pub tallies: bool,
    /// Decay scores, when asked for.
    pub scoring: Option<Arc<Scoring>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            deleted: Deleted::Hide,
            attachments: true,
            sightings: true,
            proposals: true,
            reports: true,
            analyst: true,
            to_ids: None,
            exclude_local_tags: false,
            all_tags: false,
            blocked_tags: HashSet::new(),
            only: None,
            tallies: false,
            scoring: None,
        }
    }
}

/// A tag where it is attached.
#[derive(Debug, Clone)]
pub struct TagOnItem {
    /// The tag.
    pub tag: Arc<Tag>,
    /// How it is attached.
    pub link: TagLink,
}

/// An event and what stands around its content.
#[derive(Debug)]
pub struct Head {
    /// The event.
    pub event: Event,
    /// Owner.
    pub org: Option<Arc<Organisation>>,
    /// Creator.
    pub orgc: Option<Arc<Organisation>>,
    /// The group, when the caller may see it.
    pub group: Option<Arc<SharingGroup>>,
    /// The creating user's address, for those who may know it.
    pub creator_email: Option<String>,
    /// Tags.
    pub tags: Vec<TagOnItem>,
    /// Proposals for new attributes.
    pub proposals: Vec<Proposal>,
    /// Proposals on attributes.
    pub proposals_on: HashMap<ElementId, Vec<Proposal>>,
    /// Reports with their annotations.
    pub reports: Vec<(Report, Vec<Annotated>)>,
    /// Annotations of the event itself.
    pub analyst: Vec<Annotated>,
    /// Its decay scores, where asked for.
    pub scores: Vec<Score>,
    pub(super) options: Options,
}

impl Head {
    /// The options it was made with, after the rule on deleted elements.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.options
    }
}

/// An attribute with what belongs to it.
#[derive(Debug)]
pub struct AttributeItem {
    /// The attribute.
    pub attribute: Attribute,
    /// Tags.
    pub tags: Vec<TagOnItem>,
    /// Proposals on it.
    pub proposals: Vec<Proposal>,
    /// Sightings the caller may see.
    pub sightings: Vec<Sighting>,
    /// Annotations.
    pub analyst: Vec<Annotated>,
    /// Decay scores, where asked for.
    pub scores: Vec<Score>,
    /// What its sightings add up to, where asked for.
    pub tally: Tally,
    /// Its file.
    pub file: Option<Vec<u8>>,
    /// The group, when the caller may see it.
    pub group: Option<Arc<SharingGroup>>,
}

/// An object with its members and references.
#[derive(Debug)]
pub struct ObjectItem {
    /// The object.
    pub object: Object,
    /// Members.
    pub attributes: Vec<AttributeItem>,
    /// Annotations.
    pub analyst: Vec<Annotated>,
    /// References with the target where the caller may see it.
    pub references: Vec<(Reference, Option<ReferenceTarget>)>,
    /// The group, when the caller may see it.
    pub group: Option<Arc<SharingGroup>>,
}

/// The target of a reference.
#[derive(Debug)]
pub enum ReferenceTarget {
    /// An attribute.
    Attribute(Box<Attribute>),
    /// An object.
    Object(Box<Object>),
}
