//! Values that are alike without being equal: networks and their addresses, fuzzy hashes. spec: 05#1.3
use entente_db::{DbError, Tx, params};
use entente_indicator::AddressRange;
use std::ops::ControlFlow;
use uuid::Uuid;

/// The lengths of prefix, 0 to 127, of the networks that are stored.
///
/// # Errors
/// Of the database.
pub fn prefixes_in_use(tx: &mut Tx<'_>) -> Result<Vec<u8>, DbError> {
    let mut found = Vec::new();
    let mut last = -1;
    // One step of the index for each length, however many networks have it.
    while let Some(next) = tx.first(
        "SELECT len FROM ip_ix WHERE len > $1 AND len < 128 ORDER BY len LIMIT 1",
        params![last],
        |row| row.get_int(0),
    )? {
        last = next;
        found.extend(u8::try_from(next));
    }
    Ok(found)
}

/// The stored networks of one length of prefix with one of these lowest addresses, sorted and each given
/// once: (lowest address, id of the attribute). At most `most`.
///
/// # Errors
/// Of the database.
pub fn networks(
    tx: &mut Tx<'_>,
    prefix: u8,
    lowest: &[[u8; 16]],
    most: usize,
) -> Result<Vec<([u8; 16], i64)>, DbError> {
    let keys: Vec<Uuid> = lowest.iter().map(|bytes| Uuid::from_bytes(*bytes)).collect();
    let mut found = Vec::new();
    tx.for_each(
        "SELECT x.lo, x.id FROM @each_key($1)@ w CROSS JOIN ip_ix x WHERE x.lo = w.value AND x.len = $2",
        params![keys.as_slice(), i64::from(prefix)],
        |row| {
            let bytes = row.get_bytes(0)?;
            let lo = <[u8; 16]>::try_from(bytes).map_err(|_| crate::damaged(0, "an address"))?;
            found.push((lo, row.get_int(1)?));
            Ok::<_, DbError>(if found.len() < most {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            })
        },
    )?;
    Ok(found)
}

/// The first of the single addresses inside a network behind `after`, an address with an id, in the order of
/// addresses. Those of the other version of the protocol are left out.
///
/// # Errors
/// Of the database.
pub fn addresses_within(
    tx: &mut Tx<'_>,
    network: AddressRange,
    after: ([u8; 16], i64),
    limit: i64,
) -> Result<Vec<([u8; 16], i64)>, DbError> {
    let highest = network.hi();
    let (first, last) = AddressRange::V4_SPACE;
    // A network of version 6 may be wide enough to hold the place where version 4 is kept.
    let (other_version, values) = if network.is_v6() {
        (
            " AND (lo < $5 OR lo > $6)",
            params![&after.0, after.1, &highest, limit, &first, &last].to_vec(),
        )
    } else {
        ("", params![&after.0, after.1, &highest, limit].to_vec())
    };
    let sql = format!(
        "SELECT lo, id FROM ip_ix WHERE (lo, len, id) > ($1, 128, $2) AND lo <= $3 AND len = 128{other_version} \
         ORDER BY lo, len, id LIMIT $4"
    );
    tx.all(&sql, &values, |row| {
        let bytes = row.get_bytes(0)?;
        let lo = <[u8; 16]>::try_from(bytes).map_err(|_| crate::damaged(0, "an address"))?;
        Ok::<_, DbError>((lo, row.get_int(1)?))
    })
}

/// Ids of fuzzy hashes that share one of these runs, sorted and each given once; at most `most`.
///
/// # Errors
/// Of the database.
pub fn sharing_runs(tx: &mut Tx<'_>, runs: &[i64], most: i64) -> Result<Vec<i64>, DbError> {
    tx.all(
        "SELECT DISTINCT f.id FROM @each_int($1)@ w CROSS JOIN fuzzy_ix f WHERE f.run = w.value LIMIT $2",
        params![runs, most],
        |row| row.get_int(0),
    )
}
