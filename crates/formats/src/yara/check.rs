//! Which rules that parse are nevertheless refused.
use super::parse::{Rule, Source};
use std::borrow::Cow;
use std::collections::HashSet;
use yara_x_parser::cst::SyntaxKind;

/// Modules that YARA or YARA-X has.
const MODULES: &[&str] = &[
    "console", "crx", "cuckoo", "dex", "dotnet", "elf", "hash", "lnk", "macho", "magic", "math", "pe",
    "string", "time", "vt",
];

/// Why rules cannot be part of a document with rules of others, if so.
pub(super) fn fault(source: &Source<'_>) -> Option<Cow<'static, str>> {
    if source.rules.is_empty() {
        return Some("no rule".into());
    }
    if source.includes {
        return Some("include: a document must not make its reader open files".into());
    }
    if let Some(unfit) = source.unfit {
        return Some(unfit.into());
    }
    if let Some(module) = source.imports.iter().find(|module| !MODULES.contains(module)) {
        return Some(format!("unknown module {module}").into());
    }
    source.rules.iter().find_map(fault_of)
}

fn fault_of(rule: &Rule<'_>) -> Option<Cow<'static, str>> {
    if rule.global {
        return Some("global rule: it would decide about the rules of others".into());
    }
    let mut defined = HashSet::new();
    for pattern in &rule.patterns {
        if pattern.value.trim() == "\"\"" {
            return Some(format!("empty string {}", pattern.name).into());
        }
        if pattern.name != "$" && !defined.insert(pattern.name) {
            return Some(format!("duplicated string {}", pattern.name).into());
        }
    }
    let uses = Uses::of(rule);
    if uses.them && rule.patterns.is_empty() {
        return Some("no strings, but the condition asks for them".into());
    }
    let names: HashSet<&str> = defined.iter().filter_map(|name| name.get(1..)).collect();
    if let Some(name) = uses.names.iter().find(|name| !names.contains(*name)) {
        return Some(format!("undefined string ${name}").into());
    }
    let unused = rule.patterns.iter().find(|pattern| !uses.contain(pattern.name));
    unused.map(|pattern| format!("unreferenced string {}", pattern.name).into())
}

/// The patterns that a condition mentions, without their sigils.
#[derive(Default)]
struct Uses<'s> {
    them: bool,
    names: HashSet<&'s str>,
    /// Those with a `*` at the end.
    prefixes: HashSet<&'s str>,
}

impl<'s> Uses<'s> {
    fn of(rule: &Rule<'s>) -> Self {
        let mut uses = Self::default();
        let mut tokens = rule.condition.iter().peekable();
        while let Some(token) = tokens.next() {
            let name = token.text.get(1..).unwrap_or_default();
            match token.kind {
                SyntaxKind::THEM_KW => uses.them = true,
                SyntaxKind::PATTERN_IDENT
                    if tokens.peek().is_some_and(|next| next.kind == SyntaxKind::ASTERISK) =>
                {
                    uses.prefixes.insert(name);
                }
                SyntaxKind::PATTERN_IDENT
                | SyntaxKind::PATTERN_COUNT
                | SyntaxKind::PATTERN_OFFSET
                | SyntaxKind::PATTERN_LENGTH
                    // alone it is the variable of a loop
                    if !name.is_empty() =>
                {
                    uses.names.insert(name);
                }
                _ => {}
            }
        }
        uses
    }

    fn contain(&self, pattern: &str) -> bool {
        let name = pattern.get(1..).unwrap_or_default();
        self.them
            // by their names authors say that they know
            || name.starts_with('_')
            || self.names.contains(name)
            || (0..=name.len()).any(|end| name.get(..end).is_some_and(|start| self.prefixes.contains(start)))
    }
}

/// Modules that a condition uses, each once.
pub(super) fn modules(rule: &Rule<'_>) -> Vec<&'static str> {
    let mut used = Vec::new();
    let mut tokens = rule
        .condition
        .iter()
        .filter(|token| !matches!(token.kind, SyntaxKind::WHITESPACE | SyntaxKind::NEWLINE))
        .peekable();
    let mut member = false;
    while let Some(token) = tokens.next() {
        let dotted = tokens.peek().is_some_and(|next| next.kind == SyntaxKind::DOT);
        if token.kind == SyntaxKind::IDENT
            && dotted
            && !member
            && let Some(&module) = MODULES.iter().find(|module| **module == token.text)
            && !used.contains(&module)
        {
            used.push(module);
        }
        member = token.kind == SyntaxKind::DOT;
    }
    used
}
