//! Packages of Python's index that carry what we need: the community libraries, and the sources of
//! PyMISP with its live suite. Every file is pinned by its SHA-256 and kept for the next time.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::{run, workspace};

/// The file that pins the community libraries.
const KNOWLEDGE: &str = "crates/knowledge/data/knowledge-packages.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pins {
    package: Vec<Pin>,
}

/// One pinned file.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// Name of the package.
    pub name: String,
    /// Its exact version.
    pub version: String,
    /// The file that the index delivers.
    pub file: String,
    /// Digest of that file, in hexadecimal.
    pub sha256: String,
    /// What we take from it, for people.
    pub holds: Vec<String>,
}

/// The community libraries at the pinned versions, fetched when they are not there yet.
pub fn knowledge() -> Result<Vec<PathBuf>> {
    let cache = workspace::target().join("knowledge");
    let mut wheels = Vec::new();
    for pin in pins(KNOWLEDGE)? {
        if !cache.join(&pin.file).is_file() {
            eprintln!("fetching {} {} ({})", pin.name, pin.version, pin.holds.join(", "));
        }
        wheels.push(fetch(&pin, &cache)?);
    }
    Ok(wheels)
}

/// Changes when the pins change.
pub fn knowledge_digest() -> Result<String> {
    let pins =
        fs::read(workspace::root().join(KNOWLEDGE)).with_context(|| format!("cannot read {KNOWLEDGE}"))?;
    Ok(hex::encode(Sha256::digest(pins)))
}

/// The pins in a file of the checkout.
pub fn pins(file: &str) -> Result<Vec<Pin>> {
    let text =
        fs::read_to_string(workspace::root().join(file)).with_context(|| format!("cannot read {file}"))?;
    let pins: Pins = toml::from_str(&text).with_context(|| format!("in {file}"))?;
    Ok(pins.package)
}

/// Fetches one file into `cache` unless it is there, and checks its digest either way.
pub fn fetch(pin: &Pin, cache: &Path) -> Result<PathBuf> {
    fs::create_dir_all(cache)?;
    let file = cache.join(&pin.file);
    if !file.is_file() {
        let source = !pin.file.ends_with(".whl");
        let exact = format!("{}=={}", pin.name, pin.version);
        let form = if source {
            ["--no-binary", &pin.name]
        } else {
            ["--only-binary", ":all:"]
        };
        let mut pip = pip()?;
        pip.args(["download", "--quiet", "--disable-pip-version-check", "--no-deps"])
            .args(form);
        run::run(pip.arg("--dest").arg(cache).arg(exact))?;
    }
    let bytes = fs::read(&file).with_context(|| format!("{} did not deliver {}", pin.name, pin.file))?;
    let digest = hex::encode(Sha256::digest(bytes));
    if digest != pin.sha256 {
        fs::remove_file(&file)?;
        bail!(
            "{}: the digest is {digest}, expected {}; the file was removed",
            pin.file,
            pin.sha256
        );
    }
    Ok(file)
}

fn pip() -> Result<std::process::Command> {
    if run::output(&mut run::command("python3", ["-m", "pip", "--version"])).is_err() {
        run::system_packages("pip for Python 3", &["python3", "python3-pip"])?;
    }
    Ok(run::command("python3", ["-m", "pip"]))
}

/// A Python environment of our own with exactly the packages of a requirements file.
/// Returns its interpreter.
pub fn environment(requirements: &str) -> Result<PathBuf> {
    let wanted = fs::read_to_string(workspace::root().join(requirements))
        .with_context(|| format!("cannot read {requirements}"))?;
    let home = workspace::target().join("python");
    let python = home.join("bin/python");
    let stamp = home.join("installed.txt");
    if fs::read_to_string(&stamp).is_ok_and(|there| there == wanted) {
        return Ok(python);
    }
    if home.exists() {
        fs::remove_dir_all(&home)?;
    }
    if run::output(&mut run::command("python3", ["-c", "import venv, ensurepip"])).is_err() {
        run::system_packages("venv for Python 3", &["python3", "python3-venv"])?;
    }
    run::run(run::command("python3", ["-m", "venv"]).arg(&home))?;
    let mut pip = run::command(
        &python,
        ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"],
    );
    run::run(pip.arg("--requirement").arg(workspace::root().join(requirements)))?;
    fs::write(stamp, wanted)?;
    Ok(python)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pin(file: &str, content: &[u8]) -> Pin {
        Pin {
            name: "nothing".into(),
            version: "1".into(),
            file: file.into(),
            sha256: hex::encode(Sha256::digest(content)),
            holds: vec![],
        }
    }

    #[test]
    fn a_cached_file_is_taken_when_its_digest_is_right() {
        let scratch = workspace::Scratch::new("pin-right").unwrap();
        fs::write(scratch.path().join("a.whl"), "abc").unwrap();
        let file = fetch(&pin("a.whl", b"abc"), scratch.path()).unwrap();
        assert_eq!(fs::read(file).unwrap(), b"abc");
    }

    #[test]
    fn a_cached_file_with_another_digest_is_removed() {
        let scratch = workspace::Scratch::new("pin-wrong").unwrap();
        fs::write(scratch.path().join("a.whl"), "abd").unwrap();
        let problem = fetch(&pin("a.whl", b"abc"), scratch.path())
            .unwrap_err()
            .to_string();
        assert!(problem.contains("digest"), "{problem}");
        assert!(!scratch.path().join("a.whl").exists());
    }

    #[test]
    fn the_pins_of_the_clients_can_be_read() {
        let clients = pins("tests/conformance/clients.toml").unwrap();
        assert!(clients.iter().all(|pin| pin.sha256.len() == 64));
        assert!(clients.iter().any(|pin| pin.name == "pymisp"));
    }
}
