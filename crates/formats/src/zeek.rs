//! Intelligence files of Zeek, which MISP calls `bro`. spec: 04#7
mod group;
mod natural;

pub use group::Group;

use crate::export::{Export, Parts, Row};
use crate::left_out::LeftOut;
use entente_indicator::AttributeType;
use std::borrow::Cow;

const HEAD: &[u8] =
    b"#fields\tindicator\tindicator_type\tmeta.source\tmeta.desc\tmeta.url\tmeta.do_notice\tmeta.if_in\n";

/// An intelligence file. Its lines are distinct and sorted, so they stay in memory until the end: some 200 bytes
/// for each indicator, and twice that for a moment when they are handed over.
#[derive(Debug, Default)]
pub struct Intel {
    /// Which indicators.
    pub group: Group,
    /// Short name of the organisation that runs the instance.
    pub organisation: String,
    /// The address under which users reach the instance, without a slash at the end.
    pub base_url: String,
    lines: Vec<Box<[u8]>>,
    left_out: LeftOut,
}

impl Intel {
    /// A file of these indicators as made by this instance.
    #[must_use]
    pub fn new(group: Group, organisation: String, base_url: String) -> Self {
        Self {
            group,
            organisation,
            base_url,
            lines: Vec::new(),
            left_out: LeftOut::default(),
        }
    }

    fn line(&self, indicator: &[u8], intel: &str, row: &Row<'_>) -> Box<[u8]> {
        let mut line = Vec::with_capacity(256);
        line.extend_from_slice(indicator);
        line.push(b'\t');
        line.extend_from_slice(intel.as_bytes());
        line.push(b'\t');
        field(
            &mut line,
            &[
                &self.organisation,
                " MISP (",
                &row.event.uuid.to_string(),
                ") - ",
                row.creator,
            ],
        );
        line.push(b'\t');
        let about = [&row.event.info, ". ", &row.attribute.comment].concat();
        field(&mut line, &[&without_markup(&about)]);
        line.push(b'\t');
        field(
            &mut line,
            &[&self.base_url, "/events/view/", &row.event.id.to_string()],
        );
        line.extend_from_slice(b"\tT\t-\n");
        line.into_boxed_slice()
    }
}

impl Export for Intel {
    fn begin(&mut self, out: &mut Parts) {
        out.part(0).extend_from_slice(HEAD);
    }

    fn attribute(&mut self, _: &mut Parts, row: &Row<'_>) {
        let Some(kind) = AttributeType::from_id(row.attribute.kind) else {
            return;
        };
        let values = [
            Some(row.attribute.value1.as_str()),
            row.attribute.value2.as_deref(),
        ];
        for (group, value) in group::of_halves(kind).into_iter().zip(values) {
            let (Some(group), Some(value)) = (group, value) else {
                continue;
            };
            if self.group != Group::All && self.group != group {
                continue;
            }
            let value = if group == Group::Url {
                without_scheme(value)
            } else {
                value
            };
            match indicator(value) {
                Some(indicator) => {
                    let line = self.line(&indicator, group.intel(value), row);
                    self.lines.push(line);
                }
                None => self.left_out.count(),
            }
        }
    }

    fn end(&mut self, out: &mut Parts) {
        let out = out.part(0);
        let mut lines = std::mem::take(&mut self.lines);
        lines.sort_unstable_by(|a, b| natural::compare(a, b));
        lines.dedup();
        for line in lines {
            out.extend_from_slice(&line);
        }
        self.left_out.note(out, "#");
    }
}

fn without_scheme(url: &str) -> &str {
    ["http://", "https://"]
        .iter()
        .find_map(|scheme| {
            let (start, rest) = url.split_at_checked(scheme.len())?;
            start.eq_ignore_ascii_case(scheme).then_some(rest)
        })
        .unwrap_or(url)
}

/// The text without tags of markup, as MISP describes indicators. A tag that does not end is none.
fn without_markup(text: &str) -> Cow<'_, str> {
    let is_name = |c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?');
    if !text.contains('<') {
        return Cow::Borrowed(text);
    }
    let (mut kept, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, after)) = rest.split_once('<') {
        kept.push_str(before);
        rest = after;
        if !after.starts_with(is_name) {
            kept.push('<');
            continue;
        }
        let Some((_, behind)) = after.split_once('>') else {
            // no further tag can end either
            kept.push('<');
            break;
        };
        rest = behind;
    }
    kept.push_str(rest);
    Cow::Owned(kept)
}

/// The field that a line begins with, if the value can be one. A `#` there would make a comment of the line, or
/// a second head, and a single `-` says that there is no value: both are written as their codes.
fn indicator(value: &str) -> Option<Vec<u8>> {
    if value.contains(|c: char| c.is_control()) {
        return None;
    }
    let mut out = Vec::with_capacity(value.len());
    field(&mut out, &[value]);
    if out.iter().all(|byte| *byte == b' ') {
        return None;
    }
    match out.as_slice() {
        [b'#', rest @ ..] => Some([b"\\x23", rest].concat()),
        b"-" => Some(b"\\x2d".to_vec()),
        _ => Some(out),
    }
}

/// Appends a field made of these pieces. Only printable ASCII is kept, so that neither a tab nor a line break ends
/// the field. Zeek reads `\x` and two digits as the code of a byte: where a value has that, the backslash itself
/// is written as its code.
fn field(out: &mut Vec<u8>, pieces: &[&str]) {
    let start = out.len();
    for piece in pieces {
        out.extend(piece.bytes().filter(|byte| matches!(byte, b' '..=b'~')));
    }
    let has_code = out
        .get(start..)
        .is_some_and(|field| field.windows(4).any(is_code));
    if has_code {
        let field = out.split_off(start);
        for (at, byte) in field.iter().enumerate() {
            match field.get(at..at.saturating_add(4)) {
                Some(bytes) if is_code(bytes) => out.extend_from_slice(b"\\x5c"),
                _ => out.push(*byte),
            }
        }
    }
}

fn is_code(bytes: &[u8]) -> bool {
    matches!(bytes, [b'\\', b'x', a, b] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{HOSTILE, attribute, document};
    use proptest::prelude::*;

    fn rows(group: &str, rows: &[(&str, &str)]) -> Vec<[String; 2]> {
        let rows: Vec<_> = rows.iter().map(|(kind, value)| attribute(kind, value)).collect();
        let export = Intel::new(
            Group::from_name(group).unwrap(),
            "ORG".to_owned(),
            "https://m.example".to_owned(),
        );
        let text = document(export, &rows, &[]);
        let lines = text.strip_prefix(str::from_utf8(HEAD).unwrap()).unwrap().lines();
        lines
            .map(|line| {
                let fields: Vec<_> = line.split('\t').collect();
                assert_eq!(fields.len(), 7, "{line:?}");
                assert_eq!(
                    fields[2],
                    "ORG MISP (00000000-0000-0000-0000-000000000001) - Creator"
                );
                assert_eq!(
                    fields[3..],
                    ["a \"b\". ", "https://m.example/events/view/12", "T", "-"]
                );
                [
                    fields[0].to_owned(),
                    fields[1].strip_prefix("Intel::").unwrap().to_owned(),
                ]
            })
            .collect()
    }

    #[test]
    fn sorted_and_distinct() {
        let found = rows(
            "all",
            &[
                ("ip-dst", "192.0.2.10"),
                ("ip-src", "192.0.2.9"),
                ("ip-src|port", "192.0.2.9|80"),
                ("domain|ip", "pair.example|198.51.100.0/24"),
                ("url", "HTTPS://bad.example/x"),
                ("filename|md5", "a.exe|aa"),
                ("filename|ssdeep", "b.exe|3:a:b"),
                ("user-agent", "curl"),
                ("x509-fingerprint-sha1", "ff"),
                ("text", "nothing"),
            ],
        );
        let expected = [
            ["3:a:b", "FILE_HASH"],
            ["192.0.2.9", "ADDR"],
            ["192.0.2.10", "ADDR"],
            ["198.51.100.0/24", "SUBNET"],
            ["a.exe", "FILE_NAME"],
            ["aa", "FILE_HASH"],
            ["bad.example/x", "URL"],
            ["curl", "SOFTWARE"],
            ["ff", "CERT_HASH"],
            ["pair.example", "DOMAIN"],
        ];
        assert_eq!(found, expected.map(|row| row.map(str::to_owned)));
    }

    #[test]
    fn one_group() {
        let all = [
            ("domain|ip", "pair.example|::1"),
            ("malware-sample", "a.exe|aa"),
            ("email-dst", "a@b.example"),
        ];
        for (group, indicator) in [
            ("ip", "::1"),
            ("domain", "pair.example"),
            ("filename", "a.exe"),
            ("filehash", "aa"),
            ("email", "a@b.example"),
        ] {
            let found = rows(group, &all);
            assert_eq!(
                found.iter().map(|[value, _]| value).collect::<Vec<_>>(),
                [indicator]
            );
        }
        assert!(rows("software", &all).is_empty());
    }

    #[test]
    fn codes_and_marks_of_zeek_are_written_as_codes() {
        for (value, written) in [
            ("C:\\x86\\x\\xZZ", "C:\\x5cx86\\x\\xZZ"),
            ("\\x23\\x09", "\\x5cx23\\x5cx09"),
            ("#fields", "\\x23fields"),
            ("-", "\\x2d"),
            ("--", "--"),
            ("naïve.exe", "nave.exe"),
        ] {
            assert_eq!(indicator(value).unwrap(), written.as_bytes());
        }
        for value in ["", "  ", "é", "a\tb", "a\nb", "a\0", "a\u{85}b"] {
            assert_eq!(indicator(value), None, "{value:?}");
        }
    }

    #[test]
    fn descriptions_have_no_tags() {
        for (text, plain) in [
            ("a <b>bold</b> word<br/>", "a bold word"),
            ("1 < 2 > 0 <- <", "1 < 2 > 0 <- <"),
            ("x <!-- y --> z <a", "x  z <a"),
            ("<<b>", "<"),
        ] {
            assert_eq!(without_markup(text), plain);
        }
    }

    #[test]
    fn a_hostile_text_adds_no_line() {
        for text in HOSTILE {
            let mut attribute = attribute("filename", text);
            attribute.comment = (*text).to_owned();
            let export = Intel::new(Group::All, (*text).to_owned(), (*text).to_owned());
            let text = document(export, &[attribute], &[]);
            let line = text.lines().nth(1).unwrap();
            assert_eq!(text.lines().count(), 2);
            assert!(
                line.starts_with("# Values left out") || line.split('\t').count() == 7,
                "{line:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_field_means_the_ascii_of_its_text(text in "[\\\\x0-9a-f\\t\\né#-]{0,16}") {
            let mut out = Vec::new();
            field(&mut out, &[&text]);
            let mut meant = Vec::new();
            let mut rest = out.as_slice();
            while let [byte, more @ ..] = rest {
                rest = more;
                if out.len() >= 4 && matches!([&[*byte], more].concat().get(..4), Some(bytes) if is_code(bytes)) {
                    meant.push(hex::decode(&more[1..3]).unwrap()[0]);
                    rest = &more[3..];
                } else {
                    meant.push(*byte);
                }
            }
            let ascii: Vec<u8> = text.bytes().filter(|byte| matches!(byte, b' '..=b'~')).collect();
            prop_assert_eq!(meant, ascii);
        }
    }
}
