//! Working together: templates, reports, collections, blueprints, discussions. spec: 08
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failure is the test's outcome"
)]

mod analyst;
mod attack;
mod blueprints;
mod collections;
mod dashboards;
mod discussions;
mod reports;
mod summaries;
mod templates;
mod value_rules;

use serde_json::Value;

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
