//! Figures of reading a store with a million attributes.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, ensure};

use super::limits::Bare;
use super::measure::Run;
use super::report::{Figure, median, ms};
use super::writes;
use crate::client::Client;
use crate::node::Node;

const CLIENTS: usize = 4;

/// What is in the store and can be asked for.
pub struct Known {
    /// The last event of 10 000 attributes.
    event: String,
    /// Values that occur once, each with the uuid of its attribute.
    values: Vec<(String, String)>,
}

/// Adds events of 10 000 attributes until there are a million attributes.
pub fn fill(run: &mut Run, node: &Node) -> Result<Known> {
    let wanted = run.size(1_000_000);
    let mut client = node.client();
    let mut known = Known {
        event: String::new(),
        values: Vec::new(),
    };
    while run.stored < wanted || known.event.is_empty() {
        let event = run.event(10_000);
        writes::add(&mut client, &event)?;
        known.values.extend(
            event
                .samples
                .iter()
                .step_by(97)
                .map(|sample| (sample.value.clone(), sample.uuid.clone())),
        );
        known.event = event.uuid;
    }
    Ok(known)
}

/// Views, searches, requests per second.
pub fn measure(run: &Run, node: &Node, known: &Known) -> Result<()> {
    let bare = Bare::start()?;
    let bare_trip = round_trip(&mut bare.client(), run.times(3_000))?;
    let bare_rate = rate(
        run,
        || bare.client(),
        |client, _| client.get("/servers/getVersion").map(|answer| answer.status),
    )?;
    Figure::new("limit_bare_handler")
        .with("ms", ms(bare_trip))
        .with("requests_per_second", bare_rate)
        .print()?;

    view(run, node, known)?;
    exact(run, node, known, bare_trip)?;
    wildcard(run, node, known)?;

    let version = rate(
        run,
        || node.client(),
        |client, _| client.get("/servers/getVersion").map(|answer| answer.status),
    )?;
    Figure::new("get_version_4_clients")
        .with("requests_per_second", version)
        .with("bare_handler_per_second", bare_rate)
        .with("share", version / bare_rate)
        .goal("≥ 10 000 per second", version >= 10_000.0)
        .print()?;
    let searches = rate(
        run,
        || node.client(),
        |client, number| {
            let (value, _) = known
                .values
                .get(number % known.values.len().max(1))
                .ok_or_else(|| anyhow!("no values"))?;
            client
                .post("/attributes/restSearch", &search(value))
                .map(|answer| answer.status)
        },
    )?;
    Figure::new("exact_search_4_clients")
        .with("requests_per_second", searches)
        .with("bare_handler_per_second", bare_rate)
        .with("share", searches / bare_rate)
        .goal("≥ 5 000 per second", searches >= 5_000.0)
        .print()
}

fn search(value: &str) -> Vec<u8> {
    format!(r#"{{"returnFormat":"json","value":"{value}"}}"#).into_bytes()
}

fn round_trip(client: &mut Client, times: usize) -> Result<Duration> {
    let mut taken = Vec::with_capacity(times);
    for _ in 0..times {
        let begin = Instant::now();
        let answer = client.post("/attributes/restSearch", &search("192.0.2.1"))?;
        taken.push(begin.elapsed());
        ensure!(
            answer.status == 200,
            "the bare handler answered {}",
            answer.status
        );
    }
    Ok(median(taken))
}

fn view(run: &Run, node: &Node, known: &Known) -> Result<()> {
    let mut client = node.client();
    let mut taken = Vec::new();
    let mut bytes = 0;
    for _ in 0..run.times(40) {
        let begin = Instant::now();
        let answer = client.get(&format!("/events/view/{}", known.event))?;
        taken.push(begin.elapsed());
        ensure!(
            writes::attributes_in(&answer.body) == 10_000,
            "the view is not whole: {}",
            answer.excerpt()
        );
        bytes = answer.body.len();
    }
    let time = median(taken);
    Figure::new("event_view_10000")
        .with("ms", ms(time))
        .with("bytes", bytes as f64)
        .goal("< 25 ms", time < Duration::from_millis(25))
        .print()
}

fn exact(run: &Run, node: &Node, known: &Known, bare: Duration) -> Result<()> {
    let mut client = node.client();
    let mut taken = Vec::new();
    for (value, uuid) in known.values.iter().cycle().take(run.times(3_000)) {
        let body = search(value);
        let begin = Instant::now();
        let answer = client.post("/attributes/restSearch", &body)?;
        taken.push(begin.elapsed());
        ensure!(
            String::from_utf8_lossy(&answer.body).contains(uuid),
            "{value}: not found: {}",
            answer.excerpt()
        );
    }
    let time = median(taken);
    Figure::new("exact_search")
        .with("ms", ms(time))
        .with("bare_handler_ms", ms(bare))
        .with("attributes", run.stored as f64)
        .goal(
            "< 2 × the bare handler + 0.5 ms",
            time < bare * 2 + Duration::from_micros(500),
        )
        .print()
}

fn wildcard(run: &Run, node: &Node, known: &Known) -> Result<()> {
    let mut client = node.client();
    let mut taken = Vec::new();
    let urls = known.values.iter().filter(|(value, _)| value.starts_with("http"));
    for (value, uuid) in urls.cycle().take(run.times(30)) {
        // The path of a made-up URL: sixteen digits that occur once.
        let needle = value.rsplit('/').next().unwrap_or_default();
        let body = search(&format!("%{needle}%"));
        let begin = Instant::now();
        let answer = client.post("/attributes/restSearch", &body)?;
        taken.push(begin.elapsed());
        ensure!(
            String::from_utf8_lossy(&answer.body).contains(uuid),
            "%{needle}%: not found: {}",
            answer.excerpt()
        );
    }
    let time = median(taken);
    Figure::new("wildcard_search")
        .with("ms", ms(time))
        .with("attributes", run.stored as f64)
        .with("attributes_per_second", run.stored as f64 / time.as_secs_f64())
        .goal("< 100 ms", time < Duration::from_millis(100))
        .print()
}

/// Requests per second of four clients, each with its own connection.
fn rate(
    run: &Run,
    connect: impl Fn() -> Client + Sync,
    request: impl Fn(&mut Client, usize) -> Result<u16> + Sync,
) -> Result<f64> {
    let length = Duration::from_secs(if run.quick { 2 } else { 6 });
    let begin = Instant::now();
    let end = begin + length;
    let served = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|number| {
                let (connect, request) = (&connect, &request);
                scope.spawn(move || -> Result<usize> {
                    let mut client = connect();
                    let mut served = 0;
                    while Instant::now() < end {
                        let status = request(&mut client, served * CLIENTS + number)?;
                        ensure!(status == 200, "status {status} under load");
                        served += 1;
                    }
                    Ok(served)
                })
            })
            .collect();
        let mut sum = 0;
        for client in clients {
            sum += client.join().map_err(|_| anyhow!("a client panicked"))??;
        }
        Ok::<usize, anyhow::Error>(sum)
    })?;
    Ok(served as f64 / begin.elapsed().as_secs_f64())
}
