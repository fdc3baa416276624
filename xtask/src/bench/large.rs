//! One event of 500 000 attributes: created, viewed, searched, in little memory.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use super::measure::{self, Run};
use super::report::{Figure, ms};
use super::writes;
use crate::node::Node;

/// A server of its own, so that its peak belongs to this event.
pub fn measure(run: &mut Run) -> Result<()> {
    let attributes = run.size(500_000);
    let node = Node::start(&run.fresh("large")?)?;
    let mut client = node.client().with_timeout(Duration::from_mins(30));
    let event = run.event(attributes);
    let (created, answer) = writes::add(&mut client, &event)?;
    drop(answer);

    let begin = Instant::now();
    let answer = client.get(&format!("/events/view/{}", event.uuid))?;
    let viewed = begin.elapsed();
    let bytes = answer.body.len();
    ensure!(
        writes::attributes_in(&answer.body) == attributes,
        "the view is not whole: {}",
        answer.excerpt()
    );
    drop(answer);

    let sample = event.samples.last().context("an event without attributes")?;
    let body = format!(r#"{{"returnFormat":"json","value":"{}"}}"#, sample.value);
    let begin = Instant::now();
    let answer = client.post("/attributes/restSearch", body.as_bytes())?;
    let searched = begin.elapsed();
    ensure!(
        String::from_utf8_lossy(&answer.body).contains(&sample.uuid),
        "not found: {}",
        answer.excerpt()
    );

    let peak = measure::megabytes(&node, "VmHWM")?;
    node.stop()?;
    let raw = run.raw_insert(&event)?;
    Figure::new("event_500000")
        .with("attributes", attributes as f64)
        .with("create_ms", ms(created))
        .with("raw_insert_ms", ms(raw))
        .with("share_of_raw_insert", raw.as_secs_f64() / created.as_secs_f64())
        .with("view_ms", ms(viewed))
        .with("view_bytes", bytes as f64)
        .with("search_ms", ms(searched))
        .with("peak_mb", peak)
        .goal("peak resident memory < 400 MB", peak < 400.0)
        .print()
}
