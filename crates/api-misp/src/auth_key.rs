//! API keys. spec: 02#2.2
use crate::answer::Answer;
use crate::call::Call;
use crate::describe;
use crate::failure::{Failure, field_errors};
use crate::listing;
use crate::routes::{Outcome, routes};
use crate::save;
use crate::user::{named_user, user_of};
use entente_engine::Error;
use entente_engine::auth_key::{self as engine, REFUSED};
use entente_misp::auth_key as shape;
use entente_misp::read::field;
use entente_model::account::{AuthKey, User};
use entente_model::id::{Ref, UserId};
use serde_json::{Map, Value};

routes! {
    "authkeys": {
        "index" => index,
        "view" => view,
        "add" => add,
        "edit" => edit,
        "delete" => delete,
        "pin" => pin,
    }
}

const MODEL: &str = "AuthKey";

/// Fields by which the index may be narrowed.
const FILTERS: [&str; 7] = [
    "id",
    "uuid",
    "authkey_start",
    "authkey_end",
    "comment",
    "read_only",
    "expiration",
];

async fn index(call: Call) -> Outcome {
    let body = call.json_map(MODEL)?;
    let named = call.arg(0).map(str::to_owned);
    let wanted = named.or_else(|| listing::parameter(&call, &body, "user_id"));
    let user = wanted.map(|text| user_of(&call, &text)).transpose()?;
    let rows = call.read(move |ctx| engine::list(ctx, user)).await?;
    let filters: Vec<_> = FILTERS
        .iter()
        .filter_map(|name| Some((*name, listing::parameter(&call, &body, name)?)))
        .collect();
    let rows: Vec<_> = rows
        .into_iter()
        .filter(|(_, key)| filters.iter().all(|(name, text)| is(key, name, text)))
        .collect();
    let rows = listing::page(&call, &body, rows);
    Ok(Answer::json(
        &rows.iter().map(|(owner, key)| shape::row(key, owner)).collect(),
    ))
}

fn is(key: &AuthKey, name: &str, text: &str) -> bool {
    match name {
        "id" => key.id.to_string() == text,
        "uuid" => key.uuid.to_string().eq_ignore_ascii_case(text),
        "authkey_start" => key.start == text,
        "authkey_end" => key.end == text,
        "comment" => key.comment == text,
        "read_only" => key.read_only == crate::call::truthy(text),
        "expiration" => key.expiration.to_string() == text,
        _ => true,
    }
}

fn named(call: &Call) -> Result<Ref, Failure> {
    call.reference(0)
        .ok_or_else(|| Failure::not_found("Invalid auth key"))
}

async fn read(call: &Call, which: Ref) -> Result<(User, AuthKey), Failure> {
    Ok(call.read(move |ctx| engine::view(ctx, which)).await?)
}

async fn view(call: Call) -> Outcome {
    let (owner, key) = read(&call, named(&call)?).await?;
    Ok(Answer::json(&shape::row(&key, &owner)))
}

/// For the user in the URL, else the one in the body, else oneself.
async fn add(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let body = call.json_map(MODEL)?;
    let Ok(user) = owner(&call, &body) else {
        return Err(Failure::not_allowed(REFUSED));
    };
    let draft = shape::draft(&body);
    let minted = call
        .write(move |ctx| engine::add(ctx, user, &draft))
        .await
        .map_err(|error| match error {
            Error::Fields(errors) if errors.0.contains_key("user_id") => {
                Failure::not_allowed(REFUSED).with("errors", field_errors(&errors))
            }
            other => save::failure("add", MODEL, "/auth_keys/add".to_owned())(other),
        })?;
    let (_, key) = read(&call, Ref::Id(minted.id)).await?;
    Ok(Answer::json(&shape::added(&key, &minted.secret)))
}

fn owner(call: &Call, body: &Map<String, Value>) -> Result<UserId, Failure> {
    match call
        .arg(0)
        .map(str::to_owned)
        .or_else(|| field::text(body, "user_id"))
    {
        Some(text) => user_of(call, &text),
        None => Ok(call.actor.user_id()),
    }
}

async fn edit(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let which = named(&call)?;
    let draft = shape::draft(&call.json_map(MODEL)?);
    let id = call
        .write(move |ctx| engine::edit(ctx, which, &draft))
        .await
        .map_err(save::failure("edit", MODEL, format!("/auth_keys/edit/{which}")))?;
    let (_, key) = read(&call, Ref::Id(id)).await?;
    Ok(Answer::json(&shape::view(&key)))
}

async fn delete(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let which = named(&call)?;
    call.write(move |ctx| engine::delete(ctx, which)).await?;
    Ok(Answer::success(
        "AuthKey deleted.",
        &format!("/auth_keys/delete/{which}"),
        Some(&which.to_string()),
    ))
}

async fn pin(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let which = named(&call)?;
    let address = call.arg(1).unwrap_or_default().to_owned();
    let id = call
        .write(move |ctx| engine::pin(ctx, which, &address))
        .await
        .map_err(save::failure("pin", MODEL, format!("/auth_keys/pin/{which}")))?;
    let (_, key) = read(&call, Ref::Id(id)).await?;
    Ok(Answer::json(&shape::view(&key)))
}

/// `users/resetauthkey`: the answer shows the new key.
pub(crate) async fn reset(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let user = named_user(&call)?;
    let minted = call.write(move |ctx| engine::reset(ctx, user)).await?;
    Ok(Answer::success(
        &format!("Authkey updated: {}", minted.secret),
        &format!("/users/resetauthkey/{user}"),
        Some(&user.to_string()),
    ))
}
