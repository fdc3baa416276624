//! User accounts. spec: 03#13
use crate::answer::Answer;
use crate::call::Call;
use crate::failure::Failure;
use crate::routes::{Outcome, routes};
use entente_engine::user::{self as engine, Viewed};
use entente_misp::user as shape;
use entente_model::id::UserId;

mod admin;
mod own;

routes! {
    "users": {
        "view" => own::view,
        "edit" => own::edit,
        "change_pw" => own::change_password,
        "resetauthkey" => crate::auth_key::reset,
        "admin_index" => admin::index,
        "admin_view" => admin::view,
        "admin_add" => admin::add,
        "admin_edit" => admin::edit,
        "admin_delete" => admin::delete,
        "admin_masstogglefield" => admin::toggle,
        "initiatepasswordreset" => admin::reset_password,
        "registrations" => crate::registration::index,
        "acceptregistrations" => crate::registration::accept,
        "discardregistrations" => crate::registration::discard,
    }
}

const MODEL: &str = "User";

/// The account that a text names: an id or `me`.
///
/// # Errors
/// 404, as for an account that is not there.
pub(crate) fn user_of(call: &Call, text: &str) -> Result<UserId, Failure> {
    if text == "me" {
        return Ok(call.actor.user_id());
    }
    match entente_model::id::Ref::parse(text) {
        Some(entente_model::id::Ref::Id(id)) => Ok(UserId(id)),
        _ => Err(Failure::not_found("Invalid user")),
    }
}

/// The account that the URL names, oneself by default.
///
/// # Errors
/// As [`user_of`].
pub(crate) fn named_user(call: &Call) -> Result<UserId, Failure> {
    user_of(call, call.arg(0).unwrap_or("me"))
}

fn shown(viewed: &Viewed, as_admin: bool) -> Answer {
    let rights = crate::role::rights(&viewed.role);
    let admins: Vec<_> = viewed
        .org_admins
        .iter()
        .map(|(id, email)| (id.to_string(), email.clone()))
        .collect();
    let around = shape::Around {
        role: &viewed.role,
        rights: &rights,
        org: &viewed.org,
        settings: &viewed.settings,
        org_admins: as_admin.then_some(admins.as_slice()),
    };
    Answer::json(&shape::view(&viewed.user, &around))
}

async fn own_view(call: &Call, id: UserId) -> Outcome {
    let viewed = call.read(move |ctx| engine::view(ctx, id)).await?;
    Ok(shown(&viewed, false))
}
