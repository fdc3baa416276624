//! MISP JSON into drafts: tolerant of every form clients send, strict about JSON itself.
//!
//! Bodies may be wrapped in the model's name, `request` or `response`, or be a list of one (spec: 03#1.4);
//! keys come in any order; unknown ones are ignored; of a repeated one the last counts. Numbers and flags
//! come as numbers, text or booleans (spec: 01#1). A field that cannot be read is `Given::Invalid` in the
//! draft and no error; an error means that the document as a whole cannot be used.
//!
//! [`event`] and [`attributes`] hold one element at a time, however large the document is.
//!
//! ```
//! use entente_misp::read;
//! use entente_model::draft::Given;
//! let draft = read::attribute(br#"{"Attribute":{"type":"ip-dst","value":"192.0.2.1","to_ids":"1"}}"#.as_slice())?;
//! assert_eq!(draft.value.as_deref(), Some("192.0.2.1"));
//! assert_eq!(draft.to_ids, Given::Value(true));
//! # Ok::<(), read::ReadError>(())
//! ```
mod analyst;
mod attribute;
mod event;
pub mod field;
mod object;
mod parser;
mod party;
pub(crate) mod scalar;
mod tag;

use attribute::Found;
use entente_model::draft::{
    AnalystDraft, AnalystKind, AttributeDraft, EventDraft, Given, ObjectDraft, OrgDraft, ReferenceDraft,
    ReportDraft, SharingGroupDraft, SightingDraft, TagDraft,
};
use entente_model::id::Ref;
use parser::{Next, Parser};
use std::io::Read;
use uuid::Uuid;

/// Wrappers around a body, one in another; deeper ones are unknown keys.
const MAX_WRAPS: u8 = 3;

/// Why a document cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Nothing in it: no body, `{}`, `[]` or null.
    #[error("the document is empty")]
    Empty,
    /// No JSON.
    #[error("invalid JSON at byte {at}: expected {expected}")]
    Syntax {
        /// Bytes before the fault.
        at: u64,
        /// What should have stood there.
        expected: &'static str,
    },
    /// JSON of another shape.
    #[error("expected {0}")]
    Shape(&'static str),
    /// A list that had been delivered comes again, so that "the last counts" cannot be kept.
    #[error("the key {0} is there twice")]
    Repeated(&'static str),
    /// Containers within containers without end.
    #[error("the document is nested too deeply")]
    TooDeep,
    /// The sink wants no more; it knows why.
    #[error("reading was stopped")]
    Stopped,
    /// The source failed.
    #[error("the document could not be read")]
    Io(#[source] std::io::Error),
}

/// A sink's wish to get nothing more. The reason stays with the sink.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop;

impl From<Stop> for ReadError {
    fn from(Stop: Stop) -> Self {
        Self::Stopped
    }
}

/// Takes the elements of an event as they are read, in the order of the document.
pub trait EventSink {
    /// An attribute outside of objects.
    ///
    /// # Errors
    /// [`Stop`] ends the reading.
    fn attribute(&mut self, draft: AttributeDraft) -> Result<(), Stop>;
    /// An object with its attributes and references.
    ///
    /// # Errors
    /// [`Stop`] ends the reading.
    fn object(&mut self, draft: ObjectDraft) -> Result<(), Stop>;
    /// A proposal, whether it stands in the event or in an attribute. Ignored unless overridden.
    ///
    /// # Errors
    /// [`Stop`] ends the reading.
    fn proposal(&mut self, draft: ProposalDraft) -> Result<(), Stop> {
        drop(draft);
        Ok(())
    }
}

/// A proposal as sent. spec: 01#7.7
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProposalDraft {
    /// The proposed attribute; its uuid is that of the attribute to change.
    pub attribute: AttributeDraft,
    /// The sender's id of the attribute to change; `None` = a new one.
    pub old_id: Option<i64>,
    /// The event, where the body names it.
    pub event_uuid: Option<Uuid>,
    /// Asks for deletion.
    pub to_delete: Given<bool>,
    /// Who proposes, for captured ones.
    pub org: Option<OrgDraft>,
    /// The proposing user's address, for captured ones.
    pub email: Option<String>,
}

/// What `POST /sightings/add` asks for. spec: 03#9
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SightingRequest {
    /// The sighting itself; its uuid is also how a body names an attribute.
    pub sighting: SightingDraft,
    /// The attribute named by `id`.
    pub attribute: Option<Ref>,
    /// Values that were seen.
    pub values: Vec<String>,
    /// Search filters that restrict the attributes.
    pub filters: Option<serde_json::Value>,
}

/// Runs `read` over a whole document.
fn document<T>(
    mut source: impl Read,
    read: impl FnOnce(&mut Parser<'_>) -> Result<T, ReadError>,
) -> Result<T, ReadError> {
    let mut parser = Parser::new(&mut source);
    if parser.next()? == Next::End {
        return Err(ReadError::Empty);
    }
    let result = read(&mut parser)?;
    parser.finish()?;
    Ok(result)
}

/// Runs `read` at the one element of a document and refuses a document that says nothing.
fn single(
    source: impl Read,
    mut read: impl FnMut(&mut Parser<'_>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    document(source, |p| {
        let mut elements = 0;
        p.each(|p| {
            elements += 1;
            if elements > 1 {
                return Err(ReadError::Shape("one element"));
            }
            if p.next()? != Next::Map {
                return Err(ReadError::Shape("a map"));
            }
            read(p)
        })?;
        if p.fields == 0 {
            Err(ReadError::Empty)
        } else {
            Ok(())
        }
    })
}

/// Reads the elements of the next value; those of which `read` makes nothing are left out.
fn list<T>(
    p: &mut Parser<'_>,
    mut read: impl FnMut(&mut Parser<'_>) -> Result<Option<T>, ReadError>,
) -> Result<Vec<T>, ReadError> {
    let mut all = Vec::new();
    p.each(|p| {
        all.extend(read(p)?);
        Ok(())
    })?;
    Ok(all)
}

/// Reads an event. Attributes, objects and proposals go to `sink` one by one, everything else into the
/// returned draft; since keys have no order, they may come before the event's own fields are known.
///
/// # Errors
/// [`ReadError`]; `Empty` when the document says nothing.
pub fn event(reader: impl Read, sink: &mut impl EventSink) -> Result<EventDraft, ReadError> {
    document(reader, |p| {
        let mut event = event::EventReader::new(sink);
        event.document(p, 0)?;
        if p.fields == 0 {
            Err(ReadError::Empty)
        } else {
            Ok(event.draft)
        }
    })
}

/// Reads the body of `attributes/add`: one attribute or several, bare or wrapped. Answers how many elements
/// were submitted (a list of one is one). Every element of a list is delivered, also one that is no
/// attribute (as an empty draft), so that the count of calls is the position in the request.
///
/// # Errors
/// [`ReadError`]; `Empty` when there is no element.
pub fn attributes(
    reader: impl Read,
    mut sink: impl FnMut(AttributeDraft) -> Result<(), Stop>,
) -> Result<usize, ReadError> {
    document(reader, |p| {
        let mut count = 0;
        let mut counted = |draft| {
            count += 1;
            sink(draft)
        };
        let mut single = AttributeDraft::default();
        if attributes_at(p, &mut single, &mut counted, 0)? {
            counted(single)?;
        }
        if count == 0 {
            Err(ReadError::Empty)
        } else {
            Ok(count)
        }
    })
}

/// Delivers the attributes of a list; collects fields that stand outside of lists in `single` and says
/// whether there were any.
fn attributes_at(
    p: &mut Parser<'_>,
    single: &mut AttributeDraft,
    sink: &mut dyn FnMut(AttributeDraft) -> Result<(), Stop>,
    wraps: u8,
) -> Result<bool, ReadError> {
    match p.next()? {
        Next::List => p.each(|p| submitted(p, sink)).map(|()| false),
        Next::Map => {
            let mut found = false;
            let mut group = party::GroupParts::default();
            p.map()?;
            while let Some(key) = p.key()? {
                match key.as_bytes() {
                    _ if key.is_index() => submitted(p, sink)?,
                    b"Attribute" | b"request" | b"response" if wraps < MAX_WRAPS => {
                        found |= attributes_at(p, single, sink, wraps + 1)?;
                    }
                    key => found |= attribute::field_into(p, key, single, &mut group, &mut Vec::new())?,
                }
            }
            if let Some(choice) = group.choice() {
                single.extra_mut().sharing_group = Some(choice);
            }
            Ok(found)
        }
        _ => match p.scalar()? {
            scalar::Scalar::Null => Ok(false),
            _ => Err(ReadError::Shape("an attribute or a list of attributes")),
        },
    }
}

/// One element of a list of attributes.
fn submitted(
    p: &mut Parser<'_>,
    sink: &mut dyn FnMut(AttributeDraft) -> Result<(), Stop>,
) -> Result<(), ReadError> {
    let mut draft = AttributeDraft::default();
    attribute::attribute_into(p, &mut draft, &mut Vec::new(), 0)?;
    Ok(sink(draft)?)
}

/// Reads one attribute.
///
/// # Errors
/// [`ReadError`].
pub fn attribute(reader: impl Read) -> Result<AttributeDraft, ReadError> {
    let mut draft = AttributeDraft::default();
    single(reader, |p| {
        let found: Found = attribute::attribute_into(p, &mut draft, &mut Vec::new(), 0)?;
        if found == Found::Nothing {
            Err(ReadError::Shape("an attribute"))
        } else {
            Ok(())
        }
    })?;
    Ok(draft)
}

/// Reads one object; its `Attribute` list may stand inside or beside it.
///
/// # Errors
/// [`ReadError`].
pub fn object(reader: impl Read) -> Result<ObjectDraft, ReadError> {
    let mut draft = ObjectDraft::default();
    single(reader, |p| {
        object::object_into(p, &mut draft, &mut Vec::new(), 0).map(|_| ())
    })?;
    Ok(draft)
}

/// Reads one reference between objects.
///
/// # Errors
/// [`ReadError`].
pub fn reference(reader: impl Read) -> Result<ReferenceDraft, ReadError> {
    let mut draft = ReferenceDraft::default();
    single(reader, |p| object::reference_into(p, &mut draft, 0).map(|_| ()))?;
    Ok(draft)
}

/// Reads one event report.
///
/// # Errors
/// [`ReadError`].
pub fn report(reader: impl Read) -> Result<ReportDraft, ReadError> {
    let mut draft = ReportDraft::default();
    single(reader, |p| object::report_into(p, &mut draft, 0).map(|_| ()))?;
    Ok(draft)
}

/// Reads one proposal, also under `Attribute` or `Proposal`.
///
/// # Errors
/// [`ReadError`].
pub fn proposal(reader: impl Read) -> Result<ProposalDraft, ReadError> {
    let mut draft = ProposalDraft::default();
    single(reader, |p| attribute::proposal_into(p, &mut draft, 0).map(|_| ()))?;
    Ok(draft)
}

/// Reads a list of proposals, each bare or under `ShadowAttribute`, as exchanged by synchronisation.
///
/// # Errors
/// [`ReadError`].
pub fn proposals(reader: impl Read) -> Result<Vec<ProposalDraft>, ReadError> {
    document(reader, |p| {
        list(p, |p| {
            let mut draft = ProposalDraft::default();
            Ok(attribute::proposal_into(p, &mut draft, 0)?.then_some(draft))
        })
    })
}

/// Reads the body of `sightings/add`.
///
/// # Errors
/// [`ReadError`].
pub fn sighting(reader: impl Read) -> Result<SightingRequest, ReadError> {
    let mut request = SightingRequest::default();
    single(reader, |p| {
        attribute::sighting_into(p, &mut request, 0).map(|_| ())
    })?;
    Ok(request)
}

/// Reads one note, opinion or relationship, bare or wrapped in the name of its kind.
///
/// # Errors
/// [`ReadError`].
pub fn annotation(reader: impl Read, kind: AnalystKind) -> Result<AnalystDraft, ReadError> {
    let mut draft = analyst::empty(kind);
    single(reader, |p| analyst::read_into(p, &mut draft, 1, 0).map(|_| ()))?;
    Ok(draft)
}

/// Reads all annotations under `Note`, `Opinion` and `Relationship`, as pushed by synchronisation.
///
/// # Errors
/// [`ReadError`].
pub fn annotations(reader: impl Read) -> Result<Vec<AnalystDraft>, ReadError> {
    let mut all = Vec::new();
    single(reader, |p| {
        p.map()?;
        while let Some(key) = p.key()? {
            match analyst::kind_of_key(key.as_bytes()) {
                Some(kind) => analyst::annotations(p, kind, &mut all)?,
                None => p.skip()?,
            }
        }
        Ok(())
    })?;
    Ok(all)
}

/// Reads tags: a list or one, each a map or a bare name, also under `Tag`.
///
/// # Errors
/// [`ReadError`].
pub fn tag_list(reader: impl Read) -> Result<Vec<TagDraft>, ReadError> {
    document(reader, |p| {
        if p.next()? != Next::Map {
            return list(p, tag::tag);
        }
        tag::tags(p, 0)
    })
}

/// Reads one organisation. An `id` counts only when there is neither uuid nor name.
///
/// # Errors
/// [`ReadError`].
pub fn organisation(reader: impl Read) -> Result<OrgDraft, ReadError> {
    let mut org = OrgDraft::default();
    single(reader, |p| party::organisation_into(p, &mut org, 0).map(|_| ()))?;
    Ok(party::settle(org).unwrap_or_default())
}

/// Reads one sharing group.
///
/// # Errors
/// [`ReadError`].
pub fn sharing_group(reader: impl Read) -> Result<SharingGroupDraft, ReadError> {
    let mut group = SharingGroupDraft::default();
    single(reader, |p| {
        party::sharing_group_into(p, &mut group, 0).map(|_| ())
    })?;
    Ok(group)
}
