//! Rules for web traffic and TLS. spec: 04#6.7
use super::Dialect;
use super::batch::{Batch, Draft};
use super::{encode, network};

const ESTABLISHED: &str = "flow:to_server,established; ";
const SNORT_HEADER: &[&str] = &["tcp $HOME_NET any -> $EXTERNAL_NET $HTTP_PORTS"];

/// An address of the web.
pub(super) fn url(batch: &mut Batch<'_>, value: &str) {
    match batch.dialect {
        Dialect::Snort => simple(
            batch,
            SNORT_HEADER,
            "Outgoing HTTP URL: ",
            [ESTABLISHED, "content:\""],
            value,
            "\"; nocase; http_uri;",
        ),
        Dialect::Suricata => suricata_url(batch, value),
    }
}

/// How a client names itself.
pub(super) fn user_agent(batch: &mut Batch<'_>, value: &str) {
    let (header, text, end): (&[&str], _, _) = match batch.dialect {
        Dialect::Snort => (SNORT_HEADER, "Outgoing User-Agent: ", "\"; http_header;"),
        Dialect::Suricata => (
            &["http $HOME_NET any -> $EXTERNAL_NET any"],
            "Outgoing User-Agent ",
            "\"; fast_pattern; http_user_agent;",
        ),
    };
    simple(batch, header, text, [ESTABLISHED, "content:\""], value, end);
}

/// A fingerprint of a TLS client. Only Suricata computes them, and it refuses rules with anything else.
pub(super) fn ja3(batch: &mut Batch<'_>, value: &str) {
    if value.len() != 32 || !value.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return batch.leave_out(1);
    }
    simple(
        batch,
        &["tls any any -> any any"],
        "JA3 Hash: ",
        ["ja3.hash; ", "content:\""],
        value,
        "\"; fast_pattern;",
    );
}

/// A rule that searches for one value.
fn simple(batch: &mut Batch<'_>, header: &[&str], text: &str, start: [&str; 2], value: &str, end: &str) {
    let Some(content) = encode::content(value) else {
        return batch.leave_out(1);
    };
    let [flow, start] = start;
    batch.rule(&Draft {
        header,
        text: &[text, &encode::message(value)],
        content: &[flow, start, &content, end],
        tagged: true,
    });
}

/// The parts of a URL that rules need.
#[derive(Debug, PartialEq, Eq)]
struct Url<'a> {
    scheme: &'a str,
    /// In brackets when it is an address of six groups.
    host: &'a str,
    port: Option<&'a str>,
    path: &'a str,
}

impl<'a> Url<'a> {
    /// `None` when there is no scheme with an authority.
    fn of(value: &'a str) -> Option<Self> {
        let (scheme, rest) = value.split_once("://")?;
        let is_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        if scheme.is_empty() || !scheme.chars().all(is_scheme) {
            return None;
        }
        let rest = rest.split(['?', '#']).next().unwrap_or_default();
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
        // the colons of an address in brackets are its own
        let host_ends = place.rfind(']').unwrap_or(0);
        let colon = place.rfind(':').filter(|&colon| colon >= host_ends);
        let (host, port) = place.split_at(colon.unwrap_or(place.len()));
        Some(Self {
            scheme,
            host,
            port: port.strip_prefix(':').filter(|port| !port.is_empty()),
            path,
        })
    }

    /// The port, or the usual one. `None` when it is none.
    fn port_or(&self, usual: &'a str) -> Option<&'a str> {
        self.port.map_or(Some(usual), network::port)
    }

    /// The host, when it is an address.
    fn address(&self) -> Option<&'a str> {
        let bare = self
            .host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        network::address(bare.unwrap_or(self.host))
    }
}

fn suricata_url(batch: &mut Batch<'_>, value: &str) {
    let Some(url) = Url::of(value) else {
        return anywhere(batch, value);
    };
    let rule = match url.scheme.to_ascii_lowercase().as_str() {
        "http" => http(batch, &url, value),
        "https" => https(batch, &url, value),
        "ssh" => by_address(batch, &url, value, "ssh", "$SSH_PORTS"),
        "ftp" => by_address(batch, &url, value, "ftp", "[20,21]"),
        _ => return anywhere(batch, value),
    };
    if rule.is_none() {
        batch.leave_out(1);
    }
}

/// `None` when no rule can hold the URL, here and below.
fn http(batch: &mut Batch<'_>, url: &Url<'_>, value: &str) -> Option<()> {
    let start = "flow:to_server,established; http.header; content:\"";
    let to = url.address().unwrap_or("$EXTERNAL_NET");
    let header = ["http $HOME_NET any -> ", to, " ", url.port_or("$HTTP_PORTS")?];
    let host = encode::content(url.host)?;
    if url.path.is_empty() {
        visit(batch, &header, value, &[start, &host, "\"; nocase;"]);
    } else {
        let then = "\"; fast_pattern; nocase; http.uri; content:\"";
        let path = encode::content(url.path)?;
        visit(batch, &header, value, &[start, &host, then, &path, "\"; nocase;"]);
    }
    Some(())
}

fn https(batch: &mut Batch<'_>, url: &Url<'_>, value: &str) -> Option<()> {
    let header = ["tls $HOME_NET any -> $EXTERNAL_NET ", url.port_or("443")?];
    let host = encode::content(url.host)?;
    visit(batch, &header, value, &["tls.sni; content:\"", &host, "\";"]);
    Some(())
}

/// These protocols name no host: without an address there is nothing to go by.
fn by_address(
    batch: &mut Batch<'_>,
    url: &Url<'_>,
    value: &str,
    protocol: &str,
    usual_port: &str,
) -> Option<()> {
    let port = url.port_or(usual_port)?;
    if let Some(to) = url.address() {
        let header = ["tcp $HOME_NET any -> ", to, " ", port];
        visit(
            batch,
            &header,
            value,
            &["flow:to_server; app-layer-protocol:", protocol, ";"],
        );
    }
    Some(())
}

fn visit(batch: &mut Batch<'_>, header: &[&str], value: &str, content: &[&str]) {
    batch.rule(&Draft {
        header,
        text: &["Outgoing URL ", &encode::message(value)],
        content,
        tagged: true,
    });
}

/// Without a scheme that says more: the whole value in what a client asks for.
fn anywhere(batch: &mut Batch<'_>, value: &str) {
    simple(
        batch,
        &["http $HOME_NET any -> $EXTERNAL_NET any"],
        "Outgoing URL ",
        [ESTABLISHED, "http.uri; content:\""],
        value,
        "\"; fast_pattern; nocase;",
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_urls() {
        let parts = |value| {
            let url = Url::of(value).unwrap();
            (url.scheme, url.host, url.port, url.path)
        };
        assert_eq!(parts("http://h"), ("http", "h", None, ""));
        assert_eq!(
            parts("http://u:p@h:80/a/b?q#f"),
            ("http", "h", Some("80"), "/a/b")
        );
        assert_eq!(parts("ssh://h:?/"), ("ssh", "h", None, ""));
        assert_eq!(
            parts("http://[2001:db8::1]/"),
            ("http", "[2001:db8::1]", None, "/")
        );
        assert_eq!(
            parts("http://[2001:db8::1]:81/"),
            ("http", "[2001:db8::1]", Some("81"), "/")
        );
        for other in ["", "h/a", "://h", "a b://h", "mailto:x"] {
            assert_eq!(Url::of(other), None, "{other}");
        }
    }
}
