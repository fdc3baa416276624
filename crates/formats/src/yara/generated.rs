//! Rules made of indicators.
use super::encode;
use super::layout::{self, Origin};
use crate::export::Row;
use entente_model::attribute::Attribute;
use entente_model::event::Event;

/// Types that are searched for as they stand: the value, or the first half of a composite one.
const TEXTS: &[&str] = &[
    "ip-src",
    "ip-dst",
    "ip-src|port",
    "ip-dst|port",
    "hostname",
    "hostname|port",
    "domain",
    "email-body",
    "email-dst",
    "email-dst-display-name",
    "email-header",
    "email-message-id",
    "email-mime-boundary",
    "email-reply-to",
    "email-src",
    "email-src-display-name",
    "email-subject",
    "email-thread-index",
    "email-x-mailer",
    "url",
    "uri",
    "regkey",
    "pattern-in-file",
    "pattern-in-traffic",
    "pattern-in-memory",
    "cookie",
    "vulnerability",
    "text",
    "named pipe",
    "mutex",
    "btc",
    "xmr",
    "windows-scheduled-task",
    "windows-service-name",
    "windows-service-displayname",
    "github-organisation",
    "github-repository",
    "github-username",
    "mobile-application-id",
    "user-agent",
];

const HOW: &str = "Automatically generated from non-Yara attribute(s)";

/// What became of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Its type says nothing about content.
    Unsupported,
    /// YARA has no way to write this value.
    LeftOut,
    /// It is part of the draft.
    Added,
}

/// A rule that is being collected.
#[derive(Debug, Default)]
pub(super) struct Draft {
    attributes: usize,
    hash: bool,
    pe: bool,
    strings: String,
    conditions: String,
}

impl Draft {
    /// How many attributes it has.
    pub(super) fn attributes(&self) -> usize {
        self.attributes
    }

    /// Makes it empty and keeps its memory.
    pub(super) fn clear(&mut self) {
        self.attributes = 0;
        self.hash = false;
        self.pe = false;
        self.strings.clear();
        self.conditions.clear();
    }

    /// Takes in an attribute, given the name of its type.
    pub(super) fn add(&mut self, attribute: &Attribute, kind: &str) -> Outcome {
        let first = attribute.value1.as_str();
        let second = attribute.value2.as_deref().unwrap_or_default();
        let added = match kind {
            "md5" | "filename|md5" => self.digest("md5", 32, last(attribute)),
            "sha1" | "filename|sha1" => self.digest("sha1", 40, last(attribute)),
            "sha256" | "filename|sha256" => self.digest("sha256", 64, last(attribute)),
            "imphash" | "filename|imphash" => self.import_hash(last(attribute)),
            "hex" => self.hex(first),
            // each half is an indicator of its own: one that cannot be written does not take the other along
            "domain|ip" | "regkey|value" => self.text(first) | (!second.is_empty() && self.text(second)),
            kind if TEXTS.contains(&kind) => self.text(first),
            _ => return Outcome::Unsupported,
        };
        if !added {
            return Outcome::LeftOut;
        }
        self.attributes += 1;
        Outcome::Added
    }

    fn text(&mut self, text: &str) -> bool {
        let before = self.strings.len();
        self.strings.push_str("\t\t$ = ");
        if !encode::pattern(&mut self.strings, text) {
            self.strings.truncate(before);
            return false;
        }
        self.strings.push_str(" ascii wide\n");
        true
    }

    fn hex(&mut self, text: &str) -> bool {
        let before = self.strings.len();
        self.strings.push_str("\t\t$ = ");
        if !encode::hex_string(&mut self.strings, text) {
            self.strings.truncate(before);
            return false;
        }
        self.strings.push_str(" \n");
        true
    }

    fn digest(&mut self, function: &str, length: usize, digest: &str) -> bool {
        if !is_digest(digest, length) {
            return false;
        }
        self.hash = true;
        self.or();
        self.conditions.push_str("hash.");
        self.conditions.push_str(function);
        self.conditions.push_str("(0, filesize) == ");
        self.quoted(digest);
        true
    }

    fn import_hash(&mut self, digest: &str) -> bool {
        if !is_digest(digest, 32) {
            return false;
        }
        self.pe = true;
        self.or();
        self.conditions.push_str("pe.imphash() == ");
        self.quoted(digest);
        true
    }

    fn or(&mut self) {
        if !self.conditions.is_empty() {
            self.conditions.push_str("\n\t\tor ");
        }
    }

    /// The functions give lower case, and the comparison is exact.
    fn quoted(&mut self, digest: &str) {
        self.conditions.push('"');
        self.conditions
            .extend(digest.chars().map(|ch| ch.to_ascii_lowercase()));
        self.conditions.push('"');
    }

    /// Appends the rule: of one attribute, or the one of its event with this number.
    pub(super) fn rule(
        &self,
        out: &mut String,
        event: &Event,
        attribute: Option<(&Row<'_>, &str)>,
        number: usize,
    ) {
        let modules = [("hash", self.hash), ("pe", self.pe)];
        layout::imports(
            out,
            modules.iter().filter(|module| module.1).map(|module| module.0),
        );
        out.push_str("rule ");
        let origin = match attribute {
            Some((row, kind)) => {
                out.push_str("MISP_ATTRIBUTE_");
                encode::uuid_name(out, row.attribute.uuid);
                Origin::of(row, kind, HOW)
            }
            None => {
                out.push_str("MISP_EVENT_");
                encode::uuid_name(out, event.uuid);
                out.push_str("_PART");
                out.push_str(&number.to_string());
                Origin {
                    event,
                    attribute: None,
                    how: HOW,
                }
            }
        };
        out.push_str(" : generated\n{\n\tmeta:\n");
        layout::meta(out, &origin);
        if !self.strings.is_empty() {
            out.push_str("\tstrings:\n");
            out.push_str(&self.strings);
        }
        out.push_str("\tcondition:\n\t\t");
        out.push_str(&self.conditions);
        if !self.strings.is_empty() {
            if !self.conditions.is_empty() {
                out.push_str("\n\t\tor ");
            }
            out.push_str("any of them");
        }
        out.push_str("\n}");
    }
}

/// The half of a value that has the digest.
fn last(attribute: &Attribute) -> &str {
    attribute.value2.as_deref().unwrap_or(&attribute.value1)
}

fn is_digest(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use entente_indicator::AttributeType;

    #[test]
    fn every_listed_type_exists() {
        for name in TEXTS {
            assert!(AttributeType::from_name(name).is_some(), "{name}");
        }
    }
}
