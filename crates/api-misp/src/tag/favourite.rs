//! The tags that a user picks often. spec: 01#7.14
use crate::answer::Answer;
use crate::call::Call;
use crate::describe;
use crate::failure::Failure;
use crate::routes::Outcome;
use entente_engine::tag;
use entente_model::id::TagId;
use serde_json::{Value, json};

/// `GET /favouriteTags/index`: the caller's favourites.
pub async fn index(call: Call) -> Outcome {
    let user = call.actor.user_id();
    let tags = call
        .read(|ctx| {
            let ids = tag::favourites(ctx)?;
            Ok(ids
                .into_iter()
                .filter_map(|id| ctx.tags.get(id).cloned())
                .collect::<Vec<_>>())
        })
        .await?;
    let rows: Vec<Value> = tags
        .iter()
        .map(|tag| {
            json!({
                "FavouriteTag": {"user_id": user.to_string(), "tag_id": tag.id.to_string()},
                "Tag": entente_misp::tag::columns(tag),
            })
        })
        .collect();
    Ok(Answer::json(&Value::Array(rows)))
}

/// `POST /favouriteTags/toggle`, with the tag in the path or as `data` or `tag_id` in the body.
pub async fn toggle(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let body = call.json_map("FavouriteTag")?;
    let sent = body.get("data").or_else(|| body.get("tag_id"));
    let id = match sent {
        Some(Value::Number(number)) => number.as_i64(),
        Some(Value::String(text)) => text.parse().ok(),
        _ => call.arg(0).and_then(|text| text.parse().ok()),
    };
    let id = id.map(TagId).ok_or_else(|| Failure::not_found("Invalid Tag"))?;
    let favourite = call
        .write(move |ctx| {
            let favourite = !tag::favourites(ctx)?.contains(&id);
            tag::set_favourite(ctx, id, favourite)?;
            Ok(favourite)
        })
        .await?;
    let message = if favourite {
        "Tag added to your favourites."
    } else {
        "Tag removed from your favourites."
    };
    Ok(Answer::success(message, "/favouriteTags/toggle", None))
}
