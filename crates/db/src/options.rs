//! What an operator can set about the database.

use crate::DbError;

/// Which database serves a [`crate::Db`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Engine {
    /// The embedded database, one file.
    Sqlite,
    /// A PostgreSQL server.
    Postgres,
}

/// How to open a database. Every field but `url` has a sensible default.
#[derive(Clone)]
pub struct Options {
    /// `sqlite:<path>` or `postgres://user@host/database`.
    pub url: String,
    /// SQLite: connections that read at the same time.
    pub readers: usize,
    /// PostgreSQL: connections in the pool.
    pub pool: usize,
    /// How long a caller waits for a free connection, in milliseconds, before [`DbError::Busy`].
    pub acquire_timeout_ms: u64,
    /// How long one statement may run, in milliseconds; 0 means without limit.
    pub statement_timeout_ms: u64,
    /// SQLite: write closures that may wait before a new one is refused with [`DbError::Busy`].
    pub write_queue: usize,
    /// SQLite: page cache of the writer, in KiB. A larger transaction spills to disk.
    pub sqlite_cache_kib: u32,
    /// SQLite: page cache of each reader, in KiB.
    pub sqlite_reader_cache_kib: u32,
    /// SQLite: size of the write-ahead log, in bytes, at which it is copied into the database.
    pub sqlite_wal_bytes: u64,
    /// SQLite: whether a commit waits for the disk. `false` is for tests only: a power cut may lose data.
    pub sqlite_durable: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            url: "sqlite:entente.db".to_owned(),
            readers: 4,
            pool: 16,
            acquire_timeout_ms: 10_000,
            statement_timeout_ms: 120_000,
            write_queue: 1024,
            sqlite_cache_kib: 64 * 1024,
            sqlite_reader_cache_kib: 8 * 1024,
            sqlite_wal_bytes: 64 << 20,
            sqlite_durable: true,
        }
    }
}

impl Options {
    /// The engine that the URL names.
    ///
    /// # Errors
    /// [`DbError::Unsupported`] for any other scheme.
    pub fn engine(&self) -> Result<Engine, DbError> {
        if self.url.starts_with("sqlite:") {
            Ok(Engine::Sqlite)
        } else if self.url.starts_with("postgres://") || self.url.starts_with("postgresql://") {
            Ok(Engine::Postgres)
        } else {
            Err(DbError::unsupported(
                "a database URL starts with sqlite: or postgres://",
            ))
        }
    }
}
