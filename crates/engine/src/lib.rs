//! Use cases: everything that changes or guards data.
//!
//! A use case is a function over a [`Ctx`]: a transaction together with who acts, the time of the
//! transaction and the snapshots of reference data. It checks rights (`policy`), validates
//! (`indicator`), writes (`store`), and journals, all in one transaction, so that there is no path
//! around policy or journal. Edges call use cases through [`App::read`] and [`App::write`] and hold
//! no rules of their own.
//!
//! Write closures may run twice (serialisation failures are repeated), so they have no effect
//! outside their transaction. They answer ids; what is shown to a caller is read afterwards through
//! the caller's scope.
pub mod actor;
pub mod analyst;
pub mod app;
pub mod attribute;
pub mod auth;
pub mod auth_key;
pub mod blob;
pub mod blocklist;
pub mod bookmark;
pub mod bootstrap;
pub mod collection;
pub mod community;
pub mod content;
pub mod correlation;
pub mod correlation_exclusion;
pub mod correlation_rule;
pub mod ctx;
pub mod dashboard;
pub mod decay;
pub mod delegation;
pub mod directory;
pub mod discussion;
pub mod error;
pub mod event;
pub mod event_graph;
pub mod feed;
pub mod free_text;
pub mod galaxy;
mod given;
pub mod job;
pub mod journal;
pub mod knowledge;
pub mod labels;
pub mod log;
pub mod news;
pub mod noticelist;
pub mod object;
pub mod organisation;
pub mod periodic;
pub mod policy_view;
pub mod proposal;
pub mod registration;
pub mod report;
pub mod role;
pub mod sample_upload;
pub mod search;
pub mod secrets;
pub mod setting;
pub mod settings;
pub mod sharing_group;
pub mod sighting;
pub mod sources;
pub mod statistics;
pub mod tag;
pub mod tag_book;
pub mod taxonomy;
pub mod template;
pub mod user;
pub mod user_setting;
pub mod value_rule;
pub mod warninglist;

pub use actor::Actor;
pub use app::App;
pub use ctx::Ctx;
pub use error::{Class, Error, Result};
