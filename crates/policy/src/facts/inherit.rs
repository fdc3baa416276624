//! Labels of objects, attributes and reports: their event's label, made stricter.
//!
//! An item that adds nothing has no label of its own and follows its event through one
//! reference. Publishing or remarking an event of 100 000 attributes then changes one row.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{Distribution, LabelFacts, Link, State};
use crate::marks::{Marks, Tlp};

/// What an object or item says about its readers beyond its event. The default says nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnRestriction {
    /// Its distribution.
    pub link: Link,
    /// Marks of its own tags, local ones included.
    pub marks: Marks,
    /// Its own state.
    pub state: State,
    /// The grants that cover it; `None` is every grant of what it belongs to.
    pub grants: Option<BTreeSet<Uuid>>,
}

impl Default for OwnRestriction {
    fn default() -> Self {
        Self {
            link: Link::of(Distribution::Inherit),
            marks: Marks::default(),
            state: State::default(),
            grants: None,
        }
    }
}

impl LabelFacts {
    /// The label of an item, or `None` if it is the event's. An attribute inside an object
    /// passes that object's restriction too.
    #[must_use]
    pub fn for_item(event: &Self, object: Option<&OwnRestriction>, item: &OwnRestriction) -> Option<Self> {
        let mut label = event.clone();
        for own in object.into_iter().chain([item]) {
            label.restrict(own);
        }
        (label != *event).then_some(label)
    }

    fn restrict(&mut self, own: &OwnRestriction) {
        let link = own.link.normalised();
        if self.is_narrowed_by(link) {
            // The named set may only shrink on the way down (P9).
            self.unaddressed |= link.distribution == Distribution::SharingGroup
                && self.marks.needs_naming()
                && !self
                    .chain
                    .iter()
                    .any(|l| l.distribution == Distribution::SharingGroup);
            self.chain.push(link);
        }
        // To anonymous readers CLEAR opens rather than restricts, and a part cannot open the whole.
        self.public &= !(self.marks.tlp == Tlp::None && own.marks.tlp == Tlp::Clear);
        self.marks = self.marks.meet(&own.marks);
        self.state = own.state.within(self.state);
        if let Some(covered) = &own.grants {
            self.grants.retain(|org| covered.contains(org));
        }
    }

    /// Whether a further link can change a decision here, or where the item may travel.
    fn is_narrowed_by(&self, link: Link) -> bool {
        match link.distribution {
            Distribution::Inherit | Distribution::All => false,
            Distribution::Organisation | Distribution::SharingGroup => {
                // Delegates pass the link of the event, so it does not stand in for later ones.
                let passed_by_all = usize::from(!self.delegates.is_empty());
                !self.chain.iter().skip(passed_by_all).any(|outer| *outer == link)
            }
            Distribution::Community | Distribution::Connected => !self
                .chain
                .iter()
                .any(|outer| outer.distribution <= link.distribution),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(link: Link) -> LabelFacts {
        LabelFacts::event(Uuid::from_u128(1), Uuid::from_u128(1), link)
    }

    fn own(distribution: Distribution) -> OwnRestriction {
        OwnRestriction {
            link: Link::of(distribution),
            ..OwnRestriction::default()
        }
    }

    #[test]
    fn nothing_added_nothing_stored() {
        let community = event(Link::of(Distribution::Community));
        for same in [
            Distribution::Inherit,
            Distribution::Community,
            Distribution::Connected,
            Distribution::All,
        ] {
            assert_eq!(LabelFacts::for_item(&community, None, &own(same)), None);
        }
        let group = event(Link::group(Uuid::from_u128(9)));
        let same = OwnRestriction {
            link: Link::group(Uuid::from_u128(9)),
            ..OwnRestriction::default()
        };
        assert_eq!(LabelFacts::for_item(&group, Some(&same), &same), None);
    }

    #[test]
    fn marks_the_event_already_has_add_nothing() {
        let mut red = event(Link::of(Distribution::Community));
        red.marks.tlp = Tlp::Red;
        let mut amber = OwnRestriction::default();
        amber.marks.tlp = Tlp::Amber;
        assert_eq!(LabelFacts::for_item(&red, None, &amber), None);
    }

    #[test]
    fn an_unread_sharing_group_is_no_difference() {
        let community = event(Link::of(Distribution::Community));
        let stray = OwnRestriction {
            link: Link {
                distribution: Distribution::Inherit,
                sharing_group: Some(Uuid::from_u128(4)),
            },
            ..OwnRestriction::default()
        };
        assert_eq!(LabelFacts::for_item(&community, None, &stray), None);
    }

    #[test]
    fn an_item_inherits_its_object() {
        let community = event(Link::of(Distribution::Community));
        let object = own(Distribution::Organisation);
        let label = LabelFacts::for_item(&community, Some(&object), &OwnRestriction::default());
        let alone = LabelFacts::for_item(&community, None, &object);
        assert!(label.is_some());
        assert_eq!(label, alone);
    }

    #[test]
    fn grants_only_shrink() {
        let mut granted = event(Link::group(Uuid::from_u128(9)));
        granted.grants = BTreeSet::from([Uuid::from_u128(2)]);
        let other = OwnRestriction {
            grants: Some(BTreeSet::from([Uuid::from_u128(3)])),
            ..OwnRestriction::default()
        };
        let label = LabelFacts::for_item(&granted, None, &other).unwrap();
        assert!(label.grants.is_empty());
    }

    #[test]
    fn a_delegate_does_not_see_what_the_owner_keeps() {
        let mut delegated = event(Link::of(Distribution::Organisation));
        assert_eq!(
            LabelFacts::for_item(&delegated, None, &own(Distribution::Organisation)),
            None
        );
        delegated.delegates.insert(Uuid::from_u128(2));
        assert!(LabelFacts::for_item(&delegated, None, &own(Distribution::Organisation)).is_some());
    }

    #[test]
    fn a_stricter_item_keeps_its_sync_level() {
        let group = event(Link::group(Uuid::from_u128(9)));
        assert!(LabelFacts::for_item(&group, None, &own(Distribution::Community)).is_some());
        let all = event(Link::of(Distribution::All));
        assert!(LabelFacts::for_item(&all, None, &own(Distribution::Connected)).is_some());
    }
}
