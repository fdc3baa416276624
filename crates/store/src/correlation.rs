//! Attributes that may share a value, found through the value postings. spec: 05#1, 13#8.2
//!
//! No pairs are stored: a correlation is two rows with the same posting, so it is found when somebody
//! looks, and only among what that reader sees. How many rows share a value is counted over visible rows
//! alone; otherwise a reader could tell from a missing correlation what others keep. spec: 10#1.9
use crate::damaged;
use entente_db::{DbError, Tx, Value, params};
use entente_model::id::{ElementId, EventId};
use entente_policy::Scope;
use std::collections::HashSet;
use std::ops::ControlFlow;

/// Hashes looked up by one statement.
const CHUNK: usize = 20_000;
/// Rows that one statement may find; with more, its hashes are looked up in smaller parts.
const MOST_ROWS: usize = 20_000;

/// A live, visible attribute whose correlation is not switched off and whose value has a posting that was
/// asked for. Which half it is, and whether it is really equal, is for the engine to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The posting.
    pub hash: i64,
    /// The attribute.
    pub id: ElementId,
    /// Type id.
    pub kind: u16,
    /// First half.
    pub value1: String,
    /// Second half.
    pub value2: Option<String>,
}

/// The candidates of some hashes, sorted and each given once, that the scope sees, none of them in the event `outside`. A hash that
/// alone leads to more than 20,000 rows is passed over: such a value relates everything with everything.
///
/// # Errors
/// Of the database.
pub fn candidates(
    tx: &mut Tx<'_>,
    scope: &Scope,
    hashes: &[i64],
    outside: Option<EventId>,
) -> Result<Vec<Candidate>, DbError> {
    let mut found = Vec::new();
    let mut parts: Vec<&[i64]> = hashes.chunks(CHUNK).collect();
    while let Some(part) = parts.pop() {
        match of_part(tx, scope, part, outside)? {
            Some(rows) => found.extend(rows),
            None if part.len() > 1 => {
                let (left, right) = part.split_at(part.len() / 2);
                parts.extend([left, right]);
            }
            None => {}
        }
    }
    Ok(found)
}

/// `None` when there are too many.
fn of_part(
    tx: &mut Tx<'_>,
    scope: &Scope,
    hashes: &[i64],
    outside: Option<EventId>,
) -> Result<Option<Vec<Candidate>>, DbError> {
    // Without an event to leave out, the range is one that no id lies in.
    let (low, high) = outside.map_or((0, -1), EventId::element_range);
    let limit = i64::try_from(MOST_ROWS).unwrap_or(i64::MAX).saturating_add(1);
    let mut values = vec![
        Value::Ints(hashes),
        Value::Int(low),
        Value::Int(high),
        Value::Int(limit),
    ];
    let (of_event, more) = crate::visibility::predicate(scope, "e.label", values.len() + 1);
    values.extend(more);
    let (of_attribute, more) =
        crate::visibility::predicate(scope, "COALESCE(a.label, e.label)", values.len() + 1);
    values.extend(more);
    let sql = format!(
        "SELECT v.h, a.id, a.kind, a.value1, a.value2 FROM @each_int($1)@ w \
         CROSS JOIN value_ix v CROSS JOIN attribute a CROSS JOIN event e WHERE v.h = w.value AND (v.id < $2 OR v.id > $3) AND a.id = v.id AND e.no = (v.id >> 24) \
         AND a.flags % 8 < 2 AND NOT e.disable_correlation AND {of_event} AND {of_attribute} LIMIT $4"
    );
    let mut rows = Vec::new();
    tx.for_each(&sql, &values, |row| {
        rows.push(Candidate {
            hash: row.get_int(0)?,
            id: ElementId(row.get_int(1)?),
            kind: u16::try_from(row.get_int(2)?).map_err(|_| damaged(2, "an attribute type"))?,
            value1: row.get_string(3)?,
            value2: row.get_opt_string(4)?,
        });
        Ok::<_, DbError>(ControlFlow::Continue(()))
    })?;
    Ok((rows.len() <= MOST_ROWS).then_some(rows))
}

/// Those of some events whose correlation is switched off. The caller has read them through its scope.
///
/// # Errors
/// Of the database.
pub fn switched_off_unscoped(tx: &mut Tx<'_>, events: &[i64]) -> Result<HashSet<EventId>, DbError> {
    let found: Vec<EventId> = tx.all(
        "SELECT no FROM event WHERE no = ANY($1) AND disable_correlation",
        params![events],
        |row| row.get_int(0).map(EventId),
    )?;
    Ok(found.into_iter().collect())
}
