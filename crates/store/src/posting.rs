//! Postings: from a value, uuid, address or day to the elements that have it. spec: 13#8.2, 13#8.3
//!
//! Written in the same transaction as the rows and sorted, since sorted insertion into a B-tree is
//! several times faster than random insertion. A posting is a hint: whoever follows one reads the row
//! and compares, so a stale or colliding posting costs time and never a wrong answer.
use crate::hash::{ValueHasher, of_uuid};
use entente_db::{DbError, Tx, Type, Value, params};
use entente_indicator::{AddressPart, AddressRange, AttributeType};
use entente_model::attribute::Attribute;
use entente_model::id::ElementId;
use entente_model::time::Day;
use uuid::Uuid;

/// Which table holds the element of a uuid posting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An attribute.
    Attribute = 1,
    /// An object.
    Object = 2,
    /// A reference.
    Reference = 3,
    /// An event report.
    Report = 4,
    /// A proposal.
    Proposal = 5,
}

impl Kind {
    /// The stored number.
    #[must_use]
    pub fn number(self) -> i64 {
        match self {
            Self::Attribute => 1,
            Self::Object => 2,
            Self::Reference => 3,
            Self::Report => 4,
            Self::Proposal => 5,
        }
    }
}

/// Postings of one write, collected and then inserted in order.
#[derive(Default)]
pub struct Batch {
    values: Vec<(i64, i64)>,
    uuids: Vec<(i64, i64, i64)>,
    addresses: Vec<([u8; 16], i64, i64)>,
    days: Vec<(i64, i64)>,
}

impl Batch {
    /// Collects the postings of an attribute.
    pub fn attribute(&mut self, hasher: &ValueHasher, attribute: &Attribute) {
        self.uuid(attribute.uuid, attribute.id, Kind::Attribute);
        self.days.push((Day::of(attribute.timestamp).0, attribute.id.0));
        self.value(hasher, attribute);
    }

    /// Collects the postings of an attribute's value alone.
    pub fn value(&mut self, hasher: &ValueHasher, attribute: &Attribute) {
        for half in halves(attribute) {
            self.values.push((hasher.hash(half), attribute.id.0));
        }
        if let Some(range) = addresses(attribute) {
            self.addresses
                .push((range.lo, i64::from(range.prefix), attribute.id.0));
        }
    }

    /// Collects a uuid.
    pub fn uuid(&mut self, uuid: Uuid, id: ElementId, kind: Kind) {
        self.uuids.push((of_uuid(uuid), id.0, kind.number()));
    }

    /// Inserts everything collected, each table in key order.
    ///
    /// # Errors
    /// Of the database.
    pub fn insert(mut self, tx: &mut Tx<'_>) -> Result<(), DbError> {
        self.values.sort_unstable();
        self.values.dedup();
        self.uuids.sort_unstable();
        self.addresses.sort_unstable();
        self.addresses.dedup();
        self.days.sort_unstable();
        if !self.values.is_empty() {
            let mut bulk = tx.bulk("value_ix", &[("h", Type::Int), ("id", Type::Int)])?;
            for (h, id) in &self.values {
                bulk.row(&[Value::Int(*h), Value::Int(*id)])?;
            }
            bulk.finish()?;
        }
        if !self.uuids.is_empty() {
            let mut bulk = tx.bulk(
                "uuid_ix",
                &[("h", Type::Int), ("id", Type::Int), ("kind", Type::Int)],
            )?;
            for (h, id, kind) in &self.uuids {
                bulk.row(&[Value::Int(*h), Value::Int(*id), Value::Int(*kind)])?;
            }
            bulk.finish()?;
        }
        if !self.addresses.is_empty() {
            let mut bulk = tx.bulk(
                "ip_ix",
                &[("lo", Type::Bytes), ("len", Type::Int), ("id", Type::Int)],
            )?;
            for (lo, len, id) in &self.addresses {
                bulk.row(&[Value::Bytes(lo), Value::Int(*len), Value::Int(*id)])?;
            }
            bulk.finish()?;
        }
        if !self.days.is_empty() {
            let mut bulk = tx.bulk("time_ix", &[("day", Type::Int), ("id", Type::Int)])?;
            for (day, id) in &self.days {
                bulk.row(&[Value::Int(*day), Value::Int(*id)])?;
            }
            bulk.finish()?;
        }
        Ok(())
    }
}

fn halves(attribute: &Attribute) -> impl Iterator<Item = &str> {
    std::iter::once(attribute.value1.as_str())
        .chain(attribute.value2.as_deref())
        .filter(|half| !half.is_empty())
}

/// The address or network in an attribute's value, where its type says there is one.
fn addresses(attribute: &Attribute) -> Option<AddressRange> {
    let half = match AttributeType::from_id(attribute.kind)?.address_part() {
        AddressPart::None => return None,
        AddressPart::First => attribute.value1.as_str(),
        AddressPart::Second => attribute.value2.as_deref()?,
    };
    entente_indicator::address_range(half)
}

/// Ids that may hold a uuid, of one kind.
///
/// # Errors
/// Of the database.
pub fn candidates(tx: &mut Tx<'_>, uuid: Uuid, kind: Kind) -> Result<Vec<i64>, DbError> {
    tx.all(
        "SELECT id FROM uuid_ix WHERE h = $1 AND kind = $2 ORDER BY id",
        params![of_uuid(uuid), kind.number()],
        |row| row.get_int(0),
    )
}

/// Which of many uuids have a posting of a kind: their candidate ids.
///
/// # Errors
/// Of the database.
pub fn candidates_of_many(tx: &mut Tx<'_>, uuids: &[Uuid], kind: Kind) -> Result<Vec<i64>, DbError> {
    let mut hashes: Vec<i64> = uuids.iter().map(|uuid| of_uuid(*uuid)).collect();
    hashes.sort_unstable();
    hashes.dedup();
    let sql = format!(
        "SELECT x.id FROM @each_int($1)@ w CROSS JOIN uuid_ix x WHERE x.h = w.value AND x.kind = {}",
        kind.number()
    );
    crate::many::rows(tx, &sql, &hashes, |row| row.get_int(0))
}

/// Removes the value postings of an attribute, before its value changes or its row goes.
///
/// # Errors
/// Of the database.
pub fn remove_value(tx: &mut Tx<'_>, hasher: &ValueHasher, attribute: &Attribute) -> Result<(), DbError> {
    for half in halves(attribute) {
        tx.execute(
            "DELETE FROM value_ix WHERE h = $1 AND id = $2",
            params![hasher.hash(half), attribute.id.0],
        )?;
    }
    if let Some(range) = addresses(attribute) {
        tx.execute(
            "DELETE FROM ip_ix WHERE lo = $1 AND len = $2 AND id = $3",
            params![&range.lo, i64::from(range.prefix), attribute.id.0],
        )?;
    }
    Ok(())
}

/// Adds the value postings of an attribute whose value changed.
///
/// # Errors
/// Of the database.
pub fn add_value(tx: &mut Tx<'_>, hasher: &ValueHasher, attribute: &Attribute) -> Result<(), DbError> {
    let mut batch = Batch::default();
    batch.value(hasher, attribute);
    batch.insert(tx)
}

/// Removes a uuid posting.
///
/// # Errors
/// Of the database.
pub fn remove_uuid(tx: &mut Tx<'_>, uuid: Uuid, id: ElementId) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM uuid_ix WHERE h = $1 AND id = $2",
        params![of_uuid(uuid), id.0],
    )?;
    Ok(())
}

/// Moves an element's time posting to the day of its new edit version.
///
/// # Errors
/// Of the database.
pub fn move_day(tx: &mut Tx<'_>, id: ElementId, from: i64, to: i64) -> Result<(), DbError> {
    let (from, to) = (Day::of(from).0, Day::of(to).0);
    if from != to {
        tx.execute(
            "DELETE FROM time_ix WHERE day = $1 AND id = $2",
            params![from, id.0],
        )?;
        tx.execute(
            "INSERT INTO time_ix (day, id) VALUES ($1, $2) ON CONFLICT (day, id) DO NOTHING",
            params![to, id.0],
        )?;
    }
    Ok(())
}

/// Removes the postings of everything in an event, before its rows go.
///
/// # Errors
/// Of the database.
pub fn remove_event(
    tx: &mut Tx<'_>,
    hasher: &ValueHasher,
    event: entente_model::id::EventId,
) -> Result<(), DbError> {
    let (low, high) = event.element_range();
    let mut after = low;
    loop {
        let rows = tx.all(
            &format!(
                "SELECT {} FROM attribute a WHERE a.id > $1 AND a.id <= $2 ORDER BY a.id LIMIT 5000",
                crate::attribute::COLUMNS
            ),
            params![after, high],
            crate::attribute::read,
        )?;
        let Some(last) = rows.last() else { break };
        after = last.id.0;
        for row in &rows {
            remove_value(tx, hasher, row)?;
            remove_uuid(tx, row.uuid, row.id)?;
            tx.execute(
                "DELETE FROM time_ix WHERE day = $1 AND id = $2",
                params![Day::of(row.timestamp).0, row.id.0],
            )?;
        }
    }
    for sql in [
        "SELECT uuid, id FROM object WHERE id BETWEEN $1 AND $2",
        "SELECT uuid, id FROM object_reference WHERE id BETWEEN $1 AND $2",
        "SELECT uuid, id FROM event_report WHERE id BETWEEN $1 AND $2",
        "SELECT uuid, id FROM proposal WHERE id BETWEEN $1 AND $2",
    ] {
        let rows: Vec<(Uuid, i64)> = tx.all::<_, DbError>(sql, params![low, high], |row| {
            Ok((row.get_uuid(0)?, row.get_int(1)?))
        })?;
        for (uuid, id) in rows {
            remove_uuid(tx, uuid, ElementId(id))?;
        }
    }
    Ok(())
}
