//! Comparison of context-triggered piecewise hashes, as ssdeep writes them. spec: 05#1.3
//!
//! `blocksize:first:second`: the first string has a character per block of the hashed file, the second one
//! per block of twice the size. Two strings are comparable when their blocks have the same size. How alike
//! they are follows from the least number of characters to insert and delete; strings without seven
//! characters in a row in common count as unlike, which is what makes an index of such runs complete.

/// Characters in a row that comparable strings must share.
const RUN: usize = 7;
/// Most characters of one string.
const MOST: usize = 64;
/// The smallest block, in bytes.
const SMALLEST: u32 = 3;
/// Doublings of the smallest block that are in use; larger blocks belong to no file that exists.
const DOUBLINGS: u32 = 30;

/// A parsed hash. Runs of more than three equal characters are cut to three, since they say little.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FuzzyHash {
    /// How often the smallest block was doubled.
    doubled: u32,
    first: Vec<u8>,
    second: Vec<u8>,
}

impl FuzzyHash {
    /// Reads `blocksize:first:second`, also with a file name behind it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().splitn(3, ':');
        let size: u32 = parts.next()?.parse().ok()?;
        let doubled = (0..=DOUBLINGS).find(|doubled| SMALLEST.checked_shl(*doubled) == Some(size))?;
        let first = shortened(parts.next()?)?;
        let rest = parts.next()?;
        let second = shortened(rest.split(',').next()?)?;
        Some(Self {
            doubled,
            first,
            second,
        })
    }

    /// Keys of the runs of seven characters in both strings with the size of their blocks, ascending and
    /// distinct. Hashes without a common key are not alike, unless they are equal.
    #[must_use]
    pub fn keys(&self) -> Vec<i64> {
        let of = |doubled: u32, string: &[u8]| {
            string
                .windows(RUN)
                .map(|run| {
                    run.iter().fold(i64::from(doubled), |key, byte| {
                        key << 6 | i64::from(digit(*byte).unwrap_or_default())
                    })
                })
                .collect::<Vec<_>>()
        };
        let mut keys = of(self.doubled, &self.first);
        keys.extend(of(self.doubled + 1, &self.second));
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// How alike two hashes are, 0 to 100.
    #[must_use]
    pub fn similarity(&self, other: &Self) -> u32 {
        if self == other {
            return 100;
        }
        let both = |a: &[u8], b: &[u8], doubled| alike(a, b, doubled);
        if self.doubled == other.doubled {
            both(&self.first, &other.first, self.doubled).max(both(
                &self.second,
                &other.second,
                self.doubled + 1,
            ))
        } else if self.doubled == other.doubled + 1 {
            both(&self.first, &other.second, self.doubled)
        } else if self.doubled + 1 == other.doubled {
            both(&self.second, &other.first, other.doubled)
        } else {
            0
        }
    }
}

/// The place of a character in the alphabet of base 64.
fn digit(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

/// A string with its long runs cut; `None` for one that no hash has.
fn shortened(text: &str) -> Option<Vec<u8>> {
    let mut out: Vec<u8> = Vec::with_capacity(text.len().min(MOST));
    if text.len() > MOST {
        return None;
    }
    for byte in text.bytes() {
        digit(byte)?;
        let repeated = out.iter().rev().take(3).filter(|before| **before == byte).count();
        if repeated < 3 {
            out.push(byte);
        }
    }
    Some(out)
}

/// How alike two strings of blocks of one size are, 0 to 100.
fn alike(a: &[u8], b: &[u8], doubled: u32) -> u32 {
    let share = a.windows(RUN).any(|run| b.windows(RUN).any(|other| other == run));
    if !share {
        return 0;
    }
    let length = |string: &[u8]| u32::try_from(string.len()).unwrap_or(0);
    let (length_a, length_b) = (length(a), length(b));
    let changes = length_a + length_b - 2 * common(a, b);
    // In two steps with the remainders dropped, as everybody does it, so that scores agree.
    let scaled = changes * 64 / (length_a + length_b);
    let score = 100 - (scaled * 100 / 64).min(100);
    // Little material cannot make a high score: small blocks over short strings are alike by chance.
    match 1_u32.checked_shl(doubled) {
        Some(times) if times < 15 => score.min(times * length_a.min(length_b)),
        _ => score,
    }
}

/// The length of the longest common subsequence of two strings of at most 64 bytes, a column a word.
fn common(a: &[u8], b: &[u8]) -> u32 {
    let mut places = [0_u64; 256];
    for (place, byte) in a.iter().enumerate().take(MOST) {
        if let Some(entry) = places.get_mut(usize::from(*byte)) {
            *entry |= 1 << place;
        }
    }
    let mut open = u64::MAX;
    for byte in b {
        let matches = open & places.get(usize::from(*byte)).copied().unwrap_or_default();
        open = open.wrapping_add(matches) | (open & !matches);
    }
    let used = if a.len() >= MOST {
        u64::MAX
    } else {
        (1 << a.len()) - 1
    };
    (!open & used).count_ones()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hash(text: &str) -> FuzzyHash {
        FuzzyHash::parse(text).expect(text)
    }

    /// The same length by the table that everybody knows.
    fn common_slowly(a: &[u8], b: &[u8]) -> u32 {
        let mut row = vec![0_u32; b.len() + 1];
        for x in a {
            let mut diagonal = 0;
            for (j, y) in b.iter().enumerate() {
                let above = row[j + 1];
                row[j + 1] = if x == y { diagonal + 1 } else { above.max(row[j]) };
                diagonal = above;
            }
        }
        row[b.len()]
    }

    #[test]
    fn scores_are_those_that_other_tools_give() {
        let one = "192:MUPMinqP6+wNQ7Q40L/iB3n2rIBrP0GZKF4jsef+0FVQLSwbLbj41iH8nFVYv980:x0CllivQiFmt";
        let near = "192:JkjRcePWsNVQza3ntZStn5VfsoXMhRD9+xJMinqF6+wNQ7Q40L/i737rPVt:JkjlQyIrx4kll2";
        assert_eq!(hash(one).similarity(&hash(one)), 100);
        assert_eq!(hash(one).similarity(&hash(near)), 35);
        assert_eq!(hash(near).similarity(&hash(one)), 35);
        for (a, b, score) in [
            ("3:abcdefgh:", "3:abcdefgh:zzz", 8),
            ("24:abcdefghXY:q", "24:ZWabcdefgh:q", 80),
            ("48:abcdefghXYu:q", "48:ZWabcdefgh:q", 77),
            ("3:aaaaaabcdefgh:", "3:aaabcdefgh:", 100),
            (
                "12:/1e22fdbFbCd+3e2dCD+1FeE31BC/eef32CCc3CB:/1e22fdbFbCd+3e2dCD+",
                "12:/1e22fdbFbCd+3e2dC2+1F0E31BC/Aef32CCd3CB:22fdbFbCd+3e2dC2+1F0E3",
                91,
            ),
            (
                "6:/0000D30BaCa2FDeBDAE/DfACa0Ecff3DD3233dC:/0000D30BaCa2FDeBDAE",
                "6:/+000DE0Ba3a2FDeeDAE/DfACa0Ecff3DD3233dC:00DE0Ba3a2FDeeDAE/DfAC",
                78,
            ),
        ] {
            assert_eq!(hash(a).similarity(&hash(b)), score, "{a} {b}");
        }
    }

    #[test]
    fn what_shares_no_run_is_unlike() {
        let far = hash("96:abcdefgABCDEFG:hijklmnHIJKLMN");
        assert_eq!(far.similarity(&hash("96:gfedcbaGFEDCBA:nmlkjihNMLKJIH")), 0);
        assert_eq!(
            far.similarity(&hash("24:abcdefgABCDEFG:hijklmnHIJKLMN")),
            0,
            "other blocks"
        );
        // the second string of small blocks is compared with the first of those twice as large
        let half = hash("48:xxx:abcdefgABCDEFG");
        assert_eq!(far.similarity(&half), 100);
        assert_eq!(half.similarity(&far), 100);
        let shared = |a: &FuzzyHash, b: &FuzzyHash| a.keys().iter().any(|key| b.keys().contains(key));
        assert!(shared(&far, &half));
    }

    #[test]
    fn other_texts_are_no_hash() {
        for text in [
            "",
            "3",
            "3:a",
            "4:a:b",
            "3:a?:b",
            "x:a:b",
            &format!("3:{}:b", "ab".repeat(40)),
        ] {
            assert_eq!(FuzzyHash::parse(text), None, "{text}");
        }
        assert_eq!(hash("3:aaaaaa:b"), hash("3:aaa:b"));
        assert_eq!(hash("3:abc:b,\"a file.exe\""), hash("3:abc:b"));
    }

    proptest! {
        #[test]
        fn words_find_what_the_table_finds(a in "[abc]{0,64}", b in "[abcd]{0,64}") {
            prop_assert_eq!(common(a.as_bytes(), b.as_bytes()), common_slowly(a.as_bytes(), b.as_bytes()));
        }

        #[test]
        fn likeness_has_two_equal_sides_and_a_common_key(
            a in "(3|6|12):[ab]{0,20}:[ab]{0,20}",
            b in "(3|6|12):[ab]{0,20}:[ab]{0,20}",
        ) {
            let (a, b) = (hash(&a), hash(&b));
            let score = a.similarity(&b);
            prop_assert_eq!(score, b.similarity(&a));
            prop_assert!(score <= 100);
            if score > 0 && a != b {
                let keys = b.keys();
                prop_assert!(a.keys().iter().any(|key| keys.contains(key)));
            }
        }
    }
}
