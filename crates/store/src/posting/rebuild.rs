//! Making the postings of values right again, a step at a time while others read and write. spec: 05#1.2
//!
//! Postings are written with their rows, so there is nothing to do in daily life. They are built anew when
//! the way values are posted has changed, or to be sure.
use super::{Batch, Poster};
use crate::attribute;
use entente_db::{DbError, Tx, params};
use entente_model::attribute::Attribute;
use entente_model::id::ElementId;
use std::collections::{HashMap, HashSet};

/// Rows that one step looks at.
pub const STEP: usize = 5_000;

/// What a step has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rebuilt {
    /// The last attribute looked at; the next step goes on behind it. `None` at the end.
    pub last: Option<ElementId>,
    /// Attributes of which postings were missing.
    pub repaired: u64,
}

/// Adds what is missing of the postings of attributes behind `after`, up to `last`.
///
/// # Errors
/// Of the database.
pub fn add_missing(
    tx: &mut Tx<'_>,
    poster: Poster<'_>,
    after: ElementId,
    last: ElementId,
) -> Result<Rebuilt, DbError> {
    let rows: Vec<Attribute> = tx.all(
        &format!(
            "SELECT {} FROM attribute a WHERE a.id > $1 AND a.id <= $2 ORDER BY a.id LIMIT $3",
            attribute::COLUMNS
        ),
        params![after.0, last.0, limit()],
        attribute::read,
    )?;
    let (Some(low), Some(high)) = (rows.first(), rows.last()) else {
        return Ok(Rebuilt {
            last: None,
            repaired: 0,
        });
    };
    let range = (low.id.0, high.id.0);
    let mut batch = Batch::default();
    for row in &rows {
        batch.value(poster, row);
    }
    let mut repaired = HashSet::new();
    let mut keep = |known: &HashSet<(i64, i64)>, pairs: &mut Vec<(i64, i64)>| {
        pairs.retain(|pair| !known.contains(pair));
        repaired.extend(pairs.iter().map(|(_, id)| *id));
    };
    let known = present(
        tx,
        "SELECT x.h, x.id FROM @each_int($1)@ w CROSS JOIN value_ix x WHERE x.h = w.value",
        &batch.values,
        range,
    )?;
    keep(&known, &mut batch.values);
    let known = present(
        tx,
        "SELECT x.run, x.id FROM @each_int($1)@ w CROSS JOIN fuzzy_ix x WHERE x.run = w.value",
        &batch.runs,
        range,
    )?;
    keep(&known, &mut batch.runs);
    let known = addresses_present(tx, &batch.addresses, range)?;
    batch.addresses.retain(|address| !known.contains(address));
    repaired.extend(batch.addresses.iter().map(|(_, _, id)| *id));
    batch.insert(tx)?;
    Ok(Rebuilt {
        last: Some(high.id),
        repaired: u64::try_from(repaired.len()).unwrap_or(u64::MAX),
    })
}

fn limit() -> i64 {
    i64::try_from(STEP).unwrap_or(i64::MAX)
}

/// Those of some keys that lead to elements of a range of ids already.
fn present(
    tx: &mut Tx<'_>,
    sql: &str,
    pairs: &[(i64, i64)],
    (low, high): (i64, i64),
) -> Result<HashSet<(i64, i64)>, DbError> {
    let mut keys: Vec<i64> = pairs.iter().map(|(key, _)| *key).collect();
    keys.sort_unstable();
    keys.dedup();
    let found = tx.all(
        &format!("{sql} AND x.id >= $2 AND x.id <= $3"),
        params![&keys, low, high],
        |row| Ok::<_, DbError>((row.get_int(0)?, row.get_int(1)?)),
    )?;
    Ok(found.into_iter().collect())
}

fn addresses_present(
    tx: &mut Tx<'_>,
    addresses: &[([u8; 16], i64, i64)],
    (low, high): (i64, i64),
) -> Result<HashSet<([u8; 16], i64, i64)>, DbError> {
    let mut found = HashSet::new();
    for (lo, len, id) in addresses {
        let there = tx.first(
            "SELECT id FROM ip_ix WHERE lo = $1 AND len = $2 AND id = $3 AND id >= $4 AND id <= $5",
            params![lo, *len, *id, low, high],
            |row| row.get_int(0),
        )?;
        if there.is_some() {
            found.insert((*lo, *len, *id));
        }
    }
    Ok(found)
}

/// Where a walk over the postings of values stands, and what it has dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stale {
    /// The last posting looked at; `None` at the end.
    pub last: Option<(i64, i64)>,
    /// Postings that led nowhere.
    pub dropped: u64,
}

/// Drops postings of values behind `after` whose attribute is gone or has another value.
///
/// # Errors
/// Of the database.
pub fn drop_stale(tx: &mut Tx<'_>, poster: Poster<'_>, after: (i64, i64)) -> Result<Stale, DbError> {
    let pairs: Vec<(i64, i64)> = tx.all(
        "SELECT h, id FROM value_ix WHERE (h, id) > ($1, $2) ORDER BY h, id LIMIT $3",
        params![after.0, after.1, limit()],
        |row| Ok::<_, DbError>((row.get_int(0)?, row.get_int(1)?)),
    )?;
    let mut ids: Vec<i64> = pairs.iter().map(|(_, id)| *id).collect();
    ids.sort_unstable();
    ids.dedup();
    let rows: HashMap<i64, Attribute> = tx
        .all(
            &format!(
                "SELECT {} FROM @each_int($1)@ w CROSS JOIN attribute a WHERE a.id = w.value",
                attribute::COLUMNS
            ),
            params![&ids],
            attribute::read,
        )?
        .into_iter()
        .map(|row: Attribute| (row.id.0, row))
        .collect();
    let mut dropped = 0;
    for (hash, id) in &pairs {
        let mut right = false;
        if let Some(row) = rows.get(id) {
            poster.each_value(row, |own| right |= own == *hash);
        }
        if !right {
            dropped += tx.execute(
                "DELETE FROM value_ix WHERE h = $1 AND id = $2",
                params![*hash, *id],
            )?;
        }
    }
    Ok(Stale {
        last: pairs.last().copied(),
        dropped,
    })
}
