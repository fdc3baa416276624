//! Rules out values that contain none of many substrings, by the windows of a few bytes that each of them has.

/// Widest window; a word of the machine holds it.
const WIDEST: usize = 8;
/// Narrower windows are in every value.
const NARROWEST: usize = 3;
/// Bits of the table for each substring, so that a window of a value is there by chance with one in some hundred.
const BITS_EACH: usize = 512;
/// Most bits of the table.
const MOST_BITS: usize = 1 << 23;

/// The windows at the beginning of substrings, as a table of bits.
#[derive(Debug, Clone)]
pub(super) struct Windows {
    width: usize,
    mask: u64,
    bits: Box<[u64]>,
}

impl Windows {
    /// None when a substring is too short to have a window.
    pub(super) fn new(substrings: &[&str]) -> Option<Self> {
        let width = substrings.iter().map(|text| text.len()).min()?.min(WIDEST);
        if width < NARROWEST {
            return None;
        }
        let bits = (substrings.len().saturating_mul(BITS_EACH))
            .clamp(64, MOST_BITS)
            .next_power_of_two();
        let mut windows = Self {
            width,
            mask: u64::MAX >> (8 * (WIDEST - width)),
            bits: vec![0; bits / 64].into_boxed_slice(),
        };
        for substring in substrings {
            if let Some(window) = substring.as_bytes().get(..width) {
                let (word, bit) = windows.place(read(window));
                if let Some(word) = windows.bits.get_mut(word) {
                    *word |= bit;
                }
            }
        }
        Some(windows)
    }

    /// Whether a value may contain one of the substrings; false is certain.
    pub(super) fn may_contain(&self, value: &str) -> bool {
        // The window slides: each byte pushes the oldest one out at the top.
        let mut window = 0_u64;
        for (position, byte) in value.bytes().enumerate() {
            window = ((window << 8) | u64::from(byte)) & self.mask;
            if position + 1 >= self.width {
                let (word, bit) = self.place(window);
                if self.bits.get(word).is_some_and(|word| word & bit != 0) {
                    return true;
                }
            }
        }
        false
    }

    fn place(&self, window: u64) -> (usize, u64) {
        let spread = window.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        // The number of words is a power of two of at most 2^17.
        let word = usize::try_from(spread >> 40).unwrap_or(0) & (self.bits.len() - 1);
        (word, 1 << (spread >> 58))
    }

    pub(super) fn memory_bytes(&self) -> usize {
        size_of_val(&*self.bits)
    }
}

/// Bytes as a number, the first one at the top.
fn read(window: &[u8]) -> u64 {
    window
        .iter()
        .fold(0, |number, byte| (number << 8) | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn short_substrings_have_no_windows() {
        assert!(Windows::new(&["abcd", "ab"]).is_none());
        assert!(Windows::new(&[]).is_none());
        let windows = Windows::new(&["abc"]).unwrap();
        assert!(windows.may_contain("xxabcxx") && !windows.may_contain("ab") && !windows.may_contain(""));
    }

    #[test]
    fn most_values_are_ruled_out() {
        let substrings: Vec<String> = (0..5_000).map(|n| format!("{n}mail.example")).collect();
        let texts: Vec<&str> = substrings.iter().map(String::as_str).collect();
        let windows = Windows::new(&texts).unwrap();
        let passed = (0..10_000)
            .filter(|n| windows.may_contain(&format!("host-{n}.intern.test")))
            .count();
        assert!(passed < 1_000, "{passed}");
        assert!(windows.memory_bytes() < 1 << 20);
    }

    proptest! {
        #[test]
        fn what_contains_a_substring_passes(
            substrings in prop::collection::vec("[a-cü.]{3,12}", 1..20),
            before in "[a-cü.]{0,9}", behind in "[a-cü.]{0,9}", which in any::<prop::sample::Index>(),
        ) {
            let texts: Vec<&str> = substrings.iter().map(String::as_str).collect();
            let windows = Windows::new(&texts).unwrap();
            let value = format!("{before}{}{behind}", which.get(&substrings));
            prop_assert!(windows.may_contain(&value));
        }
    }
}
