//! MISP XML: what MISP JSON says, as elements. spec: 04#6.1
//!
//! A key becomes an element, a list one element of that name per item, nothing and false become an empty
//! element and `0`. The JSON is read as a stream, so an event of any size passes through.
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;
use std::io::{self, Read, Write};

/// What every document begins with.
pub const BEGIN: &[u8] = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<response>";
/// What every document ends with.
pub const END: &[u8] = b"</response>\n";

/// What of a map is not shown in XML.
#[derive(Clone, Copy)]
struct Hidden {
    /// Keys that are left out of this map, not of those inside it.
    always: &'static [&'static str],
    /// Lists that are left out of this map when nothing is in them; others become one empty element.
    when_empty: &'static [&'static str],
}

const IN_EVENT: Hidden = Hidden {
    always: &["user_id", "proposal_email_lock", "locked", "attribute_count"],
    when_empty: &["Galaxy", "EventReport", "CryptographicKey"],
};
/// An attribute of a search does not bring its event along.
const IN_ATTRIBUTE: Hidden = Hidden {
    always: &["Event"],
    when_empty: &[],
};
const INSIDE: Hidden = Hidden {
    always: &[],
    when_empty: &[],
};

/// Writes any answer as a whole document: the entries of a map as elements, those of a list one after the other.
/// What a client asked for as `{"response":…}` stands in the document's own `response`.
///
/// # Errors
/// Of reading and writing; `InvalidData` when it is no JSON.
pub fn document(json: impl Read, out: &mut impl Write) -> io::Result<()> {
    out.write_all(BEGIN)?;
    let mut deserializer = serde_json::Deserializer::from_reader(json);
    Whole { out: &mut *out }
        .deserialize(&mut deserializer)
        .map_err(io::Error::from)?;
    out.write_all(END)
}

/// An answer of any shape.
struct Whole<'a, W> {
    out: &'a mut W,
}

impl<'de, W: Write> DeserializeSeed<'de> for Whole<'_, W> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, W: Write> Visitor<'de> for Whole<'_, W> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            if name == "response" {
                map.next_value_seed(Whole { out: &mut *self.out })?;
            } else if is_name(&name) {
                map.next_value_seed(Element {
                    name: &name,
                    hidden: INSIDE,
                    empty_list: true,
                    out: &mut *self.out,
                })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Whole { out: &mut *self.out })?.is_some() {}
        Ok(())
    }
    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        Ok(())
    }
    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<(), E> {
        self.visit_str(if value { "1" } else { "0" })
    }
    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<(), E> {
        self.visit_str(&value.to_string())
    }
    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<(), E> {
        self.visit_str(&value.to_string())
    }
    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<(), E> {
        self.visit_str(&value.to_string())
    }
    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<(), E> {
        Element {
            name: "value",
            hidden: INSIDE,
            empty_list: true,
            out: self.out,
        }
        .text(value)
    }
}

/// Writes `{"Event":{…}}` as an `Event` element.
///
/// # Errors
/// Of reading and writing; `InvalidData` when it is no JSON.
pub fn event(json: impl Read, out: &mut impl Write) -> io::Result<()> {
    let root = Root {
        out,
        hidden: IN_EVENT,
    };
    let mut deserializer = serde_json::Deserializer::from_reader(json);
    root.deserialize(&mut deserializer).map_err(io::Error::from)
}

/// Writes an attribute of a search as an `Attribute` element.
///
/// # Errors
/// As [`event`].
pub fn attribute(json: &[u8], out: &mut impl Write) -> io::Result<()> {
    let element = Element {
        name: "Attribute",
        hidden: IN_ATTRIBUTE,
        empty_list: true,
        out,
    };
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    element.deserialize(&mut deserializer).map_err(io::Error::from)
}

/// Writes a sighting of a search as a `Sighting` element.
///
/// # Errors
/// As [`event`].
pub fn sighting(json: &[u8], out: &mut impl Write) -> io::Result<()> {
    let element = Element {
        name: "Sighting",
        hidden: INSIDE,
        empty_list: true,
        out,
    };
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    element.deserialize(&mut deserializer).map_err(io::Error::from)
}

/// A map whose entries stand without an element around them.
struct Root<'a, W> {
    out: &'a mut W,
    hidden: Hidden,
}

impl<'de, W: Write> DeserializeSeed<'de> for Root<'_, W> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, W: Write> Visitor<'de> for Root<'_, W> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            map.next_value_seed(Element {
                name: &name,
                hidden: self.hidden,
                empty_list: true,
                out: self.out,
            })?;
        }
        Ok(())
    }
}

/// A value that becomes an element, or several when it is a list.
struct Element<'a, W> {
    name: &'a str,
    hidden: Hidden,
    /// Whether a list with nothing in it becomes an element.
    empty_list: bool,
    out: &'a mut W,
}

impl<W: Write> Element<'_, W> {
    fn put<E: serde::de::Error>(&mut self, pieces: &[&str]) -> Result<(), E> {
        for piece in pieces {
            self.out.write_all(piece.as_bytes()).map_err(E::custom)?;
        }
        Ok(())
    }

    fn empty<E: serde::de::Error>(&mut self) -> Result<(), E> {
        self.put(&["<", self.name, "/>"])
    }

    fn text<E: serde::de::Error>(mut self, text: &str) -> Result<(), E> {
        if text.is_empty() {
            return self.empty();
        }
        self.put(&["<", self.name, ">"])?;
        escape(text, self.out).map_err(E::custom)?;
        self.put(&["</", self.name, ">"])
    }
}

impl<'de, W: Write> DeserializeSeed<'de> for Element<'_, W> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, W: Write> Visitor<'de> for Element<'_, W> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_unit<E: serde::de::Error>(mut self) -> Result<(), E> {
        self.empty()
    }
    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<(), E> {
        self.text(if value { "1" } else { "0" })
    }
    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<(), E> {
        self.text(&value.to_string())
    }
    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<(), E> {
        self.text(&value.to_string())
    }
    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<(), E> {
        self.text(&value.to_string())
    }
    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<(), E> {
        self.text(value)
    }
    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        let mut any = false;
        while items
            .next_element_seed(Element {
                name: self.name,
                hidden: self.hidden,
                empty_list: true,
                out: &mut *self.out,
            })?
            .is_some()
        {
            any = true;
        }
        if any || !self.empty_list {
            return Ok(());
        }
        self.empty()
    }
    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let mut any = false;
        while let Some(key) = map.next_key::<String>()? {
            if self.hidden.always.contains(&key.as_str()) || !is_name(&key) {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            if !std::mem::replace(&mut any, true) {
                self.put(&["<", self.name, ">"])
                    .map_err(A::Error::custom::<A::Error>)?;
            }
            map.next_value_seed(Element {
                name: &key,
                hidden: INSIDE,
                empty_list: !self.hidden.when_empty.contains(&key.as_str()),
                out: &mut *self.out,
            })?;
        }
        if any {
            self.put(&["</", self.name, ">"])
        } else {
            self.empty()
        }
    }
}

/// Whether a key can be the name of an element. MISP writes kill chain phases under numbers, which no reader
/// takes.
fn is_name(key: &str) -> bool {
    let begins = |c: char| c.is_ascii_alphabetic() || c == '_';
    let continues = |c: char| begins(c) || c.is_ascii_digit() || matches!(c, '-' | '.');
    key.starts_with(begins) && key.chars().all(continues)
}

/// Text without anything that XML 1.0 reads as something else, or cannot hold (XML 1.0 §2.2).
fn escape(text: &str, out: &mut impl Write) -> io::Result<()> {
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| matches!(c, '&' | '<' | '>' | '"' | '\'') || !is_character(c)) {
        let (plain, tail) = rest.split_at(at);
        out.write_all(plain.as_bytes())?;
        let special = tail.chars().next().unwrap_or(' ');
        out.write_all(match special {
            '&' => b"&amp;",
            '<' => b"&lt;",
            '>' => b"&gt;",
            '"' => b"&quot;",
            '\'' => b"&apos;",
            _ => b" ",
        })?;
        rest = tail.get(special.len_utf8()..).unwrap_or_default();
    }
    out.write_all(rest.as_bytes())
}

fn is_character(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of_event(json: &str) -> String {
        let mut out = Vec::new();
        event(json.as_bytes(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn an_event_becomes_elements() {
        let json = r#"{"Event":{"id":"14","user_id":"1","locked":false,"info":"a <b> & \"c\"","published":true,
            "protected":null,"comment":"","Org":{"id":"3","local":false},"Tag":[{"name":"x"},{"name":"y"}],
            "ShadowAttribute":[],"Object":[{"Attribute":[{"value":"v","locked":true}]}]}}"#;
        assert_eq!(
            of_event(json),
            "<Event><id>14</id><info>a &lt;b&gt; &amp; &quot;c&quot;</info><published>1</published><protected/>\
             <comment/><Org><id>3</id><local>0</local></Org><Tag><name>x</name></Tag><Tag><name>y</name></Tag>\
             <ShadowAttribute/><Object><Attribute><value>v</value><locked>1</locked></Attribute></Object></Event>"
        );
    }

    #[test]
    fn some_empty_lists_of_an_event_are_left_out() {
        let all = of_event(
            r#"{"Event":{"Galaxy":[],"EventReport":[],"CryptographicKey":[],"ShadowAttribute":[],"Attribute":[{"Galaxy":[]}]}}"#,
        );
        assert_eq!(
            all,
            "<Event><ShadowAttribute/><Attribute><Galaxy/></Attribute></Event>"
        );
        assert_eq!(
            of_event(r#"{"Event":{"Galaxy":[{"id":"1"}]}}"#),
            "<Event><Galaxy><id>1</id></Galaxy></Event>"
        );
    }

    #[test]
    fn names_that_no_reader_takes_are_left_out() {
        let json = r#"{"Event":{"1":["x"],"a b":1,"":2,"meta-category":"m","é":3,"m":{"0":1}}}"#;
        assert_eq!(
            of_event(json),
            "<Event><meta-category>m</meta-category><m/></Event>"
        );
    }

    #[test]
    fn an_attribute_comes_without_its_event() {
        let mut out = Vec::new();
        attribute(br#"{"id":"1","Event":{"id":"2"},"value":"it's\u0000"}"#, &mut out).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "<Attribute><id>1</id><value>it&apos;s </value></Attribute>"
        );
    }

    #[test]
    fn any_answer_is_a_document() {
        let of = |json: &str| {
            let mut out = Vec::new();
            document(json.as_bytes(), &mut out).unwrap();
            let text = String::from_utf8(out).unwrap();
            let body = text.strip_prefix(std::str::from_utf8(BEGIN).unwrap()).unwrap();
            body.strip_suffix(std::str::from_utf8(END).unwrap())
                .unwrap()
                .to_owned()
        };
        assert_eq!(
            of(r#"{"name":"Invalid role","errors":{"a":["x","y"]},"1":2}"#),
            "<name>Invalid role</name><errors><a>x</a><a>y</a></errors>"
        );
        assert_eq!(
            of(r#"[{"Role":{"id":"1"}},{"Role":{"id":"2"}}]"#),
            "<Role><id>1</id></Role><Role><id>2</id></Role>"
        );
        assert_eq!(
            of(r#"{"response":[{"Event":{"id":"1"}}]}"#),
            "<Event><id>1</id></Event>"
        );
        assert_eq!(of(r#"["a","<b>"]"#), "<value>a</value><value>&lt;b&gt;</value>");
        assert_eq!(of("[]"), "");
    }

    #[test]
    fn what_is_no_json_is_an_error() {
        assert!(event(&b"{\"Event\":"[..], &mut Vec::new()).is_err());
        assert!(event(&b"[]"[..], &mut Vec::new()).is_err());
    }

    proptest! {
        #[test]
        fn no_text_breaks_out_of_its_element(text in any::<String>()) {
            let json = serde_json::json!({"Event": {"value": text}}).to_string();
            let written = of_event(&json);
            let inner = written.trim_start_matches("<Event>").trim_end_matches("</Event>");
            let inner = inner.trim_start_matches("<value>").trim_end_matches("</value>");
            prop_assert!(text.is_empty() || !inner.contains(['<', '>', '"', '\'']));
            prop_assert!(inner.chars().all(is_character));
        }
    }
}
