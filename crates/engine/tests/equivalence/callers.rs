//! Accounts of every role in every organisation, some with a read-only key, each as the policy sees it.
use entente_engine::Actor;
use entente_engine::actor::KeyUse;
use entente_model::id::RoleId;
use entente_policy::{DEFAULT_ROLES, Viewer};
use entente_testkit::instance::TestInstance;
use entente_testkit::world::{Chance, World};
use std::sync::Arc;

pub struct Caller {
    pub actor: Arc<Actor>,
    /// Built from the role and the world alone.
    pub viewer: Viewer,
}

pub async fn make(instance: &TestInstance, world: &World, count: usize) -> Vec<Arc<Caller>> {
    let mut chance = Chance::new(5);
    let mut callers = Vec::with_capacity(count);
    for at in 0..count {
        // Each role in turn, so that a few callers are enough.
        let role = DEFAULT_ROLES[at % DEFAULT_ROLES.len()];
        let org = chance.pick(&world.people.orgs);
        let email = format!("caller{at}@example.org");
        let actor = instance
            .add_user(&email, org.id, RoleId(i64::from(role.id)))
            .await
            .unwrap();
        let read_only = chance.one_in(5);
        let key = read_only.then_some(KeyUse {
            id: 1,
            read_only: true,
            expiration: 0,
        });
        let actor = entente_engine::auth::actor(&instance.app, Arc::clone(&actor.user), key, None).unwrap();
        let mut viewer = Viewer::member(&world.snapshot, org.uuid, role.permissions);
        viewer.read_only = read_only;
        callers.push(Arc::new(Caller {
            actor: Arc::new(actor),
            viewer,
        }));
    }
    callers
}
