//! The published file of a list. spec: 05#2.1, 07#5

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::text_table::TextTable;
use super::{ALL_TYPES, ListCategory, ListKind, MAX_ENTRIES, MAX_FINDINGS};
use crate::finding::{Finding, ReadError};

/// Most bytes of a file; the largest published one has 25 MB.
pub const MAX_FILE_BYTES: usize = 256 << 20;

/// A list as published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warninglist {
    /// The name, by which an update finds the list again.
    pub name: String,
    /// What the list is about.
    pub description: String,
    /// Grows with each release.
    pub version: u64,
    /// How entries are compared.
    pub kind: ListKind,
    /// What a hit says.
    pub category: ListCategory,
    /// Types the list applies to; never empty.
    pub matching_attributes: Vec<String>,
    /// The entries in the order of the file.
    pub entries: Entries,
}

/// The entries of a list, compact because lists have millions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entries {
    values: TextTable,
    comments: BTreeMap<usize, Box<str>>,
}

impl Entries {
    /// Reads the form of the list editor: a value per line, a comment behind ` #`. spec: 05#2.4
    ///
    /// # Errors
    /// [`ReadError::TooLarge`] beyond the limits of a list.
    pub fn from_lines(text: &str) -> Result<Self, ReadError> {
        let mut entries = Self::default();
        for line in text.lines() {
            let (value, comment) = split_comment(line.trim());
            if !value.is_empty() && !entries.push(value, comment.filter(|text| !text.is_empty())) {
                return Err(too_many());
            }
        }
        Ok(entries)
    }

    /// Reads entries as a client sends them: lines as [`Entries::from_lines`] reads them, a list of values and of
    /// objects with `value` and `comment`, or an object of values with their comments. What is none of these is left
    /// out with a finding.
    ///
    /// # Errors
    /// [`ReadError::TooLarge`] beyond the limits of a list, [`ReadError::Layout`] for another form.
    pub fn from_json(value: &Value) -> Result<(Self, Vec<Finding>), ReadError> {
        if let Value::String(lines) = value {
            return Ok((Self::from_lines(lines)?, Vec::new()));
        }
        let listing = Listing::deserialize(value).map_err(|error| ReadError::Layout(error.to_string()))?;
        if listing.full {
            return Err(too_many());
        }
        Ok((listing.entries, listing.findings))
    }

    /// Appends an entry; false when the list is full.
    #[must_use]
    pub fn push(&mut self, value: &str, comment: Option<&str>) -> bool {
        let position = self.values.len();
        if position >= MAX_ENTRIES || !self.values.push(value) {
            return false;
        }
        if let Some(comment) = comment {
            self.comments.insert(position, comment.into());
        }
        true
    }

    /// Number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The values in order.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        self.values.iter()
    }

    /// Values with their comments, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let comment = |position| self.comments.get(&position).map(AsRef::as_ref);
        self.values
            .iter()
            .enumerate()
            .map(move |(position, value)| (value, comment(position)))
    }
}

/// Reads a published `list.json`. Entries of another shape are left out with a finding.
///
/// # Errors
/// [`ReadError`] when the file is not such a list, names an unknown type of list, or goes
/// beyond [`MAX_FILE_BYTES`], [`MAX_ENTRIES`] or [`super::MAX_TEXT_BYTES`].
pub fn parse(bytes: &[u8]) -> Result<(Warninglist, Vec<Finding>), ReadError> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(ReadError::TooLarge(format!(
            "a warninglist has at most {MAX_FILE_BYTES} bytes"
        )));
    }
    let file: File = serde_json::from_slice(bytes).map_err(|error| ReadError::Layout(error.to_string()))?;
    if file.list.full {
        return Err(too_many());
    }
    let kind = match file.kind.as_deref() {
        None | Some("") => ListKind::String,
        Some(name) => ListKind::from_name(name)
            .ok_or_else(|| ReadError::Layout(format!("unknown type of warninglist {name:?}")))?,
    };
    let mut findings = file.list.findings;
    let category = match file.category.as_deref() {
        None => ListCategory::default(),
        Some(name) => ListCategory::from_name(name).unwrap_or_else(|| {
            findings.push(Finding::new(
                "category",
                format!("unknown category {name:?}, taken as false_positive"),
            ));
            ListCategory::default()
        }),
    };
    let list = Warninglist {
        name: file.name,
        description: file.description,
        version: version(&file.version)?,
        kind,
        category,
        matching_attributes: types(file.matching_attributes, &mut findings),
        entries: file.list.entries,
    };
    Ok((list, findings))
}

/// A `#` inside a value, as in an address with a fragment, starts no comment.
fn split_comment(line: &str) -> (&str, Option<&str>) {
    let starts_comment = |&(at, _): &(usize, &str)| {
        line.get(..at)
            .is_some_and(|before| before.is_empty() || before.ends_with(char::is_whitespace))
    };
    match line.match_indices('#').find(starts_comment) {
        Some((at, hash)) => {
            let (value, comment) = line.split_at(at);
            (value.trim(), comment.strip_prefix(hash).map(str::trim))
        }
        None => (line, None),
    }
}

fn too_many() -> ReadError {
    ReadError::TooLarge(format!("a warninglist has at most {MAX_ENTRIES} entries"))
}

fn version(value: &Value) -> Result<u64, ReadError> {
    let number = match value {
        Value::Null => Some(0),
        Value::String(text) => text.parse().ok(),
        other => other.as_u64(),
    };
    number.ok_or_else(|| ReadError::Layout("version is not a whole number".to_owned()))
}

/// Type names; missing or empty means every type.
fn types(value: Value, findings: &mut Vec<Finding>) -> Vec<String> {
    let mut names = Vec::new();
    match value {
        Value::Null => {}
        Value::String(name) => names.push(name),
        Value::Array(items) => {
            for (position, item) in items.into_iter().enumerate() {
                match item {
                    Value::String(name) => names.push(name),
                    _ => findings.push(Finding::new(
                        format!("matching_attributes[{position}]"),
                        "not a name",
                    )),
                }
            }
        }
        _ => findings.push(Finding::new("matching_attributes", "not a list of names")),
    }
    if names.is_empty() {
        names.push(ALL_TYPES.to_owned());
    }
    names
}

#[derive(Deserialize)]
struct File {
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    version: Value,
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    category: Option<String>,
    #[serde(default)]
    matching_attributes: Value,
    list: Listing,
}

/// The `list` member, taken entry by entry so that no tree of millions of values is built.
#[derive(Default)]
struct Listing {
    entries: Entries,
    findings: Vec<Finding>,
    full: bool,
}

impl Listing {
    fn take(&mut self, position: usize, element: &Value) {
        match element {
            Value::String(text) => self.add(text, None),
            Value::Number(number) => self.add(&number.to_string(), None),
            Value::Object(entry) => match entry.get("value") {
                Some(Value::String(text)) => self.add(text, entry.get("comment").and_then(Value::as_str)),
                _ => self.leave_out(position),
            },
            _ => self.leave_out(position),
        }
    }

    fn add(&mut self, value: &str, comment: Option<&str>) {
        if !self.full {
            self.full = !self.entries.push(value, comment.filter(|text| !text.is_empty()));
        }
    }

    fn leave_out(&mut self, position: usize) {
        if self.findings.len() < MAX_FINDINGS {
            self.findings
                .push(Finding::new(format!("list[{position}]"), "not a text"));
        }
    }
}

impl<'de> Deserialize<'de> for Listing {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListingVisitor)
    }
}

struct ListingVisitor;

impl<'de> Visitor<'de> for ListingVisitor {
    type Value = Listing;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of entries, or entries with their comments")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Listing, A::Error> {
        let mut listing = Listing::default();
        let mut position = 0;
        while let Some(element) = elements.next_element::<Value>()? {
            listing.take(position, &element);
            position += 1;
        }
        Ok(listing)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Listing, A::Error> {
        let mut listing = Listing::default();
        while let Some((value, comment)) = members.next_entry::<String, Value>()? {
            listing.add(&value, comment.as_str());
        }
        Ok(listing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> (Warninglist, Vec<Finding>) {
        parse(json.as_bytes()).unwrap()
    }

    #[test]
    fn reads_the_published_layout() {
        let (list, findings) = read(
            r#"{"name":"n","description":"d","version":20260101,"type":"cidr",
                "matching_attributes":["ip-src","ip-dst"],"list":["10.0.0.0/8","8.8.8.8"]}"#,
        );
        assert_eq!(findings, []);
        assert_eq!(
            (list.name.as_str(), list.version, list.kind),
            ("n", 20_260_101, ListKind::Cidr)
        );
        assert_eq!(list.category, ListCategory::FalsePositive);
        assert_eq!(list.matching_attributes, ["ip-src", "ip-dst"]);
        assert_eq!(
            list.entries.values().collect::<Vec<_>>(),
            ["10.0.0.0/8", "8.8.8.8"]
        );
    }

    #[test]
    fn fills_in_what_may_be_missing() {
        let (list, _) = read(r#"{"name":"n","version":"7","matching_attributes":[],"list":[]}"#);
        assert_eq!((list.version, list.kind), (7, ListKind::String));
        assert_eq!(list.matching_attributes, [ALL_TYPES]);
        assert!(list.entries.is_empty());
    }

    #[test]
    fn keeps_comments_and_names_what_it_drops() {
        let (list, _) = read(r#"{"name":"n","category":"known","list":{"a":"why","b":"","c":null}}"#);
        assert_eq!(list.category, ListCategory::Known);
        assert_eq!(
            list.entries.iter().collect::<Vec<_>>(),
            [("a", Some("why")), ("b", None), ("c", None)]
        );
        let (list, findings) = read(
            r#"{"name":"n","category":"odd","matching_attributes":[1],
                "list":["a",5,null,{"value":"b","comment":"why"},{}]}"#,
        );
        let entries = list.entries.iter().collect::<Vec<_>>();
        assert_eq!(entries, [("a", None), ("5", None), ("b", Some("why"))]);
        let paths = findings
            .iter()
            .map(|finding| finding.path.as_str())
            .collect::<Vec<_>>();
        assert_eq!(
            paths,
            ["list[2]", "list[4]", "category", "matching_attributes[0]"]
        );
    }

    #[test]
    fn refuses_other_files() {
        for bad in [
            "",
            "[]",
            r#"{"name":"n"}"#,
            r#"{"name":"n","list":"x"}"#,
            r#"{"name":"n","type":"glob","list":[]}"#,
            r#"{"name":"n","version":1.5,"list":[]}"#,
        ] {
            assert!(
                matches!(parse(bad.as_bytes()), Err(ReadError::Layout(_))),
                "{bad}"
            );
        }
    }

    #[test]
    fn reads_lines_with_comments() {
        let entries = Entries::from_lines("a # first\n\n  b\n# only a comment\nc#d #\n").unwrap();
        assert_eq!(
            entries.iter().collect::<Vec<_>>(),
            [("a", Some("first")), ("b", None), ("c#d", None)]
        );
    }
}
