//! Restrictions on an item, and how those of several levels combine.
//!
//! Marks form a meet-semilattice: [`Marks::meet`] is associative, commutative and idempotent,
//! and its result is at least as restrictive as either side in every field. spec: 10#1.2

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::principal::{Atom, Principal};

/// Traffic light level, least restrictive first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tlp {
    /// No level given.
    #[default]
    None,
    /// For everybody.
    Clear,
    /// For the community.
    Green,
    /// For the recipients' organisations and their clients.
    Amber,
    /// For the recipients' organisations.
    AmberStrict,
    /// For the named recipients.
    Red,
}

/// What a recipient does with an indicator. spec: 10#1.2
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum UseClass {
    /// Looking in one's own logs and traffic.
    Passive = 1,
    /// Blocking in one's own network.
    Block = 2,
    /// Asking third parties about the value.
    Lookup = 4,
    /// Touching the adversary's infrastructure.
    Active = 8,
}

/// The classes of use that are permitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "u8", into = "u8")]
pub struct Uses(u8);

impl Uses {
    /// Everything is permitted.
    pub const ALL: Self = Self(15);
    /// Nothing is permitted.
    pub const NONE: Self = Self(0);

    /// Exactly these classes.
    #[must_use]
    pub fn of(classes: &[UseClass]) -> Self {
        Self(classes.iter().fold(0, |bits, class| bits | *class as u8))
    }

    /// Whether the class is permitted.
    #[must_use]
    pub const fn permits(self, class: UseClass) -> bool {
        self.0 & class as u8 != 0
    }

    /// The classes that both sides permit.
    #[must_use]
    pub const fn meet(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    fn is_all(&self) -> bool {
        *self == Self::ALL
    }
}

impl Default for Uses {
    fn default() -> Self {
        Self::ALL
    }
}

impl From<u8> for Uses {
    fn from(bits: u8) -> Self {
        Self(bits & Self::ALL.0)
    }
}

impl From<Uses> for u8 {
    fn from(uses: Uses) -> Self {
        uses.0
    }
}

/// Whether naming the source is free, required or forbidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Attribution {
    /// As the recipient likes.
    #[default]
    May,
    /// The source must be named.
    Must,
    /// The source must not be named.
    MustNot,
}

/// A list of principals of whom one must match.
pub type ReleaseList = BTreeSet<Principal>;

/// All restrictions of an item. The default restricts nothing. spec: 10#1.2
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Marks {
    // Fields stand in alphabetical order: serialised as they stand they are canonical JSON.
    /// Uses are forbidden until the creator has been asked.
    #[serde(skip_serializing_if = "is_default")]
    pub ask_first: bool,
    /// Naming the source.
    #[serde(skip_serializing_if = "is_default")]
    pub attribution: Attribution,
    /// Not before this time, in Unix seconds.
    #[serde(skip_serializing_if = "is_default")]
    pub embargo: Option<i64>,
    /// Not from this time on, in Unix seconds.
    #[serde(skip_serializing_if = "is_default")]
    pub expires: Option<i64>,
    /// Uses that the Information Exchange Policy permits.
    #[serde(skip_serializing_if = "Uses::is_all")]
    pub iep: Uses,
    /// Affected parties must not be told.
    #[serde(skip_serializing_if = "is_default")]
    pub no_notify: bool,
    /// Must not be sold on unmodified.
    #[serde(skip_serializing_if = "is_default")]
    pub no_resale: bool,
    /// Organisations that are excluded.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub not_rel: BTreeSet<Principal>,
    /// Originator controlled: only named organisations.
    #[serde(skip_serializing_if = "is_default")]
    pub orcon: bool,
    /// Uses that the Permissible Actions Protocol permits.
    #[serde(skip_serializing_if = "Uses::is_all")]
    pub pap: Uses,
    /// Purposes it may serve; `None` is any.
    #[serde(skip_serializing_if = "is_default")]
    pub purposes: Option<BTreeSet<String>>,
    /// Lists of which every one must have a matching principal. Kept without lists
    /// that contain another one, since those add nothing.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub rel: BTreeSet<ReleaseList>,
    /// Traffic light level.
    #[serde(skip_serializing_if = "is_default")]
    pub tlp: Tlp,
    /// Must be encrypted in transit.
    #[serde(skip_serializing_if = "is_default")]
    pub transit_encrypted: bool,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Marks {
    /// The restriction that leaves the item to its creator: the reading of anything unreadable.
    #[must_use]
    pub fn creator_only() -> Self {
        Self {
            rel: BTreeSet::from([ReleaseList::new()]),
            ..Self::default()
        }
    }

    /// Whether nothing is restricted.
    #[must_use]
    pub fn is_unrestricted(&self) -> bool {
        *self == Self::default()
    }

    /// Whether some restriction needs its readers named one by one. spec: 10#1.4
    #[must_use]
    pub fn needs_naming(&self) -> bool {
        self.orcon || self.tlp >= Tlp::AmberStrict
    }

    /// Whether the item carries a caveat that plain MISP would not enforce. spec: 10#1.6
    #[must_use]
    pub fn is_caveated(&self) -> bool {
        !self.rel.is_empty() || !self.not_rel.is_empty() || self.purposes.is_some() || self.needs_naming()
    }

    /// The uses that every policy on the item permits.
    #[must_use]
    pub const fn uses(&self) -> Uses {
        self.pap.meet(self.iep)
    }

    /// Both sets of restrictions together. spec: 10#1.2
    #[must_use]
    pub fn meet(&self, other: &Self) -> Self {
        Self {
            ask_first: self.ask_first || other.ask_first,
            attribution: self.attribution.max(other.attribution),
            embargo: self.embargo.max(other.embargo),
            expires: earliest(self.expires, other.expires),
            iep: self.iep.meet(other.iep),
            no_notify: self.no_notify || other.no_notify,
            no_resale: self.no_resale || other.no_resale,
            not_rel: self.not_rel.union(&other.not_rel).cloned().collect(),
            orcon: self.orcon || other.orcon,
            pap: self.pap.meet(other.pap),
            purposes: common(self.purposes.as_ref(), other.purposes.as_ref()),
            rel: binding_lists(self.rel.iter().chain(&other.rel)),
            tlp: self.tlp.max(other.tlp),
            transit_encrypted: self.transit_encrypted || other.transit_encrypted,
        }
    }

    /// Requires a further list; lists that this one makes superfluous go.
    pub fn require(&mut self, list: &ReleaseList) {
        self.rel = binding_lists(self.rel.iter().chain([list]));
    }

    /// Requires the viewer to be of this atom.
    pub(crate) fn require_atom(&mut self, atom: Atom) {
        self.require(&ReleaseList::from([Principal::of(atom)]));
    }

    /// The next moment after `now` at which these marks may mean something else.
    pub(crate) fn next_boundary(&self, now: i64) -> Option<i64> {
        [self.embargo, self.expires]
            .into_iter()
            .flatten()
            .filter(|t| *t > now)
            .min()
    }
}

fn earliest(a: Option<i64>, b: Option<i64>) -> Option<i64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, None) | (None, one) => one,
    }
}

fn common(a: Option<&BTreeSet<String>>, b: Option<&BTreeSet<String>>) -> Option<BTreeSet<String>> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.intersection(b).cloned().collect()),
        (one, None) | (None, one) => one.cloned(),
    }
}

/// The lists that are not supersets of another one: a wider OR follows from a narrower one.
fn binding_lists<'a>(lists: impl Iterator<Item = &'a ReleaseList>) -> BTreeSet<ReleaseList> {
    let all: BTreeSet<&ReleaseList> = lists.collect();
    all.iter()
        .filter(|list| !all.iter().any(|other| other != *list && other.is_subset(list)))
        .map(|list| (*list).clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(names: &[&str]) -> ReleaseList {
        names.iter().map(|n| n.parse().unwrap()).collect()
    }

    #[test]
    fn a_wider_list_adds_nothing() {
        let mut marks = Marks::default();
        marks.require(&list(&["ISR"]));
        let narrow = marks.clone();
        marks.require(&list(&["ISR", "USA"]));
        assert_eq!(marks, narrow);
        assert_eq!(marks.meet(&Marks::creator_only()), Marks::creator_only());
    }

    #[test]
    fn disjoint_purposes_leave_none() {
        let only = |p: &str| Marks {
            purposes: Some(BTreeSet::from([p.to_owned()])),
            ..Marks::default()
        };
        assert_eq!(
            only("research").meet(&only("defence")).purposes,
            Some(BTreeSet::new())
        );
    }

    #[test]
    fn times_combine_to_the_shorter_window() {
        let a = Marks {
            embargo: Some(5),
            expires: None,
            ..Marks::default()
        };
        let b = Marks {
            embargo: Some(9),
            expires: Some(20),
            ..Marks::default()
        };
        let both = a.meet(&b);
        assert_eq!((both.embargo, both.expires), (Some(9), Some(20)));
        assert_eq!(both.next_boundary(9), Some(20));
        assert_eq!(both.next_boundary(20), None);
    }
}
