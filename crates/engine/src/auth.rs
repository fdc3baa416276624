//! From a key or password to an [`Actor`]. spec: 02#2, 11#3.1
use crate::actor::{Actor, KeyUse};
use crate::app::App;
use crate::error::{Error, Result};
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use entente_model::account::{AuthKey, User};
use entente_model::time::Seconds;
use entente_policy::{Permission, Permissions};
use parking_lot::RwLock;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Why a key is no good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// No, unknown, malformed or expired key, or a role without API access.
    Unknown,
    /// The account is disabled or expired.
    Disabled,
    /// The key may not be used from this address.
    Address,
    /// The instance is closed for everybody but site administrators.
    Maintenance,
}

/// Keys tried of one header. spec: 11#BI-A2
const MAX_KEYS_TRIED: usize = 4;

/// Verified keys by their hash. Emptied whenever accounts, roles or organisations change, so a
/// change counts from the next request on.
#[derive(Default)]
pub struct KeyCache(RwLock<HashMap<[u8; 32], Arc<Verified>>>);

/// Cached keys at most.
const MAX_CACHED_KEYS: usize = 10_000;

struct Verified {
    user: Arc<User>,
    key: AuthKey,
}

impl KeyCache {
    /// Forgets everything.
    pub fn clear(&self) {
        self.0.write().clear();
    }
}

/// The caller behind an `Authorization` value: one key or a comma-separated list. spec: 02#2.1
///
/// # Errors
/// [`Error`] of the database; a refused key is `Ok(Err(_))`.
pub async fn by_header(
    app: &App,
    header: &str,
    address: Option<IpAddr>,
) -> Result<std::result::Result<Arc<Actor>, Refusal>> {
    let header = header.trim().strip_prefix("Bearer ").unwrap_or(header);
    let candidates = header
        .split(',')
        .map(str::trim)
        .filter(|key| is_key(key))
        .take(MAX_KEYS_TRIED);
    let mut refusal = Refusal::Unknown;
    for key in candidates {
        match by_key(app, key, address).await? {
            Ok(actor) => return Ok(Ok(actor)),
            Err(why) => refusal = why,
        }
    }
    Ok(Err(refusal))
}

fn is_key(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

async fn by_key(
    app: &App,
    key: &str,
    address: Option<IpAddr>,
) -> Result<std::result::Result<Arc<Actor>, Refusal>> {
    let hash = app.secrets().key_hash(key);
    let cached = app.keys().0.read().get(&hash).cloned();
    let verified = match cached {
        Some(verified) => verified,
        None => {
            let found = app
                .read_system(move |tx| Ok(entente_store::account::by_key_hash(tx, &hash)?))
                .await?;
            let Some((user, key)) = found else {
                return Ok(Err(Refusal::Unknown));
            };
            let verified = Arc::new(Verified {
                user: Arc::new(user),
                key,
            });
            let mut cache = app.keys().0.write();
            if cache.len() >= MAX_CACHED_KEYS {
                cache.clear();
            }
            cache.insert(hash, Arc::clone(&verified));
            verified
        }
    };
    Ok(admit(app, &verified, address))
}

fn admit(
    app: &App,
    verified: &Verified,
    address: Option<IpAddr>,
) -> std::result::Result<Arc<Actor>, Refusal> {
    let (user, key, now) = (&verified.user, &verified.key, app.now());
    if key.expiration != 0 && key.expiration <= now {
        return Err(Refusal::Unknown);
    }
    if is_disabled(user, now) {
        return Err(Refusal::Disabled);
    }
    if !key.allowed_ips.is_empty() && !address.is_some_and(|ip| allowed(&key.allowed_ips, ip)) {
        return Err(Refusal::Address);
    }
    let key = KeyUse {
        id: key.id,
        read_only: key.read_only,
        expiration: key.expiration,
    };
    let actor = actor(app, Arc::clone(user), Some(key), address).ok_or(Refusal::Unknown)?;
    if !actor.can(Permission::Auth) {
        return Err(Refusal::Unknown);
    }
    if !app.settings().bool("MISP.live") && !actor.is_site_admin() {
        return Err(Refusal::Maintenance);
    }
    Ok(Arc::new(actor))
}

/// Whether an account may not be used at this time.
#[must_use]
pub fn is_disabled(user: &User, now: Seconds) -> bool {
    user.disabled || user.expiration.is_some_and(|end| end <= now)
}

/// An account with its organisation and role, and the rights that follow. `None` when either is gone.
#[must_use]
pub fn actor(app: &App, user: Arc<User>, key: Option<KeyUse>, address: Option<IpAddr>) -> Option<Actor> {
    let directory = app.directory();
    let org = Arc::clone(directory.org(user.org)?);
    let role = Arc::clone(directory.role(user.role)?);
    let all = Permissions::from_bits(role.permissions);
    let permissions = if key.as_ref().is_some_and(|key| key.read_only) {
        all.read_only()
    } else {
        all
    };
    Some(Actor {
        user,
        org,
        role,
        permissions,
        key,
        address,
    })
}

fn allowed(list: &[String], ip: IpAddr) -> bool {
    let Some(ip) = entente_indicator::address_range(&ip.to_string()) else {
        return false;
    };
    list.iter()
        .filter_map(|item| entente_indicator::address_range(item))
        .any(|range| range.contains(&ip))
}

/// Hashes passwords, a few at a time, so that floods cannot exhaust memory. spec: 11#SR-AN-2
pub struct PasswordPool {
    running: Semaphore,
    admitted: Semaphore,
}

/// Hashes at once, and waiting.
const RUNNING: usize = 4;
const WAITING: usize = 64;

impl Default for PasswordPool {
    fn default() -> Self {
        Self {
            running: Semaphore::new(RUNNING),
            admitted: Semaphore::new(RUNNING + WAITING),
        }
    }
}

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(64 * 1_024, 3, 1, None).map_err(|e| Error::Damaged(e.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The hash of a password in PHC form, computed on the calling thread.
///
/// # Errors
/// When hashing fails, or without randomness.
pub fn hash_password_blocking(random: &dyn crate::sources::Random, password: &str) -> Result<String> {
    let mut salt = [0u8; 16];
    random.fill(&mut salt)?;
    let hash = argon2()?
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map_err(|e| Error::Damaged(format!("password hashing: {e}")))?;
    Ok(hash.to_string())
}

impl App {
    /// The hash of a password in PHC form.
    ///
    /// # Errors
    /// `Limited` when too many wait already.
    pub async fn hash_password(&self, password: String) -> Result<String> {
        let app = self.clone();
        self.password_work(move || hash_password_blocking(app.random(), &password))
            .await
    }

    /// Whether a password fits a stored hash. An unreadable hash fits nothing.
    ///
    /// # Errors
    /// `Limited` when too many wait already.
    pub async fn password_fits(&self, password: String, hash: String) -> Result<bool> {
        self.password_work(move || {
            let Ok(parsed) = PasswordHash::new(&hash) else {
                return Ok(false);
            };
            Ok(argon2()?.verify_password(password.as_bytes(), &parsed).is_ok())
        })
        .await
    }

    async fn password_work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let busy = || Error::Limited {
            message: "Too many logins at once, try again shortly.".into(),
            retry_after: 1,
        };
        let pool = self.passwords();
        let _admitted = pool.admitted.try_acquire().map_err(|_| busy())?;
        let _running = pool.running.acquire().await.map_err(|_| busy())?;
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|e| Error::Damaged(e.to_string()))?
    }
}

/// A password that meets the policy, or what is missing. spec: 02#2.4
///
/// # Errors
/// A sentence for the caller.
pub fn check_password_policy(password: &str, shortest: usize) -> std::result::Result<(), String> {
    let length = password.chars().count();
    if length < shortest || length > 256 || password.contains('\0') {
        return Err(format!(
            "Password must be between {shortest} and 256 characters long."
        ));
    }
    let lower = password.chars().any(char::is_lowercase);
    let upper = password.chars().any(char::is_uppercase);
    let other = password.chars().any(|c| c.is_numeric() || !c.is_alphanumeric());
    if length >= 16 || (lower && upper && other) {
        return Ok(());
    }
    Err("Password must contain lower and upper case letters and a digit or symbol, or be at least 16 characters long."
        .to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_one_shape() {
        assert!(is_key(&"a".repeat(40)));
        for bad in [
            "",
            "abc",
            &"a".repeat(41),
            &"é".repeat(20),
            &format!("{} ", "a".repeat(39)),
        ] {
            assert!(!is_key(bad), "{bad}");
        }
    }

    #[test]
    fn addresses_match_networks_of_both_families() {
        let list = vec!["192.0.2.0/24".to_owned(), "2001:db8::/32".to_owned()];
        assert!(allowed(&list, "192.0.2.7".parse().unwrap()));
        assert!(allowed(&list, "::ffff:192.0.2.7".parse().unwrap()));
        assert!(allowed(&list, "2001:db8::1".parse().unwrap()));
        assert!(!allowed(&list, "198.51.100.1".parse().unwrap()));
    }

    #[test]
    fn password_policy() {
        assert!(check_password_policy("Password1234", 12).is_ok());
        assert!(check_password_policy("aaaaaaaaaaaaaaaaaaaa", 12).is_ok());
        assert!(check_password_policy("short1A", 12).is_err());
        assert!(check_password_policy("alllowercase1", 12).is_err());
    }
}
