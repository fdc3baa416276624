//! Settings, workers, schema diagnosis, endpoint rules and communities. spec: 03#17, 08#15, 02#6
use serde_json::{Map, Value, json};

/// A setting as it is shown.
#[derive(Debug, Clone)]
pub struct SettingView<'a> {
    /// Name.
    pub name: &'a str,
    /// Value in its own type; nothing for a secret.
    pub value: Option<&'a Value>,
    /// 0 critical, 1 recommended, 2 optional.
    pub level: u8,
    /// What it does.
    pub description: &'a str,
    /// `boolean`, `numeric` or `string`.
    pub kind: &'static str,
    /// Only the command line sets it.
    pub cli_only: bool,
    /// What is wrong with its value.
    pub error: Option<&'a str>,
}

/// One setting.
#[must_use]
pub fn setting(view: &SettingView<'_>) -> Value {
    let mut map = Map::new();
    let mut put = |key: &str, value: Value| {
        map.insert(key.to_owned(), value);
    };
    put("setting", view.name.into());
    put(
        "value",
        view.value.cloned().unwrap_or_else(|| Value::from("*****")),
    );
    put("level", view.level.into());
    put("description", view.description.into());
    put("type", view.kind.into());
    if view.cli_only {
        put("cli_only", true.into());
    }
    if view.value.is_none() {
        put("redacted", true.into());
    }
    if let Some(message) = view.error {
        put("error", 1.into());
        put("errorMessage", message.into());
    }
    map.into()
}

/// Everything that the settings page shows.
#[must_use]
pub fn all(settings: &[Value], version: &str, workers: &Value, schema: &Value) -> Value {
    json!({
        "version": { "current": version, "newest": version, "upToDate": "same" },
        "phpSettings": {},
        "gpgStatus": "",
        "proxyErrors": "",
        "zmqStatus": 1,
        "stix": { "operational": 1 },
        "moduleTypes": [],
        "finalSettings": settings,
        "extensions": {},
        "dbDiagnostics": schema,
        "dbConfiguration": [],
        "redisInfo": { "connection": false },
        "readableFiles": {},
        "writeableDirs": {},
        "writeableFiles": {},
        "workers": workers,
    })
}

/// The queues with what waits in them; each is served inside this process.
#[must_use]
pub fn workers(queues: &[(&str, i64)], pid: u32) -> Value {
    let mut map = Map::new();
    for (queue, waiting) in queues {
        let worker = json!({
            "pid": pid, "user": "entente", "type": "in-process", "alive": true, "correct_user": true, "ok": true,
        });
        let state = json!({ "ok": true, "workers": [worker], "jobCount": waiting });
        map.insert((*queue).to_owned(), state);
    }
    map.insert("proc_accessible".to_owned(), true.into());
    map.insert("controls".to_owned(), false.into());
    map.into()
}

/// Whether the database has the schema of this program.
#[must_use]
pub fn schema(source: &str, actual: i64, expected: i64) -> Value {
    let error = if actual == expected {
        ""
    } else {
        "The schema of the database is not the one of this program."
    };
    json!({
        "dataSource": source,
        "actual_db_version": actual.to_string(),
        "expected_db_version": expected.to_string(),
        "checked_table_column": [],
        "diagnostic": {},
        "diagnostic_index": {},
        "indexes": {},
        "error": error,
        "update_locked": false,
        "remaining_lock_time": 0,
        "update_fail_number_reached": false,
    })
}

/// A community of the directory with the id that stands for its place.
#[must_use]
pub fn community(place: usize, fields: Value) -> Value {
    let mut map = Map::new();
    map.insert("id".to_owned(), place.to_string().into());
    if let Value::Object(fields) = fields {
        map.extend(fields);
    }
    let org = json!({ "uuid": map.get("org_uuid"), "name": map.get("org_name") });
    map.insert("Org".to_owned(), org);
    map.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_type_and_secrets_are_stars() {
        let number = Value::from(5_000);
        let mut view = SettingView {
            name: "MISP.max_correlations_per_event",
            value: Some(&number),
            level: 1,
            description: "",
            kind: "numeric",
            cli_only: false,
            error: None,
        };
        assert_eq!(setting(&view)["value"], 5_000);
        view.value = None;
        assert_eq!(setting(&view)["value"], "*****");
        assert_eq!(setting(&view)["redacted"], true);
    }

    #[test]
    fn communities_have_a_place() {
        let shown = community(1, json!({ "name": "X", "org_name": "Y", "org_uuid": null }));
        assert_eq!(shown["id"], "1");
        assert_eq!(shown["Org"], json!({ "uuid": null, "name": "Y" }));
    }
}
