//! Where time, randomness and ids come from, so that tests can fix them.
use entente_model::time::Micros;
use uuid::Uuid;

/// The clock of this instance.
pub trait Clock: Send + Sync + 'static {
    /// Microseconds since 1970 in UTC.
    fn now_micros(&self) -> Micros;
}

/// The randomness of this instance.
pub trait Random: Send + Sync + 'static {
    /// Fills a buffer with bytes fit for keys and identifiers.
    ///
    /// # Errors
    /// When the operating system gives none.
    fn fill(&self, buffer: &mut [u8]) -> Result<(), NoRandomness>;
}

/// The operating system gave no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no random bytes: {0}")]
pub struct NoRandomness(pub String);

/// Wall clock of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_micros(&self) -> Micros {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place that reads the wall clock"
        )]
        let since = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
    }
}

/// Randomness of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), NoRandomness> {
        getrandom::fill(buffer).map_err(|e| NoRandomness(e.to_string()))
    }
}

/// A version 4 uuid.
///
/// # Errors
/// Without randomness.
pub fn new_uuid(random: &dyn Random) -> Result<Uuid, NoRandomness> {
    let mut bytes = [0u8; 16];
    random.fill(&mut bytes)?;
    Ok(uuid::Builder::from_random_bytes(bytes).into_uuid())
}

const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// `length` characters of `[A-Za-z0-9]`, each equally likely.
///
/// # Errors
/// Without randomness.
pub fn alphanumeric(random: &dyn Random, length: usize) -> Result<String, NoRandomness> {
    let mut text = String::with_capacity(length);
    let mut buffer = [0u8; 64];
    while text.len() < length {
        random.fill(&mut buffer)?;
        // 248 = 4 * 62: dropping the rest keeps every character equally likely.
        let usable = buffer
            .iter()
            .filter(|b| **b < 248)
            .filter_map(|b| ALPHABET.get(usize::from(b % 62)));
        text.extend(usable.take(length - text.len()).map(|b| char::from(*b)));
    }
    Ok(text)
}
