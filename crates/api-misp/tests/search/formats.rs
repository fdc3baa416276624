use super::{filled, post};
use entente_testkit::instance::{ADMIN_KEY, TestInstance};
use entente_testkit::instance_test;
use serde_json::{Value, json};

instance_test! {
    async fn attributes_as_lines(instance: TestInstance) {
        filled(&instance).await;
        let find = async |body: Value| post(&instance, ADMIN_KEY, "/attributes/restSearch", body).await.text;
        let csv = find(json!({"returnFormat": "csv", "value": "198.51.100.7", "eventid": 1})).await;
        let (header, row) = csv.split_once('\n').unwrap();
        assert!(header.starts_with("uuid,event_id,category,type,value,comment,to_ids,date,object_relation,attribute_tag"));
        assert!(row.contains(",1,\"Network activity\",\"ip-dst\",\"198.51.100.7\",\"C2 \"\"server\"\"\",1,"), "{row}");
        assert!(row.ends_with("\"\",\"golden:campaign\",\"\",\"\",\"\"\n\n"), "{row}");
        // to_ids and published are asked for unless the client says otherwise
        assert_eq!(find(json!({"returnFormat": "text"})).await, "\n");
        let text = find(json!({"returnFormat": "text", "published": [0, 1], "type": ["ip-dst", "text"]})).await;
        assert_eq!(text, "198.51.100.7\n");
        let hashes = find(json!({"returnFormat": "hashes", "published": 0})).await;
        assert_eq!(hashes, "d41d8cd98f00b204e9800998ecf8427e\nda39a3ee5e6b4b0d3255bfef95601890afd80709\n");
        let cache = find(json!({"returnFormat": "cache", "value": "198.51.100.7"})).await;
        assert_eq!(cache.lines().count(), 2);
        assert_eq!(find(json!({"returnFormat": "count", "type": "ip-dst"})).await, "2");
    }

    async fn events_as_lines(instance: TestInstance) {
        filled(&instance).await;
        let find = async |body: Value| post(&instance, ADMIN_KEY, "/events/restSearch", body).await.text;
        // every attribute of an event that matches, those of objects last and with their object
        let csv = find(json!({"returnFormat": "csv", "type": "sha1", "headerless": 1})).await;
        let rows: Vec<&str> = csv.trim_end().lines().collect();
        assert_eq!(rows.len(), 6);
        assert!(rows[5].ends_with(",\"file\",\"file\""), "{}", rows[5]);
        assert_eq!(find(json!({"returnFormat": "count"})).await, "2");
        let chosen = json!({"returnFormat": "csv", "eventid": 2, "requested_attributes": ["value", "event_info"]});
        assert_eq!(find(chosen).await, "value,event_info\n\"198.51.100.7\",\"Kept here\"\n\n");
    }

    async fn rules_for_hosts_filters_and_name_servers(instance: TestInstance) {
        let attributes = json!([
            {"type": "ip-dst", "value": "198.51.100.7"}, {"type": "domain", "value": "bad.example"},
            {"type": "domain", "value": "evil.example\n; rm -rf"}, {"type": "hostname", "value": "www.bad.example"},
            {"type": "md5", "value": "d41d8cd98f00b204e9800998ecf8427e"}, {"type": "text", "value": "none of these"}]);
        let event = json!({"info": "rules", "published": true, "Attribute": attributes});
        post(&instance, ADMIN_KEY, "/events/add", event).await;
        for scope in ["attributes", "events"] {
            let path = format!("/{scope}/restSearch");
            let find = async |body: Value| post(&instance, ADMIN_KEY, &path, body).await;
            let hosts = find(json!({"returnFormat": "hosts"})).await;
            assert!(hosts.text.ends_with("\n0.0.0.0 bad.example\n"), "{}", hosts.text);
            assert_eq!(hosts.header("x-export-module-used"), "hosts");
            let netfilter = find(json!({"returnFormat": "netfilter", "netfilter_action": "REJECT"})).await;
            assert_eq!(netfilter.text.trim_end(), "iptables -A INPUT -s 198.51.100.7 -j REJECT");
            let zone = find(json!({"returnFormat": "rpz", "policy": "DROP", "ns": "ns.example."})).await.text;
            assert!(zone.contains("\n32.7.100.51.198.rpz-ip CNAME rpz-drop.\n"), "{zone}");
            assert!(zone.contains("\n*.bad.example CNAME rpz-drop.\n") && !zone.contains("rm -rf"), "{zone}");
            assert!(zone.contains("NS ns.example."), "{zone}");
            let kunai = find(json!({"returnFormat": "kunai"})).await;
            let found: Value = serde_json::from_str(&kunai.text).unwrap();
            assert!(found.as_array().unwrap().iter().any(|item| item["value"] == "198.51.100.7"));
            assert!(kunai.header("content-type").starts_with("application/json"));
        }
        // only the types that the format shows are counted
        let netfilter = post(&instance, ADMIN_KEY, "/attributes/restSearch", json!({"returnFormat": "netfilter"})).await;
        assert_eq!(netfilter.header("x-result-count"), "1");
        // the server's own settings stand behind those of the request
        post(&instance, ADMIN_KEY, "/servers/serverSettingsEdit/Plugin.RPZ_policy", json!({"value": "NODATA"})).await;
        let zone = post(&instance, ADMIN_KEY, "/attributes/restSearch", json!({"returnFormat": "rpz"})).await.text;
        assert!(zone.contains("\nbad.example CNAME *.\n"), "{zone}");
    }

    async fn xml_says_what_json_says(instance: TestInstance) {
        filled(&instance).await;
        let find = async |path: &str, body: Value| post(&instance, ADMIN_KEY, path, body).await;
        let events = find("/events/restSearch", json!({"returnFormat": "xml", "includeEventCorrelations": 0})).await;
        assert_eq!(events.header("content-type"), "application/xml; charset=UTF-8");
        assert!(events.text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<response><Event><id>1</id>"));
        assert!(events.text.ends_with("</Event></response>\n"));
        assert_eq!(events.text.matches("<Event><id>1</id>").count() + events.text.matches("</Event><Event><id>2</id>").count(), 2);
        assert!(events.text.contains("<comment>C2 &quot;server&quot;</comment>"), "{}", events.text);
        let attributes = find("/attributes/restSearch", json!({"returnFormat": "xml", "value": "198.51.100.7"})).await.text;
        assert_eq!(attributes.matches("</Attribute>\n").count(), 2);
        assert!(!attributes.contains("<Event>"));
        let none = find("/attributes/restSearch", json!({"returnFormat": "xml", "value": "absent"})).await.text;
        assert_eq!(none, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<response></response>\n");
    }

    async fn rules_for_sensors_and_scanners(instance: TestInstance) {
        let hash = "d41d8cd98f00b204e9800998ecf8427e";
        let attributes = json!([
            {"type": "ip-dst", "value": "198.51.100.7"}, {"type": "domain", "value": "bad.example"},
            {"type": "user-agent", "to_ids": true,
                "value": "x\"; sid:1;) alert ip any any -> any any (msg:\"injected"},
            {"type": "yara", "value": "rule own { condition: true }", "to_ids": true}, {"type": "md5", "value": hash}]);
        let event = json!({"info": "rules", "published": true, "Attribute": attributes, "Tag": [{"name": "tlp:green"}]});
        post(&instance, ADMIN_KEY, "/events/add", event).await;
        for scope in ["attributes", "events"] {
            let path = format!("/{scope}/restSearch");
            let find = async |format: &str| post(&instance, ADMIN_KEY, &path, json!({"returnFormat": format})).await;
            for format in ["snort", "suricata"] {
                let rules = find(format).await.text;
                let lines: Vec<&str> = rules.lines().filter(|line| !line.starts_with('#')).collect();
                assert!(lines.len() >= 4, "{rules}");
                assert!(lines.iter().all(|line| line.starts_with("alert ") && line.contains(" sid:")), "{rules}");
                assert!(!lines.iter().any(|line| line.contains("sid:1;)")), "{rules}");
                assert_eq!(lines[0].contains("[tlp:green]"), scope == "events", "{}", lines[0]);
                assert!(lines[0].contains("/events/view/"), "{}", lines[0]);
            }
            let yara = find("yara").await.text;
            assert!(yara.contains("rule own") && yara.contains(&format!("hash.md5(0, filesize) == \"{hash}\"")), "{yara}");
            let json: Value = serde_json::from_str(&find("yara-json").await.text).unwrap();
            assert_eq!(json["as-is"][0]["valid"], true);
            let openioc = find("openioc").await;
            assert!(openioc.text.contains(&format!("<Content type=\"md5\">{hash}</Content>")), "{}", openioc.text);
            assert_eq!(openioc.header("x-response-format"), "xml");
        }
    }

    async fn addresses_from_before(instance: TestInstance) {
        let attributes = json!([{"type": "ip-dst", "value": "198.51.100.7"}, {"type": "domain", "value": "bad.example"},
            {"type": "filename|md5", "value": "a.exe|d41d8cd98f00b204e9800998ecf8427e"},
            {"type": "ip-src", "value": "203.0.113.9", "to_ids": false}]);
        let event = json!({"info": "old", "published": true, "Attribute": attributes});
        post(&instance, ADMIN_KEY, "/events/add", event).await;
        let get = async |path: &str| crate::call(&instance, ADMIN_KEY, http::Method::GET, path, None).await;
        let zeek = get("/attributes/bro/download/ip").await;
        assert_eq!(zeek.header("content-disposition"), "attachment; filename=\"misp.ip.intel\"");
        assert!(zeek.text.starts_with("#fields\tindicator\tindicator_type\t"), "{}", zeek.text);
        assert!(zeek.text.contains("\n198.51.100.7\tIntel::ADDR\t") && !zeek.text.contains("203.0.113.9"), "{}", zeek.text);
        assert_eq!(get("/attributes/bro/download/nonsense").await.status, 404);
        assert_eq!(get("/attributes/text/download/ip-dst").await.text, "198.51.100.7\n");
        let lifted = get("/attributes/text/download/null/null/null/1").await.text;
        assert!(lifted.contains("203.0.113.9"), "{lifted}");
        assert!(get("/attributes/rpz/download/null/null/null/null/DROP").await.text.contains("bad.example CNAME rpz-drop."));
        assert_eq!(get("/events/hids/md5/download").await.text, "d41d8cd98f00b204e9800998ecf8427e\n");
        let csv = get("/events/csv/download/1").await.text;
        assert_eq!(csv.trim_end().lines().count(), 1 + 3, "{csv}");
        assert!(get("/events/nids/suricata/download/1").await.text.contains("sid:"));
        assert!(get("/events/xml/download/1").await.text.contains("<info>old</info>"));
        assert!(get("/events/downloadOpenIOCEvent/download/1").await.text.contains("<ioc "));
        assert_eq!(get("/events/downloadOpenIOCEvent/download").await.status, 400);
    }
}
