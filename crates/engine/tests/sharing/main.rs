//! Sharing groups, delegations, lists, settings and the log on both databases.
#![expect(clippy::unwrap_used, reason = "a failure is the test's outcome")]

mod delegation;
mod group;
mod lists;
mod settings;
