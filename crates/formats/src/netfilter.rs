//! Addresses as commands of a packet filter. spec: 04#6.5
use crate::export::{Export, Parts, Row};
use crate::left_out::LeftOut;
use entente_indicator::{AttributeType, address_range};
use entente_model::attribute::Attribute;

/// What the packet filter does with a packet: a built-in verdict or a chain of the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict(String);

impl Default for Verdict {
    fn default() -> Self {
        Self("DROP".to_owned())
    }
}

impl Verdict {
    /// By name: letters, digits, `-` and `_`, beginning with a letter or digit, as long as the kernel takes them.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let plain = text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        (plain && matches!(text.len(), 1..=28) && !text.starts_with(['-', '_']))
            .then(|| Self(text.to_owned()))
    }
}

/// One command for every address.
#[derive(Debug, Default)]
pub struct Netfilter {
    /// What happens to packets from these addresses.
    pub verdict: Verdict,
    left_out: LeftOut,
}

impl Netfilter {
    /// Commands with this verdict.
    #[must_use]
    pub fn new(verdict: Verdict) -> Self {
        Self {
            verdict,
            left_out: LeftOut::default(),
        }
    }
}

impl Export for Netfilter {
    fn attribute(&mut self, out: &mut Parts, row: &Row<'_>) {
        let Some(address) = address(row.attribute) else {
            return;
        };
        if !is_network(address) {
            self.left_out.count();
            return;
        }
        let out = out.part(0);
        out.extend_from_slice(b"iptables -A INPUT -s ");
        out.extend_from_slice(address.as_bytes());
        out.extend_from_slice(b" -j ");
        out.extend_from_slice(self.verdict.0.as_bytes());
        out.push(b'\n');
    }

    fn end(&mut self, out: &mut Parts) {
        self.left_out.note(out.part(0), "#");
    }
}

/// Whether this is an address or a network: hexadecimal digits, dots, colons and a slash, which a shell takes for
/// one plain word. All addresses at once are no network: that command would lock its user out.
fn is_network(text: &str) -> bool {
    let is_everything = text
        .split_once('/')
        .is_some_and(|(_, bits)| bits.bytes().all(|byte| byte == b'0'));
    !is_everything && address_range(text).is_some()
}

/// The half of the value that is an address.
fn address(attribute: &Attribute) -> Option<&str> {
    match AttributeType::from_id(attribute.kind)? {
        AttributeType::IP_SRC
        | AttributeType::IP_DST
        | AttributeType::IP_SRC_PORT
        | AttributeType::IP_DST_PORT => Some(&attribute.value1),
        AttributeType::DOMAIN_IP => attribute.value2.as_deref(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{HOSTILE, attribute, document};

    #[test]
    fn a_command_for_each_address() {
        let rows = [
            attribute("ip-src", "198.51.100.7"),
            attribute("ip-dst", "2001:db8::/32"),
            attribute("domain|ip", "a.example|192.0.2.0/24"),
            attribute("ip-dst|port", "192.0.2.1|443"),
            attribute("ip-src", "198.51.100.7"),
            attribute("domain", "a.example"),
        ];
        let commands = |verdict: &str| {
            [
                "198.51.100.7",
                "2001:db8::/32",
                "192.0.2.0/24",
                "192.0.2.1",
                "198.51.100.7",
            ]
            .map(|address| format!("iptables -A INPUT -s {address} -j {verdict}\n"))
            .concat()
        };
        assert_eq!(document(Netfilter::default(), &rows, &[]), commands("DROP"));
        let log = Netfilter::new(Verdict::parse("LOG-and_drop").unwrap());
        assert_eq!(document(log, &rows, &[]), commands("LOG-and_drop"));
        assert_eq!(document(Netfilter::default(), &[], &[]), "");
    }

    #[test]
    fn a_verdict_is_one_word() {
        for text in [
            "",
            "A B",
            "A;reboot",
            "-g",
            "A\nB",
            "$(x)",
            "DROP`x`",
            "ä",
            &"A".repeat(29),
        ] {
            assert_eq!(Verdict::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_hostile_value_adds_no_command() {
        let rows: Vec<_> = HOSTILE
            .iter()
            .chain(&[
                "1.2.3.4 -j ACCEPT",
                "1.2.3.4; reboot",
                "1.2.3.4/33",
                "0.0.0.0/0",
                "::/00",
                "fe80::1%$(x)",
            ])
            .flat_map(|value| {
                [
                    attribute("ip-dst", value),
                    attribute("domain|ip", &format!("a.example|{value}")),
                ]
            })
            .collect();
        assert_eq!(
            document(Netfilter::default(), &rows, &[]),
            format!(
                "# Values left out because this format cannot hold them: {}\n",
                rows.len()
            )
        );
    }
}
