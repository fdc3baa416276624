//! Numbers of rules. spec: 04#6.7
//!
//! The number of a rule is that of the account, plus ten times the id of the element, plus its place among the rules
//! of the element. Our ids carry the event in their upper bits, so from some event on this is more than
//! the 32 bits that Snort and Suricata read, and a rule with such a number is refused. From
//! [`FOLDED`] on numbers are therefore folded: elements of an event follow each other as before,
//! and the places where events begin are spread over the range, so that they rarely meet. Where they do
//! in one document, the later element moves on.
use entente_model::id::ElementId;
use std::collections::HashSet;

/// Rules of one element, and one number that stays free.
const STRIDE: i64 = 10;
/// The first number that is folded.
const FOLDED: i64 = 1_000_000_000;
/// Elements with folded numbers: a prime, so that every step visits all, and small enough to stay below 2^31.
const SLOTS: i64 = 113_999_993;
/// Between two events: the golden section, whose multiples stay apart.
const STEP: i64 = 70_455_870;
/// From a place that is taken to the next that is tried.
const ASIDE: i64 = 40_503_001;
/// How many are tried.
const TRIES: usize = 10_000;

/// The numbers that a document uses.
#[derive(Debug, Default)]
pub(super) struct Sids {
    folded: HashSet<u32>,
}

impl Sids {
    /// The number before that of the element's first rule. `None` when its place and all that were tried instead
    /// are taken.
    pub(super) fn before_first(&mut self, base: i64, id: ElementId) -> Option<u32> {
        let plain = id.0.checked_mul(STRIDE).and_then(|id| id.checked_add(base));
        if let Some(sid) = plain.filter(|sid| (0..=FOLDED - STRIDE).contains(sid)) {
            return u32::try_from(sid).ok();
        }
        let event = id.event().0.rem_euclid(SLOTS) * STEP;
        let mut slot = (event + base.rem_euclid(SLOTS) + id.seq()).rem_euclid(SLOTS);
        for _ in 0..TRIES {
            let sid = u32::try_from(FOLDED + slot * STRIDE).ok()?;
            if self.folded.insert(sid) {
                return Some(sid);
            }
            slot = (slot + ASIDE) % SLOTS;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use entente_model::id::EventId;
    use proptest::prelude::*;

    fn id(event: i64, seq: i64) -> ElementId {
        ElementId::new(EventId(event), seq).unwrap()
    }

    #[test]
    fn small_ids_are_counted_as_misp_counts_them() {
        assert_eq!(
            Sids::default().before_first(4_000_000, ElementId(190)),
            Some(4_001_900)
        );
        let largest = Sids::default().before_first(4_000_000, id(5, 1000));
        assert_eq!(largest, Some(4_000_000 + 10 * ((5 << 24) + 1000)));
    }

    #[test]
    fn events_rarely_meet() {
        let mut sids = Sids::default();
        let mut moved = 0;
        for event in 6..5000 {
            let mut last = None;
            for seq in 1..40 {
                let sid = sids.before_first(4_000_000, id(event, seq)).unwrap();
                moved += usize::from(last.is_some_and(|last| sid != last + 10));
                last = Some(sid);
            }
        }
        assert_eq!(moved, 0);
    }

    #[test]
    fn the_same_element_is_asked_for_twice() {
        let mut sids = Sids::default();
        assert_ne!(sids.before_first(1, id(900, 7)), sids.before_first(1, id(900, 7)));
    }

    proptest! {
        #[test]
        fn numbers_are_small_and_different(
            base: i64,
            ids in proptest::collection::hash_set((1_i64..1 << 29, 1_i64..1 << 24), 1..50),
        ) {
            let mut sids = Sids::default();
            let mut seen = HashSet::new();
            for (event, seq) in ids {
                let sid = sids.before_first(base, id(event, seq)).unwrap();
                prop_assert!(i32::try_from(sid + 9).is_ok());
                for rule in 1..10 {
                    prop_assert!(seen.insert(sid + rule));
                }
            }
        }
    }
}
