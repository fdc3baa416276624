//! Vulnerabilities, telephone numbers, autonomous systems. spec: 04#8 step 3h

use super::kind;
use super::resolve::Hit;
use crate::normalise::Normal;

/// A CVE identifier, in upper case.
pub(super) fn vulnerability(text: &str) -> Option<Hit<'_>> {
    let value = Normal::Vulnerability.apply(text, None);
    if value.starts_with("CVE-") {
        Hit::new(&kind::VULNERABILITY, value)
    } else {
        None
    }
}

/// `AS` and a number, in upper case.
pub(super) fn autonomous_system(text: &str) -> Option<Hit<'_>> {
    let (prefix, digits) = text.split_at_checked(2)?;
    if !prefix.eq_ignore_ascii_case("AS") || !is_digits(digits) {
        return None;
    }
    Hit::new(&kind::AS, Normal::Upper.apply(text, None))
}

/// Digits with a `+` in front or hyphens between, as many as a telephone number has.
pub(super) fn phone(text: &str) -> Option<Hit<'_>> {
    let international = text.strip_prefix('+');
    if international.is_none() && !text.contains('-') {
        return None;
    }
    let bare = international.unwrap_or(text);
    let begins_and_ends = bare.starts_with(is_digit) && bare.ends_with(is_digit);
    // Longer text is none, and need not be read again and again.
    if !begins_and_ends || bare.len() > 2 * MAX_PHONE_DIGITS {
        return None;
    }
    // Separators may also stand around the `(0)`.
    let (before, after) = bare.split_once("(0)").unwrap_or((bare, ""));
    let (before, after) = (
        before.trim_end_matches(SEPARATORS),
        after.trim_start_matches(SEPARATORS),
    );
    let digits = bare.bytes().filter(u8::is_ascii_digit).count();
    let is_number = is_grouped(before)
        && (after.is_empty() || is_grouped(after))
        && (7..=MAX_PHONE_DIGITS).contains(&digits);
    (is_number && (international.is_some() || !is_date(before)))
        .then(|| Hit::new(&kind::PHONE, text))
        .flatten()
}

const SEPARATORS: [char; 3] = ['-', '/', ' '];

/// As many as ITU-T E.164 allows.
const MAX_PHONE_DIGITS: usize = 15;

/// Digits with single separators between.
fn is_grouped(text: &str) -> bool {
    text.split(SEPARATORS).all(is_digits)
}

/// Whether groups of digits begin with a date, or are a span of years.
fn is_date(text: &str) -> bool {
    let mut groups = text.split(SEPARATORS);
    let (first, second) = (
        groups.next().unwrap_or_default(),
        groups.next().unwrap_or_default(),
    );
    match groups.next() {
        _ if first.len() == 8 => first
            .split_at_checked(4)
            .zip(first.split_at_checked(6))
            .is_some_and(|((year, _), (start, day))| {
                is_year(year) && start.get(4..).is_some_and(is_month) && is_day(day)
            }),
        None => is_year(first) && is_year(second),
        Some(third) => {
            let in_order = is_year(first) && is_month(second) && is_day(third);
            let reversed =
                is_year(third) && (is_month(first) && is_day(second) || is_day(first) && is_month(second));
            in_order || reversed
        }
    }
}

fn is_year(group: &str) -> bool {
    group.len() == 4 && (group.starts_with("19") || group.starts_with("20"))
}

fn is_month(group: &str) -> bool {
    group.parse::<u8>().is_ok_and(|month| (1..=12).contains(&month))
}

fn is_day(group: &str) -> bool {
    group.parse::<u8>().is_ok_and(|day| (1..=31).contains(&day))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_digit)
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}
