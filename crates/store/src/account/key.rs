//! API keys, stored under a keyed hash.
use super::{COLUMNS, USER_COLUMNS};
use entente_db::{DbError, Row, Tx, params};
use entente_model::account::{AuthKey, User};
use entente_model::id::{OrgId, Ref, UserId};
use entente_model::time::Seconds;
use std::collections::{BTreeMap, HashMap};

const KEY_COLUMNS: &str = "k.id, k.uuid, k.user_id, k.key_start, k.key_end, k.created, k.expiration, k.read_only, \
    k.comment, k.allowed_ips, k.unique_ips, k.last_used";

/// Whose keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owners {
    /// Everybody's.
    All,
    /// Those of an organisation's users.
    Org(OrgId),
    /// One user's.
    User(UserId),
}

fn read(row: &Row<'_>, first: usize) -> Result<AuthKey, DbError> {
    let list = |column: usize| -> Result<Vec<String>, DbError> {
        serde_json::from_str(row.get_str(column)?).map_err(|_| crate::damaged(column, "a JSON list"))
    };
    Ok(AuthKey {
        id: row.get_int(first)?,
        uuid: row.get_uuid(first + 1)?,
        user: UserId(row.get_int(first + 2)?),
        start: row.get_string(first + 3)?,
        end: row.get_string(first + 4)?,
        created: row.get_int(first + 5)?,
        expiration: row.get_int(first + 6)?,
        read_only: row.get_bool(first + 7)?,
        comment: row.get_string(first + 8)?,
        allowed_ips: list(first + 9)?,
        unique_ips: list(first + 10)?,
        last_used: row.get_int(first + 11)?,
    })
}

fn with_owner(row: &Row<'_>) -> Result<(User, AuthKey), DbError> {
    Ok((super::read(row)?, read(row, USER_COLUMNS)?))
}

fn select(condition: &str) -> String {
    format!(
        "SELECT {COLUMNS}, {KEY_COLUMNS} FROM auth_key k JOIN account u ON u.id = k.user_id \
         WHERE {condition} ORDER BY k.id"
    )
}

/// The key with this hash and its owner.
///
/// # Errors
/// Of the database.
pub fn by_key_hash(tx: &mut Tx<'_>, hash: &[u8; 32]) -> Result<Option<(User, AuthKey)>, DbError> {
    tx.first(&select("k.hash = $1"), params![hash], with_owner)
}

/// A key and its owner.
///
/// # Errors
/// Of the database.
pub fn key(tx: &mut Tx<'_>, which: Ref) -> Result<Option<(User, AuthKey)>, DbError> {
    match which {
        Ref::Id(id) => tx.first(&select("k.id = $1"), params![id], with_owner),
        Ref::Uuid(uuid) => tx.first(&select("k.uuid = $1"), params![uuid], with_owner),
    }
}

/// Keys and their owners, by id.
///
/// # Errors
/// Of the database.
pub fn keys(tx: &mut Tx<'_>, owners: Owners) -> Result<Vec<(User, AuthKey)>, DbError> {
    match owners {
        Owners::All => tx.all(&select("k.id > 0"), params![], with_owner),
        Owners::Org(org) => tx.all(&select("u.org_id = $1"), params![org.0], with_owner),
        Owners::User(user) => tx.all(&select("k.user_id = $1"), params![user.0], with_owner),
    }
}

/// Adds a key under its hash; its id is taken from the counter and returned.
///
/// # Errors
/// `Unique` when the uuid exists.
pub fn insert_key(tx: &mut Tx<'_>, key: &AuthKey, hash: &[u8; 32]) -> Result<i64, DbError> {
    let id = tx.next_ids("auth_key", 1)?;
    tx.execute(
        "INSERT INTO auth_key (id, uuid, user_id, hash, key_start, key_end, created, expiration, read_only, comment, \
         allowed_ips, unique_ips, last_used) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        params![
            id,
            key.uuid,
            key.user.0,
            hash,
            &key.start,
            &key.end,
            key.created,
            key.expiration,
            key.read_only,
            &key.comment,
            &json(&key.allowed_ips),
            &json(&key.unique_ips),
            key.last_used
        ],
    )?;
    Ok(id)
}

fn json(list: &[String]) -> String {
    serde_json::Value::from(list).to_string()
}

/// Replaces what may be changed of a key.
///
/// # Errors
/// Of the database.
pub fn update_key(tx: &mut Tx<'_>, key: &AuthKey) -> Result<(), DbError> {
    tx.execute(
        "UPDATE auth_key SET expiration = $2, read_only = $3, comment = $4, allowed_ips = $5 WHERE id = $1",
        params![
            key.id,
            key.expiration,
            key.read_only,
            &key.comment,
            &json(&key.allowed_ips)
        ],
    )?;
    Ok(())
}

/// Ends all keys of a user that are still valid.
///
/// # Errors
/// Of the database.
pub fn expire_keys(tx: &mut Tx<'_>, user: UserId, now: Seconds) -> Result<(), DbError> {
    tx.execute(
        "UPDATE auth_key SET expiration = $2 WHERE user_id = $1 AND (expiration = 0 OR expiration > $2)",
        params![user.0, now],
    )?;
    Ok(())
}

/// Removes a key.
///
/// # Errors
/// Of the database.
pub fn delete_key(tx: &mut Tx<'_>, id: i64) -> Result<(), DbError> {
    tx.execute("DELETE FROM auth_key WHERE id = $1", params![id])?;
    Ok(())
}

/// How a key was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUsed {
    /// The key.
    pub id: i64,
    /// Last use.
    pub at: Seconds,
    /// Addresses it was used from, perhaps known already.
    pub addresses: Vec<String>,
}

/// Addresses that are kept of a key; of more the latest.
const MOST_ADDRESSES: usize = 100;

/// Keeps when keys were last used, and from where besides what is known.
///
/// # Errors
/// Of the database.
pub fn note_key_use(tx: &mut Tx<'_>, used: &[&KeyUsed]) -> Result<(), DbError> {
    let times = used.iter().map(|used| (used.at, used.id));
    for (at, ids) in by_time(times) {
        tx.execute(
            "UPDATE auth_key SET last_used = $1 WHERE id = ANY($2) AND last_used < $1",
            params![at, &ids],
        )?;
    }
    let fresh: HashMap<i64, &[String]> = used
        .iter()
        .filter(|used| !used.addresses.is_empty())
        .map(|used| (used.id, used.addresses.as_slice()))
        .collect();
    if fresh.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = fresh.keys().copied().collect();
    // New addresses are rare, so these keys are few.
    for (_, key) in tx.all(&select("k.id = ANY($1)"), params![&ids], with_owner)? {
        let mut known = key.unique_ips;
        let more = fresh.get(&key.id).copied().unwrap_or_default();
        let before = known.len();
        for address in more {
            if !known.contains(address) {
                known.push(address.clone());
            }
        }
        if known.len() > before {
            known.drain(..known.len().saturating_sub(MOST_ADDRESSES));
            tx.execute(
                "UPDATE auth_key SET unique_ips = $2 WHERE id = $1",
                params![key.id, &json(&known)],
            )?;
        }
    }
    Ok(())
}

/// Keeps when accounts last used the API.
///
/// # Errors
/// Of the database.
pub fn note_api_access(tx: &mut Tx<'_>, accounts: &BTreeMap<i64, Seconds>) -> Result<(), DbError> {
    for (at, ids) in by_time(accounts.iter().map(|(id, at)| (*at, *id))) {
        tx.execute(
            "UPDATE account SET last_api_access = $1 WHERE id = ANY($2) AND last_api_access < $1",
            params![at, &ids],
        )?;
    }
    Ok(())
}

/// The few seconds in which something happened, each with what it happened to.
fn by_time(times: impl Iterator<Item = (Seconds, i64)>) -> BTreeMap<Seconds, Vec<i64>> {
    let mut by_time: BTreeMap<Seconds, Vec<i64>> = BTreeMap::new();
    for (at, id) in times {
        by_time.entry(at).or_default().push(id);
    }
    by_time
}
