//! Bodies, encodings, paths and headers: BI-T.
use super::{private_event, text};
use bytes::Bytes;
use entente_testkit::api::{ADDRESS, Asking, Reply, TestApi};
use entente_testkit::api_test;
use http_body_util::StreamBody;
use serde_json::{Value, json};
use std::io::Write;
use std::time::{Duration, Instant};

const ADD: &str = "/events/add";
const SEARCH: &str = "/attributes/restSearch";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Sends a body to endpoints that stream and that read at once, and asserts refusals and no change.
/// With a status, each refusal has it.
async fn refused(api: &TestApi, body: &[u8], status: Option<u16>) {
    let before = api.rows().await;
    for path in [
        ADD,
        "/events/edit/1",
        "/attributes/add/1",
        "/objects/add/1",
        SEARCH,
        "/tags/add",
        "/events/index",
    ] {
        let reply = api
            .post_bytes(&api.admin, path, Bytes::copy_from_slice(body))
            .await;
        match status {
            Some(status) => reply.refuses(status),
            None => reply.is_refusal(),
        };
    }
    assert_eq!(api.rows().await, before);
}

/// With JSON that is called text.
fn plain(asking: Asking<'_>) -> Asking<'_> {
    asking
        .header("content-type", "text/plain")
        .body("{\"info\": \"form\"}")
}

/// A request whose body is a stream of this chunk.
async fn stream(api: &TestApi, path: &str, chunk: &'static [u8], times: usize) -> Reply {
    let frames = std::iter::repeat_n(Bytes::from_static(chunk), times);
    let frames = frames.map(|data| Ok::<_, std::io::Error>(http_body::Frame::data(data)));
    let request = http::Request::post(path)
        .header("authorization", &api.admin.text)
        .header("content-type", "application/json")
        .body(StreamBody::new(futures_util::stream::iter(frames)))
        .unwrap();
    api.serve(request, Some(ADDRESS)).await
}

api_test! {
    async fn bi_t1_invalid_utf8(api: TestApi) {
        refused(&api, b"{\"info\": \"a\xff\xfe\", \"value\": \"a\xc0\xaf\", \"name\": \"\xed\xa0\x80\"}", Some(405)).await;
    }

    async fn bi_t2_empty_body(api: TestApi) {
        private_event(&api).await;
        let before = api.rows().await;
        for path in [
            ADD, "/events/edit/1", "/attributes/add/1", "/attributes/edit/1", "/objects/add/1", "/objects/edit/1",
            "/tags/add", "/eventReports/add/1", "/sightings/add", "/sharing_groups/add", "/auth_keys/edit/1",
            "/object_references/add", "/shadow_attributes/add/1", "/admin/users/add", "/admin/organisations/add",
        ] {
            for body in ["", "{}", "[]", "null", " "] {
                let reply = api.post_bytes(&api.home.publisher, path, body).await;
                assert!(reply.is_answered().status != 200 || api.rows().await == before, "{path} {body}: {}", reply.text());
            }
        }
    }

    async fn bi_t3_truncated(api: TestApi) {
        for body in ["{\"info\": \"x\"", "{\"info\"", "{\"info\": \"x", "{\"Attribute\": [{", "[1,", "{\"info\": \"x\"}}", "{'a':1}"] {
            refused(&api, body.as_bytes(), None).await;
        }
        refused(&api, b"{\"info\": \"x\"", Some(405)).await;
    }

    async fn bi_t4_deep_nesting(api: TestApi) {
        for opening in ["[", "{\"a\":", "{\"Event\":"] {
            let body = opening.repeat(100_000);
            let started = Instant::now();
            refused(&api, body.as_bytes(), Some(405)).await;
            assert!(started.elapsed() < Duration::from_secs(1));
        }
    }

    async fn bi_t5_endless_bodies(api: TestApi) {
        // spaces, since brackets are refused long before the limit
        static SPACES: [u8; 1 << 20] = [b' '; 1 << 20];
        let reply = stream(&api, SEARCH, &SPACES, 1_024).await;
        reply.refuses(413);
        assert_eq!(reply.header("connection"), "close");
        static BRACKETS: [u8; 1 << 20] = [b'['; 1 << 20];
        let reply = stream(&api, ADD, &BRACKETS, 1_024).await;
        reply.is_refusal();
        assert_eq!(reply.header("connection"), "close");
        let announced = api.ask("POST", SEARCH).key(&api.admin).header("content-length", "1073741824").send().await;
        announced.refuses(413);
    }

    async fn bi_t6_absurd_numbers(api: TestApi) {
        let digits = "9".repeat(400);
        for body in ["{\"info\": \"x\", \"distribution\": 1e400000}".to_owned(), format!("{{\"timestamp\": {digits}}}")] {
            refused(&api, body.as_bytes(), None).await;
        }
    }

    async fn bi_t7_the_last_of_equal_keys_wins(api: TestApi) {
        let reply = api.post_bytes(&api.home.user, ADD, "{\"info\": \"first\", \"info\": \"last\"}").await;
        assert_eq!(reply.done()["Event"]["info"], "last");
    }

    async fn bi_t8_bombs(api: TestApi) {
        let before = api.rows().await;
        let mut json = b"{\"info\": \"".to_vec();
        json.resize(64 << 20, b' ');
        let bomb = Bytes::from(gzip(&json));
        for path in [ADD, SEARCH] {
            let asking = api.ask("POST", path).key(&api.admin).header("content-type", "application/json");
            asking.header("content-encoding", "gzip").body(bomb.clone()).send().await.refuses(413);
        }
        assert_eq!(api.rows().await, before);
        let small = gzip(b"{\"info\": \"compressed\"}");
        let asking = api.ask("POST", ADD).key(&api.admin).header("content-type", "application/json");
        let added = asking.header("content-encoding", "gzip").body(small).send().await.done();
        assert_eq!(added["Event"]["info"], "compressed");
    }

    async fn bi_t9_unknown_encodings(api: TestApi) {
        for encoding in ["zstd", "compress", "gzip, gzip", "x"] {
            let asking = api.ask("POST", ADD).key(&api.admin).json(&json!({"info": "x"}));
            asking.header("content-encoding", encoding).send().await.refuses(415);
        }
        let asking = api.ask("POST", ADD).key(&api.admin).json(&json!({"info": "x"}));
        asking.header("content-encoding", "gzip").send().await.refuses(400);
    }

    async fn bi_t14_odd_methods(api: TestApi) {
        let before = api.rows().await;
        for method in ["FOO", "TRACE", "CONNECT", "PROPFIND"] {
            api.ask(method, "/events/index").key(&api.admin).send().await.refuses(405);
        }
        assert_eq!(api.rows().await, before);
    }

    async fn bi_t15_method_override(api: TestApi) {
        let event = private_event(&api).await;
        let path = format!("/events/{}", text(&event["id"]));
        let before = api.rows().await;
        for header in ["x-http-method-override", "x-method-override", "x-http-method"] {
            let asking = api.ask("GET", &path).key(&api.admin).header(header, "DELETE");
            assert_eq!(asking.send().await.done()["Event"]["uuid"], event["uuid"]);
        }
        api.get(&api.admin, &format!("{path}?_method=DELETE")).await.done();
        assert_eq!(api.rows().await, before);
    }

    async fn bi_t16_hostile_paths(api: TestApi) {
        private_event(&api).await;
        let before = api.rows().await;
        for path in [
            "/events/../users/view/1", "/events/%2e%2e/users/view/1", "/events/%2E%2E%2fusers/view/1", "/events//view/1",
            "//users/view/1", "/events/view/1%2f..%2f..%2fusers", "/events/view/1%00", "/events/view/%00", "/events/view/1;x",
            "/events;x/view/1", "/events/view/1%2f2", "/events/./view/1", "/events/view/%ff", "/%2e%2e/%2e%2e/etc/passwd",
            "/events/view/0x1", "/events/view/1e0", "/events/view/%EF%BC%91",
        ] {
            for method in ["GET", "POST", "DELETE"] {
                api.ask(method, path).key(&api.admin).send().await.is_refusal();
            }
        }
        let long = format!("/events/index/{}", "a".repeat(9_000));
        api.get(&api.admin, &long).await.refuses(414);
        assert_eq!(api.rows().await, before);
    }

    async fn bi_t17_links_use_the_configured_address(api: TestApi) {
        let event = private_event(&api).await;
        let body = json!({"info": "again", "uuid": event["uuid"]});
        let asking = api.ask("POST", ADD).key(&api.admin).json(&body);
        let reply = asking.header("host", "evil.example").header("x-forwarded-host", "evil.example").send().await;
        let location = reply.refuses(404).header("location");
        assert_eq!(location, format!("https://entente.test/events/{}", text(&event["id"])));
    }

    async fn bi_t20_json_as_text_needs_a_key(api: TestApi) {
        let before = api.rows().await;
        let cookies = api.ask("POST", ADD).header("cookie", "PHPSESSID=abc; CAKEPHP=abc");
        plain(cookies).send().await.refuses(403);
        assert_eq!(api.rows().await, before);
        assert_eq!(plain(api.ask("POST", ADD).key(&api.admin)).send().await.done()["Event"]["info"], "form");
    }

    async fn bi_t21_to_t23_other_bodies_are_not_taken(api: TestApi) {
        let before = api.rows().await;
        let laughs = "<?xml version=\"1.0\"?><!DOCTYPE e [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">\
                      <!ENTITY x SYSTEM \"file:///etc/passwd\">]><Event><info>&b;&x;</info></Event>";
        let parts = format!("--b\r\n\r\n{}--b--", "x\r\n--b\r\n\r\n".repeat(10_000));
        for (kind, body) in [
            ("application/xml", laughs), ("application/xml", "http://127.0.0.1/event.xml"), ("text/xml", laughs),
            ("multipart/form-data; boundary=b", parts.as_str()), ("multipart/form-data", parts.as_str()),
            ("application/x-www-form-urlencoded", "info=x&distribution=0"), ("application/octet-stream", "\0\u{1}"),
        ] {
            for path in [ADD, "/attributes/add/1", "/events/upload_sample", "/attributes/add_attachment/1", SEARCH] {
                let reply = api.ask("POST", path).key(&api.admin).header("content-type", kind).body(body.to_owned()).send().await;
                reply.is_refusal();
                assert!(!reply.text().contains("root:"));
            }
        }
        assert_eq!(api.rows().await, before);
    }

    async fn deep_nesting_under_another_content_type(api: TestApi) {
        // the guard of JSON nesting must not depend on what the caller calls its body
        let body = "[".repeat(100_000);
        for kind in ["text/plain", "application/xml", ""] {
            for path in [ADD, SEARCH, "/attributes/add/1", "/tags/add"] {
                let asking = api.ask("POST", path).key(&api.admin).header("content-type", kind);
                asking.body(body.clone()).send().await.is_refusal();
            }
        }
        assert_eq!(api.get(&api.admin, "/events/index").await.done(), Value::Array(Vec::new()));
    }
}
