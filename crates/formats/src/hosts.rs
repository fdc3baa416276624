//! Domains in the form of a hosts file. spec: 04#6.4
use crate::export::{Export, Parts, Row};
use crate::hostname;
use crate::left_out::LeftOut;
use crate::lines::Distinct;
use entente_indicator::AttributeType;
use entente_model::time::{Seconds, datetime};
use std::net::{IpAddr, Ipv4Addr};

/// A hosts file that sends domains to one address.
#[derive(Debug)]
pub struct Hosts {
    /// When it is made.
    pub generated: Seconds,
    /// Where the domains are sent.
    pub address: IpAddr,
    /// What a line begins with.
    start: String,
    seen: Distinct,
    left_out: LeftOut,
}

impl Hosts {
    /// A file made at this moment. `address` is what the client asks for; without it, or when it is no address,
    /// domains are sent to `0.0.0.0`.
    #[must_use]
    pub fn new(generated: Seconds, address: Option<&str>) -> Self {
        Self {
            generated,
            address: address
                .and_then(|text| text.trim().parse().ok())
                .unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
            start: String::new(),
            seen: Distinct::default(),
            left_out: LeftOut::default(),
        }
    }
}

impl Export for Hosts {
    fn begin(&mut self, out: &mut Parts) {
        self.start = format!("{} ", self.address);
        let out = out.part(0);
        out.extend_from_slice(b"# Blocklist in the HOSTS format\n# Generated: ");
        out.extend_from_slice(datetime(self.generated).as_bytes());
        out.extend_from_slice(b" +0000\n");
    }

    fn attribute(&mut self, out: &mut Parts, row: &Row<'_>) {
        if row.attribute.kind != AttributeType::DOMAIN.id() {
            return;
        }
        let Some(name) = hostname::qualified(&row.attribute.value1) else {
            self.left_out.count();
            return;
        };
        if self.seen.is_new(name) {
            let out = out.part(0);
            out.extend_from_slice(self.start.as_bytes());
            out.extend_from_slice(name.as_bytes());
            out.push(b'\n');
        }
    }

    fn end(&mut self, out: &mut Parts) {
        self.left_out.note(out.part(0), "#");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{HOSTILE, attribute, document};

    const HEAD: &str = "# Blocklist in the HOSTS format\n# Generated: 2023-11-14 22:13:20 +0000\n";

    fn hosts(address: Option<&str>) -> Hosts {
        Hosts::new(1_700_000_000, address)
    }

    #[test]
    fn only_domains_and_each_once() {
        let rows = [
            attribute("domain", "bad.example"),
            attribute("hostname", "www.bad.example"),
            attribute("domain", "worse.example"),
            attribute("domain|ip", "pair.example|192.0.2.1"),
            attribute("domain", "bad.example"),
        ];
        assert_eq!(
            document(hosts(None), &rows, &[]),
            format!("{HEAD}0.0.0.0 bad.example\n0.0.0.0 worse.example\n")
        );
        assert_eq!(document(hosts(None), &[], &[]), HEAD);
        for (asked, used) in [
            ("::1", "::1"),
            (" 127.0.0.1 ", "127.0.0.1"),
            ("1.2.3.4\n8.8.8.8 x", "0.0.0.0"),
            ("", "0.0.0.0"),
        ] {
            let text = document(hosts(Some(asked)), &rows, &[]);
            assert_eq!(text, format!("{HEAD}{used} bad.example\n{used} worse.example\n"));
        }
    }

    #[test]
    fn a_hostile_value_adds_no_line() {
        let mut rows: Vec<_> = HOSTILE.iter().map(|value| attribute("domain", value)).collect();
        rows.push(attribute("domain", "localhost"));
        assert_eq!(
            document(hosts(None), &rows, &[]),
            format!(
                "{HEAD}# Values left out because this format cannot hold them: {}\n",
                rows.len()
            )
        );
    }
}
