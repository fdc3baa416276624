//! Forward-only numbered migrations, checksummed.

use crate::{Db, DbError, Engine, Tx};

/// Serialises servers that migrate one PostgreSQL database at the same time.
const LOCK: i64 = 0x0065_6e74_656e_7465;
const INTERNAL: &str = "
    CREATE TABLE IF NOT EXISTS schema_migration (
        number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS counter (name TEXT NOT NULL PRIMARY KEY, value BIGINT NOT NULL) @without_rowid@;
";

/// One step of the schema. Its text may hold several statements and the tokens of the common dialect.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Its place; ascending, never reused.
    pub number: u32,
    /// A short name for people.
    pub name: &'static str,
    /// The text. Once released it never changes.
    pub sql: &'static str,
}

/// What [`Db::migrate`] did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Migrations applied now.
    pub new: Vec<u32>,
    /// Migrations found applied.
    pub known: Vec<u32>,
    /// Migrations of a newer release found applied, which this program does not know.
    pub unknown: Vec<u32>,
}

/// A digest of a whole list, which names the schema that results from it.
#[must_use]
pub fn checksum(list: &[Migration]) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(INTERNAL.as_bytes());
    for migration in list {
        hasher.update(&migration.number.to_be_bytes());
        hasher.update(digest(migration).as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

pub(crate) async fn run(db: &Db, list: &[Migration]) -> Result<Applied, DbError> {
    ascending(list)?;
    let owned = list.to_vec();
    let mut applied = db.write(move |tx| prepare(tx, &owned)).await?;
    for migration in list {
        if applied.known.contains(&migration.number) {
            continue;
        }
        let migration = *migration;
        if db.write(move |tx| apply(tx, &migration)).await? {
            tracing::info!(migration.number, migration.name, "the schema was migrated");
            applied.new.push(migration.number);
        } else {
            applied.known.push(migration.number);
        }
    }
    Ok(applied)
}

fn ascending(list: &[Migration]) -> Result<(), DbError> {
    for pair in list.windows(2) {
        if let [before, after] = pair
            && before.number >= after.number
        {
            return Err(refuse(after.number, "the numbers must ascend"));
        }
    }
    Ok(())
}

/// Creates the tables of this crate and compares what was applied with the list.
fn prepare(tx: &mut Tx<'_>, list: &[Migration]) -> Result<Applied, DbError> {
    lock(tx)?;
    tx.batch(INTERNAL)?;
    let mut applied = Applied::default();
    for (number, found) in present(tx)? {
        match list.iter().find(|migration| migration.number == number) {
            None => applied.unknown.push(number),
            Some(migration) if digest(migration) == found => applied.known.push(number),
            Some(_) => return Err(refuse(number, "its text differs from the one that was applied")),
        }
    }
    let newest = applied.known.iter().max().copied().unwrap_or(0);
    let late =
        |migration: &&Migration| migration.number < newest && !applied.known.contains(&migration.number);
    match list.iter().find(late) {
        Some(migration) => Err(refuse(
            migration.number,
            "a later migration was applied before it",
        )),
        None => Ok(applied),
    }
}

/// Applies one migration; `false` if another server did so meanwhile.
fn apply(tx: &mut Tx<'_>, migration: &Migration) -> Result<bool, DbError> {
    lock(tx)?;
    if present(tx)?.iter().any(|(number, _)| *number == migration.number) {
        return Ok(false);
    }
    tx.batch(migration.sql)
        .map_err(|error| refuse(migration.number, &error.to_string()))?;
    tx.execute(
        "INSERT INTO schema_migration (number, name, checksum) VALUES ($1, $2, $3)",
        crate::params![migration.number, migration.name, &digest(migration)],
    )?;
    Ok(true)
}

fn lock(tx: &mut Tx<'_>) -> Result<(), DbError> {
    if tx.engine() == Engine::Postgres {
        tx.batch(&format!(
            "SET LOCAL statement_timeout = 0; SELECT pg_advisory_xact_lock({LOCK})"
        ))?;
    }
    Ok(())
}

fn present(tx: &mut Tx<'_>) -> Result<Vec<(u32, String)>, DbError> {
    tx.all(
        "SELECT number, checksum FROM schema_migration ORDER BY number",
        &[],
        |row| {
            let number = u32::try_from(row.get_int(0)?).map_err(|_| DbError::Decode {
                column: 0,
                expected: "a migration's number",
            })?;
            Ok((number, row.get_string(1)?))
        },
    )
}

fn digest(migration: &Migration) -> String {
    blake3::hash(migration.sql.as_bytes()).to_hex().to_string()
}

fn refuse(number: u32, message: &str) -> DbError {
    DbError::Migration {
        number,
        message: message.to_owned(),
    }
}
