//! Dashboards: widgets, their figures, and templates. spec: 08#9
use crate::answer::Answer;
use crate::call::{Call, truthy};
use crate::describe;
use crate::failure::Failure;
use crate::report::needed::tabs;
use crate::routes::{Outcome, routes};
use crate::save;
use entente_engine::dashboard::{self, Draft, Figures, Template, Widget};
use entente_misp::read::field;
use entente_model::id::Ref;
use serde_json::{Map, Value, json};
use std::fmt::Write as _;
use uuid::Uuid;

routes! {
    "dashboards": {
        "index" => index,
        "export" => index,
        "import" => update,
        "updatesettings" => update,
        "renderwidget" => render,
        "getemptywidget" => empty,
        "getform" => widgets,
        "listtemplates" => templates,
        "savetemplate" => save_template,
        "deletetemplate" => delete_template,
    }
}

/// `GET /dashboards/index`, `/dashboards/export`: the caller's widgets.
async fn index(call: Call) -> Outcome {
    let own = call.read(dashboard::own).await?;
    Ok(Answer::json(&own))
}

/// `POST /dashboards/updateSettings` and `/dashboards/import` with `{"Dashboard":{"value":[…]}}` or the list itself.
async fn update(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let value = match call.json()? {
        list @ Value::Array(_) => list,
        Value::Object(body) => {
            let body = ["Dashboard", "UserSetting"]
                .iter()
                .find_map(|key| body.get(*key).and_then(Value::as_object))
                .unwrap_or(&body);
            body.get("value").cloned().unwrap_or_default()
        }
        _ => Value::Null,
    };
    let url = call.target.path.clone();
    call.write(move |ctx| dashboard::set(ctx, &value))
        .await
        .map_err(save::failure("save", "Dashboard", url.clone()))?;
    Ok(Answer::success("Settings updated.", &url, None))
}

fn config(body: &Map<String, Value>) -> Map<String, Value> {
    let decoded = match body.get("config") {
        Some(Value::String(text)) => serde_json::from_str(text).unwrap_or_default(),
        Some(other) => other.clone(),
        None => Value::Null,
    };
    let Value::Object(mut map) = decoded else {
        return Map::new();
    };
    // What a widget takes may stand beside its alias or in a map of its own.
    if let Some(Value::Object(inner)) = map.remove("widget_config") {
        map.extend(inner);
    }
    map
}

/// `POST /dashboards/renderWidget[/<place>][/exportjson:1 or /exportcsv:1]` with `{"widget":…,"config":{…}}`.
async fn render(call: Call) -> Outcome {
    let body = call.json_map("Dashboard")?;
    let widget = field::text(&body, "widget")
        .or_else(|| call.named("widget").map(str::to_owned))
        .unwrap_or_default();
    let config = config(&body);
    let alias = field::text(&config, "alias");
    let (data, table, widget) = call
        .read(move |ctx| {
            let (widget, figures) = dashboard::render(ctx, &widget, &config)?;
            Ok((shown(&figures, ctx.app.uuid()), csv(&figures), widget))
        })
        .await?;
    let exported = |kind: &str| call.named(kind).is_some_and(truthy);
    if exported("exportcsv") {
        return Ok(Answer::text("text/csv; charset=UTF-8", table));
    }
    if exported("exportjson") {
        return Ok(Answer::json(&data));
    }
    Ok(Answer::json(&json!({
        "widget": widget.name(),
        "title": alias.unwrap_or_else(|| widget.title().to_owned()),
        "render": widget.renderer().name(),
        "data": data,
    })))
}

fn pairs<T: Clone>(list: &[(String, T)]) -> Map<String, Value>
where
    Value: From<T>,
{
    list.iter()
        .map(|(name, value)| (name.clone(), value.clone().into()))
        .collect()
}

/// The figures in the form that each renderer takes.
fn shown(figures: &Figures, instance: Uuid) -> Value {
    match figures {
        Figures::List(rows) => rows
            .iter()
            .map(|(title, value)| json!({ "title": title, "value": value }))
            .collect(),
        Figures::Table(fields, rows) => {
            let row = |row: &Vec<String>| -> Value {
                let cells = fields.iter().zip(row);
                let cells = cells.map(|(field, cell)| ((*field).to_owned(), Value::from(cell.as_str())));
                Value::Object(cells.collect())
            };
            json!({ "fields": fields, "data": rows.iter().map(row).collect::<Vec<_>>() })
        }
        Figures::Bars(bars) => json!({ "data": pairs(bars) }),
        Figures::Map(countries) => json!({ "data": pairs(countries) }),
        Figures::Lines(points) => {
            let point = |point: &dashboard::Point| -> Value {
                let mut map = pairs(&point.values);
                map.insert("date".to_owned(), point.date.as_str().into());
                Value::Object(map)
            };
            json!({ "data": points.iter().map(point).collect::<Vec<_>>() })
        }
        Figures::Matrix(matrix, scores) => {
            let matrix = matrix
                .as_deref()
                .map(|matrix| entente_misp::galaxy::matrix(&matrix.galaxy, &tabs(matrix), instance));
            let most = scores.values().max().copied().unwrap_or(0);
            json!({ "matrix": matrix, "scores": scores, "maxScore": most })
        }
        Figures::Link(url, text) => json!([{ "url": url, "text": text }]),
    }
}

/// The figures as a table.
fn csv(figures: &Figures) -> String {
    let mut out = String::new();
    let mut line = |cells: &[&str]| {
        let quoted: Vec<String> = cells
            .iter()
            .map(|cell| format!("\"{}\"", cell.replace('"', "\"\"")))
            .collect();
        let _ = writeln!(out, "{}", quoted.join(","));
    };
    let mut counted = |head: &str, rows: &mut dyn Iterator<Item = (&String, i64)>| {
        line(&[head, "count"]);
        rows.for_each(|(name, count)| line(&[name, &count.to_string()]));
    };
    match figures {
        Figures::Bars(bars) => counted("name", &mut bars.iter().map(|(name, count)| (name, *count))),
        Figures::Map(bars) => counted("country", &mut bars.iter().map(|(name, count)| (name, *count))),
        Figures::Matrix(_, scores) => counted("tag", &mut scores.iter().map(|(name, count)| (name, *count))),
        Figures::List(rows) => {
            line(&["title", "value"]);
            rows.iter().for_each(|(title, value)| line(&[title, value]));
        }
        Figures::Table(fields, rows) => {
            line(fields);
            for row in rows {
                line(&row.iter().map(String::as_str).collect::<Vec<_>>());
            }
        }
        Figures::Lines(points) => {
            line(&["date", "name", "count"]);
            for point in points {
                for (name, count) in &point.values {
                    line(&[&point.date, name, &count.to_string()]);
                }
            }
        }
        Figures::Link(url, text) => {
            line(&["url", "text"]);
            line(&[url, text]);
        }
    }
    out
}

fn description(widget: Widget) -> Value {
    json!({
        "widget": widget.name(),
        "title": widget.title(),
        "render": widget.renderer().name(),
        "description": widget.description(),
        "params": widget.parameters(),
        "config": {},
        "position": { "x": 0, "y": 0, "width": 3, "height": 4 },
    })
}

/// `GET /dashboards/getEmptyWidget/<widget>`: what to put on a dashboard.
async fn empty(call: Call) -> Outcome {
    match call.arg(0).and_then(Widget::from_name) {
        Some(widget) => Ok(Answer::json(&description(widget))),
        None => Err(Failure::not_found("Invalid widget.")),
    }
}

/// `GET /dashboards/getForm`: every widget that the caller may see.
async fn widgets(call: Call) -> Outcome {
    let all = Widget::ALL.iter().copied();
    let admin = call.actor.is_site_admin();
    let offered = all.filter(|widget| admin || !widget.for_administrators());
    Ok(Answer::json(&offered.map(description).collect()))
}

fn template(row: &Template) -> Value {
    json!({ "Dashboard": {
        "id": row.id.to_string(),
        "uuid": row.uuid.to_string(),
        "name": row.name,
        "description": row.description,
        "default": row.default,
        "selectable": row.selectable,
        "user_id": row.user.to_string(),
        "restrict_to_org_id": row.org.to_string(),
        "restrict_to_role_id": row.role.to_string(),
        "restrict_to_permission_flag": row.permission,
        "value": serde_json::from_str::<Value>(&row.value).unwrap_or_default(),
        "timestamp": row.timestamp.to_string(),
    }})
}

/// `GET /dashboards/listTemplates`.
async fn templates(call: Call) -> Outcome {
    let rows = call.read(dashboard::templates).await?;
    Ok(Answer::json(&rows.iter().map(template).collect()))
}

/// `POST /dashboards/saveTemplate[/<id>]`.
async fn save_template(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let body = call.json_map("Dashboard")?;
    let draft = Draft {
        name: field::text(&body, "name"),
        description: field::text(&body, "description"),
        default: field::flag(&body, "default"),
        selectable: field::flag(&body, "selectable"),
        org: field::int(&body, "restrict_to_org_id"),
        role: field::int(&body, "restrict_to_role_id"),
        permission: field::text(&body, "restrict_to_permission_flag"),
        value: body.get("value").filter(|value| !value.is_null()).cloned(),
    };
    let named = match call.arg(0) {
        None => None,
        Some(text) => {
            Some(Ref::parse(text).ok_or_else(|| Failure::not_found("Invalid dashboard template."))?)
        }
    };
    let id = call
        .write(move |ctx| dashboard::save_template(ctx, named, &draft))
        .await
        .map_err(save::failure("save", "Dashboard", call.target.path.clone()))?;
    let rows = call.read(dashboard::templates).await?;
    let saved = rows.iter().find(|row| row.id == id);
    Ok(Answer::json(&saved.map(template).unwrap_or_default()))
}

/// `POST /dashboards/deleteTemplate/<id>`.
async fn delete_template(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let named = call.reference(0);
    let id = call
        .write(move |ctx| dashboard::delete_template(ctx, named))
        .await?;
    let url = format!("/dashboards/deleteTemplate/{id}");
    Ok(Answer::success(
        "Dashboard template removed.",
        &url,
        Some(&id.to_string()),
    ))
}
