//! PyMISP's own live suite, unmodified, against a fresh server on each store.
//!
//! `tests/conformance/pymisp-must-pass.txt` names the tests that must pass. The list only grows: a
//! test outside it that passes on every store is a failure that asks to be added.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::outcome::{self, Outcome};
use super::stores::Store;
use super::tally::Tally;
use crate::node::Node;
use crate::workspace::{self, Scratch};
use crate::{packages, run};

const CLIENTS: &str = "tests/conformance/clients.toml";
const MUST_PASS: &str = "tests/conformance/pymisp-must-pass.txt";
const RUNNER: &str = "tests/conformance/run_pymisp.py";
const SAMPLES: &str = "tests/conformance/make_samples.py";

/// The suite, unpacked, and the interpreter to run it with.
pub struct Suite {
    python: PathBuf,
    sources: PathBuf,
    scratch: PathBuf,
    must_pass: BTreeSet<String>,
}

/// All tests on one store.
pub struct Outcomes {
    store: &'static str,
    tests: outcome::ByTest,
}

impl Suite {
    /// Fetches the pinned sources and what they import.
    pub fn prepare(scratch: &Scratch) -> Result<Self> {
        let python = packages::environment(super::REQUIREMENTS)?;
        let pins = packages::pins(CLIENTS)?;
        let pin = pins
            .iter()
            .find(|pin| pin.name == "pymisp")
            .context("pymisp is not pinned")?;
        let archive = packages::fetch(pin, &workspace::target().join("clients"))?;
        let unpacked = scratch.path().join("clients");
        fs::create_dir_all(&unpacked)?;
        run::run(
            run::command("tar", ["-xzf"])
                .arg(archive)
                .arg("-C")
                .arg(&unpacked),
        )?;
        let sources = unpacked.join(pin.file.trim_end_matches(".tar.gz"));
        // The sample programs lie where the suite expects them, so it has nothing to fetch.
        let samples = sources.join("tests/viper-test-files/test_files");
        run::run(run::command(&python, [workspace::root().join(SAMPLES)]).arg(samples))?;
        let must_pass = super::names(&fs::read_to_string(workspace::root().join(MUST_PASS))?);
        Ok(Self {
            python,
            sources,
            scratch: scratch.path().to_path_buf(),
            must_pass,
        })
    }

    /// Where PyMISP's source distribution lies.
    pub fn sources(&self) -> &Path {
        &self.sources
    }

    /// Runs every test of the suite on one store, those that must pass first.
    pub fn run(&self, store: &Store) -> Result<Outcomes> {
        let node = Node::start(&store.fresh("pymisp")?)?;
        let folder = self.scratch.join(format!("pymisp-{}", store.name));
        fs::create_dir_all(&folder)?;
        // The suite takes address and key from a module `keys`.
        fs::write(
            folder.join("keys.py"),
            format!("url = '{}'\nkey = '{}'\n", node.url(), node.key()),
        )?;
        let results = folder.join("results.jsonl");
        let log = fs::File::create(folder.join("output.txt"))?;
        let mut runner = run::command(&self.python, ["-B"]);
        runner
            .arg(workspace::root().join(RUNNER))
            .arg(workspace::root().join(MUST_PASS))
            .arg(&results);
        let finished = runner
            .current_dir(&self.sources)
            .env("PYTHONPATH", &folder)
            .stdout(log.try_clone()?)
            .stderr(log)
            .status()
            .context("cannot start the runner")?
            .success();
        let text = fs::read_to_string(&results).unwrap_or_default();
        if !finished || text.is_empty() {
            let output = fs::read_to_string(folder.join("output.txt")).unwrap_or_default();
            eprintln!(
                "the suite broke off on {}:\n{output}\n{}",
                store.name,
                node.log_tail()
            );
        }
        node.stop()?;
        Ok(Outcomes {
            store: store.name,
            tests: outcome::read(&text)?,
        })
    }

    /// Counts the tests that must pass, and those that pass everywhere without being on the list.
    pub fn judge(&self, all: &[Outcomes]) -> Tally {
        judge(&self.must_pass, all)
    }
}

fn judge(must_pass: &BTreeSet<String>, all: &[Outcomes]) -> Tally {
    let mut tally = Tally::default();
    for outcomes in all {
        for test in must_pass {
            match outcomes.tests.get(test) {
                Some((Outcome::Passed, _)) => tally.pass(),
                Some((_, detail)) => tally.fail(format!("pymisp {test} on {}: {detail}", outcomes.store)),
                None => tally.fail(format!("pymisp {test} on {}: did not run", outcomes.store)),
            }
        }
    }
    let passes = |outcomes: &Outcomes, test| matches!(outcomes.tests.get(test), Some((Outcome::Passed, _)));
    let known: BTreeSet<&String> = all.iter().flat_map(|outcomes| outcomes.tests.keys()).collect();
    for test in known {
        if !must_pass.contains(test) && all.iter().all(|outcomes| passes(outcomes, test)) {
            tally.fail(format!("pymisp {test} passes now: add it to {MUST_PASS}"));
        }
    }
    tally
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcomes(store: &'static str, lines: &str) -> Outcomes {
        Outcomes {
            store,
            tests: outcome::read(lines).unwrap(),
        }
    }

    const GOOD: &str = r#"{"test":"test_a","outcome":"passed","detail":""}
{"test":"test_b","outcome":"failed","detail":"403"}
{"test":"test_c","outcome":"skipped","detail":"no"}"#;

    #[test]
    fn tests_of_the_list_must_pass_on_every_store() {
        let list = super::super::names("# comment\ntest_a\ntest_b # why\n\n");
        let tally = judge(&list, &[outcomes("sqlite", GOOD), outcomes("postgres", GOOD)]);
        assert_eq!((tally.passed, tally.failed), (2, 2));
        assert_eq!(tally.failures[0], "pymisp test_b on sqlite: 403");
    }

    #[test]
    fn a_test_that_did_not_run_failed() {
        let tally = judge(&super::super::names("test_x"), &[outcomes("sqlite", GOOD)]);
        assert!(tally.failures[0].contains("did not run"));
    }

    #[test]
    fn the_list_grows_by_tests_that_pass_everywhere() {
        let everywhere = judge(
            &BTreeSet::new(),
            &[outcomes("sqlite", GOOD), outcomes("postgres", GOOD)],
        );
        assert_eq!(
            everywhere.failures,
            [format!("pymisp test_a passes now: add it to {MUST_PASS}")]
        );
        let once = judge(
            &BTreeSet::new(),
            &[outcomes("sqlite", GOOD), outcomes("postgres", "")],
        );
        assert_eq!(once, Tally::default());
    }

    #[test]
    fn the_list_is_sorted_and_has_no_double() {
        let text = fs::read_to_string(workspace::root().join(MUST_PASS)).unwrap();
        let lines: Vec<&str> = text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .collect();
        assert!(lines.is_sorted_by(|a, b| a < b), "keep the list sorted");
        assert!(lines.len() >= 55, "the list never shrinks");
    }
}
