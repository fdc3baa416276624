//! The inside of one event: references, tags, common properties, distribution, time.
use super::MOST;
use crate::answer::Answer;
use crate::call::Call;
use crate::failure::Failure;
use crate::routes::Outcome;
use entente_engine::event::view::{self, AttributeItem, Head, ObjectItem, Options};
use entente_engine::{Ctx, Result};
use entente_misp::graph::{self, Frame, Timeline};
use entente_misp::read::field;
use entente_model::level::Distribution;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What an event is grouped by unless asked otherwise.
const DEFAULT_KEY: &str = "type";
/// What it can be grouped by.
const KEYS: &[&str] = &[
    "type",
    "category",
    "value",
    "comment",
    "to_ids",
    "distribution",
    "object_relation",
];

fn options() -> Options {
    Options {
        attachments: false,
        sightings: false,
        proposals: false,
        reports: false,
        analyst: false,
        ..Options::default()
    }
}

/// Hands every attribute outside objects and every object of the event in the path to the closures, and
/// answers what they made of `start`.
async fn walked<T: Send + 'static>(
    call: &Call,
    start: impl FnOnce(&Head) -> T + Send + 'static,
    attribute: impl Fn(&mut T, &AttributeItem) + Send + 'static,
    object: impl Fn(&mut T, &ObjectItem) + Send + 'static,
) -> std::result::Result<T, Failure> {
    let target = call.reference(0);
    let made = call
        .read(move |ctx: &mut Ctx<'_, '_>| -> Result<T> {
            let head = view::head(ctx, target, options())?;
            let mut made = start(&head);
            view::each_attribute(ctx, &head, |_, item| {
                attribute(&mut made, &item);
                Ok(())
            })?;
            view::each_object(ctx, &head, |_, item| {
                object(&mut made, &item);
                Ok(())
            })?;
            Ok(made)
        })
        .await?;
    Ok(made)
}

fn frame(head: &Head) -> Frame {
    Frame::new(head.event.id, MOST)
}

fn whole_object(frame: &mut Frame, item: &ObjectItem) -> bool {
    frame.object(
        &item.object,
        item.attributes.iter().map(|member| &member.attribute),
    )
}

/// `POST /events/getEventGraphReferences/<id>`.
pub async fn references(call: Call) -> Outcome {
    let frame = walked(
        &call,
        frame,
        |frame, item| {
            frame.attribute(&item.attribute);
        },
        |frame, item| {
            if whole_object(frame, item) {
                for (reference, target) in &item.references {
                    // What the caller does not see is not named either.
                    if target.is_some() {
                        frame.reference(reference);
                    }
                }
            }
        },
    )
    .await?;
    Ok(Answer::json(&frame.into_json()))
}

/// `POST /events/getEventGraphTags/<id>`.
pub async fn tags(call: Call) -> Outcome {
    let frame = walked(
        &call,
        frame,
        |frame, item| {
            if frame.attribute(&item.attribute) {
                let id = item.attribute.id.to_string();
                item.tags.iter().for_each(|tag| frame.tagged(&id, &tag.tag));
            }
        },
        |frame, item| {
            if whole_object(frame, item) {
                let id = graph::object_id(item.object.id);
                let tags = item.attributes.iter().flat_map(|member| &member.tags);
                tags.for_each(|tag| frame.tagged(&id, &tag.tag));
            }
        },
    )
    .await?;
    Ok(Answer::json(&frame.into_json()))
}

/// `POST /events/getEventGraphGeneric/<id>` with the property in `keyType`.
pub async fn generic(call: Call) -> Outcome {
    let body = call.json_map("Event")?;
    let asked = field::text(&body, "keyType").or_else(|| call.named("keyType").map(str::to_owned));
    let Some(key) = KEYS
        .iter()
        .copied()
        .find(|key| *key == asked.as_deref().unwrap_or(DEFAULT_KEY))
    else {
        return Err(Failure::bad_request(format!(
            "keyType is one of {}.",
            KEYS.join(", ")
        )));
    };
    let frame = walked(
        &call,
        frame,
        move |frame, item| {
            if frame.attribute(&item.attribute)
                && let Some(value) = graph::property(&item.attribute, key)
            {
                frame.grouped(&item.attribute.id.to_string(), key, &value);
            }
        },
        move |frame, item| {
            if whole_object(frame, item) {
                let id = graph::object_id(item.object.id);
                for member in &item.attributes {
                    if let Some(value) = graph::property(&member.attribute, key) {
                        frame.grouped(&id, key, &value);
                    }
                }
            }
        },
    )
    .await?;
    Ok(Answer::json(&frame.into_json()))
}

/// How many elements are distributed how far.
#[derive(Default)]
struct Counts {
    event: i64,
    attribute: BTreeMap<i64, i64>,
    object: BTreeMap<i64, i64>,
    member: BTreeMap<i64, i64>,
}

/// Names of the levels, by number.
const LEVELS: [&str; 6] = [
    "Your organisation only",
    "This community only",
    "Connected communities",
    "All communities",
    "Sharing group",
    "Inherit event",
];

/// `POST /events/getDistributionGraph/<id>`.
pub async fn distribution(call: Call) -> Outcome {
    let count = |counts: &mut BTreeMap<i64, i64>, level: Distribution| {
        *counts.entry(level.number()).or_default() += 1;
    };
    let counts = walked(
        &call,
        |head| Counts {
            event: head.event.distribution.number(),
            ..Counts::default()
        },
        move |counts: &mut Counts, item| count(&mut counts.attribute, item.attribute.distribution),
        move |counts: &mut Counts, item| {
            count(&mut counts.object, item.object.distribution);
            for member in &item.attributes {
                count(&mut counts.member, member.attribute.distribution);
            }
        },
    )
    .await?;
    let listed = |counts: &BTreeMap<i64, i64>| -> Map<String, Value> {
        (0..6)
            .map(|level| {
                (
                    level.to_string(),
                    counts.get(&level).copied().unwrap_or_default().into(),
                )
            })
            .collect()
    };
    let info: Map<String, Value> = (0_i64..)
        .zip(LEVELS)
        .map(|(level, name)| (level.to_string(), json!({ "key": name, "value": level })))
        .collect();
    let own = BTreeMap::from([(counts.event, 1)]);
    Ok(Answer::json(&json!({
        "event": listed(&own),
        "attribute": listed(&counts.attribute),
        "object": listed(&counts.object),
        "object_attribute": listed(&counts.member),
        "distributionInfo": info,
    })))
}

/// `POST /events/getEventTimeline/<id>`.
pub async fn timeline(call: Call) -> Outcome {
    let timeline = walked(
        &call,
        |head| Timeline::new(head.event.id, MOST),
        |timeline, item| timeline.attribute(&item.attribute),
        |timeline, item| {
            let members = item.attributes.iter().map(|member| &member.attribute);
            timeline.object(&item.object, members);
        },
    )
    .await?;
    Ok(Answer::json(&timeline.into_json()))
}
