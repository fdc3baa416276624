//! A million values against all published warninglists, on one core.

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::report::Figure;
use crate::packages;
use crate::run::{self, cargo};

/// Runs the measuring program of the crate with the pinned lists; there is no server in between.
pub fn measure(quick: bool) -> Result<()> {
    let wheel = packages::knowledge()?
        .into_iter()
        .find(|file| file.to_string_lossy().contains("warninglists"))
        .context("no package of warninglists is pinned")?;
    let mut program = cargo(["run", "--quiet", "--release", "--package", "entente-knowledge"]);
    program
        .args(["--example", "measure_warninglists", "--"])
        .arg(wheel);
    let output = run::output(program.arg(if quick { "100000" } else { "1000000" }))?;
    let line: Value = serde_json::from_str(output.trim()).context("the measurement printed no JSON")?;
    let number = |name: &str| {
        let value = line.get(name).and_then(Value::as_f64);
        value.with_context(|| format!("the measurement lacks {name}"))
    };
    let (typed, every) = (number("per_second_by_type")?, number("per_second_every_list")?);
    let bytes = number("bytes_per_entry")?;
    Figure::new("warninglists")
        .with("lists", number("lists")?)
        .with("entries", number("entries")?)
        .with("bytes_per_entry", bytes)
        .with("load_ms", number("load_ms")?)
        .with("values", number("values")?)
        .with("by_type_per_second", typed)
        .with("every_list_per_second", every)
        .goal(
            "at least 500 000 values/s per core, also against every list",
            typed.min(every) >= 500_000.0,
        )
        .goal("at most 60 bytes per entry", bytes <= 60.0)
        .print()
}
