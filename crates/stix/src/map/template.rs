//! Where the attributes of objects stand in observations and patterns. spec: 12#6.3
//!
//! A relation that a template does not name here becomes a property of its own, `x_misp_<relation>`; a template
//! that is not here becomes a custom object, which carries every attribute whole.
use super::attribute::place_of_hash;
use super::form::Form;
use super::hash;
use super::shape::{Found, Member, Part, Row, Shape, is_structural};
use std::collections::HashMap;
use std::sync::LazyLock;

use Form::{
    Address, AsNumber, Boolean, Cipher, Data, Digest, Domain, Email, Integer, Language, Moment, Port,
    Protocol, Registry, RegistryType, Text, Url,
};
use Part::{File, First, Second, Whole};

type Rows = &'static [(&'static str, &'static str, Row)];

/// A plain row: relation, type, place, form.
const fn row(
    relation: &'static str,
    kind: &'static str,
    place: &'static str,
    form: Form,
) -> (&'static str, &'static str, Row) {
    (relation, kind, (Whole, place, form))
}

const FILE: Rows = &[
    row("filename", "filename", "file:name", Text),
    row("size-in-bytes", "size-in-bytes", "file:size", Integer),
    row("mimetype", "mime-type", "file:mime_type", Text),
    row("file-encoding", "text", "file:name_enc", Text),
    row("creation-time", "datetime", "file:ctime", Moment),
    row("modification-time", "datetime", "file:mtime", Moment),
    row("access-time", "datetime", "file:atime", Moment),
    row("path", "text", "file:parent_directory_ref>directory.path", Text),
    (
        "malware-sample",
        "malware-sample",
        (First, "file:content_ref>artifact.x_misp_filename", Text),
    ),
    (
        "malware-sample",
        "malware-sample",
        (Second, "file:content_ref>artifact.hashes.MD5", Digest(32)),
    ),
    (
        "malware-sample",
        "malware-sample",
        (File, "file:content_ref>artifact.payload_bin", Data),
    ),
    row(
        "attachment",
        "attachment",
        "file:content_ref>artifact.x_misp_filename",
        Text,
    ),
    (
        "attachment",
        "attachment",
        (File, "file:content_ref>artifact.payload_bin", Data),
    ),
];

const IMAGE: Rows = &[
    row("filename", "filename", "file:name", Text),
    row(
        "attachment",
        "attachment",
        "file:content_ref>artifact.x_misp_filename",
        Text,
    ),
    (
        "attachment",
        "attachment",
        (File, "file:content_ref>artifact.payload_bin", Data),
    ),
];

const HASHLOOKUP: Rows = &[
    row("FileName", "filename", "file:name", Text),
    row("FileSize", "size-in-bytes", "file:size", Integer),
    row("MD5", "md5", "file:hashes.MD5", Digest(32)),
    row("SHA-1", "sha1", "file:hashes.'SHA-1'", Digest(40)),
    row("SHA-256", "sha256", "file:hashes.'SHA-256'", Digest(64)),
    row("SSDEEP", "ssdeep", "file:hashes.SSDEEP", Text),
    row("TLSH", "tlsh", "file:hashes.TLSH", Text),
];

const DOMAIN_IP: Rows = &[
    row("domain", "domain", "domain-name:value", Domain),
    row("hostname", "hostname", "domain-name:value", Domain),
    row(
        "ip",
        "ip-dst",
        "domain-name:resolves_to_refs[*]>ip.value",
        Address,
    ),
];

const IP_PORT: Rows = &[
    row("ip-dst", "ip-dst", "network-traffic:dst_ref>ip.value", Address),
    row("ip", "ip-dst", "network-traffic:dst_ref>ip.value", Address),
    row("ip-src", "ip-src", "network-traffic:src_ref>ip.value", Address),
    row(
        "domain",
        "domain",
        "network-traffic:dst_ref>domain-name.value",
        Domain,
    ),
    row(
        "hostname",
        "hostname",
        "network-traffic:dst_ref>domain-name.value",
        Domain,
    ),
    row("dst-port", "port", "network-traffic:dst_port", Port),
    row("src-port", "port", "network-traffic:src_port", Port),
    row("protocol", "text", "network-traffic:protocols[*]", Protocol),
    row("first-seen", "datetime", "network-traffic:start", Moment),
    row("last-seen", "datetime", "network-traffic:end", Moment),
];

const NETWORK_CONNECTION: Rows = &[
    row("ip-src", "ip-src", "network-traffic:src_ref>ip.value", Address),
    row("ip-dst", "ip-dst", "network-traffic:dst_ref>ip.value", Address),
    row(
        "hostname-src",
        "hostname",
        "network-traffic:src_ref>domain-name.value",
        Domain,
    ),
    row(
        "hostname-dst",
        "hostname",
        "network-traffic:dst_ref>domain-name.value",
        Domain,
    ),
    row("src-port", "port", "network-traffic:src_port", Port),
    row("dst-port", "port", "network-traffic:dst_port", Port),
    row(
        "layer4-protocol",
        "text",
        "network-traffic:protocols[*]",
        Protocol,
    ),
    row(
        "layer3-protocol",
        "text",
        "network-traffic:protocols[*]",
        Protocol,
    ),
    row(
        "layer7-protocol",
        "text",
        "network-traffic:protocols[*]",
        Protocol,
    ),
    row("first-packet-seen", "datetime", "network-traffic:start", Moment),
    row("last-packet-seen", "datetime", "network-traffic:end", Moment),
    row(
        "src-bytes-count",
        "size-in-bytes",
        "network-traffic:src_byte_count",
        Integer,
    ),
    row(
        "dst-bytes-count",
        "size-in-bytes",
        "network-traffic:dst_byte_count",
        Integer,
    ),
    row(
        "src-packets-count",
        "counter",
        "network-traffic:src_packets",
        Integer,
    ),
    row(
        "dst-packets-count",
        "counter",
        "network-traffic:dst_packets",
        Integer,
    ),
];

const NETWORK_SOCKET: Rows = &[
    row("ip-src", "ip-src", "network-traffic:src_ref>ip.value", Address),
    row("ip-dst", "ip-dst", "network-traffic:dst_ref>ip.value", Address),
    row(
        "hostname-src",
        "hostname",
        "network-traffic:src_ref>domain-name.value",
        Domain,
    ),
    row(
        "hostname-dst",
        "hostname",
        "network-traffic:dst_ref>domain-name.value",
        Domain,
    ),
    row("src-port", "port", "network-traffic:src_port", Port),
    row("dst-port", "port", "network-traffic:dst_port", Port),
    row("protocol", "text", "network-traffic:protocols[*]", Protocol),
    row(
        "src-bytes-count",
        "size-in-bytes",
        "network-traffic:src_byte_count",
        Integer,
    ),
    row(
        "dst-bytes-count",
        "size-in-bytes",
        "network-traffic:dst_byte_count",
        Integer,
    ),
];

const NETFLOW: Rows = &[
    row("ip-src", "ip-src", "network-traffic:src_ref>ip.value", Address),
    row("ip-dst", "ip-dst", "network-traffic:dst_ref>ip.value", Address),
    row("src-port", "port", "network-traffic:src_port", Port),
    row("dst-port", "port", "network-traffic:dst_port", Port),
    row("protocol", "text", "network-traffic:protocols[*]", Protocol),
    row("first-packet-seen", "datetime", "network-traffic:start", Moment),
    row("last-packet-seen", "datetime", "network-traffic:end", Moment),
    row(
        "byte-count",
        "size-in-bytes",
        "network-traffic:src_byte_count",
        Integer,
    ),
    row("packet-count", "counter", "network-traffic:src_packets", Integer),
];

const NETWORK_TRAFFIC: Rows = &[
    row("src_ip", "ip-dst", "network-traffic:src_ref>ip.value", Address),
    row("dst_ip", "ip-dst", "network-traffic:dst_ref>ip.value", Address),
    row(
        "src_hostname",
        "hostname",
        "network-traffic:src_ref>domain-name.value",
        Domain,
    ),
    row(
        "dst_hostname",
        "hostname",
        "network-traffic:dst_ref>domain-name.value",
        Domain,
    ),
    row("src_port", "port", "network-traffic:src_port", Port),
    row("dst_port", "port", "network-traffic:dst_port", Port),
    row("protocol", "text", "network-traffic:protocols[*]", Protocol),
    row("start_time", "datetime", "network-traffic:start", Moment),
    row("end_time", "datetime", "network-traffic:end", Moment),
    row("is_active", "boolean", "network-traffic:is_active", Boolean),
    row(
        "src_bytes_count",
        "size-in-bytes",
        "network-traffic:src_byte_count",
        Integer,
    ),
    row(
        "dst_bytes_count",
        "size-in-bytes",
        "network-traffic:dst_byte_count",
        Integer,
    ),
    row("src_packets", "counter", "network-traffic:src_packets", Integer),
    row("dst_packets", "counter", "network-traffic:dst_packets", Integer),
];

const HTTP_REQUEST: Rows = &[
    row("ip-src", "ip-src", "network-traffic:src_ref>ip.value", Address),
    row("ip-dst", "ip-dst", "network-traffic:dst_ref>ip.value", Address),
    row(
        "host",
        "hostname",
        "network-traffic:dst_ref>domain-name.value",
        Domain,
    ),
    row(
        "method",
        "http-method",
        "network-traffic:extensions.'http-request-ext'.request_method",
        Text,
    ),
    row(
        "uri",
        "uri",
        "network-traffic:extensions.'http-request-ext'.request_value",
        Text,
    ),
    row(
        "user-agent",
        "user-agent",
        "network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'[*]",
        Text,
    ),
    row(
        "referer",
        "other",
        "network-traffic:extensions.'http-request-ext'.request_header.Referer[*]",
        Text,
    ),
    row(
        "content-type",
        "other",
        "network-traffic:extensions.'http-request-ext'.request_header.'Content-Type'[*]",
        Text,
    ),
    row(
        "cookie",
        "text",
        "network-traffic:extensions.'http-request-ext'.request_header.Cookie[*]",
        Text,
    ),
];

const EMAIL: Rows = &[
    row(
        "from",
        "email-src",
        "email-message:from_ref>email-addr.value",
        Email,
    ),
    row(
        "from-display-name",
        "email-src-display-name",
        "email-message:from_ref>email-addr.display_name",
        Text,
    ),
    row(
        "to",
        "email-dst",
        "email-message:to_refs[*]>email-addr.value",
        Email,
    ),
    row(
        "cc",
        "email-dst",
        "email-message:cc_refs[*]>email-addr.value",
        Email,
    ),
    row(
        "bcc",
        "email-dst",
        "email-message:bcc_refs[*]>email-addr.value",
        Email,
    ),
    row("subject", "email-subject", "email-message:subject", Text),
    row("email-body", "email-body", "email-message:body", Text),
    row("message-id", "email-message-id", "email-message:message_id", Text),
    row("send-date", "datetime", "email-message:date", Moment),
    row("header", "email-header", "email-message:received_lines[*]", Text),
    row(
        "reply-to",
        "email-reply-to",
        "email-message:additional_header_fields.'Reply-To'[*]",
        Text,
    ),
    row(
        "x-mailer",
        "email-x-mailer",
        "email-message:additional_header_fields.'X-Mailer'",
        Text,
    ),
    row(
        "attachment",
        "email-attachment",
        "email-message:body_multipart[*].body_raw_ref>file.name",
        Text,
    ),
];

const PROCESS: Rows = &[
    row("pid", "text", "process:pid", Integer),
    row("command-line", "text", "process:command_line", Text),
    row("creation-time", "datetime", "process:created_time", Moment),
    row("current-directory", "text", "process:cwd", Text),
    row("hidden", "boolean", "process:is_hidden", Boolean),
    row("image", "filename", "process:image_ref>file.name", Text),
    row("parent-pid", "text", "process:parent_ref>process.pid", Integer),
    row(
        "parent-command-line",
        "text",
        "process:parent_ref>process.command_line",
        Text,
    ),
    row(
        "parent-image",
        "filename",
        "process:parent_ref>process.image_ref>file.name",
        Text,
    ),
    row("child-pid", "text", "process:child_refs[*]>process.pid", Integer),
];

const REGISTRY_KEY: Rows = &[
    row("key", "regkey", "windows-registry-key:key", Registry),
    row("name", "text", "windows-registry-key:values[0].name", Text),
    row("data", "text", "windows-registry-key:values[0].data", Text),
    row(
        "data-type",
        "text",
        "windows-registry-key:values[0].data_type",
        RegistryType,
    ),
    row(
        "last-modified",
        "datetime",
        "windows-registry-key:modified_time",
        Moment,
    ),
];

const USER_ACCOUNT: Rows = &[
    row("username", "text", "user-account:account_login", Text),
    row("user-id", "text", "user-account:user_id", Text),
    row("display-name", "text", "user-account:display_name", Text),
    row("account-type", "text", "user-account:account_type", Text),
    row("password", "text", "user-account:credential", Text),
    row("created", "datetime", "user-account:account_created", Moment),
    row("expires", "datetime", "user-account:account_expires", Moment),
    row(
        "first_login",
        "datetime",
        "user-account:account_first_login",
        Moment,
    ),
    row(
        "last_login",
        "datetime",
        "user-account:account_last_login",
        Moment,
    ),
    row(
        "password_last_changed",
        "datetime",
        "user-account:credential_last_changed",
        Moment,
    ),
    row("disabled", "boolean", "user-account:is_disabled", Boolean),
    row(
        "is_service_account",
        "boolean",
        "user-account:is_service_account",
        Boolean,
    ),
    row("privileged", "boolean", "user-account:is_privileged", Boolean),
    row(
        "can_escalate_privs",
        "boolean",
        "user-account:can_escalate_privs",
        Boolean,
    ),
    row(
        "group-id",
        "text",
        "user-account:extensions.'unix-account-ext'.gid",
        Integer,
    ),
    row(
        "home_dir",
        "text",
        "user-account:extensions.'unix-account-ext'.home_dir",
        Text,
    ),
    row(
        "shell",
        "text",
        "user-account:extensions.'unix-account-ext'.shell",
        Text,
    ),
    row(
        "group",
        "text",
        "user-account:extensions.'unix-account-ext'.groups[*]",
        Text,
    ),
];

const CREDENTIAL: Rows = &[
    row("username", "text", "user-account:user_id", Text),
    row("password", "text", "user-account:credential", Text),
];

const X509: Rows = &[
    row(
        "x509-fingerprint-md5",
        "x509-fingerprint-md5",
        "x509-certificate:hashes.MD5",
        Digest(32),
    ),
    row(
        "x509-fingerprint-sha1",
        "x509-fingerprint-sha1",
        "x509-certificate:hashes.'SHA-1'",
        Digest(40),
    ),
    row(
        "x509-fingerprint-sha256",
        "x509-fingerprint-sha256",
        "x509-certificate:hashes.'SHA-256'",
        Digest(64),
    ),
    row("issuer", "text", "x509-certificate:issuer", Text),
    row("subject", "text", "x509-certificate:subject", Text),
    row("serial-number", "text", "x509-certificate:serial_number", Text),
    row("version", "text", "x509-certificate:version", Text),
    row(
        "signature_algorithm",
        "text",
        "x509-certificate:signature_algorithm",
        Text,
    ),
    row(
        "is_self_signed",
        "boolean",
        "x509-certificate:is_self_signed",
        Boolean,
    ),
    row(
        "validity-not-before",
        "datetime",
        "x509-certificate:validity_not_before",
        Moment,
    ),
    row(
        "validity-not-after",
        "datetime",
        "x509-certificate:validity_not_after",
        Moment,
    ),
    row(
        "pubkey-info-algorithm",
        "text",
        "x509-certificate:subject_public_key_algorithm",
        Text,
    ),
    row(
        "pubkey-info-modulus",
        "text",
        "x509-certificate:subject_public_key_modulus",
        Text,
    ),
    row(
        "pubkey-info-exponent",
        "text",
        "x509-certificate:subject_public_key_exponent",
        Integer,
    ),
];

const ARTIFACT: Rows = &[
    row("payload_bin", "attachment", "artifact:x_misp_filename", Text),
    ("payload_bin", "attachment", (File, "artifact:payload_bin", Data)),
    row("mime_type", "mime-type", "artifact:mime_type", Text),
    row("url", "url", "artifact:url", Url),
    row("md5", "md5", "artifact:hashes.MD5", Digest(32)),
    row("sha1", "sha1", "artifact:hashes.'SHA-1'", Digest(40)),
    row("sha256", "sha256", "artifact:hashes.'SHA-256'", Digest(64)),
    row("sha512", "sha512", "artifact:hashes.'SHA-512'", Digest(128)),
    row(
        "encryption_algorithm",
        "text",
        "artifact:encryption_algorithm",
        Cipher,
    ),
    row("decryption_key", "text", "artifact:decryption_key", Text),
];

/// Accounts of one service: the template, the service, and the relations of number, login and name.
const ACCOUNTS: &[(&str, &str, &str, &str, &str)] = &[
    ("facebook-account", "facebook", "account-id", "account-name", ""),
    ("github-user", "github", "id", "username", "user-fullname"),
    ("gitlab-user", "gitlab", "id", "username", "name"),
    ("parler-account", "parler", "account-id", "account-name", ""),
    ("reddit-account", "reddit", "account-id", "account-name", ""),
    ("telegram-account", "telegram", "id", "username", ""),
    ("twitter-account", "twitter", "id", "name", "displayed-name"),
];

/// Places that are only read: what stands there belongs to a value beside it, which an object of MISP does not say.
const READ_ONLY: &[(&str, Rows)] = &[(
    "email",
    &[
        row(
            "to-display-name",
            "email-dst-display-name",
            "email-message:to_refs[*]>email-addr.display_name",
            Text,
        ),
        row(
            "cc-display-name",
            "email-dst-display-name",
            "email-message:cc_refs[*]>email-addr.display_name",
            Text,
        ),
        row(
            "bcc-display-name",
            "email-dst-display-name",
            "email-message:bcc_refs[*]>email-addr.display_name",
            Text,
        ),
        row(
            "reply-to",
            "email-reply-to",
            "email-message:additional_header_fields.reply_to",
            Text,
        ),
        row(
            "x-mailer",
            "email-x-mailer",
            "email-message:additional_header_fields.x_mailer",
            Text,
        ),
    ],
)];

/// Templates and their rows. The first of those with one root is what foreign content of that kind becomes.
const TEMPLATES: &[(&str, Rows)] = &[
    ("file", FILE),
    ("image", IMAGE),
    ("hashlookup", HASHLOOKUP),
    ("android-app", &[row("name", "text", "software:name", Text)]),
    ("network-socket", NETWORK_SOCKET),
    ("netflow", NETFLOW),
    ("domain-ip", DOMAIN_IP),
    ("http-request", HTTP_REQUEST),
    ("ip-port", IP_PORT),
    ("network-connection", NETWORK_CONNECTION),
    ("network-traffic", NETWORK_TRAFFIC),
    ("url", &[row("url", "url", "url:value", Url)]),
    ("email", EMAIL),
    ("process", PROCESS),
    ("registry-key", REGISTRY_KEY),
    ("user-account", USER_ACCOUNT),
    ("credential", CREDENTIAL),
    ("x509", X509),
    ("artifact", ARTIFACT),
    (
        "asn",
        &[
            row("asn", "AS", "autonomous-system:number", AsNumber),
            row("description", "text", "autonomous-system:name", Text),
        ],
    ),
    ("mutex", &[row("name", "text", "mutex:name", Text)]),
    (
        "directory",
        &[
            row("path", "text", "directory:path", Text),
            row("path-encoding", "text", "directory:path_enc", Text),
            row("creation-time", "datetime", "directory:ctime", Moment),
            row("modification-time", "datetime", "directory:mtime", Moment),
            row("access-time", "datetime", "directory:atime", Moment),
        ],
    ),
    (
        "software",
        &[
            row("name", "text", "software:name", Text),
            row("cpe", "cpe", "software:cpe", Text),
            row("swid", "text", "software:swid", Text),
            row("vendor", "text", "software:vendor", Text),
            row("version", "text", "software:version", Text),
            row("language", "text", "software:languages[*]", Language),
        ],
    ),
    (
        "cpe-asset",
        &[
            row("product", "text", "software:name", Text),
            row("cpe", "cpe", "software:cpe", Text),
            row("vendor", "text", "software:vendor", Text),
            row("version", "text", "software:version", Text),
            row("language", "text", "software:languages[*]", Language),
        ],
    ),
];

/// How the archives are packed that samples of malware are kept in.
pub(super) const SAMPLE: &[(&str, &str)] = &[
    ("file:content_ref>artifact.mime_type", "application/zip"),
    (
        "file:content_ref>artifact.encryption_algorithm",
        "mime-type-indicated",
    ),
    ("file:content_ref>artifact.decryption_key", "infected"),
];

/// What a foreign object becomes, by the type of its first part.
const FOREIGN: &[(&str, &str)] = &[
    ("artifact", "artifact"),
    ("autonomous-system", "asn"),
    ("directory", "directory"),
    ("domain-name", "domain-ip"),
    ("email-message", "email"),
    ("file", "file"),
    ("mutex", "mutex"),
    ("network-traffic", "network-traffic"),
    ("process", "process"),
    ("software", "software"),
    ("url", "url"),
    ("user-account", "user-account"),
    ("windows-registry-key", "registry-key"),
    ("x509-certificate", "x509"),
];

/// Templates of rules: template, the relation that holds the rule and its type, the pattern language.
pub const RULES: &[(&str, &str, &str, &str)] = &[
    ("sigma", "sigma", "sigma", "sigma"),
    ("suricata", "suricata", "suricata", "suricata"),
    ("yara", "yara", "yara", "yara"),
    ("stix2-pattern", "stix2-pattern", "stix2-pattern", "stix"),
];

static SHAPES: LazyLock<HashMap<&'static str, Shape>> = LazyLock::new(|| {
    let tables = TEMPLATES.iter().filter_map(|(name, rows)| of_table(name, rows));
    let accounts = ACCOUNTS.iter().filter_map(|(name, service, id, login, shown)| {
        let mut rows = vec![
            row(id, "text", "user-account:user_id", Text),
            row(
                login,
                if *name == "github-user" {
                    "github-username"
                } else {
                    "text"
                },
                "user-account:account_login",
                Text,
            ),
        ];
        if !shown.is_empty() {
            rows.push(row(shown, "text", "user-account:display_name", Text));
        }
        Some(Shape::of_template(name, &rows, &[])?.always("user-account:account_type", service))
    });
    tables.chain(accounts).map(|shape| (shape.name, shape)).collect()
});

fn of_table(name: &'static str, rows: Rows) -> Option<Shape> {
    let mut rows = rows.to_vec();
    if name == "file" {
        rows.extend(hash::types().filter_map(|(kind, _)| {
            let (place, form) = place_of_hash(kind)?;
            Some((kind, kind, (Whole, place, form)))
        }));
    }
    let read_only = READ_ONLY
        .iter()
        .find(|(of, _)| *of == name)
        .map_or(&[][..], |(_, rows)| rows);
    let shape = Shape::of_template(name, &rows, read_only)?;
    Some(if name == "file" {
        SAMPLE.iter().fold(shape, |shape, (place, value)| {
            shape.always_beside("malware-sample", place, value)
        })
    } else {
        shape
    })
}

/// The shape of a template.
#[must_use]
pub fn shape(name: &str) -> Option<&'static Shape> {
    SHAPES.get(name)
}

/// The template that content beginning at a type of objects becomes.
#[must_use]
pub fn for_root(root: &str) -> Option<&'static Shape> {
    let (_, name) = FOREIGN.iter().find(|(kind, _)| *kind == root)?;
    shape(name)
}

const PROTOCOLS: &str = "network-traffic:protocols";

/// Protocols that stand in network traffic of which nothing is known but its ends, since the standard demands one.
pub const NETWORK_LAYER: [&str; 3] = ["ipv4", "ipv6", "ip"];

/// Attributes of an object of a template, and what the table does not know.
#[must_use]
pub fn read(shape: &Shape, mut found: Vec<Found>) -> (Vec<Member>, Vec<Found>) {
    if let [only] = found
        .iter()
        .filter(|one| one.key == PROTOCOLS)
        .collect::<Vec<_>>()
        .as_slice()
        && NETWORK_LAYER.iter().any(|name| only.value == *name)
    {
        found.retain(|one| one.key != PROTOCOLS);
    }
    let mut members = shape.read(&mut found);
    for member in &mut members {
        if shape.name == "network-connection" && member.relation == "layer4-protocol" {
            member.relation = layer(&member.value);
        }
    }
    found.retain(|one| !is_structural(one));
    (members, found)
}

/// The relation of a protocol of a network connection.
fn layer(protocol: &str) -> &'static str {
    match protocol {
        "IP" | "IPV4" | "IPV6" | "ICMP" | "ICMPV6" | "ARP" => "layer3-protocol",
        "TCP" | "UDP" | "SCTP" | "DCCP" => "layer4-protocol",
        _ => "layer7-protocol",
    }
}

/// The property of a relation that has no place.
#[must_use]
pub fn own_property(relation: &str) -> String {
    let plain: String = relation
        .chars()
        .map(|ch| if ch.is_ascii_alphanumeric() { ch } else { '_' })
        .collect();
    format!("x_misp_{}", plain.to_ascii_lowercase())
}

/// The relation that such a property stands for, as nearly as its name tells.
#[must_use]
pub fn own_relation(property: &str) -> Option<String> {
    let relation = property.strip_prefix("x_misp_")?;
    (!relation.is_empty()).then(|| relation.replace('_', "-"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use entente_indicator::AttributeType;
    use serde_json::json;

    #[test]
    fn every_row_is_well_formed() {
        for (name, rows) in TEMPLATES {
            let shape = shape(name).unwrap_or_else(|| panic!("{name}"));
            assert!(shape.fields.len() >= rows.len());
            for field in &shape.fields {
                assert_eq!(field.place.root, shape.root, "{name}");
                assert!(
                    AttributeType::from_name(field.kind).is_some(),
                    "{name} {}",
                    field.kind
                );
            }
        }
        for (root, name) in FOREIGN {
            assert_eq!(
                for_root(root).map(|shape| (shape.name, shape.root)),
                Some((*name, *root))
            );
        }
    }

    #[test]
    fn members_and_the_rest() {
        let found = [
            ("file:name", json!("a.exe")),
            ("file:size", json!(5)),
            ("file:hashes.SHA-256", json!("a".repeat(64))),
            ("file:magic_number_hex", json!("00")),
        ]
        .map(|(key, value)| Found {
            key: key.to_owned(),
            value,
        });
        let (members, left) = read(shape("file").unwrap(), found.to_vec());
        let relations: Vec<&str> = members.iter().map(|member| member.relation).collect();
        assert_eq!(relations, ["filename", "size-in-bytes", "sha256"]);
        assert_eq!(left.len(), 1);
    }

    #[test]
    fn relations_without_a_place_keep_their_name() {
        assert_eq!(
            own_property("email-body-attachment"),
            "x_misp_email_body_attachment"
        );
        assert_eq!(own_relation("x_misp_text").as_deref(), Some("text"));
        assert_eq!(own_relation("value"), None);
    }
}
