//! Organisations, accounts, roles and keys on both databases.
#![expect(clippy::unwrap_used, reason = "a failure is the test's outcome")]

mod administrators;
mod start;
