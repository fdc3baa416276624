//! Sharing groups. spec: 01#7.9
use crate::id::{OrgId, SharingGroupId, UserId};
use crate::time::Seconds;
use uuid::Uuid;

/// A stored sharing group with its members.
#[derive(Debug, Clone, PartialEq)]
pub struct SharingGroup {
    /// Id.
    pub id: SharingGroupId,
    /// Global identity.
    pub uuid: Uuid,
    /// Name, unique ignoring case.
    pub name: String,
    /// Whom it may be released to, free text.
    pub releasability: String,
    /// Free text.
    pub description: String,
    /// Uuid of the creating organisation.
    pub organisation_uuid: Option<Uuid>,
    /// The creating organisation.
    pub org: OrgId,
    /// The sync user that captured it, or none.
    pub sync_user: UserId,
    /// Informational.
    pub active: bool,
    /// When made.
    pub created: Seconds,
    /// When changed.
    pub modified: Seconds,
    /// Made here.
    pub local: bool,
    /// Not tied to the listed servers.
    pub roaming: bool,
    /// Member organisations.
    pub orgs: Vec<GroupOrg>,
    /// Instances.
    pub servers: Vec<GroupServer>,
}

/// A member organisation.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupOrg {
    /// Row id.
    pub id: i64,
    /// Member.
    pub org: OrgId,
    /// May add members.
    pub extend: bool,
}

/// An instance in a sharing group.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupServer {
    /// Row id.
    pub id: i64,
    /// Server, 0 = this instance.
    pub server: i64,
    /// Every organisation there belongs to the group.
    pub all_orgs: bool,
}
