//! Decaying models as clients read them and what these say about them. spec: 05#5.1, 05#5.3, 05#5.4
use entente_model::library::DecayingModel;
use serde_json::{Value, json};

/// A model with the types it is mapped to; `editable` says whether the caller may change it.
#[must_use]
pub fn view(model: &DecayingModel, editable: bool) -> Value {
    json!({
        "DecayingModel": columns(model, editable),
        "DecayingModelMapping": mapping(model),
    })
}

/// A model's own columns.
#[must_use]
pub fn columns(model: &DecayingModel, editable: bool) -> Value {
    let parameters: Value = serde_json::from_str(&model.parameters).unwrap_or_default();
    json!({
        "id": model.id.to_string(),
        "uuid": model.uuid.to_string(),
        "name": model.name,
        "parameters": parameters,
        "attribute_types": model.attribute_types,
        "description": model.description,
        "org_id": model.org.to_string(),
        "enabled": model.enabled,
        "all_orgs": model.all_orgs,
        "ref": model.references,
        "version": model.version,
        "default": model.default,
        "formula": model.formula,
        "isEditable": editable,
    })
}

/// The types a model was linked to here, numbered by their place; those of the library name theirs themselves.
fn mapping(model: &DecayingModel) -> Vec<Value> {
    if model.default {
        return Vec::new();
    }
    (1..)
        .zip(&model.attribute_types)
        .map(|(id, kind): (u64, _)| {
            json!({"id": id.to_string(), "attribute_type": kind, "model_id": model.id.to_string()})
        })
        .collect()
}

/// A score as a member of `decay_score` or `event_scores`.
#[derive(Debug, Clone, Copy)]
pub struct ScoreView<'a> {
    /// The model it is by.
    pub model: &'a DecayingModel,
    /// The score now.
    pub score: f64,
    /// The score it fell from.
    pub base: f64,
    /// Whether it is below the threshold.
    pub decayed: bool,
    /// Whether the caller may change the model; shown with the whole model only.
    pub editable: Option<bool>,
}

/// Scores as a list. With `editable` the whole model stands beside each score, else its id and name.
#[must_use]
pub fn scores<'a>(scores: impl IntoIterator<Item = ScoreView<'a>>) -> Vec<u8> {
    let list: Vec<Value> = scores
        .into_iter()
        .map(|score| {
            let model = match score.editable {
                Some(editable) => columns(score.model, editable),
                None => json!({"id": score.model.id.to_string(), "name": score.model.name}),
            };
            json!({
                "score": number(score.score),
                "base_score": number(score.base),
                "decayed": score.decayed,
                "DecayingModel": model,
            })
        })
        .collect();
    Value::Array(list).to_string().into_bytes()
}

/// A number as JSON; a whole one without a fraction.
#[must_use]
pub fn number(number: f64) -> Value {
    format!("{number}")
        .parse::<i64>()
        .map_or_else(|_| Value::from(number), Value::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_short_as_they_are() {
        assert_eq!([number(80.0), number(0.5)], [json!(80), json!(0.5)]);
    }
}
