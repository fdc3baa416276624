//! Many rows into one table, as fast as the engine can.

use crate::tx::Race;
use crate::{DbError, Type, Value, postgres, sqlite};

/// A bulk insert in progress. Call [`Bulk::finish`]; without it the last rows may be missing and the
/// transaction is aborted.
pub struct Bulk<'a> {
    writer: Writer<'a>,
    columns: &'static [(&'static str, Type)],
    rows: u64,
    finished: bool,
    failed: &'a mut bool,
    race: &'a mut Race,
}

pub(crate) enum Writer<'a> {
    Sqlite(sqlite::Insert<'a>),
    Postgres(postgres::Copy<'a>),
}

impl<'a> Bulk<'a> {
    pub(crate) fn new(
        writer: Writer<'a>,
        columns: &'static [(&'static str, Type)],
        failed: &'a mut bool,
        race: &'a mut Race,
    ) -> Self {
        Self {
            writer,
            columns,
            rows: 0,
            finished: false,
            failed,
            race,
        }
    }

    /// Adds one row, its values in the order of the declared columns.
    ///
    /// # Errors
    /// [`DbError::Parameter`] if a value does not fit its column; a violated constraint, which PostgreSQL may
    /// report with a later row or in [`Bulk::finish`].
    pub fn row(&mut self, values: &[Value<'_>]) -> Result<(), DbError> {
        if *self.failed {
            return Err(DbError::Aborted);
        }
        let result = check(self.columns, values).and_then(|()| match &mut self.writer {
            Writer::Sqlite(insert) => insert.row(values),
            Writer::Postgres(copy) => copy.row(values),
        });
        self.rows += 1;
        self.note(result)
    }

    /// Writes what is left and answers the number of rows.
    ///
    /// # Errors
    /// A violated constraint of any row.
    pub fn finish(mut self) -> Result<u64, DbError> {
        if *self.failed {
            return Err(DbError::Aborted);
        }
        let result = match &mut self.writer {
            Writer::Sqlite(insert) => insert.flush(),
            Writer::Postgres(copy) => copy.flush(),
        };
        self.finished = true;
        self.note(result).map(|()| self.rows)
    }

    fn note(&mut self, result: Result<(), DbError>) -> Result<(), DbError> {
        if let Err(error) = &result {
            *self.failed = true;
            self.race.note(error);
        }
        result
    }
}

impl Drop for Bulk<'_> {
    fn drop(&mut self) {
        if !self.finished {
            *self.failed = true;
        }
    }
}

/// Both engines accept the same values; SQLite alone would store anything anywhere.
fn check(columns: &[(&str, Type)], values: &[Value<'_>]) -> Result<(), DbError> {
    if columns.len() != values.len() {
        let message = format!("{} columns, {} values", columns.len(), values.len());
        return Err(DbError::Parameter {
            number: values.len(),
            message,
        });
    }
    for (index, ((name, kind), value)) in columns.iter().zip(values).enumerate() {
        value.storable()?;
        let fits = matches!(
            (kind, value),
            (_, Value::Null)
                | (Type::Int, Value::Int(_))
                | (Type::Bool, Value::Bool(_))
                | (Type::Text, Value::Text(_))
                | (Type::Bytes, Value::Bytes(_))
                | (Type::Uuid, Value::Uuid(_))
        );
        if !fits {
            let message = format!("column {name} takes {kind:?}, not {}", value.kind());
            return Err(DbError::Parameter {
                number: index + 1,
                message,
            });
        }
    }
    Ok(())
}
