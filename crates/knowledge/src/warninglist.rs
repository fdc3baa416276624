//! Warninglists: lists of values that are often false positives, and the matchers over them.
//!
//! A published list is read by [`parse`], compiled once into a [`Matcher`] and asked many hundred
//! thousand times a second through a [`WarninglistSet`], whose index finds the few lists that a value may hit
//! among all of them. spec: 05#2, 07#5, 13#9 G13

mod cover;
mod hashes;
mod host;
mod index;
mod layout;
mod matcher;
mod network;
pub mod pattern;
mod patterns;
mod set;
mod text_table;
mod windows;

pub use hashes::HashKey;
pub use layout::{Entries, MAX_FILE_BYTES, Warninglist, parse};
pub use matcher::Matcher;
pub use set::{CompiledList, Hit, WarninglistSet, halves_to_test};
pub use text_table::TextTable;

/// Most entries one list may hold; the largest published one has a million.
pub const MAX_ENTRIES: usize = 10_000_000;
/// Most bytes of entry text one list may hold.
pub const MAX_TEXT_BYTES: usize = 1 << 30;
/// Most bytes of entry text in a substring list: its automaton needs many times that.
pub const MAX_SUBSTRING_BYTES: usize = 4 << 20;
/// Most patterns in a regex list, since each is tried against every value.
pub const MAX_PATTERNS: usize = 1_000;
/// Findings kept per list; a broken list of millions must not become a report of millions.
pub const MAX_FINDINGS: usize = 1_000;
/// The matching attribute that stands for every type.
pub const ALL_TYPES: &str = "ALL";

/// How the entries of a list are compared with a value. spec: 05#2.2
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ListKind {
    /// Equal, case-sensitive.
    String,
    /// An entry is contained in the value, case-sensitive.
    Substring,
    /// An entry is the host of the value or one of its parent domains.
    Hostname,
    /// An entry is a network that contains the address or network.
    Cidr,
    /// An entry is a delimited pattern that matches somewhere in the value.
    Regex,
}

impl ListKind {
    /// Every kind.
    pub const EVERY: [Self; 5] = [
        Self::String,
        Self::Substring,
        Self::Hostname,
        Self::Cidr,
        Self::Regex,
    ];

    /// The name in files and answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Substring => "substring",
            Self::Hostname => "hostname",
            Self::Cidr => "cidr",
            Self::Regex => "regex",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::EVERY.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// What a hit on the list says about a value. spec: 05#2.1
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ListCategory {
    /// The value is probably harmless.
    #[default]
    FalsePositive,
    /// The value is known and identified, which says nothing about harm.
    Known,
}

impl ListCategory {
    /// The name in files and answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FalsePositive => "false_positive",
            Self::Known => "known",
        }
    }

    /// The category of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::FalsePositive, Self::Known]
            .into_iter()
            .find(|category| category.as_str() == name)
    }
}
