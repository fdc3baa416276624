//! Working together: templates, reports, collections, blueprints, discussions. spec: 08
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failure is the test's outcome"
)]

mod templates;
