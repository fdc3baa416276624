//! Filters and pages of lists that are held in memory. spec: 03#1.3, 03#1.7
use crate::call::Call;
use entente_misp::read::field;
use serde_json::{Map, Value};

/// A filter from the body, else from the URL; empty is none.
#[must_use]
pub fn parameter(call: &Call, body: &Map<String, Value>, name: &str) -> Option<String> {
    field::text(body, name)
        .or_else(|| call.named(name).map(str::to_owned))
        .filter(|text| !text.is_empty())
}

/// The part of a list that `page` (from 1) and `limit` ask for; everything without a limit.
#[must_use]
pub fn page<T>(call: &Call, body: &Map<String, Value>, rows: Vec<T>) -> Vec<T> {
    let number = |name: &str| parameter(call, body, name).and_then(|text| text.parse::<usize>().ok());
    let Some(limit) = number("limit").filter(|limit| *limit > 0) else {
        return rows;
    };
    let before = number("page")
        .unwrap_or(1)
        .saturating_sub(1)
        .saturating_mul(limit);
    rows.into_iter().skip(before).take(limit).collect()
}
