//! One row of an answer, read by position.

use postgres_types::FromSql;
use rusqlite::types::ValueRef;
use uuid::Uuid;

use crate::DbError;
use crate::postgres::decode;

/// One row. Getters take the column's position, from 0, and fail with [`DbError::Decode`] if the column
/// does not exist, has another type, or is `NULL` where no `opt` was asked for.
pub struct Row<'r>(pub(crate) Source<'r>);

pub(crate) enum Source<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r tokio_postgres::Row),
}

impl Row<'_> {
    /// The number of columns.
    #[must_use]
    pub fn columns(&self) -> usize {
        match self.0 {
            Source::Sqlite(row) => row.as_ref().column_count(),
            Source::Postgres(row) => row.len(),
        }
    }

    /// An integer.
    ///
    /// # Errors
    /// [`DbError::Decode`], as for all getters.
    pub fn get_int(&self, column: usize) -> Result<i64, DbError> {
        required(column, "an integer", self.get_opt_int(column)?)
    }

    /// An integer or `NULL`.
    ///
    /// # Errors
    /// [`DbError::Decode`]
    pub fn get_opt_int(&self, column: usize) -> Result<Option<i64>, DbError> {
        const EXPECTED: &str = "an integer";
        match self.0 {
            Source::Sqlite(row) => match cell(row, column, EXPECTED)? {
                ValueRef::Integer(value) => Ok(Some(value)),
                ValueRef::Null => Ok(None),
                _ => Err(wrong(column, EXPECTED)),
            },
            Source::Postgres(row) => {
                Ok(field::<decode::Integer>(row, column, EXPECTED)?.map(|decode::Integer(value)| value))
            }
        }
    }

    /// A flag.
    ///
    /// # Errors
    /// [`DbError::Decode`]
    pub fn get_bool(&self, column: usize) -> Result<bool, DbError> {
        required(column, "a boolean", self.get_opt_bool(column)?)
    }

    /// A flag or `NULL`.
    ///
    /// # Errors
    /// [`DbError::Decode`]
    pub fn get_opt_bool(&self, column: usize) -> Result<Option<bool>, DbError> {
        const EXPECTED: &str = "a boolean";
        match self.0 {
            Source::Sqlite(row) => match cell(row, column, EXPECTED)? {
                ValueRef::Integer(0) => Ok(Some(false)),
                ValueRef::Integer(1) => Ok(Some(true)),
                ValueRef::Null => Ok(None),
                _ => Err(wrong(column, EXPECTED)),
            },
            Source::Postgres(row) => field::<bool>(row, column, EXPECTED),
        }
    }

    /// A text, borrowed from the row.
    ///
    /// # Errors
    /// [`DbError::Decode`]
    pub fn get_str(&self, column: usize) -> Result<&str, DbError> {
        required(column, "text", self.get_opt_str(column)?)
    }

    /// A text or `NULL`, borrowed from the row.
    ///
    /// # Errors
    /// [`DbError::Decode`]
    pub fn get_opt_str(&self, column: usize) -> Result<Option<&str>, DbError> {
        const EXPECTED: &str = "text";
        match self.0 {
            Source::Sqlite(row) => match cell(row, column, EXPECTED)? {
                ValueRef::Text(bytes) => std::str::from_utf8(bytes)
                    .map(Some)
                    .map_err(|_| wrong(column, EXPECTED)),
                ValueRef::Null => Ok(None),
                _ => Err(wrong(column, EXPECTED)),
            },
            Source::Postgres(row) => field::<&str>(row, column, EXPECTED),
        }
    }

    /// A text, copied.
    ///
    /// # Errors
    /// [`DbError::Decode`]
    pub fn get_string(&self, column: usize) -> Result<String, DbError> {
        self.get_str(column).map(str::to_owned)
    }

    /// A text or `NULL`, copied.
    ///
    /// # Errors
    /// [`DbError::Decode`]
    pub fn get_opt_string(&self, column: usize) -> Result<Option<String>, DbError> {
        Ok(self.get_opt_str(column)?.map(str::to_owned))
    }

    /// A uuid.
    ///
    /// # Errors
    /// [`DbError::Decode`]
    pub fn get_uuid(&self, column: usize) -> Result<Uuid, DbError> {
        required(column, "a uuid", self.get_opt_uuid(column)?)
    }

    /// A uuid or `NULL`.
    ///
    /// # Errors
    /// [`DbError::Decode`]
    pub fn get_opt_uuid(&self, column: usize) -> Result<Option<Uuid>, DbError> {
        const EXPECTED: &str = "a uuid";
        match self.0 {
            Source::Sqlite(row) => match cell(row, column, EXPECTED)? {
                ValueRef::Blob(bytes) => Uuid::from_slice(bytes)
                    .map(Some)
                    .map_err(|_| wrong(column, EXPECTED)),
                ValueRef::Null => Ok(None),
                _ => Err(wrong(column, EXPECTED)),
            },
            Source::Postgres(row) => field::<Uuid>(row, column, EXPECTED),
        }
    }

    /// A byte string, borrowed from the row.
    ///
    /// # Errors
    /// [`DbError::Decode`]
    pub fn get_bytes(&self, column: usize) -> Result<&[u8], DbError> {
        required(column, "bytes", self.get_opt_bytes(column)?)
    }

    /// A byte string or `NULL`, borrowed from the row.
    ///
    /// # Errors
    /// [`DbError::Decode`]
    pub fn get_opt_bytes(&self, column: usize) -> Result<Option<&[u8]>, DbError> {
        const EXPECTED: &str = "bytes";
        match self.0 {
            Source::Sqlite(row) => match cell(row, column, EXPECTED)? {
                ValueRef::Blob(bytes) => Ok(Some(bytes)),
                ValueRef::Null => Ok(None),
                _ => Err(wrong(column, EXPECTED)),
            },
            Source::Postgres(row) => field::<&[u8]>(row, column, EXPECTED),
        }
    }
}

fn wrong(column: usize, expected: &'static str) -> DbError {
    DbError::Decode { column, expected }
}

fn required<T>(column: usize, expected: &'static str, value: Option<T>) -> Result<T, DbError> {
    value.ok_or_else(|| wrong(column, expected))
}

fn cell<'r>(
    row: &'r rusqlite::Row<'_>,
    column: usize,
    expected: &'static str,
) -> Result<ValueRef<'r>, DbError> {
    row.get_ref(column).map_err(|_| wrong(column, expected))
}

fn field<'r, T: FromSql<'r>>(
    row: &'r tokio_postgres::Row,
    column: usize,
    expected: &'static str,
) -> Result<Option<T>, DbError> {
    row.try_get(column).map_err(|_| wrong(column, expected))
}
