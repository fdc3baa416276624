//! Replays `cases/*.txt`: what each type makes of a value.
//!
//! A case is `"input" => "stored"`, `"input" => same` or `"input" !! "part of the message"`, with JSON
//! strings, below a `[type]` line. Words for days are relative to 2024-03-01T12:30:15Z.

use std::collections::BTreeSet;

use entente_indicator::{AttributeType, ImportRules, Today, prepare};

const FILES: [(&str, &str); 5] = [
    ("hashes", include_str!("../cases/hashes.txt")),
    ("identifiers", include_str!("../cases/identifiers.txt")),
    ("network", include_str!("../cases/network.txt")),
    ("numbers", include_str!("../cases/numbers.txt")),
    ("text", include_str!("../cases/text.txt")),
];

const TODAY: Today = Today::from_unix_seconds(1_709_296_215);

/// The answer to a value, in the notation of the case files.
fn answer(ty: AttributeType, input: &str) -> Result<String, String> {
    prepare(ty, input, ImportRules::shipped(), TODAY)
        .map(|value| value.joined().into_owned())
        .map_err(|error| error.message.into_owned())
}

/// The input, the relation and the expected text of one case.
fn parts(case: &str) -> Option<(String, &str, String)> {
    let mut strings = serde_json::Deserializer::from_str(case).into_iter::<String>();
    let input = strings.next()?.ok()?;
    let (relation, expected) = case.get(strings.byte_offset()..)?.trim().split_at_checked(2)?;
    let expected = match expected.trim() {
        "same" => input.clone(),
        quoted => serde_json::from_str(quoted).ok()?,
    };
    Some((input, relation, expected))
}

/// What is wrong with one case, if anything.
fn failure(ty: AttributeType, case: &str) -> Option<String> {
    let Some((input, relation, expected)) = parts(case) else {
        return Some(format!("{ty}: {case} is not written as a case"));
    };
    let answer = answer(ty, &input);
    let right = match (relation, &answer) {
        ("=>", Ok(stored)) => *stored == expected,
        ("!!", Err(message)) => message.contains(&expected),
        _ => false,
    };
    (!right).then(|| format!("{ty}: {case}, but {answer:?}"))
}

#[test]
fn every_case_holds_and_every_type_has_one() {
    let mut failures = Vec::new();
    let mut seen = BTreeSet::new();
    for (file, text) in FILES {
        let mut current = None;
        for line in text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
        {
            if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                current = AttributeType::from_name(name);
                assert!(current.is_some(), "{file}: unknown type {name}");
                continue;
            }
            let ty = current.expect("a [type] line comes first");
            seen.insert(ty);
            failures.extend(failure(ty, line));
        }
    }
    assert!(
        failures.is_empty(),
        "{} cases fail:\n{}",
        failures.len(),
        failures.join("\n")
    );
    let missing: Vec<_> = AttributeType::all().filter(|ty| !seen.contains(ty)).collect();
    assert!(missing.is_empty(), "types without a case: {missing:?}");
}
