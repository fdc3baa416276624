//! The same behaviour on both engines.

// the file itself rather than its crate, which depends on this one and on much more
#[path = "../../testkit/src/database.rs"]
mod database;

#[cfg(test)]
#[path = "both/bulk.rs"]
mod bulk;
#[cfg(test)]
#[path = "both/concurrency.rs"]
mod concurrency;
#[cfg(test)]
#[path = "both/migrations.rs"]
mod migrations;
#[cfg(test)]
#[path = "both/statements.rs"]
mod statements;
#[cfg(test)]
#[path = "both/transactions.rs"]
mod transactions;

use entente_db::Migration;

/// A small schema with each type of column.
pub const MIGRATIONS: &[Migration] = &[Migration {
    number: 1,
    name: "sample",
    sql: "
    CREATE TABLE owner (id @id@, name TEXT NOT NULL UNIQUE);
    CREATE TABLE item (
        id @id@, uuid @uuid@ NOT NULL UNIQUE, owner_id BIGINT REFERENCES owner (id) DEFERRABLE INITIALLY DEFERRED,
        name TEXT, data @bytes@, done BOOLEAN NOT NULL DEFAULT FALSE, CHECK (id > 0));
    CREATE INDEX item_name ON item (owner_id, name);
    CREATE TABLE pair (a BIGINT NOT NULL, b BIGINT NOT NULL, PRIMARY KEY (a, b)) @without_rowid@;",
}];
