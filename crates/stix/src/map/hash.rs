//! Names of hash algorithms: MISP's types, the standard's names, and spellings that occur. spec: 12#6.2

/// MISP's type, the name in STIX, and how many hexadecimal digits a hash has (0: it is no plain digest).
const HASHES: &[(&str, &str, usize)] = &[
    ("md5", "MD5", 32),
    ("sha1", "SHA-1", 40),
    ("sha224", "SHA-224", 56),
    ("sha256", "SHA-256", 64),
    ("sha384", "SHA-384", 96),
    ("sha512", "SHA-512", 128),
    ("sha512/224", "SHA512-224", 56),
    ("sha512/256", "SHA512-256", 64),
    ("sha3-224", "SHA3-224", 56),
    ("sha3-256", "SHA3-256", 64),
    ("sha3-384", "SHA3-384", 96),
    ("sha3-512", "SHA3-512", 128),
    ("ssdeep", "SSDEEP", 0),
    ("tlsh", "TLSH", 0),
    ("authentihash", "AUTHENTIHASH", 0),
    ("cdhash", "CDHASH", 0),
    ("imphash", "IMPHASH", 0),
    ("impfuzzy", "IMPFUZZY", 0),
    ("pehash", "PEHASH", 0),
    ("telfhash", "TELFHASH", 0),
    ("vhash", "VHASH", 0),
];

/// Types of hashes, in the order of preference where one stands for a file.
pub fn types() -> impl Iterator<Item = (&'static str, &'static str)> {
    HASHES.iter().map(|(kind, name, _)| (*kind, *name))
}

/// The standard's name of a MISP type.
#[must_use]
pub fn name(kind: &str) -> Option<&'static str> {
    HASHES.iter().find(|row| row.0 == kind).map(|row| row.1)
}

/// The standard's spelling of a name that is written with other signs or in another case.
#[must_use]
pub fn standard(name: &str) -> Option<&'static str> {
    if name.len() > 16 {
        return None;
    }
    let plain = |name: &str| name.replace(['-', '_', '/'], "").to_ascii_uppercase();
    let wanted = plain(name);
    HASHES.iter().find(|row| plain(row.1) == wanted).map(|row| row.1)
}

/// The MISP type of a name in any spelling.
#[must_use]
pub fn kind(name: &str) -> Option<&'static str> {
    let name = standard(name)?;
    HASHES.iter().find(|row| row.1 == name).map(|row| row.0)
}

/// How many hexadecimal digits a hash of this name has, where that is certain.
#[must_use]
pub fn digits(name: &str) -> Option<usize> {
    // Older writers call SHA-512/224 and SHA-512/256 by the names of the short ones, with the same length.
    let name = standard(name)?;
    HASHES
        .iter()
        .find(|row| row.1 == name)
        .map(|row| row.2)
        .filter(|digits| *digits > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use entente_indicator::AttributeType;

    #[test]
    fn spellings_lead_to_one_name() {
        for (spelling, expected) in [
            ("SHA1", "SHA-1"),
            ("sha-256", "SHA-256"),
            ("SHA3224", "SHA3-224"),
            ("ssdeep", "SSDEEP"),
            ("SHA512-256", "SHA512-256"),
        ] {
            assert_eq!(standard(spelling), Some(expected), "{spelling}");
        }
        assert_eq!(standard("CRC32"), None);
        assert_eq!(kind("sha-1"), Some("sha1"));
        assert_eq!(digits("MD5"), Some(32));
        assert_eq!(digits("TLSH"), None);
    }

    #[test]
    fn every_type_exists() {
        for (kind, _) in types() {
            assert!(AttributeType::from_name(kind).is_some(), "{kind}");
        }
    }
}
