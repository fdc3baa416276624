//! Objects.
use crate::damaged;
use crate::posting::{self, Batch, Kind};
use entente_db::{DbError, Row, Tx, Type, Value, params};
use entente_model::analyst::ObjectType;
use entente_model::event::Event;
use entente_model::id::{ElementId, LabelId, Ref, SharingGroupId};
use entente_model::level::Distribution;
use entente_model::object::Object;
use entente_policy::Scope;
use std::ops::ControlFlow;

pub(crate) const COLUMNS: &str = "o.id, o.uuid, o.name, o.meta_category, o.description, o.template_uuid, \
    o.template_version, o.timestamp, o.distribution, o.sharing_group_id, o.comment, o.deleted, o.first_seen, \
    o.last_seen, o.label";

pub(crate) fn read(row: &Row<'_>) -> Result<Object, DbError> {
    Ok(Object {
        id: ElementId(row.get_int(0)?),
        uuid: row.get_uuid(1)?,
        name: row.get_string(2)?,
        meta_category: row.get_string(3)?,
        description: row.get_string(4)?,
        template_uuid: row.get_opt_uuid(5)?,
        template_version: row.get_int(6)?,
        timestamp: row.get_int(7)?,
        distribution: Distribution::from_number(row.get_int(8)?)
            .ok_or_else(|| damaged(8, "a distribution"))?,
        sharing_group: SharingGroupId(row.get_int(9)?),
        comment: row.get_string(10)?,
        deleted: row.get_bool(11)?,
        first_seen: row.get_opt_int(12)?,
        last_seen: row.get_opt_int(13)?,
        label: row.get_opt_int(14)?.map(LabelId),
    })
}

/// Adds objects with their uuid postings, in bulk. Uuids must have been checked before.
///
/// # Errors
/// Of the database.
pub fn insert<'a>(tx: &mut Tx<'_>, objects: impl Iterator<Item = &'a Object>) -> Result<(), DbError> {
    let mut postings = Batch::default();
    let mut bulk = tx.bulk(
        "object",
        &[
            ("id", Type::Int),
            ("uuid", Type::Uuid),
            ("name", Type::Text),
            ("meta_category", Type::Text),
            ("description", Type::Text),
            ("template_uuid", Type::Uuid),
            ("template_version", Type::Int),
            ("timestamp", Type::Int),
            ("distribution", Type::Int),
            ("sharing_group_id", Type::Int),
            ("comment", Type::Text),
            ("deleted", Type::Bool),
            ("first_seen", Type::Int),
            ("last_seen", Type::Int),
            ("label", Type::Int),
        ],
    )?;
    for object in objects {
        postings.uuid(object.uuid, object.id, Kind::Object);
        bulk.row(&[
            Value::Int(object.id.0),
            Value::Uuid(object.uuid),
            Value::Text(&object.name),
            Value::Text(&object.meta_category),
            Value::Text(&object.description),
            Value::from(object.template_uuid),
            Value::Int(object.template_version),
            Value::Int(object.timestamp),
            Value::Int(object.distribution.number()),
            Value::Int(object.sharing_group.0),
            Value::Text(&object.comment),
            Value::Bool(object.deleted),
            Value::from(object.first_seen),
            Value::from(object.last_seen),
            Value::from(object.label.map(|label| label.0)),
        ])?;
    }
    bulk.finish()?;
    postings.insert(tx)
}

/// Replaces every field of an object but its id and uuid.
///
/// # Errors
/// Of the database.
pub fn update(tx: &mut Tx<'_>, object: &Object) -> Result<(), DbError> {
    tx.execute(
        "UPDATE object SET name = $2, meta_category = $3, description = $4, template_uuid = $5, template_version = $6, \
         timestamp = $7, distribution = $8, sharing_group_id = $9, comment = $10, deleted = $11, first_seen = $12, \
         last_seen = $13, label = $14 WHERE id = $1",
        params![
            object.id.0,
            &object.name,
            &object.meta_category,
            &object.description,
            object.template_uuid,
            object.template_version,
            object.timestamp,
            object.distribution.number(),
            object.sharing_group.0,
            &object.comment,
            object.deleted,
            object.first_seen,
            object.last_seen,
            object.label.map(|label| label.0)
        ],
    )?;
    Ok(())
}

/// Removes an object's row, annotations and uuid posting; members and references are the caller's business.
///
/// # Errors
/// Of the database.
pub fn delete(tx: &mut Tx<'_>, object: &Object) -> Result<(), DbError> {
    crate::analyst::delete_of(tx, ObjectType::Object, object.uuid)?;
    posting::remove_uuid(tx, object.uuid, object.id)?;
    tx.execute("DELETE FROM object WHERE id = $1", params![object.id.0])?;
    Ok(())
}

/// An object by id or uuid, whoever asks.
///
/// # Errors
/// Of the database.
pub fn find_unscoped(tx: &mut Tx<'_>, object: Ref) -> Result<Option<Object>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM object o WHERE o.id = $1");
    match object {
        Ref::Id(id) => tx.first(&sql, params![id], read),
        Ref::Uuid(uuid) => {
            for id in posting::candidates(tx, uuid, Kind::Object)? {
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

/// An object by id or uuid together with its event, if the scope sees both.
///
/// # Errors
/// Of the database.
pub fn find(tx: &mut Tx<'_>, scope: &Scope, object: Ref) -> Result<Option<(Object, Event)>, DbError> {
    let Some(found) = find_unscoped(tx, object)? else {
        return Ok(None);
    };
    let Some(event) = crate::event::find(tx, scope, Ref::Id(found.id.event().0))? else {
        return Ok(None);
    };
    let visible = crate::visibility::sees(scope, found.label.unwrap_or(event.label));
    Ok(visible.then_some((found, event)))
}

/// A page of the objects of an event that the scope sees, by id, starting after `after`. It is full unless it is
/// the last one, however many objects in between are hidden.
///
/// # Errors
/// Of the database.
pub fn page_of_event(
    tx: &mut Tx<'_>,
    scope: &Scope,
    event: &Event,
    after: ElementId,
    limit: usize,
) -> Result<Vec<Object>, DbError> {
    let (low, high) = event.id.element_range();
    let mut page = Vec::with_capacity(limit.min(4_096));
    tx.for_each(
        &format!("SELECT {COLUMNS} FROM object o WHERE o.id > $1 AND o.id <= $2 ORDER BY o.id"),
        params![after.0.max(low), high],
        |row| -> Result<_, DbError> {
            let object = read(row)?;
            if crate::visibility::sees(scope, object.label.unwrap_or(event.label)) {
                page.push(object);
            }
            Ok(if page.len() >= limit {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            })
        },
    )?;
    Ok(page)
}

/// Objects of an event that have a level or a label of their own, whoever asks.
///
/// # Errors
/// Of the database.
pub fn restricted_unscoped(
    tx: &mut Tx<'_>,
    event: entente_model::id::EventId,
) -> Result<Vec<Object>, DbError> {
    let (low, high) = event.element_range();
    tx.all(
        &format!(
            "SELECT {COLUMNS} FROM object o WHERE o.id BETWEEN $1 AND $2 \
             AND (o.distribution <> 5 OR o.label IS NOT NULL) ORDER BY o.id"
        ),
        params![low, high],
        read,
    )
}

/// Objects with these uuids, whoever asks.
///
/// # Errors
/// Of the database.
pub fn by_uuids_unscoped(tx: &mut Tx<'_>, uuids: &[uuid::Uuid]) -> Result<Vec<Object>, DbError> {
    let wanted: std::collections::HashSet<uuid::Uuid> = uuids.iter().copied().collect();
    let ids = posting::candidates_of_many(tx, uuids, Kind::Object)?;
    let sql = format!("SELECT {COLUMNS} FROM object o WHERE o.id = ANY($1)");
    let mut found = crate::many::rows(tx, &sql, &ids, read)?;
    found.retain(|object| wanted.contains(&object.uuid));
    Ok(found)
}

/// Objects with these ids that the scope sees, by id.
///
/// # Errors
/// Of the database.
pub fn by_ids(tx: &mut Tx<'_>, scope: &Scope, ids: &[i64]) -> Result<Vec<Object>, DbError> {
    let sql = format!(
        "SELECT {COLUMNS}, e.label FROM object o JOIN event e ON e.no = (o.id >> 24) \
         WHERE o.id = ANY($1) ORDER BY o.id"
    );
    let rows = crate::many::rows(tx, &sql, ids, |row| Ok((read(row)?, LabelId(row.get_int(15)?))))?;
    Ok(crate::many::seen(scope, rows, |object| object.label))
}
