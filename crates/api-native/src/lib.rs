//! Entente's own API under `/api/v1/`, for what MISP's protocol cannot express.
//!
//! One request passes [`serve`]: the key becomes an actor, path and method pick a row of the table in
//! [`routes`], the body is received within its limit, and the handler calls a use case of the engine.
//! Answers are typed structures: numbers are numbers, times are RFC 3339, failures are RFC 9457 problem
//! details ([`problem`]), long lists are paged by cursor. The OpenAPI document is made from the same
//! structures ([`openapi`]), and a test holds it against the table.
pub mod account;
pub mod action;
pub mod call;
pub mod correlation;
pub mod instance;
pub mod openapi;
pub mod policy;
pub mod problem;
pub mod query;
pub mod routes;
pub mod serve;

pub use call::{Body, Call};
pub use problem::Problem;
pub use serve::serve;
