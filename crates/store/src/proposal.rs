//! Proposals. spec: 01#7.7
//!
//! A proposal is visible where its event is and, when it is about an attribute, where that attribute is
//! (spec 01#5.4). A proposal whose attribute is gone for good is shown to nobody: it holds a copy of the
//! value, and nothing is left that says who may read it.
use crate::damaged;
use crate::posting::{self, Batch, Kind};
use entente_db::{DbError, Row, Tx, Value, params};
use entente_model::event::Event;
use entente_model::id::{ElementId, EventId, OrgId, Ref, UserId};
use entente_model::proposal::Proposal;
use entente_policy::Scope;
use std::collections::HashSet;

const COLUMNS: &str = "p.id, p.old_id, p.uuid, p.kind, p.category, p.value1, p.value2, p.to_ids, p.org_id, p.user_id, \
    p.email, p.event_org_id, p.event_uuid, p.comment, p.deleted, p.timestamp, p.to_delete, p.disable_correlation, \
    p.first_seen, p.last_seen";

fn read(row: &Row<'_>) -> Result<Proposal, DbError> {
    Ok(Proposal {
        id: ElementId(row.get_int(0)?),
        old: ElementId(row.get_int(1)?),
        uuid: row.get_uuid(2)?,
        kind: u16::try_from(row.get_int(3)?).map_err(|_| damaged(3, "an attribute type"))?,
        category: u8::try_from(row.get_int(4)?).map_err(|_| damaged(4, "a category"))?,
        value1: row.get_string(5)?,
        value2: row.get_opt_string(6)?,
        to_ids: row.get_bool(7)?,
        org: OrgId(row.get_int(8)?),
        user: UserId(row.get_int(9)?),
        email: row.get_string(10)?,
        event_org: OrgId(row.get_int(11)?),
        event_uuid: row.get_uuid(12)?,
        comment: row.get_string(13)?,
        deleted: row.get_bool(14)?,
        timestamp: row.get_int(15)?,
        to_delete: row.get_bool(16)?,
        disable_correlation: row.get_bool(17)?,
        first_seen: row.get_opt_int(18)?,
        last_seen: row.get_opt_int(19)?,
    })
}

/// Adds a proposal with its uuid posting.
///
/// # Errors
/// Of the database.
pub fn insert(tx: &mut Tx<'_>, proposal: &Proposal) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO proposal (id, old_id, uuid, kind, category, value1, value2, to_ids, org_id, user_id, email, \
         event_org_id, event_uuid, comment, deleted, timestamp, to_delete, disable_correlation, first_seen, last_seen) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)",
        params![
            proposal.id.0,
            proposal.old.0,
            proposal.uuid,
            proposal.kind,
            proposal.category,
            &proposal.value1,
            &proposal.value2,
            proposal.to_ids,
            proposal.org.0,
            proposal.user.0,
            &proposal.email,
            proposal.event_org.0,
            proposal.event_uuid,
            &proposal.comment,
            proposal.deleted,
            proposal.timestamp,
            proposal.to_delete,
            proposal.disable_correlation,
            proposal.first_seen,
            proposal.last_seen
        ],
    )?;
    let mut batch = Batch::default();
    batch.uuid(proposal.uuid, proposal.id, Kind::Proposal);
    batch.insert(tx)
}

/// Marks proposals as accepted or discarded.
///
/// # Errors
/// Of the database.
pub fn close(tx: &mut Tx<'_>, ids: &[i64], timestamp: i64) -> Result<(), DbError> {
    tx.execute(
        "UPDATE proposal SET deleted = $2, timestamp = $3 WHERE id = ANY($1)",
        params![ids, true, timestamp],
    )?;
    Ok(())
}

/// A proposal together with its event, if the scope sees both and the attribute it is about. Several
/// proposals may carry one uuid; of those that the scope sees the first open one is found, else the first.
///
/// # Errors
/// Of the database.
pub fn find(tx: &mut Tx<'_>, scope: &Scope, proposal: Ref) -> Result<Option<(Proposal, Event)>, DbError> {
    let ids = match proposal {
        Ref::Id(id) => vec![id],
        Ref::Uuid(uuid) => posting::candidates(tx, uuid, Kind::Proposal)?,
    };
    let rows = tx.all(
        &format!("SELECT {COLUMNS} FROM proposal p WHERE p.id = ANY($1) ORDER BY p.deleted, p.id"),
        params![&ids],
        read,
    )?;
    let named = |row: &Proposal| match proposal {
        Ref::Id(_) => true,
        Ref::Uuid(uuid) => row.uuid == uuid,
    };
    for found in rows.into_iter().filter(named) {
        let Some(event) = crate::event::find(tx, scope, Ref::Id(found.id.event().0))? else {
            continue;
        };
        let about = Ref::Id(found.old.0);
        if found.old.is_none() || crate::attribute::find(tx, scope, about)?.is_some() {
            return Ok(Some((found, event)));
        }
    }
    Ok(None)
}

/// The open proposals of an event that the scope sees, by id.
///
/// # Errors
/// Of the database.
pub fn of_event(tx: &mut Tx<'_>, scope: &Scope, event: &Event) -> Result<Vec<Proposal>, DbError> {
    let (low, high) = event.id.element_range();
    let rows = tx.all(
        &format!(
            "SELECT {COLUMNS}, a.id, a.label FROM proposal p LEFT JOIN attribute a ON a.id = p.old_id \
             WHERE p.id BETWEEN $1 AND $2 AND p.deleted = $3 ORDER BY p.id"
        ),
        params![low, high, false],
        |row| -> Result<_, DbError> {
            let label = row
                .get_opt_int(21)?
                .map_or(event.label, entente_model::id::LabelId);
            let there = row.get_opt_int(20)?.is_some();
            Ok((read(row)?, there, label))
        },
    )?;
    Ok(rows
        .into_iter()
        .filter(|(proposal, there, label)| {
            proposal.old.is_none() || *there && crate::visibility::sees(scope, *label)
        })
        .map(|(proposal, ..)| proposal)
        .collect())
}

/// Those of these events, which the caller has seen, that have an open proposal the scope sees.
///
/// # Errors
/// Of the database.
pub fn events_with_open(tx: &mut Tx<'_>, scope: &Scope, events: &[i64]) -> Result<HashSet<EventId>, DbError> {
    let mut values = vec![Value::Ints(events)];
    let (of_attribute, more) = crate::visibility::predicate(scope, "COALESCE(a.label, e.label)", 2);
    values.extend(more);
    let sql = format!(
        "SELECT e.no FROM event e WHERE e.no = ANY($1) AND EXISTS (SELECT 1 FROM proposal p \
         LEFT JOIN attribute a ON a.id = p.old_id WHERE p.id >= e.no * 16777216 AND p.id < (e.no + 1) * 16777216 \
         AND NOT p.deleted AND (p.old_id = 0 OR (a.id IS NOT NULL AND {of_attribute})))"
    );
    let rows: Vec<EventId> = tx.all(&sql, &values, |row| row.get_int(0).map(EventId))?;
    Ok(rows.into_iter().collect())
}

/// Whether somebody has proposed exactly this, and nobody has decided yet. spec: 08#3
///
/// # Errors
/// Of the database.
pub fn same_open_unscoped(tx: &mut Tx<'_>, wanted: &Proposal) -> Result<Option<Proposal>, DbError> {
    let (low, high) = wanted.id.event().element_range();
    let rows = tx.all(
        &format!(
            "SELECT {COLUMNS} FROM proposal p WHERE p.id BETWEEN $1 AND $2 AND p.old_id = $3 AND p.deleted = $4 \
             AND p.org_id = $5 AND p.kind = $6 AND p.category = $7 AND p.to_delete = $8 AND p.value1 = $9 ORDER BY p.id"
        ),
        params![
            low,
            high,
            wanted.old.0,
            false,
            wanted.org.0,
            wanted.kind,
            wanted.category,
            wanted.to_delete,
            &wanted.value1
        ],
        read,
    )?;
    Ok(rows.into_iter().find(|row| {
        row.value2 == wanted.value2
            && row.to_ids == wanted.to_ids
            && row.comment == wanted.comment
            && row.first_seen == wanted.first_seen
            && row.last_seen == wanted.last_seen
    }))
}

/// Which proposals to list.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Those of one event.
    pub event: Option<EventId>,
    /// Those for events that this organisation created.
    pub event_creator: Option<OrgId>,
    /// Open (`false`) or decided (`true`) ones.
    pub deleted: Option<bool>,
    /// Edit versions from here on.
    pub since: Option<i64>,
    /// A pattern in value or comment, ignoring case.
    pub text: Option<entente_model::search::Pattern>,
}

/// A page of the proposals that the scope sees, by id, with ids above `after`.
///
/// # Errors
/// Of the database.
pub fn page(
    tx: &mut Tx<'_>,
    scope: &Scope,
    filter: &Filter,
    after: ElementId,
    limit: i64,
) -> Result<Vec<Proposal>, DbError> {
    let (low, high) = filter.event.map_or((0, i64::MAX), EventId::element_range);
    let mut conditions = String::from("p.id > $1 AND p.id <= $2");
    let mut values = vec![Value::Int(after.0.max(low)), Value::Int(high)];
    let mut add = |condition: &str, value: Value<'static>| {
        values.push(value);
        conditions.push_str(&condition.replace('#', &format!("${}", values.len())));
    };
    if let Some(org) = filter.event_creator {
        add(" AND e.orgc_id = #", Value::Int(org.0));
    }
    if let Some(deleted) = filter.deleted {
        add(" AND p.deleted = #", Value::Bool(deleted));
    }
    if let Some(since) = filter.since {
        add(" AND p.timestamp >= #", Value::Int(since));
    }
    if let Some(text) = &filter.text {
        values.push(Value::Text(text.as_str()));
        let n = values.len();
        conditions.push_str(&format!(
            " AND (p.value1 @ilike@ ${n} ESCAPE '!' OR p.value2 @ilike@ ${n} ESCAPE '!' OR p.comment @ilike@ ${n} ESCAPE '!')"
        ));
    }
    let (of_event, more) = crate::visibility::predicate(scope, "e.label", values.len() + 1);
    values.extend(more);
    let (of_attribute, more) =
        crate::visibility::predicate(scope, "COALESCE(a.label, e.label)", values.len() + 1);
    values.extend(more);
    values.push(Value::Int(limit));
    tx.all(
        &format!(
            "SELECT {COLUMNS} FROM proposal p JOIN event e ON e.no = p.id / 16777216 \
             LEFT JOIN attribute a ON a.id = p.old_id WHERE {conditions} AND {of_event} \
             AND (p.old_id = 0 OR (a.id IS NOT NULL AND {of_attribute})) ORDER BY p.id LIMIT ${}",
            values.len()
        ),
        &values,
        read,
    )
}
