//! Refused events, organisations and galaxy clusters. spec: 03#18, 08#16
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

routes! {
    "eventblocklists": {
        "index" => events_index,
        "view" => events_view,
        "add" => events_add,
        "edit" => events_edit,
        "delete" => events_delete,
        "massdelete" => events_mass_delete,
    }
    "orgblocklists": {
        "index" => orgs_index,
        "view" => orgs_view,
        "add" => orgs_add,
        "edit" => orgs_edit,
        "delete" => orgs_delete,
    }
    "galaxyclusterblocklists": {
        "index" => clusters_index,
        "view" => clusters_view,
        "add" => clusters_add,
        "edit" => clusters_edit,
        "delete" => clusters_delete,
        "massdelete" => clusters_mass_delete,
    }
}

fn model(list: List) -> &'static str {
    match list {
        List::Event => "EventBlocklist",
        List::Org => "OrgBlocklist",
        List::Cluster => "GalaxyClusterBlocklist",
    }
}

fn path(list: List) -> &'static str {
    match list {
        List::Event => "/event_blocklists",
        List::Org => "/org_blocklists",
        List::Cluster => "/galaxy_cluster_blocklists",
    }
}

fn rendered(list: List, row: &Blocked) -> Value {
    match list {
        List::Event => shape::event(row),
        List::Org => shape::org(row),
        List::Cluster => shape::cluster(row),
    }
}

/// The names of the fields for what is refused, what it is called, and who created it.
fn fields(list: List) -> (&'static str, &'static str, &'static str) {
    match list {
        List::Event => ("event_uuid", "event_info", "event_orgc"),
        List::Org => ("org_uuid", "org_name", "event_orgc"),
        List::Cluster => ("cluster_uuid", "cluster_info", "cluster_orgc"),
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

async fn index(call: Call, list: List) -> Outcome {
    let query = query(list, &Criteria::of(&call, model(list))?);
    let rows = call.read(move |ctx| blocklist::search(ctx, list, &query)).await?;
    let rows: Vec<Value> = rows.iter().map(|row| rendered(list, row)).collect();
    Ok(Answer::json(&Value::Array(rows)))
}

async fn show(call: &Call, list: List, row: Option<Ref>) -> Outcome {
    let row = call.read(move |ctx| blocklist::find(ctx, list, row)).await?;
    Ok(Answer::json(&rendered(list, &row)))
}

async fn add(call: Call, list: List) -> Outcome {
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

async fn edit(call: Call, list: List) -> Outcome {
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

async fn delete(call: Call, list: List) -> Outcome {
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

async fn events_index(call: Call) -> Outcome {
    index(call, List::Event).await
}
async fn orgs_index(call: Call) -> Outcome {
    index(call, List::Org).await
}
async fn events_view(call: Call) -> Outcome {
    show(&call, List::Event, call.reference(0)).await
}
async fn orgs_view(call: Call) -> Outcome {
    show(&call, List::Org, call.reference(0)).await
}
async fn events_add(call: Call) -> Outcome {
    add(call, List::Event).await
}
async fn orgs_add(call: Call) -> Outcome {
    add(call, List::Org).await
}
async fn events_edit(call: Call) -> Outcome {
    edit(call, List::Event).await
}
async fn orgs_edit(call: Call) -> Outcome {
    edit(call, List::Org).await
}
async fn events_delete(call: Call) -> Outcome {
    delete(call, List::Event).await
}
async fn orgs_delete(call: Call) -> Outcome {
    delete(call, List::Org).await
}

async fn clusters_index(call: Call) -> Outcome {
    index(call, List::Cluster).await
}
async fn clusters_view(call: Call) -> Outcome {
    show(&call, List::Cluster, call.reference(0)).await
}
async fn clusters_add(call: Call) -> Outcome {
    add(call, List::Cluster).await
}
async fn clusters_edit(call: Call) -> Outcome {
    edit(call, List::Cluster).await
}
async fn clusters_delete(call: Call) -> Outcome {
    delete(call, List::Cluster).await
}
async fn clusters_mass_delete(call: Call) -> Outcome {
    mass_delete(call, List::Cluster, "cluster").await
}
async fn events_mass_delete(call: Call) -> Outcome {
    mass_delete(call, List::Event, "event").await
}

async fn mass_delete(call: Call, list: List, what: &str) -> Outcome {
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
    let message = format!("{count} {what} blocklist entries deleted.");
    let url = format!("{}/massDelete", path(list));
    Ok(Answer::success(&message, &url, None))
}
