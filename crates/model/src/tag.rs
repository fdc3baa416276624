//! Tags and their links. spec: 01#7.5
use crate::id::{OrgId, TagId, UserId};

/// A stored tag.
#[derive(Debug, Clone, PartialEq)]
pub struct Tag {
    /// Id.
    pub id: TagId,
    /// Name, unique ignoring case.
    pub name: String,
    /// `#rrggbb`.
    pub colour: String,
    /// Shown in API views, exports and sync.
    pub exportable: bool,
    /// Only this organisation may attach it; none = all.
    pub org: OrgId,
    /// Only this user may attach it; none = all.
    pub user: UserId,
    /// Hidden from pickers.
    pub hidden: bool,
    /// For decay scores.
    pub numerical_value: Option<i64>,
    /// Names a galaxy cluster.
    pub is_galaxy: bool,
    /// Names a custom cluster.
    pub is_custom_galaxy: bool,
    /// Only attachable as a local tag.
    pub local_only: bool,
}

/// A tag on an event or attribute.
#[derive(Debug, Clone, PartialEq)]
pub struct TagLink {
    /// Link id.
    pub id: i64,
    /// Event id or attribute id.
    pub target: i64,
    /// Which tag.
    pub tag: TagId,
    /// Stays on this instance.
    pub local: bool,
    /// How the tag relates, free text.
    pub relationship_type: Option<String>,
}

/// What a caller says about a tag; what is absent keeps its value or gets the default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TagInput {
    /// Name.
    pub name: Option<String>,
    /// `#rrggbb`.
    pub colour: Option<String>,
    /// Shown in API views, exports and sync.
    pub exportable: Option<bool>,
    /// Only this organisation may attach it; 0 = all.
    pub org: Option<i64>,
    /// Only this user may attach it; 0 = all.
    pub user: Option<i64>,
    /// Hidden from pickers.
    pub hidden: Option<bool>,
    /// For decay scores; `Some(None)` clears it.
    pub numerical_value: Option<Option<i64>>,
    /// Only attachable as a local tag.
    pub local_only: Option<bool>,
}
