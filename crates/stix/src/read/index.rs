//! What is in a document and what refers to what.
use super::scan::Slice;
use super::value::{Strict, text, texts};
use super::{ReadError, Sink};
use crate::ident::{StixId, is_observable};
use crate::moment;
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};
use std::io::{Read, Seek, SeekFrom};
use uuid::Uuid;

/// Most objects of one document.
pub const MOST_OBJECTS: usize = 1_000_000;
/// Largest object in bytes.
pub const LARGEST_OBJECT: u32 = 16 << 20;
/// References that are followed from one list.
const MOST_REFERENCES: usize = 100_000;

/// The identity of an object, small: its type by number, and its uuid.
pub(super) type Key = (u16, Uuid);

/// An object of the document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) key: Key,
    pub(super) slice: Slice,
    modified: i64,
}

/// A relationship of the document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Link {
    pub(super) entry: usize,
    pub(super) target: Key,
    pub(super) kind: u16,
}

/// A document, looked at once.
#[derive(Default)]
pub(super) struct Index {
    /// In the order of the document.
    pub(super) entries: Vec<Entry>,
    words: Vec<Box<str>>,
    numbers: HashMap<Box<str>, u16>,
    /// The newest version of each object.
    pub(super) latest: HashMap<Key, usize>,
    /// By source.
    pub(super) links: HashMap<Key, Vec<Link>>,
    /// Fingerprints of what foreign indicators look for.
    pub(super) looked_for: HashSet<u64>,
    /// Indicators that are based on an observation.
    pub(super) based: HashMap<Key, Vec<Key>>,
    /// Notes, opinions and sightings, by what they are about.
    pub(super) annotations: HashMap<Key, Vec<usize>>,
    /// Observables that are part of something else.
    pub(super) owned: HashSet<Key>,
    /// Who made something.
    pub(super) creators: HashSet<Key>,
    /// Clusters that hang on an element and not on the event.
    pub(super) attached: HashSet<Key>,
    /// Targets of `targets` relations.
    pub(super) targets: HashSet<Key>,
    pub(super) wrappers: Vec<usize>,
    /// The identifier of the bundle.
    pub(super) bundle: Option<String>,
}

impl Index {
    pub(super) fn build(
        source: &mut (impl Read + Seek),
        slices: &[Slice],
        sink: &mut dyn Sink,
    ) -> Result<Self, ReadError> {
        let mut index = Self::default();
        for slice in slices {
            match parse(source, *slice)? {
                Ok(object) => index.add(&object, *slice, sink),
                Err(why) => {
                    // The frame of a document that holds something broken is broken as well, if it is alone.
                    if slices.len() == 1 {
                        return Err(ReadError::Syntax {
                            at: slice.at,
                            message: why,
                        });
                    }
                    sink.left_out(format!("the object at byte {}: {why}", slice.at));
                }
            }
        }
        if index.entries.is_empty() {
            return Err(ReadError::Empty);
        }
        Ok(index)
    }

    /// The number of a word, from now on.
    fn number(&mut self, word: &str) -> u16 {
        if let Some(known) = self.numbers.get(word) {
            return *known;
        }
        let Ok(number) = u16::try_from(self.words.len()) else {
            return u16::MAX;
        };
        self.words.push(word.into());
        self.numbers.insert(word.into(), number);
        number
    }

    /// The word with this number.
    pub(super) fn word(&self, number: u16) -> &str {
        self.words.get(usize::from(number)).map_or("", |word| word)
    }

    /// The key of an identifier that is in the document.
    pub(super) fn known(&self, id: &str) -> Option<Key> {
        let id = StixId::parse(id)?;
        let key = (*self.numbers.get(&id.kind)?, id.uuid);
        self.latest.contains_key(&key).then_some(key)
    }

    /// The identifier of a key.
    pub(super) fn id(&self, key: Key) -> String {
        crate::ident::text(self.word(key.0), key.1)
    }

    /// The object of another type with the same uuid.
    pub(super) fn twin(&self, key: Key, kind: &str) -> Option<Key> {
        let twin = (*self.numbers.get(kind)?, key.1);
        self.latest.contains_key(&twin).then_some(twin)
    }

    fn key_of(&mut self, id: &str) -> Option<Key> {
        let id = StixId::parse(id)?;
        Some((self.number(&id.kind), id.uuid))
    }

    fn add(&mut self, object: &Map<String, Value>, slice: Slice, sink: &mut dyn Sink) {
        let kind = text(object, "type").unwrap_or_default();
        let key = text(object, "id").and_then(|id| self.key_of(id));
        let Some(key) = key.filter(|key| self.word(key.0) == kind) else {
            let id = text(object, "id").unwrap_or("without id");
            sink.left_out(format!(
                "{kind} {id}: its type and its id (type--UUID) do not fit"
            ));
            return;
        };
        if kind == "bundle" {
            sink.left_out(format!("{}: a bundle inside a bundle", self.id(key)));
            return;
        }
        let number = self.entries.len();
        let modified = moment::parse(object.get("modified").or_else(|| object.get("created"))).unwrap_or(0);
        self.entries.push(Entry { key, slice, modified });
        let newest = self.latest.entry(key).or_insert(number);
        if self
            .entries
            .get(*newest)
            .is_some_and(|known| known.modified <= modified)
        {
            *newest = number;
        }
        if let Some(creator) = text(object, "created_by_ref").and_then(|id| self.key_of(id)) {
            self.creators.insert(creator);
        }
        self.refer(kind, object, number);
    }

    fn refer(&mut self, kind: &str, object: &Map<String, Value>, number: usize) {
        match kind {
            "report" | "grouping" => self.wrappers.push(number),
            "indicator" => {
                let language = text(object, "pattern_type").unwrap_or("stix");
                let pattern = text(object, "pattern").filter(|_| language == "stix");
                let revoked = object.get("revoked") == Some(&Value::Bool(true));
                if let Some(pattern) = pattern.filter(|_| !revoked) {
                    self.looked_for.extend(super::indicator::fingerprints(pattern));
                }
            }
            "relationship" => self.link(object, number),
            "note" | "opinion" => {
                for id in texts(object, "object_refs").take(MOST_REFERENCES) {
                    self.annotate(id, number);
                }
            }
            "sighting" => {
                if let Some(id) = text(object, "sighting_of_ref") {
                    self.annotate(id, number);
                }
            }
            "observed-data" => {
                for id in texts(object, "object_refs").take(MOST_REFERENCES) {
                    self.own(id);
                }
            }
            _ if is_observable(kind) => {
                let mut left = MOST_REFERENCES;
                self.own_all(&Value::Object(object.clone()), &mut left);
            }
            _ => {}
        }
    }

    fn own(&mut self, id: &str) {
        if let Some(key) = self.key_of(id) {
            self.owned.insert(key);
        }
    }

    /// Everything that an observable refers to is part of it.
    fn own_all(&mut self, value: &Value, left: &mut usize) {
        match value {
            Value::Object(map) => {
                for (name, value) in map {
                    if !is_part(name) {
                        continue;
                    }
                    if name.ends_with("_ref") || name.ends_with("_refs") {
                        let ids = value.as_str().into_iter();
                        let list = value.as_array().into_iter().flatten().filter_map(Value::as_str);
                        for id in ids.chain(list) {
                            *left = left.saturating_sub(1);
                            if *left > 0 {
                                self.own(id);
                            }
                        }
                    } else {
                        self.own_all(value, left);
                    }
                }
            }
            Value::Array(list) => list.iter().for_each(|value| self.own_all(value, left)),
            _ => {}
        }
    }

    fn link(&mut self, object: &Map<String, Value>, entry: usize) {
        let source = text(object, "source_ref").and_then(|id| self.key_of(id));
        let target = text(object, "target_ref").and_then(|id| self.key_of(id));
        let (Some(source), Some(target)) = (source, target) else {
            return;
        };
        let name = text(object, "relationship_type")
            .unwrap_or("related-to")
            .to_owned();
        let kind = self.number(&name);
        if name == "targets" {
            self.targets.insert(target);
        }
        if name == "based-on" && self.word(source.0) == "indicator" {
            self.based.entry(target).or_default().push(source);
        }
        if is_element(self.word(source.0)) {
            self.attached.insert(target);
        }
        self.links
            .entry(source)
            .or_default()
            .push(Link { entry, target, kind });
    }

    fn annotate(&mut self, id: &str, number: usize) {
        if let Some(key) = self.key_of(id) {
            self.annotations.entry(key).or_default().push(number);
        }
    }
}

/// Whether what a property refers to is part of the object; else it stands for itself.
pub(super) fn is_part(name: &str) -> bool {
    !matches!(
        name,
        "object_marking_refs"
            | "created_by_ref"
            | "encapsulates_refs"
            | "encapsulated_by_ref"
            | "src_payload_ref"
            | "dst_payload_ref"
            | "contains_refs"
            | "opened_connection_refs"
    )
}

/// Whether objects of a type become attributes or objects of an event.
pub(super) fn is_element(kind: &str) -> bool {
    matches!(
        kind,
        "indicator" | "observed-data" | "x-misp-attribute" | "x-misp-object"
    ) || is_observable(kind)
}

/// Reads one object; the inner error says what is wrong with it.
pub(super) fn parse(
    source: &mut (impl Read + Seek),
    slice: Slice,
) -> Result<Result<Map<String, Value>, String>, ReadError> {
    source.seek(SeekFrom::Start(slice.at))?;
    let mut bytes = Vec::new();
    source.take(u64::from(slice.length)).read_to_end(&mut bytes)?;
    Ok(serde_json::from_slice::<Strict>(&bytes)
        .map(|Strict(map)| map)
        .map_err(|error| error.to_string()))
}
