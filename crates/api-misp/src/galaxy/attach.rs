//! Attaching clusters to events and attributes, and taking them off. spec: 07#4.7
use crate::answer::Answer;
use crate::call::Call;
use crate::describe;
use crate::failure::Failure;
use crate::routes::Outcome;
use crate::scalars;
use entente_engine::galaxy::{self, AttachedClusters};
use entente_engine::tag::{self, TagChoice, TargetChoice};
use entente_engine::{Class, Error};
use entente_model::id::Ref;
use serde_json::{Value, json};

/// The event or attribute that id and kind name.
fn target(reference: Option<Ref>, kind: Option<&str>) -> Result<TargetChoice, Failure> {
    match kind.map(str::to_ascii_lowercase).as_deref() {
        Some("event") => Ok(TargetChoice::Event(reference)),
        Some("attribute") => Ok(TargetChoice::Attribute(reference)),
        _ => Err(Failure::not_found("Invalid target type.")),
    }
}

/// A galaxy that attaches only locally is a wrong method in MISP's words.
fn refused(error: Error) -> Failure {
    match error.class() {
        Class::Conflict => Failure::not_allowed(error.to_string()),
        _ => Failure::from(error),
    }
}

fn saved(outcome: AttachedClusters) -> Answer {
    let success = match outcome {
        AttachedClusters::New => "Cluster attached.",
        AttachedClusters::Already => "Cluster already attached.",
    };
    Answer::json(&json!({"saved": true, "success": success, "check_publish": true}))
}

/// `POST /galaxies/attachCluster/<target>/<event or attribute>/local:0` with
/// `{"Galaxy":{"target_id":<cluster>}}`.
pub async fn one(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let target = target(call.reference(0), call.arg(1))?;
    let body = call.json_map("Galaxy")?;
    let clusters = body.get("target_id").map(scalars::references).unwrap_or_default();
    if clusters.is_empty() {
        return Err(Failure::not_found("Invalid galaxy cluster"));
    }
    let local = call.flag("local");
    let attached = call
        .write(move |ctx| galaxy::attach(ctx, target, &clusters, local))
        .await;
    attached.map(saved).map_err(refused)
}

/// `POST /galaxies/attachMultipleClusters/<id or selected>/<event or attribute>` with
/// `{"Galaxy":{"target_ids":"[3,4]","attribute_ids":"[…]"}}`.
pub async fn many(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let body = call.json_map("Galaxy")?;
    let clusters = body
        .get("target_ids")
        .map(scalars::references)
        .unwrap_or_default();
    if clusters.is_empty() {
        return Err(Failure::not_found("Invalid galaxy cluster"));
    }
    let targets = if call.arg(0) == Some("selected") {
        let selected = body
            .get("attribute_ids")
            .map(scalars::references)
            .unwrap_or_default();
        selected
            .into_iter()
            .map(|reference| TargetChoice::Attribute(Some(reference)))
            .collect()
    } else {
        vec![target(call.reference(0), call.arg(1))?]
    };
    let local = call.flag("local") || body.get("local").and_then(scalars::flag).unwrap_or(false);
    let attached = call
        .write(move |ctx| {
            let mut outcome = AttachedClusters::Already;
            for target in &targets {
                if galaxy::attach(ctx, *target, &clusters, local)? == AttachedClusters::New {
                    outcome = AttachedClusters::New;
                }
            }
            Ok(outcome)
        })
        .await;
    attached.map(saved).map_err(refused)
}

/// `POST /galaxy_clusters/detach/<target>/<event or attribute>/<tag>`.
pub async fn detach(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let target = target(call.reference(0), call.arg(1))?;
    let tag = call.arg(2).and_then(|text| text.parse().ok()).map(TagChoice::Id);
    let Some(tag) = tag else {
        return Err(Failure::not_found("Invalid tag."));
    };
    call.write(move |ctx| tag::detach(ctx, target, &tag))
        .await?
        .ok_or_else(|| Failure::not_found("The galaxy cluster is not attached to this data."))?;
    let body: Value =
        json!({"saved": true, "check_publish": true, "success": "Galaxy successfully detached."});
    Ok(Answer::json(&body))
}
