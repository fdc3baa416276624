//! Roles. spec: 02#3.4
use crate::answer::Answer;
use crate::call::Call;
use crate::describe;
use crate::failure::Failure;
use crate::listing;
use crate::routes::{Outcome, routes};
use crate::save;
use entente_engine::role as engine;
use entente_misp::role::{self as shape, Rights};
use entente_model::id::{Ref, RoleId};
use entente_model::role::Role;
use entente_policy::{Permission, Permissions};
use serde_json::{Value, json};

routes! {
    "roles": {
        "index" => index,
        "view" => view,
        "admin_index" => index,
        "admin_add" => add,
        "admin_edit" => edit,
        "admin_delete" => delete,
        "admin_set_default" => set_default,
    }
}

const MODEL: &str = "Role";

/// What the permission bits of a role mean on the wire.
pub(crate) fn rights(role: &Role) -> Rights {
    let permissions = Permissions::from_bits(role.permissions);
    let level = permissions.level();
    Rights {
        flags: Permission::ALL
            .iter()
            .map(|permission| (permission.name(), permissions.contains(*permission)))
            .collect(),
        level: level.digit(),
        level_name: level.name(),
    }
}

fn shown(role: &Role) -> Value {
    json!({ MODEL: shape::columns(role, &rights(role)) })
}

fn named(call: &Call) -> Result<RoleId, Failure> {
    match call.reference(0) {
        Some(Ref::Id(id)) => Ok(RoleId(id)),
        _ => Err(Failure::not_found("Invalid role")),
    }
}

async fn index(call: Call) -> Outcome {
    let body = call.json_map(MODEL)?;
    let roles = call.read(|ctx| Ok(engine::list(ctx))).await?;
    let roles = listing::page(&call, &body, roles);
    Ok(Answer::json(&roles.iter().map(|role| shown(role)).collect()))
}

async fn view(call: Call) -> Outcome {
    let id = named(&call)?;
    answer(&call, id).await
}

async fn answer(call: &Call, id: RoleId) -> Outcome {
    let role = call.read(move |ctx| engine::view(ctx, id)).await?;
    Ok(Answer::json(&shown(&role)))
}

async fn add(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let draft = shape::draft(&call.json_map(MODEL)?);
    let id = call
        .write(move |ctx| engine::add(ctx, &draft))
        .await
        .map_err(save::failure("add", MODEL, "/admin/roles/add".to_owned()))?;
    answer(&call, id).await
}

async fn edit(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let id = named(&call)?;
    let draft = shape::draft(&call.json_map(MODEL)?);
    call.write(move |ctx| engine::edit(ctx, id, &draft))
        .await
        .map_err(save::failure("edit", MODEL, format!("/admin/roles/edit/{id}")))?;
    answer(&call, id).await
}

async fn delete(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let id = named(&call)?;
    call.write(move |ctx| engine::delete(ctx, id)).await?;
    Ok(Answer::success(
        "Role deleted.",
        &format!("/admin/roles/delete/{id}"),
        Some(&id.to_string()),
    ))
}

/// Without an id no role is the default any more.
async fn set_default(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let id = match call.arg(0) {
        None => None,
        Some(_) => Some(named(&call)?),
    };
    call.write(move |ctx| engine::set_default(ctx, id)).await?;
    let id = id.map(|id| id.to_string()).unwrap_or_default();
    Ok(Answer::success(
        "Default role set.",
        &format!("/admin/roles/set_default/{id}"),
        Some(&id).filter(|id| !id.is_empty()).map(String::as_str),
    ))
}
