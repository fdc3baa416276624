//! The nine layers, each a pure function from a question to a verdict.
//!
//! `decide` and `allows` both ask exactly these, so they cannot disagree. spec: 10#1.4

use uuid::Uuid;

use crate::action::Action;
use crate::decide::Lens;
use crate::decision::{Code, Codes, Layer, Verdict};
use crate::facts::{Distribution, Facts, LabelFacts, Link, Recall};
use crate::marks::{Tlp, UseClass};
use crate::nation::Nation;
use crate::permission::Permission;
use crate::principal::Party;
use crate::rules::{self, EventRights};

/// One viewer, one item, one action.
#[derive(Clone, Copy)]
pub(crate) struct Question<'a> {
    pub(crate) lens: &'a Lens<'a>,
    pub(crate) label: &'a LabelFacts,
    /// Absent for questions about a label alone, which are never about writing.
    pub(crate) facts: Option<&'a Facts>,
    pub(crate) action: Action,
}

impl<'a> Question<'a> {
    /// What one layer says.
    pub(crate) fn ask(self, layer: Layer) -> Verdict {
        match layer {
            Layer::Realm => self.realm(),
            Layer::State => self.state(),
            Layer::Base => self.base(),
            Layer::Releasability => self.releasability(),
            Layer::Tlp => self.tlp(),
            Layer::Orcon => self.orcon(),
            Layer::Purpose => self.purpose(),
            Layer::Use => self.usage(),
            Layer::Capability => self.capability(),
        }
    }

    fn realm(self) -> Verdict {
        let viewer = self.lens.viewer;
        let suspended = self
            .lens
            .party
            .and_then(|p| p.org)
            .is_some_and(|org| org.suspended);
        Verdict::from_codes(
            Codes::when(viewer.realm != self.label.realm, Code::RealmWall)
                .and(Codes::when(suspended, Code::OrgSuspended)),
        )
    }

    fn state(self) -> Verdict {
        if self.lens.breaks_glass {
            return Verdict::NotApplicable;
        }
        let snapshot = self.lens.snapshot;
        let state = self.label.state;
        let may_release =
            self.lens.viewer.has(Permission::Release) && self.lens.viewer.org == Some(snapshot.host_org);
        let mut codes = Codes::when(state.quarantined && !may_release, Code::Quarantined);
        if !self.by_creator() {
            codes = codes.and(Codes::when(
                state.recall.is_some_and(Recall::withdraws),
                Code::Recalled,
            ));
            if snapshot.config.marks_enforced {
                let marks = &self.label.marks;
                let early = marks.embargo.is_some_and(|t| snapshot.now < t);
                let late = marks.expires.is_some_and(|t| snapshot.now >= t);
                codes = codes
                    .and(Codes::when(early, Code::Embargo))
                    .and(Codes::when(late, Code::Expired));
            }
        }
        Verdict::from_codes(codes)
    }

    fn base(self) -> Verdict {
        if self.lens.site_admin {
            return Verdict::NotApplicable;
        }
        let Some(party) = self.lens.party else {
            return Verdict::from_codes(Codes::when(!self.open_to_all(), Code::BaseAnonymous));
        };
        if party.uuid == self.label.owner {
            return Verdict::Pass;
        }
        let config = self.lens.snapshot.config;
        let delegate = config.delegation && self.label.delegates.contains(&party.uuid);
        let private = config.unpublished_private && !self.label.published && !delegate;
        let mut codes = Codes::when(private, Code::BaseUnpublished)
            .and(Codes::when(self.label.chain.is_empty(), Code::BaseDistribution));
        for (level, link) in self.label.chain.iter().enumerate() {
            let on_event = level == 0;
            if !(on_event && delegate) {
                codes = codes.and(self.link(*link, on_event, party.uuid));
            }
        }
        Verdict::from_codes(codes)
    }

    fn link(self, link: Link, on_event: bool, org: Uuid) -> Codes {
        match link.distribution {
            Distribution::Organisation => Codes::when(true, Code::BaseDistribution),
            Distribution::Community | Distribution::Connected | Distribution::All => Codes::NONE,
            Distribution::Inherit => Codes::when(on_event, Code::BaseDistribution),
            Distribution::SharingGroup => {
                let group = link.sharing_group.and_then(|g| self.directory_group(g));
                let member = group.is_some_and(|g| g.local_all_orgs || g.orgs.contains(&org));
                let granted = || self.label.grants.contains(&org);
                Codes::when(!member && !granted(), Code::BaseSharingGroup)
            }
        }
    }

    /// Whether anonymous readers may have it, marks aside.
    fn open_to_all(self) -> bool {
        let label = self.label;
        let mut links = label.chain.iter().map(|link| link.distribution);
        label.public
            && label.published
            && links.next() == Some(Distribution::All)
            && links.all(|d| matches!(d, Distribution::All | Distribution::Inherit))
    }

    fn releasability(self) -> Verdict {
        if self.marks_do_not_bind() {
            return Verdict::NotApplicable;
        }
        let marks = &self.label.marks;
        if marks.rel.is_empty() && marks.not_rel.is_empty() {
            return Verdict::Pass;
        }
        let creator = self.creator_nation();
        let matches =
            |p: &crate::principal::Principal| self.lens.party.is_some_and(|party| p.matches(party, creator));
        let unlisted = marks.rel.iter().any(|list| !list.iter().any(matches));
        let excluded = marks.not_rel.iter().any(matches);
        Verdict::from_codes(
            Codes::when(unlisted, Code::RelNotListed).and(Codes::when(excluded, Code::RelExcluded)),
        )
    }

    fn tlp(self) -> Verdict {
        if self.marks_do_not_bind() || self.by_owner() {
            return Verdict::NotApplicable;
        }
        let tlp = self.label.marks.tlp;
        if self.lens.party.is_none() {
            return Verdict::from_codes(Codes::when(tlp != Tlp::Clear, Code::TlpPublic));
        }
        let binds = self.lens.snapshot.config.tlp_enforced && tlp >= Tlp::AmberStrict;
        let unnamed = binds && !self.named();
        Verdict::from_codes(Codes::when(unnamed, Code::TlpNotNamed))
    }

    fn orcon(self) -> Verdict {
        if self.marks_do_not_bind() || self.by_owner() {
            return Verdict::NotApplicable;
        }
        let unnamed = self.label.marks.orcon && !self.named();
        Verdict::from_codes(Codes::when(unnamed, Code::OrconNotNamed))
    }

    fn purpose(self) -> Verdict {
        if self.marks_do_not_bind() {
            return Verdict::NotApplicable;
        }
        let serves = self
            .label
            .marks
            .purposes
            .as_ref()
            .is_none_or(|permitted| permitted.iter().any(|purpose| self.lens.serves(purpose)));
        Verdict::from_codes(Codes::when(!serves, Code::Purpose))
    }

    fn usage(self) -> Verdict {
        let applies =
            self.action.use_class().is_some() || matches!(self.action, Action::Notify | Action::Resell);
        if !applies || self.marks_do_not_bind() {
            return Verdict::NotApplicable;
        }
        let marks = &self.label.marks;
        let codes = match (self.action, self.action.use_class()) {
            (Action::Notify, _) => Codes::when(marks.no_notify, Code::UseNotify),
            (Action::Resell, _) => Codes::when(marks.no_resale, Code::UseResale),
            (_, Some(class)) => self.use_codes(class),
            (_, None) => Codes::NONE,
        };
        Verdict::from_codes(codes)
    }

    fn use_codes(self, class: UseClass) -> Codes {
        let marks = &self.label.marks;
        let iep = if marks.ask_first {
            Code::UseAskFirst
        } else {
            Code::UseIep
        };
        Codes::when(!marks.pap.permits(class), Code::UsePap).and(Codes::when(!marks.iep.permits(class), iep))
    }

    fn capability(self) -> Verdict {
        if !self.action.writes() {
            return Verdict::NotApplicable;
        }
        let viewer = self.lens.viewer;
        if viewer.read_only {
            return Verdict::from_codes(Codes::when(true, Code::CapReadOnly));
        }
        let rights = EventRights {
            owner: self.label.owner,
            creator: self.label.creator,
            creator_user: self.facts.and_then(|f| f.event_creator_user),
            locked: self.facts.is_some_and(|f| f.locked),
        };
        let host = self.lens.snapshot.host_org;
        Verdict::from_codes(rules::write_refusal(viewer, &rights, host, self.action))
    }

    /// Organisations named one by one, or entitled without being named. spec: 10#1.4
    fn named(self) -> bool {
        let Some(party) = self.lens.party else {
            return false;
        };
        let label = self.label;
        if party.uuid == label.owner || party.uuid == label.creator || label.grants.contains(&party.uuid) {
            return true;
        }
        let mut groups = label
            .chain
            .iter()
            .filter(|link| link.distribution == Distribution::SharingGroup)
            .peekable();
        !label.unaddressed
            && groups.peek().is_some()
            && groups.all(|link| {
                link.sharing_group
                    .and_then(|g| self.directory_group(g))
                    .is_some_and(|g| g.orgs.contains(&party.uuid))
            })
    }

    fn directory_group(self, uuid: Uuid) -> Option<&'a crate::snapshot::SharingGroup> {
        self.lens.snapshot.directory.sharing_group(uuid)
    }

    fn creator_nation(self) -> Option<Nation> {
        self.lens
            .snapshot
            .directory
            .org(self.label.creator)
            .and_then(|org| org.nation)
    }

    pub(crate) fn by_creator(self) -> bool {
        self.lens
            .party
            .is_some_and(|party: Party<'_>| party.uuid == self.label.creator)
    }

    fn by_owner(self) -> bool {
        self.lens
            .party
            .is_some_and(|party| party.uuid == self.label.owner)
    }

    /// Marks bind neither their author nor those who break the glass, nor an instance without them.
    fn marks_do_not_bind(self) -> bool {
        !self.lens.snapshot.config.marks_enforced || self.lens.breaks_glass || self.by_creator()
    }
}
