use super::*;
use crate::sample::{attribute, document, event};
use entente_model::attribute::Attribute;
use entente_model::event::Event as StoredEvent;
use proptest::prelude::*;
use uuid::Uuid;
use yara_x_parser::ast::{AST, MetaValue, Pattern};

fn text(rows: &[Attribute]) -> String {
    document(Yara::new(Scope::Attribute, Notation::Text), rows, &[])
}

/// The document of an event with another title.
fn titled(scope: Scope, info: &str, rows: &[Attribute]) -> String {
    let event = StoredEvent {
        info: info.to_owned(),
        ..event()
    };
    let mut export = Yara::new(scope, Notation::Text);
    let mut out = Parts::of(&export);
    export.begin(&mut out);
    for attribute in rows {
        let row = Row {
            attribute,
            event: &event,
            object: None,
            tags: &[],
            event_tags: &[],
            owner: "",
            creator: "",
            decay: None,
        };
        export.attribute(&mut out, &row);
    }
    export.event(&mut out, &event);
    export.end(&mut out);
    String::from_utf8(out.concat()).unwrap()
}

fn rule(name: &str, kind: Option<&str>, tail: &str) -> String {
    let own = kind.map_or(String::new(), |kind| {
        format!("\n\t\tMISP_UUID = \"00000000-0000-0000-0000-000000000002 ({kind})\"")
    });
    format!(
        "rule MISP_{name} : generated\n{{\n\tmeta:\n\t\tMISP_EVENT_INFO = \"a \\\"b\\\"\"\n\t\t\
         MISP_EVENT_UUID = \"00000000-0000-0000-0000-000000000001\"\n\t\tMISP_ORIGIN = \
         \"Automatically generated from non-Yara attribute(s)\"{own}\n{tail}\n}}"
    )
}

const ATTRIBUTE: &str = "ATTRIBUTE_00000000_0000_0000_0000_000000000002";
const MD5: &str = "d41d8cd98f00b204e9800998ecf8427e";

#[test]
fn a_rule_for_each_attribute() {
    let rows = [
        attribute("domain", "bad.example"),
        attribute("port", "80"),
        attribute("filename|md5", &format!("a.exe|{}", MD5.to_uppercase())),
        attribute("hex", "de ad"),
    ];
    let expected = [
        GENERATED_BANNER,
        "\n\n",
        &rule(
            ATTRIBUTE,
            Some("domain"),
            "\tstrings:\n\t\t$ = \"bad.example\" ascii wide\n\tcondition:\n\t\tany of them",
        ),
        "\n\n\nimport \"hash\"\n",
        &rule(
            ATTRIBUTE,
            Some("filename|md5"),
            &format!("\tcondition:\n\t\thash.md5(0, filesize) == \"{MD5}\""),
        ),
        "\n\n\n\n",
        &rule(
            ATTRIBUTE,
            Some("hex"),
            "\tstrings:\n\t\t$ = { DEAD } \n\tcondition:\n\t\tany of them",
        ),
        "\n",
        STORED_BANNER,
    ];
    assert_eq!(text(&rows), expected.concat());
}

#[test]
fn a_rule_for_an_event() {
    let rows = [
        attribute("domain|ip", "bad.example|198.51.100.7"),
        attribute("md5", MD5),
        attribute("imphash", MD5),
        attribute("text", "a.b\nc"),
    ];
    let tail = format!(
        "\tstrings:\n\t\t$ = \"bad.example\" ascii wide\n\t\t$ = \"198.51.100.7\" ascii wide\n\t\t\
         $ = /a\\.b(\\x0D|\\x0A\\x0D|\\x0A|\\x1E)?c/ ascii wide\n\tcondition:\n\t\t\
         hash.md5(0, filesize) == \"{MD5}\"\n\t\tor pe.imphash() == \"{MD5}\"\n\t\tor any of them"
    );
    let expected = [
        GENERATED_BANNER,
        "\nimport \"hash\"\nimport \"pe\"\n",
        &rule("EVENT_00000000_0000_0000_0000_000000000001_PART1", None, &tail),
        "\n",
        STORED_BANNER,
    ];
    let written = document(Yara::new(Scope::Event, Notation::Text), &rows, &[]);
    assert_eq!(written, expected.concat());
}

#[test]
fn long_events_have_parts() {
    let rows = vec![attribute("domain", "bad.example"); 2001];
    let written = document(Yara::new(Scope::Event, Notation::Text), &rows, &[]);
    let names: Vec<_> = written
        .lines()
        .filter_map(|line| line.split("_PART").nth(1))
        .collect();
    assert_eq!(names, ["1 : generated", "2 : generated", "3 : generated"]);
    assert_eq!(written.matches("bad.example").count(), 2001);
}

#[test]
fn empty_documents() {
    for scope in [Scope::Attribute, Scope::Event] {
        let written = document(Yara::new(scope, Notation::Text), &[attribute("port", "80")], &[]);
        assert_eq!(written, format!("{GENERATED_BANNER}\n{STORED_BANNER}"));
        let written = document(Yara::new(scope, Notation::Json), &[], &[]);
        assert_eq!(written, "{\"generated\":[],\"as-is\":[]}");
    }
}

#[test]
fn stored_rules() {
    let stored = "rule golden_rule { strings: $a = \"golden-marker\" condition: $a }";
    let written = document(
        Yara::new(Scope::Attribute, Notation::Json),
        &[
            attribute("yara", stored),
            attribute("yara", "rule broken { condition: }"),
        ],
        &[],
    );
    assert_eq!(
        written,
        concat!(
            r#"{"generated":[],"as-is":[{"value": "\n\nrule golden_rule : as_is valid\n{\n\tmeta:\n\t\t"#,
            r#"MISP_EVENT_INFO = \"a \\\"b\\\"\"\n\t\tMISP_EVENT_UUID = \"00000000-0000-0000-0000-000000000001\""#,
            r#"\n\t\tMISP_ORIGIN = \"Loaded as-is from a Yara attribute. Some comments may have been removed by "#,
            r#"parser.\"\n\t\tMISP_UUID = \"00000000-0000-0000-0000-000000000002 (yara)\"\n\tstrings:\n\t\t$a = "#,
            r#"\"golden-marker\" \n\tcondition:\n\t\t$a\n}", "comment": "Loaded from source. ", "valid": true}, "#,
            r#"{"value": "/*            MISP EXPORT COMMENT\n    MISP_UUID: 00000000-0000-0000-0000-000000000002"#,
            r#"\n    expecting expression or identifier, found `}` on line 1\nrule broken { condition: }\n*/", "#,
            r#""comment": "Broken yara attribute. Could not parse or repair.", "valid": false}]}"#
        )
    );
}

#[test]
fn values_that_yara_lacks_are_counted() {
    let rows = [
        attribute("text", &"a".repeat(9000)),
        attribute("md5", "\" or true or \""),
        attribute("hex", "zz"),
        attribute("text", "\n\n"),
    ];
    assert_eq!(
        text(&rows),
        format!(
            "{GENERATED_BANNER}\n// Values left out because YARA cannot express them: 4\n{STORED_BANNER}"
        )
    );
}

/// The second section of the document of these attributes.
fn stored(rows: &[&str]) -> String {
    let rows: Vec<Attribute> = rows.iter().map(|rule| attribute("yara", rule)).collect();
    text(&rows).split_once(STORED_BANNER).unwrap().1.to_owned()
}

#[test]
fn rules_keep_their_pieces() {
    let written = stored(&[
        "import \"pe\"\nimport \"math\"\n/* c */ private rule a : x valid {\n meta:\n  m = \"}\" // c\n  \
         n = -3\n  MISP_UUID = \"forged\"\n strings:\n  $a = \"x\" // c\n   wide /* c */ xor(1-2)\n  $b = { 01 /* } */ ?? }\n  \
         $_c = /a\\/b/is\n condition:\n  // first\n  pe.is_pe and /* c */\n  any of ($a*, $b)\n}",
    ]);
    assert!(written.starts_with("\nimport \"pe\"\nprivate rule a : x as_is valid\n{\n\tmeta:\n\t\tm = \"}\"\n\t\tn = -3\n\t\tMISP_EVENT_INFO"));
    let rest = "\n\tstrings:\n\t\t$a = \"x\" wide   xor(1-2)\n\t\t$b = { 01   ?? } \n\t\t$_c = /a\\/b/is \n\t\
                condition:\n\t\tpe.is_pe and  \n  any of ($a*, $b)\n}";
    assert!(written.ends_with(rest), "{written}");
    assert!(!written.contains("forged"));
}

#[test]
fn repaired_rules() {
    let written = stored(&["rule a { strings: $a = “x” condition: $a and pe.is_pe }"]);
    assert!(
        written.starts_with("\nimport \"pe\"\nrule a : as_is repaired\n"),
        "{written}"
    );
    assert!(written.contains("$a = \"x\" \n"));
    assert_parses(&written, 1);
}

#[test]
fn names_come_once() {
    let written = stored(&[
        "rule a { condition: true }",
        "rule a { condition: true } rule b { condition: a and pe.a } rule a { condition: b }",
        "rule MISP_ATTRIBUTE_x { condition: a }",
    ]);
    let suffix = "_00000000_0000_0000_0000_000000000002";
    let names: Vec<_> = written
        .lines()
        .filter_map(|line| line.strip_prefix("rule "))
        .collect();
    assert_eq!(
        names,
        [
            "a : as_is valid",
            &format!("a{suffix} : as_is repaired"),
            "b : as_is repaired",
            &format!("a{suffix}_1 : as_is repaired"),
            &format!("MISP_ATTRIBUTE_x{suffix} : as_is repaired"),
        ]
    );
    assert!(
        written.contains(&format!("\t\ta{suffix} and pe.a\n")),
        "{written}"
    );
}

#[test]
fn refused_rules() {
    for (rule, why) in [
        ("", "no rule"),
        ("import \"pe\"", "no rule"),
        ("include \"/etc/passwd\" rule a { condition: true }", "include"),
        ("import \"x\" rule a { condition: true }", "unknown module x"),
        ("global rule a { condition: false }", "global rule"),
        ("rule a { condition: $a }", "undefined string $a"),
        (
            "rule a { strings: $a = \"x\" condition: #b > 1 and $a }",
            "undefined string $b",
        ),
        (
            "rule a { strings: $a = \"x\" condition: true }",
            "unreferenced string $a",
        ),
        (
            "rule a { strings: $a = \"x\" $a = \"y\" condition: $a }",
            "duplicated string $a",
        ),
        ("rule a { strings: $a = \"\" condition: $a }", "empty string $a"),
        ("rule a { condition: any of them }", "no strings"),
        (
            "rule a { meta: m = \"\"\"x\"\"\" condition: true }",
            "only YARA-X",
        ),
        ("rule a { meta: m = 1.5 condition: true }", "only YARA-X"),
        ("rule a { condition: 1_0 == 10 }", "only YARA-X"),
        ("rule a { condition: with x = 1 : ( x == 1 ) }", "only YARA-X"),
        ("rule a { condition: tr\0ue }", "control character"),
        (
            "rule a { condition: true } */ rule b { condition: true }",
            "on line 1",
        ),
        (
            "rule a { condition: \"\\d\" == \"d\" }",
            "invalid escape sequence",
        ),
        (
            &format!("rule {} {{ condition: true }}", "a".repeat(129)),
            "too long",
        ),
        (
            &format!("rule a {{ condition: \"{}\" == \"\" }}", "a".repeat(9000)),
            "too long",
        ),
    ] {
        let written = stored(&[rule]);
        assert!(
            written.starts_with("/*            MISP EXPORT COMMENT\n"),
            "{written}"
        );
        assert!(written.contains(why), "{why}: {written}");
        assert_parses(&written, 0);
    }
}

fn assert_parses(document: &str, rules: usize) {
    let ast = AST::from(document.as_bytes());
    assert!(ast.errors().is_empty(), "{:?}\n{document}", ast.errors());
    assert_eq!(ast.rules().count(), rules, "{document}");
}

/// What a pattern searches for; line breaks of expressions as line feeds.
fn sought(pattern: &Pattern<'_>) -> Vec<u8> {
    match pattern {
        Pattern::Text(text) => text.text.value.to_vec(),
        Pattern::Regexp(regexp) => {
            let mut out = Vec::new();
            let source = regexp.regexp.src.replace("(\\x0D|\\x0A\\x0D|\\x0A|\\x1E)?", "\n");
            let mut rest = source.as_bytes();
            loop {
                rest = match rest {
                    [] => break,
                    [b'\\', b'x', high, low, rest @ ..] => {
                        out.extend(hex::decode([*high, *low]).unwrap());
                        rest
                    }
                    [b'\\', byte, rest @ ..] | [byte, rest @ ..] => {
                        out.push(*byte);
                        rest
                    }
                };
            }
            out
        }
        Pattern::Hex(_) => panic!(),
    }
}

/// Text in which what matters to YARA is frequent.
fn hostile() -> impl Strategy<Value = String> {
    "(?s)(.|[\"\\\\/*{}()$:\n\r\t\0#;]|\\*/|/\\*|//|\\\\x|\" ascii\n|\ncondition: true\n\\}|rule a \\{){1,30}"
}

proptest! {
    #[test]
    fn values_stay_in_their_strings(value in hostile(), info in hostile(), whole in any::<bool>()) {
        let scope = if whole { Scope::Event } else { Scope::Attribute };
        let document = titled(scope, &info, &[attribute("text", &value), attribute("hex", &value)]);
        let ast = AST::from(document.as_bytes());
        prop_assert!(ast.errors().is_empty(), "{:?}\n{}", ast.errors(), document);
        let plain = value.replace('\r', "\n");
        for rule in ast.rules() {
            prop_assert!(rule.identifier.name.starts_with("MISP_"));
            let meta = rule.meta.as_ref().unwrap().first().unwrap();
            let title = match &meta.value {
                MetaValue::String((title, _)) => title.as_bytes(),
                MetaValue::Bytes((title, _)) => title.as_ref(),
                _ => panic!(),
            };
            prop_assert_eq!(title, info.as_bytes());
            let patterns = rule.patterns.as_ref().unwrap();
            for pattern in patterns.iter().filter(|pattern| !matches!(pattern, Pattern::Hex(_))) {
                let found = String::from_utf8(sought(pattern)).unwrap().replace('\r', "\n");
                prop_assert_eq!(&found, &plain);
            }
        }
        if plain.trim_matches('\n').is_empty() {
            prop_assert!(document.contains("left out"));
        } else {
            prop_assert_eq!(ast.rules().count(), 1);
        }
    }

    #[test]
    fn hostile_rules_do_no_harm(rules in prop::collection::vec(hostile(), 1..4)) {
        let rows: Vec<Attribute> = rules.iter().map(|rule| attribute("yara", rule)).collect();
        let ast_errors = format!("{:?}", AST::from(text(&rows).as_bytes()).errors());
        prop_assert_eq!(ast_errors, "[]");
    }

    #[test]
    fn valid_rules_remain_what_they_are(
        name in "[a-z]{1,5}", string in hostile(), comment in "[ -)+-~\n]{0,9}", modifier in "( wide| nocase| fullword)?",
    ) {
        prop_assume!(!["all", "and", "any", "at", "for", "in", "meta", "none", "not", "of", "or", "rule", "them",
            "true", "wide", "with", "xor", "ascii", "false"].contains(&name.as_str()));
        let mut literal = String::new();
        encode::string(&mut literal, &string);
        let c = format!("/*{comment}*/");
        let rule = format!(
            "{c}rule{c} {name}{c}:{c}t{c}{{{c}meta{c}:{c}m{c}={c}-{c}1{c}strings{c}:{c}$a{c}={c}{literal}{c}{modifier}{c} \
             condition{c}:{c}true{c}and{c}({c}$a{c}){c}}}{c}"
        );
        let written = stored(&[&rule]);
        assert_parses(&written, 1);
        let ast = AST::from(written.as_bytes());
        let rule = ast.rules().next().unwrap();
        prop_assert_eq!(rule.identifier.name, &name);
        prop_assert!(written.contains("true and ( $a )\n}"), "{}", written);
        let [Pattern::Text(pattern)] = rule.patterns.as_deref().unwrap() else { panic!() };
        prop_assert_eq!(pattern.text.as_str().unwrap(), string);
        prop_assert_eq!(pattern.modifiers.iter().count(), usize::from(!modifier.is_empty()));
        prop_assert_eq!(AST::from(stored(&[&written]).as_bytes()).rules().count(), 1);
    }
}

#[test]
fn many_rules_of_one_name_take_no_time() {
    let rules = "rule a{condition:true}".repeat(2900);
    let written = stored(&[&rules, &rules]);
    assert_parses(&written, 5800);
}

#[test]
fn deep_rules_leave_the_stack_alone() {
    for (open, close) in [
        ("(", ")"),
        ("not ", ""),
        ("-", ""),
        ("a[", "]"),
        ("for all i in (0..1) : (", ")"),
    ] {
        for depth in [50, 150, 240, 480, 990, 5000] {
            let condition = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            let rule = format!("rule a {{ condition: {condition} == 1 }}");
            let run = move || stored(&[&rule]);
            let thread = std::thread::Builder::new()
                .stack_size(512 << 10)
                .spawn(run)
                .unwrap();
            let written = thread.join().unwrap();
            assert!(depth < 480 || written.contains("*/"), "{open} {depth} {written}");
        }
    }
}

#[test]
fn uuids_of_several_attributes_differ() {
    let other = Attribute {
        uuid: Uuid::from_u128(3),
        ..attribute("text", "b")
    };
    assert_parses(&text(&[attribute("text", "a"), other]), 2);
}
