//! What is written is read back as what it was. spec: 12#9
use crate::support::{attribute, event, item, member, object, read, sample, settings, tag, view, written};
use entente_indicator::{AttributeType, Category};
use entente_model::attribute::Attribute;
use entente_model::draft::{AttributeDraft, Given};
use entente_stix::write::{Item, ObjectView, Profile, Version};
use proptest::prelude::*;

fn facts(draft: &AttributeDraft) -> (Option<&str>, Option<&str>, Option<&str>, Option<&bool>, &str) {
    (
        draft.kind.as_deref(),
        draft.category.as_deref(),
        draft.value.as_deref(),
        draft.to_ids.as_value(),
        draft.comment.as_deref().unwrap_or_default(),
    )
}

fn check(attribute: &Attribute, version: Version, profile: Profile) {
    let event = event();
    let text = written(
        settings(version, profile),
        &view(&event, &[]),
        &[item(attribute, &[])],
        &[],
    );
    let kind = AttributeType::from_id(attribute.kind).unwrap();
    let what = format!("{} {version:?} {profile:?}\n{text}", kind.name());
    let (imported, taken) = read(&text).unwrap_or_else(|error| panic!("{error}: {what}"));
    assert_eq!(imported.header.uuid, Given::Value(event.uuid), "{what}");
    assert_eq!(taken.left_out, Vec::<String>::new(), "{what}");
    let [draft] = taken.attributes.as_slice() else {
        panic!("{taken:?}: {what}")
    };
    let category = Category::from_id(attribute.category).unwrap();
    let value = attribute.value();
    let expected = (
        Some(kind.name()),
        Some(category.name()),
        Some(value.as_ref()),
        Some(&attribute.to_ids),
        attribute.comment.as_str(),
    );
    assert_eq!(facts(draft), expected, "{what}");
    let uuid = match version {
        Version::New => attribute.uuid,
        Version::Old => entente_stix::ident::in_random_form(attribute.uuid),
    };
    assert_eq!(draft.uuid, Given::Value(uuid), "{what}");
    assert_eq!(draft.timestamp, Given::Value(attribute.timestamp), "{what}");
}

#[test]
fn every_type_comes_back_as_it_was() {
    for (number, kind) in AttributeType::all().enumerate() {
        for to_ids in [false, true] {
            for version in [Version::New, Version::Old] {
                let one = Attribute {
                    to_ids,
                    comment: "seen at 'home'".to_owned(),
                    ..attribute(u32::try_from(number).unwrap(), kind.name(), &sample(kind.name()))
                };
                check(&one, version, Profile::Misp);
            }
        }
    }
}

#[test]
fn times_and_tags_come_back() {
    let one = Attribute {
        to_ids: true,
        first_seen: Some(1_704_164_645_123_456),
        last_seen: Some(1_706_933_106_000_000),
        ..attribute(1, "ip-dst", "198.51.100.7")
    };
    let tags = [
        tag("tlp:amber"),
        tag("golden:review"),
        tag("misp:confidence-level=\"usually-confident\""),
    ];
    let event = event();
    let event_tags = [tag("tlp:green"), tag("PAP:RED"), tag("some: \"odd\" tag")];
    for version in [Version::New, Version::Old] {
        let text = written(
            settings(version, Profile::Misp),
            &view(&event, &event_tags),
            &[item(&one, &tags)],
            &[],
        );
        let (imported, taken) = read(&text).unwrap();
        let names = |tags: &[entente_model::draft::TagDraft]| {
            let mut names: Vec<String> = tags.iter().filter_map(|tag| tag.name.clone()).collect();
            names.sort();
            names
        };
        assert_eq!(
            names(&imported.header.tags),
            ["PAP:RED", "some: \"odd\" tag", "tlp:green"]
        );
        assert_eq!(
            names(taken.attributes[0].tags()),
            [
                "golden:review",
                "misp:confidence-level=\"usually-confident\"",
                "tlp:amber"
            ]
        );
        assert_eq!(taken.attributes[0].first_seen, Given::Value(one.first_seen));
        assert_eq!(taken.attributes[0].last_seen, Given::Value(one.last_seen));
        assert_eq!(imported.header.info.as_deref(), Some("Operation Gilt"));
        assert_eq!(
            imported.header.orgc.unwrap().name.as_deref(),
            Some("Golden Alpha")
        );
    }
}

#[test]
fn files_come_back() {
    let event = event();
    for (kind, value) in [
        ("attachment", "a.png".to_owned()),
        ("malware-sample", sample("malware-sample")),
    ] {
        for to_ids in [false, true] {
            let one = Attribute {
                to_ids,
                ..attribute(1, kind, &value)
            };
            let items = [Item {
                file: Some("UEsDBAo="),
                ..item(&one, &[])
            }];
            let text = written(
                settings(Version::New, Profile::Misp),
                &view(&event, &[]),
                &items,
                &[],
            );
            let (_, taken) = read(&text).unwrap();
            let extra = taken.attributes[0]
                .extra
                .as_deref()
                .unwrap_or_else(|| panic!("{text}"));
            assert_eq!(extra.data.as_deref(), Some("UEsDBAo="), "{text}");
            assert_eq!(taken.attributes[0].value.as_deref(), Some(value.as_str()));
        }
    }
}

/// Objects of the templates that the tables know, with a relation that they do not know.
fn objects() -> Vec<(&'static str, &'static str, Vec<Attribute>)> {
    let md5 = sample("md5");
    vec![
        (
            "file",
            "file",
            vec![
                member(11, "filename", "filename", "it's.exe", true),
                member(12, "md5", "md5", &md5, true),
                member(13, "size-in-bytes", "size-in-bytes", "5", false),
                member(14, "text", "text", "what", false),
            ],
        ),
        (
            "domain-ip",
            "network",
            vec![
                member(21, "domain", "domain", "a.example", true),
                member(22, "ip", "ip-dst", "198.51.100.1", true),
                member(23, "ip", "ip-dst", "2001:db8::1", false),
            ],
        ),
        (
            "ip-port",
            "network",
            vec![
                member(31, "ip-dst", "ip-dst", "198.51.100.1", true),
                member(32, "dst-port", "port", "443", false),
            ],
        ),
        (
            "email",
            "network",
            vec![
                member(41, "from", "email-src", "a@b.example", true),
                member(42, "to", "email-dst", "c@d.example", false),
                member(43, "to", "email-dst", "e@f.example", false),
                member(44, "subject", "email-subject", "it's", false),
                member(45, "attachment", "email-attachment", "x.doc", true),
            ],
        ),
        (
            "bank-account",
            "financial",
            vec![
                member(51, "iban", "iban", "CH9300762011623852957", true),
                member(52, "text", "text", "x", false),
            ],
        ),
    ]
}

#[test]
fn objects_come_back() {
    let event = event();
    for (name, meta, members) in objects() {
        for version in [Version::New, Version::Old] {
            for to_ids in [false, true] {
                let members: Vec<Attribute> = members
                    .iter()
                    .map(|member| Attribute {
                        to_ids: member.to_ids && to_ids,
                        ..member.clone()
                    })
                    .collect();
                let object = object(10, name, meta);
                let items: Vec<Item<'_>> = members.iter().map(|member| item(member, &[])).collect();
                let objects = [ObjectView {
                    object: &object,
                    members: &items,
                    references: &[],
                }];
                let text = written(
                    settings(version, Profile::Misp),
                    &view(&event, &[]),
                    &[],
                    &objects,
                );
                let (_, taken) = read(&text).unwrap();
                let [draft] = taken.objects.as_slice() else {
                    panic!("{name}: {text}\n{taken:?}")
                };
                assert_eq!(draft.name.as_deref(), Some(name));
                assert_eq!(draft.meta_category.as_deref(), Some(meta));
                assert_eq!(draft.comment.as_deref(), Some("an object"));
                let got = |draft: &AttributeDraft| {
                    (draft.relation.clone(), draft.kind.clone(), draft.value.clone())
                };
                let mut found: Vec<_> = draft.attributes.iter().map(got).collect();
                let mut expected: Vec<_> = members
                    .iter()
                    .map(|member| {
                        let kind = AttributeType::from_id(member.kind).unwrap().name().to_owned();
                        (
                            member.relation.clone(),
                            Some(kind),
                            Some(member.value().into_owned()),
                        )
                    })
                    .collect();
                found.sort();
                expected.sort();
                assert_eq!(found, expected, "{name} {version:?} {to_ids}: {text}");
            }
        }
    }
}

proptest! {
    #[test]
    fn hostile_values_come_back_as_they_were(
        value in "\\PC{1,40}|['\\\\\\[\\]\"]{1,10}|[ -~]{1,30}",
        comment in "\\PC{0,20}",
        to_ids in any::<bool>(),
        kind in prop::sample::select(vec![
            "filename", "url", "email-src", "email-subject", "domain", "hostname", "mutex", "regkey", "text",
            "user-agent", "yara", "snort", "link", "email-header", "email-x-mailer", "vulnerability", "github-username",
        ]),
        old in any::<bool>(),
        strict in any::<bool>(),
    ) {
        let version = if old { Version::Old } else { Version::New };
        // what is lost without the extension: comments of observations and values that are normalised
        let profile = if strict && to_ids && kind != "regkey" { Profile::Strict } else { Profile::Misp };
        let one = Attribute { to_ids, comment, ..attribute(1, kind, &value) };
        check(&one, version, profile);
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        let _ = read(&text);
    }

    #[test]
    fn objects_of_any_content_are_read_or_refused(
        kind in prop::sample::select(vec![
            "indicator", "observed-data", "file", "network-traffic", "email-message", "report", "note", "sighting",
            "relationship", "identity", "x-misp-object", "x-misp-attribute", "malware", "marking-definition",
        ]),
        names in prop::collection::vec(prop::sample::select(vec![
            "pattern", "pattern_type", "objects", "object_refs", "value", "name", "hashes", "labels", "src_ref",
            "x_misp_attributes", "created", "modified", "count", "definition", "source_ref", "target_ref", "revoked",
        ]), 0..6),
        values in prop::collection::vec(prop::sample::select(vec![
            "null", "5", "\"x\"", "[]", "{}", "[\"file--28bb3599-77cd-5a82-a950-b5bc3caf07c4\"]",
            "\"file--28bb3599-77cd-5a82-a950-b5bc3caf07c4\"", "[{\"type\":\"md5\",\"value\":5}]", "true",
            "{\"0\":{\"type\":\"file\",\"name\":\"a\",\"content_ref\":\"0\"}}", "\"[file:name = 'a']\"",
            "\"2026-01-01T00:00:00Z\"", "{\"MD5\":[1]}",
        ]), 6),
    ) {
        let mut body = String::new();
        let mut seen = Vec::new();
        for (name, value) in names.iter().zip(&values) {
            if !seen.contains(name) {
                seen.push(name);
                body.push_str(&format!(",\"{name}\":{value}"));
            }
        }
        let id = "28bb3599-77cd-5a82-a950-b5bc3caf07c4";
        let text = format!("{{\"objects\":[{{\"type\":\"{kind}\",\"id\":\"{kind}--{id}\"{body}}},{{\"type\":\"file\",\"id\":\"file--{id}\",\"name\":\"b\"}}]}}");
        let _ = read(&text);
    }
}
