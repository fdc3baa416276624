//! Addresses of cryptocurrencies: base-58 with checksum, and bech32 (BIP 173, BIP 350).

use sha2::{Digest, Sha256};

const BASE58: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const BECH32: &[u8] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// Final value of the bech32 checksum, and of its successor for newer witness versions.
const BECH32_CHECK: u32 = 1;
const BECH32M_CHECK: u32 = 0x2bc8_30a3;

pub(crate) fn is_bitcoin_address(text: &str) -> bool {
    // Versions of public-key and of script hashes.
    has_base58_checksum(text, &[0x00, 0x05]) || is_segwit(text)
}

pub(super) fn is_dash_address(text: &str) -> bool {
    has_base58_checksum(text, &[0x4c, 0x10])
}

/// The checksum needs Keccak, which nothing else here does: only the shape is looked at.
pub(super) fn is_monero_shape(text: &str) -> bool {
    matches!(text.len(), 95 | 106)
        && text.starts_with(['4', '8'])
        && text.bytes().all(|byte| BASE58.contains(&byte))
}

/// A version byte, 20 bytes of hash and 4 bytes of double SHA-256.
fn has_base58_checksum(text: &str, versions: &[u8]) -> bool {
    let Some(bytes) = base58_25(text) else {
        return false;
    };
    let Some((payload, checksum)) = bytes.split_at_checked(21) else {
        return false;
    };
    let digest = Sha256::digest(Sha256::digest(payload));
    digest.starts_with(checksum) && payload.first().is_some_and(|version| versions.contains(version))
}

/// Decodes to exactly 25 bytes; longer text or another alphabet is nothing.
fn base58_25(text: &str) -> Option<[u8; 25]> {
    if !(25..=35).contains(&text.len()) {
        return None;
    }
    let mut bytes = [0u8; 25];
    for character in text.bytes() {
        let digit = BASE58.iter().position(|known| *known == character)?;
        let mut carry = u32::try_from(digit).ok()?;
        for byte in bytes.iter_mut().rev() {
            carry += u32::from(*byte) * 58;
            let [.., low] = carry.to_be_bytes();
            *byte = low;
            carry >>= 8;
        }
        if carry != 0 {
            return None;
        }
    }
    Some(bytes)
}

fn is_segwit(text: &str) -> bool {
    let mixed = text.bytes().any(|byte| byte.is_ascii_lowercase())
        && text.bytes().any(|byte| byte.is_ascii_uppercase());
    let text = text.to_ascii_lowercase();
    let Some(data) = text.strip_prefix("bc1").filter(|_| !mixed && text.len() <= 90) else {
        return false;
    };
    let values: Option<Vec<u8>> = data
        .bytes()
        .map(|byte| {
            BECH32
                .iter()
                .position(|known| *known == byte)
                .and_then(|value| u8::try_from(value).ok())
        })
        .collect();
    let Some(values) = values.filter(|values| values.len() > 7) else {
        return false;
    };
    // Version 0 came with the first checksum, all others have the second.
    let expected = if values.first() == Some(&0) {
        BECH32_CHECK
    } else {
        BECH32M_CHECK
    };
    checksum(&values) == expected
}

/// The BCH code over the prefix `bc` (high bits, a zero, low bits) and the data.
fn checksum(values: &[u8]) -> u32 {
    const GENERATORS: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let prefix = [b'b' >> 5, b'c' >> 5, 0, b'b' & 31, b'c' & 31];
    prefix.iter().chain(values).fold(1u32, |sum, value| {
        let top = sum >> 25;
        let shifted = ((sum & 0x01ff_ffff) << 5) ^ u32::from(*value);
        GENERATORS
            .iter()
            .enumerate()
            .filter(|(bit, _)| (top >> bit) & 1 == 1)
            .fold(shifted, |sum, (_, generator)| sum ^ generator)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_addresses_are_good() {
        for address in [
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
            "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
            "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
            "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
        ] {
            assert!(is_bitcoin_address(address), "{address}");
        }
    }

    #[test]
    fn changed_addresses_are_doubtful() {
        for address in [
            "",
            "bc1",
            "1A1z",
            "1a1zp1ep5qgefi2dmptftl5slmv7divfna",
            "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdp",
            "bc1Qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
            "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz",
        ] {
            assert!(!is_bitcoin_address(address), "{address}");
        }
        assert!(!is_dash_address("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"));
        assert!(is_monero_shape(&format!("4{}", "A".repeat(94))));
        assert!(!is_monero_shape(&"A".repeat(95)));
    }
}
