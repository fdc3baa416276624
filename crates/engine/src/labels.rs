//! Interned policy labels in memory, and the scopes made from them. spec: 10#1.9
use crate::actor::Actor;
use crate::directory::{Directory, UNCOMMITTED};
use crate::error::{Error, Result};
use crate::settings::Settings;
use entente_db::Tx;
use entente_model::id::LabelId;
use entente_model::time::Seconds;
use entente_policy::{
    Action, Authentication, LabelFacts, Org, PolicyConfig, Profile, Scope, SharingGroup, Snapshot, Viewer,
};
use entente_store::label::LabelRow;
use parking_lot::RwLock;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// All labels, and one scope per kind of viewer.
#[derive(Default)]
pub struct LabelBook(RwLock<Held>);

#[derive(Default)]
struct Held {
    highest: LabelId,
    facts: HashMap<LabelId, Arc<LabelFacts>>,
    ids: HashMap<[u8; 32], LabelId>,
    scopes: HashMap<Profile, Arc<Scope>>,
    world: Option<World>,
    generation: u64,
}

/// The directory as the policy wants it, for one state of organisations and settings.
#[derive(Clone)]
struct World {
    directory_version: u64,
    generation: u64,
    snapshot: Snapshot,
}

/// How far behind the highest label a late commit may lie.
const LOOK_BACK: i64 = 1_000;

/// Scopes kept at most; beyond it they are all forgotten, which costs milliseconds.
const MAX_SCOPES: usize = 1_024;

impl LabelBook {
    /// Reads labels that were added since the last time. Scopes made before do not know them and go.
    ///
    /// # Errors
    /// Of the database, or when a stored label cannot be read.
    pub fn load_new(&self, tx: &mut Tx<'_>) -> Result<()> {
        let rows = self.unread(tx)?;
        let mut fresh = Vec::with_capacity(rows.len());
        for row in rows {
            let facts = facts_of(&row)?;
            let digest = facts.digest().map_err(|e| Error::Damaged(e.to_string()))?;
            fresh.push((row.id, digest, Arc::new(facts)));
        }
        let mut held = self.0.write();
        for (id, digest, facts) in &fresh {
            held.highest = held.highest.max(*id);
            held.ids.insert(*digest, *id);
            held.facts.insert(*id, Arc::clone(facts));
        }
        let judged = |(id, _, facts): &'_ (LabelId, [u8; 32], Arc<LabelFacts>)| (*id, Arc::clone(facts));
        let fresh: Vec<_> = fresh.iter().map(judged).collect();
        for scope in held.scopes.values_mut() {
            Arc::make_mut(scope).extend(fresh.iter().map(|(id, facts)| (policy_id(*id), facts.as_ref())));
        }
        Ok(())
    }

    /// Labels in the store that are not here yet.
    ///
    /// # Errors
    /// Of the database.
    pub fn unread(&self, tx: &mut Tx<'_>) -> Result<Vec<LabelRow>> {
        // Ids may commit out of order on PostgreSQL, so the last ones are looked at again.
        let after = LabelId((self.0.read().highest.0 - LOOK_BACK).max(0));
        let mut ids = entente_store::label::ids_since(tx, after)?;
        ids.retain(|id| self.facts(*id).is_none());
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<i64> = ids.into_iter().map(|id| id.0).collect();
        Ok(entente_store::label::by_ids(tx, &ids)?)
    }

    /// Organisations, groups or settings have changed: every scope must be judged anew.
    pub fn forget_scopes(&self) {
        let mut held = self.0.write();
        held.scopes.clear();
        held.world = None;
        held.generation += 1;
    }

    /// The facts behind a label.
    #[must_use]
    pub fn facts(&self, id: LabelId) -> Option<Arc<LabelFacts>> {
        self.0.read().facts.get(&id).cloned()
    }

    /// The labels for which `change` gives other facts, with these.
    #[must_use]
    pub fn with(&self, change: impl Fn(&LabelFacts) -> Option<LabelFacts>) -> Vec<(LabelId, LabelFacts)> {
        let held = self.0.read();
        held.facts
            .iter()
            .filter_map(|(id, facts)| Some((*id, change(facts)?)))
            .collect()
    }

    /// The label with this digest.
    #[must_use]
    pub fn id_of(&self, digest: &[u8; 32]) -> Option<LabelId> {
        self.0.read().ids.get(digest).copied()
    }

    /// How many labels there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.read().facts.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The world as the policy sees it now.
    #[must_use]
    pub fn snapshot(&self, directory: &Directory, settings: &Settings, now: Seconds) -> Snapshot {
        let (known, generation) = {
            let held = self.0.read();
            (
                held.world
                    .clone()
                    .filter(|world| world.directory_version == directory.version),
                held.generation,
            )
        };
        let world = known.unwrap_or_else(|| {
            let world = World {
                directory_version: directory.version,
                generation,
                snapshot: world(directory, settings),
            };
            let mut held = self.0.write();
            if held.generation == world.generation && directory.version != UNCOMMITTED {
                held.world = Some(world.clone());
            }
            world
        });
        Snapshot {
            now,
            ..world.snapshot
        }
    }

    /// A caller as the policy sees it.
    #[must_use]
    pub fn viewer(&self, directory: &Directory, settings: &Settings, actor: &Actor, now: Seconds) -> Viewer {
        let snapshot = self.snapshot(directory, settings, now);
        viewer(&snapshot, actor)
    }

    /// What a caller may see.
    #[must_use]
    pub fn scope(
        &self,
        directory: &Directory,
        settings: &Settings,
        actor: &Actor,
        now: Seconds,
    ) -> Arc<Scope> {
        let snapshot = self.snapshot(directory, settings, now);
        let viewer = viewer(&snapshot, actor);
        let profile = viewer.profile();
        let held = self.0.read();
        if let Some(scope) = held.scopes.get(&profile)
            && scope.holds(snapshot.version, now)
            && directory.version != UNCOMMITTED
        {
            return Arc::clone(scope);
        }
        let generation = held.generation;
        let labels = held
            .facts
            .iter()
            .map(|(id, facts)| (policy_id(*id), facts.as_ref()));
        let scope = Arc::new(Scope::build(&snapshot, &viewer, Action::See, labels));
        drop(held);
        let mut held = self.0.write();
        // Between the two locks labels may have been added or the world may have changed; such a scope
        // still answers this request (it is only too narrow) but is not kept.
        let keep = directory.version != UNCOMMITTED && scope.up_to().0 == held.highest.0;
        if keep && held.generation == generation {
            if held.scopes.len() >= MAX_SCOPES {
                held.scopes.clear();
            }
            held.scopes.insert(profile, Arc::clone(&scope));
        }
        scope
    }

    /// A scope that also knows labels made in the running transaction.
    #[must_use]
    pub fn extended<'l>(scope: &Scope, fresh: impl Iterator<Item = (i64, &'l LabelFacts)>) -> Scope {
        let mut scope = scope.clone();
        scope.extend(fresh.map(|(id, facts)| (entente_policy::LabelId(id), facts)));
        scope
    }
}

/// The facts of a stored label.
///
/// # Errors
/// `Damaged` when this version does not understand them.
pub fn facts_of(row: &LabelRow) -> Result<LabelFacts> {
    LabelFacts::from_json(&row.facts).map_err(|e| Error::Damaged(format!("policy label {}: {e}", row.id)))
}

fn policy_id(id: LabelId) -> entente_policy::LabelId {
    entente_policy::LabelId(id.0)
}

fn viewer(snapshot: &Snapshot, actor: &Actor) -> Viewer {
    let mut viewer = Viewer::member(
        snapshot,
        actor.org.uuid,
        entente_policy::Permissions::from_bits(actor.role.permissions),
    );
    viewer.user = Some(actor.user.id.0);
    viewer.read_only = actor.read_only();
    viewer.authentication = if actor.key.is_some() {
        Authentication::Key
    } else {
        Authentication::Session
    };
    viewer
}

fn world(directory: &Directory, settings: &Settings) -> Snapshot {
    let orgs = directory.orgs().map(|org| {
        let facts = Org {
            nation: entente_policy::nation::from_country_name(&org.nationality),
            ..Org::default()
        };
        (org.uuid, facts)
    });
    let groups = directory.groups().map(|group| {
        let members = group
            .orgs
            .iter()
            .filter_map(|member| directory.org(member.org))
            .map(|org| org.uuid);
        let local_all_orgs = group
            .servers
            .iter()
            .any(|server| server.server == 0 && server.all_orgs);
        (
            group.uuid,
            SharingGroup {
                orgs: members.collect(),
                local_all_orgs,
            },
        )
    });
    let host = directory
        .org(settings.host_org())
        .map_or(Uuid::nil(), |org| org.uuid);
    Snapshot {
        version: directory.version,
        now: 0,
        host_org: host,
        directory: Arc::new(entente_policy::Directory::new(orgs, groups)),
        config: PolicyConfig {
            unpublished_private: settings.bool("MISP.unpublishedprivate"),
            delegation: settings.bool("MISP.delegation"),
            tlp_enforced: settings.bool("Entente.enforce_tlp"),
            ..PolicyConfig::default()
        },
    }
}
