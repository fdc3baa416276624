//! Interned policy labels: one row per distinct set of facts. spec: 10#1.9
use entente_db::{DbError, Tx, params};
use entente_model::id::{EventId, LabelId};

/// A stored label: its id, digest and facts as canonical JSON.
pub struct LabelRow {
    /// Row id; labels are only ever added.
    pub id: LabelId,
    /// Canonical JSON of the facts.
    pub facts: String,
}

/// The ids of labels above `after`, ascending.
///
/// # Errors
/// Of the database.
pub fn ids_since(tx: &mut Tx<'_>, after: LabelId) -> Result<Vec<LabelId>, DbError> {
    tx.all(
        "SELECT id FROM policy_label WHERE id > $1 ORDER BY id",
        params![after.0],
        |row| row.get_int(0).map(LabelId),
    )
}

/// These labels, as far as they exist.
///
/// # Errors
/// Of the database.
pub fn by_ids(tx: &mut Tx<'_>, ids: &[i64]) -> Result<Vec<LabelRow>, DbError> {
    tx.all(
        "SELECT id, facts FROM policy_label WHERE id = ANY($1)",
        params![ids],
        |row| {
            Ok(LabelRow {
                id: LabelId(row.get_int(0)?),
                facts: row.get_string(1)?,
            })
        },
    )
}

/// The id of a label with these facts, added when it is new.
///
/// # Errors
/// Of the database.
pub fn intern(tx: &mut Tx<'_>, digest: &[u8; 32], facts: &str) -> Result<LabelId, DbError> {
    const FIND: &str = "SELECT id FROM policy_label WHERE digest = $1";
    if let Some(id) = tx.first(FIND, params![digest], |row| row.get_int(0))? {
        return Ok(LabelId(id));
    }
    let id = tx.next_ids("policy_label", 1)?;
    tx.execute(
        "INSERT INTO policy_label (id, digest, facts) VALUES ($1, $2, $3) ON CONFLICT (digest) DO NOTHING",
        params![id, digest, facts],
    )?;
    tx.first(FIND, params![digest], |row| row.get_int(0))?
        .map(LabelId)
        .ok_or_else(|| crate::damaged(0, "a label"))
}

/// Own labels in use inside an event.
///
/// # Errors
/// Of the database.
pub fn own_of_event(tx: &mut Tx<'_>, event: EventId) -> Result<Vec<LabelId>, DbError> {
    tx.all(
        "SELECT label FROM event_own_label WHERE event_no = $1",
        params![event.0],
        |row| row.get_int(0).map(LabelId),
    )
}

/// Remembers that an element of an event carries an own label.
///
/// # Errors
/// Of the database.
pub fn note_own(tx: &mut Tx<'_>, event: EventId, label: LabelId) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO event_own_label (event_no, label) VALUES ($1, $2) ON CONFLICT (event_no, label) DO NOTHING",
        params![event.0, label.0],
    )?;
    Ok(())
}

/// Moves every element of an event from one own label to another.
///
/// # Errors
/// Of the database.
pub fn move_own(tx: &mut Tx<'_>, event: EventId, from: LabelId, to: Option<LabelId>) -> Result<(), DbError> {
    let (low, high) = event.element_range();
    let to_value = to.map(|label| label.0);
    for sql in [
        "UPDATE attribute SET label = $1 WHERE id BETWEEN $2 AND $3 AND label = $4",
        "UPDATE object SET label = $1 WHERE id BETWEEN $2 AND $3 AND label = $4",
        "UPDATE event_report SET label = $1 WHERE id BETWEEN $2 AND $3 AND label = $4",
    ] {
        tx.execute(sql, params![to_value, low, high, from.0])?;
    }
    tx.execute(
        "DELETE FROM event_own_label WHERE event_no = $1 AND label = $2",
        params![event.0, from.0],
    )?;
    if let Some(to) = to {
        note_own(tx, event, to)?;
    }
    Ok(())
}

/// Tables whose rows carry a label of their own outside events.
const LABELLED: [&str; 6] = [
    "analyst_data",
    "collection",
    "event",
    "galaxy_cluster",
    "galaxy_relation",
    "thread",
];
/// Tables of what is inside events; `event_own_label` tells which events have which of their labels.
const INSIDE: [&str; 3] = ["attribute", "event_report", "object"];

/// Puts another label wherever one of these stands, whatever carries it. No new label may be one of the old.
///
/// # Errors
/// Of the database.
pub fn replace_everywhere(tx: &mut Tx<'_>, moves: &[(LabelId, LabelId)]) -> Result<(), DbError> {
    let old: Vec<i64> = moves.iter().map(|(from, _)| from.0).collect();
    for table in LABELLED {
        for (from, to) in used(tx, table, &old, moves)? {
            let sql = format!("UPDATE {table} SET label = $1 WHERE label = $2");
            tx.execute(&sql, params![to.0, from.0])?;
        }
    }
    let (step, _) = EventId(1).element_range();
    for (from, to) in used(tx, "event_own_label", &old, moves)? {
        for table in INSIDE {
            // Through the events that have it: the elements themselves have no index by label.
            let sql = format!(
                "UPDATE {table} SET label = $1 FROM event_own_label own WHERE own.label = $2 \
                 AND {table}.id BETWEEN own.event_no * {step} AND own.event_no * {step} + {step} - 1 \
                 AND {table}.label = $2"
            );
            tx.execute(&sql, params![to.0, from.0])?;
        }
        tx.execute(
            "INSERT INTO event_own_label (event_no, label) SELECT event_no, $1 FROM event_own_label \
             WHERE label = $2 ON CONFLICT (event_no, label) DO NOTHING",
            params![to.0, from.0],
        )?;
        tx.execute("DELETE FROM event_own_label WHERE label = $1", params![from.0])?;
    }
    Ok(())
}

/// Those of the moves whose old label stands in a table.
fn used(
    tx: &mut Tx<'_>,
    table: &str,
    old: &[i64],
    moves: &[(LabelId, LabelId)],
) -> Result<Vec<(LabelId, LabelId)>, DbError> {
    let sql = format!("SELECT DISTINCT label FROM {table} WHERE label = ANY($1)");
    let found = tx.all(&sql, params![old], |row| row.get_int(0).map(LabelId))?;
    Ok(moves
        .iter()
        .filter(|(from, _)| found.contains(from))
        .copied()
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_table_with_a_label_is_forgotten() {
        let mut found = Vec::new();
        for migration in crate::MIGRATIONS {
            let mut table = "";
            for line in migration.sql.lines() {
                let words: Vec<&str> = line.split_whitespace().collect();
                match words.as_slice() {
                    ["CREATE", "TABLE", name, ..] => table = name,
                    ["ALTER", "TABLE", name, "ADD", "COLUMN", "label", ..] => found.push(*name),
                    ["label", "BIGINT", ..] | ["label", "BIGINT,"] => found.push(table),
                    _ => {}
                }
            }
        }
        let mut known: Vec<&str> = LABELLED.iter().chain(&INSIDE).copied().collect();
        known.push("event_own_label");
        known.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, known);
    }
}
