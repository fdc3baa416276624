//! Attributes that hold rules.
use super::layout::{self, Origin};
use super::parse::{Rule, Source, source};
use super::{check, encode};
use crate::export::Row;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;
use yara_x_parser::cst::SyntaxKind;

const HOW: &str = "Loaded as-is from a Yara attribute. Some comments may have been removed by parser.";
const BROKEN: &str = "Broken yara attribute. Could not parse or repair.";

/// Names like those of generated rules, which could be taken on purpose.
const RESERVED: [&str; 2] = ["MISP_ATTRIBUTE_", "MISP_EVENT_"];

/// A stored rule, or the comment in its place.
pub(super) struct Entry {
    pub(super) value: String,
    pub(super) comment: &'static str,
    pub(super) valid: bool,
}

/// The names of all stored rules so far: an engine refuses a file that has one twice.
#[derive(Debug, Default)]
pub(super) struct Names {
    taken: HashSet<String>,
    repeated: u64,
}

impl Names {
    /// The name under which a rule of this attribute is written; another one if its own is taken.
    fn settle<'a>(&mut self, name: &'a str, uuid: Uuid) -> Cow<'a, str> {
        let reserved = RESERVED.iter().any(|prefix| name.starts_with(prefix));
        if !reserved && self.taken.insert(name.to_owned()) {
            return name.into();
        }
        let mut other = name
            .get(..name.floor_char_boundary(64))
            .unwrap_or_default()
            .to_owned();
        other.push('_');
        encode::uuid_name(&mut other, uuid);
        let length = other.len();
        while !self.taken.insert(other.clone()) {
            // never counts down, so that many rules of one name take no longer each
            self.repeated = self.repeated.saturating_add(1);
            other.truncate(length);
            other.push('_');
            other.push_str(&self.repeated.to_string());
        }
        other.into()
    }
}

/// The rules in an attribute of type `yara`, or one comment when they cannot be used.
pub(super) fn entries(row: &Row<'_>, names: &mut Names) -> Vec<Entry> {
    let text = row.attribute.value();
    let error = match read(&text) {
        Ok(rules) => return write(row, &rules, false, names),
        Err(error) => error,
    };
    if let Some(text) = respelt(&text)
        && let Ok(rules) = read(&text)
    {
        return write(row, &rules, true, names);
    }
    vec![note(row.attribute.uuid, &text, &error)]
}

fn read(text: &str) -> Result<Source<'_>, Cow<'static, str>> {
    let source = source(text)?;
    check::fault(&source).map_or(Ok(source), Err)
}

/// The text without what word processors and web pages put into rules; `None` if there is nothing of it.
fn respelt(text: &str) -> Option<String> {
    let respelt: String = text
        .chars()
        .filter_map(|ch| match ch {
            '\u{201c}'..='\u{201f}' => Some('"'),
            '\u{a0}' | '\u{2002}'..='\u{200a}' | '\u{202f}' | '\u{3000}' => Some(' '),
            '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' => None,
            ch => Some(ch),
        })
        .collect();
    (respelt != text).then_some(respelt)
}

/// A comment that shows the text and why it is not used. spec: 04#6.10
fn note(uuid: Uuid, text: &str, error: &str) -> Entry {
    let mut value = String::from("/*            MISP EXPORT COMMENT\n    MISP_UUID: ");
    value.push_str(uuid.hyphenated().encode_lower(&mut Uuid::encode_buffer()));
    value.push_str("\n    ");
    encode::comment(&mut value, error);
    value.push('\n');
    encode::comment(&mut value, text);
    value.push_str("\n*/");
    Entry {
        value,
        comment: BROKEN,
        valid: false,
    }
}

fn write(row: &Row<'_>, source: &Source<'_>, respelt: bool, names: &mut Names) -> Vec<Entry> {
    let origin = Origin::of(row, "yara", HOW);
    // what later rules of the attribute call the earlier ones
    let mut renamed = HashMap::new();
    let mut entries = Vec::with_capacity(source.rules.len());
    for rule in &source.rules {
        let modules = check::modules(rule);
        let imported = modules.iter().all(|module| source.imports.contains(module));
        let refers = rule
            .condition
            .iter()
            .any(|token| token.kind == SyntaxKind::IDENT && renamed.contains_key(token.text));
        let name = names.settle(rule.name, row.attribute.uuid);
        let repaired = respelt || !imported || refers || name != rule.name;
        let mut value = String::new();
        layout::imports(&mut value, modules.into_iter());
        head(&mut value, rule, &name, repaired);
        body(&mut value, rule, &origin, &renamed);
        if name == rule.name {
            renamed.remove(rule.name);
        } else {
            renamed.insert(rule.name, name.into_owned());
        }
        entries.push(Entry {
            value,
            comment: if repaired {
                "Loaded from source. Repaired. "
            } else {
                "Loaded from source. "
            },
            valid: true,
        });
    }
    entries
}

/// Appends the rule up to its first section.
fn head(out: &mut String, rule: &Rule<'_>, name: &str, repaired: bool) {
    if rule.private {
        out.push_str("private ");
    }
    out.push_str("rule ");
    out.push_str(name);
    out.push_str(" :");
    let state = if repaired { "repaired" } else { "valid" };
    let mut seen = HashSet::from(["generated", "as_is", "valid", "repaired"]);
    let own = rule.tags.iter().copied().filter(|tag| seen.insert(tag));
    for tag in own.chain(["as_is", state]) {
        out.push(' ');
        out.push_str(tag);
    }
    out.push_str("\n{\n");
}

/// Appends the sections of the rule.
fn body(out: &mut String, rule: &Rule<'_>, origin: &Origin<'_>, renamed: &HashMap<&str, String>) {
    out.push_str("\tmeta:\n");
    for meta in rule
        .meta
        .iter()
        .filter(|meta| !layout::OWN_META.contains(&meta.name))
    {
        out.push_str("\t\t");
        out.push_str(meta.text.trim());
        out.push('\n');
    }
    layout::meta(out, origin);
    if !rule.patterns.is_empty() {
        out.push_str("\tstrings:\n");
    }
    for pattern in &rule.patterns {
        out.push_str("\t\t");
        out.push_str(pattern.name);
        out.push_str(" = ");
        out.push_str(pattern.value.trim());
        out.push(' ');
        out.push_str(pattern.modifiers.trim());
        out.push('\n');
    }
    out.push_str("\tcondition:\n\t\t");
    let mut condition = String::new();
    let mut member = false;
    for token in &rule.condition {
        let new = match renamed.get(token.text) {
            Some(new) if token.kind == SyntaxKind::IDENT && !member => new,
            _ => token.text,
        };
        condition.push_str(new);
        if !matches!(token.kind, SyntaxKind::WHITESPACE | SyntaxKind::NEWLINE) {
            member = token.kind == SyntaxKind::DOT;
        }
    }
    out.push_str(condition.trim());
    out.push_str("\n}");
}
