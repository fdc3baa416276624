//! What `up` remembers beside the data: the first account and which preparations are done.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};

use crate::node;

/// Where a person finds it all.
pub const FOLDER_HINT: &str = "./data (delete the folder to start again)";

const FILE: &str = "up.toml";

/// The file `up.toml` in the data directory. It holds secrets: only its owner may read it.
#[derive(Serialize, Deserialize, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// Login of the first account.
    pub email: String,
    /// Its password.
    pub password: String,
    /// Its API key.
    pub key: String,
    /// The store exists, with this account.
    pub prepared: bool,
    /// Digest of the pins whose knowledge base is imported; empty when none is.
    pub knowledge: String,
    /// The demo events are loaded.
    pub demo: bool,
}

impl State {
    /// Reads what an earlier start left, or invents the first account of a new folder.
    pub fn open(data: &Path) -> Result<Self> {
        fs::create_dir_all(data).with_context(|| format!("cannot create {}", data.display()))?;
        let file = data.join(FILE);
        if file.is_file() {
            let text = fs::read_to_string(&file)?;
            return toml::from_str(&text).with_context(|| format!("in {}", file.display()));
        }
        if fs::read_dir(data)?.next().is_some() {
            bail!(
                "{} holds data that `cargo xtask up` did not make; start `entente serve` yourself, \
                 or name another folder with --data-dir",
                data.display()
            );
        }
        let state = Self {
            email: node::ADMIN_EMAIL.to_owned(),
            password: node::random_word(20)?,
            key: node::random_word(40)?,
            prepared: false,
            knowledge: String::new(),
            demo: false,
        };
        state.save(data)?;
        Ok(state)
    }

    /// Writes it down, replacing the older text in one step.
    pub fn save(&self, data: &Path) -> Result<()> {
        let fresh = data.join(format!("{FILE}.new"));
        let mut file = OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(true)
            .mode(0o600)
            .open(&fresh)?;
        file.write_all(toml::to_string(self)?.as_bytes())?;
        fs::rename(fresh, data.join(FILE)).context("cannot write up.toml")
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::workspace::Scratch;

    #[test]
    fn a_second_start_finds_the_same_account() {
        let scratch = Scratch::new("up-state").unwrap();
        let first = State::open(scratch.path()).unwrap();
        assert_eq!(State::open(scratch.path()).unwrap(), first);
        let mode = fs::metadata(scratch.path().join(FILE))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn foreign_data_is_left_alone() {
        let scratch = Scratch::new("up-foreign").unwrap();
        fs::write(scratch.path().join("entente.sqlite"), "x").unwrap();
        assert!(
            State::open(scratch.path())
                .unwrap_err()
                .to_string()
                .contains("--data-dir")
        );
    }
}
