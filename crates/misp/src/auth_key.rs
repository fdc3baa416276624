//! API keys: what their endpoints read and answer. spec: 02#2.2
use crate::organisation::{given_text, words};
use crate::read::field;
use entente_model::account::{AuthKey, User};
use entente_model::draft::Given;
use entente_model::draft::people::AuthKeyDraft;
use entente_model::time::Seconds;
use serde_json::{Map, Value, json};

/// Reads a body.
#[must_use]
pub fn draft(map: &Map<String, Value>) -> AuthKeyDraft {
    AuthKeyDraft {
        uuid: field::uuid(map, "uuid"),
        comment: given_text(map, "comment"),
        expiration: expiration(map),
        read_only: field::flag(map, "read_only"),
        allowed_ips: words(map, "allowed_ips"),
    }
}

/// Empty text is "never".
fn expiration(map: &Map<String, Value>) -> Given<Seconds> {
    match map.get("expiration") {
        Some(Value::String(text)) if text.trim().is_empty() => Given::Value(0),
        _ => field::seconds(map, "expiration"),
    }
}

fn columns(key: &AuthKey) -> Map<String, Value> {
    let mut map = Map::new();
    let mut put = |name: &str, value: Value| {
        map.insert(name.to_owned(), value);
    };
    put("id", key.id.to_string().into());
    put("uuid", key.uuid.to_string().into());
    put("authkey_start", key.start.as_str().into());
    put("authkey_end", key.end.as_str().into());
    put("created", key.created.to_string().into());
    put("expiration", key.expiration.to_string().into());
    put("read_only", key.read_only.into());
    put("user_id", key.user.to_string().into());
    put("comment", key.comment.as_str().into());
    let allowed = (!key.allowed_ips.is_empty()).then_some(key.allowed_ips.as_slice());
    put("allowed_ips", allowed.map_or(Value::Null, Value::from));
    put("unique_ips", key.unique_ips.as_slice().into());
    map
}

/// A key with its owner, as in the index and the view, with its last use where that is kept.
#[must_use]
pub fn row(key: &AuthKey, owner: &User) -> Value {
    let mut map = columns(key);
    if key.last_used > 0 {
        map.insert("last_used".to_owned(), key.last_used.to_string().into());
    }
    json!({
        "AuthKey": map,
        "User": { "id": owner.id.to_string(), "email": owner.email },
    })
}

/// The answer to adding a key: the only one that shows the key itself.
#[must_use]
pub fn added(key: &AuthKey, secret: &str) -> Value {
    let mut map = columns(key);
    map.insert("authkey_raw".to_owned(), secret.into());
    json!({ "AuthKey": map })
}

/// A key without its owner, the answer to an edit.
#[must_use]
pub fn view(key: &AuthKey) -> Value {
    json!({ "AuthKey": columns(key) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_ends_come_in_many_forms() {
        let read = |body: Value| draft(body.as_object().unwrap());
        let two = Given::Value(vec!["192.0.2.1".to_owned(), "2001:db8::/32".to_owned()]);
        assert_eq!(
            read(json!({"allowed_ips": "192.0.2.1,2001:db8::/32"})).allowed_ips,
            two
        );
        assert_eq!(
            read(json!({"allowed_ips": ["192.0.2.1", "2001:db8::/32"]})).allowed_ips,
            two
        );
        assert_eq!(read(json!({"expiration": ""})).expiration, Given::Value(0));
        assert_eq!(
            read(json!({"expiration": "2025-03-04"})).expiration,
            Given::Value(1_741_046_400)
        );
        assert!(
            read(json!({"expiration": "__nonsense__"}))
                .expiration
                .is_invalid()
        );
    }
}
