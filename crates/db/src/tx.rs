//! One transaction, as the closures given to [`crate::Db`] see it.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::attention::Attention;
use crate::bulk::{Bulk, Writer};
use crate::{DbError, Engine, Row, Type, Value, postgres, sqlite};

/// An open transaction.
///
/// A statement that fails aborts the transaction: later statements answer [`DbError::Aborted`] and nothing is
/// committed. To try something that may fail, run it inside [`Tx::savepoint`].
pub struct Tx<'t> {
    session: Session<'t>,
    failed: bool,
    race: Race,
    attention: Attention,
}

pub(crate) enum Session<'t> {
    Sqlite(sqlite::Session<'t>),
    Postgres(postgres::Session<'t>),
}

/// How far another transaction may be to blame for a failure, in rising order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Race {
    /// Not at all.
    None,
    /// A row was there although the closure may have looked and not found it: another transaction may have
    /// committed it in between, and will be seen when the closure looks again.
    Duplicate,
    /// The database said so.
    Collision,
}

impl Race {
    pub(crate) fn note(&mut self, error: &DbError) {
        let race = match error {
            DbError::Collision => Self::Collision,
            DbError::Unique { .. } => Self::Duplicate,
            _ => Self::None,
        };
        *self = (*self).max(race);
    }
}

/// Why a streaming statement ended early.
pub(crate) enum Stop<E> {
    /// The statement failed.
    Statement(DbError),
    /// The caller's closure refused a row.
    Caller(E),
}

impl<E> From<DbError> for Stop<E> {
    fn from(error: DbError) -> Self {
        Self::Statement(error)
    }
}

impl<'t> Tx<'t> {
    pub(crate) fn new(session: Session<'t>) -> Self {
        Self {
            session,
            failed: false,
            race: Race::None,
            attention: Attention::default(),
        }
    }

    /// The same, given up at its next statement when nobody waits for it any more.
    pub(crate) fn heeding(session: Session<'t>, attention: &Attention) -> Self {
        Self {
            attention: attention.clone(),
            ..Self::new(session)
        }
    }

    /// Runs a caller's closure; a panic becomes an error and an ignored statement failure is not forgotten.
    pub(crate) fn run<T, E: From<DbError>>(
        &mut self,
        work: impl FnOnce(&mut Tx<'t>) -> Result<T, E>,
    ) -> Result<T, E> {
        let result = catch_unwind(AssertUnwindSafe(|| work(&mut *self)))
            .unwrap_or_else(|payload| Err(E::from(DbError::panicked(&*payload))));
        if result.is_ok() && self.failed {
            return Err(E::from(DbError::Aborted));
        }
        result
    }

    /// What another transaction may have to do with the failure of this one.
    pub(crate) fn race(&self) -> Race {
        match self.race {
            // it was tried inside a savepoint and the closure went on
            Race::Duplicate if !self.failed => Race::None,
            race => race,
        }
    }

    pub(crate) fn session(&mut self) -> &mut Session<'t> {
        &mut self.session
    }
}

impl Tx<'_> {
    /// The engine of this transaction.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match self.session {
            Session::Sqlite(_) => Engine::Sqlite,
            Session::Postgres(_) => Engine::Postgres,
        }
    }

    /// Runs a statement that returns no rows; answers how many rows it changed.
    ///
    /// # Errors
    /// Any [`DbError`]; the transaction is aborted by it.
    pub fn execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64, DbError> {
        self.ready()?;
        self.storable(params)?;
        let result = match &mut self.session {
            Session::Sqlite(session) => session.execute(sql, params),
            Session::Postgres(session) => session.execute(sql, params),
        };
        self.note(result)
    }

    /// Streams the rows of a statement to `f` in constant memory, until it breaks.
    ///
    /// # Errors
    /// Whatever `f` returns, or the statement's own failure.
    pub fn for_each<E: From<DbError>>(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        f: impl FnMut(&Row<'_>) -> Result<ControlFlow<()>, E>,
    ) -> Result<(), E> {
        self.ready()?;
        self.storable(params)?;
        let result = match &mut self.session {
            Session::Sqlite(session) => session.for_each(sql, params, f),
            Session::Postgres(session) => session.for_each(sql, params, f),
        };
        match result {
            Ok(()) => Ok(()),
            Err(Stop::Caller(error)) => Err(error),
            Err(Stop::Statement(error)) => self.note(Err(error)).map_err(E::from),
        }
    }

    /// All rows of a statement, mapped.
    ///
    /// # Errors
    /// Whatever `map` returns, or the statement's own failure.
    pub fn all<T, E: From<DbError>>(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        mut map: impl FnMut(&Row<'_>) -> Result<T, E>,
    ) -> Result<Vec<T>, E> {
        let mut rows = Vec::new();
        self.for_each(sql, params, |row| {
            rows.push(map(row)?);
            Ok::<_, E>(ControlFlow::Continue(()))
        })?;
        Ok(rows)
    }

    /// The first row of a statement, mapped; `None` if there is no row.
    ///
    /// # Errors
    /// Whatever `map` returns, or the statement's own failure.
    pub fn first<T, E: From<DbError>>(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        map: impl FnOnce(&Row<'_>) -> Result<T, E>,
    ) -> Result<Option<T>, E> {
        let mut map = Some(map);
        let mut found = None;
        self.for_each(sql, params, |row| {
            if let Some(map) = map.take() {
                found = Some(map(row)?);
            }
            Ok::<_, E>(ControlFlow::Break(()))
        })?;
        Ok(found)
    }

    /// Starts a bulk insert into `table`.
    ///
    /// # Errors
    /// [`DbError::Sql`] if the table or a column does not exist, which PostgreSQL tells with the first rows.
    pub fn bulk<'a>(
        &'a mut self,
        table: &'static str,
        columns: &'static [(&'static str, Type)],
    ) -> Result<Bulk<'a>, DbError> {
        self.ready()?;
        let Self {
            session,
            failed,
            race,
            ..
        } = self;
        let bulk = match session {
            Session::Sqlite(session) => session.bulk(table, columns).map(Writer::Sqlite),
            Session::Postgres(session) => session.bulk(table, columns).map(Writer::Postgres),
        };
        match bulk {
            Ok(writer) => Ok(Bulk::new(writer, columns, failed, race)),
            Err(error) => {
                *failed = true;
                Err(error)
            }
        }
    }

    /// Takes `n` consecutive ids from a named counter, which starts at 1, and answers the first.
    ///
    /// On PostgreSQL the block is taken outside of this transaction, so that writers do not wait for each
    /// other; a rolled back transaction leaves a gap. On SQLite it is part of the transaction.
    ///
    /// # Errors
    /// [`DbError::Sql`] if `n` is not positive or the database was never migrated.
    pub fn next_ids(&mut self, counter: &str, n: i64) -> Result<i64, DbError> {
        const TAKE: &str = "INSERT INTO counter (name, value) VALUES ($1, $2) \
            ON CONFLICT (name) DO UPDATE SET value = counter.value + excluded.value RETURNING value";
        self.ready()?;
        if n < 1 {
            return Err(DbError::sql("a block of ids has at least one"));
        }
        let params = [Value::Text(counter), Value::Int(n)];
        let last = match &mut self.session {
            Session::Sqlite(_) => self
                .first(TAKE, &params, |row| row.get_int(0))?
                .ok_or_else(|| DbError::sql("no counter"))?,
            Session::Postgres(session) => {
                let result = session.take_ids(TAKE, &params);
                self.note(result)?
            }
        };
        Ok(last - n + 1)
    }

    /// Locks stripes of a named space until the transaction ends, in ascending order so that two transactions
    /// never wait for each other. SQLite has one writer, so there is nothing to lock.
    ///
    /// # Errors
    /// [`DbError::Timeout`] or [`DbError::Collision`] on PostgreSQL.
    pub fn lock_stripes(&mut self, space: i32, stripes: &[i32]) -> Result<(), DbError> {
        const LOCK: &str =
            "SELECT COUNT(pg_advisory_xact_lock($1::int4, stripe)) FROM unnest($2::int4[]) AS stripe";
        self.ready()?;
        if self.engine() == Engine::Sqlite || stripes.is_empty() {
            return Ok(());
        }
        let mut ascending: Vec<i64> = stripes.iter().copied().map(i64::from).collect();
        ascending.sort_unstable();
        ascending.dedup();
        let params = [Value::from(space), Value::Ints(&ascending)];
        self.first(LOCK, &params, |_| Ok::<_, DbError>(())).map(|_| ())
    }

    /// Runs `f` so that its failure undoes only its own effects and leaves the transaction usable.
    ///
    /// # Errors
    /// Whatever `f` returns.
    pub fn savepoint<T, E: From<DbError>>(
        &mut self,
        f: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.batch("SAVEPOINT inner_step")?;
        let mut result = f(self);
        if result.is_ok() && self.failed {
            result = Err(E::from(DbError::Aborted));
        }
        if result.is_ok() {
            self.batch("RELEASE SAVEPOINT inner_step")?;
            return result;
        }
        let failed = std::mem::replace(&mut self.failed, false);
        let undone = self
            .batch("ROLLBACK TO SAVEPOINT inner_step")
            .and_then(|()| self.batch("RELEASE SAVEPOINT inner_step"));
        if let Err(error) = undone {
            // the engine gave up the whole transaction; the first error tells more than this one
            self.failed = true;
            return if failed { result } else { Err(E::from(error)) };
        }
        result
    }

    /// Runs several statements without parameters.
    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), DbError> {
        self.ready()?;
        let result = match &mut self.session {
            Session::Sqlite(session) => session.batch(sql),
            Session::Postgres(session) => session.batch(sql),
        };
        self.note(result)
    }

    fn ready(&self) -> Result<(), DbError> {
        if self.failed {
            Err(DbError::Aborted)
        } else if self.attention.is_gone() {
            Err(DbError::Abandoned)
        } else {
            Ok(())
        }
    }

    fn storable(&mut self, params: &[Value<'_>]) -> Result<(), DbError> {
        let result = params.iter().try_for_each(Value::storable);
        self.note(result)
    }

    fn note<T>(&mut self, result: Result<T, DbError>) -> Result<T, DbError> {
        if let Err(error) = &result {
            self.failed = true;
            self.race.note(error);
        }
        result
    }
}
