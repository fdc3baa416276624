//! Tags: attaching to and removing from events and attributes by uuid. spec: 03#6
use super::{choices, means_yes};
use crate::answer::Answer;
use crate::call::{Call, truthy};
use crate::describe;
use crate::failure::Failure;
use crate::routes::Outcome;
use entente_engine::tag::{
    self, Attach, Attached, AttachedTag, INVALID_TAG, INVALID_TARGET, LinkKind, TagChoice, TargetChoice,
};
use entente_engine::{Class, Error};
use entente_model::id::parse_uuid;
use entente_model::tag::Tag;
use entente_policy::{MarkFinding, MarkFindingKind};
use serde_json::{Map, Value};
use std::sync::Arc;

/// What the body or the path names: target, tags, local.
struct Sent {
    target: TargetChoice,
    tags: Vec<TagChoice>,
    local: bool,
    relationship: Option<String>,
}

impl Sent {
    fn read(call: &Call) -> Result<Self, Failure> {
        let body = call.json_map("Tag")?;
        let uuid = body.get("uuid").and_then(Value::as_str).or_else(|| call.arg(0));
        let tags = match body.get("tag") {
            Some(value) => choices(value),
            None => call
                .arg(1)
                .map(|text| choices(&Value::from(text)))
                .unwrap_or_default(),
        };
        let local = match body.get("local") {
            Some(value) => means_yes(value),
            None => call.flag("local") || call.arg(2).is_some_and(truthy),
        };
        let relationship = body
            .get("relationship_type")
            .and_then(Value::as_str)
            .map(str::to_owned);
        Ok(Self {
            target: TargetChoice::Any(uuid.and_then(parse_uuid)),
            tags,
            local,
            relationship,
        })
    }
}

/// `POST /tags/attachTagToObject[/<uuid>/<tag>/<local>]`.
pub async fn attach(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let sent = Sent::read(&call)?;
    if sent.tags.is_empty() {
        return Err(Failure::not_allowed(INVALID_TAG));
    }
    let request = Attach {
        target: sent.target,
        tags: sent.tags,
        local: sent.local,
        relationship: sent.relationship,
        strict: false,
    };
    let local = request.local;
    let attached = call.write(move |ctx| tag::attach(ctx, &request)).await?;
    answer(&attached, local)
}

/// What became of the tags, in the words that clients compare.
fn answer(attached: &Attached, local: bool) -> Outcome {
    const URL: &str = "/tags/attachTagToObject";
    let mut reasons = Map::new();
    let (mut new, mut already): (Vec<&Arc<Tag>>, Vec<&Arc<Tag>>) = (Vec::new(), Vec::new());
    for (index, one) in attached.tags.iter().enumerate() {
        match one {
            AttachedTag::New(tag) => new.push(tag),
            AttachedTag::Already(tag) => already.push(tag),
            AttachedTag::Refused(reason) => {
                reasons.insert(index.to_string(), reason.as_str().into());
            }
        }
    }
    let place = attached.place;
    let failed = (!reasons.is_empty()).then(|| {
        format!(
            "Failed to attach {} tags. Reasons: {}",
            reasons.len(),
            Value::Object(reasons)
        )
    });
    let word = if local { "Local" } else { "Global" };
    let message = match (new.as_slice(), already.as_slice()) {
        ([], []) => {
            let reason = failed.unwrap_or_default();
            return Err(Failure::save("attachTagToObject", "Tag", URL, reason.into()));
        }
        ([], _) => format!(
            "{} already has the requested tag attached, it is successfully tagged: {place}",
            place.kind()
        ),
        ([tag], []) => format!(
            "{word} tag {}({}) successfully attached to {place}.",
            tag.name, tag.id
        ),
        (new, _) => format!(
            "Successfully attached {} tags to {} ({})",
            new.len(),
            place.kind(),
            place.id()
        ),
    };
    let odd = attached.findings.iter().filter_map(remark);
    let message = std::iter::once(message)
        .chain(failed)
        .chain(odd)
        .collect::<Vec<_>>()
        .join(" ");
    Ok(Answer::success(&message, URL, None))
}

/// What to tell about a tag that restricts in a way its author may not expect. spec: 11#BI-O20
fn remark(finding: &MarkFinding) -> Option<String> {
    let tag = &finding.tag;
    match finding.kind {
        MarkFindingKind::Confusable => Some(format!(
            "{tag} is written with look-alike letters; it restricts like the tag it looks like."
        )),
        MarkFindingKind::Unreadable => Some(format!(
            "{tag} cannot be read; the data is left to its creator until that is put right."
        )),
        MarkFindingKind::Unknown => None,
    }
}

/// `POST /tags/removeTagFromObject[/<uuid>/<tag>]`.
pub async fn remove(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let Sent { target, tags, .. } = Sent::read(&call)?;
    let Some(choice) = tags.into_iter().next() else {
        return Err(Failure::not_allowed(INVALID_TAG));
    };
    let detached = call
        .write(move |ctx| tag::detach(ctx, target, &choice))
        .await
        .map_err(removal)?;
    let detached = detached.ok_or_else(|| Failure::not_found("The tag is not attached to this data."))?;
    let word = if detached.local { "Local" } else { "Global" };
    let tag = &detached.tag;
    let message = format!(
        "{word} tag {} ({}) successfully removed from {}.",
        tag.name, tag.id, detached.place
    );
    Ok(Answer::success(&message, "/tags/removeTagFromObject", None))
}

/// An unknown tag is refused with 405. spec: 03#6
fn removal(error: Error) -> Failure {
    match error.class() {
        Class::Invalid => Failure::not_allowed(error.to_string()),
        _ => error.into(),
    }
}

/// `POST /tags/modifyTagRelationship/<event or attribute>/<link id>`.
pub async fn relate(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let kind = match call.arg(0).map(str::to_ascii_lowercase).as_deref() {
        Some("event") => LinkKind::Event,
        Some("attribute") => LinkKind::Attribute,
        _ => return Err(Failure::not_found(INVALID_TARGET)),
    };
    let missing = || Failure::not_found(INVALID_TARGET);
    let link: i64 = call
        .arg(1)
        .and_then(|text| text.parse().ok())
        .ok_or_else(missing)?;
    let body = call.json_map("Tag")?;
    let relationship = body
        .get("relationship_type")
        .and_then(Value::as_str)
        .map(str::to_owned);
    let place = call
        .write(move |ctx| tag::relate(ctx, kind, link, relationship.as_deref()))
        .await?;
    let message = format!("Relationship of the tag set on {place}.");
    Ok(Answer::success(&message, &call.target.path, None))
}
