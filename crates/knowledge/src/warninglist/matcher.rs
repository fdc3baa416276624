//! One list compiled for its kind.

use std::borrow::Cow;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::hashes::{HashKey, Hashes};
use super::host::{canonical_domain, domains_from_top, host_of};
use super::network::{Network, Networks};
use super::pattern::Pattern;
use super::patterns::Patterns;
use super::text_table::TextTable;
use super::{ListKind, MAX_ENTRIES, MAX_FINDINGS, MAX_PATTERNS, MAX_SUBSTRING_BYTES, MAX_TEXT_BYTES};
use crate::finding::Finding;

/// A compiled list. Immutable and cheap to share between threads.
#[derive(Debug, Clone)]
pub struct Matcher {
    compiled: Compiled,
    key: HashKey,
}

#[derive(Debug, Clone)]
pub(super) enum Compiled {
    String(Hashes),
    Substring(Substrings),
    Hostname(Hashes),
    Cidr(Networks),
    Regex(Patterns),
}

/// Substrings as an automaton, and their text for the automaton of several lists.
#[derive(Debug, Clone)]
pub(super) struct Substrings {
    automaton: Option<AhoCorasick>,
    texts: TextTable,
}

impl Substrings {
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.texts.iter()
    }

    fn find<'v>(&self, value: &'v str) -> Option<&'v str> {
        let found = self.automaton.as_ref()?.find(value)?;
        value.get(found.range())
    }
}

impl Matcher {
    /// Compiles the entries of a list. Entries that cannot be used are left out, each with a
    /// finding at `list[position]`. Lists of one set share a key. spec: 05#2.2
    pub fn compile<'a>(
        kind: ListKind,
        entries: impl IntoIterator<Item = &'a str>,
        key: &HashKey,
    ) -> (Self, Vec<Finding>) {
        let mut gather = Gather {
            findings: Vec::new(),
            dropped: 0,
        };
        let compiled = match kind {
            ListKind::String => Compiled::String(gather.hashes(entries, key, Cow::Borrowed)),
            ListKind::Substring => Compiled::Substring(gather.substring(entries)),
            ListKind::Hostname => {
                Compiled::Hostname(gather.hashes(entries, key, |entry| canonical_domain(entry).into()))
            }
            ListKind::Cidr => Compiled::Cidr(gather.networks(entries)),
            ListKind::Regex => Compiled::Regex(Patterns::new(gather.patterns(entries))),
        };
        let key = key.clone();
        (Self { compiled, key }, gather.finish())
    }

    /// The kind of the list.
    #[must_use]
    pub fn kind(&self) -> ListKind {
        match self.compiled {
            Compiled::String(_) => ListKind::String,
            Compiled::Substring(_) => ListKind::Substring,
            Compiled::Hostname(_) => ListKind::Hostname,
            Compiled::Cidr(_) => ListKind::Cidr,
            Compiled::Regex(_) => ListKind::Regex,
        }
    }

    /// The entry a value hits, in the list's [canonical](Self::canonical_entry) form: of several
    /// the shortest domain, the widest network, the leftmost substring or the first pattern.
    #[must_use]
    pub fn matches<'a>(&'a self, value: &'a str) -> Option<Cow<'a, str>> {
        match &self.compiled {
            Compiled::String(entries) => entries
                .contains(self.key.hash(value))
                .then_some(Cow::Borrowed(value)),
            Compiled::Substring(entries) => entries.find(value).map(Cow::Borrowed),
            Compiled::Hostname(entries) => {
                let listed = |domain: &str| entries.contains(self.key.hash(domain));
                match host_of(value) {
                    Cow::Borrowed(host) => domains_from_top(host)
                        .find(|domain| listed(domain))
                        .map(Cow::Borrowed),
                    Cow::Owned(host) => {
                        let mut domains = domains_from_top(&host);
                        let found = domains.find(|domain| listed(domain));
                        found.map(|domain| Cow::Owned(domain.to_owned()))
                    }
                }
            }
            Compiled::Cidr(networks) => networks.find(Network::parse(value)?).map(Cow::Owned),
            Compiled::Regex(patterns) => patterns.find(value).map(Cow::Borrowed),
        }
    }

    pub(super) fn compiled(&self) -> &Compiled {
        &self.compiled
    }

    pub(super) fn key(&self) -> &HashKey {
        &self.key
    }

    /// Whether a list of texts or domains holds the one with this hash.
    pub(super) fn holds(&self, hash: u64) -> bool {
        match &self.compiled {
            Compiled::String(entries) | Compiled::Hostname(entries) => entries.contains(hash),
            _ => false,
        }
    }

    /// The listed network around another one.
    pub(super) fn around(&self, network: Network) -> Option<String> {
        match &self.compiled {
            Compiled::Cidr(networks) => networks.find(network),
            _ => None,
        }
    }

    /// The form in which a hit reports an entry: lower case without outer dots for a domain,
    /// `net/len` for a network, else as written. None for an entry the kind cannot use.
    #[must_use]
    pub fn canonical_entry(kind: ListKind, entry: &str) -> Option<String> {
        let canonical = match kind {
            ListKind::String | ListKind::Substring => entry.to_owned(),
            ListKind::Hostname => canonical_domain(entry),
            ListKind::Cidr => Network::parse(entry.trim())?.aligned(),
            ListKind::Regex => Pattern::compile(entry).ok()?.as_str().to_owned(),
        };
        (!canonical.is_empty()).then_some(canonical)
    }

    /// Distinct entries in use; networks inside another listed network are not counted.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.compiled {
            Compiled::String(entries) | Compiled::Hostname(entries) => entries.len(),
            Compiled::Substring(entries) => entries.automaton.as_ref().map_or(0, AhoCorasick::patterns_len),
            Compiled::Cidr(networks) => networks.len(),
            Compiled::Regex(patterns) => patterns.len(),
        }
    }

    /// Whether no value can hit.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Heap bytes in use; for patterns only their text, since the engine does not tell.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        match &self.compiled {
            Compiled::String(entries) | Compiled::Hostname(entries) => entries.memory_bytes(),
            Compiled::Substring(entries) => {
                let automaton = entries.automaton.as_ref().map_or(0, AhoCorasick::memory_usage);
                automaton + entries.texts.memory_bytes()
            }
            Compiled::Cidr(networks) => networks.memory_bytes(),
            Compiled::Regex(patterns) => patterns.text_bytes(),
        }
    }
}

/// Reads entries within the limits and notes what is left out.
struct Gather {
    findings: Vec<Finding>,
    dropped: usize,
}

impl Gather {
    fn drop(&mut self, position: usize, why: impl Into<String>) {
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(Finding::new(format!("list[{position}]"), why));
        } else {
            self.dropped += 1;
        }
    }

    fn finish(mut self) -> Vec<Finding> {
        if self.dropped > 0 {
            self.findings.push(Finding::new(
                "list",
                format!("{} more entries left out", self.dropped),
            ));
        }
        self.findings
    }

    /// Hands over each usable entry in its canonical form while the list is within its size.
    fn each<'a>(
        &mut self,
        entries: impl IntoIterator<Item = &'a str>,
        most_bytes: usize,
        canonical: impl Fn(&'a str) -> Cow<'a, str>,
        mut take: impl FnMut(&str) -> bool,
    ) {
        let mut bytes = 0_usize;
        for (position, entry) in entries.into_iter().enumerate() {
            let text = canonical(entry);
            if text.is_empty() {
                self.drop(position, "an empty entry would match everything or nothing");
                continue;
            }
            bytes = bytes.saturating_add(text.len());
            if position >= MAX_ENTRIES || bytes > most_bytes || !take(&text) {
                let why = "this entry and those after it go beyond the size of a list";
                self.drop(position, why);
                break;
            }
        }
    }

    fn hashes<'a>(
        &mut self,
        entries: impl IntoIterator<Item = &'a str>,
        key: &HashKey,
        canonical: impl Fn(&'a str) -> Cow<'a, str>,
    ) -> Hashes {
        let mut hashes = Vec::new();
        self.each(entries, MAX_TEXT_BYTES, canonical, |text| {
            hashes.push(key.hash(text));
            true
        });
        Hashes::new(hashes)
    }

    fn substring<'a>(&mut self, entries: impl IntoIterator<Item = &'a str>) -> Substrings {
        let mut texts = TextTable::default();
        self.each(entries, MAX_SUBSTRING_BYTES, Cow::Borrowed, |text| {
            texts.push(text)
        });
        // The first of several at the same place, in time linear in the value; the compact automaton, because a
        // full table costs kilobytes per entry.
        let built = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostFirst)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(texts.iter());
        match built {
            Ok(automaton) => Substrings {
                automaton: Some(automaton),
                texts,
            },
            Err(error) => {
                self.findings.push(Finding::new("list", error.to_string()));
                Substrings {
                    automaton: None,
                    texts: TextTable::default(),
                }
            }
        }
    }

    fn networks<'a>(&mut self, entries: impl IntoIterator<Item = &'a str>) -> Networks {
        let entries = entries.into_iter().enumerate();
        Networks::new(entries.take(MAX_ENTRIES + 1).filter_map(|(position, entry)| {
            if position >= MAX_ENTRIES {
                self.drop(
                    position,
                    "this entry and those after it go beyond the size of a list",
                );
                return None;
            }
            let network = Network::parse(entry.trim());
            if network.is_none() {
                self.drop(position, format!("not an address or network: {entry:.80?}"));
            }
            network
        }))
    }

    fn patterns<'a>(&mut self, entries: impl IntoIterator<Item = &'a str>) -> Vec<Pattern> {
        let mut patterns = Vec::new();
        for (position, entry) in entries.into_iter().enumerate() {
            if position >= MAX_PATTERNS {
                self.drop(
                    position,
                    "this entry and those after it go beyond the number of patterns",
                );
                break;
            }
            match Pattern::compile(entry) {
                Ok(pattern) => patterns.push(pattern),
                Err(error) => self.drop(position, error.to_string()),
            }
        }
        patterns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> HashKey {
        std::hash::RandomState::new().into()
    }

    fn matcher(kind: ListKind, entries: &[&str]) -> Matcher {
        let (matcher, findings) = Matcher::compile(kind, entries.iter().copied(), &key());
        assert_eq!(findings, []);
        assert_eq!(matcher.kind(), kind);
        matcher
    }

    #[test]
    fn string_is_exact_and_case_sensitive() {
        let list = matcher(ListKind::String, &["b", "Example.org", "a"]);
        assert_eq!(list.matches("Example.org").as_deref(), Some("Example.org"));
        assert_eq!(list.matches("example.org"), None);
        assert_eq!(list.len(), 3);
    }

    #[test]
    fn substring_reports_the_leftmost_then_the_first_listed() {
        let list = matcher(ListKind::Substring, &["xample", "example", "ex", "org"]);
        assert_eq!(list.matches("www.example.org").as_deref(), Some("example"));
        assert_eq!(list.matches("Org"), None);
        assert!(matcher(ListKind::Substring, &[]).matches("").is_none());
    }

    #[test]
    fn hostname_takes_the_shortest_domain() {
        let list = matcher(ListKind::Hostname, &["www.example.org", ".Example.org.", "net"]);
        assert_eq!(
            list.matches("https://WWW.example.org:8443/x").as_deref(),
            Some("example.org")
        );
        assert_eq!(list.matches("example.net").as_deref(), Some("net"));
        assert_eq!(list.matches("notexample.org"), None);
    }

    #[test]
    fn unusable_entries_are_named() {
        let (list, findings) = Matcher::compile(ListKind::Cidr, ["10.0.0.0/8", "nonsense"], &key());
        assert_eq!(list.len(), 1);
        assert_eq!(
            findings.iter().map(|f| f.path.as_str()).collect::<Vec<_>>(),
            ["list[1]"]
        );
        for kind in ListKind::EVERY {
            let (list, findings) = Matcher::compile(kind, [""], &key());
            assert!(list.is_empty() && findings.len() == 1, "{kind:?}");
            assert_eq!(list.matches(""), None);
            assert_eq!(Matcher::canonical_entry(kind, ""), None);
        }
        let many = vec!["x"; MAX_FINDINGS + 7];
        let (_, findings) = Matcher::compile(ListKind::Cidr, many, &key());
        assert_eq!(findings.last().unwrap().message, "7 more entries left out");
    }

    #[test]
    fn the_size_of_substring_and_regex_lists_is_limited() {
        let long = "a".repeat(MAX_SUBSTRING_BYTES - 1);
        let (list, findings) = Matcher::compile(ListKind::Substring, ["b", "cc", &long], &key());
        assert_eq!((list.len(), findings.len()), (2, 1));
        let (list, findings) = Matcher::compile(ListKind::Regex, vec!["/a/"; MAX_PATTERNS + 2], &key());
        assert_eq!((list.len(), findings.len()), (MAX_PATTERNS, 1));
    }
}
