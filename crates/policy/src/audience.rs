//! Who may do something with an item: the set of organisations, computed as sets.
//!
//! Equal to asking [`decide`](crate::decide()) for every organisation (P7), and much faster,
//! because most layers let everybody pass. spec: 10#1.5

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::action::Action;
use crate::facts::{Distribution, Facts, LabelFacts, Link, Recall};
use crate::marks::Tlp;
use crate::permission::{Permission, Permissions};
use crate::principal::{Party, Principal};
use crate::snapshot::{Org, Snapshot};
use crate::viewer::Viewer;

/// A set of organisations that is often "all of them".
enum Orgs {
    All,
    Only(BTreeSet<Uuid>),
}

impl Orgs {
    fn none() -> Self {
        Self::Only(BTreeSet::new())
    }

    fn if_else_none(everybody: bool) -> Self {
        if everybody { Self::All } else { Self::none() }
    }

    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::All, rest) | (rest, Self::All) => rest,
            (Self::Only(a), Self::Only(b)) => Self::Only(a.intersection(&b).copied().collect()),
        }
    }

    fn or(self, more: impl IntoIterator<Item = Uuid>) -> Self {
        match self {
            Self::All => Self::All,
            Self::Only(mut orgs) => {
                orgs.extend(more);
                Self::Only(orgs)
            }
        }
    }
}

impl Viewer {
    /// The member by whom an organisation's place in an audience is judged: every flag but those
    /// of site admins, the release desk and break-glass, and all registered purposes.
    #[must_use]
    pub fn representative(snapshot: &Snapshot, org: Uuid, realm: &str) -> Self {
        let role = Permissions::all()
            .without(Permission::SiteAdmin)
            .without(Permission::Release)
            .without(Permission::BreakGlass);
        Self {
            realm: realm.to_owned(),
            ..Self::member(snapshot, org, role)
        }
    }
}

/// The organisations known here of which a [representative](Viewer::representative) may do this.
#[must_use]
pub fn audience(snapshot: &Snapshot, facts: &Facts, action: Action) -> BTreeSet<Uuid> {
    let scene = Scene {
        snapshot,
        label: &facts.label,
    };
    let allowed = scene
        .in_state()
        .and(scene.addressed())
        .and(scene.unmarked(action).or([facts.label.creator]))
        .and(scene.capable(facts, action));
    let standing = |org: &Org| !org.suspended;
    match allowed {
        Orgs::All => scene.matching(standing),
        Orgs::Only(orgs) => orgs
            .into_iter()
            .filter(|uuid| snapshot.directory.org(*uuid).is_some_and(standing))
            .collect(),
    }
}

struct Scene<'a> {
    snapshot: &'a Snapshot,
    label: &'a LabelFacts,
}

impl Scene<'_> {
    fn matching(&self, fits: impl Fn(&Org) -> bool) -> BTreeSet<Uuid> {
        self.snapshot
            .directory
            .orgs()
            .filter(|(_, org)| fits(org))
            .map(|(uuid, _)| uuid)
            .collect()
    }

    fn in_state(&self) -> Orgs {
        let now = self.snapshot.now;
        let marks = &self.label.marks;
        let outside_times = self.snapshot.config.marks_enforced
            && (marks.embargo.is_some_and(|t| now < t) || marks.expires.is_some_and(|t| now >= t));
        if self.label.state.quarantined {
            Orgs::none()
        } else if outside_times || self.label.state.recall.is_some_and(Recall::withdraws) {
            Orgs::Only(BTreeSet::from([self.label.creator]))
        } else {
            Orgs::All
        }
    }

    fn addressed(&self) -> Orgs {
        let config = self.snapshot.config;
        let label = self.label;
        let delegates = label.delegates.iter().copied().filter(|_| config.delegation);
        let Some((event, inner)) = label.chain.split_first() else {
            return Orgs::none().or([label.owner]);
        };
        let open = Orgs::if_else_none(label.published || !config.unpublished_private);
        let reach = match event.distribution {
            Distribution::Inherit => Orgs::none(),
            _ => self.link(*event),
        };
        inner
            .iter()
            .fold(open.and(reach).or(delegates), |orgs, link| {
                orgs.and(self.link(*link))
            })
            .or([label.owner])
    }

    fn link(&self, link: Link) -> Orgs {
        match link.distribution {
            Distribution::Organisation => Orgs::none(),
            Distribution::SharingGroup => {
                let group = link
                    .sharing_group
                    .and_then(|g| self.snapshot.directory.sharing_group(g));
                match group {
                    Some(group) if group.local_all_orgs => Orgs::All,
                    Some(group) => Orgs::Only(group.orgs.clone()),
                    None => Orgs::none(),
                }
                .or(self.label.grants.iter().copied())
            }
            _ => Orgs::All,
        }
    }

    /// Those whom no mark excludes, the creator's exemption aside.
    fn unmarked(&self, action: Action) -> Orgs {
        if !self.snapshot.config.marks_enforced {
            return Orgs::All;
        }
        self.released()
            .and(self.named_if_needed())
            .and(self.purposeful())
            .and(self.usable(action))
    }

    fn released(&self) -> Orgs {
        let marks = &self.label.marks;
        let lists = marks
            .rel
            .iter()
            .fold(Orgs::All, |orgs, list| orgs.and(Orgs::Only(self.any_of(list))));
        if marks.not_rel.is_empty() {
            return lists;
        }
        let excluded = self.any_of(&marks.not_rel);
        let others = self.snapshot.directory.orgs().map(|(uuid, _)| uuid);
        lists.and(Orgs::Only(
            others.filter(|uuid| !excluded.contains(uuid)).collect(),
        ))
    }

    fn any_of(&self, principals: &BTreeSet<Principal>) -> BTreeSet<Uuid> {
        let directory = &self.snapshot.directory;
        let creator = directory.org(self.label.creator).and_then(|org| org.nation);
        directory
            .orgs()
            .map(|(uuid, org)| Party { uuid, org: Some(org) })
            .filter(|party| principals.iter().any(|p| p.matches(*party, creator)))
            .map(|party| party.uuid)
            .collect()
    }

    fn named_if_needed(&self) -> Orgs {
        let label = self.label;
        let tlp_binds = self.snapshot.config.tlp_enforced && label.marks.tlp >= Tlp::AmberStrict;
        if !tlp_binds && !label.marks.orcon {
            return Orgs::All;
        }
        let directory = &self.snapshot.directory;
        let listed = label
            .chain
            .iter()
            .filter(|link| link.distribution == Distribution::SharingGroup)
            .map(|link| link.sharing_group.and_then(|g| directory.sharing_group(g)))
            .map(|group| Orgs::Only(group.map(|g| g.orgs.clone()).unwrap_or_default()))
            .reduce(Orgs::and)
            .filter(|_| !label.unaddressed)
            .unwrap_or_else(Orgs::none);
        listed.or(label.grants.iter().copied()).or([label.owner])
    }

    fn purposeful(&self) -> Orgs {
        match &self.label.marks.purposes {
            None => Orgs::All,
            Some(permitted) => Orgs::Only(self.matching(|org| !org.purposes.is_disjoint(permitted))),
        }
    }

    fn usable(&self, action: Action) -> Orgs {
        let marks = &self.label.marks;
        Orgs::if_else_none(match action {
            Action::Notify => !marks.no_notify,
            Action::Resell => !marks.no_resale,
            other => other.use_class().is_none_or(|class| marks.uses().permits(class)),
        })
    }

    /// A representative has every flag of a user, so only the actor's place counts.
    fn capable(&self, facts: &Facts, action: Action) -> Orgs {
        let creator = || Orgs::Only(BTreeSet::from([self.label.creator]));
        match action {
            Action::Edit
            | Action::Delete
            | Action::Publish
            | Action::Grant
            | Action::Recall
            | Action::Tag { local: false } => creator(),
            Action::EditAsPeer if facts.locked => Orgs::All,
            Action::EditAsPeer => creator(),
            Action::Tag { local: true } => creator().or([self.snapshot.host_org]),
            Action::See
            | Action::Use(_)
            | Action::Export(_)
            | Action::Propose
            | Action::Sight
            | Action::Annotate
            | Action::Notify
            | Action::Resell
            | Action::Explain => Orgs::All,
        }
    }
}
