//! Decaying models: listing, switching, changing, trying out. spec: 05#5.4
mod change;
mod simulation;

use crate::answer::Answer;
use crate::call::{Call, truthy};
use crate::criteria::Criteria;
use crate::describe;
use crate::failure::Failure;
use crate::routes::{Outcome, routes};
use entente_engine::decay::score::Score;
use entente_engine::{Ctx, decay};
use entente_misp::decay::ScoreView;
use serde_json::{Value, json};

routes! {
    "decayingmodel": {
        "index" => index,
        "view" => view,
        "getalldecayingmodels" => all,
        "update" => update,
        "enable" => enable,
        "disable" => disable,
        "export" => export,
        "add" => change::add,
        "edit" => change::edit,
        "delete" => change::delete,
        "import" => change::import,
        "decayingtoolcomputesimulation" => simulation::simulate,
        "decayingtoolrestsearch" => simulation::search,
    }
    "decayingmodelmapping": {
        "linkattributetypetomodel" => change::link,
        "viewassociatedtypes" => types,
    }
}

const MODEL: &str = "DecayingModel";
/// Models on a page of the index.
const PAGE: i64 = 50;

fn id(call: &Call) -> Option<i64> {
    call.arg(0).and_then(|text| text.parse().ok())
}

async fn models(
    call: &Call,
    keep: impl Fn(&Call, &entente_model::library::DecayingModel) -> bool,
) -> Result<Vec<Value>, Failure> {
    let models = call
        .read(|ctx| {
            let models = decay::list(ctx)?;
            let editable: Vec<bool> = models.iter().map(|model| decay::editable(ctx, model)).collect();
            Ok(models.into_iter().zip(editable).collect::<Vec<_>>())
        })
        .await?;
    let kept = models.iter().filter(|(model, _)| keep(call, model));
    Ok(kept
        .map(|(model, editable)| entente_misp::decay::view(model, *editable))
        .collect())
}

/// `GET /decayingModel/index[/my_models:1][/default_models:1][/all_orgs:1][/page:2][/limit:10]`.
async fn index(call: Call) -> Outcome {
    let wants = |call: &Call, name: &str, is: bool| call.named(name).is_none_or(|text| truthy(text) == is);
    let models = models(&call, |call, model| {
        wants(call, "my_models", model.org == call.actor.org_id())
            && wants(call, "default_models", model.default)
            && wants(call, "all_orgs", model.all_orgs)
    })
    .await?;
    let criteria = Criteria::of(&call, MODEL)?;
    let page = criteria.page_or_first();
    let limit = criteria.text("limit").map_or(PAGE, |_| page.limit);
    let size = |n: i64| usize::try_from(n).unwrap_or(usize::MAX);
    let skipped = size(limit.saturating_mul(page.number - 1));
    let shown: Vec<Value> = models.into_iter().skip(skipped).take(size(limit)).collect();
    Ok(Answer::json(&shown.into()))
}

/// `GET /decayingModel/getAllDecayingModels`.
async fn all(call: Call) -> Outcome {
    Ok(Answer::json(&models(&call, |_, _| true).await?.into()))
}

async fn one(call: &Call, model: Option<i64>) -> Result<Value, Failure> {
    let shown = call
        .read(move |ctx| {
            let model = decay::view(ctx, model)?;
            let editable = decay::editable(ctx, &model);
            Ok(entente_misp::decay::view(&model, editable))
        })
        .await?;
    Ok(shown)
}

/// `GET /decayingModel/view/<id>`.
async fn view(call: Call) -> Outcome {
    Ok(Answer::json(&one(&call, id(&call)).await?))
}

/// `GET /decayingModelMapping/viewAssociatedTypes/<id>`: names of attribute types.
async fn types(call: Call) -> Outcome {
    let model = id(&call);
    let model = call.read(move |ctx| decay::view(ctx, model)).await?;
    Ok(Answer::json(&json!(model.attribute_types)))
}

/// `GET /decayingModel/export/<id>`: without what is this instance's own.
async fn export(call: Call) -> Outcome {
    let mut model = one(&call, id(&call)).await?;
    let columns = model.get_mut(MODEL).and_then(Value::as_object_mut);
    let Some(columns) = columns else {
        return Ok(Answer::json(&model));
    };
    for own in ["id", "uuid", "org_id", "isEditable"] {
        columns.shift_remove(own);
    }
    Ok(Answer::json(&Value::Object(columns.clone())))
}

/// `POST /decayingModel/update[/force]`.
async fn update(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let force = call
        .arg(0)
        .is_some_and(|word| word.eq_ignore_ascii_case("force") || truthy(word));
    let message = match call.write(move |ctx| decay::update(ctx, force)).await? {
        0 => "All default decaying models are up to date already.".to_owned(),
        updated => format!("Successfully updated {updated} default decaying models."),
    };
    Ok(Answer::success(&message, &call.target.path, None))
}

async fn switch(call: &Call, enabled: bool) -> Outcome {
    if call.is_read() {
        return describe::answer(call);
    }
    let model = id(call);
    let model = call
        .write(move |ctx| decay::set_enabled(ctx, model, enabled))
        .await?;
    let message = if enabled {
        "Decaying Model enabled."
    } else {
        "Decaying Model disabled."
    };
    let data = one(call, Some(model)).await?;
    Ok(Answer::json(&json!({
        "saved": true,
        "success": true,
        "name": message,
        "message": message,
        "url": call.target.path,
        "data": data.get(MODEL),
    })))
}

/// `POST /decayingModel/enable/<id>`.
async fn enable(call: Call) -> Outcome {
    switch(&call, true).await
}

/// `POST /decayingModel/disable/<id>`.
async fn disable(call: Call) -> Outcome {
    switch(&call, false).await
}

/// The mean of scores and whether any model says that the value has decayed, as tables show them. spec: 04#6.2
#[must_use]
pub fn mean_of(scores: &[Score]) -> Option<(f64, bool)> {
    let count = f64::from(u32::try_from(scores.len()).unwrap_or(u32::MAX));
    let sum: f64 = scores.iter().map(|score| score.score).sum();
    (!scores.is_empty()).then(|| (sum / count, scores.iter().any(|score| score.decayed)))
}

/// `decay_score` or `event_scores`; `None` when no model applies.
#[must_use]
pub fn rendered_scores(ctx: &Ctx<'_, '_>, scores: &[Score], full_model: bool) -> Option<Vec<u8>> {
    if scores.is_empty() {
        return None;
    }
    let views = scores.iter().map(|score| ScoreView {
        model: &score.model.row,
        score: score.score,
        base: score.base,
        decayed: score.decayed,
        editable: full_model.then(|| decay::editable(ctx, &score.model.row)),
    });
    Some(entente_misp::decay::scores(views))
}
