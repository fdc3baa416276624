//! Addresses and names as a response policy zone of a name server. spec: 04#6.6
mod address;
mod settings;

pub use settings::{Policy, Settings};

use crate::export::{Export, Parts, Row};
use crate::hostname;
use crate::left_out::LeftOut;
use crate::lines::Distinct;
use entente_indicator::{AttributeType, address_range};
use entente_model::time::Seconds;

/// The longest name in a zone. A record's name ends with the name of the zone, which we do not know: of the 253
/// characters that DNS has for both, and for `*.` before them, this leaves 60 to the zone. One name that is too
/// long would keep the whole zone from loading.
const LONGEST_NAME: usize = 190;

/// A zone, written in three parts: its head with the addresses, the domains, the host names.
#[derive(Debug)]
pub struct Rpz {
    /// What the zone says of itself, and what becomes of what it lists.
    pub settings: Settings,
    /// When it is made.
    pub generated: Seconds,
    addresses: Section,
    domains: Section,
    hosts: Section,
    left_out: LeftOut,
}

impl Rpz {
    /// A zone made at this moment.
    #[must_use]
    pub fn new(settings: Settings, generated: Seconds) -> Self {
        let section = |part, lists, prefixes| Section {
            part,
            lists,
            prefixes,
            seen: Distinct::default(),
        };
        Self {
            settings,
            generated,
            addresses: section(0, "list of IP addresses", &[""]),
            domains: section(1, "domain names and all of their sub-domains", &["", "*."]),
            hosts: section(2, "hostnames", &[""]),
            left_out: LeftOut::default(),
        }
    }

    fn address(&mut self, out: &mut Parts, value: &str) {
        match address_range(value).as_ref().and_then(address::owner) {
            Some(owner) => self.addresses.add(out, &self.settings, &owner),
            None => self.left_out.count(),
        }
    }
}

impl Export for Rpz {
    fn parts(&self) -> usize {
        3
    }

    fn begin(&mut self, out: &mut Parts) {
        self.settings.head(out.part(0), self.generated);
    }

    fn attribute(&mut self, out: &mut Parts, row: &Row<'_>) {
        let attribute = row.attribute;
        let Some(kind) = AttributeType::from_id(attribute.kind) else {
            return;
        };
        let names = match kind {
            AttributeType::IP_SRC | AttributeType::IP_DST => {
                return self.address(out, &attribute.value1);
            }
            AttributeType::DOMAIN_IP => {
                self.address(out, attribute.value2.as_deref().unwrap_or_default());
                &mut self.domains
            }
            AttributeType::DOMAIN => &mut self.domains,
            AttributeType::HOSTNAME => &mut self.hosts,
            _ => return,
        };
        match name(&attribute.value1) {
            Some(name) => names.add(out, &self.settings, name),
            None => self.left_out.count(),
        }
    }

    fn end(&mut self, out: &mut Parts) {
        for section in [&self.addresses, &self.domains, &self.hosts] {
            if !section.seen.is_empty() {
                out.part(section.part).push(b'\n');
            }
        }
        self.left_out.note(out.part(self.hosts.part), ";");
    }
}

/// A name that may stand in the zone. Names that end with a label such as `rpz-ip` are none: in this place they
/// are rules about addresses of clients and name servers, which nobody may write by way of a domain.
fn name(text: &str) -> Option<&str> {
    let name = hostname::qualified(text).filter(|name| name.len() <= LONGEST_NAME)?;
    let last = name.rsplit('.').next().unwrap_or_default();
    let is_rule = last
        .get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("rpz-"));
    (!is_rule).then_some(name)
}

/// Records of one kind under a comment.
#[derive(Debug)]
struct Section {
    part: usize,
    /// What is listed, for the comment.
    lists: &'static str,
    /// What stands before the name in each of its records.
    prefixes: &'static [&'static str],
    seen: Distinct,
}

impl Section {
    fn add(&mut self, out: &mut Parts, settings: &Settings, owner: &str) {
        let out = out.part(self.part);
        if self.seen.is_empty() {
            for piece in [
                "; The following ",
                self.lists,
                " ",
                settings.policy().effect(),
                "\n",
            ] {
                out.extend_from_slice(piece.as_bytes());
            }
        }
        if !self.seen.is_new(owner) {
            return;
        }
        for prefix in self.prefixes {
            out.extend_from_slice(prefix.as_bytes());
            out.extend_from_slice(owner.as_bytes());
            out.extend_from_slice(b" CNAME ");
            out.extend_from_slice(settings.target().as_bytes());
            out.push(b'\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{HOSTILE, attribute, document};

    const HEAD: &str = "$TTL 1w;\n@               SOA localhost. root.localhost (2023111400 2h 30m 30d 1h)\n\
                        \x20               NS localhost.\n\n";

    fn zone(settings: Settings, rows: &[(&str, &str)]) -> String {
        let rows: Vec<_> = rows.iter().map(|(kind, value)| attribute(kind, value)).collect();
        let text = document(Rpz::new(settings, 1_700_000_000), &rows, &[]);
        text.strip_prefix(HEAD).unwrap().to_owned()
    }

    #[test]
    fn three_sections() {
        let rows = [
            ("hostname", "host.bad.example"),
            ("ip-dst", "198.51.100.7"),
            ("domain|ip", "pair.example|2001:db8::1"),
            ("domain", "bad.example"),
            ("ip-src", "203.0.113.0/24"),
            ("domain", "pair.example"),
            ("hostname", "bad.example"),
            ("ip-dst|port", "192.0.2.1|80"),
            ("hostname|port", "port.example|80"),
        ];
        let why = "will return NXDOMAIN (name does not exist) irrespective of actual result received.";
        assert_eq!(
            zone(Settings::default(), &rows),
            format!(
                "; The following list of IP addresses {why}\n32.7.100.51.198.rpz-ip CNAME .\n\
                 128.1.zz.db8.2001.rpz-ip CNAME .\n24.0.113.0.203.rpz-ip CNAME .\n\n\
                 ; The following domain names and all of their sub-domains {why}\npair.example CNAME .\n\
                 *.pair.example CNAME .\nbad.example CNAME .\n*.bad.example CNAME .\n\n\
                 ; The following hostnames {why}\nhost.bad.example CNAME .\nbad.example CNAME .\n\n"
            )
        );
        assert_eq!(zone(Settings::default(), &[]), "");
    }

    #[test]
    fn sections_without_records_are_not_there() {
        let mut settings = Settings::default();
        assert!(settings.set("policy", "Local-Data") && settings.set("walled_garden", "sink.example.org."));
        assert_eq!(
            zone(settings, &[("hostname", "a.example"), ("hostname", "a.example")]),
            "; The following hostnames will return the walled garden irrespective of actual result received.\n\
             a.example CNAME sink.example.org.\n\n"
        );
    }

    #[test]
    fn a_hostile_value_adds_no_record() {
        let long = ["a".repeat(60).as_str(); 4].join(".");
        let more = [
            "32.8.8.8.8.rpz-ip",
            "32.1.0.0.10.rpz-client-ip",
            "ns.example.RPZ-NSDNAME",
            "com",
            "0.0.0.0/0",
            "::/0",
            &long,
        ];
        let rows: Vec<_> = HOSTILE
            .iter()
            .copied()
            .chain(more)
            .flat_map(|value| ["domain", "hostname", "ip-src", "ip-dst"].map(|kind| (kind, value)))
            .collect();
        assert_eq!(
            zone(Settings::default(), &rows),
            format!(
                "; Values left out because this format cannot hold them: {}\n",
                rows.len()
            )
        );
    }
}
