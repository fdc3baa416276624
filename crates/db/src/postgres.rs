//! The server engine: a pool of connections, driven by a small runtime of its own so that closures may wait
//! for answers on any thread.

mod copy;
pub(crate) mod decode;
mod error;
mod param;
mod session;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use deadpool_postgres::{Client, Manager, ManagerConfig, Pool, PoolError, RecyclingMethod};
use futures_util::FutureExt;
use tokio::runtime::{Handle, Runtime};
use tokio_postgres::config::SslMode;
use tokio_postgres::{Config, NoTls};

pub(crate) use copy::Copy;
pub(crate) use session::Session;

use self::error::map;
use crate::attention::Attention;
use crate::rewrite::Rewriter;
use crate::tx::Race;
use crate::wait::{Inside, block_on};
use crate::{DbError, Engine, Options, Tx, tx};

/// How often a collided transaction is repeated.
const RETRIES: u32 = 6;
/// How often a transaction is repeated that met a row it may have looked for in vain. A real duplicate is
/// reported after as many attempts.
const DUPLICATE_RETRIES: u32 = 3;
const WORKERS: usize = 2;
/// Connections that only take blocks of ids.
const COUNTERS: usize = 2;
/// Between two requests to stop the same query.
const CANCEL_AGAIN: Duration = Duration::from_millis(100);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

pub(crate) struct Postgres {
    runtime: Option<Runtime>,
    shared: Arc<Shared>,
}

/// What a transaction needs of its database.
pub(crate) struct Shared {
    handle: Handle,
    pool: Pool,
    counters: Pool,
    rewriter: Rewriter,
    commits: AtomicU64,
}

impl Postgres {
    pub(crate) fn open(options: &Options) -> Result<Self, DbError> {
        let config = configure(options)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(WORKERS)
            .thread_name("entente-postgres")
            .enable_all()
            .build()
            .map_err(|error| DbError::unavailable(error.to_string()))?;
        let mut counting = config.clone();
        // the transaction that uses the ids is logged later, so its wait for the disk covers the counter too
        let settings = format!(
            "{} -c synchronous_commit=off",
            config.get_options().unwrap_or_default()
        );
        counting.options(settings);
        let shared = Arc::new(Shared {
            handle: runtime.handle().clone(),
            pool: pool(config, options.pool, options)?,
            counters: pool(counting, COUNTERS, options)?,
            rewriter: Rewriter::new(Engine::Postgres),
            commits: AtomicU64::new(0),
        });
        Ok(Self {
            runtime: Some(runtime),
            shared,
        })
    }

    /// Connects once and refuses a database in which text would behave differently.
    pub(crate) async fn check(&self) -> Result<(), DbError> {
        let client = self.acquire().await?;
        Inside::new(self.shared.handle.clone(), async move {
            let row = client
                .query_one(
                    "SELECT current_setting('server_encoding') = 'UTF8', lower('Ä') = 'ä'",
                    &[],
                )
                .await
                .map_err(|error| map(&error))?;
            let utf8: bool = row.try_get(0).map_err(|error| map(&error))?;
            let folds: bool = row.try_get(1).map_err(|error| map(&error))?;
            if !utf8 {
                return Err(DbError::unsupported("the database must have the encoding UTF8"));
            }
            if !folds {
                tracing::warn!(
                    "the database's LC_CTYPE knows no letters beyond ASCII: searches tell Ä from ä"
                );
            }
            Ok(())
        })
        .await
    }

    pub(crate) fn shared(&self) -> Arc<Shared> {
        Arc::clone(&self.shared)
    }

    pub(crate) fn acquire(&self) -> impl Future<Output = Result<Client, DbError>> + use<> {
        self.shared.acquire()
    }

    pub(crate) fn commits(&self) -> u64 {
        self.shared.commits.load(Relaxed)
    }

    pub(crate) fn waiting(&self) -> usize {
        self.shared.pool.status().waiting
    }

    pub(crate) fn maintain(&self, sql: &str) -> Result<(), DbError> {
        let client = block_on(self.acquire())?;
        block_on(client.batch_execute(sql)).map_err(|error| map(&error))
    }

    /// Forgets prepared statements, whose results may have changed with the schema.
    pub(crate) fn forget_statements(&self) {
        self.shared.pool.manager().statement_caches.clear();
        self.shared.counters.manager().statement_caches.clear();
    }

    pub(crate) fn close(&self) {
        self.shared.pool.close();
        self.shared.counters.close();
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.close();
        if let Some(runtime) = self.runtime.take() {
            // an ordinary drop would wait, which an async caller must not
            runtime.shutdown_background();
        }
    }
}

impl Shared {
    pub(crate) fn acquire(&self) -> impl Future<Output = Result<Client, DbError>> + use<> {
        let pool = self.pool.clone();
        Inside::new(self.handle.clone(), async move {
            pool.get().await.map_err(pool_error)
        })
    }

    fn counter(&self) -> Result<Client, DbError> {
        let pool = self.counters.clone();
        block_on(Inside::new(self.handle.clone(), async move {
            pool.get().await.map_err(pool_error)
        }))
    }

    /// Asks the server to stop what this connection runs, again and again until the work has ended: a request
    /// that arrives between two statements stops neither.
    pub(crate) fn interrupt(&self, client: &Client, attention: &Attention) -> impl FnOnce() + use<> {
        let (handle, token, attention) = (self.handle.clone(), client.cancel_token(), attention.clone());
        move || {
            handle.spawn(async move {
                while attention.is_gone() {
                    if let Err(error) = token.cancel_query(NoTls).await {
                        tracing::debug!(error = %map(&error), "a query could not be cancelled");
                    }
                    tokio::time::sleep(CANCEL_AGAIN).await;
                }
            });
        }
    }

    pub(crate) fn read<T, E: From<DbError>>(
        &self,
        client: Client,
        attention: &Attention,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let result = self.read_on(&client, attention, work);
        if !attention.finish() {
            // the request to cancel may still be under way and must not hit the connection's next user
            drop(Client::take(client));
        }
        result
    }

    fn read_on<T, E: From<DbError>>(
        &self,
        client: &Client,
        attention: &Attention,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let session = Session::new(client, self, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
        let mut tx = Tx::heeding(tx::Session::Postgres(session), attention);
        let result = tx.run(work);
        if begun(&mut tx) {
            // sent, not awaited: the connection's next user queues behind it and nothing depends on the answer
            drop(client.batch_execute("COMMIT").now_or_never());
        }
        result
    }

    pub(crate) fn write<T, E: From<DbError>>(
        &self,
        client: &Client,
        work: impl Fn(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut attempt = 0;
        loop {
            let session = Session::new(client, self, "BEGIN ISOLATION LEVEL READ COMMITTED");
            let mut tx = Tx::new(tx::Session::Postgres(session));
            let result = tx.run(&work);
            let mut race = if result.is_err() { tx.race() } else { Race::None };
            let mut outcome = result;
            if begun(&mut tx) {
                if outcome.is_ok() {
                    let committed = block_on(client.batch_execute("COMMIT")).map_err(|error| map(&error));
                    match committed {
                        Ok(()) => drop(self.commits.fetch_add(1, Relaxed)),
                        Err(error) => {
                            race.note(&error);
                            outcome = Err(E::from(error));
                        }
                    }
                } else if let Err(error) = block_on(client.batch_execute("ROLLBACK")) {
                    tracing::debug!(error = %map(&error), "a transaction could not be rolled back");
                }
            }
            let retries = match race {
                Race::None => 0,
                Race::Duplicate => DUPLICATE_RETRIES,
                Race::Collision => RETRIES,
            };
            if attempt >= retries {
                return outcome;
            }
            attempt += 1;
            std::thread::sleep(self.pause(attempt));
        }
    }

    /// Grows with each attempt and differs between threads, so that the same two do not meet again.
    fn pause(&self, attempt: u32) -> Duration {
        let spread = self.commits.load(Relaxed).wrapping_mul(7) % 11;
        Duration::from_millis((2_u64 << attempt.min(8)) + spread)
    }
}

fn begun(tx: &mut Tx<'_>) -> bool {
    matches!(tx.session(), tx::Session::Postgres(session) if session.begun())
}

fn configure(options: &Options) -> Result<Config, DbError> {
    // the parser's message may repeat the URL, which may hold a password
    let mut config: Config = options.url.parse().map_err(|_| {
        DbError::unsupported(
            "the PostgreSQL URL is not understood (sslmode may be disable, prefer or require)",
        )
    })?;
    if config.get_ssl_mode() == SslMode::Require {
        return Err(DbError::unsupported(
            "TLS to PostgreSQL is not built in, but the URL demands it with sslmode=require; use a local socket or tunnel and sslmode=disable",
        ));
    }
    config.ssl_mode(SslMode::Disable);
    if config.get_application_name().is_none() {
        config.application_name("entente");
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_TIMEOUT);
    }
    let timeout = format!(
        "{} -c statement_timeout={}",
        config.get_options().unwrap_or_default(),
        options.statement_timeout_ms
    );
    config.options(timeout);
    Ok(config)
}

fn pool(config: Config, size: usize, options: &Options) -> Result<Pool, DbError> {
    let manager = Manager::from_config(
        config,
        NoTls,
        ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        },
    );
    Pool::builder(manager)
        .max_size(size.max(1))
        .runtime(deadpool_postgres::Runtime::Tokio1)
        .wait_timeout(Some(Duration::from_millis(options.acquire_timeout_ms)))
        .create_timeout(Some(CONNECT_TIMEOUT))
        .build()
        .map_err(|error| DbError::unavailable(error.to_string()))
}

fn pool_error(error: PoolError) -> DbError {
    match error {
        PoolError::Timeout(deadpool_postgres::TimeoutType::Wait) => DbError::Busy,
        PoolError::Timeout(_) => DbError::unavailable("no connection in time"),
        PoolError::Backend(error) => map(&error),
        PoolError::Closed => DbError::closed(),
        other => DbError::unavailable(other.to_string()),
    }
}
