//! Files and their names: BI-F.
use super::text;
use base64::Engine as _;
use entente_testkit::api::TestApi;
use entente_testkit::api_test;
use serde_json::{Value, json};

fn encoded(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// What a download must look like whatever the file is: never shown in place.
fn is_harmless(reply: &entente_testkit::api::Reply) {
    assert_eq!(reply.header("x-content-type-options"), "nosniff");
    assert_eq!(reply.header("content-type"), "application/octet-stream");
    let disposition = reply.header("content-disposition");
    let quoted = disposition
        .strip_prefix("attachment; filename=\"")
        .unwrap_or_default();
    let (name, rest) = quoted.split_once('"').unwrap();
    assert!(rest.starts_with("; filename*=UTF-8''"), "{disposition}");
    assert!(!name.contains(['/', '\\', '\r', '\n']), "{disposition}");
    assert!(
        rest.bytes().all(|b| b.is_ascii_graphic() || b == b' ') && !rest.contains("..%2F"),
        "{disposition}"
    );
}

api_test! {
    async fn bi_f1_file_names_are_only_text(api: TestApi) {
        let event = api.event(&api.home.publisher, &json!({"info": "files"})).await;
        let add = format!("/attributes/add/{}", text(&event["id"]));
        let names = [
            "../../x", "C:\\x", "con", &"n".repeat(300), "a\nb", "a\r\nSet-Cookie: x=1", "\u{202e}gpj.exe", "a\"; filename=\"b", "..", "/etc/passwd", ".",
            "é名.bin", "a;b",
        ];
        for name in names {
            let body = json!({"type": "attachment", "value": name, "data": encoded(name.as_bytes())});
            let reply = api.post(&api.home.publisher, &add, &body).await;
            if reply.is_answered().status != 200 {
                reply.is_refusal();
                continue;
            }
            let id = text(&reply.json()["Attribute"]["id"]).to_owned();
            let file = api.get(&api.home.publisher, &format!("/attributes/download/{id}")).await;
            assert_eq!(file.is_answered().body.as_ref(), name.as_bytes());
            is_harmless(&file);
        }
        for name in ["", "   "] {
            api.post(&api.home.publisher, &add, &json!({"type": "attachment", "value": name, "data": "eA=="})).await.is_refusal();
        }
        api.post(&api.home.publisher, &add, &json!({"type": "attachment", "value": "x", "data": "not base64!"})).await.is_refusal();
    }

    async fn bi_f2_samples_are_packed_not_unpacked(api: TestApi) {
        let event = api.event(&api.home.publisher, &json!({"info": "samples"})).await;
        let upload = format!("/events/upload_sample/{}", text(&event["id"]));
        let pseudo_zip: &[u8] = b"PK\x03\x04\xff\xff\xff\xff\xff\xff\xff\xff../../x";
        for (name, content) in [("../../evil.exe", pseudo_zip), ("a|b", b"MZ"), ("\u{202e}x\n", b"")] {
            let body = json!({"files": [{"filename": name, "data": encoded(content)}]});
            let reply = api.post(&api.home.publisher, &upload, &body).await;
            reply.is_answered();
        }
        for body in [json!({"files": [{"filename": "x", "data": "%%%"}]}), json!({"files": [{"filename": "x"}]}), json!({"files": "x"}), json!({"files": [[]]})] {
            let reply = api.post(&api.home.publisher, &upload, &body).await;
            assert!(reply.is_answered().status >= 400, "{body}: {}", reply.text());
        }
        // a sample that claims to be an archive with our password but is none
        let add = format!("/attributes/add/{}", text(&event["id"]));
        let broken = json!({"type": "malware-sample", "value": "x.exe|d41d8cd98f00b204e9800998ecf8427e", "data": encoded(pseudo_zip)});
        api.post(&api.home.publisher, &add, &broken).await.is_answered();
    }

    async fn bi_f3_pictures_are_never_inline(api: TestApi) {
        let event = api.event(&api.home.publisher, &json!({"info": "pictures"})).await;
        let add = format!("/attributes/add/{}", text(&event["id"]));
        let mut huge = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\x01\x86\xa0\0\x01\x86\xa0\x08\x06\0\0\0".to_vec();
        huge.extend(b"<html><script>alert(1)</script>");
        for (name, content) in [("huge.png", huge.as_slice()), ("x.svg", b"<svg onload=alert(1)></svg>"), ("x.html", b"<script>alert(1)</script>")] {
            let body = json!({"type": "attachment", "value": name, "data": encoded(content)});
            let id = api.post(&api.home.publisher, &add, &body).await.done()["Attribute"]["id"].clone();
            is_harmless(&api.get(&api.home.publisher, &format!("/attributes/download/{}", text(&id))).await);
            let picture = api.get(&api.home.publisher, &format!("/attributes/viewPicture/{}", text(&id))).await;
            assert!(picture.is_answered().header("content-type").starts_with("application/json"));
            assert!(!picture.text().contains("<s"), "{}", picture.text());
        }
    }

    async fn files_of_others_are_not_there(api: TestApi) {
        let body = json!({"info": "files", "distribution": 0, "Attribute": [{"type": "attachment", "value": "x", "data": encoded(b"secret")}]});
        let event = api.event(&api.home.publisher, &body).await;
        let attribute = &event["Attribute"][0];
        for path in ["download", "downloadAttachment", "viewPicture", "downloadSample"] {
            for id in [&attribute["id"], &attribute["uuid"]] {
                let reply = api.get(&api.other.user, &format!("/attributes/{path}/{}", text(id))).await;
                reply.refuses(404);
            }
        }
        assert_eq!(api.get(&api.other.user, "/attributes/restSearch/withAttachments:1").await.done()["response"]["Attribute"], Value::Array(Vec::new()));
    }
}
