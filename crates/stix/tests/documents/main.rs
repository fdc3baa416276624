//! Whole documents, written and read.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a failure is the test's outcome"
)]

mod foreign;
mod one;
mod round_trip;
mod snapshot;
mod support;
