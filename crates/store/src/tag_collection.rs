//! Collections of tags. They are for their organisation or for all; nothing in them is labelled. spec: 08#6.3
use crate::filter::{Conditions, Page, Term};
use crate::name_key;
use entente_db::{DbError, Row, Tx, params};
use entente_model::collection::{TagCollection, TagCollectionTag};
use entente_model::id::{OrgId, Ref, TagId, UserId};
use uuid::Uuid;

const SELECT: &str = "SELECT id, uuid, name, description, user_id, org_id, all_orgs FROM tag_collection";

fn read(row: &Row<'_>) -> Result<TagCollection, DbError> {
    Ok(TagCollection {
        id: row.get_int(0)?,
        uuid: row.get_uuid(1)?,
        name: row.get_string(2)?,
        description: row.get_string(3)?,
        user: UserId(row.get_int(4)?),
        org: OrgId(row.get_int(5)?),
        all_orgs: row.get_bool(6)?,
    })
}

/// Which collections to list. Everything given must hold.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Usable by this organisation; by anybody without.
    pub usable_by: Option<OrgId>,
    /// With one of these uuids.
    pub uuids: Option<Vec<Uuid>>,
    /// Names.
    pub name: Vec<Term>,
    /// In name or description.
    pub anywhere: Vec<Term>,
    /// A part of the list; all of it without.
    pub page: Option<Page>,
}

/// Collections by id.
///
/// # Errors
/// Of the database.
pub fn search(tx: &mut Tx<'_>, query: &Query) -> Result<Vec<TagCollection>, DbError> {
    let mut conditions = Conditions::default();
    if let Some(org) = query.usable_by {
        conditions.push("(all_orgs = TRUE OR org_id = $)", org.0);
    }
    conditions.one_of_uuids("uuid", query.uuids.as_deref());
    conditions.text("name", &query.name);
    conditions.any_column(&["name", "description"], &query.anywhere);
    let paging = conditions.paging(query.page);
    let sql = format!("{SELECT}{} ORDER BY id{paging}", conditions.clause());
    tx.all(&sql, conditions.values(), read)
}

/// A collection by id or uuid.
///
/// # Errors
/// Of the database.
pub fn find(tx: &mut Tx<'_>, collection: Ref) -> Result<Option<TagCollection>, DbError> {
    match collection {
        Ref::Id(id) => tx.first(&format!("{SELECT} WHERE id = $1"), params![id], read),
        Ref::Uuid(uuid) => tx.first(&format!("{SELECT} WHERE uuid = $1"), params![uuid], read),
    }
}

/// A collection by name, ignoring case.
///
/// # Errors
/// Of the database.
pub fn by_name(tx: &mut Tx<'_>, name: &str) -> Result<Option<TagCollection>, DbError> {
    tx.first(
        &format!("{SELECT} WHERE name_key = $1"),
        params![&name_key(name)],
        read,
    )
}

/// Adds a collection; its id is taken from the counter and returned.
///
/// # Errors
/// `Unique` when uuid or name exist.
pub fn insert(tx: &mut Tx<'_>, row: &TagCollection) -> Result<i64, DbError> {
    let id = tx.next_ids("tag_collection", 1)?;
    tx.execute(
        "INSERT INTO tag_collection (id, uuid, name, name_key, description, user_id, org_id, all_orgs) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            id,
            row.uuid,
            &row.name,
            &name_key(&row.name),
            &row.description,
            row.user.0,
            row.org.0,
            row.all_orgs
        ],
    )?;
    Ok(id)
}

/// Replaces what a user may change.
///
/// # Errors
/// `Unique` when the name exists.
pub fn update(tx: &mut Tx<'_>, row: &TagCollection) -> Result<(), DbError> {
    tx.execute(
        "UPDATE tag_collection SET name = $2, name_key = $3, description = $4, all_orgs = $5 WHERE id = $1",
        params![
            row.id,
            &row.name,
            &name_key(&row.name),
            &row.description,
            row.all_orgs
        ],
    )?;
    Ok(())
}

/// Removes a collection. Its tags stay.
///
/// # Errors
/// Of the database.
pub fn delete(tx: &mut Tx<'_>, id: i64) -> Result<(), DbError> {
    tx.execute("DELETE FROM tag_collection WHERE id = $1", params![id])?;
    Ok(())
}

/// What is in collections, by id.
///
/// # Errors
/// Of the database.
pub fn tags(tx: &mut Tx<'_>, collections: &[i64]) -> Result<Vec<TagCollectionTag>, DbError> {
    tx.all(
        "SELECT id, tag_collection_id, tag_id FROM tag_collection_tag WHERE tag_collection_id = ANY($1) ORDER BY id",
        params![collections],
        |row| {
            Ok(TagCollectionTag {
                id: row.get_int(0)?,
                collection: row.get_int(1)?,
                tag: TagId(row.get_int(2)?),
            })
        },
    )
}

/// Puts a tag into a collection; `false` when it is in there.
///
/// # Errors
/// Of the database.
pub fn add_tag(tx: &mut Tx<'_>, collection: i64, tag: TagId) -> Result<bool, DbError> {
    let id = tx.next_ids("tag_collection_tag", 1)?;
    let added = tx.execute(
        "INSERT INTO tag_collection_tag (id, tag_collection_id, tag_id) VALUES ($1, $2, $3) \
         ON CONFLICT (tag_collection_id, tag_id) DO NOTHING",
        params![id, collection, tag.0],
    )?;
    Ok(added > 0)
}

/// Takes a tag out of a collection; `false` when it is not in there.
///
/// # Errors
/// Of the database.
pub fn remove_tag(tx: &mut Tx<'_>, collection: i64, tag: TagId) -> Result<bool, DbError> {
    let removed = tx.execute(
        "DELETE FROM tag_collection_tag WHERE tag_collection_id = $1 AND tag_id = $2",
        params![collection, tag.0],
    )?;
    Ok(removed > 0)
}
