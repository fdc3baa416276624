//! The exhaustive small model of spec 10#1.5: every combination of three organisations, links,
//! ownership, marks and viewers, each decision compared with an independently written oracle.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod conditions;
mod oracle;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use entente_policy::{
    Action, Category, Directory, Distribution, Facts, LabelFacts, Lens, Link, Marks, Org, Permission,
    Permissions, PolicyConfig, SharingGroup, Snapshot, Tlp, Viewer, nation,
};
use oracle::{A, B, C, Level, Model};
use uuid::Uuid;

const ORGS: [Uuid; 3] = [Uuid::from_u128(0xa), Uuid::from_u128(0xb), Uuid::from_u128(0xc)];
const ACTIONS: [Action; 3] = [Action::See, Action::Edit, Action::Tag { local: true }];
const TLP: [Tlp; 6] = [
    Tlp::None,
    Tlp::Clear,
    Tlp::Green,
    Tlp::Amber,
    Tlp::AmberStrict,
    Tlp::Red,
];

/// Releasability: lists of tags, beside the organisations they admit.
const REL: [(&[&[&str]], u8); 7] = [
    (&[], A | B | C),
    (&[&["ISR"]], A),
    (&[&["USA"]], B),
    (&[&["ISR", "USA"]], A | B),
    (&[&["cat:gov"], &["USA", "FRA"]], B),
    (&[&["FRA+grp:east", "ISR+cat:mil"]], C),
    (&[&[]], 0),
];

/// Sharing groups: members, and whether all organisations of the instance are admitted.
const GROUPS: [(u8, bool); 5] = [
    (0, false),
    (A, false),
    (A | B, false),
    (A | B | C, false),
    (A, true),
];

fn org(country: &str, categories: &[Category], groups: &[&str], purposes: &[&str]) -> Org {
    Org {
        nation: nation::from_country_name(country),
        categories: categories.iter().copied().collect(),
        groups: groups.iter().map(|g| (*g).to_owned()).collect(),
        purposes: purposes.iter().map(|p| (*p).to_owned()).collect(),
        ..Org::default()
    }
}

fn members(mask: u8) -> BTreeSet<Uuid> {
    (0..3).filter(|i| mask & (1 << i) != 0).map(|i| ORGS[i]).collect()
}

fn group_uuid(index: usize) -> Uuid {
    Uuid::from_u128(0x100 + u128::try_from(index).unwrap())
}

fn world() -> Snapshot {
    let orgs = [
        (
            ORGS[0],
            org("Israel", &[Category::Government], &[], &["defence", "research"]),
        ),
        (
            ORGS[1],
            org("United States", &[Category::Government], &[], &["research"]),
        ),
        (
            ORGS[2],
            org("France", &[Category::Industry], &["east"], &["defence"]),
        ),
    ];
    let groups = GROUPS.iter().enumerate().map(|(i, (mask, all))| {
        (
            group_uuid(i),
            SharingGroup {
                orgs: members(*mask),
                local_all_orgs: *all,
            },
        )
    });
    Snapshot {
        version: 1,
        now: 1_000,
        host_org: ORGS[0],
        directory: Arc::new(Directory::new(orgs, groups)),
        config: PolicyConfig {
            unpublished_private: true,
            ..PolicyConfig::default()
        },
    }
}

/// Links with levels 0 to 3, five sharing groups, and for inner links 5.
fn links(inner: bool) -> Vec<(Link, Level)> {
    let plain = [
        (Distribution::Organisation, Level::Nobody),
        (Distribution::Community, Level::Everybody),
        (Distribution::Connected, Level::Everybody),
        (Distribution::All, Level::Everybody),
    ];
    let mut links: Vec<_> = plain.map(|(d, level)| (Link::of(d), level)).into();
    links.extend(GROUPS.iter().enumerate().map(|(i, (mask, all))| {
        (
            Link::group(group_uuid(i)),
            Level::Group {
                listed: *mask,
                all: *all,
            },
        )
    }));
    if inner {
        links.push((Link::of(Distribution::Inherit), Level::Everybody));
    }
    links
}

struct Marking {
    marks: Marks,
    tlp: u8,
    rel: u8,
    not_rel: u8,
    orcon: bool,
    serves: u8,
    grants: u8,
}

fn markings() -> Vec<Marking> {
    let mut all = Vec::new();
    for bits in 0..TLP.len() * REL.len() * 16 {
        let (tlp, rest) = (bits % TLP.len(), bits / TLP.len());
        let (rel, flags) = (rest % REL.len(), rest / REL.len());
        let (lists, admitted) = REL[rel];
        let mut marks = Marks {
            tlp: TLP[tlp],
            orcon: flags & 1 != 0,
            ..Marks::default()
        };
        for list in lists {
            marks.require(&list.iter().map(|p| p.parse().unwrap()).collect());
        }
        if flags & 2 != 0 {
            marks.not_rel.insert(format!("org:{}", ORGS[2]).parse().unwrap());
        }
        if flags & 4 != 0 {
            marks.purposes = Some(BTreeSet::from(["research".to_owned()]));
        }
        all.push(Marking {
            tlp: u8::try_from(tlp).unwrap(),
            rel: admitted,
            not_rel: if flags & 2 != 0 { C } else { 0 },
            orcon: marks.orcon,
            serves: if flags & 4 != 0 { A | B } else { A | B | C },
            grants: if flags & 8 != 0 { C } else { 0 },
            marks,
        });
    }
    all
}

fn viewers(world: &Snapshot) -> Vec<Viewer> {
    let user = Permissions::of(&[Permission::ModifyOrg, Permission::Tagger]);
    [user, user.with(Permission::SiteAdmin)]
        .into_iter()
        .flat_map(|role| ORGS.map(|org| Viewer::member(world, org, role)))
        .collect()
}

#[test]
fn policy_small_model() {
    let world = world();
    let viewers = viewers(&world);
    let markings = markings();
    let (objects, decisions) = (AtomicU64::new(0), AtomicU64::new(0));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for share in markings.chunks(markings.len().div_ceil(threads)) {
            let (world, viewers) = (&world, &viewers);
            let (objects, decisions) = (&objects, &decisions);
            scope.spawn(move || {
                for marking in share {
                    let (o, d) = compare(world, viewers, marking);
                    objects.fetch_add(o, Ordering::Relaxed);
                    decisions.fetch_add(d, Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(objects.into_inner(), 7_257_600);
    assert_eq!(decisions.into_inner(), 130_636_800);
}

/// Compares every object with these marks; returns how many objects and decisions that were.
fn compare(world: &Snapshot, viewers: &[Viewer], marking: &Marking) -> (u64, u64) {
    let lenses: Vec<Lens<'_>> = viewers.iter().map(|v| Lens::new(world, v)).collect();
    let (outer, inner) = (links(false), links(true));
    let mut label = LabelFacts::event(ORGS[0], ORGS[0], outer[0].0);
    label.marks = marking.marks.clone();
    label.grants = members(marking.grants);
    label.chain = vec![outer[0].0; 3];
    let mut facts = Facts::from(label);
    let (mut objects, mut decisions) = (0, 0);
    for (event, event_level) in &outer {
        for (object, object_level) in &inner {
            for (item, item_level) in &inner {
                facts.label.chain.copy_from_slice(&[*event, *object, *item]);
                for bits in 0..12 {
                    let (owner, creator, published) = (bits % 2, bits / 2 % 3, bits / 6 == 1);
                    facts.label.owner = ORGS[owner];
                    facts.label.creator = ORGS[creator];
                    facts.label.published = published;
                    let expected = Model {
                        levels: [*event_level, *object_level, *item_level],
                        owner: 1 << owner,
                        creator: 1 << creator,
                        published,
                        tlp: marking.tlp,
                        rel: marking.rel,
                        not_rel: marking.not_rel,
                        orcon: marking.orcon,
                        serves: marking.serves,
                        grants: marking.grants,
                        host: A,
                    }
                    .answer();
                    objects += 1;
                    decisions += check(&lenses, &facts, &expected, objects % 97 == 0);
                }
            }
        }
    }
    (objects, decisions)
}

/// `expected[action][admin]` is the set of organisations that may; `traced` also asks for the trace.
fn check(lenses: &[Lens<'_>], facts: &Facts, expected: &[[u8; 2]; 3], traced: bool) -> u64 {
    let mut decisions = 0;
    for (action, sets) in ACTIONS.into_iter().zip(expected) {
        for (i, lens) in lenses.iter().enumerate() {
            let should = sets[i / 3] & (1 << (i % 3)) != 0;
            decisions += 1;
            if lens.allows(facts, action) != should || traced && lens.decide(facts, action).allow != should {
                panic!("oracle says {should}: viewer {i}, {action:?}, {facts:#?}");
            }
        }
    }
    decisions
}
