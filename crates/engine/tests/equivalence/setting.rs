//! An instance that holds a random world, and the callers who look at it.
use crate::Look;
use crate::callers::{self, Caller};
use entente_engine::Ctx;
use entente_model::administration::LogRow;
use entente_model::time::Day;
use entente_store::meta::set_setting;
use entente_testkit::instance::{START, TestInstance};
use entente_testkit::world::{Chance, Oracle, Size, World};
use std::sync::Arc;

pub struct Scene {
    pub instance: TestInstance,
    pub world: Arc<World>,
    pub callers: Vec<Arc<Caller>>,
    log: Arc<Vec<LogRow>>,
    /// Every n-th event is looked at as a whole by each caller.
    every: usize,
}

/// Values in more attributes than this do not correlate, so that some do not.
pub const CORRELATION_LIMIT: i64 = 12;

/// Whether the world of the acceptance is asked for.
pub fn is_full() -> bool {
    std::env::var("ENTENTE_EQUIVALENCE").is_ok_and(|form| form == "full")
}

fn size(full: bool) -> Size {
    let (orgs, groups, events) = if full { (24, 12, 2_600) } else { (6, 4, 30) };
    let things = usize::try_from(events).unwrap();
    Size {
        orgs,
        groups,
        events: (events, events),
        around: 2,
        sightings: things * 5,
        annotations: things * 4,
        clusters: things / 2,
        collaboration: things / 2,
        host: None,
        local_only: true,
        epoch: START - 400_000,
        days: (Day(Day::of(START).0 - 450), Day::of(START)),
        values: if full { 4_000 } else { 0 },
        files: Vec::new(),
        odd: 25,
    }
}

impl Scene {
    pub async fn new(instance: TestInstance, seed: u64) -> Self {
        let full = is_full();
        let host = entente_model::id::OrgId(1);
        let files = [b"one", b"two"].map(|content| instance.app.blobs().put(content).unwrap());
        let size = Size {
            host: instance.app.directory().org(host).map(|org| org.as_ref().clone()),
            files: files.to_vec(),
            ..size(full)
        };
        let hasher = instance.app.hasher().clone();
        let world = instance.app.write_system(move |tx| {
            let world = World::build(tx, &mut Chance::new(seed), &size, hasher.clone())?;
            let config = world.snapshot.config;
            for (name, value) in [
                ("MISP.unpublishedprivate", config.unpublished_private),
                ("MISP.delegation", config.delegation),
                ("Entente.enforce_tlp", config.tlp_enforced),
            ] {
                set_setting(tx, name, if value { "true" } else { "false" })?;
            }
            set_setting(tx, "MISP.correlation_limit", &CORRELATION_LIMIT.to_string())?;
            set_setting(tx, "Plugin.Sightings_policy", "2")?;
            set_setting(tx, "Security.hide_organisation_index_from_users", "true")?;
            crate::logs::write(tx, &world)?;
            Ok(world)
        });
        let world = Arc::new(world.await.unwrap());
        assert!(
            !full || world.label_count() >= 10_000,
            "{} labels",
            world.label_count()
        );
        let callers = callers::make(&instance, &world, if full { 200 } else { 14 }).await;
        let log = instance.app.read_system(crate::logs::stored).await.unwrap();
        Self {
            instance,
            world,
            callers,
            log: Arc::new(log),
            every: if full { 50 } else { 1 },
        }
    }

    /// Runs `f` for each caller in a transaction of its own; sums up what it answers.
    pub async fn each_caller(
        &self,
        f: impl Fn(&mut Ctx<'_, '_>, &Look<'_>) -> usize + Clone + Send + 'static,
    ) -> usize {
        let mut sum = 0;
        for (at, caller) in self.callers.iter().enumerate() {
            let (world, caller, f) = (Arc::clone(&self.world), Arc::clone(caller), f.clone());
            let log = Arc::clone(&self.log);
            let sample = (at % self.every, self.every);
            let actor = Arc::clone(&caller.actor);
            let looked = self.instance.app.read(actor, move |ctx| {
                let look = Look {
                    oracle: Oracle::new(&world, caller.viewer.clone()),
                    world: &world,
                    caller: &caller,
                    log: &log,
                    sample,
                };
                Ok(f(ctx, &look))
            });
            sum += looked.await.unwrap();
        }
        sum
    }

    pub async fn set(&self, settings: &[(&str, String)]) {
        let settings: Vec<(String, String)> = settings
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect();
        let write = move |tx: &mut entente_db::Tx<'_>| {
            settings
                .iter()
                .try_for_each(|(name, value)| Ok(set_setting(tx, name, value)?))
        };
        self.instance.app.write_system(write).await.unwrap();
    }
}
