//! A decision in plain sentences.
//!
//! The sentences are fixed texts: they name rules and duties, never values of the item,
//! so nobody learns from them what they may not see (P10). spec: 10#1.8

use crate::decision::{Code, Decision, Layer, Obligation, Verdict};
use crate::facts::LabelFacts;
use crate::snapshot::Snapshot;
use crate::viewer::Viewer;
use crate::{Action, allows_label};
use uuid::Uuid;

/// One sentence of an explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sentence {
    /// The layer it speaks of; `None` for the outcome and for duties.
    pub layer: Option<Layer>,
    /// The reason, if the layer denies.
    pub code: Option<Code>,
    /// The sentence.
    pub text: &'static str,
}

/// The outcome, then every reason for it.
#[must_use]
pub fn explain(decision: &Decision) -> Vec<Sentence> {
    let plain = |text| Sentence {
        layer: None,
        code: None,
        text,
    };
    let mut sentences = vec![plain(if decision.allow {
        "This is allowed: no rule stands against it."
    } else {
        "This is denied, for the reasons that follow."
    })];
    for step in &decision.trace {
        match step.verdict {
            Verdict::Pass => {}
            Verdict::NotApplicable => sentences.extend(exemption(step.layer)),
            Verdict::Deny(codes) => sentences.extend(codes.iter().map(|code| Sentence {
                layer: Some(step.layer),
                code: Some(code),
                text: reason(code),
            })),
        }
    }
    sentences.extend(decision.obligations.iter().map(|duty| plain(obligation(duty))));
    sentences
}

/// Whether the asker may have explained to them what `subject` may do with an item: for
/// themselves if they see it, for others as members of its creator or host admins. spec: 10#1.8
#[must_use]
pub fn may_ask_about(snapshot: &Snapshot, asker: &Viewer, label: &LabelFacts, subject: Uuid) -> bool {
    let own = asker.org == Some(subject);
    let creator = asker.org == Some(label.creator);
    let host_admin = asker.is_site_admin() && asker.org == Some(snapshot.host_org);
    (own || creator || host_admin) && allows_label(snapshot, asker, label, Action::Explain)
}

fn exemption(layer: Layer) -> Option<Sentence> {
    let text = match layer {
        Layer::Base => "Distribution does not bind site administrators.",
        Layer::State => "The state of the item is set aside by a break-glass session.",
        Layer::Releasability => "Marks do not bind the creator, or somebody who has broken the glass.",
        Layer::Realm | Layer::Tlp | Layer::Orcon | Layer::Purpose | Layer::Use | Layer::Capability => {
            return None;
        }
    };
    Some(Sentence {
        layer: Some(layer),
        code: None,
        text,
    })
}

const fn reason(code: Code) -> &'static str {
    match code {
        Code::RealmWall => "Exercises and live data are separate: the item is in another realm.",
        Code::OrgSuspended => "The organisation is suspended.",
        Code::Quarantined => "The item is quarantined until the host organisation releases it.",
        Code::Recalled => "The creator has withdrawn the item.",
        Code::Embargo => "The item is under an embargo that has not ended.",
        Code::Expired => "The item has expired.",
        Code::BaseDistribution => "The distribution keeps the item inside its owner organisation.",
        Code::BaseSharingGroup => "The organisation is not a member of a sharing group of the item.",
        Code::BaseUnpublished => "The event is not published, and unpublished events are private.",
        Code::BaseAnonymous => "The item is not part of a public collection.",
        Code::RelNotListed => "A releasability list does not name the organisation.",
        Code::RelExcluded => "A releasability mark excludes the organisation.",
        Code::TlpNotNamed => {
            "The traffic light level is for named recipients, and the organisation is not named."
        }
        Code::TlpPublic => "Only TLP:CLEAR is open to the public.",
        Code::OrconNotNamed => "The originator controls every recipient, and the organisation is not named.",
        Code::Purpose => "The declared purposes are not among those permitted.",
        Code::UsePap => "The permissible actions protocol does not permit this use.",
        Code::UseIep => "The information exchange policy does not permit this use.",
        Code::UseAskFirst => "The creator wants to be asked before this use.",
        Code::UseNotify => "Affected parties must not be told.",
        Code::UseResale => "The data must not be sold on.",
        Code::CapReadOnly => "The key is read-only.",
        Code::CapPermission => "The role lacks the permission.",
        Code::CapNotCreator => "This is for the organisation or user that created the event.",
    }
}

const fn obligation(duty: &Obligation) -> &'static str {
    match duty {
        Obligation::EncryptTransit => "It must be encrypted in transit.",
        Obligation::AcknowledgePurpose(_) => "The permitted purpose must be acknowledged.",
        Obligation::Attribute(_) => "The source must be named.",
        Obligation::HideSource => "The source must not be named.",
        Obligation::AskFirst(_) => "The creator must be asked before acting on it.",
        Obligation::Log => "The access is recorded.",
        Obligation::Watermark => "The copy carries a mark of its recipient.",
    }
}
