//! Figures of correlation: one value in 10 000 events, and an event whose every value others have too.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use super::measure::Run;
use super::report::{Figure, median, ms};
use super::writes;
use crate::client::Client;
use crate::generate::{Event, Sample};
use crate::node::Node;

/// Attributes in the store that have nothing to do with it.
const OTHERS: usize = 200_000;
/// Events that share one value.
const SHARED: usize = 10_000;
/// Attributes of the event that is viewed.
const VIEWED: usize = 10_000;
/// Other events with all of its values.
const COPIES: usize = 4;

/// A server of its own: thousands of small events would change the figures of others.
pub fn measure(run: &mut Run) -> Result<()> {
    let node = Node::start(&run.fresh("correlations")?)?;
    let mut client = node.client();
    for _ in 0..run.size(OTHERS) / 10_000 {
        let event = run.event(10_000);
        writes::add(&mut client, &event)?;
    }
    shared(run, &mut client)?;
    viewed(run, &mut client)?;
    node.stop()
}

/// An event with the values of another one.
fn copy(run: &mut Run, samples: &[Sample]) -> Event {
    let mut event = run.event(0);
    event.samples = samples
        .iter()
        .map(|sample| Sample {
            kind: sample.kind,
            category: sample.category,
            value: sample.value.clone(),
            uuid: run.random.uuid(),
        })
        .collect();
    event
}

/// The first page of what one attribute correlates with, and the view of its event, which leaves it out.
fn shared(run: &mut Run, client: &mut Client) -> Result<()> {
    let count = run.size(SHARED);
    let first = run.event(1);
    writes::add(client, &first)?;
    for _ in 1..count {
        let event = copy(run, &first.samples);
        writes::add(client, &event)?;
    }
    let asked = first.samples.first().context("an event without attributes")?;
    let page = format!("/api/v1/correlations?uuid={}&limit=100", asked.uuid);
    let paged = timed(run, || {
        let answer = client.get(&page)?;
        let rows = answer.json()?;
        let rows = rows.get("correlations").and_then(serde_json::Value::as_array);
        ensure!(
            rows.is_some_and(|rows| rows.len() == 100),
            "no full page: {}",
            answer.excerpt()
        );
        Ok(())
    })?;
    let view = format!("/events/view/{}", first.uuid);
    let seen = timed(run, || {
        let answer = client.get(&view)?;
        ensure!(answer.status == 200, "{}", answer.excerpt());
        Ok(())
    })?;
    Figure::new("correlations_of_one_value")
        .with("ms", ms(paged))
        .with("events", count as f64)
        .with("event_view_ms", ms(seen))
        .goal("first page < 20 ms", paged < Duration::from_millis(20))
        .print()
}

/// The view of an event with correlations, beside the view without.
fn viewed(run: &mut Run, client: &mut Client) -> Result<()> {
    let event = run.event(run.size(VIEWED));
    writes::add(client, &event)?;
    for _ in 0..COPIES {
        let other = copy(run, &event.samples);
        writes::add(client, &other)?;
    }
    let mut view = |options: &str, wanted: &str| {
        let path = format!("/events/view/{}{options}", event.uuid);
        timed(run, || {
            let answer = client.get(&path)?;
            ensure!(
                writes::attributes_in(&answer.body) == event.samples.len()
                    && String::from_utf8_lossy(&answer.body).contains(wanted),
                "the view is not whole: {}",
                answer.excerpt()
            );
            Ok(())
        })
    };
    let plain = view("/includeEventCorrelations:0", "")?;
    let related = view("", "\"RelatedEvent\":[{")?;
    let granular = view("/includeGranularCorrelations:1", "\"RelatedAttribute\":[{")?;
    Figure::new("event_view_10000_correlated")
        .with("ms", ms(related))
        .with("with_attributes_ms", ms(granular))
        .with("plain_ms", ms(plain))
        .goal("< 3 × the plain view", related.max(granular) < plain * 3)
        .print()
}

/// The median time of something that is done over and over.
fn timed(run: &Run, mut once: impl FnMut() -> Result<()>) -> Result<Duration> {
    let mut taken = Vec::new();
    for _ in 0..run.times(40) {
        let begin = Instant::now();
        once()?;
        taken.push(begin.elapsed());
    }
    Ok(median(taken))
}
