//! A small matrix of techniques for tests. The techniques are made up.
use entente_engine::knowledge::{self, Source};
use entente_testkit::api::TestApi;
use serde_json::json;

/// The tag of the technique.
pub const TECHNIQUE: &str = "misp-galaxy:mitre-attack-pattern=\"Ask nicely - T9001\"";

const PATTERN: &str = "9b0c1f5e-52b8-4b0e-8b74-1a7f3c9d0001";

/// Loads the matrix and a course of action against its technique.
pub async fn load(api: &TestApi) {
    let galaxy = |name: &str, uuid: &str, order: serde_json::Value| {
        json!({
            "name": name, "type": name, "namespace": "mitre-attack", "uuid": uuid, "version": 1,
            "description": "made up", "icon": "map", "kill_chain_order": order,
        })
    };
    let clusters = |name: &str, uuid: &str, value: serde_json::Value| {
        json!({
            "name": name, "type": name, "uuid": uuid, "version": 1, "description": "made up", "authors": ["a"],
            "category": "c", "source": "s", "values": [value],
        })
    };
    let technique = json!({
        "uuid": PATTERN, "value": "Ask nicely - T9001", "meta": {"kill_chain": ["attack-enterprise:entry"]},
    });
    let course = json!({
        "uuid": "9b0c1f5e-52b8-4b0e-8b74-1a7f3c9d0002", "value": "Say no",
        "related": [{"dest-uuid": PATTERN, "type": "mitigates"}],
    });
    let (pattern, action) = ("mitre-attack-pattern", "mitre-course-of-action");
    let files = [
        (
            "galaxies/p.json",
            galaxy(
                pattern,
                "9b0c1f5e-52b8-4b0e-8b74-1a7f3c9d0003",
                json!({"attack-enterprise": ["entry"]}),
            ),
        ),
        (
            "clusters/p.json",
            clusters(pattern, "9b0c1f5e-52b8-4b0e-8b74-1a7f3c9d0004", technique),
        ),
        (
            "galaxies/c.json",
            galaxy(action, "9b0c1f5e-52b8-4b0e-8b74-1a7f3c9d0005", json!(null)),
        ),
        (
            "clusters/c.json",
            clusters(action, "9b0c1f5e-52b8-4b0e-8b74-1a7f3c9d0006", course),
        ),
    ];
    let files = files.map(|(path, content)| (path.to_owned(), content.to_string().into_bytes()));
    knowledge::import(&api.instance.app, vec![Source::Files(files.to_vec())], |_| {})
        .await
        .unwrap();
}
