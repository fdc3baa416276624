//! Publishing, and telling people. spec: 03#3.6, 03#3.8
use crate::answer::Answer;
use crate::call::Call;
use crate::failure::Failure;
use crate::routes::Outcome;
use entente_engine::{Error, event};
use http::StatusCode;
use serde_json::Value;

/// MISP answers refused publications with 405.
fn refused(error: Error) -> Failure {
    match error {
        Error::Denied(why) => Failure::not_allowed(why),
        Error::Conflict(why) => Failure::not_allowed(why),
        other => other.into(),
    }
}

async fn publish_as(call: Call, queued: &str, done: &str) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let target = call.reference(0);
    let event = call
        .write(move |ctx| event::publish::publish(ctx, target))
        .await
        .map_err(refused)?;
    // Nothing is queued here; the text is for clients that look for a job. spec: 03#1.10
    let at_once = call.flag("disable_background_processing");
    let message = if call.app.settings().bool("MISP.background_jobs") && !at_once {
        queued
    } else {
        done
    };
    Ok(Answer::success(
        message,
        &format!("/events/{}/{}", call.target.action, event.id),
        Some(&event.id.to_string()),
    ))
}

/// `POST /events/publish/<id>`.
pub async fn publish(call: Call) -> Outcome {
    publish_as(call, "Job queued", "Event published without alerts").await
}

/// `POST /events/alert/<id>`.
pub async fn alert(call: Call) -> Outcome {
    publish_as(call, "Job queued.", "Email sent to all participants.").await
}

/// `POST /events/unpublish/<id>`.
pub async fn unpublish(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let target = call.reference(0);
    let event = call
        .write(move |ctx| event::publish::unpublish(ctx, target))
        .await
        .map_err(refused)?;
    let id = event.id.to_string();
    Ok(Answer::success(
        "Event unpublished.",
        &format!("/events/unpublish/{id}"),
        Some(&id),
    ))
}

/// `POST /events/publishSightings/<id>`.
pub async fn publish_sightings(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let target = call.reference(0);
    let id = call
        .write(move |ctx| event::publish::publish_sightings(ctx, target))
        .await
        .map_err(refused)?;
    Ok(Answer::success(
        "Job queued",
        &format!("/events/publishSightings/{id}"),
        Some(&id.to_string()),
    ))
}

/// `POST /events/contact/<id>`.
pub async fn contact(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let body = call.json_map("Event")?;
    let message = body
        .get("message")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .trim()
        .to_owned();
    if message.is_empty() {
        return Err(Failure::not_allowed("Please specify a message."));
    }
    let target = call.reference(0);
    let id = call
        .write(move |ctx| event::publish::contact(ctx, target, &message))
        .await?;
    Ok(Answer::success(
        "Email sent to the reporter.",
        &format!("/events/contact/{id}"),
        Some(&id.to_string()),
    ))
}

async fn push(call: Call, stream: &str, setting: &str) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let target = call.reference(0);
    let visible = call
        .read(move |ctx| ctx.visible_event(target, "Invalid event.").map(|event| event.id))
        .await;
    let message = match visible {
        Err(Error::NotFound(_)) => "Invalid event.".to_owned(),
        Err(other) => return Err(other.into()),
        // Streams come with their own issue; until then no setting switches them on.
        Ok(_) if !call.app.settings().bool(setting) => format!("{stream} event publishing not enabled."),
        Ok(_) => {
            return Err(Failure::new(
                StatusCode::NOT_IMPLEMENTED,
                format!("{stream} is not part of this release."),
            ));
        }
    };
    Ok(Answer::success(&message, &call.target.path, None))
}

/// `POST /events/pushEventToZMQ/<id>`.
pub async fn push_to_zmq(call: Call) -> Outcome {
    push(call, "ZMQ", "Plugin.ZeroMQ_enable").await
}

/// `POST /events/pushEventToKafka/<id>`.
pub async fn push_to_kafka(call: Call) -> Outcome {
    push(call, "Kafka", "Plugin.Kafka_enable").await
}
