//! Values as YARA and JSON write them.
use uuid::Uuid;

/// The longest text and the longest regular expression, in bytes. YARA 4 reads neither above 8190 bytes,
/// and refuses the whole file that has one.
pub(super) const LONGEST: usize = 8000;

/// The longest identifier of YARA 4.
pub(super) const LONGEST_NAME: usize = 128;

/// Line breaks that one regular expression may have: each is an alternative, and YARA 4 counts those.
const MOST_BREAKS: usize = 30;

/// Line breaks that may follow each other in a regular expression: YARA 4 tries all at once, and stops
/// scanning altogether when these are some twenty.
const LONGEST_RUN: usize = 4;

/// Any spelling of a line break, or none.
const BREAK: &str = "(\\x0D|\\x0A\\x0D|\\x0A|\\x1E)?";

/// Appends the pattern that finds this text, without modifiers; `false`, and nothing appended, when it
/// has none. Texts of several lines become regular expressions, so that the breaks may be spelt otherwise.
pub(super) fn pattern(out: &mut String, text: &str) -> bool {
    let before = out.len();
    let (mut breaks, mut run, mut longest) = (0, 0, 0);
    for byte in text.bytes() {
        run = if matches!(byte, b'\n' | b'\r') { run + 1 } else { 0 };
        breaks += run.min(1);
        longest = longest.max(run);
    }
    if breaks == text.len() || text.len() > LONGEST {
        return false;
    }
    if (1..=MOST_BREAKS).contains(&breaks) && longest <= LONGEST_RUN {
        regex(out, text);
        if out.len() - before <= LONGEST {
            return true;
        }
        out.truncate(before);
    }
    string(out, text);
    true
}

/// Appends a text literal with its quotes.
pub(super) fn string(out: &mut String, text: &str) {
    out.push('"');
    for ch in text.chars() {
        match ch {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            ch if is_hidden(ch) => bytes(out, ch),
            ch => out.push(ch),
        }
    }
    out.push('"');
}

fn regex(out: &mut String, text: &str) {
    out.push('/');
    for ch in text.chars() {
        match ch {
            '\n' | '\r' => out.push_str(BREAK),
            '\\' | '/' | '.' | '^' | '$' | '*' | '+' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '|' => {
                out.push('\\');
                out.push(ch);
            }
            ch if is_hidden(ch) => bytes(out, ch),
            ch => out.push(ch),
        }
    }
    out.push('/');
}

/// Characters that a reader would not see, or that reorder what he sees.
fn is_hidden(ch: char) -> bool {
    ch.is_control()
        || matches!(ch, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn bytes(out: &mut String, ch: char) {
    let mut buffer = [0; 4];
    for byte in ch.encode_utf8(&mut buffer).bytes() {
        out.push_str("\\x");
        for half in [byte >> 4, byte & 15] {
            out.extend(char::from_digit(half.into(), 16));
        }
    }
}

/// Appends a hexadecimal string; `false`, and nothing appended, unless the text is whole bytes in
/// hexadecimal, with or without spaces.
pub(super) fn hex_string(out: &mut String, text: &str) -> bool {
    let before = out.len();
    out.push_str("{ ");
    let mut digits = 0_usize;
    for ch in text.chars().filter(|ch| !ch.is_ascii_whitespace()) {
        if !ch.is_ascii_hexdigit() {
            out.truncate(before);
            return false;
        }
        out.push(ch.to_ascii_uppercase());
        digits += 1;
    }
    if digits == 0 || digits % 2 == 1 {
        out.truncate(before);
        return false;
    }
    out.push_str(" }");
    true
}

/// Appends text to a comment of the form `/* … */`, which it cannot end.
pub(super) fn comment(out: &mut String, text: &str) {
    let mut last = '\0';
    for ch in text.chars() {
        let shown = match ch {
            '\r' => continue,
            '\n' | '\t' => ch,
            ch if is_hidden(ch) => '\u{fffd}',
            ch => ch,
        };
        if last == '*' && shown == '/' {
            out.push(' ');
        }
        out.push(shown);
        last = shown;
    }
}

/// Appends a uuid so that it can be part of an identifier.
pub(super) fn uuid_name(out: &mut String, uuid: Uuid) {
    let mut buffer = Uuid::encode_buffer();
    for ch in uuid.hyphenated().encode_lower(&mut buffer).chars() {
        out.push(if ch == '-' { '_' } else { ch });
    }
}

/// Appends a JSON string in ASCII, the way in which Python writes it.
pub(super) fn json(out: &mut Vec<u8>, text: &str) {
    const HEX: [u8; 16] = *b"0123456789abcdef";
    out.push(b'"');
    for ch in text.chars() {
        match ch {
            '"' => out.extend_from_slice(b"\\\""),
            '\\' => out.extend_from_slice(b"\\\\"),
            '\n' => out.extend_from_slice(b"\\n"),
            '\r' => out.extend_from_slice(b"\\r"),
            '\t' => out.extend_from_slice(b"\\t"),
            '\u{8}' => out.extend_from_slice(b"\\b"),
            '\u{c}' => out.extend_from_slice(b"\\f"),
            ' '..='\u{7f}' => out.extend(u8::try_from(ch)),
            ch => {
                let mut buffer = [0; 2];
                for unit in ch.encode_utf16(&mut buffer) {
                    out.extend_from_slice(b"\\u");
                    for shift in [12, 8, 4, 0] {
                        out.extend(HEX.get(usize::from(*unit >> shift & 15)));
                    }
                }
            }
        }
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn comments_stay_open() {
        let mut out = String::new();
        comment(&mut out, "**/*/ /*/ */*\r/\u{202e}\0");
        assert_eq!(out, "** /* / /* / * /* /\u{fffd}\u{fffd}");
    }

    #[test]
    fn hexadecimal() {
        let mut out = String::new();
        for bad in ["", "a", "ab c", "zz", "ab } condition: true", "??"] {
            assert!(!hex_string(&mut out, bad), "{bad}");
        }
        assert_eq!(out, "");
        assert!(hex_string(&mut out, "de ad\nbe"));
        assert_eq!(out, "{ DEADBE }");
    }

    proptest! {
        #[test]
        fn json_is_read_again(text in any::<String>()) {
            let mut out = Vec::new();
            json(&mut out, &text);
            prop_assert!(out.is_ascii());
            prop_assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
        }

        #[test]
        fn no_comment_ends(text in "[*/\\x00-\\x20a]{0,40}") {
            let mut out = String::new();
            comment(&mut out, &text);
            prop_assert!(!out.contains("*/"));
        }
    }
}
