//! User accounts and API keys.
use entente_db::{DbError, Row, Tx, params};
use entente_model::account::User;
use entente_model::id::{OrgId, RoleId, UserId};
use entente_model::time::Seconds;

mod key;
pub use key::{
    KeyUsed, Owners, by_key_hash, delete_key, expire_keys, insert_key, key, keys, note_api_access,
    note_key_use, update_key,
};

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

/// Accounts of an organisation, by id.
///
/// # Errors
/// Of the database.
pub fn of_org(tx: &mut Tx<'_>, org: OrgId) -> Result<Vec<User>, DbError> {
    tx.all(
        &format!("SELECT {COLUMNS} FROM account u WHERE u.org_id = $1 ORDER BY u.id"),
        params![org.0],
        read,
    )
}

/// Accounts by id; absent ones are left out.
///
/// # Errors
/// Of the database.
pub fn by_ids(tx: &mut Tx<'_>, ids: &[i64]) -> Result<Vec<User>, DbError> {
    tx.all(
        &format!("SELECT {COLUMNS} FROM account u WHERE u.id = ANY($1) ORDER BY u.id"),
        params![ids],
        read,
    )
}

/// How many accounts each organisation has; those without any are left out.
///
/// # Errors
/// Of the database.
pub fn count_by_org(tx: &mut Tx<'_>) -> Result<Vec<(OrgId, i64)>, DbError> {
    tx.all(
        "SELECT org_id, COUNT(*) FROM account GROUP BY org_id",
        params![],
        |row| Ok((OrgId(row.get_int(0)?), row.get_int(1)?)),
    )
}

/// How many accounts have a role.
///
/// # Errors
/// Of the database.
pub fn count_with_role(tx: &mut Tx<'_>, role: RoleId) -> Result<i64, DbError> {
    let count = tx.first(
        "SELECT COUNT(*) FROM account WHERE role_id = $1",
        params![role.0],
        |row| row.get_int(0),
    )?;
    Ok(count.unwrap_or(0))
}

/// How many enabled accounts without an end have one of these roles. Takes the lock that changes of such
/// accounts wait for, so that two of them cannot each leave the other as the last.
///
/// # Errors
/// Of the database.
pub fn count_permanent(tx: &mut Tx<'_>, roles: &[i64]) -> Result<i64, DbError> {
    tx.lock_stripes(ADMINISTRATORS, &[0])?;
    let count = tx.first(
        "SELECT COUNT(*) FROM account WHERE role_id = ANY($1) AND NOT disabled AND expiration IS NULL",
        params![roles],
        |row| row.get_int(0),
    )?;
    Ok(count.unwrap_or(0))
}

/// The lock space of [`count_permanent`].
const ADMINISTRATORS: i32 = 3;

/// Replaces an account's fields; password and second factor have their own functions.
///
/// # Errors
/// `Unique` when the address belongs to another.
pub fn update(tx: &mut Tx<'_>, user: &User) -> Result<(), DbError> {
    tx.execute(
        "UPDATE account SET org_id = $2, role_id = $3, server_id = $4, email = $5, email_key = $6, autoalert = $7, \
         contactalert = $8, gpgkey = $9, certif_public = $10, nids_sid = $11, termsaccepted = $12, newsread = $13, \
         change_pw = $14, disabled = $15, expiration = $16, force_logout = $17, modified = $18, sub = $19, \
         external_auth_required = $20, external_auth_key = $21, notification_daily = $22, \
         notification_weekly = $23, notification_monthly = $24 WHERE id = $1",
        params![
            user.id.0,
            user.org.0,
            user.role.0,
            user.server,
            &user.email,
            &crate::name_key(&user.email),
            user.autoalert,
            user.contactalert,
            &user.gpgkey,
            &user.certif_public,
            user.nids_sid,
            user.termsaccepted,
            user.newsread,
            user.change_pw,
            user.disabled,
            user.expiration,
            user.force_logout,
            user.modified,
            &user.sub,
            user.external_auth_required,
            &user.external_auth_key,
            user.notification_daily,
            user.notification_weekly,
            user.notification_monthly
        ],
    )?;
    Ok(())
}

/// Replaces a password hash.
///
/// # Errors
/// Of the database.
pub fn set_password(tx: &mut Tx<'_>, id: UserId, hash: &str, now: Seconds) -> Result<(), DbError> {
    tx.execute(
        "UPDATE account SET password_hash = $2, last_pw_change = $3, modified = $3 WHERE id = $1",
        params![id.0, hash, now],
    )?;
    Ok(())
}

/// Removes an account with its keys and settings; content stays.
///
/// # Errors
/// Of the database.
pub fn delete(tx: &mut Tx<'_>, id: UserId) -> Result<(), DbError> {
    tx.execute("DELETE FROM account WHERE id = $1", params![id.0])?;
    Ok(())
}
