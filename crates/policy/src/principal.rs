//! Whom a releasability list names: organisations, nations, groups, categories.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::nation::Nation;
use crate::snapshot::{Category, Directory, Org};

/// One condition on an organisation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Atom {
    /// Organisations of this nation.
    Nation(Nation),
    /// Organisations of the creator's nation, whichever that is (`dni-ism:dissem="REL"`).
    CreatorNation,
    /// This organisation.
    Org(Uuid),
    /// Members of a group of the coalition directory.
    Group(String),
    /// Organisations of this category.
    Category(Category),
}

/// Conditions that must all hold, written `ISR+cat:gov`. spec: 10#1.2
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Principal(BTreeSet<Atom>);

/// The text is not a principal; such a restriction names nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a principal: expected a three-letter nation, org:<uuid>, grp:<name> or cat:<category>, joined by +"
)]
pub struct PrincipalError;

/// An organisation as principals see it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Party<'a> {
    /// Its uuid.
    pub(crate) uuid: Uuid,
    /// What the directory knows of it; an unlisted organisation has no attributes.
    pub(crate) org: Option<&'a Org>,
}

impl Principal {
    /// The principal with a single condition.
    #[must_use]
    pub fn of(atom: Atom) -> Self {
        Self(BTreeSet::from([atom]))
    }

    /// Whether the organisation fulfils every condition; `creator` is the creator's nation.
    pub(crate) fn matches(&self, party: Party<'_>, creator: Option<Nation>) -> bool {
        !self.0.is_empty() && self.0.iter().all(|atom| atom.matches(party, creator))
    }

    /// Whether any organisation of the directory fulfils it.
    pub(crate) fn matches_someone(&self, directory: &Directory, creator: Option<Nation>) -> bool {
        directory
            .orgs()
            .any(|(uuid, org)| self.matches(Party { uuid, org: Some(org) }, creator))
    }
}

impl Atom {
    fn matches(&self, party: Party<'_>, creator: Option<Nation>) -> bool {
        let nation = party.org.and_then(|org| org.nation);
        match self {
            Self::Nation(wanted) => nation == Some(*wanted),
            Self::CreatorNation => nation.is_some() && nation == creator,
            Self::Org(uuid) => party.uuid == *uuid,
            Self::Group(name) => party.org.is_some_and(|org| org.groups.contains(name)),
            Self::Category(category) => party.org.is_some_and(|org| org.categories.contains(category)),
        }
    }
}

impl FromStr for Atom {
    type Err = PrincipalError;

    fn from_str(text: &str) -> Result<Self, PrincipalError> {
        let text = text.trim().to_ascii_lowercase();
        if text == "creator-nation" {
            return Ok(Self::CreatorNation);
        }
        match text.split_once(':') {
            Some(("org", uuid)) => Uuid::parse_str(uuid).map(Self::Org).map_err(|_| PrincipalError),
            Some(("grp", name)) if is_slug(name) => Ok(Self::Group(name.to_owned())),
            Some(("cat", name)) => Category::from_name(name)
                .map(Self::Category)
                .ok_or(PrincipalError),
            Some(_) => Err(PrincipalError),
            None => Nation::from_alpha3(&text).map(Self::Nation).ok_or(PrincipalError),
        }
    }
}

impl FromStr for Principal {
    type Err = PrincipalError;

    fn from_str(text: &str) -> Result<Self, PrincipalError> {
        text.split('+')
            .map(Atom::from_str)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl TryFrom<String> for Principal {
    type Error = PrincipalError;

    fn try_from(text: String) -> Result<Self, PrincipalError> {
        text.parse()
    }
}

impl From<Principal> for String {
    fn from(principal: Principal) -> Self {
        principal.to_string()
    }
}

impl fmt::Display for Atom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nation(nation) => f.write_str(nation.alpha3()),
            Self::CreatorNation => f.write_str("creator-nation"),
            Self::Org(uuid) => write!(f, "org:{uuid}"),
            Self::Group(name) => write!(f, "grp:{name}"),
            Self::Category(category) => write!(f, "cat:{}", category.name()),
        }
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, atom) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("+")?;
            }
            atom.fmt(f)?;
        }
        Ok(())
    }
}

/// Names of groups and purposes: lower-case letters, digits and inner hyphens, at most 64.
pub(crate) fn is_slug(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grammar_round_trips() {
        for text in [
            "ISR",
            "ISR+cat:gov",
            "grp:east-med",
            "org:5f0c2d0e-9f0e-4b57-8d3b-41b1e0f9a7c2",
            "creator-nation",
        ] {
            assert_eq!(text.parse::<Principal>().unwrap().to_string(), text);
        }
        assert_eq!(
            "cat:GOV+isr".parse::<Principal>().unwrap().to_string(),
            "ISR+cat:gov"
        );
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [
            "",
            "XX!",
            "ISR+",
            "ZZZ",
            "cat:pirates",
            "grp:",
            "grp:-x",
            "org:1",
            "a:b",
            "IS",
        ] {
            assert_eq!(text.parse::<Principal>(), Err(PrincipalError), "{text}");
        }
    }

    #[test]
    fn creator_nation_needs_a_nation_on_both_sides() {
        let principal = Principal::of(Atom::CreatorNation);
        let stateless = Party {
            uuid: Uuid::nil(),
            org: Some(&Org::default()),
        };
        assert!(!principal.matches(stateless, None));
    }
}
