//! Labels, marks and confidence as tags.
use super::ReadError;
use super::convert::Converter;
use super::value::{text, texts};
use crate::ident::StixId;
use crate::map::marking::{Mark, UNKNOWN, keep_strictest, tag_of};
use crate::write::confidence_tag;
use entente_model::draft::TagDraft;
use serde_json::{Map, Value};
use std::io::{Read, Seek};

/// Labels of MISP's converter that say how something is read; they are no tags.
const STRUCTURAL: &[&str] = &[
    "misp:type=",
    "misp:category=",
    "misp:name=",
    "misp:meta-category=",
    "misp:to_ids=",
    "misp:tool=",
    "misp:galaxy-name=",
    "misp:galaxy-type=",
    "misp:data-layer=",
    "misp:context-layer=",
    "misp:threat-level=",
    "misp:analysis=",
    "entente:tool=",
];

/// The value of a label of MISP.
pub(super) fn labelled<'a>(object: &'a Map<String, Value>, predicate: &str) -> Option<&'a str> {
    texts(object, "labels").find_map(|label| {
        label
            .strip_prefix("misp:")?
            .strip_prefix(predicate)?
            .strip_prefix("=\"")?
            .strip_suffix('"')
    })
}

/// Whether a wrapper says that MISP's converter or ours has written it.
pub(super) fn is_ours(wrapper: &Map<String, Value>) -> bool {
    texts(wrapper, "labels").any(|label| {
        matches!(
            label,
            "misp:tool=\"MISP-STIX-Converter\"" | "misp:tool=\"misp2stix2\"" | "entente:tool=\"entente\""
        )
    })
}

/// Whether a text has the form of a tag of a taxonomy.
fn is_machine_tag(label: &str) -> bool {
    let Some((namespace, rest)) = label.split_once(':') else {
        return false;
    };
    let word = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'+'))
    };
    match rest.split_once('=') {
        Some((predicate, value)) => {
            word(namespace)
                && word(predicate)
                && value.len() > 1
                && value.starts_with('"')
                && value.ends_with('"')
        }
        None => matches!(namespace.to_ascii_lowercase().as_str(), "tlp" | "pap") && word(rest),
    }
}

impl<S: Read + Seek> Converter<'_, S> {
    /// Tags of an object: labels, marks, confidence. Labels of writers that we know are tags as they are.
    pub(super) fn tags(&mut self, object: &Map<String, Value>) -> Result<Vec<TagDraft>, ReadError> {
        let mut names = self.marks(object)?;
        for label in texts(object, "labels") {
            let structural =
                label == "Threat-Report" || STRUCTURAL.iter().any(|prefix| label.starts_with(prefix));
            if structural || label.starts_with("misp-galaxy:") {
                continue;
            }
            names.push(if self.internal || is_machine_tag(label) {
                label.to_owned()
            } else {
                as_label(label)
            });
        }
        if !self.internal {
            for kind in texts(object, "indicator_types").filter(|kind| *kind != "unknown") {
                names.push(as_label(kind));
            }
            let confidence = object.get("confidence").and_then(Value::as_i64);
            names.extend(confidence.and_then(confidence_tag));
        }
        keep_strictest(&mut names);
        Ok(names.into_iter().map(named).collect())
    }

    /// Tags of the markings of an object, those of its parts included.
    fn marks(&mut self, object: &Map<String, Value>) -> Result<Vec<String>, ReadError> {
        let granular = object
            .get("granular_markings")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|one| text(one.as_object()?, "marking_ref"));
        let ids: Vec<String> = texts(object, "object_marking_refs")
            .chain(granular)
            .map(str::to_owned)
            .collect();
        let mut names = Vec::new();
        for id in ids {
            names.push(self.mark(&id)?);
        }
        Ok(names)
    }

    fn mark(&mut self, id: &str) -> Result<String, ReadError> {
        if let Some(mark) = StixId::parse(id).and_then(|id| Mark::of_id(id.uuid)) {
            return Ok(mark.tag.to_owned());
        }
        if let Some(known) = self.marks.get(id) {
            return Ok(known.clone());
        }
        let definition = match self.index.known(id) {
            Some(key) => self.object_of(key)?,
            None => None,
        };
        let tag = definition.map_or_else(|| UNKNOWN.to_owned(), |definition| tag_of(&definition));
        self.marks.insert(id.to_owned(), tag.clone());
        Ok(tag)
    }
}

/// A word of another vocabulary as a tag.
fn as_label(label: &str) -> String {
    format!("stix:label=\"{}\"", label.replace('"', "'"))
}

/// A tag by name.
pub(super) fn named(name: String) -> TagDraft {
    TagDraft {
        name: Some(name),
        ..TagDraft::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machine_tags() {
        for tag in ["tlp:amber", "a:b=\"c d\"", "PAP:RED"] {
            assert!(is_machine_tag(tag), "{tag}");
        }
        for text in [
            "malicious-activity",
            "a:b",
            "a b:c=\"d\"",
            "a:b=c",
            ":b=\"c\"",
            "a:b=\"",
        ] {
            assert!(!is_machine_tag(text), "{text}");
        }
    }
}
