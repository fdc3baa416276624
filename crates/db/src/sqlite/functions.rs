//! SQL functions that make SQLite treat text as PostgreSQL does.

use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{ToSqlOutput, ValueRef};
use std::cell::RefCell;

use super::like::Pattern;

pub(crate) fn register(connection: &Connection) -> rusqlite::Result<()> {
    let flags =
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    // two arguments: the operator without ESCAPE, where PostgreSQL takes the backslash
    for (name, insensitive) in [("like", false), ("regexp", true)] {
        for arguments in [2, 3] {
            let patterns = Patterns::new(insensitive);
            connection
                .create_scalar_function(name, arguments, flags, move |call| matches(call, &patterns))?;
        }
    }
    let patterns = Patterns::new(true);
    connection.create_scalar_function("match", 2, flags, move |call| matches_with(call, b"!", &patterns))?;
    connection.create_scalar_function("lower", 1, flags, lower)
}

/// The simple lower-case mapping of one character, as the C library does it: never one to many.
pub(crate) fn lower_char(c: char) -> char {
    if c.is_ascii() {
        c.to_ascii_lowercase()
    } else {
        c.to_lowercase().next().unwrap_or(c)
    }
}

fn lower(call: &Context<'_>) -> rusqlite::Result<ToSqlOutput<'static>> {
    let value = match call.get_raw(0) {
        ValueRef::Text(bytes) => {
            let text = std::str::from_utf8(bytes)?;
            let lowered = if text.is_ascii() {
                text.to_ascii_lowercase()
            } else {
                text.chars().map(lower_char).collect()
            };
            rusqlite::types::Value::Text(lowered)
        }
        other => other.try_into()?,
    };
    Ok(ToSqlOutput::Owned(value))
}

/// Patterns kept compiled for one function of a connection; a statement rarely has more.
const KEPT: usize = 16;

/// Compiled patterns, the ones in use at hand. SQLite keeps such things for a function too, but asking it costs
/// more than comparing the text of a pattern, and is done for every row.
struct Patterns {
    insensitive: bool,
    kept: RefCell<Vec<Kept>>,
}

struct Kept {
    pattern: Box<[u8]>,
    escape: Box<[u8]>,
    compiled: Pattern,
}

impl Patterns {
    fn new(insensitive: bool) -> Self {
        Self {
            insensitive,
            kept: RefCell::default(),
        }
    }

    fn matches(&self, pattern: &[u8], escape: &[u8], text: &[u8]) -> Result<bool, Failed> {
        let mut kept = self.kept.borrow_mut();
        let known = kept
            .iter()
            .find(|one| *one.pattern == *pattern && one.escape.iter().eq(escape));
        if let Some(one) = known {
            return Ok(one.compiled.matches(text)?);
        }
        // An empty `ESCAPE` switches escaping off.
        let escape_char = std::str::from_utf8(escape)?.chars().next();
        let compiled = Pattern::new(std::str::from_utf8(pattern)?, escape_char, self.insensitive);
        let matches = compiled.matches(text)?;
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.push(Kept {
            pattern: pattern.into(),
            escape: escape.into(),
            compiled,
        });
        Ok(matches)
    }
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

/// `x LIKE y ESCAPE z` calls `like(y, x, z)`.
fn matches(call: &Context<'_>, patterns: &Patterns) -> rusqlite::Result<Option<bool>> {
    if call.len() < 3 {
        return matches_with(call, b"\\", patterns);
    }
    match call.get_raw(2) {
        ValueRef::Text(escape) => matches_with(call, escape, patterns),
        _ => Ok(None),
    }
}

/// The same with a known escape: `x MATCH y` calls `match(y, x)`.
fn matches_with(call: &Context<'_>, escape: &[u8], patterns: &Patterns) -> rusqlite::Result<Option<bool>> {
    let (ValueRef::Text(pattern), ValueRef::Text(text)) = (call.get_raw(0), call.get_raw(1)) else {
        return Ok(None);
    };
    patterns
        .matches(pattern, escape, text)
        .map(Some)
        .map_err(rusqlite::Error::UserFunctionError)
}
