//! Accounts as their administrators manage them.
use super::{MODEL, named_user, shown};
use crate::answer::Answer;
use crate::call::{Call, truthy};
use crate::describe;
use crate::failure::Failure;
use crate::listing;
use crate::routes::Outcome;
use crate::save;
use entente_engine::user::{self as engine, Filter, Toggle};
use entente_misp::read::field;
use entente_misp::user as shape;
use entente_model::id::{Ref, UserId};
use serde_json::{Map, Value};

pub(super) async fn index(call: Call) -> Outcome {
    let body = call.json_map(MODEL)?;
    let filter = Filter {
        value: listing::parameter(&call, &body, "value"),
        fields: conditions(&call, &body),
    };
    let rows = call.read(move |ctx| engine::list(ctx, &filter)).await?;
    let rows = listing::page(&call, &body, rows);
    let shown = rows
        .iter()
        .map(|(user, org, role)| shape::row(user, org, role, &crate::role::rights(role)))
        .collect();
    Ok(Answer::json(&shown))
}

/// Every `search<field>` of body and URL; the body wins.
fn conditions(call: &Call, body: &Map<String, Value>) -> Vec<(String, String)> {
    let in_url = call.target.named.iter().map(|(key, _)| key);
    let mut names: Vec<String> = body
        .keys()
        .chain(in_url)
        .filter(|key| key.starts_with("search"))
        .cloned()
        .collect();
    names.sort_unstable();
    names.dedup();
    names
        .iter()
        .filter_map(|name| {
            let field = name.strip_prefix("search")?.to_lowercase();
            Some((field, listing::parameter(call, body, name)?))
        })
        .collect()
}

pub(super) async fn view(call: Call) -> Outcome {
    let id = named_user(&call)?;
    let viewed = call.read(move |ctx| engine::admin_view(ctx, id)).await?;
    Ok(shown(&viewed, true))
}

async fn saved(call: &Call, id: UserId, key: Option<&str>) -> Outcome {
    let viewed = call.read(move |ctx| engine::admin_view(ctx, id)).await?;
    Ok(Answer::json(&shape::saved(&viewed.user, key)))
}

pub(super) async fn add(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let draft = shape::draft(&call.json_map(MODEL)?);
    let added = engine::add(&call.app, &call.actor, draft)
        .await
        .map_err(save::failure("add", MODEL, "/admin/users/add".to_owned()))?;
    saved(&call, added.id, added.key.as_deref()).await
}

/// The account that the URL must name.
fn target(call: &Call) -> Result<UserId, Failure> {
    match call.arg(0) {
        Some(text) => super::user_of(call, text),
        None => Err(Failure::not_found("Invalid user")),
    }
}

pub(super) async fn edit(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let id = target(&call)?;
    let draft = shape::draft(&call.json_map(MODEL)?);
    engine::admin_edit(&call.app, &call.actor, id, draft)
        .await
        .map_err(save::failure("edit", MODEL, format!("/admin/users/edit/{id}")))?;
    saved(&call, id, None).await
}

pub(super) async fn delete(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let id = target(&call)?;
    let url = format!("/admin/users/delete/{id}");
    call.write(move |ctx| engine::delete(ctx, id))
        .await
        .map_err(save::failure("delete", MODEL, url.clone()))?;
    Ok(Answer::success("User deleted.", &url, Some(&id.to_string())))
}

/// `/<field>/<0 or 1>` with the accounts in `user_ids`.
pub(super) async fn toggle(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let Some(toggle) = call.arg(0).and_then(Toggle::from_name) else {
        return Err(Failure::bad_request(
            "Only disabled, force_logout and autoalert can be set on many users at once.",
        ));
    };
    let on = call.arg(1).is_some_and(truthy);
    let body = call.json_map(MODEL)?;
    let ids: Option<Vec<i64>> = field::ids(&body, "user_ids")
        .unwrap_or_default()
        .into_iter()
        .map(|found| match found {
            Some(Ref::Id(id)) => Some(id),
            _ => None,
        })
        .collect();
    let ids = ids.ok_or_else(|| Failure::not_found("Invalid user"))?;
    let changed = call
        .write(move |ctx| engine::toggle(ctx, &ids, toggle, on))
        .await
        .map_err(save::failure(
            "massToggleField",
            MODEL,
            "/admin/users/massToggleField".to_owned(),
        ))?;
    Ok(Answer::success(
        &format!("{changed} user(s) changed."),
        "/admin/users/massToggleField",
        None,
    ))
}

pub(super) async fn reset_password(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let id = target(&call)?;
    let url = format!("/users/initiatePasswordReset/{id}");
    call.write(move |ctx| engine::reset_password(ctx, id))
        .await
        .map_err(save::failure("initiatePasswordReset", MODEL, url.clone()))?;
    Ok(Answer::success(
        "New credentials sent.",
        &url,
        Some(&id.to_string()),
    ))
}
