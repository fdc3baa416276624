//! One list compiled for its kind.

use std::borrow::Cow;
use std::cell::OnceCell;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::host::{canonical_domain, domains_from_top, host_of};
use super::network::{Network, Networks};
use super::pattern::Pattern;
use super::text_table::TextTable;
use super::{ListKind, MAX_ENTRIES, MAX_FINDINGS, MAX_PATTERNS, MAX_SUBSTRING_BYTES};
use crate::finding::Finding;

/// A compiled list. Immutable and cheap to share between threads.
#[derive(Debug, Clone)]
pub struct Matcher(Compiled);

#[derive(Debug, Clone)]
enum Compiled {
    String(TextTable),
    Substring(Option<AhoCorasick>),
    Hostname(TextTable),
    Cidr(Networks),
    Regex(Vec<Pattern>),
}

impl Matcher {
    /// Compiles the entries of a list. Entries that cannot be used are left out, each with a
    /// finding at `list[position]`. spec: 05#2.2
    pub fn compile<'a>(kind: ListKind, entries: impl IntoIterator<Item = &'a str>) -> (Self, Vec<Finding>) {
        let mut gather = Gather {
            findings: Vec::new(),
            dropped: 0,
        };
        let compiled = match kind {
            ListKind::String => {
                Compiled::String(gather.texts(entries, usize::MAX, Cow::Borrowed).into_sorted())
            }
            ListKind::Substring => gather.substring(entries),
            ListKind::Hostname => {
                let domains = gather.texts(entries, usize::MAX, |entry| canonical_domain(entry).into());
                Compiled::Hostname(domains.into_sorted())
            }
            ListKind::Cidr => Compiled::Cidr(gather.networks(entries)),
            ListKind::Regex => Compiled::Regex(gather.patterns(entries)),
        };
        (Self(compiled), gather.finish())
    }

    /// The kind of the list.
    #[must_use]
    pub fn kind(&self) -> ListKind {
        match self.0 {
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
        self.matches_probe(&Probe::new(value))
    }

    pub(super) fn matches_probe<'a>(&'a self, probe: &Probe<'a>) -> Option<Cow<'a, str>> {
        match &self.0 {
            Compiled::String(entries) => entries.find_sorted(probe.value).map(Cow::Borrowed),
            Compiled::Substring(automaton) => {
                let found = automaton.as_ref()?.find(probe.value)?;
                probe.value.get(found.range()).map(Cow::Borrowed)
            }
            Compiled::Hostname(entries) => domains_from_top(probe.host())
                .find_map(|domain| entries.find_sorted(domain))
                .map(Cow::Borrowed),
            Compiled::Cidr(networks) => networks.find(probe.network()?).map(Cow::Owned),
            Compiled::Regex(patterns) => {
                let pattern = patterns.iter().find(|pattern| pattern.is_match(probe.value))?;
                Some(Cow::Borrowed(pattern.as_str()))
            }
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
        match &self.0 {
            Compiled::String(entries) | Compiled::Hostname(entries) => entries.len(),
            Compiled::Substring(automaton) => automaton.as_ref().map_or(0, AhoCorasick::patterns_len),
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
        match &self.0 {
            Compiled::String(entries) | Compiled::Hostname(entries) => entries.memory_bytes(),
            Compiled::Substring(automaton) => automaton.as_ref().map_or(0, AhoCorasick::memory_usage),
            Compiled::Cidr(networks) => networks.memory_bytes(),
            Compiled::Regex(patterns) => patterns.iter().map(|pattern| pattern.as_str().len()).sum(),
        }
    }
}

/// A value under test; what several lists need of it is worked out once.
pub(super) struct Probe<'a> {
    value: &'a str,
    host: OnceCell<String>,
    network: OnceCell<Option<Network>>,
}

impl<'a> Probe<'a> {
    pub(super) fn new(value: &'a str) -> Self {
        Self {
            value,
            host: OnceCell::new(),
            network: OnceCell::new(),
        }
    }

    pub(super) fn value(&self) -> &'a str {
        self.value
    }

    fn host(&self) -> &str {
        self.host.get_or_init(|| host_of(self.value))
    }

    fn network(&self) -> Option<Network> {
        *self.network.get_or_init(|| Network::parse(self.value))
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

    fn texts<'a>(
        &mut self,
        entries: impl IntoIterator<Item = &'a str>,
        most_bytes: usize,
        canonical: impl Fn(&'a str) -> Cow<'a, str>,
    ) -> TextTable {
        let mut table = TextTable::default();
        for (position, entry) in entries.into_iter().enumerate() {
            let text = canonical(entry);
            if text.is_empty() {
                self.drop(position, "an empty entry would match everything or nothing");
            } else if position >= MAX_ENTRIES
                || table.text_bytes() + text.len() > most_bytes
                || !table.push(&text)
            {
                self.drop(
                    position,
                    "this entry and those after it go beyond the size of a list",
                );
                break;
            }
        }
        table
    }

    fn substring<'a>(&mut self, entries: impl IntoIterator<Item = &'a str>) -> Compiled {
        let table = self.texts(entries, MAX_SUBSTRING_BYTES, Cow::Borrowed);
        // The first of several at the same place, in time linear in the value; the compact
        // automaton, because a full table costs kilobytes per entry.
        let built = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostFirst)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(table.iter());
        match built {
            Ok(automaton) => Compiled::Substring(Some(automaton)),
            Err(error) => {
                self.findings.push(Finding::new("list", error.to_string()));
                Compiled::Substring(None)
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

    fn matcher(kind: ListKind, entries: &[&str]) -> Matcher {
        let (matcher, findings) = Matcher::compile(kind, entries.iter().copied());
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
        let (list, findings) = Matcher::compile(ListKind::Cidr, ["10.0.0.0/8", "nonsense"]);
        assert_eq!(list.len(), 1);
        assert_eq!(
            findings.iter().map(|f| f.path.as_str()).collect::<Vec<_>>(),
            ["list[1]"]
        );
        for kind in ListKind::EVERY {
            let (list, findings) = Matcher::compile(kind, [""]);
            assert!(list.is_empty() && findings.len() == 1, "{kind:?}");
            assert_eq!(list.matches(""), None);
            assert_eq!(Matcher::canonical_entry(kind, ""), None);
        }
        let many = vec!["x"; MAX_FINDINGS + 7];
        let (_, findings) = Matcher::compile(ListKind::Cidr, many);
        assert_eq!(findings.last().unwrap().message, "7 more entries left out");
    }

    #[test]
    fn the_size_of_substring_and_regex_lists_is_limited() {
        let long = "a".repeat(MAX_SUBSTRING_BYTES - 1);
        let (list, findings) = Matcher::compile(ListKind::Substring, ["b", "cc", &long]);
        assert_eq!((list.len(), findings.len()), (2, 1));
        let (list, findings) = Matcher::compile(ListKind::Regex, vec!["/a/"; MAX_PATTERNS + 2]);
        assert_eq!((list.len(), findings.len()), (MAX_PATTERNS, 1));
    }
}
