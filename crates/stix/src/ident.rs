//! Identifiers: `type--UUID`, and the namespaces that names are derived in. spec: 12#5.1, 12#5.2
use crate::canonical;
use serde_json::{Map, Value};
use uuid::{Builder, Uuid};

/// The standard's namespace of cyber observables; nothing else may be derived in it.
pub const OBSERVABLES: Uuid = Uuid::from_u128(0x00ab_edb4_aa42_466c_9c01_fed2_3315_a9b7);
/// The namespace that MISP's converter derives names in, so that both sides get the same ones.
pub const MISP: Uuid = Uuid::from_u128(0x76be_ed5f_7251_457e_8c2a_b45f_7b58_9d3d);
/// Our own derivations.
pub const ENTENTE: Uuid = Uuid::from_u128(0x6ffd_9b93_ee8c_5979_9f5a_875c_9800_a05c);

/// Longest name of an object type. spec: STIX 2.1 §3.1
const LONGEST_TYPE: usize = 250;

/// An identifier taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StixId {
    /// The object type.
    pub kind: Box<str>,
    /// The rest.
    pub uuid: Uuid,
}

impl StixId {
    /// An identifier of these parts.
    #[must_use]
    pub fn new(kind: &str, uuid: Uuid) -> Self {
        Self {
            kind: kind.into(),
            uuid,
        }
    }

    /// Reads `type--UUID`; hexadecimal digits in either case, any UUID version.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, uuid) = text.split_once("--")?;
        if !is_type_name(kind) || uuid.len() != 36 {
            return None;
        }
        Some(Self::new(kind, Uuid::try_parse(uuid).ok()?))
    }
}

impl std::fmt::Display for StixId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}--{}", self.kind, self.uuid.hyphenated())
    }
}

/// Whether a text is formed like the name of an object type.
#[must_use]
pub fn is_type_name(text: &str) -> bool {
    (1..=LONGEST_TYPE).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_'))
}

/// `kind--uuid` as text.
#[must_use]
pub fn text(kind: &str, uuid: Uuid) -> String {
    let mut buffer = Uuid::encode_buffer();
    let uuid: &str = uuid.hyphenated().encode_lower(&mut buffer);
    [kind, "--", uuid].concat()
}

/// The uuid of a relationship that has none of its own. spec: 12#5.3
#[must_use]
pub fn relationship(source: &str, kind: &str, target: &str) -> Uuid {
    Uuid::new_v5(&MISP, format!("{source} - {kind} - {target}").as_bytes())
}

/// The uuid of an observation beside an indicator that has the uuid of its attribute. spec: 12#5.3
#[must_use]
pub fn observed(attribute: Uuid) -> Uuid {
    Uuid::new_v5(&ENTENTE, text("observed-data", attribute).as_bytes())
}

/// The uuid of something made of a part of a foreign object, which many events share. spec: 12#8.3
#[must_use]
pub fn derived(event: Uuid, from: &str) -> Uuid {
    Uuid::new_v5(&ENTENTE, format!("{event} {from}").as_bytes())
}

/// The note that stands for the content of an empty event.
#[must_use]
pub fn empty_event(event: Uuid) -> Uuid {
    Uuid::new_v5(&ENTENTE, event.to_string().as_bytes())
}

/// A uuid as MISP takes it, and whether it had to be replaced. spec: 12#8.3
#[must_use]
pub fn accepted(uuid: Uuid) -> (Uuid, bool) {
    if matches!(uuid.get_version_num(), 1 | 3 | 4 | 5) {
        (uuid, false)
    } else {
        (Uuid::new_v5(&MISP, uuid.to_string().as_bytes()), true)
    }
}

/// The same uuid marked as a random one: STIX 2.0 knows no others, and its readers refuse them.
#[must_use]
pub fn in_random_form(uuid: Uuid) -> Uuid {
    if uuid.get_version_num() == 4 {
        uuid
    } else {
        Builder::from_random_bytes(*uuid.as_bytes()).into_uuid()
    }
}

/// Properties that make up the identity of an observable. spec: 12#5.2
fn contributing(kind: &str) -> &'static [&'static str] {
    match kind {
        "artifact" => &["hashes", "payload_bin"],
        "autonomous-system" => &["number"],
        "directory" => &["path"],
        "domain-name" | "email-addr" | "ipv4-addr" | "ipv6-addr" | "mac-addr" | "url" => &["value"],
        "email-message" => &["from_ref", "subject", "body"],
        "file" => &["hashes", "name", "extensions", "parent_directory_ref"],
        "mutex" => &["name"],
        "network-traffic" => &[
            "start",
            "end",
            "src_ref",
            "dst_ref",
            "src_port",
            "dst_port",
            "protocols",
            "extensions",
        ],
        "software" => &["name", "cpe", "swid", "vendor", "version"],
        "user-account" => &["account_type", "user_id", "account_login"],
        "windows-registry-key" => &["key", "values"],
        "x509-certificate" => &["hashes", "serial_number"],
        _ => &[],
    }
}

/// Whether a type is one of the standard's cyber observables.
#[must_use]
pub fn is_observable(kind: &str) -> bool {
    kind == "process" || !contributing(kind).is_empty()
}

/// The uuid that an observable's content gives it, when it has any of the properties that count. References
/// must be final ids. spec: 12#5.2
#[must_use]
pub fn observable(kind: &str, properties: &Map<String, Value>) -> Option<Uuid> {
    let mut counted = Map::new();
    for name in contributing(kind) {
        let Some(value) = properties.get(*name) else {
            continue;
        };
        let value = match value {
            Value::Object(hashes) if *name == "hashes" => Value::Object(one_hash(hashes)?),
            other => other.clone(),
        };
        counted.insert((*name).to_owned(), value);
    }
    if counted.is_empty() {
        return None;
    }
    let text = canonical::text(&Value::Object(counted));
    Some(Uuid::new_v5(&OBSERVABLES, text.as_bytes()))
}

/// Of several hashes one counts: the first that is there of a fixed order, else the first by name.
fn one_hash(hashes: &Map<String, Value>) -> Option<Map<String, Value>> {
    let name = ["MD5", "SHA-1", "SHA-256", "SHA-512"]
        .into_iter()
        .find(|name| hashes.contains_key(*name))
        .or_else(|| {
            hashes
                .keys()
                .map(String::as_str)
                .min_by(|a, b| a.encode_utf16().cmp(b.encode_utf16()))
        })?;
    let value = hashes.get(name)?.clone();
    Some(Map::from_iter([(name.to_owned(), value)]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(kind: &str, properties: Value) -> String {
        let Value::Object(properties) = properties else {
            panic!("no object")
        };
        observable(kind, &properties).unwrap().to_string()
    }

    #[test]
    fn observables_have_the_ids_of_the_reference_library() {
        assert_eq!(
            of("ipv4-addr", json!({"value": "198.51.100.3"})),
            "28bb3599-77cd-5a82-a950-b5bc3caf07c4"
        );
        let directory = of("directory", json!({"path": "C:\\x"}));
        assert_eq!(directory, "2f375e92-c84d-5d93-a78f-1d979ae627e0");
        let file = json!({
            "name": "a",
            "hashes": {"SHA-256": "a".repeat(64), "MD5": "b".repeat(32)},
            "parent_directory_ref": format!("directory--{directory}"),
            "size": 5,
        });
        assert_eq!(of("file", file), "48cb57ac-70a2-5f3e-912d-c6b781ea343c");
        assert_eq!(
            of("email-addr", json!({"value": "é@x.org"})),
            "e637f08c-3b8d-535a-8ef3-feaf55fcda95"
        );
        assert_eq!(
            of("autonomous-system", json!({"number": 65536})),
            "f81d0b13-2b40-5d67-9840-fbc892db10a9"
        );
        let key = json!({
            "key": "HKEY_LOCAL_MACHINE\\a",
            "values": [{"name": "x", "data": "y", "data_type": "REG_SZ"}],
        });
        assert_eq!(
            of("windows-registry-key", key),
            "0eb544a2-5c81-502d-a4a8-61c4783809f7"
        );
        assert_eq!(observable("process", &Map::new()), None);
        assert_eq!(observable("file", &Map::new()), None);
    }

    #[test]
    fn ids_are_read_strictly() {
        let id = StixId::parse("x-Foo--28bb3599-77cd-5a82-a950-b5bc3caf07c4");
        assert_eq!(id, None);
        let id = StixId::parse("x-foo--28BB3599-77cd-5a82-a950-b5bc3caf07c4").unwrap();
        assert_eq!(id.to_string(), "x-foo--28bb3599-77cd-5a82-a950-b5bc3caf07c4");
        for text in [
            "",
            "a",
            "a--b",
            "--28bb3599-77cd-5a82-a950-b5bc3caf07c4",
            "a--28bb359977cd5a82a950b5bc3caf07c4",
        ] {
            assert_eq!(StixId::parse(text), None, "{text}");
        }
    }

    #[test]
    fn uuids_that_misp_does_not_take_are_replaced() {
        let v4 = Uuid::from_u128(0x55f6_ea65_aa10_4c5a_bf01_4f84_950d_210f);
        assert_eq!(accepted(v4), (v4, false));
        let odd = Uuid::from_u128(0x55f6_ea65_aa10_7c5a_bf01_4f84_950d_210f);
        assert_eq!(accepted(odd).0.get_version_num(), 5);
        assert_eq!(in_random_form(odd).get_version_num(), 4);
        assert_eq!(in_random_form(v4), v4);
    }
}
