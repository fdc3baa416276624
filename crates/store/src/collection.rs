//! Collections of events and clusters. spec: 08#6.2
//!
//! Rows carry a label of their own. Whether what they hold is visible too is the engine's question.
use crate::damaged;
use crate::filter::{Conditions, Page, Term};
use entente_db::{DbError, Row, Tx, params};
use entente_model::collection::{Collection, CollectionElement, CollectionKind, ElementKind};
use entente_model::id::{LabelId, OrgId, Ref, SharingGroupId, UserId};
use entente_model::level::Distribution;
use entente_policy::Scope;
use uuid::Uuid;

const COLUMNS: &str = "c.id, c.uuid, c.org_id, c.orgc_id, c.user_id, c.created, c.modified, c.distribution, \
    c.sharing_group_id, c.name, c.type, c.description, c.label";
const ELEMENT: &str = "id, uuid, collection_id, element_uuid, element_type, description";

fn read(row: &Row<'_>) -> Result<Collection, DbError> {
    Ok(Collection {
        id: row.get_int(0)?,
        uuid: row.get_uuid(1)?,
        org: OrgId(row.get_int(2)?),
        orgc: OrgId(row.get_int(3)?),
        user: UserId(row.get_int(4)?),
        created: row.get_int(5)?,
        modified: row.get_int(6)?,
        distribution: Distribution::from_number(row.get_int(7)?)
            .ok_or_else(|| damaged(7, "a distribution"))?,
        sharing_group: SharingGroupId(row.get_int(8)?),
        name: row.get_string(9)?,
        kind: CollectionKind::from_name(row.get_str(10)?)
            .ok_or_else(|| damaged(10, "a kind of collection"))?,
        description: row.get_string(11)?,
        label: LabelId(row.get_int(12)?),
    })
}

fn read_element(row: &Row<'_>) -> Result<CollectionElement, DbError> {
    Ok(CollectionElement {
        id: row.get_int(0)?,
        uuid: row.get_uuid(1)?,
        collection: row.get_int(2)?,
        element: row.get_uuid(3)?,
        kind: ElementKind::from_name(row.get_str(4)?).ok_or_else(|| damaged(4, "a kind of element"))?,
        description: row.get_string(5)?,
    })
}

/// Which collections to list. Everything given must hold.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Made by this user.
    pub user: Option<UserId>,
    /// Made by this organisation.
    pub orgc: Option<OrgId>,
    /// With one of these uuids.
    pub uuids: Option<Vec<Uuid>>,
    /// Names.
    pub name: Vec<Term>,
    /// Kinds.
    pub kind: Vec<Term>,
    /// In name or description.
    pub anywhere: Vec<Term>,
    /// A part of the list; all of it without.
    pub page: Option<Page>,
}

/// Collections that the scope sees, by id.
///
/// # Errors
/// Of the database.
pub fn search(tx: &mut Tx<'_>, scope: &Scope, query: &Query) -> Result<Vec<Collection>, DbError> {
    let mut conditions = Conditions::default();
    conditions.visible(scope, "c.label");
    if let Some(user) = query.user {
        conditions.push("c.user_id = $", user.0);
    }
    if let Some(org) = query.orgc {
        conditions.push("c.orgc_id = $", org.0);
    }
    conditions.one_of_uuids("c.uuid", query.uuids.as_deref());
    conditions.text("c.name", &query.name);
    conditions.text("c.type", &query.kind);
    conditions.any_column(&["c.name", "c.description"], &query.anywhere);
    let paging = conditions.paging(query.page);
    let sql = format!(
        "SELECT {COLUMNS} FROM collection c{} ORDER BY c.id{paging}",
        conditions.clause()
    );
    tx.all(&sql, conditions.values(), read)
}

/// A collection by id or uuid, if the scope sees it.
///
/// # Errors
/// Of the database.
pub fn find(tx: &mut Tx<'_>, scope: &Scope, collection: Ref) -> Result<Option<Collection>, DbError> {
    let mut conditions = Conditions::default();
    match collection {
        Ref::Id(id) => conditions.push("c.id = $", id),
        Ref::Uuid(uuid) => conditions.push("c.uuid = $", uuid),
    }
    conditions.visible(scope, "c.label");
    let sql = format!("SELECT {COLUMNS} FROM collection c{}", conditions.clause());
    tx.first(&sql, conditions.values(), read)
}

/// Whether there is a collection with this uuid, whoever asks.
///
/// # Errors
/// Of the database.
pub fn exists_unscoped(tx: &mut Tx<'_>, uuid: Uuid) -> Result<bool, DbError> {
    let found = tx.first(
        "SELECT id FROM collection WHERE uuid = $1",
        params![uuid],
        |row| row.get_int(0),
    )?;
    Ok(found.is_some())
}

/// Adds a collection; its id is taken from the counter and returned.
///
/// # Errors
/// `Unique` when the uuid exists.
pub fn insert(tx: &mut Tx<'_>, row: &Collection) -> Result<i64, DbError> {
    let id = tx.next_ids("collection", 1)?;
    tx.execute(
        "INSERT INTO collection (id, uuid, org_id, orgc_id, user_id, created, modified, distribution, \
         sharing_group_id, name, type, description, label) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        params![
            id,
            row.uuid,
            row.org.0,
            row.orgc.0,
            row.user.0,
            row.created,
            row.modified,
            row.distribution.number(),
            row.sharing_group.0,
            &row.name,
            row.kind.name(),
            &row.description,
            row.label.0
        ],
    )?;
    Ok(id)
}

/// Replaces what a user may change, with edit version and label.
///
/// # Errors
/// Of the database.
pub fn update(tx: &mut Tx<'_>, row: &Collection) -> Result<(), DbError> {
    tx.execute(
        "UPDATE collection SET modified = $2, distribution = $3, sharing_group_id = $4, name = $5, type = $6, \
         description = $7, label = $8 WHERE id = $1",
        params![
            row.id,
            row.modified,
            row.distribution.number(),
            row.sharing_group.0,
            &row.name,
            row.kind.name(),
            &row.description,
            row.label.0
        ],
    )?;
    Ok(())
}

/// Removes a collection with its elements.
///
/// # Errors
/// Of the database.
pub fn delete(tx: &mut Tx<'_>, id: i64) -> Result<(), DbError> {
    tx.execute("DELETE FROM collection WHERE id = $1", params![id])?;
    Ok(())
}

/// The elements of collections, by id, whoever asks.
///
/// # Errors
/// Of the database.
pub fn elements_unscoped(tx: &mut Tx<'_>, collections: &[i64]) -> Result<Vec<CollectionElement>, DbError> {
    tx.all(
        &format!("SELECT {ELEMENT} FROM collection_element WHERE collection_id = ANY($1) ORDER BY id"),
        params![collections],
        read_element,
    )
}

/// An element by id or uuid, whoever asks.
///
/// # Errors
/// Of the database.
pub fn element_unscoped(tx: &mut Tx<'_>, element: Ref) -> Result<Option<CollectionElement>, DbError> {
    match element {
        Ref::Id(id) => tx.first(
            &format!("SELECT {ELEMENT} FROM collection_element WHERE id = $1"),
            params![id],
            read_element,
        ),
        Ref::Uuid(uuid) => tx.first(
            &format!("SELECT {ELEMENT} FROM collection_element WHERE uuid = $1"),
            params![uuid],
            read_element,
        ),
    }
}

/// Adds an element; its id is taken from the counter and returned.
///
/// # Errors
/// `Unique` when the collection holds it.
pub fn insert_element(tx: &mut Tx<'_>, row: &CollectionElement) -> Result<i64, DbError> {
    let id = tx.next_ids("collection_element", 1)?;
    tx.execute(
        "INSERT INTO collection_element (id, uuid, collection_id, element_uuid, element_type, description) \
         VALUES ($1, $2, $3, $4, $5, $6)",
        params![
            id,
            row.uuid,
            row.collection,
            row.element,
            row.kind.name(),
            &row.description
        ],
    )?;
    Ok(id)
}

/// Replaces the description of an element.
///
/// # Errors
/// Of the database.
pub fn describe_element(tx: &mut Tx<'_>, id: i64, description: &str) -> Result<(), DbError> {
    tx.execute(
        "UPDATE collection_element SET description = $2 WHERE id = $1",
        params![id, description],
    )?;
    Ok(())
}

/// Removes elements.
///
/// # Errors
/// Of the database.
pub fn delete_elements(tx: &mut Tx<'_>, ids: &[i64]) -> Result<(), DbError> {
    tx.execute("DELETE FROM collection_element WHERE id = ANY($1)", params![ids])?;
    Ok(())
}
