//! Sharing groups with their members.
use entente_db::{DbError, Row, Tx, params};
use entente_model::id::{OrgId, Ref, SharingGroupId, UserId};
use entente_model::sharing_group::{GroupOrg, GroupServer, SharingGroup};
use std::collections::HashMap;
use std::ops::ControlFlow;

const COLUMNS: &str = "id, uuid, name, releasability, description, organisation_uuid, org_id, sync_user_id, active, \
    created, modified, local, roaming";

/// A row without its members.
fn read(row: &Row<'_>) -> Result<SharingGroup, DbError> {
    Ok(SharingGroup {
        id: SharingGroupId(row.get_int(0)?),
        uuid: row.get_uuid(1)?,
        name: row.get_string(2)?,
        releasability: row.get_string(3)?,
        description: row.get_string(4)?,
        organisation_uuid: row.get_opt_uuid(5)?,
        org: OrgId(row.get_int(6)?),
        sync_user: UserId(row.get_int(7)?),
        active: row.get_bool(8)?,
        created: row.get_int(9)?,
        modified: row.get_int(10)?,
        local: row.get_bool(11)?,
        roaming: row.get_bool(12)?,
        orgs: Vec::new(),
        servers: Vec::new(),
    })
}

fn read_org(row: &Row<'_>) -> Result<(i64, GroupOrg), DbError> {
    let member = GroupOrg {
        id: row.get_int(1)?,
        org: OrgId(row.get_int(2)?),
        extend: row.get_bool(3)?,
    };
    Ok((row.get_int(0)?, member))
}

fn read_server(row: &Row<'_>) -> Result<(i64, GroupServer), DbError> {
    let server = GroupServer {
        id: row.get_int(1)?,
        server: row.get_int(2)?,
        all_orgs: row.get_bool(3)?,
    };
    Ok((row.get_int(0)?, server))
}

/// All sharing groups, by id. They are held as a snapshot by the engine.
///
/// # Errors
/// Of the database.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<SharingGroup>, DbError> {
    let mut orgs: HashMap<i64, Vec<GroupOrg>> = HashMap::new();
    tx.for_each(
        "SELECT sharing_group_id, id, org_id, extend FROM sharing_group_org ORDER BY id",
        params![],
        |row| -> Result<_, DbError> {
            let (group, member) = read_org(row)?;
            orgs.entry(group).or_default().push(member);
            Ok(ControlFlow::Continue(()))
        },
    )?;
    let mut servers: HashMap<i64, Vec<GroupServer>> = HashMap::new();
    tx.for_each(
        "SELECT sharing_group_id, id, server_id, all_orgs FROM sharing_group_server ORDER BY id",
        params![],
        |row| -> Result<_, DbError> {
            let (group, server) = read_server(row)?;
            servers.entry(group).or_default().push(server);
            Ok(ControlFlow::Continue(()))
        },
    )?;
    let mut groups = tx.all(
        &format!("SELECT {COLUMNS} FROM sharing_group ORDER BY id"),
        params![],
        read,
    )?;
    for group in &mut groups {
        group.orgs = orgs.remove(&group.id.0).unwrap_or_default();
        group.servers = servers.remove(&group.id.0).unwrap_or_default();
    }
    Ok(groups)
}

/// A sharing group by id or uuid with its members.
///
/// # Errors
/// Of the database.
pub fn find(tx: &mut Tx<'_>, group: Ref) -> Result<Option<SharingGroup>, DbError> {
    let found = match group {
        Ref::Id(id) => tx.first(
            &format!("SELECT {COLUMNS} FROM sharing_group WHERE id = $1"),
            params![id],
            read,
        )?,
        Ref::Uuid(uuid) => tx.first(
            &format!("SELECT {COLUMNS} FROM sharing_group WHERE uuid = $1"),
            params![uuid],
            read,
        )?,
    };
    let Some(mut group) = found else { return Ok(None) };
    group.orgs = tx.all(
        "SELECT sharing_group_id, id, org_id, extend FROM sharing_group_org WHERE sharing_group_id = $1 ORDER BY id",
        params![group.id.0],
        |row| read_org(row).map(|(_, member)| member),
    )?;
    group.servers = tx.all(
        "SELECT sharing_group_id, id, server_id, all_orgs FROM sharing_group_server WHERE sharing_group_id = $1 \
         ORDER BY id",
        params![group.id.0],
        |row| read_server(row).map(|(_, server)| server),
    )?;
    Ok(Some(group))
}

/// Whether a name belongs to another group than this one, ignoring case.
///
/// # Errors
/// Of the database.
pub fn name_taken(tx: &mut Tx<'_>, name: &str, besides: SharingGroupId) -> Result<bool, DbError> {
    let taken = tx.first(
        "SELECT id FROM sharing_group WHERE name_key = $1 AND id <> $2",
        params![&crate::name_key(name), besides.0],
        |row| row.get_int(0),
    )?;
    Ok(taken.is_some())
}

/// Adds a group with its members; ids are taken from the counters, that of the group is returned.
///
/// # Errors
/// `Unique` when the name or uuid exists, or a member stands twice.
pub fn insert(tx: &mut Tx<'_>, group: &SharingGroup) -> Result<SharingGroupId, DbError> {
    let id = SharingGroupId(tx.next_ids("sharing_group", 1)?);
    tx.execute(
        "INSERT INTO sharing_group (id, uuid, name, name_key, releasability, description, organisation_uuid, org_id, \
         sync_user_id, active, created, modified, local, roaming) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        params![
            id.0,
            group.uuid,
            &group.name,
            &crate::name_key(&group.name),
            &group.releasability,
            &group.description,
            group.organisation_uuid,
            group.org.0,
            group.sync_user.0,
            group.active,
            group.created,
            group.modified,
            group.local,
            group.roaming
        ],
    )?;
    for member in &group.orgs {
        add_org(tx, id, member.org, member.extend)?;
    }
    for server in &group.servers {
        add_server(tx, id, server.server, server.all_orgs)?;
    }
    Ok(id)
}

/// Replaces a group's own fields, not its members.
///
/// # Errors
/// `Unique` when the name belongs to another.
pub fn update(tx: &mut Tx<'_>, group: &SharingGroup) -> Result<(), DbError> {
    tx.execute(
        "UPDATE sharing_group SET name = $2, name_key = $3, releasability = $4, description = $5, \
         organisation_uuid = $6, org_id = $7, sync_user_id = $8, active = $9, modified = $10, local = $11, \
         roaming = $12 WHERE id = $1",
        params![
            group.id.0,
            &group.name,
            &crate::name_key(&group.name),
            &group.releasability,
            &group.description,
            group.organisation_uuid,
            group.org.0,
            group.sync_user.0,
            group.active,
            group.modified,
            group.local,
            group.roaming
        ],
    )?;
    Ok(())
}

/// Notes when a group was changed last.
///
/// # Errors
/// Of the database.
pub fn touch(tx: &mut Tx<'_>, group: SharingGroupId, modified: i64) -> Result<(), DbError> {
    tx.execute(
        "UPDATE sharing_group SET modified = $2 WHERE id = $1",
        params![group.0, modified],
    )?;
    Ok(())
}

/// Adds a member organisation.
///
/// # Errors
/// `Unique` when it is one already, `ForeignKey` when there is no such organisation.
pub fn add_org(tx: &mut Tx<'_>, group: SharingGroupId, org: OrgId, extend: bool) -> Result<(), DbError> {
    let id = tx.next_ids("sharing_group_org", 1)?;
    tx.execute(
        "INSERT INTO sharing_group_org (id, sharing_group_id, org_id, extend) VALUES ($1, $2, $3, $4)",
        params![id, group.0, org.0, extend],
    )?;
    Ok(())
}

/// Says whether a member may add others.
///
/// # Errors
/// Of the database.
pub fn set_extend(tx: &mut Tx<'_>, group: SharingGroupId, org: OrgId, extend: bool) -> Result<(), DbError> {
    tx.execute(
        "UPDATE sharing_group_org SET extend = $3 WHERE sharing_group_id = $1 AND org_id = $2",
        params![group.0, org.0, extend],
    )?;
    Ok(())
}

/// Removes a member organisation; answers whether it was one.
///
/// # Errors
/// Of the database.
pub fn remove_org(tx: &mut Tx<'_>, group: SharingGroupId, org: OrgId) -> Result<bool, DbError> {
    let removed = tx.execute(
        "DELETE FROM sharing_group_org WHERE sharing_group_id = $1 AND org_id = $2",
        params![group.0, org.0],
    )?;
    Ok(removed > 0)
}

/// Adds an instance; 0 is this one.
///
/// # Errors
/// `Unique` when it is in the group already.
pub fn add_server(
    tx: &mut Tx<'_>,
    group: SharingGroupId,
    server: i64,
    all_orgs: bool,
) -> Result<(), DbError> {
    let id = tx.next_ids("sharing_group_server", 1)?;
    tx.execute(
        "INSERT INTO sharing_group_server (id, sharing_group_id, server_id, all_orgs) VALUES ($1, $2, $3, $4)",
        params![id, group.0, server, all_orgs],
    )?;
    Ok(())
}

/// Removes an instance; answers whether it was in the group.
///
/// # Errors
/// Of the database.
pub fn remove_server(tx: &mut Tx<'_>, group: SharingGroupId, server: i64) -> Result<bool, DbError> {
    let removed = tx.execute(
        "DELETE FROM sharing_group_server WHERE sharing_group_id = $1 AND server_id = $2",
        params![group.0, server],
    )?;
    Ok(removed > 0)
}

/// Removes a group with its members.
///
/// # Errors
/// Of the database.
pub fn delete(tx: &mut Tx<'_>, group: SharingGroupId) -> Result<(), DbError> {
    tx.execute("DELETE FROM sharing_group WHERE id = $1", params![group.0])?;
    Ok(())
}

/// What refers to sharing groups, each with an index on the groups in use.
const USERS: &[(&str, &str)] = &[
    ("event", "sharing_group_id <> 0"),
    ("attribute", "sharing_group_id IS NOT NULL"),
    ("object", "sharing_group_id <> 0"),
    ("event_report", "sharing_group_id <> 0"),
    ("analyst_data", "sharing_group_id <> 0"),
    ("event_delegation", "sharing_group_id <> 0"),
    ("galaxy_cluster", "sharing_group_id <> 0"),
    ("galaxy_relation", "sharing_group_id <> 0"),
    ("feed", "sharing_group_id <> 0"),
    ("collection", "sharing_group_id <> 0"),
    ("thread", "sharing_group_id <> 0"),
];

/// The table that still refers to a group, if any does; a group in use stays, since its members decide
/// who may read.
///
/// # Errors
/// Of the database.
pub fn used_by_unscoped(tx: &mut Tx<'_>, group: SharingGroupId) -> Result<Option<&'static str>, DbError> {
    for (table, indexed) in USERS {
        let used = tx.first(
            &format!(
                "SELECT sharing_group_id FROM {table} WHERE sharing_group_id = $1 AND {indexed} LIMIT 1"
            ),
            params![group.0],
            |row| row.get_int(0),
        )?;
        if used.is_some() {
            return Ok(Some(table));
        }
    }
    Ok(None)
}
