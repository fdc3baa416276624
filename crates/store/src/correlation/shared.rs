//! Values by how many attributes have them. spec: 05#1.6
use super::{Candidate, Reach};
use crate::damaged;
use crate::search::sql::Sql;
use entente_db::{DbError, Tx, params};
use entente_model::id::ElementId;
use std::ops::ControlFlow;

/// A posting list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shared {
    /// Its hash.
    pub hash: i64,
    /// How many postings it has, of whatever type and whoever's.
    pub length: i64,
}

/// The posting lists of `least` to `most` postings, the longest first: `limit` of them behind `offset`.
///
/// # Errors
/// Of the database.
pub fn shared(
    tx: &mut Tx<'_>,
    least: i64,
    most: i64,
    offset: i64,
    limit: i64,
) -> Result<Vec<Shared>, DbError> {
    tx.all(
        "SELECT h, COUNT(*) FROM value_ix GROUP BY h HAVING COUNT(*) BETWEEN $1 AND $2 \
         ORDER BY 2 DESC, h LIMIT $3 OFFSET $4",
        params![least, most, limit, offset],
        |row| {
            Ok::<_, DbError>(Shared {
                hash: row.get_int(0)?,
                length: row.get_int(1)?,
            })
        },
    )
}

/// Hands the attributes posted under a hash that are within reach to `f`, by id, until it has enough.
///
/// # Errors
/// Of the database.
pub fn holders(
    tx: &mut Tx<'_>,
    reach: Reach<'_>,
    hash: i64,
    mut f: impl FnMut(&Candidate) -> ControlFlow<()>,
) -> Result<(), DbError> {
    let mut sql = Sql::new(
        "SELECT a.id, a.kind, a.value1, a.value2 FROM value_ix v CROSS JOIN attribute a CROSS JOIN event e \
         WHERE v.h = ",
    );
    sql.int(hash).push(" AND a.id = v.id AND e.no = (a.id >> 24)");
    reach.guard(&mut sql);
    sql.push(" ORDER BY v.id");
    tx.for_each(sql.text(), &sql.params(), |row| {
        Ok::<_, DbError>(f(&Candidate {
            id: ElementId(row.get_int(0)?),
            kind: u16::try_from(row.get_int(1)?).map_err(|_| damaged(1, "an attribute type"))?,
            value1: row.get_string(2)?,
            value2: row.get_opt_string(3)?,
        }))
    })
}
