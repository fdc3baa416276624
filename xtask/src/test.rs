//! `cargo xtask test`: every test on SQLite and on PostgreSQL, summed up in one last line.

mod consumers;
mod crash;
mod golden;
mod outcome;
mod postgres;
mod pymisp;
mod readme;
mod real;
mod rust;
mod stores;
mod tally;

use std::collections::BTreeSet;
use std::env;
use std::thread;

use anyhow::{Result, anyhow};

use crate::run::{self, Step, cargo};
use crate::workspace::Scratch;
use postgres::Postgres;
use stores::Store;
use tally::Tally;

/// The Python environment of the suites that are written in it.
const REQUIREMENTS: &str = "tests/conformance/requirements.txt";

/// Options of `test`.
#[derive(clap::Args)]
pub struct Options {
    /// Leave out the suites that drive a running server with real clients
    #[arg(long)]
    fast: bool,
    /// The long forms of the suites that have one (200 kills instead of 25, reads of 200 callers among 10,000 labels)
    #[arg(long, conflicts_with = "fast")]
    full: bool,
    /// Only the suites that drive a running server: pymisp, consumers, golden, crash, readme
    #[arg(long, value_name = "SUITE", conflicts_with = "fast")]
    only: Vec<Suite>,
}

/// A suite against the real binary.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Suite {
    /// PyMISP's own live suite
    Pymisp,
    /// Programs that read exports
    Consumers,
    /// Recorded answers of a MISP server
    Golden,
    /// kill -9 during writes
    Crash,
    /// What the README prints
    Readme,
}

/// Runs the tests and prints the sum as the last line; the answer is whether all is well.
pub fn test(options: &Options) -> Result<bool> {
    let mut tally = Tally::default();
    let postgres = start_postgres(options.fast)?;
    if options.only.is_empty() {
        rust::nextest(postgres.as_ref(), options.full, &mut tally)?;
        rust::doc_tests(postgres.as_ref(), &mut tally)?;
    }
    if !options.fast {
        let postgres = postgres
            .as_ref()
            .ok_or_else(|| anyhow!("the live suites need PostgreSQL"))?;
        live(options, postgres, &mut tally)?;
    }
    for failure in &tally.failures {
        eprintln!("failed: {failure}");
    }
    let skipped = tally.skipped > 0 && env::var_os("CI").is_some();
    if skipped {
        eprintln!("failed: nothing may be skipped in CI");
    }
    println!("{tally}");
    Ok(tally.failed == 0 && !skipped)
}

fn start_postgres(fast: bool) -> Result<Option<Postgres>> {
    let _step = Step::new("start a private PostgreSQL");
    if fast && !postgres::installed() {
        eprintln!("--fast without PostgreSQL: its tests are left out");
        return Ok(None);
    }
    Postgres::start().map(Some)
}

/// The suites against the real binary, on both stores at the same time.
fn live(options: &Options, postgres: &Postgres, tally: &mut Tally) -> Result<()> {
    {
        let _step = Step::new("build the server");
        run::run(&mut cargo(["build", "--package", "entente-server"]))?;
    }
    let wanted = |suite| options.only.is_empty() || options.only.contains(&suite);
    let scratch = Scratch::new("test")?;
    let stores = {
        let _step = Step::new("stores with the knowledge base");
        Store::both(&scratch, postgres)?
    };
    if wanted(Suite::Pymisp) {
        let _step = Step::new("PyMISP's live suite");
        let suite = pymisp::Suite::prepare(&scratch)?;
        let outcomes = on_each(&stores, |store| suite.run(store))?;
        tally.add(suite.judge(&outcomes));
        let _step = Step::new("events of the real world");
        on_each(&stores, |store| real::run(suite.sources(), store))?
            .into_iter()
            .for_each(|part| tally.add(part));
    }
    if wanted(Suite::Consumers) {
        let _step = Step::new("programs that read exports");
        let consumers = consumers::Consumers::prepare(&scratch)?;
        on_each(&stores, |store| consumers.run(store))?
            .into_iter()
            .for_each(|part| tally.add(part));
    }
    if wanted(Suite::Golden)
        && let Some(replay) = golden::Replay::find()?
    {
        let _step = Step::new("recorded answers of a MISP server");
        on_each(&stores, |store| replay.run(store))?
            .into_iter()
            .for_each(|part| tally.add(part));
    }
    if wanted(Suite::Readme) {
        let _step = Step::new("what the README prints");
        let session = readme::Sessions::prepare()?;
        on_each(&stores, |store| session.run(store))?
            .into_iter()
            .for_each(|part| tally.add(part));
    }
    if wanted(Suite::Crash) {
        let _step = Step::new("kill -9 during writes");
        let rounds = if options.full { crash::FULL } else { crash::SHORT };
        on_each(&stores, |store| crash::run(store, rounds))?
            .into_iter()
            .for_each(|part| tally.add(part));
    }
    Ok(())
}

/// Runs `suite` for every store, at the same time; most of them wait for the disk or for a clock.
fn on_each<T: Send>(stores: &[Store], suite: impl Fn(&Store) -> Result<T> + Sync) -> Result<Vec<T>> {
    thread::scope(|scope| {
        let running: Vec<_> = stores.iter().map(|store| scope.spawn(|| suite(store))).collect();
        running
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| Err(anyhow!("a suite panicked"))))
            .collect()
    })
}

/// Names from a file of the repository, one per line; `#` starts a comment.
fn names(text: &str) -> BTreeSet<String> {
    text.lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim())
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}
