//! Names that may stand in rules. spec: 11#SR-IN-7

/// The longest name that DNS can hold, written with dots.
const LONGEST: usize = 253;

/// The name without the dot that may end it, if it has two or more labels that DNS can hold; nothing otherwise.
///
/// One label alone would be a whole top-level domain, or `localhost`: a list of blocked names must not hold that.
#[must_use]
pub fn qualified(text: &str) -> Option<&str> {
    let name = text.strip_suffix('.').unwrap_or(text);
    (is_dotted(name) && name.contains('.')).then_some(name)
}

/// Whether this is one or more labels of 1 to 63 letters, digits, `-` and `_`, with dots between them.
///
/// No other character is let through, so that such a name means nothing else in any format: not a comment, a
/// wildcard, a directive or a second field.
#[must_use]
pub fn is_dotted(name: &str) -> bool {
    name.len() <= LONGEST && name.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    matches!(label.len(), 1..=63)
        && label
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_of_dns() {
        for (text, name) in [
            ("bad.example", "bad.example"),
            ("bad.example.", "bad.example"),
            ("_dmarc.a-b.EXAMPLE", "_dmarc.a-b.EXAMPLE"),
            ("10.0.0.10", "10.0.0.10"),
        ] {
            assert_eq!(qualified(text), Some(name));
        }
        let long_label = format!("{}.example", "a".repeat(64));
        let long_name = ["a".repeat(63).as_str(); 4].join(".");
        for text in [
            "",
            ".",
            "..",
            "com",
            "com.",
            "a..b",
            ".a.b",
            "a.b..",
            "*.a.b",
            "@",
            "a.b\n",
            "a.b c.d",
            "a.b;",
            "a.b#",
            "ä.example",
            "a.b\0",
            "$TTL.b",
            "a\\.b",
            "(a.b",
            "\"a.b\"",
            &long_label,
            &long_name,
        ] {
            assert_eq!(qualified(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_else_is_let_through(text in "[a-z0-9.*;#$@() \\n\\\\ä_-]{0,12}") {
            if let Some(name) = qualified(&text) {
                prop_assert!(name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)));
                prop_assert!(text.starts_with(name));
            }
        }
    }
}
