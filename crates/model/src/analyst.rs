//! Notes, opinions and relationships: annotations of anything that has a uuid. spec: 08#1
use crate::draft::AnalystKind;
use crate::id::{LabelId, SharingGroupId};
use crate::level::Distribution;
use crate::time::Seconds;
use uuid::Uuid;

/// A stored annotation.
#[derive(Debug, Clone, PartialEq)]
pub struct Analyst {
    /// Row id.
    pub id: i64,
    /// Global identity.
    pub uuid: Uuid,
    /// What is annotated; need not exist here.
    pub object_uuid: Uuid,
    /// Its type.
    pub object_type: ObjectType,
    /// Who wrote it, free text.
    pub authors: String,
    /// Owner: the organisation that holds it here.
    pub org_uuid: Uuid,
    /// Creator; changing follows it.
    pub orgc_uuid: Uuid,
    /// When written.
    pub created: Seconds,
    /// Edit version.
    pub modified: Seconds,
    /// How far it may travel.
    pub distribution: Distribution,
    /// The group when distribution says so, else none.
    pub sharing_group: SharingGroupId,
    /// Received by synchronisation.
    pub locked: bool,
    /// Interned policy label.
    pub label: LabelId,
    /// What it says.
    pub content: Content,
}

/// An annotation with those of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Annotated {
    /// The annotation.
    pub row: Analyst,
    /// Its annotations, by id.
    pub children: Vec<Annotated>,
    /// There are annotations below that are not shown.
    pub cut: bool,
}

/// What an annotation says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Free text.
    Note {
        /// The text.
        note: String,
        /// Its language, RFC 5646.
        language: String,
    },
    /// A number with a comment.
    Opinion {
        /// 0 (strongly disagree) to 100 (strongly agree).
        opinion: i64,
        /// Remark.
        comment: String,
    },
    /// A named relation to something else.
    Relationship {
        /// Name of the relation.
        relationship_type: String,
        /// Its target; need not exist here.
        related_uuid: Uuid,
        /// The target's type.
        related_type: ObjectType,
    },
}

impl Content {
    /// Which kind of annotation this is.
    #[must_use]
    pub fn kind(&self) -> AnalystKind {
        match self {
            Self::Note { .. } => AnalystKind::Note,
            Self::Opinion { .. } => AnalystKind::Opinion,
            Self::Relationship { .. } => AnalystKind::Relationship,
        }
    }
}

impl AnalystKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Note, Self::Opinion, Self::Relationship];

    /// The number that is stored and exchanged.
    #[must_use]
    pub fn number(self) -> i64 {
        match self {
            Self::Note => 0,
            Self::Opinion => 1,
            Self::Relationship => 2,
        }
    }
    /// The kind with this number.
    #[must_use]
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }
    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "Note",
            Self::Opinion => "Opinion",
            Self::Relationship => "Relationship",
        }
    }
    /// The kind with this name, in any case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name().eq_ignore_ascii_case(name))
    }
}

/// What can be annotated. spec: 08#1.1
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectType {
    /// An attribute.
    Attribute,
    /// An event.
    Event,
    /// An event report.
    EventReport,
    /// A galaxy cluster.
    GalaxyCluster,
    /// A galaxy.
    Galaxy,
    /// An object.
    Object,
    /// A note.
    Note,
    /// An opinion.
    Opinion,
    /// A relationship.
    Relationship,
    /// An organisation.
    Organisation,
    /// A sharing group.
    SharingGroup,
}

impl ObjectType {
    /// Every type.
    pub const ALL: [Self; 11] = [
        Self::Attribute,
        Self::Event,
        Self::EventReport,
        Self::GalaxyCluster,
        Self::Galaxy,
        Self::Object,
        Self::Note,
        Self::Opinion,
        Self::Relationship,
        Self::Organisation,
        Self::SharingGroup,
    ];

    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Attribute => "Attribute",
            Self::Event => "Event",
            Self::EventReport => "EventReport",
            Self::GalaxyCluster => "GalaxyCluster",
            Self::Galaxy => "Galaxy",
            Self::Object => "Object",
            Self::Note => "Note",
            Self::Opinion => "Opinion",
            Self::Relationship => "Relationship",
            Self::Organisation => "Organisation",
            Self::SharingGroup => "SharingGroup",
        }
    }
    /// The type with exactly this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl From<AnalystKind> for ObjectType {
    fn from(kind: AnalystKind) -> Self {
        match kind {
            AnalystKind::Note => Self::Note,
            AnalystKind::Opinion => Self::Opinion,
            AnalystKind::Relationship => Self::Relationship,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_round_trip() {
        for kind in AnalystKind::ALL {
            assert_eq!(AnalystKind::from_number(kind.number()), Some(kind));
            assert_eq!(AnalystKind::from_name(&kind.name().to_lowercase()), Some(kind));
        }
        for kind in ObjectType::ALL {
            assert_eq!(ObjectType::from_name(kind.name()), Some(kind));
        }
        assert_eq!(ObjectType::from_name("Banana"), None);
    }
}
