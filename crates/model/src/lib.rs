//! What an event, attribute, object, tag, organisation, user and sharing group *is*.
//!
//! Pure data and the small facts that belong to it: identifiers, times, enumerations, the stored
//! entities and the drafts (what a caller asks to be stored). No rules that need the store, no
//! words of a foreign standard, no IO, no clock, no randomness.
//!
//! * [`id`] – local numeric ids and the `id or uuid` reference that every endpoint accepts;
//! * [`time`] – the three time scales in use (seconds, microseconds, days) and how they are read;
//! * [`level`] – distribution, threat level, analysis, sighting kind;
//! * [`event`], [`attribute`], [`object`], [`report`], [`proposal`], [`sighting`], [`tag`] – content;
//! * [`analyst`] – annotations of content;
//! * [`organisation`], [`account`], [`role`], [`sharing_group`] – who is who;
//! * [`library`] – what is stored of the community libraries;
//! * [`search`] – what a search asks for;
//! * [`draft`] – what callers send, with every field optional and possibly malformed;
//! * [`finding`] – validation errors in the shape clients parse.
//!
//! ```
//! use entente_model::id::{ElementId, EventId};
//! let attribute = ElementId::new(EventId(7), 3).unwrap();
//! assert_eq!(attribute.event(), EventId(7));
//! assert_eq!(attribute.0, (7 << 24) + 3);
//! ```
pub mod account;
pub mod administration;
pub mod analyst;
pub mod attribute;
pub mod blueprint;
pub mod collection;
pub mod discussion;
pub mod draft;
pub mod event;
pub mod finding;
pub mod id;
pub mod level;
pub mod library;
pub mod object;
pub mod organisation;
pub mod proposal;
pub mod report;
pub mod role;
pub mod search;
pub mod sharing_group;
pub mod sighting;
pub mod tag;
pub mod taxonomy;
pub mod time;
