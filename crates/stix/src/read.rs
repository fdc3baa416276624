//! STIX 2 bundles as drafts of events. spec: 12#8
//!
//! A source is gone through three times: once to find where its objects begin and end, once to learn what refers
//! to what, and once to turn one object after the other into drafts, which a [`Sink`] takes. So a bundle may be
//! larger than memory; what is held is a small entry per object.
//!
//! Labels of MISP's converter and of ours are claims that anybody can write: they choose how something is read,
//! never what the caller may do.
mod annotation;
mod context;
mod convert;
mod custom;
mod deliver;
mod header;
mod index;
mod indicator;
mod observed;
mod scan;
mod tags;
mod value;

use entente_model::draft::{AttributeDraft, EventDraft, ObjectDraft};
use std::collections::HashMap;
use std::io::{Read, Seek};
use uuid::Uuid;

pub use index::{LARGEST_OBJECT, MOST_OBJECTS};
pub use scan::DEEPEST;

/// Most tags of clusters that a document is given; more context than that describes no event.
pub(crate) const MOST_CLUSTERS: usize = 10_000;

/// Why a document cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// No object in it.
    #[error("the document holds no STIX object")]
    Empty,
    /// Not the language it should be.
    #[error("at byte {at}: {message}")]
    Syntax {
        /// Bytes before the fault.
        at: u64,
        /// What is wrong.
        message: String,
    },
    /// Beyond a limit.
    #[error("{0}")]
    TooLarge(String),
    /// Containers within containers without end.
    #[error("the document is nested deeper than {0} levels")]
    TooDeep(usize),
    /// The sink wants no more; it knows why.
    #[error("reading was stopped")]
    Stopped,
    /// The source failed.
    #[error("the document could not be read")]
    Io(#[source] std::io::Error),
}

/// A sink's wish to get nothing more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop;

impl From<Stop> for ReadError {
    fn from(Stop: Stop) -> Self {
        Self::Stopped
    }
}

impl From<std::io::Error> for ReadError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

/// Takes what a document is turned into, in its order.
pub trait Sink {
    /// An attribute outside objects.
    ///
    /// # Errors
    /// [`Stop`] ends the reading.
    fn attribute(&mut self, draft: AttributeDraft) -> Result<(), Stop>;

    /// An object with its attributes and references.
    ///
    /// # Errors
    /// [`Stop`] ends the reading.
    fn object(&mut self, draft: ObjectDraft) -> Result<(), Stop>;

    /// Something that has no counterpart and is not kept, and why.
    fn left_out(&mut self, why: String);
}

/// What a document says besides its attributes and objects.
#[derive(Debug, Default)]
pub struct Imported {
    /// The event. Its creator is named where the document names one; whether that counts is for the caller.
    pub header: EventDraft,
    /// For the name of a tag in the drafts: names of clusters that it may rather be, the likeliest first.
    pub choices: HashMap<String, Vec<String>>,
}

/// Reads a STIX 2.0 or 2.1 document: a bundle, an envelope, a list of objects, one object, or one per line.
/// `event` is the uuid of the event unless the document has one for it.
///
/// # Errors
/// See [`ReadError`]; what was delivered until then does not count.
pub fn bundle(mut source: impl Read + Seek, event: Uuid, sink: &mut dyn Sink) -> Result<Imported, ReadError> {
    let parts = scan::objects(&mut source)?;
    let mut index = index::Index::build(&mut source, &parts.objects, sink)?;
    index.bundle = parts.id;
    convert::Converter::new(&mut source, index, event, sink).run()
}

/// A whole JSON document of a stranger: no key twice, no NUL.
pub(crate) fn strict_json(source: impl Read) -> Result<serde_json::Value, ReadError> {
    let value::Strict(map) = serde_json::from_reader(source).map_err(|error| match error.classify() {
        serde_json::error::Category::Io => ReadError::Io(error.into()),
        _ => ReadError::Syntax {
            at: u64::try_from(error.column()).unwrap_or(u64::MAX),
            message: error.to_string(),
        },
    })?;
    Ok(serde_json::Value::Object(map))
}
