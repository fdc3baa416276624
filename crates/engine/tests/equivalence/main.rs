//! Whatever a caller reads through a service is what the policy allows, no more and no less: for a random
//! instance with events, what is in them and what hangs on them, libraries and people, and for callers of every
//! role. The naive side is `entente_testkit::world::Oracle`, which asks `decide` about each thing and everything
//! around it and knows neither labels nor SQL. spec: 10#1.5, 10#1.9, 11#SR-AZ-7
//!
//! `ENTENTE_EQUIVALENCE=full` makes the world of the acceptance: 10,000 labels and 200 callers
//! (`cargo xtask test --full`).
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failure is the test's outcome"
)]

mod annotations;
mod callers;
mod collaboration;
mod correlations;
mod elements;
mod events;
mod figures;
mod galaxies;
mod lists;
mod logs;
mod setting;
mod sightings;

use entente_engine::Ctx;
use entente_testkit::instance::TestInstance;
use entente_testkit::instance_test;
use entente_testkit::world::{Oracle, World};
use setting::Scene;

/// One caller looking at the world.
struct Look<'a> {
    world: &'a World,
    oracle: Oracle<'a>,
    caller: &'a callers::Caller,
    /// All rows of the log.
    log: &'a [entente_model::administration::LogRow],
    /// Every n-th event is looked at as a whole, starting with some.
    sample: (usize, usize),
}

impl<'a> Look<'a> {
    /// Where the world is large each caller looks at a part of it.
    fn sampled<T>(&self, rows: &'a [T]) -> impl Iterator<Item = &'a T> + use<'a, T> {
        let (first, every) = self.sample;
        rows.iter().skip(first).step_by(every)
    }

    /// What a path delivers against what the oracle allows.
    #[track_caller]
    fn same<T: PartialEq + std::fmt::Debug>(&self, path: &str, found: &T, expected: &T) {
        assert!(
            found == expected,
            "{path}\n   found {found:?}\nexpected {expected:?}\nfor {:?} of {:?}, read-only {}",
            self.caller.viewer.role,
            self.caller.viewer.org,
            self.caller.viewer.read_only
        );
    }
}

fn check(ctx: &mut Ctx<'_, '_>, look: &Look<'_>) {
    events::check(ctx, look);
    elements::check(ctx, look);
    lists::check(ctx, look);
    correlations::check(ctx, look);
    collaboration::check(ctx, look);
    annotations::check(ctx, look);
    galaxies::check(ctx, look);
    figures::check(ctx, look);
    logs::check(ctx, look);
}

async fn try_world(instance: TestInstance, seed: u64) {
    let scene = Scene::new(instance, seed).await;
    let seen = scene.each_caller(|ctx, look| {
        check(ctx, look);
        let events = look.world.events.iter();
        events.filter(|event| look.oracle.event(event)).count()
    });
    assert!(
        seen.await > scene.world.events.len(),
        "the callers see next to nothing"
    );
}

instance_test! {
    async fn callers_read_what_the_policy_allows(instance: TestInstance) {
        try_world(instance, 11).await;
    }

    async fn callers_read_what_the_policy_allows_elsewhere(instance: TestInstance) {
        // The large form is about one large world.
        if !setting::is_full() {
            try_world(instance, 3).await;
        }
    }

    async fn sightings_follow_their_policy(instance: TestInstance) {
        sightings::check(&Scene::new(instance, 2).await).await;
    }
}
