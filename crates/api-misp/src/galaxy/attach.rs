//! Attaching clusters to events and attributes, and taking them off. spec: 07#4.7
use crate::answer::Answer;
use crate::call::Call;
use crate::describe;
use crate::failure::Failure;
use crate::routes::Outcome;
use crate::scalars;
use entente_engine::galaxy::{self, AttachedClusters};
use entente_engine::tag::{self, TagChoice, TargetChoice};
use entente_engine::{Class, Ctx, Error, Result};
use entente_model::id::Ref;
use serde_json::{Value, json};

/// What clusters are attached to.
#[derive(Debug, Clone, Copy)]
enum To {
    /// An event or attribute.
    Data(TargetChoice),
    /// A collection of tags.
    Collection(Option<Ref>),
}

impl To {
    fn attach(self, ctx: &mut Ctx<'_, '_>, clusters: &[Ref], local: bool) -> Result<AttachedClusters> {
        match self {
            Self::Data(target) => galaxy::attach(ctx, target, clusters, local),
            Self::Collection(collection) => galaxy::collect(ctx, collection, clusters),
        }
    }
}

/// What id and kind name.
fn target(reference: Option<Ref>, kind: Option<&str>) -> std::result::Result<To, Failure> {
    match kind.map(str::to_ascii_lowercase).as_deref() {
        Some("event") => Ok(To::Data(TargetChoice::Event(reference))),
        Some("attribute") => Ok(To::Data(TargetChoice::Attribute(reference))),
        Some("tag_collection") => Ok(To::Collection(reference)),
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

/// `POST /galaxies/attachCluster/<target>/<event, attribute or tag_collection>/local:0` with
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
    let attached = call.write(move |ctx| target.attach(ctx, &clusters, local)).await;
    attached.map(saved).map_err(refused)
}

/// `POST /galaxies/attachMultipleClusters/<id or selected>/<event, attribute or tag_collection>` with
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
            .map(|reference| To::Data(TargetChoice::Attribute(Some(reference))))
            .collect()
    } else {
        vec![target(call.reference(0), call.arg(1))?]
    };
    let local = call.flag("local") || body.get("local").and_then(scalars::flag).unwrap_or(false);
    let attached = call
        .write(move |ctx| {
            let mut outcome = AttachedClusters::Already;
            for target in &targets {
                if target.attach(ctx, &clusters, local)? == AttachedClusters::New {
                    outcome = AttachedClusters::New;
                }
            }
            Ok(outcome)
        })
        .await;
    attached.map(saved).map_err(refused)
}

/// `POST /galaxy_clusters/detach/<target>/<event, attribute or tag_collection>/<tag>`.
pub async fn detach(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let target = target(call.reference(0), call.arg(1))?;
    let tag = call.arg(2).and_then(|text| text.parse().ok()).map(TagChoice::Id);
    let Some(tag) = tag else {
        return Err(Failure::not_found("Invalid tag."));
    };
    let detached = call.write(move |ctx| match target {
        To::Data(target) => Ok(tag::detach(ctx, target, &tag)?.is_some()),
        To::Collection(collection) => {
            Ok(tag::collection::remove_tags(ctx, collection, std::slice::from_ref(&tag))? > 0)
        }
    });
    if !detached.await? {
        return Err(Failure::not_found(
            "The galaxy cluster is not attached to this data.",
        ));
    }
    let body: Value =
        json!({"saved": true, "check_publish": true, "success": "Galaxy successfully detached."});
    Ok(Answer::json(&body))
}
