//! Organisations. spec: 03#12
use crate::answer::Answer;
use crate::call::Call;
use crate::describe;
use crate::failure::Failure;
use crate::listing;
use crate::routes::{Outcome, routes};
use crate::save;
use entente_engine::organisation::{self as engine, Listed, Place};
use entente_misp::organisation as shape;
use entente_model::id::OrgId;
use serde_json::Value;

routes! {
    "organisations": {
        "index" => index,
        "view" => view,
        "getuuids" => uuids,
        "admin_add" => add,
        "admin_edit" => edit,
        "admin_delete" => delete,
        "admin_merge" => merge,
    }
}

const MODEL: &str = "Organisation";

fn shown(listed: &Listed, landing_page: bool) -> Value {
    let creator = listed.creator.clone();
    let around = shape::Around {
        users: Some(listed.users),
        creator: creator.map(|creator| (creator.id.to_string(), creator.email)),
        landing_page,
    };
    shape::view(&listed.org, &around)
}

async fn index(call: Call) -> Outcome {
    let body = call.json_map(MODEL)?;
    let place = match listing::parameter(&call, &body, "scope").as_deref() {
        Some("all") => Place::All,
        Some("external") => Place::External,
        _ => Place::Local,
    };
    let search = listing::parameter(&call, &body, "searchall");
    let rows = call
        .read(move |ctx| engine::list(ctx, place, search.as_deref()))
        .await?;
    let rows = listing::page(&call, &body, rows);
    Ok(Answer::json(&rows.iter().map(|row| shown(row, true)).collect()))
}

fn named(call: &Call) -> Result<String, Failure> {
    call.arg(0)
        .map(str::to_owned)
        .ok_or_else(|| Failure::not_found("Invalid organisation"))
}

async fn view(call: Call) -> Outcome {
    let which = named(&call)?;
    let listed = call.read(move |ctx| engine::view(ctx, &which)).await?;
    Ok(Answer::json(&shown(&listed, false)))
}

async fn saved(call: &Call, id: OrgId) -> Outcome {
    let listed = call.read(move |ctx| engine::view(ctx, &id.to_string())).await?;
    Ok(Answer::json(&shown(&listed, true)))
}

async fn uuids(call: Call) -> Outcome {
    let uuids = call.read(|ctx| Ok(engine::local_uuids(ctx))).await?;
    Ok(Answer::json(&uuids.iter().map(ToString::to_string).collect()))
}

async fn add(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let draft = shape::draft(&call.json_map(MODEL)?);
    let id = call
        .write(move |ctx| engine::add(ctx, &draft))
        .await
        .map_err(save::failure("add", MODEL, "/admin/organisations/add".to_owned()))?;
    saved(&call, id).await
}

async fn edit(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let which = named(&call)?;
    let draft = shape::draft(&call.json_map(MODEL)?);
    let url = format!("/admin/organisations/edit/{which}");
    let id = call
        .write(move |ctx| engine::edit(ctx, &which, &draft))
        .await
        .map_err(save::failure("edit", MODEL, url))?;
    saved(&call, id).await
}

async fn delete(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let which = named(&call)?;
    let url = format!("/admin/organisations/delete/{which}");
    let id = call
        .write(move |ctx| engine::delete(ctx, &which))
        .await
        .map_err(save::failure("delete", MODEL, url.clone()))?;
    Ok(Answer::success(
        "Organisation deleted",
        &url,
        Some(&id.to_string()),
    ))
}

/// The target stands in the URL behind the organisation that goes, or in the body.
async fn merge(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let which = named(&call)?;
    let in_url = call.arg(1).map(str::to_owned);
    let target = in_url.or(shape::merge_target(&call.json_map(MODEL)?));
    let url = format!("/admin/organisations/merge/{which}");
    let id = call
        .write(move |ctx| engine::merge(ctx, &which, target.as_deref()))
        .await
        .map_err(save::failure("merge", MODEL, url.clone()))?;
    Ok(Answer::success(
        "Organisation merged",
        &url,
        Some(&id.to_string()),
    ))
}
