//! One request: its id, where it goes, what is logged and counted about it.
use super::body::{Paced, Progress};
use super::connections::Handling;
use super::{Server, caller};
use crate::metrics;
use bytes::Bytes;
use entente_api_misp::answer::{Answer, Body};
use entente_engine::sources::{NoRandomness, Random, SystemRandom};
use entente_engine::{Actor, App, auth};
use futures_util::FutureExt;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use serde_json::json;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tracing::Instrument;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const LONGEST_ID: usize = 64;
const LONGEST_LOGGED_PATH: usize = 1 << 10;

/// Makes ids of requests: a random part of this process and a number.
pub struct RequestIds {
    process: String,
    next: AtomicU64,
}

impl RequestIds {
    /// A new sequence.
    ///
    /// # Errors
    /// Without randomness.
    pub fn new() -> Result<Self, NoRandomness> {
        let mut bytes = [0u8; 6];
        SystemRandom.fill(&mut bytes)?;
        let process = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let next = AtomicU64::new(1);
        Ok(Self { process, next })
    }

    /// The id that came with the request if it is harmless, else a new one.
    fn of(&self, headers: &http::HeaderMap) -> String {
        let harmless = |id: &&str| {
            (1..=LONGEST_ID).contains(&id.len())
                && id
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        };
        let sent = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
        match sent.filter(harmless) {
            Some(id) => id.to_owned(),
            None => format!("{}-{:x}", self.process, self.next.fetch_add(1, Ordering::Relaxed)),
        }
    }
}

/// Answers a request, whatever happens inside.
pub async fn answer<B>(
    server: &Server,
    request: Request<B>,
    peer: SocketAddr,
    handling: &Handling,
) -> Response<Body>
where
    B: http_body::Body<Data = Bytes> + Send + Unpin,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let start = Instant::now();
    let id = server.ids.of(request.headers());
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let span = tracing::info_span!("request", id);
    async {
        let pending = Pending {
            method: &method,
            path: &path,
            start,
        };
        let mut response = guarded(server, request, peer, handling).await;
        pending.answered();
        if let Ok(id) = HeaderValue::from_str(&id) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
        let took = start.elapsed();
        metrics::answered(&method, &path, response.status(), took);
        log(&method, &path, &response, took);
        response
    }
    .instrument(span)
    .await
}

/// A request whose client may hang up before the answer; the work for it is dropped then. spec: 11#BI-S12
struct Pending<'a> {
    method: &'a Method,
    path: &'a str,
    start: Instant,
}

impl Pending<'_> {
    fn answered(self) {
        std::mem::forget(self);
    }
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        tracing::info!(
            method = %self.method,
            path = logged(self.path),
            duration_ms = self.start.elapsed().as_secs_f64() * 1000.0,
            "the client left before the answer"
        );
    }
}

fn logged(path: &str) -> &str {
    path.char_indices()
        .nth(LONGEST_LOGGED_PATH)
        .and_then(|(end, _)| path.get(..end))
        .unwrap_or(path)
}

/// The access log: no query, since it may hold a key or an indicator, no headers, no bodies.
fn log(method: &Method, path: &str, response: &Response<Body>, took: Duration) {
    let user = response
        .extensions()
        .get::<Arc<Actor>>()
        .map(|actor| actor.user.id.0);
    tracing::info!(
        %method,
        path = logged(path),
        status = response.status().as_u16(),
        duration_ms = took.as_secs_f64() * 1000.0,
        user.id = user,
        "answered"
    );
}

/// Bounds a request in time, and turns a panic into an answer.
async fn guarded<B>(
    server: &Server,
    request: Request<B>,
    peer: SocketAddr,
    handling: &Handling,
) -> Response<Body>
where
    B: http_body::Body<Data = Bytes> + Send + Unpin,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let limits = server.config.limits;
    let path = request.uri().path().to_owned();
    if handling.ambiguous() {
        return closing(failure(
            StatusCode::BAD_REQUEST,
            "Send either Content-Length or Transfer-Encoding, not both.",
            &path,
        ));
    }
    let progress = Arc::new(Progress::default());
    let paced = Arc::clone(&progress);
    let request = request.map(|body| Paced::new(body, limits.body, paced));
    let work = AssertUnwindSafe(route(server, request, peer)).catch_unwind();
    let outcome = bounded(work, limits.request, &progress).await;
    if progress.ended() {
        handling.body_ended();
    }
    match outcome {
        Some(Ok(_)) if progress.too_slow() => closing(failure(
            StatusCode::REQUEST_TIMEOUT,
            "The request body came too slowly.",
            &path,
        )),
        Some(Ok(response)) => response,
        Some(Err(_)) => failure(
            StatusCode::INTERNAL_SERVER_ERROR,
            "An internal error has occurred.",
            &path,
        ),
        None => closing(failure(
            StatusCode::SERVICE_UNAVAILABLE,
            "The request took too long and was given up; ask for less at once.",
            &path,
        )),
    }
}

/// Waits for the work, but not longer than `limit` after its request has arrived.
async fn bounded<T>(work: impl Future<Output = T>, limit: Duration, progress: &Progress) -> Option<T> {
    let mut work = std::pin::pin!(work);
    loop {
        let arrived = progress.ended();
        match tokio::time::timeout(limit, work.as_mut()).await {
            Ok(done) => return Some(done),
            Err(_) if arrived => return None,
            // The body was still coming when this round began: it is paced by itself.
            Err(_) => {}
        }
    }
}

async fn route<B>(server: &Server, request: Request<B>, peer: SocketAddr) -> Response<Body>
where
    B: http_body::Body<Data = Bytes> + Send + Unpin,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let address = caller::address(peer, request.headers(), &server.config.trusted_proxies);
    let app = server.app.get();
    match request.uri().path() {
        "/healthz" => text(StatusCode::OK, "alive\n"),
        "/readyz" if app.is_some() => text(StatusCode::OK, "ready\n"),
        "/readyz" => text(StatusCode::SERVICE_UNAVAILABLE, "not ready\n"),
        "/metrics" => {
            let local = caller::is_local(peer, address, request.headers());
            if local || may_see_metrics(app, request.headers(), address).await {
                let figures = server.figures.render(app, server.connections.open());
                Answer::text("text/plain; version=0.0.4", figures).into_response()
            } else {
                failure(
                    StatusCode::FORBIDDEN,
                    "Metrics are for requests from this machine, or with the key of a site administrator.",
                    "/metrics",
                )
            }
        }
        path => match app {
            Some(app) if path.starts_with("/api/v1/") => {
                entente_api_native::serve(app.clone(), request, Some(address)).await
            }
            Some(app) => entente_api_misp::serve(app.clone(), request, Some(address)).await,
            None => {
                let mut response = failure(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "The server is starting, try again shortly.",
                    path,
                );
                let seconds = HeaderValue::from_static("1");
                response.headers_mut().insert(header::RETRY_AFTER, seconds);
                response
            }
        },
    }
}

async fn may_see_metrics(app: Option<&App>, headers: &http::HeaderMap, address: IpAddr) -> bool {
    let key = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let (Some(app), Some(key)) = (app, key) else {
        return false;
    };
    let knock = auth::Knock {
        address: Some(address),
        method: "GET",
        path: "/metrics",
    };
    let found = auth::by_header(app, key, knock).await;
    matches!(found, Ok(Ok(actor)) if actor.is_site_admin())
}

fn text(status: StatusCode, text: &'static str) -> Response<Body> {
    Answer::text("text/plain; charset=UTF-8", text)
        .with_status(status)
        .into_response()
}

fn failure(status: StatusCode, message: &str, path: &str) -> Response<Body> {
    let body = json!({ "name": message, "message": message, "url": path });
    Answer::json(&body).with_status(status).into_response()
}

fn closing(mut response: Response<Body>) -> Response<Body> {
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(header::CONNECTION, close);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn harmless_ids_are_kept_and_others_replaced() {
        let ids = RequestIds::new().unwrap();
        let of = |id: &str| {
            let mut headers = http::HeaderMap::new();
            headers.insert(REQUEST_ID, id.parse().unwrap());
            ids.of(&headers)
        };
        assert_eq!(of("abc-DEF_1"), "abc-DEF_1");
        for bad in ["", "a b", "a\"b", &"x".repeat(65)] {
            let made = of(bad);
            assert_ne!(made, bad);
            assert!(made.len() <= LONGEST_ID);
        }
        assert_ne!(ids.of(&http::HeaderMap::new()), ids.of(&http::HeaderMap::new()));
    }

    #[tokio::test(start_paused = true)]
    async fn work_is_bounded_once_its_body_has_arrived() {
        let progress = Arc::new(Progress::default());
        let limit = Duration::from_secs(300);
        let slow = tokio::time::sleep(Duration::from_secs(1_000));
        assert!(bounded(slow, limit, &progress).await.is_some());
        let body = http_body_util::Empty::<Bytes>::new();
        drop(Paced::new(body, limit, Arc::clone(&progress)));
        let slow = tokio::time::sleep(Duration::from_secs(1_000));
        assert!(bounded(slow, limit, &progress).await.is_none());
    }
}
