//! The MISP-compatible REST surface: paths, shapes and status codes, no rules.
//!
//! One request passes [`serve`]: the path becomes controller, action, arguments and named parameters
//! ([`request`]), the key becomes an actor, the endpoint rule of the policy table is asked, the body
//! is received within its limits, and the handler from [`routes`] calls a use case and shapes the
//! answer. Handlers live in one folder per resource, one file per group of actions.
pub mod acl;
pub mod analyst;
pub mod answer;
pub mod attribute;
pub mod auth_key;
pub mod blocklist;
pub mod blueprint;
pub mod bookmark;
pub mod browser;
pub mod call;
pub mod collection;
pub mod community;
pub mod correlation;
pub mod correlation_exclusion;
pub mod correlation_rule;
pub mod criteria;
pub mod dashboard;
pub mod decay;
pub mod delegation;
pub mod describe;
pub mod discussion;
pub mod etag;
pub mod event;
pub mod event_graph;
pub mod failure;
pub mod feed;
pub mod galaxies;
pub mod galaxy;
pub mod instance;
pub mod job;
pub mod listing;
pub mod log;
pub mod news;
pub mod noticelist;
pub mod object;
pub mod openapi;
pub mod organisation;
pub mod periodic;
pub mod proposal;
pub mod registration;
pub mod report;
pub mod request;
pub mod role;
pub mod routes;
pub mod sample;
pub mod save;
pub mod scalars;
pub mod search;
pub mod serve;
pub mod setting;
pub mod sharing_group;
pub mod sighting;
pub mod statistics;
pub mod tag;
pub mod taxonomy;
pub mod template;
pub mod user;
pub mod user_setting;
pub mod value_rule;
pub mod warninglist;
pub mod warnings;

pub use answer::Answer;
pub use call::Call;
pub use failure::Failure;
pub use serve::serve;
