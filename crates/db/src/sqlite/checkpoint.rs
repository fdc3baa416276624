//! Copying the write-ahead log back into the database, off the writer's path.
//!
//! A passive checkpoint copies what no reader still needs and disturbs nobody, but with readers that always
//! overlap the log never starts over. Once it is four times the limit, a checkpoint that waits for the readers
//! (and holds the writer meanwhile) makes it start over.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use super::connection::{Conn, Role, Settings, open};
use super::error::map;
use crate::DbError;

const IDLE: Duration = Duration::from_secs(30);
const PAGE: u64 = 4096;
/// How much larger than the limit the log may grow before writers are held up.
const SLACK: u64 = 4;
/// How long one waiting checkpoint may hold the writer.
const PATIENCE: Duration = Duration::from_millis(1500);

/// What the writer tells the checkpoint thread.
#[derive(Default)]
pub(crate) struct Gauge {
    frames: AtomicU64,
    dirty: AtomicBool,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    wanted: bool,
    stop: bool,
}

impl Gauge {
    /// Called after each commit with the pages now in the log.
    pub(crate) fn committed(&self, frames: u64) {
        self.frames.store(frames, Relaxed);
        self.dirty.store(true, Relaxed);
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.frames.load(Relaxed).saturating_mul(PAGE)
    }

    pub(crate) fn request(&self) {
        self.state.lock().wanted = true;
        self.changed.notify_one();
    }
}

pub(crate) struct Checkpointer {
    gauge: Arc<Gauge>,
    thread: Mutex<Option<std::thread::JoinHandle<()>>>,
}

impl Checkpointer {
    pub(crate) fn start(settings: Arc<Settings>) -> Result<Self, DbError> {
        let gauge = Arc::new(Gauge::default());
        let shared = Arc::clone(&gauge);
        let thread = std::thread::Builder::new()
            .name("entente-checkpoint".to_owned())
            .spawn(move || work(&settings, &shared))
            .map_err(|error| DbError::unavailable(error.to_string()))?;
        Ok(Self {
            gauge,
            thread: Mutex::new(Some(thread)),
        })
    }

    pub(crate) fn gauge(&self) -> Arc<Gauge> {
        Arc::clone(&self.gauge)
    }

    pub(crate) fn stop(&self) {
        self.signal();
        if let Some(thread) = self.thread.lock().take() {
            // it catches nothing and has nothing to say
            drop(thread.join());
        }
    }

    fn signal(&self) {
        self.gauge.state.lock().stop = true;
        self.gauge.changed.notify_one();
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.signal();
    }
}

fn work(settings: &Settings, gauge: &Gauge) {
    let mut connection = None;
    // the size at which waiting for readers is tried next; grows when a reader does not end
    let mut patience_at = 0;
    loop {
        {
            let mut state = gauge.state.lock();
            if !state.stop && !state.wanted {
                gauge.changed.wait_for(&mut state, IDLE);
            }
            if state.stop {
                return;
            }
            state.wanted = false;
        }
        if !gauge.dirty.swap(false, Relaxed) {
            continue;
        }
        let result = checkpoint(settings, &mut connection, gauge, &mut patience_at);
        if let Err(error) = result {
            tracing::warn!(%error, "the write-ahead log could not be copied into the database");
            connection = None;
        }
    }
}

fn checkpoint(
    settings: &Settings,
    connection: &mut Option<Conn>,
    gauge: &Gauge,
    patience_at: &mut u64,
) -> Result<(), DbError> {
    let connection = match connection {
        Some(connection) => connection,
        None => connection.insert(open(settings, Role::Maintenance)?),
    };
    let limit = settings.options.sqlite_wal_bytes;
    run(connection, "PRAGMA wal_checkpoint(PASSIVE)")?;
    let size = gauge.bytes();
    if size < limit.saturating_mul(SLACK) {
        *patience_at = 0;
        return Ok(());
    }
    if size >= *patience_at {
        connection.raw.busy_timeout(PATIENCE).map_err(map)?;
        let restarted = run(connection, "PRAGMA wal_checkpoint(RESTART)")?;
        *patience_at = if restarted { 0 } else { size.saturating_add(limit) };
        if !restarted {
            tracing::warn!(
                wal.bytes = size,
                "a long read keeps the write-ahead log from starting over"
            );
        }
    }
    Ok(())
}

/// Whether the checkpoint was complete.
pub(crate) fn run(connection: &Conn, pragma: &str) -> Result<bool, DbError> {
    connection
        .raw
        .query_row(pragma, [], |row| row.get::<_, i64>(0))
        .map(|busy| busy == 0)
        .map_err(map)
}
