//! XML of strangers as a tree: no document type, no entities beyond the five, within limits. spec: 11#SR-IN-5
use super::tree::{TYPE, Tree};
use crate::read::{DEEPEST, ReadError};
use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event};
use std::io::BufRead;

/// Most elements and attributes of one document.
const MOST_NODES: usize = 1_000_000;

/// Reads a document.
pub(super) fn xml(source: impl BufRead) -> Result<Tree, ReadError> {
    let mut reader = Reader::from_reader(source);
    let mut parser = Parser {
        open: Vec::new(),
        root: None,
        nodes: 0,
    };
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let at = reader.buffer_position();
        let event = reader
            .read_event_into(&mut buffer)
            .map_err(|error| fault(reader.error_position(), error.to_string()))?;
        match event {
            Event::Eof => break,
            event => parser.event(event).map_err(|wrong| wrong.at(at))?,
        }
    }
    parser.finish(reader.buffer_position())
}

fn fault(at: u64, message: impl Into<String>) -> ReadError {
    ReadError::Syntax {
        at,
        message: message.into(),
    }
}

/// What is wrong with an event of the document.
enum Wrong {
    Text(String),
    Limit(ReadError),
}

impl Wrong {
    fn at(self, at: u64) -> ReadError {
        match self {
            Self::Text(message) => fault(at, message),
            Self::Limit(error) => error,
        }
    }
}

fn wrong<T>(message: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong::Text(message.into()))
}

struct Parser {
    open: Vec<Tree>,
    root: Option<Tree>,
    nodes: usize,
}

impl Parser {
    fn event(&mut self, event: Event<'_>) -> Result<(), Wrong> {
        match event {
            Event::Start(start) => {
                let tree = self.element(&start)?;
                if self.open.len() >= DEEPEST {
                    return Err(Wrong::Limit(ReadError::TooDeep(DEEPEST)));
                }
                self.open.push(tree);
            }
            Event::Empty(start) => {
                let tree = self.element(&start)?;
                self.close(tree)?;
            }
            Event::End(_) => match self.open.pop() {
                Some(tree) => self.close(tree)?,
                None => return wrong("an element ends that was not begun"),
            },
            Event::Text(text) => self.text(&text.xml10_content())?,
            Event::CData(text) => self.text(&text.xml10_content())?,
            Event::GeneralRef(reference) => {
                let character = reference
                    .resolve_char_ref()
                    .map_err(|error| Wrong::Text(error.to_string()))?;
                match character {
                    Some(character) => self.text(character.encode_utf8(&mut [0; 4]))?,
                    None => match resolve_xml_entity(&reference) {
                        Some(text) => self.text(text)?,
                        None => return wrong("entities are not expanded: write the text itself"),
                    },
                }
            }
            Event::DocType(_) => {
                return wrong("a document type (DOCTYPE) is not accepted: send the document without it");
            }
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) | Event::Eof => {}
        }
        Ok(())
    }

    fn counted(&mut self, more: usize) -> Result<(), Wrong> {
        self.nodes += more;
        if self.nodes > MOST_NODES {
            return Err(Wrong::Limit(ReadError::TooLarge(format!(
                "A document holds at most {MOST_NODES} elements and attributes; split it."
            ))));
        }
        Ok(())
    }

    fn element(&mut self, start: &BytesStart<'_>) -> Result<Tree, Wrong> {
        let mut tree = Tree::leaf(&start.local_name().as_ref().to_ascii_lowercase(), String::new());
        self.counted(1)?;
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| Wrong::Text(error.to_string()))?;
            let name: &str = attribute.key.as_ref();
            if name.starts_with("xmlns") {
                continue;
            }
            self.counted(1)?;
            let value = attribute
                .normalized_value(quick_xml::XmlVersion::Explicit1_0)
                .map_err(|error| Wrong::Text(format!("entities are not expanded: {error}")))?;
            let local = attribute.key.local_name();
            let local: &str = local.as_ref();
            let is_type = local == "type" && name != local;
            tree.children.push(if is_type {
                Tree::leaf(TYPE, value.rsplit(':').next().unwrap_or_default().to_owned())
            } else {
                Tree::leaf(&local.to_ascii_lowercase(), value.into_owned())
            });
        }
        Ok(tree)
    }

    fn text(&mut self, text: &str) -> Result<(), Wrong> {
        match self.open.last_mut() {
            Some(open) => open.text.push_str(text),
            None if text.trim().trim_start_matches('\u{feff}').is_empty() => {}
            None => return wrong("text stands outside the document"),
        }
        if text.contains('\0') {
            return wrong("a text holds the character NUL");
        }
        Ok(())
    }

    fn close(&mut self, tree: Tree) -> Result<(), Wrong> {
        match self.open.last_mut() {
            Some(parent) => parent.children.push(tree),
            None if self.root.is_none() => self.root = Some(tree),
            None => return wrong("a second document follows the first"),
        }
        Ok(())
    }

    fn finish(self, at: u64) -> Result<Tree, ReadError> {
        if !self.open.is_empty() {
            return Err(fault(at, "the document ends in the middle"));
        }
        self.root.ok_or(ReadError::Empty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<Tree, String> {
        xml(text.as_bytes()).map_err(|error| error.to_string())
    }

    #[test]
    fn elements_attributes_and_text() {
        let tree = read(
            "<?xml version=\"1.0\"?>\n<a:Root id=\"x\" xmlns:a=\"y\" xsi:type=\"b:Kind\"><!-- c --><Item>1 &lt; \
             <![CDATA[<2>]]> &#x41;</Item><Empty/></a:Root>\n",
        )
        .unwrap();
        assert_eq!((tree.name.as_str(), tree.kind()), ("root", "Kind"));
        assert_eq!(tree.text_at(&["id"]), Some("x"));
        assert_eq!(tree.text_at(&["item"]), Some("1 < <2> A"));
        assert!(tree.child("empty").is_some());
        assert_eq!(tree.children.len(), 4);
    }

    #[test]
    fn bi_t21_entities_and_document_types_are_refused() {
        let laughs = "<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol2 \"&lol;&lol;\">]><a>&lol2;</a>";
        assert!(read(laughs).unwrap_err().contains("DOCTYPE"));
        let external = "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>";
        assert!(read(external).unwrap_err().contains("DOCTYPE"));
        assert!(read("<a>&lol;</a>").unwrap_err().contains("entities"));
        assert!(read("<a b=\"&lol;\"/>").unwrap_err().contains("entities"));
    }

    #[test]
    fn bi_f5_what_is_no_document_is_refused() {
        for text in [
            "",
            "  ",
            "x",
            "<a>",
            "<a></b>",
            "</a>",
            "<a/><b/>",
            "<a/>x",
            "<a",
            "<a b=c/>",
            "<a b=\"1\" b=\"2\"/>",
            "<a>&#0;</a>",
            "<a>&</a>",
            "http://a.example/stix.xml",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
        assert!(read(&"<a>".repeat(100_000)).unwrap_err().contains("64 levels"));
        let many = format!("<a>{}</a>", "<b/>".repeat(MOST_NODES));
        assert!(read(&many).unwrap_err().contains("at most"));
        assert!(xml([0xff, 0xfe, b'<'].as_slice()).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = xml(bytes.as_slice());
        }

        #[test]
        fn signs_in_any_order(text in "[<>/a=\"'&;! \\[\\]?#x-]{0,60}") {
            let _ = xml(text.as_bytes());
        }
    }
}
