//! What holds for every type and every text.

use entente_indicator::{
    AttributeType, Category, ImportRules, MAX_VALUE_BYTES, Today, Value, address_range, compress_ipv6, fold,
    normalise_term, plausibility, prepare,
};
use proptest::prelude::*;

const TODAY: Today = Today::from_unix_seconds(1_709_296_215);

fn prepared(ty: AttributeType, text: &str) -> Option<Value> {
    prepare(ty, text, ImportRules::shipped(), TODAY).ok()
}

/// Text made of the pieces that mean something to some type, so that many values get past validation.
fn meaningful() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => proptest::sample::select(vec![
            "192.0.2.1", "2001:DB8::1", "::", "::ffff:c000:201", "/32", "/128", "/0", "|", ":", ".", "[.]", "[dot]",
            "(dot)", "[at]", "[@]", "@", "[:]", "hxxp", "[hxxp://]", "http://", "h[tt]p", "example", ".org", "。",
            "ü", "Σ", "00", "(0)", "+", "0", "80", " ", "\n", "\0", "\u{c}", "[", "]", "AS", "CVE-", "–", "2024",
            "-03-01", "T12:30", "now", "false", "true", "CWE-7", "GET", "-", "_", "#", "p", " port ", "t", "%",
            "0123456789abcdef0123456789ABCDEF", "01234567", "MD5:", "SHA256:", "{}", "\\", "C:\\Users\\", "\\x",
        ]).prop_map(str::to_owned),
        1 => "[ -~]{0,6}",
        1 => "\\PC{0,3}",
    ];
    proptest::collection::vec(piece, 0..7).prop_map(|pieces| pieces.concat())
}

fn arbitrary_text() -> impl Strategy<Value = String> {
    prop_oneof![2 => meaningful(), 1 => any::<String>()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn stored_values_are_stable_and_sound(text in arbitrary_text()) {
        for ty in AttributeType::all() {
            let Some(value) = prepared(ty, &text) else { continue };
            let joined = value.joined().into_owned();
            prop_assert!(!joined.is_empty() && joined.len() <= MAX_VALUE_BYTES, "{ty}");
            prop_assert_eq!(value.second.is_some(), ty.is_composite(), "{}", ty);
            if value.second.is_some() {
                prop_assert_eq!(joined.matches('|').count(), 1, "{}", ty);
            }
            prop_assert_eq!(&Value::split(ty, &joined), &value, "{}", ty);
            prop_assert_eq!(prepared(ty, &joined), Some(value), "{} {:?}", ty, text);
        }
    }

    #[test]
    fn a_stored_value_is_its_own_search_term(text in arbitrary_text()) {
        for ty in AttributeType::all() {
            if let Some(value) = prepared(ty, &text) {
                let joined = value.joined();
                let term = normalise_term(ty, &joined);
                prop_assert_eq!(&term, &joined, "{}", ty);
            }
        }
    }

    #[test]
    fn untyped_search_values_are_stable(text in arbitrary_text()) {
        let once = compress_ipv6(&text).into_owned();
        prop_assert_eq!(compress_ipv6(&once), once.as_str());
    }

    #[test]
    fn folding_twice_is_folding_once(text in any::<String>()) {
        let once = fold(&text).into_owned();
        prop_assert_eq!(fold(&once), once.as_str());
        let lower = text.to_lowercase();
        prop_assert_eq!(fold(&lower), once.as_str());
    }

    #[test]
    fn plausibility_never_fails(text in arbitrary_text()) {
        for ty in AttributeType::all() {
            let _ = plausibility(ty, &Value::split(ty, &text));
        }
    }

    #[test]
    fn stored_networks_have_a_range_that_contains_their_address(octets in any::<[u8; 4]>(), mask in 0u8..=32) {
        let address = std::net::Ipv4Addr::from(octets).to_string();
        let value = prepared(AttributeType::IP_DST, &format!("{address}/{mask}")).unwrap();
        let network = address_range(&value.first).unwrap();
        prop_assert_eq!(network.prefix, mask + 96);
        prop_assert!(network.contains(&address_range(&address).unwrap()));
        prop_assert!(network.lo <= network.hi());
    }

    #[test]
    fn ipv6_has_one_spelling(number in any::<u128>(), mask in 0u8..128) {
        let address = std::net::Ipv6Addr::from(number);
        let long = address.segments().map(|segment| format!("{segment:04X}")).join(":");
        let value = prepared(AttributeType::IP_SRC, &format!("{long}/{mask}")).unwrap();
        prop_assert_eq!(value.first.to_ascii_lowercase(), value.first.as_str());
        let (short, _) = value.first.split_once('/').unwrap();
        prop_assert_eq!(short.parse::<std::net::Ipv6Addr>().unwrap(), address);
        prop_assert!(short.len() <= long.len());
    }
}

#[test]
fn long_hostile_values_end_quickly() {
    let started = std::time::Instant::now();
    for piece in [
        "[",
        "]",
        "[dot]",
        ":",
        "|",
        "(0)",
        "00",
        "ü.",
        "C:\\Users\\",
        "@",
        "-a",
        "{\"a\":[",
    ] {
        let text = piece.repeat(65_000 / piece.len());
        for ty in AttributeType::all() {
            let _ = prepared(ty, &text);
        }
    }
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}

/// Found by `stored_values_are_stable_and_sound`: the replacement of a rule is respelled like the rest.
#[test]
fn rewritten_values_are_normalised_again() {
    let value = prepared(AttributeType::VHASH, "C:\\Users\\a\\").unwrap();
    assert_eq!(value.first, "%userprofile%\\");
}

#[test]
fn the_table_is_the_published_size() {
    assert_eq!((AttributeType::all().len(), Category::all().len()), (194, 16));
}
