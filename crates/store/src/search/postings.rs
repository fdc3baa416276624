//! From values and uuids to the rows that have them, and on to the events or objects that hold those.
use super::Search;
use super::prepared::Half;
use super::sql::Sql;
use crate::hash::ValueHasher;
use crate::posting::{self, Kind};
use entente_db::{DbError, Tx, params};
use entente_indicator::fold;
use entente_model::id::ElementId;
use entente_model::search::{Subject, Text};
use std::collections::HashSet;
use std::ops::ControlFlow;
use uuid::Uuid;

/// Ids bound to one statement when many are looked up.
const CHUNK: usize = 5_000;

/// Elements that may have one of several uuids; the statement compares the uuids again.
#[derive(Debug, Default)]
pub(super) struct Holders {
    /// Candidate attributes, ascending.
    pub(super) attributes: Vec<i64>,
    /// Candidate objects, ascending.
    pub(super) objects: Vec<i64>,
    /// Events (or objects, when those are searched for) in which the reader sees an attribute with the uuid.
    pub(super) holders: Vec<i64>,
}

/// Rows whose value is equal to one of the texts, ascending. Patterns among the texts are passed over.
pub(super) fn equal(
    tx: &mut Tx<'_>,
    hasher: &ValueHasher,
    half: Half,
    texts: &[Text],
) -> Result<Vec<i64>, DbError> {
    let wanted: HashSet<String> = texts
        .iter()
        .filter_map(|text| match text {
            Text::Equal(text) => Some(fold(text).into_owned()),
            Text::Like(_) => None,
        })
        .collect();
    let mut hashes: Vec<i64> = wanted
        .iter()
        .flat_map(|text| hashes(hasher, half, text))
        .collect();
    hashes.sort_unstable();
    hashes.dedup();
    let is_wanted = |text: &str| wanted.contains(fold(text).as_ref());
    let mut ids = Vec::new();
    for chunk in hashes.chunks(CHUNK) {
        tx.for_each(
            "SELECT a.id, a.value1, a.value2 FROM value_ix v CROSS JOIN attribute a \
             WHERE v.h = ANY($1) AND a.id = v.id",
            params![chunk],
            |row| {
                let (first, second) = (row.get_str(1)?, row.get_opt_str(2)?);
                let equal = match half {
                    Half::First => is_wanted(first),
                    Half::Second => second.is_some_and(is_wanted),
                    Half::Any => {
                        is_wanted(first)
                            || second.is_some_and(|second| {
                                is_wanted(second) || is_wanted(&format!("{first}|{second}"))
                            })
                    }
                };
                if equal {
                    ids.push(row.get_int(0)?);
                }
                Ok::<_, DbError>(ControlFlow::Continue(()))
            },
        )?;
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// Under which hashes a value equal to this text is posted. A composite value is posted by its halves.
fn hashes(hasher: &ValueHasher, half: Half, text: &str) -> Vec<i64> {
    let mut hashes = vec![hasher.hash(text)];
    if half == Half::Any
        && let Some((first, second)) = text.split_once('|')
    {
        hashes.push(hasher.hash(if first.is_empty() { second } else { first }));
    }
    hashes
}

impl Search<'_> {
    /// The events or objects in which the reader sees one of these attributes, ascending.
    pub(super) fn holders_of_rows(&self, tx: &mut Tx<'_>, rows: &[i64]) -> Result<Vec<i64>, DbError> {
        self.holders_where(tx, rows, &[])
    }

    /// Where the reader sees something with one of these uuids.
    pub(super) fn holders_of_uuids(&self, tx: &mut Tx<'_>, uuids: &[Uuid]) -> Result<Holders, DbError> {
        if uuids.is_empty() {
            return Ok(Holders::default());
        }
        let mut attributes = posting::candidates_of_many(tx, uuids, Kind::Attribute)?;
        attributes.sort_unstable();
        let mut objects = Vec::new();
        if self.query.subject == Subject::Object {
            objects = posting::candidates_of_many(tx, uuids, Kind::Object)?;
            objects.sort_unstable();
        }
        let holders = if self.query.subject == Subject::Attribute {
            Vec::new()
        } else {
            self.holders_where(tx, &attributes, uuids)?
        };
        Ok(Holders {
            attributes,
            objects,
            holders,
        })
    }

    fn holders_where(&self, tx: &mut Tx<'_>, rows: &[i64], uuids: &[Uuid]) -> Result<Vec<i64>, DbError> {
        let of_objects = self.query.subject == Subject::Object;
        let mut holders = Vec::new();
        for chunk in rows.chunks(CHUNK) {
            let mut sql =
                Sql::new("SELECT a.id, a.object_seq FROM attribute a CROSS JOIN event e WHERE a.id");
            sql.any_of(chunk).push(" AND e.no = (a.id >> 24)");
            if !uuids.is_empty() {
                sql.push(" AND a.uuid").any_uuid(uuids);
            }
            self.element_guard(&mut sql, "a");
            tx.for_each(sql.text(), &sql.params(), |row| {
                let event = ElementId(row.get_int(0)?).event();
                if of_objects {
                    let object = row.get_opt_int(1)?.and_then(|seq| ElementId::new(event, seq));
                    holders.extend(object.map(|object| object.0));
                } else {
                    holders.push(event.0);
                }
                Ok::<_, DbError>(ControlFlow::Continue(()))
            })?;
        }
        holders.sort_unstable();
        holders.dedup();
        Ok(holders)
    }
}
