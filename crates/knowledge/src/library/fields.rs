//! Tolerant access to the keys of a published JSON object: variants are read, losses are noted.
use super::document::{Findings, excerpt};
use crate::finding::{ReadError, UNKNOWN_KEY};
use serde_json::{Map, Value};
use uuid::Uuid;

/// The version taken when a file states none, or none that is a number.
const DEFAULT_VERSION: i64 = 1;

/// A scalar as text; `None` for null, lists and objects.
pub(crate) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// One JSON object of a file and its place there, with tolerant access to its keys.
#[derive(Clone)]
pub(crate) struct Fields<'a> {
    map: &'a Map<String, Value>,
    path: String,
}

impl<'a> Fields<'a> {
    /// The object `map` at `path` (empty for the outermost).
    pub(crate) fn new(map: &'a Map<String, Value>, path: impl Into<String>) -> Self {
        Self {
            map,
            path: path.into(),
        }
    }

    /// The object in `value`, or a finding when it is none.
    pub(crate) fn of(value: &'a Value, path: String, findings: &mut Findings) -> Option<Self> {
        let Value::Object(map) = value else {
            findings.note(path, "not an object, left out");
            return None;
        };
        Some(Self { map, path })
    }

    /// The path of a key below this object.
    pub(crate) fn at(&self, key: &str) -> String {
        let key = excerpt(key);
        if self.path.is_empty() {
            key
        } else {
            format!("{}.{key}", self.path)
        }
    }

    /// The path of this object.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The value of a key, null counting as absent.
    pub(crate) fn get(&self, key: &str) -> Option<&'a Value> {
        self.map.get(key).filter(|value| !value.is_null())
    }

    /// A text; numbers and booleans are taken as text, anything else is a finding.
    pub(crate) fn text(&self, key: &str, findings: &mut Findings) -> Option<String> {
        let value = self.get(key)?;
        let text = scalar(value);
        if text.is_none() {
            findings.note(self.at(key), "not a text, left out");
        }
        text
    }

    /// A text that must be there and not be empty.
    pub(crate) fn required(&self, key: &str, findings: &mut Findings) -> Result<String, ReadError> {
        self.text(key, findings)
            .filter(|text| !text.trim().is_empty())
            .ok_or_else(|| ReadError::Layout(format!("{} is missing or empty", self.at(key))))
    }

    /// Texts given as a list or as one text; entries that are no text are findings.
    pub(crate) fn texts(&self, key: &str, findings: &mut Findings) -> Vec<String> {
        match self.get(key) {
            None => Vec::new(),
            Some(Value::Array(list)) => list
                .iter()
                .enumerate()
                .filter_map(|(index, value)| {
                    let text = scalar(value);
                    if text.is_none() {
                        findings.note(format!("{}[{index}]", self.at(key)), "not a text, left out");
                    }
                    text
                })
                .collect(),
            Some(value) => {
                let text = scalar(value);
                if text.is_none() {
                    findings.note(self.at(key), "neither a list nor a text, left out");
                }
                text.into_iter().collect()
            }
        }
    }

    /// A list; anything else is a finding and counts as empty.
    pub(crate) fn list(&self, key: &str, findings: &mut Findings) -> &'a [Value] {
        match self.get(key) {
            None => &[],
            Some(Value::Array(list)) => list,
            Some(_) => {
                findings.note(self.at(key), "not a list, left out");
                &[]
            }
        }
    }

    /// A flag, also written as 0, 1, "0", "1", "true" or "false".
    pub(crate) fn flag(&self, key: &str, findings: &mut Findings) -> Option<bool> {
        let value = self.get(key)?;
        let flag = match scalar(value).unwrap_or_default().to_ascii_lowercase().as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        };
        if flag.is_none() {
            findings.note(self.at(key), "not a boolean, left out");
        }
        flag
    }

    /// A whole number, also written as a text or with a zero fraction.
    pub(crate) fn integer(&self, key: &str, findings: &mut Findings) -> Option<i64> {
        let value = self.get(key)?;
        let number = whole(value);
        if number.is_none() {
            findings.note(self.at(key), "not a whole number, left out");
        }
        number
    }

    /// The version: a whole number from 0, as number or text; otherwise 1 and a finding.
    pub(crate) fn version(&self, findings: &mut Findings) -> i64 {
        let version = self
            .get("version")
            .and_then(whole)
            .filter(|version| *version >= 0);
        version.unwrap_or_else(|| {
            findings.note(self.at("version"), "missing or not a whole number, taken as 1");
            DEFAULT_VERSION
        })
    }

    /// A uuid; an unreadable one is a finding.
    pub(crate) fn uuid(&self, key: &str, findings: &mut Findings) -> Option<Uuid> {
        let uuid = self.usable_uuid(key);
        if uuid.is_none() && self.get(key).is_some() {
            findings.note(self.at(key), "not a uuid, left out");
        }
        uuid
    }

    /// A uuid other than the nil one.
    pub(crate) fn usable_uuid(&self, key: &str) -> Option<Uuid> {
        let text = self.get(key)?.as_str()?;
        Uuid::try_parse(text.trim()).ok().filter(|uuid| !uuid.is_nil())
    }

    /// The uuid, or one made from `name` (version 5 in the URL namespace) and a finding, so that
    /// the same file yields the same uuid everywhere.
    pub(crate) fn uuid_or_made(&self, key: &str, name: &str, findings: &mut Findings) -> Uuid {
        self.usable_uuid(key).unwrap_or_else(|| {
            findings.note(self.at(key), "no usable uuid, one was made from the name");
            Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes())
        })
    }

    /// Notes every key that is not among `known`: nothing is dropped silently.
    pub(crate) fn only(&self, known: &[&str], findings: &mut Findings) {
        for key in self.map.keys().filter(|key| !known.contains(&key.as_str())) {
            findings.note(self.at(key), UNKNOWN_KEY);
        }
    }
}

fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| {
            number
                .to_string()
                .strip_suffix(".0")
                .and_then(|digits| digits.parse().ok())
        }),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::document::read;

    #[test]
    fn numbers_flags_and_versions_are_read_in_their_variants() {
        let text = br#"{"n":"7","f":3.0,"g":1.5,"t":"1","u":"no","version":"12"}"#;
        let (map, mut findings) = read(text, 200).unwrap();
        let fields = Fields::new(&map, "");
        assert_eq!(fields.integer("n", &mut findings), Some(7));
        assert_eq!(fields.integer("f", &mut findings), Some(3));
        assert_eq!(fields.flag("t", &mut findings), Some(true));
        assert_eq!(fields.version(&mut findings), 12);
        assert_eq!(fields.integer("g", &mut findings), None);
        assert_eq!(fields.flag("u", &mut findings), None);
        let paths: Vec<String> = findings
            .finish()
            .into_iter()
            .map(|finding| finding.path)
            .collect();
        assert_eq!(paths, ["g", "u"]);
    }
}
