//! Rules that are stored as values. spec: 04#6.7
//!
//! They are taken apart as strictly as the strictest of their readers does, so that all readers
//! find the same options, and put together again with our number, class, reference and message. What does not
//! come apart is left out: several rules in one value, an open string, a semicolon within a string. So are rules
//! that keep others from alerting (`pass` and the like).
use super::batch::{Batch, MAX_LINE};
use super::encode;

/// What a rule may do; the others of Snort and Suricata switch something off or on.
const ACTIONS: &[&str] = &[
    "alert",
    "block",
    "drop",
    "log",
    "reject",
    "rejectboth",
    "rejectdst",
    "rejectsrc",
    "sdrop",
];

/// The options that are ours, in the order in which they are added where they are missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Own {
    Message,
    Sid,
    Revision,
    Class,
    Reference,
}

impl Own {
    const ALL: [Self; 5] = [
        Self::Message,
        Self::Sid,
        Self::Revision,
        Self::Class,
        Self::Reference,
    ];

    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "msg" => Self::Message,
            "sid" => Self::Sid,
            "rev" => Self::Revision,
            "classtype" => Self::Class,
            "reference" => Self::Reference,
            _ => return None,
        })
    }
}

/// A rule in pieces of its text.
#[derive(Debug, PartialEq, Eq)]
struct Stored<'a> {
    /// All before the parenthesis.
    header: &'a str,
    /// What it says, as it stands between the quotes.
    message: &'a str,
    options: Vec<Setting<'a>>,
}

/// One option of a rule.
#[derive(Debug, PartialEq, Eq)]
struct Setting<'a> {
    /// The space before it.
    space: &'a str,
    name: &'a str,
    /// What stands behind the colon, if there is one.
    value: Option<&'a str>,
}

/// The rule in the value, as our own; `kind` is how its message begins.
pub(super) fn rule(batch: &mut Batch<'_>, kind: &str, value: &str) {
    let text = if value.len() > MAX_LINE {
        String::new()
    } else {
        one_line(value)
    };
    match Stored::parse(&text) {
        Some(stored) => batch.line(|batch| stored.write(batch, kind)),
        None => batch.leave_out(1),
    }
}

/// Continued lines joined; every other line break and control character is a space.
fn one_line(value: &str) -> String {
    let joined = value.replace("\\\r\n", " ").replace("\\\n", " ");
    let visible = |c| if encode::is_control(c) { ' ' } else { c };
    joined.trim().chars().map(visible).collect()
}

impl<'a> Stored<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (header, mut rest) = text.split_once('(')?;
        if !is_header(header) {
            return None;
        }
        let mut options = Vec::new();
        let mut message = "";
        loop {
            let option = rest.trim_start_matches(' ');
            if let Some(after) = option.strip_prefix(')') {
                return after.trim().is_empty().then_some(Self {
                    header,
                    message,
                    options,
                });
            }
            let space = rest.get(..rest.len() - option.len())?;
            let (setting, after) = Setting::parse(space, option)?;
            if setting.name == "msg" {
                message = string(setting.value?)?;
            }
            options.push(setting);
            rest = after;
        }
    }

    fn write(&self, batch: &mut Batch<'_>, kind: &str) {
        let mut written = Vec::with_capacity(Own::ALL.len());
        batch.push(self.header);
        batch.push("(");
        for option in &self.options {
            match Own::of(option.name) {
                // given twice, it counts once
                Some(own) if written.contains(&own) => {}
                Some(own) => {
                    batch.push(option.space);
                    self.write_own(batch, own, kind);
                    written.push(own);
                }
                None => option.write(batch),
            }
        }
        for own in Own::ALL {
            if !written.contains(&own) {
                batch.push(if own == Own::Reference { "" } else { " " });
                self.write_own(batch, own, kind);
            }
        }
        batch.push(")");
    }

    fn write_own(&self, batch: &mut Batch<'_>, own: Own, kind: &str) {
        match own {
            Own::Message => {
                batch.push("msg: \"");
                batch.source();
                batch.push(kind);
                batch.push(" | ");
                batch.push(self.message);
                batch.push("\";");
            }
            Own::Sid => batch.sid(),
            Own::Revision => batch.push("rev:1;"),
            Own::Class => batch.push("classtype:trojan-activity;"),
            Own::Reference => batch.reference(),
        }
    }
}

impl<'a> Setting<'a> {
    /// The option that the text begins with, and what follows it.
    fn parse(space: &'a str, text: &'a str) -> Option<(Self, &'a str)> {
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
        let (name, rest) = text.split_at(text.find(|c| !is_name(c))?);
        if name.is_empty() {
            return None;
        }
        let rest = rest.trim_start_matches(' ');
        let (value, rest) = match rest.strip_prefix(':') {
            Some(rest) => {
                let (value, rest) = rest.split_at(end(rest)?);
                (Some(value), rest)
            }
            None => (None, rest),
        };
        Some((Self { space, name, value }, rest.strip_prefix(';')?))
    }

    fn write(&self, batch: &mut Batch<'_>) {
        batch.push(self.space);
        batch.push(self.name);
        if let Some(value) = self.value {
            batch.push(":");
            batch.push(value);
        }
        batch.push(";");
    }
}

/// Where the semicolon is that ends a value, which holds one string at most. Some readers find it without looking
/// at quotes, and by the backslash before it alone: where they would disagree there is none.
fn end(value: &str) -> Option<usize> {
    let (mut quotes, mut escaped) = (0, false);
    for (i, byte) in value.bytes().enumerate() {
        let quoted = quotes == 1;
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' if quotes < 2 => quotes += 1,
            b';' if !quoted => return Some(i),
            b';' | b'\\' | b'"' => return None,
            _ => {}
        }
    }
    None
}

/// What stands between the quotes of a value that is one string.
fn string(value: &str) -> Option<&str> {
    let text = value.trim().strip_prefix('"')?.strip_suffix('"')?;
    let mut escaped = false;
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return None,
            _ => {}
        }
    }
    (!escaped).then_some(text)
}

/// Action, protocol, address, port, direction, address and port.
fn is_header(header: &str) -> bool {
    let (mut depth, mut balanced) = (0_i32, true);
    let parts: Vec<&str> = header
        .split(|c| {
            depth += match c {
                '[' => 1,
                ']' => -1,
                _ => 0,
            };
            balanced &= depth >= 0;
            c == ' ' && depth == 0
        })
        .filter(|part| !part.is_empty())
        .collect();
    let [action, protocol, from, from_port, direction, to, to_port] = parts.as_slice() else {
        return false;
    };
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    let is_place = |byte: u8| is_word(byte) || b":/,!$[] ".contains(&byte);
    balanced
        && depth == 0
        && ACTIONS.iter().any(|known| known.eq_ignore_ascii_case(action))
        && protocol.bytes().all(is_word)
        && matches!(*direction, "->" | "<>")
        && [from, from_port, to, to_port]
            .into_iter()
            .all(|place| place.bytes().all(is_place))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "alert tcp $HOME_NET [80, !443] -> any any ";

    fn parsed(options: &str) -> Option<Vec<(String, Option<String>)>> {
        let text = format!("{HEADER}({options})");
        let stored = Stored::parse(&text)?;
        assert_eq!(stored.header, HEADER);
        let own = |setting: &Setting<'_>| (setting.name.to_owned(), setting.value.map(str::to_owned));
        Some(stored.options.iter().map(own).collect())
    }

    #[test]
    fn options_come_apart() {
        let options = parsed(r#"msg:"a \"b\" \\"; content : !"(x)\;",fast; dns.query;sid:1; "#).unwrap();
        let shown: Vec<(&str, Option<&str>)> = options
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_deref()))
            .collect();
        let expected = [
            ("msg", Some(r#""a \"b\" \\""#)),
            ("content", Some(r#" !"(x)\;",fast"#)),
            ("dns.query", None),
            ("sid", Some("1")),
        ];
        assert_eq!(shown, expected);
        assert_eq!(parsed(""), Some(Vec::new()));
    }

    #[test]
    fn what_readers_would_disagree_about_does_not() {
        for bad in [
            "sid:1",
            "sid:1; ) alert ip any any -> any any (sid:2;",
            r#"msg:"a; sid:1;"#,
            r#"msg:"a;b";"#,
            r#"msg:"a\\;b";"#,
            "msg:a;",
            "msg;",
            r#"msg:"a""b";"#,
            r#"msg:"a"b;"#,
            r#"msg:"a" "b";"#,
            r#"content:"a""b";"#,
            r"content:a\;b;",
            ";",
            "a b;",
            "é:1;",
        ] {
            assert_eq!(parsed(bad), None, "{bad}");
        }
    }

    #[test]
    fn headers() {
        for good in [
            "alert ip any any -> any any ",
            "drop tcp-pkt ![10.0.0.0/8,$X] 1: <> [2001:db8::/32, any] [1:2,!3]",
            "alert  http $HOME_NET  any -> any any",
        ] {
            assert!(is_header(good), "{good}");
        }
        for bad in [
            "",
            "alert ",
            "alert ip any any any any any",
            "alert ip any any <- any any",
            "pass ip any any -> any any",
            "config ip any any -> any any",
            "# alert ip any any -> any any",
            "#alert ip any any -> any any",
            "alert ip any any -> any any any",
            "alert ip [any any -> any any",
            "alert ip ]any[ any -> any any",
            "alert ip any any -> any;any any",
            "alert \"ip\" any any -> any any",
        ] {
            assert!(!is_header(bad), "{bad}");
        }
    }

    #[test]
    fn lines_are_joined() {
        assert_eq!(one_line(" a \\\n b\nc\r\nd\te\0f "), "a   b c  d e f");
    }
}
