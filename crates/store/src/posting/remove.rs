//! Taking postings away with what they lead to.
use super::{Poster, addresses, runs};
use crate::hash::{ValueHasher, of_uuid};
use entente_db::{DbError, Tx, params};
use entente_model::attribute::Attribute;
use entente_model::id::{ElementId, EventId};
use entente_model::time::Day;
use uuid::Uuid;

/// Removes the value postings of an attribute, before its value changes or its row goes.
///
/// # Errors
/// Of the database.
pub fn remove_value(tx: &mut Tx<'_>, hasher: &ValueHasher, attribute: &Attribute) -> Result<(), DbError> {
    let mut values = Vec::new();
    // Whether they are posted below their domains now says nothing about when they were.
    let poster = Poster {
        hasher,
        subdomains: true,
    };
    poster.each_value(attribute, |hash| values.push(hash));
    for hash in values {
        tx.execute(
            "DELETE FROM value_ix WHERE h = $1 AND id = $2",
            params![hash, attribute.id.0],
        )?;
    }
    for run in runs(attribute) {
        tx.execute(
            "DELETE FROM fuzzy_ix WHERE run = $1 AND id = $2",
            params![run, attribute.id.0],
        )?;
    }
    if let Some(range) = addresses(attribute) {
        tx.execute(
            "DELETE FROM ip_ix WHERE lo = $1 AND len = $2 AND id = $3",
            params![&range.lo, i64::from(range.prefix), attribute.id.0],
        )?;
    }
    Ok(())
}

/// Removes a uuid posting.
///
/// # Errors
/// Of the database.
pub fn remove_uuid(tx: &mut Tx<'_>, uuid: Uuid, id: ElementId) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM uuid_ix WHERE h = $1 AND id = $2",
        params![of_uuid(uuid), id.0],
    )?;
    Ok(())
}

/// Moves an element's time posting to the day of its new edit version.
///
/// # Errors
/// Of the database.
pub fn move_day(tx: &mut Tx<'_>, id: ElementId, from: i64, to: i64) -> Result<(), DbError> {
    let (from, to) = (Day::of(from).0, Day::of(to).0);
    if from != to {
        tx.execute(
            "DELETE FROM time_ix WHERE day = $1 AND id = $2",
            params![from, id.0],
        )?;
        tx.execute(
            "INSERT INTO time_ix (day, id) VALUES ($1, $2) ON CONFLICT (day, id) DO NOTHING",
            params![to, id.0],
        )?;
    }
    Ok(())
}

/// Removes the postings of everything in an event, before its rows go.
///
/// # Errors
/// Of the database.
pub fn remove_event(tx: &mut Tx<'_>, hasher: &ValueHasher, event: EventId) -> Result<(), DbError> {
    let (low, high) = event.element_range();
    let mut after = low;
    loop {
        let rows = tx.all(
            &format!(
                "SELECT {} FROM attribute a WHERE a.id > $1 AND a.id <= $2 ORDER BY a.id LIMIT 5000",
                crate::attribute::COLUMNS
            ),
            params![after, high],
            crate::attribute::read,
        )?;
        let Some(last) = rows.last() else { break };
        after = last.id.0;
        for row in &rows {
            remove_value(tx, hasher, row)?;
            remove_uuid(tx, row.uuid, row.id)?;
            tx.execute(
                "DELETE FROM time_ix WHERE day = $1 AND id = $2",
                params![Day::of(row.timestamp).0, row.id.0],
            )?;
        }
    }
    for sql in [
        "SELECT uuid, id FROM object WHERE id BETWEEN $1 AND $2",
        "SELECT uuid, id FROM object_reference WHERE id BETWEEN $1 AND $2",
        "SELECT uuid, id FROM event_report WHERE id BETWEEN $1 AND $2",
        "SELECT uuid, id FROM proposal WHERE id BETWEEN $1 AND $2",
    ] {
        let rows: Vec<(Uuid, i64)> = tx.all::<_, DbError>(sql, params![low, high], |row| {
            Ok((row.get_uuid(0)?, row.get_int(1)?))
        })?;
        for (uuid, id) in rows {
            remove_uuid(tx, uuid, ElementId(id))?;
        }
    }
    Ok(())
}
