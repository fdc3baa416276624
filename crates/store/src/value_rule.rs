//! Rules about values: rewriting on the way in, and what leaves in no export. spec: 08#16
use entente_db::{DbError, Row, Tx, params};

/// A rule that rewrites or refuses values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleRow {
    /// Row id; rules apply in this order.
    pub id: i64,
    /// A delimited regular expression.
    pub pattern: String,
    /// What a match becomes; empty refuses the value.
    pub replacement: String,
    /// Name of the type it is for; empty = all.
    pub kind: String,
}

/// A pattern of values that are not exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedRow {
    /// Row id.
    pub id: i64,
    /// A delimited regular expression.
    pub pattern: String,
}

fn read(row: &Row<'_>) -> Result<RuleRow, DbError> {
    Ok(RuleRow {
        id: row.get_int(0)?,
        pattern: row.get_string(1)?,
        replacement: row.get_string(2)?,
        kind: row.get_string(3)?,
    })
}

/// Import rules in their order.
///
/// # Errors
/// Of the database.
pub fn rules(tx: &mut Tx<'_>) -> Result<Vec<RuleRow>, DbError> {
    tx.all(
        "SELECT id, pattern, replacement, type FROM import_rule ORDER BY id",
        params![],
        read,
    )
}

/// Adds an import rule behind the others; its id is taken from the counter and returned.
///
/// # Errors
/// Of the database.
pub fn insert_rule(tx: &mut Tx<'_>, row: &RuleRow) -> Result<i64, DbError> {
    let id = tx.next_ids("import_rule", 1)?;
    tx.execute(
        "INSERT INTO import_rule (id, pattern, replacement, type) VALUES ($1, $2, $3, $4)",
        params![id, &row.pattern, &row.replacement, &row.kind],
    )?;
    Ok(id)
}

/// Puts in the rules of a fresh list under their own ids, which the counter leaves out from then on.
///
/// # Errors
/// `Unique` when any id is taken.
pub fn begin_rules(tx: &mut Tx<'_>, rows: &[RuleRow]) -> Result<(), DbError> {
    if let Ok(count @ 1..) = i64::try_from(rows.len()) {
        tx.next_ids("import_rule", count)?;
    }
    for row in rows {
        tx.execute(
            "INSERT INTO import_rule (id, pattern, replacement, type) VALUES ($1, $2, $3, $4)",
            params![row.id, &row.pattern, &row.replacement, &row.kind],
        )?;
    }
    Ok(())
}

/// Replaces an import rule.
///
/// # Errors
/// Of the database.
pub fn update_rule(tx: &mut Tx<'_>, row: &RuleRow) -> Result<(), DbError> {
    tx.execute(
        "UPDATE import_rule SET pattern = $2, replacement = $3, type = $4 WHERE id = $1",
        params![row.id, &row.pattern, &row.replacement, &row.kind],
    )?;
    Ok(())
}

/// Removes an import rule.
///
/// # Errors
/// Of the database.
pub fn delete_rule(tx: &mut Tx<'_>, id: i64) -> Result<(), DbError> {
    tx.execute("DELETE FROM import_rule WHERE id = $1", params![id])?;
    Ok(())
}

/// Patterns of values that are not exported, by id.
///
/// # Errors
/// Of the database.
pub fn allowed(tx: &mut Tx<'_>) -> Result<Vec<AllowedRow>, DbError> {
    tx.all(
        "SELECT id, pattern FROM allowed_value ORDER BY id",
        params![],
        |row| {
            Ok(AllowedRow {
                id: row.get_int(0)?,
                pattern: row.get_string(1)?,
            })
        },
    )
}

/// Adds a pattern; its id is taken from the counter and returned.
///
/// # Errors
/// `Unique` when it is there.
pub fn insert_allowed(tx: &mut Tx<'_>, pattern: &str) -> Result<i64, DbError> {
    let id = tx.next_ids("allowed_value", 1)?;
    tx.execute(
        "INSERT INTO allowed_value (id, pattern) VALUES ($1, $2)",
        params![id, pattern],
    )?;
    Ok(id)
}

/// Replaces a pattern.
///
/// # Errors
/// `Unique` when it is there.
pub fn update_allowed(tx: &mut Tx<'_>, row: &AllowedRow) -> Result<(), DbError> {
    tx.execute(
        "UPDATE allowed_value SET pattern = $2 WHERE id = $1",
        params![row.id, &row.pattern],
    )?;
    Ok(())
}

/// Removes a pattern.
///
/// # Errors
/// Of the database.
pub fn delete_allowed(tx: &mut Tx<'_>, id: i64) -> Result<(), DbError> {
    tx.execute("DELETE FROM allowed_value WHERE id = $1", params![id])?;
    Ok(())
}
