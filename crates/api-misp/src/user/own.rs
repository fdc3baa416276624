//! One's own account.
use super::{MODEL, named_user, own_view};
use crate::answer::Answer;
use crate::call::Call;
use crate::describe;
use crate::failure::Failure;
use crate::routes::Outcome;
use crate::save;
use entente_engine::user as engine;
use entente_misp::user as shape;

pub(super) async fn view(call: Call) -> Outcome {
    let id = named_user(&call)?;
    own_view(&call, id).await
}

/// A URL may name one's own id only; nobody edits another account here.
pub(super) async fn edit(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let id = named_user(&call)?;
    if id != call.actor.user_id() {
        return Err(Failure::not_found("Invalid user"));
    }
    let draft = shape::draft(&call.json_map(MODEL)?);
    engine::edit_own(&call.app, &call.actor, draft)
        .await
        .map_err(save::failure("edit", MODEL, format!("/users/edit/{id}")))?;
    own_view(&call, id).await
}

pub(super) async fn change_password(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let body = call.json_map(MODEL)?;
    let password = shape::password(&body, "password");
    let present = shape::password(&body, "current_password").value();
    engine::change_own_password(&call.app, &call.actor, password, present)
        .await
        .map_err(save::failure("change_pw", MODEL, "/users/change_pw".to_owned()))?;
    Ok(Answer::success("Password Changed.", "/users/change_pw", None))
}
