//! SQL functions that make SQLite treat text as PostgreSQL does.

use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{ToSqlOutput, ValueRef};

use super::like::Pattern;

pub(crate) fn register(connection: &Connection) -> rusqlite::Result<()> {
    let flags =
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    // two arguments: the operator without ESCAPE, where PostgreSQL takes the backslash
    for arguments in [2, 3] {
        connection.create_scalar_function("like", arguments, flags, |call| matches(call, false))?;
        connection.create_scalar_function("regexp", arguments, flags, |call| matches(call, true))?;
    }
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

/// `x LIKE y ESCAPE z` calls `like(y, x, z)`.
fn matches(call: &Context<'_>, insensitive: bool) -> rusqlite::Result<Option<bool>> {
    let escape = if call.len() == 3 {
        call.get_raw(2).as_str_or_null()?.map(one_char)
    } else {
        Some(Some('\\'))
    };
    let (Some(escape), ValueRef::Text(text)) = (escape, call.get_raw(1)) else {
        return Ok(None);
    };
    if !matches!(call.get_raw(0), ValueRef::Text(_)) {
        return Ok(None);
    }
    let pattern = call.get_or_create_aux(0, |pattern| -> Result<Pattern, Failed> {
        let pattern = pattern.as_str().map_err(|error| Box::new(error) as Failed)?;
        Ok(Pattern::new(pattern, escape, insensitive))
    })?;
    Ok(Some(pattern.matches(std::str::from_utf8(text)?)))
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

/// An empty `ESCAPE` switches escaping off.
fn one_char(text: &str) -> Option<char> {
    text.chars().next()
}
