//! kill -9 during writes: what was acknowledged is there afterwards, and nothing is there by half.
//!
//! Writers add events over HTTP until the server dies under them. The next round starts the server
//! on the same store and looks at every event of the round before.

use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use super::stores::Store;
use super::tally::Tally;
use crate::generate::{Event, Random};
use crate::node::Node;
use crate::run;

/// Rounds of an ordinary run.
pub const SHORT: usize = 25;
/// Rounds of `--full`.
pub const FULL: usize = 200;

const WRITERS: u64 = 4;

/// An event that a writer sent.
struct Sent {
    uuid: String,
    attributes: usize,
    acknowledged: bool,
}

/// Kills the server `rounds` times; counts as one test.
pub fn run(store: &Store, rounds: usize) -> Result<Tally> {
    let mut tally = Tally::default();
    match kill_repeatedly(store, rounds) {
        Ok(acknowledged) => {
            eprintln!(
                "crash on {}: {rounds} kills, {acknowledged} acknowledged events, none lost",
                store.name
            );
            tally.pass();
        }
        Err(problem) => tally.fail(format!("crash on {}: {problem:#}", store.name)),
    }
    Ok(tally)
}

fn kill_repeatedly(store: &Store, rounds: usize) -> Result<usize> {
    let settings = store.fresh("crash")?;
    let mut before: Vec<Sent> = Vec::new();
    let mut acknowledged = 0;
    for round in 1..=rounds {
        let node = Node::start(&settings).with_context(|| format!("start after kill {}", round - 1))?;
        check(&node, &before).with_context(|| format!("after kill {}", round - 1))?;
        before = write_until_killed(node, u64::try_from(round)?)?;
        acknowledged += before.iter().filter(|sent| sent.acknowledged).count();
    }
    let node = Node::start(&settings)?;
    check(&node, &before).with_context(|| format!("after kill {rounds}"))?;
    node.stop()?;
    run::output(&mut settings.entente(&["verify"])).context("verify after the last kill")?;
    if acknowledged == 0 {
        bail!("no event was ever acknowledged; the test proves nothing");
    }
    Ok(acknowledged)
}

/// Lets the writers run for a moment that differs from round to round, then kills the server.
fn write_until_killed(node: Node, round: u64) -> Result<Vec<Sent>> {
    let moment = Duration::from_millis(20 + Random::new(round).below(300));
    thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let client = node.client();
                scope.spawn(move || write(client, Random::new(round * WRITERS + writer)))
            })
            .collect();
        thread::sleep(moment);
        node.kill()?;
        let mut sent = Vec::new();
        for writer in writers {
            match writer.join() {
                Ok(part) => sent.extend(part?),
                Err(_) => bail!("a writer panicked"),
            }
        }
        Ok(sent)
    })
}

/// Adds events until the connection breaks.
fn write(mut client: crate::client::Client, mut random: Random) -> Result<Vec<Sent>> {
    let mut sent = Vec::new();
    loop {
        let attributes = usize::try_from(1 + random.below(40))?;
        let event = Event::new(&mut random, attributes);
        let body = event.json(&object_and_tag(&mut random));
        let answer = client.post("/events/add", &body);
        let acknowledged = answer.as_ref().is_ok_and(|answer| answer.status == 200);
        sent.push(Sent {
            uuid: event.uuid,
            attributes,
            acknowledged,
        });
        match answer {
            Ok(answer) if answer.status == 200 => {}
            Ok(answer) => bail!("events/add answered {}: {}", answer.status, answer.excerpt()),
            Err(_) => return Ok(sent),
        }
    }
}

/// Parts of an event that live in other tables than its attributes.
fn object_and_tag(random: &mut Random) -> String {
    format!(
        r#","Tag":[{{"name":"tlp:green"}}],"Object":[{{"name":"domain-ip","meta-category":"network","template_uuid":"43b3b146-77eb-4931-b4cc-b66c60f28734","template_version":"12","uuid":"{}","Attribute":[{{"object_relation":"domain","type":"domain","category":"Network activity","value":"{:x}.example","uuid":"{}"}},{{"object_relation":"ip","type":"ip-dst","category":"Network activity","value":"203.0.113.{}","uuid":"{}"}}]}}]"#,
        random.uuid(),
        random.next(),
        random.uuid(),
        random.below(256),
        random.uuid(),
    )
}

/// Every acknowledged event is whole; one without an answer is whole or absent.
fn check(node: &Node, all: &[Sent]) -> Result<()> {
    let mut client = node.client();
    for sent in all {
        let answer = client.get(&format!("/events/view/{}", sent.uuid))?;
        if answer.status == 404 && !sent.acknowledged {
            continue;
        }
        let json = answer
            .json()
            .with_context(|| format!("event {} (acknowledged: {})", sent.uuid, sent.acknowledged))?;
        if let Some(missing) = what_is_missing(&json, sent.attributes) {
            bail!(
                "event {} (acknowledged: {}): {missing}",
                sent.uuid,
                sent.acknowledged
            );
        }
    }
    Ok(())
}

fn what_is_missing(json: &Value, attributes: usize) -> Option<String> {
    let count = |pointer: &str| {
        json.pointer(pointer)
            .and_then(Value::as_array)
            .map_or(0, Vec::len)
    };
    [
        ("/Event/Attribute", attributes),
        ("/Event/Object", 1),
        ("/Event/Object/0/Attribute", 2),
        ("/Event/Tag", 1),
    ]
    .into_iter()
    .find(|(pointer, expected)| count(pointer) != *expected)
    .map(|(pointer, expected)| format!("{} of {expected} in {pointer}", count(pointer)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(attributes: usize, fields: &str) -> Value {
        serde_json::from_slice(&Event::new(&mut Random::new(1), attributes).json(fields)).unwrap()
    }

    #[test]
    fn a_whole_event_misses_nothing() {
        let fields = object_and_tag(&mut Random::new(2));
        assert_eq!(what_is_missing(&event(5, &fields), 5), None);
    }

    #[test]
    fn half_an_event_is_noticed() {
        let fields = object_and_tag(&mut Random::new(2));
        assert!(what_is_missing(&event(4, &fields), 5).unwrap().contains("4 of 5"));
        assert!(what_is_missing(&event(5, ""), 5).unwrap().contains("Object"));
    }
}
