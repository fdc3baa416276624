//! Numbers as text.

pub(super) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Digits only, leading zeros allowed, value up to `limit`.
pub(super) fn is_at_most(text: &str, limit: u64) -> bool {
    if !is_digits(text) {
        return false;
    }
    let significant = text.trim_start_matches('0');
    significant.is_empty() || significant.parse::<u64>().is_ok_and(|value| value <= limit)
}

pub(super) fn is_integer(text: &str) -> bool {
    is_digits(unsigned(text))
}

/// Sign, digits with at most one point, exponent; nothing else is a number.
pub(super) fn is_numeric(text: &str) -> bool {
    let text = unsigned(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    all_digits(whole)
        && all_digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|exponent| is_digits(unsigned(exponent)))
}

fn unsigned(text: &str) -> &str {
    text.strip_prefix(['+', '-']).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numeric_text_is_narrow() {
        for text in [
            "1",
            "+1",
            "-1.5",
            ".5",
            "5.",
            "1e3",
            "1E-3",
            "1.5e+3",
            "9223372036854775808",
        ] {
            assert!(is_numeric(text), "{text}");
        }
        for text in [
            "", ".", "+", "1,5", "0x1F", "1_000", "NaN", "INF", "1.2.3", "e3", "1e", "++1", "1 ", "١",
        ] {
            assert!(!is_numeric(text), "{text}");
        }
    }

    #[test]
    fn limits_see_through_leading_zeros() {
        assert!(is_at_most("00000000000000000000000000000007", 7));
        assert!(is_at_most("000", 7));
        assert!(!is_at_most("8", 7));
        assert!(!is_at_most("99999999999999999999999999", u64::MAX));
        assert!(!is_at_most("", 7));
    }
}
