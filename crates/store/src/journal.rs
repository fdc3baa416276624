//! The log that people read and the change log that consumers follow.
mod labelled;

use crate::filter::{Conditions, Page, Term};
use entente_db::{DbError, Row, Tx, params};
pub use entente_model::administration::LogRow;
use entente_model::id::EventId;
use entente_policy::Scope;
use std::ops::ControlFlow;
use uuid::Uuid;

/// Adds a row to the log.
///
/// # Errors
/// Of the database.
pub fn log(tx: &mut Tx<'_>, row: &LogRow) -> Result<(), DbError> {
    let id = tx.next_ids("log", 1)?;
    insert(tx, id, row)
}

/// Adds rows to the log.
///
/// # Errors
/// Of the database.
pub fn log_many(tx: &mut Tx<'_>, rows: &[&LogRow]) -> Result<(), DbError> {
    if rows.is_empty() {
        return Ok(());
    }
    let first = tx.next_ids("log", i64::try_from(rows.len()).unwrap_or(i64::MAX))?;
    for (id, row) in (first..).zip(rows) {
        insert(tx, id, row)?;
    }
    Ok(())
}

fn insert(tx: &mut Tx<'_>, id: i64, row: &LogRow) -> Result<(), DbError> {
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

/// Which rows of the log.
#[derive(Debug, Clone, Default)]
pub struct LogQuery {
    /// Row ids; empty = any.
    pub ids: Vec<i64>,
    /// Not before.
    pub from: Option<i64>,
    /// Not after.
    pub to: Option<i64>,
    /// Ids of things; empty = any.
    pub model_ids: Vec<i64>,
    /// Ids of users; empty = anybody.
    pub users: Vec<i64>,
    /// Conditions on texts.
    pub texts: Vec<(LogText, Vec<Term>)>,
    /// What the caller may read.
    pub reach: LogReach,
    /// A part of the log; all of it without.
    pub page: Option<Page>,
}

/// Text columns of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogText {
    /// How the thing is called.
    Title,
    /// Kind of thing.
    Model,
    /// What was done.
    Action,
    /// Changed columns.
    Change,
    /// Address of who did it.
    Email,
    /// Their organisation's name.
    Org,
    /// Remark.
    Description,
    /// Where from.
    Ip,
}

impl LogText {
    fn column(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Model => "model",
            Self::Action => "action",
            Self::Change => "change",
            Self::Email => "email",
            Self::Org => "org",
            Self::Description => "description",
            Self::Ip => "ip",
        }
    }
}

/// How much of the log a caller may read. spec: 03#16
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum LogReach {
    /// Nothing.
    #[default]
    Nothing,
    /// What one user did.
    User(i64),
    /// What users of one organisation did.
    Org(String),
    /// Everything that a user of this organisation may know of.
    All(String),
}

const LOG: &str = "SELECT id, title, created, model, model_id, action, user_id, change, email, org, description, ip \
    FROM log";

fn read_log(row: &Row<'_>) -> Result<LogRow, DbError> {
    Ok(LogRow {
        id: row.get_int(0)?,
        title: row.get_string(1)?,
        created: row.get_int(2)?,
        model: row.get_string(3)?,
        model_id: row.get_int(4)?,
        action: row.get_string(5)?,
        user: row.get_int(6)?,
        change: row.get_opt_string(7)?,
        email: row.get_string(8)?,
        org: row.get_string(9)?,
        description: row.get_opt_string(10)?,
        ip: row.get_string(11)?,
    })
}

/// Hands rows of the log to `f` one by one: by id, or newest first when a page is asked for. Who may read
/// everything reads only about things that the scope sees, and what its own organisation did. spec: 03#16
///
/// # Errors
/// Of the database or of `f`.
pub fn search_log<E: From<DbError>>(
    tx: &mut Tx<'_>,
    scope: &Scope,
    query: &LogQuery,
    mut f: impl FnMut(LogRow) -> Result<ControlFlow<()>, E>,
) -> Result<(), E> {
    let mut conditions = Conditions::default();
    match &query.reach {
        LogReach::Nothing => return Ok(()),
        LogReach::User(user) => conditions.push("user_id = $", *user),
        LogReach::Org(org) => conditions.push("org = $", org),
        LogReach::All(own) => labelled::obey(&mut conditions, scope, own),
    }
    for (column, ids) in [
        ("id", &query.ids),
        ("model_id", &query.model_ids),
        ("user_id", &query.users),
    ] {
        if !ids.is_empty() {
            conditions.push(&format!("{column} = ANY($)"), ids);
        }
    }
    if let Some(from) = query.from {
        conditions.push("created >= $", from);
    }
    if let Some(to) = query.to {
        conditions.push("created <= $", to);
    }
    for (column, terms) in &query.texts {
        conditions.text(column.column(), terms);
    }
    let order = if query.page.is_some() { " DESC" } else { "" };
    let paging = conditions.paging(query.page);
    let sql = format!("{LOG}{} ORDER BY id{order}{paging}", conditions.clause());
    tx.for_each(&sql, conditions.values(), |row| f(read_log(row)?))
}

/// Which rows about what is in an event are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ElementRows {
    /// None.
    Nothing,
    /// Those about elements that are here and that the reader sees.
    Seen,
    /// Also those about elements that are gone.
    SeenAndGone,
}

/// Rows about an event that the reader sees and, if asked for, about what is in it, newest first. What users of
/// the organisation `own` did stands in it whatever they see now.
///
/// # Errors
/// Of the database.
pub fn log_of_event(
    tx: &mut Tx<'_>,
    scope: &Scope,
    own: &str,
    event: EventId,
    elements: ElementRows,
    page: Page,
) -> Result<Vec<LogRow>, DbError> {
    let mut conditions = Conditions::default();
    let wanted = (
        elements != ElementRows::Nothing,
        elements == ElementRows::SeenAndGone,
    );
    labelled::of_event(&mut conditions, scope, own, event, wanted);
    let paging = conditions.paging(Some(page));
    let sql = format!("{LOG}{} ORDER BY id DESC{paging}", conditions.clause());
    tx.all(&sql, conditions.values(), read_log)
}
