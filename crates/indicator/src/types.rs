//! The one table of the attribute types. spec: 01#10
//!
//! Everything that is particular to a type stands in its row; code elsewhere asks the row. Exempt from the
//! length limit because it is data.

use std::collections::HashMap;
use std::fmt;
use std::sync::OnceLock;

use crate::Category;
use crate::category::Category::{
    AntivirusDetection as AV, ArtifactsDropped as AD, Attribution as AT, ExternalAnalysis as EA,
    FinancialFraud as FF, InternalReference as IR, NetworkActivity as NA, Other as OT, PayloadDelivery as PD,
    PayloadInstallation as PI, PayloadType as PT, PersistenceMechanism as PM, Person as PE,
    SocialNetwork as SN, SupportTool as ST, TargetingData as TD,
};
use crate::normalise::Normal;
use crate::refang::Refang;
use crate::validate::Rule::{self, *};

/// Which parts of a value take part in correlation. spec: 01#10.5
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Correlates {
    /// Values of this type never correlate.
    Never,
    /// Only the first half does; the second (a port) says too little.
    First,
    /// The whole value of a simple type, both halves of a composite one.
    Both,
}

/// Which part of a value is an IP address or a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AddressPart {
    /// No part.
    None,
    /// The whole value, or the first half of a composite one.
    First,
    /// The second half.
    Second,
}

/// What the table says about one type.
struct Row {
    name: &'static str,
    default_category: Category,
    default_to_ids: bool,
    categories: u16,
    refang: Refang,
    normal: Normal,
    rule: Rule,
    correlates: Correlates,
}

macro_rules! attribute_types {
    ($($id:literal $constant:ident = $name:literal, $default:ident, $to_ids:literal, {$($category:ident)|+},
       $refang:ident, $normal:ident, $rule:expr, $correlates:ident;)*) => {
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        #[expect(non_camel_case_types, clippy::upper_case_acronyms, reason = "named like the public constants")]
        enum Number { $($constant = $id,)* }

        impl AttributeType {
            $(
                #[doc = concat!("The type `", $name, "`.")]
                pub const $constant: Self = Self(Number::$constant);
            )*

            const ALL: &'static [Self] = &[$(Self::$constant),*];

            /// The type with this storage number.
            #[must_use]
            pub const fn from_id(id: u16) -> Option<Self> {
                match id { $($id => Some(Self::$constant),)* _ => None }
            }

            const fn row(self) -> &'static Row {
                match self.0 {
                    $(Number::$constant => {
                        static ROW: Row = Row {
                            name: $name,
                            default_category: $default,
                            default_to_ids: $to_ids,
                            categories: $($category.bit())|+,
                            refang: Refang::$refang,
                            normal: Normal::$normal,
                            rule: $rule,
                            correlates: Correlates::$correlates,
                        };
                        &ROW
                    })*
                }
            }
        }
    };
}

/// One of the attribute types. Ordered as published. spec: 01#10
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttributeType(Number);

// number, constant = name, default category, default to_ids, {categories}, refang, normaliser, rule, correlates
//
// The numbers are stored: never change or reuse one. A new type goes to the end.
attribute_types! {
      1 MD5 = "md5", PD, true, {PD | AD | PI | EA}, Whole, Lower, Hex(32), Both;
      2 SHA1 = "sha1", PD, true, {PD | AD | PI | EA}, Whole, Lower, Hex(40), Both;
      3 SHA256 = "sha256", PD, true, {PD | AD | PI | EA}, Whole, Lower, Hex(64), Both;
      4 FILENAME = "filename", PD, true, {PD | AD | PI | PM | EA}, Whole, AsIs, Line, Both;
      5 PDB = "pdb", AD, false, {AD}, Whole, AsIs, Line, Both;
      6 FILENAME_MD5 = "filename|md5", PD, true, {PD | AD | PI | EA}, Whole, LowerSecond, Pair(&FileName, &Hex(32)), Both;
      7 FILENAME_SHA1 = "filename|sha1", PD, true, {PD | AD | PI | EA}, Whole, LowerSecond, Pair(&FileName, &Hex(40)), Both;
      8 FILENAME_SHA256 = "filename|sha256", PD, true, {PD | AD | PI | EA}, Whole, LowerSecond, Pair(&FileName, &Hex(64)), Both;
      9 IP_SRC = "ip-src", NA, true, {PD | NA | EA}, Host, Network, Network, Both;
     10 IP_DST = "ip-dst", NA, true, {PD | NA | EA}, Host, Network, Network, Both;
     11 HOSTNAME = "hostname", NA, true, {PD | NA | EA}, Host, Lower, Host, Both;
     12 DOMAIN = "domain", NA, true, {PD | NA | EA}, Host, Domain, Host, Both;
     13 DOMAIN_IP = "domain|ip", NA, true, {NA | EA}, Host, DomainIp, Pair(&Host, &Network), Both;
     14 EMAIL = "email", SN, true, {PD | NA | AT | SN | PE}, Email, Lower, Email, Both;
     15 EMAIL_SRC = "email-src", PD, true, {PD | NA | SN}, Email, Lower, Email, Both;
     16 EPPN = "eppn", NA, true, {NA | SN}, Whole, AsIs, Email, Both;
     17 EMAIL_DST = "email-dst", NA, true, {PD | NA | SN}, Email, Lower, Email, Both;
     18 EMAIL_SUBJECT = "email-subject", PD, false, {PD | NA}, Whole, AsIs, Line, Both;
     19 EMAIL_ATTACHMENT = "email-attachment", PD, true, {PD}, Whole, AsIs, Any, Both;
     20 EMAIL_BODY = "email-body", PD, false, {PD}, Whole, AsIs, Any, Both;
     21 FLOAT = "float", OT, false, {OT}, Whole, AsIs, Numeric, Never;
     22 GIT_COMMIT_ID = "git-commit-id", IR, false, {IR}, Whole, AsIs, Hex(40), Both;
     23 URL = "url", NA, true, {PD | NA | EA}, Url, AsIs, Line, Both;
     24 HTTP_METHOD = "http-method", NA, false, {NA}, Whole, Upper, HttpMethod, Never;
     25 USER_AGENT = "user-agent", NA, false, {PD | NA | EA}, Whole, AsIs, Line, Both;
     26 JA3_FINGERPRINT_MD5 = "ja3-fingerprint-md5", NA, true, {PD | NA | EA}, Whole, Lower, Hex(32), Both;
     27 JARM_FINGERPRINT = "jarm-fingerprint", NA, true, {PD | NA | EA}, Whole, Lower, Hex(62), Both;
     28 FAVICON_MMH3 = "favicon-mmh3", NA, true, {NA}, Whole, AsIs, Line, Both;
     29 HASSH_MD5 = "hassh-md5", NA, true, {PD | NA | EA}, Whole, Lower, Hex(32), Both;
     30 HASSHSERVER_MD5 = "hasshserver-md5", NA, true, {PD | NA | EA}, Whole, Lower, Hex(32), Both;
     31 REGKEY = "regkey", PM, true, {AD | PM | EA}, Whole, AsIs, Line, Both;
     32 REGKEY_VALUE = "regkey|value", PM, true, {AD | PM | EA}, Whole, AsIs, Pair(&Line, &Line), Both;
     33 AS = "AS", NA, false, {PD | NA | EA}, Whole, AsNumber, AsNumber, Both;
     34 SNORT = "snort", NA, true, {NA | EA}, Whole, AsIs, Any, Both;
     35 SURICATA = "suricata", NA, true, {NA | EA}, Whole, AsIs, Any, Both;
     36 BRO = "bro", NA, true, {NA | EA}, Whole, AsIs, Any, Both;
     37 ZEEK = "zeek", NA, true, {NA | EA}, Whole, AsIs, Any, Both;
     38 COMMUNITY_ID = "community-id", NA, true, {NA | EA}, Whole, AsIs, Any, Both;
     39 DOM_HASH = "dom-hash", NA, true, {NA | EA}, Whole, Lower, Hex(32), Both;
     40 PATTERN_IN_FILE = "pattern-in-file", PI, true, {PD | AD | PI | NA | EA}, Whole, AsIs, Any, Both;
     41 PATTERN_IN_TRAFFIC = "pattern-in-traffic", NA, true, {PD | PI | NA | EA}, Whole, AsIs, Any, Both;
     42 PATTERN_IN_MEMORY = "pattern-in-memory", PI, true, {AD | PI | EA}, Whole, AsIs, Any, Both;
     43 FILENAME_PATTERN = "filename-pattern", PI, true, {PD | AD | PI | NA | EA}, Whole, AsIs, Any, Both;
     44 PGP_PUBLIC_KEY = "pgp-public-key", PE, false, {AD | SN | PE | OT}, Whole, AsIs, Any, Both;
     45 PGP_PRIVATE_KEY = "pgp-private-key", PE, false, {AD | SN | PE | OT}, Whole, AsIs, Any, Both;
     46 SSH_FINGERPRINT = "ssh-fingerprint", NA, false, {NA}, Whole, AsIs, SshFingerprint, Both;
     47 YARA = "yara", PI, true, {PD | AD | PI}, Whole, AsIs, Any, Both;
     48 STIX2_PATTERN = "stix2-pattern", PI, true, {PD | AD | PI | NA}, Whole, AsIs, Any, Both;
     49 SIGMA = "sigma", PI, true, {PD | AD | PI}, Whole, AsIs, Any, Both;
     50 GENE = "gene", AD, false, {AD}, Whole, AsIs, Any, Both;
     51 KUSTO_QUERY = "kusto-query", AD, false, {AD}, Whole, AsIs, Any, Both;
     52 MIME_TYPE = "mime-type", AD, false, {PD | AD | PI}, Whole, AsIs, Any, Both;
     53 IDENTITY_CARD_NUMBER = "identity-card-number", PE, false, {PE}, Whole, AsIs, Any, Both;
     54 COOKIE = "cookie", NA, false, {AD | NA}, Whole, AsIs, Any, Both;
     55 VULNERABILITY = "vulnerability", EA, false, {PD | PI | EA}, Whole, Vulnerability, Vulnerability, Both;
     56 CPE = "cpe", EA, false, {PD | PI | EA | OT}, Whole, AsIs, Any, Both;
     57 WEAKNESS = "weakness", EA, false, {PD | PI | EA}, Whole, Weakness, Weakness, Both;
     58 ATTACHMENT = "attachment", EA, false, {AV | PD | AD | PI | NA | EA | ST}, Whole, AsIs, Any, Both;
     59 MALWARE_SAMPLE = "malware-sample", PD, true, {PD | AD | PI | EA}, Whole, AsIs, Pair(&Any, &Any), Both;
     60 LINK = "link", EA, false, {IR | AV | PD | EA | ST}, Url, AsIs, Link, Both;
     61 COMMENT = "comment", OT, false, {IR | TD | AV | PD | AD | PI | PM | NA | PT | AT | EA | FF | ST | SN | PE | OT}, Whole, AsIs, Any, Never;
     62 TEXT = "text", OT, false, {IR | AV | PD | AD | PI | PM | NA | PT | AT | EA | FF | ST | SN | PE | OT}, Whole, AsIs, Any, Both;
     63 HEX = "hex", OT, false, {IR | AV | PD | AD | PI | PM | NA | FF | ST | OT}, Whole, Upper, HexText, Both;
     64 OTHER = "other", OT, false, {IR | AV | PD | AD | PI | PM | NA | PT | AT | EA | FF | ST | SN | PE | OT}, Whole, AsIs, Any, Both;
     65 NAMED_PIPE = "named pipe", AD, false, {AD}, Whole, AsIs, Line, Both;
     66 MUTEX = "mutex", AD, true, {AD}, Whole, AsIs, Any, Both;
     67 PROCESS_STATE = "process-state", AD, false, {AD}, Whole, AsIs, Any, Both;
     68 TARGET_USER = "target-user", TD, false, {TD}, Whole, AsIs, Line, Both;
     69 TARGET_EMAIL = "target-email", TD, false, {TD}, Whole, Lower, Email, Both;
     70 TARGET_MACHINE = "target-machine", TD, false, {TD}, Whole, AsIs, Line, Both;
     71 TARGET_ORG = "target-org", TD, false, {TD}, Whole, AsIs, Line, Both;
     72 TARGET_LOCATION = "target-location", TD, false, {TD}, Whole, AsIs, Line, Both;
     73 TARGET_EXTERNAL = "target-external", TD, false, {TD}, Whole, AsIs, Line, Both;
     74 BTC = "btc", FF, true, {FF}, Whole, AsIs, Alnum, Both;
     75 DASH = "dash", FF, true, {FF}, Whole, AsIs, Alnum, Both;
     76 XMR = "xmr", FF, true, {FF}, Whole, AsIs, Alnum, Both;
     77 IBAN = "iban", FF, true, {FF}, Whole, AlnumUpper, Alnum, Both;
     78 BIC = "bic", FF, true, {FF}, Whole, AlnumUpper, Alnum, Both;
     79 BANK_ACCOUNT_NR = "bank-account-nr", FF, true, {FF}, Whole, AsIs, Numeric, Both;
     80 ABA_RTN = "aba-rtn", FF, true, {FF}, Whole, AsIs, Numeric, Never;
     81 BIN = "bin", FF, true, {FF}, Whole, Digits, Numeric, Both;
     82 CC_NUMBER = "cc-number", FF, true, {FF}, Whole, Digits, Numeric, Both;
     83 PRTN = "prtn", FF, true, {FF}, Whole, Phone, Phone, Both;
     84 PHONE_NUMBER = "phone-number", PE, false, {FF | PE | OT}, Whole, Phone, Phone, Both;
     85 THREAT_ACTOR = "threat-actor", AT, false, {AT}, Whole, AsIs, Line, Both;
     86 CAMPAIGN_NAME = "campaign-name", AT, false, {AT}, Whole, AsIs, Line, Both;
     87 CAMPAIGN_ID = "campaign-id", AT, false, {AT}, Whole, AsIs, Line, Both;
     88 MALWARE_TYPE = "malware-type", PD, false, {PD | PI}, Whole, AsIs, Line, Both;
     89 URI = "uri", NA, true, {NA}, Whole, AsIs, Line, Both;
     90 AUTHENTIHASH = "authentihash", PD, true, {PD | AD | PI}, Whole, Lower, Hex(64), Both;
     91 VHASH = "vhash", PD, true, {PD | AD | PI}, Whole, Lower, Vhash, Both;
     92 SSDEEP = "ssdeep", PD, true, {PD | AD | PI}, Whole, AsIs, Ssdeep, Both;
     93 IMPHASH = "imphash", PD, true, {PD | AD | PI}, Whole, Lower, Hex(32), Both;
     94 TELFHASH = "telfhash", PD, true, {PD | AD | PI}, Whole, Lower, Telfhash, Both;
     95 PEHASH = "pehash", PD, true, {PD | PI}, Whole, Lower, Hex(40), Both;
     96 IMPFUZZY = "impfuzzy", PD, true, {PD | AD | PI}, Whole, AsIs, Impfuzzy, Both;
     97 SHA224 = "sha224", PD, true, {PD | AD | PI}, Whole, Lower, Hex(56), Both;
     98 SHA384 = "sha384", PD, true, {PD | AD | PI}, Whole, Lower, Hex(96), Both;
     99 SHA512 = "sha512", PD, true, {PD | AD | PI}, Whole, Lower, Hex(128), Both;
    100 SHA512_224 = "sha512/224", PD, true, {PD | AD | PI}, Whole, Lower, Hex(56), Both;
    101 SHA512_256 = "sha512/256", PD, true, {PD | AD | PI}, Whole, Lower, Hex(64), Both;
    102 SHA3_224 = "sha3-224", PD, true, {PD | AD | PI | EA}, Whole, Lower, Hex(56), Both;
    103 SHA3_256 = "sha3-256", PD, true, {PD | AD | PI | EA}, Whole, Lower, Hex(64), Both;
    104 SHA3_384 = "sha3-384", PD, true, {PD | AD | PI | EA}, Whole, Lower, Hex(96), Both;
    105 SHA3_512 = "sha3-512", PD, true, {PD | AD | PI | EA}, Whole, Lower, Hex(128), Both;
    106 TLSH = "tlsh", PD, true, {PD | PI}, Whole, Lower, Tlsh, Both;
    107 CDHASH = "cdhash", PD, true, {PD | AD | PI}, Whole, Lower, Cdhash, Both;
    108 FILENAME_AUTHENTIHASH = "filename|authentihash", PD, true, {PD | AD | PI}, Whole, LowerSecond, Pair(&FileName, &Hex(64)), Both;
    109 FILENAME_VHASH = "filename|vhash", PD, true, {PD | AD | PI}, Whole, LowerSecond, Pair(&FileName, &Vhash), Both;
    110 FILENAME_SSDEEP = "filename|ssdeep", PD, true, {PD | AD | PI}, Whole, AsIs, Pair(&Line, &Ssdeep), Both;
    111 FILENAME_IMPHASH = "filename|imphash", PD, true, {PD | AD | PI}, Whole, LowerSecond, Pair(&FileName, &Hex(32)), Both;
    112 FILENAME_IMPFUZZY = "filename|impfuzzy", PD, true, {PD | AD | PI}, Whole, AsIs, Pair(&FileName, &Impfuzzy), Both;
    113 FILENAME_PEHASH = "filename|pehash", PD, true, {PD | AD | PI}, Whole, LowerSecond, Pair(&FileName, &Hex(40)), Both;
    114 FILENAME_SHA224 = "filename|sha224", PD, true, {PD | AD | PI}, Whole, LowerSecond, Pair(&FileName, &Hex(56)), Both;
    115 FILENAME_SHA384 = "filename|sha384", PD, true, {PD | AD | PI}, Whole, LowerSecond, Pair(&FileName, &Hex(96)), Both;
    116 FILENAME_SHA512 = "filename|sha512", PD, true, {PD | AD | PI}, Whole, LowerSecond, Pair(&FileName, &Hex(128)), Both;
    117 FILENAME_SHA512_224 = "filename|sha512/224", PD, true, {PD | AD | PI}, Whole, LowerSecond, Pair(&FileName, &Hex(56)), Both;
    118 FILENAME_SHA512_256 = "filename|sha512/256", PD, true, {PD | AD | PI}, Whole, LowerSecond, Pair(&FileName, &Hex(64)), Both;
    119 FILENAME_SHA3_224 = "filename|sha3-224", PD, true, {PD | AD | PI | EA}, Whole, LowerSecond, Pair(&FileName, &Hex(56)), Both;
    120 FILENAME_SHA3_256 = "filename|sha3-256", PD, true, {PD | AD | PI | EA}, Whole, LowerSecond, Pair(&FileName, &Hex(64)), Both;
    121 FILENAME_SHA3_384 = "filename|sha3-384", PD, true, {PD | AD | PI | EA}, Whole, LowerSecond, Pair(&FileName, &Hex(96)), Both;
    122 FILENAME_SHA3_512 = "filename|sha3-512", PD, true, {PD | AD | PI | EA}, Whole, LowerSecond, Pair(&FileName, &Hex(128)), Both;
    123 FILENAME_TLSH = "filename|tlsh", PD, true, {PD | AD | PI}, Whole, LowerSecond, Pair(&Line, &Tlsh), Both;
    124 WINDOWS_SCHEDULED_TASK = "windows-scheduled-task", AD, false, {AD}, Whole, AsIs, Line, Both;
    125 WINDOWS_SERVICE_NAME = "windows-service-name", AD, false, {AD}, Whole, AsIs, ServiceName, Both;
    126 WINDOWS_SERVICE_DISPLAYNAME = "windows-service-displayname", AD, false, {AD}, Whole, AsIs, ServiceName, Both;
    127 WHOIS_REGISTRANT_EMAIL = "whois-registrant-email", AT, false, {PD | AT | SN}, Whole, Lower, Email, Both;
    128 WHOIS_REGISTRANT_PHONE = "whois-registrant-phone", AT, false, {AT}, Whole, Phone, Phone, Both;
    129 WHOIS_REGISTRANT_NAME = "whois-registrant-name", AT, false, {AT}, Whole, AsIs, Line, Both;
    130 WHOIS_REGISTRANT_ORG = "whois-registrant-org", AT, false, {AT}, Whole, AsIs, Line, Both;
    131 WHOIS_REGISTRAR = "whois-registrar", AT, false, {AT}, Whole, AsIs, Line, Both;
    132 WHOIS_CREATION_DATE = "whois-creation-date", AT, false, {AT}, Whole, AsIs, Line, Both;
    133 X509_FINGERPRINT_SHA1 = "x509-fingerprint-sha1", NA, true, {PD | AD | PI | NA | AT | EA}, Whole, Fingerprint, Hex(40), Both;
    134 X509_FINGERPRINT_MD5 = "x509-fingerprint-md5", NA, true, {PD | AD | PI | NA | AT | EA}, Whole, Fingerprint, Hex(32), Both;
    135 X509_FINGERPRINT_SHA256 = "x509-fingerprint-sha256", NA, true, {PD | AD | PI | NA | AT | EA}, Whole, Fingerprint, Hex(64), Both;
    136 DNS_SOA_EMAIL = "dns-soa-email", AT, false, {AT}, Whole, AsIs, Email, Both;
    137 SIZE_IN_BYTES = "size-in-bytes", OT, false, {OT}, Whole, AsIs, Digits, Both;
    138 COUNTER = "counter", OT, false, {OT}, Whole, AsIs, Digits, Never;
    139 INTEGER = "integer", OT, false, {OT}, Whole, AsIs, Integer, Never;
    140 DATETIME = "datetime", OT, false, {OT}, Whole, DateTime, DateTime, Both;
    141 PORT = "port", NA, false, {NA | OT}, Whole, AsIs, Port, Never;
    142 IP_DST_PORT = "ip-dst|port", NA, true, {PD | NA | EA}, Whole, IpPort, Pair(&Address, &Port), First;
    143 IP_SRC_PORT = "ip-src|port", NA, true, {PD | NA | EA}, Whole, IpPort, Pair(&Address, &Port), First;
    144 HOSTNAME_PORT = "hostname|port", NA, true, {PD | NA}, Whole, HostPort, Pair(&Host, &Port), First;
    145 MAC_ADDRESS = "mac-address", NA, false, {PD | NA | EA}, Whole, Mac, Mac(6), Both;
    146 MAC_EUI_64 = "mac-eui-64", NA, false, {PD | NA | EA}, Whole, Mac, Mac(8), Both;
    147 EMAIL_DST_DISPLAY_NAME = "email-dst-display-name", PD, false, {PD}, Whole, AsIs, Line, Both;
    148 EMAIL_SRC_DISPLAY_NAME = "email-src-display-name", PD, false, {PD}, Whole, AsIs, Line, Both;
    149 EMAIL_HEADER = "email-header", PD, false, {PD}, Whole, AsIs, Any, Both;
    150 EMAIL_REPLY_TO = "email-reply-to", PD, false, {PD}, Whole, AsIs, Line, Both;
    151 EMAIL_X_MAILER = "email-x-mailer", PD, false, {PD}, Whole, AsIs, Line, Both;
    152 EMAIL_MIME_BOUNDARY = "email-mime-boundary", PD, false, {PD}, Whole, AsIs, Line, Both;
    153 EMAIL_THREAD_INDEX = "email-thread-index", PD, false, {PD}, Whole, AsIs, Line, Both;
    154 EMAIL_MESSAGE_ID = "email-message-id", PD, false, {PD}, Whole, AsIs, Line, Both;
    155 GITHUB_USERNAME = "github-username", SN, false, {SN}, Whole, AsIs, Line, Both;
    156 GITHUB_REPOSITORY = "github-repository", SN, false, {EA | SN}, Whole, AsIs, Line, Both;
    157 GITHUB_ORGANISATION = "github-organisation", SN, false, {SN}, Whole, AsIs, Line, Both;
    158 JABBER_ID = "jabber-id", SN, false, {SN}, Whole, AsIs, Email, Both;
    159 TWITTER_ID = "twitter-id", SN, false, {SN}, Whole, AsIs, Line, Both;
    160 DKIM = "dkim", NA, false, {NA}, Whole, AsIs, Line, Both;
    161 DKIM_SIGNATURE = "dkim-signature", NA, false, {NA}, Whole, AsIs, Line, Both;
    162 FIRST_NAME = "first-name", PE, false, {PE}, Whole, AsIs, Any, Both;
    163 MIDDLE_NAME = "middle-name", PE, false, {PE}, Whole, AsIs, Any, Both;
    164 LAST_NAME = "last-name", PE, false, {PE}, Whole, AsIs, Any, Both;
    165 FULL_NAME = "full-name", PE, false, {PE}, Whole, AsIs, Any, Both;
    166 DATE_OF_BIRTH = "date-of-birth", PE, false, {PE}, Whole, AsIs, Line, Both;
    167 PLACE_OF_BIRTH = "place-of-birth", PE, false, {PE}, Whole, AsIs, Line, Both;
    168 GENDER = "gender", PE, false, {PE}, Whole, AsIs, Line, Never;
    169 PASSPORT_NUMBER = "passport-number", PE, false, {PE}, Whole, AsIs, Line, Both;
    170 PASSPORT_COUNTRY = "passport-country", PE, false, {PE}, Whole, AsIs, Line, Both;
    171 PASSPORT_EXPIRATION = "passport-expiration", PE, false, {PE}, Whole, AsIs, Line, Both;
    172 REDRESS_NUMBER = "redress-number", PE, false, {PE}, Whole, AsIs, Line, Both;
    173 NATIONALITY = "nationality", PE, false, {PE}, Whole, AsIs, Line, Never;
    174 VISA_NUMBER = "visa-number", PE, false, {PE}, Whole, AsIs, Line, Both;
    175 ISSUE_DATE_OF_THE_VISA = "issue-date-of-the-visa", PE, false, {PE}, Whole, AsIs, Line, Both;
    176 PRIMARY_RESIDENCE = "primary-residence", PE, false, {PE}, Whole, AsIs, Line, Both;
    177 COUNTRY_OF_RESIDENCE = "country-of-residence", PE, false, {PE}, Whole, AsIs, Line, Both;
    178 SPECIAL_SERVICE_REQUEST = "special-service-request", PE, false, {PE}, Whole, AsIs, Line, Both;
    179 FREQUENT_FLYER_NUMBER = "frequent-flyer-number", PE, false, {PE}, Whole, AsIs, Line, Both;
    180 TRAVEL_DETAILS = "travel-details", PE, false, {PE}, Whole, AsIs, Line, Both;
    181 PAYMENT_DETAILS = "payment-details", PE, false, {PE}, Whole, AsIs, Line, Both;
    182 PLACE_PORT_OF_ORIGINAL_EMBARKATION = "place-port-of-original-embarkation", PE, false, {PE}, Whole, AsIs, Line, Both;
    183 PLACE_PORT_OF_CLEARANCE = "place-port-of-clearance", PE, false, {PE}, Whole, AsIs, Line, Both;
    184 PLACE_PORT_OF_ONWARD_FOREIGN_DESTINATION = "place-port-of-onward-foreign-destination", PE, false, {PE}, Whole, AsIs, Line, Both;
    185 PASSENGER_NAME_RECORD_LOCATOR_NUMBER = "passenger-name-record-locator-number", PE, false, {PE}, Whole, AsIs, Line, Both;
    186 MOBILE_APPLICATION_ID = "mobile-application-id", PD, true, {PD | PI}, Whole, AsIs, Line, Both;
    187 AZURE_APPLICATION_ID = "azure-application-id", PD, true, {PD | PI}, Whole, AsIs, Line, Both;
    188 CHROME_EXTENSION_ID = "chrome-extension-id", PD, true, {PD | PI}, Whole, AsIs, Line, Both;
    189 EDGE_EXTENSION_ID = "edge-extension-id", PD, true, {PD | PI}, Whole, AsIs, Line, Both;
    190 CORTEX = "cortex", EA, false, {EA}, Whole, AsIs, Json, Never;
    191 BOOLEAN = "boolean", OT, false, {OT}, Whole, Boolean, Boolean, Never;
    192 UUID = "uuid", OT, false, {OT}, Whole, AsIs, Uuid, Both;
    193 ANONYMISED = "anonymised", OT, false, {IR | TD | AV | PD | AD | PI | PM | NA | PT | AT | EA | FF | ST | SN | PE | OT}, Whole, Lower, Any, Never;
    194 ONION_ADDRESS = "onion-address", NA, true, {PD | NA | EA}, Whole, Lower, Onion, Both;
}

impl AttributeType {
    /// The type with this exact name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        static NAMES: OnceLock<HashMap<&'static str, AttributeType>> = OnceLock::new();
        NAMES
            .get_or_init(|| Self::all().map(|ty| (ty.name(), ty)).collect())
            .get(name)
            .copied()
    }

    /// All types in the published order.
    pub fn all() -> impl ExactSizeIterator<Item = Self> + DoubleEndedIterator + Clone {
        Self::ALL.iter().copied()
    }

    /// The number under which the type is stored; it never changes.
    #[must_use]
    pub const fn id(self) -> u16 {
        self.0 as u16
    }

    /// The name as it stands in every API and format.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.row().name
    }

    /// The category of an attribute that names none. spec: 01#10.1
    #[must_use]
    pub const fn default_category(self) -> Category {
        self.row().default_category
    }

    /// Whether an attribute that does not say so feeds detection (`to_ids`). spec: 01#10.1
    #[must_use]
    pub const fn default_to_ids(self) -> bool {
        self.row().default_to_ids
    }

    /// Whether the value has two halves around a `|`. spec: 01#9 step 7
    #[must_use]
    pub const fn is_composite(self) -> bool {
        matches!(self.row().rule, Rule::Pair(..))
    }

    /// Whether an attribute of this type carries a file. spec: 01#11
    #[must_use]
    pub const fn is_file(self) -> bool {
        matches!(self, Self::ATTACHMENT | Self::MALWARE_SAMPLE)
    }

    /// Whether a value names a picture, which by default does not correlate: an attachment with one of the
    /// five image extensions. spec: 01#11
    #[must_use]
    pub fn is_image(self, file_name: &str) -> bool {
        const EXTENSIONS: [&str; 5] = ["jpg", "jpeg", "png", "gif", "webp"];
        self == Self::ATTACHMENT
            && file_name.rsplit_once('.').is_some_and(|(_, extension)| {
                EXTENSIONS
                    .iter()
                    .any(|image| extension.eq_ignore_ascii_case(image))
            })
    }

    /// Which parts of a value correlate. spec: 01#10.5
    #[must_use]
    pub const fn correlates(self) -> Correlates {
        self.row().correlates
    }

    /// Which part of a value is an IP address or network, to be read with [`crate::address_range`].
    #[must_use]
    pub const fn address_part(self) -> AddressPart {
        match self.row().rule {
            Rule::Network | Rule::Pair(Rule::Network | Rule::Address, _) => AddressPart::First,
            Rule::Pair(_, Rule::Network | Rule::Address) => AddressPart::Second,
            _ => AddressPart::None,
        }
    }

    /// Whether the address of such a value also correlates with networks around it, and a network with the
    /// addresses in it. spec: 05#1.3
    #[must_use]
    pub const fn correlates_by_network(self) -> bool {
        matches!(
            self,
            Self::IP_SRC | Self::IP_DST | Self::IP_SRC_PORT | Self::IP_DST_PORT
        )
    }

    /// Whether the value, or the first half of a composite one, is the name of a host or domain.
    #[must_use]
    pub const fn is_host_name(self) -> bool {
        matches!(
            self,
            Self::DOMAIN | Self::HOSTNAME | Self::DOMAIN_IP | Self::HOSTNAME_PORT
        )
    }

    /// Whether the instance's import rules leave values of this type alone. spec: 01#9 step 5
    pub(crate) const fn skips_import_rules(self) -> bool {
        matches!(
            self,
            Self::SIGMA | Self::SIZE_IN_BYTES | Self::COUNTER | Self::FLOAT
        )
    }

    pub(crate) const fn category_bits(self) -> u16 {
        self.row().categories
    }

    pub(crate) const fn refang(self) -> Refang {
        self.row().refang
    }

    pub(crate) const fn normal(self) -> Normal {
        self.row().normal
    }

    pub(crate) const fn rule(self) -> &'static Rule {
        &self.row().rule
    }
}

impl fmt::Display for AttributeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for AttributeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_194_types_numbered_in_published_order() {
        assert_eq!(AttributeType::all().len(), 194);
        assert!(AttributeType::all().zip(1..).all(|(ty, id)| ty.id() == id));
    }

    #[test]
    fn names_and_ids_lead_back() {
        for ty in AttributeType::all() {
            assert_eq!(AttributeType::from_name(ty.name()), Some(ty));
            assert_eq!(AttributeType::from_id(ty.id()), Some(ty));
        }
        assert_eq!(AttributeType::from_name("MD5"), None);
        assert_eq!(AttributeType::from_id(195), None);
    }

    #[test]
    fn stored_numbers_stay() {
        let numbers = [
            (AttributeType::MD5, 1),
            (AttributeType::IP_SRC, 9),
            (AttributeType::URL, 23),
            (AttributeType::MALWARE_SAMPLE, 59),
            (AttributeType::COMMENT, 61),
            (AttributeType::ONION_ADDRESS, 194),
        ];
        assert!(numbers.iter().all(|(ty, id)| ty.id() == *id), "{numbers:?}");
    }

    #[test]
    fn composite_types_are_those_with_a_bar_and_malware_sample() {
        for ty in AttributeType::all() {
            let expected = ty.name().contains('|') || ty == AttributeType::MALWARE_SAMPLE;
            assert_eq!(ty.is_composite(), expected, "{ty}");
        }
    }

    #[test]
    fn the_default_category_allows_the_type() {
        assert!(AttributeType::all().all(|ty| ty.default_category().allows(ty)));
    }

    #[test]
    fn address_parts_are_known() {
        let of = |part| {
            AttributeType::all()
                .filter(move |ty| ty.address_part() == part)
                .map(AttributeType::name)
        };
        let first: Vec<_> = of(AddressPart::First).collect();
        assert_eq!(first, ["ip-src", "ip-dst", "ip-dst|port", "ip-src|port"]);
        assert_eq!(of(AddressPart::Second).collect::<Vec<_>>(), ["domain|ip"]);
    }

    #[test]
    fn only_attachments_are_images() {
        assert!(AttributeType::ATTACHMENT.is_image("a.b.JPeG"));
        assert!(!AttributeType::ATTACHMENT.is_image("jpeg"));
        assert!(!AttributeType::ATTACHMENT.is_image("a.svg"));
        assert!(!AttributeType::MALWARE_SAMPLE.is_image("a.png"));
    }
}
