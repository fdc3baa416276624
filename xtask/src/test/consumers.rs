//! The programs that read exports read ours: BIND, the packet filter of Linux, YARA, parsers of rules, XML and
//! CSV, PyMISP.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};

use super::outcome::{self, Outcome};
use super::stores::Store;
use super::tally::Tally;
use crate::node::Node;
use crate::workspace::{self, Scratch};
use crate::{packages, run};

const RUNNER: &str = "tests/conformance/consume_exports.py";
/// Programs that come with the system, and the Debian package of each.
const PROGRAMS: [(&str, &str); 2] = [
    ("named-checkzone", "bind9-utils"),
    ("iptables-restore", "iptables"),
];
/// There are more; with fewer something is wrong with the script.
const FEWEST: usize = 25;

/// The consumers, installed.
pub struct Consumers {
    python: PathBuf,
    scratch: PathBuf,
}

impl Consumers {
    /// Installs what is missing.
    pub fn prepare(scratch: &Scratch) -> Result<Self> {
        let missing: Vec<&str> = PROGRAMS
            .iter()
            .filter(|(program, _)| run::find(program).is_none())
            .map(|(_, package)| *package)
            .collect();
        if !missing.is_empty() {
            run::system_packages("a program that reads exports", &missing)?;
        }
        Ok(Self {
            python: packages::environment(super::REQUIREMENTS)?,
            scratch: scratch.path().to_path_buf(),
        })
    }

    /// Each export and its consumer is one test.
    pub fn run(&self, store: &Store) -> Result<Tally> {
        let node = Node::start(&store.fresh("consumers")?)?;
        let results = self.scratch.join(format!("consumers-{}.jsonl", store.name));
        let said = self.scratch.join(format!("consumers-{}.txt", store.name));
        let output = fs::File::create(&said)?;
        let finished = run::command(&self.python, ["-B"])
            .arg(workspace::root().join(RUNNER))
            .args([node.url().as_str(), node.key()])
            .arg(&results)
            .stdout(output.try_clone()?)
            .stderr(output)
            .status()
            .context("cannot start the consumers")?
            .success();
        ensure!(
            finished,
            "the consumers broke off on {}:\n{}\n{}",
            store.name,
            fs::read_to_string(&said).unwrap_or_default(),
            node.log_tail()
        );
        node.stop()?;
        let tests = outcome::read(&fs::read_to_string(&results)?)?;
        ensure!(tests.len() >= FEWEST, "only {} exports were read", tests.len());
        let mut tally = Tally::default();
        for (test, (outcome, detail)) in tests {
            match outcome {
                Outcome::Passed => tally.pass(),
                _ => tally.fail(format!("{test} on {}: {detail}", store.name)),
            }
        }
        Ok(tally)
    }
}
