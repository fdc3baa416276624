//! Texts as keyed hashes: a list of a million entries needs to know an entry again, not to recite it, since what
//! hits it is the entry.

use std::hash::{BuildHasher, RandomState};

/// The key under which entries and values are hashed. It is random and secret, so that nobody can craft a value that
/// passes for an entry of a list.
#[derive(Clone)]
pub struct HashKey(RandomState);

impl std::fmt::Debug for HashKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HashKey(..)")
    }
}

impl From<RandomState> for HashKey {
    fn from(key: RandomState) -> Self {
        Self(key)
    }
}

impl PartialEq for HashKey {
    /// Two keys hash something alike by a chance of one in 2^64.
    fn eq(&self, other: &Self) -> bool {
        self.hash("") == other.hash("")
    }
}

impl HashKey {
    /// 64 bits of which each depends on the whole text; two texts of the millions that are listed have the same
    /// with a chance of one in millions.
    #[must_use]
    pub fn hash(&self, text: &str) -> u64 {
        self.0.hash_one(text)
    }
}

/// Hashes of a list's entries in ascending order, eight bytes each.
#[derive(Debug, Clone, Default)]
pub(super) struct Hashes(Box<[u64]>);

impl Hashes {
    pub(super) fn new(mut hashes: Vec<u64>) -> Self {
        hashes.sort_unstable();
        hashes.dedup();
        Self(hashes.into_boxed_slice())
    }

    /// Hashes are spread evenly, so a value's place is known up to a few neighbours.
    pub(super) fn contains(&self, hash: u64) -> bool {
        let hashes = &self.0;
        let place = place(hash, hashes.len());
        // The place is off by about the square root of the length; beyond some multiples of that all is searched.
        let reach = hashes.len().isqrt() * 4 + 8;
        let low = place.saturating_sub(reach);
        let high = place.saturating_add(reach).min(hashes.len());
        let window = hashes.get(low..high).unwrap_or_default();
        let inside = (low == 0 || window.first().is_some_and(|first| *first <= hash))
            && (high == hashes.len() || window.last().is_some_and(|last| *last >= hash));
        if inside {
            window.binary_search(&hash).is_ok()
        } else {
            hashes.binary_search(&hash).is_ok()
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = u64> {
        self.0.iter().copied()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn memory_bytes(&self) -> usize {
        size_of_val(&*self.0)
    }
}

/// Where a hash would stand among so many evenly spread ones, below `len`.
fn place(hash: u64, len: usize) -> usize {
    let wide = u128::from(hash) * u128::try_from(len).unwrap_or(u128::MAX >> 64);
    usize::try_from(wide >> 64).unwrap_or(usize::MAX)
}

/// All texts of many lists, to find the lists that may hold one in one look: a table of a byte and a list number,
/// about four bytes for each entry.
#[derive(Debug, Clone, Default)]
pub(super) struct Gate {
    /// 0 where nothing stands, else the lowest byte of the hash.
    marks: Box<[u8]>,
    lists: Box<[u16]>,
}

impl Gate {
    /// Four of five places are taken.
    pub(super) fn new<'h>(lists: impl Iterator<Item = (u16, &'h Hashes)> + Clone) -> Self {
        let entries: usize = lists.clone().map(|(_, hashes)| hashes.len()).sum();
        let size = entries + entries / 4 + usize::from(entries > 0);
        let mut gate = Self {
            marks: vec![0; size].into_boxed_slice(),
            lists: vec![0; size].into_boxed_slice(),
        };
        for (list, hashes) in lists {
            for hash in hashes.iter() {
                gate.insert(hash, list);
            }
        }
        gate
    }

    fn insert(&mut self, hash: u64, list: u16) {
        let size = self.marks.len();
        let home = place(hash, size);
        let places = (home..size).chain(0..home);
        for at in places {
            if let (Some(taken @ 0), Some(of)) = (self.marks.get_mut(at), self.lists.get_mut(at)) {
                (*taken, *of) = (mark(hash), list);
                return;
            }
        }
    }

    /// The lists that may hold the text with this hash; most that do not are ruled out, none that does.
    pub(super) fn candidates(&self, hash: u64) -> impl Iterator<Item = u16> {
        let home = place(hash, self.marks.len());
        let (before, behind) = self.marks.split_at_checked(home).unwrap_or_default();
        let (lists_before, lists_behind) = self.lists.split_at_checked(home).unwrap_or_default();
        let marks = behind.iter().chain(before);
        let lists = lists_behind.iter().chain(lists_before);
        let wanted = mark(hash);
        marks
            .zip(lists)
            .take_while(|(mark, _)| **mark != 0)
            .filter(move |(mark, _)| **mark == wanted)
            .map(|(_, list)| *list)
    }

    pub(super) fn memory_bytes(&self) -> usize {
        size_of_val(&*self.marks) + size_of_val(&*self.lists)
    }
}

/// The places are chosen by the high bits, so the low ones are independent of them.
fn mark(hash: u64) -> u8 {
    let [low, ..] = hash.to_le_bytes();
    low.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key() -> &'static HashKey {
        static KEY: std::sync::LazyLock<HashKey> = std::sync::LazyLock::new(|| RandomState::new().into());
        &KEY
    }

    #[test]
    fn an_empty_table_knows_nothing() {
        assert!(!Hashes::default().contains(0) && !Hashes::default().contains(u64::MAX));
        assert_eq!(Gate::default().candidates(5).count(), 0);
        assert_eq!(Gate::new(std::iter::empty()).candidates(5).count(), 0);
    }

    #[test]
    fn many_texts_are_found_again_in_their_lists() {
        let texts =
            |list: usize| (0..5_000 * (list + 1)).map(move |n| format!("{list}-{}.example", n % 9_000));
        let tables: Vec<Hashes> = (0..3)
            .map(|list| Hashes::new(texts(list).map(|text| key().hash(&text)).collect()))
            .collect();
        let gate = Gate::new((0..).zip(&tables));
        for (list, table) in tables.iter().enumerate() {
            for text in texts(list) {
                let hash = key().hash(&text);
                assert!(table.contains(hash));
                assert!(gate.candidates(hash).any(|found| usize::from(found) == list));
            }
        }
        let passed: usize = (0..10_000)
            .map(|n| gate.candidates(key().hash(&format!("absent{n}"))).count())
            .sum();
        // About 500; the key is random, so the bound leaves room that chance does not use up.
        assert!(passed < 1_000, "{passed} of 10 000 absent texts pass the gate");
    }

    proptest! {
        /// Also where hashes are not spread at all.
        #[test]
        fn a_table_holds_exactly_what_was_put_in(
            held in prop::collection::vec(prop_oneof![0..50_u64, any::<u64>(), (u64::MAX - 50)..=u64::MAX], 0..200),
            asked in prop_oneof![0..60_u64, any::<u64>()],
        ) {
            let table = Hashes::new(held.clone());
            prop_assert_eq!(table.contains(asked), held.contains(&asked));
            for hash in &held {
                prop_assert!(table.contains(*hash));
            }
            let gate = Gate::new(std::iter::once((3, &table)));
            for hash in &held {
                prop_assert_eq!(gate.candidates(*hash).next(), Some(3));
            }
        }
    }
}
