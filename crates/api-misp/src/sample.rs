//! Uploading malware samples: one `file` object per sample. spec: 03#3.9
use crate::answer::Answer;
use crate::call::Call;
use crate::event::options::json_truthy;
use crate::failure::Failure;
use crate::routes::Outcome;
use entente_engine::sample_upload::{self, Options, Upload};
use entente_model::draft::Given;
use entente_model::id::Ref;
use entente_model::level::{Analysis, Distribution, ThreatLevel};
use http::StatusCode;
use serde_json::{Map, Value, json};

/// `POST /events/upload_sample[/<event>]`.
pub async fn upload(call: Call) -> Outcome {
    let body = call.json_map("Event")?;
    let files: Vec<Upload> = match body.get("files") {
        Some(Value::Array(list)) => list.iter().filter_map(file).collect(),
        _ => Vec::new(),
    };
    if files.is_empty() {
        return Err(Failure::bad_request(
            "No samples received: give `files`, a list of {filename, data (base64)}.",
        ));
    }
    let event = call
        .reference(0)
        .or_else(|| body.get("event_id").and_then(reference));
    let options = options(&body);
    let app = call.app.clone();
    let prepared = sample_upload::prepare(&app, files, &options)?;
    let done = call
        .write(move |ctx| sample_upload::store(ctx, event, &options, &mut prepared.clone()))
        .await?;
    prepared_answer(&call, &done)
}

fn prepared_answer(call: &Call, done: &sample_upload::Done) -> Outcome {
    let (name, message) = match (done.stored, done.failed.is_empty()) {
        (0, _) => ("Failed", "Failed to save any of the supplied files."),
        (_, true) => ("Success", "Success, saved all attributes."),
        _ => (
            "Partial success",
            "Successfuly saved the following files: but some failed.",
        ),
    };
    let mut answer = json!({
        "name": name,
        "message": message,
        "url": format!("{}/events/view/{}", call.app.base_url(), done.event),
        "id": done.event.to_string(),
    });
    if let (false, Some(map)) = (done.failed.is_empty(), answer.as_object_mut()) {
        map.insert("errors".to_owned(), Value::from(done.failed.clone()));
    }
    let status = if done.stored == 0 {
        StatusCode::FORBIDDEN
    } else {
        StatusCode::OK
    };
    Ok(Answer::json(&answer).with_status(status))
}

fn file(value: &Value) -> Option<Upload> {
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    Some(Upload {
        name: text("filename")?,
        data: text("data")?,
    })
}

fn number(body: &Map<String, Value>, key: &str) -> Option<i64> {
    match body.get(key)? {
        Value::Number(n) => n.as_i64(),
        Value::String(s) => s.trim().parse().ok(),
        _ => None,
    }
}

/// Invalid values count as absent. spec: 03#3.9
fn options(body: &Map<String, Value>) -> Options {
    let text = |key: &str| {
        body.get(key)
            .and_then(Value::as_str)
            .map(str::to_owned)
            .filter(|text| !text.is_empty())
    };
    Options {
        distribution: number(body, "distribution").and_then(Distribution::from_number),
        to_ids: body.get("to_ids").is_none_or(json_truthy),
        category: text("category").unwrap_or_else(|| "Payload installation".to_owned()),
        info: text("info"),
        analysis: given(number(body, "analysis").and_then(Analysis::from_number)),
        threat_level: given(number(body, "threat_level_id").and_then(ThreatLevel::from_number)),
        comment: text("comment").unwrap_or_default(),
    }
}

fn given<T>(value: Option<T>) -> Given<T> {
    value.map_or(Given::Absent, Given::Value)
}

fn reference(value: &Value) -> Option<Ref> {
    match value {
        Value::String(text) => Ref::parse(text),
        Value::Number(n) => n.as_i64().map(Ref::Id),
        _ => None,
    }
}
