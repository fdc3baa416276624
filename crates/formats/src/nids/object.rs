//! Objects of addresses that talk to each other: one rule for both ends. spec: 04#6.7
use super::batch::{Batch, Draft};
use super::network;
use crate::export::Row;
use entente_model::attribute::Attribute;
use entente_model::object::Object;

/// What an alert says of an object with this name, if it is one rule.
fn words(object: &Object) -> Option<&'static str> {
    match object.name.as_str() {
        "network-connection" => Some("Network connection between "),
        "ddos" => Some("DDOS attack detected between "),
        _ => None,
    }
}

/// Whether the rule of the object stands for this member, which then has none of its own.
pub(super) fn covers(object: &Object, member: &Attribute) -> bool {
    words(object).is_some() && matches!(member.relation.as_deref(), Some("ip-src" | "ip-dst"))
}

/// Two ends and what they speak.
#[derive(Debug)]
pub(super) struct Link<'a> {
    words: &'static str,
    protocol: &'static str,
    source: Vec<&'a str>,
    source_port: Option<&'a str>,
    destination: Vec<&'a str>,
    destination_port: Option<&'a str>,
}

impl<'a> Link<'a> {
    /// `None` when the object is something else, or says of neither end where it is: such a rule would match all.
    pub(super) fn of(object: &Object, members: &[Row<'a>]) -> Option<Self> {
        let named = |name: &'static str| {
            members
                .iter()
                .map(|row| row.attribute)
                .filter(move |attribute| attribute.relation.as_deref() == Some(name))
                .map(|attribute| attribute.value1.as_str())
        };
        let protocol = named("layer4-protocol").chain(named("protocol")).next();
        let link = Self {
            words: words(object)?,
            protocol: transport(protocol.unwrap_or_default()),
            source: named("ip-src").collect(),
            source_port: named("src-port").next(),
            destination: named("ip-dst").collect(),
            destination_port: named("dst-port").next(),
        };
        (!link.source.is_empty() || !link.destination.is_empty()).then_some(link)
    }

    /// The rule, unless an address or port is none.
    pub(super) fn rule(&self, batch: &mut Batch<'_>) {
        let port = |value: Option<&'a str>| value.map_or(Some("any"), network::port);
        let (Some(source), Some(source_port), Some(destination), Some(destination_port)) = (
            addresses(&self.source),
            port(self.source_port),
            addresses(&self.destination),
            port(self.destination_port),
        ) else {
            return batch.leave_out(1);
        };
        batch.rule(&Draft {
            header: &[
                self.protocol,
                " ",
                &source,
                " ",
                source_port,
                " -> ",
                &destination,
                " ",
                destination_port,
            ],
            text: &[self.words, &source, " and ", &destination],
            content: &[],
            tagged: false,
        });
    }
}

/// Protocols that both programs know in headers.
fn transport(name: &str) -> &'static str {
    ["tcp", "udp", "icmp"]
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(name))
        .unwrap_or("ip")
}

/// The addresses of one end: several are a list, none is the network to protect.
fn addresses(values: &[&str]) -> Option<String> {
    let mut distinct: Vec<&str> = Vec::new();
    for value in values {
        let address = network::address(value)?;
        if !distinct.contains(&address) {
            distinct.push(address);
        }
    }
    Some(match distinct.as_slice() {
        [] => "$HOME_NET".to_owned(),
        [one] => (*one).to_owned(),
        more => format!("[{}]", more.join(",")),
    })
}
