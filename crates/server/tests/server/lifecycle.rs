//! Start, ready, stop, start again; and what the operator sees.
use crate::node::{Answer, KEY, Node, entente, json, read_to_end, run, text};
use std::io::Write;
use std::time::{Duration, Instant};

#[test]
fn serves_stops_in_order_and_keeps_its_data() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let node = Node::start(&data, &[]);
    assert_eq!(node.request("GET", "/healthz", &[], "").status, 200);
    assert_eq!(node.request("GET", "/readyz", &[], "").status, 200);
    let version = node.get("/servers/getVersion");
    assert_eq!(version.status, 200);
    assert!(version.json()["version"].is_string());
    assert_eq!(node.request("GET", "/servers/getVersion", &[], "").status, 403);
    let uuid = node.get("/servers/getInstanceUUID").json()["uuid"].clone();
    let start = Instant::now();
    assert_eq!(node.stop(), Some(0));
    assert!(start.elapsed() < Duration::from_secs(10));

    let node = Node::start(&data, &[]);
    assert_eq!(node.get("/servers/getInstanceUUID").json()["uuid"], uuid);
    assert!(!node.log().contains("First login"), "{}", node.log());
    assert_eq!(node.stop(), Some(0));
}

#[test]
fn a_running_request_is_finished_before_the_end() {
    let dir = tempfile::tempdir().unwrap();
    let mut node = Node::start(&dir.path().join("data"), &[]);
    let mut stream = node.connect();
    let head = format!(
        "POST /servers/postTest HTTP/1.1\r\nHost: x\r\nAuthorization: {KEY}\r\nContent-Length: 9\r\n\r\n"
    );
    stream.write_all(format!("{head}{{\"a\"").as_bytes()).unwrap();
    std::thread::sleep(Duration::from_millis(200));
    node.terminate();
    std::thread::sleep(Duration::from_millis(200));
    assert!(
        std::net::TcpStream::connect(node.address).is_err(),
        "still accepts"
    );
    stream.write_all(b":\"b\"}").unwrap();
    let answer = Answer::new(&read_to_end(&mut stream));
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.json()["body"]["a"], "b");
    assert_eq!(node.wait(), Some(0));
}

#[test]
fn bad_settings_end_with_2_and_one_line_that_names_them() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("entente.toml");
    std::fs::write(&file, "listn = 1").unwrap();
    let check = |mut command: std::process::Command, named: &str| {
        let output = command.output().unwrap();
        let shown = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{shown}");
        assert_eq!(shown.trim_end().lines().count(), 1, "{shown}");
        assert!(shown.contains(named), "{shown}");
    };
    check(entente(dir.path(), &["serve", "--listen", "nowhere"]), "--listen");
    check(
        entente(dir.path(), &["serve", "--no-such-option"]),
        "--no-such-option",
    );
    check(
        entente(dir.path(), &["serve", "--config", file.to_str().unwrap()]),
        "listn",
    );
    for (name, value) in [
        ("ENTENTE_LOG_FORMAT", "xml"),
        ("ENTENTE_ADMIN_KEY", "short"),
        ("RUST_LOG", "a=b=c"),
    ] {
        let mut command = entente(dir.path(), &["serve"]);
        command.env(name, value);
        check(command, name);
    }
}

#[test]
fn a_store_that_cannot_be_opened_ends_with_1() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "no directory").unwrap();
    let listen = ["serve", "--listen", "127.0.0.1:0"];
    let output = run(&file, &listen);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("cannot open the store"));

    std::fs::write(dir.path().join("entente.db"), vec![b'x'; 8192]).unwrap();
    assert_eq!(run(dir.path(), &listen).status.code(), Some(1));

    let url = "postgres://entente:hunter2@127.0.0.1:1/entente";
    let output = run(dir.path(), &[&listen[..], &["--database-url", url]].concat());
    assert_eq!(output.status.code(), Some(1));
    assert!(
        !text(&output.stderr).contains("hunter2"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn two_servers_do_not_share_a_data_directory() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let _node = Node::start(&data, &[]);
    let output = run(&data, &["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("a server uses"));
}

#[test]
fn generated_credentials_are_shown_once() {
    let dir = tempfile::tempdir().unwrap();
    let node = Node::start(&dir.path().join("data"), &[]);
    let log = node.log();
    assert!(
        log.contains("admin@admin.test") && log.contains("password"),
        "{log}"
    );
    assert!(!log.contains(KEY), "{log}");
}

#[test]
fn every_answer_has_an_id_and_a_line_in_the_log_without_secrets() {
    let dir = tempfile::tempdir().unwrap();
    let node = Node::start(&dir.path().join("data"), &[]);
    let key = format!("Authorization: {KEY}");
    let answer = node.request(
        "GET",
        "/servers/getVersion?q=evil.example",
        &[&key, "X-Request-Id: mine-1"],
        "",
    );
    assert_eq!(answer.header("x-request-id"), Some("mine-1"));
    let other = node.request("GET", "/nothing/here", &["X-Request-Id: not fine"], "");
    let id = other.header("x-request-id").unwrap();
    assert!(id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'), "{id}");
    assert_eq!(
        other.header("content-type"),
        Some("application/json; charset=UTF-8")
    );
    let line = node.log_line("mine-1");
    let line: serde_json::Value = serde_json::from_str(&line).unwrap();
    node.log_line(id);
    let log = node.log();
    assert_eq!(line["path"], "/servers/getVersion");
    assert_eq!(line["method"], "GET");
    assert_eq!(line["status"], 200);
    assert!(line["duration_ms"].is_number());
    assert!(!log.contains(KEY) && !log.contains("evil.example"), "{log}");
}

#[test]
fn metrics_are_for_this_machine_and_for_site_administrators() {
    let dir = tempfile::tempdir().unwrap();
    let node = Node::start(&dir.path().join("data"), &[]);
    node.get("/servers/getVersion");
    let figures = node.request("GET", "/metrics", &[], "");
    assert_eq!(figures.status, 200);
    for name in [
        "entente_http_requests_total{class=\"read\",status=\"2xx\"} 1",
        "entente_http_request_duration_seconds_bucket",
        "entente_db_commits_total",
        "entente_db_waiting",
        "process_resident_memory_bytes",
    ] {
        assert!(figures.body.contains(name), "{name}: {}", figures.body);
    }
    let forwarded = "X-Forwarded-For: 203.0.113.9";
    assert_eq!(node.request("GET", "/metrics", &[forwarded], "").status, 403);
    let key = format!("Authorization: {KEY}");
    assert_eq!(
        node.request("GET", "/metrics", &[forwarded, &key], "").status,
        200
    );
}

#[test]
fn large_answers_are_compressed_for_those_who_ask() {
    let dir = tempfile::tempdir().unwrap();
    let node = Node::start(&dir.path().join("data"), &[]);
    node.get("/servers/getVersion");
    for encoding in ["gzip", "br"] {
        let accept = format!("Accept-Encoding: {encoding}");
        let large = node.request("GET", "/metrics", &[&accept], "");
        assert_eq!(large.header("content-encoding"), Some(encoding));
        let small = node.request("GET", "/healthz", &[&accept], "");
        assert_eq!(small.header("content-encoding"), None);
    }
    assert_eq!(
        node.request("GET", "/metrics", &[], "")
            .header("content-encoding"),
        None
    );
}

#[test]
fn the_explained_settings_can_be_used() {
    let dir = tempfile::tempdir().unwrap();
    let explained = run(dir.path(), &["config", "explain"]);
    assert!(explained.status.success());
    let file = dir.path().join("entente.toml");
    std::fs::write(&file, &explained.stdout).unwrap();
    let data = dir.path().join("data");
    drop(Node::start(&data, &["--config", file.to_str().unwrap()]));
    let users = json(&data, &["admin", "user", "list", "--json"]);
    assert_eq!(users[0]["email"], "admin@admin.test");
}
