//! Trying a model out on an attribute. spec: 05#5.4
use super::id;
use crate::answer::Answer;
use crate::call::Call;
use crate::failure::Failure;
use crate::routes::Outcome;
use entente_engine::Ctx;
use entente_engine::decay::{self, Simulation};
use entente_engine::event::view::TagOnItem;
use entente_knowledge::decay::Overrides;
use entente_knowledge::decay::score::tag_base;
use entente_misp::decay::number;
use entente_misp::filter::{self, Params};
use entente_misp::write::SightingShape;
use entente_model::search::Subject;
use entente_model::time::iso;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Rows that are found when the search names no limit.
const ROWS: i64 = 60;

/// `GET /decayingModel/decayingToolComputeSimulation/<model>/<attribute>[/modelOverride:{json}][/score:n]`.
pub async fn simulate(call: Call) -> Outcome {
    let (model, attribute) = (id(&call), call.reference(1));
    let overrides = overrides(&call)?;
    let body = call
        .read(move |ctx| {
            let simulation = decay::simulate(ctx, model, attribute, &overrides)?;
            Ok(rendered(ctx, &simulation))
        })
        .await?;
    Ok(Answer::json(&body))
}

fn overrides(call: &Call) -> Result<Overrides, Failure> {
    let mut asked = match call.json()? {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    for (name, value) in &call.target.named {
        asked.insert(name.clone(), Value::from(value.as_str()));
    }
    if let Some(value) = asked.remove("modelOverride") {
        asked.insert("modelOverrides".to_owned(), value);
    }
    asked.insert("includeDecayScore".to_owned(), Value::from(true));
    let asked = filter::decay_of(&Params::from_map(asked)).unwrap_or_default();
    Ok(Overrides {
        lifetime: asked.lifetime,
        decay_speed: asked.decay_speed,
        threshold: asked.threshold,
    })
}

fn rendered(ctx: &Ctx<'_, '_>, simulation: &Simulation) -> Value {
    let mut csv = String::with_capacity(24 + simulation.course.len() * 40);
    csv.push_str("date,value\n");
    for (at, score) in &simulation.course {
        // Writing to a string cannot fail.
        let _ = writeln!(csv, "{},{score}", iso(*at));
    }
    let sightings: Vec<Value> = simulation
        .sightings
        .iter()
        .filter_map(|row| {
            let mut out = Vec::new();
            crate::sighting::render(ctx, row, &[], SightingShape::Flat, &mut out);
            serde_json::from_slice(&out).ok()
        })
        .map(|sighting: Value| json!({ "Sighting": sighting }))
        .collect();
    let mut ratios: BTreeMap<&str, f64> = BTreeMap::new();
    for (tag, ratio) in &simulation.base.ratios {
        *ratios.entry(tag_base(tag)).or_default() += ratio;
    }
    let ratios: Map<String, Value> = ratios
        .into_iter()
        .map(|(base, ratio)| (base.to_owned(), number(ratio)))
        .collect();
    let mut model = simulation.model.row.clone();
    if let Ok(parameters) = serde_json::to_string(&simulation.model.parameters) {
        model.parameters = parameters;
    }
    json!({
        "csv": csv,
        "sightings": sightings,
        "base_score_config": {
            "base_score": number(simulation.base.score),
            "overridden": !simulation.overridden.is_empty(),
            "overridden_tags": tags(&simulation.overridden),
            "tags": tags(&simulation.tags),
            "taxonomy_effective_ratios": ratios,
            "default_base_score": number(simulation.model.parameters.default_base_score),
        },
        "last_sighting": simulation.last_sighting.to_string(),
        "current_score": number(simulation.current),
        "Model": entente_misp::decay::columns(&model, decay::editable(ctx, &model)),
    })
}

fn tags(tags: &[TagOnItem]) -> Vec<Value> {
    tags.iter()
        .map(|item| {
            json!({"Tag": {
                "id": item.tag.id.to_string(),
                "name": item.tag.name,
                "colour": item.tag.colour,
                "numerical_value": item.tag.numerical_value,
            }})
        })
        .collect()
}

/// `POST /decayingModel/decayingToolRestSearch`: attributes to try a model on, found as by their own search, or
/// one by its `id`.
pub async fn search(call: Call) -> Outcome {
    let body = call.json()?;
    let given = |name: &str| {
        let named = call.named(name).map(str::to_owned);
        named.or_else(|| match body.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
    };
    let mut underneath = json!({"includeDecayScore": true, "limit": ROWS});
    let wanted = given("id").filter(|text| !text.trim().is_empty());
    let mut params = filter::collect(Subject::Attribute, body.clone(), &[], &call.target.named);
    if let Some(wanted) = wanted {
        let wanted = entente_model::id::Ref::parse(&wanted);
        let uuid = call
            .read(move |ctx| Ok(entente_engine::attribute::visible(ctx, wanted)?.0.uuid))
            .await?;
        if let Some(map) = underneath.as_object_mut() {
            map.insert("uuid".to_owned(), Value::from(uuid.to_string()));
        }
    }
    if let Value::Object(underneath) = underneath {
        params.merge_under(Subject::Attribute, underneath);
    }
    crate::search::attributes(&call, params).await
}
