//! Reading and changing run-time settings. spec: 03#17, 08b#18
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::{Diff, Entry};
use crate::settings::{DEFINITIONS, Definition, definition};
use entente_model::id::OrgId;
use serde_json::Value;

/// Settings that only the command line of the server sets: they are read before the store is open, or a
/// wrong value locks everybody out.
const OUTSIDE: &[&str] = &[
    "MISP.baseurl",
    "MISP.uuid",
    "MISP.attachments_dir",
    "MISP.python_bin",
    "MISP.tmpdir",
    "MISP.osuser",
    "MISP.ca_path",
    "GnuPG.homedir",
    "GnuPG.binary",
    "Security.encryption_key",
    "Security.salt",
];

/// Settings whose values are never shown.
const SECRET: &[&str] = &[
    "GnuPG.password",
    "MISP.redis_password",
    "Plugin.S3_aws_secret_key",
    "Plugin.ZeroMQ_password",
    "Plugin.ZeroMQ_redis_password",
    "Proxy.password",
    "Security.encryption_key",
    "Security.salt",
    "SMIME.password",
];

/// A setting as it is now.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// What it is.
    pub definition: &'static Definition,
    /// Its value, or nothing for a secret.
    pub value: Option<Value>,
    /// Only the command line sets it.
    pub outside: bool,
    /// What is wrong with its value.
    pub complaint: Option<String>,
}

/// All settings.
#[must_use]
pub fn all(ctx: &Ctx<'_, '_>) -> Vec<Shown> {
    DEFINITIONS
        .iter()
        .map(|definition| shown(ctx, definition))
        .collect()
}

/// A setting.
///
/// # Errors
/// `NotFound` when there is none of this name.
pub fn one(ctx: &Ctx<'_, '_>, name: &str) -> Result<Shown> {
    Ok(shown(ctx, named(name)?))
}

fn named(name: &str) -> Result<&'static Definition> {
    definition(name).ok_or_else(|| Error::not_found(format!("Setting {name} is invalid.")))
}

fn shown(ctx: &Ctx<'_, '_>, definition: &'static Definition) -> Shown {
    let value = match definition.name {
        "MISP.baseurl" => Value::from(ctx.app.base_url()),
        "MISP.uuid" => Value::from(ctx.app.uuid().to_string()),
        name => ctx.settings.get(name),
    };
    Shown {
        definition,
        complaint: complaint(ctx, definition.name, &value),
        value: (!SECRET.contains(&definition.name)).then_some(value),
        outside: OUTSIDE.contains(&definition.name),
    }
}

/// Changes a setting; it counts from the end of this transaction. `null` restores the default. `force` sets
/// a value that makes no sense at present, but never one of another type.
///
/// # Errors
/// `NotFound`; `Denied` for settings of the command line; `Fields` for a value that does not fit.
pub fn edit(ctx: &mut Ctx<'_, '_>, name: &str, value: &Value, force: bool) -> Result<()> {
    let definition = named(name)?;
    if OUTSIDE.contains(&definition.name) {
        return Err(Error::denied(
            "This setting can only be changed where the server is started.",
        ));
    }
    let value = match definition
        .read(value)
        .map_err(|message| Error::field(definition.name, message))?
    {
        Value::Null => definition.default_value(),
        value => value,
    };
    if let Some(message) = complaint(ctx, definition.name, &value).filter(|_| !force) {
        return Err(Error::field(definition.name, message));
    }
    let before = ctx.settings.get(definition.name);
    entente_store::meta::set_setting(ctx.tx, definition.name, &value.to_string())?;
    ctx.touch_settings();
    let mut diff = Diff::default();
    if SECRET.contains(&definition.name) {
        diff.secret(definition.name);
    } else {
        diff.field(definition.name, &plain(&before), &plain(&value));
    }
    ctx.log(&Entry {
        model: "Server",
        id: 0,
        action: "serverSettingsEdit",
        title: format!("Server setting changed: {}", definition.name),
        change: diff.into_text(),
        description: None,
    })
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// What is wrong with a value of the right type.
fn complaint(ctx: &Ctx<'_, '_>, name: &str, value: &Value) -> Option<String> {
    let number = value.as_i64();
    let within = |low: i64, high: i64| {
        (!number.is_some_and(|n| (low..=high).contains(&n)))
            .then(|| format!("{name} takes a number from {low} to {high}."))
    };
    let one_of = |words: &[&str]| {
        (!value.as_str().is_some_and(|text| words.contains(&text)))
            .then(|| format!("{name} takes one of {}.", words.join(", ")))
    };
    match name {
        "MISP.host_org_id" => number
            .and_then(|id| ctx.directory.org(OrgId(id)))
            .is_none_or(|org| !org.local)
            .then(|| format!("{name} takes the id of a local organisation.")),
        "MISP.default_event_distribution" => within(0, 3),
        "MISP.default_attribute_distribution" => one_of(&["0", "1", "2", "3", "event"]),
        "MISP.default_event_threat_level" => within(1, 4),
        "MISP.ssdeep_correlation_threshold" => within(0, 100),
        "MISP.max_correlations_per_event"
        | "MISP.correlation_limit"
        | "MISP.max_attachment_size"
        | "SecureAuth.amount"
        | "SecureAuth.expire"
        | "Session.timeout" => within(1, i64::from(i32::MAX)),
        "Security.password_policy_length" => within(1, 1_024),
        "Plugin.Sightings_policy" => within(0, 3),
        _ => None,
    }
}

/// The schema of the database: the migration applied last, and the last one this program knows.
///
/// # Errors
/// Of the database.
pub fn schema(ctx: &mut Ctx<'_, '_>) -> Result<(i64, i64)> {
    Ok((
        entente_store::schema::applied(ctx.tx)?,
        entente_store::schema::known(),
    ))
}

/// What kind of database is in use, in the words of MISP.
#[must_use]
pub fn data_source(ctx: &Ctx<'_, '_>) -> &'static str {
    match ctx.tx.engine() {
        entente_db::Engine::Sqlite => "Database/Sqlite",
        entente_db::Engine::Postgres => "Database/Postgres",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_name_settings_that_exist() {
        for name in OUTSIDE.iter().chain(SECRET) {
            assert!(definition(name).is_some(), "{name}");
        }
        for definition in DEFINITIONS {
            let secret = ["password", "secret_key", "salt", "encryption_key"]
                .iter()
                .any(|word| definition.name.to_lowercase().ends_with(word));
            assert_eq!(SECRET.contains(&definition.name), secret, "{}", definition.name);
        }
    }
}
