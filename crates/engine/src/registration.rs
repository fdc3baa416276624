//! Asking for an account, and answering. spec: 03#13.3
use crate::actor::Actor;
use crate::app::App;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::{Change, Entry};
use crate::sources::{alphanumeric, new_uuid};
use crate::user::rights;
use entente_model::account::Registration;
use entente_model::draft::Given;
use entente_model::draft::people::UserDraft;
use entente_model::id::{OrgId, Ref, RoleId};
use entente_store::journal::{ChangeRow, LogRow};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::net::IpAddr;
use std::sync::Arc;

const ABSENT: &str = "Invalid registration";
/// Requests that may wait; anybody can send one, so their number is bounded.
const MOST_WAITING: i64 = 1_000;
/// Bytes of one request, PGP key included.
const LONGEST: usize = 131_072;

/// What somebody without an account sends.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The fields that are kept, by their wire name; `email` is needed.
    pub data: Map<String, Value>,
    /// Where it comes from.
    pub address: Option<IpAddr>,
    /// The client it comes with.
    pub user_agent: String,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It waits for a site administrator.
    Waiting,
    /// This instance takes no requests.
    Closed,
}

/// Keeps a request for an account.
///
/// # Errors
/// `Invalid` without an address; `Fields` when it is none; `TooLarge`; `Limited` while too many wait.
pub async fn register(app: &App, request: Request) -> Result<Outcome> {
    if !app.settings().bool("Security.allow_self_registration") {
        return Ok(Outcome::Closed);
    }
    let email = text(&request.data, "email");
    if email.is_empty() {
        return Err(Error::invalid("We need at least an email address to register."));
    }
    if !rights::is_email(&email) {
        return Err(Error::field("email", "Please enter a valid email address."));
    }
    let data = Value::Object(request.data.clone()).to_string();
    if data.len() > LONGEST {
        return Err(Error::TooLarge(
            format!("A request for an account may have at most {LONGEST} bytes.").into(),
        ));
    }
    let user_agent: String = request.user_agent.chars().take(255).collect();
    let registration = Registration {
        id: 0,
        uuid: new_uuid(app.random())?,
        title: format!("User registration for {email}."),
        ip: request.address.map(|ip| ip.to_string()).unwrap_or_default(),
        user_agent_sha256: hex::encode(Sha256::digest(user_agent.as_bytes())),
        user_agent,
        comment: text(&request.data, "message"),
        timestamp: app.now(),
        data,
    };
    let at_micros = app.now_micros();
    // No snapshot of the instance shows requests, so none is loaded anew for a stranger.
    app.db()
        .write(move |tx| {
            if entente_store::inbox::count(tx)? >= MOST_WAITING {
                return Err(Error::Limited {
                    message: "Too many requests are waiting already.".into(),
                    retry_after: 3_600,
                });
            }
            let id = entente_store::inbox::insert(tx, &registration)?;
            entente_store::journal::log(tx, &log_row(id, &registration))?;
            let change = ChangeRow {
                at_micros,
                user: 0,
                kind: "add",
                entity: "registration",
                entity_id: id,
                uuid: Some(registration.uuid),
                event: None,
            };
            entente_store::journal::change(tx, &change)?;
            Ok(())
        })
        .await?;
    Ok(Outcome::Waiting)
}

fn text(data: &Map<String, Value>, key: &str) -> String {
    data.get(key)
        .and_then(Value::as_str)
        .map(|text| text.trim().to_owned())
        .unwrap_or_default()
}

fn log_row(id: i64, registration: &Registration) -> LogRow {
    // The address is the only part with free text; it was checked to hold no control characters.
    LogRow {
        id: 0,
        title: format!("Inbox ({id}): {}", registration.title),
        created: registration.timestamp,
        model: "Inbox".to_owned(),
        model_id: id,
        action: "add".to_owned(),
        user: 0,
        change: None,
        email: String::new(),
        org: String::new(),
        description: None,
        ip: registration.ip.clone(),
    }
}

/// Requests that wait, oldest first.
///
/// # Errors
/// `Denied` to all but site administrators.
pub fn list(ctx: &mut Ctx<'_, '_>) -> Result<Vec<Registration>> {
    ctx.require_site_admin()?;
    Ok(entente_store::inbox::all(ctx.tx)?)
}

/// Whom the accepted users belong to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Placement {
    /// Organisation.
    pub org: Option<Ref>,
    /// Role; else the default role.
    pub role: Option<RoleId>,
}

/// Makes accounts out of requests; answers how many. All of them or none.
///
/// # Errors
/// `Denied` to all but site administrators; `Invalid` without organisation or role; `NotFound`; `Fields`.
pub async fn accept(app: &App, actor: &Arc<Actor>, which: Vec<Ref>, placement: Placement) -> Result<usize> {
    let wanted = which.clone();
    app.read(Arc::clone(actor), move |ctx| {
        ctx.require_site_admin()?;
        place(ctx, placement)?;
        find(ctx, &wanted)
    })
    .await?;
    let mut hashes = Vec::with_capacity(which.len());
    for _ in &which {
        // Nobody knows this password; an administrator or a key lets the user in.
        let password = alphanumeric(app.random(), 32)?;
        hashes.push(app.hash_password(password).await?);
    }
    app.write(Arc::clone(actor), move |ctx| {
        ctx.require_site_admin()?;
        let (org, role) = place(ctx, placement)?;
        let requests = find(ctx, &which)?;
        for (request, hash) in requests.iter().zip(&hashes) {
            let data: Map<String, Value> = serde_json::from_str(&request.data).unwrap_or_default();
            let draft = UserDraft {
                org: Given::Value(org.0),
                role: Given::Value(role.0),
                email: Given::Value(text(&data, "email")),
                gpgkey: Given::Value(text(&data, "pgp")),
                ..UserDraft::default()
            };
            crate::user::insert(ctx, &draft, hash)?;
            remove(ctx, request, "accept")?;
        }
        Ok(requests.len())
    })
    .await
}

fn place(ctx: &Ctx<'_, '_>, placement: Placement) -> Result<(OrgId, RoleId)> {
    let Some(org) = placement.org else {
        return Err(Error::invalid(
            "No organisation selected. Supply an Organisation ID",
        ));
    };
    let org = match org {
        Ref::Id(id) => ctx.directory.org(OrgId(id)),
        Ref::Uuid(uuid) => ctx.directory.org_by_uuid(uuid),
    }
    .ok_or_else(|| Error::invalid("Invalid organisation"))?;
    let role = placement
        .role
        .or_else(|| crate::user::default_role(ctx))
        .ok_or_else(|| Error::invalid("No role selected. Supply a Role ID"))?;
    if ctx.directory.role(role).is_none() {
        return Err(Error::invalid("Invalid role"));
    }
    Ok((org.id, role))
}

fn find(ctx: &mut Ctx<'_, '_>, which: &[Ref]) -> Result<Vec<Registration>> {
    which
        .iter()
        .map(|one| entente_store::inbox::get(ctx.tx, *one)?.ok_or_else(|| Error::not_found(ABSENT)))
        .collect()
}

/// Removes requests; answers how many. All of them or none.
///
/// # Errors
/// `Denied` to all but site administrators; `NotFound`.
pub fn discard(ctx: &mut Ctx<'_, '_>, which: &[Ref]) -> Result<usize> {
    ctx.require_site_admin()?;
    let requests = find(ctx, which)?;
    for request in &requests {
        remove(ctx, request, "discard")?;
    }
    Ok(requests.len())
}

fn remove(ctx: &mut Ctx<'_, '_>, request: &Registration, action: &'static str) -> Result<()> {
    entente_store::inbox::delete(ctx.tx, request.id)?;
    ctx.log(&Entry {
        model: "Inbox",
        id: request.id,
        action,
        title: format!("Inbox ({}): {}", request.id, request.title),
        change: None,
        description: None,
    })?;
    ctx.change(&Change {
        kind: "delete",
        entity: "registration",
        id: request.id,
        uuid: Some(request.uuid),
        event: None,
    })
}
