//! Blueprints of sharing groups. spec: 08#6.1
use crate::id::{OrgId, SharingGroupId, UserId};
use crate::time::Seconds;
use uuid::Uuid;

/// Rules from which a sharing group gets its members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blueprint {
    /// Row id.
    pub id: i64,
    /// Global identity.
    pub uuid: Uuid,
    /// What it is called; the group made from it too.
    pub name: String,
    /// Edit version.
    pub timestamp: Seconds,
    /// Who made it.
    pub user: UserId,
    /// Whose it is.
    pub org: OrgId,
    /// The group made from it, or none.
    pub group: SharingGroupId,
    /// The rules as JSON text.
    pub rules: String,
}
