//! Attributes as properties of CybOX objects. spec: 12#12
use super::kinds::{HASH_WORDS, MAIL_HEADER, SIMPLE};
use super::node::Node;
use crate::map::form::{address_type, is_mac};
use crate::map::hash;
use entente_model::attribute::Attribute;

/// An object: the word in its identifier, and its properties.
pub(super) struct Cybox {
    pub(super) word: &'static str,
    pub(super) properties: Node,
}

fn cybox(word: &'static str, kind: &'static str, elements: Vec<Node>) -> Cybox {
    Cybox {
        word,
        properties: Node::of("cybox:Properties", elements).with("xsi:type", kind),
    }
}

/// The object that an attribute becomes; types without a property of their own become a custom one.
pub(super) fn of_attribute(kind: &'static str, attribute: &Attribute, file: Option<&str>) -> Cybox {
    let (first, second) = (
        attribute.value1.as_str(),
        attribute.value2.as_deref().unwrap_or_default(),
    );
    known(kind, first, second, file).unwrap_or_else(|| custom(kind, &attribute.value()))
}

/// A value that CybOX has no property for.
pub(super) fn custom(name: &str, value: &str) -> Cybox {
    let property = Node::text("cyboxCommon:Property", value).with("name", name);
    let list = Node::list("cyboxCommon:Custom_Properties", vec![property]);
    cybox("Custom", "CustomObj:CustomObjectType", vec![list])
}

fn known(kind: &'static str, first: &str, second: &str, file: Option<&str>) -> Option<Cybox> {
    if let Some((word, object, property, _)) = SIMPLE.iter().find(|row| row.3 == kind) {
        return Some(cybox(word, object, vec![Node::equals(property, first)]));
    }
    if let Some((property, _)) = MAIL_HEADER.iter().find(|row| row.1 == kind) {
        return Some(mail(vec![Node::equals(property, first)]));
    }
    if let Some(composite) = kind.strip_prefix("filename|") {
        return Some(named_file(first, hash_of(composite, second)));
    }
    if hash::name(kind).is_some() {
        return Some(cybox(
            "File",
            "FileObj:FileObjectType",
            vec![hashes(vec![hash_of(kind, first)])],
        ));
    }
    Some(match kind {
        "ip-src" | "ip-dst" => cybox_of("Address", address("cybox:Properties", first, kind == "ip-src")?),
        "ip-src|port" | "ip-dst|port" => socket(
            address("SocketAddressObj:IP_Address", first, kind == "ip-src|port")?,
            second,
        )?,
        "hostname|port" => socket(hostname("SocketAddressObj:Hostname", first), second)?,
        "url" | "uri" | "link" => cybox(
            "URI",
            "URIObj:URIObjectType",
            vec![Node::equals("URIObj:Value", first)],
        )
        .with("type", "URL"),
        "email" => cybox_of("Address", mail_address("cybox:Properties", first)),
        "email-src" => mail(vec![mail_address("EmailMessageObj:From", first)]),
        "email-reply-to" => mail(vec![mail_address("EmailMessageObj:Reply_To", first)]),
        "email-dst" => mail(vec![Node::list(
            "EmailMessageObj:To",
            vec![mail_address("EmailMessageObj:Recipient", first)],
        )]),
        "mac-address" if is_mac(first) => cybox_of(
            "Address",
            Node::of(
                "cybox:Properties",
                vec![Node::equals("AddressObj:Address_Value", first)],
            )
            .with("xsi:type", "AddressObj:AddressObjectType")
            .with("category", "mac"),
        ),
        "port" => cybox("Port", "PortObj:PortObjectType", vec![port_value(first)?]),
        "size-in-bytes" => cybox(
            "File",
            "FileObj:FileObjectType",
            vec![Node::number("FileObj:Size_In_Bytes", first.parse().ok()?)],
        ),
        "regkey|value" => cybox(
            "WindowsRegistryKey",
            "WinRegistryKeyObj:WindowsRegistryKeyObjectType",
            vec![
                Node::equals("WinRegistryKeyObj:Key", first),
                registry_values(vec![Node::equals("WinRegistryKeyObj:Data", second)]),
            ],
        ),
        "http-method" => http(
            "HTTPSessionObj:HTTP_Request_Line",
            Node::equals("HTTPSessionObj:HTTP_Method", first),
        ),
        "user-agent" => http(
            "HTTPSessionObj:HTTP_Request_Header",
            Node::of(
                "HTTPSessionObj:Parsed_Header",
                vec![Node::equals("HTTPSessionObj:User_Agent", first)],
            ),
        ),
        "x509-fingerprint-md5" => certificate("MD5", first),
        "x509-fingerprint-sha1" => certificate("SHA1", first),
        "x509-fingerprint-sha256" => certificate("SHA256", first),
        "malware-sample" => named_file(first, hash_of("md5", second)),
        // what is in a file says more than its name, but CybOX has it elsewhere
        "attachment" if file.is_none() => cybox(
            "File",
            "FileObj:FileObjectType",
            vec![Node::equals("FileObj:File_Name", first)],
        ),
        _ => return None,
    })
}

impl Cybox {
    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.properties = self.properties.with(name, value);
        self
    }
}

fn cybox_of(word: &'static str, properties: Node) -> Cybox {
    Cybox { word, properties }
}

fn mail(header: Vec<Node>) -> Cybox {
    cybox(
        "EmailMessage",
        "EmailMessageObj:EmailMessageObjectType",
        vec![Node::of("EmailMessageObj:Header", header)],
    )
}

fn http(part: &'static str, inner: Node) -> Cybox {
    let request = Node::of(
        "HTTPSessionObj:HTTP_Client_Request",
        vec![Node::of(part, vec![inner])],
    );
    cybox(
        "HTTPSession",
        "HTTPSessionObj:HTTPSessionObjectType",
        vec![Node::of("HTTPSessionObj:HTTP_Request_Response", vec![request]).repeated()],
    )
}

fn certificate(algorithm: &str, fingerprint: &str) -> Cybox {
    cybox(
        "X509Certificate",
        "X509CertificateObj:X509CertificateObjectType",
        vec![Node::of(
            "X509CertificateObj:Certificate_Signature",
            vec![
                Node::equals("X509CertificateObj:Signature_Algorithm", algorithm),
                Node::equals("X509CertificateObj:Signature", fingerprint),
            ],
        )],
    )
}

fn socket(end: Node, port: &str) -> Option<Cybox> {
    let port =
        Node::of("SocketAddressObj:Port", vec![port_value(port)?]).with("xsi:type", "PortObj:PortObjectType");
    Some(cybox(
        "SocketAddress",
        "SocketAddressObj:SocketAddressObjectType",
        vec![end, port],
    ))
}

fn port_value(port: &str) -> Option<Node> {
    let port: u16 = port.trim().parse().ok()?;
    Some(Node::number("PortObj:Port_Value", i64::from(port)))
}

fn hostname(name: &'static str, value: &str) -> Node {
    Node::of(name, vec![Node::equals("HostnameObj:Hostname_Value", value)])
        .with("xsi:type", "HostnameObj:HostnameObjectType")
}

fn address(name: &'static str, value: &str, source: bool) -> Option<Node> {
    let category = if value.contains('/') {
        "cidr"
    } else {
        address_type(value)?
    };
    Some(
        Node::of(name, vec![Node::equals("AddressObj:Address_Value", value)])
            .with("xsi:type", "AddressObj:AddressObjectType")
            .with("category", category)
            .with("is_source", source)
            .with("is_destination", !source),
    )
}

fn mail_address(name: &'static str, value: &str) -> Node {
    Node::of(name, vec![Node::equals("AddressObj:Address_Value", value)])
        .with("xsi:type", "AddressObj:AddressObjectType")
        .with("category", "e-mail")
}

fn registry_values(value: Vec<Node>) -> Node {
    Node::list(
        "WinRegistryKeyObj:Values",
        vec![Node::of("WinRegistryKeyObj:Value", value)],
    )
}

fn hashes(list: Vec<Node>) -> Node {
    Node::list("FileObj:Hashes", list)
}

/// A hash; algorithms without a word are named in our own.
fn hash_of(kind: &str, value: &str) -> Node {
    let word = HASH_WORDS.iter().find(|row| row.0 == kind).map(|row| row.1);
    let name = match word {
        Some(word) => Node::text("cyboxCommon:Type", word)
            .with("xsi:type", "cyboxVocabs:HashNameVocab-1.0")
            .with("condition", "Equals"),
        None => {
            Node::text("cyboxCommon:Type", hash::name(kind).unwrap_or("Other")).with("condition", "Equals")
        }
    };
    let digits = match kind {
        "ssdeep" => Node::equals("cyboxCommon:Fuzzy_Hash_Value", value),
        _ => Node::equals("cyboxCommon:Simple_Hash_Value", value),
    };
    Node::of("cyboxCommon:Hash", vec![name, digits])
}

fn named_file(name: &str, hash: Node) -> Cybox {
    cybox(
        "File",
        "FileObj:FileObjectType",
        vec![Node::equals("FileObj:File_Name", name), hashes(vec![hash])],
    )
}

/// The one object that all members of an object are properties of, for templates where that is natural; what does
/// not fit becomes a custom property.
pub(super) fn of_object(name: &str, members: &[(&str, &'static str, &Attribute)]) -> Option<Cybox> {
    match name {
        "file" => Some(file(members)),
        "registry-key" => registry_key(members),
        _ => None,
    }
}

fn file(members: &[(&str, &'static str, &Attribute)]) -> Cybox {
    let (mut own, mut plain, mut list) = (Vec::new(), Vec::new(), Vec::new());
    let mut named = false;
    for (relation, kind, attribute) in members {
        let value = attribute.value();
        match *kind {
            "filename" if *relation == "filename" && !named => {
                named = true;
                plain.push(Node::equals("FileObj:File_Name", value));
            }
            "size-in-bytes" if value.parse::<i64>().is_ok() => {
                plain.push(Node::number(
                    "FileObj:Size_In_Bytes",
                    value.parse().unwrap_or_default(),
                ));
            }
            kind if hash::name(kind).is_some() => list.push(hash_of(kind, &value)),
            _ => own.push(Node::text("cyboxCommon:Property", value).with("name", *relation)),
        }
    }
    let mut elements = Vec::new();
    if !own.is_empty() {
        elements.push(Node::list("cyboxCommon:Custom_Properties", own));
    }
    elements.extend(plain);
    if !list.is_empty() {
        elements.push(hashes(list));
    }
    cybox("File", "FileObj:FileObjectType", elements)
}

fn registry_key(members: &[(&str, &'static str, &Attribute)]) -> Option<Cybox> {
    let (mut key, mut value, mut own) = (None, Vec::new(), Vec::new());
    for (relation, _, attribute) in members {
        let text = attribute.value();
        match *relation {
            "key" if key.is_none() => key = Some(Node::equals("WinRegistryKeyObj:Key", text)),
            "name" => value.push(Node::equals("WinRegistryKeyObj:Name", text)),
            "data" => value.push(Node::equals("WinRegistryKeyObj:Data", text)),
            "data-type" => value.push(Node::equals("WinRegistryKeyObj:Datatype", text)),
            relation => own.push(Node::text("cyboxCommon:Property", text).with("name", relation)),
        }
    }
    // the schema has an order
    value.sort_by_key(|node| match node.name {
        "WinRegistryKeyObj:Name" => 0,
        "WinRegistryKeyObj:Data" => 1,
        _ => 2,
    });
    let repeated = value.windows(2).any(|pair| {
        pair.iter()
            .map(|node| node.name)
            .collect::<Vec<_>>()
            .windows(2)
            .any(|names| names.first() == names.last())
    });
    if repeated {
        return None;
    }
    let mut elements = Vec::new();
    if !own.is_empty() {
        elements.push(Node::list("cyboxCommon:Custom_Properties", own));
    }
    elements.push(key?);
    if !value.is_empty() {
        elements.push(registry_values(value));
    }
    Some(cybox(
        "WindowsRegistryKey",
        "WinRegistryKeyObj:WindowsRegistryKeyObjectType",
        elements,
    ))
}
