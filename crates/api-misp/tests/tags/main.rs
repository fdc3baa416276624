//! The tag and taxonomy endpoints as clients call them, on both databases.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failure is the test's outcome"
)]

mod tag;
mod taxonomy;

#[path = "../support/mod.rs"]
mod support;

use support::{call, get, post};
