//! The order in which people expect text with numbers: `10` after `9`. spec: 04#7
use std::cmp::Ordering;

/// Compares two lines. Runs of digits count as numbers, and those that begin with 0 as fractions, before all
/// others; blanks do not count unless a number ends there, nor do zeros at the start of the line. Lines that are
/// equal so far follow by their bytes, so that only equal lines compare as equal.
pub(super) fn compare(a: &[u8], b: &[u8]) -> Ordering {
    let (mut left, mut right) = (Tokens::of(a), Tokens::of(b));
    loop {
        let order = match (left.next(), right.next()) {
            (None, None) => return a.cmp(b),
            (left, right) => left.cmp(&right),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// A byte that counts, or a number.
#[derive(Debug, PartialEq, Eq)]
enum Token<'a> {
    Byte(u8),
    Number(&'a [u8]),
}

impl Ord for Token<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Byte(a), Self::Byte(b)) => a.cmp(b),
            // all digits stand between the same two other bytes
            (Self::Byte(a), Self::Number(_)) => a.cmp(&b'0'),
            (Self::Number(_), Self::Byte(b)) => b'0'.cmp(b),
            (Self::Number(a), Self::Number(b)) => match (a.starts_with(b"0"), b.starts_with(b"0")) {
                (true, true) => a.cmp(b),
                (true, false) => Ordering::Less,
                (false, true) => Ordering::Greater,
                (false, false) => a.len().cmp(&b.len()).then_with(|| a.cmp(b)),
            },
        }
    }
}

impl PartialOrd for Token<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

struct Tokens<'a> {
    rest: &'a [u8],
    after_number: bool,
}

impl<'a> Tokens<'a> {
    fn of(mut line: &'a [u8]) -> Self {
        while let [b'0', rest @ ..] = line
            && rest.first().is_some_and(u8::is_ascii_digit)
        {
            line = rest;
        }
        Self {
            rest: line,
            after_number: false,
        }
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        if !std::mem::take(&mut self.after_number) {
            while let [b' ' | b'\t', rest @ ..] = self.rest {
                self.rest = rest;
            }
        }
        let digits = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits > 0 {
            let (number, rest) = self.rest.split_at_checked(digits)?;
            self.rest = rest;
            self.after_number = true;
            return Some(Token::Number(number));
        }
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(Token::Byte(*byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_blanks_and_zeros() {
        let lines = [
            "0a287",
            "1.1.1.1",
            "1a43",
            "8.8.4.4\tI",
            "10.1.2.3",
            "48:x",
            "081e",
            "82",
            "96:s",
            "192.0.2.9",
            "192.0.2.10\tI",
            "192.0.2.10/24",
            "2001:db8::/32",
            "a (0f23)",
            "a (05)",
            "a (6a8)",
            "a (53e)",
            "a.b/x\tI",
            "a.b\tI",
            "abc C2",
            "abc http",
            "b 1",
            "b1 a",
            "b1a",
        ];
        for (i, a) in lines.iter().enumerate() {
            for (j, b) in lines.iter().enumerate() {
                assert_eq!(compare(a.as_bytes(), b.as_bytes()), i.cmp(&j), "{a:?} {b:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn it_is_an_order(lines in proptest::collection::vec("[0-2 \\tab/]{0,6}", 3)) {
            let [a, b, c] = [0, 1, 2].map(|at| lines[at].as_bytes());
            prop_assert_eq!(compare(a, b), compare(b, a).reverse());
            prop_assert_eq!(compare(a, b) == Ordering::Equal, a == b);
            if compare(a, b) != Ordering::Greater && compare(b, c) != Ordering::Greater {
                prop_assert_ne!(compare(a, c), Ordering::Greater);
            }
        }
    }
}
