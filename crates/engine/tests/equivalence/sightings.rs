//! Sightings under each policy, with and without names.
use crate::Look;
use crate::setting::Scene;
use entente_engine::sighting::{self, Filter, Tally};
use entente_engine::{Class, Ctx};
use entente_model::id::{ElementId, OrgId, Ref};
use entente_model::level::SightingKind;
use entente_model::sighting::Sighting;
use entente_policy::Permission;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// The settings that decide.
#[derive(Debug, Clone)]
pub struct Rules {
    policy: i64,
    anonymise: bool,
    stand_in: Option<OrgId>,
}

impl Rules {
    /// Everybody sees all, with names.
    pub fn everybody() -> Self {
        Self {
            policy: 2,
            anonymise: false,
            stand_in: None,
        }
    }
}

/// The sighting as the caller is shown it: its id and the organisation's. spec: 05#4
fn shown(look: &Look<'_>, rules: &Rules, row: &Sighting) -> Option<(i64, i64)> {
    let viewer = &look.oracle.viewer;
    let own = look.caller.actor.org_id();
    let event = look.world.event(row.attribute.event());
    let sighted = || {
        let mut rows = look.world.attributes_of(event.id).iter();
        rows.any(|row| look.world.sightings_of(row.id).any(|other| other.org == own))
    };
    let seen = viewer.is_site_admin()
        || event.org == own
        || row.org == own
        || match rules.policy {
            1 => sighted(),
            2 => true,
            3 => row.org == OrgId(1),
            _ => false,
        };
    let name = match rules.stand_in {
        _ if viewer.is_site_admin() || row.org == own => row.org,
        Some(org) if viewer.has(Permission::Sync) => org,
        _ if rules.anonymise => OrgId::NONE,
        _ => row.org,
    };
    (seen && look.oracle.attribute_id(row.attribute)).then_some((row.id, name.0))
}

/// What is shown of the sightings of one attribute, by id.
pub fn expected_of(look: &Look<'_>, attribute: ElementId, rules: &Rules) -> Vec<(i64, i64)> {
    look.world
        .sightings_of(attribute)
        .filter_map(|row| shown(look, rules, row))
        .collect()
}

/// How many there are, how many confirm, the newest of those, the first and the last.
pub type Sum = (u32, u32, Option<i64>, Option<(i64, i64)>);

pub fn sum(tally: &Tally) -> Sum {
    (tally.all, tally.confirming, tally.newest, tally.span)
}

/// What the sightings of an attribute that the caller is shown add up to.
pub fn expected_sum(look: &Look<'_>, attribute: ElementId, rules: &Rules) -> Sum {
    let rows = look.world.sightings_of(attribute);
    let rows: Vec<&Sighting> = rows.filter(|row| shown(look, rules, row).is_some()).collect();
    let confirming = || rows.iter().filter(|row| row.kind == SightingKind::Sighting);
    let dates = || rows.iter().map(|row| row.date);
    (
        u32::try_from(rows.len()).unwrap(),
        u32::try_from(confirming().count()).unwrap(),
        confirming().map(|row| row.date).max(),
        dates().min().zip(dates().max()),
    )
}

pub async fn check(scene: &Scene) {
    let stand_in = scene.world.people.orgs[2].id;
    for policy in 0..=3 {
        for (anonymise, stand_in) in [(false, None), (true, None), (true, Some(stand_in))] {
            let rules = Rules {
                policy,
                anonymise,
                stand_in,
            };
            scene
                .set(&[
                    ("Plugin.Sightings_policy", policy.to_string()),
                    ("Plugin.Sightings_anonymise", anonymise.to_string()),
                    (
                        "Plugin.Sightings_anonymise_as",
                        stand_in.map_or(0, |org| org.0).to_string(),
                    ),
                ])
                .await;
            let looked = scene.each_caller(move |ctx, look| listed(ctx, look, &rules));
            assert!(looked.await > 0, "nobody is shown a sighting");
        }
    }
}

fn listed(ctx: &mut Ctx<'_, '_>, look: &Look<'_>, rules: &Rules) -> usize {
    let live = |row: &&Sighting| !look.world.attribute(row.attribute).unwrap().deleted;
    let all: Vec<(i64, i64)> = look
        .world
        .sightings
        .iter()
        .filter(live)
        .filter_map(|row| shown(look, rules, row))
        .collect();
    look.same("sighting::each", &each(ctx, &Filter::default()), &all);
    // Who asks by organisation is answered by the names that are shown.
    for org in look.world.people.orgs.iter().map(|org| org.id.0).chain([0]) {
        let by = Filter {
            any_org: Some(vec![org]),
            ..Filter::default()
        };
        let expected = all.iter().copied().filter(|(_, name)| *name == org);
        look.same(
            "sighting::each by organisation",
            &each(ctx, &by),
            &expected.collect(),
        );
        let without = Filter {
            no_org: vec![org],
            ..Filter::default()
        };
        let expected = all.iter().copied().filter(|(_, name)| *name != org);
        look.same(
            "sighting::each without organisation",
            &each(ctx, &without),
            &expected.collect(),
        );
    }
    let newest = sighting::newest_first(ctx, &Filter::default()).unwrap();
    let newest: BTreeSet<_> = newest
        .iter()
        .map(|row| (row.sighting.id, row.sighting.org.0))
        .collect();
    look.same("sighting::newest_first", &newest, &all.iter().copied().collect());
    single(ctx, look, &all);
    on_events(ctx, look, rules);
    all.len()
}

fn each(ctx: &mut Ctx<'_, '_>, filter: &Filter) -> Vec<(i64, i64)> {
    let mut found = Vec::new();
    sighting::each(ctx, filter, |_, rows| {
        found.extend(rows.iter().map(|row| (row.sighting.id, row.sighting.org.0)));
        Ok(())
    })
    .unwrap();
    found
}

fn single(ctx: &mut Ctx<'_, '_>, look: &Look<'_>, all: &[(i64, i64)]) {
    for row in look.world.sightings.iter().step_by(7) {
        let found = sighting::find(ctx, Some(Ref::Uuid(row.uuid)));
        if all.iter().any(|(id, _)| *id == row.id) {
            look.same("sighting::find", &found.unwrap().sighting.id, &row.id);
        } else {
            assert_eq!(found.err().unwrap().class(), Class::NotFound);
        }
    }
}

fn on_events(ctx: &mut Ctx<'_, '_>, look: &Look<'_>, rules: &Rules) {
    for event in look.sampled(&look.world.events) {
        if !look.oracle.event(event) {
            continue;
        }
        let (low, high) = event.id.element_range();
        let mut found: Vec<_> = sighting::of_attributes(ctx, event, ElementId(low), ElementId(high))
            .unwrap()
            .into_iter()
            // The caller of the function has read the attributes through its scope.
            .filter(|row| look.oracle.attribute_id(row.attribute))
            .map(|row| (row.id, row.org.0))
            .collect();
        found.sort_unstable();
        let attributes = look.world.attributes_of(event.id).iter();
        let mut expected: Vec<_> = attributes
            .flat_map(|row| expected_of(look, row.id, rules))
            .collect();
        expected.sort_unstable();
        look.same("sighting::of_attributes", &found, &expected);
        let seen = || {
            let rows = look.world.attributes_of(event.id).iter();
            rows.filter(|row| look.oracle.attribute(row))
        };
        let owners: HashMap<ElementId, OrgId> = seen().map(|row| (row.id, event.org)).collect();
        let mut found: Vec<_> = sighting::of_page(ctx, &owners)
            .unwrap()
            .iter()
            .map(|row| (row.id, row.org.0))
            .collect();
        found.sort_unstable();
        look.same("sighting::of_page", &found, &expected);
        let found = sighting::tallies(ctx, &owners).unwrap();
        for row in seen() {
            let tally = found.get(&row.id).copied().unwrap_or_default();
            look.same(
                "sighting::tallies",
                &sum(&tally),
                &expected_sum(look, row.id, rules),
            );
        }
        let uuids: Vec<Uuid> = look.world.sightings.iter().map(|row| row.uuid).collect();
        let found: BTreeSet<Uuid> = sighting::known(ctx, Some(Ref::Id(event.id.0)), &uuids)
            .unwrap()
            .into_iter()
            .collect();
        let live = seen().filter(|row| !row.deleted);
        let expected = live.flat_map(|row| look.world.sightings_of(row.id));
        look.same("sighting::known", &found, &expected.map(|row| row.uuid).collect());
    }
}
