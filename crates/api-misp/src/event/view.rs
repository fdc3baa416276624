//! Looking at one event. spec: 03#3.2
use super::{options, render};
use crate::answer::Answer;
use crate::call::Call;
use crate::routes::Outcome;
use entente_engine::event::view::{Options, head};
use serde_json::{Value, json};

/// `GET /events/view/<id>`.
pub async fn view(call: Call) -> Outcome {
    let mut shown = options::of_call(&call)?;
    let target = call.reference(0);
    if call.method == http::Method::HEAD {
        call.read(move |ctx| ctx.visible_event(target, "Invalid event").map(|_| ()))
            .await?;
        return Ok(Answer::rendered_json(Vec::new()));
    }
    let spooled = call
        .read(move |ctx| {
            shown.prepare(ctx)?;
            render::one(ctx, target, &shown)
        })
        .await?;
    Ok(Answer::spooled_json(spooled))
}

/// `GET /events/getEventInfoById/<id>`.
pub async fn info(call: Call) -> Outcome {
    let target = call.reference(0);
    let options = Options {
        reports: false,
        proposals: false,
        ..Options::default()
    };
    let head = call.read(move |ctx| head(ctx, target, options)).await?;
    let event = &head.event;
    let tags: Vec<Value> = head
        .tags
        .iter()
        .map(|item| {
            json!({
                "id": item.link.id.to_string(),
                "event_id": event.id.to_string(),
                "tag_id": item.tag.id.to_string(),
                "local": item.link.local,
                "relationship_type": item.link.relationship_type.as_deref().unwrap_or_default(),
                "Tag": {"id": item.tag.id.to_string(), "name": item.tag.name, "colour": item.tag.colour},
            })
        })
        .collect();
    Ok(Answer::json(&json!({
        "Event": {
            "id": event.id.to_string(),
            "info": event.info,
            "threat_level_id": event.threat_level.number().to_string(),
            "analysis": event.analysis.number().to_string(),
        },
        "ThreatLevel": {"name": event.threat_level.name(), "id": event.threat_level.number().to_string()},
        "EventTag": tags,
    })))
}
