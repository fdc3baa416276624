//! The patterns of one list, tried all at once.

use regex::bytes::{RegexSet, RegexSetBuilder};

use super::pattern::{MAX_COMPILED_BYTES, Pattern};

/// Most bytes of all patterns of a list together when compiled into one.
const MAX_SET_BYTES: usize = 16 * MAX_COMPILED_BYTES;

/// Patterns in the order of their list.
#[derive(Debug, Clone)]
pub(super) enum Patterns {
    /// One automaton for all of them.
    Together(RegexSet, Vec<Box<str>>),
    /// One by one, when together they are too large.
    Apart(Vec<Pattern>),
}

impl Patterns {
    pub(super) fn new(patterns: Vec<Pattern>) -> Self {
        let built = RegexSetBuilder::new(patterns.iter().map(Pattern::inline))
            .size_limit(MAX_SET_BYTES)
            .dfa_size_limit(MAX_SET_BYTES)
            .build();
        match built {
            Ok(set) => {
                let written = patterns.iter().map(|pattern| pattern.as_str().into()).collect();
                Self::Together(set, written)
            }
            Err(_) => Self::Apart(patterns),
        }
    }

    /// The first pattern that matches somewhere in the value.
    pub(super) fn find(&self, value: &str) -> Option<&str> {
        match self {
            Self::Together(set, written) => {
                // only the question which one matches costs much
                if !set.is_match(value.as_bytes()) {
                    return None;
                }
                let first = set.matches(value.as_bytes()).iter().next()?;
                written.get(first).map(AsRef::as_ref)
            }
            Self::Apart(patterns) => patterns
                .iter()
                .find(|pattern| pattern.is_match(value))
                .map(Pattern::as_str),
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Together(_, written) => written.len(),
            Self::Apart(patterns) => patterns.len(),
        }
    }

    /// Bytes of the written patterns; the engine does not tell its own.
    pub(super) fn text_bytes(&self) -> usize {
        match self {
            Self::Together(_, written) => written.iter().map(|text| text.len()).sum(),
            Self::Apart(patterns) => patterns.iter().map(|pattern| pattern.as_str().len()).sum(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pattern_keeps_its_flags() {
        let written = [
            "/^x/i",
            "/^y/",
            "/a.b/s",
            "/a.c/",
            r"/^\d$/u",
            r"/^\w$/",
            "/q r # note/x",
            "/b/A",
            "/ü/i",
            "/^z$/m",
        ];
        let patterns: Vec<Pattern> = written
            .iter()
            .map(|text| Pattern::compile(text).unwrap())
            .collect();
        let apart = Patterns::Apart(patterns.clone());
        let together = Patterns::new(patterns);
        assert!(matches!(together, Patterns::Together(..)));
        for value in [
            "X", "x", "Y", "y", "a\nb", "a\nc", "a c", "٣", "é", "qr", "q r", "bc", "ab", "Ü", "1\nz\n2", "",
        ] {
            assert_eq!(together.find(value), apart.find(value), "{value}");
        }
        assert_eq!(together.find("qr"), Some("/q r # note/x"));
        assert_eq!(
            (together.len(), together.text_bytes()),
            (apart.len(), apart.text_bytes())
        );
    }

    #[test]
    fn what_is_too_large_together_is_tried_apart() {
        let large = |n: usize| Pattern::compile(&format!("/{n}(?:[a-z]{{90}}[0-9]{{90}}){{9}}/u")).unwrap();
        let patterns = Patterns::new((0..600).map(large).collect());
        assert!(matches!(patterns, Patterns::Apart(_)));
        assert_eq!(patterns.find("none"), None);
    }
}
