//! Statements on one open PostgreSQL transaction.

use std::future::Future;
use std::ops::ControlFlow;
use std::pin::pin;

use deadpool_postgres::Client;
use futures_util::TryStreamExt;
use futures_util::future::join;
use tokio_postgres::Statement;

use super::Shared;
use super::copy::Copy;
use super::error::map;
use super::param::{Param, check};
use crate::row::{Row, Source};
use crate::statements::Shape;
use crate::tx::Stop;
use crate::wait::block_on;
use crate::{DbError, Type, Value};

/// Prepared statements kept per connection; past that the cache starts afresh.
const STATEMENTS: usize = 400;

/// One transaction. `BEGIN` travels with the first statement, so that a read of one statement costs one
/// round trip.
pub(crate) struct Session<'t> {
    client: &'t Client,
    shared: &'t Shared,
    begin: &'static str,
    begun: bool,
}

impl<'t> Session<'t> {
    pub(super) fn new(client: &'t Client, shared: &'t Shared, begin: &'static str) -> Self {
        Self {
            client,
            shared,
            begin,
            begun: false,
        }
    }

    pub(super) fn begun(&self) -> bool {
        self.begun
    }

    pub(crate) fn execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64, DbError> {
        let statement = self.prepare(sql)?;
        check(statement.params(), params)?;
        let client = self.client;
        self.send(client.execute_raw(&statement, params.iter().map(Param)))
    }

    pub(crate) fn for_each<E>(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        mut f: impl FnMut(&Row<'_>) -> Result<ControlFlow<()>, E>,
    ) -> Result<(), Stop<E>> {
        let statement = self.prepare(sql)?;
        check(statement.params(), params)?;
        let client = self.client;
        let rows = self.send(client.query_raw(&statement, params.iter().map(Param)))?;
        block_on(async {
            let mut rows = pin!(rows);
            let mut wanted = true;
            // after a break the rest is read and dropped: a later row may still bring an error
            while let Some(row) = rows.try_next().await.map_err(|error| map(&error))? {
                if wanted {
                    wanted = f(&Row(Source::Postgres(&row)))
                        .map_err(Stop::Caller)?
                        .is_continue();
                }
            }
            Ok(())
        })
    }

    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), DbError> {
        let (client, sql) = (self.client, self.shared.rewriter.get(sql));
        self.send(client.batch_execute(&sql))
    }

    pub(crate) fn bulk(
        &mut self,
        table: &'static str,
        columns: &'static [(&'static str, Type)],
    ) -> Result<Copy<'_>, DbError> {
        if !self.begun {
            self.begun = true;
            block_on(self.client.batch_execute(self.begin)).map_err(|error| map(&error))?;
        }
        let names = columns
            .iter()
            .map(|(name, _)| *name)
            .collect::<Vec<_>>()
            .join(", ");
        let statement = self.prepare(&format!("COPY {table} ({names}) FROM STDIN BINARY"))?;
        Ok(Copy::new(self.client, statement, columns.len()))
    }

    /// Runs a one-row statement outside of the transaction, on a connection kept for it.
    pub(crate) fn take_ids(&mut self, sql: &str, params: &[Value<'_>]) -> Result<i64, DbError> {
        let client = self.shared.counter()?;
        block_on(async {
            let statement = client.prepare_cached(sql).await?;
            let rows = client.query_raw(&statement, params.iter().map(Param)).await?;
            let mut rows = pin!(rows);
            let mut value = None;
            while let Some(row) = rows.try_next().await? {
                value = Some(row.try_get::<_, i64>(0)?);
            }
            Ok::<_, tokio_postgres::Error>(value)
        })
        .map_err(|error| map(&error))?
        .ok_or_else(|| DbError::sql("no counter"))
    }

    pub(crate) fn describe(&mut self, sql: &str) -> Result<Shape, DbError> {
        let statement = self.prepare(sql)?;
        Ok(Shape {
            params: statement.params().iter().map(declared).collect(),
            columns: statement
                .columns()
                .iter()
                .map(|column| column.name().to_owned())
                .collect(),
        })
    }

    fn prepare(&self, sql: &str) -> Result<Statement, DbError> {
        let text = self.shared.rewriter.get(sql);
        if self.client.statement_cache.size() > STATEMENTS {
            self.client.statement_cache.clear();
        }
        block_on(self.client.prepare_cached(&text)).map_err(|error| map(&error))
    }

    fn send<T>(
        &mut self,
        operation: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, DbError> {
        if self.begun {
            return block_on(operation).map_err(|error| map(&error));
        }
        self.begun = true;
        // polled in this order, hence sent in this order
        let (begun, result) = block_on(join(self.client.batch_execute(self.begin), operation));
        begun.map_err(|error| map(&error))?;
        result.map_err(|error| map(&error))
    }
}

fn declared(kind: &postgres_types::Type) -> Option<Type> {
    use postgres_types::Type as Kind;
    match *kind {
        Kind::INT2 | Kind::INT4 | Kind::INT8 => Some(Type::Int),
        Kind::BOOL => Some(Type::Bool),
        Kind::TEXT | Kind::VARCHAR => Some(Type::Text),
        Kind::BYTEA => Some(Type::Bytes),
        Kind::UUID => Some(Type::Uuid),
        Kind::INT2_ARRAY | Kind::INT4_ARRAY | Kind::INT8_ARRAY => Some(Type::Ints),
        Kind::TEXT_ARRAY | Kind::VARCHAR_ARRAY => Some(Type::Texts),
        Kind::UUID_ARRAY => Some(Type::Uuids),
        _ => None,
    }
}
