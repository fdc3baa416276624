//! Organisations.
use entente_db::{DbError, Row, Tx, params};
use entente_model::id::{OrgId, UserId};
use entente_model::organisation::Organisation;
use entente_policy::Scope;

pub mod merge;

const ALL: &str = "SELECT id, uuid, name, created, modified, description, kind, nationality, sector, contacts, \
    created_by, local, restricted_to_domain, landing_page FROM organisation ORDER BY id";

fn read(row: &Row<'_>) -> Result<Organisation, DbError> {
    Ok(Organisation {
        id: OrgId(row.get_int(0)?),
        uuid: row.get_uuid(1)?,
        name: row.get_string(2)?,
        created: row.get_int(3)?,
        modified: row.get_int(4)?,
        description: row.get_string(5)?,
        kind: row.get_string(6)?,
        nationality: row.get_string(7)?,
        sector: row.get_string(8)?,
        contacts: row.get_string(9)?,
        created_by: UserId(row.get_int(10)?),
        local: row.get_bool(11)?,
        restricted_to_domain: serde_json::from_str(row.get_str(12)?)
            .map_err(|_| crate::damaged(12, "a JSON list"))?,
        landing_page: row.get_opt_string(13)?,
    })
}

/// All organisations, by id. They are few and held as a snapshot by the engine.
///
/// # Errors
/// Of the database.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<Organisation>, DbError> {
    tx.all(ALL, params![], read)
}

/// Adds an organisation; its id is taken from the counter and returned.
///
/// # Errors
/// `Unique` when the name or uuid exists.
pub fn insert(tx: &mut Tx<'_>, org: &Organisation) -> Result<OrgId, DbError> {
    let id = tx.next_ids("organisation", 1)?;
    let domains = serde_json::Value::from(org.restricted_to_domain.clone()).to_string();
    tx.execute(
        "INSERT INTO organisation (id, uuid, name, name_key, created, modified, description, kind, nationality, \
         sector, contacts, created_by, local, restricted_to_domain, landing_page) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        params![
            id,
            org.uuid,
            &org.name,
            &crate::name_key(&org.name),
            org.created,
            org.modified,
            &org.description,
            &org.kind,
            &org.nationality,
            &org.sector,
            &org.contacts,
            org.created_by.0,
            org.local,
            &domains,
            &org.landing_page
        ],
    )?;
    Ok(OrgId(id))
}

/// How many events an organisation owns or has created.
///
/// # Errors
/// Of the database.
pub fn count_events_unscoped(tx: &mut Tx<'_>, id: OrgId) -> Result<i64, DbError> {
    let count = tx.first(
        "SELECT COUNT(*) FROM event WHERE org_id = $1 OR orgc_id = $1",
        params![id.0],
        |row| row.get_int(0),
    )?;
    Ok(count.unwrap_or(0))
}

/// Organisations that own or have created an event which this scope sees.
///
/// # Errors
/// Of the database.
pub fn with_visible_events(tx: &mut Tx<'_>, scope: &Scope) -> Result<Vec<OrgId>, DbError> {
    let (condition, values) = crate::visibility::predicate(scope, "e.label", 1);
    tx.all(
        &format!(
            "SELECT e.org_id FROM event e WHERE {condition} UNION SELECT e.orgc_id FROM event e WHERE {condition}"
        ),
        &values,
        |row| row.get_int(0).map(OrgId),
    )
}

/// Replaces an organisation's fields.
///
/// # Errors
/// `Unique` when the name or uuid belongs to another.
pub fn update(tx: &mut Tx<'_>, org: &Organisation) -> Result<(), DbError> {
    let domains = serde_json::Value::from(org.restricted_to_domain.clone()).to_string();
    tx.execute(
        "UPDATE organisation SET uuid = $2, name = $3, name_key = $4, modified = $5, description = $6, kind = $7, \
         nationality = $8, sector = $9, contacts = $10, local = $11, restricted_to_domain = $12, \
         landing_page = $13 WHERE id = $1",
        params![
            org.id.0,
            org.uuid,
            &org.name,
            &crate::name_key(&org.name),
            org.modified,
            &org.description,
            &org.kind,
            &org.nationality,
            &org.sector,
            &org.contacts,
            org.local,
            &domains,
            &org.landing_page
        ],
    )?;
    Ok(())
}

/// Removes an organisation.
///
/// # Errors
/// `ForeignKey` while users or events belong to it.
pub fn delete(tx: &mut Tx<'_>, id: OrgId) -> Result<(), DbError> {
    tx.execute("DELETE FROM organisation WHERE id = $1", params![id.0])?;
    Ok(())
}
