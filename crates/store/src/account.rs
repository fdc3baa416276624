//! User accounts and API keys.
use entente_db::{DbError, Row, Tx, params};
use entente_model::account::{AuthKey, User};
use entente_model::id::{OrgId, RoleId, UserId};

const COLUMNS: &str = "u.id, u.org_id, u.role_id, u.server_id, u.email, u.autoalert, u.contactalert, u.invited_by, \
    u.gpgkey, u.certif_public, u.nids_sid, u.termsaccepted, u.newsread, u.change_pw, u.disabled, u.expiration, \
    u.current_login, u.last_login, u.last_api_access, u.force_logout, u.created, u.modified, u.last_pw_change, u.sub, \
    u.external_auth_required, u.external_auth_key, u.notification_daily, u.notification_weekly, \
    u.notification_monthly, u.totp_sealed IS NOT NULL, u.hotp_counter";
const USER_COLUMNS: usize = 31;

fn read(row: &Row<'_>) -> Result<User, DbError> {
    Ok(User {
        id: UserId(row.get_int(0)?),
        org: OrgId(row.get_int(1)?),
        role: RoleId(row.get_int(2)?),
        server: row.get_int(3)?,
        email: row.get_string(4)?,
        autoalert: row.get_bool(5)?,
        contactalert: row.get_bool(6)?,
        invited_by: UserId(row.get_int(7)?),
        gpgkey: row.get_string(8)?,
        certif_public: row.get_string(9)?,
        nids_sid: row.get_int(10)?,
        termsaccepted: row.get_bool(11)?,
        newsread: row.get_int(12)?,
        change_pw: row.get_bool(13)?,
        disabled: row.get_bool(14)?,
        expiration: row.get_opt_int(15)?,
        current_login: row.get_int(16)?,
        last_login: row.get_int(17)?,
        last_api_access: row.get_int(18)?,
        force_logout: row.get_bool(19)?,
        created: row.get_int(20)?,
        modified: row.get_int(21)?,
        last_pw_change: row.get_int(22)?,
        sub: row.get_opt_string(23)?,
        external_auth_required: row.get_bool(24)?,
        external_auth_key: row.get_string(25)?,
        notification_daily: row.get_bool(26)?,
        notification_weekly: row.get_bool(27)?,
        notification_monthly: row.get_bool(28)?,
        totp_set: row.get_bool(29)?,
        hotp_counter: row.get_opt_int(30)?,
    })
}

/// All accounts, by id.
///
/// # Errors
/// Of the database.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<User>, DbError> {
    tx.all(
        &format!("SELECT {COLUMNS} FROM account u ORDER BY u.id"),
        params![],
        read,
    )
}

/// An account by id.
///
/// # Errors
/// Of the database.
pub fn by_id(tx: &mut Tx<'_>, id: UserId) -> Result<Option<User>, DbError> {
    tx.first(
        &format!("SELECT {COLUMNS} FROM account u WHERE u.id = $1"),
        params![id.0],
        read,
    )
}

/// An account by address, ignoring case.
///
/// # Errors
/// Of the database.
pub fn by_email(tx: &mut Tx<'_>, email: &str) -> Result<Option<User>, DbError> {
    tx.first(
        &format!("SELECT {COLUMNS} FROM account u WHERE u.email_key = $1"),
        params![&crate::name_key(email)],
        read,
    )
}

/// Adds an account with its password hash; its id is taken from the counter and returned.
///
/// # Errors
/// `Unique` when the address exists.
pub fn insert(tx: &mut Tx<'_>, user: &User, password_hash: &str) -> Result<UserId, DbError> {
    let id = tx.next_ids("account", 1)?;
    tx.execute(
        "INSERT INTO account (id, org_id, role_id, server_id, email, email_key, password_hash, autoalert, \
         contactalert, invited_by, gpgkey, certif_public, nids_sid, termsaccepted, newsread, change_pw, disabled, \
         expiration, current_login, last_login, last_api_access, force_logout, created, modified, last_pw_change, sub, \
         external_auth_required, external_auth_key, notification_daily, notification_weekly, notification_monthly, \
         totp_sealed, hotp_counter) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, \
         $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, NULL, $32)",
        params![
            id,
            user.org.0,
            user.role.0,
            user.server,
            &user.email,
            &crate::name_key(&user.email),
            password_hash,
            user.autoalert,
            user.contactalert,
            user.invited_by.0,
            &user.gpgkey,
            &user.certif_public,
            user.nids_sid,
            user.termsaccepted,
            user.newsread,
            user.change_pw,
            user.disabled,
            user.expiration,
            user.current_login,
            user.last_login,
            user.last_api_access,
            user.force_logout,
            user.created,
            user.modified,
            user.last_pw_change,
            &user.sub,
            user.external_auth_required,
            &user.external_auth_key,
            user.notification_daily,
            user.notification_weekly,
            user.notification_monthly,
            user.hotp_counter
        ],
    )?;
    Ok(UserId(id))
}

/// The stored password hash of an account.
///
/// # Errors
/// Of the database.
pub fn password_hash(tx: &mut Tx<'_>, id: UserId) -> Result<Option<String>, DbError> {
    tx.first(
        "SELECT password_hash FROM account WHERE id = $1",
        params![id.0],
        |row| row.get_string(0),
    )
}

const KEY_COLUMNS: &str = "k.id, k.uuid, k.user_id, k.key_start, k.key_end, k.created, k.expiration, k.read_only, \
    k.comment, k.allowed_ips, k.unique_ips, k.last_used";

fn read_key(row: &Row<'_>, first: usize) -> Result<AuthKey, DbError> {
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

/// The key with this hash and its owner.
///
/// # Errors
/// Of the database.
pub fn by_key_hash(tx: &mut Tx<'_>, hash: &[u8; 32]) -> Result<Option<(User, AuthKey)>, DbError> {
    tx.first(
        &format!("SELECT {COLUMNS}, {KEY_COLUMNS} FROM auth_key k JOIN account u ON u.id = k.user_id WHERE k.hash = $1"),
        params![hash],
        |row| Ok((read(row)?, read_key(row, USER_COLUMNS)?)),
    )
}

/// Adds a key under its hash; its id is taken from the counter and returned.
///
/// # Errors
/// Of the database.
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
            &serde_json::Value::from(key.allowed_ips.clone()).to_string(),
            &serde_json::Value::from(key.unique_ips.clone()).to_string(),
            key.last_used
        ],
    )?;
    Ok(id)
}
