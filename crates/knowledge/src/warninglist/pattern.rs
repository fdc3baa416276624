//! Patterns written with delimiters and flags, such as `/^abuse@/i`.
//!
//! They come from users and from published lists, so the engine is linear in the length of the
//! value and both the pattern and its compiled form are limited. spec: 11 SR-IN-3

use regex::bytes::{Regex, RegexBuilder};

/// Most bytes of a pattern, delimiters and flags included.
pub const MAX_PATTERN_BYTES: usize = 1 << 10;
/// Most bytes of a compiled pattern.
pub const MAX_COMPILED_BYTES: usize = 1 << 20;

/// Why a pattern is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// Longer than [`MAX_PATTERN_BYTES`].
    #[error("the pattern is longer than {MAX_PATTERN_BYTES} bytes")]
    TooLong,
    /// No delimiter at the start, or no matching one at the end.
    #[error("the pattern does not stand between delimiters, as in /text/")]
    NotDelimited,
    /// A flag without a meaning here.
    #[error("unknown flag {0:?}")]
    Flag(char),
    /// Not a pattern of the linear-time engine (look-around and back-references are not), or
    /// beyond [`MAX_COMPILED_BYTES`].
    #[error("{0}")]
    Refused(String),
}

/// A compiled pattern with its written form.
#[derive(Debug, Clone)]
pub struct Pattern {
    written: Box<str>,
    regex: Regex,
}

impl Pattern {
    /// Compiles a delimited pattern.
    ///
    /// # Errors
    /// Every [`PatternError`]; nothing unsupported is passed over.
    pub fn compile(written: &str) -> Result<Self, PatternError> {
        if written.len() > MAX_PATTERN_BYTES {
            return Err(PatternError::TooLong);
        }
        let (body, flags) = split_delimited(written).ok_or(PatternError::NotDelimited)?;
        let regex = build(&body, flags)?;
        Ok(Self {
            written: written.into(),
            regex,
        })
    }

    /// The pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// The same pattern without delimiters, its flags inside, to stand among patterns with other flags.
    pub(super) fn inline(&self) -> String {
        let Some((body, flags)) = split_delimited(&self.written) else {
            return String::new();
        };
        let mut on: String = "imsxU".chars().filter(|flag| flags.contains(*flag)).collect();
        let text_mode = !body.is_ascii() || flags.contains('u');
        if text_mode {
            on.push('u');
        }
        let off = if text_mode { "" } else { "-u" };
        let anchor = if flags.contains('A') { r"\A" } else { "" };
        // a comment at the end of a pattern with spaced layout ends with its line
        let end = if flags.contains('x') { "\n)" } else { ")" };
        format!("{anchor}(?{on}{off}:{body}{end}")
    }

    /// Whether the pattern matches somewhere in the value.
    #[must_use]
    pub fn is_match(&self, value: &str) -> bool {
        self.regex.is_match(value.as_bytes())
    }
}

/// The text between the delimiters, and the flags behind them.
fn split_delimited(written: &str) -> Option<(String, &str)> {
    let mut chars = written.char_indices();
    let (_, open) = chars.next()?;
    if !open.is_ascii_punctuation() || open == '\\' {
        return None;
    }
    let close = match open {
        '(' => ')',
        '[' => ']',
        '{' => '}',
        '<' => '>',
        other => other,
    };
    let mut body = String::with_capacity(written.len());
    let mut depth = 0_usize;
    while let Some((position, character)) = chars.next() {
        if character == '\\' {
            let (_, escaped) = chars.next()?;
            // Angle brackets are plain when escaped, while the engine reads word boundaries.
            if !matches!(escaped, '<' | '>') {
                body.push('\\');
            }
            body.push(escaped);
            continue;
        }
        if character == close {
            match depth.checked_sub(1) {
                Some(outer) => depth = outer,
                None => return Some((body, written.get(position + close.len_utf8()..)?)),
            }
        } else if character == open {
            depth += 1;
        }
        body.push(character);
    }
    None
}

fn build(body: &str, flags: &str) -> Result<Regex, PatternError> {
    let anchored = flags.contains('A');
    let body = if anchored {
        format!(r"\A(?:{body})")
    } else {
        body.to_owned()
    };
    let mut builder = RegexBuilder::new(&body);
    // Character classes are ASCII unless asked for; a pattern with other letters needs text mode.
    builder
        .unicode(!body.is_ascii())
        .size_limit(MAX_COMPILED_BYTES)
        .dfa_size_limit(MAX_COMPILED_BYTES);
    for flag in flags.chars() {
        match flag {
            'i' => builder.case_insensitive(true),
            'm' => builder.multi_line(true),
            's' => builder.dot_matches_new_line(true),
            'x' => builder.ignore_whitespace(true),
            'u' => builder.unicode(true),
            'U' => builder.swap_greed(true),
            // Anchoring is above; the others change nothing about whether a value matches.
            'A' | 'D' | 'S' | 'g' => &mut builder,
            other => return Err(PatternError::Flag(other)),
        };
    }
    builder
        .build()
        .map_err(|error| PatternError::Refused(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, value: &str) -> bool {
        Pattern::compile(pattern).unwrap().is_match(value)
    }

    #[test]
    fn honours_delimiters_and_flags() {
        assert!(matches("/^x/i", "Xyz"));
        assert!(!matches("/^x/", "Xyz"));
        assert!(matches(r"/^(noc|abuse)\@.*\..*$/i", "ABUSE@example.org"));
        assert!(matches(r"#^https?://#", "https://example.org"));
        assert!(matches(r"/^http:\/\/www/", "http://www.example.org"));
        assert!(matches("{a{2}}", "aa"));
        assert!(matches("/b/A", "bc") && !matches("/b/A", "abc"));
        assert!(matches("/555[0-9]/g", "15550"));
        assert!(matches("/ü/i", "Ü"));
        assert!(matches(r"/\<a\>/", "<a>"));
        assert!(!matches(r"/^\d$/", "٣") && matches(r"/^\d$/u", "٣"));
    }

    #[test]
    fn refuses_what_it_cannot_honour() {
        let refused = |pattern: &str| Pattern::compile(pattern).unwrap_err();
        for undelimited in ["", "/", "abc", "/abc", r"\a\", "^abc$", r"/a\"] {
            assert_eq!(refused(undelimited), PatternError::NotDelimited, "{undelimited}");
        }
        assert_eq!(refused("/a/e"), PatternError::Flag('e'));
        assert_eq!(refused("/a/b/i"), PatternError::Flag('b'));
        for unsupported in ["/(?=a)b/", r"/(a)\1/", "/(?<!a)b/", "/(/", "/(?:a{1000}){1000}/"] {
            assert!(
                matches!(refused(unsupported), PatternError::Refused(_)),
                "{unsupported}"
            );
        }
        assert_eq!(
            refused(&format!("/{}/", "a".repeat(MAX_PATTERN_BYTES))),
            PatternError::TooLong
        );
    }

    #[test]
    fn bi_s8_patterns_of_users_stay_linear_or_are_refused() {
        for bomb in [r"/\p{L}{1000}{1000}/", r"/(a)\1/", r"/(?=a)/", r"/(?<=a)b/"] {
            assert!(Pattern::compile(bomb).is_err(), "{bomb}");
        }
        let pattern = Pattern::compile("/^(a+)+$/").unwrap();
        assert!(!pattern.is_match(&format!("{}b", "a".repeat(100_000))));
    }
}
