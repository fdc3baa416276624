//! How one text is compared with another: equal, or like a pattern. Case never counts.

/// A wanted text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Text {
    /// Equal, ignoring case.
    Equal(String),
    /// Like a pattern, ignoring case.
    Like(Pattern),
}

/// A pattern in one canonical spelling, fit for SQL `LIKE … ESCAPE '!'`: `%` stands for any run of characters,
/// `_` for any one, and `!` takes the meaning from the character after it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pattern(String);

impl Pattern {
    /// From a pattern in which `\` takes the meaning from a following `%`, `_` or `\`.
    #[must_use]
    pub fn from_wildcards(text: &str) -> Self {
        let mut canonical = String::with_capacity(text.len() + 4);
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '%' | '_' => canonical.push(c),
                '\\' => {
                    let taken = chars.next_if(|next| matches!(next, '%' | '_' | '\\'));
                    push_literal(&mut canonical, taken.unwrap_or('\\'));
                }
                other => push_literal(&mut canonical, other),
            }
        }
        Self(canonical)
    }

    /// Exactly this text.
    #[must_use]
    pub fn exactly(text: &str) -> Self {
        let mut canonical = String::with_capacity(text.len() + 4);
        for c in text.chars() {
            push_literal(&mut canonical, c);
        }
        Self(canonical)
    }

    /// This text anywhere inside.
    #[must_use]
    pub fn containing(text: &str) -> Self {
        Self(format!("%{}%", Self::exactly(text).0))
    }

    /// Whether a text is like the pattern. For short texts; the store compares long ones.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        fn go(mut pattern: std::str::Chars<'_>, mut text: std::str::Chars<'_>) -> bool {
            loop {
                match pattern.next() {
                    None => return text.next().is_none(),
                    Some('%') => {
                        return loop {
                            if go(pattern.clone(), text.clone()) {
                                break true;
                            }
                            if text.next().is_none() {
                                break false;
                            }
                        };
                    }
                    Some('_') => {
                        if text.next().is_none() {
                            return false;
                        }
                    }
                    Some(c) => {
                        let wanted = if c == '!' { pattern.next().unwrap_or(c) } else { c };
                        if !text
                            .next()
                            .is_some_and(|c| c.to_lowercase().eq(wanted.to_lowercase()))
                        {
                            return false;
                        }
                    }
                }
            }
        }
        go(self.0.chars(), text.chars())
    }

    /// The canonical spelling.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn push_literal(out: &mut String, c: char) {
    if matches!(c, '%' | '_' | '!') {
        out.push('!');
    }
    out.push(c);
}

impl Text {
    /// The grammar of filters: a `%` at either end makes a pattern, in which every `%` and `_` is a wildcard
    /// and `\` escapes; anything else is compared as a whole. spec: 04#2
    #[must_use]
    pub fn from_filter(text: &str) -> Self {
        if text.starts_with('%') || text.ends_with('%') {
            Self::Like(Pattern::from_wildcards(text))
        } else {
            Self::Equal(text.to_owned())
        }
    }

    /// The pattern that matches the same texts.
    #[must_use]
    pub fn pattern(&self) -> std::borrow::Cow<'_, Pattern> {
        match self {
            Self::Equal(text) => std::borrow::Cow::Owned(Pattern::exactly(text)),
            Self::Like(pattern) => std::borrow::Cow::Borrowed(pattern),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bi_s2_only_wildcards_have_a_meaning() {
        let like = |text| match Text::from_filter(text) {
            Text::Like(pattern) => pattern.as_str().to_owned(),
            Text::Equal(text) => format!("= {text}"),
        };
        assert_eq!(like("%gilt_"), "%gilt_");
        assert_eq!(like("a%b"), "= a%b");
        assert_eq!(like("100\\%%"), "100!%%");
        assert_eq!(like("%a!b\\\\"), "%a!!b\\");
        assert_eq!(like("'; DROP TABLE x%"), "'; DROP TABLE x%");
        assert!(Pattern::from_wildcards("ip-%").matches("IP-dst|port"));
        assert!(Pattern::from_wildcards("%a_c%").matches("xxABCyy"));
        assert!(!Pattern::exactly("a%").matches("ab") && Pattern::exactly("a%").matches("A%"));
        assert_eq!(Pattern::containing("50%_!").as_str(), "%50!%!_!!%");
    }
}
