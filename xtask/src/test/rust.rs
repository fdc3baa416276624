//! The tests of the crates: nextest, then the examples in the documentation.

use std::process::Command;

use anyhow::Result;

use super::postgres::Postgres;
use super::tally::{self, Tally};
use crate::run::{self, Step, cargo};

const NEXTEST_VERSION: &str = "0.9.143";

/// Unit, table, property, store and API tests of every crate.
/// `full` asks for their long forms.
pub fn nextest(postgres: Option<&Postgres>, full: bool, tally: &mut Tally) -> Result<()> {
    run::cargo_tool("cargo-nextest", NEXTEST_VERSION)?;
    let _step = Step::new("tests of the crates");
    let mut command = cargo([
        "nextest",
        "run",
        "--workspace",
        "--no-fail-fast",
        "--status-level",
        "slow",
    ]);
    if full {
        command.env("ENTENTE_EQUIVALENCE", "full");
    }
    counted(
        "tests of the crates",
        command,
        postgres,
        tally,
        tally::nextest_summary,
    )
}

/// The examples in the documentation of the crates.
pub fn doc_tests(postgres: Option<&Postgres>, tally: &mut Tally) -> Result<()> {
    let _step = Step::new("examples in the documentation");
    let command = cargo(["test", "--doc", "--workspace", "--no-fail-fast"]);
    counted(
        "examples in the documentation",
        command,
        postgres,
        tally,
        tally::harness_summary,
    )
}

fn counted(
    name: &str,
    mut command: Command,
    postgres: Option<&Postgres>,
    tally: &mut Tally,
    read: fn(&str) -> Option<Tally>,
) -> Result<()> {
    match postgres {
        Some(postgres) => command.env("ENTENTE_TEST_POSTGRES", postgres.url("postgres")),
        None => command.env_remove("ENTENTE_TEST_POSTGRES"),
    };
    let mut part = Tally::default();
    let fine = run::watched(&mut command, |line| {
        if let Some(counts) = read(line) {
            part.add(counts);
        }
    })?;
    if !fine && part.failed == 0 {
        part.fail(format!("{name}: did not run to the end"));
    } else if part.failed > 0 {
        part.failures.push(format!("{name}: see above"));
    }
    tally.add(part);
    Ok(())
}
