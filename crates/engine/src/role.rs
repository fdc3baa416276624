//! Roles: named sets of permissions. spec: 02#3
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::given::{Applying, LINE};
use crate::journal::{Change, Diff, Entry};
use entente_db::DbError;
use entente_model::draft::Given;
use entente_model::draft::people::RoleDraft;
use entente_model::id::RoleId;
use entente_model::role::Role;
use entente_policy::{Permission, PermissionLevel, Permissions};
use std::sync::Arc;

const ABSENT: &str = "Invalid role";
const NAME_TAKEN: &str = "A role with this name already exists.";

/// All roles, by id.
#[must_use]
pub fn list(ctx: &Ctx<'_, '_>) -> Vec<Arc<Role>> {
    let mut roles: Vec<_> = ctx.directory.roles().cloned().collect();
    roles.sort_by_key(|role| role.id);
    roles
}

/// One role.
///
/// # Errors
/// `NotFound`.
pub fn view(ctx: &Ctx<'_, '_>, id: RoleId) -> Result<Arc<Role>> {
    ctx.directory
        .role(id)
        .cloned()
        .ok_or_else(|| Error::not_found(ABSENT))
}

/// Adds a role; what is not given is off.
///
/// # Errors
/// `Denied` to all but site administrators; `Fields`.
pub fn add(ctx: &mut Ctx<'_, '_>, draft: &RoleDraft) -> Result<RoleId> {
    ctx.require_site_admin()?;
    let mut role = Role {
        id: RoleId::NONE,
        name: String::new(),
        permissions: 0,
        default: false,
        memory_limit: String::new(),
        max_execution_time: String::new(),
        restricted_to_site_admin: false,
        enforce_rate_limit: false,
        rate_limit_count: 0,
        created: Some(ctx.now()),
        modified: Some(ctx.now()),
    };
    let blank = role.clone();
    apply(ctx, draft, &mut role)?;
    role.id = entente_store::role::insert(ctx.tx, &role).map_err(taken)?;
    note(ctx, "add", &role, changes(&blank, &role))?;
    Ok(role.id)
}

/// Changes a role; what is not given stays. A change counts from the next request of its users on.
///
/// # Errors
/// `NotFound`; `Denied` to all but site administrators; `Fields`; `Conflict` when nobody would administer
/// the instance any more.
pub fn edit(ctx: &mut Ctx<'_, '_>, id: RoleId, draft: &RoleDraft) -> Result<RoleId> {
    ctx.require_site_admin()?;
    let old = view(ctx, id)?;
    let mut role = old.as_ref().clone();
    role.modified = Some(ctx.now());
    apply(ctx, draft, &mut role)?;
    entente_store::role::update(ctx.tx, &role).map_err(taken)?;
    if grants_site_admin(&old) && !grants_site_admin(&role) {
        keep_an_administrator(ctx)?;
    }
    note(ctx, "edit", &role, changes(&old, &role))?;
    Ok(id)
}

/// Whether users with this role administer the whole instance.
pub(crate) fn grants_site_admin(role: &Role) -> bool {
    Permissions::from_bits(role.permissions).contains(Permission::SiteAdmin)
}

/// Refuses a transaction after which no enabled site administrator without an end would be left.
/// Called after the change, in its transaction. spec: 11#SR-AZ-6
pub(crate) fn keep_an_administrator(ctx: &mut Ctx<'_, '_>) -> Result<()> {
    let roles: Vec<i64> = entente_store::role::all(ctx.tx)?
        .iter()
        .filter(|role| grants_site_admin(role))
        .map(|role| role.id.0)
        .collect();
    if entente_store::account::count_permanent(ctx.tx, &roles)? == 0 {
        return Err(Error::conflict("The last site administrator cannot be removed."));
    }
    Ok(())
}

fn apply(ctx: &Ctx<'_, '_>, draft: &RoleDraft, role: &mut Role) -> Result<()> {
    let mut applying = Applying::default();
    applying.text("name", &draft.name, &mut role.name, LINE);
    if role.name.is_empty() {
        applying.errors.add("name", "A role needs a name.");
    }
    let same_name = |other: &Arc<Role>| {
        other.id != role.id && entente_store::name_key(&other.name) == entente_store::name_key(&role.name)
    };
    if ctx.directory.roles().any(same_name) {
        applying.errors.add("name", NAME_TAKEN);
    }
    applying.text("memory_limit", &draft.memory_limit, &mut role.memory_limit, LINE);
    applying.text(
        "max_execution_time",
        &draft.max_execution_time,
        &mut role.max_execution_time,
        LINE,
    );
    applying.value(
        "restricted_to_site_admin",
        &draft.restricted_to_site_admin,
        &mut role.restricted_to_site_admin,
    );
    applying.value(
        "enforce_rate_limit",
        &draft.enforce_rate_limit,
        &mut role.enforce_rate_limit,
    );
    applying.value(
        "rate_limit_count",
        &draft.rate_limit_count,
        &mut role.rate_limit_count,
    );
    if role.rate_limit_count < 0 {
        applying
            .errors
            .add("rate_limit_count", "This count cannot be negative.");
    }
    role.permissions = permissions(Permissions::from_bits(role.permissions), draft, &mut applying).to_bits();
    applying.finish()
}

/// The flags given change those stored; a level given decides the four writing flags. Without a level
/// nothing is stripped, other than in MISP. spec: 02#3.2
fn permissions(stored: Permissions, draft: &RoleDraft, applying: &mut Applying) -> Permissions {
    let mut permissions = stored;
    for (name, given) in &draft.flags {
        let Some(permission) = Permission::from_name(name) else {
            continue;
        };
        let mut set = permissions.contains(permission);
        applying.value(name, given, &mut set);
        permissions = if set {
            permissions.with(permission)
        } else {
            permissions.without(permission)
        };
    }
    match &draft.permission {
        Given::Absent => permissions,
        Given::Value(text) if text.is_empty() => permissions,
        given => match given
            .as_value()
            .and_then(|text| PermissionLevel::from_digit_or_name(text))
        {
            Some(level) => permissions.with_level(level),
            None => {
                applying.errors.add(
                    "permission",
                    "The permission level is one of 0, 1, 2, 3 or read_only, manage_own, manage_org, publish.",
                );
                permissions
            }
        },
    }
}

fn taken(error: DbError) -> Error {
    if error.is_unique() {
        Error::field("name", NAME_TAKEN)
    } else {
        Error::Db(error)
    }
}

/// Makes a role the one that new users get; none is allowed.
///
/// # Errors
/// `NotFound`; `Denied` to all but site administrators.
pub fn set_default(ctx: &mut Ctx<'_, '_>, id: Option<RoleId>) -> Result<()> {
    ctx.require_site_admin()?;
    let role = id.map(|id| view(ctx, id)).transpose()?;
    entente_store::role::set_default(ctx.tx, id.unwrap_or(RoleId::NONE))?;
    if let Some(role) = role {
        let mut diff = Diff::default();
        diff.field("default_role", &i64::from(role.default), &1);
        note(ctx, "edit", &role, diff)?;
    }
    ctx.touch_directory();
    Ok(())
}

/// Removes a role that nobody has.
///
/// # Errors
/// `NotFound`; `Denied` to all but site administrators; `Conflict` while users have it.
pub fn delete(ctx: &mut Ctx<'_, '_>, id: RoleId) -> Result<()> {
    const IN_USE: &str = "It is not possible to delete role that is assigned to users.";
    ctx.require_site_admin()?;
    let role = view(ctx, id)?;
    if entente_store::account::count_with_role(ctx.tx, id)? > 0 {
        return Err(Error::conflict(IN_USE));
    }
    entente_store::role::delete(ctx.tx, id).map_err(|error| match error {
        DbError::ForeignKey { .. } => Error::conflict(IN_USE),
        other => Error::Db(other),
    })?;
    note(ctx, "delete", &role, Diff::default())
}

fn changes(old: &Role, new: &Role) -> Diff {
    let mut diff = Diff::default();
    diff.field("name", &old.name, &new.name);
    let (before, after) = (
        Permissions::from_bits(old.permissions),
        Permissions::from_bits(new.permissions),
    );
    for permission in Permission::ALL {
        let set = |permissions: Permissions| i64::from(permissions.contains(*permission));
        diff.field(permission.name(), &set(before), &set(after));
    }
    diff.field("memory_limit", &old.memory_limit, &new.memory_limit);
    diff.field(
        "max_execution_time",
        &old.max_execution_time,
        &new.max_execution_time,
    );
    diff.field(
        "restricted_to_site_admin",
        &i64::from(old.restricted_to_site_admin),
        &i64::from(new.restricted_to_site_admin),
    );
    diff.field(
        "enforce_rate_limit",
        &i64::from(old.enforce_rate_limit),
        &i64::from(new.enforce_rate_limit),
    );
    diff.field("rate_limit_count", &old.rate_limit_count, &new.rate_limit_count);
    diff
}

fn note(ctx: &mut Ctx<'_, '_>, action: &'static str, role: &Role, diff: Diff) -> Result<()> {
    ctx.log(&Entry {
        model: "Role",
        id: role.id.0,
        action,
        title: format!("Role ({}): {}", role.id, role.name),
        change: diff.into_text(),
        description: None,
    })?;
    ctx.change(&Change {
        kind: action,
        entity: "role",
        id: role.id.0,
        uuid: None,
        event: None,
    })?;
    ctx.touch_directory();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(stored: &[Permission], draft: &RoleDraft) -> Permissions {
        let mut applying = Applying::default();
        let permissions = permissions(Permissions::of(stored), draft, &mut applying);
        assert!(applying.errors.is_empty());
        permissions
    }

    #[test]
    fn renaming_a_role_strips_nothing() {
        let stored = [Permission::Add, Permission::Publish, Permission::Tagger];
        let draft = RoleDraft {
            name: Given::Value("renamed".to_owned()),
            ..RoleDraft::default()
        };
        assert_eq!(outcome(&stored, &draft), Permissions::of(&stored));
    }

    #[test]
    fn a_level_decides_the_writing_flags() {
        let draft = RoleDraft {
            permission: Given::Value("manage_own".to_owned()),
            flags: vec![
                ("perm_publish".to_owned(), Given::Value(true)),
                ("perm_sighting".to_owned(), Given::Value(true)),
                ("perm_full".to_owned(), Given::Value(true)),
            ],
            ..RoleDraft::default()
        };
        assert_eq!(
            outcome(&[Permission::ModifyOrg], &draft),
            Permissions::of(&[Permission::Add, Permission::Modify, Permission::Sighting])
        );
    }

    #[test]
    fn an_unknown_level_is_an_error() {
        let mut applying = Applying::default();
        let draft = RoleDraft {
            permission: Given::Value("7".to_owned()),
            ..RoleDraft::default()
        };
        permissions(Permissions::NONE, &draft, &mut applying);
        assert!(applying.errors.0.contains_key("permission"));
    }
}
