//! Figures about this process, as Prometheus text.
use anyhow::Context;
use entente_engine::App;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::time::Duration;

const REQUESTS: &str = "entente_http_requests_total";
const DURATION: &str = "entente_http_request_duration_seconds";
const CONNECTIONS: &str = "entente_http_connections";
const COMMITS: &str = "entente_db_commits_total";
const WAITING: &str = "entente_db_waiting";
const MEMORY: &str = "process_resident_memory_bytes";

/// Upper bounds of the latency histogram, in seconds.
const BUCKETS: [f64; 13] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0,
];

/// The figures of this process.
#[derive(Clone)]
pub struct Figures(PrometheusHandle);

/// Starts counting. Once per process.
///
/// # Errors
/// When counting was started before.
pub fn start() -> anyhow::Result<Figures> {
    let recorder = PrometheusBuilder::new()
        .set_buckets(&BUCKETS)
        .context("the buckets of the latency histogram")?
        .build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder).context("metrics are on already")?;
    metrics::describe_counter!(REQUESTS, "Answered requests by class and status");
    metrics::describe_histogram!(
        DURATION,
        "Time from the head of a request to the head of its answer"
    );
    metrics::describe_gauge!(CONNECTIONS, "Open connections");
    metrics::describe_counter!(COMMITS, "Durable commits of the database");
    metrics::describe_gauge!(WAITING, "Callers that wait for the database");
    metrics::describe_gauge!(MEMORY, "Resident memory");
    Ok(Figures(handle))
}

impl Figures {
    /// Merges what was recorded into the histograms; call it every few seconds.
    pub fn settle(&self) {
        self.0.run_upkeep();
    }

    /// The text for Prometheus.
    pub fn render(&self, app: Option<&App>, connections: usize) -> String {
        metrics::gauge!(CONNECTIONS).set(f64::from(u32::try_from(connections).unwrap_or(u32::MAX)));
        if let Some(app) = app {
            metrics::counter!(COMMITS).absolute(app.db().commits());
            metrics::gauge!(WAITING).set(f64::from(u32::try_from(app.db().waiting()).unwrap_or(u32::MAX)));
        }
        if let Some(kib) = resident_kib() {
            metrics::gauge!(MEMORY).set(f64::from(kib) * 1024.0);
        }
        self.0.render()
    }
}

/// Counts one answered request.
pub fn answered(method: &http::Method, path: &str, status: http::StatusCode, took: Duration) {
    let class = class(method, path);
    let status = match status.as_u16() {
        100..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        _ => "5xx",
    };
    metrics::counter!(REQUESTS, "class" => class, "status" => status).increment(1);
    metrics::histogram!(DURATION, "class" => class).record(took.as_secs_f64());
}

/// What kind of work a request is; few classes, so that the number of series stays small.
fn class(method: &http::Method, path: &str) -> &'static str {
    let lower = path.to_ascii_lowercase();
    if lower.contains("/restsearch") {
        "search"
    } else if matches!(lower.as_str(), "/healthz" | "/readyz" | "/metrics") {
        "health"
    } else if method == http::Method::GET || method == http::Method::HEAD {
        "read"
    } else {
        "write"
    }
}

/// Resident memory in KiB, where the system tells.
fn resident_kib() -> Option<u32> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_fall_into_few_classes() {
        use http::Method;
        assert_eq!(class(&Method::POST, "/attributes/restSearch"), "search");
        assert_eq!(class(&Method::GET, "/events/index"), "read");
        assert_eq!(class(&Method::POST, "/events/add"), "write");
        assert_eq!(class(&Method::GET, "/healthz"), "health");
    }
}
