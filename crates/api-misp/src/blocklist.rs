//! Refused events, organisations, galaxy clusters, annotations and sources of sightings. spec: 03#18, 08#16
use crate::answer::Answer;
use crate::call::Call;
use crate::criteria::Criteria;
use crate::describe;
use crate::failure::Failure;
use crate::routes::{Outcome, routes};
use crate::save;
use entente_engine::blocklist::{self, Blocked, Draft, List, Query};
use entente_misp::blocklist as shape;
use entente_misp::read::field;
use entente_model::id::{Ref, parse_uuid};
use serde_json::{Map, Value};

/// The same actions for each list.
macro_rules! lists {
    ($($controller:literal),* $(,)?) => {
        routes! {$(
            $controller: {
                "index" => index,
                "view" => view,
                "add" => add,
                "edit" => edit,
                "delete" => delete,
                "massdelete" => mass_delete,
            }
        )*}
    };
}

lists! {
    "eventblocklists",
    "orgblocklists",
    "galaxyclusterblocklists",
    "analystdatablocklists",
    "sightingblocklists",
}

/// The list that a request is about.
fn list(call: &Call) -> List {
    match call.target.controller.as_str() {
        "orgblocklists" => List::Org,
        "galaxyclusterblocklists" => List::Cluster,
        "analystdatablocklists" => List::Analyst,
        "sightingblocklists" => List::Sighting,
        _ => List::Event,
    }
}

fn model(list: List) -> &'static str {
    match list {
        List::Event => "EventBlocklist",
        List::Org => "OrgBlocklist",
        List::Cluster => "GalaxyClusterBlocklist",
        List::Analyst => "AnalystDataBlocklist",
        List::Sighting => "SightingBlocklist",
    }
}

fn path(list: List) -> &'static str {
    match list {
        List::Event => "/event_blocklists",
        List::Org => "/org_blocklists",
        List::Cluster => "/galaxy_cluster_blocklists",
        List::Analyst => "/analyst_data_blocklists",
        List::Sighting => "/sighting_blocklists",
    }
}

fn rendered(list: List, row: &Blocked) -> Value {
    match list {
        List::Event => shape::event(row),
        List::Org => shape::org(row),
        List::Cluster => shape::cluster(row),
        List::Analyst => shape::analyst(row),
        List::Sighting => shape::sighting(row),
    }
}

/// The names of the fields for what is refused, what it is called, and who created it.
fn fields(list: List) -> (&'static str, &'static str, &'static str) {
    match list {
        List::Event => ("event_uuid", "event_info", "event_orgc"),
        List::Org | List::Sighting => ("org_uuid", "org_name", "event_orgc"),
        List::Cluster => ("cluster_uuid", "cluster_info", "cluster_orgc"),
        List::Analyst => ("analyst_data_uuid", "analyst_data_info", "analyst_data_orgc"),
    }
}

fn draft(list: List, body: &Map<String, Value>) -> Draft {
    let (_, name, orgc) = fields(list);
    Draft {
        uuids: shape::lines(body, "uuids"),
        name: field::text(body, name),
        comment: field::text(body, "comment"),
        orgc: field::text(body, orgc),
    }
}

fn query(list: List, criteria: &Criteria) -> Query {
    let (uuid, name, orgc) = fields(list);
    let mut query = Query {
        name: criteria.terms(name),
        comment: criteria.terms("comment"),
        orgc: criteria.terms(orgc),
        anywhere: criteria.anywhere(),
        page: criteria.page(),
        uuid: criteria
            .text(uuid)
            .map(|text| parse_uuid(&text).unwrap_or_default()),
    };
    // A uuid in the general filter names one row; no text column holds uuids.
    if let Some(uuid) = criteria.text("value").as_deref().and_then(parse_uuid) {
        query.uuid = Some(uuid);
        query.anywhere.clear();
    }
    query
}

async fn index(call: Call) -> Outcome {
    let list = list(&call);
    let query = query(list, &Criteria::of(&call, model(list))?);
    let rows = call.read(move |ctx| blocklist::search(ctx, list, &query)).await?;
    let rows: Vec<Value> = rows.iter().map(|row| rendered(list, row)).collect();
    Ok(Answer::json(&Value::Array(rows)))
}

async fn show(call: &Call, list: List, row: Option<Ref>) -> Outcome {
    let row = call.read(move |ctx| blocklist::find(ctx, list, row)).await?;
    Ok(Answer::json(&rendered(list, &row)))
}

async fn view(call: Call) -> Outcome {
    show(&call, list(&call), call.reference(0)).await
}

async fn add(call: Call) -> Outcome {
    let list = list(&call);
    if call.is_read() {
        return describe::answer(&call);
    }
    let draft = draft(list, &call.json_map(model(list))?);
    let added = call
        .write(move |ctx| blocklist::add(ctx, list, &draft))
        .await
        .map_err(save::invalid("add", model(list), format!("{}/add", path(list))))?;
    Ok(Answer::json(&shape::added(&added.successes, &added.fails)))
}

async fn edit(call: Call) -> Outcome {
    let list = list(&call);
    if call.is_read() {
        return describe::answer(&call);
    }
    let draft = draft(list, &call.json_map(model(list))?);
    let row = call.reference(0);
    let id = call
        .write(move |ctx| blocklist::edit(ctx, list, row, &draft))
        .await
        .map_err(save::invalid("edit", model(list), format!("{}/edit", path(list))))?;
    show(&call, list, Some(Ref::Id(id))).await
}

async fn delete(call: Call) -> Outcome {
    let list = list(&call);
    if call.is_read() {
        return describe::answer(&call);
    }
    let row = call.reference(0);
    let id = call.write(move |ctx| blocklist::remove(ctx, list, row)).await?;
    let url = format!("{}/delete/{id}", path(list));
    Ok(Answer::success(
        &format!("{} deleted", model(list)),
        &url,
        Some(&id.to_string()),
    ))
}

async fn mass_delete(call: Call) -> Outcome {
    let list = list(&call);
    if call.is_read() {
        return describe::answer(&call);
    }
    let body = call.json_map(model(list))?;
    let rows = ["ids", "id"].iter().find_map(|key| field::ids(&body, key));
    let rows = rows.unwrap_or_default();
    if rows.is_empty() {
        return Err(Failure::bad_request("Name the entries to delete as `ids`."));
    }
    let count = rows.len();
    call.write(move |ctx| {
        for row in &rows {
            blocklist::remove(ctx, list, *row)?;
        }
        Ok(())
    })
    .await?;
    let what = match list {
        List::Event => "event",
        List::Org => "organisation",
        List::Cluster => "cluster",
        List::Analyst => "analyst data",
        List::Sighting => "sighting",
    };
    let message = format!("{count} {what} blocklist entries deleted.");
    let url = format!("{}/massDelete", path(list));
    Ok(Answer::success(&message, &url, None))
}
