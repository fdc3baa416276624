//! Random worlds, viewers and items.

use std::collections::BTreeSet;
use std::sync::Arc;

use entente_policy::{
    Action, Attribution, Category, Directory, Distribution, ExportFormat, Facts, LabelFacts, Link, Marks,
    Org, OwnRestriction, Permission, Permissions, PolicyConfig, Principal, Recall, SharingGroup, Snapshot,
    State, Tlp, UseClass, Uses, Viewer, nation,
};
use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use uuid::Uuid;

pub const NOW: i64 = 100;
pub const PRINCIPALS: [&str; 8] = [
    "ISR",
    "USA",
    "FRA+cat:gov",
    "cat:gov",
    "grp:east",
    "cat:mil+grp:east",
    "creator-nation",
    "org:00000000-0000-0000-0000-000000000003",
];
pub const READS: [Action; 6] = [
    Action::See,
    Action::Use(UseClass::Passive),
    Action::Use(UseClass::Block),
    Action::Export(ExportFormat::Data),
    Action::Notify,
    Action::Resell,
];
pub const WRITES: [Action; 10] = [
    Action::Publish,
    Action::Edit,
    Action::EditAsPeer,
    Action::Delete,
    Action::Tag { local: true },
    Action::Tag { local: false },
    Action::Propose,
    Action::Annotate,
    Action::Grant,
    Action::Recall,
];

/// Organisations 1 to 4 are known, 5 is not.
pub fn org_uuid() -> impl Strategy<Value = Uuid> {
    (1_u128..6).prop_map(Uuid::from_u128)
}

/// Groups 101 to 104 exist, 105 does not.
pub fn group_uuid() -> impl Strategy<Value = Uuid> {
    (101_u128..106).prop_map(Uuid::from_u128)
}

pub fn words(pool: &'static [&'static str]) -> impl Strategy<Value = BTreeSet<String>> {
    btree_set(prop::sample::select(pool).prop_map(str::to_owned), 0..3)
}

pub const PURPOSES: &[&str] = &["defence", "research", "law-enforcement"];

pub fn org() -> impl Strategy<Value = Org> {
    let countries = prop::sample::select(vec!["Israel", "United States", "France", "nowhere"]);
    let categories = btree_set(
        prop::sample::select(vec![Category::Government, Category::Military, Category::Ngo]),
        0..3,
    );
    (
        countries,
        categories,
        words(&["east", "west"]),
        words(PURPOSES),
        prop::bool::weighted(0.1),
    )
        .prop_map(|(country, categories, groups, purposes, suspended)| Org {
            nation: nation::from_country_name(country),
            categories,
            groups,
            purposes,
            commercial: false,
            suspended,
        })
}

pub fn world() -> impl Strategy<Value = Snapshot> {
    let group = (btree_set(org_uuid(), 0..5), prop::bool::weighted(0.2))
        .prop_map(|(orgs, local_all_orgs)| SharingGroup { orgs, local_all_orgs });
    let enforced = prop::bool::weighted(0.9);
    let config = (any::<bool>(), any::<bool>(), enforced, enforced).prop_map(
        |(unpublished_private, delegation, marks_enforced, tlp_enforced)| PolicyConfig {
            unpublished_private,
            delegation,
            marks_enforced,
            tlp_enforced,
        },
    );
    (vec(org(), 4), vec(group, 4), org_uuid(), config).prop_map(|(orgs, groups, host_org, config)| {
        let orgs = (1..).map(Uuid::from_u128).zip(orgs);
        let groups = (101..).map(Uuid::from_u128).zip(groups);
        Snapshot {
            version: 1,
            now: NOW,
            host_org,
            directory: Arc::new(Directory::new(orgs, groups)),
            config,
        }
    })
}

pub fn link() -> impl Strategy<Value = Link> {
    let level = prop::sample::select(vec![0_u8, 1, 1, 2, 3, 3, 4, 4, 4, 4, 5, 5]);
    (level, option::of(group_uuid())).prop_map(|(level, sharing_group)| Link {
        distribution: Distribution::try_from(level).unwrap(),
        sharing_group,
    })
}

pub fn state() -> impl Strategy<Value = State> {
    let recall = prop::sample::select(vec![None, None, Some(Recall::Tighten), Some(Recall::Withdraw)]);
    (prop::bool::weighted(0.1), recall).prop_map(|(quarantined, recall)| State { quarantined, recall })
}

pub fn principals() -> impl Strategy<Value = BTreeSet<Principal>> {
    btree_set(
        prop::sample::select(PRINCIPALS.to_vec()).prop_map(|p| p.parse().unwrap()),
        0..3,
    )
}

pub fn marks() -> impl Strategy<Value = Marks> {
    let time = || option::weighted(0.2, 98_i64..103);
    let rarely = || prop::bool::weighted(0.2);
    let uses = || prop_oneof![4 => Just(Uses::ALL), 1 => any::<u8>().prop_map(Uses::from)];
    let tlp = prop::sample::select(vec![
        Tlp::None,
        Tlp::Clear,
        Tlp::Green,
        Tlp::Amber,
        Tlp::AmberStrict,
        Tlp::Red,
    ]);
    let attribution = prop::sample::select(vec![Attribution::May, Attribution::Must, Attribution::MustNot]);
    let lists = prop_oneof![2 => Just(Vec::new()), 1 => vec(principals(), 0..3)];
    (
        (
            tlp,
            lists,
            prop_oneof![3 => Just(BTreeSet::new()), 1 => principals()],
            rarely(),
        ),
        (
            uses(),
            uses(),
            option::weighted(0.3, words(PURPOSES)),
            attribution,
        ),
        (rarely(), rarely(), rarely(), rarely(), time(), time()),
    )
        .prop_map(|(who, what, rest)| {
            let mut marks = Marks {
                tlp: who.0,
                not_rel: who.2,
                orcon: who.3,
                pap: what.0,
                iep: what.1,
                purposes: what.2,
                attribution: what.3,
                ask_first: rest.0,
                no_notify: rest.1,
                no_resale: rest.2,
                transit_encrypted: rest.3,
                embargo: rest.4,
                expires: rest.5,
                ..Marks::default()
            };
            for list in who.1 {
                marks.require(&list);
            }
            marks
        })
}

pub fn realm() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["live", "live", "live", "live", "ex-1"]).prop_map(str::to_owned)
}

/// Any event, valid or not.
pub fn event() -> impl Strategy<Value = LabelFacts> {
    let orgs = || btree_set(org_uuid(), 0..2);
    (
        (org_uuid(), org_uuid(), link(), marks(), state(), realm()),
        (orgs(), orgs(), any::<bool>(), any::<bool>()),
    )
        .prop_map(|((owner, creator, link, marks, state, realm), rest)| LabelFacts {
            grants: rest.0,
            delegates: rest.1,
            published: rest.2,
            public: rest.3,
            marks,
            state,
            realm,
            ..LabelFacts::event(owner, creator, link)
        })
}

pub fn own() -> impl Strategy<Value = OwnRestriction> {
    let marks = prop_oneof![1 => Just(Marks::default()), 1 => marks()];
    (
        link(),
        marks,
        state(),
        option::weighted(0.3, btree_set(org_uuid(), 0..2)),
    )
        .prop_map(|(link, marks, state, grants)| OwnRestriction {
            link,
            marks,
            state,
            grants,
        })
}

pub fn item_label(event: &LabelFacts, object: Option<&OwnRestriction>, item: &OwnRestriction) -> LabelFacts {
    LabelFacts::for_item(event, object, item).unwrap_or_else(|| event.clone())
}

/// An event, or something in it.
pub fn facts() -> impl Strategy<Value = Facts> {
    let inner = option::of((option::of(own()), own()));
    (event(), inner, option::of(1_i64..3), any::<bool>()).prop_map(|(event, inner, user, locked)| Facts {
        label: match inner {
            None => event,
            Some((object, item)) => item_label(&event, object.as_ref(), &item),
        },
        event_creator_user: user,
        locked,
    })
}

pub fn role() -> impl Strategy<Value = Permissions> {
    let bits = prop_oneof![any::<u64>(), Just(0), Just(u64::MAX)];
    (bits, prop::bool::weighted(0.2), prop::bool::weighted(0.3)).prop_map(|(bits, admin, glass)| {
        let set = |role: Permissions, flag, on| if on { role.with(flag) } else { role.without(flag) };
        let role = set(Permissions::from_bits(bits), Permission::SiteAdmin, admin);
        set(role, Permission::BreakGlass, glass)
    })
}

pub fn viewer() -> impl Strategy<Value = Viewer> {
    (
        option::weighted(0.9, org_uuid()),
        option::of(1_i64..3),
        role(),
        realm(),
        words(PURPOSES),
        (
            option::weighted(0.1, Just(Uuid::from_u128(9))),
            prop::bool::weighted(0.1),
        ),
    )
        .prop_map(
            |(org, user, role, realm, purposes, (break_glass, read_only))| Viewer {
                org,
                user,
                role,
                realm,
                purposes,
                break_glass,
                read_only,
                ..Viewer::default()
            },
        )
}

pub fn action() -> impl Strategy<Value = Action> {
    let all: Vec<_> = READS
        .into_iter()
        .chain(WRITES)
        .chain([Action::Sight, Action::Explain])
        .collect();
    prop::sample::select(all)
}

pub fn read() -> impl Strategy<Value = Action> {
    prop::sample::select(READS.to_vec())
}
