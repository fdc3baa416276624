//! The worked examples of spec 10#1.10, in its numbering. Those about sharing with peers
//! (15 to 18) belong to the release to peers and stand there.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::sync::Arc;

use entente_policy::{
    Action, Directory, Distribution, ExportFormat, Facts, LabelFacts, Layer, Link, Marks, Org,
    OwnRestriction, Permission, Permissions, PolicyConfig, SharingGroup, Snapshot, UseClass, Viewer, decide,
    nation,
};
use uuid::Uuid;

const A: Uuid = Uuid::from_u128(0xa);
const B: Uuid = Uuid::from_u128(0xb);
const C: Uuid = Uuid::from_u128(0xc);
const GROUP_AB: Uuid = Uuid::from_u128(0xab);
const GROUP_OPEN: Uuid = Uuid::from_u128(0xff);
const LOOKUP: Action = Action::Use(UseClass::Lookup);

fn world() -> Snapshot {
    let org = |country| Org {
        nation: nation::from_country_name(country),
        ..Org::default()
    };
    let group = |orgs: &[Uuid], local_all_orgs| SharingGroup {
        orgs: orgs.iter().copied().collect(),
        local_all_orgs,
    };
    Snapshot {
        version: 1,
        now: 0,
        host_org: A,
        directory: Arc::new(Directory::new(
            [(A, org("Israel")), (B, org("United States")), (C, org("France"))],
            [(GROUP_AB, group(&[A, B], false)), (GROUP_OPEN, group(&[], true))],
        )),
        config: PolicyConfig::default(),
    }
}

fn level(distribution: u8) -> Link {
    Link::of(Distribution::try_from(distribution).unwrap())
}

fn event(link: Link, tags: &[&str]) -> LabelFacts {
    let mut label = LabelFacts::event(A, A, link);
    label.marks = Marks::from_tags(tags.iter().copied()).0;
    label
}

fn item(event: &LabelFacts, link: Link, tags: &[&str]) -> LabelFacts {
    let own = OwnRestriction {
        link,
        marks: Marks::from_tags(tags.iter().copied()).0,
        ..OwnRestriction::default()
    };
    LabelFacts::for_item(event, None, &own).unwrap_or_else(|| event.clone())
}

/// The layers that deny an ordinary member.
fn denies(org: Uuid, label: &LabelFacts, action: Action) -> Vec<Layer> {
    let world = world();
    let viewer = Viewer::member(&world, org, Permissions::NONE);
    layers(&world, &viewer, label, action)
}

fn layers(world: &Snapshot, viewer: &Viewer, label: &LabelFacts, action: Action) -> Vec<Layer> {
    let decision = decide(world, viewer, &Facts::from(label.clone()), action);
    let denying: Vec<_> = decision.denying().collect();
    assert_eq!(decision.allow, denying.is_empty());
    denying
}

#[test]
fn v01_community_is_for_everybody_here() {
    assert_eq!(denies(B, &event(level(1), &[]), Action::See), []);
}

#[test]
fn v02_red_names_nobody_in_a_community() {
    assert_eq!(
        denies(B, &event(level(1), &["tlp:red"]), Action::See),
        [Layer::Tlp]
    );
}

#[test]
fn v03_red_in_a_sharing_group() {
    let red = event(Link::group(GROUP_AB), &["tlp:red"]);
    assert_eq!(denies(B, &red, Action::See), []);
    assert_eq!(denies(C, &red, Action::See), [Layer::Base, Layer::Tlp]);
}

#[test]
fn v04_releasable_to_two_nations() {
    let rel = event(level(3), &["entente:rel=\"ISR\"", "entente:rel=\"USA\""]);
    assert_eq!(denies(B, &rel, Action::See), []);
    assert_eq!(denies(C, &rel, Action::See), [Layer::Releasability]);
}

#[test]
fn v05_lists_of_two_levels_intersect() {
    let outer = event(level(3), &["entente:rel=\"ISR\""]);
    let attribute = item(&outer, level(5), &["entente:rel=\"USA\""]);
    assert_eq!(denies(A, &attribute, Action::See), []);
    assert_eq!(denies(B, &attribute, Action::See), [Layer::Releasability]);
}

#[test]
fn v06_excluded() {
    let tag = format!("entente:not-rel=\"org:{C}\"");
    assert_eq!(
        denies(C, &event(level(3), &[&tag]), Action::See),
        [Layer::Releasability]
    );
}

#[test]
fn v07_reading_follows_the_owner() {
    let foreign = LabelFacts {
        owner: B,
        ..event(level(0), &[])
    };
    assert_eq!(denies(A, &foreign, Action::See), [Layer::Base]);
    assert_eq!(denies(B, &foreign, Action::See), []);
}

#[test]
fn v08_unpublished_may_be_private() {
    let mut world = world();
    world.config.unpublished_private = true;
    let viewer = Viewer::member(&world, B, Permissions::NONE);
    let mut label = event(level(1), &[]);
    assert_eq!(layers(&world, &viewer, &label, Action::See), [Layer::Base]);
    label.published = true;
    assert_eq!(layers(&world, &viewer, &label, Action::See), []);
}

#[test]
fn v09_all_organisations_are_not_named() {
    let orcon = event(Link::group(GROUP_OPEN), &["entente:orcon=\"true\""]);
    assert_eq!(denies(B, &orcon, Action::See), [Layer::Orcon]);
}

#[test]
fn v10_the_object_restricts_its_attributes() {
    let outer = event(level(1), &[]);
    let object = OwnRestriction {
        link: Link::group(GROUP_AB),
        ..OwnRestriction::default()
    };
    let label = LabelFacts::for_item(&outer, Some(&object), &OwnRestriction::default()).unwrap();
    assert_eq!(denies(C, &label, Action::See), [Layer::Base]);
    assert_eq!(denies(B, &label, Action::See), []);
}

#[test]
fn v11_an_attribute_for_its_owner() {
    let outer = event(level(1), &[]);
    assert_eq!(
        denies(B, &item(&outer, level(0), &[]), Action::See),
        [Layer::Base]
    );
    assert_eq!(denies(B, &outer, Action::See), []);
}

#[test]
fn v12_pap_amber_permits_lookup_not_blocking() {
    let amber = event(level(3), &["PAP:AMBER"]);
    assert_eq!(denies(B, &amber, Action::Export(ExportFormat::Rpz)), [Layer::Use]);
    assert_eq!(denies(B, &amber, LOOKUP), []);
}

#[test]
fn v13_two_policies_on_use_intersect() {
    let tags = [
        "PAP:AMBER",
        "iep2-policy:permitted_actions=\"internally-visible-actions\"",
    ];
    let label = event(level(3), &tags);
    assert_eq!(denies(B, &label, LOOKUP), [Layer::Use]);
    assert_eq!(denies(B, &label, Action::Use(UseClass::Passive)), []);
}

#[test]
fn v14_site_admins_are_bound_by_marks_until_they_break_the_glass() {
    let world = world();
    let role = Permissions::of(&[Permission::SiteAdmin]);
    let mut admin = Viewer::member(&world, C, role);
    let label = event(level(3), &["entente:rel=\"ISR\""]);
    assert_eq!(
        layers(&world, &admin, &label, Action::See),
        [Layer::Releasability]
    );
    admin.break_glass = Some(Uuid::from_u128(1));
    assert_eq!(layers(&world, &admin, &label, Action::See), []);
    admin.read_only = true;
    assert_eq!(
        layers(&world, &admin, &label, Action::See),
        [Layer::Releasability]
    );
}

#[test]
fn v19_realms_do_not_mix() {
    let exercise = LabelFacts {
        realm: "ex-1".to_owned(),
        ..event(level(3), &[])
    };
    assert_eq!(denies(A, &exercise, Action::See), [Layer::Realm]);
}

#[test]
fn v20_the_unreadable_is_for_the_creator() {
    let label = event(level(3), &["entente:rel=\"XX!\""]);
    assert_eq!(denies(A, &label, Action::See), []);
    assert_eq!(denies(B, &label, Action::See), [Layer::Releasability]);
}

#[test]
fn a_pending_delegation_shows_the_event_to_its_addressee() {
    let mut world = world();
    let mut label = event(level(0), &[]);
    label.delegates = BTreeSet::from([B]);
    let viewer = Viewer::member(&world, B, Permissions::NONE);
    assert_eq!(layers(&world, &viewer, &label, Action::See), []);
    let hidden = item(&label, Link::group(GROUP_OPEN), &[]);
    assert_eq!(layers(&world, &viewer, &hidden, Action::See), []);
    let own = item(&event(level(1), &[]), level(0), &[]);
    assert_eq!(layers(&world, &viewer, &own, Action::See), [Layer::Base]);
    world.config.delegation = false;
    assert_eq!(layers(&world, &viewer, &label, Action::See), [Layer::Base]);
}

#[test]
fn an_attribute_cannot_name_readers_that_its_event_does_not_have() {
    let outer = event(level(1), &["tlp:red"]);
    let attribute = item(&outer, Link::group(GROUP_AB), &[]);
    assert_eq!(denies(B, &outer, Action::See), [Layer::Tlp]);
    assert_eq!(denies(B, &attribute, Action::See), [Layer::Tlp]);
    let inner = item(&event(level(1), &[]), Link::group(GROUP_AB), &["tlp:red"]);
    assert_eq!(denies(B, &inner, Action::See), []);
}
