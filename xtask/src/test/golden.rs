//! Recorded answers of a MISP server, replayed against a fresh server on each store.
//!
//! The recordings are not part of this repository. When a folder with them is there
//! (`ENTENTE_SHARED`, or `shared` beside the checkout) the agreement must reach the floors of
//! `tests/conformance/golden-floors.toml`; when it is not, the suite does not exist.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::stores::Store;
use super::tally::Tally;
use crate::node::Node;
use crate::{run, workspace};

const FLOORS: &str = "tests/conformance/golden-floors.toml";

/// The recordings and what is asked of them.
pub struct Replay {
    program: PathBuf,
    /// Section → the least share of answers that must agree.
    floors: BTreeMap<String, f64>,
}

/// A line of the replay's output.
#[derive(Deserialize)]
struct Line {
    section: String,
    agreement: f64,
}

impl Replay {
    /// The recordings, if they are on this machine.
    pub fn find() -> Result<Option<Self>> {
        let folder =
            env::var_os("ENTENTE_SHARED").map_or_else(|| workspace::root().join("../shared"), PathBuf::from);
        let program = folder.join("tools/golden_replay.py");
        if !program.is_file() {
            return Ok(None);
        }
        let text = fs::read_to_string(workspace::root().join(FLOORS))?;
        let floors = toml::from_str(&text).with_context(|| format!("in {FLOORS}"))?;
        Ok(Some(Self { program, floors }))
    }

    /// Replays every section that has a floor; each counts as one test.
    pub fn run(&self, store: &Store) -> Result<Tally> {
        let node = Node::start(&store.fresh("golden")?)?;
        let sections: Vec<&str> = self.floors.keys().map(String::as_str).collect();
        let differences = workspace::target().join(format!("golden-{}.txt", store.name));
        // Its status says only whether everything agrees; the lines say how much does.
        let mut replay = run::command("python3", ["-B"]);
        replay
            .arg(&self.program)
            .args(["--show", "100000", "--only", &sections.join(",")]);
        let done = replay
            .env("MISP_URL", node.url())
            .env("MISP_KEY", node.key())
            .output()
            .context("cannot start the replay")?;
        fs::write(&differences, &done.stderr)?;
        node.stop()?;
        let mut tally = judge(&self.floors, &String::from_utf8_lossy(&done.stdout), store.name);
        if tally.failed > 0 {
            tally
                .failures
                .push(format!("the differences are in {}", differences.display()));
        }
        Ok(tally)
    }
}

fn judge(floors: &BTreeMap<String, f64>, output: &str, store: &str) -> Tally {
    let mut tally = Tally::default();
    let reached: BTreeMap<String, f64> = output
        .lines()
        .filter_map(|line| serde_json::from_str::<Line>(line).ok())
        .map(|line| (line.section, line.agreement))
        .collect();
    for (section, floor) in floors {
        match reached.get(section) {
            Some(agreement) if agreement >= floor => {
                eprintln!("golden {section} on {store}: {:.1} % agree", agreement * 100.0);
                tally.pass();
            }
            Some(agreement) => tally.fail(format!(
                "golden {section} on {store}: {:.1} % agree, at least {:.1} % must",
                agreement * 100.0,
                floor * 100.0
            )),
            None => tally.fail(format!("golden {section} on {store}: no result")),
        }
    }
    tally
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_floors_decide() {
        let floors = BTreeMap::from([("types".to_owned(), 0.97), ("queries".to_owned(), 0.9)]);
        let output = "load: x\n{\"section\": \"types\", \"agree\": 97, \"agreement\": 0.97, \"seconds\": 1.0}\n\
                      {\"section\": \"queries\", \"agree\": 8, \"agreement\": 0.8999}\n105 agree, 4 differ, 0 errors\n";
        let tally = judge(&floors, output, "sqlite");
        assert_eq!((tally.passed, tally.failed), (1, 1));
        assert!(tally.failures[0].starts_with("golden queries on sqlite"));
        assert_eq!(judge(&floors, "", "sqlite").failed, 2);
    }

    #[test]
    fn the_floors_of_the_repository_can_be_read() {
        let text = fs::read_to_string(workspace::root().join(FLOORS)).unwrap();
        let floors: BTreeMap<String, f64> = toml::from_str(&text).unwrap();
        assert!(
            floors["types"] >= 0.97 && floors["queries"] >= 0.9,
            "floors only rise"
        );
    }
}
