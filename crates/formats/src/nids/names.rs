//! Rules for names: when they are looked up, and when a web client asks for them. spec: 04#6.7
use super::Dialect;
use super::batch::{Batch, Draft};
use super::encode;

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Itself alone.
    Hostname,
    /// Itself and all names below.
    Domain,
}

/// A name in the forms that rules need.
struct Forms {
    shown: String,
    content: String,
    labels: String,
    pattern: String,
}

impl Forms {
    /// `None` when DNS cannot carry the name.
    fn of(value: &str) -> Option<Self> {
        let name = value.strip_suffix('.').unwrap_or(value);
        Some(Self {
            shown: encode::message(value),
            labels: labels(name)?,
            content: encode::content(name)?,
            pattern: encode::pattern(name),
        })
    }
}

/// The rules for a name.
pub(super) fn rules(batch: &mut Batch<'_>, kind: Kind, value: &str) {
    match (batch.dialect, Forms::of(value)) {
        (Dialect::Snort, Some(forms)) => snort(batch, kind, &forms),
        (Dialect::Suricata, Some(forms)) => suricata(batch, kind, &forms),
        (Dialect::Snort, None) => batch.leave_out(3),
        (Dialect::Suricata, None) => batch.leave_out(2),
    }
}

/// A name as it travels in questions: every label behind its length, and an empty one at the end.
/// `None` when a label is empty or longer than 63 bytes, or the name is longer than 253.
fn labels(name: &str) -> Option<String> {
    if name.len() > 253 {
        return None;
    }
    let mut out = String::with_capacity(name.len() * 2);
    for label in name.split('.') {
        let length = u8::try_from(label.len())
            .ok()
            .filter(|length| (1..=63).contains(length))?;
        out.push('|');
        encode::hex(&mut out, length);
        out.push('|');
        out.push_str(&encode::content(label)?);
    }
    out.push_str("|00|");
    Some(out)
}

fn snort(batch: &mut Batch<'_>, kind: Kind, name: &Forms) {
    let (lookup, request, before) = match kind {
        Kind::Hostname => ("Hostname: ", "Outgoing HTTP Hostname: ", "|01|"),
        Kind::Domain => ("Domain: ", "Outgoing HTTP Domain: ", ""),
    };
    // a question with recursion, nothing else in it, and room for extensions
    let question = "content:\"|01 00 00 01 00 00 00 00 00 01|\"; depth:10; offset:2; content:\"";
    for (header, established) in [
        ("udp any any -> any 53", ""),
        ("tcp any any -> any 53", " flow:established;"),
    ] {
        batch.rule(&Draft {
            header: &[header],
            text: &[lookup, &name.shown],
            content: &[
                question,
                before,
                &name.labels,
                "\"; fast_pattern; nocase;",
                established,
            ],
            tagged: false,
        });
    }
    let end = "[^A-Za-z0-9-\\.]/H\";";
    let hostname = [
        "flow:to_server,established; content: \"Host|3a| ",
        &name.content,
        "\"; nocase; http_header; pcre: \"/(^|[^A-Za-z0-9-\\.])",
        &name.pattern,
        end,
    ];
    let domain = [
        "flow:to_server,established; content: \"Host|3a|\"; nocase; http_header; content:\"",
        &name.content,
        "\"; fast_pattern; nocase; http_header; pcre: \"/(^|[^A-Za-z0-9-])",
        &name.pattern,
        end,
    ];
    batch.rule(&Draft {
        header: &["tcp $HOME_NET any -> $EXTERNAL_NET $HTTP_PORTS"],
        text: &[request, &name.shown],
        content: if kind == Kind::Domain { &domain } else { &hostname },
        tagged: true,
    });
}

fn suricata(batch: &mut Batch<'_>, kind: Kind, name: &Forms) {
    let (lookup, request, guard) = match kind {
        Kind::Hostname => (
            "Hostname ",
            "Outgoing HTTP Hostname ",
            "nocase; pcre: \"/(^|[^A-Za-z0-9-\\.])",
        ),
        Kind::Domain => (
            "Domain ",
            "Outgoing HTTP Domain ",
            "nocase; pcre: \"/(^|[^A-Za-z0-9-])",
        ),
    };
    batch.rule(&Draft {
        header: &["dns any any -> any any"],
        text: &[lookup, &name.shown],
        content: &[
            "dns.query; content:\"",
            &name.content,
            "\"; ",
            guard,
            &name.pattern,
            "$/i\";",
        ],
        tagged: false,
    });
    let header_line = match kind {
        Kind::Hostname => "http.header; content: \"Host|3a| ",
        Kind::Domain => "http.header; content: \"Host|3a|\"; nocase; http.header; content:\"",
    };
    batch.rule(&Draft {
        header: &["http $HOME_NET any -> $EXTERNAL_NET any"],
        text: &[request, &name.shown],
        content: &[
            "flow:to_server,established; ",
            header_line,
            &name.content,
            "\"; fast_pattern; ",
            guard,
            &name.pattern,
            "[^A-Za-z0-9-\\.]/Hi\";",
        ],
        tagged: true,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_they_travel() {
        assert_eq!(labels("bad.example").as_deref(), Some("|03|bad|07|example|00|"));
        assert_eq!(labels("a;b.x").as_deref(), Some("|03|a|3b|b|01|x|00|"));
        let long = "x".repeat(63);
        assert_eq!(labels(&long).unwrap(), format!("|3f|{long}|00|"));
        for bad in ["", ".", "a..b", ".a", &format!("x{long}"), &"ab.".repeat(85)] {
            assert_eq!(labels(bad), None, "{bad}");
        }
    }
}
