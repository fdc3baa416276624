//! Commands on the store itself.
use crate::node::{KEY, Node, entente, json, run, text};
use std::io::Write;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

fn prepared(data: &Path) {
    assert_eq!(Node::start(data, &[]).stop(), Some(0));
}

fn version_with(node: &Node, key: &str) -> u16 {
    let header = format!("Authorization: {key}");
    node.request("GET", "/servers/getVersion", &[&header], "").status
}

#[test]
fn accounts_organisations_and_keys() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let output = run(&data, &["admin", "user", "list"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).contains("there is no store"),
        "{}",
        text(&output.stderr)
    );
    prepared(&data);
    let org = json(&data, &["admin", "org", "add", "Blue Team", "--json"]);
    assert_eq!(org["name"], "Blue Team");
    assert_eq!(
        run(&data, &["admin", "org", "add", "blue team"]).status.code(),
        Some(1)
    );
    assert_eq!(
        json(&data, &["admin", "org", "list", "--json"])
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let add = [
        "admin",
        "user",
        "add",
        "ana@blue.test",
        "--org",
        "Blue Team",
        "--role",
        "Publisher",
        "--json",
    ];
    let user = json(&data, &add);
    assert_eq!(run(&data, &add).status.code(), Some(1));
    let first = user["key"].as_str().unwrap().to_owned();
    let second = json(
        &data,
        &["admin", "key", "new", "ana@blue.test", "--read-only", "--json"],
    );
    let second = second["key"].as_str().unwrap().to_owned();
    let node = Node::start(&data, &[]);
    assert_eq!(version_with(&node, &first), 200);
    assert_eq!(version_with(&node, &second), 200);
    node.stop();

    let third = json(&data, &["admin", "user", "reset-key", "ANA@blue.test", "--json"]);
    let third = third["key"].as_str().unwrap().to_owned();
    let node = Node::start(&data, &[]);
    let seen = [&first, &second, &third].map(|key| version_with(&node, key));
    assert_eq!(seen, [403, 403, 200]);
    node.stop();

    json(&data, &["admin", "user", "disable", "ana@blue.test", "--json"]);
    let users = json(&data, &["admin", "user", "list", "--json"]);
    assert_eq!(users[1]["disabled"], true);
    assert_eq!(users[1]["org"], "Blue Team");
    let node = Node::start(&data, &[]);
    assert_eq!(version_with(&node, &third), 403);
    assert_eq!(version_with(&node, KEY), 200);
}

/// Waits until a key is answered like this; a command beside the server counts within a second.
fn until(node: &Node, key: &str, status: u16) {
    let start = Instant::now();
    while version_with(node, key) != status {
        assert!(start.elapsed() < Duration::from_secs(5), "not {status} yet");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_running_server_notices_what_commands_change() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let node = Node::start(&data, &[]);
    json(&data, &["admin", "org", "add", "Blue Team", "--json"]);
    let add = [
        "admin",
        "user",
        "add",
        "ana@blue.test",
        "--org",
        "Blue Team",
        "--json",
    ];
    let first = json(&data, &add)["key"].as_str().unwrap().to_owned();
    // The account's organisation is as new to the server as the key.
    until(&node, &first, 200);
    let second = json(&data, &["admin", "user", "reset-key", "ana@blue.test", "--json"]);
    let second = second["key"].as_str().unwrap().to_owned();
    until(&node, &first, 403);
    assert_eq!(version_with(&node, &second), 200);
    json(&data, &["admin", "user", "disable", "ana@blue.test", "--json"]);
    until(&node, &second, 403);
    json(
        &data,
        &["admin", "user", "disable", "ana@blue.test", "--undo", "--json"],
    );
    until(&node, &second, 200);
    assert_eq!(node.stop(), Some(0));
}

#[test]
fn passwords_are_generated_or_read() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    prepared(&data);
    let reset = ["admin", "user", "reset-password", "admin@admin.test", "--json"];
    assert_eq!(json(&data, &reset)["password"].as_str().unwrap().len(), 24);
    let from_stdin = |password: &str| {
        let mut command = entente(&data, &reset);
        command.arg("--password-stdin").stdin(Stdio::piped());
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(password.as_bytes())
            .unwrap();
        child.wait_with_output().unwrap()
    };
    let done = from_stdin("Correct-Horse-1\n");
    assert!(done.status.success() && !text(&done.stdout).contains("Correct"));
    assert_eq!(from_stdin("short\n").status.code(), Some(1));
}

#[test]
fn a_backup_made_while_serving_is_restored_elsewhere() {
    let dir = tempfile::tempdir().unwrap();
    let (data, other) = (dir.path().join("data"), dir.path().join("other"));
    let file = dir.path().join("store.backup");
    let file = file.to_str().unwrap();
    let node = Node::start(&data, &[]);
    let uuid = node.get("/servers/getInstanceUUID").json()["uuid"].clone();
    let blobs = entente_engine::blob::BlobStore::open(data.join("blobs")).unwrap();
    let digest = blobs.put(b"sample").unwrap();
    let report = json(&data, &["backup", file, "--with-secrets", "--json"]);
    assert_eq!(report["attachments"], 1);
    assert_eq!(
        run(&data, &["backup", file]).status.code(),
        Some(1),
        "never overwrites"
    );
    node.stop();

    let report = json(&other, &["restore", file, "--json"]);
    assert_eq!(report["secrets"], true);
    let restored = entente_engine::blob::BlobStore::open(other.join("blobs")).unwrap();
    assert_eq!(restored.get(&digest).unwrap(), b"sample");
    let again = run(&other, &["restore", file]);
    assert_eq!(again.status.code(), Some(1));
    assert!(text(&again.stderr).contains("not empty"));
    assert_eq!(
        json(&other, &["verify", "--json"])["problems"],
        serde_json::json!([])
    );
    let node = Node::start(&other, &[]);
    assert_eq!(node.get("/servers/getInstanceUUID").json()["uuid"], uuid);
}

#[test]
fn without_secrets_keys_have_to_be_reset() {
    let dir = tempfile::tempdir().unwrap();
    let (data, other) = (dir.path().join("data"), dir.path().join("other"));
    let file = dir.path().join("store.backup");
    let file = file.to_str().unwrap();
    prepared(&data);
    json(&data, &["backup", file, "--json"]);
    let restored = run(&other, &["restore", file]);
    assert!(
        text(&restored.stdout).contains("reset-key"),
        "{}",
        text(&restored.stdout)
    );
    let key = json(
        &other,
        &["admin", "user", "reset-key", "admin@admin.test", "--json"],
    );
    let node = Node::start(&other, &[]);
    assert_eq!(version_with(&node, KEY), 403);
    assert_eq!(version_with(&node, key["key"].as_str().unwrap()), 200);
}

#[test]
fn verify_finds_damage() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    prepared(&data);
    let blobs = entente_engine::blob::BlobStore::open(data.join("blobs")).unwrap();
    let digest = blobs.put(b"sample").unwrap();
    let name: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    std::fs::write(blobs.root().join(&name[..2]).join(&name), b"other").unwrap();
    let output = run(&data, &["verify"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stdout).contains("has changed"),
        "{}",
        text(&output.stdout)
    );
}

#[test]
fn migrate_is_idempotent_and_prepares_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    assert!(run(&data, &["migrate"]).status.success());
    assert!(run(&data, &["migrate"]).status.success());
    assert!(!data.join("backups").exists(), "nothing to copy");
    prepared(&data);
}

#[test]
fn help_version_and_completions_go_to_standard_output() {
    let dir = tempfile::tempdir().unwrap();
    let version = run(dir.path(), &["--version"]);
    assert_eq!(
        text(&version.stdout),
        format!("entente {}\n", env!("CARGO_PKG_VERSION"))
    );
    assert!(text(&run(dir.path(), &["--help"]).stdout).contains("serve"));
    for shell in ["bash", "zsh", "fish"] {
        assert!(
            text(&run(dir.path(), &["completions", shell]).stdout).contains("data-dir"),
            "{shell}"
        );
    }
}

#[test]
fn events_are_imported_once_and_updated_when_newer() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    prepared(&data);
    let feed = dir.path().join("feed");
    std::fs::create_dir(&feed).unwrap();
    let event = |timestamp: u32, values: &[&str]| {
        let attributes: Vec<_> = values
            .iter()
            .zip(1..)
            .map(|(value, number)| {
                let uuid = format!("5f3b5b0e-2d34-4b8e-9a5e-0000000001{number:02}");
                serde_json::json!({ "uuid": uuid, "type": "domain", "category": "Network activity", "value": value })
            })
            .collect();
        serde_json::json!({ "Event": {
            "uuid": "5f3b5b0e-2d34-4b8e-9a5e-000000000001", "info": "imported", "timestamp": timestamp.to_string(),
            "date": "2026-01-02", "Attribute": attributes,
        }})
        .to_string()
    };
    let write = |name: &str, text: &str| std::fs::write(feed.join(name), text).unwrap();
    write("manifest.json", "{}");
    write("one.json", &event(1_700_000_000, &["one.example"]));
    let import = ["import", feed.to_str().unwrap(), "--json"];
    let report = json(&data, &import);
    assert_eq!(
        (&report["added"], &report["failed"]),
        (&1.into(), &0.into()),
        "{report}"
    );
    assert_eq!(json(&data, &import)["unchanged"], 1);
    write(
        "one.json",
        &format!("[{}]", event(1_700_000_100, &["one.example", "two.example"])),
    );
    assert_eq!(json(&data, &import)["updated"], 1);
    write("two.json", "{\"Event\": {\"info\": ");
    let output = run(&data, &import);
    assert_eq!(output.status.code(), Some(1));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&report["unchanged"], &report["failed"]),
        (&1.into(), &1.into()),
        "{report}"
    );
    let _node = Node::start(&data, &[]);
    let refused = run(&data, &import);
    assert!(
        text(&refused.stderr).contains("a server uses"),
        "{}",
        text(&refused.stderr)
    );
}

#[test]
fn an_import_names_what_it_leaves_out() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    drop(Node::start(&data, &[]));
    let twice = serde_json::json!({"type": "domain", "value": "twice.example"});
    let event = serde_json::json!({"Event": {"info": "twins", "Attribute": [twice, twice]}});
    let file = dir.path().join("event.json");
    std::fs::write(&file, event.to_string()).unwrap();
    let report = run(&data, &["import", file.to_str().unwrap(), "--json"]);
    let report: serde_json::Value = serde_json::from_slice(&report.stdout).unwrap();
    let dropped = report["events"][0]["dropped"].as_array().unwrap();
    assert_eq!(dropped.len(), 1, "{report}");
    let why = dropped[0].as_str().unwrap();
    assert!(why.ends_with(": repeats another one of this body"), "{why}");
}

#[test]
fn a_library_is_imported_from_its_published_layout() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    prepared(&data);
    let folder = dir.path().join("taxonomies/colour");
    std::fs::create_dir_all(&folder).unwrap();
    let taxonomy = serde_json::json!({
        "namespace": "colour", "description": "Colours", "version": 1,
        "predicates": [{ "value": "red", "expanded": "Red" }],
    });
    std::fs::write(folder.join("machinetag.json"), taxonomy.to_string()).unwrap();
    let import = [
        "knowledge",
        "import",
        dir.path().join("taxonomies").to_str().unwrap(),
        "--json",
    ]
    .map(str::to_owned);
    let import: Vec<&str> = import.iter().map(String::as_str).collect();
    let first = json(&data, &import);
    assert_eq!(first["kinds"]["taxonomy"]["added"], 1, "{first}");
    assert_eq!(json(&data, &import)["kinds"]["taxonomy"]["unchanged"], 1);
    let status = json(&data, &["knowledge", "status", "--json"]);
    let kinds = status.as_array().unwrap();
    assert!(
        kinds
            .iter()
            .any(|kind| kind["name"] == "taxonomies" && kind["total"] == 1),
        "{status}"
    );
}
