//! OpenIOC 1.0, an XML document of indicator items. spec: 04#6.8
use crate::export::{Export, Parts, Row};
use entente_indicator::{AttributeType, Category};
use entente_model::time::{Seconds, datetime};
use uuid::Uuid;

/// Where a value is looked for: `document`, `search`, and the `type` of the content.
type Item = (&'static str, &'static str, &'static str);

const MD5: Item = ("FileItem", "FileItem/Md5sum", "md5");
const SHA1: Item = ("FileItem", "FileItem/Sha1sum", "sha1");
const SHA256: Item = ("FileItem", "FileItem/Sha256sum", "sha256");
const FILE_NAME: Item = ("FileItem", "FileItem/FileName", "string");
const REMOTE_IP: Item = ("PortItem", "PortItem/remoteIP", "IP");
const DNS: Item = ("Network", "Network/DNS", "string");
const KEY_PATH: Item = ("Network", "RegistryItem/KeyPath", "string");

/// What the halves of a value are, by type.
fn items(kind: &str) -> Option<(Item, Option<Item>)> {
    let simple = match kind {
        "md5" => MD5,
        "sha1" => SHA1,
        "sha256" => SHA256,
        "filename" | "attachment" => FILE_NAME,
        "ip-src" => REMOTE_IP,
        "ip-dst" => ("RouteEntryItem", "RouteEntryItem/Destination", "IP"),
        "hostname" => ("RouteEntryItem", "RouteEntryItem/Destination", "string"),
        "email" | "email-src" => ("Email", "Email/From", "string"),
        "email-dst" => ("Email", "Email/To", "string"),
        "email-subject" => ("Email", "Email/Subject", "string"),
        "email-attachment" => ("Email", "Email/Attachment/Name", "string"),
        "domain" => DNS,
        "url" => ("UrlHistoryItem", "UrlHistoryItem/URL", "string"),
        "user-agent" => ("Network", "Network/UserAgent", "string"),
        "regkey" => KEY_PATH,
        "snort" => ("Snort", "Snort/Snort", "string"),
        "link" => ("URL", "UrlHistoryItem/URL", "md5"),
        "filename|md5" | "malware-sample" => return Some((FILE_NAME, Some(MD5))),
        "filename|sha1" => return Some((FILE_NAME, Some(SHA1))),
        "filename|sha256" => return Some((FILE_NAME, Some(SHA256))),
        "regkey|value" => return Some((KEY_PATH, Some(("Network", "RegistryItem/Value", "string")))),
        "domain|ip" => return Some((DNS, Some(REMOTE_IP))),
        _ => return None,
    };
    Some((simple, None))
}

/// Whether values of this category are part of the document.
fn is_listed(category: u8) -> bool {
    matches!(
        Category::from_id(category),
        Some(
            Category::PayloadDelivery
                | Category::ArtifactsDropped
                | Category::PayloadInstallation
                | Category::PersistenceMechanism
                | Category::NetworkActivity
        )
    )
}

/// An OpenIOC document as an export. spec: 04#6.8
#[derive(Debug)]
pub struct OpenIoc {
    id: Uuid,
    indicator: Uuid,
    at: Seconds,
    author: String,
    left_out: usize,
}

impl OpenIoc {
    /// A document with this uuid, whose outermost indicator has that one, made now by an organisation.
    #[must_use]
    pub fn new(id: Uuid, indicator: Uuid, now: Seconds, organisation: String) -> Self {
        Self {
            id,
            indicator,
            at: now,
            author: organisation,
            left_out: 0,
        }
    }
}

impl Export for OpenIoc {
    fn begin(&mut self, out: &mut Parts) {
        let out = out.part(0);
        let at = datetime(self.at).replace(' ', "T");
        out.extend_from_slice(
            b"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
              <ioc xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
              xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" id=\"",
        );
        push_uuid(out, self.id);
        out.extend_from_slice(b"\" last-modified=\"");
        out.extend_from_slice(at.as_bytes());
        out.extend_from_slice(
            b"\" xmlns=\"http://schemas.mandiant.com/2010/ioc\">\n  \
              <short_description>Filtered indicator list</short_description>\n  \
              <description>Filtered indicator list</description>\n  \
              <keywords />\n  \
              <authored_by>",
        );
        push_text(out, &self.author);
        out.extend_from_slice(b"</authored_by>\n  <authored_date>");
        out.extend_from_slice(at.as_bytes());
        out.extend_from_slice(
            b"</authored_date>\n  <links />\n  <definition>\n    <Indicator operator=\"OR\" id=\"",
        );
        push_uuid(out, self.indicator);
        out.extend_from_slice(b"\">\n");
    }

    fn attribute(&mut self, out: &mut Parts, row: &Row<'_>) {
        let attribute = row.attribute;
        if !attribute.to_ids || !is_listed(attribute.category) {
            return;
        }
        let kind = AttributeType::from_id(attribute.kind).map_or("", AttributeType::name);
        let Some((first, second)) = items(kind) else {
            return;
        };
        let value1 = attribute.value1.as_str();
        let value2 = attribute.value2.as_deref().unwrap_or_default();
        if !is_text(value1) || (second.is_some() && !is_text(value2)) {
            self.left_out = self.left_out.saturating_add(1);
            return;
        }
        let out = out.part(0);
        let Some(second) = second else {
            push_item(out, "      ", attribute.uuid, first, value1);
            return;
        };
        // five blanks, as MISP has them
        out.extend_from_slice(b"     <Indicator operator=\"AND\" id=\"");
        push_uuid(out, attribute.uuid);
        out.extend_from_slice(b"\">\n");
        push_item(out, "        ", attribute.uuid, first, value1);
        push_item(out, "        ", attribute.uuid, second, value2);
        out.extend_from_slice(b"      </Indicator>\n");
    }

    fn end(&mut self, out: &mut Parts) {
        let out = out.part(0);
        // spec: 11#SR-IN-7
        if self.left_out > 0 {
            out.extend_from_slice(b"      <!-- Values left out because XML cannot express them: ");
            out.extend_from_slice(self.left_out.to_string().as_bytes());
            out.extend_from_slice(b" -->\n");
        }
        out.extend_from_slice(b"    </Indicator>\n  </definition>\n</ioc>\n");
    }
}

fn push_item(out: &mut Vec<u8>, indent: &str, uuid: Uuid, item: Item, value: &str) {
    let (document, search, kind) = item;
    let line = |out: &mut Vec<u8>, pieces: &[&str]| {
        out.extend_from_slice(indent.as_bytes());
        for piece in pieces {
            out.extend_from_slice(piece.as_bytes());
        }
    };
    line(out, &["<IndicatorItem id=\""]);
    push_uuid(out, uuid);
    out.extend_from_slice(b"\" condition=\"is\">\n");
    let context = [
        "  <Context document=\"",
        document,
        "\" search=\"",
        search,
        "\" type=\"mir\" />\n",
    ];
    line(out, &context);
    line(out, &["  <Content type=\"", kind, "\">"]);
    push_text(out, value);
    out.extend_from_slice(b"</Content>\n");
    line(out, &["</IndicatorItem>\n"]);
}

fn push_uuid(out: &mut Vec<u8>, uuid: Uuid) {
    let mut buffer = Uuid::encode_buffer();
    out.extend_from_slice(uuid.hyphenated().encode_lower(&mut buffer).as_bytes());
}

/// Whether XML 1.0 has all characters of a text; it has no way to write the others.
fn is_text(text: &str) -> bool {
    text.chars().all(is_char)
}

fn is_char(ch: char) -> bool {
    matches!(ch, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

/// Appends character data that a parser gives back unchanged.
fn push_text(out: &mut Vec<u8>, text: &str) {
    let mut buffer = [0; 4];
    for ch in text.chars() {
        let escaped: &[u8] = match ch {
            '&' => b"&amp;",
            '<' => b"&lt;",
            '>' => b"&gt;",
            '"' => b"&quot;",
            '\'' => b"&#039;",
            // parsers turn the character itself into a line feed, and these two as well in XML 1.1
            '\r' => b"&#13;",
            '\u{85}' => b"&#133;",
            '\u{2028}' => b"&#8232;",
            ch if !is_char(ch) => "\u{fffd}".as_bytes(),
            ch => ch.encode_utf8(&mut buffer).as_bytes(),
        };
        out.extend_from_slice(escaped);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{attribute, document};
    use entente_model::attribute::Attribute;
    use proptest::prelude::*;
    use quick_xml::events::Event;

    fn export(author: &str) -> OpenIoc {
        OpenIoc::new(
            Uuid::from_u128(10),
            Uuid::from_u128(11),
            1_795_248_966,
            author.to_owned(),
        )
    }

    /// Reads a whole document and gives the text of each element of this name.
    fn texts(document: &str, element: &str) -> Vec<String> {
        let mut reader = quick_xml::Reader::from_str(document);
        let (mut found, mut depth, mut inside) = (Vec::new(), 0, false);
        loop {
            match reader.read_event().unwrap() {
                Event::Start(start) => {
                    depth += 1;
                    inside = start.name().as_ref() == element;
                    if inside {
                        found.push(String::new());
                    }
                    for attribute in start.attributes() {
                        attribute.unwrap();
                    }
                }
                Event::End(_) => {
                    depth -= 1;
                    inside = false;
                }
                Event::Text(text) if inside => {
                    let text = text.xml10_content();
                    found.last_mut().unwrap().push_str(&text);
                }
                Event::GeneralRef(name) if inside => {
                    let name: &str = name.as_ref();
                    let text = quick_xml::escape::unescape(&format!("&{name};"))
                        .unwrap()
                        .into_owned();
                    found.last_mut().unwrap().push_str(&text);
                }
                Event::CData(_) | Event::DocType(_) | Event::PI(_) => panic!("{document}"),
                Event::Eof => break,
                _ => {}
            }
        }
        assert_eq!(depth, 0);
        found
    }

    #[test]
    fn whole_document() {
        let rows = [
            attribute("ip-dst", "198.51.100.77"),
            attribute("comment", "left out"),
            attribute("filename|sha256", "a <b> & \"c\".exe|7ad3"),
            Attribute {
                to_ids: false,
                ..attribute("ip-dst", "198.51.100.78")
            },
            attribute("link", "https://example.org/"),
        ];
        assert_eq!(
            document(export("A & B"), &rows, &[]),
            r#"<?xml version="1.0" encoding="utf-8"?>
<ioc xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema" id="00000000-0000-0000-0000-00000000000a" last-modified="2026-11-21T08:16:06" xmlns="http://schemas.mandiant.com/2010/ioc">
  <short_description>Filtered indicator list</short_description>
  <description>Filtered indicator list</description>
  <keywords />
  <authored_by>A &amp; B</authored_by>
  <authored_date>2026-11-21T08:16:06</authored_date>
  <links />
  <definition>
    <Indicator operator="OR" id="00000000-0000-0000-0000-00000000000b">
      <IndicatorItem id="00000000-0000-0000-0000-000000000002" condition="is">
        <Context document="RouteEntryItem" search="RouteEntryItem/Destination" type="mir" />
        <Content type="IP">198.51.100.77</Content>
      </IndicatorItem>
     <Indicator operator="AND" id="00000000-0000-0000-0000-000000000002">
        <IndicatorItem id="00000000-0000-0000-0000-000000000002" condition="is">
          <Context document="FileItem" search="FileItem/FileName" type="mir" />
          <Content type="string">a &lt;b&gt; &amp; &quot;c&quot;.exe</Content>
        </IndicatorItem>
        <IndicatorItem id="00000000-0000-0000-0000-000000000002" condition="is">
          <Context document="FileItem" search="FileItem/Sha256sum" type="mir" />
          <Content type="sha256">7ad3</Content>
        </IndicatorItem>
      </Indicator>
    </Indicator>
  </definition>
</ioc>
"#
        );
    }

    #[test]
    fn what_xml_lacks_is_counted() {
        let rows = [
            attribute("url", "http://a/\0"),
            attribute("domain|ip", "a|\u{fffe}"),
        ];
        let document = document(export("a\0b"), &rows, &[]);
        assert!(
            document.contains("      <!-- Values left out because XML cannot express them: 2 -->\n    </Ind")
        );
        assert!(texts(&document, "Content").is_empty());
        assert_eq!(texts(&document, "authored_by"), ["a\u{fffd}b"]);
    }

    #[test]
    fn the_clock_has_24_hours() {
        let export = OpenIoc::new(Uuid::nil(), Uuid::nil(), 1_795_248_966 + 12 * 3600, String::new());
        let document = document(export, &[], &[]);
        assert_eq!(texts(&document, "authored_date"), ["2026-11-21T20:16:06"]);
    }

    #[test]
    fn every_type_exists() {
        let known = AttributeType::all().filter(|kind| items(kind.name()).is_some());
        assert_eq!(known.count(), 25);
        for kind in AttributeType::all() {
            if let Some((_, second)) = items(kind.name()) {
                assert_eq!(kind.is_composite(), second.is_some(), "{}", kind.name());
            }
        }
    }

    proptest! {
        #[test]
        fn values_come_back(
            value in "(?s)(.|[<>&'\"\r\n\t;/!-]|]]>|<!--|&amp;|&#13;|</Content>|\u{85}|\u{2028}){1,30}",
            author in any::<String>(),
        ) {
            let document = document(export(&author), &[attribute("url", &value)], &[]);
            let expected: Vec<String> = is_text(&value).then(|| value.clone()).into_iter().collect();
            prop_assert_eq!(texts(&document, "Content"), expected);
            prop_assert_eq!(texts(&document, "authored_by").len(), 1);
        }
    }
}
