//! Small tables of STIX 1 that both directions read.

/// The kind of indicator that a type of attribute makes; see [`indicator_type`].
const INDICATORS: &[(&str, &[&str])] = &[
    (
        "IP Watchlist",
        &["ip-src", "ip-dst", "ip-src|port", "ip-dst|port"],
    ),
    (
        "Domain Watchlist",
        &["domain", "domain|ip", "hostname", "hostname|port"],
    ),
    ("URL Watchlist", &["url", "uri", "link"]),
    (
        "Malicious E-mail",
        &[
            "email",
            "email-src",
            "email-dst",
            "email-subject",
            "email-body",
            "email-attachment",
            "email-header",
            "email-message-id",
            "email-reply-to",
            "email-x-mailer",
            "email-mime-boundary",
        ],
    ),
    (
        "Host Characteristics",
        &["regkey", "regkey|value", "mutex", "user-agent"],
    ),
];

/// The word of the vocabulary for an attribute.
pub(super) fn indicator_type(kind: &str) -> &'static str {
    let known = INDICATORS.iter().find(|(_, kinds)| kinds.contains(&kind));
    match known {
        Some((word, _)) => word,
        None if kind == "filename"
            || crate::map::hash::name(kind.rsplit('|').next().unwrap_or(kind)).is_some() =>
        {
            "File Hash Watchlist"
        }
        None => "Malware Artifacts",
    }
}

/// The word of the vocabulary for an object.
pub(super) fn indicator_type_of_object(name: &str) -> &'static str {
    match name {
        "file" | "hashlookup" => "File Hash Watchlist",
        "email" => "Malicious E-mail",
        "url" => "URL Watchlist",
        "domain-ip" => "Domain Watchlist",
        _ => "Malware Artifacts",
    }
}

/// Names of hash algorithms that CybOX has a word for; others are "Other".
pub(super) const HASH_WORDS: &[(&str, &str)] = &[
    ("md5", "MD5"),
    ("sha1", "SHA1"),
    ("sha224", "SHA224"),
    ("sha256", "SHA256"),
    ("sha384", "SHA384"),
    ("sha512", "SHA512"),
    ("ssdeep", "SSDEEP"),
];

/// Properties of a mail's header and the types of attributes.
pub(super) const MAIL_HEADER: &[(&str, &str)] = &[
    ("EmailMessageObj:Subject", "email-subject"),
    ("EmailMessageObj:Message_ID", "email-message-id"),
    ("EmailMessageObj:X_Mailer", "email-x-mailer"),
];

/// Objects of which one property is the value: the object, its type, the property, the type of attribute.
pub(super) const SIMPLE: &[(&str, &str, &str, &str)] = &[
    (
        "DomainName",
        "DomainNameObj:DomainNameObjectType",
        "DomainNameObj:Value",
        "domain",
    ),
    (
        "Hostname",
        "HostnameObj:HostnameObjectType",
        "HostnameObj:Hostname_Value",
        "hostname",
    ),
    ("Mutex", "MutexObj:MutexObjectType", "MutexObj:Name", "mutex"),
    ("Pipe", "PipeObj:PipeObjectType", "PipeObj:Name", "named pipe"),
    ("AS", "ASObj:ASObjectType", "ASObj:Handle", "AS"),
    (
        "WindowsRegistryKey",
        "WinRegistryKeyObj:WindowsRegistryKeyObjectType",
        "WinRegistryKeyObj:Key",
        "regkey",
    ),
    ("File", "FileObj:FileObjectType", "FileObj:File_Name", "filename"),
    (
        "EmailMessage",
        "EmailMessageObj:EmailMessageObjectType",
        "EmailMessageObj:Raw_Body",
        "email-body",
    ),
    (
        "EmailMessage",
        "EmailMessageObj:EmailMessageObjectType",
        "EmailMessageObj:Raw_Header",
        "email-header",
    ),
    (
        "WindowsService",
        "WinServiceObj:WindowsServiceObjectType",
        "WinServiceObj:Service_Name",
        "windows-service-name",
    ),
    (
        "WindowsService",
        "WinServiceObj:WindowsServiceObjectType",
        "WinServiceObj:Display_Name",
        "windows-service-displayname",
    ),
];

/// Words of the vocabulary of an incident's state, in the order of MISP's analysis.
pub(super) const STATES: [&str; 3] = ["New", "Open", "Closed"];

/// What journal entries begin with.
pub(super) const THREAT_LEVEL: &str = "Event Threat Level: ";
/// Likewise.
pub(super) const TAG: &str = "MISP Tag: ";
/// Likewise.
pub(super) const ATTRIBUTE: &str = "Attribute (";

/// The schemas that documents name.
pub(super) const SCHEMAS: &[(&str, &str)] = &[
    ("cyboxCommon", "http://cybox.mitre.org/common-2"),
    ("cybox", "http://cybox.mitre.org/cybox-2"),
    ("cyboxVocabs", "http://cybox.mitre.org/default_vocabularies-2"),
    ("AccountObj", "http://cybox.mitre.org/objects#AccountObject-2"),
    ("ASObj", "http://cybox.mitre.org/objects#ASObject-1"),
    ("AddressObj", "http://cybox.mitre.org/objects#AddressObject-2"),
    ("CustomObj", "http://cybox.mitre.org/objects#CustomObject-1"),
    (
        "DomainNameObj",
        "http://cybox.mitre.org/objects#DomainNameObject-1",
    ),
    (
        "EmailMessageObj",
        "http://cybox.mitre.org/objects#EmailMessageObject-2",
    ),
    ("FileObj", "http://cybox.mitre.org/objects#FileObject-2"),
    (
        "HTTPSessionObj",
        "http://cybox.mitre.org/objects#HTTPSessionObject-2",
    ),
    ("HostnameObj", "http://cybox.mitre.org/objects#HostnameObject-1"),
    ("MutexObj", "http://cybox.mitre.org/objects#MutexObject-2"),
    ("PipeObj", "http://cybox.mitre.org/objects#PipeObject-2"),
    ("PortObj", "http://cybox.mitre.org/objects#PortObject-2"),
    (
        "SocketAddressObj",
        "http://cybox.mitre.org/objects#SocketAddressObject-1",
    ),
    ("URIObj", "http://cybox.mitre.org/objects#URIObject-2"),
    (
        "WinRegistryKeyObj",
        "http://cybox.mitre.org/objects#WinRegistryKeyObject-2",
    ),
    (
        "WinServiceObj",
        "http://cybox.mitre.org/objects#WinServiceObject-2",
    ),
    (
        "X509CertificateObj",
        "http://cybox.mitre.org/objects#X509CertificateObject-2",
    ),
    ("marking", "http://data-marking.mitre.org/Marking-1"),
    (
        "simpleMarking",
        "http://data-marking.mitre.org/extensions/MarkingStructure#Simple-1",
    ),
    (
        "tlpMarking",
        "http://data-marking.mitre.org/extensions/MarkingStructure#TLP-1",
    ),
    ("et", "http://stix.mitre.org/ExploitTarget-1"),
    ("incident", "http://stix.mitre.org/Incident-1"),
    ("indicator", "http://stix.mitre.org/Indicator-2"),
    ("ttp", "http://stix.mitre.org/TTP-1"),
    ("ta", "http://stix.mitre.org/ThreatActor-1"),
    ("stixCommon", "http://stix.mitre.org/common-1"),
    ("stixVocabs", "http://stix.mitre.org/default_vocabularies-1"),
    (
        "snortTM",
        "http://stix.mitre.org/extensions/TestMechanism#Snort-1",
    ),
    ("yaraTM", "http://stix.mitre.org/extensions/TestMechanism#YARA-1"),
    ("stix", "http://stix.mitre.org/stix-1"),
    ("xsi", "http://www.w3.org/2001/XMLSchema-instance"),
];
