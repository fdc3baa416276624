//! What holds for every text that is searched for indicators. spec: 04#8

use std::collections::HashSet;
use std::time::{Duration, Instant};

use entente_indicator::free_text::{Comment, Found, Lists, SaveAs, recognise, recognise_one};
use entente_indicator::{ImportRules, Today, prepare};
use proptest::prelude::*;

const TODAY: Today = Today::from_unix_seconds(1_709_296_215);

fn found(text: &str) -> Vec<Found> {
    recognise(text, Lists::built_in())
}

/// Text made of pieces that mean something to some rule.
fn meaningful() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => proptest::sample::select(vec![
            "192.0.2.1", "2001:DB8::1", "::", "/24", "/129", "|", ":", ".", "[.]", "[dot]", "(dot)", "[at]", "@", "[:]",
            "hxxp", "hxxps[://]", "[hxxp://]", "http://", "https://", "meow", "h[tt]p", "example", ".org", ".exe",
            ".onion", "www.", "ü", "。", "xn--", "_", "-", "+", "(0)", "41", "555-0100", "2024-01-31", " ", "\n", "\t",
            "\0", "\u{a0}", "\u{200b}", "\"", "'", ",", ";", "<", ">", "(", ")", "[", "]", "{", "}", "\\", "C:\\",
            "HKLM\\Software\\", ":80", ":443", ":99999", "AS", "as64496", "CVE-2024-1234", "cve–2023–9999", "?a[0]=",
            "0123456789abcdef0123456789ABCDEF", "01234567", "96:abc:de+/", "12:30:15", "virustotal.com", "/x.php",
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "{\"a\":\"", "\"}",
        ]).prop_map(str::to_owned),
        1 => "[ -~]{0,6}",
        1 => "\\PC{0,3}",
    ];
    proptest::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

fn any_text() -> impl Strategy<Value = String> {
    let object =
        meaningful().prop_map(|text| serde_json::json!({"a": [text, 1], "b": {"c": "x.com"}}).to_string());
    prop_oneof![4 => meaningful(), 1 => object, 1 => any::<String>()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn every_find_can_be_stored(text in any_text()) {
        for find in found(&text) {
            let stored = prepare(find.default_type(), &find.value, &ImportRules::none(), TODAY);
            prop_assert!(stored.is_ok(), "{:?} {:?}", find, stored);
            prop_assert!(find.alternatives().contains(&SaveAs::One(find.default_type())));
            prop_assert!(!find.original_value.is_empty());
        }
    }

    #[test]
    fn a_value_comes_once_and_repeating_the_text_adds_none(text in meaningful()) {
        let once = found(&text);
        let values: HashSet<&str> = once.iter().map(|find| find.value.as_str()).collect();
        prop_assert_eq!(values.len(), once.len());
        // On a line of its own: a mark in quotes could otherwise find a partner in the repetition.
        let twice = found(&format!("{text}\n{text}"));
        if !text.contains('"') && !text.trim_start().starts_with('{') {
            prop_assert_eq!(&twice, &once);
        }
    }

    #[test]
    fn finds_stand_in_the_order_of_the_text(words in proptest::collection::vec(meaningful(), 0..6)) {
        let text = words.join(" ").replace(['"', '{'], "");
        let mut expected: Vec<Found> = Vec::new();
        for word in text.split(|c: char| c.is_whitespace() || c.is_control() || ",<>;\u{200b}\u{feff}".contains(c)) {
            if let Some(find) = recognise_one(word, Lists::built_in())
                && expected.iter().all(|known| known.value != find.value)
            {
                expected.push(find);
            }
        }
        prop_assert_eq!(found(&text), expected);
    }

    #[test]
    fn strings_of_an_object_are_read_like_text(text in meaningful()) {
        let object = serde_json::json!({"k": text}).to_string();
        let in_object: HashSet<String> = found(&object).into_iter().map(|find| find.value).collect();
        if !text.trim_start().starts_with('{') {
            for find in found(&text) {
                prop_assert!(in_object.contains(&find.value), "{:?}", find);
            }
        }
    }

    #[test]
    fn what_is_found_is_found_again(text in meaningful()) {
        for find in found(&text) {
            let has_port = find.comment != Comment::None && find.comment != Comment::NoPort;
            let again = recognise_one(&find.value, Lists::built_in());
            // A composite of address and port is a way of storing, and no way of writing.
            if has_port {
                continue;
            }
            let again = again.map(|again| (again.default_type(), again.value));
            prop_assert_eq!(again, Some((find.default_type(), find.value.clone())), "{:?}", find);
        }
    }
}

#[test]
fn work_grows_with_the_text_only() {
    const BYTES: usize = 1 << 18;
    // Just short enough to be looked at.
    const LINE: usize = 65_000;
    let pieces = [
        "[",
        "]",
        "[]",
        "[[x]",
        "[dot]",
        "[://]",
        ".",
        "a.",
        "a.b ",
        "ü.",
        "ü.com ",
        "ü",
        ":",
        "1:",
        "::1 ",
        "|",
        "@",
        "a@",
        "-",
        "1-",
        "0",
        "+",
        "+1",
        "\\",
        "\"",
        "\"a\"",
        "\" \"",
        "\n",
        ",",
        "https://",
        "https://a.",
        "a/",
        "/",
        "?",
        "bc1q",
        "1A1z",
        "CVE-",
        "AS1",
        "(0)",
        "{",
        "{\"a\":",
        "{\"a\":\"b.com\",",
        "meow",
        "0123456789abcdef",
        "x:80 ",
    ];
    let lines = pieces
        .iter()
        .map(|piece| (piece.repeat(LINE / piece.len()) + "\n").repeat(BYTES / LINE));
    let prefixed = [
        "https://",
        "http://a@",
        "1.1.1.1/",
        "a|",
        "https://virustotal.com/",
    ]
    .into_iter()
    .flat_map(|start| {
        pieces.iter().map(move |piece| {
            format!("{start}{}.com\n", piece.repeat(LINE / piece.len())).repeat(BYTES / LINE / 4)
        })
    });
    let whole = pieces.iter().map(|piece| piece.repeat(BYTES / piece.len()));
    let nested = "{\"a\":".repeat(BYTES / 6) + "\"x.com\"" + &"}".repeat(BYTES / 6);
    for text in lines.chain(whole).chain(prefixed).chain([nested]) {
        let started = Instant::now();
        let _ = found(&text);
        let took = started.elapsed();
        let start: String = text.chars().take(30).collect();
        // Without optimisation and beside other tests; it takes a small part of that alone.
        assert!(took < Duration::from_secs(10), "{start:?} took {took:?}");
    }
}
