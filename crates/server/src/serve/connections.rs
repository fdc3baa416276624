//! Accepting connections within limits, and ending them in order. spec: 11#SR-IN-1, 11#BI-T19
use super::head::HeadWatch;
use super::{Server, request};
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tower::Layer;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};

const MAX_HEADERS: usize = 100;
const MAX_HEAD_BYTES: usize = 32 << 10;
/// Large enough to read bodies in few calls.
const BUFFER: usize = 128 << 10;
/// Answers below this are sent as they are.
const COMPRESS_FROM: u64 = (1 << 10) + 1;
/// How long a connection may wait for its next request. Longer than clients pause: one that sends in the moment
/// in which the server closes gets no answer. When connections run short, the idlest is closed earlier.
const IDLE: Duration = Duration::from_mins(10);
/// Files that are not connections: database, spools, attachments.
const FILES_BESIDE_CONNECTIONS: u64 = 256;
const WANTED_FILES: u64 = 65_536;

/// The open connections.
pub struct Connections {
    most: usize,
    started: Instant,
    next: AtomicU64,
    open: Mutex<HashMap<u64, Arc<Connection>>>,
    freed: Notify,
}

/// What is known about a connection.
#[derive(Default)]
pub struct Connection {
    /// Requests being handled; a connection with one is never closed to make room.
    handling: AtomicUsize,
    /// Microseconds after the start at which bytes last moved.
    moved: AtomicU64,
    /// It was told to close; another one need not.
    leaving: AtomicBool,
    evict: Notify,
    /// A head has begun and did not arrive at once.
    head_began: Notify,
    head: Mutex<HeadWatch>,
}

/// A connection's place; given back when dropped.
struct Seat {
    server: Arc<Server>,
    number: u64,
    connection: Arc<Connection>,
}

impl Seat {
    /// How much of this time is left until bytes have not moved for so long; all of it during a request.
    fn rest_of(&self, limit: Duration) -> Duration {
        if self.connection.handling.load(Ordering::Acquire) > 0 {
            return limit;
        }
        let moved = self.connection.moved.load(Ordering::Relaxed);
        let still = self.server.connections.now().saturating_sub(moved);
        limit.saturating_sub(Duration::from_micros(still))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let connections = &self.server.connections;
        connections.open.lock().remove(&self.number);
        connections.freed.notify_one();
    }
}

/// A request being handled; counted while it lives.
pub struct Handling(Arc<Connection>);

impl Handling {
    fn new(connection: &Arc<Connection>) -> Self {
        connection.handling.fetch_add(1, Ordering::AcqRel);
        Self(Arc::clone(connection))
    }

    /// Whether the head of this request gave two lengths for its body.
    pub fn ambiguous(&self) -> bool {
        self.0.head.lock().ambiguous()
    }

    /// The body has arrived as a whole: what comes now is another head.
    pub fn body_ended(&self) {
        self.0.head.lock().restart();
    }
}

impl Drop for Handling {
    fn drop(&mut self) {
        self.0.handling.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Connections {
    /// No connections yet; never more than `most`, nor than the system's limit of open files allows.
    pub fn new(most: usize) -> Self {
        let files = raise_open_files().saturating_sub(FILES_BESIDE_CONNECTIONS);
        let most = most.min(usize::try_from(files).unwrap_or(usize::MAX)).max(1);
        Self {
            most,
            started: Instant::now(),
            next: AtomicU64::new(0),
            open: Mutex::default(),
            freed: Notify::new(),
        }
    }

    /// How many are open.
    pub fn open(&self) -> usize {
        self.open.lock().len()
    }

    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    fn is_full(&self) -> bool {
        self.open() >= self.most
    }

    /// Closes the connection on which nothing has moved for the longest time, unless all are at work.
    fn make_room(&self) {
        let open = self.open.lock();
        if open.values().any(|c| c.leaving.load(Ordering::Acquire)) {
            return;
        }
        let idlest = open
            .iter()
            .filter(|(_, c)| c.handling.load(Ordering::Acquire) == 0)
            .min_by_key(|(number, c)| (c.moved.load(Ordering::Relaxed), **number));
        if let Some((_, connection)) = idlest {
            connection.leaving.store(true, Ordering::Release);
            connection.evict.notify_one();
        }
    }

    fn seat(server: &Arc<Server>) -> Seat {
        let connections = &server.connections;
        let number = connections.next.fetch_add(1, Ordering::Relaxed);
        let connection = Arc::new(Connection::default());
        connection.moved.store(connections.now(), Ordering::Relaxed);
        connections.open.lock().insert(number, Arc::clone(&connection));
        Seat {
            server: Arc::clone(server),
            number,
            connection,
        }
    }
}

/// Raises the soft limit of open files; answers what is allowed.
fn raise_open_files() -> u64 {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.map_or(WANTED_FILES, |most| most.min(WANTED_FILES));
    if limit.current.is_some_and(|current| current < wanted) {
        let before = limit.current;
        limit.current = Some(wanted);
        if setrlimit(Resource::Nofile, limit).is_err() {
            limit.current = before;
        }
    }
    limit.current.unwrap_or(WANTED_FILES)
}

/// Accepts until told to stop, then waits until every connection has ended.
pub async fn accept(server: Arc<Server>, listener: TcpListener, mut stopping: watch::Receiver<bool>) {
    let mut running = JoinSet::new();
    loop {
        if server.connections.is_full() {
            server.connections.make_room();
            tokio::select! {
                () = server.connections.freed.notified() => {}
                // Every connection was at work; look again.
                () = tokio::time::sleep(Duration::from_millis(20)) => {}
                _ = stopping.changed() => break,
            }
            continue;
        }
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    let seat = Connections::seat(&server);
                    running.spawn(serve(seat, stream, peer, stopping.clone()));
                }
                Err(error) => {
                    // Out of files or memory: the next attempt would fail as well.
                    tracing::warn!(%error, "cannot accept a connection");
                    server.connections.make_room();
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
            _ = running.join_next(), if !running.is_empty() => {}
            _ = stopping.changed() => break,
        }
    }
    drop(listener);
    while running.join_next().await.is_some() {}
}

async fn serve(seat: Seat, stream: TcpStream, peer: SocketAddr, mut stopping: watch::Receiver<bool>) {
    // Answers are written whole; waiting for more to send only delays them.
    drop(stream.set_nodelay(true));
    let io = Watched {
        stream,
        server: Arc::clone(&seat.server),
        connection: Arc::clone(&seat.connection),
    };
    let (server, connection) = (Arc::clone(&seat.server), Arc::clone(&seat.connection));
    let handler = tower::service_fn(move |request: Request<Incoming>| {
        let (server, handling) = (Arc::clone(&server), Handling::new(&connection));
        async move {
            let response = request::answer(&server, request, peer, &handling).await;
            drop(handling);
            Ok::<_, Infallible>(response)
        }
    });
    let compressed = CompressionLayer::new()
        .quality(CompressionLevel::Fastest)
        .compress_when(
            SizeAbove::new(COMPRESS_FROM)
                .and(NotForContentType::IMAGES)
                .and(NotForContentType::const_new("application/zip"))
                .and(NotForContentType::const_new("application/octet-stream")),
        )
        .layer(handler);
    let limits = seat.server.config.limits;
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        // The library's limit also closes connections that are kept for a next request.
        .header_read_timeout(None)
        .max_headers(MAX_HEADERS)
        .max_header_size(MAX_HEAD_BYTES)
        .max_buf_size(BUFFER)
        .serve_connection(TokioIo::new(io), TowerToHyperService::new(compressed));
    let mut connection = pin!(connection);
    let mut told = *stopping.borrow();
    if told {
        connection.as_mut().graceful_shutdown();
    }
    let mut head_ends = None;
    let mut idle_ends = tokio::time::Instant::now() + IDLE;
    loop {
        let head_late = tokio::time::sleep_until(head_ends.unwrap_or(idle_ends));
        tokio::select! {
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "a connection ended early");
                }
                return;
            }
            () = seat.connection.evict.notified() => return,
            () = seat.connection.head_began.notified() => {
                head_ends = Some(tokio::time::Instant::now() + limits.header);
            }
            () = head_late, if head_ends.is_some() => {
                head_ends = None;
                if seat.connection.head.lock().is_open() {
                    tracing::debug!("the head of a request did not arrive in time");
                    return;
                }
            }
            () = tokio::time::sleep_until(idle_ends), if !told => {
                let rest = seat.rest_of(IDLE);
                if rest.is_zero() {
                    told = true;
                    connection.as_mut().graceful_shutdown();
                }
                idle_ends = tokio::time::Instant::now() + rest;
            }
            _ = stopping.changed(), if !told => {
                told = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

/// A stream that notes when bytes move.
struct Watched {
    stream: TcpStream,
    server: Arc<Server>,
    connection: Arc<Connection>,
}

impl Watched {
    fn moved(&self) {
        let now = self.server.connections.now();
        self.connection.moved.store(now, Ordering::Relaxed);
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buf);
        if polled.is_ready() {
            self.moved();
            let fresh = buf.filled().get(before..).unwrap_or_default();
            let mut head = self.connection.head.lock();
            let was_open = head.is_open();
            head.feed(fresh);
            if head.is_open() && !was_open {
                self.connection.head_began.notify_one();
            }
        }
        polled
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(cx, buf);
        if polled.is_ready() {
            self.moved();
        }
        polled
    }
    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[std::io::IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        if polled.is_ready() {
            self.moved();
        }
        polled
    }
    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
