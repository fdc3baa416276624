//! What users set for themselves. spec: 03#15
use crate::answer::Answer;
use crate::call::Call;
use crate::describe;
use crate::failure::Failure;
use crate::listing;
use crate::routes::{Outcome, routes};
use crate::save;
use crate::user::user_of;
use entente_engine::user_setting::{self as engine, Whose};
use entente_misp::read::field;
use entente_misp::user_setting as shape;
use entente_model::id::{Ref, UserId};
use serde_json::{Map, Value, json};

routes! {
    "usersettings": {
        "index" => index,
        "view" => view,
        "getsetting" => get,
        "setsetting" => set,
        "delete" => delete,
        "sethomepage" => set_home_page,
        "eventindexcolumntoggle" => toggle_column,
    }
}

const MODEL: &str = "UserSetting";

async fn index(call: Call) -> Outcome {
    let body = call.json_map(MODEL)?;
    let whose = match listing::parameter(&call, &body, "user_id").as_deref() {
        None | Some("all") => Whose::All,
        Some("org") => Whose::Organisation,
        Some(user) => Whose::User(user_of(&call, user)?),
    };
    let name = listing::parameter(&call, &body, "setting");
    let rows = call.read(move |ctx| engine::list(ctx, whose)).await?;
    let rows = rows
        .into_iter()
        .filter(|row| name.as_ref().is_none_or(|name| row.setting == *name))
        .collect();
    let rows = listing::page(&call, &body, rows);
    Ok(Answer::json(&rows.iter().map(shape::view).collect()))
}

fn absent() -> Failure {
    Failure::not_found("Invalid setting")
}

async fn view(call: Call) -> Outcome {
    let Some(Ref::Id(id)) = call.reference(0) else {
        return Err(absent());
    };
    answer(&call, id).await
}

async fn answer(call: &Call, id: i64) -> Outcome {
    let row = call.read(move |ctx| engine::view(ctx, id)).await?;
    Ok(Answer::json(&shape::view(&row)))
}

/// The user and name that a call is about: `/<user>/<setting>`, else from the body; oneself by default.
fn named(call: &Call, body: &Map<String, Value>) -> Result<(UserId, String), Failure> {
    let in_url = (call.arg(0), call.arg(1));
    let (user, setting) = match in_url {
        (Some(user), Some(setting)) => (Some(user.to_owned()), Some(setting.to_owned())),
        _ => (field::text(body, "user_id"), field::text(body, "setting")),
    };
    let user = user
        .filter(|text| !text.is_empty())
        .map_or(Ok(call.actor.user_id()), |text| user_of(call, &text))?;
    Ok((user, setting.unwrap_or_default()))
}

async fn get(call: Call) -> Outcome {
    let body = call.json_map(MODEL)?;
    let (user, setting) = named(&call, &body)?;
    let row = call.read(move |ctx| engine::get(ctx, user, &setting)).await?;
    Ok(Answer::json(&shape::view(&row)))
}

async fn store(call: &Call, user: UserId, setting: String, value: Value) -> Outcome {
    let id = call
        .write(move |ctx| engine::set(ctx, user, &setting, &value))
        .await
        .map_err(save::failure(
            "set",
            MODEL,
            "/user_settings/setSetting".to_owned(),
        ))?;
    answer(call, id).await
}

async fn set(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let body = call.json_map(MODEL)?;
    let (user, setting) = named(&call, &body)?;
    let value = body.get("value").map(shape::decoded).unwrap_or_default();
    store(&call, user, setting, value).await
}

async fn delete(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let body = call.json_map(MODEL)?;
    let by_id = match (call.reference(0), call.arg(1)) {
        (Some(Ref::Id(id)), None) => Some(id),
        _ => None,
    };
    let named = named(&call, &body)?;
    let id = call
        .write(move |ctx| {
            let (user, setting) = &named;
            let id = match by_id {
                Some(id) => id,
                None => engine::get(ctx, *user, setting)?.id,
            };
            engine::delete(ctx, id)?;
            Ok(id)
        })
        .await?;
    Ok(Answer::success(
        "Setting deleted.",
        "/user_settings/delete",
        Some(&id.to_string()),
    ))
}

async fn set_home_page(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let body = call.json_map(MODEL)?;
    let path = field::text(&body, "path").unwrap_or_default();
    let user = call.actor.user_id();
    store(&call, user, "homepage".to_owned(), json!({ "path": path })).await
}

async fn toggle_column(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let column = call.arg(0).unwrap_or_default().to_owned();
    let id = call
        .write(move |ctx| engine::toggle_column(ctx, &column))
        .await
        .map_err(save::failure(
            "set",
            MODEL,
            "/user_settings/eventIndexColumnToggle".to_owned(),
        ))?;
    answer(&call, id).await
}
