//! Accounts: what their endpoints read and answer. spec: 01#7.11, 03#13
use crate::organisation::given_text;
use crate::read::field;
use crate::role::{self, Rights};
use entente_model::account::{User, UserSetting};
use entente_model::draft::Given;
use entente_model::draft::people::{Secret, UserDraft};
use entente_model::organisation::Organisation;
use entente_model::role::Role;
use entente_model::time::{Seconds, datetime};
use serde_json::{Map, Value, json};

/// Reads a body.
#[must_use]
pub fn draft(map: &Map<String, Value>) -> UserDraft {
    let text = |key: &str| given_text(map, key);
    let flag = |key: &str| field::flag(map, key);
    UserDraft {
        org: field::int(map, "org_id"),
        role: field::int(map, "role_id"),
        server: field::int(map, "server_id"),
        email: text("email"),
        password: password(map, "password"),
        autoalert: flag("autoalert"),
        contactalert: flag("contactalert"),
        gpgkey: text("gpgkey"),
        certif_public: text("certif_public"),
        nids_sid: field::int(map, "nids_sid"),
        termsaccepted: flag("termsaccepted"),
        newsread: field::int(map, "newsread"),
        change_pw: flag("change_pw"),
        disabled: flag("disabled"),
        expiration: expiration(map),
        force_logout: flag("force_logout"),
        sub: text("sub"),
        external_auth_required: flag("external_auth_required"),
        external_auth_key: text("external_auth_key"),
        notification_daily: flag("notification_daily"),
        notification_weekly: flag("notification_weekly"),
        notification_monthly: flag("notification_monthly"),
    }
}

/// A password. Clients send the mask back that they have read; it means nothing. spec: 01#7.11
#[must_use]
pub fn password(map: &Map<String, Value>, key: &str) -> Given<Secret> {
    match map.get(key) {
        None | Some(Value::Null) => Given::Absent,
        Some(Value::Array(_) | Value::Object(_)) => Given::Invalid,
        Some(_) => match field::text(map, key) {
            Some(text) if !text.chars().all(|c| c == '*') => Given::Value(Secret(text)),
            _ => Given::Absent,
        },
    }
}

/// Null, empty text and 0 clear the end.
fn expiration(map: &Map<String, Value>) -> Given<Option<Seconds>> {
    match map.get("expiration") {
        None => Given::Absent,
        Some(Value::Null) => Given::Value(None),
        Some(Value::String(text)) if text.trim().is_empty() => Given::Value(None),
        Some(_) => match field::seconds(map, "expiration") {
            Given::Value(0) => Given::Value(None),
            Given::Value(end) => Given::Value(Some(end)),
            Given::Absent => Given::Absent,
            Given::Invalid => Given::Invalid,
        },
    }
}

/// The mask that stands for secrets in views.
const MASK: &str = "*****";

/// All columns that every context shows, in the order of the view.
fn columns(user: &User) -> Map<String, Value> {
    let mut map = Map::new();
    let mut put = |key: &str, value: Value| {
        map.insert(key.to_owned(), value);
    };
    let number = |number: i64| Value::from(number.to_string());
    put("id", number(user.id.0));
    put("org_id", number(user.org.0));
    put("email", user.email.as_str().into());
    put("autoalert", user.autoalert.into());
    put("invited_by", number(user.invited_by.0));
    put("gpgkey", user.gpgkey.as_str().into());
    put("certif_public", user.certif_public.as_str().into());
    put("nids_sid", number(user.nids_sid));
    put("termsaccepted", user.termsaccepted.into());
    put("newsread", number(user.newsread));
    put("role_id", number(user.role.0));
    put("change_pw", user.change_pw.into());
    put("contactalert", user.contactalert.into());
    put("disabled", user.disabled.into());
    put("expiration", user.expiration.map(datetime).into());
    put("current_login", number(user.current_login));
    put("last_login", number(user.last_login));
    put("force_logout", user.force_logout.into());
    put("date_created", number(user.created));
    put("date_modified", number(user.modified));
    put("sub", user.sub.as_deref().into());
    put("external_auth_required", user.external_auth_required.into());
    put("external_auth_key", user.external_auth_key.as_str().into());
    put("last_api_access", number(user.last_api_access));
    put("notification_daily", user.notification_daily.into());
    put("notification_weekly", user.notification_weekly.into());
    put("notification_monthly", user.notification_monthly.into());
    put("hotp_counter", user.hotp_counter.map(|n| n.to_string()).into());
    put("last_pw_change", number(user.last_pw_change));
    map
}

/// What is shown around an account in its view.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    /// Its role.
    pub role: &'a Role,
    /// What the role allows.
    pub rights: &'a Rights,
    /// Its organisation.
    pub org: &'a Organisation,
    /// What the user has set.
    pub settings: &'a [UserSetting],
    /// Administrators of the organisation as id and address; shown to administrators.
    pub org_admins: Option<&'a [(String, String)]>,
}

/// `users/view` and `admin/users/view`.
#[must_use]
pub fn view(user: &User, around: &Around<'_>) -> Value {
    let mut map = columns(user);
    map.insert("password".to_owned(), MASK.into());
    let totp = if user.totp_set { MASK.into() } else { Value::Null };
    map.insert("totp".to_owned(), totp);
    map.insert("totp_is_set".to_owned(), user.totp_set.into());
    if let Some(admins) = around.org_admins {
        let admins: Map<String, Value> = admins
            .iter()
            .map(|(id, email)| (id.clone(), email.as_str().into()))
            .collect();
        map.insert("orgAdmins".to_owned(), admins.into());
    }
    let settings: Map<String, Value> = around
        .settings
        .iter()
        .map(|setting| (setting.setting.clone(), crate::user_setting::value(setting)))
        .collect();
    json!({
        "User": map,
        "Role": role::columns(around.role, around.rights),
        "UserSetting": settings,
        "Organisation": crate::organisation::columns(around.org),
    })
}

/// The answer to adding or editing as an administrator. The key is that of a new account.
#[must_use]
pub fn saved(user: &User, key: Option<&str>) -> Value {
    let mut map = columns(user);
    map.insert("server_id".to_owned(), user.server.to_string().into());
    map.insert("password".to_owned(), "******".into());
    if let Some(key) = key {
        map.insert("authkey".to_owned(), key.into());
    }
    json!({ "User": map })
}

/// A row of the administrators' index.
#[must_use]
pub fn row(user: &User, org: &Organisation, role: &Role, rights: &Rights) -> Value {
    let mut map = columns(user);
    map.insert("server_id".to_owned(), user.server.to_string().into());
    let mut about_role = Map::new();
    about_role.insert("id".to_owned(), role.id.to_string().into());
    about_role.insert("name".to_owned(), role.name.as_str().into());
    for (name, set) in &rights.flags {
        if matches!(*name, "perm_auth" | "perm_site_admin" | "perm_admin") {
            about_role.insert((*name).to_owned(), (*set).into());
        }
    }
    json!({
        "User": map,
        "Organisation": { "id": org.id.to_string(), "name": org.name },
        "Role": about_role,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &Value) -> UserDraft {
        draft(body.as_object().unwrap())
    }

    #[test]
    fn masks_are_no_passwords() {
        for mask in [json!("*****"), json!("******"), json!(""), Value::Null] {
            assert!(read(&json!({ "password": mask })).password.is_absent(), "{mask}");
        }
        assert!(read(&json!({"password": ["x"]})).password.is_invalid());
        assert_eq!(
            read(&json!({"password": "Password*1234"})).password,
            Given::Value(Secret("Password*1234".to_owned()))
        );
    }

    #[test]
    fn an_end_is_set_and_cleared() {
        assert_eq!(
            read(&json!({"expiration": "2025-03-04 10:00:00"})).expiration,
            Given::Value(Some(1_741_082_400))
        );
        assert_eq!(read(&json!({"expiration": null})).expiration, Given::Value(None));
        assert!(read(&json!({"expiration": "soon"})).expiration.is_invalid());
        assert!(read(&json!({})).expiration.is_absent());
    }
}
