//! The kind of a library file by the keys of its outermost object.
use super::{Kind, document::without_bom};
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use std::fmt;

/// The kind of a library file by its content, or `None`.
///
/// Only the outermost keys are looked at and nothing is kept, so a list of a million values
/// costs one pass and no memory.
pub fn sniff(bytes: &[u8]) -> Option<Kind> {
    let keys: Keys = serde_json::from_slice(without_bom(bytes)).ok()?;
    keys.kind()
}

/// Which of the telling keys are present.
#[derive(Default)]
struct Keys(Vec<&'static str>);

const TELLING: [&str; 13] = [
    "attributes",
    "meta-category",
    "namespace",
    "predicates",
    "values",
    "type",
    "uuid",
    "name",
    "list",
    "notice",
    "formula",
    "parameters",
    "version",
];

impl Keys {
    fn has(&self, keys: &[&str]) -> bool {
        keys.iter().all(|key| self.0.contains(key))
    }

    fn kind(&self) -> Option<Kind> {
        if self.has(&["attributes", "meta-category"]) {
            Some(Kind::Template)
        } else if self.has(&["namespace", "predicates"]) {
            Some(Kind::Taxonomy)
        } else if self.has(&["notice"]) {
            Some(Kind::Noticelist)
        } else if self.has(&["name", "list"]) {
            Some(Kind::Warninglist)
        } else if self.has(&["formula", "parameters"]) {
            Some(Kind::DecayModel)
        } else if self.has(&["name", "type", "values"]) {
            Some(Kind::Clusters)
        } else if self.has(&["name", "version", "values"]) {
            Some(Kind::Relationships)
        } else if self.has(&["name", "type", "namespace"]) {
            Some(Kind::Galaxy)
        } else {
            None
        }
    }
}

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(KeysVisitor)
    }
}

struct KeysVisitor;

impl<'de> Visitor<'de> for KeysVisitor {
    type Value = Keys;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
        let mut keys = Keys::default();
        while let Some(key) = map.next_key::<String>()? {
            map.next_value::<IgnoredAny>()?;
            if let Some(known) = TELLING.iter().find(|known| **known == key)
                && !keys.0.contains(known)
            {
                keys.0.push(known);
            }
        }
        Ok(keys)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_told_by_its_keys() {
        for (text, kind) in [
            (r#"{"attributes":{},"meta-category":"misc"}"#, Kind::Template),
            (r#"{"name":"r","version":1,"values":[]}"#, Kind::Relationships),
            (r#"{"namespace":"n","predicates":[],"values":[]}"#, Kind::Taxonomy),
            (
                r#"{"name":"g","type":"t","namespace":"misp","icon":"map"}"#,
                Kind::Galaxy,
            ),
            (r#"{"name":"g","type":"t","values":[]}"#, Kind::Clusters),
            (r#"{"name":"w","list":[]}"#, Kind::Warninglist),
            (r#"{"name":"g","notice":[]}"#, Kind::Noticelist),
            (r#"{"formula":"polynomial","parameters":{}}"#, Kind::DecayModel),
        ] {
            assert_eq!(sniff(text.as_bytes()), Some(kind), "{text}");
        }
        assert_eq!(sniff(b"[1]"), None);
        assert_eq!(sniff(b"{}"), None);
        assert_eq!(
            sniff(b"\xef\xbb\xbf{\"name\":\"w\",\"list\":[]}"),
            Some(Kind::Warninglist)
        );
    }
}
