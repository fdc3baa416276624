//! Whole documents, written and read.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failure is the test's outcome"
)]

mod round_trip;
mod support;
