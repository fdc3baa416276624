//! `cargo xtask tidy`: the rules of the house that no compiler knows.
//!
//! Each rule is a function from what it looks at to complaints, so each has tests on made-up input.

mod arrows;
mod files;
mod text;

use std::path::Path;

use anyhow::{Result, bail};

use crate::{run, workspace};

/// What a rule found.
#[derive(Debug, PartialEq)]
pub enum Complaint {
    /// Breaks the build.
    Error(String),
    /// Is worth a thought.
    Warning(String),
}

/// A text file of the checkout.
pub struct Source {
    /// Relative to the root, with `/`.
    pub path: String,
    /// The whole text.
    pub text: String,
}

/// Checks everything; warnings are printed, errors fail.
pub fn tidy() -> Result<()> {
    let sources = sources(&workspace::root())?;
    let mut complaints = arrows::check(&arrows::workspace_crates()?);
    for source in &sources {
        complaints.extend(files::length(source));
        complaints.extend(text::sql(source));
        complaints.extend(text::machine_paths(source));
        complaints.extend(text::hosts(source));
        complaints.extend(files::links(source, &workspace::root()));
    }
    let mut errors = 0;
    for complaint in &complaints {
        match complaint {
            Complaint::Error(text) => {
                errors += 1;
                eprintln!("error: {text}");
            }
            Complaint::Warning(text) => eprintln!("warning: {text}"),
        }
    }
    if errors > 0 {
        bail!("{errors} rules of the house are broken");
    }
    eprintln!("tidy: {} files in order", sources.len());
    Ok(())
}

/// Every text file that git knows or would take in.
fn sources(root: &Path) -> Result<Vec<Source>> {
    let mut git = run::command(
        "git",
        ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    );
    let list = run::output(git.current_dir(root))?;
    let mut sources = Vec::new();
    for path in list.split('\0').filter(|path| !path.is_empty()) {
        // A file may be deleted and not yet staged; anything that is not UTF-8 is no text.
        if let Ok(bytes) = std::fs::read(root.join(path))
            && let Ok(text) = String::from_utf8(bytes)
        {
            sources.push(Source {
                path: path.to_owned(),
                text,
            });
        }
    }
    Ok(sources)
}
