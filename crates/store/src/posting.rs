//! Postings: from a value, uuid, address or day to the elements that have it. spec: 13#8.2, 13#8.3
//!
//! Written in the same transaction as the rows and sorted, since sorted insertion into a B-tree is
//! several times faster than random insertion. A posting is a hint: whoever follows one reads the row
//! and compares, so a stale or colliding posting costs time and never a wrong answer.
mod rebuild;
mod remove;

pub use rebuild::{Rebuilt, STEP, Stale, add_missing, drop_stale};
pub use remove::{move_day, remove_event, remove_uuid, remove_value};

use crate::hash::{ValueHasher, of_uuid};
use entente_db::{DbError, Tx, Type, Value, params};
use entente_indicator::{AddressPart, AddressRange, AttributeType, FuzzyHash, fold, parent_domains};
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

/// How values are posted.
#[derive(Debug, Clone, Copy)]
pub struct Poster<'a> {
    /// The hash of values.
    pub hasher: &'a ValueHasher,
    /// Whether host names are posted under the domains above them too.
    pub subdomains: bool,
}

impl Poster<'_> {
    /// The posting under which host names below a domain are found. No value of a host name begins with a
    /// dot, so it is not mistaken for one; who follows it compares anyway.
    #[must_use]
    pub fn below(&self, domain: &str) -> i64 {
        self.hasher.hash(&format!(".{domain}"))
    }

    /// Every posting of an attribute's value; some may come twice.
    fn each_value(&self, attribute: &Attribute, mut post: impl FnMut(i64)) {
        for half in halves(attribute) {
            post(self.hasher.hash(half));
        }
        if self.subdomains && is_host_name(attribute) {
            for domain in parent_domains(&fold(&attribute.value1)) {
                post(self.below(domain));
            }
        }
    }
}

fn is_host_name(attribute: &Attribute) -> bool {
    AttributeType::from_id(attribute.kind).is_some_and(AttributeType::is_host_name)
}

/// The runs of characters under which a fuzzy hash is found. spec: 05#1.3
fn runs(attribute: &Attribute) -> Vec<i64> {
    if attribute.kind != AttributeType::SSDEEP.id() {
        return Vec::new();
    }
    FuzzyHash::parse(&attribute.value1).map_or_else(Vec::new, |hash| hash.keys())
}

/// Postings of one write, collected and then inserted in order.
#[derive(Default)]
pub struct Batch {
    values: Vec<(i64, i64)>,
    runs: Vec<(i64, i64)>,
    uuids: Vec<(i64, i64, i64)>,
    addresses: Vec<([u8; 16], i64, i64)>,
    days: Vec<(i64, i64)>,
}

impl Batch {
    /// Collects the postings of an attribute.
    pub fn attribute(&mut self, poster: Poster<'_>, attribute: &Attribute) {
        self.uuid(attribute.uuid, attribute.id, Kind::Attribute);
        self.days.push((Day::of(attribute.timestamp).0, attribute.id.0));
        self.value(poster, attribute);
    }

    /// Collects the postings of an attribute's value alone.
    pub fn value(&mut self, poster: Poster<'_>, attribute: &Attribute) {
        poster.each_value(attribute, |hash| self.values.push((hash, attribute.id.0)));
        self.runs
            .extend(runs(attribute).into_iter().map(|run| (run, attribute.id.0)));
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
        for pairs in [&mut self.values, &mut self.runs, &mut self.days] {
            pairs.sort_unstable();
            pairs.dedup();
        }
        self.uuids.sort_unstable();
        self.addresses.sort_unstable();
        self.addresses.dedup();
        insert_pairs(
            tx,
            "value_ix",
            &[("h", Type::Int), ("id", Type::Int)],
            &self.values,
        )?;
        insert_pairs(
            tx,
            "fuzzy_ix",
            &[("run", Type::Int), ("id", Type::Int)],
            &self.runs,
        )?;
        insert_pairs(
            tx,
            "time_ix",
            &[("day", Type::Int), ("id", Type::Int)],
            &self.days,
        )?;
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
        Ok(())
    }
}

fn insert_pairs(
    tx: &mut Tx<'_>,
    table: &'static str,
    columns: &'static [(&'static str, Type)],
    pairs: &[(i64, i64)],
) -> Result<(), DbError> {
    if pairs.is_empty() {
        return Ok(());
    }
    let mut bulk = tx.bulk(table, columns)?;
    for (key, id) in pairs {
        bulk.row(&[Value::Int(*key), Value::Int(*id)])?;
    }
    bulk.finish().map(|_| ())
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

/// Adds the value postings of an attribute whose value changed.
///
/// # Errors
/// Of the database.
pub fn add_value(tx: &mut Tx<'_>, poster: Poster<'_>, attribute: &Attribute) -> Result<(), DbError> {
    let mut batch = Batch::default();
    batch.value(poster, attribute);
    batch.insert(tx)
}
