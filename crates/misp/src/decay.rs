//! Decaying models as clients read them. spec: 05#5.1, 05#5.4
use entente_model::library::DecayingModel;
use serde_json::{Value, json};

/// A model; `editable` says whether the caller may change it.
#[must_use]
pub fn view(model: &DecayingModel, editable: bool) -> Value {
    let parameters: Value = serde_json::from_str(&model.parameters).unwrap_or_default();
    json!({
        "DecayingModel": {
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
        },
        // Only models made here keep their types apart.
        "DecayingModelMapping": [],
    })
}
