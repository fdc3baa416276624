//! Attributes.
mod count;
mod label_row;

pub use count::{count_live_unscoped, hidden_counts};
pub use label_row::{LabelRow, label_row_unscoped, members_unscoped, restricted_unscoped, set_label};

use crate::damaged;
use crate::hash::ValueHasher;
use crate::posting::{self, Batch, Kind, Poster};
use entente_db::{DbError, Row, Tx, Type, Value, params};
use entente_indicator::AttributeType;
use entente_model::analyst::ObjectType;
use entente_model::attribute::Attribute;
use entente_model::event::Event;
use entente_model::id::{ElementId, LabelId, Ref, SharingGroupId};
use entente_model::level::Distribution;
use entente_policy::Scope;
use std::ops::ControlFlow;
use uuid::Uuid;

/// Columns of an attribute row, in the order that [`read`] expects, from a table alias `a`.
pub(crate) const COLUMNS: &str = "a.id, a.object_seq, a.kind, a.category, a.flags, a.distribution, a.sharing_group_id, \
    a.label, a.timestamp, a.first_seen, a.last_seen, a.uuid, a.value1, a.value2, a.comment, a.relation";

const TO_IDS: i64 = 1;
const DELETED: i64 = 2;
const DISABLE_CORRELATION: i64 = 4;

pub(crate) fn read(row: &Row<'_>) -> Result<Attribute, DbError> {
    let id = ElementId(row.get_int(0)?);
    let flags = row.get_int(4)?;
    let object = match row.get_opt_int(1)? {
        Some(seq) => ElementId::new(id.event(), seq).ok_or_else(|| damaged(1, "a sequence number"))?,
        None => ElementId::NONE,
    };
    Ok(Attribute {
        id,
        uuid: row.get_uuid(11)?,
        object,
        relation: row.get_opt_string(15)?,
        kind: u16::try_from(row.get_int(2)?).map_err(|_| damaged(2, "an attribute type"))?,
        category: u8::try_from(row.get_int(3)?).map_err(|_| damaged(3, "a category"))?,
        value1: row.get_string(12)?,
        value2: row.get_opt_string(13)?,
        to_ids: flags & TO_IDS != 0,
        deleted: flags & DELETED != 0,
        disable_correlation: flags & DISABLE_CORRELATION != 0,
        distribution: row
            .get_opt_int(5)?
            .map_or(Some(Distribution::Inherit), Distribution::from_number)
            .ok_or_else(|| damaged(5, "a distribution"))?,
        sharing_group: SharingGroupId(row.get_opt_int(6)?.unwrap_or_default()),
        timestamp: row.get_int(8)?,
        first_seen: row.get_opt_int(9)?,
        last_seen: row.get_opt_int(10)?,
        comment: row.get_opt_string(14)?.unwrap_or_default(),
        label: row.get_opt_int(7)?.map(LabelId),
    })
}

fn flags(attribute: &Attribute) -> i64 {
    i64::from(attribute.to_ids) * TO_IDS
        + i64::from(attribute.deleted) * DELETED
        + i64::from(attribute.disable_correlation) * DISABLE_CORRELATION
}

fn object_seq(attribute: &Attribute) -> Option<i64> {
    (!attribute.object.is_none()).then(|| attribute.object.seq())
}

fn own_distribution(attribute: &Attribute) -> Option<i64> {
    (attribute.distribution != Distribution::Inherit).then(|| attribute.distribution.number())
}

fn own_group(attribute: &Attribute) -> Option<i64> {
    (!attribute.sharing_group.is_none()).then_some(attribute.sharing_group.0)
}

fn comment(attribute: &Attribute) -> Option<&str> {
    (!attribute.comment.is_empty()).then_some(attribute.comment.as_str())
}

/// The highest id, to tell how far a walk over all attributes has come.
///
/// # Errors
/// Of the database.
pub fn highest_id_unscoped(tx: &mut Tx<'_>) -> Result<ElementId, DbError> {
    let highest = tx.first("SELECT MAX(id) FROM attribute", params![], |row| {
        row.get_opt_int(0)
    })?;
    Ok(ElementId(highest.flatten().unwrap_or_default()))
}

/// Adds attributes with their postings, in bulk. Uuids must have been checked before.
///
/// # Errors
/// Of the database.
pub fn insert<'a>(
    tx: &mut Tx<'_>,
    poster: Poster<'_>,
    attributes: impl Iterator<Item = &'a Attribute>,
) -> Result<(), DbError> {
    let mut postings = Batch::default();
    let mut bulk = tx.bulk(
        "attribute",
        &[
            ("id", Type::Int),
            ("object_seq", Type::Int),
            ("kind", Type::Int),
            ("category", Type::Int),
            ("flags", Type::Int),
            ("distribution", Type::Int),
            ("sharing_group_id", Type::Int),
            ("label", Type::Int),
            ("timestamp", Type::Int),
            ("first_seen", Type::Int),
            ("last_seen", Type::Int),
            ("uuid", Type::Uuid),
            ("value1", Type::Text),
            ("value2", Type::Text),
            ("comment", Type::Text),
            ("relation", Type::Text),
        ],
    )?;
    for attribute in attributes {
        postings.attribute(poster, attribute);
        bulk.row(&[
            Value::Int(attribute.id.0),
            Value::from(object_seq(attribute)),
            Value::from(attribute.kind),
            Value::from(attribute.category),
            Value::Int(flags(attribute)),
            Value::from(own_distribution(attribute)),
            Value::from(own_group(attribute)),
            Value::from(attribute.label.map(|label| label.0)),
            Value::Int(attribute.timestamp),
            Value::from(attribute.first_seen),
            Value::from(attribute.last_seen),
            Value::Uuid(attribute.uuid),
            Value::Text(&attribute.value1),
            Value::from(&attribute.value2),
            Value::from(comment(attribute)),
            Value::from(&attribute.relation),
        ])?;
    }
    bulk.finish()?;
    postings.insert(tx)
}

/// Replaces every field of an attribute but its id and uuid, and keeps its postings right.
///
/// # Errors
/// Of the database.
pub fn update(
    tx: &mut Tx<'_>,
    poster: Poster<'_>,
    before: &Attribute,
    after: &Attribute,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE attribute SET object_seq = $2, kind = $3, category = $4, flags = $5, distribution = $6, \
         sharing_group_id = $7, label = $8, timestamp = $9, first_seen = $10, last_seen = $11, value1 = $12, \
         value2 = $13, comment = $14, relation = $15 WHERE id = $1",
        params![
            after.id.0,
            object_seq(after),
            after.kind,
            after.category,
            flags(after),
            own_distribution(after),
            own_group(after),
            after.label.map(|label| label.0),
            after.timestamp,
            after.first_seen,
            after.last_seen,
            &after.value1,
            &after.value2,
            comment(after),
            &after.relation
        ],
    )?;
    // The type says which part of the value is an address, a host name or a fuzzy hash.
    if (before.kind, &before.value1, &before.value2) != (after.kind, &after.value1, &after.value2) {
        posting::remove_value(tx, poster.hasher, before)?;
        posting::add_value(tx, poster, after)?;
    }
    posting::move_day(tx, after.id, before.timestamp, after.timestamp)
}

/// Removes an attribute with its tags, sightings, annotations, file link and postings.
///
/// # Errors
/// Of the database.
pub fn delete(tx: &mut Tx<'_>, hasher: &ValueHasher, attribute: &Attribute) -> Result<(), DbError> {
    crate::analyst::delete_of(tx, ObjectType::Attribute, attribute.uuid)?;
    posting::remove_value(tx, hasher, attribute)?;
    posting::remove_uuid(tx, attribute.uuid, attribute.id)?;
    tx.execute(
        "DELETE FROM time_ix WHERE day = $1 AND id = $2",
        params![
            entente_model::time::Day::of(attribute.timestamp).0,
            attribute.id.0
        ],
    )?;
    for sql in [
        "DELETE FROM sighting WHERE attribute_id = $1",
        "DELETE FROM attribute_tag WHERE attribute_id = $1",
        "DELETE FROM attachment WHERE element_id = $1",
        "DELETE FROM attribute WHERE id = $1",
    ] {
        tx.execute(sql, params![attribute.id.0])?;
    }
    Ok(())
}

/// An attribute by id or uuid, whoever asks.
///
/// # Errors
/// Of the database.
pub fn find_unscoped(tx: &mut Tx<'_>, attribute: Ref) -> Result<Option<Attribute>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM attribute a WHERE a.id = $1");
    match attribute {
        Ref::Id(id) => tx.first(&sql, params![id], read),
        Ref::Uuid(uuid) => {
            for id in posting::candidates(tx, uuid, Kind::Attribute)? {
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

/// An attribute by id or uuid together with its event, if the scope sees both.
///
/// # Errors
/// Of the database.
pub fn find(tx: &mut Tx<'_>, scope: &Scope, attribute: Ref) -> Result<Option<(Attribute, Event)>, DbError> {
    let Some(found) = find_unscoped(tx, attribute)? else {
        return Ok(None);
    };
    let Some(event) = crate::event::find(tx, scope, Ref::Id(found.event().0))? else {
        return Ok(None);
    };
    let visible = crate::visibility::sees(scope, found.label.unwrap_or(event.label));
    Ok(visible.then_some((found, event)))
}

/// Attributes with these uuids, whoever asks.
///
/// # Errors
/// Of the database.
pub fn by_uuids_unscoped(tx: &mut Tx<'_>, uuids: &[Uuid]) -> Result<Vec<Attribute>, DbError> {
    let wanted: std::collections::HashSet<Uuid> = uuids.iter().copied().collect();
    let ids = posting::candidates_of_many(tx, uuids, Kind::Attribute)?;
    let sql = format!("SELECT {COLUMNS} FROM attribute a WHERE a.id = ANY($1)");
    let mut found = crate::many::rows(tx, &sql, &ids, read)?;
    found.retain(|attribute| wanted.contains(&attribute.uuid));
    Ok(found)
}

/// Attributes with these ids that the scope sees, by id.
///
/// # Errors
/// Of the database.
pub fn by_ids(tx: &mut Tx<'_>, scope: &Scope, ids: &[i64]) -> Result<Vec<Attribute>, DbError> {
    let sql = format!(
        "SELECT {COLUMNS}, e.label FROM attribute a JOIN event e ON e.no = (a.id >> 24) \
         WHERE a.id = ANY($1) ORDER BY a.id"
    );
    let rows = crate::many::rows(tx, &sql, ids, |row| Ok((read(row)?, LabelId(row.get_int(16)?))))?;
    Ok(crate::many::seen(scope, rows, |attribute| attribute.label))
}

/// Attributes one half of which is this value, ignoring case, that the scope sees, by id.
///
/// # Errors
/// Of the database.
pub fn with_value(
    tx: &mut Tx<'_>,
    scope: &Scope,
    hasher: &ValueHasher,
    value: &str,
) -> Result<Vec<Attribute>, DbError> {
    let rows = tx.all(
        &format!(
            "SELECT {COLUMNS}, e.label FROM value_ix v JOIN attribute a ON a.id = v.id \
             JOIN event e ON e.no = (a.id >> 24) WHERE v.h = $1 ORDER BY a.id"
        ),
        params![hasher.hash(value)],
        |row| Ok::<_, DbError>((read(row)?, LabelId(row.get_int(16)?))),
    )?;
    let wanted = entente_indicator::fold(value);
    let is = |half: &str| entente_indicator::fold(half) == wanted;
    let mut found = crate::many::seen(scope, rows, |attribute| attribute.label);
    found.retain(|attribute| is(&attribute.value1) || attribute.value2.as_deref().is_some_and(is));
    Ok(found)
}

/// Which attributes of an event to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Those outside objects.
    Outside,
    /// Members of any object, grouped by object.
    Members,
    /// All, by id.
    All,
}

/// Reads the attributes of an event that the scope sees, in order, and hands them to `f`. Attributes
/// outside objects and `All` come by id, members by object and then id. Nothing is collected.
///
/// # Errors
/// Of the database or of `f`.
pub fn each_of_event<E: From<DbError>>(
    tx: &mut Tx<'_>,
    scope: &Scope,
    event: &Event,
    part: Part,
    mut f: impl FnMut(Attribute) -> Result<(), E>,
) -> Result<(), E> {
    let (low, high) = event.id.element_range();
    let tail = match part {
        Part::Outside => "AND a.object_seq IS NULL ORDER BY a.id",
        Part::Members => "AND a.object_seq IS NOT NULL ORDER BY a.object_seq, a.id",
        Part::All => "ORDER BY a.id",
    };
    tx.for_each(
        &format!("SELECT {COLUMNS} FROM attribute a WHERE a.id BETWEEN $1 AND $2 {tail}"),
        params![low, high],
        |row| {
            let attribute = read(row)?;
            if crate::visibility::sees(scope, attribute.label.unwrap_or(event.label)) {
                f(attribute)?;
            }
            Ok(ControlFlow::Continue(()))
        },
    )
}

/// A page of the attributes of an event that the scope sees, by id, starting after `after`.
///
/// # Errors
/// Of the database.
pub fn page_of_event(
    tx: &mut Tx<'_>,
    scope: &Scope,
    event: &Event,
    part: Part,
    after: ElementId,
    limit: usize,
) -> Result<Vec<Attribute>, DbError> {
    let (_, high) = event.id.element_range();
    let part = match part {
        Part::Outside => "AND a.object_seq IS NULL",
        Part::Members => "AND a.object_seq IS NOT NULL",
        Part::All => "",
    };
    let mut page = Vec::with_capacity(limit.min(4_096));
    tx.for_each(
        &format!("SELECT {COLUMNS} FROM attribute a WHERE a.id > $1 AND a.id <= $2 {part} ORDER BY a.id"),
        params![after.0.max(event.id.element_range().0), high],
        |row| -> Result<_, DbError> {
            let attribute = read(row)?;
            if crate::visibility::sees(scope, attribute.label.unwrap_or(event.label)) {
                page.push(attribute);
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

/// The attributes of one object that the scope sees, by id.
///
/// # Errors
/// Of the database.
pub fn of_objects(
    tx: &mut Tx<'_>,
    scope: &Scope,
    event: &Event,
    first_object: ElementId,
    last_object: ElementId,
) -> Result<Vec<Attribute>, DbError> {
    let (low, high) = event.id.element_range();
    let rows = tx.all(
        &format!(
            "SELECT {COLUMNS} FROM attribute a WHERE a.id BETWEEN $1 AND $2 AND a.object_seq BETWEEN $3 AND $4 \
             ORDER BY a.object_seq, a.id"
        ),
        params![low, high, first_object.seq(), last_object.seq()],
        read,
    )?;
    Ok(rows
        .into_iter()
        .filter(|a| crate::visibility::sees(scope, a.label.unwrap_or(event.label)))
        .collect())
}

/// A live attribute outside objects with this type, category and value, if the scope sees one in the event. A
/// hidden one is not there for the writer, who would learn its value by trying. spec: 01#9.8, 10#1.9
///
/// # Errors
/// Of the database.
pub fn similar(
    tx: &mut Tx<'_>,
    scope: &Scope,
    hasher: &ValueHasher,
    event: &Event,
    wanted: &Attribute,
) -> Result<Option<Attribute>, DbError> {
    let (low, high) = event.id.element_range();
    let candidates = tx.all(
        &format!(
            "SELECT {COLUMNS} FROM value_ix v JOIN attribute a ON a.id = v.id \
             WHERE v.h = $1 AND v.id BETWEEN $2 AND $3 AND a.kind = $4 AND a.category = $5 \
             AND a.object_seq IS NULL AND a.flags % 4 < 2 ORDER BY a.id"
        ),
        params![
            hasher.hash(if wanted.value1.is_empty() {
                wanted.value2.as_deref().unwrap_or("")
            } else {
                &wanted.value1
            }),
            low,
            high,
            wanted.kind,
            wanted.category
        ],
        read,
    )?;
    let same = |a: &str, b: &str| entente_indicator::fold(a) == entente_indicator::fold(b);
    Ok(candidates
        .into_iter()
        .filter(|found| crate::visibility::sees(scope, found.label.unwrap_or(event.label)))
        .find(|found| same(&found.value(), &wanted.value())))
}

/// All members of an object, by id, whoever asks.
///
/// # Errors
/// Of the database.
pub fn members_of_object_unscoped(tx: &mut Tx<'_>, object: ElementId) -> Result<Vec<Attribute>, DbError> {
    let (low, high) = object.event().element_range();
    tx.all(
        &format!("SELECT {COLUMNS} FROM attribute a WHERE a.id BETWEEN $1 AND $2 AND a.object_seq = $3 ORDER BY a.id"),
        params![low, high, object.seq()],
        read,
    )
}

/// Closes the open proposals on an attribute.
///
/// # Errors
/// Of the database.
pub fn discard_proposals_unscoped(tx: &mut Tx<'_>, attribute: ElementId) -> Result<(), DbError> {
    tx.execute(
        "UPDATE proposal SET deleted = TRUE WHERE old_id = $1",
        params![attribute.0],
    )?;
    Ok(())
}

/// Whether attributes of this type are written with two halves.
#[must_use]
pub fn is_composite(kind: u16) -> bool {
    AttributeType::from_id(kind).is_some_and(AttributeType::is_composite)
}
