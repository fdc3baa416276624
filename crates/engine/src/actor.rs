//! Who acts: an authenticated user with the rights of this one request.
use entente_model::account::User;
use entente_model::id::{OrgId, UserId};
use entente_model::organisation::Organisation;
use entente_model::role::Role;
use entente_model::time::Seconds;
use entente_policy::{Permission, Permissions};
use std::net::IpAddr;
use std::sync::Arc;

/// The API key in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUse {
    /// Its id.
    pub id: i64,
    /// It may not write.
    pub read_only: bool,
    /// Valid until, 0 = for ever.
    pub expiration: Seconds,
}

/// An authenticated caller. Rights are role ∩ key, made anew for every request. spec: 11#SR-AN-5
#[derive(Debug, Clone)]
pub struct Actor {
    /// The account.
    pub user: Arc<User>,
    /// Its organisation.
    pub org: Arc<Organisation>,
    /// Its role.
    pub role: Arc<Role>,
    /// Effective permissions.
    pub permissions: Permissions,
    /// The key, when one is used.
    pub key: Option<KeyUse>,
    /// Where the request comes from.
    pub address: Option<IpAddr>,
}

impl Actor {
    /// Whether a permission is held.
    #[must_use]
    pub fn can(&self, permission: Permission) -> bool {
        self.permissions.contains(permission)
    }
    /// Whether this is a site administrator (with this key).
    #[must_use]
    pub fn is_site_admin(&self) -> bool {
        self.can(Permission::SiteAdmin)
    }
    /// The account's id.
    #[must_use]
    pub fn user_id(&self) -> UserId {
        self.user.id
    }
    /// The organisation's id.
    #[must_use]
    pub fn org_id(&self) -> OrgId {
        self.org.id
    }
    /// Whether the key in use may not write.
    #[must_use]
    pub fn read_only(&self) -> bool {
        self.key.as_ref().is_some_and(|key| key.read_only)
    }
}
