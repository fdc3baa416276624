//! Adding, editing, deleting and publishing custom clusters. spec: 07#4.7
use super::{cluster, draft, refused};
use crate::answer::Answer;
use crate::call::{Call, truthy};
use crate::describe;
use crate::failure::Failure;
use crate::routes::Outcome;
use crate::scalars;
use entente_engine::galaxy::change;
use entente_model::id::Ref;
use entente_model::library::GalaxyCluster;

const MODEL: &str = "GalaxyCluster";

/// `POST /galaxy_clusters/add/<galaxy>[/forkUuid:<uuid>]`.
pub async fn add(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let draft = draft::cluster(&call.json_map(MODEL)?);
    let fork = match call.named("forkuuid").filter(|text| !text.is_empty()) {
        Some(text) => Some(Ref::parse(text).ok_or_else(|| Failure::not_found("Invalid galaxy cluster"))?),
        None => None,
    };
    let galaxy = call.reference(0);
    let id = call
        .write(move |ctx| change::add(ctx, galaxy, &draft, fork))
        .await
        .map_err(refused("add", MODEL, "/galaxy_clusters/add"))?;
    cluster::show(&call, Some(Ref::Id(id))).await
}

/// `POST /galaxy_clusters/edit/<id or uuid>`.
pub async fn edit(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let draft = draft::cluster(&call.json_map(MODEL)?);
    let reference = call.reference(0);
    let id = call
        .write(move |ctx| change::edit(ctx, reference, &draft))
        .await
        .map_err(refused("edit", MODEL, "/galaxy_clusters/edit"))?;
    cluster::show(&call, Some(Ref::Id(id))).await
}

fn done(call: &Call, message: &str, cluster: &GalaxyCluster) -> Answer {
    Answer::success(message, &call.target.path, Some(&cluster.id.to_string()))
}

/// `POST /galaxy_clusters/delete/<id or uuid> {"hard":1}`.
pub async fn delete(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let body = call.json_map(MODEL)?;
    let hard = match body.get("hard").map(scalars::flag) {
        Some(hard) => hard.unwrap_or(false),
        None => call.arg(1).is_some_and(truthy) || call.flag("hard"),
    };
    let reference = call.reference(0);
    let cluster = call
        .write(move |ctx| change::delete(ctx, reference, hard))
        .await
        .map_err(refused("delete", MODEL, "/galaxy_clusters/delete"))?;
    let message = if hard {
        "Galaxy cluster successfully hard deleted."
    } else {
        "Galaxy cluster successfully soft deleted."
    };
    Ok(done(&call, message, &cluster))
}

/// `POST /galaxy_clusters/restore/<id or uuid>`.
pub async fn restore(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let reference = call.reference(0);
    let cluster = call
        .write(move |ctx| change::restore(ctx, reference))
        .await
        .map_err(refused("restore", MODEL, "/galaxy_clusters/restore"))?;
    Ok(done(&call, "GalaxyCluster restored", &cluster))
}

/// `POST /galaxy_clusters/publish/<id or uuid>`.
pub async fn publish(call: Call) -> Outcome {
    switch(call, true).await
}

/// `POST /galaxy_clusters/unpublish/<id or uuid>`.
pub async fn unpublish(call: Call) -> Outcome {
    switch(call, false).await
}

async fn switch(call: Call, published: bool) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let reference = call.reference(0);
    let cluster = call
        .write(move |ctx| change::publish(ctx, reference, published))
        .await
        .map_err(refused("publish", MODEL, "/galaxy_clusters/publish"))?;
    let message = if published {
        "GalaxyCluster published"
    } else {
        "GalaxyCluster unpublished"
    };
    Ok(done(&call, message, &cluster))
}
