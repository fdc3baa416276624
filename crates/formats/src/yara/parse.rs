//! Stored rules, taken apart.
use super::encode::{LONGEST, LONGEST_NAME};
use std::borrow::Cow;
use yara_x_parser::ast::{AST, Error};
use yara_x_parser::cst::{CSTStream, Event, SyntaxKind};
use yara_x_parser::{Parser, Span};

/// Nodes that may lie in each other. The parser takes more, but recurses, and this must not end the stack.
const DEEPEST: usize = 400;

/// A rule in pieces, without its comments.
#[derive(Debug, Default)]
pub(super) struct Rule<'s> {
    /// Whether it reports nothing itself.
    pub(super) private: bool,
    /// Whether all other rules depend on it.
    pub(super) global: bool,
    pub(super) name: &'s str,
    pub(super) tags: Vec<&'s str>,
    pub(super) meta: Vec<Meta<'s>>,
    pub(super) patterns: Vec<Pattern<'s>>,
    pub(super) condition: Vec<Token<'s>>,
}

/// One line below `meta:`.
#[derive(Debug, Default)]
pub(super) struct Meta<'s> {
    pub(super) name: &'s str,
    /// The line, with its name.
    pub(super) text: String,
}

/// One line below `strings:`.
#[derive(Debug, Default)]
pub(super) struct Pattern<'s> {
    /// The identifier with its `$`.
    pub(super) name: &'s str,
    pub(super) value: String,
    pub(super) modifiers: String,
}

/// A piece of a condition; blanks are pieces too.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token<'s> {
    pub(super) kind: SyntaxKind,
    pub(super) text: &'s str,
}

/// What a text of rules has.
#[derive(Debug, Default)]
pub(super) struct Source<'s> {
    /// Names of the modules that it imports.
    pub(super) imports: Vec<&'s str>,
    /// Whether it wants other files read.
    pub(super) includes: bool,
    pub(super) rules: Vec<Rule<'s>>,
    /// What is wrong with a token, for engines other than the one whose grammar this is.
    pub(super) unfit: Option<&'static str>,
}

/// Takes a text of rules apart.
///
/// # Errors
/// What the parser says about the first thing that it does not understand.
pub(super) fn source(text: &str) -> Result<Source<'_>, Cow<'static, str>> {
    if text
        .chars()
        .any(|ch| ch.is_control() && !matches!(ch, '\n' | '\r' | '\t'))
    {
        return Err("control character".into());
    }
    let mut reader = Reader {
        text,
        place: Place::Outside,
        source: Source::default(),
    };
    let mut depth = 0_usize;
    for event in CSTStream::from(Parser::new(text.as_bytes())) {
        match event {
            Event::Begin { kind, .. } => {
                depth += 1;
                if depth > DEEPEST {
                    return Err("nested too deeply".into());
                }
                reader.begin(kind);
            }
            Event::End { kind, .. } => {
                depth = depth.saturating_sub(1);
                reader.end(kind);
            }
            Event::Token { kind, span } => reader.token(kind, &span),
            Event::Error { message, span } => return Err(located(text, &message, &span).into()),
        }
    }
    // what is inside of literals is looked at only now
    match AST::from(text.as_bytes()).errors().first() {
        Some(error) => Err(message(text, error).into()),
        None => Ok(reader.source),
    }
}

fn message(text: &str, error: &Error) -> String {
    match error {
        Error::SyntaxError { message, span }
        | Error::InvalidInteger { message, span }
        | Error::InvalidFloat { message, span }
        | Error::InvalidRegexpModifier { message, span }
        | Error::InvalidEscapeSequence { message, span } => located(text, message, span),
        Error::InvalidUTF8(span) => located(text, "invalid UTF-8", span),
        Error::UnexpectedEscapeSequence(span) => located(text, "unexpected escape sequence", span),
    }
}

fn located(text: &str, message: &str, span: &Span) -> String {
    let before = text.as_bytes().get(..span.start()).unwrap_or_default();
    let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
    format!("{message} on line {line}")
}

/// Which piece the tokens belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Outside,
    Import,
    Head,
    Flags,
    Tags,
    Meta,
    Pattern,
    Modifiers,
    Condition,
}

struct Reader<'s> {
    text: &'s str,
    place: Place,
    source: Source<'s>,
}

impl<'s> Reader<'s> {
    fn rule(&mut self) -> Option<&mut Rule<'s>> {
        self.source.rules.last_mut()
    }

    fn begin(&mut self, kind: SyntaxKind) {
        self.place = match kind {
            SyntaxKind::IMPORT_STMT => Place::Import,
            SyntaxKind::RULE_DECL => {
                self.source.rules.push(Rule::default());
                Place::Head
            }
            SyntaxKind::RULE_MODS => Place::Flags,
            SyntaxKind::RULE_TAGS => Place::Tags,
            SyntaxKind::META_DEF => {
                if let Some(rule) = self.rule() {
                    rule.meta.push(Meta::default());
                }
                Place::Meta
            }
            SyntaxKind::PATTERN_DEF => {
                if let Some(rule) = self.rule() {
                    rule.patterns.push(Pattern::default());
                }
                Place::Pattern
            }
            SyntaxKind::PATTERN_MODS => Place::Modifiers,
            SyntaxKind::CONDITION_BLK => Place::Outside,
            SyntaxKind::BOOLEAN_EXPR => Place::Condition,
            SyntaxKind::INCLUDE_STMT => {
                self.source.includes = true;
                return;
            }
            _ => return,
        };
    }

    fn end(&mut self, kind: SyntaxKind) {
        self.place = match kind {
            SyntaxKind::RULE_MODS | SyntaxKind::RULE_TAGS => Place::Head,
            SyntaxKind::PATTERN_MODS => Place::Pattern,
            SyntaxKind::IMPORT_STMT
            | SyntaxKind::RULE_DECL
            | SyntaxKind::META_DEF
            | SyntaxKind::PATTERN_DEF
            | SyntaxKind::CONDITION_BLK => Place::Outside,
            _ => return,
        };
    }

    fn token(&mut self, kind: SyntaxKind, span: &Span) {
        let Some(text) = self.text.get(span.range()) else {
            return;
        };
        let token = match kind {
            // a comment may stand between any two tokens, and so may a blank
            SyntaxKind::COMMENT => Token {
                kind: SyntaxKind::WHITESPACE,
                text: " ",
            },
            SyntaxKind::NEWLINE => Token { kind, text: "\n" },
            _ => Token { kind, text },
        };
        self.source.unfit = self.source.unfit.or_else(|| unfit(self.place, kind, text));
        if self.place == Place::Import {
            if kind == SyntaxKind::STRING_LIT {
                self.source.imports.push(text.trim_matches('"'));
            }
            return;
        }
        let place = self.place;
        if let Some(rule) = self.rule() {
            rule.take(place, token);
        }
    }
}

impl<'s> Rule<'s> {
    fn take(&mut self, place: Place, token: Token<'s>) {
        match (place, token.kind) {
            (Place::Head, SyntaxKind::IDENT) => self.name = token.text,
            (Place::Flags, SyntaxKind::PRIVATE_KW) => self.private = true,
            (Place::Flags, SyntaxKind::GLOBAL_KW) => self.global = true,
            (Place::Tags, SyntaxKind::IDENT) => self.tags.push(token.text),
            (Place::Meta, kind) => {
                if let Some(meta) = self.meta.last_mut() {
                    if kind == SyntaxKind::IDENT {
                        meta.name = token.text;
                    }
                    meta.text.push_str(blank(token));
                }
            }
            (Place::Pattern, kind) => {
                if let Some(pattern) = self.patterns.last_mut() {
                    match kind {
                        SyntaxKind::PATTERN_IDENT => pattern.name = token.text,
                        SyntaxKind::EQUAL => {}
                        _ => pattern.value.push_str(token.text),
                    }
                }
            }
            (Place::Modifiers, _) => {
                if let Some(pattern) = self.patterns.last_mut() {
                    pattern.modifiers.push_str(blank(token));
                }
            }
            (Place::Condition, _) => self.condition.push(token),
            _ => {}
        }
    }
}

/// Why YARA 4 does not read a token that YARA-X reads.
fn unfit(place: Place, kind: SyntaxKind, text: &str) -> Option<&'static str> {
    let newer = "only YARA-X reads this syntax";
    match kind {
        SyntaxKind::STRING_LIT if text.starts_with("\"\"\"") => Some(newer),
        SyntaxKind::WITH_KW => Some(newer),
        SyntaxKind::FLOAT_LIT if place == Place::Meta => Some(newer),
        SyntaxKind::INTEGER_LIT | SyntaxKind::FLOAT_LIT if text.contains('_') => Some(newer),
        SyntaxKind::STRING_LIT | SyntaxKind::REGEXP if text.len() > LONGEST => Some("text too long"),
        SyntaxKind::IDENT
        | SyntaxKind::PATTERN_IDENT
        | SyntaxKind::PATTERN_COUNT
        | SyntaxKind::PATTERN_OFFSET
        | SyntaxKind::PATTERN_LENGTH
            if text.len() > LONGEST_NAME =>
        {
            Some("name too long")
        }
        _ => None,
    }
}

/// The text of a token in a place that has one line.
fn blank<'s>(token: Token<'s>) -> &'s str {
    match token.kind {
        SyntaxKind::NEWLINE | SyntaxKind::WHITESPACE => " ",
        _ => token.text,
    }
}
