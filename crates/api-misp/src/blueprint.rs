//! Blueprints of sharing groups. spec: 08#6.1
use crate::answer::Answer;
use crate::call::{Call, truthy};
use crate::criteria::Criteria;
use crate::describe;
use crate::failure::Failure;
use crate::routes::{Outcome, routes};
use crate::save;
use entente_engine::sharing_group::blueprint::{self, Draft, Preview, Query};
use entente_engine::{Ctx, Result};
use entente_misp::read::field;
use entente_misp::sharing_group::short_org;
use entente_model::blueprint::Blueprint;
use entente_model::draft::Given;
use entente_model::id::{OrgId, Ref};
use serde_json::{Map, Value, json};

routes! {
    "sharinggroupblueprints": {
        "index" => index,
        "view" => view,
        "vieworgs" => orgs,
        "generateuuidlist" => uuids,
        "add" => add,
        "edit" => edit,
        "delete" => delete,
        "execute" => execute,
        "detach" => detach,
    }
}

fn rendered(ctx: &Ctx<'_, '_>, row: &Blueprint) -> Value {
    let group = ctx.directory.group(row.group);
    let rules: Value = serde_json::from_str(&row.rules).unwrap_or_default();
    json!({
        "SharingGroupBlueprint": {
            "id": row.id.to_string(),
            "uuid": row.uuid.to_string(),
            "name": row.name,
            "timestamp": row.timestamp.to_string(),
            "user_id": row.user.to_string(),
            "org_id": row.org.to_string(),
            "sharing_group_id": row.group.to_string(),
            "rules": rules,
        },
        "Organisation": ctx.directory.org(row.org).map(|org| short_org(org)),
        "SharingGroup": group.map(|group| json!({
            "id": group.id.to_string(), "name": group.name, "uuid": group.uuid.to_string(),
        })),
    })
}

async fn index(call: Call) -> Outcome {
    let criteria = Criteria::of(&call, "SharingGroupBlueprint")?;
    let query = Query {
        org: None,
        name: criteria.terms("name"),
        anywhere: criteria.anywhere(),
        page: criteria.page(),
    };
    let rows = call
        .read(move |ctx| {
            let rows = blueprint::search(ctx, &query)?;
            Ok(rows.iter().map(|row| rendered(ctx, row)).collect::<Vec<Value>>())
        })
        .await?;
    Ok(Answer::json(&Value::Array(rows)))
}

async fn show(call: &Call, named: Option<Ref>) -> Outcome {
    let shown = call
        .read(move |ctx| {
            let row = blueprint::find(ctx, named)?;
            Ok(rendered(ctx, &row))
        })
        .await?;
    Ok(Answer::json(&shown))
}

async fn view(call: Call) -> Outcome {
    show(&call, call.reference(0)).await
}

fn short_orgs(ctx: &Ctx<'_, '_>, orgs: impl IntoIterator<Item = OrgId>) -> Vec<Value> {
    orgs.into_iter()
        .filter_map(|org| ctx.directory.org(org))
        .map(|org| short_org(org))
        .collect()
}

/// `/sharingGroupBlueprints/viewOrgs/<id>`: whom the rules pick now.
async fn orgs(call: Call) -> Outcome {
    let named = call.reference(0);
    let orgs = call
        .read(move |ctx| {
            let row = blueprint::find(ctx, named)?;
            let picked = blueprint::orgs(ctx, &row)?;
            let orgs = short_orgs(ctx, picked);
            Ok(orgs
                .into_iter()
                .map(|org| json!({ "Organisation": org }))
                .collect::<Vec<_>>())
        })
        .await?;
    Ok(Answer::json(&Value::Array(orgs)))
}

/// `/sharingGroupBlueprints/generateUuidList/<id>`.
async fn uuids(call: Call) -> Outcome {
    let named = call.reference(0);
    let uuids = call
        .read(move |ctx| {
            let row = blueprint::find(ctx, named)?;
            let picked = blueprint::orgs(ctx, &row)?;
            let orgs = picked.into_iter().filter_map(|org| ctx.directory.org(org));
            Ok(orgs.map(|org| org.uuid.to_string()).collect::<Vec<_>>())
        })
        .await?;
    Ok(Answer::json(&json!(uuids)))
}

fn draft(body: &Map<String, Value>) -> Draft {
    let rules = match body.get("rules") {
        None | Some(Value::Null) => Given::Absent,
        Some(Value::Object(tree)) => Given::Value(tree.clone()),
        Some(Value::String(text)) => serde_json::from_str(text).map_or(Given::Invalid, Given::Value),
        Some(_) => Given::Invalid,
    };
    Draft {
        uuid: field::uuid(body, "uuid"),
        name: field::text(body, "name"),
        rules,
    }
}

async fn add(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let draft = draft(&call.json_map("SharingGroupBlueprint")?);
    let url = "/sharing_group_blueprints/add".to_owned();
    let id = call
        .write(move |ctx| blueprint::add(ctx, &draft))
        .await
        .map_err(save::failure("add", "SharingGroupBlueprint", url))?;
    show(&call, Some(Ref::Id(id))).await
}

async fn edit(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let draft = draft(&call.json_map("SharingGroupBlueprint")?);
    let named = call.reference(0);
    let id = call
        .write(move |ctx| blueprint::edit(ctx, named, &draft))
        .await
        .map_err(save::failure(
            "edit",
            "SharingGroupBlueprint",
            call.target.path.clone(),
        ))?;
    show(&call, Some(Ref::Id(id))).await
}

async fn delete(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let named = call.reference(0);
    let id = call.write(move |ctx| blueprint::remove(ctx, named)).await?;
    let url = format!("/sharing_group_blueprints/delete/{id}");
    Ok(Answer::success(
        "SharingGroupBlueprint deleted.",
        &url,
        Some(&id.to_string()),
    ))
}

async fn detach(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let named = call.reference(0);
    let row = call
        .write(move |ctx| blueprint::detach(ctx, named))
        .await
        .map_err(save::failure(
            "detach",
            "SharingGroupBlueprint",
            call.target.path.clone(),
        ))?;
    show(&call, Some(Ref::Id(row.id))).await
}

/// `POST /sharingGroupBlueprints/execute/<id or all>`; with `dry_run` what would change, and nothing changed.
async fn execute(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let all = call.arg(0).is_none_or(|name| name.eq_ignore_ascii_case("all"));
    let named = call.reference(0);
    if !all && named.is_none() {
        return Err(Failure::not_found("Invalid Sharing Group Blueprint."));
    }
    let body = call.json_map("SharingGroupBlueprint")?;
    let dry = read_flag(&body, "dry_run") || call.named("dry_run").is_some_and(truthy);
    if dry {
        if all {
            return Err(Failure::bad_request(
                "Name the blueprint whose execution you want to see.",
            ));
        }
        return would(&call, named).await;
    }
    let done = call.write(move |ctx| blueprint::execute(ctx, named)).await?;
    let message = format!(
        "Matched {} blueprints: {} sharing groups created, {} updated, {} failed.",
        done.matched, done.created, done.updated, done.failed
    );
    let url = format!(
        "/sharing_group_blueprints/execute/{}",
        call.arg(0).unwrap_or("all")
    );
    if done.failed > 0 && done.created + done.updated == 0 {
        let why =
            "The name of the blueprint is taken by another sharing group, or its group is not yours to edit.";
        return Err(Failure::save(
            "execute",
            "SharingGroupBlueprint",
            url,
            Value::from(why),
        ));
    }
    Ok(Answer::success(&message, &url, None))
}

fn read_flag(body: &Map<String, Value>, key: &str) -> bool {
    field::flag(body, key).or(false)
}

/// Events named in a preview.
const EVENTS: usize = 1_000;

async fn would(call: &Call, named: Option<Ref>) -> Outcome {
    let shown = call
        .read(move |ctx| {
            let preview = blueprint::preview(ctx, named)?;
            rendered_preview(ctx, &preview)
        })
        .await?;
    Ok(Answer::json(&shown))
}

fn rendered_preview(ctx: &mut Ctx<'_, '_>, preview: &Preview) -> Result<Value> {
    let first: Vec<i64> = preview.events.iter().copied().take(EVENTS).collect();
    let events = entente_engine::search::events(ctx, &first)?;
    Ok(json!({
        "gains": short_orgs(ctx, preview.gains.iter().copied()),
        "loses": short_orgs(ctx, preview.loses.iter().copied()),
        "event_count": preview.events.len(),
        "events": events.iter().map(|event| event.uuid.to_string()).collect::<Vec<_>>(),
    }))
}
