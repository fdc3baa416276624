//! Which crate may use which: the table of ARCHITECTURE.md, checked against cargo's metadata.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::Complaint;
use crate::run::{self, cargo};

/// One crate and the crates of ours it may use directly. A new arrow needs a decision record.
/// What tests may use besides is in [`is_for_tests`] and not repeated.
const ARROWS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("indicator", &["model"]),
    ("policy", &["model"]),
    ("knowledge", &["model", "indicator"]),
    ("misp", &["model", "indicator"]),
    ("formats", &["model", "indicator"]),
    ("stix", &["model", "indicator"]),
    ("db", &[]),
    ("store", &["db", "model", "indicator", "policy"]),
    (
        "engine",
        &["store", "db", "model", "indicator", "policy", "knowledge"],
    ),
    ("http", &["engine", "model", "policy"]),
    // What the edges take from indicator, policy and knowledge: decision 0005.
    (
        "api-misp",
        &[
            "http",
            "engine",
            "misp",
            "formats",
            "indicator",
            "knowledge",
            "model",
            "policy",
            "stix",
        ],
    ),
    (
        "api-native",
        &["http", "engine", "formats", "indicator", "model", "policy"],
    ),
    (
        "server",
        &[
            "api-misp",
            "api-native",
            "db",
            "engine",
            "formats",
            "http",
            "indicator",
            "knowledge",
            "misp",
            "model",
            "policy",
            "store",
        ],
    ),
    (
        "testkit",
        &[
            "api-misp",
            "api-native",
            "db",
            "engine",
            "formats",
            "http",
            "indicator",
            "knowledge",
            "misp",
            "model",
            "policy",
            "store",
        ],
    ),
    ("xtask", &[]),
];

/// Crates that do no IO, start no task, read no clock and draw no random number.
const PURE: &[&str] = &[
    "model",
    "indicator",
    "policy",
    "knowledge",
    "misp",
    "formats",
    "stix",
];

/// What would let a pure crate do one of these.
const IMPURE: &[&str] = &[
    "async-compression",
    "axum",
    "getrandom",
    "hyper",
    "hyper-util",
    "rand",
    "reqwest",
    "tempfile",
    "tokio",
];

/// Database drivers and the only crates that may name them. xtask: the raw insert of `bench` is the
/// limit the store is compared with, so it must not go through the store.
const DRIVERS: &[(&str, &[&str])] = &[
    ("rusqlite", &["db", "xtask"]),
    ("tokio-postgres", &["db"]),
    ("deadpool-postgres", &["db"]),
    ("postgres-types", &["db"]),
];

const PREFIX: &str = "entente-";

/// A crate of the workspace with its direct dependencies.
#[derive(Debug)]
pub struct Crate {
    /// Without the prefix that all our crates share.
    pub name: String,
    /// Dependencies, likewise.
    pub uses: Vec<Use>,
}

/// A direct dependency.
#[derive(Debug)]
pub struct Use {
    /// Without our prefix.
    pub name: String,
    /// Whether it is one of our own crates.
    pub ours: bool,
    /// Whether only tests use it.
    pub dev: bool,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
    path: Option<String>,
}

/// The workspace as cargo sees it.
pub fn workspace_crates() -> Result<Vec<Crate>> {
    let json = run::output(&mut cargo(["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: Metadata = serde_json::from_str(&json).context("cargo metadata is not as expected")?;
    let short = |name: String| {
        name.strip_prefix(PREFIX)
            .map_or_else(|| name.clone(), str::to_owned)
    };
    Ok(metadata
        .packages
        .into_iter()
        .map(|package| Crate {
            name: short(package.name),
            uses: package
                .dependencies
                .into_iter()
                .map(|used| Use {
                    ours: used.path.is_some(),
                    dev: used.kind.as_deref() == Some("dev"),
                    name: short(used.name),
                })
                .collect(),
        })
        .collect())
}

/// Complains about every arrow outside the tables.
pub fn check(crates: &[Crate]) -> Vec<Complaint> {
    let table: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    let mut complaints = Vec::new();
    for member in crates {
        let name = member.name.as_str();
        let Some(allowed) = table.get(name) else {
            complaints.push(Complaint::Error(format!(
                "crate {name} has no row in xtask/src/tidy/arrows.rs; a new crate needs a decision record"
            )));
            continue;
        };
        for used in &member.uses {
            let target = used.name.as_str();
            if used.ours {
                if !allowed.contains(&target) && !is_for_tests(name, used) {
                    complaints.push(Complaint::Error(format!("{name} must not use {target}")));
                }
            } else if let Some((_, homes)) = DRIVERS.iter().find(|(driver, _)| *driver == target) {
                if !homes.contains(&name) {
                    complaints.push(Complaint::Error(format!(
                        "{name} must not use the driver {target}"
                    )));
                }
            } else if PURE.contains(&name) && !used.dev && IMPURE.contains(&target) {
                complaints.push(Complaint::Error(format!(
                    "{name} is pure and must not use {target}"
                )));
            }
        }
    }
    complaints
}

/// Tests of every crate may use the kit; where there is a database, they may also look at its rows.
fn is_for_tests(name: &str, used: &Use) -> bool {
    used.dev && (used.name == "testkit" || used.name == "db" && !PURE.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str, uses: &[(&str, bool, bool)]) -> Crate {
        let uses = uses.iter().map(|(name, ours, dev)| Use {
            name: (*name).to_owned(),
            ours: *ours,
            dev: *dev,
        });
        Crate {
            name: name.to_owned(),
            uses: uses.collect(),
        }
    }

    #[test]
    fn arrows_of_the_table_are_fine() {
        let fine = member(
            "store",
            &[
                ("db", true, false),
                ("serde", false, false),
                ("testkit", true, true),
            ],
        );
        assert_eq!(check(&[fine]), []);
    }

    #[test]
    fn an_arrow_against_the_layers_is_an_error() {
        let found = check(&[member("model", &[("policy", true, false)])]);
        assert_eq!(found, [Complaint::Error("model must not use policy".into())]);
        let found = check(&[member("engine", &[("testkit", true, false)])]);
        assert_eq!(found.len(), 1, "testkit is for tests only");
    }

    #[test]
    fn tests_may_look_at_rows_where_there_are_any() {
        assert_eq!(check(&[member("api-misp", &[("db", true, true)])]), []);
        assert_eq!(check(&[member("api-misp", &[("db", true, false)])]).len(), 1);
        assert_eq!(check(&[member("misp", &[("db", true, true)])]).len(), 1);
    }

    #[test]
    fn drivers_live_in_db() {
        assert_eq!(check(&[member("db", &[("rusqlite", false, false)])]), []);
        assert_eq!(check(&[member("store", &[("rusqlite", false, true)])]).len(), 1);
        assert_eq!(
            check(&[member("xtask", &[("tokio-postgres", false, false)])]).len(),
            1
        );
    }

    #[test]
    fn pure_crates_stay_pure() {
        assert_eq!(check(&[member("policy", &[("tokio", false, false)])]).len(), 1);
        assert_eq!(check(&[member("policy", &[("tokio", false, true)])]), []);
    }

    #[test]
    fn an_unknown_crate_needs_a_row() {
        assert_eq!(check(&[member("helpers", &[])]).len(), 1);
    }

    #[test]
    fn the_tables_name_only_crates_that_have_a_row() {
        for (name, uses) in ARROWS {
            for used in *uses {
                assert!(ARROWS.iter().any(|(row, _)| row == used), "{name} → {used}");
            }
        }
    }

    #[test]
    fn the_table_has_no_circle() {
        let mut left: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
        while !left.is_empty() {
            let leaf = left
                .iter()
                .find(|(_, uses)| !uses.iter().any(|used| left.contains_key(used)))
                .map(|(name, _)| *name);
            left.remove(leaf.expect("a circle among the crates"));
        }
    }
}
