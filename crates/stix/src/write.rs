//! Events as STIX 2 bundles, object by object. spec: 12#5, 12#6
//!
//! A [`Bundle`] is told about one event, attribute, object at a time and appends to [`Sections`], which the caller
//! empties as they grow. What is kept is small: the identifiers of observables already written, so that each
//! stands in a bundle once, and of the present event what its elements became.
mod bundle;
mod context;
mod graph;
mod item;
mod object;
mod old;
mod properties;
mod terms;

pub use bundle::{Bundle, Sections, Settings, Streamed};
pub(crate) use properties::confidence_tag;

use entente_model::attribute::Attribute;
use entente_model::event::Event;
use entente_model::library::{FullCluster, Galaxy};
use entente_model::object::{Object, Reference};
use entente_model::report::Report;
use entente_model::sighting::Sighting;
use entente_model::time::Seconds;
use uuid::Uuid;

/// A version of the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Version {
    /// 2.0.
    Old,
    /// 2.1.
    #[default]
    New,
}

/// How identifiers and extensions are made. spec: 12#5.3
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Profile {
    /// As MISP's converter makes and expects them.
    #[default]
    Misp,
    /// As the standard demands, to the letter.
    Strict,
}

/// An organisation.
#[derive(Debug, Clone, Copy)]
pub struct Party<'a> {
    /// Its identity.
    pub uuid: Uuid,
    /// Its name.
    pub name: &'a str,
    /// When it was added here.
    pub created: Seconds,
    /// When it was changed here.
    pub modified: Seconds,
}

/// A tag, with the cluster that it stands for where the reader may see it.
#[derive(Debug, Clone, Copy)]
pub struct TagView<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its cluster and galaxy.
    pub cluster: Option<(&'a FullCluster, &'a Galaxy)>,
}

/// A sighting, with who saw it.
#[derive(Debug, Clone, Copy)]
pub struct SightingView<'a> {
    /// The sighting.
    pub sighting: &'a Sighting,
    /// Who saw it.
    pub by: Option<Party<'a>>,
}

/// An attribute with what belongs to it.
#[derive(Debug, Clone, Copy)]
pub struct Item<'a> {
    /// The attribute.
    pub attribute: &'a Attribute,
    /// Tags that travel.
    pub tags: &'a [TagView<'a>],
    /// Its file, base64.
    pub file: Option<&'a str>,
    /// Sightings.
    pub sightings: &'a [SightingView<'a>],
}

/// An object with its members and references.
#[derive(Debug, Clone, Copy)]
pub struct ObjectView<'a> {
    /// The object.
    pub object: &'a Object,
    /// Members.
    pub members: &'a [Item<'a>],
    /// References to what the reader may see.
    pub references: &'a [&'a Reference],
}

/// An event without its content.
#[derive(Debug, Clone, Copy)]
pub struct EventView<'a> {
    /// The event.
    pub event: &'a Event,
    /// Its creator.
    pub creator: Party<'a>,
    /// Tags that travel.
    pub tags: &'a [TagView<'a>],
    /// Its reports.
    pub reports: &'a [&'a Report],
}
