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
pub mod app;
pub mod auth;
pub mod auth_key;
pub mod blob;
pub mod bootstrap;
pub mod ctx;
pub mod directory;
pub mod error;
pub mod event;
mod given;
pub mod journal;
pub mod labels;
pub mod organisation;
pub mod registration;
pub mod role;
pub mod search;
pub mod secrets;
pub mod settings;
pub mod sources;
pub mod tag_book;
pub mod user;
pub mod user_setting;

pub use actor::Actor;
pub use app::App;
pub use ctx::Ctx;
pub use error::{Class, Error, Result};
