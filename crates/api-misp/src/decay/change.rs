//! Changing models. spec: 05#5.4
use super::{MODEL, id, one};
use crate::answer::Answer;
use crate::call::Call;
use crate::describe;
use crate::failure::Failure;
use crate::routes::Outcome;
use crate::save;
use entente_engine::decay::{self, Draft};
use entente_misp::read::field;
use serde_json::{Map, Value, json};

/// What a body says about a model. Numbers may be the text of a JSON object, as forms send them.
fn draft(body: &Map<String, Value>) -> Draft {
    let map = field::unwrapped(body, MODEL);
    Draft {
        uuid: field::uuid(map, "uuid").value(),
        name: field::text(map, "name"),
        description: field::text(map, "description"),
        formula: field::text(map, "formula"),
        parameters: match map.get("parameters") {
            Some(Value::Object(numbers)) => Some(numbers.clone()),
            Some(Value::String(text)) => serde_json::from_str(text).ok(),
            _ => None,
        },
        attribute_types: field::list_of_text(map, "attribute_types"),
        references: field::list_of_text(map, "ref"),
        enabled: field::flag(map, "enabled").value(),
        all_orgs: field::flag(map, "all_orgs").value(),
    }
}

fn body(call: &Call) -> Result<Map<String, Value>, Failure> {
    match call.json()? {
        Value::Object(map) => Ok(map),
        _ => Err(Failure::bad_request("Send a decaying model as a JSON object.")),
    }
}

async fn changed(call: &Call, id: i64, action: &str) -> Outcome {
    let data = one(call, Some(id)).await?;
    Ok(Answer::json(&json!({"data": data, "action": action})))
}

/// `POST /decayingModel/add`.
pub async fn add(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    // a model that is made here gets its own identity
    let draft = Draft {
        uuid: None,
        ..draft(&body(&call)?)
    };
    let id = call
        .write(move |ctx| decay::add(ctx, &draft))
        .await
        .map_err(save::failure("add", MODEL, call.target.path.clone()))?;
    changed(&call, id, "add").await
}

/// `POST /decayingModel/edit/<id>`.
pub async fn edit(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let (model, draft) = (id(&call), draft(&body(&call)?));
    let id = call
        .write(move |ctx| decay::edit(ctx, model, &draft))
        .await
        .map_err(save::failure("edit", MODEL, call.target.path.clone()))?;
    changed(&call, id, "edit").await
}

/// `POST /decayingModel/import`: an exported model, as it is or as text under `json`.
pub async fn import(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let body = body(&call)?;
    let pasted = ["json", "submittedjson"]
        .iter()
        .find_map(|key| field::unwrapped(&body, MODEL).get(*key).and_then(Value::as_str));
    let draft = match pasted {
        Some(text) => draft(
            &serde_json::from_str(text)
                .map_err(|error| Failure::bad_request(format!("This is no JSON object: {error}")))?,
        ),
        None => draft(&body),
    };
    let id = call
        .write(move |ctx| decay::add(ctx, &draft))
        .await
        .map_err(save::failure("import", MODEL, call.target.path.clone()))?;
    let message = "The model has been imported.";
    let data = one(&call, Some(id)).await?;
    Ok(Answer::json(&json!({
        "saved": true,
        "success": true,
        "name": message,
        "message": message,
        "url": call.target.path,
        "id": id.to_string(),
        "data": data.get(MODEL),
    })))
}

/// `POST /decayingModel/delete/<id>`.
pub async fn delete(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let model = id(&call);
    let id = call.write(move |ctx| decay::remove(ctx, model)).await?;
    Ok(Answer::success(
        "Decaying Model deleted.",
        &call.target.path,
        Some(&id.to_string()),
    ))
}

/// `POST /decayingModelMapping/linkAttributeTypeToModel/<id>`: exactly these types belong to the model.
pub async fn link(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let body = call.json_map("DecayingModelMapping")?;
    let types = ["attributetypes", "attribute_types"]
        .iter()
        .find_map(|key| field::list_of_text(&body, key))
        .ok_or_else(|| Failure::bad_request("attributetypes is a list of attribute types."))?;
    let (model, count) = (id(&call), types.len());
    let id = call
        .write(move |ctx| decay::link(ctx, model, &types))
        .await
        .map_err(save::failure(
            "link",
            "DecayingModelMapping",
            call.target.path.clone(),
        ))?;
    Ok(Answer::success(
        &format!("The model is for {count} attribute types."),
        &call.target.path,
        Some(&id.to_string()),
    ))
}
