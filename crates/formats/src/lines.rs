//! One line per value. spec: 04#6.3
use crate::export::{Export, Parts, Row};
use entente_indicator::AttributeType;
use entente_model::attribute::Attribute;
use std::collections::HashSet;

/// Distinct values in the order in which they are first seen. Remembers sixteen bytes of each.
#[derive(Debug, Default)]
pub struct Distinct(HashSet<[u8; 16]>);

impl Distinct {
    /// Whether the value is seen for the first time.
    pub fn is_new(&mut self, value: &str) -> bool {
        let mut key = [0; 16];
        for (to, from) in key.iter_mut().zip(blake3::hash(value.as_bytes()).as_bytes()) {
            *to = *from;
        }
        self.0.insert(key)
    }
    /// Appends the value and a line break unless it was there before.
    pub fn push(&mut self, out: &mut Vec<u8>, value: &str) {
        if self.is_new(value) {
            out.extend_from_slice(value.as_bytes());
            out.push(b'\n');
        }
    }
    /// Whether nothing was seen.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// How values are hashed for clients that compare them without knowing them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Digest {
    /// MD5, the default.
    #[default]
    Md5,
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

impl Digest {
    /// By name, ignoring case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "md5" => Self::Md5,
            "sha1" => Self::Sha1,
            "sha256" => Self::Sha256,
            "sha512" => Self::Sha512,
            _ => return None,
        })
    }
    /// The digest of a value in lower-case hexadecimal.
    #[must_use]
    pub fn of(self, value: &str) -> String {
        match self {
            Self::Md5 => hex::encode(<md5::Md5 as md5::Digest>::digest(value)),
            Self::Sha1 => hex::encode(<sha1::Sha1 as sha1::Digest>::digest(value)),
            Self::Sha256 => hex::encode(<sha2::Sha256 as sha2::Digest>::digest(value)),
            Self::Sha512 => hex::encode(<sha2::Sha512 as sha2::Digest>::digest(value)),
        }
    }
}

/// Types whose whole value is a hash.
const SIMPLE: &[&str] = &[
    "md5",
    "sha1",
    "sha256",
    "sha224",
    "sha384",
    "sha512",
    "sha512/224",
    "sha512/256",
    "sha3-224",
    "sha3-256",
    "sha3-384",
    "sha3-512",
    "ssdeep",
    "imphash",
    "tlsh",
    "x509-fingerprint-md5",
    "x509-fingerprint-sha1",
    "x509-fingerprint-sha256",
    "pehash",
    "authentihash",
    "impfuzzy",
];

/// Types whose second half is a hash.
const COMPOSITE: &[&str] = &[
    "filename|md5",
    "filename|sha1",
    "filename|sha256",
    "filename|sha224",
    "filename|sha512",
    "filename|sha512/224",
    "filename|sha512/256",
    "filename|sha3-224",
    "filename|sha3-256",
    "filename|sha3-384",
    "filename|sha3-512",
    "filename|ssdeep",
    "filename|imphash",
    "filename|tlsh",
    "filename|pehash",
    "filename|authentihash",
    "filename|impfuzzy",
    "malware-sample",
];

/// The file hash in an attribute, if its type has one.
#[must_use]
pub fn file_hash(attribute: &Attribute) -> Option<&str> {
    let name = AttributeType::from_id(attribute.kind)?.name();
    if SIMPLE.contains(&name) {
        return Some(&attribute.value1);
    }
    COMPOSITE.contains(&name).then_some(attribute.value2.as_deref())?
}

/// Distinct values.
#[derive(Debug, Default)]
pub struct Text(Distinct);

impl Export for Text {
    fn attribute(&mut self, out: &mut Parts, row: &Row<'_>) {
        self.0.push(out.part(0), &row.attribute.value());
    }
    fn end(&mut self, out: &mut Parts) {
        if self.0.is_empty() {
            out.part(0).push(b'\n');
        }
    }
}

/// The digest of every value, for servers that look up values in a copy.
#[derive(Debug, Default)]
pub struct Cache {
    /// Which digest.
    pub digest: Digest,
    /// Whether the uuid of the event stands behind it.
    pub event_uuid: bool,
}

impl Export for Cache {
    fn attribute(&mut self, out: &mut Parts, row: &Row<'_>) {
        let out = out.part(0);
        out.extend_from_slice(self.digest.of(&row.attribute.value()).as_bytes());
        if self.event_uuid {
            out.push(b',');
            out.extend_from_slice(row.event.uuid.to_string().as_bytes());
        }
        out.push(b'\n');
    }
}

/// File hashes.
#[derive(Debug, Default)]
pub struct Hashes {
    any: bool,
}

impl Export for Hashes {
    fn attribute(&mut self, out: &mut Parts, row: &Row<'_>) {
        if let Some(hash) = file_hash(row.attribute) {
            let out = out.part(0);
            out.extend_from_slice(hash.as_bytes());
            out.push(b'\n');
            self.any = true;
        }
    }
    fn end(&mut self, out: &mut Parts) {
        if !self.any {
            out.part(0).push(b'\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{attribute, document};

    #[test]
    fn values_come_once() {
        let (mut out, mut distinct) = (Vec::new(), Distinct::default());
        for value in ["b", "a", "b", "B"] {
            distinct.push(&mut out, value);
        }
        assert_eq!(out, b"b\na\nB\n");
    }

    #[test]
    fn documents_of_lines() {
        let rows = [
            attribute("filename|md5", "a.exe|d41d8cd98f00b204e9800998ecf8427e"),
            attribute("domain", "bad.example"),
            attribute("domain", "bad.example"),
        ];
        let hash = "d41d8cd98f00b204e9800998ecf8427e";
        assert_eq!(
            document(Text::default(), &rows, &[]),
            format!("a.exe|{hash}\nbad.example\n")
        );
        assert_eq!(document(Hashes::default(), &rows, &[]), format!("{hash}\n"));
        let cache = Cache {
            event_uuid: true,
            ..Cache::default()
        };
        let cached = document(cache, &rows, &[]);
        assert_eq!(cached.lines().count(), 3);
        assert!(cached.ends_with(",00000000-0000-0000-0000-000000000001\n"));
        for empty in [
            document(Text::default(), &[], &[]),
            document(Hashes::default(), &[], &[]),
        ] {
            assert_eq!(empty, "\n");
        }
        assert_eq!(document(Cache::default(), &[], &[]), "");
    }

    #[test]
    fn digests() {
        assert_eq!(Digest::default().of("abc"), "900150983cd24fb0d6963f7d28e17f72");
        let sha1 = Digest::from_name("SHA1").map(|digest| digest.of("abc"));
        assert_eq!(sha1.as_deref(), Some("a9993e364706816aba3e25717850c26c9cd0d89d"));
        assert_eq!(Digest::from_name("crc"), None);
    }

    #[test]
    fn every_listed_type_exists() {
        for name in SIMPLE.iter().chain(COMPOSITE) {
            assert!(AttributeType::from_name(name).is_some(), "{name}");
        }
    }
}
