//! Adding, editing, removing and switching feeds. spec: 07#1.7
use super::shown;
use crate::answer::Answer;
use crate::call::Call;
use crate::describe;
use crate::failure::Failure;
use crate::routes::Outcome;
use crate::save;
use entente_engine::feed;
use entente_engine::feed::change::{self, Draft};
use entente_misp::read::field;
use entente_model::draft::Given;
use serde_json::{Map, Value, json};

fn id(call: &Call, body: &Map<String, Value>) -> Option<i64> {
    match call.arg(0) {
        Some(text) => text.parse().ok(),
        None => field::int(body, "id").value(),
    }
}

fn draft(body: &Map<String, Value>) -> Draft {
    let text = |name: &str| field::text(body, name);
    let int = |name: &str| field::int(body, name);
    let flag = |name: &str| field::flag(body, name);
    Draft {
        name: text("name"),
        provider: text("provider"),
        url: text("url"),
        source_format: text("source_format"),
        input_source: text("input_source"),
        headers: text("headers"),
        rules: body.get("rules").cloned(),
        settings: body.get("settings").cloned(),
        distribution: int("distribution"),
        sharing_group: int("sharing_group_id"),
        tag: int("tag_id"),
        orgc: int("orgc_id"),
        event: int("event_id"),
        enabled: flag("enabled"),
        caching_enabled: flag("caching_enabled"),
        fixed_event: flag("fixed_event"),
        delta_merge: flag("delta_merge"),
        publish: flag("publish"),
        override_ids: flag("override_ids"),
        force_to_ids: flag("force_to_ids"),
        delete_local_file: flag("delete_local_file"),
        lookup_visible: flag("lookup_visible"),
    }
}

async fn show(call: &Call, id: i64) -> Outcome {
    let view = call
        .read(move |ctx| {
            let feed = feed::view(ctx, Some(id))?;
            Ok(shown(ctx, &feed))
        })
        .await?;
    Ok(Answer::json(&view))
}

/// `POST /feeds/add`.
pub(super) async fn add(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let draft = draft(&call.json_map("Feed")?);
    let id = call
        .write(move |ctx| change::add(ctx, &draft))
        .await
        .map_err(save::invalid("add", "Feed", "/feeds/add"))?;
    show(&call, id).await
}

/// `POST /feeds/edit/<id>`; what is absent stays.
pub(super) async fn edit(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let body = call.json_map("Feed")?;
    let (draft, id) = (draft(&body), id(&call, &body));
    let id = call
        .write(move |ctx| change::edit(ctx, id, &draft))
        .await
        .map_err(save::invalid("edit", "Feed", "/feeds/edit"))?;
    show(&call, id).await
}

/// `POST /feeds/delete/<id>`.
pub(super) async fn delete(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let id = id(&call, &Map::new());
    let feed = call.write(move |ctx| change::remove(ctx, id)).await?;
    let id = feed.id.to_string();
    Ok(Answer::success("Feed deleted.", &call.target.path, Some(&id)))
}

/// `POST /feeds/enable/<id>`.
pub(super) async fn enable(call: Call) -> Outcome {
    switch(call, true).await
}

/// `POST /feeds/disable/<id>`.
pub(super) async fn disable(call: Call) -> Outcome {
    switch(call, false).await
}

async fn switch(call: Call, on: bool) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let id = id(&call, &Map::new());
    let draft = Draft {
        enabled: Given::Value(on),
        ..Draft::default()
    };
    call.write(move |ctx| change::edit(ctx, id, &draft)).await?;
    let message = if on { "Feed enabled." } else { "Feed disabled." };
    Ok(Answer::json(
        &json!({"name": message, "message": message, "url": call.target.path}),
    ))
}

/// `POST /feeds/importFeeds`: a list, or its text under `json`.
pub(super) async fn import(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let list = match call.json()? {
        Value::Object(body) => {
            let inner = field::unwrapped(&body, "Feed");
            match inner.get("json") {
                Some(Value::String(text)) => text.clone(),
                Some(list) => list.to_string(),
                None => {
                    return Err(Failure::bad_request(
                        "Give a list of feeds, or its text under `json`.",
                    ));
                }
            }
        }
        list => list.to_string(),
    };
    let (added, left_out) = call
        .write(move |ctx| change::import(ctx, list.as_bytes()))
        .await
        .map_err(save::invalid("import", "Feed", "/feeds/importFeeds"))?;
    let mut message = format!("{added} new feeds added.");
    if !left_out.is_empty() {
        message.push_str(" Left out: ");
        message.push_str(&left_out.join("; "));
    }
    Ok(Answer::success(&message, &call.target.path, None))
}
