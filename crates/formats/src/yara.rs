//! YARA rules: generated from indicators, and those that were stored as rules. spec: 04#6.10
//!
//! The document has two sections. Each attribute of type `yara` goes to the second; the others become
//! strings and conditions of rules in the first, as far as YARA can express them. What engines of today
//! refuse (values above their limits, rules that do not parse, a second rule of the same name) must not
//! make the whole document useless, so it is left out, kept as a comment, or renamed.
mod check;
mod encode;
mod generated;
mod layout;
mod parse;
mod stored;

use crate::export::{Export, Parts, Row};
use entente_indicator::AttributeType;
use entente_model::event::Event;
use generated::{Draft, Outcome};
use stored::Names;

/// What one generated rule covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scope {
    /// One attribute.
    #[default]
    Attribute,
    /// Up to 1000 attributes of one event; the caller says through [`Export::event`] where it ends.
    Event,
}

/// How the rules are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Notation {
    /// A file that YARA reads: `yara`.
    #[default]
    Text,
    /// Lists of rules in JSON: `yara-json`.
    Json,
}

const GENERATED: usize = 0;
const STORED: usize = 1;
const GENERATED_BANNER: &str =
    "// ===================================== GENERATED ====================================\n";
const STORED_BANNER: &str =
    "// =====================================   AS-IS  ====================================\n";
const PER_RULE: usize = 1000;

/// YARA rules as an export. spec: 04#6.10
#[derive(Debug, Default)]
pub struct Yara {
    scope: Scope,
    notation: Notation,
    /// Strings and conditions of the rule that is being collected.
    draft: Draft,
    /// How many rules the current event has.
    rules: usize,
    /// Whether a section has an entry.
    filled: [bool; 2],
    left_out: usize,
    names: Names,
    text: String,
}

impl Yara {
    /// An export with rules of this scope in this notation.
    #[must_use]
    pub fn new(scope: Scope, notation: Notation) -> Self {
        Self {
            scope,
            notation,
            ..Self::default()
        }
    }

    /// Appends a rule, or what stands in its place.
    fn entry(&mut self, out: &mut Parts, section: usize, value: &str, comment: &str, valid: bool) {
        let follows = self
            .filled
            .get_mut(section)
            .is_some_and(|filled| std::mem::replace(filled, true));
        let out = out.part(section);
        match self.notation {
            Notation::Text => {
                if follows {
                    out.extend_from_slice(b"\n\n");
                }
                out.extend_from_slice(value.as_bytes());
            }
            Notation::Json => {
                if follows {
                    out.extend_from_slice(b", ");
                }
                out.extend_from_slice(b"{\"value\": ");
                encode::json(out, value);
                out.extend_from_slice(b", \"comment\": ");
                encode::json(out, comment);
                out.extend_from_slice(if valid {
                    b", \"valid\": true}"
                } else {
                    b", \"valid\": false}"
                });
            }
        }
    }

    fn stored(&mut self, out: &mut Parts, row: &Row<'_>) {
        for entry in stored::entries(row, &mut self.names) {
            self.entry(out, STORED, &entry.value, entry.comment, entry.valid);
        }
    }

    fn generated(&mut self, out: &mut Parts, row: &Row<'_>, kind: &'static str) {
        match self.draft.add(row.attribute, kind) {
            Outcome::Unsupported => return,
            Outcome::LeftOut => self.left_out = self.left_out.saturating_add(1),
            Outcome::Added => {}
        }
        match self.scope {
            Scope::Attribute => self.flush(out, row.event, Some((row, kind))),
            Scope::Event if self.draft.attributes() >= PER_RULE => self.flush(out, row.event, None),
            Scope::Event => {}
        }
    }

    /// Writes the collected rule, if there is one.
    fn flush(&mut self, out: &mut Parts, event: &Event, attribute: Option<(&Row<'_>, &str)>) {
        if self.draft.attributes() == 0 {
            return;
        }
        self.rules = self.rules.saturating_add(1);
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        self.draft.rule(&mut text, event, attribute, self.rules);
        self.entry(out, GENERATED, &text, "Generated. ", true);
        self.text = text;
        self.draft.clear();
    }
}

impl Export for Yara {
    fn parts(&self) -> usize {
        2
    }

    fn begin(&mut self, out: &mut Parts) {
        let (generated, stored) = match self.notation {
            Notation::Text => (GENERATED_BANNER, STORED_BANNER),
            Notation::Json => ("{\"generated\":[", "],\"as-is\":["),
        };
        out.part(GENERATED).extend_from_slice(generated.as_bytes());
        out.part(STORED).extend_from_slice(stored.as_bytes());
    }

    fn attribute(&mut self, out: &mut Parts, row: &Row<'_>) {
        match AttributeType::from_id(row.attribute.kind).map(AttributeType::name) {
            Some("yara") => self.stored(out, row),
            Some(kind) => self.generated(out, row, kind),
            None => {}
        }
    }

    fn event(&mut self, out: &mut Parts, event: &Event) {
        self.flush(out, event, None);
        self.rules = 0;
    }

    fn end(&mut self, out: &mut Parts) {
        if self.notation == Notation::Json {
            out.part(STORED).extend_from_slice(b"]}");
            return;
        }
        let out = out.part(GENERATED);
        // spec: 11#SR-IN-7
        if self.left_out > 0 {
            out.extend_from_slice(b"\n// Values left out because YARA cannot express them: ");
            out.extend_from_slice(self.left_out.to_string().as_bytes());
        }
        out.push(b'\n');
    }
}

#[cfg(test)]
mod tests;
