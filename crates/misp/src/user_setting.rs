//! User settings and requests for accounts. spec: 03#13.3, 03#15
use entente_model::account::{Registration, UserSetting};
use serde_json::{Value, json};

/// The value of a setting, decoded.
#[must_use]
pub fn value(setting: &UserSetting) -> Value {
    serde_json::from_str(&setting.value).unwrap_or_default()
}

/// A value as sent: JSON, or text that holds JSON, or any other text.
#[must_use]
pub fn decoded(value: &Value) -> Value {
    match value {
        Value::String(text) => serde_json::from_str(text).unwrap_or_else(|_| value.clone()),
        other => other.clone(),
    }
}

/// `{"UserSetting":{…}}`.
#[must_use]
pub fn view(setting: &UserSetting) -> Value {
    json!({
        "UserSetting": {
            "id": setting.id.to_string(),
            "setting": setting.setting,
            "value": value(setting),
            "user_id": setting.user.to_string(),
            "timestamp": setting.timestamp.to_string(),
        }
    })
}

/// `{"Inbox":{…}}` of a request for an account.
#[must_use]
pub fn registration(request: &Registration) -> Value {
    let data: Value = serde_json::from_str(&request.data).unwrap_or_default();
    json!({
        "Inbox": {
            "id": request.id.to_string(),
            "uuid": request.uuid.to_string(),
            "title": request.title,
            "type": "registration",
            "ip": request.ip,
            "user_agent": request.user_agent,
            "user_agent_sha256": request.user_agent_sha256,
            "comment": request.comment,
            "deleted": false,
            "timestamp": request.timestamp.to_string(),
            "store_as_file": false,
            "data": data,
        }
    })
}
