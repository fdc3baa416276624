//! What is asked about: everything a decision needs to know of an item, without its content.

mod inherit;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::marks::Marks;

pub use inherit::OwnRestriction;

/// The realm of real data, as opposed to exercises.
pub const LIVE_REALM: &str = "live";

/// MISP's distribution levels. spec: 01#5.1
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
#[repr(u8)]
pub enum Distribution {
    /// 0: the owner organisation only.
    Organisation = 0,
    /// 1: this community.
    Community = 1,
    /// 2: connected communities.
    Connected = 2,
    /// 3: all communities.
    All = 3,
    /// 4: a sharing group.
    SharingGroup = 4,
    /// 5: whatever the event says; not valid on the event itself.
    Inherit = 5,
}

/// A number that is no distribution level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("distribution {0} is not one of 0 to 5")]
pub struct DistributionError(pub u8);

impl TryFrom<u8> for Distribution {
    type Error = DistributionError;

    fn try_from(level: u8) -> Result<Self, DistributionError> {
        Ok(match level {
            0 => Self::Organisation,
            1 => Self::Community,
            2 => Self::Connected,
            3 => Self::All,
            4 => Self::SharingGroup,
            5 => Self::Inherit,
            other => return Err(DistributionError(other)),
        })
    }
}

impl From<Distribution> for u8 {
    fn from(distribution: Distribution) -> Self {
        distribution as Self
    }
}

/// One level's say about its readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// Distribution level.
    pub distribution: Distribution,
    /// The sharing group, read only with level 4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sharing_group: Option<Uuid>,
}

impl Link {
    /// A link without a sharing group.
    #[must_use]
    pub const fn of(distribution: Distribution) -> Self {
        Self {
            distribution,
            sharing_group: None,
        }
    }

    /// A link to a sharing group.
    #[must_use]
    pub const fn group(uuid: Uuid) -> Self {
        Self {
            distribution: Distribution::SharingGroup,
            sharing_group: Some(uuid),
        }
    }

    /// The link without a sharing group that its level does not read.
    pub(crate) fn normalised(self) -> Self {
        match self.distribution {
            Distribution::SharingGroup => self,
            other => Self::of(other),
        }
    }
}

/// How an item was recalled by its creator. spec: 10#5
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Recall {
    /// Replaced by a new revision.
    Correct,
    /// Declared a false positive.
    FalsePositive,
    /// Marks have become stricter.
    Tighten,
    /// To be deleted.
    Withdraw,
    /// To be deleted and treated as leaked.
    Emergency,
}

impl Recall {
    /// Whether the item is gone for everybody but its creator.
    #[must_use]
    pub const fn withdraws(self) -> bool {
        matches!(self, Self::Withdraw | Self::Emergency)
    }
}

/// Whether an item is in use. The default is live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct State {
    /// Held back until somebody entitled releases it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub quarantined: bool,
    /// Recalled by the creator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recall: Option<Recall>,
}

impl State {
    /// The state of something inside something else: the stricter of each.
    #[must_use]
    pub fn within(self, outer: Self) -> Self {
        Self {
            quarantined: self.quarantined || outer.quarantined,
            recall: self.recall.max(outer.recall),
        }
    }
}

/// Everything that See, Use and Export depend on. Equal label facts are interned as one label,
/// so they hold nothing particular to a single item. spec: 10#1.9
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelFacts {
    // Fields stand in alphabetical order: serialised as they stand they are canonical JSON.
    /// The links from event to item, each of which a reader must pass.
    pub chain: Vec<Link>,
    /// The organisation that created the data (MISP `orgc`); writing follows it.
    pub creator: Uuid,
    /// Organisations with a pending delegation request for the event.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub delegates: BTreeSet<Uuid>,
    /// Organisations to which the creator has granted the item.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub grants: BTreeSet<Uuid>,
    /// Restrictions of event, object and item together.
    #[serde(default, skip_serializing_if = "Marks::is_unrestricted")]
    pub marks: Marks,
    /// The organisation that holds the data here (MISP `org`); reading follows it.
    pub owner: Uuid,
    /// Whether it belongs to a collection open to anonymous readers.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub public: bool,
    /// Whether the event is published.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub published: bool,
    /// The realm: [`LIVE_REALM`] or an exercise.
    pub realm: String,
    /// Live, quarantined or recalled.
    #[serde(default, skip_serializing_if = "is_live")]
    pub state: State,
    /// An outer level demands named readers but names none, so inner sharing groups name
    /// nobody either. Without it an attribute could be visible inside an invisible event.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unaddressed: bool,
}

fn is_live(state: &State) -> bool {
    *state == State::default()
}

/// A stored label that cannot be read. Nothing may be shown under it.
#[derive(Debug, thiserror::Error)]
#[error("stored policy label cannot be read: {0}")]
pub struct LabelError(#[from] serde_json::Error);

impl LabelFacts {
    /// Facts of a live, unpublished, unmarked event.
    #[must_use]
    pub fn event(owner: Uuid, creator: Uuid, link: Link) -> Self {
        Self {
            chain: vec![link.normalised()],
            creator,
            delegates: BTreeSet::new(),
            grants: BTreeSet::new(),
            marks: Marks::default(),
            owner,
            public: false,
            published: false,
            realm: LIVE_REALM.to_owned(),
            state: State::default(),
            unaddressed: false,
        }
    }

    /// The same facts with `to` in the place of `from`, which has become the same organisation; `None` when
    /// they do not name it. Marks name organisations in the words of whoever set them and stay.
    #[must_use]
    pub fn with_organisation(&self, from: Uuid, to: Uuid) -> Option<Self> {
        let mut facts = self.clone();
        for org in [&mut facts.owner, &mut facts.creator] {
            if *org == from {
                *org = to;
            }
        }
        for orgs in [&mut facts.delegates, &mut facts.grants] {
            if orgs.remove(&from) {
                orgs.insert(to);
            }
        }
        (facts != *self).then_some(facts)
    }

    /// RFC 8785 form: equal facts give equal text.
    ///
    /// # Errors
    /// Never for facts that were built in memory; serialisation has no failing part.
    pub fn to_canonical_json(&self) -> Result<String, LabelError> {
        Ok(serde_json::to_string(self)?)
    }

    /// Reads a stored label.
    ///
    /// # Errors
    /// On any text that this version does not understand completely, since an
    /// unknown field may be a restriction.
    pub fn from_json(text: &str) -> Result<Self, LabelError> {
        Ok(serde_json::from_str(text)?)
    }

    /// SHA-256 of the canonical form: the identity of the label.
    ///
    /// # Errors
    /// As [`Self::to_canonical_json`].
    pub fn digest(&self) -> Result<[u8; 32], LabelError> {
        Ok(Sha256::digest(self.to_canonical_json()?).into())
    }

    /// The next moment after `now` (Unix seconds) at which decisions on this label may change.
    #[must_use]
    pub fn next_boundary(&self, now: i64) -> Option<i64> {
        self.marks.next_boundary(now)
    }
}

/// Everything decisions depend on: the label, and what only writing asks for. spec: 10#1.1
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// What reading depends on.
    pub label: LabelFacts,
    /// Local id of the user who created the event.
    pub event_creator_user: Option<i64>,
    /// Whether the event is a copy whose original lives elsewhere.
    pub locked: bool,
}

impl From<LabelFacts> for Facts {
    fn from(label: LabelFacts) -> Self {
        Self {
            label,
            event_creator_user: None,
            locked: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marks::Tlp;

    fn full() -> LabelFacts {
        let id = Uuid::from_u128(7);
        let mut facts = LabelFacts::event(id, id, Link::group(id));
        facts.delegates.insert(id);
        facts.grants.insert(id);
        facts.public = true;
        facts.published = true;
        facts.state = State {
            quarantined: true,
            recall: Some(Recall::FalsePositive),
        };
        facts.unaddressed = true;
        facts.realm = "ex-\"1\"\n".to_owned();
        facts.marks = Marks::creator_only();
        facts.marks.tlp = Tlp::AmberStrict;
        facts.marks.ask_first = true;
        facts.marks.attribution = crate::marks::Attribution::MustNot;
        facts.marks.embargo = Some(1);
        facts.marks.expires = Some(2);
        facts.marks.iep = crate::marks::Uses::NONE;
        facts.marks.pap = crate::marks::Uses::NONE;
        facts.marks.no_notify = true;
        facts.marks.no_resale = true;
        facts.marks.orcon = true;
        facts.marks.transit_encrypted = true;
        facts.marks.purposes = Some(BTreeSet::from(["defence".to_owned()]));
        facts.marks.not_rel.insert("ISR".parse().unwrap());
        facts
    }

    fn keys_sorted(value: &serde_json::Value) -> bool {
        match value {
            serde_json::Value::Object(map) => map.keys().is_sorted() && map.values().all(keys_sorted),
            serde_json::Value::Array(list) => list.iter().all(keys_sorted),
            _ => true,
        }
    }

    #[test]
    fn canonical_json_is_sorted_and_round_trips() {
        let facts = full();
        let text = facts.to_canonical_json().unwrap();
        assert!(keys_sorted(&serde_json::from_str(&text).unwrap()), "{text}");
        assert!(!text.contains(": "));
        assert_eq!(LabelFacts::from_json(&text).unwrap(), facts);
        assert_eq!(facts.digest().unwrap(), facts.clone().digest().unwrap());
    }

    #[test]
    fn an_organisation_takes_the_place_of_another() {
        let (from, to, third) = (Uuid::from_u128(7), Uuid::from_u128(8), Uuid::from_u128(9));
        let moved = full().with_organisation(from, to).unwrap();
        assert_eq!((moved.owner, moved.creator), (to, to));
        assert_eq!(
            (moved.delegates, moved.grants),
            (BTreeSet::from([to]), BTreeSet::from([to]))
        );
        assert_eq!((moved.chain, moved.marks), (full().chain, full().marks));
        let mut only_creator = LabelFacts::event(third, from, Link::of(Distribution::Community));
        assert_eq!(only_creator.with_organisation(from, to).unwrap().owner, third);
        only_creator.creator = third;
        assert_eq!(only_creator.with_organisation(from, to), None);
    }

    #[test]
    fn a_plain_event_has_a_short_label() {
        let id = Uuid::from_u128(7);
        let facts = LabelFacts::event(id, id, Link::of(Distribution::Community));
        assert_eq!(
            facts.to_canonical_json().unwrap(),
            format!(r#"{{"chain":[{{"distribution":1}}],"creator":"{id}","owner":"{id}","realm":"live"}}"#)
        );
    }

    #[test]
    fn a_label_of_a_later_version_is_refused() {
        let text = full().to_canonical_json().unwrap();
        let newer = text.replacen('{', r#"{"a_new_restriction":true,"#, 1);
        assert!(LabelFacts::from_json(&newer).is_err());
        let newer = text.replace(r#""ask_first":true"#, r#""ask_first":true,"ask_twice":true"#);
        assert!(LabelFacts::from_json(&newer).is_err());
    }
}
