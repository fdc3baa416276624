//! Collections of tags. spec: 08#6.3
use super::choices;
use crate::answer::Answer;
use crate::call::Call;
use crate::criteria::Criteria;
use crate::describe;
use crate::failure::Failure;
use crate::routes::Outcome;
use crate::save;
use entente_engine::tag::TagChoice;
use entente_engine::tag::collection::{self, Query};
use entente_engine::{Class, Ctx, Error, Result};
use entente_misp::collection::{read_tags, tag_collection};
use entente_misp::read::field;
use entente_model::collection::{TagCollection, TagCollectionDraft};
use entente_model::id::Ref;
use serde_json::{Map, Value, json};

/// Most collections in one import.
const MAX_IMPORTED: usize = 1_000;

fn rendered(ctx: &mut Ctx<'_, '_>, rows: &[TagCollection]) -> Result<Vec<Value>> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let tags = collection::tags(ctx, &ids)?;
    Ok(rows
        .iter()
        .map(|row| tag_collection(row, &tags, ctx.directory.org(row.org).map(AsRef::as_ref)))
        .collect())
}

/// `/tag_collections/index`.
pub async fn index(call: Call) -> Outcome {
    let criteria = Criteria::of(&call, "TagCollection")?;
    let query = Query {
        usable_by: None,
        uuids: criteria.some_uuids("uuid"),
        name: criteria.terms("name"),
        anywhere: criteria.anywhere(),
        page: criteria.page(),
    };
    let rows = call
        .read(move |ctx| {
            let rows = collection::search(ctx, &query)?;
            rendered(ctx, &rows)
        })
        .await?;
    Ok(Answer::json(&Value::Array(rows)))
}

async fn show(call: &Call, named: Option<Ref>) -> Outcome {
    let shown = call
        .read(move |ctx| {
            let row = collection::find(ctx, named)?;
            rendered(ctx, &[row])
        })
        .await?;
    Ok(Answer::json(&shown.into_iter().next().unwrap_or_default()))
}

/// `/tag_collections/view/<id>`, and `getRow/<id>` for one row of the list.
pub async fn view(call: Call) -> Outcome {
    show(&call, call.reference(0)).await
}

fn draft(body: &Map<String, Value>) -> TagCollectionDraft {
    read_tags(field::unwrapped(body, "TagCollection"), body)
}

/// `POST /tag_collections/add`.
pub async fn add(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let draft = draft(&call.json_map("")?);
    let id = call
        .write(move |ctx| collection::add(ctx, &draft))
        .await
        .map_err(save::failure(
            "add",
            "TagCollection",
            "/tag_collections/add".to_owned(),
        ))?;
    show(&call, Some(Ref::Id(id))).await
}

/// `POST /tag_collections/edit/<id>`.
pub async fn edit(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let (draft, named) = (draft(&call.json_map("")?), call.reference(0));
    let id = call
        .write(move |ctx| collection::edit(ctx, named, &draft))
        .await
        .map_err(save::failure("edit", "TagCollection", call.target.path.clone()))?;
    show(&call, Some(Ref::Id(id))).await
}

/// `POST /tag_collections/delete/<id>`.
pub async fn delete(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let named = call.reference(0);
    let id = call.write(move |ctx| collection::remove(ctx, named)).await?;
    let url = format!("/tag_collections/delete/{id}");
    Ok(Answer::success(
        "Tag collection deleted.",
        &url,
        Some(&id.to_string()),
    ))
}

/// `POST /tag_collections/import` with a list of what `index` answers, or one of it.
pub async fn import(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let list = match call.json()? {
        Value::Array(list) => list,
        Value::Object(map) if !map.is_empty() => vec![Value::Object(map)],
        _ => Vec::new(),
    };
    if list.is_empty() || list.len() > MAX_IMPORTED {
        return Err(Failure::bad_request(format!(
            "Send 1 to {MAX_IMPORTED} tag collections, as the index answers them."
        )));
    }
    let drafts: Vec<TagCollectionDraft> = list.iter().filter_map(Value::as_object).map(draft).collect();
    let unreadable = list.len() - drafts.len();
    let done = call.write(move |ctx| collection::import(ctx, &drafts)).await?;
    let message = format!(
        "{} tag collections added, {} updated, {} failed.",
        done.added,
        done.updated,
        done.failed + unreadable
    );
    Ok(Answer::success(&message, "/tag_collections/import", None))
}

/// The collection and tags, from the path or the body.
fn sent(call: &Call) -> std::result::Result<(Option<Ref>, Vec<TagChoice>), Failure> {
    let body = call.json_map("TagCollection")?;
    let named = call
        .reference(0)
        .or_else(|| field::reference(&body, "tag_collection").value());
    let tags = match body.get("tag") {
        Some(value) => choices(value),
        None => call
            .arg(1)
            .map(|text| choices(&Value::from(text)))
            .unwrap_or_default(),
    };
    Ok((named, tags))
}

/// Answers as the calls that tag events do: always 200. spec: 03#3.7
fn told(done: Result<usize>, success: &str, nothing: &str) -> Outcome {
    let refused = |why: &str| Ok(Answer::json(&json!({"saved": false, "errors": why})));
    match done {
        Ok(0) => refused(nothing),
        Ok(_) => Ok(Answer::json(
            &json!({"saved": true, "success": success, "check_publish": false}),
        )),
        Err(error) => explained(error, refused),
    }
}

fn explained(error: Error, refused: impl Fn(&str) -> Outcome) -> Outcome {
    match error.class() {
        Class::NotFound | Class::Denied | Class::Invalid | Class::TooLarge => refused(&error.to_string()),
        _ => Err(error.into()),
    }
}

/// `POST /tag_collections/addTag/<id>/<tag>`.
pub async fn add_tag(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let (named, tags) = sent(&call)?;
    let done = call
        .write(move |ctx| collection::add_tags(ctx, named, &tags))
        .await;
    told(
        done,
        "Tag added.",
        "The tag is in the collection already, or none was named.",
    )
}

/// `POST /tag_collections/removeTag/<id>/<tag>`.
pub async fn remove_tag(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let (named, tags) = sent(&call)?;
    let done = call
        .write(move |ctx| collection::remove_tags(ctx, named, &tags))
        .await;
    told(
        done,
        "Tag removed.",
        "The tag is not in the collection, or none was named.",
    )
}
