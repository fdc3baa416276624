//! The form in which text is compared. spec: 01#1.7

use std::borrow::Cow;

/// Version of [`fold`]. Folded keys are stored, so any change of the result raises it and asks for a
/// rebuild of the indexes.
pub const FOLD_VERSION: u32 = 1;

/// The case-folded form of a text: two texts are the same value when their folded forms are equal.
///
/// Every character is lower-cased by itself (full Unicode mapping), and the final sigma counts as sigma:
/// a lower-casing that looks at neighbours would make a word differ from itself inside a longer text.
#[must_use]
pub fn fold(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(text.to_ascii_lowercase())
        } else {
            Cow::Borrowed(text)
        };
    }
    Cow::Owned(
        text.chars()
            .flat_map(char::to_lowercase)
            .map(|c| if c == 'ς' { 'σ' } else { c })
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_is_ignored_in_every_script() {
        assert_eq!(fold("Example.ORG"), "example.org");
        assert_eq!(fold("ÜBER"), fold("über"));
        assert_eq!(fold("ΟΔΟΣ"), fold("οδος"));
        assert_eq!(fold("ΟΔΟΣ"), fold("οδοσ"));
        assert_ne!(fold("straße"), fold("strase"));
    }

    #[test]
    fn folded_text_borrows() {
        assert!(matches!(fold("example.org"), Cow::Borrowed(_)));
    }
}
