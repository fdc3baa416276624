//! The embedded engine: one writer thread with group commit, several readers, a checkpoint thread.
//!
//! spec: 13#8.3, 11#SR-ST-2

mod checkpoint;
mod connection;
mod error;
mod functions;
mod like;
mod reader;
mod session;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

pub(crate) use session::{Insert, Session};
pub(crate) use writer::Queued;

use self::checkpoint::Checkpointer;
use self::connection::{Role, Settings};
use self::error::map;
use self::reader::Readers;
use self::writer::Writer;
use crate::rewrite::Rewriter;
use crate::{DbError, Engine, Options, Tx};

pub(crate) struct Sqlite {
    settings: Arc<Settings>,
    readers: Readers,
    writer: Writer,
    checkpointer: Checkpointer,
    closed: AtomicBool,
    unclean: bool,
}

impl Sqlite {
    pub(crate) fn open(options: &Options) -> Result<Self, DbError> {
        let path = PathBuf::from(options.url.strip_prefix("sqlite:").unwrap_or_default());
        if path.as_os_str().is_empty() || path.as_os_str() == ":memory:" {
            return Err(DbError::unsupported("sqlite: needs the path of a file"));
        }
        let wal = std::fs::metadata(connection::beside(&path, "-wal"));
        let unclean = wal.is_ok_and(|wal| wal.len() > 0);
        connection::create_private(&path)?;
        let settings = Arc::new(Settings {
            path,
            options: options.clone(),
            rewriter: Rewriter::new(Engine::Sqlite),
        });
        let checkpointer = Checkpointer::start(Arc::clone(&settings))?;
        let writer = Writer::start(Arc::clone(&settings), checkpointer.gauge())?;
        let readers = Readers::new(Arc::clone(&settings));
        Ok(Self {
            settings,
            readers,
            writer,
            checkpointer,
            closed: AtomicBool::new(false),
            unclean,
        })
    }

    pub(crate) fn readers(&self) -> Result<&Readers, DbError> {
        if self.closed.load(Relaxed) {
            Err(DbError::closed())
        } else {
            Ok(&self.readers)
        }
    }

    pub(crate) fn submit<T, E, F>(&self, work: F) -> Result<Queued<T, E>, DbError>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        if self.closed.load(Relaxed) {
            return Err(DbError::closed());
        }
        self.writer.submit(work)
    }

    pub(crate) fn commits(&self) -> u64 {
        self.writer.commits()
    }

    pub(crate) fn waiting(&self) -> usize {
        self.writer.waiting()
    }

    pub(crate) fn unclean(&self) -> bool {
        self.unclean
    }

    /// Copies the whole database, consistent at one instant, while readers and the writer go on.
    pub(crate) fn backup(&self, to: &Path) -> Result<u64, DbError> {
        const PAGES_PER_STEP: i32 = 2048;
        let partial = connection::beside(to, ".partial");
        let failed = |error: std::io::Error| DbError::unavailable(format!("backup file: {error}"));
        if partial.exists() {
            std::fs::remove_file(&partial).map_err(failed)?;
        }
        connection::create_private(&partial)?;
        let copied = (|| {
            let source = connection::open(&self.settings, Role::Reader)?;
            // the open snapshot keeps other connections' commits from restarting the copy
            source
                .raw
                .execute_batch("BEGIN; SELECT COUNT(*) FROM sqlite_schema")
                .map_err(map)?;
            let mut target = rusqlite::Connection::open(&partial).map_err(map)?;
            let backup = rusqlite::backup::Backup::new(&source.raw, &mut target).map_err(map)?;
            backup
                .run_to_completion(PAGES_PER_STEP, Duration::ZERO, None)
                .map_err(map)?;
            drop(backup);
            target.close().map_err(|(_, error)| map(error))
        })();
        if let Err(error) = copied {
            // the error that matters is the copy's
            drop(std::fs::remove_file(&partial));
            return Err(error);
        }
        std::fs::rename(&partial, to).map_err(failed)?;
        std::fs::metadata(to).map(|file| file.len()).map_err(failed)
    }

    pub(crate) fn maintain(&self, sql: &str) -> Result<(), DbError> {
        connection::open(&self.settings, Role::Maintenance)?
            .raw
            .execute_batch(sql)
            .map_err(map)
    }

    pub(crate) fn integrity_check(&self) -> Result<Vec<String>, DbError> {
        let connection = connection::open(&self.settings, Role::Maintenance)?;
        let mut problems = Vec::new();
        let mut check = connection.raw.prepare("PRAGMA integrity_check").map_err(map)?;
        let mut rows = check.raw_query();
        while let Some(row) = rows.next().map_err(map)? {
            let line: String = row.get(0).map_err(map)?;
            if line != "ok" {
                problems.push(line);
            }
        }
        let mut check = connection.raw.prepare("PRAGMA foreign_key_check").map_err(map)?;
        let mut rows = check.raw_query();
        while let Some(row) = rows.next().map_err(map)? {
            let (table, parent): (String, String) = (row.get(0).map_err(map)?, row.get(2).map_err(map)?);
            problems.push(format!("a row of {table} refers to a missing row of {parent}"));
        }
        Ok(problems)
    }

    /// Answers what is queued, copies the log into the file and stops the threads.
    pub(crate) fn close(&self) {
        if self.closed.swap(true, Relaxed) {
            return;
        }
        self.readers.close();
        self.checkpointer.stop();
        self.writer.stop();
    }
}
