//! Where attributes stand in observations and patterns. spec: 12#6.2
use super::form::Form;
use super::hash;
use super::shape::{Found, Member, Part, Row, Shape, is_structural};
use super::template::SAMPLE;
use entente_indicator::AttributeType;
use std::collections::HashMap;
use std::sync::LazyLock;

use Form::{Address, AsNumber, Data, Digest, Domain, Email, Integer, Mac, Port, Registry, Text, Url};
use Part::{File, First, Second, Whole};

/// Types that can be observed; those with a hash follow from [`hash`].
const OBSERVED: &[(&str, &[Row])] = &[
    ("filename", &[(Whole, "file:name", Text)]),
    (
        "attachment",
        &[
            (Whole, "file:name", Text),
            (File, "file:content_ref>artifact.payload_bin", Data),
        ],
    ),
    (
        "malware-sample",
        &[
            (First, "file:name", Text),
            (Second, "file:hashes.MD5", Digest(32)),
            (File, "file:content_ref>artifact.payload_bin", Data),
        ],
    ),
    ("ip-src", &[(Whole, "network-traffic:src_ref>ip.value", Address)]),
    ("ip-dst", &[(Whole, "network-traffic:dst_ref>ip.value", Address)]),
    (
        "ip-src|port",
        &[
            (First, "network-traffic:src_ref>ip.value", Address),
            (Second, "network-traffic:src_port", Port),
        ],
    ),
    (
        "ip-dst|port",
        &[
            (First, "network-traffic:dst_ref>ip.value", Address),
            (Second, "network-traffic:dst_port", Port),
        ],
    ),
    (
        "hostname|port",
        &[
            (First, "network-traffic:dst_ref>domain-name.value", Domain),
            (Second, "network-traffic:dst_port", Port),
        ],
    ),
    ("domain", &[(Whole, "domain-name:value", Domain)]),
    ("hostname", &[(Whole, "domain-name:value", Domain)]),
    (
        "domain|ip",
        &[
            (First, "domain-name:value", Domain),
            (Second, "domain-name:resolves_to_refs[*]>ip.value", Address),
        ],
    ),
    ("url", &[(Whole, "url:value", Url)]),
    ("uri", &[(Whole, "url:value", Url)]),
    ("link", &[(Whole, "url:value", Url)]),
    ("email", &[(Whole, "email-addr:value", Email)]),
    (
        "email-src",
        &[(Whole, "email-message:from_ref>email-addr.value", Email)],
    ),
    (
        "email-dst",
        &[(Whole, "email-message:to_refs[*]>email-addr.value", Email)],
    ),
    ("email-subject", &[(Whole, "email-message:subject", Text)]),
    ("email-body", &[(Whole, "email-message:body", Text)]),
    ("email-message-id", &[(Whole, "email-message:message_id", Text)]),
    (
        "email-header",
        &[(Whole, "email-message:received_lines[*]", Text)],
    ),
    (
        "email-reply-to",
        &[(Whole, "email-message:additional_header_fields.'Reply-To'", Text)],
    ),
    (
        "email-x-mailer",
        &[(Whole, "email-message:additional_header_fields.'X-Mailer'", Text)],
    ),
    (
        "email-attachment",
        &[(
            Whole,
            "email-message:body_multipart[*].body_raw_ref>file.name",
            Text,
        )],
    ),
    ("AS", &[(Whole, "autonomous-system:number", AsNumber)]),
    ("mac-address", &[(Whole, "mac-addr:value", Mac)]),
    ("mutex", &[(Whole, "mutex:name", Text)]),
    ("regkey", &[(Whole, "windows-registry-key:key", Registry)]),
    (
        "regkey|value",
        &[
            (First, "windows-registry-key:key", Registry),
            (Second, "windows-registry-key:values[0].data", Text),
        ],
    ),
    (
        "x509-fingerprint-md5",
        &[(Whole, "x509-certificate:hashes.MD5", Digest(32))],
    ),
    (
        "x509-fingerprint-sha1",
        &[(Whole, "x509-certificate:hashes.'SHA-1'", Digest(40))],
    ),
    (
        "x509-fingerprint-sha256",
        &[(Whole, "x509-certificate:hashes.'SHA-256'", Digest(64))],
    ),
    ("github-username", &[(Whole, "user-account:account_login", Text)]),
];

/// Types that can only be looked for.
const LOOKED_FOR: &[(&str, &[Row])] = &[
    ("size-in-bytes", &[(Whole, "file:size", Integer)]),
    ("port", &[(Whole, "network-traffic:dst_port", Port)]),
    (
        "http-method",
        &[(
            Whole,
            "network-traffic:extensions.'http-request-ext'.request_method",
            Text,
        )],
    ),
    (
        "user-agent",
        &[(
            Whole,
            "network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'",
            Text,
        )],
    ),
];

/// What foreign bundles hold besides; tried when nothing above fits, in this order.
const FOREIGN: &[(&str, &[Row])] = &[
    ("ip-dst", &[(Whole, "ipv4-addr:value", Address)]),
    ("ip-dst", &[(Whole, "ipv6-addr:value", Address)]),
    (
        "email-reply-to",
        &[(Whole, "email-message:additional_header_fields.reply_to", Text)],
    ),
    (
        "email-x-mailer",
        &[(Whole, "email-message:additional_header_fields.x_mailer", Text)],
    ),
    ("filename", &[(Whole, "directory:path", Text)]),
];

/// Languages of rules that an indicator may be written in, which are types here too.
pub const RULES: &[&str] = &["snort", "suricata", "yara", "sigma"];

/// The places of each hash, as text that lives as long as the program.
const HASHED: &[(&str, &str, &str)] = &[
    ("md5", "filename|md5", "file:hashes.MD5"),
    ("sha1", "filename|sha1", "file:hashes.'SHA-1'"),
    ("sha224", "filename|sha224", "file:hashes.'SHA-224'"),
    ("sha256", "filename|sha256", "file:hashes.'SHA-256'"),
    ("sha384", "filename|sha384", "file:hashes.'SHA-384'"),
    ("sha512", "filename|sha512", "file:hashes.'SHA-512'"),
    ("sha512/224", "filename|sha512/224", "file:hashes.'SHA512-224'"),
    ("sha512/256", "filename|sha512/256", "file:hashes.'SHA512-256'"),
    ("sha3-224", "filename|sha3-224", "file:hashes.'SHA3-224'"),
    ("sha3-256", "filename|sha3-256", "file:hashes.'SHA3-256'"),
    ("sha3-384", "filename|sha3-384", "file:hashes.'SHA3-384'"),
    ("sha3-512", "filename|sha3-512", "file:hashes.'SHA3-512'"),
    ("ssdeep", "filename|ssdeep", "file:hashes.SSDEEP"),
    ("tlsh", "filename|tlsh", "file:hashes.TLSH"),
    (
        "authentihash",
        "filename|authentihash",
        "file:hashes.AUTHENTIHASH",
    ),
    ("cdhash", "", "file:hashes.CDHASH"),
    ("imphash", "filename|imphash", "file:hashes.IMPHASH"),
    ("impfuzzy", "filename|impfuzzy", "file:hashes.IMPFUZZY"),
    ("pehash", "filename|pehash", "file:hashes.PEHASH"),
    ("telfhash", "", "file:hashes.TELFHASH"),
    ("vhash", "filename|vhash", "file:hashes.VHASH"),
];

/// The place of a hash of a file.
#[must_use]
pub fn place_of_hash(kind: &str) -> Option<(&'static str, Form)> {
    let (_, _, place) = HASHED.iter().find(|row| row.0 == kind)?;
    let digits = hash::name(kind).and_then(hash::digits).unwrap_or(0);
    Some((place, Digest(digits)))
}

static SHAPES: LazyLock<Shapes> = LazyLock::new(Shapes::new);

struct Shapes {
    /// Those of the tables, in their order: the first that fits names what nobody else names.
    all: Vec<Shape>,
    by_type: HashMap<&'static str, usize>,
}

impl Shapes {
    fn new() -> Self {
        let mut all = Vec::new();
        let hashes = HASHED.iter().filter_map(|(kind, _, _)| {
            let (place, form) = place_of_hash(kind)?;
            Shape::of_attribute(kind, true, &[(Whole, place, form)])
        });
        all.extend(hashes);
        let named = HASHED
            .iter()
            .filter(|row| !row.1.is_empty())
            .filter_map(|(kind, with_name, _)| {
                let (place, form) = place_of_hash(kind)?;
                Shape::of_attribute(
                    with_name,
                    true,
                    &[(First, "file:name", Text), (Second, place, form)],
                )
            });
        all.extend(named);
        for (table, observable) in [(OBSERVED, true), (LOOKED_FOR, false), (FOREIGN, false)] {
            all.extend(
                table
                    .iter()
                    .filter_map(|(kind, rows)| Shape::of_attribute(kind, observable, rows)),
            );
        }
        for shape in &mut all {
            let plain = shape.clone();
            *shape = match shape.name {
                "malware-sample" => SAMPLE
                    .iter()
                    .fold(plain, |plain, (place, value)| plain.always(place, value)),
                "github-username" => plain.always("user-account:account_type", "github"),
                _ => plain,
            };
        }
        let mut by_type = HashMap::new();
        for (i, shape) in all.iter().enumerate() {
            by_type.entry(shape.name).or_insert(i);
        }
        Self { all, by_type }
    }
}

/// The shape of a type; `None` for types that are carried by a custom object.
#[must_use]
pub fn shape(kind: AttributeType) -> Option<&'static Shape> {
    SHAPES.by_type.get(kind.name()).and_then(|i| SHAPES.all.get(*i))
}

/// Whether something in the tables speaks of all that was found, and nothing else.
fn exactly(shape: &Shape, found: &[Found]) -> Option<Member> {
    if !shape.may_fit(found) {
        return None;
    }
    let mut left = found.to_vec();
    let mut members = shape.read(&mut left);
    let member = members.pop()?;
    (members.is_empty() && left.iter().all(is_structural)).then_some(member)
}

/// The attribute of a type that somebody named, from what was found. More than it needs is left alone.
#[must_use]
pub fn named(kind: &str, found: &[Found]) -> Option<Member> {
    let of_type = || SHAPES.all.iter().filter(|shape| shape.name == kind);
    of_type().find_map(|shape| exactly(shape, found)).or_else(|| {
        of_type().find_map(|shape| {
            let mut left = found.to_vec();
            let members = shape.read(&mut left);
            members.into_iter().next()
        })
    })
}

/// The one attribute that says all that was found.
#[must_use]
pub fn recognise(found: &[Found]) -> Option<Member> {
    SHAPES.all.iter().find_map(|shape| exactly(shape, found))
}

/// The one attribute that says the most important of what was found, and the rest.
#[must_use]
pub fn recognise_part(found: &[Found]) -> Option<(Member, Vec<Found>)> {
    SHAPES
        .all
        .iter()
        .filter(|shape| shape.may_fit(found))
        .find_map(|shape| {
            let mut left = found.to_vec();
            let member = shape.read(&mut left).into_iter().next()?;
            left.retain(|one| !is_structural(one));
            Some((member, left))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found(pairs: &[(&str, serde_json::Value)]) -> Vec<Found> {
        pairs
            .iter()
            .map(|(key, value)| Found {
                key: (*key).to_owned(),
                value: value.clone(),
            })
            .collect()
    }

    #[test]
    fn every_row_is_well_formed() {
        for table in [OBSERVED, LOOKED_FOR, FOREIGN] {
            for (kind, rows) in table {
                assert!(AttributeType::from_name(kind).is_some(), "{kind}");
                let shape = Shape::of_attribute(kind, true, rows).unwrap_or_else(|| panic!("{kind}"));
                assert!(
                    shape.fields.iter().all(|field| field.place.root == shape.root),
                    "{kind}"
                );
            }
        }
        for (kind, with_name, place) in HASHED {
            let spelling = place.rsplit_once("hashes.").unwrap().1.replace('\'', "");
            assert_eq!(hash::name(kind), Some(spelling.as_str()));
            for name in [*kind, with_name] {
                assert!(
                    name.is_empty() || AttributeType::from_name(name).is_some(),
                    "{name}"
                );
            }
        }
        assert_eq!(hash::types().count(), HASHED.len());
        let composite = |kind: &AttributeType| kind.name().starts_with("filename|");
        for kind in AttributeType::all().filter(composite) {
            assert!(shape(kind).is_some(), "{}", kind.name());
        }
        for rule in RULES {
            assert!(AttributeType::from_name(rule).is_some());
        }
    }

    #[test]
    fn what_was_found_is_recognised() {
        for (pairs, kind, value) in [
            (
                vec![("ipv4-addr:value", json!("192.0.2.1"))],
                "ip-dst",
                "192.0.2.1",
            ),
            (
                vec![("domain-name:value", json!("a.example"))],
                "domain",
                "a.example",
            ),
            (
                vec![
                    ("network-traffic:dst_ref.type", json!("ipv4-addr")),
                    ("network-traffic:dst_ref.value", json!("192.0.2.1")),
                    ("network-traffic:dst_port", json!("443")),
                ],
                "ip-dst|port",
                "192.0.2.1|443",
            ),
            (
                vec![
                    ("network-traffic:dst_port", json!(443)),
                    ("network-traffic:dst_ref.value", json!("a.example")),
                ],
                "hostname|port",
                "a.example|443",
            ),
            (
                vec![
                    ("file:hashes.MD5", json!("a".repeat(32))),
                    ("file:name", json!("x")),
                ],
                "filename|md5",
                &format!("x|{}", "a".repeat(32)),
            ),
            (
                vec![
                    ("user-account:account_type", json!("github")),
                    ("user-account:account_login", json!("x")),
                ],
                "github-username",
                "x",
            ),
        ] {
            let member = recognise(&found(&pairs)).unwrap_or_else(|| panic!("{pairs:?}"));
            assert_eq!((member.kind, member.value.as_str()), (kind, value));
        }
        assert_eq!(
            recognise(&found(&[("file:name", json!("x")), ("file:size", json!(5))])),
            None
        );
        let named = named("hostname", &found(&[("domain-name:value", json!("a.example"))])).unwrap();
        assert_eq!(named.kind, "hostname");
    }
}
