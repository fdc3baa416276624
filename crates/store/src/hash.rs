//! Hashes that postings are ordered by. spec: 13#8.2
use uuid::Uuid;

/// Hashes values under this instance's random key, so that nobody can craft values that collide.
#[derive(Clone)]
pub struct ValueHasher {
    key: [u8; 32],
}

impl std::fmt::Debug for ValueHasher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ValueHasher(..)")
    }
}

impl ValueHasher {
    /// A hasher under a key.
    #[must_use]
    pub fn new(key: [u8; 32]) -> Self {
        Self { key }
    }
    /// The posting hash of one value or half, ignoring case.
    #[must_use]
    pub fn hash(&self, value: &str) -> i64 {
        let folded = entente_indicator::fold(value);
        let digest = blake3::keyed_hash(&self.key, folded.as_bytes());
        first_eight(digest.as_bytes())
    }
}

/// The posting hash of a uuid: its first eight bytes.
#[must_use]
pub fn of_uuid(uuid: Uuid) -> i64 {
    first_eight(uuid.as_bytes())
}

fn first_eight(bytes: &[u8]) -> i64 {
    let mut eight = [0u8; 8];
    for (to, from) in eight.iter_mut().zip(bytes) {
        *to = *from;
    }
    i64::from_be_bytes(eight)
}
