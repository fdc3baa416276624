//! The log that people read and the change log that consumers follow.
use entente_db::{DbError, Tx, params};
use entente_model::id::EventId;
use uuid::Uuid;

/// A row of the log. spec: 01#7.14
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRow {
    /// Row id; set by [`log`].
    pub id: i64,
    /// How to call the thing.
    pub title: String,
    /// When.
    pub created: i64,
    /// Kind of thing.
    pub model: String,
    /// Its local id.
    pub model_id: i64,
    /// What was done.
    pub action: String,
    /// Who did it.
    pub user: i64,
    /// Changed columns.
    pub change: Option<String>,
    /// Their address.
    pub email: String,
    /// Their organisation's name.
    pub org: String,
    /// Remark.
    pub description: Option<String>,
    /// Where from.
    pub ip: String,
}

/// Adds a row to the log.
///
/// # Errors
/// Of the database.
pub fn log(tx: &mut Tx<'_>, row: &LogRow) -> Result<(), DbError> {
    let id = tx.next_ids("log", 1)?;
    tx.execute(
        "INSERT INTO log (id, title, created, model, model_id, action, user_id, change, email, org, description, ip) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        params![
            id,
            &row.title,
            row.created,
            &row.model,
            row.model_id,
            &row.action,
            row.user,
            &row.change,
            &row.email,
            &row.org,
            &row.description,
            &row.ip
        ],
    )?;
    Ok(())
}

/// A row of the change log.
pub struct ChangeRow {
    /// When, in microseconds.
    pub at_micros: i64,
    /// Who.
    pub user: i64,
    /// What was done.
    pub kind: &'static str,
    /// Kind of thing.
    pub entity: &'static str,
    /// Its local id.
    pub entity_id: i64,
    /// Its uuid.
    pub uuid: Option<Uuid>,
    /// The event it belongs to.
    pub event: Option<EventId>,
}

/// Adds a row to the change log.
///
/// # Errors
/// Of the database.
pub fn change(tx: &mut Tx<'_>, row: &ChangeRow) -> Result<(), DbError> {
    let seq = tx.next_ids("change", 1)?;
    tx.execute(
        "INSERT INTO change (seq, at_micros, user_id, kind, entity, entity_id, uuid, event_no) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            seq,
            row.at_micros,
            row.user,
            row.kind,
            row.entity,
            row.entity_id,
            row.uuid,
            row.event.map(|event| event.0)
        ],
    )?;
    Ok(())
}
