//! The pattern of a `LIKE`, compiled once per statement.

use super::functions::lower_char;

/// Pieces between `%` signs; each piece is a run of characters or "any one".
pub(crate) struct Pattern {
    pieces: Vec<Vec<Option<char>>>,
    insensitive: bool,
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
        Self { pieces, insensitive }
    }

    pub(crate) fn matches(&self, text: &str) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn like(pattern: &str, text: &str) -> bool {
        Pattern::new(pattern, Some('!'), false).matches(text)
    }

    fn ilike(pattern: &str, text: &str) -> bool {
        Pattern::new(pattern, Some('!'), true).matches(text)
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
}
