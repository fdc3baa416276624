//! Elements of a document, printed in either notation.
use serde_json::{Map, Value};

/// The notation of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Notation {
    /// XML.
    #[default]
    Xml,
    /// The JSON of the Python library.
    Json,
}

/// What an element holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content {
    Nothing,
    Text(String),
    Number(i64),
    /// Elements, each with a key of its own.
    Elements(Vec<Node>),
    /// Elements of one kind, which are a list in JSON.
    List(Vec<Node>),
}

/// An element.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    /// With its prefix, as in XML.
    pub(super) name: &'static str,
    pub(super) attributes: Vec<(&'static str, Value)>,
    pub(super) content: Content,
    /// The key of the list that the element is one of, where XML does not wrap the list.
    pub(super) list_key: Option<&'static str>,
}

impl Node {
    fn new(name: &'static str, content: Content) -> Self {
        Self {
            name,
            attributes: Vec::new(),
            content,
            list_key: None,
        }
    }

    pub(super) fn text(name: &'static str, text: impl Into<String>) -> Self {
        Self::new(name, Content::Text(text.into()))
    }

    /// A text that is to be equal.
    pub(super) fn equals(name: &'static str, text: impl Into<String>) -> Self {
        Self::text(name, text).with("condition", "Equals")
    }

    /// A number that is to be equal.
    pub(super) fn number(name: &'static str, number: i64) -> Self {
        Self::new(name, Content::Number(number)).with("condition", "Equals")
    }

    pub(super) fn of(name: &'static str, elements: Vec<Self>) -> Self {
        Self::new(name, Content::Elements(elements))
    }

    pub(super) fn list(name: &'static str, elements: Vec<Self>) -> Self {
        Self::new(name, Content::List(elements))
    }

    pub(super) fn empty(name: &'static str) -> Self {
        Self::new(name, Content::Nothing)
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.attributes.push((name, value.into()));
        self
    }

    /// One of a list that has the name of its elements.
    pub(super) fn repeated(self) -> Self {
        self.repeated_as("")
    }

    /// One of a list with a key of its own.
    pub(super) fn repeated_as(mut self, key: &'static str) -> Self {
        self.list_key = Some(key);
        self
    }

    /// The element as XML, so deep in the document.
    pub(super) fn xml(&self, out: &mut Vec<u8>, depth: usize) {
        indent(out, depth);
        out.push(b'<');
        out.extend_from_slice(self.name.as_bytes());
        for (name, value) in &self.attributes {
            out.push(b' ');
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b"=\"");
            match value {
                Value::String(text) => push_text(out, text),
                other => push_text(out, &other.to_string()),
            }
            out.push(b'"');
        }
        match &self.content {
            Content::Nothing => {
                out.extend_from_slice(b"/>\n");
                return;
            }
            Content::Text(text) => {
                out.push(b'>');
                push_text(out, text);
            }
            Content::Number(number) => {
                out.push(b'>');
                out.extend_from_slice(number.to_string().as_bytes());
            }
            Content::Elements(elements) | Content::List(elements) => {
                out.extend_from_slice(b">\n");
                for element in elements {
                    element.xml(out, depth + 1);
                }
                indent(out, depth);
            }
        }
        out.extend_from_slice(b"</");
        out.extend_from_slice(self.name.as_bytes());
        out.extend_from_slice(b">\n");
    }

    /// The key of the element, or of its list, in JSON.
    pub(super) fn key(&self) -> String {
        match self.list_key {
            Some(key) if !key.is_empty() => key.to_owned(),
            _ => local(self.name).to_ascii_lowercase(),
        }
    }

    /// The element as JSON.
    pub(super) fn json(&self) -> Value {
        let scalar = match &self.content {
            Content::Text(text) => Some(Value::from(text.as_str())),
            Content::Number(number) => Some(Value::from(*number)),
            Content::List(elements) => {
                return Value::Array(elements.iter().map(Self::json).collect());
            }
            Content::Nothing | Content::Elements(_) => None,
        };
        if let Some(scalar) = &scalar
            && self.attributes.is_empty()
        {
            return scalar.clone();
        }
        let mut map = Map::new();
        if let Some(scalar) = scalar {
            map.insert("value".to_owned(), scalar);
        }
        if let Content::Elements(elements) = &self.content {
            for element in elements {
                let value = element.json();
                if element.list_key.is_some() {
                    let list = map
                        .entry(element.key())
                        .or_insert_with(|| Value::Array(Vec::new()));
                    if let Some(list) = list.as_array_mut() {
                        list.push(value);
                    }
                } else {
                    map.insert(element.key(), value);
                }
            }
        }
        for (name, value) in &self.attributes {
            let value = match value.as_str() {
                // the library names types of objects without the prefix of their schema
                Some(text) if *name == "xsi:type" && text.ends_with("ObjectType") => local(text).into(),
                _ => value.clone(),
            };
            map.insert((*name).to_owned(), value);
        }
        Value::Object(map)
    }
}

/// A name without its prefix.
pub(super) fn local(name: &str) -> &str {
    name.split_once(':').map_or(name, |(_, local)| local)
}

pub(super) fn indent(out: &mut Vec<u8>, depth: usize) {
    out.resize(out.len() + 4 * depth, b' ');
}

/// Whether XML 1.0 has all characters of a text; it has no way to write the others.
pub(super) fn is_text(text: &str) -> bool {
    text.chars().all(is_char)
}

fn is_char(ch: char) -> bool {
    matches!(ch, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

/// Appends character data that a parser gives back unchanged.
pub(super) fn push_text(out: &mut Vec<u8>, text: &str) {
    let mut buffer = [0; 4];
    for ch in text.chars() {
        let escaped: &[u8] = match ch {
            '&' => b"&amp;",
            '<' => b"&lt;",
            '>' => b"&gt;",
            '"' => b"&quot;",
            // parsers turn these into blanks where they stand in attributes
            '\t' => b"&#9;",
            '\n' => b"&#10;",
            '\r' => b"&#13;",
            ch if !is_char(ch) => "\u{fffd}".as_bytes(),
            ch => ch.encode_utf8(&mut buffer).as_bytes(),
        };
        out.extend_from_slice(escaped);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn one_tree_two_notations() {
        let hash = Node::of(
            "cyboxCommon:Hash",
            vec![
                Node::equals("cyboxCommon:Type", "MD5").with("xsi:type", "cyboxVocabs:HashNameVocab-1.0"),
                Node::equals("cyboxCommon:Simple_Hash_Value", "<&\">"),
            ],
        );
        let node = Node::of(
            "cybox:Properties",
            vec![
                Node::list("FileObj:Hashes", vec![hash]),
                Node::number("FileObj:Size_In_Bytes", 5),
            ],
        )
        .with("xsi:type", "FileObj:FileObjectType");
        let mut xml = Vec::new();
        node.xml(&mut xml, 0);
        let xml = String::from_utf8(xml).unwrap();
        assert!(
            xml.starts_with("<cybox:Properties xsi:type=\"FileObj:FileObjectType\">\n    <FileObj:Hashes>\n")
        );
        assert!(xml.contains("condition=\"Equals\">&lt;&amp;&quot;&gt;</cyboxCommon:Simple_Hash_Value>\n"));
        assert_eq!(
            node.json(),
            json!({
                "hashes": [{
                    "type": {"value": "MD5", "condition": "Equals", "xsi:type": "cyboxVocabs:HashNameVocab-1.0"},
                    "simple_hash_value": {"value": "<&\">", "condition": "Equals"},
                }],
                "size_in_bytes": {"value": 5, "condition": "Equals"},
                "xsi:type": "FileObjectType",
            })
        );
    }
}
