//! What users set for themselves: one JSON value per name. spec: 03#15
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::{Change, Entry};
use crate::user::rights;
use entente_model::account::{User, UserSetting};
use entente_model::id::UserId;
use entente_policy::Permission;
use serde_json::Value;

const ABSENT: &str = "Invalid setting";
const LONGEST: usize = 65_536;
const COLUMNS: &str = "event_index_hide_columns";

/// Names that users set.
pub const NAMES: &[&str] = &[
    "publish_alert_filter",
    "dashboard_access",
    "dashboard",
    "homepage",
    "default_restsearch_parameters",
    "tag_numerical_value_override",
    COLUMNS,
    "periodic_notification_filters",
];

/// Whose settings a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Whose {
    /// All that the caller may see.
    #[default]
    All,
    /// Those of the caller's organisation, as far as the caller may see them.
    Organisation,
    /// One user's.
    User(UserId),
}

/// Settings that the caller may see, by id: one's own; the organisation's as its administrator; all as
/// site administrator.
///
/// # Errors
/// Of the database.
pub fn list(ctx: &mut Ctx<'_, '_>, whose: Whose) -> Result<Vec<UserSetting>> {
    use entente_store::user_setting as store;
    let (own, org) = (ctx.actor.user_id(), ctx.actor.org_id());
    let everything = ctx.actor.is_site_admin();
    let organisation = everything || ctx.actor.can(Permission::Admin);
    Ok(match whose {
        Whose::User(user) => match owner(ctx, user) {
            Ok(user) => store::of_user(ctx.tx, user.id)?,
            Err(Error::NotFound(_)) => Vec::new(),
            Err(other) => return Err(other),
        },
        Whose::All if everything => store::all(ctx.tx)?,
        Whose::All | Whose::Organisation if organisation => store::of_org(ctx.tx, org)?,
        Whose::All | Whose::Organisation => store::of_user(ctx.tx, own)?,
    })
}

/// An account whose settings the caller reads and writes.
fn owner(ctx: &mut Ctx<'_, '_>, id: UserId) -> Result<User> {
    entente_store::account::by_id(ctx.tx, id)?
        .filter(|user| {
            user.id == ctx.actor.user_id()
                || ctx.actor.is_site_admin()
                || (rights::administers(ctx, user) && !rights::is_site_admin(ctx, user))
        })
        .ok_or_else(|| Error::not_found(crate::user::ABSENT))
}

/// A user's setting by name.
///
/// # Errors
/// `NotFound` when it is not set or not the caller's business.
pub fn get(ctx: &mut Ctx<'_, '_>, user: UserId, setting: &str) -> Result<UserSetting> {
    owner(ctx, user)?;
    entente_store::user_setting::get(ctx.tx, user, setting)?.ok_or_else(|| Error::not_found(ABSENT))
}

/// A setting by id.
///
/// # Errors
/// `NotFound` when it is not there or not the caller's business.
pub fn view(ctx: &mut Ctx<'_, '_>, id: i64) -> Result<UserSetting> {
    let found = entente_store::user_setting::by_id(ctx.tx, id)?.ok_or_else(|| Error::not_found(ABSENT))?;
    owner(ctx, found.user).map_err(|_| Error::not_found(ABSENT))?;
    Ok(found)
}

/// Sets a value; answers the id of the row.
///
/// # Errors
/// `NotFound` for users that are not the caller's business; `Denied` with a read-only key; `Fields`.
pub fn set(ctx: &mut Ctx<'_, '_>, user: UserId, setting: &str, value: &Value) -> Result<i64> {
    ctx.require_writing_key()?;
    let user = owner(ctx, user)?;
    check(setting, value)?;
    if setting == "dashboard_access" && !ctx.actor.is_site_admin() {
        return Err(Error::denied("Only site administrators set dashboard_access."));
    }
    let text = value.to_string();
    if text.len() > LONGEST {
        return Err(Error::field(
            "value",
            format!("This value is longer than {LONGEST} bytes."),
        ));
    }
    let id = entente_store::user_setting::put(ctx.tx, user.id, setting, &text, ctx.now())?;
    note(ctx, "edit", &user, id, setting)?;
    Ok(id)
}

fn check(setting: &str, value: &Value) -> Result<()> {
    if !NAMES.contains(&setting) {
        return Err(Error::field(
            "setting",
            format!("Invalid setting; known are {}.", NAMES.join(", ")),
        ));
    }
    let path = |value: &Value| {
        value
            .get("path")
            .and_then(Value::as_str)
            .is_some_and(|path| path.starts_with('/') && !path.starts_with("//"))
    };
    if setting == "homepage" && !path(value) {
        return Err(Error::field(
            "value",
            "The home page is a map with a path that starts with a slash.",
        ));
    }
    if value.is_null() {
        return Err(Error::field("value", "Mandatory field not set."));
    }
    Ok(())
}

/// Removes a setting.
///
/// # Errors
/// `NotFound` when it is not there or not the caller's business; `Denied` with a read-only key.
pub fn delete(ctx: &mut Ctx<'_, '_>, id: i64) -> Result<()> {
    ctx.require_writing_key()?;
    let found = view(ctx, id)?;
    let user = owner(ctx, found.user)?;
    entente_store::user_setting::delete(ctx.tx, id)?;
    note(ctx, "delete", &user, id, &found.setting)
}

/// Shows or hides a column of one's event index.
///
/// # Errors
/// `Denied` with a read-only key; `Fields` for what cannot be a column.
pub fn toggle_column(ctx: &mut Ctx<'_, '_>, column: &str) -> Result<i64> {
    let is_name =
        (1..=40).contains(&column.len()) && column.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if !is_name {
        return Err(Error::field("value", "This is no column of the event index."));
    }
    let user = ctx.actor.user_id();
    let stored = entente_store::user_setting::get(ctx.tx, user, COLUMNS)?;
    let mut hidden: Vec<String> = stored
        .and_then(|row| serde_json::from_str(&row.value).ok())
        .unwrap_or_default();
    match hidden.iter().position(|name| name == column) {
        Some(at) => {
            hidden.remove(at);
        }
        None => hidden.push(column.to_owned()),
    }
    set(ctx, user, COLUMNS, &Value::from(hidden))
}

fn note(ctx: &mut Ctx<'_, '_>, action: &'static str, user: &User, id: i64, setting: &str) -> Result<()> {
    ctx.log(&Entry {
        model: "UserSetting",
        id,
        action,
        title: format!("UserSetting ({id}): {setting} of {}", user.email),
        change: None,
        description: None,
    })?;
    ctx.change(&Change {
        kind: action,
        entity: "user_setting",
        id,
        uuid: None,
        event: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_and_home_pages_are_checked() {
        assert!(check("publish_alert_filter", &json!({"Tag.name": "x"})).is_ok());
        assert!(check("homepage", &json!({"path": "/events/index"})).is_ok());
        for (setting, value) in [
            ("oidc", json!(1)),
            ("nonsense", json!(1)),
            ("dashboard", Value::Null),
            ("homepage", json!({"path": "//evil.example"})),
            ("homepage", json!("https://evil.example")),
        ] {
            assert!(check(setting, &value).is_err(), "{setting} {value}");
        }
    }
}
