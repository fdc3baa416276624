//! Read transactions on a small set of connections.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::connection::{Conn, Role, Settings, open};
use super::error::map;
use super::session;
use crate::attention::Attention;
use crate::tx::Session;
use crate::{DbError, Tx, wait};

pub(crate) struct Readers {
    settings: Arc<Settings>,
    permits: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Conn>>>,
}

/// The right to one connection; opened on first use.
pub(crate) struct Reader {
    settings: Arc<Settings>,
    idle: Arc<Mutex<Vec<Conn>>>,
    _permit: OwnedSemaphorePermit,
}

impl Readers {
    pub(crate) fn new(settings: Arc<Settings>) -> Self {
        let permits = Arc::new(Semaphore::new(settings.options.readers.max(1)));
        Self {
            settings,
            permits,
            idle: Arc::default(),
        }
    }

    pub(crate) async fn acquire(&self) -> Result<Reader, DbError> {
        if let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() {
            return Ok(self.reader(permit));
        }
        let waiting = tokio::time::timeout(self.patience(), Arc::clone(&self.permits).acquire_owned());
        match waiting.await {
            Ok(permit) => permit
                .map(|permit| self.reader(permit))
                .map_err(|_| DbError::closed()),
            Err(_) => Err(DbError::Busy),
        }
    }

    pub(crate) fn acquire_blocking(&self) -> Result<Reader, DbError> {
        match wait::block_on_for(self.patience(), Arc::clone(&self.permits).acquire_owned()) {
            Some(permit) => permit
                .map(|permit| self.reader(permit))
                .map_err(|_| DbError::closed()),
            None => Err(DbError::Busy),
        }
    }

    /// Refuses new readers and closes the idle connections; a running one is closed when it ends.
    pub(crate) fn close(&self) {
        self.permits.close();
        self.idle.lock().clear();
    }

    fn patience(&self) -> Duration {
        Duration::from_millis(self.settings.options.acquire_timeout_ms)
    }

    fn reader(&self, permit: OwnedSemaphorePermit) -> Reader {
        Reader {
            settings: Arc::clone(&self.settings),
            idle: Arc::clone(&self.idle),
            _permit: permit,
        }
    }
}

impl Reader {
    pub(crate) fn run<T, E: From<DbError>>(
        self,
        attention: &Attention,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let idle = self.idle.lock().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => open(&self.settings, Role::Reader)?,
        };
        statement(&connection, "BEGIN")?;
        connection.deadline.heed(Some(attention));
        let session = session::Session::new(&connection, &self.settings.rewriter);
        let result = Tx::heeding(Session::Sqlite(session), attention).run(work);
        connection.deadline.heed(None);
        attention.finish();
        if statement(&connection, "COMMIT").is_ok() && !self._permit.semaphore().is_closed() {
            self.idle.lock().push(connection);
        }
        result
    }
}

fn statement(connection: &Conn, sql: &str) -> Result<(), DbError> {
    connection.deadline.disarm();
    connection
        .raw
        .prepare_cached(sql)
        .and_then(|mut statement| statement.raw_execute())
        .map(|_| ())
        .map_err(map)
}
