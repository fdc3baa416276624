//! Roles: what their endpoints read and answer. spec: 01#7.12, 02#3
use crate::organisation::given_text;
use crate::read::field;
use entente_model::draft::people::RoleDraft;
use entente_model::role::Role;
use entente_model::time::datetime;
use serde_json::{Map, Value};

/// What the permission bits of a role mean on the wire.
#[derive(Debug, Clone)]
pub struct Rights {
    /// Every flag with its name, such as `perm_add`.
    pub flags: Vec<(&'static str, bool)>,
    /// Digit of the permission level.
    pub level: &'static str,
    /// Word for the permission level.
    pub level_name: &'static str,
}

/// Reads a body.
#[must_use]
pub fn draft(map: &Map<String, Value>) -> RoleDraft {
    RoleDraft {
        name: given_text(map, "name"),
        permission: given_text(map, "permission"),
        flags: map
            .keys()
            .filter(|key| key.starts_with("perm_"))
            .map(|key| (key.clone(), field::flag(map, key)))
            .collect(),
        memory_limit: given_text(map, "memory_limit"),
        max_execution_time: given_text(map, "max_execution_time"),
        restricted_to_site_admin: field::flag(map, "restricted_to_site_admin"),
        enforce_rate_limit: field::flag(map, "enforce_rate_limit"),
        rate_limit_count: field::int(map, "rate_limit_count"),
    }
}

/// A limit as text, null where there is none.
fn given(limit: &str) -> Option<&str> {
    Some(limit).filter(|limit| !limit.is_empty())
}

/// All columns; flags are booleans, since clients test their truth. spec: 01#1
#[must_use]
pub fn columns(role: &Role, rights: &Rights) -> Map<String, Value> {
    let mut map = Map::new();
    let mut put = |key: &str, value: Value| {
        map.insert(key.to_owned(), value);
    };
    put("id", role.id.to_string().into());
    put("name", role.name.as_str().into());
    put("created", role.created.map(datetime).into());
    put("modified", role.modified.map(datetime).into());
    for (name, set) in &rights.flags {
        put(name, (*set).into());
    }
    put("default_role", role.default.into());
    put("memory_limit", given(&role.memory_limit).into());
    put("max_execution_time", given(&role.max_execution_time).into());
    put("restricted_to_site_admin", role.restricted_to_site_admin.into());
    put("enforce_rate_limit", role.enforce_rate_limit.into());
    put("rate_limit_count", role.rate_limit_count.to_string().into());
    put("permission", rights.level.into());
    put("permission_description", rights.level_name.into());
    put("default", role.default.into());
    map
}
