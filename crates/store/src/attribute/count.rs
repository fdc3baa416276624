//! How many attributes events have.
use entente_db::{DbError, Tx, Value, params};
use entente_model::id::EventId;
use entente_policy::Scope;
use std::collections::HashMap;

/// Live attributes of an event, those in objects included, whoever asks: the number that the event keeps.
///
/// # Errors
/// Of the database.
pub fn count_live_unscoped(tx: &mut Tx<'_>, event: EventId) -> Result<i64, DbError> {
    let (low, high) = event.element_range();
    Ok(tx
        .first(
            "SELECT COUNT(*) FROM attribute a WHERE a.id BETWEEN $1 AND $2 AND a.flags % 4 < 2",
            params![low, high],
            |row| row.get_int(0),
        )?
        .unwrap_or_default())
}

/// Of these events, which the caller has seen, those in which the scope may not see everything: how many live
/// attributes it sees in each. In all others the number that the event keeps is right for this reader.
///
/// # Errors
/// Of the database.
pub fn hidden_counts(
    tx: &mut Tx<'_>,
    scope: &Scope,
    events: &[i64],
) -> Result<HashMap<EventId, i64>, DbError> {
    let mut values = vec![Value::Ints(events)];
    let (of_own, more) = crate::visibility::predicate(scope, "l.label", 2);
    values.extend(more);
    let hiding = format!(
        "SELECT DISTINCT l.event_no FROM event_own_label l WHERE l.event_no = ANY($1) AND NOT ({of_own})"
    );
    let hiding: Vec<i64> = tx.all::<_, DbError>(&hiding, &values, |row| row.get_int(0))?;
    if hiding.is_empty() {
        return Ok(HashMap::new());
    }
    let mut values = vec![Value::Ints(&hiding)];
    let (of_attribute, more) = crate::visibility::predicate(scope, "COALESCE(a.label, e.label)", 2);
    values.extend(more);
    let sql = format!(
        "SELECT e.no, COUNT(a.id) FROM event e LEFT JOIN attribute a ON a.id >= e.no * 16777216 \
         AND a.id < (e.no + 1) * 16777216 AND a.flags % 4 < 2 AND {of_attribute} WHERE e.no = ANY($1) GROUP BY e.no"
    );
    let rows = tx.all::<_, DbError>(&sql, &values, |row| {
        Ok((EventId(row.get_int(0)?), row.get_int(1)?))
    })?;
    Ok(rows.into_iter().collect())
}
