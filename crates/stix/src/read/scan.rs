//! Where the objects of a document begin and end, without parsing them.
use super::ReadError;
use super::index::{LARGEST_OBJECT, MOST_OBJECTS};
use std::io::{Read, Seek, SeekFrom};

/// Deepest nesting of arrays and objects.
pub const DEEPEST: usize = 64;

/// Bytes read at a time.
const CHUNK: usize = 64 << 10;
/// The key of the list of objects.
const LIST: &[u8] = b"objects";
/// The key of the identifier of what holds the list.
const ID: &[u8] = b"id";
/// As much of a string as is kept: keys that are looked for and an identifier are shorter.
const KEPT: usize = 64;

/// An object of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slice {
    pub(super) at: u64,
    pub(super) length: u32,
}

/// What a document consists of.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) objects: Vec<Slice>,
    /// The identifier of what holds them, as it stands.
    pub(super) id: Option<String>,
}

/// Finds the objects: those of the list `objects` of bundles and envelopes, those of a list, or the values of the
/// document themselves.
pub(super) fn objects(source: &mut (impl Read + Seek)) -> Result<Parts, ReadError> {
    source.seek(SeekFrom::Start(0))?;
    let mut scanner = Scanner::default();
    let mut buffer = vec![0; CHUNK];
    loop {
        let read = match source.read(&mut buffer) {
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        let Some(chunk) = buffer.get(..read).filter(|chunk| !chunk.is_empty()) else {
            return scanner.finish();
        };
        for &byte in chunk {
            scanner.feed(byte)?;
        }
    }
}

#[derive(Default)]
struct Scanner {
    at: u64,
    /// Open brackets, outermost first.
    open: Vec<u8>,
    in_string: bool,
    escaped: bool,
    /// The string that may be a key, as much of it as is kept.
    text: Vec<u8>,
    /// Whether the last string was the key of the list, and its colon follows or has passed.
    is_list_key: bool,
    /// Whether the last string was the key of the identifier, likewise.
    is_id_key: bool,
    id: Option<String>,
    /// How deep the elements of the list are, inside one.
    list: Option<usize>,
    start: u64,
    top: u64,
    /// Whether the present value of the document turned out to hold a list.
    holds_list: bool,
    found: Vec<Slice>,
}

impl Scanner {
    fn fail<T>(&self, message: &str) -> Result<T, ReadError> {
        Err(ReadError::Syntax {
            at: self.at,
            message: message.to_owned(),
        })
    }

    fn feed(&mut self, byte: u8) -> Result<(), ReadError> {
        if self.in_string {
            self.in_text(byte);
        } else {
            self.outside(byte)?;
        }
        self.at += 1;
        Ok(())
    }

    fn in_text(&mut self, byte: u8) {
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' => self.escaped = true,
            b'"' => {
                self.in_string = false;
                let outermost = self.open.len() == 1;
                if outermost && self.is_id_key {
                    self.id = String::from_utf8(std::mem::take(&mut self.text)).ok();
                }
                self.is_list_key = outermost && self.text == LIST;
                self.is_id_key = outermost && self.text == ID;
                return;
            }
            _ => {}
        }
        if self.text.len() <= KEPT {
            self.text.push(byte);
        }
    }

    fn outside(&mut self, byte: u8) -> Result<(), ReadError> {
        let depth = self.open.len();
        let between = self.list == Some(depth);
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => return Ok(()),
            // a mark that some editors begin files with
            0xef | 0xbb | 0xbf if depth == 0 && self.at < 3 => return Ok(()),
            b'{' | b'[' => return self.open(byte, between),
            b'}' | b']' => return self.close(byte),
            b',' if between => return Ok(()),
            _ if between => return self.fail("an element of the list of objects is no JSON object"),
            _ if depth == 0 => return self.fail("this is no JSON document: expected { or ["),
            b'"' => {
                self.in_string = true;
                self.text.clear();
                return Ok(());
            }
            b':' => return Ok(()),
            _ => {}
        }
        self.is_list_key = false;
        self.is_id_key = false;
        Ok(())
    }

    fn open(&mut self, byte: u8, between: bool) -> Result<(), ReadError> {
        let depth = self.open.len();
        if depth >= DEEPEST {
            return Err(ReadError::TooDeep(DEEPEST));
        }
        if depth == 0 {
            self.top = self.at;
            self.holds_list = byte == b'[';
            if byte == b'[' {
                self.list = Some(1);
            }
        } else if between {
            if byte != b'{' {
                return self.fail("an element of the list of objects is no JSON object");
            }
            self.start = self.at;
        } else if byte == b'[' && self.is_list_key && self.list.is_none() {
            self.list = Some(depth + 1);
            self.holds_list = true;
        }
        self.is_list_key = false;
        self.is_id_key = false;
        self.open.push(byte);
        Ok(())
    }

    fn close(&mut self, byte: u8) -> Result<(), ReadError> {
        let expected = if byte == b'}' { b'{' } else { b'[' };
        if self.open.pop() != Some(expected) {
            return self.fail("a bracket closes what was not opened");
        }
        let depth = self.open.len();
        match self.list {
            Some(list) if depth == list => self.take(self.start)?,
            Some(list) if depth < list => self.list = None,
            _ => {}
        }
        if depth == 0 && !self.holds_list {
            self.take(self.top)?;
        }
        self.is_list_key = false;
        Ok(())
    }

    fn take(&mut self, start: u64) -> Result<(), ReadError> {
        let length = u32::try_from(self.at + 1 - start)
            .ok()
            .filter(|length| *length <= LARGEST_OBJECT);
        let Some(length) = length else {
            return Err(ReadError::TooLarge(format!(
                "The object at byte {start} is larger than {LARGEST_OBJECT} bytes."
            )));
        };
        if self.found.len() >= MOST_OBJECTS {
            return Err(ReadError::TooLarge(format!(
                "A document holds at most {MOST_OBJECTS} objects; split it."
            )));
        }
        self.found.push(Slice { at: start, length });
        Ok(())
    }

    fn finish(self) -> Result<Parts, ReadError> {
        if self.in_string || !self.open.is_empty() {
            return self.fail("the document ends in the middle");
        }
        if self.found.is_empty() {
            return Err(ReadError::Empty);
        }
        Ok(Parts {
            objects: self.found,
            id: self.id,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Cursor;

    fn found(text: &str) -> Vec<&str> {
        let parts = objects(&mut Cursor::new(text)).unwrap_or_else(|error| panic!("{text}: {error}"));
        let part = |slice: &Slice| {
            let start = usize::try_from(slice.at).unwrap();
            &text[start..start + usize::try_from(slice.length).unwrap()]
        };
        parts.objects.iter().map(part).collect()
    }

    #[test]
    fn objects_in_every_wrapping() {
        let expected = [r#"{"a":[{"b":"}"}]}"#, "{}"];
        for text in [
            r#"{"type":"bundle","objects":[{"a":[{"b":"}"}]}, {}],"x":[{}]}"#,
            r#"{"x":{"objects":[{"y":1}]},"objects" : [ {"a":[{"b":"}"}]},{} ]}"#,
            r#"[{"a":[{"b":"}"}]},{}]"#,
            "{\"a\":[{\"b\":\"}\"}]}\n{}\n",
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
        // the container of an observation is no list
        let observed = r#"{"type":"observed-data","objects":{"0":{}}}"#;
        assert_eq!(found(observed), [observed]);
        assert_eq!(found("\u{feff}{}"), ["{}"]);
    }

    #[test]
    fn the_identifier_is_that_of_the_outermost() {
        for (text, id) in [
            (
                r#"{"id": "bundle--x", "objects":[{"id":"b"}]}"#,
                Some("bundle--x"),
            ),
            (r#"{"objects":[{"id":"b"}],"x":"id","id":"c"}"#, Some("c")),
            (r#"{"x":{"id":"a"},"id":7,"objects":[{}]}"#, None),
            (r#"[{"id":"b"}]"#, None),
        ] {
            assert_eq!(
                objects(&mut Cursor::new(text)).unwrap().id.as_deref(),
                id,
                "{text}"
            );
        }
    }

    #[test]
    fn bi_f5_what_is_no_document_is_refused() {
        for text in [
            "",
            "  ",
            "x",
            "\"a\"",
            "{\"objects\":[1]}",
            "[[]]",
            "{\"objects\":[{}",
            "{\"a\":\"",
            "{]",
            "}",
            "[]",
        ] {
            assert!(objects(&mut Cursor::new(text)).is_err(), "{text}");
        }
        let deep = "[".repeat(100_000);
        assert!(objects(&mut Cursor::new(format!("{{\"a\":{deep}"))).is_err());
        let deep = format!("{{\"objects\":[{}", "{\"a\":".repeat(100));
        assert!(matches!(
            objects(&mut Cursor::new(deep)),
            Err(ReadError::TooDeep(_))
        ));
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = objects(&mut Cursor::new(bytes));
        }

        #[test]
        fn brackets_in_any_order(text in "[\\[\\]{},:\"a ]{0,60}") {
            if let Ok(parts) = objects(&mut Cursor::new(&text)) {
                for slice in parts.objects {
                    let end = slice.at + u64::from(slice.length);
                    prop_assert!(end <= text.len() as u64);
                }
            }
        }
    }
}
