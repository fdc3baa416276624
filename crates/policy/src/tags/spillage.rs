//! Refusing data that is marked with a real classification: the platform is for unclassified data.

use crate::facts::State;
use std::sync::LazyLock;

/// Which tags put an object into quarantine. spec: 10#1.2
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpillageGuard {
    refused: Vec<String>,
    allowed: Vec<String>,
}

/// Beginnings of tags that name a classification.
const REFUSED: [&str; 5] = [
    "nato:classification",
    "dni-ism:classification",
    "euci:",
    "fr-classif:",
    "fr-classification:",
];

/// Whole tags below those that name none.
const ALLOWED: [&str; 7] = [
    "nato:classification=\"nu\"",
    "nato:classification=\"u\"",
    "dni-ism:classification=\"u\"",
    "dni-ism:classification:all=\"u\"",
    "dni-ism:classification:us=\"u\"",
    "fr-classif:non-classifiees",
    "fr-classif:non-classifiees=\"non-classifiees\"",
];

impl Default for SpillageGuard {
    fn default() -> Self {
        Self::new([], [])
    }
}

impl SpillageGuard {
    /// The built-in list with `policy.refuse_tags` (beginnings of tags) and with
    /// whole tags that are let through all the same.
    #[must_use]
    pub fn new<'a>(
        refused: impl IntoIterator<Item = &'a str>,
        allowed: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let list = |built_in: &[&str], more: Vec<&str>| {
            built_in
                .iter()
                .chain(&more)
                .map(|tag| super::normalised(tag))
                .collect()
        };
        Self {
            refused: list(&REFUSED, refused.into_iter().collect()),
            allowed: list(&ALLOWED, allowed.into_iter().collect()),
        }
    }

    /// Whether the tag names a classification.
    #[must_use]
    pub fn refuses(&self, tag: &str) -> bool {
        let text = super::normalised(tag);
        let mut forms = super::confusable::readings(tag, &text);
        forms.push(text);
        forms.iter().any(|form| {
            self.refused
                .iter()
                .any(|start| !start.is_empty() && form.starts_with(start))
                && !self.allowed.contains(form)
        })
    }
}

/// Whether the built-in guard refuses the tag.
#[must_use]
pub fn refused_by_spillage_guard(tag: &str) -> bool {
    static BUILT_IN: LazyLock<SpillageGuard> = LazyLock::new(SpillageGuard::default);
    BUILT_IN.refuses(tag)
}

impl State {
    /// What these tags say about whether their carrier is in use: one that names a classification keeps it
    /// in quarantine, for as long as it carries the tag. spec: 10#1.2, 11#BI-O22
    #[must_use]
    pub fn from_tags<'a>(tags: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            quarantined: tags.into_iter().any(refused_by_spillage_guard),
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classified_data_is_refused() {
        for tag in [
            "nato:classification=\"NR\"",
            "NATO:classification=\"CTS-B\"",
            "dni-ism:classification:us=\"S\"",
            "euci:TS-UE/EU-TS",
            "fr-classif:classifiees=\"SECRET-DEFENSE\"",
            "nаto:classification=\"NS\"",
        ] {
            assert!(refused_by_spillage_guard(tag), "{tag}");
        }
    }

    #[test]
    fn one_classification_is_enough_for_quarantine() {
        assert!(State::from_tags(["tlp:red", "euci:TS-UE/EU-TS"]).quarantined);
        assert_eq!(State::from_tags(["tlp:red"]), State::default());
        assert_eq!(State::from_tags([]), State::default());
    }

    #[test]
    fn unclassified_data_passes() {
        for tag in [
            "tlp:red",
            "dni-ism:classification:all=\"U\"",
            "nato:classification=\"NU\"",
            "",
        ] {
            assert!(!refused_by_spillage_guard(tag), "{tag}");
        }
    }

    #[test]
    fn configuration_adds_both_ways() {
        let guard = SpillageGuard::new(["de-vs:"], ["nato:classification=\"NR\""]);
        assert!(guard.refuses("de-vs:einstufung=\"GEHEIM\""));
        assert!(!guard.refuses("nato:classification=\"NR\""));
    }
}
