//! Searches, lists and their parameters: BI-S.
use super::{CANARY, NOWHERE, private_event};
use entente_testkit::api::TestApi;
use entente_testkit::api_test;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const SEARCHES: [&str; 6] = [
    "/events/restSearch",
    "/attributes/restSearch",
    "/objects/restSearch",
    "/events/index",
    "/attributes/index",
    "/sightings/restSearch",
];
const FILTERS: [&str; 30] = [
    "value",
    "type",
    "category",
    "org",
    "tags",
    "tag",
    "from",
    "to",
    "last",
    "eventid",
    "uuid",
    "publish_timestamp",
    "timestamp",
    "attribute_timestamp",
    "enforceWarninglist",
    "to_ids",
    "deleted",
    "event_timestamp",
    "threat_level_id",
    "eventinfo",
    "sharinggroup",
    "searchall",
    "object_name",
    "comment",
    "first_seen",
    "distribution",
    "date",
    "info",
    "email",
    "object_relation",
];

/// An event everybody may see and a private one.
async fn data(api: &TestApi) {
    private_event(api).await;
    let open = json!({"info": "open", "distribution": 3, "Attribute": [{"type": "text", "value": "plain value", "comment": "open"}]});
    api.event(&api.home.publisher, &open).await;
}

/// How many attributes an answer holds.
fn hits(answer: &Value) -> usize {
    answer["response"]["Attribute"].as_array().map_or(0, Vec::len)
}

api_test! {
    async fn bi_s1_order_is_no_sql(api: TestApi) {
        data(&api).await;
        let before = api.rows().await;
        for hostile in ["(SELECT SLEEP(8))", "id; DROP TABLE event", "nonsense", "1,2", "id desc, (select 1)", "Event.id;--", "\u{0}"] {
            let started = Instant::now();
            for path in SEARCHES {
                for name in ["order", "sort", "direction"] {
                    api.post(&api.admin, path, &json!({name: hostile})).await.is_answered();
                }
            }
            assert!(started.elapsed() < Duration::from_secs(4), "{hostile}");
        }
        for path in ["/events/index/sort:id;drop/direction:(select", "/tags/index/sort:%27/direction:x", "/logs/index/sort:x"] {
            api.get(&api.admin, path).await.is_answered();
        }
        assert_eq!(api.rows().await, before);
    }

    async fn bi_s2_text_is_literal(api: TestApi) {
        data(&api).await;
        let before = api.rows().await;
        let long = "x".repeat(64 << 10);
        for hostile in ["'", "\"", "\\", "_", "plain_value", "\u{0}", "' OR '1'='1", "\\' OR 1=1 --", "$1", "[", "^", &long] {
            for name in FILTERS {
                for path in SEARCHES {
                    api.post(&api.home.user, path, &json!({name: hostile})).await.is_answered();
                }
            }
            let found = api.post(&api.home.user, "/attributes/restSearch", &json!({"value": hostile})).await;
            assert!(found.status != 200 || hits(&found.json()) == 0, "{hostile}: {}", found.text());
        }
        let found = api.post(&api.home.user, "/attributes/restSearch", &json!({"value": "plain value"})).await.done();
        assert_eq!(hits(&found), 1, "{found}");
        assert_eq!(api.rows().await, before);
    }

    async fn bi_s3_other_shapes(api: TestApi) {
        data(&api).await;
        for name in FILTERS.iter().chain(&["limit", "page", "returnFormat", "order", "includeEventTags", "withAttachments"]) {
            for value in [
                json!([["a"], [["b"]]]), json!({"a": {"b": {"c": []}}}), json!([{}]), json!([]), json!({}), json!(true), json!(null),
                json!(1.5), json!(-1), json!({"OR": [{"AND": ["x"]}], "NOT": {"NOT": "x"}}), json!([null, true, 1]),
            ] {
                for path in SEARCHES {
                    let reply = api.post(&api.home.user, path, &json!({*name: value})).await;
                    if reply.is_answered().status >= 400 {
                        reply.is_refusal();
                    }
                }
            }
        }
    }

    async fn bi_s4_limits_and_pages(api: TestApi) {
        data(&api).await;
        for value in [json!(-1), json!(0), json!(1_000_000_000_000_i64), json!("abc"), json!("-1"), json!("1e9"), json!(i64::MAX), json!(i64::MIN)] {
            for name in ["limit", "page"] {
                for path in SEARCHES {
                    let both = json!({name: value, "page": value});
                    for body in [json!({name: value}), json!({name: value, "limit": 2}), both] {
                        api.post(&api.home.user, path, &body).await.is_answered();
                    }
                    let plain = value.to_string().replace('"', "");
                    api.get(&api.home.user, &format!("{path}/{name}:{plain}")).await.is_answered();
                }
            }
        }
        for path in ["/tags/index", "/users/index", "/logs/index", "/organisations/index", "/sharing_groups/index", "/event_reports/index",
            "/shadow_attributes/index", "/galaxies/index", "/taxonomies/index", "/warninglists/index", "/feeds/index"] {
            for parameter in ["limit:-1", "limit:0", "limit:1000000000000", "limit:abc", "page:1000000000000", "page:-1", "page:0"] {
                api.get(&api.admin, &format!("{path}/{parameter}")).await.is_answered();
            }
        }
    }

    async fn bi_s5_unknown_formats(api: TestApi) {
        for format in ["nonsense", "../../x", "../../../../etc/passwd", "", "json\u{0}", "JSON/../xml"] {
            for path in ["/events/restSearch", "/attributes/restSearch", "/objects/restSearch"] {
                let reply = api.post(&api.home.user, path, &json!({"returnFormat": format})).await;
                assert!(format.is_empty() || reply.is_answered().status >= 400, "{format} {}", reply.text());
            }
        }
    }

    async fn bi_s6_hidden_names_are_no_names(api: TestApi) {
        let event = private_event(&api).await;
        api.post(&api.admin, "/tags/add", &json!({"name": "home:secret", "colour": "#ffffff"})).await.done();
        let attach = json!({"uuid": event["uuid"], "tag": "home:secret"});
        api.post(&api.admin, "/tags/attachTagToObject", &attach).await.is_answered();
        api.post(&api.home.publisher, "/tags/attachTagToObject", &attach).await.done();
        let group = json!({"name": "Hidden group", "releasability": "x", "SharingGroupOrg": []});
        let group = api.post(&api.home.org_admin, "/sharing_groups/add", &group).await.done();
        let group = &group["SharingGroup"];
        for (name, there, absent) in [
            ("tags", json!("home:secret"), json!("no:such")),
            ("sharinggroup", group["id"].clone(), json!("777")),
            ("sharinggroup", group["uuid"].clone(), json!(NOWHERE)),
            ("org", json!("Home CERT"), json!("No such CERT")),
            ("value", json!("198.51.100.7"), json!("198.51.100.8")),
            ("uuid", event["uuid"].clone(), json!(NOWHERE)),
            ("eventid", event["id"].clone(), json!("777")),
            ("eventinfo", json!(CANARY), json!("nothing")),
        ] {
            for path in SEARCHES {
                let (a, b) = (json!({name: there}), json!({name: absent}));
                let (found, nothing) = (api.post(&api.other.user, path, &a).await, api.post(&api.other.user, path, &b).await);
                assert_eq!((found.status, found.text()), (nothing.status, nothing.text()), "{path} {name}");
            }
        }
    }

    async fn bi_s9_odd_periods(api: TestApi) {
        data(&api).await;
        for period in ["99999999999999d", "-5d", "1e9y", "5 Tage", "d", "", "99999999999999999999999", "0", "١d", "1d1d", "NaN"] {
            for name in ["last", "timestamp", "publish_timestamp", "attribute_timestamp", "event_timestamp", "from", "to", "date", "first_seen"] {
                for path in SEARCHES {
                    for body in [json!({name: period}), json!({name: [period, period]})] {
                        api.post(&api.home.user, path, &body).await.is_answered();
                    }
                }
            }
        }
    }

    async fn bi_s7_s10_enormous_filters(api: TestApi) {
        data(&api).await;
        let many: Vec<String> = (0..1_000_000).map(|n| format!("v{n}")).collect();
        let started = Instant::now();
        let reply = api.post(&api.home.user, "/attributes/restSearch", &json!({"value": many})).await;
        reply.is_refusal();
        let terms: Vec<Value> = (0..100_000).map(|n| json!(format!("t{n}"))).collect();
        for path in SEARCHES {
            let body = json!({"value": {"OR": terms}, "tags": {"OR": terms, "NOT": terms}});
            api.post(&api.home.user, path, &body).await.is_answered();
        }
        assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
        let mut nested = json!("x");
        for _ in 0..20 {
            nested = json!({"OR": [nested], "AND": ["y"]});
        }
        for path in SEARCHES {
            api.post(&api.home.user, path, &json!({"value": nested, "tags": nested})).await.is_answered();
        }
    }

    async fn bi_s11_named_parameters_are_literal(api: TestApi) {
        data(&api).await;
        let before = api.rows().await;
        for path in [
            "/events/index/sort:info/searchall:%00", "/events/index/searchall:%27%20OR%201=1", "/events/index/searchinfo:a/searchinfo:b",
            "/events/index/searchtag:%2527", "/attributes/index/type:%5C", "/events/index/limit:1/limit:abc", "/events/index/searchall:%25",
            "/events/index/:x", "/events/index/a::b", "/events/index/searchorg:%7C%7C", "/events/index?searchall[]=x&searchall[a]=y",
        ] {
            let reply = api.get(&api.other.user, path).await;
            assert!(!reply.is_answered().text().contains(CANARY), "{path}");
        }
        let none = api.get(&api.home.user, "/events/index/searcheventinfo:%27%20OR%20%271%27=%271").await.done();
        assert_eq!(none, json!([]));
        assert_eq!(api.rows().await, before);
    }
}
