//! Collections of events and clusters, and collections of tags. spec: 08#6.2, 08#6.3
use crate::draft::{Given, GroupChoice};
use crate::id::{LabelId, OrgId, SharingGroupId, TagId, UserId};
use crate::level::Distribution;
use crate::time::Seconds;
use uuid::Uuid;

/// What a collection is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CollectionKind {
    /// A campaign.
    Campaign,
    /// An intrusion set.
    IntrusionSet,
    /// A threat with a name.
    NamedThreat,
    /// Something else.
    Other,
    /// A piece of research.
    Research,
}

impl CollectionKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [
        Self::Campaign,
        Self::IntrusionSet,
        Self::NamedThreat,
        Self::Other,
        Self::Research,
    ];

    /// The name that is stored and exchanged.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Campaign => "campaign",
            Self::IntrusionSet => "intrusion_set",
            Self::NamedThreat => "named_threat",
            Self::Other => "other",
            Self::Research => "research",
        }
    }
    /// The kind with exactly this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What an element of a collection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ElementKind {
    /// An event.
    Event,
    /// A galaxy cluster.
    GalaxyCluster,
}

impl ElementKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Event, Self::GalaxyCluster];

    /// The name that is stored and exchanged.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Event => "Event",
            Self::GalaxyCluster => "GalaxyCluster",
        }
    }
    /// The kind with exactly this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A stored collection without its elements.
#[derive(Debug, Clone, PartialEq)]
pub struct Collection {
    /// Row id.
    pub id: i64,
    /// Global identity.
    pub uuid: Uuid,
    /// Owner.
    pub org: OrgId,
    /// Creator; changing follows it.
    pub orgc: OrgId,
    /// Who made it.
    pub user: UserId,
    /// When.
    pub created: Seconds,
    /// Edit version.
    pub modified: Seconds,
    /// How far it may travel.
    pub distribution: Distribution,
    /// The group when distribution says so, else none.
    pub sharing_group: SharingGroupId,
    /// What it is called.
    pub name: String,
    /// What it is about.
    pub kind: CollectionKind,
    /// In words.
    pub description: String,
    /// Interned policy label.
    pub label: LabelId,
}

/// Something in a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectionElement {
    /// Row id.
    pub id: i64,
    /// Global identity.
    pub uuid: Uuid,
    /// The collection.
    pub collection: i64,
    /// The event or cluster.
    pub element: Uuid,
    /// Which of both.
    pub kind: ElementKind,
    /// Why it is in there.
    pub description: String,
}

/// What a caller says about an element.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ElementDraft {
    /// Global identity of the element as such.
    pub uuid: Given<Uuid>,
    /// The event or cluster.
    pub element: Given<Uuid>,
    /// Which of both, as sent; looked up when absent.
    pub kind: Option<String>,
    /// Why it is in there.
    pub description: Option<String>,
}

/// What a caller says about a collection.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CollectionDraft {
    /// Global identity.
    pub uuid: Given<Uuid>,
    /// What it is called.
    pub name: Option<String>,
    /// What it is about, as sent.
    pub kind: Option<String>,
    /// In words.
    pub description: Option<String>,
    /// How far it may travel.
    pub distribution: Given<Distribution>,
    /// With distribution 4.
    pub sharing_group: Option<GroupChoice>,
    /// Edit version.
    pub modified: Given<Seconds>,
    /// Its elements, all of them.
    pub elements: Option<Vec<ElementDraft>>,
}

/// Tags that are attached together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagCollection {
    /// Row id.
    pub id: i64,
    /// Global identity.
    pub uuid: Uuid,
    /// What it is called; unique.
    pub name: String,
    /// In words.
    pub description: String,
    /// Who made it.
    pub user: UserId,
    /// Whose it is.
    pub org: OrgId,
    /// Others may use it too.
    pub all_orgs: bool,
}

/// A tag of a collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TagCollectionTag {
    /// Row id.
    pub id: i64,
    /// The collection.
    pub collection: i64,
    /// The tag.
    pub tag: TagId,
}

/// What a caller says about a collection of tags.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TagCollectionDraft {
    /// Global identity.
    pub uuid: Given<Uuid>,
    /// What it is called.
    pub name: Option<String>,
    /// In words.
    pub description: Option<String>,
    /// Others may use it too.
    pub all_orgs: Given<bool>,
    /// Its tags by name, all of them.
    pub tags: Option<Vec<String>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for kind in CollectionKind::ALL {
            assert_eq!(CollectionKind::from_name(kind.name()), Some(kind));
        }
        for kind in ElementKind::ALL {
            assert_eq!(ElementKind::from_name(kind.name()), Some(kind));
        }
        assert_eq!(CollectionKind::from_name("Campaign"), None);
    }
}
