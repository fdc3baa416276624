//! From a key or password to an [`Actor`]. spec: 02#2, 11#3.1
mod cache;
mod limit;
mod password;
mod usage;

use crate::actor::{Actor, KeyUse};
use crate::app::App;
use crate::error::Result;
use cache::Verified;
use entente_model::account::User;
use entente_model::time::Seconds;
use entente_policy::{Permission, Permissions};
use std::net::IpAddr;
use std::sync::Arc;

pub use cache::KeyCache;
pub use limit::{KeySlot, KeySlots};
pub use password::{PasswordPool, check_password_policy, hash_password_blocking};
pub use usage::KeyLog;

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

/// A request that brings a key, as far as the log is concerned.
#[derive(Debug, Clone, Copy)]
pub struct Knock<'a> {
    /// Where it comes from.
    pub address: Option<IpAddr>,
    /// HTTP method.
    pub method: &'a str,
    /// What is asked for; nothing in it may be secret.
    pub path: &'a str,
}

/// Keys tried of one header. spec: 11#BI-A2
const MAX_KEYS_TRIED: usize = 4;

/// A refusal with what only the log is told: whose key it is, and why.
struct Refused {
    why: Refusal,
    reason: &'static str,
    owner: Option<Arc<Verified>>,
}

/// The caller behind an `Authorization` value: one key or a comma-separated list. spec: 02#2.1
///
/// # Errors
/// [`crate::Error`] of the database; a refused key is `Ok(Err(_))`.
pub async fn by_header(
    app: &App,
    header: &str,
    knock: Knock<'_>,
) -> Result<std::result::Result<Arc<Actor>, Refusal>> {
    app.notice_others().await?;
    let header = header.trim().strip_prefix("Bearer ").unwrap_or(header);
    let candidates = header
        .split(',')
        .map(str::trim)
        .filter(|key| is_key(key))
        .take(MAX_KEYS_TRIED);
    let mut refused = None;
    for key in candidates {
        match by_key(app, key, knock.address).await? {
            Ok((actor, verified)) => {
                app.key_log().used(app, &actor, &verified, knock);
                app.write_key_log_if_full().await?;
                return Ok(Ok(actor));
            }
            Err(why) => refused = Some((key, why)),
        }
    }
    let why = refused
        .as_ref()
        .map_or(Refusal::Unknown, |(_, refused)| refused.why);
    // With Basic a password came, and with nothing nobody tried anything.
    if !header.is_empty() && !header.starts_with("Basic") && why != Refusal::Maintenance {
        app.key_log().refused(app, refused.as_ref(), knock);
        app.write_key_log_if_full().await?;
    }
    Ok(Err(why))
}

fn is_key(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

type Admitted = std::result::Result<(Arc<Actor>, Arc<Verified>), Refused>;

async fn by_key(app: &App, key: &str, address: Option<IpAddr>) -> Result<Admitted> {
    let hash = app.secrets().key_hash(key);
    let verified = match app.keys().get(&hash) {
        Ok(verified) => verified,
        Err(generation) => {
            let found = app
                .read_system(move |tx| Ok(entente_store::account::by_key_hash(tx, &hash)?))
                .await?;
            let Some((user, key)) = found else {
                return Ok(Err(Refused {
                    why: Refusal::Unknown,
                    reason: "There is no such key.",
                    owner: None,
                }));
            };
            let verified = Arc::new(Verified {
                user: Arc::new(user),
                key,
            });
            app.keys().insert(hash, &verified, generation);
            verified
        }
    };
    Ok(match admit(app, &verified, address) {
        Ok(actor) => Ok((actor, verified)),
        Err((why, reason)) => Err(Refused {
            why,
            reason,
            owner: Some(verified),
        }),
    })
}

fn admit(
    app: &App,
    verified: &Verified,
    address: Option<IpAddr>,
) -> std::result::Result<Arc<Actor>, (Refusal, &'static str)> {
    let (user, key, now) = (&verified.user, &verified.key, app.now());
    if key.expiration != 0 && key.expiration <= now {
        return Err((Refusal::Unknown, "The key has expired."));
    }
    if is_disabled(user, now) {
        return Err((Refusal::Disabled, "The account is disabled."));
    }
    if !key.allowed_ips.is_empty() && !address.is_some_and(|ip| allowed(&key.allowed_ips, ip)) {
        return Err((Refusal::Address, "The key may not be used from this address."));
    }
    let key = KeyUse {
        id: key.id,
        read_only: key.read_only,
        expiration: key.expiration,
    };
    let no_api = (Refusal::Unknown, "The role has no access to the API.");
    let actor = actor(app, Arc::clone(user), Some(key), address).ok_or(no_api)?;
    if !actor.can(Permission::Auth) {
        return Err(no_api);
    }
    if !app.settings().bool("MISP.live") && !actor.is_site_admin() {
        return Err((Refusal::Maintenance, "The instance is closed."));
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
}
