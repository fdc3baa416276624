//! Attribute types: what each one is, how its values are written, and which values are refused.
//!
//! A threat-intelligence attribute is a *typed* value: `ip-dst`, `sha256`, `filename|md5` and 191 others,
//! filed under one of 16 categories. This crate is the only place that knows them.
//!
//! * [`AttributeType`] and [`Category`]: the table (`types.rs`). One row per type says its default category,
//!   where it may be filed, whether it feeds detection by default, how it correlates, and *names* the
//!   refanging, normaliser and rule that apply to its values. A new type is one new row with a new number.
//! * [`prepare`]: what a value goes through before it is stored: trim → refang → normalise → import rules →
//!   validate → split into halves ([`Value`]). [`normalise_term`] does the same spelling for a search term.
//! * [`ImportRules`]: an instance's own rewriting rules, with the shipped set.
//! * [`plausibility()`]: doubts about a valid value (a wrong check digit), shown but never enforced.
//! * [`recognise`]: the indicators in a text that people wrote, defanged or not, each with the types it may be.
//! * [`fold()`] and [`address_range`]: the keys by which stored values are compared and looked up.
//! * [`FuzzyHash`] and [`parent_domains`]: likeness of values that are not equal.
//!
//! Invariants, all tested: no input makes a function here panic; `prepare` accepts its own result and
//! returns it unchanged (a custom import rule, or a value built so that a rule's replacement completes
//! another match, is the one exception: rules run once, in order); a stored value is never empty and never
//! above [`MAX_VALUE_BYTES`]; the number of a type never changes.
//!
//! The crate does no IO, reads no clock and draws no randomness; the `datetime` type, which takes words such
//! as `yesterday`, gets the current time as the argument [`Today`].
//!
//! ```
//! use entente_indicator::{AttributeType, ImportRules, Today, prepare};
//!
//! let today = Today::from_unix_seconds(1_709_251_200);
//! let rules = ImportRules::shipped();
//! let value = prepare(AttributeType::IP_DST_PORT, "192.0.2.1:443", rules, today)?;
//! assert_eq!((value.first.as_str(), value.second.as_deref()), ("192.0.2.1", Some("443")));
//!
//! let url = prepare(AttributeType::URL, " hxxps://example[.]org/a ", rules, today)?;
//! assert_eq!(url.joined(), "https://example.org/a");
//!
//! let error = prepare(AttributeType::MD5, "not a hash", rules, today).unwrap_err();
//! assert!(error.message.contains("32 hexadecimal"));
//! # Ok::<(), entente_indicator::ValueError>(())
//! ```

mod address_range;
mod category;
mod fold;
pub mod free_text;
mod fuzzy;
mod host_name;
mod import_rules;
mod normalise;
mod plausibility;
mod refang;
mod types;
mod validate;
mod value;

pub use address_range::{AddressRange, address_range};
pub use category::Category;
pub use fold::{FOLD_VERSION, fold};
pub use fuzzy::FuzzyHash;
pub use host_name::parent_domains;
pub use import_rules::{AllowedValues, ImportRule, ImportRuleError, ImportRules};
pub use normalise::compress_ipv6;
pub use plausibility::plausibility;
pub use types::{AddressPart, AttributeType, Correlates};
pub use value::{MAX_VALUE_BYTES, Today, Value, ValueError, normalise_term, prepare};
