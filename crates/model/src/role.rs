//! Roles. spec: 01#7.12, 02#3
use crate::id::RoleId;
use crate::time::Seconds;

/// A stored role. `permissions` is the bit set of the `policy` crate.
#[derive(Debug, Clone, PartialEq)]
pub struct Role {
    /// Id.
    pub id: RoleId,
    /// Name, unique ignoring case.
    pub name: String,
    /// Permission bits.
    pub permissions: u64,
    /// Given to new users when none is named.
    pub default: bool,
    /// Free text kept for clients.
    pub memory_limit: String,
    /// Free text kept for clients.
    pub max_execution_time: String,
    /// Only site administrators may assign it.
    pub restricted_to_site_admin: bool,
    /// Whether searches are counted.
    pub enforce_rate_limit: bool,
    /// Searches per 900 s when counted.
    pub rate_limit_count: i64,
    /// When added.
    pub created: Option<Seconds>,
    /// When changed.
    pub modified: Option<Seconds>,
}
