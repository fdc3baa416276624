//! Event reports.
use crate::damaged;
use crate::filter::{Conditions, Term};
use crate::posting::{self, Batch, Kind};
use entente_db::{DbError, Row, Tx, params};
use entente_model::analyst::ObjectType;
use entente_model::event::Event;
use entente_model::id::{ElementId, LabelId, Ref, SharingGroupId, UserId};
use entente_model::level::Distribution;
use entente_model::report::Report;
use entente_model::search::Range;
use entente_model::time::Seconds;
use entente_policy::Scope;
use uuid::Uuid;

const COLUMNS: &str =
    "p.id, p.uuid, p.name, p.content, p.distribution, p.sharing_group_id, p.timestamp, p.deleted, p.label";

fn read(row: &Row<'_>) -> Result<Report, DbError> {
    Ok(Report {
        id: ElementId(row.get_int(0)?),
        uuid: row.get_uuid(1)?,
        name: row.get_string(2)?,
        content: row.get_opt_string(3)?,
        distribution: Distribution::from_number(row.get_int(4)?)
            .ok_or_else(|| damaged(4, "a distribution"))?,
        sharing_group: SharingGroupId(row.get_int(5)?),
        timestamp: row.get_int(6)?,
        deleted: row.get_bool(7)?,
        label: row.get_opt_int(8)?.map(LabelId),
    })
}

/// Adds a report with its uuid posting.
///
/// # Errors
/// Of the database.
pub fn insert(tx: &mut Tx<'_>, report: &Report) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO event_report (id, uuid, name, content, distribution, sharing_group_id, timestamp, deleted, label) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![
            report.id.0,
            report.uuid,
            &report.name,
            &report.content,
            report.distribution.number(),
            report.sharing_group.0,
            report.timestamp,
            report.deleted,
            report.label.map(|label| label.0)
        ],
    )?;
    let mut batch = Batch::default();
    batch.uuid(report.uuid, report.id, Kind::Report);
    batch.insert(tx)
}

/// Replaces every field of a report but its id and uuid.
///
/// # Errors
/// Of the database.
pub fn update(tx: &mut Tx<'_>, report: &Report) -> Result<(), DbError> {
    tx.execute(
        "UPDATE event_report SET name = $2, content = $3, distribution = $4, sharing_group_id = $5, timestamp = $6, \
         deleted = $7, label = $8 WHERE id = $1",
        params![
            report.id.0,
            &report.name,
            &report.content,
            report.distribution.number(),
            report.sharing_group.0,
            report.timestamp,
            report.deleted,
            report.label.map(|label| label.0)
        ],
    )?;
    Ok(())
}

/// Removes a report with its annotations.
///
/// # Errors
/// Of the database.
pub fn delete(tx: &mut Tx<'_>, report: &Report) -> Result<(), DbError> {
    crate::analyst::delete_of(tx, ObjectType::EventReport, report.uuid)?;
    posting::remove_uuid(tx, report.uuid, report.id)?;
    tx.execute(
        "DELETE FROM report_extraction WHERE report_id = $1",
        params![report.id.0],
    )?;
    tx.execute("DELETE FROM event_report WHERE id = $1", params![report.id.0])?;
    Ok(())
}

/// A report by id or uuid, whoever asks.
///
/// # Errors
/// Of the database.
pub fn find_unscoped(tx: &mut Tx<'_>, report: Ref) -> Result<Option<Report>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM event_report p WHERE p.id = $1");
    match report {
        Ref::Id(id) => tx.first(&sql, params![id], read),
        Ref::Uuid(uuid) => {
            for id in posting::candidates(tx, uuid, Kind::Report)? {
                if let Some(found) = tx
                    .first(&sql, params![id], read)?
                    .filter(|found| found.uuid == uuid)
                {
                    return Ok(Some(found));
                }
            }
            Ok(None)
        }
    }
}

/// A report by id or uuid together with its event, if the scope sees both.
///
/// # Errors
/// Of the database.
pub fn find(tx: &mut Tx<'_>, scope: &Scope, report: Ref) -> Result<Option<(Report, Event)>, DbError> {
    let Some(found) = find_unscoped(tx, report)? else {
        return Ok(None);
    };
    let Some(event) = crate::event::find(tx, scope, Ref::Id(found.id.event().0))? else {
        return Ok(None);
    };
    let visible = crate::visibility::sees(scope, found.label.unwrap_or(event.label));
    Ok(visible.then_some((found, event)))
}

/// The reports of an event that the scope sees, by id.
///
/// # Errors
/// Of the database.
pub fn of_event(tx: &mut Tx<'_>, scope: &Scope, event: &Event) -> Result<Vec<Report>, DbError> {
    let (low, high) = event.id.element_range();
    let rows = tx.all(
        &format!("SELECT {COLUMNS} FROM event_report p WHERE p.id BETWEEN $1 AND $2 ORDER BY p.id"),
        params![low, high],
        read,
    )?;
    Ok(rows
        .into_iter()
        .filter(|p| crate::visibility::sees(scope, p.label.unwrap_or(event.label)))
        .collect())
}

/// Which reports to list. Everything given must hold; of a list any member.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Those of these events.
    pub events: Option<Vec<i64>>,
    /// With these ids.
    pub ids: Option<Vec<i64>>,
    /// With these uuids.
    pub uuids: Option<Vec<Uuid>>,
    /// Live (`false`) or deleted (`true`) ones.
    pub deleted: Option<bool>,
    /// In the title.
    pub name: Vec<Term>,
    /// In the text.
    pub content: Vec<Term>,
    /// In either.
    pub anywhere: Vec<Term>,
    /// Distribution levels.
    pub distributions: Option<Vec<i64>>,
    /// Sharing groups.
    pub groups: Option<Vec<i64>>,
    /// Edit version.
    pub changed: Range,
    /// Creators of the event.
    pub creators: Option<Vec<i64>>,
    /// Whether the event is published.
    pub published: Option<bool>,
}

/// A page of the reports that the scope sees, by id, with ids above `after`.
///
/// # Errors
/// Of the database.
pub fn page(
    tx: &mut Tx<'_>,
    scope: &Scope,
    filter: &Filter,
    after: ElementId,
    limit: i64,
) -> Result<Vec<Report>, DbError> {
    let candidates = match &filter.uuids {
        Some(uuids) => Some(posting::candidates_of_many(tx, uuids, Kind::Report)?),
        None => None,
    };
    // Events that are named lead to their reports; otherwise reports lead to their event.
    let from = if filter.events.is_some() {
        "event e JOIN event_report p ON p.id BETWEEN e.no * 16777216 AND e.no * 16777216 + 16777215"
    } else {
        "event_report p JOIN event e ON e.no = (p.id >> 24)"
    };
    let mut conditions = Conditions::default();
    conditions.push("p.id > $", after.0);
    conditions.one_of("e.no", filter.events.as_deref());
    conditions.one_of("p.id", filter.ids.as_deref());
    conditions.one_of("p.id", candidates.as_deref());
    conditions.one_of_uuids("p.uuid", filter.uuids.as_deref());
    conditions.flag("p.deleted", filter.deleted);
    conditions.text("p.name", &filter.name);
    conditions.text("p.content", &filter.content);
    conditions.any_column(&["p.name", "p.content"], &filter.anywhere);
    conditions.one_of("p.distribution", filter.distributions.as_deref());
    conditions.one_of("p.sharing_group_id", filter.groups.as_deref());
    conditions.range("p.timestamp", filter.changed);
    conditions.one_of("e.orgc_id", filter.creators.as_deref());
    conditions.flag("e.published", filter.published);
    conditions.visible(scope, "e.label");
    conditions.visible(scope, "COALESCE(p.label, e.label)");
    let limit = conditions.bind(limit);
    tx.all(
        &format!(
            "SELECT {COLUMNS} FROM {from}{} ORDER BY p.id LIMIT ${limit}",
            conditions.clause()
        ),
        conditions.values(),
        read,
    )
}

/// Notes what an extraction has written into a report.
///
/// # Errors
/// Of the database.
pub fn insert_extraction(
    tx: &mut Tx<'_>,
    report: ElementId,
    created: Seconds,
    user: UserId,
    places: &str,
) -> Result<(), DbError> {
    let id = tx.next_ids("report_extraction", 1)?;
    tx.execute(
        "INSERT INTO report_extraction (id, report_id, created, user_id, places) VALUES ($1, $2, $3, $4, $5)",
        params![id, report.0, created, user.0, places],
    )?;
    Ok(())
}

/// The last extraction from a report that was not taken back: its id and what it has written.
///
/// # Errors
/// Of the database.
pub fn last_extraction(tx: &mut Tx<'_>, report: ElementId) -> Result<Option<(i64, String)>, DbError> {
    tx.first(
        "SELECT id, places FROM report_extraction WHERE report_id = $1 ORDER BY id DESC LIMIT 1",
        params![report.0],
        |row| Ok((row.get_int(0)?, row.get_string(1)?)),
    )
}

/// Forgets an extraction.
///
/// # Errors
/// Of the database.
pub fn delete_extraction(tx: &mut Tx<'_>, id: i64) -> Result<(), DbError> {
    tx.execute("DELETE FROM report_extraction WHERE id = $1", params![id])?;
    Ok(())
}

/// Reports of an event that have a level or a label of their own, whoever asks.
///
/// # Errors
/// Of the database.
pub fn restricted_unscoped(
    tx: &mut Tx<'_>,
    event: entente_model::id::EventId,
) -> Result<Vec<Report>, DbError> {
    let (low, high) = event.element_range();
    tx.all(
        &format!(
            "SELECT {COLUMNS} FROM event_report p WHERE p.id BETWEEN $1 AND $2 \
             AND (p.distribution <> 5 OR p.label IS NOT NULL) ORDER BY p.id"
        ),
        params![low, high],
        read,
    )
}
