//! Why somebody may or may not do something.
use super::{Item, Organisation};
use crate::action::{self, ActionName};
use crate::call::{Answer, Call};
use crate::problem::{Problem, ProblemDetails};
use entente_engine::policy_view;
use entente_policy::{Code, Layer, Obligation, Sentence, Step, Verdict};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A decision and its reasons.
#[derive(Debug, Serialize, ToSchema)]
pub struct Explanation {
    /// What was asked about.
    item: Item,
    /// The action that was asked about.
    #[schema(value_type = ActionName)]
    action: &'static str,
    /// About whom it is.
    subject: Subject,
    /// Whether the action is allowed.
    allowed: bool,
    /// The outcome in words, then every reason for it.
    explanation: Vec<Reason>,
    /// What each layer says; the action is allowed when none denies.
    trace: Vec<LayerVerdict>,
    /// What is owed in return for being allowed.
    obligations: Vec<Duty>,
    /// Grows when organisations, sharing groups or settings change, and begins anew with the server.
    policy_version: u64,
}

/// About whom a decision is.
#[derive(Debug, Serialize, ToSchema)]
struct Subject {
    /// The organisation.
    organisation: Organisation,
    /// True: the caller, with role and key. False: any member of the organisation whose role permits
    /// everything but administration.
    caller: bool,
}

/// One sentence.
#[derive(Debug, Serialize, ToSchema)]
struct Reason {
    /// The sentence.
    #[schema(example = "A releasability list does not name the organisation.")]
    text: &'static str,
    /// The layer that it speaks of.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "L3")]
    layer: Option<&'static str>,
    /// The reason for a denial, stable for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "rel.not_listed")]
    code: Option<&'static str>,
}

/// What one layer says.
#[derive(Debug, Serialize, ToSchema)]
struct LayerVerdict {
    /// `L0` to `L8`.
    #[schema(example = "L2")]
    layer: &'static str,
    /// What the layer is about.
    #[schema(example = "distribution")]
    about: &'static str,
    /// `pass`, `deny`, or `n/a` when the layer does not bind this subject.
    #[schema(example = "pass")]
    verdict: &'static str,
    /// The reasons for a denial.
    codes: Vec<&'static str>,
}

/// Something owed.
#[derive(Debug, Serialize, ToSchema)]
struct Duty {
    /// `encrypt-transit`, `acknowledge-purpose`, `attribute`, `hide-source`, `ask-first`, `log` or `watermark`.
    #[schema(example = "encrypt-transit")]
    kind: &'static str,
    /// To whom, or whom to name.
    #[serde(skip_serializing_if = "Option::is_none")]
    organisation: Option<Uuid>,
    /// For what.
    #[serde(skip_serializing_if = "Option::is_none")]
    purpose: Option<String>,
}

/// Explains what the caller, or an organisation, may do with an event, object, attribute or report.
///
/// Everybody may ask about themselves; about others, members of the organisation that created the item and
/// administrators of the host organisation. What the caller does not see does not exist.
///
/// # Errors
/// 400 for parameters, 403 when the caller may not ask about the organisation, 404 for what is absent or hidden.
#[utoipa::path(
    get, path = "/api/v1/policy/explain", tag = "policy",
    params(
        ("uuid" = Uuid, Query, description = "An event, object, attribute or report."),
        ("org" = Option<Uuid>, Query, description = "An organisation; without it the caller."),
        ("action" = Option<ActionName>, Query, description = "Without it `see`."),
    ),
    responses(
        (status = 200, description = "The decision and its reasons.", body = Explanation),
        (status = "default", description = "What went wrong and what to change.", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub async fn explain(call: Call) -> Result<Answer, Problem> {
    call.query.only(&["uuid", "org", "action"])?;
    let uuid = call.query.required_uuid("uuid")?;
    let org = call.query.uuid("org")?;
    let (name, action) = action::named(call.query.get("action"))?;
    let found = call
        .read(move |ctx| policy_view::explain(ctx, uuid, org, action))
        .await?;
    Answer::json(&Explanation {
        item: Item::new(uuid, found.kind),
        action: name,
        subject: Subject {
            organisation: Organisation::from(&found.org),
            caller: found.caller,
        },
        allowed: found.decision.allow,
        explanation: found.sentences.iter().map(reason).collect(),
        trace: found.decision.trace.iter().map(verdict).collect(),
        obligations: found.decision.obligations.iter().map(duty).collect(),
        policy_version: found.decision.policy_version,
    })
}

fn reason(sentence: &Sentence) -> Reason {
    Reason {
        text: sentence.text,
        layer: sentence.layer.map(Layer::name),
        code: sentence.code.map(Code::name),
    }
}

fn verdict(step: &Step) -> LayerVerdict {
    let (verdict, codes) = match step.verdict {
        Verdict::Pass => ("pass", Vec::new()),
        Verdict::NotApplicable => ("n/a", Vec::new()),
        Verdict::Deny(codes) => ("deny", codes.iter().map(Code::name).collect()),
    };
    LayerVerdict {
        layer: step.layer.name(),
        about: about(step.layer),
        verdict,
        codes,
    }
}

const fn about(layer: Layer) -> &'static str {
    match layer {
        Layer::Realm => "realm",
        Layer::State => "state",
        Layer::Base => "distribution",
        Layer::Releasability => "releasability",
        Layer::Tlp => "traffic light protocol",
        Layer::Orcon => "originator control",
        Layer::Purpose => "purpose",
        Layer::Use => "permitted use",
        Layer::Capability => "right to write",
    }
}

fn duty(obligation: &Obligation) -> Duty {
    let (kind, organisation, purpose) = match obligation {
        Obligation::EncryptTransit => ("encrypt-transit", None, None),
        Obligation::AcknowledgePurpose(purpose) => ("acknowledge-purpose", None, Some(purpose.clone())),
        Obligation::Attribute(org) => ("attribute", Some(*org), None),
        Obligation::HideSource => ("hide-source", None, None),
        Obligation::AskFirst(org) => ("ask-first", Some(*org), None),
        Obligation::Log => ("log", None, None),
        Obligation::Watermark => ("watermark", None, None),
    };
    Duty {
        kind,
        organisation,
        purpose,
    }
}
