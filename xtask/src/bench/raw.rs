//! The raw insert: rows and postings of an event into SQLite with nothing around it. No JSON, no
//! validation, no policy; prepared statements, one transaction per event, postings sorted.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use rusqlite::{Connection, params};

use crate::generate::{Event, Random, Sample};

const SCHEMA: &str = "
    PRAGMA page_size=4096; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
    PRAGMA cache_size=-262144; PRAGMA temp_store=MEMORY;
    CREATE TABLE attribute (id INTEGER PRIMARY KEY, object_seq INTEGER, type INTEGER, category INTEGER,
        flags INTEGER, distribution INTEGER, label INTEGER, at INTEGER, v1 TEXT NOT NULL, v2 TEXT,
        comment TEXT, uuid BLOB NOT NULL);
    CREATE TABLE value_ix (h INTEGER, id INTEGER, f INTEGER, PRIMARY KEY (h, id)) WITHOUT ROWID;
    CREATE TABLE uuid_ix (h INTEGER, id INTEGER, k INTEGER, PRIMARY KEY (h, id)) WITHOUT ROWID;
    CREATE TABLE ip_ix (lo BLOB, len INTEGER, id INTEGER, PRIMARY KEY (lo, len, id)) WITHOUT ROWID;
    CREATE TABLE time_ix (day INTEGER, id INTEGER, PRIMARY KEY (day, id)) WITHOUT ROWID;";

/// A database that only ever receives rows.
pub struct Raw {
    connection: Connection,
    events: i64,
}

/// An attribute as the tables hold it, made before the clock starts.
struct Row {
    uuid: Vec<u8>,
    v1: String,
    v2: Option<String>,
    hashes: Vec<i64>,
    address: Option<Vec<u8>>,
}

impl Raw {
    /// An empty database in `folder`.
    pub fn new(folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let connection =
            Connection::open(folder.join("raw.sqlite")).context("cannot open the raw database")?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self {
            connection,
            events: 0,
        })
    }

    /// Inserts the event and returns how long that took, the commit included.
    pub fn insert(&mut self, event: &Event, random: &mut Random) -> Result<Duration> {
        let rows = event
            .samples
            .iter()
            .map(|sample| Row::new(sample, random))
            .collect::<Result<Vec<_>>>()?;
        self.events += 1;
        let first = self.events << 24;
        let begin = Instant::now();
        let transaction = self.connection.transaction()?;
        {
            let mut insert = transaction.prepare_cached(
                "INSERT INTO attribute VALUES (?1, 0, 12, 3, 1, 5, NULL, 1760000000, ?2, ?3, NULL, ?4)",
            )?;
            let mut values = Vec::with_capacity(rows.len() * 2);
            let mut uuids = Vec::with_capacity(rows.len());
            let mut addresses = Vec::new();
            for (row, id) in rows.iter().zip(first..) {
                insert.execute(params![id, row.v1, row.v2, row.uuid])?;
                values.extend(row.hashes.iter().map(|hash| (*hash, id)));
                uuids.push((prefix(&row.uuid), id));
                addresses.extend(row.address.as_ref().map(|address| (address, id)));
            }
            values.sort_unstable();
            uuids.sort_unstable();
            addresses.sort_unstable();
            let mut insert = transaction.prepare_cached("INSERT INTO value_ix VALUES (?1, ?2, 1)")?;
            for (hash, id) in values {
                insert.execute(params![hash, id])?;
            }
            let mut insert = transaction.prepare_cached("INSERT INTO uuid_ix VALUES (?1, ?2, 1)")?;
            for (hash, id) in uuids {
                insert.execute(params![hash, id])?;
            }
            let mut insert = transaction.prepare_cached("INSERT INTO ip_ix VALUES (?1, ?2, ?3)")?;
            for (address, id) in addresses {
                insert.execute(params![address, i64::try_from(address.len() * 8)?, id])?;
            }
            let mut insert = transaction.prepare_cached("INSERT INTO time_ix VALUES (20400, ?1)")?;
            for (_, id) in rows.iter().zip(first..) {
                insert.execute(params![id])?;
            }
        }
        transaction.commit()?;
        Ok(begin.elapsed())
    }
}

impl Row {
    fn new(sample: &Sample, random: &mut Random) -> Result<Self> {
        let (v1, v2) = match sample.value.split_once('|') {
            Some((first, second)) => (first.to_owned(), Some(second.to_owned())),
            None => (sample.value.clone(), None),
        };
        // A hash of a value is as good as any random number to the database.
        let hashes = (0..=usize::from(v2.is_some()))
            .map(|_| random.next().cast_signed())
            .collect();
        let address = sample.value.parse::<std::net::IpAddr>().ok().map(|ip| match ip {
            std::net::IpAddr::V4(ip) => ip.octets().to_vec(),
            std::net::IpAddr::V6(ip) => ip.octets().to_vec(),
        });
        Ok(Self {
            uuid: hex::decode(sample.uuid.replace('-', ""))?,
            v1,
            v2,
            hashes,
            address,
        })
    }
}

/// The first eight bytes as a number.
fn prefix(uuid: &[u8]) -> i64 {
    uuid.first_chunk::<8>()
        .map_or(0, |bytes| i64::from_be_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Scratch;

    #[test]
    fn every_attribute_becomes_a_row_with_postings() {
        let scratch = Scratch::new("raw-insert").unwrap();
        let mut raw = Raw::new(scratch.path()).unwrap();
        let mut random = Random::new(1);
        let event = Event::new(&mut random, 100);
        raw.insert(&event, &mut random).unwrap();
        let count = |table: &str| -> i64 {
            raw.connection
                .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))
                .unwrap()
        };
        // Of ten kinds one is composite, three are addresses.
        let counts = ["attribute", "value_ix", "uuid_ix", "ip_ix", "time_ix"].map(count);
        assert_eq!(counts, [100, 110, 100, 30, 100]);
    }
}
