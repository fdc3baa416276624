//! Drafts' counterpart: stored entities as MISP JSON, appended to a byte buffer.
//!
//! Written by hand because these bytes are most of what a busy instance sends: ids and times are decimal
//! *strings*, flags are booleans, absent optional values are null, and neither slashes nor non-ASCII
//! characters are escaped (spec: 01#1). Every function appends one whole JSON value and no comma, except
//! [`event_header`] and [`object_header`], which leave their map open for [`JsonWriter::resume`].
//!
//! What an entity refers to but does not hold (organisations, sharing groups, tags, galaxies) is given by
//! the caller, large parts as JSON already rendered, so that nothing is looked up or copied per element.
//!
//! ```
//! use entente_misp::write::JsonWriter;
//! let mut out = Vec::new();
//! let mut json = JsonWriter::new(&mut out);
//! json.begin_map();
//! json.key("id").id(17);
//! json.key("info").text("a \"b\" / é");
//! json.end_map();
//! assert_eq!(String::from_utf8_lossy(&out), r#"{"id":"17","info":"a \"b\" / é"}"#);
//! ```
mod attribute;
mod event;
mod json;
mod object;
mod proposal;
mod related;
mod report;
mod sighting;
mod tag;

pub use attribute::{AttributeParts, AttributeShape, ObjectOfAttribute, attribute};
pub use event::{
    EventView, IndexParts, OrgView, context_event, event_header, event_index_row, event_of_object,
    event_of_search, extended_by, extending_event, related_event,
};
pub use json::JsonWriter;
pub use object::{ObjectParts, ReferenceTarget, object, object_header, reference, reference_answer};
pub use proposal::{ProposalShape, ProposalView, proposal};
pub use related::{granular_correlation, related_attribute};
pub use report::{ReportEvent, report, report_answer};
pub use sighting::{SightingShape, SightingView, sighting};
pub use tag::{LinkView, TagForm, TagOnItem, tag, tag_link};
