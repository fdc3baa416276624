//! Documents and rules, one example of each kind. spec: 04#6.7
use super::*;
use crate::sample::{attribute, document, event};

/// What the rules of a value say between `alert` and what all have in common.
fn rules(dialect: Dialect, kind: &str, value: &str) -> Vec<String> {
    let text = document(
        Rules::new(dialect, String::new(), 0, false),
        &[attribute(kind, value)],
        &[],
    );
    let lines = text.split('\n').filter_map(|line| line.strip_prefix("alert "));
    let bare = |line: &str| {
        let (rule, _) = line.split_once(" classtype:").unwrap();
        rule.replace("msg: \"MISP e12 [] ", "")
    };
    lines.map(bare).collect()
}

fn snort(kind: &str, value: &str) -> Vec<String> {
    rules(Dialect::Snort, kind, value)
}

fn suricata(kind: &str, value: &str) -> Vec<String> {
    rules(Dialect::Suricata, kind, value)
}

fn numbered(id: i64, kind: &str, value: &str) -> Attribute {
    Attribute {
        id: ElementId(id),
        ..attribute(kind, value)
    }
}

#[test]
fn a_whole_document() {
    let rules = Rules::new(Dialect::Snort, "https://e.example/".to_owned(), 4_000_000, false);
    let rows = [
        numbered(190, "ip-dst|port", "198.51.100.7|443"),
        numbered(191, "md5", "d41d8cd98f00b204e9800998ecf8427e"),
        numbered(192, "email-attachment", "a;b.exe"),
        numbered(
            193,
            "snort",
            "alert tcp any any -> any 443 (msg:\"x\";\ncontent:\"y\"; sid:1; rev:7;)",
        ),
    ];
    let text = document(rules, &rows, &["tlp:red", "a=\"b\""]);
    let (head, body) = text.split_once("\n# \n").unwrap();
    assert!(head.lines().all(|line| line.starts_with('#')));
    assert_eq!(
        body,
        "alert ip $HOME_NET any -> 198.51.100.7 443 (msg: \"MISP e12 [tlp:red,a=\\\"b\\\"] Outgoing To IP: \
         198.51.100.7|443\";   classtype:trojan-activity; sid:4001901; rev:1; priority:1; \
         reference:url,https://e.example/events/view/12;) \n\
         alert tcp $EXTERNAL_NET any -> $SMTP_SERVERS 25 (msg: \"MISP e12 [tlp:red,a=\\\"b\\\"] \
         Bad Email Attachment\"; flow:established,to_server; content:\"Content-Disposition|3a| attachment\
         |3b| filename|3d 22|\"; content:\"a|3b|b.exe|22|\"; fast_pattern; content:\"|0D 0A 0D 0A|\"; \
         within:8192; tag:session,600,seconds; classtype:trojan-activity; sid:4001921; rev:1; priority:1; \
         reference:url,https://e.example/events/view/12;) \n\
         alert tcp any any -> any 443 (msg: \"MISP e12 [tlp:red,a=\\\"b\\\"] snort-rule | x\"; content:\"y\"; \
         sid:4001931; rev:1; classtype:trojan-activity;reference:url,https://e.example/events/view/12;)"
    );
}

#[test]
fn nothing_to_write_is_the_comment_alone() {
    for dialect in [Dialect::Snort, Dialect::Suricata] {
        let text = document(Rules::new(dialect, String::new(), 0, false), &[], &[]);
        assert!(text.ends_with("\n# "));
        assert!(text.lines().all(|line| line.starts_with('#')));
    }
}

#[test]
fn what_no_rule_can_hold_is_counted() {
    let rows = [
        attribute("ip-dst", "any"),
        attribute("domain", "a..b"),
        attribute("email", ""),
        attribute("snort", "pass ip any any -> any any (sid:1;)"),
    ];
    let text = document(Rules::new(Dialect::Snort, String::new(), 0, false), &rows, &[]);
    assert!(text.ends_with("\n# \n# left out, because no rule can hold their values: 4"));
}

#[test]
fn names() {
    let dns = "\"; content:\"|01 00 00 01 00 00 00 00 00 01|\"; depth:10; offset:2; content:\"";
    let host = "|01||01|a|07|example|00|\"; fast_pattern; nocase;";
    assert_eq!(
        snort("hostname", "a.example"),
        [
            format!("udp any any -> any 53 (Hostname: a.example{dns}{host} "),
            format!("tcp any any -> any 53 (Hostname: a.example{dns}{host} flow:established; "),
            "tcp $HOME_NET any -> $EXTERNAL_NET $HTTP_PORTS (Outgoing HTTP Hostname: a.example\"; \
             flow:to_server,established; content: \"Host|3a| a.example\"; nocase; http_header; \
             pcre: \"/(^|[^A-Za-z0-9-\\.])a\\.example[^A-Za-z0-9-\\.]/H\"; tag:session,600,seconds;"
                .to_owned(),
        ]
    );
    let domain = snort("domain", "a.example");
    assert!(domain[0].ends_with("content:\"|01|a|07|example|00|\"; fast_pattern; nocase; "));
    assert_eq!(
        domain[2],
        "tcp $HOME_NET any -> $EXTERNAL_NET $HTTP_PORTS (Outgoing HTTP Domain: a.example\"; \
         flow:to_server,established; content: \"Host|3a|\"; nocase; http_header; content:\"a.example\"; \
         fast_pattern; nocase; http_header; pcre: \"/(^|[^A-Za-z0-9-])a\\.example[^A-Za-z0-9-\\.]/H\"; \
         tag:session,600,seconds;"
    );
    assert_eq!(
        suricata("domain|ip", "a.example|2001:db8::1"),
        [
            "dns any any -> any any (Domain a.example\"; dns.query; content:\"a.example\"; nocase; \
             pcre: \"/(^|[^A-Za-z0-9-])a\\.example$/i\"; ",
            "http $HOME_NET any -> $EXTERNAL_NET any (Outgoing HTTP Domain a.example\"; \
             flow:to_server,established; http.header; content: \"Host|3a|\"; nocase; http.header; \
             content:\"a.example\"; fast_pattern; nocase; \
             pcre: \"/(^|[^A-Za-z0-9-])a\\.example[^A-Za-z0-9-\\.]/Hi\"; tag:session,600,seconds;",
            "ip $HOME_NET any -> 2001:db8::1 any (Outgoing To IP: 2001:db8::1\";  ",
            "ip 2001:db8::1 any -> $HOME_NET any (Incoming From IP: 2001:db8::1\";  ",
        ]
    );
    assert_eq!(
        suricata("hostname", "a.example")[1],
        "http $HOME_NET any -> $EXTERNAL_NET any (Outgoing HTTP Hostname a.example\"; \
         flow:to_server,established; http.header; content: \"Host|3a| a.example\"; fast_pattern; nocase; \
         pcre: \"/(^|[^A-Za-z0-9-\\.])a\\.example[^A-Za-z0-9-\\.]/Hi\"; tag:session,600,seconds;"
    );
}

#[test]
fn urls() {
    let tag = "tag:session,600,seconds;";
    assert_eq!(
        snort("url", "http://h/a;b"),
        [format!(
            "tcp $HOME_NET any -> $EXTERNAL_NET $HTTP_PORTS (Outgoing HTTP URL: http|3a|//h/a|3b|b\"; \
             flow:to_server,established; content:\"http|3a|//h/a|3b|b\"; nocase; http_uri; {tag}"
        )]
    );
    for (url, header, content) in [
        (
            "http://h.example",
            "http $HOME_NET any -> $EXTERNAL_NET $HTTP_PORTS",
            "flow:to_server,established; http.header; content:\"h.example\"; nocase;",
        ),
        (
            "HTTP://u@198.51.100.7:81/a?q",
            "http $HOME_NET any -> 198.51.100.7 81",
            "flow:to_server,established; http.header; content:\"198.51.100.7\"; fast_pattern; nocase; \
             http.uri; content:\"/a\"; nocase;",
        ),
        (
            "https://198.51.100.7/a",
            "tls $HOME_NET any -> $EXTERNAL_NET 443",
            "tls.sni; content:\"198.51.100.7\";",
        ),
        (
            "ssh://[2001:db8::1]",
            "tcp $HOME_NET any -> 2001:db8::1 $SSH_PORTS",
            "flow:to_server; app-layer-protocol:ssh;",
        ),
        (
            "ftp://198.51.100.7:2121/x",
            "tcp $HOME_NET any -> 198.51.100.7 2121",
            "flow:to_server; app-layer-protocol:ftp;",
        ),
        (
            "h.example/a",
            "http $HOME_NET any -> $EXTERNAL_NET any",
            "flow:to_server,established; http.uri; content:\"h.example/a\"; fast_pattern; nocase;",
        ),
    ] {
        let shown = encode::message(url);
        let rule = format!("{header} (Outgoing URL {shown}\"; {content} {tag}");
        assert_eq!(suricata("url", url), [rule], "{url}");
    }
    for none in ["ftp://h.example/", "http:///x", "http://h:x/"] {
        assert_eq!(suricata("url", none), [""; 0], "{none}");
    }
}

#[test]
fn other_types() {
    let tag = "tag:session,600,seconds;";
    assert_eq!(
        snort("user-agent", "Bot 1"),
        [format!(
            "tcp $HOME_NET any -> $EXTERNAL_NET $HTTP_PORTS (Outgoing User-Agent: Bot 1\"; \
             flow:to_server,established; content:\"Bot 1\"; http_header; {tag}"
        )]
    );
    assert_eq!(
        suricata("user-agent", "Bot 1"),
        [format!(
            "http $HOME_NET any -> $EXTERNAL_NET any (Outgoing User-Agent Bot 1\"; \
             flow:to_server,established; content:\"Bot 1\"; fast_pattern; http_user_agent; {tag}"
        )]
    );
    let mail = snort("email", "a@b");
    assert!(
        mail[0].contains("(Source Email Address: a@b\"; flow:established,to_server; content:\"MAIL FROM|3a|")
    );
    assert!(
        mail[1]
            .contains("(Destination Email Address: a@b\"; flow:established,to_server; content:\"RCPT TO|3a|")
    );
    assert!(suricata("email-subject", "Hi").iter().all(|rule| {
        rule.ends_with(&format!(
            "(Bad Email Subject\"; flow:established,to_server; content:\"Subject|3a|\"; nocase; content:\"Hi\"; \
             fast_pattern; nocase; content:\"|0D 0A 0D 0A|\"; within:8192; {tag}"
        ))
    }));
    let ja3 = "601c4c0b3724ebc43116327aea12a38a";
    assert_eq!(
        suricata("ja3-fingerprint-md5", ja3),
        [format!(
            "tls any any -> any any (JA3 Hash: {ja3}\"; ja3.hash; content:\"{ja3}\"; fast_pattern; {tag}"
        )]
    );
    assert_eq!(snort("ja3-fingerprint-md5", ja3), [""; 0]);
    let own = "alert ip any any -> any any (sid:1;)";
    assert_eq!(snort("suricata", own), [""; 0]);
    assert_eq!(suricata("suricata", own).len(), 1);
}

#[test]
fn many_tags_hide_no_rule() {
    let long = "x".repeat(1000);
    let text = document(
        Rules::new(Dialect::Snort, String::new(), 0, false),
        &[attribute("ip-dst", "198.51.100.7")],
        &[&long, &long, "never", &long],
    );
    assert!(text.contains(&format!("[{long},{long},never] Outgoing")));
}

#[test]
fn whole_events_name_their_tags() {
    let (event, address) = (event(), attribute("ip-dst", "198.51.100.7"));
    let row = Row {
        attribute: &address,
        event: &event,
        object: None,
        tags: &["own"],
        event_tags: &["tlp:red", "own"],
        owner: "",
        creator: "",
        decay: None,
    };
    for (whole, tags) in [(true, "[own,tlp:red,own]"), (false, "[own]")] {
        let mut rules = Rules::new(Dialect::Snort, String::new(), 0, whole);
        let mut out = Parts::of(&rules);
        rules.attribute(&mut out, &row);
        assert!(String::from_utf8(out.concat()).unwrap().contains(tags));
    }
}
