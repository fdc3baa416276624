//! Searches as SQL: from a [`Query`] to the ids and rows that a reader may see. spec: 04#2, 04#3, 13#8.5
//!
//! # How
//! [`Search::prepare`] looks up everything that costs a look-up of its own: names become ids, values and uuids
//! become the ids of rows that have them (through postings, compared as text afterwards). What is left is one
//! statement per search whose text depends on the shape of the filter alone, never on its values or their
//! number. The narrowest set that preparation has found drives the statement; without one it walks events and
//! their elements by id.
//!
//! # Invariants
//! - A driver only narrows; every condition is still part of the statement, so dropping it changes nothing.
//! - Every statement asks for the labels of the event and of the element, also inside `EXISTS` and for counts,
//!   so that a condition never tells about elements that the reader does not see.
//! - Values are bound, identifiers stand in this crate.
mod condition;
mod driver;
mod event_term;
mod order;
mod postings;
mod prepared;
mod rows;
pub(crate) mod sql;

use crate::hash::ValueHasher;
use driver::Driver;
use entente_db::{DbError, Tx};
use entente_model::id::OrgId;
use entente_model::search::{Named, Pattern, Query, Subject};
use entente_policy::Scope;
use prepared::Prepared;

/// Who reads, as far as a search depends on it.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    /// What the reader may see.
    pub scope: &'a Scope,
    /// The reader's organisation.
    pub org: OrgId,
    /// Whether deleted elements are shown in events of other organisations. spec: 01#4
    pub foreign_deleted: bool,
}

/// The names that a search may use, from the snapshots that hold them.
pub trait Names {
    /// Tags with this id, or with this name in exact case; `%` in a name stands for any run of characters.
    fn tags(&self, named: &Named) -> Vec<i64>;
    /// Tags whose name is like a pattern, ignoring case.
    fn tags_like(&self, pattern: &Pattern) -> Vec<i64>;
    /// Organisations with this id, uuid, name or property.
    fn organisations(&self, named: &Named) -> Vec<i64>;
}

/// A prepared search, good for the transaction in which it was made.
pub struct Search<'a> {
    reader: Reader<'a>,
    query: &'a Query,
    terms: Vec<Prepared<'a>>,
    driver: Driver,
}

impl<'a> Search<'a> {
    /// Looks up what the conditions name.
    ///
    /// # Errors
    /// Of the database.
    pub fn prepare(
        tx: &mut Tx<'_>,
        reader: Reader<'a>,
        names: &dyn Names,
        hasher: &ValueHasher,
        query: &'a Query,
    ) -> Result<Self, DbError> {
        let mut search = Self {
            reader,
            query,
            terms: Vec::with_capacity(query.terms.len()),
            driver: Driver::Scan,
        };
        for term in &query.terms {
            let prepared = search.look_up(tx, names, hasher, term)?;
            search.terms.push(prepared);
        }
        search.driver = search.choose_driver(tx)?;
        Ok(search)
    }

    /// What is searched for.
    #[must_use]
    pub fn subject(&self) -> Subject {
        self.query.subject
    }
}
