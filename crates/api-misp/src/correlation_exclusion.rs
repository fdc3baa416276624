//! Values that never correlate. spec: 03#18
use crate::answer::Answer;
use crate::call::Call;
use crate::criteria::Criteria;
use crate::describe;
use crate::failure::Failure;
use crate::routes::{Outcome, routes};
use crate::save;
use entente_engine::correlation_exclusion::{self, Draft, Query};
use entente_misp::blocklist::exclusion;
use entente_misp::read::field;
use serde_json::Value;

routes! {
    "correlationexclusions": {
        "index" => index,
        "view" => view,
        "add" => add,
        "edit" => edit,
        "delete" => delete,
        "clean" => clean,
    }
}

const MODEL: &str = "CorrelationExclusion";

fn id(call: &Call) -> Option<i64> {
    call.arg(0).and_then(|text| text.parse().ok())
}

async fn index(call: Call) -> Outcome {
    let criteria = Criteria::of(&call, MODEL)?;
    let query = Query {
        value: criteria.terms("value"),
        comment: criteria.terms("comment"),
        anywhere: criteria
            .texts("quickFilter")
            .iter()
            .map(|text| entente_engine::log::Term::containing(text))
            .collect(),
        page: criteria.page(),
    };
    let rows = call
        .read(move |ctx| correlation_exclusion::search(ctx, &query))
        .await?;
    Ok(Answer::json(&Value::Array(rows.iter().map(exclusion).collect())))
}

async fn show(call: &Call, id: Option<i64>) -> Outcome {
    let row = call.read(move |ctx| correlation_exclusion::find(ctx, id)).await?;
    Ok(Answer::json(&exclusion(&row)))
}

async fn view(call: Call) -> Outcome {
    show(&call, id(&call)).await
}

fn draft(call: &Call) -> Result<Draft, Failure> {
    let body = call.json_map(MODEL)?;
    Ok(Draft {
        value: field::text(&body, "value"),
        comment: field::text(&body, "comment"),
    })
}

async fn add(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let draft = draft(&call)?;
    let id = call
        .write(move |ctx| correlation_exclusion::add(ctx, &draft))
        .await
        .map_err(save::invalid("add", MODEL, "/correlation_exclusions/add"))?;
    show(&call, Some(id)).await
}

async fn edit(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let (draft, id) = (draft(&call)?, id(&call));
    let id = call
        .write(move |ctx| correlation_exclusion::edit(ctx, id, &draft))
        .await
        .map_err(save::invalid("edit", MODEL, "/correlation_exclusions/edit"))?;
    show(&call, Some(id)).await
}

async fn delete(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let id = id(&call);
    let id = call
        .write(move |ctx| correlation_exclusion::remove(ctx, id))
        .await?;
    let url = format!("/correlation_exclusions/delete/{id}");
    Ok(Answer::success(
        "CorrelationExclusion deleted.",
        &url,
        Some(&id.to_string()),
    ))
}

/// Correlations are found when they are asked for, past the excluded values, so none are kept that would
/// have to be removed.
async fn clean(call: Call) -> Outcome {
    Ok(Answer::success(
        "Correlations of excluded values are not kept; there is nothing to clean.",
        &call.target.path,
        None,
    ))
}
