//! Times as MISP writes them.
use entente_model::time::Seconds;

/// `2025-03-04T10:00:00+00:00`.
#[must_use]
pub fn offset(seconds: Seconds) -> String {
    entente_model::time::rfc3339(seconds).replace('Z', "+00:00")
}
