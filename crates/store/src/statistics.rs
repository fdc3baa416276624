//! Figures over all that a scope sees, one statement each. spec: 03#13.4, 10#1.9
//!
//! A count is a read: rows the scope does not see are in none of these figures.
pub mod window;

use entente_db::{DbError, Row, Tx, Value, params};
use entente_model::id::{EventId, OrgId};
use entente_model::time::{Day, Seconds};
use entente_policy::Scope;
use std::collections::HashMap;

/// The condition that rows are visible, and what to bind for it, numbered behind what is bound already.
fn visible<'s>(scope: &'s Scope, label: &str, values: &mut Vec<Value<'s>>) -> String {
    let (text, more) = crate::visibility::predicate(scope, label, values.len() + 1);
    values.extend(more);
    text
}

fn pair(row: &Row<'_>) -> Result<(i64, i64), DbError> {
    Ok((row.get_int(0)?, row.get_int(1)?))
}

/// Events, and those of them whose edit version is not older than `since`.
///
/// # Errors
/// Of the database.
pub fn events(tx: &mut Tx<'_>, scope: &Scope, since: Seconds) -> Result<(i64, i64), DbError> {
    let mut values = vec![Value::Int(since)];
    let seen = visible(scope, "e.label", &mut values);
    let sql =
        format!("SELECT COUNT(*), COUNT(CASE WHEN e.timestamp >= $1 THEN 1 END) FROM event e WHERE {seen}");
    Ok(tx.first(&sql, &values, pair)?.unwrap_or_default())
}

/// Live attributes of the events of each creator. Events in which everything is visible count by the number
/// that they keep; only in the others, which are few, attributes are counted one by one.
///
/// # Errors
/// Of the database.
pub fn attributes_by_creator(tx: &mut Tx<'_>, scope: &Scope) -> Result<HashMap<OrgId, i64>, DbError> {
    let mut counts: HashMap<OrgId, i64> = HashMap::new();
    let mut values = Vec::new();
    let of_event = visible(scope, "e.label", &mut values);
    let of_own = visible(scope, "l.label", &mut values);
    let hides =
        format!("EXISTS (SELECT 1 FROM event_own_label l WHERE l.event_no = e.no AND NOT ({of_own}))");
    let kept = format!(
        "SELECT e.orgc_id, CAST(SUM(e.attribute_count) AS BIGINT) FROM event e \
         WHERE {of_event} AND NOT {hides} GROUP BY e.orgc_id"
    );
    let mut rows = tx.all(&kept, &values, pair)?;
    let of_attribute = visible(scope, "COALESCE(a.label, e.label)", &mut values);
    let counted = format!(
        "SELECT e.orgc_id, COUNT(*) FROM event e CROSS JOIN attribute a WHERE {of_event} AND {hides} \
         AND a.id >= e.no * 16777216 AND a.id < (e.no + 1) * 16777216 AND a.flags % 4 < 2 AND {of_attribute} \
         GROUP BY e.orgc_id"
    );
    rows.extend(tx.all::<_, DbError>(&counted, &values, pair)?);
    for (org, count) in rows {
        *counts.entry(OrgId(org)).or_default() += count;
    }
    Ok(counts)
}

/// Live attributes whose edit version is not older than `since`.
///
/// # Errors
/// Of the database.
pub fn attributes_since(tx: &mut Tx<'_>, scope: &Scope, since: Seconds) -> Result<i64, DbError> {
    let mut values = vec![Value::Int(Day::of(since).0), Value::Int(since)];
    let of_event = visible(scope, "e.label", &mut values);
    let of_attribute = visible(scope, "COALESCE(a.label, e.label)", &mut values);
    let sql = format!(
        "SELECT COUNT(*) FROM time_ix t CROSS JOIN attribute a CROSS JOIN event e WHERE t.day >= $1 AND a.id = t.id \
         AND e.no = (t.id >> 24) AND a.timestamp >= $2 AND a.flags % 4 < 2 AND {of_event} AND {of_attribute}"
    );
    Ok(tx.first(&sql, &values, |row| row.get_int(0))?.unwrap_or_default())
}

/// Open proposals.
///
/// # Errors
/// Of the database.
pub fn proposals(tx: &mut Tx<'_>, scope: &Scope) -> Result<i64, DbError> {
    let mut values = Vec::new();
    let of_event = visible(scope, "e.label", &mut values);
    let of_attribute = visible(scope, "COALESCE(a.label, e.label)", &mut values);
    let sql = format!(
        "SELECT COUNT(*) FROM proposal p JOIN event e ON e.no = (p.id >> 24) \
         LEFT JOIN attribute a ON a.id = p.old_id WHERE NOT p.deleted AND {of_event} \
         AND (p.old_id = 0 OR (a.id IS NOT NULL AND {of_attribute}))"
    );
    Ok(tx.first(&sql, &values, |row| row.get_int(0))?.unwrap_or_default())
}

/// Events of each creator.
///
/// # Errors
/// Of the database.
pub fn events_by_creator(tx: &mut Tx<'_>, scope: &Scope) -> Result<HashMap<OrgId, i64>, DbError> {
    let mut values = Vec::new();
    let seen = visible(scope, "e.label", &mut values);
    let sql = format!("SELECT e.orgc_id, COUNT(*) FROM event e WHERE {seen} GROUP BY e.orgc_id");
    let rows = tx.all(&sql, &values, pair)?;
    Ok(rows.into_iter().map(|(org, count)| (OrgId(org), count)).collect())
}

/// Events of each creator by the day they are about, from a day on.
///
/// # Errors
/// Of the database.
pub fn events_by_creator_and_day(
    tx: &mut Tx<'_>,
    scope: &Scope,
    from: Day,
) -> Result<Vec<(OrgId, Day, i64)>, DbError> {
    let mut values = vec![Value::Int(from.0)];
    let seen = visible(scope, "e.label", &mut values);
    let sql = format!(
        "SELECT e.orgc_id, e.day, COUNT(*) FROM event e WHERE e.day >= $1 AND {seen} GROUP BY e.orgc_id, e.day"
    );
    tx.all(&sql, &values, |row| {
        Ok((OrgId(row.get_int(0)?), Day(row.get_int(1)?), row.get_int(2)?))
    })
}

/// Live attributes of each type in the events of each creator: `(creator, type, how many)`.
///
/// # Errors
/// Of the database.
pub fn kinds_by_creator(tx: &mut Tx<'_>, scope: &Scope) -> Result<Vec<(OrgId, i64, i64)>, DbError> {
    let mut values = Vec::new();
    let of_event = visible(scope, "e.label", &mut values);
    let of_attribute = visible(scope, "COALESCE(a.label, e.label)", &mut values);
    let sql = format!(
        "SELECT e.orgc_id, a.kind, COUNT(*) FROM event e CROSS JOIN attribute a WHERE {of_event} \
         AND a.id >= e.no * 16777216 AND a.id < (e.no + 1) * 16777216 AND a.flags % 4 < 2 AND {of_attribute} \
         GROUP BY e.orgc_id, a.kind"
    );
    tx.all(&sql, &values, |row| {
        Ok((OrgId(row.get_int(0)?), row.get_int(1)?, row.get_int(2)?))
    })
}

/// Sightings by an organisation of live attributes: `(source, event, how many)`.
///
/// # Errors
/// Of the database.
pub fn sightings_of(
    tx: &mut Tx<'_>,
    scope: &Scope,
    org: OrgId,
) -> Result<Vec<(String, EventId, i64)>, DbError> {
    let mut values = vec![Value::Int(org.0)];
    let of_event = visible(scope, "e.label", &mut values);
    let of_attribute = visible(scope, "COALESCE(a.label, e.label)", &mut values);
    let sql = format!(
        "SELECT s.source, e.no, COUNT(*) FROM sighting s JOIN attribute a ON a.id = s.attribute_id \
         JOIN event e ON e.no = (s.attribute_id >> 24) WHERE s.org_id = $1 AND a.flags % 4 < 2 \
         AND {of_event} AND {of_attribute} GROUP BY s.source, e.no ORDER BY s.source, e.no"
    );
    tx.all(&sql, &values, |row| {
        Ok((row.get_string(0)?, EventId(row.get_int(1)?), row.get_int(2)?))
    })
}

/// Accounts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Accounts {
    /// All.
    pub total: i64,
    /// With an OpenPGP key.
    pub with_key: i64,
    /// Made since the month began.
    pub month: i64,
    /// Made since the year began.
    pub year: i64,
}

/// Counts accounts; `month` and `year` are when those began.
///
/// # Errors
/// Of the database.
pub fn accounts(tx: &mut Tx<'_>, month: Seconds, year: Seconds) -> Result<Accounts, DbError> {
    let counts = tx.first(
        "SELECT COUNT(*), COUNT(CASE WHEN gpgkey <> '' THEN 1 END), COUNT(CASE WHEN created >= $1 THEN 1 END), \
         COUNT(CASE WHEN created >= $2 THEN 1 END) FROM account",
        params![month, year],
        |row| {
            Ok::<_, DbError>(Accounts {
                total: row.get_int(0)?,
                with_key: row.get_int(1)?,
                month: row.get_int(2)?,
                year: row.get_int(3)?,
            })
        },
    )?;
    Ok(counts.unwrap_or_default())
}
