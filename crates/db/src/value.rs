//! Values bound to statements, the same on both engines.

use std::fmt;

use crate::DbError;
use uuid::Uuid;

/// One bound parameter. Nothing is copied: text, bytes and arrays are borrowed from the caller.
#[derive(Clone, Copy)]
pub enum Value<'a> {
    /// SQL `NULL`, accepted for a parameter of any type.
    Null,
    /// A 64-bit integer.
    Int(i64),
    /// A flag; 0 or 1 on SQLite.
    Bool(bool),
    /// Text.
    Text(&'a str),
    /// A byte string.
    Bytes(&'a [u8]),
    /// A uuid; sixteen bytes on SQLite, native on PostgreSQL.
    Uuid(Uuid),
    /// An array of integers for `= ANY($n)` and `<> ALL($n)`.
    Ints(&'a [i64]),
    /// An array of texts.
    Texts(&'a [&'a str]),
    /// An array of owned texts.
    Strings(&'a [String]),
    /// An array of uuids.
    Uuids(&'a [Uuid]),
}

/// The declared type of a bulk-insert column or of a statement's parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// `BIGINT`.
    Int,
    /// `BOOLEAN`.
    Bool,
    /// `TEXT`.
    Text,
    /// `BYTEA` or `BLOB`.
    Bytes,
    /// `UUID` or a 16-byte `BLOB`.
    Uuid,
    /// An array of `BIGINT`.
    Ints,
    /// An array of `TEXT`.
    Texts,
    /// An array of `UUID`.
    Uuids,
}

impl Value<'_> {
    /// Whether both engines can take it: PostgreSQL has no text with NUL.
    pub(crate) fn storable(&self) -> Result<(), DbError> {
        let nul = match self {
            Self::Text(text) => text.contains('\0'),
            Self::Texts(texts) => texts.iter().any(|text| text.contains('\0')),
            Self::Strings(texts) => texts.iter().any(|text| text.contains('\0')),
            _ => false,
        };
        if nul { Err(DbError::Nul) } else { Ok(()) }
    }

    /// The name of the variant, for error messages, which must never show the value itself.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Int(_) => "integer",
            Self::Bool(_) => "boolean",
            Self::Text(_) => "text",
            Self::Bytes(_) => "bytes",
            Self::Uuid(_) => "uuid",
            Self::Ints(_) => "integer array",
            Self::Texts(_) | Self::Strings(_) => "text array",
            Self::Uuids(_) => "uuid array",
        }
    }
}

/// Shows the kind only, since values may be secret.
impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind())
    }
}

macro_rules! from {
    ($($source:ty => $value:ident => $variant:expr;)*) => {$(
        impl<'a> From<$source> for Value<'a> {
            fn from($value: $source) -> Self { $variant }
        }
    )*};
}

from! {
    i64 => v => Self::Int(v);
    &i64 => v => Self::Int(*v);
    i32 => v => Self::Int(i64::from(v));
    i16 => v => Self::Int(i64::from(v));
    u32 => v => Self::Int(i64::from(v));
    u16 => v => Self::Int(i64::from(v));
    u8 => v => Self::Int(i64::from(v));
    bool => v => Self::Bool(v);
    &bool => v => Self::Bool(*v);
    &'a str => v => Self::Text(v);
    &&'a str => v => Self::Text(v);
    &'a String => v => Self::Text(v);
    &'a Box<str> => v => Self::Text(v);
    Uuid => v => Self::Uuid(v);
    &Uuid => v => Self::Uuid(*v);
    &'a [u8] => v => Self::Bytes(v);
    &'a Vec<u8> => v => Self::Bytes(v);
    &'a [i64] => v => Self::Ints(v);
    &'a Vec<i64> => v => Self::Ints(v);
    &'a [&'a str] => v => Self::Texts(v);
    &'a Vec<&'a str> => v => Self::Texts(v);
    &'a [String] => v => Self::Strings(v);
    &'a Vec<String> => v => Self::Strings(v);
    &'a [Uuid] => v => Self::Uuids(v);
    &'a Vec<Uuid> => v => Self::Uuids(v);
    &'a Option<String> => v => v.as_deref().map_or(Self::Null, Self::Text);
    &'a Option<Vec<u8>> => v => v.as_deref().map_or(Self::Null, Self::Bytes);
}

impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(bytes: &'a [u8; N]) -> Self {
        Self::Bytes(bytes)
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// A slice of [`Value`]s from anything that converts into one: `params![id, name, Some(uuid)]`.
#[macro_export]
macro_rules! params {
    () => { &[] as &[$crate::Value<'_>] };
    ($($value:expr),+ $(,)?) => { &[$($crate::Value::from($value)),+][..] };
}
