//! Tags: add, edit, delete.
use super::list::enveloped;
use super::tag_id;
use crate::answer::Answer;
use crate::call::Call;
use crate::describe;
use crate::failure::{Failure, field_errors};
use crate::routes::Outcome;
use entente_engine::{Error, tag};
use serde_json::json;

/// A tag that fails validation: one message that names field and reason. spec: 03#6
fn refused(action: &str, error: Error) -> Failure {
    match error {
        Error::Fields(errors) => Failure::not_allowed(format!("Could not {action} Tag. {errors}"))
            .with("saved", false.into())
            .with("errors", field_errors(&errors)),
        Error::NotFound(message) => Failure::not_found(message),
        other => other.into(),
    }
}

/// `POST /tags/add`.
pub async fn add(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let input = entente_misp::tag::read(&call.json_map("Tag")?);
    let id = call
        .write(move |ctx| tag::add(ctx, &input))
        .await
        .map_err(|error| refused("add", error))?;
    enveloped(&call, id).await
}

/// `POST /tags/edit/<id>`.
pub async fn edit(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let id = tag_id(call.arg(0)).ok_or_else(|| Failure::not_found("Invalid Tag"))?;
    let input = entente_misp::tag::read(&call.json_map("Tag")?);
    call.write(move |ctx| tag::edit(ctx, id, &input))
        .await
        .map_err(|error| refused("edit", error))?;
    enveloped(&call, id).await
}

/// `POST /tags/delete/<id>`.
pub async fn delete(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let id = tag_id(call.arg(0)).ok_or_else(|| Failure::not_found("Invalid Tag"))?;
    call.write(move |ctx| tag::delete(ctx, id)).await?;
    let url = format!("/tags/delete/{id}");
    Ok(Answer::json(
        &json!({"name": "Tag deleted.", "message": "Tag deleted.", "url": url}),
    ))
}
