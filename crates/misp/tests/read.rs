//! Reading of bodies: every accepted form, and nothing that makes a reader fall over.
use entente_misp::read::{self, EventSink, ProposalDraft, ReadError, Stop};
use entente_model::draft::{AnalystKind, AttributeDraft, EventDraft, Given, GroupChoice, ObjectDraft};
use entente_model::id::Ref;
use entente_model::level::{Analysis, Distribution, SightingKind, ThreatLevel};
use proptest::prelude::*;

#[derive(Default)]
struct Everything {
    attributes: Vec<AttributeDraft>,
    objects: Vec<ObjectDraft>,
    proposals: Vec<ProposalDraft>,
    limit: Option<usize>,
}

impl EventSink for Everything {
    fn attribute(&mut self, draft: AttributeDraft) -> Result<(), Stop> {
        self.attributes.push(draft);
        if self.limit.is_some_and(|limit| self.attributes.len() > limit) {
            Err(Stop)
        } else {
            Ok(())
        }
    }
    fn object(&mut self, draft: ObjectDraft) -> Result<(), Stop> {
        self.objects.push(draft);
        Ok(())
    }
    fn proposal(&mut self, draft: ProposalDraft) -> Result<(), Stop> {
        self.proposals.push(draft);
        Ok(())
    }
}

fn event(text: &str) -> Result<(EventDraft, Everything), ReadError> {
    let mut sink = Everything::default();
    let draft = read::event(text.as_bytes(), &mut sink)?;
    Ok((draft, sink))
}

#[test]
fn an_event_in_all_wrappers() {
    for text in [
        r#"{"info":"x","Attribute":[{"type":"md5"}]}"#,
        r#"{"Event":{"info":"x","Attribute":[{"type":"md5"}]}}"#,
        r#"{"request":{"Event":{"Attribute":[{"type":"md5"}],"info":"x"}}}"#,
        r#"{"response":[{"Event":{"Attribute":{"0":{"type":"md5"}},"info":"x"}}]}"#,
        r#"[{"Event":{"Attribute":{"type":"md5"},"info":"x"}}]"#,
        r#"{"Event":{"info":"x"},"Attribute":[{"type":"md5"}]}"#,
    ] {
        let (draft, sink) = event(text).unwrap();
        assert_eq!(draft.info.as_deref(), Some("x"), "{text}");
        assert_eq!(sink.attributes.len(), 1, "{text}");
        assert_eq!(sink.attributes[0].kind.as_deref(), Some("md5"), "{text}");
    }
}

#[test]
fn an_empty_document_is_told_apart() {
    for text in [
        "",
        "  ",
        "{}",
        "[]",
        "null",
        r#"{"Event":{}}"#,
        r#"{"request":[]}"#,
    ] {
        assert!(matches!(event(text), Err(ReadError::Empty)), "{text}");
    }
    assert!(event(r#"{"unknown":1}"#).is_ok());
    assert!(matches!(event("5"), Err(ReadError::Shape(_))));
    assert!(matches!(
        event(r#"[{"info":"a"},{"info":"b"}]"#),
        Err(ReadError::Shape(_))
    ));
    assert!(matches!(
        event(r#"{"info":"#),
        Err(ReadError::Syntax { at: 8, .. })
    ));
    assert!(matches!(event(r#"{"info":"a"}x"#), Err(ReadError::Syntax { .. })));
}

#[test]
fn the_scalars_of_an_event() {
    let (draft, _) = event(
        r#"{"uuid":"0F9B0E3A-6B1F-4F7C-9A58-3C3A1F0C2D11","info":7,"date":"2025-03-04","published":"1",
        "analysis":"ongoing","threat_level_id":2,"distribution":"3","timestamp":"1741082400",
        "publish_timestamp":0,"locked":0,"disable_correlation":"true","extends_uuid":"","protected":null,
        "orgc_id":"5","info":"last"}"#,
    )
    .unwrap();
    assert_eq!(
        draft.uuid.value().unwrap().to_string(),
        "0f9b0e3a-6b1f-4f7c-9a58-3c3a1f0c2d11"
    );
    assert_eq!(draft.info.as_deref(), Some("last"));
    assert_eq!(draft.date.value().unwrap().to_string(), "2025-03-04");
    assert_eq!(draft.published, Given::Value(true));
    assert_eq!(draft.analysis, Given::Value(Analysis::Ongoing));
    assert_eq!(draft.threat_level, Given::Value(ThreatLevel::Medium));
    assert_eq!(draft.distribution, Given::Value(Distribution::All));
    assert_eq!(draft.timestamp, Given::Value(1_741_082_400));
    assert_eq!(draft.publish_timestamp, Given::Value(0));
    assert_eq!(draft.locked, Given::Value(false));
    assert_eq!(draft.disable_correlation, Given::Value(true));
    assert_eq!(draft.extends, Given::Value(None));
    assert!(draft.protected.is_absent());
    assert_eq!(draft.orgc.unwrap().id, Some(5));
}

#[test]
fn malformed_fields_are_invalid_and_no_error() {
    let (draft, _) = event(
        r#"{"uuid":"x","date":"2025-13-01","published":"maybe","analysis":9,"threat_level_id":0,
        "distribution":"4 ","timestamp":[],"extends_uuid":"x","info":{"a":[1]}}"#,
    )
    .unwrap();
    assert!(draft.uuid.is_invalid() && draft.date.is_invalid() && draft.published.is_invalid());
    assert!(draft.analysis.is_invalid() && draft.threat_level.is_invalid());
    assert!(draft.distribution.is_invalid() && draft.timestamp.is_invalid() && draft.extends.is_invalid());
    assert_eq!(draft.info, None);
    for bad in ["true", "6", "-1", "null", "\"4 \"", "{}"] {
        let (draft, _) = event(&format!(r#"{{"distribution":{bad}}}"#)).unwrap();
        assert!(draft.distribution.is_invalid(), "{bad}");
    }
}

#[test]
fn everything_that_hangs_on_an_event() {
    let (draft, sink) = event(include_str!("../cases/full-event.json")).unwrap();
    assert_eq!(draft.orgc.as_ref().unwrap().name.as_deref(), Some("Harbour CERT"));
    assert_eq!(
        draft.orgc.as_ref().unwrap().id,
        None,
        "the sender's id is not ours"
    );
    assert_eq!(draft.tags.len(), 2);
    assert_eq!(draft.tags[1].name.as_deref(), Some("bare"));
    assert!(draft.tags[0].local);
    assert_eq!(draft.reports.len(), 1);
    assert_eq!(draft.keys.len(), 1);
    assert_eq!(draft.analyst.len(), 2);
    assert_eq!(draft.analyst[0].kind, AnalystKind::Note);
    assert_eq!(draft.analyst[0].children[0].opinion, Given::Value(70));
    assert_eq!(draft.analyst[1].relationship_type.as_deref(), Some("related-to"));
    let Some(GroupChoice::Embedded(group)) = draft.sharing_group else {
        panic!("no group")
    };
    assert_eq!(group.name.as_deref(), Some("Ports"));
    assert_eq!(group.orgs.unwrap()[0].0.name.as_deref(), Some("Harbour CERT"));
    assert_eq!(group.servers.unwrap()[0].id, Some(0));

    let first = &sink.attributes[0];
    assert_eq!(first.value.as_deref(), Some("198.51.100.23"));
    assert_eq!(first.first_seen, Given::Value(Some(1_740_787_200_000_000)));
    assert_eq!(first.last_seen, Given::Value(None));
    assert_eq!(first.tags()[0].name.as_deref(), Some("tlp:amber"));
    let extra = first.extra.as_ref().unwrap();
    assert_eq!(extra.sightings[0].kind, Given::Value(SightingKind::FalsePositive));
    assert_eq!(extra.sightings[0].date, Given::Value(1_741_083_000));
    assert_eq!(extra.analyst[0].note.as_deref(), Some("seen"));
    assert_eq!(extra.sharing_group, None);
    let second = sink.attributes[1].extra.as_ref().unwrap();
    assert_eq!(second.data.as_deref(), Some("UEs="));
    assert!(second.encrypt);

    assert_eq!(sink.proposals.len(), 2);
    assert_eq!(sink.proposals[0].old_id, Some(201));
    assert_eq!(sink.proposals[1].old_id, None);
    let object = &sink.objects[0];
    assert_eq!(object.meta_category.as_deref(), Some("network"));
    assert_eq!(object.template_version, Given::Value(11));
    assert_eq!(object.attributes[0].relation.as_deref(), Some("domain"));
    assert_eq!(
        object.references[0].relationship_type.as_deref(),
        Some("resolves-to")
    );
}

#[test]
fn a_plain_attribute_stays_small() {
    let draft = read::attribute(
        &br#"{"type":"md5","value":"x","sharing_group_id":"0","Tag":[],"Galaxy":[],"ShadowAttribute":[],
        "Sighting":[],"data":null,"SharingGroup":{"id":null,"name":null,"uuid":null}}"#[..],
    )
    .unwrap();
    assert_eq!(draft.extra, None);
}

#[test]
fn values_of_every_type() {
    for (value, expected) in [
        ("true", "1"),
        ("false", ""),
        ("12", "12"),
        ("1.50", "1.5"),
        (r#""""#, ""),
    ] {
        let draft = read::attribute(format!(r#"{{"value":{value}}}"#).as_bytes()).unwrap();
        assert_eq!(draft.value.as_deref(), Some(expected), "{value}");
    }
    let draft = read::attribute(&br#"{"value":["a","b",3]}"#[..]).unwrap();
    assert_eq!(draft.value.as_deref(), Some("a"));
    assert_eq!(draft.extra.unwrap().more_values, ["b", "3"]);
    assert_eq!(read::attribute(&br#"{"value":null}"#[..]).unwrap().value, None);
}

#[test]
fn the_group_that_was_changed_wins() {
    let choice = |text: &str| read::object(text.as_bytes()).unwrap().sharing_group;
    let uuid = "0f9b0e3a-6b1f-4f7c-9a58-3c3a1f0c2d11";
    assert_eq!(
        choice(r#"{"sharing_group_id":"3"}"#),
        Some(GroupChoice::Ref(Ref::Id(3)))
    );
    assert_eq!(choice(r#"{"sharing_group_id":"0","name":"x"}"#), None);
    assert!(matches!(
        choice(r#"{"sharing_group_id":"abc"}"#),
        Some(GroupChoice::Ref(Ref::Id(-1)))
    ));
    let embedded = |id| format!(r#"{{"sharing_group_id":{id},"SharingGroup":{{"id":"3","uuid":"{uuid}"}}}}"#);
    assert!(matches!(choice(&embedded(3)), Some(GroupChoice::Embedded(_))));
    assert_eq!(choice(&embedded(4)), Some(GroupChoice::Ref(Ref::Id(4))));
}

#[test]
fn how_many_attributes_were_submitted() {
    let one = r#"{"type":"md5","value":"x"}"#;
    for (text, expected) in [
        (one.to_owned(), 1),
        (format!("[{one}]"), 1),
        (format!("[{one},{one}]"), 2),
        (format!(r#"{{"Attribute":{one}}}"#), 1),
        (format!(r#"{{"Attribute":[{one},{one},{one}]}}"#), 3),
        (format!(r#"{{"request":{{"Attribute":[{one},{one}]}}}}"#), 2),
        (format!(r#"{{"0":{one},"1":{{"Attribute":{one}}}}}"#), 2),
        (format!("[{one},{{}},5]"), 3),
        (
            format!(r#"{{"event_id":1,"Attribute":{one},"AttributeTag":[]}}"#),
            1,
        ),
    ] {
        let mut drafts = Vec::new();
        let count = read::attributes(text.as_bytes(), |draft| {
            drafts.push(draft);
            Ok(())
        })
        .unwrap();
        assert_eq!((count, drafts.len()), (expected, expected), "{text}");
        assert_eq!(drafts[0].value.as_deref(), Some("x"), "{text}");
    }
    for text in ["", "{}", "[]", r#"{"unknown":1}"#] {
        assert!(
            matches!(
                read::attributes(text.as_bytes(), |_| Ok(())),
                Err(ReadError::Empty)
            ),
            "{text}"
        );
    }
}

#[test]
fn a_sink_can_stop() {
    let mut sink = Everything {
        limit: Some(1),
        ..Everything::default()
    };
    let result = read::event(&br#"{"Attribute":[{},{},{},{}]}"#[..], &mut sink);
    assert!(matches!(result, Err(ReadError::Stopped)));
    assert_eq!(sink.attributes.len(), 2);
}

#[test]
fn delivered_lists_cannot_come_twice() {
    let text = r#"{"Attribute":[{}],"Attribute":[{}]}"#;
    assert!(matches!(event(text), Err(ReadError::Repeated("Attribute"))));
    let (_, sink) = event(r#"{"Attribute":[],"Attribute":[{}]}"#).unwrap();
    assert_eq!(sink.attributes.len(), 1);
}

#[test]
fn single_entities() {
    let report = read::report(
        &br##"{"EventReport":{"name":"n","content":"# x"},"SharingGroup":{"id":null,"name":null}}"##[..],
    )
    .unwrap();
    assert_eq!(
        (report.name.as_deref(), report.content.as_deref()),
        (Some("n"), Some("# x"))
    );
    assert_eq!(report.sharing_group, None);

    let reference = read::reference(
        &br#"{"object_id":"4","referenced_uuid":"0f9b0e3a-6b1f-4f7c-9a58-3c3a1f0c2d11"}"#[..],
    )
    .unwrap();
    assert_eq!(reference.object, Some(Ref::Id(4)));
    assert!(reference.referenced_uuid.is_some());

    let proposal = read::proposal(&br#"{"Proposal":{"type":"md5","value":"x"}}"#[..]).unwrap();
    assert_eq!(proposal.attribute.kind.as_deref(), Some("md5"));

    for text in [
        r#"[{"name":"a"},"b"]"#,
        r#"{"Tag":[{"name":"a"},{"Tag":{"name":"b"}}]}"#,
    ] {
        let tags = read::tag_list(text.as_bytes()).unwrap();
        let names: Vec<_> = tags.iter().map(|tag| tag.name.as_deref()).collect();
        assert_eq!(names, [Some("a"), Some("b")], "{text}");
    }
    assert_eq!(read::tag_list(&br#"{"name":"a"}"#[..]).unwrap().len(), 1);
    assert_eq!(read::tag_list(&br#""a""#[..]).unwrap().len(), 1);

    let request = read::sighting(
        &br#"{"values":["a","b"],"type":"1","date":"2025-03-04","time":"10:00:00","filters":{"type":"md5"}}"#
            [..],
    )
    .unwrap();
    assert_eq!(request.values, ["a", "b"]);
    assert_eq!(request.sighting.date, Given::Value(1_741_082_400));
    assert_eq!(request.filters.unwrap()["type"], "md5");

    let note = read::annotation(
        &br#"{"Note":{"note":"x","Note":[{"note":"y"}]}}"#[..],
        AnalystKind::Note,
    )
    .unwrap();
    assert_eq!(note.note.as_deref(), Some("x"));
    assert_eq!(note.children[0].note.as_deref(), Some("y"));
    let bare = read::annotation(&br#"{"note":"x","Note":[{"note":"y"}]}"#[..], AnalystKind::Note).unwrap();
    assert_eq!(bare, note);
    assert_eq!(
        read::annotations(&br#"{"Opinion":{"opinion":"5"}}"#[..]).unwrap()[0].opinion,
        Given::Value(5)
    );
    assert_eq!(
        read::organisation(&br#"{"Organisation":{"id":"7"}}"#[..])
            .unwrap()
            .id,
        Some(7)
    );
    let group = read::sharing_group(&br#"{"SharingGroup":{"name":"g","active":"1"}}"#[..]).unwrap();
    assert_eq!(group.active, Given::Value(true));
}

#[test]
fn annotations_nest_eight_deep_and_no_deeper() {
    let text = format!(
        r#"{{"x":1{}{}}}"#,
        r#","Note":[{"x":1"#.repeat(30),
        "}]".repeat(30)
    );
    let (draft, _) = event(&text).unwrap();
    let mut depth = 0;
    let mut level = &draft.analyst;
    while let Some(first) = level.first() {
        depth += 1;
        level = &first.children;
    }
    assert_eq!(depth, 8);
}

/// JSON with the keys that mean something, in places where they may mean nothing.
fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        "[a-z0-9\\-:\"\\\\é\u{0}]{0,12}".prop_map(Into::into),
    ];
    let key = prop_oneof![
        Just("Event"),
        Just("Attribute"),
        Just("Object"),
        Just("Tag"),
        Just("request"),
        Just("uuid"),
        Just("ShadowAttribute"),
        Just("Sighting"),
        Just("Note"),
        Just("Opinion"),
        Just("SharingGroup"),
        Just("SharingGroupOrg"),
        Just("Organisation"),
        Just("distribution"),
        Just("value"),
        Just("type"),
        Just("timestamp"),
        Just("first_seen"),
        Just("0"),
        Just("x"),
        Just("ObjectReference"),
        Just("filters"),
        Just("EventReport"),
        Just("Orgc"),
        Just("sharing_group_id"),
        Just("date"),
    ];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            prop::collection::vec((key.clone(), inner), 0..6).prop_map(|pairs| {
                pairs
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value))
                    .collect::<serde_json::Map<_, _>>()
                    .into()
            }),
        ]
    })
}

fn read_as_everything(bytes: &[u8]) {
    let mut sink = Everything::default();
    let _ = read::event(bytes, &mut sink);
    let _ = read::attributes(bytes, |_| Ok(()));
    let _ = read::attribute(bytes);
    let _ = read::object(bytes);
    let _ = read::reference(bytes);
    let _ = read::report(bytes);
    let _ = read::proposal(bytes);
    let _ = read::proposals(bytes);
    let _ = read::sighting(bytes);
    let _ = read::annotation(bytes, AnalystKind::Opinion);
    let _ = read::annotations(bytes);
    let _ = read::tag_list(bytes);
    let _ = read::organisation(bytes);
    let _ = read::sharing_group(bytes);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_json_and_any_part_of_it_is_survived(value in json(), cut in 0.0..1.0f64) {
        let text = value.to_string();
        read_as_everything(text.as_bytes());
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a fraction of a length")]
        let cut = (text.len() as f64 * cut) as usize;
        read_as_everything(&text.as_bytes()[..cut]);
    }

    #[test]
    fn valid_json_is_never_a_syntax_error(value in json()) {
        let text = value.to_string();
        let mut sink = Everything::default();
        let result = read::event(text.as_bytes(), &mut sink);
        let syntax = matches!(result, Err(ReadError::Syntax { .. }));
        prop_assert!(!syntax, "{}", text);
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read_as_everything(&bytes);
    }
}
