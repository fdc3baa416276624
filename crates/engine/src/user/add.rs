//! Adding accounts, by an administrator or from a registration.
use super::{change, rights};
use crate::actor::Actor;
use crate::app::App;
use crate::auth::check_password_policy;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::given::Applying;
use crate::sources::alphanumeric;
use entente_model::account::User;
use entente_model::draft::Given;
use entente_model::draft::people::{Secret, UserDraft};
use entente_model::id::{OrgId, RoleId, UserId};
use entente_policy::Permission;
use std::sync::Arc;

/// An account that was added.
pub struct Added {
    /// Its id.
    pub id: UserId,
    /// Its API key, shown once; none where keys must name addresses.
    pub key: Option<String>,
}

/// Adds an account with a first API key. Organisation administrators add to their own organisation,
/// whatever they name. spec: 03#13.2
///
/// # Errors
/// `Denied` without administration rights or for a role that the caller may not give; `Fields`.
pub async fn add(app: &App, actor: &Arc<Actor>, draft: UserDraft) -> Result<Added> {
    if !actor.can(Permission::Admin) && !actor.is_site_admin() {
        return Err(Error::denied(
            "You do not have permission to use this functionality.",
        ));
    }
    let hash = first_password(app, &draft.password).await?;
    app.write(Arc::clone(actor), move |ctx| insert(ctx, &draft, &hash))
        .await
}

/// The hash of the password given, or of a random one that nobody knows.
async fn first_password(app: &App, given: &Given<Secret>) -> Result<String> {
    let password = match given {
        Given::Value(Secret(password)) => {
            check(app, password)?;
            password.clone()
        }
        Given::Absent => alphanumeric(app.random(), 32)?,
        Given::Invalid => return Err(Error::field("password", "This value cannot be read.")),
    };
    app.hash_password(password).await
}

/// The password policy of this instance.
pub(super) fn check(app: &App, password: &str) -> Result<()> {
    let shortest = app
        .settings()
        .number("Security.password_policy_length")
        .and_then(|length| usize::try_from(length).ok())
        .unwrap_or(12);
    check_password_policy(password, shortest).map_err(|why| Error::field("password", why))
}

/// Adds the account within a transaction.
pub(crate) fn insert(ctx: &mut Ctx<'_, '_>, draft: &UserDraft, password_hash: &str) -> Result<Added> {
    ctx.require_writing_key()?;
    let mut applying = Applying::default();
    let mut user = blank(ctx, organisation(ctx, draft, &mut applying))?;
    let before = user.clone();
    user.role = role(ctx, draft, &mut applying);
    if !user.role.is_none() {
        match rights::check_role(ctx, user.role, user.org, None) {
            Err(Error::Fields(errors)) => {
                for (field, messages) in errors.0 {
                    applying.errors.add(&field, messages.join(" "));
                }
            }
            other => other?,
        }
    }
    change::apply_profile(draft, &mut user, &mut applying);
    change::apply_administration(ctx, draft, &mut user, &mut applying);
    change::apply_email(ctx, &draft.email, &mut user, &mut applying)?;
    change::check_domain(ctx, &user, &mut applying);
    applying.finish()?;
    crate::organisation::make_local(ctx, user.org)?;
    user.id = entente_store::account::insert(ctx.tx, &user, password_hash).map_err(change::taken)?;
    change::note(ctx, "add", &user, change::changes(&before, &user).into_text())?;
    let key = crate::auth_key::first(ctx, user.id)?;
    Ok(Added { id: user.id, key })
}

fn organisation(ctx: &Ctx<'_, '_>, draft: &UserDraft, applying: &mut Applying) -> OrgId {
    let own = ctx.actor.org_id();
    if !ctx.actor.is_site_admin() {
        return own;
    }
    match &draft.org {
        Given::Absent => own,
        given => match given.as_value().map(|id| OrgId(*id)) {
            Some(id) if ctx.directory.org(id).is_some() => id,
            _ => {
                applying.errors.add("org_id", "Invalid organisation");
                own
            }
        },
    }
}

fn role(ctx: &Ctx<'_, '_>, draft: &UserDraft, applying: &mut Applying) -> RoleId {
    match &draft.role {
        Given::Value(id) => RoleId(*id),
        Given::Invalid => {
            applying.errors.add("role_id", "Invalid role");
            RoleId::NONE
        }
        Given::Absent => match default_role(ctx) {
            Some(id) => id,
            None => {
                applying.errors.add("role_id", "Mandatory field not set.");
                RoleId::NONE
            }
        },
    }
}

/// The role that new users get when none is named.
pub(crate) fn default_role(ctx: &Ctx<'_, '_>) -> Option<RoleId> {
    ctx.directory
        .roles()
        .find(|role| role.default)
        .map(|role| role.id)
}

fn blank(ctx: &Ctx<'_, '_>, org: OrgId) -> Result<User> {
    Ok(User {
        id: UserId::NONE,
        org,
        role: RoleId::NONE,
        server: 0,
        email: String::new(),
        autoalert: ctx.settings.bool("MISP.default_publish_alert"),
        contactalert: false,
        invited_by: ctx.actor.user_id(),
        gpgkey: String::new(),
        certif_public: String::new(),
        nids_sid: random_sid(ctx)?,
        termsaccepted: false,
        newsread: 0,
        change_pw: true,
        disabled: false,
        expiration: None,
        current_login: 0,
        last_login: 0,
        last_api_access: 0,
        force_logout: false,
        created: ctx.now(),
        modified: ctx.now(),
        last_pw_change: ctx.now(),
        sub: None,
        external_auth_required: false,
        external_auth_key: String::new(),
        notification_daily: false,
        notification_weekly: false,
        notification_monthly: false,
        totp_set: false,
        hotp_counter: None,
    })
}

/// Seven digits, so that exported rules of different users rarely meet. spec: 01#7.11
fn random_sid(ctx: &Ctx<'_, '_>) -> Result<i64> {
    let mut bytes = [0u8; 4];
    ctx.app.random().fill(&mut bytes)?;
    Ok(1_000_000 + i64::from(u32::from_le_bytes(bytes)) % 9_000_000)
}
