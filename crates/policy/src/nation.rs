//! Nations by their ISO 3166-1 alpha-3 code, and the country names that MISP stores as text.

mod table;

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

/// A nation of ISO 3166-1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nation(&'static str);

static BY_NAME: LazyLock<HashMap<String, Nation>> = LazyLock::new(|| {
    table::NATIONS
        .iter()
        .flat_map(|(code, names)| names.iter().map(|name| (folded(name), Nation(code))))
        .collect()
});

impl Nation {
    /// The United States, the nation of `dni-ism:dissem="NF"`.
    pub const USA: Self = Self("USA");

    /// The nation with this code, in any case.
    #[must_use]
    pub fn from_alpha3(code: &str) -> Option<Self> {
        table::NATIONS
            .binary_search_by(|(known, _)| known.bytes().cmp(code.bytes().map(|b| b.to_ascii_uppercase())))
            .ok()
            .and_then(|i| table::NATIONS.get(i))
            .map(|(code, _)| Self(code))
    }

    /// Its three capital letters.
    #[must_use]
    pub const fn alpha3(self) -> &'static str {
        self.0
    }
}

impl fmt::Debug for Nation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// The nation that an organisation's MISP `nationality` names: a country name in English,
/// or an alpha-3 code. Anything else, `Not specified` and `International` included, is none.
#[must_use]
pub fn from_country_name(name: &str) -> Option<Nation> {
    BY_NAME
        .get(&folded(name))
        .copied()
        .or_else(|| Nation::from_alpha3(name.trim()))
}

/// Letters only, without case, accents, punctuation and articles.
fn folded(name: &str) -> String {
    let plain: String = name
        .nfkd()
        .filter(|c| c.is_alphanumeric() || c.is_whitespace() || *c == '-')
        .map(|c| if c == '-' { ' ' } else { c })
        .flat_map(char::to_lowercase)
        .filter(char::is_ascii)
        .collect();
    let words = plain.split_whitespace().filter(|word| *word != "the");
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_unambiguous() {
        assert_eq!(table::NATIONS.len(), 249);
        assert!(table::NATIONS.is_sorted_by(|a, b| a.0 < b.0));
        let names = table::NATIONS.iter().map(|(_, names)| names.len()).sum::<usize>();
        assert_eq!(BY_NAME.len(), names);
        for (code, _) in table::NATIONS {
            assert!(code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase()));
            assert_eq!(Nation::from_alpha3(&code.to_lowercase()), Some(Nation(code)));
        }
    }

    #[test]
    fn names_as_people_write_them() {
        for (name, code) in [
            ("Israel", "ISR"),
            ("United States", "USA"),
            ("The Netherlands", "NLD"),
            ("Türkiye", "TUR"),
            ("Côte d'Ivoire", "CIV"),
            ("guinea-bissau", "GNB"),
            ("Korea, Republic of", "KOR"),
            ("fra", "FRA"),
        ] {
            assert_eq!(from_country_name(name).map(Nation::alpha3), Some(code), "{name}");
        }
        for name in ["", "Not specified", "International", "Europe", "IS"] {
            assert_eq!(from_country_name(name), None, "{name}");
        }
    }
}
