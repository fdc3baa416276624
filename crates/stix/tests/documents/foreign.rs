//! Documents of others, as they stand. spec: 12#8.3
use crate::support::{Taken, read};
use entente_model::draft::{AttributeDraft, Given};
use entente_stix::read::{Imported, ReadError};
use serde_json::{Value, json};

const IDENTITY: &str = "identity--c9f7d3b8-e30f-4dec-952e-711c74f09012";
const AT: &str = "2024-03-25T00:00:00Z";

fn id(kind: &str, number: u32) -> String {
    format!("{kind}--9fb006bc-5b2c-46c5-b6f4-c85f{number:08x}")
}

/// An object with what every object has.
fn object(kind: &str, number: u32, more: &Value) -> Value {
    let mut object = json!({
        "type": kind, "spec_version": "2.1", "id": id(kind, number), "created": AT, "modified": AT,
        "created_by_ref": IDENTITY,
    });
    for (key, value) in more.as_object().unwrap() {
        object[key] = value.clone();
    }
    object
}

fn indicator(number: u32, pattern: &str) -> Value {
    let more = json!({"pattern": pattern, "pattern_type": "stix", "valid_from": AT, "name": "Watch out"});
    object("indicator", number, &more)
}

fn bundle(objects: &[Value]) -> String {
    json!({"type": "bundle", "id": "bundle--192bc980-c5c0-49b1-9177-163a4c554a7e", "objects": objects})
        .to_string()
}

fn taken(objects: &[Value]) -> (Imported, Taken) {
    read(&bundle(objects)).unwrap()
}

fn shown(draft: &AttributeDraft) -> (&str, &str, bool) {
    (
        draft.kind.as_deref().unwrap_or_default(),
        draft.value.as_deref().unwrap_or_default(),
        draft.to_ids == Given::Value(true),
    )
}

fn all(taken: &Taken) -> Vec<(&str, &str, bool)> {
    taken.attributes.iter().map(shown).collect()
}

fn tags(draft: &AttributeDraft) -> Vec<&str> {
    draft
        .tags()
        .iter()
        .filter_map(|tag| tag.name.as_deref())
        .collect()
}

#[test]
fn alternatives_of_a_pattern_are_attributes() {
    let pattern = "[domain-name:value = 'a.example' OR ipv4-addr:value = '198.51.100.7'] OR [url:value = 'http://a.example/']";
    let (imported, taken) = taken(&[indicator(1, pattern)]);
    assert_eq!(
        all(&taken),
        [
            ("domain", "a.example", true),
            ("ip-dst", "198.51.100.7", true),
            ("url", "http://a.example/", true)
        ]
    );
    let mut uuids: Vec<_> = taken.attributes.iter().map(|draft| draft.uuid.clone()).collect();
    uuids.dedup();
    assert_eq!(uuids.len(), 3);
    assert_eq!(
        imported.header.info.as_deref(),
        Some("STIX import bundle--192bc980-c5c0-49b1-9177-163a4c554a7e")
    );
}

#[test]
fn patterns_without_a_counterpart_are_kept_whole() {
    for pattern in [
        "[file:size > 1000]",
        "[file:name LIKE '%.exe']",
        "([a:b = 1] FOLLOWEDBY [c:d = 2]) WITHIN 300 SECONDS",
        "[x-unheard:of = 'it']",
    ] {
        let (_, taken) = taken(&[indicator(1, pattern)]);
        assert_eq!(taken.attributes.len(), 0, "{pattern}");
        let [object] = taken.objects.as_slice() else {
            panic!("{pattern}: {taken:?}")
        };
        assert_eq!(object.name.as_deref(), Some("stix2-pattern"), "{pattern}");
        let kept = object
            .attributes
            .iter()
            .map(shown)
            .find(|(kind, _, _)| *kind == "stix2-pattern");
        assert_eq!(kept.map(|(_, value, _)| value), Some(pattern));
    }
}

#[test]
fn rules_of_other_languages_are_attributes() {
    let (_, taken) = taken(&[
        object(
            "indicator",
            1,
            &json!({"pattern": "rule a { condition: true }", "pattern_type": "yara", "valid_from": AT}),
        ),
        object(
            "indicator",
            2,
            &json!({"pattern": "alert ip any any -> any any (sid:1;)", "pattern_type": "snort", "valid_from": AT}),
        ),
    ]);
    let kinds: Vec<_> = all(&taken)
        .into_iter()
        .map(|(kind, _, to_ids)| (kind, to_ids))
        .collect();
    assert_eq!(kinds, [("yara", true), ("snort", true)]);
}

#[test]
fn an_indicator_and_what_it_is_based_on_are_one() {
    let address = json!({
        "type": "ipv4-addr", "spec_version": "2.1", "id": id("ipv4-addr", 3), "value": "198.51.100.7"
    });
    let seen = json!({
        "first_observed": AT, "last_observed": AT, "number_observed": 1, "object_refs": [id("ipv4-addr", 3)]
    });
    let based = json!({
        "relationship_type": "based-on", "source_ref": id("indicator", 1), "target_ref": id("observed-data", 2)
    });
    let (_, taken) = taken(&[
        indicator(1, "[ipv4-addr:value = '198.51.100.7']"),
        object("observed-data", 2, &seen),
        address,
        object("relationship", 4, &based),
    ]);
    assert_eq!(all(&taken), [("ip-dst", "198.51.100.7", true)]);
}

#[test]
fn context_is_tags_with_their_likely_clusters() {
    let malware = json!({"name": "Gilt", "is_family": true, "aliases": ["Gild"]});
    let indicates = json!({
        "relationship_type": "indicates", "source_ref": id("indicator", 1), "target_ref": id("malware", 2)
    });
    let (imported, taken) = taken(&[
        indicator(1, "[domain-name:value = 'a.example']"),
        object("malware", 2, &malware),
        object("intrusion-set", 3, &json!({"name": "Golden Group"})),
        object("relationship", 4, &indicates),
    ]);
    assert_eq!(
        tags(&taken.attributes[0]),
        ["misp-galaxy:stix-2.1-malware=\"Gilt\""]
    );
    let event: Vec<_> = imported
        .header
        .tags
        .iter()
        .filter_map(|tag| tag.name.as_deref())
        .collect();
    assert_eq!(event, ["misp-galaxy:stix-2.1-intrusion-set=\"Golden Group\""]);
    let others = &imported.choices["misp-galaxy:stix-2.1-malware=\"Gilt\""];
    for likely in [
        "misp-galaxy:malpedia=\"Gilt\"",
        "misp-galaxy:mitre-malware=\"Gild\"",
    ] {
        assert!(others.iter().any(|other| other == likely), "{others:?}");
    }
}

#[test]
fn marks_restrict_and_unknown_ones_most() {
    const RED: &str = "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed";
    let marked = |number, mark: &str| {
        let mut object = indicator(number, &format!("[domain-name:value = 'a{number}.example']"));
        object["object_marking_refs"] = json!([mark]);
        object
    };
    let copy = object(
        "marking-definition",
        9,
        &json!({"definition_type": "tlp", "definition": {"tlp": "green"}}),
    );
    let nowhere = id("marking-definition", 8);
    let (_, taken) = taken(&[
        marked(1, RED),
        marked(2, &id("marking-definition", 9)),
        marked(3, &nowhere),
        copy,
    ]);
    let marks: Vec<_> = taken.attributes.iter().map(tags).collect();
    assert_eq!(marks, [["tlp:red"], ["tlp:green"], ["tlp:amber+strict"]]);
}

#[test]
fn what_is_said_about_an_element_goes_with_it() {
    let note = json!({"content": "Looks bad", "authors": ["Ann"], "object_refs": [id("indicator", 1)]});
    let opinion = json!({"opinion": "agree", "object_refs": [id("indicator", 1)]});
    let sighting = json!({"sighting_of_ref": id("indicator", 1), "last_seen": AT});
    let lost =
        json!({"abstract": "Elsewhere", "content": "About nothing here", "object_refs": [id("tool", 77)]});
    let (imported, taken) = taken(&[
        indicator(1, "[domain-name:value = 'a.example']"),
        object("note", 2, &note),
        object("opinion", 3, &opinion),
        object("sighting", 4, &sighting),
        object("note", 5, &lost),
    ]);
    let extra = taken.attributes[0].extra.as_deref().unwrap();
    assert_eq!(extra.sightings.len(), 1);
    assert_eq!(extra.analyst.len(), 2);
    assert_eq!(extra.analyst[0].note.as_deref(), Some("Looks bad"));
    assert_eq!(extra.analyst[1].opinion, Given::Value(70));
    assert_eq!(imported.header.reports[0].name.as_deref(), Some("Elsewhere"));
}

#[test]
fn revoked_and_superseded_versions_do_not_count() {
    let mut revoked = indicator(1, "[domain-name:value = 'a.example']");
    revoked["revoked"] = json!(true);
    let old = indicator(2, "[domain-name:value = 'old.example']");
    let mut new = indicator(2, "[domain-name:value = 'new.example']");
    new["modified"] = json!("2024-03-26T00:00:00Z");
    let (_, taken) = taken(&[revoked, new, old]);
    let shown: Vec<_> = taken
        .attributes
        .iter()
        .map(|draft| {
            (
                draft.value.as_deref().unwrap(),
                draft.deleted == Given::Value(true),
            )
        })
        .collect();
    assert_eq!(shown, [("a.example", true), ("new.example", false)]);
}

#[test]
fn uuids_that_misp_does_not_know_are_replaced_and_named() {
    let mut odd = indicator(1, "[domain-name:value = 'a.example']");
    odd["id"] = json!("indicator--9fb006bc-5b2c-76c5-b6f4-c85f00000001");
    let (_, taken) = taken(&[odd]);
    let draft = &taken.attributes[0];
    assert_eq!(draft.uuid.as_value().map(uuid::Uuid::get_version_num), Some(5));
    let comment = draft.comment.as_deref().unwrap();
    assert!(
        comment.contains("Original UUID was: 9fb006bc-5b2c-76c5-b6f4-c85f00000001"),
        "{comment}"
    );
}

#[test]
fn containers_of_2_0_are_read() {
    let observed = json!({
        "type": "observed-data", "id": id("observed-data", 1), "created": AT, "modified": AT,
        "first_observed": AT, "last_observed": AT, "number_observed": 1,
        "objects": {
            "0": {"type": "file", "name": "a.exe", "hashes": {"MD5": "d41d8cd98f00b204e9800998ecf8427e"}, "parent_directory_ref": "1"},
            "1": {"type": "directory", "path": "C:\\x"},
        },
    });
    let (_, taken) = taken(&[observed]);
    let [object] = taken.objects.as_slice() else {
        panic!("{taken:?}")
    };
    assert_eq!(object.name.as_deref(), Some("file"));
    let values: Vec<_> = object
        .attributes
        .iter()
        .map(|draft| draft.value.as_deref().unwrap())
        .collect();
    for value in ["a.exe", "d41d8cd98f00b204e9800998ecf8427e", "C:\\x"] {
        assert!(values.contains(&value), "{values:?}");
    }
}

#[test]
fn bi_f5_references_in_circles_end() {
    let refers = |number: u32, to: u32| {
        json!({
            "type": "file", "spec_version": "2.1", "id": id("file", number), "name": format!("{number}.exe"),
            "contains_refs": [id("file", to), id("file", number)],
        })
    };
    let loops = |kind: &str, from: (&str, u32), to: (&str, u32), number| {
        let more = json!({
            "relationship_type": kind, "source_ref": id(from.0, from.1), "target_ref": id(to.0, to.1)
        });
        object("relationship", number, &more)
    };
    let note = json!({"content": "about the next", "object_refs": [id("note", 21)]});
    let back = json!({"content": "about the former", "object_refs": [id("note", 20)]});
    let report = json!({"name": "Self", "published": AT, "object_refs": [id("report", 30), id("file", 1)]});
    let (imported, taken) = taken(&[
        refers(1, 2),
        refers(2, 1),
        loops("related-to", ("file", 1), ("file", 2), 10),
        loops("related-to", ("file", 2), ("file", 1), 11),
        loops("uses", ("relationship", 12), ("relationship", 12), 12),
        object("note", 20, &note),
        object("note", 21, &back),
        object("report", 30, &report),
    ]);
    assert_eq!(imported.header.info.as_deref(), Some("Self"));
    let mut names: Vec<_> = all(&taken)
        .into_iter()
        .map(|(_, value, _)| value.to_owned())
        .collect();
    let members = taken.objects.iter().flat_map(|object| &object.attributes);
    names.extend(members.filter_map(|draft| draft.value.clone()));
    assert!(
        names.iter().any(|name| name == "1.exe") && names.iter().any(|name| name == "2.exe"),
        "{names:?}"
    );
}

#[test]
fn bi_f5_what_is_too_much_is_refused() {
    let nested = |depth: usize| {
        let inner = "{\"a\":".repeat(depth) + "1" + &"}".repeat(depth);
        format!("{{\"type\":\"bundle\",\"objects\":[{inner}]}}")
    };
    assert!(matches!(read(&nested(100)), Err(ReadError::TooDeep(_))));
    assert!(matches!(read(&nested(100_000)), Err(ReadError::TooDeep(_))));
    let twice =
        "{\"type\":\"tool\",\"type\":\"malware\",\"id\":\"tool--9fb006bc-5b2c-46c5-b6f4-c85f00000001\"}";
    assert!(matches!(read(twice), Err(ReadError::Syntax { .. })));
    // a pattern nested without end is one object that is not understood, and no reason to fall over
    let deep = format!(
        "{}a:b = 1{}",
        "[(".to_owned() + &"(".repeat(10_000),
        ")".repeat(10_001) + "]"
    );
    let (_, taken) = taken(&[indicator(1, &deep)]);
    assert_eq!(taken.attributes.len(), 0);
    assert!(!taken.objects.is_empty() || !taken.left_out.is_empty());
}

#[test]
fn what_has_no_counterpart_is_named() {
    let (_, taken) = taken(&[
        indicator(1, "[domain-name:value = 'a.example']"),
        object("x-unheard-of", 2, &json!({"a": 1})),
        json!({"type": "indicator"}),
    ]);
    assert_eq!(taken.attributes.len(), 1);
    let named = taken.left_out.join("\n");
    assert!(named.contains(&id("x-unheard-of", 2)), "{named}");
    assert!(named.contains("indicator without id"), "{named}");
}
