//! The pattern of a `LIKE`, compiled once per statement.

use super::functions::lower_char;

/// Pieces between `%` signs; each piece is a run of characters or "any one".
pub(crate) struct Pattern {
    pieces: Vec<Vec<Option<char>>>,
    insensitive: bool,
    plain: Option<Plain>,
}

impl Pattern {
    pub(crate) fn new(pattern: &str, escape: Option<char>, insensitive: bool) -> Self {
        let fold = |c| if insensitive { lower_char(c) } else { c };
        let mut pieces = vec![Vec::new()];
        let mut chars = pattern.chars();
        while let Some(c) = chars.next() {
            let item = if Some(c) == escape {
                // an escape at the very end stands for itself
                Some(fold(chars.next().unwrap_or(c)))
            } else if c == '%' {
                pieces.push(Vec::new());
                continue;
            } else if c == '_' {
                None
            } else {
                Some(fold(c))
            };
            if let Some(piece) = pieces.last_mut() {
                piece.push(item);
            }
        }
        Self {
            plain: Plain::new(&pieces, insensitive),
            pieces,
            insensitive,
        }
    }

    pub(crate) fn matches(&self, text: &[u8]) -> Result<bool, std::str::Utf8Error> {
        match &self.plain {
            // Letters outside ASCII may have a lower case inside it, so such texts go the long way.
            Some(plain) if text.is_ascii() => Ok(plain.matches(text)),
            _ => std::str::from_utf8(text).map(|text| self.matches_text(text)),
        }
    }

    fn matches_text(&self, text: &str) -> bool {
        let Some((first, others)) = self.pieces.split_first() else {
            return false;
        };
        let Some(mut rest) = self.prefix(first, text) else {
            return false;
        };
        let Some((last, middle)) = others.split_last() else {
            return rest.is_empty();
        };
        for piece in middle {
            // the leftmost place leaves the most for what follows
            match self.find(piece, rest) {
                Some(after) => rest = after,
                None => return false,
            }
        }
        // the last piece must end the text: step back as many characters as it has
        let start = match last.len().checked_sub(1) {
            None => return true,
            Some(back) => rest.char_indices().rev().nth(back).map(|(at, _)| at),
        };
        start
            .and_then(|at| rest.get(at..))
            .and_then(|tail| self.prefix(last, tail))
            .is_some_and(str::is_empty)
    }

    fn find<'t>(&self, piece: &[Option<char>], text: &'t str) -> Option<&'t str> {
        let mut rest = text;
        loop {
            if let Some(after) = self.prefix(piece, rest) {
                return Some(after);
            }
            let mut chars = rest.chars();
            chars.next()?;
            rest = chars.as_str();
        }
    }

    /// What follows the piece, if the text starts with it.
    fn prefix<'t>(&self, piece: &[Option<char>], text: &'t str) -> Option<&'t str> {
        let mut chars = text.chars();
        for wanted in piece {
            let found = chars.next()?;
            if wanted.is_some_and(|wanted| {
                wanted
                    != if self.insensitive {
                        lower_char(found)
                    } else {
                        found
                    }
            }) {
                return None;
            }
        }
        Some(chars.as_str())
    }
}

/// A pattern of ASCII characters without "any one", compared with texts of ASCII byte by byte: what nearly
/// every search is. It asks the same as [`Pattern`], several times faster.
struct Plain {
    first: Vec<u8>,
    middle: Vec<Piece>,
    /// What ends the text; `None` without any `%`, when `first` is the whole of it.
    last: Option<Vec<u8>>,
    insensitive: bool,
}

impl Plain {
    fn new(pieces: &[Vec<Option<char>>], insensitive: bool) -> Option<Self> {
        let mut plain = pieces
            .iter()
            .map(|piece| {
                piece
                    .iter()
                    .map(|c| c.and_then(|c| u8::try_from(c).ok()).filter(u8::is_ascii))
                    .collect::<Option<Vec<u8>>>()
            })
            .collect::<Option<std::collections::VecDeque<_>>>()?;
        let first = plain.pop_front()?;
        let last = plain.pop_back();
        Some(Self {
            first,
            middle: plain
                .into_iter()
                .filter(|piece| !piece.is_empty())
                .map(|piece| Piece::new(piece, insensitive))
                .collect(),
            last,
            insensitive,
        })
    }

    fn matches(&self, text: &[u8]) -> bool {
        let equal = |wanted: &[u8], part: &[u8]| {
            if self.insensitive {
                part.eq_ignore_ascii_case(wanted)
            } else {
                part == wanted
            }
        };
        let Some((head, mut rest)) = text.split_at_checked(self.first.len()) else {
            return false;
        };
        if !equal(&self.first, head) {
            return false;
        }
        let Some(last) = &self.last else {
            return rest.is_empty();
        };
        for piece in &self.middle {
            // the leftmost place leaves the most for what follows
            match piece.find(rest) {
                Some(after) => rest = after,
                None => return false,
            }
        }
        rest.len()
            .checked_sub(last.len())
            .and_then(|at| rest.get(at..))
            .is_some_and(|tail| equal(last, tail))
    }
}

/// A run of characters that is looked for by its rarest one.
struct Piece {
    bytes: Vec<u8>,
    /// Where the rarest one stands, and how it may be written.
    at: usize,
    spellings: (u8, u8),
    insensitive: bool,
}

impl Piece {
    fn new(bytes: Vec<u8>, insensitive: bool) -> Self {
        let rarest = bytes
            .iter()
            .copied()
            .enumerate()
            .max_by_key(|(_, byte)| rarity(*byte));
        let (at, byte) = rarest.unwrap_or_default();
        let spellings = if insensitive {
            (byte.to_ascii_lowercase(), byte.to_ascii_uppercase())
        } else {
            (byte, byte)
        };
        Self {
            bytes,
            at,
            spellings,
            insensitive,
        }
    }

    /// What follows the piece at its leftmost place.
    fn find<'t>(&self, text: &'t [u8]) -> Option<&'t [u8]> {
        let mut from = self.at;
        loop {
            let (one, other) = self.spellings;
            let found = from + memchr::memchr2(one, other, text.get(from..)?)?;
            let start = found - self.at;
            let part = text.get(start..start + self.bytes.len())?;
            let equal = if self.insensitive {
                part.eq_ignore_ascii_case(&self.bytes)
            } else {
                part == self.bytes
            };
            if equal {
                return text.get(start + self.bytes.len()..);
            }
            from = found + 1;
        }
    }
}

/// How rare a character is in values such as names, addresses and hashes, roughly.
fn rarity(byte: u8) -> u8 {
    match byte.to_ascii_lowercase() {
        b'e' | b'a' | b'o' | b'.' | b'c' | b'0' | b'1' | b'2' => 0,
        b'd' | b'f' | b'b' | b't' | b's' | b'i' | b'n' | b'r' | b'3'..=b'9' => 1,
        b'l' | b'm' | b'p' | b'h' | b'u' | b'/' | b'-' | b':' => 2,
        b'g' | b'w' | b'y' | b'v' | b'k' => 3,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The short way says what the long way says.
    fn both_ways(pattern: &Pattern, text: &str) -> bool {
        let long = pattern.matches_text(text);
        assert_eq!(pattern.matches(text.as_bytes()), Ok(long), "{text}");
        long
    }

    fn like(pattern: &str, text: &str) -> bool {
        both_ways(&Pattern::new(pattern, Some('!'), false), text)
    }

    fn ilike(pattern: &str, text: &str) -> bool {
        both_ways(&Pattern::new(pattern, Some('!'), true), text)
    }

    #[test]
    fn wildcards() {
        assert!(like("abc", "abc") && !like("abc", "abcd") && !like("abc", "ab"));
        assert!(like("a%", "a") && like("%a", "ba") && like("%", "") && like("", "") && !like("", "x"));
        assert!(like("a_c", "aäc") && !like("a_c", "ac"));
        assert!(like("%b%d", "abcbd") && like("%ab%ab", "abxab") && !like("%ab%ab", "ab"));
        assert!(like("%a_%_b", "xxa12b") && !like("%aa%aa%", "xaaax") && like("%aa%aa%", "aaaa"));
    }

    #[test]
    fn escapes() {
        assert!(like("100!%", "100%") && !like("100!%", "1000"));
        assert!(like("a!_b!!", "a_b!") && like("x!", "x!"));
    }

    #[test]
    fn case() {
        assert!(!like("ABC", "abc") && ilike("ABC%", "abcd"));
        assert!(ilike("%ÄÖ%", "xäöx") && ilike("straße", "STRAßE") && ilike("Σ", "σ"));
    }

    #[test]
    fn the_short_way_says_what_the_long_way_says() {
        // every pattern of up to four of these characters, over every text of up to four
        let words = |letters: &[char], length: u32| {
            let count = letters.len();
            (0..=length)
                .flat_map(|length| (0..count.pow(length)).map(move |n| (n, length)))
                .map(|(n, length)| {
                    let place = |at| n / count.pow(at) % count;
                    (0..length).map(|at| letters[place(at)]).collect::<String>()
                })
                .collect::<Vec<_>>()
        };
        let texts = words(&['a', 'B', 'k', '\u{212a}'], 4);
        for pattern in words(&['a', 'b', 'K', '%', '_'], 4) {
            for insensitive in [false, true] {
                let compiled = Pattern::new(&pattern, Some('!'), insensitive);
                for text in &texts {
                    both_ways(&compiled, text);
                }
            }
        }
    }
}
