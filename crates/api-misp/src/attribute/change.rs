//! Adding, editing, deleting and restoring attributes. spec: 03#4.1, 03#4.2, 03#4.4
use super::view;
use crate::answer::Answer;
use crate::call::{Call, truthy};
use crate::event::options::json_truthy;
use crate::failure::{Failure, field_errors};
use crate::routes::Outcome;
use entente_engine::attribute::add::{Options, Outcomes};
use entente_engine::content::prepare::{self, Defaults, PreparedAttribute};
use entente_engine::{App, Error, attribute, event};
use entente_misp::read::{self, Stop};
use entente_model::draft::{AttributeDraft, Given};
use entente_model::finding::FieldErrors;
use entente_model::id::{ElementId, Ref};
use parking_lot::Mutex;
use serde_json::{Map, Value, json};
use std::sync::Arc;

type Submitted = Vec<Result<PreparedAttribute, FieldErrors>>;

/// `POST /attributes/add/<event>`: one attribute or several.
pub async fn add(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let mut drafts = Vec::new();
    let limit = entente_engine::content::insert::MAX_ATTRIBUTES;
    let read = read::attributes(call.body.reader()?, |draft| {
        drafts.push(draft);
        if drafts.len() > limit { Err(Stop) } else { Ok(()) }
    });
    if drafts.len() > limit {
        return Err(Error::TooLarge(format!("At most {limit} attributes are taken at once.").into()).into());
    }
    let elements = read?;
    let drafts: Vec<AttributeDraft> = drafts.into_iter().flat_map(prepare::split_values).collect();
    let several = elements > 1 || drafts.len() > 1;
    let submitted = Arc::new(Mutex::new(prepared(&call.app, drafts)?));
    let options = Options {
        update_similar: call.named("breakOnDuplicate").is_some_and(|text| !truthy(text)),
    };
    let target = call.reference(0);
    let outcomes = call
        .write(move |ctx| attribute::add::add(ctx, target, &mut submitted.lock(), options))
        .await?;
    let url = format!("/attributes/add/{}", call.arg(0).unwrap_or_default());
    if several {
        answer_several(&call, outcomes, url).await
    } else {
        answer_one(&call, outcomes, url).await
    }
}

/// Everything that needs no store: validation, files, uuids.
fn prepared(app: &App, drafts: Vec<AttributeDraft>) -> Result<Submitted, Failure> {
    let settings = app.settings();
    let defaults = Defaults {
        distribution: event::intake::default_distribution(&settings),
        rules: app.import_rules(),
        now: app.now(),
    };
    let mut submitted = Vec::with_capacity(drafts.len());
    for draft in drafts {
        submitted.push(match prepare::attribute(draft, &defaults) {
            Ok(mut attribute) => {
                attribute.keep_file(app)?;
                if attribute.row.uuid.is_nil() {
                    attribute.row.uuid =
                        entente_engine::sources::new_uuid(app.random()).map_err(Error::from)?;
                }
                Ok(attribute)
            }
            Err(errors) => Err(errors),
        });
    }
    Ok(submitted)
}

async fn answer_one(call: &Call, outcomes: Outcomes, url: String) -> Outcome {
    match outcomes.into_iter().next() {
        Some(Ok(id)) => {
            let body = call.read(move |ctx| view::added(ctx, id)).await?;
            Ok(Answer::rendered_json(body))
        }
        Some(Err(errors)) => Err(Failure::save("add", "Attribute", url, one_errors(&errors))),
        None => Err(Failure::not_allowed("No valid attribute data received.")),
    }
}

/// Field errors, but for the one that clients look for as text. spec: 03#21 simple_event
fn one_errors(errors: &FieldErrors) -> Value {
    match errors.0.get("warninglist") {
        Some(messages) => Value::from(messages.join(" ")),
        None => field_errors(errors),
    }
}

async fn answer_several(call: &Call, outcomes: Outcomes, url: String) -> Outcome {
    let mut errors = Map::new();
    let mut ids: Vec<ElementId> = Vec::with_capacity(outcomes.len());
    for (index, outcome) in outcomes.into_iter().enumerate() {
        match outcome {
            Ok(id) => ids.push(id),
            Err(why) => {
                errors.insert(format!("attribute_{index}"), one_errors(&why));
            }
        }
    }
    if ids.is_empty() {
        return Err(Failure::save("add", "Attribute", url, Value::Object(errors)));
    }
    let body = call.read(move |ctx| view::added_list(ctx, &ids, &errors)).await?;
    Ok(Answer::spooled_json(body))
}

/// The draft of an edit.
fn draft(call: &Call) -> Result<AttributeDraft, Failure> {
    Ok(read::attribute(call.body.reader()?)?)
}

fn refused(error: Error, call: &Call) -> Failure {
    let url = format!("/attributes/edit/{}", call.arg(0).unwrap_or_default());
    match error {
        Error::Fields(errors) => Failure::save("edit", "Attribute", url, field_errors(&errors)),
        Error::Conflict(why) => Failure::not_allowed(why),
        other => other.into(),
    }
}

/// `POST /attributes/edit/<id>`.
pub async fn edit(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let draft = draft(&call)?;
    apply(&call, draft).await
}

async fn apply(call: &Call, draft: AttributeDraft) -> Outcome {
    let target = call.reference(0);
    let id = call
        .write(move |ctx| attribute::edit::edit(ctx, target, &draft))
        .await
        .map_err(|error| refused(error, call))?;
    let body = call.read(move |ctx| view::edited(ctx, id)).await?;
    Ok(Answer::rendered_json(body))
}

/// `POST /attributes/editField/<id>`: one field from the web interface.
pub async fn edit_field(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let draft = draft(&call)?;
    let target = call.reference(0);
    call.write(move |ctx| attribute::edit::edit(ctx, target, &draft))
        .await
        .map_err(|error| refused(error, &call))?;
    Ok(Answer::json(
        &json!({"saved": true, "success": "Field updated.", "check_publish": true}),
    ))
}

async fn toggle(call: Call, change: fn(&entente_model::attribute::Attribute) -> AttributeDraft) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let target = call.reference(0);
    let draft = call
        .read(move |ctx| Ok(change(&attribute::visible(ctx, target)?.0)))
        .await?;
    apply(&call, draft).await
}

/// `POST /attributes/toggleToIDS/<id>`.
pub async fn toggle_to_ids(call: Call) -> Outcome {
    toggle(call, |a| AttributeDraft {
        to_ids: Given::Value(!a.to_ids),
        ..AttributeDraft::default()
    })
    .await
}

/// `POST /attributes/toggleCorrelation/<id>`.
pub async fn toggle_correlation(call: Call) -> Outcome {
    toggle(call, |a| AttributeDraft {
        disable_correlation: Given::Value(!a.disable_correlation),
        ..AttributeDraft::default()
    })
    .await
}

/// Whether a deletion is meant for good: second path argument or body key.
pub(crate) fn is_hard(call: &Call) -> Result<bool, Failure> {
    let in_path = call.arg(1).is_some_and(truthy);
    let body = call.json()?;
    let in_body = ["hard", "allow_hard_delete"]
        .iter()
        .any(|key| body.get(key).is_some_and(json_truthy));
    Ok(in_path || in_body || call.flag("hard"))
}

/// `POST /attributes/delete/<id>`.
pub async fn delete(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let hard = is_hard(&call)?;
    let target = call.reference(0);
    call.write(move |ctx| attribute::delete::delete(ctx, target, hard))
        .await?;
    Ok(Answer::json(&json!({"message": "Attribute deleted."})))
}

/// `POST /attributes/restore/<id>`.
pub async fn restore(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let target = call.reference(0);
    let id = call
        .write(move |ctx| attribute::delete::restore(ctx, target))
        .await
        .map_err(|error| refused(error, &call).absent_is_not_allowed(&call))?;
    let body = call.read(move |ctx| view::one(ctx, Some(Ref::Id(id.0)))).await?;
    Ok(Answer::rendered_json(body))
}

/// `POST /attributes/deleteSelected/<event>`.
pub async fn delete_selected(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let body = call.json_map("Attribute")?;
    let target = call
        .reference(0)
        .or_else(|| body.get("event_id").and_then(reference));
    let hard = body.get("allow_hard_delete").is_some_and(json_truthy);
    let which: Option<Vec<Ref>> = match body.get("id") {
        Some(Value::String(all)) if all == "all" => None,
        Some(Value::Array(list)) => {
            let refs: Option<Vec<Ref>> = list.iter().map(reference).collect();
            Some(refs.ok_or_else(|| Failure::not_found("Invalid attribute"))?)
        }
        Some(one) => Some(vec![
            reference(one).ok_or_else(|| Failure::not_found("Invalid attribute"))?,
        ]),
        None => {
            return Err(Failure::bad_request(
                "Name the attributes to delete in `id`: a list or `all`.",
            ));
        }
    };
    let count = call
        .write(move |ctx| attribute::delete::delete_selected(ctx, target, which.as_deref(), hard))
        .await?;
    let message = format!("{count} attribute{} deleted.", if count == 1 { "" } else { "s" });
    Ok(Answer::success(&message, &call.target.path, None))
}

fn reference(value: &Value) -> Option<Ref> {
    match value {
        Value::String(text) => Ref::parse(text),
        Value::Number(n) => n.as_i64().map(Ref::Id),
        _ => None,
    }
}
