//! JSON into a byte buffer: commas, escapes, and the ways in which MISP writes scalars.
use entente_model::time::{Micros, iso_micros};
use uuid::Uuid;

/// Appends JSON to a buffer. It keeps no stack: callers close what they open.
pub struct JsonWriter<'o> {
    out: &'o mut Vec<u8>,
    /// A value precedes in the current container.
    comma: bool,
}

impl<'o> JsonWriter<'o> {
    /// Writes one value from its beginning.
    #[must_use]
    pub fn new(out: &'o mut Vec<u8>) -> Self {
        Self { out, comma: false }
    }

    /// Goes on in a container that has at least one member.
    #[must_use]
    pub fn resume(out: &'o mut Vec<u8>) -> Self {
        Self { out, comma: true }
    }

    /// The buffer, for writers that append one whole value. A comma that is due is written before.
    pub fn value(&mut self) -> &mut Vec<u8> {
        self.separate();
        self.out
    }

    fn separate(&mut self) {
        if self.comma {
            self.out.push(b',');
        }
        self.comma = true;
    }

    /// `{`
    pub fn begin_map(&mut self) {
        self.separate();
        self.out.push(b'{');
        self.comma = false;
    }

    /// `}`
    pub fn end_map(&mut self) {
        self.out.push(b'}');
        self.comma = true;
    }

    /// `[`
    pub fn begin_list(&mut self) {
        self.separate();
        self.out.push(b'[');
        self.comma = false;
    }

    /// `]`
    pub fn end_list(&mut self) {
        self.out.push(b']');
        self.comma = true;
    }

    /// The key of the next value: one of ours, without characters that need an escape.
    pub fn key(&mut self, key: &'static str) -> &mut Self {
        self.separate();
        self.out.push(b'"');
        self.out.extend_from_slice(key.as_bytes());
        self.out.extend_from_slice(b"\":");
        self.comma = false;
        self
    }

    /// A key that may hold anything.
    pub fn any_key(&mut self, key: &str) -> &mut Self {
        self.text(key);
        self.out.push(b':');
        self.comma = false;
        self
    }

    /// Text.
    pub fn text(&mut self, text: &str) {
        self.separate();
        self.out.push(b'"');
        escape(self.out, text);
        self.out.push(b'"');
    }

    /// The text that results from joining `parts`, without joining them first.
    pub fn joined(&mut self, parts: &[&str]) {
        self.separate();
        self.out.push(b'"');
        for part in parts {
            escape(self.out, part);
        }
        self.out.push(b'"');
    }

    /// Text that is known to need no escape: base64, digests, names of ours.
    pub fn plain(&mut self, text: &str) {
        self.separate();
        self.out.push(b'"');
        self.out.extend_from_slice(text.as_bytes());
        self.out.push(b'"');
    }

    /// Text or null.
    pub fn optional_text(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.text(text),
            None => self.null(),
        }
    }

    /// A stored whole number: decimal digits as a string.
    pub fn id(&mut self, number: i64) {
        self.separate();
        self.out.push(b'"');
        self.out
            .extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
        self.out.push(b'"');
    }

    /// A computed number, as a JSON number.
    pub fn number(&mut self, number: i64) {
        self.separate();
        self.out
            .extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
    }

    /// `true` or `false`.
    pub fn flag(&mut self, flag: bool) {
        self.separate();
        self.out.extend_from_slice(if flag { b"true" } else { b"false" });
    }

    /// `null`
    pub fn null(&mut self) {
        self.separate();
        self.out.extend_from_slice(b"null");
    }

    /// A uuid in lower case.
    pub fn uuid(&mut self, uuid: Uuid) {
        let mut buffer = Uuid::encode_buffer();
        self.plain(uuid.hyphenated().encode_lower(&mut buffer));
    }

    /// A moment or null. spec: 01#1 (ISO)
    pub fn moment(&mut self, at: Option<Micros>) {
        match at {
            Some(at) => self.plain(&iso_micros(at)),
            None => self.null(),
        }
    }

    /// JSON rendered before.
    pub fn raw(&mut self, json: &[u8]) {
        self.separate();
        self.out.extend_from_slice(json);
    }
}

/// Whether a byte cannot stand in a JSON string as it is.
fn is_special(byte: u8) -> bool {
    (byte < 0x20) | (byte == b'"') | (byte == b'\\')
}

fn escape(out: &mut Vec<u8>, text: &str) {
    // Blocks are judged whole and without branches, which compiles to vector instructions; only a block
    // with something special in it is looked at byte by byte.
    for block in text.as_bytes().chunks(32) {
        if block.iter().fold(false, |special, b| special | is_special(*b)) {
            escape_block(out, block);
        } else {
            out.extend_from_slice(block);
        }
    }
}

fn escape_block(out: &mut Vec<u8>, block: &[u8]) {
    for &byte in block {
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0x08 => out.extend_from_slice(b"\\b"),
            0x0c => out.extend_from_slice(b"\\f"),
            0..0x20 => {
                let digit = |n: u8| char::from_digit(n.into(), 16).map_or(b'0', |c| c as u8);
                out.extend_from_slice(b"\\u00");
                out.push(digit(byte >> 4));
                out.push(digit(byte & 0xf));
            }
            _ => out.push(byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(write: impl FnOnce(&mut JsonWriter<'_>)) -> String {
        let mut out = Vec::new();
        write(&mut JsonWriter::new(&mut out));
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn commas_stand_between_members() {
        let text = written(|json| {
            json.begin_map();
            json.key("a").begin_list();
            json.number(1);
            json.begin_map();
            json.end_map();
            json.null();
            json.end_list();
            json.key("b").flag(true);
            json.any_key("c\"").id(-3);
            json.key("d").raw(b"[]");
            json.key("e").joined(&["x", "|", "\n"]);
            json.end_map();
        });
        assert_eq!(text, r#"{"a":[1,{},null],"b":true,"c\"":"-3","d":[],"e":"x|\n"}"#);
    }

    proptest! {
        #[test]
        fn text_survives(text in any::<String>(), controls in "[\u{0}-\u{30}\"\\\\]{0,80}") {
            for text in [text, controls] {
                let json = written(|json| json.text(&text));
                prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
            }
        }
    }
}
