//! Verified API keys in memory, and when they have to be asked for again.
use crate::app::App;
use crate::ctx::Touched;
use crate::error::Result;
use entente_model::account::{AuthKey, User};
use entente_model::time::Micros;
use parking_lot::{Mutex, RwLock};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Cached keys at most.
const MOST: usize = 10_000;
/// How long a change that another process made may go unnoticed, in microseconds.
const PATIENCE: Micros = 1_000_000;

/// Verified keys by their hash. Emptied whenever accounts, roles or organisations change, so a
/// change counts from the next request on.
#[derive(Default)]
pub struct KeyCache {
    held: RwLock<Held>,
    looked: AtomicI64,
    mark: Mutex<Option<String>>,
}

#[derive(Default)]
struct Held {
    generation: u64,
    keys: HashMap<[u8; 32], Arc<Verified>>,
}

/// A key and its owner as they were when they were read.
pub(super) struct Verified {
    pub user: Arc<User>,
    pub key: AuthKey,
}

impl KeyCache {
    /// A cache of a store as this process found it.
    #[must_use]
    pub fn new(mark: Option<String>) -> Self {
        Self {
            mark: Mutex::new(mark),
            ..Self::default()
        }
    }

    /// Forgets everything.
    pub fn clear(&self) {
        let mut held = self.held.write();
        held.keys.clear();
        held.generation += 1;
    }

    /// The key with this hash, or the generation into which it may be put once it has been read.
    pub(super) fn get(&self, hash: &[u8; 32]) -> std::result::Result<Arc<Verified>, u64> {
        let held = self.held.read();
        held.keys.get(hash).cloned().ok_or(held.generation)
    }

    /// Keeps a key, unless everything was forgotten while it was being read: it may be what has changed.
    pub(super) fn insert(&self, hash: [u8; 32], verified: &Arc<Verified>, generation: u64) {
        let mut held = self.held.write();
        if held.generation != generation {
            return;
        }
        if held.keys.len() >= MOST {
            held.keys.clear();
        }
        held.keys.insert(hash, Arc::clone(verified));
    }

    /// Whether it is time to look for changes of others; true for one of many who ask at once.
    fn is_due(&self, now: Micros) -> bool {
        let looked = self.looked.load(Ordering::Acquire);
        let recent = looked..looked.saturating_add(PATIENCE);
        !recent.contains(&now)
            && self
                .looked
                .compare_exchange(looked, now, Ordering::AcqRel, Ordering::Acquire)
                .is_ok()
    }

    /// Whether the mark is another one than last time.
    fn differs(&self, mark: Option<String>) -> bool {
        let mut known = self.mark.lock();
        let differs = *known != mark;
        *known = mark;
        differs
    }
}

impl App {
    /// Reloads the snapshots when a command has changed the store beside this process, such as
    /// `entente admin user disable`. Looks at one row, once a second at most, when somebody knocks.
    pub(super) async fn notice_others(&self) -> Result<()> {
        if !self.keys().is_due(self.now_micros()) {
            return Ok(());
        }
        let mark = self
            .read_system(|tx| Ok(entente_store::meta::outside_mark(tx)?))
            .await?;
        if self.keys().differs(mark) {
            tracing::info!("the store was changed by another process");
            self.refresh(Touched::everything()).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_looks_in_each_second() {
        let cache = KeyCache::default();
        let due = |now| cache.is_due(now);
        assert_eq!(
            [
                due(5_000_000),
                due(5_000_001),
                due(5_999_999),
                due(6_000_000),
                due(6_000_000)
            ],
            [true, false, false, true, false]
        );
        // A clock that was put back does not end it.
        assert!(due(1));
    }

    #[test]
    fn a_mark_is_news_once() {
        let cache = KeyCache::new(Some("a".to_owned()));
        assert!(!cache.differs(Some("a".to_owned())));
        assert!(cache.differs(Some("b".to_owned())));
        assert!(!cache.differs(Some("b".to_owned())));
    }
}
