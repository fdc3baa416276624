//! Galaxies. spec: 07#4.7
use crate::answer::Answer;
use crate::call::{Call, truthy};
use crate::describe;
use crate::failure::Failure;
use crate::routes::Outcome;
use crate::scalars;
use entente_engine::galaxy::{self, ClusterFilter, Listing, Page};
use entente_http::spool::{Spool, Spooled};
use serde_json::{Value, json};
use std::io::Write as _;

/// `GET /galaxies`, `POST /galaxies {"value":"x"[,"enabled":1]}`.
pub async fn index(call: Call) -> Outcome {
    let body = call.json_map("Galaxy")?;
    let text = match body
        .get("value")
        .or_else(|| body.get("searchall"))
        .map(scalars::texts)
    {
        Some(texts) => texts.into_iter().next(),
        None => call
            .named("value")
            .or_else(|| call.named("searchall"))
            .map(str::to_owned),
    };
    let enabled = body
        .get("enabled")
        .and_then(scalars::flag)
        .or_else(|| call.named("enabled").filter(|text| !text.is_empty()).map(truthy));
    let listing = Listing {
        text: text.filter(|text| !text.trim().is_empty()),
        enabled,
    };
    let galaxies = call.read(move |ctx| galaxy::list(ctx, &listing)).await?;
    let rows = galaxies
        .iter()
        .map(|galaxy| json!({"Galaxy": entente_misp::galaxy::columns(galaxy)}));
    Ok(Answer::json(&rows.collect()))
}

/// `GET /galaxies/view/<id or uuid>`: with its clusters, some of which have thousands.
pub async fn view(call: Call) -> Outcome {
    let reference = call.reference(0);
    let view: Spooled = call
        .read(move |ctx| {
            let galaxy = galaxy::view(ctx, reference)?;
            let mut spool = Spool::default();
            write!(
                spool,
                "{{\"Galaxy\":{},\"GalaxyCluster\":[",
                Value::Object(entente_misp::galaxy::columns(&galaxy))
            )?;
            let filter = ClusterFilter {
                galaxies: Some(vec![galaxy.id]),
                deleted: Some(false),
                ..ClusterFilter::default()
            };
            let mut first = true;
            galaxy::each_cluster(ctx, &filter, Page::default(), |placed| {
                let separator = if std::mem::take(&mut first) { "" } else { "," };
                write!(
                    spool,
                    "{separator}{}",
                    entente_misp::galaxy::cluster_of_galaxy(&placed.cluster)
                )?;
                Ok(())
            })?;
            spool.write_all(b"]}")?;
            Ok(spool.finish()?)
        })
        .await?;
    Ok(Answer::spooled_json(view))
}

async fn switch(call: &Call, enabled: Option<bool>) -> Outcome {
    if call.is_read() {
        return describe::answer(call);
    }
    let reference = call.reference(0);
    let now = call
        .write(move |ctx| galaxy::set_enabled(ctx, reference, enabled))
        .await?;
    let message = match (enabled, now) {
        (None, _) => "Galaxy toggled",
        (_, true) => "Galaxy enabled",
        (_, false) => "Galaxy disabled",
    };
    Ok(Answer::success(message, &call.target.path, call.arg(0)))
}

/// `POST /galaxies/enable/<id or uuid>`.
pub async fn enable(call: Call) -> Outcome {
    switch(&call, Some(true)).await
}

/// `POST /galaxies/disable/<id or uuid>`.
pub async fn disable(call: Call) -> Outcome {
    switch(&call, Some(false)).await
}

/// `POST /galaxies/toggle/<id or uuid>`.
pub async fn toggle(call: Call) -> Outcome {
    switch(&call, None).await
}

/// `POST /galaxies/update[/force:1]`: libraries come from outside (`entente knowledge import`) and are
/// stored as soon as they do, so there is never anything left to load here.
pub async fn update(call: Call) -> Result<Answer, Failure> {
    if call.is_read() {
        return describe::answer(&call);
    }
    Ok(Answer::success("Galaxies updated.", &call.target.path, None))
}

/// `POST /galaxies/delete/<id or uuid>`: with all its clusters.
pub async fn delete(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let reference = call.reference(0);
    let galaxy = call
        .write(move |ctx| galaxy::library::delete(ctx, reference))
        .await?;
    let id = galaxy.id.to_string();
    Ok(Answer::success("Galaxy deleted", &call.target.path, Some(&id)))
}

/// `POST /galaxies/wipe_default`: all published clusters, to be imported anew.
pub async fn wipe_default(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let removed = call.write(galaxy::library::wipe_default).await?;
    let message = format!("{removed} default galaxy clusters dropped");
    Ok(Answer::success(&message, &call.target.path, None))
}
