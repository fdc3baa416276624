//! Lists made here. spec: 05#2.4
use super::{id, viewed};
use crate::answer::Answer;
use crate::call::Call;
use crate::describe;
use crate::failure::Failure;
use crate::routes::Outcome;
use crate::save;
use entente_engine::warninglist::{self, Draft, Imported};
use entente_knowledge::warninglist::Entries;
use entente_misp::read::field;
use serde_json::{Map, Value};

const MODEL: &str = "Warninglist";

/// What a body says about a list. A form sends its entries as lines and its types as text.
fn draft(body: &Map<String, Value>, entries: &[&str]) -> Result<Draft, Failure> {
    let entries = match entries
        .iter()
        .find_map(|key| body.get(*key))
        .filter(|value| !value.is_null())
    {
        None => None,
        Some(value) => {
            let (entries, findings) = Entries::from_json(value)
                .map_err(|error| Failure::bad_request(format!("The entries cannot be read: {error}")))?;
            if let Some(finding) = findings.first() {
                return Err(Failure::bad_request(format!(
                    "The entries cannot be read: {}: {}",
                    finding.path, finding.message
                )));
            }
            Some(entries)
        }
    };
    Ok(Draft {
        name: field::text(body, "name"),
        description: field::text(body, "description"),
        kind: field::text(body, "type"),
        category: field::text(body, "category").filter(|text| !text.is_empty()),
        types: field::list_of_text(body, "matching_attributes"),
        entries,
        version: field::int(body, "version").value(),
        enabled: field::flag(body, "enabled").value(),
    })
}

/// `POST /warninglists/add`.
pub async fn add(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let draft = Draft {
        version: None,
        ..draft(&call.json_map(MODEL)?, &["entries", "WarninglistEntry", "list"])?
    };
    let id = call
        .write(move |ctx| warninglist::add(ctx, &draft))
        .await
        .map_err(save::failure("add", MODEL, call.target.path.clone()))?;
    viewed(&call, Some(id)).await
}

/// `POST /warninglists/edit/<id>`.
pub async fn edit(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let list = id(&call);
    let draft = draft(&call.json_map(MODEL)?, &["entries", "WarninglistEntry", "list"])?;
    let id = call
        .write(move |ctx| warninglist::edit(ctx, list, &draft))
        .await
        .map_err(save::failure("edit", MODEL, call.target.path.clone()))?;
    viewed(&call, Some(id)).await
}

/// `POST /warninglists/import`: a list in its published layout, all of it.
pub async fn import(call: Call) -> Outcome {
    const REQUIRED: [&str; 6] = [
        "name",
        "type",
        "version",
        "description",
        "matching_attributes",
        "list",
    ];
    if call.is_read() {
        return describe::answer(&call);
    }
    let body = call.json_map(MODEL)?;
    let missing: Vec<&str> = REQUIRED
        .into_iter()
        .filter(|key| !body.contains_key(*key))
        .collect();
    if !missing.is_empty() {
        return Err(Failure::bad_request(format!(
            "This is no warninglist: {} missing.",
            missing.join(", ")
        )));
    }
    let draft = draft(&body, &["list"])?;
    if draft.version.is_none() {
        return Err(Failure::bad_request("version is a whole number."));
    }
    let imported = call
        .write(move |ctx| warninglist::import(ctx, &draft))
        .await
        .map_err(save::failure("import", MODEL, call.target.path.clone()))?;
    let (id, message) = match imported {
        Imported::Added(id) => (id, "Warninglist imported"),
        Imported::Updated(id) => (id, "Warninglist updated"),
        Imported::Unchanged(id) => (id, "The warninglist here is up to date already"),
    };
    Ok(Answer::success(message, &call.target.path, Some(&id.to_string())))
}
