//! Somebody who searches.
use entente_model::id::OrgId;
use entente_policy::{Permission, Permissions};
use entente_testkit::world::{Chance, World};

#[derive(Debug)]
pub struct Viewer {
    pub org: OrgId,
    /// Is shown deleted elements of foreign events.
    pub sync: bool,
    pub policy: entente_policy::Viewer,
}

impl Viewer {
    pub fn random(chance: &mut Chance, world: &World) -> Self {
        let org = chance.pick(&world.people.orgs);
        let permissions = if chance.one_in(5) {
            Permissions::NONE.with(Permission::SiteAdmin)
        } else {
            Permissions::NONE
        };
        let mut policy = entente_policy::Viewer::member(&world.snapshot, org.uuid, permissions);
        policy.read_only = chance.one_in(8);
        policy.break_glass = chance.one_in(8).then(|| chance.uuid());
        if chance.one_in(6) {
            policy.purposes.remove("defence");
        }
        Self {
            org: org.id,
            sync: chance.one_in(2),
            policy,
        }
    }
}
