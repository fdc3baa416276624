//! What one candidate is: the rules in their order, first hit wins. spec: 04#8 step 3

use std::borrow::Cow;

use super::kind::{self, Kind};
use super::{Comment, Found, Lists, file, hash, network, number};
use crate::{ImportRules, MAX_VALUE_BYTES, Today, prepare, refang};

/// What a rule says about a candidate.
pub(super) struct Hit<'a> {
    pub(super) kind: &'static Kind,
    pub(super) value: Cow<'a, str>,
    pub(super) comment: Comment,
}

impl<'a> Hit<'a> {
    /// Nothing if the default type would refuse the value.
    pub(super) fn new(kind: &'static Kind, value: impl Into<Cow<'a, str>>) -> Option<Self> {
        // No type that is recognised has to do with days, and the instance's own rules come on saving.
        const NO_DAY: Today = Today::from_unix_seconds(0);
        let value = value.into();
        prepare(kind.default_type, &value, &ImportRules::none(), NO_DAY).ok()?;
        Some(Self {
            kind,
            value,
            comment: Comment::None,
        })
    }

    pub(super) fn with(self, comment: Comment) -> Self {
        Self { comment, ..self }
    }
}

/// A candidate as the rules see it.
pub(super) struct Candidate<'a> {
    /// As it stands in the text, trimmed.
    pub(super) original: &'a str,
    /// Without the marks that made it harmless.
    pub(super) live: &'a str,
    /// `live` without `:port` and what the trimming of `live` would have dropped before it.
    pub(super) host: &'a str,
    pub(super) port: Option<u16>,
}

impl Candidate<'_> {
    pub(super) fn port_comment(&self) -> Comment {
        self.port.map_or(Comment::NoPort, Comment::OnPort)
    }
}

/// What a piece of text is, if it is an indicator.
pub(super) fn resolve(text: &str, lists: &Lists) -> Option<Found> {
    let original = text.trim_matches(is_wrapping);
    if original.is_empty() || original.len() > MAX_VALUE_BYTES {
        return None;
    }
    let live = refang::any_type(original, is_wrapping);
    let (host, port) = network::split_port(&live);
    let candidate = Candidate {
        original,
        live: &live,
        host: host.trim_end_matches(is_wrapping),
        port,
    };
    let hit = first_hit(&candidate, lists)?;
    Some(Found {
        kind: hit.kind,
        value: hit.value.into_owned(),
        original_value: original.to_owned(),
        comment: hit.comment,
    })
}

fn first_hit<'a>(candidate: &Candidate<'a>, lists: &Lists) -> Option<Hit<'a>> {
    let original = candidate.original;
    network::address(original)
        .or_else(|| hash::hash(original))
        .or_else(|| network::email(candidate.live))
        .or_else(|| network::address_and_port(candidate))
        .or_else(|| name_link_or_file(candidate, lists))
        .or_else(|| file::path(original))
        .or_else(|| number::vulnerability(original))
        .or_else(|| number::phone(original))
        .or_else(|| number::autonomous_system(original))
        .or_else(|| bitcoin_address(original))
}

/// Step f: what has a dot.
fn name_link_or_file<'a>(candidate: &Candidate<'a>, lists: &Lists) -> Option<Hit<'a>> {
    if !candidate.live.contains('.') {
        return None;
    }
    network::name(candidate, lists)
        .or_else(|| network::url(candidate, lists))
        // The name of a file may have brackets of its own.
        .or_else(|| file::name(candidate.original))
        .or_else(|| file::name(candidate.live))
}

fn bitcoin_address(text: &str) -> Option<Hit<'_>> {
    let may_be = matches!(text.bytes().next(), Some(b'1' | b'3' | b'b' | b'B')) && text.len() <= 90;
    (may_be && crate::plausibility::is_bitcoin_address(text))
        .then(|| Hit::new(&kind::BTC, text))
        .flatten()
}

/// What may stand around a value and is no part of it.
fn is_wrapping(c: char) -> bool {
    matches!(c, '\'' | '"' | '.' | ',' | '(' | ')') || super::candidates::is_blank(c)
}
