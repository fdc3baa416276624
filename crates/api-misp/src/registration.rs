//! Asking for an account, and answering. spec: 03#13.3
use crate::answer::Answer;
use crate::call::{Call, Visit, invalid_json};
use crate::describe;
use crate::failure::Failure;
use crate::routes::Outcome;
use crate::save;
use entente_engine::registration::{self as engine, Placement, Request};
use entente_misp::read::field;
use entente_misp::user_setting as shape;
use entente_model::id::{Ref, RoleId};
use serde_json::{Map, Value};

const REGISTER: &str = "/users/register";

/// What a request may say; everything else is dropped.
const KEPT: [&str; 10] = [
    "email",
    "org_uuid",
    "org_id",
    "org_name",
    "message",
    "pgp",
    "custom_perms",
    "perm_sync",
    "perm_publish",
    "perm_admin",
];

/// `users/register`, open to everybody where the instance allows it.
pub(crate) async fn register(visit: Visit) -> Outcome {
    const CLOSED: &str = "Self registration is not enabled on this instance.";
    if visit.method != http::Method::POST && visit.method != http::Method::PUT {
        return Err(Failure::not_allowed("This action takes a POST request."));
    }
    let body: Value = if visit.body.is_empty() {
        Value::Null
    } else {
        serde_json::from_reader(visit.body.reader()?).map_err(|error| invalid_json(&error))?
    };
    let empty = Map::new();
    let body = field::unwrapped(body.as_object().unwrap_or(&empty), "User");
    let kept = KEPT
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), body.get(*name)?.clone())))
        .collect();
    let user_agent = visit.headers.get(http::header::USER_AGENT);
    let request = Request {
        data: kept,
        address: visit.address,
        user_agent: user_agent
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned(),
    };
    let outcome = engine::register(&visit.app, request)
        .await
        .map_err(save::failure("register", "User", REGISTER.to_owned()))?;
    match outcome {
        engine::Outcome::Closed => Err(Failure::not_allowed(CLOSED)),
        engine::Outcome::Waiting => Ok(Answer::success(
            "Request sent. The administrators of this instance will answer it.",
            REGISTER,
            None,
        )),
    }
}

pub(crate) async fn index(call: Call) -> Outcome {
    let requests = call.read(engine::list).await?;
    Ok(Answer::json(&requests.iter().map(shape::registration).collect()))
}

/// The requests that a call is about: the one in the URL, else those of the body.
fn named(call: &Call, body: &Map<String, Value>) -> Result<Vec<Ref>, Failure> {
    let found = match call.arg(0) {
        Some(text) => vec![Ref::parse(text)],
        None => field::ids(body, "id")
            .or_else(|| field::ids(body, "ids"))
            .unwrap_or_default(),
    };
    let found: Option<Vec<Ref>> = found.into_iter().collect();
    found
        .filter(|found| !found.is_empty())
        .ok_or_else(|| Failure::not_found("Invalid registration"))
}

pub(crate) async fn accept(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let body = call.json_map("User")?;
    let which = named(&call, &body)?;
    let placement = Placement {
        org: field::reference(&body, "org_id").value(),
        role: field::int(&body, "role_id").value().map(RoleId),
    };
    let url = "/users/acceptRegistrations".to_owned();
    let added = engine::accept(&call.app, &call.actor, which, placement)
        .await
        .map_err(save::failure("acceptRegistrations", "User", url.clone()))?;
    Ok(Answer::success(&format!("Added {added} user(s)."), &url, None))
}

pub(crate) async fn discard(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let body = call.json_map("User")?;
    let which = named(&call, &body)?;
    let discarded = call.write(move |ctx| engine::discard(ctx, &which)).await?;
    Ok(Answer::success(
        &format!("{discarded} registration(s) discarded."),
        "/users/discardRegistrations",
        None,
    ))
}
