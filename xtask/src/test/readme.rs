//! The sessions that the README prints work as printed.
//!
//! The blocks of one language form one program. Address and key of the README stand for those of
//! the server under test; that is the only change.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::stores::Store;
use super::tally::Tally;
use crate::node::Node;
use crate::{packages, run, workspace};

const REQUIREMENTS: &str = "tests/conformance/requirements.txt";
const SECTION: &str = "## A first session";
const URL: &str = "http://127.0.0.1:8080";
const KEY: &str = "YOUR-API-KEY";

/// The sessions and what they need to run.
pub struct Sessions {
    text: String,
    python: PathBuf,
}

impl Sessions {
    /// Reads the README; installs PyMISP as a reader would.
    pub fn prepare() -> Result<Self> {
        if run::find("curl").is_none() {
            run::system_packages("curl", &["curl"])?;
        }
        let text = fs::read_to_string(workspace::root().join("README.md"))?;
        Ok(Self {
            text,
            python: packages::environment(REQUIREMENTS)?,
        })
    }

    /// Runs the shell session and the Python session; each counts as one test.
    pub fn run(&self, store: &Store) -> Result<Tally> {
        let node = Node::start(&store.fresh("readme")?)?;
        let fill = |program: &str| program.replace(URL, &node.url()).replace(KEY, node.key());
        // An answer of 400 and more fails the session, as it would disappoint the reader.
        let shell = format!(
            "set -euo pipefail\ncurl() {{ command curl --fail-with-body \"$@\"; }}\n{}",
            fill(&session(&self.text, "sh"))
        );
        let python = fill(&session(&self.text, "python"));
        let mut tally = Tally::default();
        for (name, program, interpreter) in [
            ("curl", shell, Path::new("bash")),
            ("PyMISP", python, self.python.as_path()),
        ] {
            match run::output(&mut run::command(interpreter, ["-c", &program])) {
                Ok(_) => tally.pass(),
                Err(problem) => tally.fail(format!("README's {name} session on {}: {problem:#}", store.name)),
            }
        }
        node.stop().context("after the sessions of the README")?;
        Ok(tally)
    }
}

/// All blocks of one language in the section of the first session.
fn session(readme: &str, language: &str) -> String {
    let section = readme.split(SECTION).nth(1).unwrap_or_default();
    let section = section.split("\n## ").next().unwrap_or_default();
    let fence = format!("```{language}\n");
    section
        .split(fence.as_str())
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_a_language_form_one_program() {
        let text = "## A first session\n```sh\na\n```\nx\n```python\nb\n```\n```sh\nc\n```\n## Next\n```sh\nd\n```\n";
        assert_eq!(session(text, "sh"), "a\n\nc\n");
        assert_eq!(session(text, "python"), "b\n");
    }

    #[test]
    fn the_readme_has_both_sessions() {
        let text = fs::read_to_string(workspace::root().join("README.md")).unwrap();
        for language in ["sh", "python"] {
            let program = session(&text, language);
            assert!(program.contains(URL) && program.contains(KEY), "{language}");
        }
    }
}
