//! Passing our values as whatever type the server inferred for a parameter.

use std::error::Error;
use std::fmt;

use bytes::BytesMut;
use postgres_types::{IsNull, ToSql, Type};
use uuid::Uuid;

use crate::{DbError, Value};

type Encoded = Result<IsNull, Box<dyn Error + Sync + Send>>;

/// A value on its way to the server. Its `Debug` shows the kind only.
pub(crate) struct Param<'a>(pub &'a Value<'a>);

impl fmt::Debug for Param<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.0, f)
    }
}

impl ToSql for Param<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Encoded {
        match self.0 {
            Value::Null => Ok(IsNull::Yes),
            Value::Int(value) => match *kind {
                Type::INT2 => i16::try_from(*value)?.to_sql(kind, out),
                Type::INT4 => i32::try_from(*value)?.to_sql(kind, out),
                _ => value.to_sql(kind, out),
            },
            Value::Bool(value) => value.to_sql(kind, out),
            Value::Text(text) => text.to_sql(kind, out),
            Value::Bytes(bytes) => bytes.to_sql(kind, out),
            Value::Uuid(uuid) => uuid.to_sql(kind, out),
            Value::Ints(items) => match *kind {
                Type::INT4_ARRAY => narrow::<i32>(items)?.to_sql(kind, out),
                Type::INT2_ARRAY => narrow::<i16>(items)?.to_sql(kind, out),
                _ => items.to_sql(kind, out),
            },
            Value::Texts(items) => items.to_sql(kind, out),
            Value::Strings(items) => items.to_sql(kind, out),
            Value::Uuids(items) => items.to_sql(kind, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        // checked by `check`, which sees the value
        true
    }

    fn to_sql_checked(&self, kind: &Type, out: &mut BytesMut) -> Encoded {
        self.to_sql(kind, out)
    }
}

fn narrow<T: TryFrom<i64>>(items: &[i64]) -> Result<Vec<T>, T::Error> {
    items.iter().map(|item| T::try_from(*item)).collect()
}

/// Whether each value can be passed as its inferred type, before anything is sent.
pub(crate) fn check(kinds: &[Type], values: &[Value<'_>]) -> Result<(), DbError> {
    if kinds.len() != values.len() {
        return Err(DbError::sql(format!(
            "the statement takes {} parameters, not {}",
            kinds.len(),
            values.len()
        )));
    }
    for (index, (kind, value)) in kinds.iter().zip(values).enumerate() {
        let (accepted, in_range) = match value {
            Value::Null => (true, true),
            Value::Int(value) => (
                matches!(*kind, Type::INT2 | Type::INT4 | Type::INT8),
                fits(kind, &Type::INT2, &Type::INT4, &[*value]),
            ),
            Value::Bool(_) => (*kind == Type::BOOL, true),
            Value::Text(_) => (<&str as ToSql>::accepts(kind), true),
            Value::Bytes(_) => (*kind == Type::BYTEA, true),
            Value::Uuid(_) => (<Uuid as ToSql>::accepts(kind), true),
            Value::Ints(items) => (
                matches!(*kind, Type::INT2_ARRAY | Type::INT4_ARRAY | Type::INT8_ARRAY),
                fits(kind, &Type::INT2_ARRAY, &Type::INT4_ARRAY, items),
            ),
            Value::Texts(_) | Value::Strings(_) => (<&[&str] as ToSql>::accepts(kind), true),
            Value::Uuids(_) => (<&[Uuid] as ToSql>::accepts(kind), true),
        };
        let message = match (accepted, in_range) {
            (true, true) => continue,
            (true, false) => format!("the value is out of range for {kind}"),
            (false, _) => format!("{} cannot be passed as {kind}", value.kind()),
        };
        return Err(DbError::Parameter {
            number: index + 1,
            message,
        });
    }
    Ok(())
}

fn fits(kind: &Type, two: &Type, four: &Type, items: &[i64]) -> bool {
    if kind == two {
        items.iter().all(|item| i16::try_from(*item).is_ok())
    } else if kind == four {
        items.iter().all(|item| i32::try_from(*item).is_ok())
    } else {
        true
    }
}
