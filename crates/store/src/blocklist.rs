//! Events, organisations, galaxy clusters, annotations and sources of sightings that are refused. spec: 01#7.14
use crate::filter::{Conditions, Page, Term};
use entente_db::{DbError, Row, Tx, params};
pub use entente_model::administration::Blocked;
use entente_model::id::Ref;
use uuid::Uuid;

/// Which list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// Events.
    Event,
    /// Organisations.
    Org,
    /// Galaxy clusters.
    Cluster,
    /// Notes, opinions and relationships.
    Analyst,
    /// Organisations, for their sightings.
    Sighting,
}

impl List {
    fn table(self) -> &'static str {
        match self {
            Self::Event => "event_blocklist",
            Self::Org => "org_blocklist",
            Self::Cluster => "galaxy_cluster_blocklist",
            Self::Analyst => "analyst_data_blocklist",
            Self::Sighting => "sighting_blocklist",
        }
    }
    fn uuid(self) -> &'static str {
        match self {
            Self::Event => "event_uuid",
            Self::Org | Self::Sighting => "org_uuid",
            Self::Cluster => "cluster_uuid",
            Self::Analyst => "analyst_data_uuid",
        }
    }
    fn name(self) -> &'static str {
        match self {
            Self::Event => "event_info",
            Self::Org | Self::Sighting => "org_name",
            Self::Cluster => "cluster_info",
            Self::Analyst => "analyst_data_info",
        }
    }
    /// Whether rows name organisations, which have no creator.
    fn of_orgs(self) -> bool {
        matches!(self, Self::Org | Self::Sighting)
    }
    /// The creator of what is refused; organisations have none.
    fn orgc(self) -> &'static str {
        match self {
            Self::Event => "event_orgc",
            Self::Org | Self::Sighting => "''",
            Self::Cluster => "cluster_orgc",
            Self::Analyst => "analyst_data_orgc",
        }
    }
    fn select(self) -> String {
        let (table, uuid, name, orgc) = (self.table(), self.uuid(), self.name(), self.orgc());
        format!("SELECT id, {uuid}, created, {name}, comment, {orgc} FROM {table}")
    }
}

fn read(row: &Row<'_>) -> Result<Blocked, DbError> {
    Ok(Blocked {
        id: row.get_int(0)?,
        uuid: row.get_uuid(1)?,
        created: row.get_int(2)?,
        name: row.get_string(3)?,
        comment: row.get_opt_string(4)?,
        orgc: row.get_string(5)?,
    })
}

/// Which rows of a list.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// This uuid only.
    pub uuid: Option<Uuid>,
    /// Names.
    pub name: Vec<Term>,
    /// Remarks.
    pub comment: Vec<Term>,
    /// Creators.
    pub orgc: Vec<Term>,
    /// In any text.
    pub anywhere: Vec<Term>,
    /// A part of the list; all of it without.
    pub page: Option<Page>,
}

/// Rows of a list, by id.
///
/// # Errors
/// Of the database.
pub fn search(tx: &mut Tx<'_>, list: List, query: &Query) -> Result<Vec<Blocked>, DbError> {
    let mut conditions = Conditions::default();
    if let Some(uuid) = query.uuid {
        conditions.push(&format!("{} = $", list.uuid()), uuid);
    }
    conditions.text(list.name(), &query.name);
    conditions.text("comment", &query.comment);
    if !list.of_orgs() {
        conditions.text(list.orgc(), &query.orgc);
        conditions.any_column(&[list.name(), "comment", list.orgc()], &query.anywhere);
    } else {
        conditions.any_column(&[list.name(), "comment"], &query.anywhere);
    }
    let paging = conditions.paging(query.page);
    let sql = format!("{}{} ORDER BY id{paging}", list.select(), conditions.clause());
    tx.all(&sql, conditions.values(), read)
}

/// A row by its id or by what it refuses.
///
/// # Errors
/// Of the database.
pub fn find(tx: &mut Tx<'_>, list: List, row: Ref) -> Result<Option<Blocked>, DbError> {
    match row {
        Ref::Id(id) => tx.first(&format!("{} WHERE id = $1", list.select()), params![id], read),
        Ref::Uuid(uuid) => tx.first(
            &format!("{} WHERE {} = $1", list.select(), list.uuid()),
            params![uuid],
            read,
        ),
    }
}

/// Whether something is refused.
///
/// # Errors
/// Of the database.
pub fn contains(tx: &mut Tx<'_>, list: List, uuid: Uuid) -> Result<bool, DbError> {
    Ok(find(tx, list, Ref::Uuid(uuid))?.is_some())
}

/// Adds a row unless the uuid is refused already; answers its id.
///
/// # Errors
/// Of the database.
pub fn insert(tx: &mut Tx<'_>, list: List, row: &Blocked) -> Result<Option<i64>, DbError> {
    if contains(tx, list, row.uuid)? {
        return Ok(None);
    }
    let id = tx.next_ids(list.table(), 1)?;
    let (table, uuid, name, orgc) = (list.table(), list.uuid(), list.name(), list.orgc());
    let added = match list {
        List::Event | List::Cluster | List::Analyst => tx.execute(
            &format!(
                "INSERT INTO {table} (id, {uuid}, created, {name}, comment, {orgc}) \
                 VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT ({uuid}) DO NOTHING"
            ),
            params![id, row.uuid, row.created, &row.name, &row.comment, &row.orgc],
        )?,
        List::Org | List::Sighting => tx.execute(
            &format!(
                "INSERT INTO {table} (id, {uuid}, created, {name}, comment) VALUES ($1, $2, $3, $4, $5) \
                 ON CONFLICT ({uuid}) DO NOTHING"
            ),
            params![id, row.uuid, row.created, &row.name, &row.comment],
        )?,
    };
    Ok((added > 0).then_some(id))
}

/// Replaces the texts of a row.
///
/// # Errors
/// Of the database.
pub fn update(tx: &mut Tx<'_>, list: List, row: &Blocked) -> Result<(), DbError> {
    let (table, name, orgc) = (list.table(), list.name(), list.orgc());
    match list {
        List::Event | List::Cluster | List::Analyst => tx.execute(
            &format!("UPDATE {table} SET {name} = $2, comment = $3, {orgc} = $4 WHERE id = $1"),
            params![row.id, &row.name, &row.comment, &row.orgc],
        )?,
        List::Org | List::Sighting => tx.execute(
            &format!("UPDATE {table} SET {name} = $2, comment = $3 WHERE id = $1"),
            params![row.id, &row.name, &row.comment],
        )?,
    };
    Ok(())
}

/// Removes a row.
///
/// # Errors
/// Of the database.
pub fn delete(tx: &mut Tx<'_>, list: List, id: i64) -> Result<(), DbError> {
    tx.execute(
        &format!("DELETE FROM {} WHERE id = $1", list.table()),
        params![id],
    )?;
    Ok(())
}
