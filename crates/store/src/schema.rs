//! Which schema the database has.
use entente_db::{DbError, Tx, params};

/// Number of the last migration that was applied.
///
/// # Errors
/// Of the database.
pub fn applied(tx: &mut Tx<'_>) -> Result<i64, DbError> {
    let last = tx.first(
        "SELECT CAST(COALESCE(MAX(number), 0) AS BIGINT) FROM schema_migration",
        params![],
        |row| row.get_int(0),
    )?;
    Ok(last.unwrap_or(0))
}

/// Numbers of all migrations that were applied, in order.
///
/// # Errors
/// Of the database; [`DbError::Sql`] when nobody migrated this database yet.
pub fn all_applied(tx: &mut Tx<'_>) -> Result<Vec<u32>, DbError> {
    tx.all(
        "SELECT number FROM schema_migration ORDER BY number",
        &[],
        |row| u32::try_from(row.get_int(0)?).map_err(|_| crate::damaged(0, "a number of a migration")),
    )
}

/// Number of the last migration that this program knows.
#[must_use]
pub fn known() -> i64 {
    crate::MIGRATIONS
        .iter()
        .map(|migration| i64::from(migration.number))
        .max()
        .unwrap_or(0)
}
