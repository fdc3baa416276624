//! Which of many lists a value may hit, found in a few looks whatever their number.

use std::net::IpAddr;

use super::CompiledList;
use super::cover::{Cover, Spans};
use super::hashes::{Gate, Hashes};
use super::matcher::Compiled;
use super::network::Network;
use super::windows::Windows;

/// Lists by number; those beyond the numbers of the index are asked one by one.
pub(super) const MOST_LISTS: usize = 1 << 16;

/// An index over the lists of a set.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    strings: Gate,
    hosts: Gate,
    /// Lists of substrings, and what rules all of them out at once.
    substrings: Vec<u16>,
    windows: Option<Windows>,
    networks: Vec<u16>,
    cover: Option<Cover>,
    patterns: Vec<u16>,
}

impl Index {
    pub(super) fn new(lists: &[CompiledList]) -> Self {
        let numbered = || (0..=u16::MAX).zip(lists);
        let texts = |hostnames: bool| {
            numbered().filter_map(move |(number, list)| match list.matcher.compiled() {
                Compiled::String(hashes) if !hostnames => Some((number, hashes)),
                Compiled::Hostname(hashes) if hostnames => Some((number, hashes)),
                _ => None::<(u16, &Hashes)>,
            })
        };
        let of = |wanted: fn(&Compiled) -> bool| -> Vec<u16> {
            numbered()
                .filter(|(_, list)| wanted(list.matcher.compiled()))
                .map(|(number, _)| number)
                .collect()
        };
        let texts_within: Vec<&str> = numbered()
            .filter_map(|(_, list)| match list.matcher.compiled() {
                Compiled::Substring(entries) => Some(entries.texts()),
                _ => None,
            })
            .flatten()
            .collect();
        let (mut v4, mut v6): (Spans<u32>, Spans<u128>) = (Vec::new(), Vec::new());
        for (number, list) in numbered() {
            if let Compiled::Cidr(networks) = list.matcher.compiled() {
                v4.extend(networks.spans_v4().map(|(first, last)| (first, last, number)));
                v6.extend(networks.spans_v6().map(|(first, last)| (first, last, number)));
            }
        }
        Self {
            strings: Gate::new(texts(false)),
            hosts: Gate::new(texts(true)),
            windows: Windows::new(&texts_within),
            substrings: of(|compiled| matches!(compiled, Compiled::Substring(_))),
            networks: of(|compiled| matches!(compiled, Compiled::Cidr(_))),
            cover: Cover::new(&v4, &v6),
            patterns: of(|compiled| matches!(compiled, Compiled::Regex(_))),
        }
    }

    /// Lists of strings that may hold the text with this hash.
    pub(super) fn strings(&self, hash: u64) -> impl Iterator<Item = u16> {
        self.strings.candidates(hash)
    }

    /// Lists of host names that may hold the domain with this hash.
    pub(super) fn hosts(&self, hash: u64) -> impl Iterator<Item = u16> {
        self.hosts.candidates(hash)
    }

    /// Lists that may have a substring of the value.
    pub(super) fn substrings(&self, value: &str) -> &[u16] {
        match &self.windows {
            Some(windows) if !windows.may_contain(value) => &[],
            _ => &self.substrings,
        }
    }

    /// Lists that may have a network around this one: those that cover its first address.
    pub(super) fn networks(&self, network: Network) -> &[u16] {
        match (&self.cover, network.address()) {
            (None, _) => &self.networks,
            (Some(cover), IpAddr::V4(address)) => cover.v4(address.to_bits()),
            (Some(cover), IpAddr::V6(address)) => cover.v6(address.to_bits()),
        }
    }

    /// Lists of patterns.
    pub(super) fn patterns(&self) -> &[u16] {
        &self.patterns
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.strings.memory_bytes()
            + self.hosts.memory_bytes()
            + self.windows.as_ref().map_or(0, Windows::memory_bytes)
            + self.cover.as_ref().map_or(0, Cover::memory_bytes)
    }
}
