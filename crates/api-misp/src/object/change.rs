//! Adding, editing and deleting objects and references. spec: 03#5.1, 03#5.3-5.5
use super::view;
use crate::answer::Answer;
use crate::attribute::change::is_hard;
use crate::call::{Call, truthy};
use crate::failure::{Failure, field_errors};
use crate::routes::Outcome;
use entente_engine::content::prepare::{self, Defaults, PreparedObject};
use entente_engine::object::add::Refused;
use entente_engine::{Error, event, object};
use entente_misp::read;
use entente_model::draft::ObjectDraft;
use entente_model::id::Ref;
use serde_json::Value;

fn url(action: &str, call: &Call) -> String {
    format!("/objects/{action}/{}/", call.arg(0).unwrap_or_default())
}

fn failed(action: &str, call: &Call, errors: Value) -> Failure {
    Failure::save(action, "object", url(action, call), errors)
}

/// `POST /objects/add/<event>[/<template>]`.
pub async fn add(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let draft = read::object(call.body.reader()?)?;
    let break_on_duplicate = draft.break_on_duplicate || call.flag("breakOnDuplicate");
    let target = call.reference(0);
    let template = call.arg(1).and_then(|text| text.parse::<i64>().ok());
    // Who may not add anything here learns that, and not what is wrong with the object.
    call.read(move |ctx| object::add::target(ctx, target).map(drop))
        .await?;
    let prepared = prepared(&call, draft, template).await?;
    let result = call
        .write(move |ctx| object::add::add(ctx, target, template, &prepared, break_on_duplicate))
        .await?;
    match result {
        Ok(id) => {
            let body = call.read(move |ctx| view::changed(ctx, id)).await?;
            Ok(Answer::rendered_json(body))
        }
        Err(Refused::Template(why) | Refused::Duplicate(why)) => Err(failed("add", &call, Value::from(why))),
    }
}

/// Validates the object and all its members before anything is stored. spec: 03#5.1.3-4
async fn prepared(
    call: &Call,
    mut draft: ObjectDraft,
    template: Option<i64>,
) -> Result<PreparedObject, Failure> {
    if draft.attributes.is_empty() {
        return Err(failed(
            "add",
            call,
            Value::from("No attributes: an object needs at least one attribute."),
        ));
    }
    if draft.name.is_none() {
        // The name comes from the template then; the engine checks that it is known.
        let (uuid, version) = (
            draft.template_uuid.as_value().copied(),
            draft.template_version.as_value().copied(),
        );
        let known = call
            .read(move |ctx| match (template, uuid) {
                (Some(id), _) => entente_engine::template::by_id(ctx, id),
                (None, Some(uuid)) => entente_engine::template::by_uuid(ctx, uuid, version.unwrap_or(1)),
                (None, None) => Ok(None),
            })
            .await?;
        draft.name = known.map(|known| known.name.clone());
    }
    let relations: Vec<String> = draft
        .attributes
        .iter()
        .map(|member| member.relation.clone().unwrap_or_default())
        .collect();
    let app = call.app.clone();
    let settings = app.settings();
    let defaults = Defaults {
        distribution: event::intake::default_distribution(&settings),
        rules: app.import_rules(),
        now: app.now(),
    };
    let (mut object, invalid) =
        prepare::object(draft, &defaults).map_err(|errors| failed("add", call, field_errors(&errors)))?;
    if let Some((index, errors)) = invalid.first() {
        let relation = relations.get(*index).map_or("", String::as_str);
        let detail = field_errors(errors);
        let text = format!(
            "Could not save object as at least one attribute has failed validation ({relation}). {detail}"
        );
        return Err(failed("add", call, Value::from(text)));
    }
    object.lend_times();
    for member in &mut object.attributes {
        member.keep_file(&app)?;
        if member.row.uuid.is_nil() {
            member.row.uuid = entente_engine::sources::new_uuid(app.random()).map_err(Error::from)?;
        }
    }
    if object.row.uuid.is_nil() {
        object.row.uuid = entente_engine::sources::new_uuid(app.random()).map_err(Error::from)?;
    }
    Ok(object)
}

/// `POST /objects/edit/<id>`.
pub async fn edit(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let draft = read::object(call.body.reader()?)?;
    let target = call.reference(0);
    let id = call
        .write(move |ctx| object::edit::edit(ctx, target, &draft))
        .await
        .map_err(|error| match error {
            Error::Fields(errors) => failed("edit", &call, field_errors(&errors)),
            Error::Conflict(why) => failed("edit", &call, Value::from(why.into_owned())),
            other => other.into(),
        })?;
    let body = call.read(move |ctx| view::edited(ctx, id)).await?;
    Ok(Answer::rendered_json(body))
}

/// `POST /objects/delete/<id>`.
pub async fn delete(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let hard = is_hard(&call)?;
    let target = call.reference(0);
    call.write(move |ctx| object::delete::delete(ctx, target, hard))
        .await?;
    let id = call.arg(0).unwrap_or_default();
    Ok(Answer::success(
        "Object deleted",
        &format!("/objects/delete/{id}"),
        Some(id),
    ))
}

/// `POST /objectReferences/add[/<object>]`.
pub async fn add_reference(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let draft = read::reference(call.body.reader()?)?;
    let target = call.reference(0);
    let id = call
        .write(move |ctx| object::reference::add(ctx, target, &draft))
        .await?;
    let body = call
        .read(move |ctx| view::reference_body(ctx, Some(Ref::Id(id.0))))
        .await?;
    Ok(Answer::rendered_json(body))
}

/// `POST /objectReferences/delete/<id>[/true]`.
pub async fn delete_reference(call: Call) -> Outcome {
    if call.is_read() {
        return crate::describe::answer(&call);
    }
    let hard = call.arg(1).is_some_and(truthy) || is_hard(&call)?;
    let target = call.reference(0);
    let id = call
        .write(move |ctx| object::reference::delete(ctx, target, hard))
        .await?
        .to_string();
    Ok(Answer::success(
        "ObjectReference deleted",
        &format!("/object_references/delete/{id}"),
        Some(&id),
    ))
}
