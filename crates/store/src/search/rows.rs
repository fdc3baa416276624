//! The statements: ids of a search, rows of a page.
use super::Search;
use super::driver::Driver;
use super::sql::Sql;
use entente_db::{DbError, Row, Tx};
use entente_model::attribute::Attribute;
use entente_model::id::ElementId;
use entente_model::object::Object;
use entente_model::search::{Deletion, Subject};
use std::collections::HashMap;

/// Rows fetched by id in one statement.
const CHUNK: usize = 2_000;
/// Events walked in one statement.
const EVENTS: usize = 64;

/// Which rows of a result are read.
#[derive(Debug, Clone, Copy)]
struct Window {
    after: ElementId,
    limit: i64,
    offset: i64,
}

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
        self.order(&mut sql);
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
        self.rows(tx, Window { after, limit, offset }, crate::attribute::read)
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
        self.rows(tx, Window { after, limit, offset }, crate::object::read)
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

    /// The rows of one window. Over many events it goes a few events at a time, so that a page does not cost
    /// sorting everything that follows it.
    fn rows<T>(
        &self,
        tx: &mut Tx<'_>,
        window: Window,
        read: impl Fn(&Row<'_>) -> Result<T, DbError>,
    ) -> Result<Vec<T>, DbError> {
        let numbers = match &self.driver {
            Driver::Events(numbers) if window.offset == 0 && self.query.in_id_order() => numbers.as_slice(),
            Driver::Events(numbers) => return self.rows_of(tx, window, numbers, read),
            Driver::Scan | Driver::Elements(_) => return self.rows_of(tx, window, &[], read),
        };
        let wanted = usize::try_from(window.limit).unwrap_or(usize::MAX);
        let start = numbers.partition_point(|number| *number < window.after.event().0);
        let mut rows = Vec::new();
        for some in numbers.get(start..).unwrap_or_default().chunks(EVENTS) {
            let left = i64::try_from(wanted.saturating_sub(rows.len())).unwrap_or(window.limit);
            rows.extend(self.rows_of(
                tx,
                Window {
                    limit: left,
                    ..window
                },
                some,
                &read,
            )?);
            if rows.len() >= wanted {
                break;
            }
        }
        Ok(rows)
    }

    fn rows_of<T>(
        &self,
        tx: &mut Tx<'_>,
        window: Window,
        numbers: &[i64],
        read: impl Fn(&Row<'_>) -> Result<T, DbError>,
    ) -> Result<Vec<T>, DbError> {
        let (alias, columns) = match self.query.subject {
            Subject::Event => ("e", crate::event::COLUMNS),
            Subject::Attribute => ("a", crate::attribute::COLUMNS),
            Subject::Object => ("o", crate::object::COLUMNS),
        };
        let mut sql = Sql::new(format!("SELECT {columns}"));
        self.body_over(&mut sql, numbers);
        if !window.after.is_none() {
            sql.push(" AND ").push(alias).push(".id > ").int(window.after.0);
        }
        self.order(&mut sql);
        sql.push(" LIMIT ").int(window.limit);
        if window.offset > 0 {
            sql.push(" OFFSET ").int(window.offset);
        }
        tx.all(sql.text(), &sql.params(), read)
    }

    /// ` FROM … WHERE …` with every condition.
    fn body<'s>(&'s self, sql: &mut Sql<'s>) {
        match &self.driver {
            Driver::Events(numbers) => self.body_over(sql, numbers),
            Driver::Scan | Driver::Elements(_) => self.body_over(sql, &[]),
        }
    }

    /// The same, over these events when events drive the search.
    fn body_over<'s>(&'s self, sql: &mut Sql<'s>, numbers: &'s [i64]) {
        let (table, alias) = match self.query.subject {
            Subject::Event => {
                sql.push(" FROM event e WHERE ");
                if matches!(self.driver, Driver::Events(_)) {
                    sql.push("e.no").any_of(numbers);
                } else {
                    sql.push("TRUE");
                }
                self.event_guard(sql);
                self.conditions(sql);
                return;
            }
            Subject::Attribute => ("attribute a", "a"),
            Subject::Object => ("object o", "o"),
        };
        if matches!(self.driver, Driver::Events(_)) {
            sql.push(&format!(" FROM event e CROSS JOIN {table} WHERE e.no"))
                .any_of(numbers)
                .push(&format!(
                    " AND {alias}.id >= e.no * 16777216 AND {alias}.id < (e.no + 1) * 16777216"
                ));
        } else {
            sql.push(&format!(
                " FROM {table} CROSS JOIN event e WHERE e.no = ({alias}.id >> 24)"
            ));
            if let Driver::Elements(ids) = &self.driver {
                sql.push(&format!(" AND {alias}.id")).any_of(ids.as_slice());
            }
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
