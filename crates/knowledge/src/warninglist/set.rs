//! The enabled lists together: which apply to a type, and which a value hits.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use super::hashes::HashKey;
use super::host::{domains_from_top, host_of};
use super::index::{Index, MOST_LISTS};
use super::network::Network;
use super::{ALL_TYPES, ListCategory, ListKind, Matcher};

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
    /// Remarks by entry, as [`Matcher::canonical_entry`] writes it; most entries have none.
    pub comments: Arc<HashMap<Box<str>, Box<str>>>,
    /// The compiled entries, shared so that a new set need not compile them again.
    pub matcher: Arc<Matcher>,
}

impl CompiledList {
    fn applies_to_all(&self) -> bool {
        self.matching_attributes.is_empty() || self.matching_attributes.iter().any(|name| name == ALL_TYPES)
    }
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
    /// The remark on the entry.
    pub comment: Option<String>,
}

/// The lists that apply to a type.
#[derive(Debug, Clone, Default)]
struct Group {
    applies: Box<[bool]>,
    kinds: [bool; ListKind::EVERY.len()],
}

impl Group {
    fn of(lists: &[CompiledList], applies: impl Fn(&CompiledList) -> bool) -> Self {
        let applies: Box<[bool]> = lists.iter().map(applies).collect();
        let has = |kind: ListKind| {
            let mut pairs = lists.iter().zip(&applies);
            pairs.any(|(list, applies)| *applies && list.matcher.kind() == kind)
        };
        Self {
            kinds: ListKind::EVERY.map(has),
            applies,
        }
    }

    fn has(&self, kind: ListKind) -> bool {
        let mut kinds = ListKind::EVERY.into_iter().zip(self.kinds);
        kinds.any(|(own, has)| own == kind && has)
    }
}

/// Lists in the order in which their hits are reported.
#[derive(Debug, Clone)]
pub struct WarninglistSet {
    lists: Vec<CompiledList>,
    index: Index,
    key: HashKey,
    by_type: HashMap<String, Group>,
    other_types: Group,
    every: Group,
}

impl WarninglistSet {
    /// A set of the given lists, all compiled with this key; one with another key takes no part.
    #[must_use]
    pub fn new(mut lists: Vec<CompiledList>, key: &HashKey) -> Self {
        lists.retain(|list| list.matcher.key() == key);
        lists.truncate(MOST_LISTS);
        let mut by_type = HashMap::new();
        for name in lists.iter().flat_map(|list| &list.matching_attributes) {
            if !by_type.contains_key(name) {
                let group = Group::of(&lists, |list| {
                    list.applies_to_all() || list.matching_attributes.contains(name)
                });
                by_type.insert(name.clone(), group);
            }
        }
        Self {
            index: Index::new(&lists),
            key: key.clone(),
            by_type,
            other_types: Group::of(&lists, CompiledList::applies_to_all),
            every: Group::of(&lists, |_| true),
            lists,
        }
    }

    /// The lists of the set.
    #[must_use]
    pub fn lists(&self) -> &[CompiledList] {
        &self.lists
    }

    /// Heap bytes in use by the lists and by what finds them.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        let lists: usize = self.lists.iter().map(|list| list.matcher.memory_bytes()).sum();
        lists + self.index.memory_bytes()
    }

    fn group(&self, type_name: &str) -> &Group {
        self.by_type.get(type_name).unwrap_or(&self.other_types)
    }

    /// The lists that apply to a type of that name.
    pub fn lists_for(&self, type_name: &str) -> impl Iterator<Item = &CompiledList> {
        let applies = self.group(type_name).applies.iter();
        let pairs = self.lists.iter().zip(applies);
        pairs.filter(|(_, applies)| **applies).map(|(list, _)| list)
    }

    /// Whether any applicable list knows the value.
    #[must_use]
    pub fn is_hit(&self, type_name: &str, value: &str) -> bool {
        let group = self.group(type_name);
        halves_to_test(type_name, value).any(|half| !self.look(group, half).is_empty())
    }

    /// At most one hit per applicable list: of a two-part value the first half that hits.
    #[must_use]
    pub fn hits(&self, type_name: &str, value: &str) -> Vec<Hit> {
        let group = self.group(type_name);
        let mut found: Vec<(u16, &str, Cow<'_, str>)> = Vec::new();
        for half in halves_to_test(type_name, value) {
            for (list, matched) in self.look(group, half) {
                if found.iter().all(|(known, ..)| *known != list) {
                    found.push((list, half, matched));
                }
            }
        }
        self.report(found)
    }

    /// The hits of a whole value whose type is not known, on every list.
    #[must_use]
    pub fn hits_of_any_type(&self, value: &str) -> Vec<Hit> {
        let found = self.look(&self.every, value);
        self.report(
            found
                .into_iter()
                .map(|(list, matched)| (list, value, matched))
                .collect(),
        )
    }

    fn list(&self, number: u16) -> Option<&CompiledList> {
        self.lists.get(usize::from(number))
    }

    /// The lists of a group that a value hits, each with its entry.
    fn look<'a>(&'a self, group: &Group, value: &'a str) -> Vec<(u16, Cow<'a, str>)> {
        let mut found = Found {
            group,
            hits: Vec::new(),
        };
        let holds = |number: u16, hash: u64| self.list(number).is_some_and(|list| list.matcher.holds(hash));
        if group.has(ListKind::String) {
            let hash = self.key.hash(value);
            for number in self.index.strings(hash) {
                found.add(number, || holds(number, hash).then_some(Cow::Borrowed(value)));
            }
        }
        if group.has(ListKind::Hostname) {
            self.look_for_host(&mut found, value);
        }
        if group.has(ListKind::Cidr)
            && let Some(network) = Network::parse(value)
        {
            for number in self.index.networks(network) {
                let around = || self.list(*number)?.matcher.around(network);
                found.add(*number, || around().map(Cow::Owned));
            }
        }
        if group.has(ListKind::Substring) {
            for number in self.index.substrings(value) {
                found.add(*number, || self.list(*number)?.matcher.matches(value));
            }
        }
        if group.has(ListKind::Regex) {
            for number in self.index.patterns() {
                found.add(*number, || self.list(*number)?.matcher.matches(value));
            }
        }
        found.hits
    }

    /// From the top level down, so that the shortest entry of a list comes first.
    fn look_for_host<'a>(&'a self, found: &mut Found<'a, '_>, value: &'a str) {
        let holds = |number: u16, hash: u64| self.list(number).is_some_and(|list| list.matcher.holds(hash));
        let host = host_of(value);
        for domain in domains_from_top(&host) {
            let hash = self.key.hash(domain);
            for number in self.index.hosts(hash) {
                found.add(number, || {
                    holds(number, hash).then(|| Cow::Owned(domain.to_owned()))
                });
            }
        }
    }

    fn report(&self, mut found: Vec<(u16, &str, Cow<'_, str>)>) -> Vec<Hit> {
        found.sort_unstable_by_key(|(number, ..)| *number);
        let hits = found.into_iter().filter_map(|(number, value, matched)| {
            let list = self.list(number)?;
            Some(Hit {
                list_id: list.id,
                list_name: Arc::clone(&list.name),
                category: list.category,
                comment: list.comments.get(&*matched).map(ToString::to_string),
                matched: matched.into_owned(),
                value: value.to_owned(),
            })
        });
        hits.collect()
    }
}

/// Hits so far, one of each list.
struct Found<'a, 'g> {
    group: &'g Group,
    hits: Vec<(u16, Cow<'a, str>)>,
}

impl<'a> Found<'a, '_> {
    fn add(&mut self, number: u16, matched: impl FnOnce() -> Option<Cow<'a, str>>) {
        let applies = self.group.applies.get(usize::from(number));
        if applies != Some(&true) || self.hits.iter().any(|(known, _)| *known == number) {
            return;
        }
        self.hits.extend(matched().map(|matched| (number, matched)));
    }
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

    static KEY: std::sync::LazyLock<HashKey> =
        std::sync::LazyLock::new(|| std::hash::RandomState::new().into());

    fn list(id: i64, types: &[&str], kind: ListKind, entries: &[&str]) -> CompiledList {
        CompiledList {
            id,
            name: format!("list {id}").into(),
            category: ListCategory::default(),
            matching_attributes: types.iter().map(ToString::to_string).collect(),
            comments: Arc::default(),
            matcher: Arc::new(Matcher::compile(kind, entries.iter().copied(), &KEY).0),
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
        let set = WarninglistSet::new(
            vec![
                list(1, &["ip-dst", "domain|ip"], ListKind::Cidr, &["8.8.8.0/24"]),
                list(2, &["domain", "domain|ip"], ListKind::Hostname, &["example.org"]),
                list(3, &[], ListKind::String, &["8.8.8.8", "a|b"]),
                list(4, &["md5", ALL_TYPES], ListKind::Substring, &["8.8"]),
            ],
            &KEY,
        );
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
