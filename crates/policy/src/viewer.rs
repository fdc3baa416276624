//! Who asks: organisation, role flags, purposes, and how the request was authenticated.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::facts::LIVE_REALM;
use crate::permission::{Permission, Permissions};
use crate::snapshot::Snapshot;

/// How the viewer has shown who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Authentication {
    /// Nobody in particular.
    #[default]
    None,
    /// A browser session.
    Session,
    /// An API key.
    Key,
    /// A client certificate.
    MutualTls,
    /// Another instance.
    Peer,
}

/// Somebody asking for a decision. spec: 10#1.1
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Viewer {
    /// Organisation; `None` is an anonymous visitor.
    pub org: Option<Uuid>,
    /// Local id of the user, if there is one.
    pub user: Option<i64>,
    /// Flags of the role, before a read-only key takes most of them away.
    pub role: Permissions,
    /// The realm the session belongs to.
    pub realm: String,
    /// Purposes declared by the key or session.
    pub purposes: BTreeSet<String>,
    /// Id of an open, reasoned and logged break-glass session.
    pub break_glass: Option<Uuid>,
    /// How the request was authenticated.
    pub authentication: Authentication,
    /// Whether the key is read-only.
    pub read_only: bool,
}

/// The part of a viewer that read decisions depend on: viewers with equal profiles see the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Profile {
    org: Option<Uuid>,
    permissions: Permissions,
    realm: String,
    purposes: BTreeSet<String>,
    break_glass: bool,
}

impl Viewer {
    /// A member of an organisation in the live realm, declaring all purposes registered for it.
    #[must_use]
    pub fn member(snapshot: &Snapshot, org: Uuid, role: Permissions) -> Self {
        Self {
            org: Some(org),
            role,
            realm: LIVE_REALM.to_owned(),
            purposes: snapshot
                .directory
                .org(org)
                .map(|org| org.purposes.clone())
                .unwrap_or_default(),
            ..Self::default()
        }
    }

    /// An unauthenticated visitor of the live realm.
    #[must_use]
    pub fn anonymous() -> Self {
        Self {
            realm: LIVE_REALM.to_owned(),
            ..Self::default()
        }
    }

    /// The flags that count for this request: a read-only key keeps only two. spec: 02#2.2
    #[must_use]
    pub const fn permissions(&self) -> Permissions {
        if self.read_only {
            self.role.read_only()
        } else {
            self.role
        }
    }

    /// Whether a flag counts for this request.
    #[must_use]
    pub const fn has(&self, permission: Permission) -> bool {
        self.permissions().contains(permission)
    }

    /// Whether the viewer acts as site admin.
    #[must_use]
    pub const fn is_site_admin(&self) -> bool {
        self.has(Permission::SiteAdmin)
    }

    /// Whether marks are set aside for this viewer: an open break-glass session
    /// of somebody entitled to one. spec: 10#1.4
    #[must_use]
    pub const fn breaks_glass(&self) -> bool {
        self.break_glass.is_some() && (self.is_site_admin() || self.has(Permission::BreakGlass))
    }

    /// The key under which read decisions for this viewer may be cached. spec: 10#1.9
    #[must_use]
    pub fn profile(&self) -> Profile {
        Profile {
            org: self.org,
            permissions: self.permissions(),
            realm: self.realm.clone(),
            purposes: self.purposes.clone(),
            break_glass: self.breaks_glass(),
        }
    }
}
