use super::*;
use proptest::prelude::*;

fn canonical(text: &str) -> String {
    text.parse::<Pattern>()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
        .to_string()
}

#[test]
fn patterns_are_printed_in_one_form() {
    for (text, expected) in [
        ("[ file:hashes.'SHA-256'=='aa' ]  // what\n", ""),
        (
            "[a:b = 1 OR a:c = 2 AND a:d = 3]",
            "[a:b = 1 OR a:c = 2 AND a:d = 3]",
        ),
        (
            "[(a:b = 1 OR a:c = 2) AND a:d = 3]",
            "[(a:b = 1 OR a:c = 2) AND a:d = 3]",
        ),
        (
            "[(a:b = 1 AND a:c = 2) OR a:d <> 3]",
            "[a:b = 1 AND a:c = 2 OR a:d != 3]",
        ),
        ("([a:b = 1])", "[a:b = 1]"),
        (
            "([a:b = 1] FOLLOWEDBY [c:d = 1.50]) WITHIN 300 SECONDS",
            "([a:b = 1] FOLLOWEDBY [c:d = 1.50]) WITHIN 300 SECONDS",
        ),
        (
            "([a:b = true] REPEATS 2 TIMES) REPEATS 3 TIMES",
            "([a:b = true] REPEATS 2 TIMES) REPEATS 3 TIMES",
        ),
        (
            "[a:b.'c-d'[*].e[0] NOT IN ('x', h'00FF', b'AAE=', t'2026-01-02T03:04:05Z')]",
            "[a:b.'c-d'[*].e[0] NOT IN ('x', h'00ff', b'AAE=', t'2026-01-02T03:04:05Z')]",
        ),
        (
            "[NOT EXISTS a:b AND a:c LIKE '%']",
            "[NOT EXISTS a:b AND a:c LIKE '%']",
        ),
        ("[a:b = 'it\\'s \\\\ here']", "[a:b = 'it\\'s \\\\ here']"),
        (
            "[a:b = 1] START t'2026-01-02T03:04:05Z' STOP t'2026-01-02T03:04:05.5Z'",
            "[a:b = 1] START t'2026-01-02T03:04:05Z' STOP t'2026-01-02T03:04:05.5Z'",
        ),
    ] {
        if expected.is_empty() {
            assert!(text.parse::<Pattern>().is_err(), "{text}");
        } else {
            assert_eq!(canonical(text), expected);
            assert_eq!(canonical(expected), expected);
        }
    }
}

#[test]
fn mistakes_are_named_where_they_are() {
    for (text, line, column, part) in [
        ("", 1, 1, "expected ["),
        ("[a:b = 'x]", 1, 8, "closing quote"),
        ("[a:b = 'x\\n']", 1, 10, "backslash"),
        ("[a:b =\n  ]", 2, 3, "constant"),
        ("[a:b-c = 1]", 1, 4, "quotes around a key"),
        ("[a:b = 1] AND", 1, 14, "expected ["),
        ("[a:b = 1] [a:b = 2]", 1, 11, "expected AND"),
        ("[a:b > true]", 1, 8, "cannot be compared"),
        ("[a:b LIKE 5]", 1, 11, "cannot be compared"),
        ("[a:b = 1] REPEATS 0 TIMES", 1, 19, "from 1"),
        ("[a:b = 1] REPEATS 2 TIMES REPEATS 2 TIMES", 1, 27, "once"),
        ("[a:b = t'2026-13-01T00:00:00Z']", 1, 8, "timestamp"),
        ("[a:b = b'====']", 1, 8, "base64"),
        ("[file:hashes.MD5 = 'abc']", 1, 2, "no hash"),
        ("/* no end", 1, 1, "no end"),
    ] {
        let error = text.parse::<Pattern>().unwrap_err();
        assert_eq!((error.line, error.column), (line, column), "{text}: {error}");
        assert!(error.message.contains(part), "{text}: {error}");
    }
}

#[test]
fn bi_f5_patterns_are_bounded() {
    let deep = format!("{}[a:b = 1]{}", "(".repeat(10_000), ")".repeat(10_000));
    assert!(deep.parse::<Pattern>().unwrap_err().message.contains("nested"));
    let deep = format!("[{}a:b = 1{}]", "(".repeat(10_000), ")".repeat(10_000));
    assert!(deep.parse::<Pattern>().unwrap_err().message.contains("nested"));
    let many = format!("[{}a:b = 1]", "a:b = 1 OR ".repeat(MOST_TERMS));
    assert!(
        many.parse::<Pattern>()
            .unwrap_err()
            .message
            .contains("comparisons")
    );
    let long = format!("[a:b = '{}']", "x".repeat(LONGEST));
    assert!(long.parse::<Pattern>().unwrap_err().message.contains("bytes"));
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z_]{1,6}",
        Just("AND".to_owned()),
        "\\PC{0,6}",
        Just("it's \\".to_owned())
    ]
}

fn constant() -> impl Strategy<Value = Constant> {
    prop_oneof![
        any::<i64>().prop_map(|n| Constant::Integer(n.to_string())),
        "-?[0-9]{0,3}\\.[0-9]{1,3}".prop_map(Constant::Float),
        any::<String>().prop_map(Constant::Text),
        prop::collection::vec(any::<u8>(), 0..5).prop_map(Constant::Binary),
        prop::collection::vec(any::<u8>(), 0..5).prop_map(Constant::Hex),
        any::<bool>().prop_map(Constant::Boolean),
        Just(Constant::Time("2026-01-02T03:04:05.006Z".to_owned())),
    ]
}

fn path() -> impl Strategy<Value = Path> {
    let step = prop_oneof![
        name().prop_map(Step::Key),
        Just(Step::Any),
        (-2i64..9).prop_map(Step::Index)
    ];
    (name(), prop::collection::vec(step, 0..3)).prop_map(|(first, rest)| Path {
        object: "x-a".to_owned(),
        steps: std::iter::once(Step::Key(first)).chain(rest).collect(),
    })
}

fn term() -> impl Strategy<Value = Comparison> {
    (
        path(),
        any::<bool>(),
        prop::collection::vec(constant(), 1..3),
        any::<bool>(),
    )
        .prop_map(|(path, negated, mut operand, exists)| {
            if exists {
                return Comparison::Exists { path, negated };
            }
            let operator = if operand.len() == 1 {
                Operator::Equal
            } else {
                Operator::In
            };
            if operator == Operator::Equal {
                operand.truncate(1);
            }
            Comparison::Term(Term {
                path,
                negated,
                operator,
                operand,
            })
        })
}

fn comparison() -> impl Strategy<Value = Comparison> {
    term().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Comparison::And),
            prop::collection::vec(inner, 2..4).prop_map(Comparison::Or),
        ]
    })
}

fn observation() -> impl Strategy<Value = Observation> {
    let qualifier = prop_oneof![
        (1u64..=1000).prop_map(Qualifier::Repeats),
        Just(Qualifier::Within("2.5".to_owned())),
    ];
    comparison()
        .prop_map(Observation::Test)
        .prop_recursive(3, 12, 3, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 2..4).prop_map(Observation::And),
                prop::collection::vec(inner.clone(), 2..4).prop_map(Observation::Or),
                prop::collection::vec(inner.clone(), 2..4).prop_map(Observation::FollowedBy),
                (inner, qualifier.clone())
                    .prop_map(|(inner, one)| Observation::Qualified(Box::new(inner), vec![one])),
            ]
        })
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        let _ = text.parse::<Pattern>();
    }

    #[test]
    fn words_in_any_order_are_read_or_refused(
        words in prop::collection::vec(prop_oneof![
            Just("["), Just("]"), Just("("), Just(")"), Just("a:b"), Just("="), Just("'x'"), Just("5"),
            Just("AND"), Just("OR"), Just("NOT"), Just("IN"), Just("EXISTS"), Just("START"), Just("t'"),
            Just("WITHIN"), Just("SECONDS"), Just("/*"), Just("//"), Just(","), Just("[*]"), Just("."), Just("b'"),
        ], 0..24)
    ) {
        if let Ok(pattern) = words.join(" ").parse::<Pattern>() {
            let printed = pattern.to_string();
            prop_assert_eq!(printed.parse::<Pattern>().unwrap(), pattern);
        }
    }

    #[test]
    fn what_is_printed_reads_back_as_the_same_tree(observation in observation()) {
        let pattern = Pattern(observation);
        let printed = pattern.to_string();
        prop_assert_eq!(printed.parse::<Pattern>().map_err(|error| format!("{printed}: {error}")), Ok(pattern));
    }
}
