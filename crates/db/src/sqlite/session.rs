//! Statements on one open SQLite transaction.

use std::ops::ControlFlow;
use std::rc::Rc;

use rusqlite::types::{ToSqlOutput, Value as Owned, ValueRef};
use rusqlite::{CachedStatement, Connection, ToSql};

use super::connection::{Conn, Deadline};
use super::error::map;
use crate::rewrite::Rewriter;
use crate::row::{Row, Source};
use crate::statements::Shape;
use crate::tx::Stop;
use crate::{DbError, Type, Value};

pub(crate) struct Session<'t> {
    connection: &'t Connection,
    deadline: &'t Deadline,
    rewriter: &'t Rewriter,
}

impl<'t> Session<'t> {
    pub(crate) fn new(connection: &'t Conn, rewriter: &'t Rewriter) -> Self {
        Self {
            connection: &connection.raw,
            deadline: &connection.deadline,
            rewriter,
        }
    }

    pub(crate) fn execute(&self, sql: &str, params: &[Value<'_>]) -> Result<u64, DbError> {
        let mut statement = self.prepare(sql, params)?;
        let changed = statement.raw_execute().map_err(map)?;
        Ok(u64::try_from(changed).unwrap_or(u64::MAX))
    }

    pub(crate) fn for_each<E>(
        &self,
        sql: &str,
        params: &[Value<'_>],
        mut f: impl FnMut(&Row<'_>) -> Result<ControlFlow<()>, E>,
    ) -> Result<(), Stop<E>> {
        let mut statement = self.prepare(sql, params)?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(map)? {
            if f(&Row(Source::Sqlite(row))).map_err(Stop::Caller)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    pub(crate) fn batch(&self, sql: &str) -> Result<(), DbError> {
        self.deadline.disarm();
        self.connection
            .execute_batch(&self.rewriter.get(sql))
            .map_err(map)
    }

    pub(crate) fn bulk(&self, table: &str, columns: &[(&str, Type)]) -> Result<Insert<'t>, DbError> {
        // one row takes microseconds, all rows may take longer than a statement is allowed to
        self.deadline.disarm();
        let names = columns
            .iter()
            .map(|(name, _)| *name)
            .collect::<Vec<_>>()
            .join(", ");
        let row = format!("({})", vec!["?"; columns.len()].join(", "));
        let sql = format!("INSERT INTO {table} ({names}) VALUES {row}");
        Ok(Insert {
            connection: self.connection,
            single: self.connection.prepare_cached(&sql).map_err(map)?,
            group: None,
            sql,
            row,
            columns: columns.len(),
            held: Vec::new(),
        })
    }

    pub(crate) fn describe(&self, sql: &str) -> Result<Shape, DbError> {
        let statement = self.connection.prepare(&self.rewriter.get(sql)).map_err(map)?;
        Ok(Shape {
            params: vec![None; statement.parameter_count()],
            columns: statement.column_names().map(str::to_owned).collect(),
        })
    }

    fn prepare(&self, sql: &str, params: &[Value<'_>]) -> Result<CachedStatement<'t>, DbError> {
        // first, since preparing looks at the clock too
        self.deadline.arm();
        let mut statement = self
            .connection
            .prepare_cached(&self.rewriter.get(sql))
            .map_err(map)?;
        let wanted = statement.parameter_count();
        if wanted != params.len() {
            return Err(DbError::sql(format!(
                "the statement takes {wanted} parameters, not {}",
                params.len()
            )));
        }
        for (index, value) in params.iter().enumerate() {
            match array(value) {
                Some(array) => statement.raw_bind_parameter(index + 1, array),
                None => statement.raw_bind_parameter(index + 1, Scalar(value)),
            }
            .map_err(map)?;
        }
        Ok(statement)
    }
}

/// Rows that one statement inserts. What SQLite does around a statement costs a row of an index as much as the
/// row itself; a wide row hardly notices.
const GROUP: usize = 64;
/// Most columns of a table whose rows are inserted in groups.
const NARROW: usize = 4;

/// A prepared `INSERT`, bound again for every row or group of rows.
pub(crate) struct Insert<'t> {
    connection: &'t Connection,
    single: CachedStatement<'t>,
    /// Prepared when the first group is complete.
    group: Option<CachedStatement<'t>>,
    /// The text of `single`.
    sql: String,
    /// The places of one row in it.
    row: String,
    columns: usize,
    /// The values of a group that is not complete.
    held: Vec<Owned>,
}

impl Insert<'_> {
    pub(crate) fn row(&mut self, values: &[Value<'_>]) -> Result<(), DbError> {
        if self.columns > NARROW {
            return insert(&mut self.single, values.iter().map(Scalar));
        }
        self.held.extend(values.iter().map(owned));
        if self.held.len() < GROUP * self.columns {
            return Ok(());
        }
        let group = match &mut self.group {
            Some(group) => group,
            None => {
                let more = format!(", {}", self.row).repeat(GROUP - 1);
                let sql = format!("{}{more}", self.sql);
                self.group
                    .insert(self.connection.prepare_cached(&sql).map_err(map)?)
            }
        };
        insert(group, self.held.drain(..))
    }

    /// Inserts what is held.
    pub(crate) fn flush(&mut self) -> Result<(), DbError> {
        for row in self.held.chunks(self.columns.max(1)) {
            insert(&mut self.single, row)?;
        }
        self.held.clear();
        Ok(())
    }
}

fn insert<T: ToSql>(
    statement: &mut CachedStatement<'_>,
    values: impl IntoIterator<Item = T>,
) -> Result<(), DbError> {
    for (index, value) in values.into_iter().enumerate() {
        statement.raw_bind_parameter(index + 1, value).map_err(map)?;
    }
    statement.raw_execute().map(|_| ()).map_err(map)
}

/// A value that is not an array, passed without copying.
struct Scalar<'a>(&'a Value<'a>);

impl ToSql for Scalar<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Int(value) => ValueRef::Integer(*value),
            Value::Bool(value) => ValueRef::Integer(i64::from(*value)),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
            Value::Uuid(uuid) => ValueRef::Blob(uuid.as_bytes()),
            Value::Null | Value::Ints(_) | Value::Texts(_) | Value::Strings(_) | Value::Uuids(_) => {
                ValueRef::Null
            }
        }))
    }
}

/// A value that outlives the call which brought it. Arrays are no values of a row, as for [`Scalar`].
fn owned(value: &Value<'_>) -> Owned {
    match value {
        Value::Int(value) => Owned::Integer(*value),
        Value::Bool(value) => Owned::Integer(i64::from(*value)),
        Value::Text(text) => Owned::Text((*text).to_owned()),
        Value::Bytes(bytes) => Owned::Blob(bytes.to_vec()),
        Value::Uuid(uuid) => Owned::Blob(uuid.as_bytes().to_vec()),
        Value::Null | Value::Ints(_) | Value::Texts(_) | Value::Strings(_) | Value::Uuids(_) => Owned::Null,
    }
}

/// An array value in the form that `rarray` reads.
fn array(value: &Value<'_>) -> Option<rusqlite::vtab::array::Array> {
    use rusqlite::types::Value::{Blob, Integer, Text};
    let items = match value {
        Value::Ints(items) => items.iter().copied().map(Integer).collect(),
        Value::Texts(items) => items.iter().map(|item| Text((*item).to_owned())).collect(),
        Value::Strings(items) => items.iter().cloned().map(Text).collect(),
        Value::Uuids(items) => items.iter().map(|item| Blob(item.as_bytes().to_vec())).collect(),
        Value::Null | Value::Int(_) | Value::Bool(_) | Value::Text(_) | Value::Bytes(_) | Value::Uuid(_) => {
            return None;
        }
    };
    Some(Rc::new(items))
}
