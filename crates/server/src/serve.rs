//! `entente serve`: listens at once, opens the store, serves until told to stop.
mod body;
mod caller;
mod connections;
mod head;
mod request;

use crate::Failed;
use crate::config::Config;
use crate::metrics::Figures;
use crate::{metrics, store, terminal};
use anyhow::Context;
use connections::Connections;
use entente_engine::App;
use entente_engine::bootstrap::{Created, FirstAccount};
use request::RequestIds;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// Running requests get this long after the order to stop; the contract allows ten seconds in all.
const GRACE: Duration = Duration::from_secs(7);
/// For closing the database afterwards.
const CLOSING: Duration = Duration::from_secs(2);

/// What every request needs.
pub struct Server {
    /// Settings.
    pub config: Config,
    /// Open connections.
    pub connections: Connections,
    /// The engine, once the store is open and migrated.
    pub app: OnceLock<App>,
    /// Figures for Prometheus.
    pub figures: Figures,
    /// Ids of requests that bring none.
    pub ids: RequestIds,
}

/// Serves until SIGTERM or SIGINT.
///
/// # Errors
/// [`Failed`] when the address or the store cannot be opened.
pub async fn run(config: Config, first: FirstAccount) -> Result<(), Failed> {
    let mut signals = Signals::new().context("cannot listen for signals")?;
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("cannot listen on {}", config.listen))?;
    let address = listener.local_addr().context("cannot listen")?;
    let _lock = store::exclusive(&config)?;
    let base_url = config
        .base_url
        .clone()
        .unwrap_or_else(|| format!("http://{address}"));
    let server = Arc::new(Server {
        connections: Connections::new(config.limits.connections),
        app: OnceLock::new(),
        figures: metrics::start()?,
        ids: RequestIds::new().context("no randomness")?,
        config,
    });
    let (stop, stopping) = watch::channel(false);
    let accepting = tokio::spawn(connections::accept(Arc::clone(&server), listener, stopping));
    tracing::info!(%address, "listening");
    let outcome = tokio::select! {
        started = start_and_work(&server, base_url, first, address) => started,
        signal = signals.next() => {
            tracing::info!(signal, "stopping");
            Ok(())
        }
    };
    stop.send_replace(true);
    // The accepting task ends when the last connection has.
    if tokio::time::timeout(GRACE, accepting).await.is_err() {
        tracing::warn!(
            connections = server.connections.open(),
            "stopped before every request was finished"
        );
    }
    if let Some(app) = server.app.get() {
        drop(tokio::time::timeout(CLOSING / 2, write_key_log(app)).await);
        drop(tokio::time::timeout(CLOSING, app.db().clone().close()).await);
    }
    tracing::info!("stopped");
    outcome
}

/// Opens the store and then keeps the figures tidy for ever; ends only with a failure.
async fn start_and_work(
    server: &Arc<Server>,
    base_url: String,
    first: FirstAccount,
    address: SocketAddr,
) -> Result<(), Failed> {
    let (app, created) = store::start(&server.config, base_url, first).await?;
    if created.is_some() {
        let shipped = entente_engine::knowledge::import_shipped(&app).await;
        shipped.context("cannot load the libraries of this program")?;
    }
    let url = app.base_url().to_owned();
    drop(server.app.set(app));
    if let Some(created) = created {
        show_first_login(&created, &url);
    }
    tracing::info!(%address, url, "ready");
    loop {
        tokio::time::sleep(Duration::from_secs(5)).await;
        server.figures.settle();
        if let Some(app) = server.app.get() {
            write_key_log(app).await;
        }
    }
}

/// How keys were used is noted in memory and written now and then; what cannot be written is kept.
async fn write_key_log(app: &App) {
    if let Err(error) = app.write_key_log().await {
        tracing::warn!(%error, "the use of API keys could not be written down yet");
    }
}

/// Generated credentials, once, for the person at the terminal; never through the log.
fn show_first_login(created: &Created, url: &str) {
    if created.password.is_none() && created.key.is_none() {
        return;
    }
    let line = "-".repeat(72);
    let given = "(as given)".to_owned();
    terminal::complain(&format!(
        "{line}\n  First login of this new store; shown only once.\n\n  \
         URL        {url}\n  login      {}\n  password   {}\n  API key    {}\n{line}",
        created.email,
        created.password.as_ref().unwrap_or(&given),
        created.key.as_ref().unwrap_or(&given),
    ));
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}
