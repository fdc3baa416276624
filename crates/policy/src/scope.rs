//! The token without which nothing labelled is read from the store.
//!
//! A [`Scope`] is the answer of the policy for one viewer, over every label known when it was
//! made. Only this crate can make one, always by asking for each label, so a query that takes a
//! scope cannot return a row the policy denies. There is deliberately no scope of everything.
//! spec: 10#1.9

use uuid::Uuid;

use crate::action::Action;
use crate::decide::Lens;
use crate::facts::{LIVE_REALM, LabelFacts};
use crate::snapshot::Snapshot;
use crate::viewer::Viewer;

/// Id of an interned label; positive, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LabelId(pub i64);

/// What a viewer may do something with, as a set of labels.
#[derive(Debug, Clone)]
pub struct Scope {
    snapshot: Snapshot,
    viewer: Viewer,
    action: Action,
    up_to: i64,
    valid_until: Option<i64>,
    visible: Vec<i64>,
    /// The ids in `1..=up_to` that are not visible, kept only when they are fewer.
    hidden: Option<Vec<i64>>,
}

/// The scope as a condition on a label column. Both forms mean exactly the scope's set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelFilter<'a> {
    /// Any of these ids (ascending).
    Visible(&'a [i64]),
    /// Any id from 1 to `up_to` inclusive but these (ascending).
    AllUpToExcept {
        /// Highest label id that has been judged.
        up_to: i64,
        /// Ids below it that are not visible, those of labels that do not exist included.
        hidden: &'a [i64],
    },
}

impl Scope {
    /// Judges every given label for a viewer and action.
    #[must_use]
    pub fn build<'l>(
        snapshot: &Snapshot,
        viewer: &Viewer,
        action: Action,
        labels: impl IntoIterator<Item = (LabelId, &'l LabelFacts)>,
    ) -> Self {
        let mut scope = Self {
            snapshot: snapshot.clone(),
            viewer: viewer.clone(),
            action,
            up_to: 0,
            valid_until: None,
            visible: Vec::new(),
            hidden: None,
        };
        scope.extend(labels);
        scope
    }

    /// Judges labels that have been interned since. Judging a label twice is harmless;
    /// one that has not been judged stays invisible.
    pub fn extend<'l>(&mut self, labels: impl IntoIterator<Item = (LabelId, &'l LabelFacts)>) {
        let lens = Lens::new(&self.snapshot, &self.viewer);
        for (LabelId(id), label) in labels {
            if id < 1 {
                continue;
            }
            self.up_to = self.up_to.max(id);
            let boundary = label.next_boundary(self.snapshot.now);
            self.valid_until = match (self.valid_until, boundary) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (one, None) | (None, one) => one,
            };
            if lens.allows_label(label, self.action) {
                self.visible.push(id);
            }
        }
        self.visible.sort_unstable();
        self.visible.dedup();
        self.hidden = self.shorter_complement();
    }

    fn shorter_complement(&self) -> Option<Vec<i64>> {
        let visible = i64::try_from(self.visible.len()).ok()?;
        let hidden = self.up_to - visible;
        if hidden >= visible {
            return None;
        }
        let mut visible = self.visible.iter().copied().peekable();
        Some(
            (1..=self.up_to)
                .filter(|id| visible.next_if_eq(id).is_none())
                .collect(),
        )
    }

    /// Whether the viewer may see what carries this label.
    #[must_use]
    pub fn sees(&self, label: LabelId) -> bool {
        self.visible.binary_search(&label.0).is_ok()
    }

    /// Whether the viewer may see everything there was when the scope was made.
    #[must_use]
    pub fn hides_nothing(&self) -> bool {
        matches!(self.as_filter(), LabelFilter::AllUpToExcept { hidden: [], .. })
    }

    /// The scope as a condition, in its shorter form.
    #[must_use]
    pub fn as_filter(&self) -> LabelFilter<'_> {
        match &self.hidden {
            Some(hidden) => LabelFilter::AllUpToExcept {
                up_to: self.up_to,
                hidden,
            },
            None => LabelFilter::Visible(&self.visible),
        }
    }

    /// The highest label id that has been judged.
    #[must_use]
    pub const fn up_to(&self) -> LabelId {
        LabelId(self.up_to)
    }

    /// Unix second from which some judgement may change because an embargo ends or something
    /// expires; `None` if none does.
    #[must_use]
    pub const fn valid_until(&self) -> Option<i64> {
        self.valid_until
    }

    /// Whether the scope still holds at this Unix second, under this version of the world.
    #[must_use]
    pub fn holds(&self, version: u64, now: i64) -> bool {
        self.snapshot.version == version
            && now >= self.snapshot.now
            && self.valid_until.is_none_or(|end| now < end)
    }

    /// The organisation for which it was made.
    #[must_use]
    pub const fn org(&self) -> Option<Uuid> {
        self.viewer.org
    }

    /// Whether the viewer belongs to this organisation and layer L0 lets it read: it is not suspended, and the
    /// viewer is in the live realm. For what an organisation keeps seeing because it wrote it, whatever the
    /// label says (spec 08#1.2).
    #[must_use]
    pub fn speaks_for(&self, org: Uuid) -> bool {
        let known = self.snapshot.directory.org(org);
        self.viewer.org == Some(org)
            && self.viewer.realm == LIVE_REALM
            && !known.is_some_and(|org| org.suspended)
    }

    /// The viewer for whom it was made.
    #[must_use]
    pub const fn viewer(&self) -> &Viewer {
        &self.viewer
    }

    /// The action for which it was made.
    #[must_use]
    pub const fn action(&self) -> Action {
        self.action
    }

    /// The world in which it was made.
    #[must_use]
    pub const fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Distribution, Link};
    use crate::permission::Permissions;
    use crate::snapshot::{Directory, PolicyConfig};
    use std::sync::Arc;

    const A: Uuid = Uuid::from_u128(1);
    const B: Uuid = Uuid::from_u128(2);

    fn snapshot() -> Snapshot {
        Snapshot {
            version: 3,
            now: 100,
            host_org: A,
            directory: Arc::new(Directory::new([], [])),
            config: PolicyConfig::default(),
        }
    }

    fn label(visible: bool) -> LabelFacts {
        let level = if visible {
            Distribution::Community
        } else {
            Distribution::Organisation
        };
        LabelFacts::event(A, A, Link::of(level))
    }

    fn scope(shown: &[bool]) -> Scope {
        let world = snapshot();
        let labels: Vec<_> = shown.iter().map(|v| label(*v)).collect();
        let viewer = Viewer::member(&world, B, Permissions::NONE);
        Scope::build(&world, &viewer, Action::See, (1..).map(LabelId).zip(&labels))
    }

    #[test]
    fn the_shorter_form_is_used_and_exact() {
        let few = scope(&[false, true, false, false]);
        assert_eq!(few.as_filter(), LabelFilter::Visible(&[2]));
        let most = scope(&[true, true, false, true]);
        assert_eq!(
            most.as_filter(),
            LabelFilter::AllUpToExcept {
                up_to: 4,
                hidden: &[3]
            }
        );
        assert!(most.sees(LabelId(4)) && !most.sees(LabelId(3)) && !most.sees(LabelId(5)));
        assert_eq!(scope(&[]).as_filter(), LabelFilter::Visible(&[]));
    }

    #[test]
    fn what_was_not_judged_is_hidden() {
        let mut scope = scope(&[true, true]);
        let shown = label(true);
        scope.extend([(LabelId(5), &shown), (LabelId(6), &shown), (LabelId(0), &shown)]);
        assert!(!scope.sees(LabelId(3)) && !scope.sees(LabelId(0)));
        assert_eq!(
            scope.as_filter(),
            LabelFilter::AllUpToExcept {
                up_to: 6,
                hidden: &[3, 4]
            }
        );
        scope.extend([(LabelId(3), &shown), (LabelId(3), &shown)]);
        assert_eq!(
            scope.as_filter(),
            LabelFilter::AllUpToExcept {
                up_to: 6,
                hidden: &[4]
            }
        );
    }

    #[test]
    fn the_suspended_speak_for_nobody() {
        let mut world = snapshot();
        let suspended = crate::snapshot::Org {
            suspended: true,
            ..crate::snapshot::Org::default()
        };
        world.directory = Arc::new(Directory::new([(B, suspended)], []));
        let of = |org| {
            Scope::build(
                &world,
                &Viewer::member(&world, org, Permissions::NONE),
                Action::See,
                [],
            )
        };
        assert!(of(A).speaks_for(A) && !of(A).speaks_for(B) && !of(B).speaks_for(B));
        let mut elsewhere = Viewer::member(&world, A, Permissions::NONE);
        "exercise".clone_into(&mut elsewhere.realm);
        assert!(!Scope::build(&world, &elsewhere, Action::See, []).speaks_for(A));
    }

    #[test]
    fn it_holds_until_the_next_boundary() {
        let mut scope = scope(&[true]);
        assert!(scope.holds(3, 5_000) && !scope.holds(4, 100) && !scope.holds(3, 99));
        let mut timed = label(true);
        timed.marks.expires = Some(200);
        timed.marks.embargo = Some(50);
        scope.extend([(LabelId(2), &timed)]);
        assert_eq!(scope.valid_until(), Some(200));
        assert!(scope.holds(3, 199) && !scope.holds(3, 200));
    }
}
