//! `cargo xtask lint`: everything that is checked without running the product.

use anyhow::{Result, bail};

use crate::run::{self, Step, cargo};
use crate::tidy;

const DENY_VERSION: &str = "0.20.2";

/// What cargo-deny says when it cannot fetch the database.
const NO_DATABASE: &str = "failed to fetch advisory database";

/// Formatting, clippy, dependencies, rules of the house; stops at the first that fails.
pub fn lint() -> Result<()> {
    {
        let _step = Step::new("rules of the house");
        tidy::tidy()?;
    }
    {
        let _step = Step::new("formatting");
        run::run(&mut cargo(["fmt", "--all", "--check"]))?;
    }
    {
        let _step = Step::new("clippy");
        let mut clippy = cargo(["clippy", "--workspace", "--all-targets", "--all-features"]);
        run::run(clippy.args(["--", "-D", "warnings"]))?;
    }
    let _step = Step::new("dependencies");
    run::cargo_tool("cargo-deny", DENY_VERSION)?;
    run::run(&mut cargo([
        "deny",
        "--all-features",
        "check",
        "bans",
        "licenses",
        "sources",
    ]))?;
    advisories()
}

/// Known vulnerabilities come from a database outside this repository. Where it cannot be reached
/// (a machine without the network) the answer is unknown, which is said and is no failure.
fn advisories() -> Result<()> {
    let mut unreachable = false;
    let fine = run::watched(
        &mut cargo(["deny", "--all-features", "check", "advisories"]),
        |line| {
            unreachable |= line.contains(NO_DATABASE);
        },
    )?;
    if unreachable {
        eprintln!("warning: advisories were NOT checked: the database cannot be fetched from here");
    } else if !fine {
        bail!("cargo deny found advisories that concern us");
    }
    Ok(())
}
