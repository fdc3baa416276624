//! Passwords: checked and hashed before the transaction that stores them.
use super::{ABSENT, add, change, edit, rights};
use crate::actor::Actor;
use crate::app::App;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use entente_model::account::User;
use entente_model::draft::Given;
use entente_model::draft::people::Secret;
use entente_model::id::UserId;
use std::sync::Arc;

/// The hash of a new password for an account, once the caller's right, the policy and the difference from
/// the present password are checked. `None` when no password was given.
pub(super) async fn prepare(
    app: &App,
    actor: &Arc<Actor>,
    id: UserId,
    given: &Given<Secret>,
    may: fn(&mut Ctx<'_, '_>, UserId) -> Result<User>,
) -> Result<Option<String>> {
    let Secret(password) = match given {
        Given::Absent => return Ok(None),
        Given::Invalid => return Err(Error::field("password", "This value cannot be read.")),
        Given::Value(password) => password,
    };
    let present = app
        .read(Arc::clone(actor), move |ctx| {
            may(ctx, id)?;
            Ok(entente_store::account::password_hash(ctx.tx, id)?)
        })
        .await?
        .ok_or_else(|| Error::not_found(ABSENT))?;
    add::check(app, password)?;
    if app.password_fits(password.clone(), present).await? {
        return Err(Error::field(
            "password",
            "The new password must differ from the present one.",
        ));
    }
    Ok(Some(app.hash_password(password.clone()).await?))
}

/// Changes one's own password. The present one is checked when it is given. spec: 03#13.2
///
/// # Errors
/// `Denied` with a read-only key; `Fields`.
pub async fn change_own_password(
    app: &App,
    actor: &Arc<Actor>,
    password: Given<Secret>,
    present: Option<Secret>,
) -> Result<()> {
    let id = actor.user_id();
    if let Some(Secret(claimed)) = present {
        let stored = app
            .read(Arc::clone(actor), move |ctx| {
                edit::own(ctx, id)?;
                Ok(entente_store::account::password_hash(ctx.tx, id)?)
            })
            .await?
            .unwrap_or_default();
        if !app.password_fits(claimed, stored).await? {
            return Err(Error::field(
                "current_password",
                "This is not your present password.",
            ));
        }
    }
    let hash = prepare(app, actor, id, &password, edit::own)
        .await?
        .ok_or_else(|| Error::field("password", "Mandatory field not set."))?;
    app.write(Arc::clone(actor), move |ctx| {
        let mut user = edit::own(ctx, id)?;
        user.change_pw = false;
        user.modified = ctx.now();
        entente_store::account::update(ctx.tx, &user)?;
        entente_store::account::set_password(ctx.tx, id, &hash, ctx.now())?;
        let mut diff = crate::journal::Diff::default();
        diff.secret("password");
        change::note(ctx, "change_pw", &user, diff.into_text())
    })
    .await
}

/// Sends an account new credentials. An instance without outgoing mail has no way to tell the user the
/// new password, so nothing is changed there.
///
/// # Errors
/// `NotFound`, `Denied` as for changing the account; `Conflict` without outgoing mail.
pub fn reset_password(ctx: &mut Ctx<'_, '_>, id: UserId) -> Result<()> {
    rights::managed(ctx, id)?;
    Err(Error::conflict(
        "This instance sends no mail, so new credentials cannot be delivered; set a password by editing the user.",
    ))
}
