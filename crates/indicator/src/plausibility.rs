//! Doubts about a value that is stored nevertheless: check digits and formats of financial types.
//! spec: 01#10.4, last paragraph

mod bitcoin;

pub(crate) use bitcoin::is_bitcoin_address;

use crate::{AttributeType, Value};

/// What looks wrong about a valid value (`validationIssue`), in one sentence; nothing if all is well or the
/// type has no such check.
#[must_use]
pub fn plausibility(ty: AttributeType, value: &Value) -> Option<String> {
    let text = value.first.as_str();
    let doubt = match ty {
        AttributeType::CC_NUMBER if !is_luhn(text) => "The check digit of the card number is wrong.",
        AttributeType::BIN if !(6..=8).contains(&text.len()) || !is_digits(text) => {
            "A bank identification number has six to eight digits."
        }
        AttributeType::IBAN if !is_iban(text) => "The check digits or the length of the IBAN are wrong.",
        AttributeType::BIC if !is_bic(text) => {
            "A BIC has 8 or 11 characters: four letters, a country, two characters, and an optional branch."
        }
        AttributeType::ABA_RTN if !is_routing_number(text) => {
            "The check digit or the length of the routing number is wrong: it has nine digits."
        }
        AttributeType::BTC if !is_bitcoin_address(text) => {
            "The checksum or the format of the Bitcoin address is wrong."
        }
        AttributeType::DASH if !bitcoin::is_dash_address(text) => {
            "The checksum or the format of the Dash address is wrong."
        }
        AttributeType::XMR if !bitcoin::is_monero_shape(text) => {
            "A Monero address begins with 4 or 8 and has 95 or 106 base-58 characters."
        }
        _ => return None,
    };
    Some(doubt.to_owned())
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The digits from the last to the first.
fn digits_backwards(text: &str) -> impl Iterator<Item = u32> {
    text.chars().rev().filter_map(|c| c.to_digit(10))
}

/// ISO/IEC 7812: every second digit from the right doubled; the sum of all digits is a multiple of 10.
fn is_luhn(text: &str) -> bool {
    let sum: u32 = digits_backwards(text)
        .enumerate()
        .map(|(position, digit)| match (position % 2, digit * 2) {
            (0, _) => digit,
            (_, doubled) if doubled > 9 => doubled - 9,
            (_, doubled) => doubled,
        })
        .sum();
    (12..=19).contains(&text.len()) && is_digits(text) && sum.is_multiple_of(10)
}

/// ISO 13616: the country and check digits moved to the end, letters as numbers from 10, modulo 97 gives 1.
fn is_iban(text: &str) -> bool {
    let Some((head, account)) = text.split_at_checked(4) else {
        return false;
    };
    let well_formed = (15..=34).contains(&text.len())
        && head.bytes().take(2).all(|byte| byte.is_ascii_uppercase())
        && head.bytes().skip(2).all(|byte| byte.is_ascii_digit());
    let remainder = account.chars().chain(head.chars()).try_fold(0u32, |sum, c| {
        let value = c.to_digit(36)?;
        Some((sum * if value > 9 { 100 } else { 10 } + value) % 97)
    });
    well_formed && remainder == Some(1)
}

/// ISO 9362.
fn is_bic(text: &str) -> bool {
    matches!(text.len(), 8 | 11)
        && text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        && text.bytes().skip(4).take(2).all(|byte| byte.is_ascii_uppercase())
}

/// Weights 3, 7, 1; the sum is a multiple of 10.
fn is_routing_number(text: &str) -> bool {
    let sum: u32 = digits_backwards(text)
        .zip([1, 7, 3].into_iter().cycle())
        .map(|(digit, weight)| digit * weight)
        .sum();
    text.len() == 9 && is_digits(text) && sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doubted(ty: AttributeType, text: &str) -> bool {
        plausibility(ty, &Value::split(ty, text)).is_some()
    }

    #[test]
    fn check_digits_are_checked() {
        for (ty, good, bad) in [
            (AttributeType::CC_NUMBER, "4111111111111111", "4111111111111112"),
            (
                AttributeType::IBAN,
                "DE89370400440532013000",
                "DE00370400440532013000",
            ),
            (AttributeType::IBAN, "GB82WEST12345698765432", "GB82"),
            (AttributeType::ABA_RTN, "021000021", "021000022"),
            (AttributeType::BIC, "DEUTDEFF500", "DEUTDEFF50"),
            (AttributeType::BIN, "411111", "41111"),
            (
                AttributeType::BTC,
                "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
                "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb",
            ),
        ] {
            assert!(!doubted(ty, good), "{good}");
            assert!(doubted(ty, bad), "{bad}");
        }
    }

    #[test]
    fn other_types_raise_no_doubts() {
        assert!(!doubted(AttributeType::TEXT, "4111"));
    }
}
