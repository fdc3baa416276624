//! Hashes, alone or after the name of a file. spec: 04#8 step 3b

use super::kind::{self, Kind};
use super::resolve::Hit;
use crate::validate::is_ssdeep;

/// A hash, or `name|hash`.
pub(super) fn hash(text: &str) -> Option<Hit<'_>> {
    let (name, digest) = match text.rsplit_once('|') {
        Some((name, digest)) => (Some(name), digest),
        None => (None, text),
    };
    let (alone, with_name) = kinds_of(digest)?;
    match name {
        None => Hit::new(alone, text),
        Some("") => None,
        Some(_) => Hit::new(with_name, text),
    }
}

/// What this hash is alone, and what with a name.
fn kinds_of(digest: &str) -> Option<(&'static Kind, &'static Kind)> {
    let kinds = match digest.len() {
        32 => (&kind::HEX_32, &kind::FILENAME_HEX_32),
        40 => (&kind::HEX_40, &kind::FILENAME_HEX_40),
        56 => (&kind::HEX_56, &kind::FILENAME_HEX_56),
        64 => (&kind::HEX_64, &kind::FILENAME_HEX_64),
        96 => (&kind::HEX_96, &kind::FILENAME_HEX_96),
        128 => (&kind::HEX_128, &kind::FILENAME_HEX_128),
        _ => return fuzzy(digest),
    };
    if digest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Some(kinds);
    }
    fuzzy(digest)
}

fn fuzzy(digest: &str) -> Option<(&'static Kind, &'static Kind)> {
    // Free text has many things with two colons: all parts must be there.
    let is_fuzzy =
        is_ssdeep(digest) && digest.split(':').all(|part| !part.is_empty()) && !is_time_of_day(digest);
    is_fuzzy.then_some((&kind::SSDEEP, &kind::FILENAME_SSDEEP))
}

/// `hh:mm:ss`, the first with one digit or two, perhaps with a zone or half of the day behind.
fn is_time_of_day(text: &str) -> bool {
    let mut parts = text.split(':');
    let (Some(hour), Some(minute), Some(second)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let is_two_digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    let Some((second, zone)) = second.split_at_checked(2) else {
        return false;
    };
    let is_zone = matches!(zone, "" | "Z" | "z" | "AM" | "PM" | "am" | "pm")
        || zone
            .strip_prefix('+')
            .is_some_and(|offset| offset.bytes().all(|byte| byte.is_ascii_digit()));
    hour.len() <= 2 && is_two_digits(minute) && is_two_digits(second) && is_zone
}
