//! Attributes that may correlate, found through postings. spec: 05#1, 13#8.2
//!
//! No pairs are stored: a correlation is two rows with the same posting, so it is found when somebody looks,
//! and only among what that reader sees. First the postings are asked, which is cheap and tells nothing: how
//! many there are for a value, and to which ids they lead. Then [`visible`] reads the rows behind the ids
//! through the reader's [`Reach`]. Whether a row is really equal is for the engine to say.
mod near;
mod shared;

pub use near::{addresses_within, networks, prefixes_in_use, sharing_runs};
pub use shared::{Shared, holders, shared};

use crate::damaged;
use crate::search::sql::Sql;
use entente_db::{DbError, Tx, params};
use entente_model::id::{ElementId, EventId};
use entente_model::search::Pattern;
use entente_policy::Scope;
use std::ops::ControlFlow;

/// Ids bound to one statement.
const CHUNK: usize = 5_000;

/// Events that a rule keeps apart from the one that is looked at. spec: 05#1.7
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Apart {
    /// Creator organisations.
    pub creators: Vec<i64>,
    /// Owner organisations.
    pub owners: Vec<i64>,
    /// Numbers.
    pub events: Vec<i64>,
    /// Patterns of titles.
    pub infos: Vec<Pattern>,
}

/// Where a reader looks for correlations.
#[derive(Debug, Clone, Copy)]
pub struct Reach<'a> {
    /// What the reader sees.
    pub scope: &'a Scope,
    /// The event that is looked at; its own attributes do not count.
    pub outside: Option<EventId>,
    /// Events that do not correlate with it.
    pub apart: &'a Apart,
}

impl Reach<'_> {
    /// Ids to leave out; without an event a range that holds none.
    fn own_range(&self) -> (i64, i64) {
        self.outside.map_or((0, -1), EventId::element_range)
    }

    /// ` AND …`: live, visible, correlation not switched off, not kept apart; over `attribute a`, `event e`.
    fn guard<'s>(&'s self, sql: &mut Sql<'s>) {
        sql.push(" AND a.flags % 8 < 2 AND NOT e.disable_correlation AND ")
            .visible(self.scope, "e.label")
            .push(" AND ")
            .visible(self.scope, "COALESCE(a.label, e.label)");
        let sets = [
            ("e.orgc_id", &self.apart.creators),
            ("e.org_id", &self.apart.owners),
            ("e.no", &self.apart.events),
        ];
        for (column, ids) in sets.into_iter().filter(|(_, ids)| !ids.is_empty()) {
            sql.push(" AND ").push(column).none_of(ids.as_slice());
        }
        for info in &self.apart.infos {
            sql.push(" AND NOT ").like("e.info", info);
        }
    }
}

/// A row behind a posting, seen through a [`Reach`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The attribute.
    pub id: ElementId,
    /// Type id.
    pub kind: u16,
    /// First half.
    pub value1: String,
    /// Second half.
    pub value2: Option<String>,
}

/// Of some hashes, sorted and each given once, how many postings they have outside the event, those without
/// any left out. No more than `most` are counted, so that a value that everybody has costs no more than others.
///
/// # Errors
/// Of the database.
pub fn lengths(
    tx: &mut Tx<'_>,
    hashes: &[i64],
    outside: Option<EventId>,
    most: i64,
) -> Result<Vec<(i64, i64)>, DbError> {
    let (low, high) = outside.map_or((0, -1), EventId::element_range);
    let mut found = Vec::new();
    for chunk in hashes.chunks(CHUNK) {
        tx.for_each(
            "SELECT w.value, (SELECT COUNT(*) FROM (SELECT 1 FROM value_ix v WHERE v.h = w.value \
             AND (v.id < $2 OR v.id > $3) LIMIT $4) x) FROM @each_int($1)@ w",
            params![chunk, low, high, most],
            |row| {
                let length = row.get_int(1)?;
                if length > 0 {
                    found.push((row.get_int(0)?, length));
                }
                Ok::<_, DbError>(ControlFlow::Continue(()))
            },
        )?;
    }
    Ok(found)
}

/// All postings of some hashes, sorted and each given once, outside the event: (hash, id). `None` when there
/// are more than `most`.
///
/// # Errors
/// Of the database.
pub fn postings(
    tx: &mut Tx<'_>,
    hashes: &[i64],
    outside: Option<EventId>,
    most: usize,
) -> Result<Option<Vec<(i64, i64)>>, DbError> {
    let (low, high) = outside.map_or((0, -1), EventId::element_range);
    let limit = i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1);
    let found: Vec<(i64, i64)> = tx.all::<_, DbError>(
        "SELECT v.h, v.id FROM @each_int($1)@ w CROSS JOIN value_ix v WHERE v.h = w.value \
         AND (v.id < $2 OR v.id > $3) LIMIT $4",
        params![hashes, low, high, limit],
        |row| Ok((row.get_int(0)?, row.get_int(1)?)),
    )?;
    Ok((found.len() <= most).then_some(found))
}

/// The newest ids posted under a hash that are older than `before`, newest first.
///
/// # Errors
/// Of the database.
pub fn newest(
    tx: &mut Tx<'_>,
    hash: i64,
    outside: Option<EventId>,
    before: ElementId,
    limit: i64,
) -> Result<Vec<i64>, DbError> {
    let (low, high) = outside.map_or((0, -1), EventId::element_range);
    tx.all(
        "SELECT id FROM value_ix WHERE h = $1 AND id < $2 AND (id < $3 OR id > $4) ORDER BY id DESC LIMIT $5",
        params![hash, before.0, low, high, limit],
        |row| row.get_int(0),
    )
}

/// The attributes among some ids, each given once, that are within reach.
///
/// # Errors
/// Of the database.
pub fn visible(tx: &mut Tx<'_>, reach: Reach<'_>, ids: &[i64]) -> Result<Vec<Candidate>, DbError> {
    let (low, high) = reach.own_range();
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        let mut sql = Sql::new("SELECT a.id, a.kind, a.value1, a.value2 FROM ");
        sql.each_int(chunk)
            .push(" w CROSS JOIN attribute a CROSS JOIN event e WHERE a.id = w.value AND e.no = (a.id >> 24) AND (a.id < ")
            .int(low)
            .push(" OR a.id > ")
            .int(high)
            .push(")");
        reach.guard(&mut sql);
        found.extend(tx.all(sql.text(), &sql.params(), |row| {
            Ok::<_, DbError>(Candidate {
                id: ElementId(row.get_int(0)?),
                kind: u16::try_from(row.get_int(1)?).map_err(|_| damaged(1, "an attribute type"))?,
                value1: row.get_string(2)?,
                value2: row.get_opt_string(3)?,
            })
        })?);
    }
    Ok(found)
}

/// Those of some events whose correlation is switched off. The caller has read them through its scope.
///
/// # Errors
/// Of the database.
pub fn switched_off_unscoped(tx: &mut Tx<'_>, events: &[i64]) -> Result<Vec<EventId>, DbError> {
    tx.all(
        "SELECT no FROM event WHERE no = ANY($1) AND disable_correlation",
        params![events],
        |row| row.get_int(0).map(EventId),
    )
}
