//! Organisations and sharing groups.
use super::{Chance, NAMES, Size};
use entente_db::{DbError, Tx};
use entente_model::id::{OrgId, SharingGroupId, UserId};
use entente_model::organisation::Organisation;
use entente_model::sharing_group::{GroupOrg, GroupServer, SharingGroup};
use entente_policy::nation::Nation;
use entente_policy::{Category, Directory, Org, PolicyConfig, Snapshot};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use uuid::Uuid;

/// When worlds are: what is under embargo or expires lies around it. 2025-03-04 10:00:00 UTC.
pub(super) const NOW: i64 = 1_741_082_400;
/// Country names as MISP stores them, and the nations that they name.
const COUNTRIES: [(&str, Option<&str>); 4] = [
    ("France", Some("FRA")),
    ("Israel", Some("ISR")),
    ("United States", Some("USA")),
    ("Not specified", None),
];

/// Who there is.
pub struct People {
    /// Organisations; the first one runs the instance.
    pub orgs: Vec<Organisation>,
    /// Sharing groups with their members.
    pub groups: Vec<SharingGroup>,
}

impl People {
    pub(super) fn add(tx: &mut Tx<'_>, chance: &mut Chance, size: &Size) -> Result<Self, DbError> {
        let mut orgs: Vec<Organisation> = size.host.clone().into_iter().collect();
        for at in orgs.len()..size.orgs {
            let mut org = organisation(chance, at);
            org.id = entente_store::organisation::insert(tx, &org)?;
            orgs.push(org);
        }
        let mut groups = Vec::new();
        for at in 0..size.groups {
            let mut group = group(chance, at, &orgs);
            group.id = entente_store::sharing_group::insert(tx, &group)?;
            groups.push(group);
        }
        Ok(Self { orgs, groups })
    }

    /// The organisation with this id.
    ///
    /// # Panics
    /// Without one.
    #[must_use]
    pub fn org(&self, id: OrgId) -> &Organisation {
        self.orgs.iter().find(|org| org.id == id).unwrap()
    }

    /// The group with this id.
    #[must_use]
    pub fn group(&self, id: SharingGroupId) -> Option<&SharingGroup> {
        self.groups.iter().find(|group| group.id == id)
    }

    /// What the policy knows of them.
    pub(super) fn snapshot(&self, chance: &mut Chance, size: &Size) -> Snapshot {
        let orgs = self
            .orgs
            .iter()
            .map(|org| (org.uuid, policy_org(chance, size, org)));
        let orgs: Vec<_> = orgs.collect();
        let uuid_of: HashMap<OrgId, Uuid> = self.orgs.iter().map(|org| (org.id, org.uuid)).collect();
        let groups = self.groups.iter().map(|group| {
            let members = group.orgs.iter().map(|member| uuid_of[&member.org]).collect();
            let shared = entente_policy::SharingGroup {
                orgs: members,
                local_all_orgs: group
                    .servers
                    .iter()
                    .any(|server| server.server == 0 && server.all_orgs),
            };
            (group.uuid, shared)
        });
        Snapshot {
            version: 1,
            now: NOW,
            host_org: self.orgs[0].uuid,
            directory: Arc::new(Directory::new(orgs, groups)),
            config: PolicyConfig {
                unpublished_private: chance.one_in(3),
                delegation: !chance.one_in(4),
                ..PolicyConfig::default()
            },
        }
    }
}

fn organisation(chance: &mut Chance, at: usize) -> Organisation {
    let name = NAMES
        .get(at)
        .map_or_else(|| format!("Organisation {at}"), |name| (*name).to_owned());
    Organisation {
        id: OrgId::NONE,
        uuid: chance.uuid(),
        name,
        created: 0,
        modified: 0,
        description: String::new(),
        kind: String::new(),
        nationality: COUNTRIES[at % COUNTRIES.len()].0.to_owned(),
        sector: String::new(),
        contacts: String::new(),
        created_by: UserId(1),
        local: true,
        restricted_to_domain: Vec::new(),
        landing_page: None,
    }
}

fn policy_org(chance: &mut Chance, size: &Size, org: &Organisation) -> Org {
    let country = COUNTRIES.iter().find(|(name, _)| *name == org.nationality);
    let nation = country.and_then(|(_, code)| *code).and_then(Nation::from_alpha3);
    let known = Org {
        nation,
        ..Org::default()
    };
    if size.local_only {
        return known;
    }
    let some = |chance: &mut Chance, name: &str| chance.one_in(2).then(|| name.to_owned());
    Org {
        categories: BTreeSet::from([*chance.pick(&Category::ALL)]),
        groups: some(chance, "alliance").into_iter().collect(),
        suspended: chance.one_in(10),
        ..known
    }
}

fn group(chance: &mut Chance, at: usize, orgs: &[Organisation]) -> SharingGroup {
    let members = orgs.iter().filter(|_| chance.one_in(2));
    let members: Vec<_> = members.map(|org| org.id).collect();
    let orgs_in = members.into_iter().map(|org| GroupOrg {
        id: 0,
        org,
        extend: chance.one_in(4),
    });
    let orgs_in = orgs_in.collect();
    let servers = match chance.below(8) {
        0 => vec![(0, true)],
        1 => vec![(0, false)],
        2 => vec![(3, true)],
        _ => Vec::new(),
    };
    let owner = chance.pick(orgs);
    SharingGroup {
        id: SharingGroupId::NONE,
        uuid: chance.uuid(),
        name: format!("Group {at}"),
        releasability: String::new(),
        description: String::new(),
        organisation_uuid: Some(owner.uuid),
        org: owner.id,
        sync_user: UserId::NONE,
        active: !chance.one_in(4),
        created: 0,
        modified: 0,
        local: true,
        roaming: false,
        orgs: orgs_in,
        servers: servers
            .into_iter()
            .map(|(server, all_orgs)| GroupServer {
                id: 0,
                server,
                all_orgs,
            })
            .collect(),
    }
}
