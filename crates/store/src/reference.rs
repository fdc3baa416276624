//! References between objects and attributes.
use crate::posting::{self, Kind};
use entente_db::{DbError, Row, Tx, params};
use entente_model::id::{ElementId, LabelId, Ref};
use entente_model::object::Reference;
use entente_policy::Scope;
use std::collections::HashSet;
use uuid::Uuid;

const COLUMNS: &str = "r.id, r.uuid, r.timestamp, r.object_id, r.source_uuid, r.referenced_uuid, r.referenced_id, \
    r.to_object, r.relationship_type, r.comment, r.deleted";

fn read(row: &Row<'_>) -> Result<Reference, DbError> {
    Ok(Reference {
        id: ElementId(row.get_int(0)?),
        uuid: row.get_uuid(1)?,
        timestamp: row.get_int(2)?,
        object: ElementId(row.get_int(3)?),
        source_uuid: row.get_uuid(4)?,
        referenced_uuid: row.get_uuid(5)?,
        referenced: ElementId(row.get_int(6)?),
        to_object: row.get_bool(7)?,
        relationship_type: row.get_string(8)?,
        comment: row.get_string(9)?,
        deleted: row.get_bool(10)?,
    })
}

/// Adds a reference with its uuid posting.
///
/// # Errors
/// Of the database.
pub fn insert(tx: &mut Tx<'_>, reference: &Reference) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO object_reference (id, uuid, timestamp, object_id, source_uuid, referenced_uuid, referenced_id, \
         to_object, relationship_type, comment, deleted) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        params![
            reference.id.0,
            reference.uuid,
            reference.timestamp,
            reference.object.0,
            reference.source_uuid,
            reference.referenced_uuid,
            reference.referenced.0,
            reference.to_object,
            &reference.relationship_type,
            &reference.comment,
            reference.deleted
        ],
    )?;
    let mut batch = posting::Batch::default();
    batch.uuid(reference.uuid, reference.id, Kind::Reference);
    batch.insert(tx)
}

/// Replaces a reference's edit version, comment, relationship and deletion state.
///
/// # Errors
/// Of the database.
pub fn update(tx: &mut Tx<'_>, reference: &Reference) -> Result<(), DbError> {
    tx.execute(
        "UPDATE object_reference SET timestamp = $2, relationship_type = $3, comment = $4, deleted = $5 WHERE id = $1",
        params![
            reference.id.0,
            reference.timestamp,
            &reference.relationship_type,
            &reference.comment,
            reference.deleted
        ],
    )?;
    Ok(())
}

/// Removes a reference.
///
/// # Errors
/// Of the database.
pub fn delete(tx: &mut Tx<'_>, reference: &Reference) -> Result<(), DbError> {
    posting::remove_uuid(tx, reference.uuid, reference.id)?;
    tx.execute(
        "DELETE FROM object_reference WHERE id = $1",
        params![reference.id.0],
    )?;
    Ok(())
}

/// A reference by id or uuid, whoever asks.
///
/// # Errors
/// Of the database.
pub fn find_unscoped(tx: &mut Tx<'_>, reference: Ref) -> Result<Option<Reference>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM object_reference r WHERE r.id = $1");
    match reference {
        Ref::Id(id) => tx.first(&sql, params![id], read),
        Ref::Uuid(uuid) => {
            for id in posting::candidates(tx, uuid, Kind::Reference)? {
                if let Some(found) = tx
                    .first(&sql, params![id], read)?
                    .filter(|found| found.uuid == uuid)
                {
                    return Ok(Some(found));
                }
            }
            Ok(None)
        }
    }
}

/// References from objects whose id is in a closed range, by source object and id. The caller has
/// read those objects through a scope; the targets still have to be checked.
///
/// # Errors
/// Of the database.
pub fn from_objects_unscoped(
    tx: &mut Tx<'_>,
    first: ElementId,
    last: ElementId,
) -> Result<Vec<Reference>, DbError> {
    tx.all(
        &format!("SELECT {COLUMNS} FROM object_reference r WHERE r.object_id BETWEEN $1 AND $2 ORDER BY r.object_id, r.id"),
        params![first.0, last.0],
        read,
    )
}

/// Of these references, the ids of the targets that are here and that the scope does not see. A reference needs
/// both its ends. spec: 10#1.9
///
/// # Errors
/// Of the database.
pub fn hidden_targets(
    tx: &mut Tx<'_>,
    scope: &Scope,
    references: &[Reference],
) -> Result<HashSet<ElementId>, DbError> {
    let mut hidden = HashSet::new();
    for (table, to_object) in [("attribute", false), ("object", true)] {
        let ids: Vec<i64> = references
            .iter()
            .filter(|row| row.to_object == to_object && !row.referenced.is_none())
            .map(|row| row.referenced.0)
            .collect();
        if ids.is_empty() {
            continue;
        }
        let sql = format!(
            "SELECT x.id, COALESCE(x.label, e.label), e.label FROM {table} x JOIN event e ON e.no = (x.id >> 24) \
             WHERE x.id = ANY($1)"
        );
        let targets = crate::many::rows(tx, &sql, &ids, |row| {
            let sees = |label| crate::visibility::sees(scope, LabelId(label));
            Ok((
                ElementId(row.get_int(0)?),
                sees(row.get_int(1)?) && sees(row.get_int(2)?),
            ))
        })?;
        hidden.extend(targets.into_iter().filter(|(_, seen)| !seen).map(|(id, _)| id));
    }
    Ok(hidden)
}

/// References to an element, by id.
///
/// # Errors
/// Of the database.
pub fn to_element_unscoped(tx: &mut Tx<'_>, target: ElementId) -> Result<Vec<Reference>, DbError> {
    tx.all(
        &format!("SELECT {COLUMNS} FROM object_reference r WHERE r.referenced_id = $1 ORDER BY r.id"),
        params![target.0],
        read,
    )
}

/// Whether an object already has this reference. spec: 01#7.4
///
/// # Errors
/// Of the database.
pub fn exists_unscoped(
    tx: &mut Tx<'_>,
    object: ElementId,
    target: Uuid,
    relationship: &str,
) -> Result<bool, DbError> {
    Ok(tx
        .first(
            "SELECT id FROM object_reference WHERE object_id = $1 AND referenced_uuid = $2 AND relationship_type = $3",
            params![object.0, target, relationship],
            |row| row.get_int(0),
        )?
        .is_some())
}
