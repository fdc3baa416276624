//! Indicators for the Kunai sensor, as a JSON list. spec: 04#6.11
use crate::export::{Export, Parts, Row};
use entente_indicator::AttributeType;
use entente_model::attribute::Attribute;

/// The list of indicators.
#[derive(Debug, Default)]
pub struct Kunai {
    /// Short name of the organisation that runs the instance.
    pub organisation: String,
    /// Identity of the instance.
    pub instance: String,
    /// The member `source`, which is the same in all objects.
    source: Vec<u8>,
    any: bool,
}

impl Kunai {
    /// The list as made by this instance.
    #[must_use]
    pub fn new(organisation: String, instance: String) -> Self {
        Self {
            organisation,
            instance,
            source: Vec::new(),
            any: false,
        }
    }
}

impl Export for Kunai {
    fn begin(&mut self, out: &mut Parts) {
        let source = ["[", &self.organisation, " MISP] ", &self.instance].concat();
        self.source.clear();
        string(&mut self.source, &source);
        out.part(0).push(b'[');
    }

    fn attribute(&mut self, out: &mut Parts, row: &Row<'_>) {
        let Some(Indicator {
            kind,
            severity,
            value,
        }) = indicator(row.attribute)
        else {
            return;
        };
        let out = out.part(0);
        if self.any {
            out.extend_from_slice(b", ");
        }
        self.any = true;
        out.extend_from_slice(b"{\"type\":");
        string(out, kind);
        out.extend_from_slice(b",\"uuid\":");
        string(out, &row.attribute.uuid.to_string());
        out.extend_from_slice(b",\"source\":");
        out.extend_from_slice(&self.source);
        out.extend_from_slice(b",\"value\":");
        string(out, value);
        out.extend_from_slice(b",\"event_uuid\":");
        string(out, &row.event.uuid.to_string());
        out.extend_from_slice(b",\"severity\":");
        out.extend_from_slice(severity.as_bytes());
        out.push(b'}');
    }

    fn end(&mut self, out: &mut Parts) {
        out.part(0).push(b']');
    }
}

/// What the sensor is told of an attribute.
struct Indicator<'a> {
    kind: &'static str,
    severity: &'static str,
    value: &'a str,
}

/// The whole of a simple value, the part of a composite one that the sensor can look for.
fn indicator(attribute: &Attribute) -> Option<Indicator<'_>> {
    use AttributeType as T;
    let (kind, severity) = match T::from_id(attribute.kind)? {
        T::MD5 | T::FILENAME_MD5 | T::MALWARE_SAMPLE => ("md5", "10"),
        T::SHA1 | T::FILENAME_SHA1 => ("sha1", "10"),
        T::SHA256 | T::FILENAME_SHA256 => ("sha256", "10"),
        T::SHA512 | T::FILENAME_SHA512 => ("sha512", "10"),
        T::DOMAIN => ("domain", "7"),
        T::HOSTNAME => ("hostname", "7"),
        T::IP_DST | T::DOMAIN_IP => ("ip-dst", "5"),
        _ => return None,
    };
    let value = attribute.value2.as_deref().unwrap_or(&attribute.value1);
    Some(Indicator {
        kind,
        severity,
        value,
    })
}

/// Appends a JSON string in ASCII, with slashes escaped.
fn string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    for c in text.chars() {
        match c {
            '"' => out.extend_from_slice(b"\\\""),
            '\\' => out.extend_from_slice(b"\\\\"),
            '/' => out.extend_from_slice(b"\\/"),
            '\n' => out.extend_from_slice(b"\\n"),
            '\r' => out.extend_from_slice(b"\\r"),
            '\t' => out.extend_from_slice(b"\\t"),
            '\u{8}' => out.extend_from_slice(b"\\b"),
            '\u{c}' => out.extend_from_slice(b"\\f"),
            ' '..='~' => out.extend(u8::try_from(c)),
            _ => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    out.extend_from_slice(b"\\u");
                    out.extend_from_slice(hex::encode(unit.to_be_bytes()).as_bytes());
                }
            }
        }
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{HOSTILE, attribute, document};
    use proptest::prelude::*;
    use serde_json::{Value, from_str, json};

    fn kunai() -> Kunai {
        Kunai::new("ORG".to_owned(), "cd47745b".to_owned())
    }

    #[test]
    fn objects_are_joined() {
        let rows = [
            attribute("ip-dst", "192.0.2.0/24"),
            attribute("ip-src", "192.0.2.1"),
            attribute("filename|sha1", "a.exe|94c8c21d08740f5da9eaa38d1f175c592692f0d1"),
        ];
        assert_eq!(
            document(kunai(), &rows, &[]),
            "[{\"type\":\"ip-dst\",\"uuid\":\"00000000-0000-0000-0000-000000000002\",\"source\":\"[ORG MISP] cd47745b\",\
             \"value\":\"192.0.2.0\\/24\",\"event_uuid\":\"00000000-0000-0000-0000-000000000001\",\"severity\":5}, \
             {\"type\":\"sha1\",\"uuid\":\"00000000-0000-0000-0000-000000000002\",\"source\":\"[ORG MISP] cd47745b\",\
             \"value\":\"94c8c21d08740f5da9eaa38d1f175c592692f0d1\",\
             \"event_uuid\":\"00000000-0000-0000-0000-000000000001\",\"severity\":10}]"
        );
        assert_eq!(document(kunai(), &[], &[]), "[]");
    }

    #[test]
    fn the_part_that_can_be_found() {
        for (kind, value, part) in [
            ("md5", "aa", ["md5", "aa", "10"]),
            ("sha256", "aa", ["sha256", "aa", "10"]),
            ("filename|md5", "x|aa", ["md5", "aa", "10"]),
            ("filename|sha256", "x|aa", ["sha256", "aa", "10"]),
            ("filename|sha512", "x|aa", ["sha512", "aa", "10"]),
            ("malware-sample", "x|aa", ["md5", "aa", "10"]),
            ("domain", "a.b", ["domain", "a.b", "7"]),
            ("hostname", "a.b", ["hostname", "a.b", "7"]),
            ("domain|ip", "a.b|::1", ["ip-dst", "::1", "5"]),
        ] {
            let attribute = attribute(kind, value);
            let found = indicator(&attribute).unwrap();
            assert_eq!([found.kind, found.value, found.severity], part);
        }
        for kind in ["url", "ip-dst|port", "filename|ssdeep", "text"] {
            assert!(indicator(&attribute(kind, "a|b")).is_none(), "{kind}");
        }
    }

    #[test]
    fn a_hostile_value_stays_a_string() {
        for text in HOSTILE {
            let export = Kunai::new((*text).to_owned(), (*text).to_owned());
            let list: Value = from_str(&document(export, &[attribute("domain", text)], &[])).unwrap();
            let seen = list.get(0).unwrap();
            assert_eq!(list.as_array().unwrap().len(), 1);
            assert_eq!(seen["value"], json!(text));
            assert_eq!(seen["source"], json!(format!("[{text} MISP] {text}")));
            assert_eq!(seen.as_object().unwrap().len(), 6);
        }
    }

    proptest! {
        #[test]
        fn strings_are_read_back(text in any::<String>()) {
            let mut out = Vec::new();
            string(&mut out, &text);
            prop_assert!(out.iter().all(|byte| matches!(byte, b' '..=b'~')));
            let read: String = serde_json::from_slice(&out).unwrap();
            prop_assert_eq!(read, text);
        }
    }
}
