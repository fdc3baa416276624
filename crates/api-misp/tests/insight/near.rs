//! Values that are alike without being equal.
use super::{event, id, related_events, searched, set};
use entente_testkit::api::{Key, TestApi};
use entente_testkit::api_test;
use serde_json::json;

const ONE: &str = "192:MUPMinqP6+wNQ7Q40L/iB3n2rIBrP0GZKF4jsef+0FVQLSwbLbj41iH8nFVYv980:x0CllivQiFmt";
const LIKE_IT: &str = "192:JkjRcePWsNVQza3ntZStn5VfsoXMhRD9+xJMinqF6+wNQ7Q40L/i737rPVt:JkjlQyIrx4kll2";
const UNLIKE: &str = "192:abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ:abcdefghijklmnop";

async fn none(api: &TestApi, key: &Key, value: &str) {
    assert!(
        searched(api, key, value)
            .await
            .iter()
            .all(|(_, titles)| titles.is_empty()),
        "{value}"
    );
}

async fn titles(api: &TestApi, key: &Key, value: &str) -> Vec<String> {
    searched(api, key, value)
        .await
        .into_iter()
        .flat_map(|(_, titles)| titles)
        .collect()
}

api_test! {
    async fn addresses_correlate_with_the_networks_around_them(api: TestApi) {
        let key = &api.home.user;
        let nets = event(&api, key, "nets", 1, &[
            ("ip-dst", "192.0.2.0/24"), ("ip-src", "192.0.0.0/16"), ("ip-dst", "2001:db8::/32"), ("ip-src", "::/0"),
            ("text", "198.51.100.0/24"),
        ]).await;
        let ips = event(&api, key, "ips", 1, &[
            ("ip-dst|port", "192.0.2.77|443"), ("ip-src", "2001:db8::7"), ("domain|ip", "a.example|192.0.2.5"),
            ("ip-src", "198.51.100.9"), ("ip-dst", "192.0.2.128/25"),
        ]).await;
        none(&api, key, "192.0.2.77").await;
        set(&api, "MISP.enable_advanced_correlations", json!(true)).await;
        // two networks hold it, in one event
        assert_eq!(titles(&api, key, "192.0.2.77").await, ["nets", "nets"]);
        assert_eq!(titles(&api, key, "2001:db8::7").await, ["nets", "nets"]);
        assert_eq!(titles(&api, key, "192.0.2.0/24").await, ["ips"]);
        // the whole of version 6 holds no address of version 4, whatever they are stored as
        assert_eq!(titles(&api, key, "::/0").await, ["ips"]);
        // networks do not correlate with networks, other types not with addresses
        for value in ["192.0.2.128/25", "198.51.100.9", "192.0.2.5"] {
            none(&api, key, value).await;
        }
        assert_eq!(related_events(&api, key, id(&nets)).await, ["ips"]);
        assert_eq!(related_events(&api, key, id(&ips)).await, ["nets"]);
        // what others keep to themselves is not found around or inside
        event(&api, &api.other.user, "kept", 0, &[("ip-dst", "192.0.2.64/26"), ("ip-dst", "192.0.2.99")]).await;
        assert_eq!(titles(&api, key, "192.0.2.77").await, ["nets", "nets"]);
        assert_eq!(titles(&api, key, "192.0.2.0/24").await, ["ips"]);
        // an excluded network says nothing any more
        let _ = api.post(&api.admin, "/correlation_exclusions/add", &json!({"value": "192.0.2.0/24"})).await.done();
        assert_eq!(titles(&api, key, "192.0.2.77").await, ["nets"]);
        none(&api, key, "192.0.2.0/24").await;
        // nor one with more addresses inside than the limit
        set(&api, "MISP.correlation_limit", json!(2)).await;
        let more: Vec<String> = (1..=3).map(|n| format!("192.0.9.{n}")).collect();
        let more: Vec<(&str, &str)> = more.iter().map(|value| ("ip-src", value.as_str())).collect();
        event(&api, key, "more", 1, &more).await;
        none(&api, key, "192.0.0.0/16").await;
    }

    async fn fuzzy_hashes_that_are_alike_correlate(api: TestApi) {
        let key = &api.home.user;
        let one = event(&api, key, "one", 1, &[("ssdeep", ONE)]).await;
        let two = event(&api, key, "two", 1, &[("ssdeep", LIKE_IT), ("ssdeep", UNLIKE)]).await;
        set(&api, "MISP.enable_advanced_correlations", json!(true)).await;
        assert_eq!(related_events(&api, key, id(&one)).await, Vec::<String>::new(), "35 is below 40");
        set(&api, "MISP.ssdeep_correlation_threshold", json!(35)).await;
        assert_eq!(related_events(&api, key, id(&one)).await, ["two"]);
        assert_eq!(related_events(&api, key, id(&two)).await, ["one"]);
        none(&api, key, UNLIKE).await;
        // postings follow an edit and a deletion
        let attribute = one["Attribute"][0]["id"].as_str().unwrap();
        let edit = |value: &str| json!({"value": value});
        let _ = api.post(key, &format!("/attributes/edit/{attribute}"), &edit(UNLIKE)).await.done();
        assert_eq!(titles(&api, key, LIKE_IT).await, Vec::<String>::new());
        let _ = api.post(key, &format!("/attributes/edit/{attribute}"), &edit(ONE)).await.done();
        assert_eq!(titles(&api, key, LIKE_IT).await, ["one"]);
        let _ = api.post(key, &format!("/events/delete/{}", id(&one)), &json!({})).await.done();
        none(&api, key, LIKE_IT).await;
    }

    async fn host_names_correlate_with_the_domains_above_them(api: TestApi) {
        let key = &api.home.user;
        let before = event(&api, key, "before", 1, &[("hostname", "old.evil.example")]).await;
        event(&api, key, "domain", 1, &[("domain", "evil.example"), ("domain", "notevil.example")]).await;
        none(&api, key, "evil.example").await;
        set(&api, "Entente.correlate_subdomains", json!(true)).await;
        event(&api, key, "hosts", 1, &[
            ("hostname|port", "c2.EVIL.example|8080"), ("url", "http://x.evil.example/"), ("text", "y.evil.example"),
        ]).await;
        // upwards at once, downwards as far as names were posted so
        assert_eq!(titles(&api, key, "old.evil.example").await, ["domain"]);
        assert_eq!(titles(&api, key, "evil.example").await, ["hosts"]);
        let job = api.post(&api.admin, "/attributes/generateCorrelation", &json!({})).await.done();
        let progress = format!("/jobs/getProgress/{}", job["id"].as_str().unwrap());
        for _ in 0..200 {
            if api.get(&api.admin, &progress).await.done()["progress"] == "100%" {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        let mut all = titles(&api, key, "evil.example").await;
        all.sort();
        assert_eq!(all, ["before", "hosts"]);
        none(&api, key, "notevil.example").await;
        assert_eq!(related_events(&api, key, id(&before)).await, ["domain"]);
        // switched off, nothing of it is left to see
        set(&api, "Entente.correlate_subdomains", json!(false)).await;
        none(&api, key, "evil.example").await;
    }
}
