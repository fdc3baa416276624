//! Opening a connection with the settings of its role.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};

use parking_lot::Mutex;

use super::error::map;
use super::functions;
use crate::attention::Attention;
use crate::rewrite::Rewriter;
use crate::{DbError, Options};

/// Prepared statements kept per connection.
const STATEMENTS: usize = 400;
/// Instructions between two looks at the clock; a few hundred microseconds of work.
const INSTRUCTIONS: i32 = 20_000;

/// What all connections of one database share.
pub(crate) struct Settings {
    pub path: PathBuf,
    pub options: Options,
    pub rewriter: Rewriter,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Writer,
    Reader,
    /// Checkpoints and checks; without a time limit.
    Maintenance,
}

/// A connection and what interrupts its statements.
pub(crate) struct Conn {
    pub raw: Connection,
    pub deadline: Arc<Deadline>,
}

/// When the running statement must end: at a time, in microseconds since `base` (0 means never), or as soon as
/// nobody waits for it.
pub(crate) struct Deadline {
    base: Instant,
    at: AtomicU64,
    limit: u64,
    attention: Mutex<Option<Attention>>,
}

impl Deadline {
    fn now(&self) -> u64 {
        u64::try_from(self.base.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// Starts the time of one statement.
    pub(crate) fn arm(&self) {
        if self.limit > 0 {
            self.at.store(self.now().saturating_add(self.limit), Relaxed);
        }
    }

    pub(crate) fn disarm(&self) {
        self.at.store(0, Relaxed);
    }

    /// Whose waiting counts from now on.
    pub(crate) fn heed(&self, attention: Option<&Attention>) {
        *self.attention.lock() = attention.cloned();
    }

    fn passed(&self) -> bool {
        let at = self.at.load(Relaxed);
        at > 0 && self.now() > at || self.attention.lock().as_ref().is_some_and(Attention::is_gone)
    }
}

pub(crate) fn open(settings: &Settings, role: Role) -> Result<Conn, DbError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let raw = Connection::open_with_flags(&settings.path, flags).map_err(map)?;
    let limit = if role == Role::Maintenance {
        0
    } else {
        settings.options.statement_timeout_ms
    };
    let deadline = Arc::new(Deadline {
        base: Instant::now(),
        at: AtomicU64::new(0),
        limit: limit.saturating_mul(1000),
        attention: Mutex::default(),
    });
    let mut connection = Conn { raw, deadline };
    configure(&mut connection, settings, role).map_err(map)?;
    Ok(connection)
}

fn configure(connection: &mut Conn, settings: &Settings, role: Role) -> rusqlite::Result<()> {
    let options = &settings.options;
    let raw = &mut connection.raw;
    raw.busy_timeout(Duration::from_secs(30))?;
    if role == Role::Writer {
        // both are properties of the file; the page size only matters before the first table
        raw.execute_batch("PRAGMA page_size=4096; PRAGMA journal_mode=WAL;")?;
    }
    let synchronous = if options.sqlite_durable { "FULL" } else { "OFF" };
    let cache = if role == Role::Writer {
        options.sqlite_cache_kib
    } else {
        options.sqlite_reader_cache_kib
    };
    let query_only = if role == Role::Reader { "ON" } else { "OFF" };
    raw.execute_batch(&format!(
        "PRAGMA synchronous={synchronous}; PRAGMA wal_autocheckpoint=0; PRAGMA foreign_keys=ON;
         PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA cache_size=-{cache};
         PRAGMA query_only={query_only};"
    ))?;
    raw.set_prepared_statement_cache_capacity(STATEMENTS);
    rusqlite::vtab::array::load_module(raw)?;
    functions::register(raw)?;
    if role == Role::Reader || connection.deadline.limit > 0 {
        let deadline = Arc::clone(&connection.deadline);
        raw.progress_handler(INSTRUCTIONS, Some(move || deadline.passed()))?;
    }
    Ok(())
}

/// Creates the file for its owner only. SQLite gives its side files the same mode. (spec: 11#SR-ST-2)
pub(crate) fn create_private(path: &Path) -> Result<(), DbError> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let failed = |error: std::io::Error| DbError::unavailable(format!("database file: {error}"));
    let file = options.open(path).map_err(failed)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if file.metadata().map_err(failed)?.permissions().mode() & 0o077 != 0 {
            file.set_permissions(std::fs::Permissions::from_mode(0o600))
                .map_err(failed)?;
        }
    }
    drop(file);
    Ok(())
}

/// The path with something appended to its name.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
