//! The indicators in a text that people wrote: reports, mails, lists, defanged or not. spec: 04#8
//!
//! A text falls into candidates (`candidates`), each candidate is offered to one rule after the other
//! (`resolve`), and the first that takes it says what it may be (`kind`). A rule only proposes: what the type
//! would refuse on saving is no find.
//!
//! The work grows with the length of the text and nothing else, whatever the text: every rule reads a
//! candidate a bounded number of times, and no candidate is longer than the longest value.

mod candidates;
mod file;
mod hash;
mod json;
mod kind;
mod lists;
mod network;
mod number;
mod resolve;

use std::collections::HashSet;
use std::fmt;

use crate::{AttributeType, Category};

pub use kind::SaveAs;
pub use lists::Lists;

/// An indicator in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    kind: &'static kind::Kind,
    /// The indicator, live again if it was defanged; not yet in the spelling that saving gives it.
    pub value: String,
    /// The piece of the text it was made from.
    pub original_value: String,
    /// What is known about a port.
    pub comment: Comment,
}

impl Found {
    /// The type to save it as, unless someone says otherwise.
    #[must_use]
    pub const fn default_type(&self) -> AttributeType {
        self.kind.default_type
    }

    /// Everything it may be saved as, the default included, in the specified order.
    #[must_use]
    pub const fn alternatives(&self) -> &'static [SaveAs] {
        self.kind.alternatives
    }

    /// The types it may be saved as, in the specified order. An alternative that stands for two types gives
    /// both, so a type may come more than once.
    pub fn types(&self) -> impl Iterator<Item = AttributeType> {
        self.kind.alternatives.iter().flat_map(|choice| choice.types())
    }

    /// Whether it feeds detection: what the default type says. spec: 04#8 step 4
    #[must_use]
    pub const fn to_ids(&self) -> bool {
        self.default_type().default_to_ids()
    }

    /// Where it is filed: what the default type says. spec: 04#8 step 4
    #[must_use]
    pub const fn category(&self) -> Category {
        self.default_type().default_category()
    }
}

/// What a find tells about a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comment {
    /// Nothing: a find of this kind has no port. Absent in MISP's answer.
    None,
    /// That there was none, though there could have been one. `false` in MISP's answer.
    NoPort,
    /// The port; displayed as the comment that goes with the attribute.
    OnPort(u16),
}

impl Comment {
    /// The comment of the attribute, if there is one.
    #[must_use]
    pub fn text(self) -> Option<String> {
        match self {
            Self::OnPort(_) => Some(self.to_string()),
            Self::None | Self::NoPort => None,
        }
    }
}

impl fmt::Display for Comment {
    /// Nothing without a port.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OnPort(port) => write!(f, "On port {port}"),
            Self::None | Self::NoPort => Ok(()),
        }
    }
}

/// The indicators in a text, each value once, in the order in which they appear; those only in quotation
/// marks come last. A JSON object gives those in its strings. spec: 04#8
#[must_use]
pub fn recognise(text: &str, lists: &Lists) -> Vec<Found> {
    let mut found = Vec::new();
    let mut seen: HashSet<Box<str>> = HashSet::new();
    candidates::each(text, &mut |candidate| {
        if let Some(find) = resolve::resolve(candidate, lists)
            && !seen.contains(find.value.as_str())
        {
            seen.insert(find.value.as_str().into());
            found.push(find);
        }
    });
    found
}

/// The indicators in a text as they are written there: each spelling once, so that a value that is written in
/// several ways comes as often. For finding the places again. spec: 08#2.2
#[must_use]
pub fn spellings(text: &str, lists: &Lists) -> Vec<Found> {
    let mut found = Vec::new();
    let mut seen: HashSet<Box<str>> = HashSet::new();
    candidates::each(text, &mut |candidate| {
        if let Some(find) = resolve::resolve(candidate, lists)
            && !seen.contains(find.original_value.as_str())
        {
            seen.insert(find.original_value.as_str().into());
            found.push(find);
        }
    });
    found
}

/// What a text is when taken as one indicator: a cell of a table, a line of a list, the input of a search.
/// spec: 04#8 steps 2-4
#[must_use]
pub fn recognise_one(text: &str, lists: &Lists) -> Option<Found> {
    resolve::resolve(text, lists)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_spelling_is_found_once() {
        let lists = Lists::new(std::iter::empty(), std::iter::empty());
        let found = spellings("192.0.2.1 192[.]0[.]2[.]1 (192.0.2.1)", &lists);
        let written: Vec<&str> = found.iter().map(|find| find.original_value.as_str()).collect();
        assert_eq!(written, ["192.0.2.1", "192[.]0[.]2[.]1"]);
        assert!(found.iter().all(|find| find.value == "192.0.2.1"));
    }
    use crate::AttributeType as T;

    const MD5: &str = "d41d8cd98f00b204e9800998ecf8427e";
    const SHA1: &str = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
    const SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    const FUZZY: &str = "96:s4Ud1Lj96tHH:sF1LjEtHH";

    #[test]
    fn alternatives_stand_in_the_specified_order() {
        for (text, default, expected) in [
            ("1.1.1.1", "ip-dst", "ip-dst ip-src ip-src/ip-dst"),
            (
                "1.1.1.1:80",
                "ip-dst|port",
                "ip-dst|port ip-src|port ip-src|port/ip-dst|port",
            ),
            (
                "a@b.de",
                "email-src",
                "email email-src email-dst target-email whois-registrant-email",
            ),
            ("a.b.de", "hostname", "hostname domain url filename"),
            ("b.de", "domain", "domain filename"),
            ("http://b.de/", "url", "url"),
            ("https://virustotal.com/", "link", "link"),
            ("b.exe", "filename", "filename"),
            ("a\\b", "regkey", "regkey"),
            ("CVE-2024-1234", "vulnerability", "vulnerability"),
            (
                "+41225550100",
                "phone-number",
                "phone-number prtn whois-registrant-phone",
            ),
            ("AS1", "AS", "AS"),
            (MD5, "md5", "md5 imphash x509-fingerprint-md5 ja3-fingerprint-md5"),
            (SHA1, "sha1", "sha1 pehash x509-fingerprint-sha1 cdhash"),
            (
                SHA256,
                "sha256",
                "sha256 authentihash sha512/256 x509-fingerprint-sha256",
            ),
            (FUZZY, "ssdeep", "ssdeep"),
            (
                &format!("a|{MD5}"),
                "filename|md5",
                "filename|md5 filename|imphash",
            ),
            (
                &format!("a|{SHA1}"),
                "filename|sha1",
                "filename|sha1 filename|pehash",
            ),
            (
                &format!("a|{SHA256}"),
                "filename|sha256",
                "filename|sha256 filename|authentihash filename|sha512/256",
            ),
        ] {
            let found = recognise_one(text, Lists::built_in()).expect(text);
            assert_eq!(found.default_type().name(), default);
            let names: Vec<_> = found.alternatives().iter().map(|choice| choice.name()).collect();
            assert_eq!(names.join(" "), expected, "{text}");
            assert!(found.alternatives().contains(&SaveAs::One(found.default_type())));
            assert_eq!(found.to_ids(), found.default_type().default_to_ids());
            assert_eq!(found.category(), found.default_type().default_category());
        }
        let found = recognise_one("1.1.1.1", Lists::built_in()).unwrap();
        let types: Vec<_> = found.types().collect();
        assert_eq!(types, [T::IP_DST, T::IP_SRC, T::IP_SRC, T::IP_DST]);
    }

    #[test]
    fn comments_say_what_was_looked_for() {
        for (text, comment) in [
            ("1.1.1.1", Comment::None),
            ("1.1.1[.]1", Comment::NoPort),
            ("[2001:db8::1]", Comment::NoPort),
            ("1.1.1.0/24", Comment::NoPort),
            ("1.1.1.1:80", Comment::OnPort(80)),
            ("b.de", Comment::NoPort),
            ("a.b.de:443", Comment::OnPort(443)),
            ("http://b.de/", Comment::NoPort),
            ("https://virustotal.com/", Comment::NoPort),
            ("a@b.de", Comment::None),
            ("b.exe", Comment::None),
            (MD5, Comment::None),
            ("CVE-2024-1234", Comment::None),
        ] {
            let found = recognise_one(text, Lists::built_in()).expect(text);
            assert_eq!(found.comment, comment, "{text}");
        }
        assert_eq!(Comment::OnPort(80).text().as_deref(), Some("On port 80"));
        assert_eq!((Comment::NoPort.text(), Comment::None.text()), (None, None));
    }
}
