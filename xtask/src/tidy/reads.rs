//! Labelled rows leave the store through a scope: what reads them takes one, or says by its name that it does
//! not, and stands in the inventory of docs/develop/reads.md with the test that covers it. spec: 10#1.9

use super::{Complaint, Source};

/// The inventory.
const INVENTORY: &str = "docs/develop/reads.md";

/// Tables whose rows carry a label, or belong to what carries one.
const LABELLED: &[&str] = &[
    "analyst_data",
    "attachment",
    "attribute",
    "attribute_tag",
    "collection",
    "collection_element",
    "cryptographic_key",
    "event",
    "event_delegation",
    "event_graph",
    "event_lock",
    "event_report",
    "event_tag",
    "galaxy_cluster",
    "galaxy_element",
    "galaxy_relation",
    "object",
    "object_reference",
    "post",
    "proposal",
    "report_extraction",
    "sighting",
    "thread",
];

/// A function of the store that delivers labelled rows.
#[derive(Debug, PartialEq)]
struct Reading {
    /// `module::name`.
    name: String,
    /// Takes a scope.
    scoped: bool,
}

/// Functions of the store without scope and without saying so, and those that the inventory does not know.
pub fn check(sources: &[Source]) -> Vec<Complaint> {
    let inventory = sources.iter().find(|source| source.path == INVENTORY);
    let inventory = inventory.map_or("", |source| source.text.as_str());
    let mut complaints = Vec::new();
    for source in sources
        .iter()
        .filter(|source| source.path.starts_with("crates/store/src/"))
    {
        for reading in readings(source) {
            let Reading { name, scoped } = reading;
            let path = &source.path;
            if !scoped && !name.ends_with("_unscoped") {
                complaints.push(Complaint::Error(format!(
                    "{path}: {name} reads labelled rows: give it a Scope, or end its name in _unscoped"
                )));
            }
            if !inventory.contains(&format!("`{name}`")) {
                complaints.push(Complaint::Error(format!(
                    "{path}: {name} reads labelled rows: enter it in {INVENTORY} with the test that covers it"
                )));
            }
        }
    }
    complaints
}

fn readings(source: &Source) -> Vec<Reading> {
    let module = source.path.trim_start_matches("crates/store/src/");
    let module = module.split(['/', '.']).next().unwrap_or_default();
    let code = source.text.split("#[cfg(test)]").next().unwrap_or_default();
    let mut found = Vec::new();
    for (start, _) in code.match_indices("\npub fn ") {
        let text = code.get(start + 1..).unwrap_or_default();
        let text = text.split("\n}").next().unwrap_or_default();
        let name = text.trim_start_matches("pub fn ");
        let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let name = name.get(..end.unwrap_or(name.len())).unwrap_or_default();
        let signature = text.split('{').next().unwrap_or_default();
        if reads(text) {
            found.push(Reading {
                name: format!("{module}::{name}"),
                scoped: signature.contains("Scope") || signature.contains("Reader"),
            });
        }
    }
    found
}

/// Whether a function selects labelled rows; one that changes them delivers none.
fn reads(text: &str) -> bool {
    let changes = ["INSERT INTO", "UPDATE", "DELETE FROM", "fn delete"];
    let from = |table: &str| {
        ["FROM", "JOIN"].iter().any(|word| {
            let start = format!("{word} {table}");
            text.match_indices(&start).any(|(at, _)| {
                let after = text.get(at + start.len()..).unwrap_or_default();
                after.starts_with([' ', '"', ')', '\\'])
            })
        })
    };
    text.contains("SELECT")
        && !changes.iter().any(|word| text.contains(word))
        && (text.contains("FROM {table}") || LABELLED.iter().any(|table| from(table)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn reads_without_a_scope_are_found() {
        let open = source(
            "crates/store/src/event/count.rs",
            "//! x\n\npub fn how_many(tx: &mut Tx<'_>) -> i64 {\n    tx.first(\"SELECT COUNT(*) FROM event\")\n}\n",
        );
        let known = source(INVENTORY, "| `event::how_many` |");
        assert_eq!(check(&[open, known]).len(), 1);
        let scoped = source(
            "crates/store/src/event.rs",
            "\npub fn find(tx: &mut Tx<'_>, scope: &Scope) {\n    \"SELECT no FROM event e\"\n}\n",
        );
        assert_eq!(
            check(std::slice::from_ref(&scoped)).len(),
            1,
            "not in the inventory"
        );
        assert_eq!(check(&[scoped, source(INVENTORY, "`event::find`")]), []);
    }

    #[test]
    fn other_tables_and_changes_are_let_be() {
        for text in [
            "\npub fn all(tx: &mut Tx<'_>) {\n    \"SELECT id FROM event_blocklist\"\n}\n",
            "\npub fn drop(tx: &mut Tx<'_>) {\n    \"DELETE FROM event WHERE no IN (SELECT no FROM event)\"\n}\n",
            "\n#[cfg(test)]\npub fn x() {\n    \"SELECT 1 FROM event\"\n}\n",
        ] {
            assert_eq!(check(&[source("crates/store/src/a.rs", text)]), []);
        }
    }
}
