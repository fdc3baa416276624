//! Taxonomies. spec: 07#2.4
use crate::answer::Answer;
use crate::call::{Call, truthy};
use crate::describe;
use crate::failure::Failure;
use crate::routes::{Outcome, routes};
use entente_engine::taxonomy::{self, Imported, Listing, ViewedTaxonomy};
use entente_misp::taxonomy::Shown;
use serde_json::{Map, Value};

routes! {
    "taxonomies": {
        "index" => index,
        "view" => view,
        "taxonomy_tags" => taxonomy_tags,
        "export" => export,
        "import" (event) => import,
        "enable" => enable,
        "disable" => disable,
        "addtag" => add_tag,
        "disabletag" => disable_tag,
        "hidetag" => hide_tag,
        "unhidetag" => unhide_tag,
        "update" => update,
        "togglerequired" => toggle_required,
        "togglehighlighted" => toggle_highlighted,
        "delete" => delete,
    }
}

/// `GET /taxonomies/index[/value:x][/enabled:1]`.
async fn index(call: Call) -> Outcome {
    let listing = Listing {
        value: call
            .named("value")
            .or_else(|| call.named("searchall"))
            .filter(|text| !text.is_empty())
            .map(str::to_owned),
        enabled: call.named("enabled").filter(|text| !text.is_empty()).map(truthy),
    };
    let found = call.read(move |ctx| taxonomy::list(ctx, &listing)).await?;
    let rows: Vec<Value> = found
        .iter()
        .map(|item| entente_misp::taxonomy::row(&item.taxonomy, item.tags.total, item.tags.current))
        .collect();
    Ok(Answer::json(&Value::Array(rows)))
}

/// The id or namespace in the path.
fn key(call: &Call) -> Result<String, Failure> {
    call.arg(0)
        .map(str::to_owned)
        .ok_or_else(|| Failure::not_found("Invalid taxonomy."))
}

async fn shown(call: &Call, key: String, filter: Option<String>, counted: bool) -> Outcome {
    let ViewedTaxonomy { taxonomy, entries } = call
        .read(move |ctx| taxonomy::view(ctx, &key, filter.as_deref(), counted))
        .await?;
    let entries = entries.iter().map(|item| Shown {
        entry: &item.entry,
        tag: item.tag.as_deref(),
        counts: counted.then_some((item.usage.events, item.usage.attributes)),
    });
    Ok(Answer::json(&entente_misp::taxonomy::view(&taxonomy, entries)))
}

/// `GET /taxonomies/view/<id or namespace>`.
async fn view(call: Call) -> Outcome {
    let filter = call.named("filter").map(str::to_owned);
    shown(&call, key(&call)?, filter, false).await
}

/// `GET /taxonomies/taxonomy_tags/<id>[/filter:x]`: as view, with the use of each tag.
async fn taxonomy_tags(call: Call) -> Outcome {
    let filter = call.named("filter").map(str::to_owned);
    shown(&call, key(&call)?, filter, true).await
}

/// `GET /taxonomies/export/<id or namespace>`: the file.
async fn export(call: Call) -> Outcome {
    let key = key(&call)?;
    Ok(Answer::json(
        &call.read(move |ctx| taxonomy::file(ctx, &key)).await?,
    ))
}

/// `POST /taxonomies/import`: the body is a file.
async fn import(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let body = call.json()?.to_string();
    let (file, _) = entente_knowledge::taxonomy::parse(body.as_bytes())
        .map_err(|error| Failure::forbidden(format!("Could not import taxonomy: {error}")))?;
    let imported = call.write(move |ctx| taxonomy::import(ctx, &file)).await?;
    match imported {
        Imported::Added(id) | Imported::Replaced(id) => shown(&call, id.to_string(), None, false).await,
        Imported::Unchanged(_) => Err(Failure::forbidden(
            "Could not import taxonomy: this version or a newer one is here already. Raise the version in the file.",
        )),
        Imported::NotForEvents => Err(Failure::forbidden(
            "Could not import taxonomy: its type does not name events.",
        )),
    }
}

/// Answers a change in the envelope of success.
fn done(call: &Call, message: &str) -> Outcome {
    Ok(Answer::success(message, &call.target.path, call.arg(0)))
}

async fn set_enabled(call: &Call, enabled: bool, message: &str) -> Outcome {
    if call.is_read() {
        return describe::answer(call);
    }
    let key = key(call)?;
    call.write(move |ctx| taxonomy::set_enabled(ctx, &key, enabled))
        .await?;
    done(call, message)
}

/// `POST /taxonomies/enable/<id>`.
async fn enable(call: Call) -> Outcome {
    set_enabled(&call, true, "Taxonomy enabled").await
}

/// `POST /taxonomies/disable/<id>`.
async fn disable(call: Call) -> Outcome {
    set_enabled(&call, false, "Taxonomy disabled").await
}

/// The taxonomy and the tags meant: all of the one in the path, or those the body names.
fn chosen(call: &Call) -> Result<(String, Option<Vec<String>>), Failure> {
    let body = call.json_map("Taxonomy")?;
    let names = names(&body)?;
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let in_body = body.get("taxonomy_id").and_then(text);
    let key = call.arg(0).map(str::to_owned).or(in_body);
    let key = key.ok_or_else(|| Failure::not_found("Invalid taxonomy."))?;
    if call.arg(0).is_none() && names.is_none() {
        return Err(Failure::bad_request("Name the tags in name or nameList."));
    }
    Ok((key, names))
}

/// The tags that a body names: `name`, or `nameList` as a list or as a list in JSON text.
fn names(body: &Map<String, Value>) -> Result<Option<Vec<String>>, Failure> {
    let malformed = || Failure::bad_request("nameList is a list of tag names.");
    let list = match body.get("nameList") {
        Some(Value::Array(list)) => list.clone(),
        Some(Value::String(text)) => serde_json::from_str(text).map_err(|_| malformed())?,
        _ => {
            return Ok(body
                .get("name")
                .and_then(Value::as_str)
                .map(|name| vec![name.to_owned()]));
        }
    };
    let names: Option<Vec<String>> = list.iter().map(|name| name.as_str().map(str::to_owned)).collect();
    names.map(Some).ok_or_else(malformed)
}

/// `POST /taxonomies/addTag[/<id>]`: makes or shows tags.
async fn add_tag(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let (key, names) = chosen(&call)?;
    call.write(move |ctx| taxonomy::show_tags(ctx, &key, names.as_deref()))
        .await?;
    done(&call, "The tag(s) has been saved.")
}

async fn set_hidden(call: &Call, hidden: bool, message: &str) -> Outcome {
    if call.is_read() {
        return describe::answer(call);
    }
    let (key, names) = chosen(call)?;
    call.write(move |ctx| taxonomy::set_tags_hidden(ctx, &key, names.as_deref(), hidden))
        .await?;
    done(call, message)
}

/// `POST /taxonomies/disableTag[/<id>]`: hides tags.
async fn disable_tag(call: Call) -> Outcome {
    set_hidden(&call, true, "The tag(s) has been hidden.").await
}

/// `POST /taxonomies/hideTag[/<id>]`.
async fn hide_tag(call: Call) -> Outcome {
    set_hidden(&call, true, "The tag(s) has been hidden.").await
}

/// `POST /taxonomies/unhideTag[/<id>]`.
async fn unhide_tag(call: Call) -> Outcome {
    set_hidden(&call, false, "The tag(s) has been unhidden.").await
}

/// `POST /taxonomies/update`.
async fn update(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    match call.write(taxonomy::update).await? {
        0 => done(&call, "All taxonomy libraries are up to date already."),
        count => done(
            &call,
            &format!("Successfully updated {count} taxonomy libraries."),
        ),
    }
}

/// The flag that a toggle's body sets.
fn wanted(call: &Call, field: &str) -> Result<bool, Failure> {
    let body = call.json_map("Taxonomy")?;
    match body.get(field) {
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(Value::String(text)) => Ok(truthy(text)),
        Some(Value::Number(number)) => Ok(number.as_i64() != Some(0)),
        _ => Err(Failure::bad_request(format!(
            "Say {{\"Taxonomy\":{{\"{field}\":true}}}} or false."
        ))),
    }
}

/// `POST /taxonomies/toggleRequired/<id>`.
async fn toggle_required(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let (key, required) = (key(&call)?, wanted(&call, "required")?);
    call.write(move |ctx| taxonomy::set_required(ctx, &key, required))
        .await?;
    done(&call, "Taxonomy toggleRequireded")
}

/// `POST /taxonomies/toggleHighlighted/<id>`.
async fn toggle_highlighted(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let (key, highlighted) = (key(&call)?, wanted(&call, "highlighted")?);
    call.write(move |ctx| taxonomy::set_highlighted(ctx, &key, highlighted))
        .await?;
    done(&call, "Taxonomy toggleHighlighteded")
}

/// `POST /taxonomies/delete/<id>`.
async fn delete(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let key = key(&call)?;
    call.write(move |ctx| taxonomy::delete(ctx, &key)).await?;
    done(&call, "Taxonomy deleted")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn tags_are_named_singly_or_in_lists() {
        let read = |body: Value| names(body.as_object().unwrap()).map_err(|failure| failure.message);
        let two = Ok(Some(vec!["a:b".to_owned(), "a:c".to_owned()]));
        assert_eq!(read(json!({"nameList": "[\"a:b\",\"a:c\"]"})), two);
        assert_eq!(read(json!({"nameList": ["a:b", "a:c"]})), two);
        assert_eq!(read(json!({"name": "a:b"})), Ok(Some(vec!["a:b".to_owned()])));
        assert_eq!(read(json!({})), Ok(None));
        assert!(read(json!({"nameList": "a:b"})).is_err());
        assert!(read(json!({"nameList": [1]})).is_err());
    }
}
