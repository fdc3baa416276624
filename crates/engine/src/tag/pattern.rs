//! Names as people search for them: `%` stands for anything, case does not matter.

/// A pattern. Only `%` is special: `_` is too common in tag names to stand for any character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    parts: Vec<String>,
}

impl Pattern {
    /// A pattern as written; without `%` it is met by the same text only.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self {
            parts: entente_indicator::fold(text)
                .split('%')
                .map(str::to_owned)
                .collect(),
        }
    }

    /// A pattern met by every text that contains this one.
    #[must_use]
    pub fn containing(text: &str) -> Self {
        Self::new(&format!("%{text}%"))
    }

    /// Whether a text meets the pattern.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let text = entente_indicator::fold(text);
        let (Some((first, rest)), last) = (self.parts.split_first(), self.parts.last()) else {
            return false;
        };
        let Some(mut left) = text.strip_prefix(first.as_str()) else {
            return false;
        };
        let Some((_, middle)) = rest.split_last() else {
            return left.is_empty();
        };
        for part in middle {
            let Some((_, after)) = left.split_once(part.as_str()) else {
                return false;
            };
            left = after;
        }
        last.is_some_and(|last| left.ends_with(last.as_str()))
    }

    /// The pattern for `@ilike@` with `ESCAPE '!'`.
    #[must_use]
    pub fn as_like(&self) -> String {
        let parts: Vec<String> = self
            .parts
            .iter()
            .map(|part| part.replace('!', "!!").replace('_', "!_"))
            .collect();
        parts.join("%")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_stands_for_anything() {
        for (pattern, text, meets) in [
            ("tlp:red", "TLP:RED", true),
            ("tlp:red", "tlp:red2", false),
            ("tlp:%", "tlp:red", true),
            ("%red", "tlp:red", true),
            ("%p:r%", "tlp:red", true),
            ("t%p%d", "tlp:red", true),
            ("t%x%d", "tlp:red", false),
            ("red%red", "red", false),
            ("%", "", true),
            ("", "", true),
            ("", "a", false),
            ("a_c", "abc", false),
            ("ÜBER%", "über uns", true),
        ] {
            assert_eq!(Pattern::new(pattern).matches(text), meets, "{pattern} {text}");
        }
        assert!(Pattern::containing("like").matches("unlikely"));
    }

    #[test]
    fn sql_takes_only_percent_as_special() {
        assert_eq!(Pattern::new("A_b!%").as_like(), "a!_b!!%");
    }
}
