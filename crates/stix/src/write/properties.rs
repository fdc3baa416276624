//! Properties that all objects of ours share, and those made of tags.
use super::{Profile, TagView, Version};
use crate::ident;
use crate::map::marking::Mark;
use crate::moment;
use entente_model::time::Seconds;
use serde_json::{Map, Value};
use uuid::Uuid;

/// An object under construction.
pub(super) type Object = Map<String, Value>;

/// What MISP's confidence says as a number. spec: 12#6.1
const CONFIDENCE: &[(&str, u8)] = &[
    ("completely-confident", 100),
    ("usually-confident", 75),
    ("fairly-confident", 50),
    ("rarely-confident", 25),
    ("unconfident", 0),
];

/// The beginning of an object.
pub(super) fn head(
    version: Version,
    kind: &str,
    uuid: Uuid,
    creator: Option<&str>,
    created: Seconds,
    modified: Seconds,
) -> Object {
    let mut object = Map::new();
    object.insert("type".to_owned(), kind.into());
    if version == Version::New {
        object.insert("spec_version".to_owned(), "2.1".into());
    }
    let uuid = match version {
        Version::New => uuid,
        Version::Old => ident::in_random_form(uuid),
    };
    object.insert("id".to_owned(), ident::text(kind, uuid).into());
    if let Some(creator) = creator {
        object.insert("created_by_ref".to_owned(), creator.into());
    }
    object.insert("created".to_owned(), moment::version(created).into());
    object.insert("modified".to_owned(), moment::version(modified).into());
    object
}

/// The identifier of an object.
pub(super) fn id(object: &Object) -> &str {
    object.get("id").and_then(Value::as_str).unwrap_or_default()
}

/// Sets a property.
pub(super) fn set(object: &mut Object, name: &str, value: impl Into<Value>) {
    object.insert(name.to_owned(), value.into());
}

/// Sets a property unless its text is empty.
pub(super) fn set_text(object: &mut Object, name: &str, text: &str) {
    if !text.is_empty() {
        set(object, name, text);
    }
}

/// A label of MISP.
pub(super) fn label(predicate: &str, value: &str) -> String {
    format!("misp:{predicate}=\"{value}\"")
}

/// What tags say: labels, marks, a confidence.
#[derive(Default)]
pub(super) struct Said {
    pub(super) labels: Vec<Value>,
    pub(super) marks: Vec<&'static Mark>,
    confidence: Option<u8>,
}

impl Said {
    pub(super) fn of(tags: &[TagView<'_>], version: Version, profile: Profile) -> Self {
        let mut said = Self::default();
        for tag in tags {
            let mark = Mark::of_tag(tag.name, profile == Profile::Strict, version == Version::Old);
            match mark {
                Some(mark) if said.marks.contains(&mark) => {}
                Some(mark) => said.marks.push(mark),
                None if tag.cluster.is_some() || tag.name.is_empty() => {}
                None => {
                    let confidence = confidence(tag.name);
                    said.confidence = match (said.confidence, confidence) {
                        (Some(a), Some(b)) => Some(a.min(b)),
                        (a, b) => a.or(b),
                    };
                    said.labels.push(tag.name.into());
                }
            }
        }
        said
    }

    /// Writes labels (those of `own` first), confidence and marks.
    pub(super) fn apply(self, object: &mut Object, own: &[String], version: Version) {
        let labels: Vec<Value> = own
            .iter()
            .map(|label| Value::from(label.as_str()))
            .chain(self.labels)
            .collect();
        if !labels.is_empty() {
            set(object, "labels", labels);
        }
        if let Some(confidence) = self.confidence
            && version == Version::New
        {
            set(object, "confidence", confidence);
        }
        let marks: Vec<Value> = self.marks.iter().map(|mark| mark.reference().into()).collect();
        if !marks.is_empty() {
            set(object, "object_marking_refs", marks);
        }
    }
}

fn confidence(tag: &str) -> Option<u8> {
    let value = tag.strip_prefix("misp:confidence-level=\"")?.strip_suffix('"')?;
    CONFIDENCE
        .iter()
        .find(|(name, _)| *name == value)
        .map(|(_, number)| *number)
}

/// The number as MISP's word for it.
#[must_use]
pub(crate) fn confidence_tag(number: i64) -> Option<String> {
    if !(0..=100).contains(&number) {
        return None;
    }
    let (name, _) = CONFIDENCE.iter().find(|(_, least)| number >= i64::from(*least))?;
    Some(label("confidence-level", name))
}

/// A name that fits a line: the first line, and of it so much.
pub(super) fn short(text: &str) -> String {
    const LONGEST: usize = 128;
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() <= LONGEST {
        return line.to_owned();
    }
    line.chars().take(LONGEST).chain(['…']).collect()
}

/// A word as the standard wants names of phases: lower case with hyphens.
pub(super) fn slug(text: &str) -> String {
    text.to_lowercase().replace([' ', '_'], "-")
}
