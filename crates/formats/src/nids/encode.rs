//! Values as parts of rules. spec: 04#6.7 (`E()`, `R()`)
//!
//! What ends a string, an option or a line never stands in a rule as it is:
//!
//! | where | `"` `;` `\` | `:` and pipe | control characters and line separators |
//! |---|---|---|---|
//! | [`content`] | as numbers: `\|22\|` | as numbers | as numbers: `\|0a\|` |
//! | [`message`] | as numbers | as numbers | removed |
//! | [`tag`] | behind a backslash | as they are | removed |
//! | [`pattern`] | as numbers: `\x22` | behind a backslash | as numbers: `\x0a` |

/// The longest value that is searched for. Snort 2 refuses to start with a pattern of 2048 bytes,
/// Suricata 7 refuses one of more than 4000.
const MAX_CONTENT: usize = 2000;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Whether the character ends a line for some reader, or cannot be seen.
pub(super) fn is_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// The value as text to be searched for in traffic; `None` when there is nothing to search for, or too much.
pub(super) fn content(value: &str) -> Option<String> {
    if value.is_empty() || value.len() > MAX_CONTENT {
        return None;
    }
    Some(encoded(value, |out, c| numbers(out, c, "|", "|")))
}

/// The value for the reader of an alert.
pub(super) fn message(value: &str) -> String {
    encoded(value, |_, _| {})
}

fn encoded(value: &str, control: impl Fn(&mut String, char)) -> String {
    let mut out = String::with_capacity(value.len() + 16);
    let mut chars = value.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '|' | '"' | ';' | ':' | '\\' => numbers(&mut out, c, "|", "|"),
            '0' if chars.peek() == Some(&'x') => {
                chars.next();
                out.push_str("|30 78|");
            }
            c if is_control(c) => control(&mut out, c),
            c => out.push(c),
        }
    }
    out
}

/// The bytes of a character in hexadecimal between two marks.
fn numbers(out: &mut String, c: char, open: &str, close: &str) {
    for byte in c.encode_utf8(&mut [0; 4]).bytes() {
        out.push_str(open);
        hex(out, byte);
        out.push_str(close);
    }
}

/// A byte in hexadecimal.
pub(super) fn hex(out: &mut String, byte: u8) {
    for nibble in [byte >> 4, byte & 15] {
        if let Some(&digit) = HEX.get(usize::from(nibble)) {
            out.push(char::from(digit));
        }
    }
}

/// Appends the name of a tag for the reader of an alert, who sees it as it is.
pub(super) fn tag(out: &mut Vec<u8>, name: &str) {
    for c in name.chars().filter(|&c| !is_control(c)) {
        if matches!(c, '"' | ';' | '\\') {
            out.push(b'\\');
        }
        out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

/// The value as a regular expression that matches it alone.
pub(super) fn pattern(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 16);
    for c in value.chars() {
        match c {
            '"' | ';' | '\\' | '/' => numbers(&mut out, c, "\\x", ""),
            c if is_control(c) => numbers(&mut out, c, "\\x", ""),
            '.' | '+' | '*' | '?' | '[' | '^' | ']' | '$' | '(' | ')' | '{' | '}' | '=' | '!' | '<' | '>'
            | '|' | ':' | '-' | '#' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_meaning_is_a_number() {
        let value = "a|b\"c;d:e\\f0xg0\n\0é\u{2028}";
        let same = "a|7c|b|22|c|3b|d|3a|e|5c|f|30 78|g0";
        assert_eq!(content(value).unwrap(), format!("{same}|0a||00|é|e2||80||a8|"));
        assert_eq!(message(value), format!("{same}é"));
    }

    #[test]
    fn nothing_and_too_much_are_not_searched_for() {
        assert_eq!(content(""), None);
        assert!(content(&"x".repeat(2000)).is_some());
        assert_eq!(content(&"x".repeat(2001)), None);
    }

    #[test]
    fn tags_are_read_as_they_are() {
        let mut out = Vec::new();
        tag(&mut out, "a:b=\"c\";\\\n|");
        assert_eq!(out, br#"a:b=\"c\"\;\\|"#);
    }

    #[test]
    fn patterns_match_their_value() {
        assert_eq!(
            pattern("a-b.example\"/;\\\n(x)é"),
            r"a\-b\.example\x22\x2f\x3b\x5c\x0a\(x\)é"
        );
    }
}
