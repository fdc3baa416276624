//! The one place that says yes.

use crate::action::Action;
use crate::decision::{Decision, Layer, Obligation, Step};
use crate::facts::{Facts, LabelFacts};
use crate::layers::Question;
use crate::marks::Attribution;
use crate::principal::Party;
use crate::snapshot::Snapshot;
use crate::viewer::Viewer;

/// A viewer looked up once in a snapshot, for many decisions in a row.
#[derive(Debug, Clone, Copy)]
pub struct Lens<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) viewer: &'a Viewer,
    pub(crate) party: Option<Party<'a>>,
    pub(crate) site_admin: bool,
    pub(crate) breaks_glass: bool,
}

impl<'a> Lens<'a> {
    /// Looks the viewer's organisation up.
    #[must_use]
    pub fn new(snapshot: &'a Snapshot, viewer: &'a Viewer) -> Self {
        Self {
            snapshot,
            viewer,
            party: viewer.org.map(|uuid| Party {
                uuid,
                org: snapshot.directory.org(uuid),
            }),
            site_admin: viewer.is_site_admin(),
            breaks_glass: viewer.breaks_glass(),
        }
    }

    /// As [`decide`].
    #[must_use]
    pub fn decide(&self, facts: &Facts, action: Action) -> Decision {
        let question = Question {
            lens: self,
            label: &facts.label,
            facts: Some(facts),
            action,
        };
        let trace = Layer::ALL.map(|layer| Step {
            layer,
            verdict: question.ask(layer),
        });
        let allow = !trace.iter().any(|step| step.verdict.denies());
        let obligations = if allow {
            self.obligations(question)
        } else {
            Vec::new()
        };
        Decision {
            allow,
            trace,
            obligations,
            policy_version: self.snapshot.version,
        }
    }

    /// As [`allows`].
    #[must_use]
    pub fn allows(&self, facts: &Facts, action: Action) -> bool {
        none_denies(Question {
            lens: self,
            label: &facts.label,
            facts: Some(facts),
            action,
        })
    }

    /// As [`allows_label`].
    #[must_use]
    pub fn allows_label(&self, label: &LabelFacts, action: Action) -> bool {
        none_denies(Question {
            lens: self,
            label,
            facts: None,
            action,
        })
    }

    /// Whether the viewer declares this purpose and it is registered for the organisation.
    pub(crate) fn serves(&self, purpose: &str) -> bool {
        self.viewer.purposes.contains(purpose)
            && self
                .party
                .and_then(|party| party.org)
                .is_some_and(|org| org.purposes.contains(purpose))
    }

    fn obligations(&self, question: Question<'_>) -> Vec<Obligation> {
        let mut duties = Vec::new();
        if self.breaks_glass {
            duties.push(Obligation::Log);
        }
        let marks = &question.label.marks;
        if !self.snapshot.config.marks_enforced || question.by_creator() || marks.is_unrestricted() {
            return duties;
        }
        let creator = question.label.creator;
        let leaves = matches!(
            question.action,
            Action::Export(_) | Action::Notify | Action::Resell
        );
        if leaves || matches!(question.action, Action::Use(_)) {
            for purpose in marks.purposes.iter().flatten().filter(|p| self.serves(p)) {
                duties.push(Obligation::AcknowledgePurpose(purpose.clone()));
            }
            if marks.ask_first {
                duties.push(Obligation::AskFirst(creator));
            }
        }
        if leaves {
            self.export_obligations(question, &mut duties);
        }
        duties
    }

    fn export_obligations(&self, question: Question<'_>, duties: &mut Vec<Obligation>) {
        let marks = &question.label.marks;
        if marks.transit_encrypted {
            duties.push(Obligation::EncryptTransit);
        }
        match marks.attribution {
            Attribution::May => {}
            Attribution::Must => duties.push(Obligation::Attribute(question.label.creator)),
            Attribution::MustNot => duties.push(Obligation::HideSource),
        }
        if marks.needs_naming() {
            duties.push(Obligation::Watermark);
        }
        if marks.is_caveated() && !self.breaks_glass {
            duties.push(Obligation::Log);
        }
    }
}

fn none_denies(question: Question<'_>) -> bool {
    Layer::ALL.into_iter().all(|layer| !question.ask(layer).denies())
}

/// Decides with a complete trace: total, deterministic, without input or output. spec: 10#1
#[must_use]
pub fn decide(snapshot: &Snapshot, viewer: &Viewer, facts: &Facts, action: Action) -> Decision {
    Lens::new(snapshot, viewer).decide(facts, action)
}

/// Whether [`decide`] allows, without the trace.
#[must_use]
pub fn allows(snapshot: &Snapshot, viewer: &Viewer, facts: &Facts, action: Action) -> bool {
    Lens::new(snapshot, viewer).allows(facts, action)
}

/// Whether [`decide`] allows something that only reads, asked of a label alone.
/// Writing rights that hang on the event's user or lock are not known here and count as absent.
#[must_use]
pub fn allows_label(snapshot: &Snapshot, viewer: &Viewer, label: &LabelFacts, action: Action) -> bool {
    Lens::new(snapshot, viewer).allows_label(label, action)
}
