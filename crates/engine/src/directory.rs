//! Organisations, roles and sharing groups as one immutable snapshot.
//!
//! They are few and asked for by every request; a snapshot costs no query and cannot change in the
//! middle of a decision. Use cases that write them call [`crate::Ctx::touch_directory`].
use entente_model::id::{OrgId, RoleId, SharingGroupId};
use entente_model::organisation::Organisation;
use entente_model::role::Role;
use entente_model::sharing_group::SharingGroup;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// The version of a directory that a running transaction has read back; nothing made from it is kept.
pub const UNCOMMITTED: u64 = u64::MAX;

/// The snapshot.
#[derive(Debug, Default)]
pub struct Directory {
    orgs: HashMap<OrgId, Arc<Organisation>>,
    orgs_by_uuid: HashMap<Uuid, OrgId>,
    orgs_by_name: HashMap<String, OrgId>,
    roles: HashMap<RoleId, Arc<Role>>,
    groups: HashMap<SharingGroupId, Arc<SharingGroup>>,
    groups_by_uuid: HashMap<Uuid, SharingGroupId>,
    /// Grows with every change.
    pub version: u64,
}

impl Directory {
    /// Indexes the rows.
    #[must_use]
    pub fn new(version: u64, orgs: Vec<Organisation>, roles: Vec<Role>, groups: Vec<SharingGroup>) -> Self {
        let mut directory = Self {
            version,
            ..Self::default()
        };
        for org in orgs {
            directory.orgs_by_uuid.insert(org.uuid, org.id);
            directory.orgs_by_name.insert(org.name.to_lowercase(), org.id);
            directory.orgs.insert(org.id, Arc::new(org));
        }
        directory.roles = roles.into_iter().map(|role| (role.id, Arc::new(role))).collect();
        for group in groups {
            directory.groups_by_uuid.insert(group.uuid, group.id);
            directory.groups.insert(group.id, Arc::new(group));
        }
        directory
    }
    /// An organisation by id.
    #[must_use]
    pub fn org(&self, id: OrgId) -> Option<&Arc<Organisation>> {
        self.orgs.get(&id)
    }
    /// An organisation by uuid.
    #[must_use]
    pub fn org_by_uuid(&self, uuid: Uuid) -> Option<&Arc<Organisation>> {
        self.orgs_by_uuid.get(&uuid).and_then(|id| self.orgs.get(id))
    }
    /// An organisation by name, ignoring case.
    #[must_use]
    pub fn org_by_name(&self, name: &str) -> Option<&Arc<Organisation>> {
        self.orgs_by_name
            .get(&name.trim().to_lowercase())
            .and_then(|id| self.orgs.get(id))
    }
    /// All organisations, in no order.
    pub fn orgs(&self) -> impl Iterator<Item = &Arc<Organisation>> {
        self.orgs.values()
    }
    /// A role by id.
    #[must_use]
    pub fn role(&self, id: RoleId) -> Option<&Arc<Role>> {
        self.roles.get(&id)
    }
    /// All roles, in no order.
    pub fn roles(&self) -> impl Iterator<Item = &Arc<Role>> {
        self.roles.values()
    }
    /// A sharing group by id.
    #[must_use]
    pub fn group(&self, id: SharingGroupId) -> Option<&Arc<SharingGroup>> {
        self.groups.get(&id)
    }
    /// A sharing group by uuid.
    #[must_use]
    pub fn group_by_uuid(&self, uuid: Uuid) -> Option<&Arc<SharingGroup>> {
        self.groups_by_uuid.get(&uuid).and_then(|id| self.groups.get(id))
    }
    /// All sharing groups, in no order.
    pub fn groups(&self) -> impl Iterator<Item = &Arc<SharingGroup>> {
        self.groups.values()
    }
    /// Whether users of an organisation may use a group: it is a member, or all organisations of this
    /// instance are. spec: 01#5.2 SG(U)
    #[must_use]
    pub fn in_group(&self, org: OrgId, group: SharingGroupId) -> bool {
        self.groups.get(&group).is_some_and(|group| {
            group.orgs.iter().any(|member| member.org == org)
                || group
                    .servers
                    .iter()
                    .any(|server| server.server == 0 && server.all_orgs)
        })
    }
}
