//! Applying a draft: what was given replaces what is stored, what cannot be read is an error on its field.
use crate::error::{Error, Result};
use entente_model::draft::Given;
use entente_model::finding::FieldErrors;

/// Longest one-line text of accounts, organisations and roles, in characters.
pub(crate) const LINE: usize = 255;
/// Longest free text of the same, in characters.
pub(crate) const FREE_TEXT: usize = 65_535;

/// Collects the errors while fields are applied.
#[derive(Default)]
pub(crate) struct Applying {
    pub(crate) errors: FieldErrors,
}

impl Applying {
    /// A field of any type.
    pub(crate) fn value<T: Clone>(&mut self, field: &str, given: &Given<T>, target: &mut T) {
        match given {
            Given::Absent => {}
            Given::Invalid => self.errors.add(field, "This value cannot be read."),
            Given::Value(value) => target.clone_from(value),
        }
    }

    /// A text, trimmed, of at most `longest` characters. spec: 01#1.6
    pub(crate) fn text(&mut self, field: &str, given: &Given<String>, target: &mut String, longest: usize) {
        let before = target.clone();
        self.value(field, given, target);
        let trimmed = target.trim();
        if trimmed.len() != target.len() {
            *target = trimmed.to_owned();
        }
        if *target != before && target.chars().count() > longest {
            self.errors
                .add(field, format!("This text is longer than {longest} characters."));
        }
    }

    /// Whether all fields were fine.
    pub(crate) fn finish(self) -> Result<()> {
        self.errors.into_result().map_err(Error::Fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn given_fields_replace_and_unreadable_ones_are_named() {
        let mut applying = Applying::default();
        let (mut kept, mut replaced, mut broken) = (1, 1, 1);
        applying.value("kept", &Given::Absent, &mut kept);
        applying.value("replaced", &Given::Value(2), &mut replaced);
        applying.value("broken", &Given::Invalid, &mut broken);
        assert_eq!((kept, replaced, broken), (1, 2, 1));
        let errors = applying.errors.0;
        assert_eq!(errors.keys().collect::<Vec<_>>(), ["broken"]);
    }

    #[test]
    fn texts_are_trimmed_and_bounded() {
        let mut applying = Applying::default();
        let mut text = String::new();
        applying.text("name", &Given::Value("  x ".to_owned()), &mut text, 5);
        assert_eq!(text, "x");
        applying.text("name", &Given::Value("abcdef".to_owned()), &mut text, 5);
        assert!(!applying.errors.is_empty());
    }
}
