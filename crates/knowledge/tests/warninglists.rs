//! Each compiled matcher agrees with the plainest reading of the rules, and no reader panics.
use std::net::IpAddr;

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use entente_knowledge::warninglist::{
    CompiledList, Entries, HashKey, ListCategory, ListKind, Matcher, WarninglistSet, halves_to_test, parse,
};
use entente_knowledge::{decay, feed, noticelist};
use proptest::prelude::*;
use proptest::sample::select;

static KEY: LazyLock<HashKey> = LazyLock::new(|| std::hash::RandomState::new().into());

/// Short words over few letters, so that equal and contained ones are common.
fn word() -> impl Strategy<Value = String> {
    "[abA.ü]{0,5}"
}

fn words() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(word(), 0..12)
}

fn compiled(kind: ListKind, entries: &[String]) -> Matcher {
    Matcher::compile(kind, entries.iter().map(String::as_str), &KEY).0
}

fn network() -> impl Strategy<Value = (IpAddr, u8)> {
    prop_oneof![
        // Few distinct high and low bits make containment frequent.
        (
            select(vec![0x0a00_0000_u32, 0x0a01_0000, 0xc000_0200]),
            0..4_u32,
            0..=32_u8
        )
            .prop_map(|(base, low, prefix)| (IpAddr::V4((base | low).into()), prefix)),
        (
            select(vec![0x2001_0db8_u128 << 96, 0xfe80_u128 << 112]),
            0..4_u128,
            0..=128_u8
        )
            .prop_map(|(base, low, prefix)| (IpAddr::V6((base | low).into()), prefix)),
    ]
}

/// Entries of which some are of use to each kind of list.
fn entries() -> impl Strategy<Value = Vec<String>> {
    let entry = prop_oneof![
        word(),
        network().prop_map(|(address, prefix)| format!("{address}/{prefix}")),
        "[a-c]{1,3}(\\.[a-c]{1,2})?",
        "/\\^?[abc]{1,3}/i?",
    ];
    prop::collection::vec(entry, 0..12)
}

/// The bits of an address from the highest, as a list.
fn bits(address: IpAddr) -> Vec<bool> {
    let (value, width) = match address {
        IpAddr::V4(v4) => (u128::from(v4.to_bits()), 32),
        IpAddr::V6(v6) => (v6.to_bits(), 128),
    };
    (0..width).rev().map(|bit| value >> bit & 1 == 1).collect()
}

fn contains(outer: (IpAddr, u8), inner: (IpAddr, u8)) -> bool {
    outer.0.is_ipv4() == inner.0.is_ipv4()
        && outer.1 <= inner.1
        && bits(outer.0)
            .iter()
            .zip(&bits(inner.0))
            .take(usize::from(outer.1))
            .all(|(one, other)| one == other)
}

proptest! {
    #[test]
    fn string_equals_a_search_through_the_list(entries in words(), value in word()) {
        let matched = compiled(ListKind::String, &entries).matches(&value).map(String::from);
        let expected = (!value.is_empty() && entries.contains(&value)).then(|| value.clone());
        prop_assert_eq!(matched, expected);
    }

    #[test]
    fn substring_equals_a_search_through_the_list(entries in words(), value in "[abA.ü]{0,12}") {
        let expected = entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| !entry.is_empty())
            .filter_map(|(position, entry)| Some((value.find(entry.as_str())?, position, entry.clone())))
            .min()
            .map(|(_, _, entry)| entry);
        prop_assert_eq!(compiled(ListKind::Substring, &entries).matches(&value).map(String::from), expected);
    }

    #[test]
    fn hostname_equals_a_search_through_the_list(
        entries in words(),
        host in "[abA.]{0,8}",
        frame in select(vec!["{}", "http://{}/a//b", "{}/a", "https://{}:8443", "{}."]),
    ) {
        let value = frame.replace("{}", &host);
        // The host as the value's frame leaves it: one trailing dot is removed.
        let host = if frame == "{}." { format!("{host}.") } else { host };
        let host = host.strip_suffix('.').unwrap_or(&host).to_lowercase();
        let expected = entries
            .iter()
            .map(|entry| entry.trim_matches('.').to_lowercase())
            .filter(|entry| !entry.is_empty() && (host == *entry || host.ends_with(&format!(".{entry}"))))
            .min_by_key(String::len);
        prop_assert_eq!(compiled(ListKind::Hostname, &entries).matches(&value).map(String::from), expected);
    }

    #[test]
    fn cidr_equals_a_search_through_the_list(
        listed in prop::collection::vec(network(), 0..12),
        value in network(),
        bare in any::<bool>(),
    ) {
        let width = if value.0.is_ipv4() { 32 } else { 128 };
        let value = if bare { (value.0, width) } else { value };
        let text = if bare { value.0.to_string() } else { format!("{}/{}", value.0, value.1) };
        let entries: Vec<String> = listed.iter().map(|(address, prefix)| format!("{address}/{prefix}")).collect();
        let expected = listed.iter().copied().filter(|network| contains(*network, value)).map(|(_, p)| p).min();
        let matcher = compiled(ListKind::Cidr, &entries);
        let matched = matcher.matches(&text).map(String::from);
        prop_assert_eq!(matched.is_some(), expected.is_some());
        if let (Some(matched), Some(prefix)) = (matched, expected) {
            let (address, length) = matched.split_once('/').unwrap();
            prop_assert_eq!(length, prefix.to_string());
            prop_assert_eq!(&bits(address.parse().unwrap())[..usize::from(prefix)], &bits(value.0)[..usize::from(prefix)]);
            prop_assert!(bits(address.parse().unwrap())[usize::from(prefix)..].iter().all(|bit| !bit), "aligned");
        }
    }

    #[test]
    fn regex_equals_a_search_through_the_list(words in words(), value in "[abA]{0,8}", fold in any::<bool>()) {
        let words: Vec<String> = words.into_iter().map(|word| word.replace(['.', 'ü'], "")).collect();
        let flags = if fold { "i" } else { "" };
        let entries: Vec<String> = words.iter().map(|word| format!("/^{word}/{flags}")).collect();
        let fold_case = |text: &str| if fold { text.to_lowercase() } else { text.to_owned() };
        let expected = words.iter().position(|word| fold_case(&value).starts_with(&fold_case(word)));
        let matched = compiled(ListKind::Regex, &entries).matches(&value).map(String::from);
        prop_assert_eq!(matched, expected.map(|position| entries[position].clone()));
    }

    /// The index of a set rules lists out and never one that is hit.
    #[test]
    fn a_set_finds_what_its_lists_find_one_by_one(
        lists in prop::collection::vec((select(ListKind::EVERY.to_vec()), entries(), select(vec!["url", "ip-dst", "ALL"])), 0..8),
        value in prop_oneof![word(), network().prop_map(|(address, prefix)| format!("{address}/{prefix}")), "[a-c.]{1,9}", "10\\.[0-2]\\.0\\.[0-9]"],
        two_parts in any::<bool>(),
    ) {
        let compiled: Vec<CompiledList> = (1..)
            .zip(lists)
            .map(|(id, (kind, entries, applies))| CompiledList {
                id,
                name: "n".into(),
                category: ListCategory::Known,
                matching_attributes: vec![applies.to_owned()],
                comments: Arc::new(HashMap::new()),
                matcher: Arc::new(compiled(kind, &entries)),
            })
            .collect();
        let value = if two_parts { format!("{value}|10.0.0.1") } else { value };
        let set = WarninglistSet::new(compiled.clone(), &KEY);
        for type_name in ["url", "ip-dst", "domain|ip", "comment"] {
            let expected: Vec<(i64, String, String)> = compiled
                .iter()
                .filter(|list| ["ALL", type_name].contains(&list.matching_attributes[0].as_str()))
                .filter_map(|list| halves_to_test(type_name, &value).find_map(|half| {
                    Some((list.id, list.matcher.matches(half)?.into_owned(), half.to_owned()))
                }))
                .collect();
            let hits = set.hits(type_name, &value).into_iter().map(|hit| (hit.list_id, hit.matched, hit.value));
            prop_assert_eq!(hits.collect::<Vec<_>>(), expected.clone());
            prop_assert_eq!(set.is_hit(type_name, &value), !expected.is_empty());
        }
    }

    #[test]
    fn arbitrary_entries_and_values_never_panic(entries in prop::collection::vec(any::<String>(), 0..6), value in any::<String>()) {
        for kind in ListKind::EVERY {
            let matcher = compiled(kind, &entries);
            for half in halves_to_test("domain|ip", &value) {
                let _hit = matcher.matches(half);
            }
            for entry in &entries {
                let _canonical = Matcher::canonical_entry(kind, entry);
            }
        }
        let _entries = Entries::from_lines(&value);
    }

    #[test]
    fn a_hit_is_a_canonical_entry(entries in words(), value in word()) {
        for kind in [ListKind::String, ListKind::Substring, ListKind::Hostname] {
            if let Some(matched) = compiled(kind, &entries).matches(&value) {
                let mut canonical = entries.iter().filter_map(|entry| Matcher::canonical_entry(kind, entry));
                prop_assert!(canonical.any(|entry| entry == matched));
            }
        }
    }

    #[test]
    fn readers_never_panic_on_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read_all(&bytes);
    }

    #[test]
    fn readers_never_panic_on_json(json in json()) {
        read_all(json.to_string().as_bytes());
    }
}

fn read_all(bytes: &[u8]) {
    let _warninglist = parse(bytes);
    let _noticelist = noticelist::parse(bytes);
    let _model = decay::parse(bytes);
    let _feeds = feed::parse(bytes);
}

/// JSON with the member names the readers look for, holding anything.
fn json() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::Value;
    let names = vec![
        "name",
        "version",
        "type",
        "list",
        "matching_attributes",
        "category",
        "notice",
        "message",
        "field",
        "scope",
        "value",
        "ref",
        "formula",
        "parameters",
        "lifetime",
        "base_score_config",
        "attribute_types",
        "uuid",
        "Feed",
        "Tag",
        "url",
        "settings",
        "csv",
        "source_format",
        "enabled",
        "settings",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-z{}0-9/]{0,6}".prop_map(Value::from),
        select(vec![
            "cidr",
            "polynomial",
            "csv",
            "network",
            "073fae4a-0000-4000-8000-000000000000"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((select(names.clone()), inner), 0..8).prop_map(|members| members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()),
        ]
    })
}
