//! The statements: ids of a search, rows of a page.
use super::Search;
use super::driver::Driver;
use super::order::order_by;
use super::sql::Sql;
use entente_db::{DbError, Tx};
use entente_model::attribute::Attribute;
use entente_model::id::{ElementId, EventId};
use entente_model::object::Object;
use entente_model::search::{Deletion, Subject};
use std::collections::HashMap;

/// Rows fetched by id in one statement.
const CHUNK: usize = 2_000;

impl Search<'_> {
    /// The ids of everything found, in order, without paging: event numbers, or element ids.
    ///
    /// # Errors
    /// Of the database.
    pub fn ids(&self, tx: &mut Tx<'_>) -> Result<Vec<i64>, DbError> {
        let id = match self.query.subject {
            Subject::Event => "e.no",
            Subject::Attribute => "a.id",
            Subject::Object => "o.id",
        };
        let mut sql = Sql::new(format!("SELECT {id}"));
        self.body(&mut sql);
        sql.push(&order_by(self.query.subject, &self.query.order));
        tx.all(sql.text(), &sql.params(), |row| row.get_int(0))
    }

    /// How many are found, without paging.
    ///
    /// # Errors
    /// Of the database.
    pub fn count(&self, tx: &mut Tx<'_>) -> Result<i64, DbError> {
        let mut sql = Sql::new("SELECT COUNT(*)");
        self.body(&mut sql);
        Ok(tx
            .first(sql.text(), &sql.params(), |row| row.get_int(0))?
            .unwrap_or_default())
    }

    /// Attributes found, in order: at most `limit` after passing over `offset`. For a search in id order
    /// `after` continues behind the last row of the page before, at no cost for what was passed.
    ///
    /// # Errors
    /// Of the database.
    pub fn attributes(
        &self,
        tx: &mut Tx<'_>,
        after: ElementId,
        limit: i64,
        offset: i64,
    ) -> Result<Vec<Attribute>, DbError> {
        let mut sql = Sql::new(format!("SELECT {}", crate::attribute::COLUMNS));
        self.page(&mut sql, "a", after, limit, offset);
        tx.all(sql.text(), &sql.params(), crate::attribute::read)
    }

    /// Objects found, in order; as [`Self::attributes`].
    ///
    /// # Errors
    /// Of the database.
    pub fn objects(
        &self,
        tx: &mut Tx<'_>,
        after: ElementId,
        limit: i64,
        offset: i64,
    ) -> Result<Vec<Object>, DbError> {
        let mut sql = Sql::new(format!("SELECT {}", crate::object::COLUMNS));
        self.page(&mut sql, "o", after, limit, offset);
        tx.all(sql.text(), &sql.params(), crate::object::read)
    }

    /// Attributes by ids that this search has found, in the given order.
    ///
    /// # Errors
    /// Of the database.
    pub fn attributes_by_ids(&self, tx: &mut Tx<'_>, ids: &[i64]) -> Result<Vec<Attribute>, DbError> {
        let mut found = HashMap::with_capacity(ids.len());
        for chunk in ids.chunks(CHUNK) {
            let mut sql = Sql::new(format!(
                "SELECT {} FROM attribute a CROSS JOIN event e WHERE a.id",
                crate::attribute::COLUMNS
            ));
            sql.any_of(chunk).push(" AND e.no = (a.id >> 24)");
            self.element_guard(&mut sql, "a");
            let rows: Vec<Attribute> = tx.all(sql.text(), &sql.params(), crate::attribute::read)?;
            found.extend(rows.into_iter().map(|attribute| (attribute.id.0, attribute)));
        }
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    /// How many attributes were found per value of `column`, which must be a small number.
    fn counts(&self, tx: &mut Tx<'_>, column: &str) -> Result<Vec<(i64, i64)>, DbError> {
        let mut sql = Sql::new(format!("SELECT {column}, COUNT(*)"));
        self.body(&mut sql);
        sql.push(&format!(" GROUP BY {column} ORDER BY {column}"));
        tx.all(sql.text(), &sql.params(), |row| {
            Ok((row.get_int(0)?, row.get_int(1)?))
        })
    }

    /// How many attributes were found of each type, by type.
    ///
    /// # Errors
    /// Of the database.
    pub fn counts_by_kind(&self, tx: &mut Tx<'_>) -> Result<Vec<(i64, i64)>, DbError> {
        self.counts(tx, "a.kind")
    }

    /// How many attributes were found of each category, by category.
    ///
    /// # Errors
    /// Of the database.
    pub fn counts_by_category(&self, tx: &mut Tx<'_>) -> Result<Vec<(i64, i64)>, DbError> {
        self.counts(tx, "a.category")
    }

    fn page<'s>(&'s self, sql: &mut Sql<'s>, alias: &str, after: ElementId, limit: i64, offset: i64) {
        self.body(sql);
        if !after.is_none() {
            let EventId(event) = after.event();
            sql.push(" AND e.no >= ").int(event).push(" AND ");
            sql.push(alias).push(".id > ").int(after.0);
        }
        sql.push(&order_by(self.query.subject, &self.query.order));
        sql.push(" LIMIT ").int(limit);
        if offset > 0 {
            sql.push(" OFFSET ").int(offset);
        }
    }

    /// ` FROM … WHERE …` with every condition.
    fn body<'s>(&'s self, sql: &mut Sql<'s>) {
        let alias = match self.query.subject {
            Subject::Event => {
                sql.push(" FROM event e WHERE ");
                self.drive_events(sql);
                self.event_guard(sql);
                self.conditions(sql);
                return;
            }
            Subject::Attribute => ("attribute a", "a"),
            Subject::Object => ("object o", "o"),
        };
        let (table, alias) = alias;
        if let Driver::Elements(ids) = &self.driver {
            sql.push(&format!(" FROM {table} CROSS JOIN event e WHERE {alias}.id"))
                .any_of(ids.as_slice())
                .push(&format!(" AND e.no = ({alias}.id >> 24)"));
        } else {
            sql.push(&format!(" FROM event e CROSS JOIN {table} WHERE "));
            self.drive_events(sql);
            sql.push(&format!(
                " AND {alias}.id >= e.no * 16777216 AND {alias}.id < (e.no + 1) * 16777216"
            ));
        }
        self.element_guard(sql, alias);
        self.conditions(sql);
        if self.query.subject == Subject::Object {
            // an object without an attribute to show is not shown. spec: 01#5.4
            sql.push(" AND ");
            self.some_attribute(sql);
            sql.push(")");
        }
    }

    fn drive_events<'s>(&'s self, sql: &mut Sql<'s>) {
        match &self.driver {
            Driver::Events(numbers) => {
                sql.push("e.no").any_of(numbers.as_slice());
            }
            Driver::Scan | Driver::Elements(_) => {
                sql.push("TRUE");
            }
        }
    }

    /// The event is visible and, when deleted elements are asked for, has such attributes. spec: 04#3 deleted
    fn event_guard<'s>(&'s self, sql: &mut Sql<'s>) {
        sql.push(" AND ").visible(self.reader.scope, "e.label");
        if self.query.deletion != Deletion::Live {
            sql.push(" AND ");
            self.some_attribute(sql);
            sql.push(")");
        }
    }
}
