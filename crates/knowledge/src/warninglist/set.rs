//! The enabled lists together: which apply to a type, and which a value hits.

use std::collections::HashMap;
use std::sync::Arc;

use super::matcher::Probe;
use super::{ALL_TYPES, ListCategory, Matcher};

/// A list ready for matching.
#[derive(Debug, Clone)]
pub struct CompiledList {
    /// The list's id in this instance.
    pub id: i64,
    /// The list's name.
    pub name: Arc<str>,
    /// What a hit says.
    pub category: ListCategory,
    /// Names of the attribute types it applies to; [`ALL_TYPES`] or none at all means each.
    pub matching_attributes: Vec<String>,
    /// The compiled entries, shared so that a new set need not compile them again.
    pub matcher: Arc<Matcher>,
}

/// A value that is on a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The list's id.
    pub list_id: i64,
    /// The list's name.
    pub list_name: Arc<str>,
    /// What the hit says.
    pub category: ListCategory,
    /// The entry, as [`Matcher::canonical_entry`] writes it.
    pub matched: String,
    /// The half of the value that matched.
    pub value: String,
}

/// Lists in the order in which their hits are reported.
#[derive(Debug, Clone, Default)]
pub struct WarninglistSet {
    lists: Vec<CompiledList>,
    by_type: HashMap<String, Vec<usize>>,
    for_other_types: Vec<usize>,
}

impl WarninglistSet {
    /// A set of the given lists.
    #[must_use]
    pub fn new(lists: Vec<CompiledList>) -> Self {
        let applies_to_all = |list: &CompiledList| {
            list.matching_attributes.is_empty()
                || list.matching_attributes.iter().any(|name| name == ALL_TYPES)
        };
        let mut set = Self::default();
        for type_name in lists.iter().flat_map(|list| &list.matching_attributes) {
            set.by_type.entry(type_name.clone()).or_default();
        }
        for (position, list) in lists.iter().enumerate() {
            let all = applies_to_all(list);
            if all {
                set.for_other_types.push(position);
            }
            for (type_name, positions) in &mut set.by_type {
                if all || list.matching_attributes.contains(type_name) {
                    positions.push(position);
                }
            }
        }
        set.lists = lists;
        set
    }

    /// The lists of the set.
    #[must_use]
    pub fn lists(&self) -> &[CompiledList] {
        &self.lists
    }

    /// The lists that apply to a type of that name.
    pub fn lists_for(&self, type_name: &str) -> impl Iterator<Item = &CompiledList> {
        let positions = self.by_type.get(type_name).unwrap_or(&self.for_other_types);
        positions.iter().filter_map(|position| self.lists.get(*position))
    }

    /// At most one hit per applicable list: of a two-part value the first half that hits.
    #[must_use]
    pub fn hits(&self, type_name: &str, value: &str) -> Vec<Hit> {
        let probes: Vec<_> = halves_to_test(type_name, value).map(Probe::new).collect();
        self.lists_for(type_name)
            .filter_map(|list| hit(list, &probes))
            .collect()
    }

    /// The hits of a whole value whose type is not known, on every list.
    #[must_use]
    pub fn hits_of_any_type(&self, value: &str) -> Vec<Hit> {
        let probes = [Probe::new(value)];
        self.lists.iter().filter_map(|list| hit(list, &probes)).collect()
    }
}

fn hit(list: &CompiledList, probes: &[Probe<'_>]) -> Option<Hit> {
    probes.iter().find_map(|probe| {
        let matched = list.matcher.matches_probe(probe)?;
        Some(Hit {
            list_id: list.id,
            list_name: Arc::clone(&list.name),
            category: list.category,
            matched: matched.into_owned(),
            value: probe.value().to_owned(),
        })
    })
}

/// The parts of a value to test: `malware-sample` and types with `|` are split at the first
/// `|` of the value, every other value is tested whole. spec: 05#2.2
pub fn halves_to_test<'v>(type_name: &str, value: &'v str) -> impl Iterator<Item = &'v str> {
    let two_parts = type_name == "malware-sample" || type_name.contains('|');
    value.splitn(if two_parts { 2 } else { 1 }, '|')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::warninglist::ListKind;

    fn list(id: i64, types: &[&str], kind: ListKind, entries: &[&str]) -> CompiledList {
        CompiledList {
            id,
            name: format!("list {id}").into(),
            category: ListCategory::default(),
            matching_attributes: types.iter().map(ToString::to_string).collect(),
            matcher: Arc::new(Matcher::compile(kind, entries.iter().copied()).0),
        }
    }

    #[test]
    fn splits_only_two_part_types() {
        let halves = |kind, value| halves_to_test(kind, value).collect::<Vec<_>>();
        assert_eq!(halves("domain|ip", "a|b|c"), ["a", "b|c"]);
        assert_eq!(halves("malware-sample", "a|b"), ["a", "b"]);
        assert_eq!(halves("domain|ip", "a"), ["a"]);
        assert_eq!(halves("text", "a|b"), ["a|b"]);
    }

    #[test]
    fn only_applicable_lists_are_asked() {
        let set = WarninglistSet::new(vec![
            list(1, &["ip-dst", "domain|ip"], ListKind::Cidr, &["8.8.8.0/24"]),
            list(2, &["domain", "domain|ip"], ListKind::Hostname, &["example.org"]),
            list(3, &[], ListKind::String, &["8.8.8.8", "a|b"]),
            list(4, &["md5", ALL_TYPES], ListKind::Substring, &["8.8"]),
        ]);
        let ids = |hits: Vec<Hit>| hits.into_iter().map(|hit| hit.list_id).collect::<Vec<_>>();
        assert_eq!(ids(set.hits("ip-dst", "8.8.8.8")), [1, 3, 4]);
        assert_eq!(ids(set.hits("comment", "8.8.8.8")), [3, 4]);
        assert_eq!(ids(set.hits("md5", "8.8.8.8")), [3, 4]);
        assert_eq!(ids(set.hits("text", "a|b")), [3]);
        assert_eq!(ids(set.hits_of_any_type("www.example.org")), [2]);
        let hits = set.hits("domain|ip", "www.example.org|8.8.8.8");
        assert_eq!(ids(hits.clone()), [1, 2, 3, 4]);
        assert_eq!(
            (hits[0].matched.as_str(), hits[0].value.as_str()),
            ("8.8.8.0/24", "8.8.8.8")
        );
        assert_eq!(
            (hits[1].matched.as_str(), hits[1].value.as_str()),
            ("example.org", "www.example.org")
        );
    }
}
