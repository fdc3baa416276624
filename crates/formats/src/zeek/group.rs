//! Which attributes are intelligence for Zeek, and of which type. spec: 04#7
use entente_indicator::AttributeType;

/// What a client asks for: everything, or indicators of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Group {
    /// Everything.
    #[default]
    All,
    /// Addresses and networks.
    Ip,
    /// URLs.
    Url,
    /// Domains and host names.
    Domain,
    /// Fingerprints of TLS clients.
    Ja3,
    /// Mail addresses.
    Email,
    /// Names of files.
    FileName,
    /// Hashes of files.
    FileHash,
    /// Hashes of certificates.
    CertHash,
    /// User agents.
    Software,
}

impl Group {
    /// By the name that stands in the address of the file.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "all" => Self::All,
            "ip" => Self::Ip,
            "url" => Self::Url,
            "domain" => Self::Domain,
            "ja3-fingerprint-md5" => Self::Ja3,
            "email" => Self::Email,
            "filename" => Self::FileName,
            "filehash" => Self::FileHash,
            "certhash" => Self::CertHash,
            "software" => Self::Software,
            _ => return None,
        })
    }

    /// The name that stands in the address and in the name of the file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Ip => "ip",
            Self::Url => "url",
            Self::Domain => "domain",
            Self::Ja3 => "ja3-fingerprint-md5",
            Self::Email => "email",
            Self::FileName => "filename",
            Self::FileHash => "filehash",
            Self::CertHash => "certhash",
            Self::Software => "software",
        }
    }

    /// The type of an indicator of one kind in Zeek's words.
    pub(super) fn intel(self, indicator: &str) -> &'static str {
        match self {
            Self::Ip if indicator.contains('/') => "Intel::SUBNET",
            Self::Ip => "Intel::ADDR",
            Self::Url => "Intel::URL",
            Self::Domain => "Intel::DOMAIN",
            Self::Ja3 => "Intel::JA3",
            Self::Email => "Intel::EMAIL",
            Self::FileName => "Intel::FILE_NAME",
            Self::FileHash => "Intel::FILE_HASH",
            Self::CertHash => "Intel::CERT_HASH",
            Self::Software | Self::All => "Intel::SOFTWARE",
        }
    }
}

/// What the two halves of a value of this type are; a simple value is a first half.
pub(super) fn of_halves(kind: AttributeType) -> [Option<Group>; 2] {
    use AttributeType as T;
    match kind {
        T::IP_SRC | T::IP_DST | T::IP_SRC_PORT | T::IP_DST_PORT => [Some(Group::Ip), None],
        T::EMAIL | T::EMAIL_SRC | T::EMAIL_DST => [Some(Group::Email), None],
        T::FILENAME | T::EMAIL_ATTACHMENT | T::PDB => [Some(Group::FileName), None],
        T::DOMAIN | T::HOSTNAME => [Some(Group::Domain), None],
        T::DOMAIN_IP => [Some(Group::Domain), Some(Group::Ip)],
        T::URL => [Some(Group::Url), None],
        T::USER_AGENT => [Some(Group::Software), None],
        T::JA3_FINGERPRINT_MD5 => [Some(Group::Ja3), None],
        T::X509_FINGERPRINT_SHA1 => [Some(Group::CertHash), None],
        T::FILENAME_MD5 | T::FILENAME_SHA1 | T::FILENAME_SHA256 | T::MALWARE_SAMPLE => {
            [Some(Group::FileName), Some(Group::FileHash)]
        }
        kind if HASHES.contains(&kind) => [Some(Group::FileHash), None],
        kind if NAMED_HASHES.contains(&kind) => [None, Some(Group::FileHash)],
        _ => [None, None],
    }
}

const HASHES: &[AttributeType] = &[
    AttributeType::MD5,
    AttributeType::SHA1,
    AttributeType::SHA256,
    AttributeType::SHA224,
    AttributeType::SHA384,
    AttributeType::SHA512,
    AttributeType::SHA512_224,
    AttributeType::SHA512_256,
    AttributeType::SSDEEP,
    AttributeType::IMPHASH,
    AttributeType::IMPFUZZY,
    AttributeType::AUTHENTIHASH,
    AttributeType::PEHASH,
    AttributeType::TLSH,
];

/// Of these the name of the file is no indicator of its own: MISP lists it for the three most common hashes and
/// for samples only.
const NAMED_HASHES: &[AttributeType] = &[
    AttributeType::FILENAME_SHA224,
    AttributeType::FILENAME_SHA384,
    AttributeType::FILENAME_SHA512,
    AttributeType::FILENAME_SHA512_224,
    AttributeType::FILENAME_SHA512_256,
    AttributeType::FILENAME_SSDEEP,
    AttributeType::FILENAME_IMPHASH,
    AttributeType::FILENAME_IMPFUZZY,
    AttributeType::FILENAME_AUTHENTIHASH,
    AttributeType::FILENAME_PEHASH,
    AttributeType::FILENAME_TLSH,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_by_name() {
        for name in [
            "all",
            "ip",
            "url",
            "domain",
            "ja3-fingerprint-md5",
            "email",
            "filename",
            "filehash",
            "certhash",
            "software",
        ] {
            assert_eq!(Group::from_name(name).unwrap().name(), name);
        }
        assert_eq!(Group::from_name("../etc"), None);
    }

    #[test]
    fn second_halves_are_of_composite_types() {
        for kind in AttributeType::all() {
            let [_, second] = of_halves(kind);
            assert!(second.is_none() || kind.is_composite(), "{kind}");
        }
    }
}
