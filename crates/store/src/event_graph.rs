//! Graphs of events that people arranged and kept. spec: 05#1.9
use entente_db::{DbError, Row, Tx, params};
pub use entente_model::administration::EventGraph;
use entente_model::id::{EventId, OrgId, UserId};

const SELECT: &str =
    "SELECT id, event_no, user_id, org_id, timestamp, name, network, preview FROM event_graph";

fn read(row: &Row<'_>) -> Result<EventGraph, DbError> {
    Ok(EventGraph {
        id: row.get_int(0)?,
        event: EventId(row.get_int(1)?),
        user: UserId(row.get_int(2)?),
        org: OrgId(row.get_int(3)?),
        timestamp: row.get_int(4)?,
        name: row.get_string(5)?,
        network: row.get_string(6)?,
        preview: row.get_opt_string(7)?,
    })
}

/// Those of an event, the newest first. The caller has read the event through its scope.
///
/// # Errors
/// Of the database.
pub fn of_event_unscoped(tx: &mut Tx<'_>, event: EventId) -> Result<Vec<EventGraph>, DbError> {
    tx.all(
        &format!("{SELECT} WHERE event_no = $1 ORDER BY id DESC"),
        params![event.0],
        read,
    )
}

/// How many an event has.
///
/// # Errors
/// Of the database.
pub fn count(tx: &mut Tx<'_>, event: EventId) -> Result<i64, DbError> {
    let count = tx.first(
        "SELECT COUNT(*) FROM event_graph WHERE event_no = $1",
        params![event.0],
        |row| row.get_int(0),
    )?;
    Ok(count.unwrap_or_default())
}

/// A row by id, whoever sees its event.
///
/// # Errors
/// Of the database.
pub fn find_unscoped(tx: &mut Tx<'_>, id: i64) -> Result<Option<EventGraph>, DbError> {
    tx.first(&format!("{SELECT} WHERE id = $1"), params![id], read)
}

/// Adds a row; its id is taken from the counter and returned.
///
/// # Errors
/// Of the database.
pub fn insert(tx: &mut Tx<'_>, graph: &EventGraph) -> Result<i64, DbError> {
    let id = tx.next_ids("event_graph", 1)?;
    tx.execute(
        "INSERT INTO event_graph (id, event_no, user_id, org_id, timestamp, name, network, preview) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            id,
            graph.event.0,
            graph.user.0,
            graph.org.0,
            graph.timestamp,
            &graph.name,
            &graph.network,
            &graph.preview
        ],
    )?;
    Ok(id)
}

/// Removes a row.
///
/// # Errors
/// Of the database.
pub fn delete(tx: &mut Tx<'_>, id: i64) -> Result<(), DbError> {
    tx.execute("DELETE FROM event_graph WHERE id = $1", params![id])?;
    Ok(())
}
