//! The pieces of a text that may be indicators. spec: 04#8 steps 1 and 2

use std::borrow::Cow;

use super::json::{Leaves, is_object};

/// Hands over every candidate of a text, in order; what they are trimmed of is up to who takes them.
pub(super) fn each<F: FnMut(&str)>(text: &str, take: &mut F) {
    if !is_object(text) {
        return each_part(text, take);
    }
    for leaf in Leaves::new(text).map_while(Result::ok) {
        take(&with_blanks(&leaf));
        each_part(&leaf, take);
    }
}

/// The words, then the phrases in quotation marks.
fn each_part<F: FnMut(&str)>(text: &str, take: &mut F) {
    text.split(is_separator)
        .filter(|word| !word.is_empty())
        .for_each(&mut *take);
    // A mark without its partner spoils the rest of its line, not of the text.
    for line in text.split(['\r', '\n']) {
        let mut rest = line;
        while let Some((phrase, after)) = rest
            .split_once('"')
            .and_then(|(_, quoted)| quoted.split_once('"'))
        {
            take(&with_blanks(phrase));
            rest = after;
        }
    }
}

fn is_separator(c: char) -> bool {
    matches!(c, ',' | '<' | '>' | ';') || is_blank(c)
}

/// What counts as a blank: white space, control characters, and the two marks of no width with which word
/// processors and web pages fill texts.
pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}' | '\u{feff}')
}

/// The text with a plain blank for every other kind of it.
fn with_blanks(text: &str) -> Cow<'_, str> {
    let is_other = |c| c != ' ' && is_blank(c);
    if text.contains(is_other) {
        Cow::Owned(text.replace(is_other, " "))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidates(text: &str) -> Vec<String> {
        let mut all = Vec::new();
        each(text, &mut |candidate| all.push(candidate.to_owned()));
        all
    }

    #[test]
    fn words_end_at_blanks_and_five_marks() {
        assert_eq!(
            candidates("a\tb\u{a0}c\0d\r\n\ne,f<g>h;i\u{feff}j k"),
            ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"]
        );
        assert!(candidates("").is_empty() && candidates(" ,;\n").is_empty());
    }

    #[test]
    fn phrases_come_last_and_end_with_their_line() {
        assert_eq!(
            candidates("\"a b\" c \"d\n\"e\tf\"\"g\""),
            ["\"a", "b\"", "c", "\"d", "\"e", "f\"\"g\"", "a b", "e f", "g"]
        );
    }

    #[test]
    fn objects_give_their_strings_and_the_parts_of_these() {
        let text = r#" {"key": ["a b", 1, {"x": "c\nd\u0065"}], "y": "\"q r\""}"#;
        assert_eq!(
            candidates(text),
            ["a b", "a", "b", "c de", "c", "de", "\"q r\"", "\"q", "r\"", "q r"]
        );
        assert_eq!(candidates(r#"{"a": "b" x}"#).len(), 5);
    }
}
