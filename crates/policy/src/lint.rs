//! Advice on a draft: combinations of marks and audience that are probably not meant. spec: 10#1.8

use crate::facts::{Distribution, LabelFacts};
use crate::marks::{Tlp, UseClass};
use crate::principal::{Party, Principal};
use crate::snapshot::Snapshot;
use crate::tags::{MarkFinding, MarkFindingKind};

/// How much a lint weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Shown to the author.
    Warning,
    /// Publishing needs an override with a reason.
    Error,
}

/// One piece of advice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lint {
    /// TLP:RED or AMBER+STRICT without a sharing group names nobody.
    StrictTlpNamesNobody,
    /// ORCON without a sharing group names nobody.
    OrconNamesNobody,
    /// A releasability list matches no known organisation.
    ListMatchesNobody,
    /// A releasability list excludes a member of a sharing group of the item.
    ListExcludesMember,
    /// Every reader sees whom an exclusion names; a list of readers is better.
    ExclusionIsVisible,
    /// No traffic light level.
    NoTlp,
    /// For detection, yet its marks do not permit blocking.
    DetectionWithoutBlocking,
    /// TLP:CLEAR with a releasability list.
    ClearWithList,
    /// Personal data without a legal basis.
    PersonalDataWithoutBasis,
    /// The embargo ends after the expiry.
    EmbargoAfterExpiry,
    /// Names an asset of one's own organisation but is no stricter than its event.
    NamesOwnAsset,
    /// A control tag is written with look-alike letters.
    ConfusableTag,
    /// A control tag cannot be read, so only the creator sees the item.
    UnreadableTag,
}

impl Lint {
    /// Its weight.
    #[must_use]
    pub const fn severity(self) -> Severity {
        match self {
            Self::StrictTlpNamesNobody
            | Self::OrconNamesNobody
            | Self::ClearWithList
            | Self::EmbargoAfterExpiry
            | Self::ConfusableTag
            | Self::UnreadableTag => Severity::Error,
            Self::ListMatchesNobody
            | Self::ListExcludesMember
            | Self::ExclusionIsVisible
            | Self::NoTlp
            | Self::DetectionWithoutBlocking
            | Self::PersonalDataWithoutBasis
            | Self::NamesOwnAsset => Severity::Warning,
        }
    }

    /// Stable code for interfaces.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::StrictTlpNamesNobody => "lint.tlp_names_nobody",
            Self::OrconNamesNobody => "lint.orcon_names_nobody",
            Self::ListMatchesNobody => "lint.rel_matches_nobody",
            Self::ListExcludesMember => "lint.rel_excludes_member",
            Self::ExclusionIsVisible => "lint.exclusion_is_visible",
            Self::NoTlp => "lint.no_tlp",
            Self::DetectionWithoutBlocking => "lint.detection_without_blocking",
            Self::ClearWithList => "lint.clear_with_rel",
            Self::PersonalDataWithoutBasis => "lint.personal_data_without_basis",
            Self::EmbargoAfterExpiry => "lint.embargo_after_expiry",
            Self::NamesOwnAsset => "lint.names_own_asset",
            Self::ConfusableTag => "lint.confusable_tag",
            Self::UnreadableTag => "lint.unreadable_tag",
        }
    }
}

/// What the caller knows of a draft beyond its label.
#[derive(Debug, Clone, Copy, Default)]
pub struct Draft<'a> {
    /// What reading its tags has found.
    pub findings: &'a [MarkFinding],
    /// Whether it is meant for detection (`to_ids`).
    pub for_detection: bool,
    /// Whether its type is personal data and no legal basis is given.
    pub personal_data_without_basis: bool,
    /// Whether its text names a domain or address of its own organisation
    /// while the item is no stricter than its event.
    pub names_own_asset: bool,
}

/// Advice on an item before it is published, in a fixed order.
#[must_use]
pub fn lint(snapshot: &Snapshot, label: &LabelFacts, draft: &Draft<'_>) -> Vec<Lint> {
    let marks = &label.marks;
    let addressed = label
        .chain
        .iter()
        .any(|l| l.distribution == Distribution::SharingGroup);
    let kept = label
        .chain
        .iter()
        .any(|l| l.distribution == Distribution::Organisation);
    let names_nobody = !addressed && !kept || label.unaddressed;
    let found = |kind| draft.findings.iter().any(|finding| finding.kind == kind);
    let late = matches!((marks.embargo, marks.expires), (Some(from), Some(to)) if from >= to);
    let checks = [
        (
            marks.tlp >= Tlp::AmberStrict && names_nobody,
            Lint::StrictTlpNamesNobody,
        ),
        (
            marks.orcon && (!addressed || label.unaddressed),
            Lint::OrconNamesNobody,
        ),
        (a_list_matches_nobody(snapshot, label), Lint::ListMatchesNobody),
        (
            a_list_excludes_a_member(snapshot, label),
            Lint::ListExcludesMember,
        ),
        (!marks.not_rel.is_empty(), Lint::ExclusionIsVisible),
        (marks.tlp == Tlp::None, Lint::NoTlp),
        (
            draft.for_detection && !marks.uses().permits(UseClass::Block),
            Lint::DetectionWithoutBlocking,
        ),
        (
            marks.tlp == Tlp::Clear && !marks.rel.is_empty(),
            Lint::ClearWithList,
        ),
        (draft.personal_data_without_basis, Lint::PersonalDataWithoutBasis),
        (late, Lint::EmbargoAfterExpiry),
        (draft.names_own_asset, Lint::NamesOwnAsset),
        (found(MarkFindingKind::Confusable), Lint::ConfusableTag),
        (found(MarkFindingKind::Unreadable), Lint::UnreadableTag),
    ];
    checks
        .into_iter()
        .filter(|(holds, _)| *holds)
        .map(|(_, lint)| lint)
        .collect()
}

fn a_list_matches_nobody(snapshot: &Snapshot, label: &LabelFacts) -> bool {
    let directory = &snapshot.directory;
    let creator = directory.org(label.creator).and_then(|org| org.nation);
    let matches = |p: &Principal| p.matches_someone(directory, creator);
    label.marks.rel.iter().any(|list| !list.iter().any(matches))
}

fn a_list_excludes_a_member(snapshot: &Snapshot, label: &LabelFacts) -> bool {
    let directory = &snapshot.directory;
    let creator = directory.org(label.creator).and_then(|org| org.nation);
    let members = label
        .chain
        .iter()
        .filter(|link| link.distribution == Distribution::SharingGroup)
        .filter_map(|link| directory.sharing_group(link.sharing_group?))
        .flat_map(|group| group.orgs.iter().copied())
        .filter(|uuid| *uuid != label.creator);
    let released = |uuid| {
        let party = Party {
            uuid,
            org: directory.org(uuid),
        };
        label
            .marks
            .rel
            .iter()
            .all(|list| list.iter().any(|p| p.matches(party, creator)))
    };
    members.into_iter().any(|uuid| !released(uuid))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Link;
    use crate::marks::Marks;
    use crate::snapshot::{Directory, Org, PolicyConfig, SharingGroup};
    use std::collections::BTreeSet;
    use std::sync::Arc;
    use uuid::Uuid;

    const A: Uuid = Uuid::from_u128(1);
    const B: Uuid = Uuid::from_u128(2);
    const GROUP: Uuid = Uuid::from_u128(9);

    fn world() -> Snapshot {
        let group = SharingGroup {
            orgs: BTreeSet::from([A, B]),
            local_all_orgs: false,
        };
        Snapshot {
            version: 1,
            now: 0,
            host_org: A,
            directory: Arc::new(Directory::new(
                [(A, Org::default()), (B, Org::default())],
                [(GROUP, group)],
            )),
            config: PolicyConfig::default(),
        }
    }

    fn lints(link: Link, tags: &[&str], draft: Draft<'_>) -> Vec<Lint> {
        let (marks, findings) = Marks::from_tags(tags.iter().copied());
        let mut label = LabelFacts::event(A, A, link);
        label.marks = marks;
        lint(
            &world(),
            &label,
            &Draft {
                findings: &findings,
                ..draft
            },
        )
    }

    #[test]
    fn strictness_needs_names() {
        let open = Link::of(Distribution::Community);
        let none = Draft::default();
        assert_eq!(lints(open, &["tlp:red"], none), [Lint::StrictTlpNamesNobody]);
        assert_eq!(lints(Link::group(GROUP), &["tlp:red"], none), []);
        assert_eq!(
            lints(open, &["entente:orcon=\"true\"", "tlp:green"], none),
            [Lint::OrconNamesNobody]
        );
        let own = Link::of(Distribution::Organisation);
        assert_eq!(lints(own, &["tlp:red"], none), []);
    }

    #[test]
    fn lists_are_held_against_the_directory() {
        let none = Draft::default();
        let by_org = format!("entente:rel=\"org:{A}\"");
        let open = Link::of(Distribution::Community);
        assert_eq!(lints(open, &["tlp:green", &by_org], none), []);
        assert_eq!(
            lints(Link::group(GROUP), &["tlp:green", &by_org], none),
            [Lint::ListExcludesMember]
        );
        assert_eq!(
            lints(
                open,
                &["tlp:clear", "entente:rel=\"FRA\"", "entente:not-rel=\"ISR\""],
                none
            ),
            [
                Lint::ListMatchesNobody,
                Lint::ExclusionIsVisible,
                Lint::ClearWithList
            ]
        );
    }

    #[test]
    fn the_rest() {
        let draft = Draft {
            for_detection: true,
            personal_data_without_basis: true,
            names_own_asset: true,
            ..Draft::default()
        };
        let tags = [
            "PAP:AMBER",
            "entente:embargo=\"2026-02-01\"",
            "entente:expires=\"2026-01-01\"",
            "entente:orc0n=\"false\"",
            "entente:rel=\"?\"",
        ];
        let expected = [
            Lint::ListMatchesNobody,
            Lint::NoTlp,
            Lint::DetectionWithoutBlocking,
            Lint::PersonalDataWithoutBasis,
            Lint::EmbargoAfterExpiry,
            Lint::NamesOwnAsset,
            Lint::ConfusableTag,
            Lint::UnreadableTag,
        ];
        assert_eq!(lints(Link::of(Distribution::Community), &tags, draft), expected);
        assert_eq!(Lint::NoTlp.severity(), Severity::Warning);
        assert_eq!(Lint::ConfusableTag.severity(), Severity::Error);
    }
}
