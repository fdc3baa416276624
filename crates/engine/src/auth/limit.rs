//! How many requests one key may have at work at the same time. spec: 11#SR-IN-1, 11#SR-NE-5
use crate::actor::Actor;
use crate::app::App;
use crate::error::{Error, Result};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;

/// Requests at work, by key.
pub struct KeySlots {
    most: usize,
    running: Arc<Mutex<HashMap<i64, usize>>>,
}

/// The place of one request; it is free again when this is dropped.
pub struct KeySlot {
    key: i64,
    running: Arc<Mutex<HashMap<i64, usize>>>,
}

impl KeySlots {
    /// Places for so many requests of each key.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self {
            most,
            running: Arc::default(),
        }
    }

    fn take(&self, key: i64) -> Option<KeySlot> {
        let mut running = self.running.lock();
        let count = running.entry(key).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(KeySlot {
            key,
            running: Arc::clone(&self.running),
        })
    }
}

impl Drop for KeySlot {
    fn drop(&mut self) {
        let mut running = self.running.lock();
        if let Some(count) = running.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                running.remove(&self.key);
            }
        }
    }
}

impl App {
    /// The place of a request among those of its key, to be kept until it is answered; none without a key.
    ///
    /// # Errors
    /// `Limited` when the key has as many at work as it may.
    pub fn take_slot(&self, actor: &Actor) -> Result<Option<KeySlot>> {
        let Some(key) = &actor.key else {
            return Ok(None);
        };
        let slots = self.key_slots();
        slots.take(key.id).map(Some).ok_or_else(|| Error::Limited {
            message: format!(
                "This key has {} requests at work already; wait for one of them to be answered.",
                slots.most
            )
            .into(),
            retry_after: 1,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_by_key_and_given_back() {
        let slots = KeySlots::new(2);
        let held = (slots.take(1), slots.take(1));
        assert!(held.0.is_some() && held.1.is_some());
        assert!(slots.take(1).is_none());
        assert!(slots.take(2).is_some());
        drop(held);
        assert!(slots.take(1).is_some());
        assert!(
            slots.running.lock().is_empty(),
            "nothing is left of keys that rest"
        );
    }
}
