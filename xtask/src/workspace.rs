//! Where things are: the checkout, its build products, folders for a run.

use std::path::{Path, PathBuf};
use std::{env, fs, io, process};

use anyhow::{Context as _, Result};

/// The root of the checkout.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// Cargo's target directory of this build.
pub fn target() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => root().join(dir),
        None => root().join("target"),
    }
}

/// How the server under test is compiled.
#[derive(Clone, Copy, Debug)]
pub enum Profile {
    /// Quick to compile.
    Dev,
    /// What users run.
    Release,
}

impl Profile {
    /// The binary `entente` of this profile; it may not be built yet.
    pub fn binary(self) -> PathBuf {
        let folder = match self {
            Self::Dev => "debug",
            Self::Release => "release",
        };
        target().join(folder).join("entente")
    }
}

/// A directory that is removed when it goes out of scope.
pub struct Scratch {
    path: PathBuf,
}

impl Scratch {
    /// Creates a fresh directory in the system's temporary folder.
    pub fn new(purpose: &str) -> Result<Self> {
        Self::inside(&env::temp_dir(), purpose)
    }

    /// Creates a fresh directory below `parent`.
    pub fn inside(parent: &Path, purpose: &str) -> Result<Self> {
        let path = parent.join(format!("entente-{purpose}-{}", process::id()));
        if path.exists() {
            fs::remove_dir_all(&path).with_context(|| format!("cannot empty {}", path.display()))?;
        }
        fs::create_dir_all(&path).with_context(|| format!("cannot create {}", path.display()))?;
        Ok(Self { path })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A left-over directory in the temporary folder harms nobody.
        drop(fs::remove_dir_all(&self.path));
    }
}

/// Copies a directory and everything below it.
pub fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copied_tree_has_the_same_bytes() {
        let scratch = Scratch::new("copy-tree").unwrap();
        let from = scratch.path().join("from");
        fs::create_dir_all(from.join("deep/er")).unwrap();
        fs::write(from.join("a"), "abc").unwrap();
        fs::write(from.join("deep/er/b"), "de").unwrap();
        let to = scratch.path().join("to");
        copy_tree(&from, &to).unwrap();
        assert_eq!(fs::read_to_string(to.join("deep/er/b")).unwrap(), "de");
    }

    #[test]
    fn a_scratch_directory_disappears() {
        let scratch = Scratch::new("vanish").unwrap();
        let path = scratch.path().to_path_buf();
        assert!(path.is_dir());
        drop(scratch);
        assert!(!path.exists());
    }
}
