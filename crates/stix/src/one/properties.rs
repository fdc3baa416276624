//! Properties of CybOX objects as attributes.
use super::kinds::{HASH_WORDS, MAIL_HEADER, SIMPLE};
use super::node::local;
use super::tree::Tree;
use crate::map::form::address_type;
use crate::map::hash;
use entente_indicator::AttributeType;

/// A value with its type, and its role in an object where it is certain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) kind: String,
    pub(super) value: String,
    pub(super) relation: String,
}

fn piece(kind: &str, value: &str) -> Piece {
    Piece {
        kind: kind.to_owned(),
        value: value.to_owned(),
        relation: String::new(),
    }
}

fn related(kind: &str, relation: &str, value: &str) -> Piece {
    Piece {
        relation: relation.to_owned(),
        ..piece(kind, value)
    }
}

/// What several values of one property are separated by.
const COMMA: &str = "##comma##";

fn split(text: Option<&str>) -> impl Iterator<Item = &str> {
    text.into_iter()
        .flat_map(|text| text.split(COMMA))
        .map(str::trim)
        .filter(|text| !text.is_empty())
}

/// The attributes that an object's properties are.
pub(super) fn read(tree: &Tree) -> Vec<Piece> {
    let kind = tree.kind();
    let mut pieces = Vec::new();
    match kind {
        "AddressObjectType" => pieces.extend(address(tree)),
        "URIObjectType" => {
            let kind = if tree.text_at(&["type"]) == Some("Domain Name") {
                "domain"
            } else {
                "url"
            };
            pieces.extend(split(tree.text_at(&["value"])).map(|value| piece(kind, value)));
        }
        "FileObjectType"
        | "WindowsExecutableFileObjectType"
        | "WindowsFileObjectType"
        | "PDFFileObjectType" => {
            file(tree, &mut pieces);
        }
        "EmailMessageObjectType" => mail(tree, &mut pieces),
        "PortObjectType" => {
            pieces.extend(split(tree.text_at(&["port_value"])).map(|value| piece("port", value)));
        }
        "SocketAddressObjectType" => pieces.extend(socket(tree, "dst")),
        "NetworkConnectionObjectType" => connection(tree, &mut pieces),
        "WindowsRegistryKeyObjectType" => registry(tree, &mut pieces),
        "X509CertificateObjectType" => pieces.extend(certificate(tree)),
        "HTTPSessionObjectType" => http(tree, &mut pieces),
        _ => {}
    }
    if pieces.is_empty() {
        simple(tree, kind, &mut pieces);
    }
    custom(tree, &mut pieces);
    pieces
}

fn simple(tree: &Tree, kind: &str, pieces: &mut Vec<Piece>) {
    for (_, object, property, attribute) in SIMPLE {
        if local(object) == kind {
            let name = local(property).to_ascii_lowercase();
            pieces.extend(split(tree.text_at(&[&name])).map(|value| piece(attribute, value)));
        }
    }
}

/// Properties that somebody named himself; MISP's converter names them by type or relation.
fn custom(tree: &Tree, pieces: &mut Vec<Piece>) {
    let list = tree.child("custom_properties");
    for property in list.into_iter().flat_map(|list| &list.children) {
        let name = property.text_at(&["name"]).unwrap_or_default();
        let Some(value) = property.value() else { continue };
        let kind = AttributeType::from_name(name).map_or("text", AttributeType::name);
        pieces.push(related(kind, name, value));
    }
}

fn address(tree: &Tree) -> Vec<Piece> {
    let category = tree.text_at(&["category"]).unwrap_or_default();
    let source = tree.text_at(&["is_source"]) == Some("true");
    let kind_of = |value: &str| match category {
        "e-mail" => Some("email"),
        "mac" => Some("mac-address"),
        "asn" => Some("AS"),
        _ => address_type(value).map(|_| if source { "ip-src" } else { "ip-dst" }),
    };
    split(tree.text_at(&["address_value"]))
        .filter_map(|value| Some(piece(kind_of(value)?, value)))
        .collect()
}

fn file(tree: &Tree, pieces: &mut Vec<Piece>) {
    pieces.extend(split(tree.text_at(&["file_name"])).map(|name| piece("filename", name)));
    if let Some(size) = tree.text_at(&["size_in_bytes"]) {
        pieces.push(piece("size-in-bytes", size));
    }
    for one in tree.child("hashes").into_iter().flat_map(|list| &list.children) {
        let value = one
            .text_at(&["simple_hash_value"])
            .or_else(|| one.text_at(&["fuzzy_hash_value"]));
        for value in split(value) {
            let word = one.text_at(&["type"]).unwrap_or_default();
            if let Some(kind) = hash_kind(word, value) {
                pieces.push(piece(kind, value));
            }
        }
    }
}

/// The type of a hash by its name, else by its length.
fn hash_kind(word: &str, value: &str) -> Option<&'static str> {
    let named = HASH_WORDS
        .iter()
        .find(|(_, known)| known.eq_ignore_ascii_case(word))
        .map(|(kind, _)| *kind)
        .or_else(|| hash::kind(word));
    let is_hex = value.bytes().all(|b| b.is_ascii_hexdigit());
    let fits = |kind: &&'static str| {
        let digits = hash::name(kind).and_then(hash::digits);
        digits.is_none_or(|digits| is_hex && value.len() == digits)
    };
    named.filter(fits).or(match value.len() {
        32 if is_hex => Some("md5"),
        40 if is_hex => Some("sha1"),
        56 if is_hex => Some("sha224"),
        64 if is_hex => Some("sha256"),
        96 if is_hex => Some("sha384"),
        128 if is_hex => Some("sha512"),
        _ => None,
    })
}

fn mail(tree: &Tree, pieces: &mut Vec<Piece>) {
    let header = tree.child("header");
    if let Some(header) = header {
        for (name, kind, relation) in [
            ("from", "email-src", "from"),
            ("reply_to", "email-reply-to", "reply-to"),
        ] {
            let values = header.child(name).and_then(|one| one.text_at(&["address_value"]));
            pieces.extend(split(values).map(|value| related(kind, relation, value)));
        }
        for (name, relation) in [("to", "to"), ("cc", "cc"), ("bcc", "bcc")] {
            for one in header.child(name).into_iter().flat_map(|list| &list.children) {
                let values = split(one.text_at(&["address_value"]));
                pieces.extend(values.map(|value| related("email-dst", relation, value)));
            }
        }
        for (property, kind) in MAIL_HEADER {
            let name = local(property).to_ascii_lowercase();
            let relation = kind.strip_prefix("email-").unwrap_or(kind);
            pieces.extend(
                header
                    .text_at(&[&name])
                    .map(|value| related(kind, relation, value)),
            );
        }
    }
    for (name, kind, relation) in [
        ("raw_body", "email-body", "email-body"),
        ("raw_header", "email-header", "header"),
    ] {
        pieces.extend(tree.text_at(&[name]).map(|value| related(kind, relation, value)));
    }
}

fn socket(tree: &Tree, end: &str) -> Option<Piece> {
    let port = tree.text_at(&["port", "port_value"]);
    let address = tree
        .child("ip_address")
        .and_then(|one| address(one).into_iter().next());
    let (kind, value) = match (address, tree.text_at(&["hostname", "hostname_value"])) {
        (Some(address), _) => (address.kind, address.value),
        (None, Some(name)) => ("hostname".to_owned(), name.to_owned()),
        (None, None) => return Some(piece("port", port?)),
    };
    let kind = if end == "src" && kind == "ip-dst" {
        "ip-src".to_owned()
    } else {
        kind
    };
    Some(match port {
        Some(port) => piece(&format!("{kind}|port"), &format!("{value}|{port}")),
        None => piece(&kind, &value),
    })
}

fn connection(tree: &Tree, pieces: &mut Vec<Piece>) {
    for (name, end) in [
        ("source_socket_address", "src"),
        ("destination_socket_address", "dst"),
    ] {
        let Some(one) = tree.child(name) else { continue };
        if let Some(address) = one.text_at(&["ip_address", "address_value"]) {
            let kind = format!("ip-{end}");
            pieces.push(related(&kind, &kind, address));
        }
        if let Some(host) = one.text_at(&["hostname", "hostname_value"]) {
            pieces.push(related("hostname", &format!("hostname-{end}"), host));
        }
        if let Some(port) = one.text_at(&["port", "port_value"]) {
            pieces.push(related("port", &format!("{end}-port"), port));
        }
    }
    for layer in ["layer3", "layer4", "layer7"] {
        let name = format!("{layer}_protocol");
        let relation = format!("{layer}-protocol");
        pieces.extend(
            tree.text_at(&[&name])
                .map(|value| related("text", &relation, value)),
        );
    }
}

fn registry(tree: &Tree, pieces: &mut Vec<Piece>) {
    let hive = tree.text_at(&["hive"]);
    if let Some(key) = tree.text_at(&["key"]) {
        let key = match hive {
            Some(hive) if !key.starts_with(hive) => format!("{hive}\\{key}"),
            _ => key.to_owned(),
        };
        pieces.push(related("regkey", "key", &key));
    }
    for value in tree.child("values").into_iter().flat_map(|list| &list.children) {
        for (name, relation) in [("name", "name"), ("data", "data"), ("datatype", "data-type")] {
            let found = value.child(name).and_then(Tree::value);
            pieces.extend(found.map(|found| related("text", relation, found)));
        }
    }
}

fn certificate(tree: &Tree) -> Option<Piece> {
    let signature = tree.child("certificate_signature")?;
    let value = signature.text_at(&["signature"])?;
    let kind = match value.len() {
        32 => "x509-fingerprint-md5",
        40 => "x509-fingerprint-sha1",
        64 => "x509-fingerprint-sha256",
        _ => return None,
    };
    Some(piece(kind, value))
}

fn http(tree: &Tree, pieces: &mut Vec<Piece>) {
    let request = tree.at(&["http_request_response", "http_client_request"]);
    let Some(request) = request else { return };
    if let Some(method) = request.text_at(&["http_request_line", "http_method"]) {
        pieces.push(piece("http-method", method));
    }
    if let Some(uri) = request.text_at(&["http_request_line", "value"]) {
        pieces.push(piece("uri", uri));
    }
    let header = request.at(&["http_request_header", "parsed_header"]);
    if let Some(agent) = header.and_then(|header| header.text_at(&["user_agent"])) {
        pieces.push(piece("user-agent", agent));
    }
}

/// Puts two values together that are one attribute.
pub(super) fn join(pieces: &mut Vec<Piece>) {
    let joined = match pieces.as_slice() {
        [name, other] if name.kind == "filename" => {
            let kind = format!("filename|{}", other.kind);
            AttributeType::from_name(&kind).map(|_| piece(&kind, &format!("{}|{}", name.value, other.value)))
        }
        [key, data] if key.kind == "regkey" && data.relation == "data" => {
            Some(piece("regkey|value", &format!("{}|{}", key.value, data.value)))
        }
        _ => None,
    };
    if let Some(joined) = joined {
        *pieces = vec![joined];
    }
}

/// The template of several values.
pub(super) fn object_name(pieces: &[Piece]) -> &'static str {
    let has = |kind: &str| {
        pieces
            .iter()
            .any(|piece| piece.kind == kind || piece.kind.starts_with(kind))
    };
    if has("email") {
        "email"
    } else if has("regkey") {
        "registry-key"
    } else if pieces.iter().any(|piece| hash::name(&piece.kind).is_some()) || has("filename") {
        "file"
    } else if has("domain") {
        "domain-ip"
    } else if has("http-method") || has("user-agent") {
        "http-request"
    } else {
        "network-connection"
    }
}
