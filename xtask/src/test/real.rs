//! Events of the real world: those in PyMISP's source distribution are imported, and nothing is lost that the
//! report does not name.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::stores::Store;
use super::tally::Tally;
use crate::client::Client;
use crate::node::Node;

/// There are more; with fewer something is wrong with the source distribution or with us.
const FEWEST: usize = 20;

/// Imports every JSON file of the tests; each event that was added counts as one test.
pub fn run(sources: &Path, store: &Store) -> Result<Tally> {
    let settings = store.fresh("real")?;
    let mut files = Vec::new();
    json_files(&sources.join("tests"), &mut files)?;
    files.sort();
    // Some files are no events, so the exit status says that not everything was taken.
    let mut import = settings.entente(&["import", "--json"]);
    let output = import.args(&files).output().context("cannot run the import")?;
    let report: Value = serde_json::from_slice(&output.stdout).with_context(|| {
        format!(
            "the report is not JSON: {}",
            String::from_utf8_lossy(&output.stderr)
        )
    })?;
    let events = report
        .get("events")
        .and_then(Value::as_array)
        .context("a report without events")?;
    let mut entries: BTreeMap<i64, Vec<&Value>> = BTreeMap::new();
    let mut tally = Tally::default();
    for entry in events {
        match entry.get("id").and_then(Value::as_i64) {
            Some(id) => entries.entry(id).or_default().push(entry),
            None if text(entry, "status") == Some("unchanged") => {}
            None if text(entry, "error").is_some_and(|why| !why.is_empty()) => {}
            None => tally.fail(format!("an import without a reason: {entry}")),
        }
    }
    ensure!(
        entries.len() >= FEWEST,
        "only {} events were imported: {report}",
        entries.len()
    );
    let node = Node::start(&settings)?;
    let mut client = node.client();
    for (id, told) in entries {
        // An event in two files is what the newer one makes of it.
        let [entry] = told.as_slice() else { continue };
        let file = text(entry, "file").unwrap_or_default();
        match lost(&mut client, id, entry) {
            Ok(None) => tally.pass(),
            Ok(Some(loss)) => tally.fail(format!("{file} on {}: {loss}", store.name)),
            Err(problem) => tally.fail(format!("{file} on {}: {problem:#}", store.name)),
        }
    }
    node.stop()?;
    Ok(tally)
}

/// What is missing although the report does not say so.
fn lost(client: &mut Client, id: i64, entry: &Value) -> Result<Option<String>> {
    let named = length(entry, "dropped");
    let file = text(entry, "file").context("an entry without a file")?;
    let given: Value = serde_json::from_slice(&fs::read(file)?)?;
    let stored = client.get(&format!("/events/view/{id}/deleted:1"))?.json()?;
    let (given, stored) = (elements(&given), elements(&stored));
    Ok((named == 0 && stored < given)
        .then(|| format!("{given} attributes, {stored} of them stored, and no word about the others")))
}

/// How many attributes an event has, members of objects included.
fn elements(document: &Value) -> usize {
    let inner = document.get("response").unwrap_or(document);
    let inner = inner.get(0).unwrap_or(inner);
    let event = inner.get("Event").unwrap_or(inner);
    let objects = event.get("Object").and_then(Value::as_array);
    let members: usize = objects
        .into_iter()
        .flatten()
        .map(|object| length(object, "Attribute"))
        .sum();
    length(event, "Attribute") + members
}

fn text<'a>(of: &'a Value, key: &str) -> Option<&'a str> {
    of.get(key).and_then(Value::as_str)
}

fn length(of: &Value, key: &str) -> usize {
    of.get(key).and_then(Value::as_array).map_or(0, Vec::len)
}

fn json_files(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            json_files(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn attributes_are_counted_in_every_wrapping() {
        let event = json!({"Attribute": [1, 2], "Object": [{"Attribute": [3]}, {"Attribute": [4, 5]}, {}]});
        assert_eq!(elements(&event), 5);
        assert_eq!(elements(&json!({"Event": event})), 5);
        assert_eq!(elements(&json!({"response": [{"Event": event}]})), 5);
        assert_eq!(elements(&json!({"response": {"Event": event}})), 5);
        assert_eq!(elements(&json!([])), 0);
    }
}
