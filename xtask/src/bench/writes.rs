//! Figures of writing: events, single attributes, many clients, publishing without a rewrite.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, ensure};

use super::measure::Run;
use super::process;
use super::report::{Figure, median, ms};
use crate::client::{Answer, Client};
use crate::generate::{Event, Random};
use crate::node::{Node, Settings};

/// The disk that a figure is measured on.
pub struct Disk {
    /// Appended to the names of figures.
    pub name: &'static str,
    /// How long a flush takes.
    pub flush: Duration,
}

/// Adding, in the order of size.
pub fn measure(run: &mut Run, node: &Node) -> Result<()> {
    let disk = Disk {
        name: "",
        flush: run.fsync,
    };
    one_client(run, node, &disk)?;
    for (attributes, times) in [(1_000, 30), (10_000, 9), (100_000, 3)] {
        add_events(run, node, attributes, run.times(times))?;
    }
    many_clients(run, node, &disk)?;
    add_attributes(run, node)
}

/// Events of one attribute, one after the other.
pub fn one_client(run: &mut Run, node: &Node, disk: &Disk) -> Result<()> {
    let mut client = node.client();
    let mut taken = Vec::new();
    for _ in 0..run.times(200) {
        let event = run.event(1);
        taken.push(add(&mut client, &event)?.0);
    }
    let time = median(taken);
    Figure::new(&format!("event_add_1{}", disk.name))
        .with("ms", ms(time))
        .with("fsync_ms", ms(disk.flush))
        .goal("< one fsync + 2 ms", time < disk.flush + Duration::from_millis(2))
        .print()
}

/// Adds one event and checks that the answer holds it as a whole.
pub fn add(client: &mut Client, event: &Event) -> Result<(Duration, Answer)> {
    let body = event.json("");
    let begin = Instant::now();
    let answer = client.post("/events/add", &body)?;
    let taken = begin.elapsed();
    ensure!(
        answer.status == 200,
        "events/add answered {}: {}",
        answer.status,
        answer.excerpt()
    );
    let came_back = attributes_in(&answer.body);
    ensure!(
        came_back == event.samples.len(),
        "{came_back} of {} attributes came back",
        event.samples.len()
    );
    Ok((taken, answer))
}

/// How many attributes a JSON answer holds: each has its category once.
pub fn attributes_in(body: &[u8]) -> usize {
    const FIELD: &[u8] = b"\"category\":";
    let mut found = 0;
    let mut rest = body;
    while let Some(at) = rest.iter().position(|byte| *byte == b'"') {
        rest = rest.get(at..).unwrap_or_default();
        let step = if rest.starts_with(FIELD) {
            found += 1;
            FIELD.len()
        } else {
            1
        };
        rest = rest.get(step..).unwrap_or_default();
    }
    found
}

fn add_events(run: &mut Run, node: &Node, attributes: usize, times: usize) -> Result<()> {
    let mut client = node.client();
    let (mut served, mut raw) = (Vec::new(), Vec::new());
    for _ in 0..times {
        let event = run.event(attributes);
        served.push(add(&mut client, &event)?.0);
        raw.push(run.raw_insert(&event)?);
    }
    let (served, raw) = (median(served), median(raw));
    let rate = attributes as f64 / served.as_secs_f64();
    let share = raw.as_secs_f64() / served.as_secs_f64();
    let figure = Figure::new(&format!("event_add_{attributes}"))
        .with("ms", ms(served))
        .with("attributes_per_second", rate)
        .with("raw_insert_ms", ms(raw))
        .with("share_of_raw_insert", share)
        .with("fsync_ms", ms(run.fsync));
    let figure = match attributes {
        10_000 => figure
            .goal("< 400 ms", served < Duration::from_millis(400))
            .goal("≥ 40 % of the raw insert", share >= 0.4),
        _ => figure,
    };
    figure.print()
}

/// 64 clients add small events at the same time: with group commit they share fsyncs.
pub fn many_clients(run: &mut Run, node: &Node, disk: &Disk) -> Result<()> {
    const CLIENTS: u64 = 64;
    let length = Duration::from_secs(if run.quick { 2 } else { 8 });
    let begin = Instant::now();
    let end = begin + length;
    let events = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|number| {
                let mut client = node.client();
                scope.spawn(move || -> Result<usize> {
                    let mut random = Random::new(1_000 + number);
                    let mut events = 0;
                    while Instant::now() < end {
                        add(&mut client, &Event::new(&mut random, 1))?;
                        events += 1;
                    }
                    Ok(events)
                })
            })
            .collect();
        let mut sum = 0;
        for client in clients {
            sum += client.join().map_err(|_| anyhow!("a client panicked"))??;
        }
        Ok::<usize, anyhow::Error>(sum)
    })?;
    let rate = events as f64 / begin.elapsed().as_secs_f64();
    run.stored += events;
    let fsyncs = 1.0 / disk.flush.as_secs_f64();
    let figure = Figure::new(&format!("event_add_64_clients{}", disk.name))
        .with("events_per_second", rate)
        .with("fsyncs_per_second", fsyncs)
        .with("ratio", rate / fsyncs);
    // Where a flush is as quick as a memory copy there is nothing to share: the processor is the limit.
    let figure = if disk.flush >= Duration::from_millis(1) {
        figure.goal("≥ 3 × the fsyncs per second", rate >= 3.0 * fsyncs)
    } else {
        figure
    };
    figure.print()
}

fn add_attributes(run: &mut Run, node: &Node) -> Result<()> {
    let mut client = node.client();
    let target = run.event(1);
    add(&mut client, &target)?;
    let path = format!("/attributes/add/{}", target.uuid);
    let mut times = Vec::new();
    for _ in 0..run.times(200) {
        let event = run.event(1);
        let body: String = event.samples.iter().map(crate::generate::Sample::json).collect();
        let begin = Instant::now();
        let answer = client.post(&path, body.as_bytes())?;
        times.push(begin.elapsed());
        ensure!(
            answer.status == 200,
            "attributes/add answered {}: {}",
            answer.status,
            answer.excerpt()
        );
    }
    Figure::new("attribute_add")
        .with("ms", ms(median(times)))
        .with("fsync_ms", ms(run.fsync))
        .print()
}

/// Publishing and relabelling an event of 100 000 attributes. The proof that its rows stay as they
/// are is the length of the write-ahead log, which a restart has emptied.
pub fn relabel(run: &mut Run, settings: &Settings) -> Result<()> {
    let attributes = run.size(100_000);
    let node = Node::start(settings)?;
    let event = run.event(attributes);
    add(&mut node.client(), &event)?;
    node.stop()?;
    let relabel = r#"{"Event":{"distribution":"1"}}"#;
    for (name, path, body) in [
        ("publish_100000", format!("/events/publish/{}", event.uuid), "{}"),
        (
            "relabel_100000",
            format!("/events/edit/{}/metadata:1", event.uuid),
            relabel,
        ),
    ] {
        let node = Node::start(settings)?;
        let before = process::wal_bytes(&settings.data)?;
        let begin = Instant::now();
        let answer = node.client().post(&path, body.as_bytes())?;
        let taken = begin.elapsed();
        ensure!(
            answer.status == 200,
            "{path} answered {}: {}",
            answer.status,
            answer.excerpt()
        );
        // Publishing may go on behind the answer.
        thread::sleep(Duration::from_secs(1));
        let written = process::wal_bytes(&settings.data)?.saturating_sub(before) as f64;
        node.stop()?;
        Figure::new(name)
            .with("ms", ms(taken))
            .with("attributes", attributes as f64)
            .with("log_bytes", written)
            .with("fsync_ms", ms(run.fsync))
            .goal(
                "no rewrite: < 2 bytes of log per attribute",
                written < 2.0 * attributes as f64,
            )
            .print()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_of_an_answer_are_counted() {
        let event = Event::new(&mut Random::new(1), 17);
        assert_eq!(attributes_in(&event.json("")), 17);
        assert_eq!(attributes_in(b"{}"), 0);
        assert_eq!(attributes_in(b"\"\"category\":"), 1);
    }
}
