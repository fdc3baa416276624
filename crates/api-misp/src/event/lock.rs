//! Telling those who edit an event about each other. spec: 08#13
use crate::answer::Answer;
use crate::call::Call;
use crate::describe;
use crate::routes::Outcome;
use entente_engine::event::lock;
use http::StatusCode;
use serde_json::json;

/// `POST /events/addEventLock/<event>`.
pub async fn add(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let event = call.reference(0);
    let id = call.write(move |ctx| lock::add(ctx, event)).await?;
    Ok(Answer::json(&json!({ "lock_id": id })))
}

/// `POST /events/removeEventLock/<event>/<lock>`.
pub async fn remove(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let event = call.reference(0);
    let id = call.arg(1).and_then(|text| text.parse().ok()).unwrap_or_default();
    let deleted = call.write(move |ctx| lock::remove(ctx, event, id)).await?;
    Ok(Answer::json(&json!({ "deleted": deleted })))
}

/// `GET /events/checkLocks/<event>/<timestamp>`: 204 when there is nothing to tell.
pub async fn check(call: Call) -> Outcome {
    let event = call.reference(0);
    let read_at = call.arg(1).and_then(|text| text.parse().ok());
    let state = call.read(move |ctx| lock::check(ctx, event, read_at)).await?;
    if state.is_quiet() {
        return Ok(Answer::rendered_json(Vec::new()).with_status(StatusCode::NO_CONTENT));
    }
    let mut said = Vec::new();
    if !state.editors.is_empty() {
        said.push(format!("Being edited by: {}.", state.editors.join(", ")));
    }
    if state.outdated {
        said.push("The event has been changed since you have read it.".to_owned());
    }
    let message = said.join(" ");
    Ok(Answer::json(&json!({
        "name": message,
        "message": message,
        "url": call.target.path,
        "editors": state.editors,
        "outdated": state.outdated,
    })))
}
