//! The one thread that writes, and commits all that waits together.
//!
//! The first closure of a batch runs in the plain transaction, each later one inside a savepoint, so that a
//! failing closure undoes only itself. One commit, and thus one wait for the disk, makes the batch durable;
//! only then are the closures answered.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::checkpoint::{self, Gauge};
use super::connection::{Conn, Role, Settings, open};
use super::error::map;
use super::session;
use crate::tx::Session;
use crate::{DbError, Tx};

/// Closures per commit.
const BATCH: usize = 256;
/// Time spent in closures before a commit, so that early ones do not wait for many late ones.
const BATCH_TIME: Duration = Duration::from_millis(5);

pub(crate) struct Writer {
    queue: Mutex<Option<SyncSender<Command>>>,
    thread: Mutex<Option<std::thread::JoinHandle<()>>>,
    counters: Arc<Counters>,
}

#[derive(Default)]
struct Counters {
    commits: AtomicU64,
    waiting: AtomicUsize,
}

enum Command {
    Run(Box<dyn Job>),
    Stop,
}

/// A closure on its way through the writer.
trait Job: Send {
    /// Runs it; `false` if its effects must be undone.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Hands its result to the caller, or the error that kept it from becoming durable.
    fn answer(self: Box<Self>, committed: Result<(), DbError>);
}

struct Task<T, E, F> {
    work: F,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Job for Task<T, E, F>
where
    T: Send,
    E: From<DbError> + Send,
    F: Fn(&mut Tx<'_>) -> Result<T, E> + Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        let result = tx.run(|tx| (self.work)(tx));
        let good = result.is_ok();
        self.result = Some(result);
        good
    }

    fn answer(self: Box<Self>, committed: Result<(), DbError>) {
        let result = match (committed, self.result) {
            (Ok(()), Some(result)) => result,
            (Ok(()), None) => Err(E::from(DbError::closed())),
            (Err(error), _) => Err(E::from(error)),
        };
        // a caller that went away does not need the answer
        drop(self.reply.send(result));
    }
}

/// The answer to come of a queued closure.
pub(crate) struct Queued<T, E>(oneshot::Receiver<Result<T, E>>);

impl<T, E: From<DbError>> Future for Queued<T, E> {
    type Output = Result<T, E>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T, E>> {
        Pin::new(&mut self.0)
            .poll(context)
            .map(|answer| answer.unwrap_or_else(|_| Err(E::from(DbError::closed()))))
    }
}

impl Writer {
    pub(crate) fn start(settings: Arc<Settings>, gauge: Arc<Gauge>) -> Result<Self, DbError> {
        let mut connection = open(&settings, Role::Writer)?;
        let hook = Arc::clone(&gauge);
        connection
            .raw
            .wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, pages| {
                hook.committed(u64::try_from(pages).unwrap_or(0));
                Ok(())
            }))
            .map_err(map)?;
        let (sender, queue) = sync_channel(settings.options.write_queue.max(1));
        let counters = Arc::new(Counters::default());
        let shared = Arc::clone(&counters);
        let thread = std::thread::Builder::new()
            .name("entente-writer".to_owned())
            .spawn(move || {
                Loop {
                    connection,
                    settings,
                    gauge,
                    queue,
                    counters: shared,
                    stopping: false,
                }
                .work();
            })
            .map_err(|error| DbError::unavailable(error.to_string()))?;
        Ok(Self {
            queue: Mutex::new(Some(sender)),
            thread: Mutex::new(Some(thread)),
            counters,
        })
    }

    pub(crate) fn submit<T, E, F>(&self, work: F) -> Result<Queued<T, E>, DbError>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job: Box<dyn Job> = Box::new(Task {
            work,
            result: None,
            reply,
        });
        let queue = self.queue.lock();
        let sender = queue.as_ref().ok_or_else(DbError::closed)?;
        self.counters.waiting.fetch_add(1, Relaxed);
        sender.try_send(Command::Run(job)).map_err(|error| {
            self.counters.waiting.fetch_sub(1, Relaxed);
            match error {
                TrySendError::Full(_) => DbError::Busy,
                TrySendError::Disconnected(_) => DbError::closed(),
            }
        })?;
        Ok(Queued(answer))
    }

    pub(crate) fn commits(&self) -> u64 {
        self.counters.commits.load(Relaxed)
    }

    pub(crate) fn waiting(&self) -> usize {
        self.counters.waiting.load(Relaxed)
    }

    /// Answers what is queued, then ends the thread.
    pub(crate) fn stop(&self) {
        let sender = self.queue.lock().take();
        if let Some(sender) = sender {
            // fails only if the thread is gone already
            drop(sender.send(Command::Stop));
        }
        if let Some(thread) = self.thread.lock().take() {
            drop(thread.join());
        }
    }
}

struct Loop {
    connection: Conn,
    settings: Arc<Settings>,
    gauge: Arc<Gauge>,
    queue: Receiver<Command>,
    counters: Arc<Counters>,
    stopping: bool,
}

impl Loop {
    fn work(mut self) {
        while !self.stopping {
            match self.queue.recv() {
                Ok(Command::Run(job)) => {
                    self.counters.waiting.fetch_sub(1, Relaxed);
                    self.batch(job);
                }
                Ok(Command::Stop) | Err(_) => self.stopping = true,
            }
            if self.gauge.bytes() > self.settings.options.sqlite_wal_bytes {
                self.gauge.request();
            }
        }
        self.connection.deadline.disarm();
        let ended = self
            .statement("PRAGMA optimize")
            .and_then(|()| checkpoint::run(&self.connection, "PRAGMA wal_checkpoint(TRUNCATE)"));
        if let Err(error) = ended {
            tracing::warn!(%error, "the database was closed without emptying its write-ahead log");
        }
    }

    /// Runs a closure and all that wait behind it, commits once, answers all.
    fn batch(&mut self, first: Box<dyn Job>) {
        let started = Instant::now();
        let mut done = Vec::new();
        let mut next = Some(first);
        while let Some(job) = next.take() {
            self.run(job, &mut done);
            if done.len() < BATCH && started.elapsed() < BATCH_TIME {
                next = self.waiting();
            }
        }
        if !done.is_empty() {
            self.commit(done);
        }
    }

    fn waiting(&mut self) -> Option<Box<dyn Job>> {
        match self.queue.try_recv() {
            Ok(Command::Run(job)) => {
                self.counters.waiting.fetch_sub(1, Relaxed);
                Some(job)
            }
            Ok(Command::Stop) => {
                self.stopping = true;
                None
            }
            Err(_) => None,
        }
    }

    /// Runs one closure; a good one joins `done`, a failed one is undone and answered at once.
    fn run(&mut self, mut job: Box<dyn Job>, done: &mut Vec<Box<dyn Job>>) {
        let alone = done.is_empty();
        let begun = self.statement(if alone { "BEGIN IMMEDIATE" } else { "SAVEPOINT job" });
        if let Err(error) = begun {
            return job.answer(Err(error));
        }
        let session = session::Session::new(&self.connection, &self.settings.rewriter);
        let good = job.run(&mut Tx::new(Session::Sqlite(session)));
        self.connection.deadline.disarm();
        if good {
            let released = if alone {
                Ok(())
            } else {
                self.statement("RELEASE job")
            };
            return match released {
                Ok(()) => done.push(job),
                Err(error) => job.answer(Err(error)),
            };
        }
        let undone = if self.connection.raw.is_autocommit() {
            // a full disk or an interrupted statement undoes the whole transaction, also what others did in it
            job.answer(Ok(()));
            return self.each_alone(std::mem::take(done));
        } else if alone {
            self.statement("ROLLBACK")
        } else {
            self.statement("ROLLBACK TO job")
                .and_then(|()| self.statement("RELEASE job"))
        };
        job.answer(Ok(()));
        if let Err(error) = undone {
            self.give_up(&error, std::mem::take(done));
        }
    }

    fn commit(&mut self, done: Vec<Box<dyn Job>>) {
        match self.statement("COMMIT") {
            Ok(()) => {
                self.counters.commits.fetch_add(1, Relaxed);
                for job in done {
                    job.answer(Ok(()));
                }
            }
            // a deferred constraint is checked here and is the fault of one closure, not of all
            Err(DbError::ForeignKey { .. }) if done.len() > 1 => {
                drop(self.statement("ROLLBACK"));
                self.each_alone(done);
            }
            Err(error) => self.give_up(&error, done),
        }
    }

    /// Runs closures again, each with a commit of its own.
    fn each_alone(&mut self, jobs: Vec<Box<dyn Job>>) {
        for job in jobs {
            let mut done = Vec::new();
            self.run(job, &mut done);
            if !done.is_empty() {
                self.commit(done);
            }
        }
    }

    fn give_up(&mut self, error: &DbError, jobs: Vec<Box<dyn Job>>) {
        if !self.connection.raw.is_autocommit() {
            drop(self.statement("ROLLBACK"));
        }
        for job in jobs {
            job.answer(Err(error.clone()));
        }
    }

    fn statement(&self, sql: &str) -> Result<(), DbError> {
        let mut statement = self.connection.raw.prepare_cached(sql).map_err(map)?;
        let mut rows = statement.raw_query();
        while rows.next().map_err(map)?.is_some() {}
        Ok(())
    }
}
