//! Import rules and values that are not exported. spec: 08#16
use crate::answer::Answer;
use crate::call::Call;
use crate::describe;
use crate::routes::{Outcome, routes};
use crate::save;
use entente_engine::value_rule::{self, AllowedRow, RuleDraft, RuleRow};
use entente_misp::read::field;
use serde_json::{Map, Value, json};

routes! {
    "regexp": {
        "index" => rules,
        "admin_index" => rules,
        "admin_add" => add,
        "admin_edit" => edit,
        "admin_delete" => delete,
    }
    "allowedlists": {
        "index" => allowed,
        "admin_index" => allowed,
        "admin_add" => add_allowed,
        "admin_edit" => edit_allowed,
        "admin_delete" => delete_allowed,
    }
}

fn id(call: &Call) -> Option<i64> {
    call.arg(0).and_then(|text| text.parse().ok())
}

fn rule(row: &RuleRow) -> Value {
    let kind = if row.kind.is_empty() { "ALL" } else { &row.kind };
    json!({ "Regexp": {
        "id": row.id.to_string(),
        "regexp": row.pattern,
        "replacement": row.replacement,
        "type": kind,
    }})
}

fn allowed_row(row: &AllowedRow) -> Value {
    json!({ "Allowedlist": { "id": row.id.to_string(), "name": row.pattern } })
}

async fn rules(call: Call) -> Outcome {
    let rows = call.read(value_rule::list).await?;
    Ok(Answer::json(&rows.iter().map(rule).collect()))
}

fn draft(body: &Map<String, Value>) -> RuleDraft {
    let all = field::flag(body, "all").or(false);
    RuleDraft {
        pattern: field::text(body, "regexp"),
        replacement: field::text(body, "replacement"),
        kind: if all {
            Some("ALL".to_owned())
        } else {
            field::text(body, "type")
        },
    }
}

async fn add(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let draft = draft(&call.json_map("Regexp")?);
    let row = call
        .write(move |ctx| value_rule::add(ctx, &draft))
        .await
        .map_err(save::failure("add", "Regexp", "/admin/regexp/add".to_owned()))?;
    Ok(Answer::json(&rule(&row)))
}

async fn edit(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let (draft, id) = (draft(&call.json_map("Regexp")?), id(&call));
    let row = call
        .write(move |ctx| value_rule::edit(ctx, id, &draft))
        .await
        .map_err(save::failure("edit", "Regexp", call.target.path.clone()))?;
    Ok(Answer::json(&rule(&row)))
}

async fn delete(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let id = id(&call);
    let row = call.write(move |ctx| value_rule::remove(ctx, id)).await?;
    let url = format!("/admin/regexp/delete/{}", row.id);
    Ok(Answer::success(
        "Regexp deleted.",
        &url,
        Some(&row.id.to_string()),
    ))
}

async fn allowed(call: Call) -> Outcome {
    let rows = call.read(value_rule::list_allowed).await?;
    Ok(Answer::json(&rows.iter().map(allowed_row).collect()))
}

fn pattern(call: &Call) -> Result<String, crate::failure::Failure> {
    let body = call.json_map("Allowedlist")?;
    Ok(field::text(&body, "name").unwrap_or_default())
}

async fn add_allowed(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let pattern = pattern(&call)?;
    let row = call
        .write(move |ctx| value_rule::add_allowed(ctx, &pattern))
        .await
        .map_err(save::failure(
            "add",
            "Allowedlist",
            "/admin/allowedlists/add".to_owned(),
        ))?;
    Ok(Answer::json(&allowed_row(&row)))
}

async fn edit_allowed(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let (pattern, id) = (pattern(&call)?, id(&call));
    let row = call
        .write(move |ctx| value_rule::edit_allowed(ctx, id, &pattern))
        .await
        .map_err(save::failure("edit", "Allowedlist", call.target.path.clone()))?;
    Ok(Answer::json(&allowed_row(&row)))
}

async fn delete_allowed(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let id = id(&call);
    let row = call.write(move |ctx| value_rule::remove_allowed(ctx, id)).await?;
    let url = format!("/admin/allowedlists/delete/{}", row.id);
    Ok(Answer::success(
        "Allowedlist deleted.",
        &url,
        Some(&row.id.to_string()),
    ))
}
