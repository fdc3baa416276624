//! Passwords: hashing within bounds, and what a good one is. spec: 02#2.4, 11#SR-AN-2
use crate::app::App;
use crate::error::{Error, Result};
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

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
    fn password_policy() {
        assert!(check_password_policy("Password1234", 12).is_ok());
        assert!(check_password_policy("aaaaaaaaaaaaaaaaaaaa", 12).is_ok());
        assert!(check_password_policy("short1A", 12).is_err());
        assert!(check_password_policy("alllowercase1", 12).is_err());
    }
}
