//! Events without their content.
use crate::damaged;
use entente_db::{DbError, Row, Tx, params};
use entente_model::event::Event;
use entente_model::id::{EventId, LabelId, OrgId, Ref, SharingGroupId, UserId};
use entente_model::level::{Analysis, Distribution, ThreatLevel};
use entente_model::time::Day;
use entente_policy::Scope;
use uuid::Uuid;

/// Columns of an event row, in the order that [`read`] expects, from a table alias `e`.
pub(crate) const COLUMNS: &str = "e.no, e.uuid, e.org_id, e.orgc_id, e.user_id, e.day, e.info, e.published, e.analysis, \
    e.threat_level, e.distribution, e.sharing_group_id, e.timestamp, e.publish_timestamp, e.sighting_timestamp, \
    e.attribute_count, e.proposal_email_lock, e.locked, e.disable_correlation, e.extends, e.protected, e.label, e.next_seq";

pub(crate) fn read(row: &Row<'_>) -> Result<Event, DbError> {
    Ok(Event {
        id: EventId(row.get_int(0)?),
        uuid: row.get_uuid(1)?,
        org: OrgId(row.get_int(2)?),
        orgc: OrgId(row.get_int(3)?),
        user: UserId(row.get_int(4)?),
        date: Day(row.get_int(5)?),
        info: row.get_string(6)?,
        published: row.get_bool(7)?,
        analysis: Analysis::from_number(row.get_int(8)?).ok_or_else(|| damaged(8, "an analysis state"))?,
        threat_level: ThreatLevel::from_number(row.get_int(9)?)
            .ok_or_else(|| damaged(9, "a threat level"))?,
        distribution: Distribution::from_number(row.get_int(10)?)
            .ok_or_else(|| damaged(10, "a distribution"))?,
        sharing_group: SharingGroupId(row.get_int(11)?),
        timestamp: row.get_int(12)?,
        publish_timestamp: row.get_int(13)?,
        sighting_timestamp: row.get_int(14)?,
        attribute_count: row.get_int(15)?,
        proposal_email_lock: row.get_bool(16)?,
        locked: row.get_bool(17)?,
        disable_correlation: row.get_bool(18)?,
        extends: row.get_opt_uuid(19)?,
        protected: row.get_opt_bool(20)?,
        label: LabelId(row.get_int(21)?),
        next_seq: row.get_int(22)?,
    })
}

/// An event by id or uuid, if the scope sees it.
///
/// # Errors
/// Of the database.
pub fn find(tx: &mut Tx<'_>, scope: &Scope, event: Ref) -> Result<Option<Event>, DbError> {
    Ok(find_unscoped(tx, event)?.filter(|event| crate::visibility::sees(scope, event.label)))
}

/// An event by id or uuid, whoever asks.
///
/// # Errors
/// Of the database.
pub fn find_unscoped(tx: &mut Tx<'_>, event: Ref) -> Result<Option<Event>, DbError> {
    match event {
        Ref::Id(id) => tx.first(
            &format!("SELECT {COLUMNS} FROM event e WHERE e.no = $1"),
            params![id],
            read,
        ),
        Ref::Uuid(uuid) => tx.first(
            &format!("SELECT {COLUMNS} FROM event e WHERE e.uuid = $1"),
            params![uuid],
            read,
        ),
    }
}

/// The number of an event by uuid, whoever asks.
///
/// # Errors
/// Of the database.
pub fn id_by_uuid_unscoped(tx: &mut Tx<'_>, uuid: Uuid) -> Result<Option<EventId>, DbError> {
    tx.first("SELECT no FROM event WHERE uuid = $1", params![uuid], |row| {
        row.get_int(0).map(EventId)
    })
}

/// Events with these numbers that the scope sees, in ascending order.
///
/// # Errors
/// Of the database.
pub fn by_ids(tx: &mut Tx<'_>, scope: &Scope, ids: &[i64]) -> Result<Vec<Event>, DbError> {
    let rows = tx.all(
        &format!("SELECT {COLUMNS} FROM event e WHERE e.no = ANY($1) ORDER BY e.no"),
        params![ids],
        read,
    )?;
    Ok(rows
        .into_iter()
        .filter(|event| crate::visibility::sees(scope, event.label))
        .collect())
}

/// Events that extend this one and that the scope sees, in ascending order.
///
/// # Errors
/// Of the database.
pub fn extending(tx: &mut Tx<'_>, scope: &Scope, uuid: Uuid) -> Result<Vec<Event>, DbError> {
    let rows = tx.all(
        &format!("SELECT {COLUMNS} FROM event e WHERE e.extends = $1 ORDER BY e.no"),
        params![uuid],
        read,
    )?;
    Ok(rows
        .into_iter()
        .filter(|event| crate::visibility::sees(scope, event.label))
        .collect())
}

/// Takes the next event number.
///
/// # Errors
/// Of the database.
pub fn next_id(tx: &mut Tx<'_>) -> Result<EventId, DbError> {
    tx.next_ids("event", 1).map(EventId)
}

/// Adds an event.
///
/// # Errors
/// `Unique` when the uuid exists.
pub fn insert(tx: &mut Tx<'_>, event: &Event) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO event (no, uuid, org_id, orgc_id, user_id, day, info, published, analysis, threat_level, \
         distribution, sharing_group_id, timestamp, publish_timestamp, sighting_timestamp, attribute_count, \
         proposal_email_lock, locked, disable_correlation, extends, protected, label, next_seq) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, \
         $22, $23)",
        params![
            event.id.0,
            event.uuid,
            event.org.0,
            event.orgc.0,
            event.user.0,
            event.date.0,
            &event.info,
            event.published,
            event.analysis.number(),
            event.threat_level.number(),
            event.distribution.number(),
            event.sharing_group.0,
            event.timestamp,
            event.publish_timestamp,
            event.sighting_timestamp,
            event.attribute_count,
            event.proposal_email_lock,
            event.locked,
            event.disable_correlation,
            event.extends,
            event.protected,
            event.label.0,
            event.next_seq
        ],
    )?;
    Ok(())
}

/// Replaces every field of an event but its number and uuid.
///
/// # Errors
/// Of the database.
pub fn update(tx: &mut Tx<'_>, event: &Event) -> Result<(), DbError> {
    tx.execute(
        "UPDATE event SET org_id = $2, orgc_id = $3, user_id = $4, day = $5, info = $6, published = $7, \
         analysis = $8, threat_level = $9, distribution = $10, sharing_group_id = $11, timestamp = $12, \
         publish_timestamp = $13, sighting_timestamp = $14, attribute_count = $15, proposal_email_lock = $16, \
         locked = $17, disable_correlation = $18, extends = $19, protected = $20, label = $21, next_seq = $22 \
         WHERE no = $1",
        params![
            event.id.0,
            event.org.0,
            event.orgc.0,
            event.user.0,
            event.date.0,
            &event.info,
            event.published,
            event.analysis.number(),
            event.threat_level.number(),
            event.distribution.number(),
            event.sharing_group.0,
            event.timestamp,
            event.publish_timestamp,
            event.sighting_timestamp,
            event.attribute_count,
            event.proposal_email_lock,
            event.locked,
            event.disable_correlation,
            event.extends,
            event.protected,
            event.label.0,
            event.next_seq
        ],
    )?;
    Ok(())
}

/// Locks an event's row for the rest of the transaction, so that two writers of one event take turns.
/// On the single-writer engine there is nothing to do.
///
/// # Errors
/// Of the database.
pub fn lock(tx: &mut Tx<'_>, event: EventId) -> Result<(), DbError> {
    if tx.engine() == entente_db::Engine::Postgres {
        tx.first(
            "SELECT no FROM event WHERE no = $1 FOR UPDATE",
            params![event.0],
            |row| row.get_int(0),
        )?;
    }
    Ok(())
}

/// Removes an event with everything in it. Blobs are swept apart, since others may share them.
///
/// # Errors
/// Of the database.
pub fn delete(tx: &mut Tx<'_>, event: &Event) -> Result<(), DbError> {
    let (low, high) = event.id.element_range();
    crate::analyst::delete_of_event(tx, event)?;
    for sql in [
        "DELETE FROM sighting WHERE attribute_id BETWEEN $1 AND $2",
        "DELETE FROM attribute_tag WHERE attribute_id BETWEEN $1 AND $2",
        "DELETE FROM attachment WHERE element_id BETWEEN $1 AND $2",
        "DELETE FROM attribute WHERE id BETWEEN $1 AND $2",
        "DELETE FROM object WHERE id BETWEEN $1 AND $2",
        "DELETE FROM object_reference WHERE id BETWEEN $1 AND $2",
        "DELETE FROM report_extraction WHERE report_id BETWEEN $1 AND $2",
        "DELETE FROM event_report WHERE id BETWEEN $1 AND $2",
        "DELETE FROM proposal WHERE id BETWEEN $1 AND $2",
    ] {
        tx.execute(sql, params![low, high])?;
    }
    // A collection that still named it would tell of it to readers who never saw it.
    tx.execute(
        "DELETE FROM collection_element WHERE element_uuid = $1",
        params![event.uuid],
    )?;
    for sql in [
        "DELETE FROM event_tag WHERE event_no = $1",
        "DELETE FROM event_own_label WHERE event_no = $1",
        "DELETE FROM event_delegation WHERE event_no = $1",
        "DELETE FROM event_graph WHERE event_no = $1",
        "DELETE FROM cryptographic_key WHERE event_no = $1",
        "DELETE FROM event WHERE no = $1",
    ] {
        tx.execute(sql, params![event.id.0])?;
    }
    Ok(())
}
