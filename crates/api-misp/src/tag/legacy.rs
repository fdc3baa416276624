//! Tagging as the web pages of MISP do it: always 200, with `saved`. spec: 03#3.7
use super::{choices, means_yes};
use crate::answer::Answer;
use crate::call::Call;
use crate::describe;
use crate::routes::Outcome;
use entente_engine::tag::{self, Attach, AttachedTag, INVALID_TAG, TagChoice, TargetChoice};
use entente_engine::{Class, Error};
use entente_model::id::Ref;
use serde_json::{Map, Value, json};

const NO_PERMISSION: &str = "You don't have permission to do that.";

/// What is tagged here.
#[derive(Clone, Copy)]
enum Kind {
    Event,
    Attribute,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Attribute => "attribute",
        }
    }
    fn model(self) -> &'static str {
        match self {
            Self::Event => "Event",
            Self::Attribute => "Attribute",
        }
    }
    fn target(self, reference: Option<Ref>) -> TargetChoice {
        match self {
            Self::Event => TargetChoice::Event(reference),
            Self::Attribute => TargetChoice::Attribute(reference),
        }
    }
}

/// `POST /events/addTag/<id>/<tag>[/local:1]`.
pub async fn add_to_event(call: Call) -> Outcome {
    add(&call, Kind::Event).await
}

/// `POST /attributes/addTag/<id>/<tag>[/local:1]`.
pub async fn add_to_attribute(call: Call) -> Outcome {
    add(&call, Kind::Attribute).await
}

/// `POST /events/removeTag/<id>/<tag>`.
pub async fn remove_from_event(call: Call) -> Outcome {
    remove(&call, Kind::Event).await
}

/// `POST /attributes/removeTag/<id>/<tag>`.
pub async fn remove_from_attribute(call: Call) -> Outcome {
    remove(&call, Kind::Attribute).await
}

/// Target and tags, from the path or the body.
fn sent(call: &Call, kind: Kind, body: &Map<String, Value>) -> (TargetChoice, Vec<TagChoice>) {
    let reference = match body.get(kind.word()) {
        Some(Value::String(text)) => Ref::parse(text),
        Some(Value::Number(number)) => number.as_i64().map(Ref::Id),
        _ => call.reference(0),
    };
    let tags = match body.get("tag") {
        Some(value) => choices(value),
        None => call
            .arg(1)
            .map(|text| choices(&Value::from(text)))
            .unwrap_or_default(),
    };
    (kind.target(reference), tags)
}

fn done(what: &str) -> Outcome {
    Ok(Answer::json(
        &json!({"saved": true, "success": what, "check_publish": true}),
    ))
}

fn refused(why: &str) -> Outcome {
    Ok(Answer::json(&json!({"saved": false, "errors": why})))
}

/// A refusal in the words of these calls; what is wrong with the server stays an error.
fn explained(error: Error, kind: Kind) -> Outcome {
    match error.class() {
        Class::NotFound => refused(&format!("Invalid {}.", kind.word())),
        Class::Denied => refused(NO_PERMISSION),
        Class::Invalid => refused(&error.to_string()),
        _ => Err(error.into()),
    }
}

async fn add(call: &Call, kind: Kind) -> Outcome {
    if call.is_read() {
        return describe::answer(call);
    }
    let body = call.json_map(kind.model())?;
    let (target, tags) = sent(call, kind, &body);
    if tags.is_empty() {
        return refused(INVALID_TAG);
    }
    let local = body.get("local").map_or_else(|| call.flag("local"), means_yes);
    let request = Attach {
        target,
        tags,
        local,
        relationship: None,
        strict: true,
    };
    let attached = match call.write(move |ctx| tag::attach(ctx, &request)).await {
        Ok(attached) => attached,
        Err(error) => return explained(error, kind),
    };
    if attached.tags.iter().any(|one| matches!(one, AttachedTag::New(_))) {
        return done("Tag added.");
    }
    let reason = attached.tags.iter().find_map(|one| match one {
        AttachedTag::Refused(reason) => Some(reason.as_str()),
        _ => None,
    });
    match reason {
        Some(reason) => refused(reason),
        None => refused(&format!("Tag is already attached to this {}.", kind.word())),
    }
}

async fn remove(call: &Call, kind: Kind) -> Outcome {
    if call.is_read() {
        return describe::answer(call);
    }
    let body = call.json_map(kind.model())?;
    let (target, tags) = sent(call, kind, &body);
    if tags.is_empty() {
        return refused(INVALID_TAG);
    }
    let removed = call.write(move |ctx| {
        let mut removed = false;
        for choice in &tags {
            removed |= tag::detach(ctx, target, choice)?.is_some();
        }
        Ok(removed)
    });
    match removed.await {
        Ok(true) => done("Tag removed."),
        Ok(false) => refused(&format!("Tag is not attached to this {}.", kind.word())),
        Err(error) => explained(error, kind),
    }
}
