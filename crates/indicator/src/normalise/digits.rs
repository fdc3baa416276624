//! Numbers that people write with decoration: cards, accounts, telephones, autonomous systems.

use std::borrow::Cow;

pub(super) fn only_digits(text: &str) -> Cow<'_, str> {
    keep(text, |c| c.is_ascii_digit())
}

pub(super) fn upper_alphanumeric(text: &str) -> Cow<'_, str> {
    if text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
    {
        return Cow::Borrowed(text);
    }
    Cow::Owned(
        text.chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_uppercase())
            .collect(),
    )
}

/// International form: `00` in front means `+`, the `(0)` of national calls goes.
///
/// The prefix is looked at again in the result, because dropping decoration can uncover a new `00`.
pub(super) fn phone(text: &str) -> Cow<'_, str> {
    let text = international(Cow::Borrowed(text));
    let text = if text.contains("(0)") {
        Cow::Owned(text.replace("(0)", ""))
    } else {
        text
    };
    let kept = match text {
        Cow::Borrowed(text) => keep(text, is_phone_character),
        Cow::Owned(text) => Cow::Owned(text.chars().filter(|c| is_phone_character(*c)).collect()),
    };
    international(kept)
}

fn is_phone_character(c: char) -> bool {
    c == '+' || c.is_ascii_digit()
}

fn international(text: Cow<'_, str>) -> Cow<'_, str> {
    match text.strip_prefix("00") {
        Some(rest) => Cow::Owned(format!("+{rest}")),
        None => text,
    }
}

/// The number alone; the dotted form `a.b` (RFC 5396 asdot) as one number.
pub(super) fn as_number(text: &str) -> Cow<'_, str> {
    let bare = match text.split_at_checked(2) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case("AS") => rest,
        _ => text,
    };
    match bare
        .split_once('.')
        .and_then(|(high, low)| Some((digits(high)?, digits(low)?)))
    {
        Some((high, low)) => Cow::Owned((u64::from(high) * 65536 + u64::from(low)).to_string()),
        None => Cow::Borrowed(bare),
    }
}

fn digits(text: &str) -> Option<u32> {
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse().ok())
        .flatten()
}

fn keep(text: &str, wanted: impl Fn(char) -> bool) -> Cow<'_, str> {
    if text.chars().all(&wanted) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.chars().filter(|c| wanted(*c)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telephone_numbers_are_international() {
        for (text, expected) in [
            ("0041 (0)22 555-01.00", "+41225550100"),
            ("(022) 555-01-00", "0225550100"),
            ("+41225550100 ext. 7", "+412255501007"),
            ("0", "0"),
            ("00", "+"),
            ("(00)41", "+41"),
            ("0 041", "+41"),
        ] {
            assert_eq!(phone(text), expected);
            assert_eq!(phone(expected), expected);
        }
    }

    #[test]
    fn decoration_of_numbers_goes() {
        assert_eq!(only_digits("4111 1111-x"), "41111111");
        assert_eq!(upper_alphanumeric("de89 3704-ß"), "DE893704");
    }

    #[test]
    fn autonomous_systems_are_plain_numbers() {
        for (text, expected) in [
            ("as64496", "64496"),
            ("AS1.10", "65546"),
            ("1.10", "65546"),
            ("AS 1", " 1"),
            ("ASN1", "N1"),
            ("1.x", "1.x"),
            (".", "."),
            ("4294967295.4294967295", "281479271612415"),
        ] {
            assert_eq!(as_number(text), expected);
        }
    }
}
