//! A document as a tree that looks the same whichever notation it was in.
//!
//! Names are local and in lower case; attributes are children; elements of a list of JSON have the list's name
//! without its `s`.
use serde_json::Value;
use std::borrow::Cow;

/// An element, an attribute, or a member of an object.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Tree {
    pub(super) name: String,
    pub(super) text: String,
    pub(super) children: Vec<Tree>,
}

impl Tree {
    pub(super) fn leaf(name: &str, text: String) -> Self {
        Self {
            name: name.to_owned(),
            text,
            children: Vec::new(),
        }
    }

    /// The tree of a JSON value.
    pub(super) fn of_json(name: &str, value: Value) -> Self {
        let mut tree = Self::leaf(name, String::new());
        match value {
            Value::Null => {}
            Value::Bool(value) => tree.text = value.to_string(),
            Value::Number(number) => tree.text = number.to_string(),
            Value::String(text) if name == TYPE => text
                .rsplit(':')
                .next()
                .unwrap_or_default()
                .clone_into(&mut tree.text),
            Value::String(text) => tree.text = text,
            Value::Array(list) => {
                let one = singular(name);
                tree.children = list.into_iter().map(|value| Self::of_json(&one, value)).collect();
            }
            Value::Object(map) => {
                tree.children = map
                    .into_iter()
                    .map(|(key, value)| Self::of_json(&key.to_ascii_lowercase(), value))
                    .collect();
            }
        }
        tree
    }

    /// The first child of a name.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// Children of a name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// What a path of names leads to. A list in the way is entered at its first element.
    pub(super) fn at(&self, path: &[&str]) -> Option<&Self> {
        let Some((first, rest)) = path.split_first() else {
            return Some(self);
        };
        let here = self.child(first).and_then(|child| child.at(rest));
        here.or_else(|| {
            let one = self.child(&singular(&self.name))?;
            one.at(path)
        })
    }

    /// The text of an element, which JSON has as its `value` when it has attributes too.
    pub(super) fn value(&self) -> Option<&str> {
        let text = self.text.trim();
        if !text.is_empty() {
            return Some(text);
        }
        let inner = self.child("value")?.text.trim();
        (!inner.is_empty()).then_some(inner)
    }

    /// The text at the end of a path.
    pub(super) fn text_at(&self, path: &[&str]) -> Option<&str> {
        self.at(path)?.value()
    }

    /// The type that an element says it has, without the prefix of its schema.
    pub(super) fn kind(&self) -> &str {
        self.child(TYPE).map_or("", |kind| kind.text.as_str())
    }
}

/// The name that types of elements are told by.
pub(super) const TYPE: &str = "xsi:type";

/// What one element of a list is called.
fn singular(list: &str) -> Cow<'_, str> {
    if let Some(stem) = list.strip_suffix("ies") {
        return format!("{stem}y").into();
    }
    let hissing = list
        .strip_suffix("es")
        .filter(|stem| stem.ends_with("sh") || stem.ends_with("ss"));
    hissing.or_else(|| list.strip_suffix('s')).unwrap_or(list).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lists_and_values() {
        let tree = Tree::of_json(
            "properties",
            json!({
                "hashes": [{"type": {"value": "MD5", "xsi:type": "cyboxVocabs:HashNameVocab-1.0"}, "simple_hash_value": "aa"}],
                "xsi:type": "FileObj:FileObjectType",
                "size_in_bytes": {"value": 5, "condition": "Equals"},
            }),
        );
        assert_eq!(tree.kind(), "FileObjectType");
        assert_eq!(tree.text_at(&["size_in_bytes"]), Some("5"));
        let hash = tree.child("hashes").unwrap().all("hash").next().unwrap();
        assert_eq!(hash.text_at(&["type"]), Some("MD5"));
        assert_eq!(hash.text_at(&["simple_hash_value"]), Some("aa"));
        assert_eq!(tree.text_at(&["hashes", "simple_hash_value"]), Some("aa"));
        assert_eq!(singular("addresses"), "address");
        assert_eq!(singular("related_packages"), "related_package");
    }
}
