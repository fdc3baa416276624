//! Sharing groups with their members.
use entente_db::{DbError, Tx, params};
use entente_model::id::{OrgId, SharingGroupId, UserId};
use entente_model::sharing_group::{GroupOrg, GroupServer, SharingGroup};
use std::collections::HashMap;

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
            orgs.entry(row.get_int(0)?).or_default().push(GroupOrg {
                id: row.get_int(1)?,
                org: OrgId(row.get_int(2)?),
                extend: row.get_bool(3)?,
            });
            Ok(std::ops::ControlFlow::Continue(()))
        },
    )?;
    let mut servers: HashMap<i64, Vec<GroupServer>> = HashMap::new();
    tx.for_each(
        "SELECT sharing_group_id, id, server_id, all_orgs FROM sharing_group_server ORDER BY id",
        params![],
        |row| -> Result<_, DbError> {
            servers.entry(row.get_int(0)?).or_default().push(GroupServer {
                id: row.get_int(1)?,
                server: row.get_int(2)?,
                all_orgs: row.get_bool(3)?,
            });
            Ok(std::ops::ControlFlow::Continue(()))
        },
    )?;
    tx.all(
        "SELECT id, uuid, name, releasability, description, organisation_uuid, org_id, sync_user_id, active, created, \
         modified, local, roaming FROM sharing_group ORDER BY id",
        params![],
        |row| {
            let id = row.get_int(0)?;
            Ok(SharingGroup {
                id: SharingGroupId(id),
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
                orgs: orgs.remove(&id).unwrap_or_default(),
                servers: servers.remove(&id).unwrap_or_default(),
            })
        },
    )
}
