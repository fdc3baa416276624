//! Who could do something after a change that is not made.
use super::Organisation;
use crate::action::{self, ActionName};
use crate::call::{Answer, Call};
use crate::problem::{Problem, ProblemDetails};
use entente_engine::policy_view::preview::{self, Subject};
use entente_engine::{Error, policy_view};
use entente_model::level::Distribution;
use entente_policy::{Lint, MarkFindingKind, Severity};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A question about a draft (`event`) or about something stored (`uuid`), with a change or without.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewRequest {
    /// A stored event, object, attribute or report.
    uuid: Option<Uuid>,
    /// An event of the caller's organisation that is not stored.
    event: Option<Outline>,
    /// What would be different.
    change: Option<Outline>,
    /// Without it `see`.
    #[schema(value_type = Option<ActionName>)]
    action: Option<String>,
}

/// What is said about an item; what is left out stays as it is, and in a draft is the default.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Outline {
    /// 0 own organisation, 1 this community, 2 connected communities, 3 all, 4 sharing group, 5 inherit.
    #[schema(minimum = 0, maximum = 5)]
    distribution: Option<i64>,
    /// Uuid of the sharing group, with distribution 4.
    sharing_group: Option<Uuid>,
    /// All tags, in place of those that are there.
    #[schema(example = json!(["tlp:amber", "entente:rel=\"ISR\""]))]
    tags: Option<Vec<String>>,
    /// Tags to add.
    add_tags: Vec<String>,
    /// Tags to remove.
    remove_tags: Vec<String>,
    /// Whether the event is published.
    published: Option<bool>,
    /// Whether it is for detection.
    to_ids: Option<bool>,
}

/// What would become of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Preview {
    /// The action that was asked about.
    #[schema(value_type = ActionName)]
    action: &'static str,
    /// Organisations on this instance that could do it afterwards, by uuid.
    audience: Vec<Organisation>,
    /// Those of them that cannot do it before the change.
    added: Vec<Organisation>,
    /// Those that can do it before the change and could not afterwards.
    removed: Vec<Organisation>,
    /// False when this instance has organisations that the caller may not list; they are left out.
    complete: bool,
    /// Advice.
    lints: Vec<Advice>,
}

/// One piece of advice.
#[derive(Debug, Serialize, ToSchema)]
struct Advice {
    /// Stable name.
    #[schema(example = "lint.no_tlp")]
    code: &'static str,
    /// `error` or `warning`.
    #[schema(example = "warning")]
    severity: &'static str,
    /// What to change.
    text: &'static str,
    /// The tag it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    tag: Option<String>,
}

/// Who could do something with a draft, or with a stored item after a change, compared with before.
///
/// Nothing is changed. About stored items for members of the organisation that created them and
/// administrators of the host organisation; about drafts for everybody.
///
/// # Errors
/// 400 or 422 for the body, 403 when the caller may not ask, 404 for what is absent or hidden.
#[utoipa::path(
    post, path = "/api/v1/policy/preview", tag = "policy",
    request_body = PreviewRequest,
    responses(
        (status = 200, description = "The audience before and after, and advice.", body = Preview),
        (status = "default", description = "What went wrong and what to change.", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub async fn preview(call: Call) -> Result<Answer, Problem> {
    call.query.only(&[])?;
    let request: PreviewRequest = call.json()?;
    let (name, action) = action::named(request.action.as_deref())?;
    let subject = match (request.uuid, request.event) {
        (Some(uuid), None) => Subject::Stored(uuid),
        (None, Some(event)) => Subject::Draft(outline(event)?),
        _ => {
            let detail = "Send either uuid, for something stored, or event, for a draft.";
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail).about("event", detail));
        }
    };
    let change = request.change.map(outline).transpose()?;
    let found = call
        .read(move |ctx| policy_view::preview::preview(ctx, &subject, change.as_ref(), action))
        .await?;
    let list = |audience: &policy_view::Audience| audience.orgs.iter().map(Organisation::from).collect();
    Answer::json(&Preview {
        action: name,
        audience: list(&found.audience),
        added: list(&found.added),
        removed: list(&found.removed),
        complete: found.audience.complete,
        lints: advice(&found),
    })
}

fn outline(given: Outline) -> Result<preview::Outline, Error> {
    let distribution = given.distribution.map(|number| {
        Distribution::from_number(number)
            .ok_or_else(|| Error::field("distribution", "Choose a number from 0 to 5."))
    });
    Ok(preview::Outline {
        distribution: distribution.transpose()?,
        sharing_group: given.sharing_group,
        tags: given.tags,
        add_tags: given.add_tags,
        remove_tags: given.remove_tags,
        published: given.published,
        to_ids: given.to_ids,
    })
}

/// Advice on the item, then on single tags.
fn advice(found: &preview::Preview) -> Vec<Advice> {
    let about_tags = |lint: &Lint| matches!(lint, Lint::ConfusableTag | Lint::UnreadableTag);
    let item = found
        .lints
        .iter()
        .filter(|lint| !about_tags(lint))
        .map(|lint| Advice {
            code: lint.code(),
            severity: match lint.severity() {
                Severity::Warning => "warning",
                Severity::Error => "error",
            },
            text: text(*lint),
            tag: None,
        });
    let odd = found.findings.iter().map(|finding| {
        let (severity, text) = about_tag(finding.kind);
        Advice {
            code: finding.kind.code(),
            severity,
            text,
            tag: Some(finding.tag.clone()),
        }
    });
    let refused = found.refused_tags.iter().map(|tag| Advice {
        code: "marking.classified",
        severity: "error",
        text: "The tag names a classification, and this platform is for unclassified data.",
        tag: Some(tag.clone()),
    });
    item.chain(odd).chain(refused).collect()
}

const fn about_tag(kind: MarkFindingKind) -> (&'static str, &'static str) {
    match kind {
        MarkFindingKind::Confusable => (
            "error",
            "The tag is written with look-alike letters and counts as the one it looks like; write that one.",
        ),
        MarkFindingKind::Unreadable => (
            "error",
            "The value of the tag cannot be read, so nobody but the creator sees the item; correct it.",
        ),
        MarkFindingKind::Unknown => ("warning", "There is no such level, so the tag restricts nothing."),
    }
}

const fn text(lint: Lint) -> &'static str {
    match lint {
        Lint::StrictTlpNamesNobody => {
            "TLP:RED and TLP:AMBER+STRICT are for named recipients; name them with a sharing group."
        }
        Lint::OrconNamesNobody => {
            "The originator controls every recipient, but none is named; name them with a sharing group."
        }
        Lint::ListMatchesNobody => "A releasability list matches no organisation that is known here.",
        Lint::ListExcludesMember => "A releasability list leaves out a member of the sharing group.",
        Lint::ExclusionIsVisible => {
            "Every reader sees whom you exclude; rather say to whom the item is released."
        }
        Lint::NoTlp => "There is no traffic light level; add one of the tlp tags.",
        Lint::DetectionWithoutBlocking => "It is meant for detection, but its marks do not permit blocking.",
        Lint::ClearWithList => "TLP:CLEAR is for everybody, yet a releasability list restricts it; drop one.",
        Lint::PersonalDataWithoutBasis => "It is personal data without a legal basis; name the basis.",
        Lint::EmbargoAfterExpiry => "The embargo ends after the expiry, so nobody will ever see the item.",
        Lint::NamesOwnAsset => {
            "It names a domain of the creator, yet everybody who reads the event reads it; restrict it."
        }
        Lint::ConfusableTag => "A tag is written with look-alike letters.",
        Lint::UnreadableTag => "The value of a tag cannot be read.",
    }
}
