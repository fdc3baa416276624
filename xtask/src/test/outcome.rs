//! What a test in Python did: its runner writes one JSON line per test.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde::Deserialize;

/// What tests did, and what they said, by name.
pub type ByTest = BTreeMap<String, (Outcome, String)>;

/// How a test ended.
#[derive(Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// As it should.
    Passed,
    /// Not as it should.
    Failed,
    /// The test left itself out.
    Skipped,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
struct Line {
    test: String,
    outcome: Outcome,
    detail: String,
}

/// The lines of a runner.
pub fn read(lines: &str) -> Result<ByTest> {
    lines
        .lines()
        .map(|line| {
            let line: Line = serde_json::from_str(line).with_context(|| format!("not a result: {line}"))?;
            Ok((line.test, (line.outcome, line.detail)))
        })
        .collect()
}
