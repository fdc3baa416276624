//! Correlations against the definition, written down as plainly as possible, over random events.
use super::{event, id, set};
use entente_testkit::api::{Key, TestApi};
use entente_testkit::api_test;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Types that a random attribute has, with the halves of each that take part.
const TYPES: &[(&str, usize)] = &[
    ("domain", 2),
    ("hostname", 2),
    ("ip-dst", 2),
    ("ip-src", 2),
    ("ip-dst|port", 1),
    ("domain|ip", 2),
    ("text", 2),
    ("comment", 0),
];
const NAMES: &[&str] = &[
    "evil.example",
    "a.evil.example",
    "b.a.evil.example",
    "Other.example",
    "cdn.example",
];
const ADDRESSES: &[&str] = &[
    "192.0.2.1",
    "192.0.2.130",
    "192.0.2.0/24",
    "192.0.2.128/25",
    "2001:db8::1",
    "2001:db8::/32",
    "198.51.100.1",
];

/// A small generator of repeatable numbers (SplitMix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(limit).unwrap()).unwrap()
    }

    fn attribute(&mut self) -> (&'static str, String) {
        let (kind, _) = TYPES[self.below(TYPES.len())];
        let name = NAMES[self.below(NAMES.len())];
        let address = ADDRESSES[self.below(ADDRESSES.len())];
        let value = match kind {
            "ip-dst" | "ip-src" => address.to_owned(),
            "ip-dst|port" => format!("{}|443", address.split('/').next().unwrap()),
            "domain|ip" => format!("{name}|{}", address.split('/').next().unwrap()),
            "text" | "comment" if self.below(2) == 0 => address.to_owned(),
            _ => name.to_owned(),
        };
        (kind, value)
    }
}

/// An attribute as its reader sees it.
struct Row {
    id: String,
    event: String,
    kind: String,
    halves: Vec<String>,
}

impl Row {
    fn read(row: &Value) -> Self {
        let text = |key: &str| row[key].as_str().unwrap().to_owned();
        let (kind, value) = (text("type"), text("value").to_lowercase());
        let parts = TYPES.iter().find(|(name, _)| *name == kind).unwrap().1;
        let value: Vec<String> = if kind.contains('|') {
            value.split('|').map(str::to_owned).collect()
        } else {
            vec![value]
        };
        Self {
            id: text("id"),
            event: text("event_id"),
            kind,
            halves: value.into_iter().take(parts).collect(),
        }
    }

    fn network(&self) -> Option<(u128, u32, bool)> {
        let half = self.halves.first().filter(|_| self.kind.starts_with("ip-"))?;
        let (address, bits) = half.split_once('/').unwrap_or((half, ""));
        match address.parse().unwrap() {
            std::net::IpAddr::V4(v4) => {
                Some((u128::from(u32::from(v4)) << 96, bits.parse().unwrap_or(32), false))
            }
            std::net::IpAddr::V6(v6) => Some((u128::from(v6), bits.parse().unwrap_or(128), true)),
        }
    }

    fn name(&self) -> Option<&str> {
        self.halves
            .first()
            .filter(|_| matches!(self.kind.as_str(), "domain" | "hostname" | "domain|ip"))
            .map(String::as_str)
    }
}

/// The rules of one world.
struct Rules {
    advanced: bool,
    subdomains: bool,
    limit: usize,
    excluded: Vec<&'static str>,
}

impl Rules {
    fn held(&self, half: &str) -> bool {
        self.excluded.contains(&half)
    }

    /// Whether the half of one attribute leads to another attribute.
    fn related(&self, one: &Row, place: usize, other: &Row) -> bool {
        let half = &one.halves[place];
        if one.event == other.event || self.held(half) {
            return false;
        }
        if other.halves.contains(half) {
            return true;
        }
        if place > 0 || other.halves.first().is_none_or(|half| self.held(half)) {
            return false;
        }
        let near = match (one.network(), other.network()) {
            (Some((a, bits_a, v6_a)), Some((b, bits_b, v6_b))) if v6_a == v6_b => {
                let full = if v6_a { 128 } else { 32 };
                let bits = bits_a.min(bits_b);
                (bits_a == full) != (bits_b == full) && a >> (128 - bits) == b >> (128 - bits)
            }
            _ => false,
        };
        let below = |a: &str, b: &str| a.ends_with(&format!(".{b}"));
        let named = match (one.name(), other.name()) {
            (Some(a), Some(b)) => below(a, b) || below(b, a),
            _ => false,
        };
        self.advanced && near || self.subdomains && named
    }

    fn expected(&self, rows: &[Row]) -> BTreeMap<String, BTreeSet<String>> {
        rows.iter()
            .map(|one| {
                let mut found = BTreeSet::new();
                for place in 0..one.halves.len() {
                    let others: BTreeSet<String> = rows
                        .iter()
                        .filter(|other| self.related(one, place, other))
                        .map(|other| other.id.clone())
                        .collect();
                    if others.len() <= self.limit {
                        found.extend(others);
                    }
                }
                (one.id.clone(), found)
            })
            .collect()
    }
}

async fn rows(api: &TestApi, key: &Key) -> Vec<Value> {
    let found = api
        .post(key, "/attributes/restSearch", &json!({"includeCorrelations": 1}))
        .await
        .done();
    found["response"]["Attribute"].as_array().unwrap().clone()
}

async fn check(api: &TestApi, key: &Key, rules: &Rules, note: &str) {
    let seen = rows(api, key).await;
    let plain: Vec<Row> = seen.iter().map(Row::read).collect();
    let expected = rules.expected(&plain);
    assert!(
        expected.values().any(|own| !own.is_empty()),
        "{note}: nothing correlates"
    );
    for row in &seen {
        let own = &expected[id(row)];
        let related = row["RelatedAttribute"].as_array().unwrap();
        let found: BTreeSet<String> = related.iter().map(|other| id(other).to_owned()).collect();
        assert_eq!(found.len(), related.len(), "{note}: {row}");
        assert_eq!(&found, own, "{note}: {row}");
    }
    let events: BTreeMap<&str, &str> = plain
        .iter()
        .map(|row| (row.id.as_str(), row.event.as_str()))
        .collect();
    let mut by_event: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (one, others) in &expected {
        let own = by_event.entry(events[one.as_str()]).or_default();
        own.extend(others.iter().map(|other| events[other.as_str()]));
    }
    for (event, expected) in by_event {
        for options in ["", "/includeGranularCorrelations:1"] {
            let view = api
                .get(key, &format!("/events/view/{event}{options}"))
                .await
                .done();
            let related = view["Event"]["RelatedEvent"].as_array().unwrap();
            let found: BTreeSet<&str> = related.iter().map(|row| id(&row["Event"])).collect();
            assert_eq!(found, expected, "{note}: event {event}{options}");
        }
    }
}

async fn world(api: &TestApi, seed: u64) {
    let mut chance = Chance(seed);
    let rules = Rules {
        advanced: chance.below(3) > 0,
        subdomains: chance.below(3) > 0,
        limit: [1, 2, 4, 8, 100][chance.below(5)],
        excluded: if chance.below(2) == 0 {
            vec!["cdn.example", "192.0.2.0/24"]
        } else {
            Vec::new()
        },
    };
    set(api, "MISP.enable_advanced_correlations", json!(rules.advanced)).await;
    set(api, "Entente.correlate_subdomains", json!(rules.subdomains)).await;
    set(api, "MISP.correlation_limit", json!(rules.limit)).await;
    for value in &rules.excluded {
        let _ = api
            .post(
                &api.admin,
                "/correlation_exclusions/add",
                &json!({"value": value}),
            )
            .await
            .done();
    }
    for n in 0..6 {
        let key = if chance.below(2) == 0 {
            &api.home.user
        } else {
            &api.other.user
        };
        let distribution = if chance.below(3) == 0 { 0 } else { 1 };
        let attributes: Vec<(&str, String)> = (0..6).map(|_| chance.attribute()).collect();
        let attributes: Vec<(&str, &str)> = attributes
            .iter()
            .map(|(kind, value)| (*kind, value.as_str()))
            .collect();
        event(api, key, &format!("event {n}"), distribution, &attributes).await;
    }
    for (name, key) in [
        ("admin", &api.admin),
        ("home", &api.home.reader),
        ("other", &api.other.reader),
    ] {
        check(api, key, &rules, &format!("seed {seed}, {name}")).await;
    }
}

api_test! {
    async fn what_is_found_is_what_the_definition_says_1(api: TestApi) {
        world(&api, 1).await;
    }
    async fn what_is_found_is_what_the_definition_says_2(api: TestApi) {
        world(&api, 2).await;
    }
    async fn what_is_found_is_what_the_definition_says_3(api: TestApi) {
        world(&api, 3).await;
    }
    async fn what_is_found_is_what_the_definition_says_4(api: TestApi) {
        world(&api, 4).await;
    }
    async fn what_is_found_is_what_the_definition_says_5(api: TestApi) {
        world(&api, 5).await;
    }
    async fn what_is_found_is_what_the_definition_says_6(api: TestApi) {
        world(&api, 6).await;
    }
}
