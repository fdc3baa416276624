//! The handle that everything else holds.

use std::path::Path;
use std::sync::Arc;

use tokio::task::spawn_blocking;

use crate::attention::Attention;
use crate::migrate::{self, Applied, Migration};
use crate::postgres::Postgres;
use crate::sqlite::Sqlite;
use crate::wait::block_on;
use crate::{DbError, Engine, Options, Tx};

/// An open database; cheap to clone. The async methods need a tokio runtime with its timer enabled.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

enum Inner {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Db {
    /// Opens the database; SQLite's file is created if missing.
    ///
    /// # Errors
    /// [`DbError::Unsupported`] for a URL that asks for what is not there, [`DbError::Unavailable`] if the
    /// database cannot be reached.
    pub async fn open(options: Options) -> Result<Self, DbError> {
        let inner = match options.engine()? {
            Engine::Sqlite => Inner::Sqlite(blocking(move || Sqlite::open(&options)).await?),
            Engine::Postgres => {
                let postgres = Postgres::open(&options)?;
                postgres.check().await?;
                Inner::Postgres(postgres)
            }
        };
        Ok(Self(Arc::new(inner)))
    }

    /// Which engine this is.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match &*self.0 {
            Inner::Sqlite(_) => Engine::Sqlite,
            Inner::Postgres(_) => Engine::Postgres,
        }
    }

    /// Brings the schema up to date. Safe to call from several servers at once.
    ///
    /// # Errors
    /// [`DbError::Migration`] if an applied migration's text has changed or the order does not fit.
    pub async fn migrate(&self, list: &[Migration]) -> Result<Applied, DbError> {
        let applied = migrate::run(self, list).await?;
        if let Inner::Postgres(postgres) = &*self.0 {
            postgres.forget_statements();
        }
        Ok(applied)
    }

    /// Runs `f` on a consistent, read-only snapshot, on a blocking thread. Dropping the future interrupts it.
    ///
    /// # Errors
    /// Whatever `f` returns, or [`DbError::Busy`] and [`DbError::Unavailable`].
    pub async fn read<T, E>(
        &self,
        f: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        match &*self.0 {
            Inner::Sqlite(sqlite) => {
                let reader = sqlite.readers()?.acquire().await?;
                let attention = Attention::default();
                let _waiting = attention.waiting(|| ());
                blocking({
                    let attention = attention.clone();
                    move || reader.run(&attention, f)
                })
                .await
            }
            Inner::Postgres(postgres) => {
                let client = postgres.acquire().await?;
                let shared = postgres.shared();
                let attention = Attention::default();
                let _waiting = attention.waiting(shared.interrupt(&client, &attention));
                blocking({
                    let attention = attention.clone();
                    move || shared.read(client, &attention, f)
                })
                .await
            }
        }
    }

    /// Runs `f` in one transaction and answers when it is durable. `f` may run again after a collision with
    /// another transaction, so it has no effect outside of the transaction.
    ///
    /// # Errors
    /// Whatever `f` returns (its effects are then undone), or [`DbError::Busy`] and [`DbError::Unavailable`].
    pub async fn write<T, E>(&self, f: impl Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        match &*self.0 {
            Inner::Sqlite(sqlite) => sqlite.submit(f)?.await,
            Inner::Postgres(postgres) => {
                let client = postgres.acquire().await?;
                let shared = postgres.shared();
                blocking(move || shared.write(&client, f)).await
            }
        }
    }

    /// [`Db::read`] on the calling thread, inside or outside of a runtime.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub fn read_blocking<T, E: From<DbError>>(
        &self,
        f: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        match &*self.0 {
            Inner::Sqlite(sqlite) => sqlite
                .readers()?
                .acquire_blocking()?
                .run(&Attention::default(), f),
            Inner::Postgres(postgres) => {
                let client = block_on(postgres.acquire())?;
                postgres.shared().read(client, &Attention::default(), f)
            }
        }
    }

    /// [`Db::write`] while the calling thread waits, inside or outside of a runtime.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub fn write_blocking<T, E>(
        &self,
        f: impl Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        match &*self.0 {
            Inner::Sqlite(sqlite) => block_on(sqlite.submit(f)?),
            Inner::Postgres(postgres) => {
                let client = block_on(postgres.acquire())?;
                postgres.shared().write(&client, f)
            }
        }
    }

    /// Copies the database to a new file while it is in use; answers the copy's size in bytes.
    ///
    /// # Errors
    /// [`DbError::Unsupported`] on PostgreSQL, [`DbError::Unavailable`] if the file cannot be written.
    pub async fn backup(&self, to: &Path) -> Result<u64, DbError> {
        let (db, to) = (self.clone(), to.to_owned());
        blocking(move || match &*db.0 {
            Inner::Sqlite(sqlite) => sqlite.backup(&to),
            Inner::Postgres(_) => Err(DbError::unsupported(
                "backup of PostgreSQL; use pg_dump or the server's base backup",
            )),
        })
        .await
    }

    /// What is damaged in the database; empty if all is well. Reads everything on SQLite.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] if the check cannot run.
    pub async fn integrity_check(&self) -> Result<Vec<String>, DbError> {
        const INVALID: &str = "SELECT CAST(CAST(indexrelid AS regclass) AS TEXT) FROM pg_index \
            WHERE NOT indisvalid UNION ALL SELECT conname::text FROM pg_constraint WHERE NOT convalidated";
        if self.engine() == Engine::Postgres {
            return self
                .read(|tx| {
                    tx.all(INVALID, &[], |row| {
                        Ok(format!("{} is not valid", row.get_str(0)?))
                    })
                })
                .await;
        }
        let db = self.clone();
        blocking(move || match &*db.0 {
            Inner::Sqlite(sqlite) => sqlite.integrity_check(),
            Inner::Postgres(_) => Ok(Vec::new()),
        })
        .await
    }

    /// Runs one statement that no transaction may contain (`VACUUM`, `CREATE DATABASE`), on the calling thread.
    ///
    /// # Errors
    /// The statement's own failure.
    pub fn maintain_blocking(&self, sql: &str) -> Result<(), DbError> {
        match &*self.0 {
            Inner::Sqlite(sqlite) => sqlite.maintain(sql),
            Inner::Postgres(postgres) => postgres.maintain(sql),
        }
    }

    /// Whether SQLite's last process ended without closing the database, which then deserves a check.
    #[must_use]
    pub fn unclean_stop(&self) -> bool {
        match &*self.0 {
            Inner::Sqlite(sqlite) => sqlite.unclean(),
            Inner::Postgres(_) => false,
        }
    }

    /// Answers what is queued, empties the write-ahead log and stops the threads. Other clones of this handle
    /// get [`DbError::Unavailable`] from then on.
    pub async fn close(self) {
        let db = self.clone();
        let closed: Result<(), DbError> = blocking(move || {
            db.close_blocking();
            Ok(())
        })
        .await;
        if let Err(error) = closed {
            tracing::warn!(%error, "the database was not closed");
        }
    }

    /// [`Db::close`] on the calling thread.
    pub fn close_blocking(&self) {
        match &*self.0 {
            Inner::Sqlite(sqlite) => sqlite.close(),
            Inner::Postgres(postgres) => postgres.close(),
        }
    }

    /// Durable commits so far. Compared with the number of writes it tells how many share a commit.
    #[must_use]
    pub fn commits(&self) -> u64 {
        match &*self.0 {
            Inner::Sqlite(sqlite) => sqlite.commits(),
            Inner::Postgres(postgres) => postgres.commits(),
        }
    }

    /// How many callers wait: closures queued for SQLite's writer, or for a PostgreSQL connection.
    #[must_use]
    pub fn waiting(&self) -> usize {
        match &*self.0 {
            Inner::Sqlite(sqlite) => sqlite.waiting(),
            Inner::Postgres(postgres) => postgres.waiting(),
        }
    }
}

/// Runs on a thread that may block.
async fn blocking<T, E>(work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<DbError> + Send + 'static,
{
    match spawn_blocking(work).await {
        Ok(result) => result,
        Err(_) => Err(E::from(DbError::unavailable("the runtime is shutting down"))),
    }
}
