//! Rules that keep events from correlating with each other. spec: 05#1.7
use crate::damaged;
use entente_db::{DbError, Row, Tx, params};
pub use entente_model::administration::{CorrelationRule, Selector};

const SELECT: &str =
    "SELECT id, uuid, name, comment, selector_type, selector_list, timestamp FROM correlation_rule";

fn read(row: &Row<'_>) -> Result<CorrelationRule, DbError> {
    Ok(CorrelationRule {
        id: row.get_int(0)?,
        uuid: row.get_uuid(1)?,
        name: row.get_string(2)?,
        comment: row.get_string(3)?,
        selector: Selector::parse(row.get_str(4)?).ok_or_else(|| damaged(4, "a kind of selector"))?,
        list: serde_json::from_str(row.get_str(5)?).map_err(|_| damaged(5, "a JSON list of texts"))?,
        timestamp: row.get_int(6)?,
    })
}

fn list_json(rule: &CorrelationRule) -> String {
    serde_json::Value::from(rule.list.clone()).to_string()
}

/// All of them, by id; they are few and every look at a correlation asks for them.
///
/// # Errors
/// Of the database.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<CorrelationRule>, DbError> {
    tx.all(&format!("{SELECT} ORDER BY id"), params![], read)
}

/// A row by id.
///
/// # Errors
/// Of the database.
pub fn find(tx: &mut Tx<'_>, id: i64) -> Result<Option<CorrelationRule>, DbError> {
    tx.first(&format!("{SELECT} WHERE id = $1"), params![id], read)
}

/// Adds a row; its id is taken from the counter and returned.
///
/// # Errors
/// `Unique` when the uuid is taken.
pub fn insert(tx: &mut Tx<'_>, rule: &CorrelationRule) -> Result<i64, DbError> {
    let id = tx.next_ids("correlation_rule", 1)?;
    tx.execute(
        "INSERT INTO correlation_rule (id, uuid, name, comment, selector_type, selector_list, timestamp) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![
            id,
            rule.uuid,
            &rule.name,
            &rule.comment,
            rule.selector.name(),
            &list_json(rule),
            rule.timestamp
        ],
    )?;
    Ok(id)
}

/// Replaces a row but for its uuid.
///
/// # Errors
/// Of the database.
pub fn update(tx: &mut Tx<'_>, rule: &CorrelationRule) -> Result<(), DbError> {
    tx.execute(
        "UPDATE correlation_rule SET name = $2, comment = $3, selector_type = $4, selector_list = $5, \
         timestamp = $6 WHERE id = $1",
        params![
            rule.id,
            &rule.name,
            &rule.comment,
            rule.selector.name(),
            &list_json(rule),
            rule.timestamp
        ],
    )?;
    Ok(())
}

/// Removes a row.
///
/// # Errors
/// Of the database.
pub fn delete(tx: &mut Tx<'_>, id: i64) -> Result<(), DbError> {
    tx.execute("DELETE FROM correlation_rule WHERE id = $1", params![id])?;
    Ok(())
}
