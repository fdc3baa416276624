use super::{Reply, filled, get, post};
use entente_testkit::instance::{ADMIN_KEY, TestInstance};
use entente_testkit::instance_test;
use serde_json::{Value, json};

fn titles(reply: &Reply) -> Vec<String> {
    let rows = reply.json();
    rows.as_array()
        .unwrap()
        .iter()
        .map(|row| row["info"].as_str().unwrap().to_owned())
        .collect()
}

instance_test! {
    async fn events_can_be_listed_and_searched(instance: TestInstance) {
        filled(&instance).await;
        let find = async |body: Value| titles(&post(&instance, ADMIN_KEY, "/events/index", body).await);
        assert_eq!(find(json!({})).await, ["Gilt campaign", "Kept here"]);
        assert_eq!(find(json!({"tag": "tlp:green"})).await, ["Gilt campaign"]);
        assert_eq!(find(json!({"tag": "!tlp:green"})).await, ["Kept here"]);
        assert_eq!(find(json!({"attribute": "!EVIL"})).await, ["Kept here"]);
        assert_eq!(find(json!({"all": "remark"})).await, ["Gilt campaign"]);
        assert_eq!(find(json!({"eventinfo": "kept"})).await, ["Kept here"]);
        assert_eq!(find(json!({"datefrom": "2024-03-15"})).await, ["Kept here"]);
        assert_eq!(find(json!({"org": "nobody"})).await, [""; 0]);
        assert_eq!(find(json!({"sort": "date", "direction": "desc", "limit": 1})).await, ["Kept here"]);
        let named = get(&instance, "/events/index/searchthreatlevel:1").await;
        assert_eq!((titles(&named), named.header("x-result-count")), (vec!["Gilt campaign".to_owned()], "1"));
        let row = &named.json()[0];
        assert_eq!(row["EventTag"][0]["Tag"]["name"], "tlp:green");
        assert_eq!(row["Org"]["name"], "ORGNAME");
        let minimal = post(&instance, ADMIN_KEY, "/events/index", json!({"minimal": 1})).await.json();
        assert_eq!(minimal[0].as_object().unwrap().len(), 6);
        let csv = get(&instance, "/events/index.csv").await;
        assert!(csv.text.lines().nth(1).unwrap().starts_with("1,\"2024-03-01\",\"Gilt campaign\",\"tlp:green\","));
    }

    async fn attributes_can_be_listed_and_counted(instance: TestInstance) {
        filled(&instance).await;
        assert_eq!(get(&instance, "/attributes/index").await.json().as_array().unwrap().len(), 7);
        let page = get(&instance, "/attributes/index/limit:2/page:2").await.json();
        assert_eq!(page[0]["value"], "a remark");
        let counts = get(&instance, "/attributes/attributeStatistics/type").await.json();
        assert_eq!(counts["ip-dst"], "2");
        let shares = get(&instance, "/attributes/attributeStatistics/category/true").await.json();
        assert_eq!(shares["Network activity"], "57.143%");
    }
}
