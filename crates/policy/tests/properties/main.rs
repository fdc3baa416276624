//! The properties P1 to P10 of spec 10#1.5, over random worlds.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod lifting;
mod worlds;

use std::collections::BTreeSet;

use entente_policy::{
    Action, Distribution, LabelFacts, Layer, Link, Marks, Permission, Snapshot, State, Tlp, Verdict, Viewer,
    allows, allows_label, audience, decide, explain,
};
use lifting::{lift, rebuilt};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use worlds::{PURPOSES, action, event, facts, item_label, marks, org_uuid, own, read, viewer, world};

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1_000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(10),
        ..ProptestConfig::default()
    })]

    #[test]
    fn p1_deterministic_total_and_one_source(
        world in world(), viewer in viewer(), facts in facts(), action in action(),
    ) {
        let decision = decide(&world, &viewer, &facts, action);
        prop_assert_eq!(&decision, &decide(&world, &viewer, &facts, action));
        prop_assert_eq!(decision.allow, allows(&world, &viewer, &facts, action));
        prop_assert_eq!(decision.allow, decision.denying().next().is_none());
        prop_assert_eq!(decision.codes().is_empty(), decision.allow);
        prop_assert!(decision.allow || decision.obligations.is_empty());
        for step in decision.trace {
            if let Verdict::Deny(codes) = step.verdict {
                prop_assert!(codes.iter().count() > 0);
                prop_assert!(codes.iter().all(|code| code.layer() == step.layer));
            }
        }
        if !action.writes() {
            prop_assert_eq!(decision.allow, allows_label(&world, &viewer, &facts.label, action));
        }
    }

    #[test]
    fn p2_more_marks_never_allow_more(
        world in world(), viewer in viewer(), facts in facts(), more in marks(), action in action(),
    ) {
        // To nobody in particular TLP:CLEAR is a permission, not a restriction.
        prop_assume!(viewer.org.is_some() || more.tlp != Tlp::Clear);
        let mut stricter = facts.clone();
        stricter.label.marks = facts.label.marks.meet(&more);
        if allows(&world, &viewer, &stricter, action) {
            prop_assert!(allows(&world, &viewer, &facts, action));
        }
    }

    #[test]
    fn p3_more_grants_never_allow_less(
        world in world(), viewer in viewer(), facts in facts(), more in org_uuid(), action in action(),
    ) {
        let mut granted = facts.clone();
        granted.label.grants.insert(more);
        let before = decide(&world, &viewer, &facts, action);
        let after = decide(&world, &viewer, &granted, action);
        prop_assert!(after.allow || !before.allow);
        for (a, b) in before.trace.iter().zip(&after.trace) {
            if ![Layer::Base, Layer::Tlp, Layer::Orcon].contains(&a.layer) {
                prop_assert_eq!(a, b);
            }
        }
        let group = |l: &Link| l.distribution == Distribution::SharingGroup;
        if !facts.label.chain.iter().any(group) {
            prop_assert_eq!(before.trace[2], after.trace[2]);
        }
    }

    #[test]
    fn p4_meet_is_a_semilattice(a in marks(), b in marks(), c in marks()) {
        prop_assert_eq!(a.meet(&b).meet(&c), a.meet(&b.meet(&c)));
        prop_assert_eq!(a.meet(&b), b.meet(&a));
        prop_assert_eq!(a.meet(&a), a.clone());
        prop_assert_eq!(a.meet(&Marks::default()), a);
    }

    #[test]
    fn p5_owner_and_creator_sees_what_is_live(
        world in world(), viewer in viewer(), facts in facts(),
    ) {
        let mut facts = facts;
        let Some(org) = viewer.org else { return Ok(()) };
        let world = Snapshot {
            directory: rebuilt(&world, |org| org.suspended = false, |_| {}),
            ..world
        };
        facts.label.owner = org;
        facts.label.creator = org;
        facts.label.state = State::default();
        facts.label.realm.clone_from(&viewer.realm);
        prop_assert!(allows(&world, &viewer, &facts, Action::See));
    }

    #[test]
    fn p6_admins_pass_distribution_and_nothing_else(
        world in world(), viewer in viewer(), facts in facts(), action in read(),
    ) {
        let user = Viewer { break_glass: None, read_only: false, ..viewer };
        let user = Viewer { role: user.role.without(Permission::SiteAdmin), ..user };
        let admin = Viewer { role: user.role.with(Permission::SiteAdmin), ..user.clone() };
        let (of_user, of_admin) =
            (decide(&world, &user, &facts, action), decide(&world, &admin, &facts, action));
        prop_assert!(of_admin.allow || !of_user.allow);
        for (a, b) in of_user.trace.iter().zip(&of_admin.trace) {
            prop_assert!(a.layer == Layer::Base || a == b);
        }
    }

    #[test]
    fn p7_audience_is_everybody_who_may(world in world(), facts in facts(), action in action()) {
        let pointwise: BTreeSet<_> = world
            .directory
            .orgs()
            .map(|(uuid, _)| uuid)
            .filter(|org| {
                let member = Viewer::representative(&world, *org, &facts.label.realm);
                allows(&world, &member, &facts, action)
            })
            .collect();
        prop_assert_eq!(audience(&world, &facts, action), pointwise);
    }

    #[test]
    fn p8_a_denial_names_exactly_what_denies(
        world in world(), viewer in viewer(), facts in facts(),
        action in prop_oneof![read(), Just(Action::Propose), Just(Action::Annotate)],
    ) {
        let role = viewer.role.without(Permission::SiteAdmin).without(Permission::BreakGlass);
        let case = (world, Viewer { role, read_only: false, break_glass: None, ..viewer }, facts);
        let denying: Vec<_> = decide(&case.0, &case.1, &case.2, action).denying().collect();
        let lifted = |layers: &[Layer]| {
            let (world, viewer, facts) =
                layers.iter().fold(case.clone(), |case, layer| lift(case, *layer));
            allows(&world, &viewer, &facts, action)
        };
        prop_assert!(lifted(&denying), "{denying:?}");
        for spared in &denying {
            let others: Vec<_> = denying.iter().copied().filter(|l| l != spared).collect();
            prop_assert!(!lifted(&others), "{spared:?} of {denying:?}");
        }
    }

    #[test]
    fn p9_whoever_sees_a_part_sees_the_whole(
        world in world(), viewer in viewer(), event in event(), object in option::of(own()),
        item in own(), action in read(),
    ) {
        let part = item_label(&event, object.as_ref(), &item);
        let whole = object.as_ref().map(|object| item_label(&event, None, object));
        if allows_label(&world, &viewer, &part, action) {
            prop_assert!(allows_label(&world, &viewer, &event, action));
            if let Some(whole) = whole {
                prop_assert!(allows_label(&world, &viewer, &whole, action));
            }
        }
    }

    #[test]
    fn p10_explanations_hold_no_data(
        world in world(), viewer in viewer(), facts in facts(), action in action(),
    ) {
        // Two items that are decided alike are explained alike, whatever else they hold.
        let decision = decide(&world, &viewer, &facts, action);
        let sentences = explain(&decision);
        prop_assert!(!sentences.is_empty());
        let codes: Vec<_> = sentences.iter().filter_map(|s| s.code).collect();
        prop_assert_eq!(codes, decision.codes().iter().collect::<Vec<_>>());
        for sentence in sentences {
            prop_assert!(!sentence.text.contains(char::is_numeric));
            prop_assert!(PURPOSES.iter().all(|purpose| !sentence.text.contains(purpose)));
        }
    }

    #[test]
    fn without_a_label_of_its_own_an_item_is_decided_like_its_event(
        world in world(), viewer in viewer(), event in event(), object in option::of(own()),
        item in own(), action in read(),
    ) {
        // The chain written out in full, as the specification has it, decides the same.
        let mut full = event.clone();
        for own in object.iter().chain([&item]) {
            full.chain.push(own.link);
            full.marks = full.marks.meet(&own.marks);
            full.state = own.state.within(full.state);
            if let Some(covered) = &own.grants {
                full.grants.retain(|org| covered.contains(org));
            }
        }
        let part = item_label(&event, object.as_ref(), &item);
        let by_label = allows_label(&world, &viewer, &part, action);
        let in_full = allows_label(&world, &viewer, &full, action);
        // The label may be stricter, where the full chain would show a part of something hidden.
        let event_seen = allows_label(&world, &viewer, &event, action);
        let object_seen = object.as_ref().is_none_or(|object| {
            allows_label(&world, &viewer, &item_label(&event, None, object), action)
        });
        prop_assert_eq!(by_label, in_full && event_seen && object_seen);
    }

    #[test]
    fn labels_round_trip(facts in facts()) {
        let text = facts.label.to_canonical_json().unwrap();
        prop_assert_eq!(LabelFacts::from_json(&text).unwrap(), facts.label);
    }

    #[test]
    fn reading_tags_never_panics(tags in vec("\\PC{0,40}", 0..4)) {
        let (marks, _) = Marks::from_tags(tags.iter().map(String::as_str));
        prop_assert_eq!(marks.meet(&marks), marks);
    }

    #[test]
    fn control_tags_with_any_value_restrict_or_say_nothing(
        key in prop::sample::select(vec!["rel", "not-rel", "orcon", "purpose", "embargo", "expires"]),
        value in "\\PC{0,12}",
    ) {
        let tag = format!("entente:{key}=\"{value}\"");
        let (marks, findings) = Marks::from_tags([tag.as_str()]);
        let off = key == "orcon" && value.trim().eq_ignore_ascii_case("false");
        prop_assert!(off || !marks.is_unrestricted() || !findings.is_empty(), "{tag}");
    }
}
