//! The networks of many lists as one line of addresses, cut where the lists that cover it change.

use std::collections::{BTreeSet, HashMap};

/// Intervals of one address family; each holds until the next one begins.
#[derive(Debug, Clone)]
pub(super) struct Line<A> {
    starts: Box<[A]>,
    sets: Box<[u16]>,
}

/// Networks as first address, last address and list.
impl<A: Copy + Ord> Line<A> {
    fn new(spans: &[(A, A, u16)], after: impl Fn(A) -> Option<A>, sets: &mut Sets) -> Option<Self> {
        let mut cuts: Vec<(A, bool, u16)> = Vec::with_capacity(spans.len() * 2);
        for (first, last, list) in spans {
            cuts.push((*first, true, *list));
            cuts.extend(after(*last).map(|next| (next, false, *list)));
        }
        // What ends at an address ends before another begins there: the networks of a list never overlap.
        cuts.sort_unstable();
        let mut open: BTreeSet<u16> = BTreeSet::new();
        let (mut starts, mut numbers): (Vec<A>, Vec<u16>) = (Vec::new(), Vec::new());
        let mut cuts = cuts.into_iter().peekable();
        while let Some((at, begins, list)) = cuts.next() {
            if begins {
                open.insert(list);
            } else {
                open.remove(&list);
            }
            if cuts.peek().is_none_or(|(next, ..)| *next != at) {
                let set = sets.number(&open)?;
                if numbers.last() != Some(&set) {
                    starts.push(at);
                    numbers.push(set);
                }
            }
        }
        Some(Self {
            starts: starts.into_boxed_slice(),
            sets: numbers.into_boxed_slice(),
        })
    }

    fn set_at(&self, address: A) -> Option<u16> {
        let after = self.starts.partition_point(|start| *start <= address);
        self.sets.get(after.checked_sub(1)?).copied()
    }

    fn memory_bytes(&self) -> usize {
        size_of_val(&*self.starts) + size_of_val(&*self.sets)
    }
}

/// Combinations of lists, each kept once.
#[derive(Default)]
struct Sets {
    known: HashMap<Vec<u16>, u16>,
    lists: Vec<Box<[u16]>>,
}

impl Sets {
    /// None when there are more combinations than numbers.
    fn number(&mut self, open: &BTreeSet<u16>) -> Option<u16> {
        let members: Vec<u16> = open.iter().copied().collect();
        if let Some(number) = self.known.get(&members) {
            return Some(*number);
        }
        let number = u16::try_from(self.lists.len()).ok()?;
        self.lists.push(members.clone().into_boxed_slice());
        self.known.insert(members, number);
        Some(number)
    }
}

/// Networks of one family of one list: first and last address.
pub(super) type Spans<A> = Vec<(A, A, u16)>;

/// Which lists cover an address.
#[derive(Debug, Clone)]
pub(super) struct Cover {
    v4: Line<u32>,
    v6: Line<u128>,
    sets: Vec<Box<[u16]>>,
}

impl Cover {
    /// None when the lists overlap in more ways than can be numbered; each list is then asked by itself.
    pub(super) fn new(v4: &Spans<u32>, v6: &Spans<u128>) -> Option<Self> {
        let mut sets = Sets::default();
        Some(Self {
            v4: Line::new(v4, |last| last.checked_add(1), &mut sets)?,
            v6: Line::new(v6, |last| last.checked_add(1), &mut sets)?,
            sets: sets.lists,
        })
    }

    pub(super) fn v4(&self, address: u32) -> &[u16] {
        self.of(self.v4.set_at(address))
    }

    pub(super) fn v6(&self, address: u128) -> &[u16] {
        self.of(self.v6.set_at(address))
    }

    fn of(&self, set: Option<u16>) -> &[u16] {
        set.and_then(|set| self.sets.get(usize::from(set)))
            .map_or(&[], |lists| lists)
    }

    pub(super) fn memory_bytes(&self) -> usize {
        let sets: usize = self.sets.iter().map(|lists| size_of_val(&**lists) + 16).sum();
        self.v4.memory_bytes() + self.v6.memory_bytes() + sets
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_ends_of_the_line_are_covered() {
        let cover = Cover::new(
            &vec![(0, u32::MAX, 1), (u32::MAX, u32::MAX, 2), (0, 0, 3)],
            &Vec::new(),
        );
        let cover = cover.unwrap();
        assert_eq!(
            (cover.v4(0), cover.v4(1), cover.v4(u32::MAX)),
            (&[1, 3][..], &[1][..], &[1, 2][..])
        );
        assert_eq!(cover.v6(0), [0_u16; 0]);
    }

    proptest! {
        #[test]
        fn an_address_is_covered_by_the_lists_whose_networks_hold_it(
            blocks in prop::collection::vec((0..32_u32, 0..4_u32, 0..5_u16), 0..20),
            address in 0..600_u32,
        ) {
            // disjoint within a list, as the networks of a list are
            let mut spans: Spans<u32> = Vec::new();
            for (start, size, list) in blocks {
                let (first, last) = (start * 16, start * 16 + (1 << size) - 1);
                if spans.iter().all(|(other, until, of)| *of != list || last < *other || first > *until) {
                    spans.push((first, last, list));
                }
            }
            let cover = Cover::new(&spans, &Vec::new()).unwrap();
            let mut expected: Vec<u16> = spans
                .iter()
                .filter(|(first, last, _)| (*first..=*last).contains(&address))
                .map(|(_, _, list)| *list)
                .collect();
            expected.sort_unstable();
            prop_assert_eq!(cover.v4(address), expected);
        }
    }
}
