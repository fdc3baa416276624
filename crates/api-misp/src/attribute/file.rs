//! Files of attributes. spec: 01#11, 03#4.5
use super::view;
use crate::answer::Answer;
use crate::call::Call;
use crate::failure::Failure;
use crate::routes::Outcome;
use entente_engine::attribute::file as files;
use entente_engine::content::sample;
use serde_json::{Value, json};

/// `GET /attributes/download/<id>`: the raw bytes, never inline. spec: 11#SR-SE-7
pub async fn download(call: Call) -> Outcome {
    let target = call.reference(0);
    let file = call.read(move |ctx| files::download(ctx, target)).await?;
    let ascii: String = file
        .name
        .chars()
        .map(|c| {
            if (' '..='~').contains(&c) && !matches!(c, '"' | '\\' | '/') {
                c
            } else {
                '_'
            }
        })
        .collect();
    let encoded = percent_encoding::utf8_percent_encode(&file.name, percent_encoding::NON_ALPHANUMERIC);
    let disposition = format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{encoded}");
    Ok(Answer::text("application/octet-stream", file.content)
        .with_header(http::header::CONTENT_DISPOSITION, &disposition)
        .with_header(
            http::header::CONTENT_SECURITY_POLICY,
            "sandbox; default-src 'none'",
        ))
}

/// `GET /attributes/viewPicture/<id>`: the picture as base64.
pub async fn picture(call: Call) -> Outcome {
    let target = call.reference(0);
    let file = call.read(move |ctx| files::picture(ctx, target)).await?;
    Ok(Answer::json(&Value::from(sample::encode(&file.content))))
}

/// `POST /attributes/downloadSample/<hash>[/<all>/<event>]`.
pub async fn samples(call: Call) -> Outcome {
    let body = call.json_map("Attribute")?;
    let text = |key: &str, index: usize| {
        body.get(key)
            .and_then(Value::as_str)
            .map(str::to_owned)
            .or_else(|| call.arg(index).map(str::to_owned))
    };
    let hash = text("hash", 0).unwrap_or_default();
    let all = body
        .get("allSamples")
        .is_some_and(crate::event::options::json_truthy)
        || call.arg(1).is_some_and(crate::call::truthy);
    let event = text("eventID", 2).and_then(|text| entente_model::id::Ref::parse(&text));
    let found = call
        .read(move |ctx| files::samples(ctx, &hash, all, event))
        .await?;
    if found.is_empty() {
        return Err(Failure::not_found("No hits on the passed hash."));
    }
    let result: Vec<Value> = found.iter().map(view::sample).collect();
    Ok(Answer::json(&json!({ "result": result })))
}

/// `POST /attributes/add_attachment/<event>`: the upload form of the web interface comes with it; scripts
/// send `data` to `attributes/add`.
pub async fn add(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    super::change::add(call).await
}
