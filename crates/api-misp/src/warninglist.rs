//! Warninglists. spec: 05#2.4
mod change;

use crate::answer::Answer;
use crate::call::{Call, truthy};
use crate::describe;
use crate::failure::Failure;
use crate::request::Format;
use crate::routes::{Outcome, routes};
use crate::scalars;
use entente_engine::warninglist::{self, Listing, Toggle};
use entente_http::spool::{Spool, Spooled};
use entente_misp::warninglist::{ViewWriter, Warning};
use serde_json::{Map, Value, json};
use std::io::Write as _;

routes! {
    "warninglists": {
        "index" => index,
        "view" => view,
        "checkvalue" => check,
        "toggleenable" => toggle,
        "enablewarninglist" => enable,
        "update" => update,
        "export" => export,
        "delete" => delete,
        "add" => change::add,
        "edit" => change::edit,
        "import" => change::import,
    }
}

fn id(call: &Call) -> Option<i64> {
    call.arg(0).and_then(|text| text.parse().ok())
}

/// `GET /warninglists/index[/value:x][/enabled:1]`.
async fn index(call: Call) -> Outcome {
    let body = call.json_map("Warninglist")?;
    let sent = |key: &str| {
        let in_body = body
            .get(key)
            .map(scalars::texts)
            .and_then(|texts| texts.into_iter().next());
        in_body.or_else(|| call.named(key).map(str::to_owned))
    };
    let listing = Listing {
        text: sent("value").filter(|text| !text.trim().is_empty()),
        enabled: body
            .get("enabled")
            .and_then(scalars::flag)
            .or_else(|| call.named("enabled").filter(|text| !text.is_empty()).map(truthy)),
    };
    let lists = call.read(move |ctx| warninglist::list(ctx, &listing)).await?;
    let lists: Vec<Value> = lists.iter().map(entente_misp::warninglist::listed).collect();
    Ok(Answer::json(&json!({ "Warninglists": lists })))
}

/// `GET /warninglists/view/<id>`, also as lines `value[;comment]`.
async fn view(call: Call) -> Outcome {
    let list = id(&call);
    if call.format == Format::Csv {
        let lines = call
            .read(move |ctx| {
                let list = warninglist::view(ctx, list)?;
                let mut spool = Spool::default();
                warninglist::each_entry(ctx, list.id, |value, comment| {
                    match comment {
                        Some(comment) => writeln!(spool, "{value};{comment}")?,
                        None => writeln!(spool, "{value}")?,
                    }
                    Ok(())
                })?;
                Ok(spool.finish()?)
            })
            .await?;
        return Ok(Answer::spooled("text/csv; charset=UTF-8", lines));
    }
    viewed(&call, list).await
}

/// A list with its entries.
async fn viewed(call: &Call, list: Option<i64>) -> Outcome {
    let view = call
        .read(move |ctx| {
            let list = warninglist::view(ctx, list)?;
            let mut spool = Spool::default();
            let mut writer = ViewWriter::begin(&mut spool, &list)?;
            warninglist::each_entry(ctx, list.id, |value, comment| Ok(writer.entry(value, comment)?))?;
            writer.end(&list.matching_attributes)?;
            Ok(spool.finish()?)
        })
        .await?;
    Ok(Answer::spooled_json(view))
}

/// `GET /warninglists/export/<id>`: the list in its published layout.
async fn export(call: Call) -> Outcome {
    let list = id(&call);
    let file: Spooled = call
        .read(move |ctx| {
            let list = warninglist::view(ctx, list)?;
            let mut spool = Spool::default();
            let mut writer = entente_misp::warninglist::FileWriter::begin(&mut spool, &list)?;
            warninglist::each_entry(ctx, list.id, |value, comment| Ok(writer.entry(value, comment)?))?;
            writer.end()?;
            Ok(spool.finish()?)
        })
        .await?;
    Ok(Answer::spooled_json(file))
}

/// `POST /warninglists/checkValue` with values: what enabled lists say about them, whatever their type.
async fn check(call: Call) -> Outcome {
    let body = match call.json()? {
        // A form's way of sending a list.
        Value::Object(mut map) => map
            .remove("[]")
            .or_else(|| map.remove("value"))
            .unwrap_or_default(),
        other => other,
    };
    let values = match &body {
        Value::Array(list) => list.iter().filter_map(scalar).collect(),
        other => scalar(other).into_iter().collect::<Vec<_>>(),
    };
    if values.is_empty() {
        return Err(Failure::not_found("No valid data received."));
    }
    let found = call
        .read(move |ctx| {
            let set = warninglist::set(ctx)?;
            let hits = values.into_iter().map(|value| {
                let hits: Vec<Value> = set
                    .hits_of_any_type(&value)
                    .iter()
                    .map(|hit| {
                        entente_misp::warninglist::checked(&Warning {
                            matched: &hit.matched,
                            value: &hit.value,
                            list: hit.list_id,
                            name: &hit.list_name,
                            category: hit.category.as_str(),
                            comment: None,
                        })
                    })
                    .collect();
                (value, hits)
            });
            let found: Map<String, Value> = hits
                .filter(|(_, hits)| !hits.is_empty())
                .map(|(value, hits)| (value, hits.into()))
                .collect();
            Ok(found)
        })
        .await?;
    Ok(Answer::json(&if found.is_empty() {
        json!([])
    } else {
        Value::Object(found)
    }))
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// `POST /warninglists/toggleEnable` with `{"id":[…]}` or `{"name":[…]}` and maybe `"enabled"`.
async fn toggle(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let body = call.json_map("Warninglist")?;
    let list = |key: &str| body.get(key).or_else(|| body.get("data"));
    let request = Toggle {
        ids: list("id").map(scalars::numbers).unwrap_or_default(),
        names: body.get("name").map(scalars::texts).unwrap_or_default(),
        enabled: body.get("enabled").and_then(scalars::flag),
    };
    switch(&call, request).await
}

async fn switch(call: &Call, request: Toggle) -> Outcome {
    let toggled = call.write(move |ctx| warninglist::toggle(ctx, &request)).await?;
    // Clients compare these answers as a whole, so there are no other keys.
    Ok(Answer::json(&match toggled {
        None => json!({"saved": false, "errors": "Warninglist not found."}),
        Some(toggled) => {
            let state = match toggled.enabled {
                Some(true) => "enabled",
                Some(false) => "disabled",
                None => "toggled",
            };
            json!({"saved": true, "success": format!("{} warninglist(s) {state}", toggled.lists)})
        }
    }))
}

/// `POST /warninglists/enableWarninglist/<id>[/<0 or 1>]`.
async fn enable(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let request = Toggle {
        ids: id(&call).into_iter().collect(),
        names: Vec::new(),
        enabled: Some(call.arg(1).is_some_and(truthy)),
    };
    switch(&call, request).await
}

/// `POST /warninglists/update`: libraries come from outside (`entente knowledge import`) and are stored
/// as soon as they do, so there is never anything left to load here.
async fn update(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    Ok(Answer::success(
        "All warninglists are up to date already.",
        &call.target.path,
        None,
    ))
}

/// `POST /warninglists/delete/<id>`.
async fn delete(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let list = id(&call);
    call.write(move |ctx| warninglist::delete(ctx, list)).await?;
    Ok(Answer::success(
        "Warninglist deleted",
        &call.target.path,
        call.arg(0),
    ))
}
