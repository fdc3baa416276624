use super::*;
use entente_model::id::Ref;
use entente_model::search::{Deletion, Key, Lists, Named, Order, Pattern, Range, Text};
use serde_json::{Value, json};

const NOW: i64 = 1_700_000_000;

fn search(subject: Subject, body: Value) -> Search {
    read(subject, collect(subject, body, &[], &[]), NOW).unwrap()
}

fn terms(subject: Subject, body: Value) -> Vec<Term> {
    search(subject, body).query.terms
}

fn equal(text: &str) -> Text {
    Text::Equal(text.to_owned())
}

#[test]
fn alternatives_in_every_spelling() {
    let value = |given: Value| match terms(Subject::Attribute, json!({ "value": given })).as_slice() {
        [Term::Value(lists)] => Some(lists.clone()),
        [] => None,
        other => panic!("{other:?}"),
    };
    let expected = Lists {
        any: vec![equal("a"), equal("b")],
        none: vec![equal("c")],
        ..Lists::default()
    };
    assert_eq!(value(json!("a&&b&&!c")), Some(expected.clone()));
    assert_eq!(value(json!(["a", "b", "!c"])), Some(expected.clone()));
    assert_eq!(value(json!({"OR": ["a", "b"], "NOT": "c"})), Some(expected));
    assert_eq!(
        value(json!("a||b")),
        Some(Lists::any(vec![equal("a"), equal("b")]))
    );
    assert_eq!(value(json!({"AND": ["a"]})).unwrap().all, [equal("a")]);
    assert_eq!(value(json!(443)), Some(Lists::one(equal("443"))));
    for nothing in [
        json!(null),
        json!(""),
        json!(0),
        json!(false),
        json!([]),
        json!({}),
        json!([[1], {}]),
    ] {
        assert_eq!(value(nothing.clone()), None, "{nothing}");
    }
}

#[test]
fn ipv6_values_are_compressed_and_patterns_kept() {
    assert_eq!(
        terms(Subject::Attribute, json!({"value": "2001:DB8:0:0::1"})),
        [Term::Value(Lists::one(equal("2001:db8::1")))]
    );
    assert_eq!(
        terms(Subject::Attribute, json!({"value": "%evil%"})),
        [Term::Value(Lists::one(Text::Like(Pattern::containing("evil"))))]
    );
}

#[test]
fn types_become_a_set() {
    let names = |given: Value| match terms(Subject::Event, json!({ "type": given })).as_slice() {
        [Term::Kinds(ids)] => ids
            .iter()
            .filter_map(|id| entente_indicator::AttributeType::from_id(*id))
            .map(entente_indicator::AttributeType::name)
            .collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    let mut mail = names(json!("email-src"));
    mail.sort_unstable();
    assert_eq!(mail, ["email", "email-src"]);
    assert_eq!(names(json!({"OR": ["md5"], "AND": ["sha1"]})), [""; 0]);
    assert_eq!(names(json!("no-such-type")), [""; 0]);
    assert!(names(json!("ip-%")).contains(&"ip-dst|port"));
    assert!(!names(json!("!ip-dst")).contains(&"ip-dst"));
}

#[test]
fn positional_and_named_segments() {
    let args = ["csv", "198.51.100.7", "null", "Network activity"].map(str::to_owned);
    let named = [("tags".to_owned(), "tlp;green".to_owned())];
    let params = collect(Subject::Event, json!({"value": "loses"}), &args, &named);
    let search = read(Subject::Event, params, NOW).unwrap();
    assert_eq!(search.format, "csv");
    assert_eq!(
        search.query.terms,
        [
            Term::Value(Lists::one(equal("198.51.100.7"))),
            Term::Categories(vec![
                entente_indicator::Category::from_name("Network activity")
                    .unwrap()
                    .id()
            ]),
            Term::Tags(Lists::one(Named::Name("tlp:green".to_owned()))),
        ]
    );
}

#[test]
fn unknown_names_are_ignored_per_scope() {
    let nothing = json!({"quickfilter": "x", "event_id": 1, "nonsense": [1], "first_seen": "2020-01-01"});
    assert_eq!(terms(Subject::Event, nothing), []);
    assert_eq!(
        terms(Subject::Attribute, json!({"distribution": 4, "event_tags": "x"})),
        []
    );
    assert_eq!(terms(Subject::Event, json!({"attribute_timestamp": 5})), []);
    assert_eq!(
        terms(Subject::Event, json!({"request": {"published": 1}})),
        [Term::Published(true)]
    );
}

#[test]
fn switches() {
    let published = |given: Value| terms(Subject::Event, json!({ "published": given }));
    assert_eq!(published(json!("false")), [Term::Published(false)]);
    assert_eq!(published(json!(0)), [Term::Published(false)]);
    assert_eq!(published(json!([true, false])), []);
    let to_ids = |given: Value| terms(Subject::Event, json!({ "to_ids": given }));
    assert_eq!(to_ids(json!("exclude")), [Term::ToIds(false)]);
    assert_eq!(to_ids(json!([0, 1])), [Term::SomeAttribute]);
    let deletion = |given: Value| search(Subject::Event, json!({ "deleted": given })).query.deletion;
    assert_eq!(deletion(json!("only")), Deletion::Deleted);
    assert_eq!(deletion(json!([1])), Deletion::Deleted);
    assert_eq!(deletion(json!([0, 1])), Deletion::Both);
    assert_eq!(deletion(json!(0)), Deletion::Live);
}

#[test]
fn times() {
    let one = |given: Value| terms(Subject::Attribute, json!({ "timestamp": given }));
    assert_eq!(one(json!("1d")), [Term::AttributeTime(Range::from(NOW - 86_400))]);
    assert_eq!(one(json!("5x")), [Term::AttributeTime(Range::from(NOW + 1))]);
    assert_eq!(
        one(json!(1_600_000_000.7)),
        [Term::AttributeTime(Range::from(1_600_000_000))]
    );
    assert_eq!(one(json!(0)), []);
    let both = Range {
        from: Some(5),
        to: Some(9),
    };
    assert_eq!(one(json!(["9", 5])), [Term::AttributeTime(both)]);
    let open = Range {
        from: None,
        to: Some(9),
    };
    assert_eq!(one(json!([0, 9])), [Term::AttributeTime(open)]);
    let params = collect(Subject::Event, json!({"timestamp": [1, 2, 3]}), &[], &[]);
    assert_eq!(
        read(Subject::Event, params, NOW),
        Err(FilterError::TimeList("timestamp"))
    );
    assert_eq!(
        terms(Subject::Event, json!({"from": "1970-01-03", "to": 345_600})),
        [Term::Date(Range {
            from: Some(2),
            to: Some(4)
        })]
    );
}

#[test]
fn bi_s1_order_is_a_closed_list() {
    let order = |given: Value| search(Subject::Event, json!({ "order": given })).query.order;
    let by = |key, descending| Order { key, descending };
    assert_eq!(
        order(json!("Event.timestamp desc, id")),
        [by(Key::Timestamp, true), by(Key::Id, false)]
    );
    assert_eq!(order(json!(["info asc"])), [by(Key::Info, false)]);
    for hostile in [
        "(SELECT SLEEP(8))",
        "id; DROP TABLE event",
        "id desc nulls",
        "no_such",
        "id up",
    ] {
        assert_eq!(order(json!(hostile)), [], "{hostile}");
    }
}

#[test]
fn bi_s3_and_s4_wrong_shapes_are_harmless() {
    let odd = json!({
        "value": {"OR": {"OR": ["x"]}}, "type": [["md5"]], "tags": [{"name": "x"}], "eventid": {"x": {}},
        "limit": "abc", "page": -7, "order": 7, "published": {}, "deleted": {"a": 1}, "org": [null],
    });
    let read = search(Subject::Event, odd);
    assert_eq!(read.query.terms, []);
    assert_eq!(read.query.page.limit, None);
    let limit = |given: Value| search(Subject::Event, json!({ "limit": given })).query.page.limit;
    assert_eq!(limit(json!(-1)), None);
    assert_eq!(limit(json!(0)), None);
    assert_eq!(limit(json!(1_000_000_000_000_i64)), Some(1_000_000_000_000));
}

#[test]
fn bi_s6_what_is_named_by_nothing_matches_nothing() {
    assert_eq!(terms(Subject::Event, json!({"eventid": "x"})), [Term::Nothing]);
    assert_eq!(
        terms(Subject::Event, json!({"eventid": "!x"})),
        [Term::Event(Lists::default())]
    );
    assert_eq!(terms(Subject::Event, json!({"eventid": "all"})), []);
    assert_eq!(terms(Subject::Event, json!({"uuid": "nope"})), [Term::Nothing]);
    assert_eq!(
        terms(Subject::Event, json!({"threat_level_id": "x"})),
        [Term::ThreatLevel(Lists::one(-1))]
    );
}

#[test]
fn bi_s10_a_million_values_are_refused() {
    let values = vec![Value::from("x"); 1_000_000];
    let params = collect(Subject::Attribute, json!({ "value": values }), &[], &[]);
    assert_eq!(
        read(Subject::Attribute, params, NOW),
        Err(FilterError::TooLarge(TooLarge::Terms))
    );
}

#[test]
fn searching_everywhere_replaces_content_only() {
    let found = terms(
        Subject::Event,
        json!({"quickFilter": "gilt", "value": "x", "type": "md5", "published": 1}),
    );
    match found.as_slice() {
        [Term::Anywhere(sought), Term::Published(true)] => {
            assert_eq!(sought.text, Text::Like(Pattern::containing("gilt")));
            assert!(sought.organisation);
        }
        other => panic!("{other:?}"),
    }
    let found = terms(Subject::Attribute, json!({"searchall": "gilt", "value": "%x"}));
    assert!(matches!(&found[..], [Term::Anywhere(sought)] if sought.text == Text::from_filter("%x")));
}

#[test]
fn formats_for_detection_are_restricted() {
    assert_eq!(
        terms(
            Subject::Attribute,
            json!({"returnFormat": "text", "published": [0, 1]})
        ),
        [Term::ToIds(true)]
    );
    assert_eq!(
        terms(Subject::Attribute, json!({"returnFormat": "text", "ignore": 1})),
        []
    );
    assert_eq!(terms(Subject::Attribute, json!({"returnFormat": "csv"})), []);
    assert_eq!(
        search(Subject::Event, json!({"returnFormat": "download"})).format,
        "json"
    );
}

#[test]
fn unwanted_tags_prune_found_events() {
    let found = search(
        Subject::Event,
        json!({"tags": {"OR": ["tlp:white"], "NOT": ["tlp:amber", 7]}, "to_ids": 1}),
    );
    assert_eq!(
        found.options.prune.without_tags,
        [Named::Name("tlp:amber".to_owned()), Named::Id(7)]
    );
    assert_eq!(found.options.prune.to_ids, Some(true));
}

fn index(body: Value) -> Vec<Term> {
    read_event_index(body, &[], NOW).unwrap().query.terms
}

#[test]
fn the_event_list_has_its_own_keys() {
    assert_eq!(
        index(json!({"tags": "a&b"})),
        [Term::EventTags(Lists {
            all: vec![Named::Name("a".into()), Named::Name("b".into())],
            ..Lists::default()
        })]
    );
    assert_eq!(
        index(json!({"searchtag": ["a", "!b"]})),
        [Term::EventTags(Lists {
            any: vec![Named::Name("a".into())],
            none: vec![Named::Name("b".into())],
            ..Lists::default()
        })]
    );
    assert!(matches!(&index(json!({"attribute": "!x"}))[..], [Term::Not(_)]));
    assert_eq!(index(json!({"published": 2})), []);
    assert_eq!(index(json!({"published": 0})), [Term::Published(false)]);
    assert_eq!(
        index(json!({"distribution": 0})),
        [Term::Distribution(Lists::one(0))]
    );
    assert_eq!(
        index(json!({"threatlevel": "1|2"})),
        [Term::ThreatLevel(Lists::any(vec![1, 2]))]
    );
    assert_eq!(
        index(json!({"eventinfo": "a\\\\b"})),
        [Term::Info(Lists::one(Text::Like(Pattern::containing("a\\b"))))]
    );
    assert_eq!(
        index(json!({"eventid": 7})),
        [Term::Event(Lists::one(Ref::Id(7)))]
    );
    let sorted = read_event_index(
        json!({"sort": "date", "direction": "desc", "minimal": 1}),
        &[],
        NOW,
    )
    .unwrap();
    assert_eq!(
        sorted.query.order,
        [Order {
            key: Key::Date,
            descending: true
        }]
    );
    assert!(sorted.minimal);
    let named = [("searchpublished".to_owned(), "1".to_owned())];
    assert_eq!(
        read_event_index(Value::Null, &named, NOW).unwrap().query.terms,
        [Term::Published(true)]
    );
}

#[test]
fn decay_is_asked_for_by_any_of_its_parameters() {
    let decay = |body: Value| search(Subject::Attribute, body).options.decay;
    assert_eq!(
        decay(json!({"decayingModel": 1, "modelOverrides": {"lifetime": 3}})),
        None
    );
    let asked = decay(
        json!({"excludeDecayed": "1", "decayingModel": ["1", 2, "x"], "score": "40.5",
        "modelOverrides": "{\"threshold\": 3, \"lifetime\": \"7\", \"decay_speed\": []}", "includeFullModel": true}),
    );
    let asked = asked.expect("scores are asked for");
    assert_eq!(asked.models, [1, 2]);
    assert_eq!(
        (asked.threshold, asked.lifetime, asked.decay_speed),
        (Some(40.5), Some(7.0), None)
    );
    assert!(asked.full_model);
    assert_eq!(
        decay(json!({"score": 0})).and_then(|decay| decay.threshold),
        Some(0.0)
    );
    assert_eq!(
        decay(json!({"includeDecayScore": 1})),
        Some(entente_model::search::Decay::default())
    );
}
