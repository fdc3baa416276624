//! Whatever stands in values, tags and addresses: every line is one rule, and as many as are meant.
use super::reader::{rules_of, searched};
use super::{Dialect, Rules, encode};
use crate::export::{Export, Parts, Row};
use crate::sample::{attribute, document, event};
use entente_indicator::AttributeType;
use entente_model::attribute::Attribute;
use entente_model::id::{ElementId, EventId, SharingGroupId};
use entente_model::level::Distribution;
use entente_model::object::Object;
use proptest::prelude::*;
use uuid::Uuid;

/// How many rules a value of this type has.
fn meant(kind: &str, dialect: Dialect) -> usize {
    let snort = dialect == Dialect::Snort;
    match kind {
        "hostname" | "domain" => 2 + usize::from(snort),
        "domain|ip" => 4 + usize::from(snort),
        "email" => 2,
        "ja3-fingerprint-md5" | "suricata" => usize::from(!snort),
        "ip-dst" | "ip-src" | "ip-dst|port" | "ip-src|port" | "email-src" | "email-dst" | "email-subject"
        | "email-attachment" | "url" | "user-agent" | "snort" => 1,
        _ => 0,
    }
}

const FRAGMENTS: &[&str] = &[
    "\n",
    "\r\n",
    "\0",
    "\u{85}",
    "\u{2028}",
    "\"",
    "; sid:1;",
    "\"; sid:1;)",
    "\"; sid:1;) \nalert ip any any -> any any (sid:2;)",
    "\\",
    "\\\"",
    "\\;",
    "|",
    "|0a|",
    "0x",
    "*/",
    "#",
    "(",
    ")",
    "[",
    ",",
    "/",
    ":443",
    ".",
    "@",
    "日本",
    "http://",
    "https://",
    "SSH://",
    "ftp://",
    "198.51.100.7",
    "2001:db8::1",
    "bad.example",
    "alert tcp any any -> any any (msg:\"x\"; sid:1;)",
    "$HOME_NET",
    " any -> any any ",
];

fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => proptest::sample::select(FRAGMENTS).prop_map(str::to_owned),
        2 => any::<String>(),
        2 => "[a-z0-9.|\"\\\\;:-]{0,12}",
        1 => (1000_usize..9000).prop_map(|length| "x".repeat(length)),
    ];
    proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn dialect() -> impl Strategy<Value = Dialect> {
    proptest::sample::select(vec![Dialect::Snort, Dialect::Suricata])
}

fn kind() -> impl Strategy<Value = AttributeType> {
    let with_rules = AttributeType::all().filter(|kind| meant(kind.name(), Dialect::Suricata) > 0);
    prop_oneof![
        1 => proptest::sample::select(AttributeType::all().collect::<Vec<_>>()),
        4 => proptest::sample::select(with_rules.collect::<Vec<_>>()),
    ]
}

fn object(name: &str) -> Object {
    Object {
        id: ElementId::new(EventId(12), 9).unwrap(),
        uuid: Uuid::from_u128(3),
        name: name.to_owned(),
        meta_category: String::new(),
        description: String::new(),
        template_uuid: None,
        template_version: 1,
        timestamp: 0,
        distribution: Distribution::Inherit,
        sharing_group: SharingGroupId::NONE,
        comment: String::new(),
        deleted: false,
        first_seen: None,
        last_seen: None,
        label: None,
    }
}

fn member(relation: &str, value: &str) -> Attribute {
    let kind = if relation.starts_with("ip-") {
        relation
    } else {
        "text"
    };
    Attribute {
        relation: Some(relation.to_owned()),
        ..attribute(kind, value)
    }
}

/// The document of an event with one object.
fn of_object(name: &str, members: &[Attribute], event_tags: &[&str]) -> String {
    let (event, object) = (event(), object(name));
    let mut rules = Rules::new(Dialect::Snort, "https://e.example".to_owned(), 4_000_000, true);
    let mut out = Parts::of(&rules);
    let row = |attribute| Row {
        attribute,
        event: &event,
        object: Some(&object),
        tags: &["own"],
        event_tags,
        owner: "",
        creator: "",
        decay: None,
    };
    let rows: Vec<Row<'_>> = members.iter().map(row).collect();
    rules.begin(&mut out);
    for row in &rows {
        rules.attribute(&mut out, row);
    }
    rules.object(&mut out, &object, &rows);
    rules.event(&mut out, &event);
    rules.end(&mut out);
    String::from_utf8(out.concat()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn one_line_is_one_rule(
        kind in kind(),
        value in hostile(),
        second in proptest::option::of(hostile()),
        tags in proptest::collection::vec(hostile(), 0..3),
        base in hostile(),
        sid_base: i64,
        dialect in dialect(),
    ) {
        let mut attribute = attribute(kind.name(), &value);
        if kind.is_composite() && second.is_some() {
            attribute.value2 = second;
        }
        let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
        let text = document(Rules::new(dialect, base, sid_base, false), &[attribute], &tags);
        let (rules, left_out) = rules_of(&text).map_err(TestCaseError::fail)?;
        let meant = meant(kind.name(), dialect);
        let names_no_host = kind == AttributeType::URL
            && dialect == Dialect::Suricata
            && ["ssh://", "ftp://"].iter().any(|scheme| value.to_ascii_lowercase().starts_with(scheme));
        prop_assert!(rules.len() <= meant);
        prop_assert_eq!(rules.len() < meant && !names_no_host || left_out > 0, left_out == 1);
        let stored = matches!(kind, AttributeType::SNORT | AttributeType::SURICATA);
        for rule in &rules {
            prop_assert_eq!(rule.header.len(), 7);
            for own in ["msg", "classtype", "rev", "sid", "reference"] {
                prop_assert_eq!(rule.values(own).len(), 1, "{}", own);
            }
            for content in rule.values("content") {
                if !stored {
                    searched(content).map_err(TestCaseError::fail)?;
                }
            }
        }
    }

    #[test]
    fn rules_search_for_the_value(value in hostile(), dialect in dialect()) {
        for (kind, end) in [("email-subject", ""), ("email-attachment", "\""), ("user-agent", "")] {
            let text = document(
                Rules::new(dialect, String::new(), 1, false),
                &[attribute(kind, &value)],
                &[],
            );
            let (rules, left_out) = rules_of(&text).map_err(TestCaseError::fail)?;
            prop_assert_eq!(rules.is_empty(), left_out == 1);
            for rule in &rules {
                let expected = format!("{value}{end}");
                let found = rule
                    .values("content")
                    .iter()
                    .any(|content| searched(content).unwrap() == expected.as_bytes());
                prop_assert!(found, "{}", text);
            }
        }
    }

    #[test]
    fn patterns_are_the_value(value in hostile()) {
        let pattern = encode::pattern(&value);
        let dangerous = |c| matches!(c, '"' | ';' | '/') || encode::is_control(c);
        prop_assert!(!pattern.chars().any(dangerous));
        let (mut bytes, mut rest) = (Vec::new(), pattern.as_str());
        while let Some(c) = rest.chars().next() {
            let taken = match rest.strip_prefix('\\') {
                Some(number) if number.starts_with('x') => {
                    bytes.extend(hex::decode(&rest[2..4]).unwrap());
                    4
                }
                Some(escaped) => {
                    prop_assert!(escaped.starts_with(|c: char| c.is_ascii_punctuation()));
                    bytes.push(escaped.as_bytes()[0]);
                    2
                }
                None => {
                    bytes.extend(c.to_string().bytes());
                    c.len_utf8()
                }
            };
            rest = &rest[taken..];
        }
        prop_assert_eq!(bytes, value.as_bytes());
    }

    #[test]
    fn stored_rules_keep_their_other_options(
        options in proptest::collection::vec(
            (
                proptest::sample::select(vec![
                    "msg", "sid", "rev", "classtype", "reference", "content", "pcre", "nocase", "metadata",
                ]),
                "([ -\\[\\]-~é\r\0\u{2028}]|\\\\[;\"\\\\.]){0,20}",
            ),
            0..8,
        ),
        garbage in proptest::option::of(hostile()),
    ) {
        let mut text = "alert tcp $HOME_NET any -> [198.51.100.7, 192.0.2.1] 443 (".to_owned();
        let mut kept = Vec::new();
        for (name, value) in &options {
            let value = match *name {
                "msg" | "content" | "pcre" => Some(format!("\"{value}\"")),
                "nocase" => None,
                _ => Some("7".to_owned()),
            };
            text.push_str(name);
            text.push_str(&value.as_ref().map_or(String::new(), |value| format!(":{value}")));
            text.push_str("; ");
            if matches!(*name, "content" | "pcre" | "nocase" | "metadata") {
                kept.push(((*name).to_owned(), value.map(|value| value.replace(['\r', '\0', '\u{2028}'], " "))));
            }
        }
        text.push_str(garbage.as_deref().unwrap_or_default());
        text.push(')');
        let bare = options
            .iter()
            .any(|(name, value)| matches!(*name, "msg" | "content" | "pcre") && has_bare(value));
        let text = document(
            Rules::new(Dialect::Snort, "https://e.example".to_owned(), 1, false),
            &[attribute("snort", &text)],
            &[],
        );
        let (rules, left_out) = rules_of(&text).map_err(TestCaseError::fail)?;
        prop_assert_eq!(rules.len() as u64 + left_out, 1);
        if garbage.is_none() {
            prop_assert_eq!(left_out == 1, bare);
            for rule in rules {
                let is_own = |name: &str| ["msg", "sid", "rev", "classtype", "reference"].contains(&name);
                let others: Vec<_> = rule.options.iter().filter(|(name, _)| !is_own(name)).cloned().collect();
                prop_assert_eq!(others, kept.clone());
                prop_assert_eq!(rule.options.len(), kept.len() + 5);
                prop_assert_eq!(rule.values("reference"), ["url,https://e.example/events/view/12"]);
            }
        }
    }

    #[test]
    fn an_object_is_one_rule(
        name in proptest::sample::select(vec!["network-connection", "ddos"]),
        members in proptest::collection::vec(
            (
                proptest::sample::select(vec!["ip-src", "ip-dst", "src-port", "dst-port", "protocol"]),
                prop_oneof![
                    Just("198.51.100.7".to_owned()),
                    Just("2001:db8::1".to_owned()),
                    Just("443".to_owned()),
                    Just("UDP".to_owned()),
                    hostile(),
                ],
            ),
            0..6,
        ),
        tag in hostile(),
    ) {
        let has_end = members.iter().any(|(relation, _)| relation.starts_with("ip-"));
        let members: Vec<Attribute> = members.iter().map(|(relation, value)| member(relation, value)).collect();
        let (rules, left_out) = rules_of(&of_object(name, &members, &[&tag])).map_err(TestCaseError::fail)?;
        prop_assert_eq!(rules.len() as u64 + left_out, u64::from(has_end));
    }
}

/// Whether a quote or semicolon stands in the text without a backslash, or a backslash at its end.
fn has_bare(text: &str) -> bool {
    let mut escaped = false;
    for c in text.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' | ';' => return true,
            _ => {}
        }
    }
    escaped
}

#[test]
fn ends_of_an_object() {
    let both = [
        member("ip-src", "192.0.2.1"),
        member("ip-src", "192.0.2.2"),
        member("ip-src", "192.0.2.1"),
        member("ip-dst", "198.51.100.7"),
        member("dst-port", "53"),
        member("layer4-protocol", "UDP"),
    ];
    let text = of_object("network-connection", &both, &["tlp:red"]);
    let (_, rule) = text.rsplit_once('\n').unwrap();
    assert!(
        rule.starts_with(
            "alert udp [192.0.2.1,192.0.2.2] any -> 198.51.100.7 53 (msg: \"MISP e12 [tlp:red] \
             Network connection between [192.0.2.1,192.0.2.2] and 198.51.100.7\";   classtype:"
        ),
        "{rule}"
    );
    let one = of_object("ddos", &both[3..4], &[]);
    assert!(
        one.contains("\nalert ip $HOME_NET any -> 198.51.100.7 any (msg: \"MISP e12 [] DDOS attack detected")
    );
}
