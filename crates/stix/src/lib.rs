//! STIX in both directions: MISP's events as STIX 1 and 2 documents, and such documents as drafts of events.
//!
//! * [`map`] – the tables that say what corresponds to what; both directions read them;
//! * [`write`] – events as STIX 2.0 and 2.1 bundles, object by object;
//! * [`document`] – how a caller streams what is written;
//! * [`read`] – bundles as drafts, object by object, however large they are;
//! * [`pattern`] – the language of indicators: grammar, parser, printer;
//! * [`ident`], [`canonical`], [`moment`] – identifiers, canonical JSON, timestamps;
//! * [`kind`] – which of these a document is;
//! * [`one`] – STIX 1.1.1 and 1.2, as XML and as the JSON of its Python library.
//!
//! Nothing here does IO of its own, knows a clock or draws a number: what is read comes through a reader of the
//! caller, what is written goes into buffers that the caller empties, and time and uuids are arguments.
pub mod canonical;
pub mod document;
pub mod ident;
pub mod kind;
pub mod map;
pub mod moment;
pub mod one;
pub mod pattern;
pub mod read;
pub mod write;
