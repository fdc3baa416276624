//! A library file as a JSON tree, read within limits and with its oddities noted.
//!
//! A plain `serde_json::Value` would take the last of two equal keys without a word and would
//! allow any number of values; this reader notes the first and refuses the second.
use crate::finding::{Finding, ReadError};
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::{
    cell::{Cell, RefCell},
    fmt,
};

/// How deep arrays and objects may nest; published files need six levels.
pub(crate) const MAX_DEPTH: usize = 64;

/// How many JSON values one file may hold; the largest published one holds about 80,000.
pub(crate) const MAX_VALUES: usize = 4_000_000;

/// How many findings one file may yield; further ones are only counted.
pub(crate) const MAX_FINDINGS: usize = 1_000;

/// What was lost while reading, bounded so that a hostile file cannot fill memory with notes.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    list: Vec<Finding>,
    beyond: usize,
}

impl Findings {
    /// Notes a loss.
    pub(crate) fn note(&mut self, path: impl Into<String>, message: impl Into<String>) {
        if self.list.len() < MAX_FINDINGS {
            self.list.push(Finding::new(path, message));
        } else {
            self.beyond += 1;
        }
    }

    /// All findings; what went beyond the limit is one last finding with the count.
    pub(crate) fn finish(mut self) -> Vec<Finding> {
        if self.beyond > 0 {
            self.list.push(Finding::new(
                "",
                format!("{} further findings not listed", self.beyond),
            ));
        }
        self.list
    }
}

/// The bytes after a UTF-8 byte order mark, which some editors leave in published files.
pub(crate) fn without_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// Reads one JSON object within the limits.
///
/// Equal keys (the last wins) and NUL characters (left out, no database text may hold one) are
/// noted.
pub(crate) fn read(bytes: &[u8], max_bytes: usize) -> Result<(Map<String, Value>, Findings), ReadError> {
    if bytes.len() > max_bytes {
        return Err(ReadError::TooLarge(format!(
            "{} bytes, at most {max_bytes} are read",
            bytes.len()
        )));
    }
    let state = State::default();
    let mut json = serde_json::Deserializer::from_slice(without_bom(bytes));
    let root = Place {
        parent: None,
        step: Step::Root,
        depth: 0,
    };
    let tree = Node {
        state: &state,
        place: &root,
    }
    .deserialize(&mut json)
    .and_then(|tree| json.end().map(|()| tree));
    let too_large = state.too_large.get();
    let tree = tree.map_err(|error| match too_large {
        Some(limit) => ReadError::TooLarge(limit.to_owned()),
        None => ReadError::Layout(error.to_string()),
    })?;
    match tree {
        Value::Object(map) => Ok((map, state.findings.into_inner())),
        _ => Err(ReadError::Layout("the file is not a JSON object".to_owned())),
    }
}

#[derive(Default)]
struct State {
    findings: RefCell<Findings>,
    values: Cell<usize>,
    too_large: Cell<Option<&'static str>>,
}

impl State {
    fn refuse<E: serde::de::Error>(&self, limit: &'static str) -> E {
        self.too_large.set(Some(limit));
        E::custom(limit)
    }
}

/// Where in the file the reader is; a chain on the stack, made text only for a finding.
struct Place<'a> {
    parent: Option<&'a Self>,
    step: Step<'a>,
    depth: usize,
}

enum Step<'a> {
    Root,
    Key(&'a str),
    Index(usize),
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(formatter)?;
        }
        match self.step {
            Step::Root => Ok(()),
            Step::Index(index) => write!(formatter, "[{index}]"),
            Step::Key(key) => {
                let at_root = self.parent.is_none_or(|parent| matches!(parent.step, Step::Root));
                if !at_root {
                    formatter.write_str(".")?;
                }
                formatter.write_str(&excerpt(key))
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Node<'a> {
    state: &'a State,
    place: &'a Place<'a>,
}

impl Node<'_> {
    fn inside<E: serde::de::Error>(&self) -> Result<usize, E> {
        let depth = self.place.depth + 1;
        if depth > MAX_DEPTH {
            return Err(self.state.refuse("nested deeper than 64 levels"));
        }
        Ok(depth)
    }

    fn text(&self, text: String) -> String {
        if text.contains('\0') {
            self.state
                .findings
                .borrow_mut()
                .note(self.place.to_string(), "NUL characters left out");
            return text.replace('\0', "");
        }
        text
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        let values = self.state.values.get() + 1;
        self.state.values.set(values);
        if values > MAX_VALUES {
            return Err(self.state.refuse("more than 4,000,000 JSON values"));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(self.text(value.to_owned())))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(self.text(value)))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let depth = self.inside::<A::Error>()?;
        let mut list = Vec::new();
        loop {
            let place = Place {
                parent: Some(self.place),
                step: Step::Index(list.len()),
                depth,
            };
            let Some(value) = seq.next_element_seed(Node {
                state: self.state,
                place: &place,
            })?
            else {
                return Ok(Value::Array(list));
            };
            list.push(value);
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let depth = self.inside::<A::Error>()?;
        let mut object = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if key.contains('\0') {
                return Err(A::Error::custom("a key holds a NUL character"));
            }
            let place = Place {
                parent: Some(self.place),
                step: Step::Key(&key),
                depth,
            };
            let value = map.next_value_seed(Node {
                state: self.state,
                place: &place,
            })?;
            if object.contains_key(&key) {
                self.state
                    .findings
                    .borrow_mut()
                    .note(place.to_string(), "key occurs twice, the last is taken");
            }
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

/// A short form of published text for messages.
pub(crate) fn excerpt(text: &str) -> String {
    const LONGEST: usize = 80;
    if text.chars().nth(LONGEST).is_none() {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(LONGEST).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_equal_keys_is_taken_and_noted() {
        let (map, findings) = read(br#"{"a":{"b":[{"c":1,"c":2}]}}"#, 100).unwrap();
        assert_eq!(map["a"]["b"][0]["c"], 2);
        assert_eq!(
            findings.finish(),
            [Finding::new("a.b[0].c", "key occurs twice, the last is taken")]
        );
    }

    #[test]
    fn nul_characters_are_left_out_and_noted() {
        let (map, findings) = read(br#"{"a":["x\u0000y"]}"#, 100).unwrap();
        assert_eq!(map["a"][0], "xy");
        assert_eq!(
            findings.finish(),
            [Finding::new("a[0]", "NUL characters left out")]
        );
        assert!(matches!(
            read(br#"{"a\u0000":1}"#, 100),
            Err(ReadError::Layout(_))
        ));
    }

    #[test]
    fn limits_are_named() {
        assert!(matches!(read(b"{}", 1), Err(ReadError::TooLarge(_))));
        let nest = |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
        assert!(read(nest(MAX_DEPTH - 1).as_bytes(), 1_000).is_ok());
        assert!(matches!(
            read(nest(MAX_DEPTH).as_bytes(), 1_000),
            Err(ReadError::TooLarge(_))
        ));
        assert!(matches!(
            read(nest(100_000).as_bytes(), 1_000_000),
            Err(ReadError::TooLarge(_))
        ));
        let many = format!("{{\"a\":[{}0]}}", "0,".repeat(MAX_VALUES));
        assert!(matches!(
            read(many.as_bytes(), many.len()),
            Err(ReadError::TooLarge(_))
        ));
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for text in ["", "[]", "1", "{", "{} x", "nul"] {
            assert!(
                matches!(read(text.as_bytes(), 100), Err(ReadError::Layout(_))),
                "{text}"
            );
        }
        assert!(matches!(
            read(b"{\"a\":\"\xff\"}", 100),
            Err(ReadError::Layout(_))
        ));
        assert!(matches!(
            read(br#"{"a":"\ud800"}"#, 100),
            Err(ReadError::Layout(_))
        ));
    }

    #[test]
    fn findings_beyond_the_limit_are_counted() {
        let mut findings = Findings::default();
        for _ in 0..MAX_FINDINGS + 5 {
            findings.note("x", "y");
        }
        let all = findings.finish();
        assert_eq!(all.len(), MAX_FINDINGS + 1);
        assert_eq!(all.last().unwrap().message, "5 further findings not listed");
    }
}
