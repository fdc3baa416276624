//! Letting one organisation take the place of another in every row. spec: 03#12
use entente_db::{DbError, Engine, Tx, params};
use entente_model::id::OrgId;
use uuid::Uuid;

/// Columns that name an organisation by its id. A test compares them with the migrations.
const BY_ID: [(&str, &str); 27] = [
    ("account", "org_id"),
    ("bookmark", "org_id"),
    ("collection", "org_id"),
    ("collection", "orgc_id"),
    ("dashboard_template", "restrict_to_org_id"),
    ("decaying_model", "org_id"),
    ("event", "org_id"),
    ("event", "orgc_id"),
    ("event_delegation", "org_id"),
    ("event_delegation", "requester_org_id"),
    ("event_graph", "org_id"),
    ("event_lock", "org_id"),
    ("event_template", "org_id"),
    ("feed", "orgc_id"),
    ("galaxy_cluster", "org_id"),
    ("galaxy_cluster", "orgc_id"),
    ("job", "org_id"),
    ("object_template", "org_id"),
    ("post", "org_id"),
    ("proposal", "event_org_id"),
    ("proposal", "org_id"),
    ("sharing_group", "org_id"),
    ("sharing_group_blueprint", "org_id"),
    ("sighting", "org_id"),
    ("tag", "org_id"),
    ("tag_collection", "org_id"),
    ("thread", "org_id"),
];

/// Columns that name one by its uuid.
const BY_UUID: [(&str, &str); 3] = [
    ("analyst_data", "org_uuid"),
    ("analyst_data", "orgc_uuid"),
    ("sharing_group", "organisation_uuid"),
];

/// An organisation as its rows name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named {
    /// Local id.
    pub id: OrgId,
    /// Global identity.
    pub uuid: Uuid,
}

/// In how many rows a column, as `table.column`, named the organisation; none is left out.
pub type Moved = Vec<(String, u64)>;

/// Waits for whoever is writing rows of these organisations, and makes later ones wait. Answers how many of
/// them are still there.
///
/// # Errors
/// Of the database.
pub fn lock(tx: &mut Tx<'_>, orgs: &[OrgId]) -> Result<usize, DbError> {
    let ids: Vec<i64> = orgs.iter().map(|org| org.0).collect();
    // A row that refers to an organisation holds a share of its lock; on the other engine one writes at a time.
    let locking = match tx.engine() {
        Engine::Postgres => " ORDER BY id FOR UPDATE",
        Engine::Sqlite => "",
    };
    let sql = format!("SELECT id FROM organisation WHERE id = ANY($1){locking}");
    Ok(tx.all(&sql, params![&ids], |row| row.get_int(0))?.len())
}

/// Writes `to` wherever `from` is named, sharing groups and their members included. Labels and the row of
/// the organisation itself are left to the caller.
///
/// # Errors
/// Of the database.
pub fn move_rows(tx: &mut Tx<'_>, from: Named, to: Named) -> Result<Moved, DbError> {
    let mut moved = Moved::new();
    for (table, column) in BY_ID {
        let sql = format!("UPDATE {table} SET {column} = $1 WHERE {column} = $2");
        moved.push((
            format!("{table}.{column}"),
            tx.execute(&sql, params![to.id.0, from.id.0])?,
        ));
    }
    moved.push((
        "sharing_group_org.org_id".to_owned(),
        move_memberships(tx, from.id, to.id)?,
    ));
    moved.extend(move_uuid(tx, from.uuid, to.uuid)?);
    moved.retain(|(_, count)| *count > 0);
    Ok(moved)
}

/// Writes another uuid wherever an organisation is named by its own, labels excepted.
///
/// # Errors
/// Of the database.
pub fn move_uuid(tx: &mut Tx<'_>, from: Uuid, to: Uuid) -> Result<Moved, DbError> {
    let mut moved = Moved::new();
    for (table, column) in BY_UUID {
        let sql = format!("UPDATE {table} SET {column} = $1 WHERE {column} = $2");
        moved.push((format!("{table}.{column}"), tx.execute(&sql, params![to, from])?));
    }
    Ok(moved)
}

/// In groups that both are members of, one membership stays; it may extend the group if either could.
fn move_memberships(tx: &mut Tx<'_>, from: OrgId, to: OrgId) -> Result<u64, DbError> {
    tx.execute(
        "UPDATE sharing_group_org SET extend = TRUE WHERE org_id = $1 AND sharing_group_id IN \
         (SELECT m.sharing_group_id FROM sharing_group_org m WHERE m.org_id = $2 AND m.extend = TRUE)",
        params![to.0, from.0],
    )?;
    let doubled = tx.execute(
        "DELETE FROM sharing_group_org WHERE org_id = $2 AND sharing_group_id IN \
         (SELECT m.sharing_group_id FROM sharing_group_org m WHERE m.org_id = $1)",
        params![to.0, from.0],
    )?;
    let moved = tx.execute(
        "UPDATE sharing_group_org SET org_id = $1 WHERE org_id = $2",
        params![to.0, from.0],
    )?;
    Ok(doubled + moved)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What names no owner: lists of what is refused are about the uuids that others send.
    const STAYS: [(&str, &str); 2] = [("org_blocklist", "org_uuid"), ("sighting_blocklist", "org_uuid")];

    /// Every column of the migrations whose name says that it holds an organisation.
    fn columns() -> Vec<(String, String)> {
        let mut found = Vec::new();
        for migration in crate::MIGRATIONS {
            let mut table = String::new();
            for line in migration.sql.lines() {
                let mut words = line.split_whitespace();
                match (words.next(), words.next(), words.next()) {
                    (Some("CREATE"), Some("TABLE"), Some(name)) => table = name.to_owned(),
                    (Some("ALTER"), Some("TABLE"), Some(name)) => {
                        let column = words.nth(2).unwrap_or_default();
                        found.push((name.to_owned(), column.to_owned()));
                    }
                    (Some(column), ..) if line.starts_with(' ') => {
                        found.push((table.clone(), column.to_owned()));
                    }
                    _ => {}
                }
            }
        }
        found.retain(|(_, column)| {
            column.ends_with("org_id")
                || column.ends_with("orgc_id")
                || column.ends_with("org_uuid")
                || column.ends_with("orgc_uuid")
                || column == "organisation_uuid"
        });
        found.sort();
        found
    }

    #[test]
    fn no_column_that_names_an_organisation_is_forgotten() {
        let members = [("sharing_group_org", "org_id")];
        let mut known: Vec<(String, String)> = BY_ID
            .iter()
            .chain(&BY_UUID)
            .chain(&STAYS)
            .chain(&members)
            .map(|(table, column)| ((*table).to_owned(), (*column).to_owned()))
            .collect();
        known.sort();
        assert_eq!(columns(), known);
    }
}
