//! Rules that keep events from correlating with each other. spec: 05#1.7
use crate::answer::Answer;
use crate::call::Call;
use crate::describe;
use crate::failure::Failure;
use crate::routes::{Outcome, routes};
use crate::save;
use entente_engine::correlation_rule::{self, Draft};
use entente_misp::correlation::{rule as shape, selector_list};
use entente_misp::read::field;
use serde_json::Value;

routes! {
    "correlationrules": {
        "index" => index,
        "view" => view,
        "add" => add,
        "edit" => edit,
        "delete" => delete,
    }
}

const MODEL: &str = "CorrelationRule";

fn id(call: &Call) -> Option<i64> {
    call.arg(0).and_then(|text| text.parse().ok())
}

async fn index(call: Call) -> Outcome {
    let rules = call.read(correlation_rule::all).await?;
    Ok(Answer::json(&Value::Array(rules.iter().map(shape).collect())))
}

async fn show(call: &Call, id: Option<i64>) -> Outcome {
    let rule = call.read(move |ctx| correlation_rule::find(ctx, id)).await?;
    Ok(Answer::json(&shape(&rule)))
}

async fn view(call: Call) -> Outcome {
    show(&call, id(&call)).await
}

fn draft(call: &Call) -> Result<Draft, Failure> {
    let body = call.json_map(MODEL)?;
    Ok(Draft {
        name: field::text(&body, "name"),
        comment: field::text(&body, "comment"),
        selector: field::text(&body, "selector_type"),
        list: selector_list(&body),
    })
}

async fn add(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let draft = draft(&call)?;
    let id = call
        .write(move |ctx| correlation_rule::add(ctx, &draft))
        .await
        .map_err(save::failure("add", MODEL, "/correlation_rules/add".to_owned()))?;
    show(&call, Some(id)).await
}

async fn edit(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let (draft, id) = (draft(&call)?, id(&call));
    let id = call
        .write(move |ctx| correlation_rule::edit(ctx, id, &draft))
        .await
        .map_err(save::invalid("edit", MODEL, "/correlation_rules/edit"))?;
    show(&call, Some(id)).await
}

async fn delete(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let id = id(&call);
    let id = call.write(move |ctx| correlation_rule::remove(ctx, id)).await?;
    Ok(Answer::success(
        "CorrelationRule deleted.",
        &format!("/correlation_rules/delete/{id}"),
        Some(&id.to_string()),
    ))
}
