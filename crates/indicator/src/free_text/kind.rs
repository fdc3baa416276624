//! What finds may be saved as. spec: 04#8 step 3

use crate::AttributeType as T;

/// One of the ways to save a find.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SaveAs {
    /// As an attribute of this type.
    One(T),
    /// As two attributes: source and destination address.
    SourceAndDestination,
    /// As two attributes: source and destination address, each with the port.
    SourceAndDestinationPort,
}

impl SaveAs {
    /// The name in MISP's answers and requests: that of the type, or of both types with `/` between.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::One(ty) => ty.name(),
            Self::SourceAndDestination => "ip-src/ip-dst",
            Self::SourceAndDestinationPort => "ip-src|port/ip-dst|port",
        }
    }

    /// The way with this exact name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::SourceAndDestination, Self::SourceAndDestinationPort]
            .into_iter()
            .find(|both| both.name() == name)
            .or_else(|| T::from_name(name).map(Self::One))
    }

    /// The types of the attributes to make.
    pub fn types(self) -> impl Iterator<Item = T> {
        let (first, second) = match self {
            Self::One(ty) => (ty, None),
            Self::SourceAndDestination => (T::IP_SRC, Some(T::IP_DST)),
            Self::SourceAndDestinationPort => (T::IP_SRC_PORT, Some(T::IP_DST_PORT)),
        };
        std::iter::once(first).chain(second)
    }
}

/// A kind of find: its types in the specified order.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) default_type: T,
    pub(super) alternatives: &'static [SaveAs],
}

macro_rules! kinds {
    ($($name:ident = $default:ident, [$($choice:expr),+];)*) => {
        $(pub(super) static $name: Kind = Kind {
            default_type: T::$default,
            alternatives: &[$($choice),+],
        };)*
    };
}

use SaveAs::{One, SourceAndDestination, SourceAndDestinationPort};

kinds! {
    ADDRESS = IP_DST, [One(T::IP_DST), One(T::IP_SRC), SourceAndDestination];
    ADDRESS_PORT = IP_DST_PORT, [One(T::IP_DST_PORT), One(T::IP_SRC_PORT), SourceAndDestinationPort];
    HOSTNAME = HOSTNAME, [One(T::HOSTNAME), One(T::DOMAIN), One(T::URL), One(T::FILENAME)];
    DOMAIN = DOMAIN, [One(T::DOMAIN), One(T::FILENAME)];
    URL = URL, [One(T::URL)];
    LINK = LINK, [One(T::LINK)];
    EMAIL = EMAIL_SRC, [
        One(T::EMAIL), One(T::EMAIL_SRC), One(T::EMAIL_DST), One(T::TARGET_EMAIL), One(T::WHOIS_REGISTRANT_EMAIL)
    ];
    FILENAME = FILENAME, [One(T::FILENAME)];
    REGKEY = REGKEY, [One(T::REGKEY)];
    VULNERABILITY = VULNERABILITY, [One(T::VULNERABILITY)];
    PHONE = PHONE_NUMBER, [One(T::PHONE_NUMBER), One(T::PRTN), One(T::WHOIS_REGISTRANT_PHONE)];
    AS = AS, [One(T::AS)];
    BTC = BTC, [One(T::BTC)];

    HEX_32 = MD5, [One(T::MD5), One(T::IMPHASH), One(T::X509_FINGERPRINT_MD5), One(T::JA3_FINGERPRINT_MD5)];
    HEX_40 = SHA1, [One(T::SHA1), One(T::PEHASH), One(T::X509_FINGERPRINT_SHA1), One(T::CDHASH)];
    HEX_56 = SHA224, [One(T::SHA224), One(T::SHA512_224)];
    HEX_64 = SHA256, [
        One(T::SHA256), One(T::AUTHENTIHASH), One(T::SHA512_256), One(T::X509_FINGERPRINT_SHA256)
    ];
    HEX_96 = SHA384, [One(T::SHA384)];
    HEX_128 = SHA512, [One(T::SHA512)];
    SSDEEP = SSDEEP, [One(T::SSDEEP)];

    FILENAME_HEX_32 = FILENAME_MD5, [One(T::FILENAME_MD5), One(T::FILENAME_IMPHASH)];
    FILENAME_HEX_40 = FILENAME_SHA1, [One(T::FILENAME_SHA1), One(T::FILENAME_PEHASH)];
    FILENAME_HEX_56 = FILENAME_SHA224, [One(T::FILENAME_SHA224), One(T::FILENAME_SHA512_224)];
    FILENAME_HEX_64 = FILENAME_SHA256, [
        One(T::FILENAME_SHA256), One(T::FILENAME_AUTHENTIHASH), One(T::FILENAME_SHA512_256)
    ];
    FILENAME_HEX_96 = FILENAME_SHA384, [One(T::FILENAME_SHA384)];
    FILENAME_HEX_128 = FILENAME_SHA512, [One(T::FILENAME_SHA512)];
    FILENAME_SSDEEP = FILENAME_SSDEEP, [One(T::FILENAME_SSDEEP)];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back() {
        let both = [SourceAndDestination, SourceAndDestinationPort];
        for way in both.into_iter().chain(T::all().map(One)) {
            assert_eq!(SaveAs::from_name(way.name()), Some(way));
            let names: Vec<_> = way.types().map(T::name).collect();
            assert!(names.join("/") == way.name() || way.types().count() == 1);
        }
        assert_eq!(SaveAs::from_name("ip-dst/ip-src"), None);
    }
}
