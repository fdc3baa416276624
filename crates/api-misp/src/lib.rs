//! The MISP-compatible REST surface: paths, shapes and status codes, no rules.
//!
//! One request passes [`serve`]: the path becomes controller, action, arguments and named parameters
//! ([`request`]), the key becomes an actor, the endpoint rule of the policy table is asked, the body
//! is received within its limits, and the handler from [`routes`] calls a use case and shapes the
//! answer. Handlers live in one folder per resource, one file per group of actions.
pub mod answer;
pub mod auth_key;
pub mod call;
pub mod describe;
pub mod etag;
pub mod failure;
pub mod instance;
pub mod listing;
pub mod organisation;
pub mod registration;
pub mod request;
pub mod role;
pub mod routes;
pub mod save;
pub mod search;
pub mod serve;
pub mod user;
pub mod user_setting;

pub use answer::Answer;
pub use call::Call;
pub use failure::Failure;
pub use serve::serve;
