//! What the head of a zone and its records say. spec: 04#6.6
use crate::hostname;
use entente_model::time::{Day, Seconds};

/// What a name server does when a name or an address is in the zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Policy {
    /// Give no answer at all.
    Drop,
    /// The name does not exist.
    #[default]
    NxDomain,
    /// The name exists but has no records.
    NoData,
    /// Answer with the walled garden.
    LocalData,
    /// Answer as usual, whatever other policies say.
    PassThru,
    /// Make the client ask again over TCP.
    TcpOnly,
}

impl Policy {
    /// By the name that clients use, ignoring case, or by the number that the server setting uses.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text.trim().to_ascii_lowercase().as_str() {
            "drop" | "0" => Self::Drop,
            "nxdomain" | "1" => Self::NxDomain,
            "nodata" | "2" => Self::NoData,
            "local-data" | "3" => Self::LocalData,
            "passthru" | "4" => Self::PassThru,
            "tcp-only" | "5" => Self::TcpOnly,
            _ => return None,
        })
    }

    /// What happens, for comments: the rest of a sentence that begins with what is listed.
    pub(super) fn effect(self) -> &'static str {
        match self {
            Self::Drop => "will get no answer at all: queries are dropped.",
            Self::NxDomain => {
                "will return NXDOMAIN (name does not exist) irrespective of actual result received."
            }
            Self::NoData => {
                "will return NODATA (name exists without records) irrespective of actual result received."
            }
            Self::LocalData => "will return the walled garden irrespective of actual result received.",
            Self::PassThru => "will return the actual result irrespective of other policies.",
            Self::TcpOnly => "will be answered over TCP only: answers over UDP are truncated.",
        }
    }
}

/// The settings of a zone. Each is checked when it is set, so that the zone always loads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    policy: Policy,
    walled_garden: String,
    ns: String,
    ns_alt: Option<String>,
    email: String,
    serial: String,
    refresh: String,
    retry: String,
    expiry: String,
    minimum_ttl: String,
    ttl: String,
}

const SERIAL: &str = "$date00";

impl Default for Settings {
    fn default() -> Self {
        Self {
            policy: Policy::default(),
            walled_garden: "127.0.0.1".to_owned(),
            ns: "localhost.".to_owned(),
            ns_alt: None,
            email: "root.localhost".to_owned(),
            serial: SERIAL.to_owned(),
            refresh: "2h".to_owned(),
            retry: "30m".to_owned(),
            expiry: "30d".to_owned(),
            minimum_ttl: "1h".to_owned(),
            ttl: "1w".to_owned(),
        }
    }
}

impl Settings {
    /// The names that [`Settings::set`] knows.
    pub const NAMES: [&'static str; 11] = [
        "policy",
        "walled_garden",
        "ns",
        "ns_alt",
        "email",
        "serial",
        "refresh",
        "retry",
        "expiry",
        "minimum_ttl",
        "ttl",
    ];

    /// Takes over one setting, named as in requests ([`Settings::NAMES`]). Says whether it was taken: an unknown name and a text
    /// that cannot stand in a zone leave everything as it is.
    pub fn set(&mut self, name: &str, text: &str) -> bool {
        let text = text.trim();
        match name {
            "policy" => put(&mut self.policy, Policy::parse(text)),
            "walled_garden" => put(&mut self.walled_garden, server(text)),
            "ns" => put(&mut self.ns, server(text)),
            "ns_alt" if text.is_empty() => put(&mut self.ns_alt, Some(None)),
            "ns_alt" => put(&mut self.ns_alt, server(text).map(Some)),
            "email" => put(&mut self.email, mailbox(text)),
            "serial" => put(&mut self.serial, serial_pattern(text)),
            "refresh" => put(&mut self.refresh, period(text)),
            "retry" => put(&mut self.retry, period(text)),
            "expiry" => put(&mut self.expiry, period(text)),
            "minimum_ttl" => put(&mut self.minimum_ttl, period(text)),
            "ttl" => put(&mut self.ttl, period(text)),
            _ => false,
        }
    }

    /// What happens to names and addresses in the zone.
    #[must_use]
    pub fn policy(&self) -> Policy {
        self.policy
    }

    /// The right-hand side of every record.
    pub(super) fn target(&self) -> &str {
        match self.policy {
            Policy::Drop => "rpz-drop.",
            Policy::NxDomain => ".",
            Policy::NoData => "*.",
            Policy::LocalData => &self.walled_garden,
            Policy::PassThru => "rpz-passthru.",
            Policy::TcpOnly => "rpz-tcp-only.",
        }
    }

    /// Appends the head of a zone made at this moment, up to and with the blank line behind it.
    pub(super) fn head(&self, out: &mut Vec<u8>, now: Seconds) {
        let serial = serial(&self.serial, now)
            .or_else(|| serial(SERIAL, now))
            .unwrap_or_else(|| "1".to_owned());
        for piece in [
            "$TTL ",
            &self.ttl,
            ";\n@               SOA ",
            &self.ns,
            " ",
            &self.email,
            " (",
            &serial,
            " ",
            &self.refresh,
            " ",
            &self.retry,
            " ",
            &self.expiry,
            " ",
            &self.minimum_ttl,
            ")\n",
        ] {
            out.extend_from_slice(piece.as_bytes());
        }
        for ns in [Some(&self.ns), self.ns_alt.as_ref()].into_iter().flatten() {
            out.extend_from_slice(b"                NS ");
            out.extend_from_slice(ns.as_bytes());
            out.push(b'\n');
        }
        out.push(b'\n');
    }
}

fn put<T>(place: &mut T, value: Option<T>) -> bool {
    match value {
        Some(value) => {
            *place = value;
            true
        }
        None => false,
    }
}

/// A name, absolute when a dot ends it.
fn server(text: &str) -> Option<String> {
    let name = text.strip_suffix('.').unwrap_or(text);
    (name.len() <= super::LONGEST_NAME && hostname::is_dotted(name)).then(|| text.to_owned())
}

/// A mailbox in the form of zones, where a dot stands for the `@`. An address is converted when its user has no
/// dot, which would read as that `@`.
fn mailbox(text: &str) -> Option<String> {
    match text.split_once('@') {
        Some((user, _)) if user.contains('.') => None,
        Some((user, host)) => server(&[user, ".", host].concat()),
        None => server(text),
    }
}

/// Seconds, or numbers with a unit behind each, such as `1w2d`; no longer than DNS can say.
fn period(text: &str) -> Option<String> {
    let (mut total, mut number) = (0_u64, None::<u64>);
    for byte in text.bytes() {
        let unit = match byte.to_ascii_lowercase() {
            b'0'..=b'9' => {
                let digit = u64::from(byte - b'0');
                number = Some(number.unwrap_or(0).checked_mul(10)?.checked_add(digit)?);
                continue;
            }
            b's' => 1,
            b'm' => 60,
            b'h' => 3_600,
            b'd' => 86_400,
            b'w' => 604_800,
            _ => return None,
        };
        total = total.checked_add(number.take()?.checked_mul(unit)?)?;
    }
    let seconds = match number {
        // seconds stand alone: zones know no number without a unit behind one with a unit
        Some(seconds) if text.bytes().all(|byte| byte.is_ascii_digit()) => seconds,
        Some(_) => return None,
        None if text.is_empty() => return None,
        None => total,
    };
    (seconds <= u64::from(i32::MAX.unsigned_abs())).then(|| text.to_owned())
}

/// Digits, `$date` and `$time`.
fn serial_pattern(text: &str) -> Option<String> {
    let digits = text.replace("$date", "").replace("$time", "");
    let fits = !text.is_empty() && text.len() <= 32 && digits.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.to_owned())
}

/// The serial number at this moment, if it is one.
fn serial(pattern: &str, now: Seconds) -> Option<String> {
    let date = Day::of(now).to_string().replace('-', "");
    let text = pattern.replace("$date", &date).replace("$time", &now.to_string());
    text.parse::<u32>().is_ok().then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::HOSTILE;
    use proptest::prelude::*;

    const NAMES: [&str; 11] = Settings::NAMES;

    fn head(settings: &Settings) -> String {
        let mut out = Vec::new();
        settings.head(&mut out, 1_795_292_151);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_usual_head() {
        assert_eq!(
            head(&Settings::default()),
            "$TTL 1w;\n@               SOA localhost. root.localhost (2026112100 2h 30m 30d 1h)\n                \
             NS localhost.\n\n"
        );
    }

    #[test]
    fn every_setting_is_taken() {
        let mut settings = Settings::default();
        for (name, text) in [
            ("ns", "ns.example.org."),
            ("ns_alt", "ns2.example.org."),
            ("email", "hostmaster@example.org."),
            ("serial", "$time"),
            ("refresh", "7200"),
            ("retry", "1h30M"),
            ("expiry", "2W"),
            ("minimum_ttl", "0"),
            ("ttl", " 1d "),
        ] {
            assert!(settings.set(name, text), "{name}");
        }
        assert_eq!(
            head(&settings),
            "$TTL 1d;\n@               SOA ns.example.org. hostmaster.example.org. (1795292151 7200 1h30M 2W 0)\n\
             \x20               NS ns.example.org.\n                NS ns2.example.org.\n\n"
        );
        assert!(settings.set("ns_alt", ""));
        assert!(!head(&settings).contains("ns2"));
    }

    #[test]
    fn policies_have_names_and_numbers() {
        for (number, name, target) in [
            ("0", "DROP", "rpz-drop."),
            ("1", "NXDOMAIN", "."),
            ("2", "NODATA", "*."),
            ("3", "Local-Data", "sink.example.org."),
            ("4", "PASSTHRU", "rpz-passthru."),
            ("5", "TCP-only", "rpz-tcp-only."),
        ] {
            for text in [number, name] {
                let mut settings = Settings::default();
                assert!(settings.set("walled_garden", "sink.example.org."));
                assert!(settings.set("policy", text));
                assert_eq!(settings.target(), target);
            }
        }
        for text in ["walled-garden", "6", "", "NXDOMAIN;"] {
            assert_eq!(Policy::parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_cannot_stand_there_changes_nothing() {
        let mut settings = Settings::default();
        for name in NAMES {
            for text in HOSTILE.iter().filter(|text| !text.is_empty()) {
                assert!(!settings.set(name, text), "{name} {text:?}");
            }
        }
        for text in [
            "",
            "5",
            "1h2",
            "h",
            "1x",
            "-1",
            "99999w",
            "2147483648",
            "1 h",
            "99999999999999999999",
        ] {
            assert_eq!(settings.set("ttl", text), text == "5", "{text}");
        }
        for (name, text) in [
            ("serial", "$dat"),
            ("email", "a.b@c.example"),
            ("email", "a@b@c"),
            ("nobody", "1"),
        ] {
            assert!(!settings.set(name, text), "{text}");
        }
    }

    #[test]
    fn a_serial_that_is_too_large_is_not_used() {
        let mut settings = Settings::default();
        assert!(settings.set("serial", "$date$time"));
        assert!(head(&settings).contains("(2026112100 "));
    }

    proptest! {
        #[test]
        fn the_head_keeps_its_form(name in 0..NAMES.len(), text in "[a-z0-9.$@; ()\\n\"*-]{0,12}") {
            let mut settings = Settings::default();
            settings.set(NAMES[name], &text);
            let head = head(&settings);
            prop_assert!(matches!(head.lines().count(), 4 | 5));
            let soa = head.lines().nth(1).unwrap();
            prop_assert_eq!(soa.split_whitespace().count(), 9);
            prop_assert_eq!(head.matches([';', '(', ')']).count(), 3);
        }
    }
}
