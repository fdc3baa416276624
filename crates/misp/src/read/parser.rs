//! A pull parser for JSON that holds one buffer, not the document.
//!
//! Strict like RFC 8259 (and like `serde_json`, against which it is tested), but pulled instead of
//! visited: readers of large bodies ask for the next key or item and hand each element on before the next
//! one is read. Strings that lie within the buffer are borrowed from it.
mod key;
mod string;

pub(crate) use key::Key;

use super::ReadError;
use super::scalar::Scalar;
use std::io::Read;

/// Bytes asked from the source at a time.
const BUFFER: usize = 32 * 1024;
/// Containers within containers; deeper documents are refused.
const MAX_DEPTH: u32 = 128;
/// Characters of a number; longer ones are refused.
const MAX_NUMBER: usize = 1024;

/// What the next value is, told from its first character.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Next {
    Map,
    List,
    Scalar,
    End,
}

pub(crate) struct Parser<'r> {
    source: &'r mut dyn Read,
    buffer: Vec<u8>,
    at: usize,
    end: usize,
    consumed: u64,
    scratch: Vec<u8>,
    depth: u32,
    /// No comma is due: the current container has had no element yet.
    fresh: bool,
    /// The first key of a map that has been looked into before its reader was called.
    reopened: Option<Key>,
    /// Keys read that were not wrappers; 0 at the end means that the document says nothing.
    pub(crate) fields: u64,
}

impl<'r> Parser<'r> {
    pub(crate) fn new(source: &'r mut dyn Read) -> Self {
        Self {
            source,
            buffer: vec![0; BUFFER],
            at: 0,
            end: 0,
            consumed: 0,
            scratch: Vec::new(),
            depth: 0,
            fresh: true,
            reopened: None,
            fields: 0,
        }
    }

    pub(crate) fn syntax<T>(&self, expected: &'static str) -> Result<T, ReadError> {
        let at = self.consumed + u64::try_from(self.at).unwrap_or(0);
        Err(ReadError::Syntax { at, expected })
    }

    /// Fetches more bytes once all are used; `false` at the end of the document.
    fn refill(&mut self) -> Result<bool, ReadError> {
        self.consumed += u64::try_from(self.end).unwrap_or(0);
        self.at = 0;
        self.end = 0;
        loop {
            match self.source.read(&mut self.buffer) {
                Ok(n) => {
                    self.end = n.min(self.buffer.len());
                    return Ok(n > 0);
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(ReadError::Io(error)),
            }
        }
    }

    /// The next byte as it is.
    fn byte(&mut self) -> Result<Option<u8>, ReadError> {
        if self.at >= self.end && !self.refill()? {
            return Ok(None);
        }
        Ok(self.buffer.get(self.at).copied())
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> Result<Option<u8>, ReadError> {
        loop {
            match self.byte()? {
                Some(b' ' | b'\n' | b'\t' | b'\r') => self.at += 1,
                other => return Ok(other),
            }
        }
    }

    pub(crate) fn next(&mut self) -> Result<Next, ReadError> {
        if self.reopened.is_some() {
            return Ok(Next::Map);
        }
        Ok(match self.peek()? {
            Some(b'{') => Next::Map,
            Some(b'[') => Next::List,
            Some(_) => Next::Scalar,
            None => Next::End,
        })
    }

    /// Only white space may follow.
    pub(crate) fn finish(&mut self) -> Result<(), ReadError> {
        match self.peek()? {
            None => Ok(()),
            Some(_) => self.syntax("the end of the document"),
        }
    }

    fn open(&mut self) -> Result<(), ReadError> {
        self.at += 1;
        self.depth += 1;
        self.fresh = true;
        if self.depth > MAX_DEPTH {
            return Err(ReadError::TooDeep);
        }
        Ok(())
    }

    fn close(&mut self) {
        self.at += 1;
        self.depth = self.depth.saturating_sub(1);
        self.fresh = false;
    }

    /// Enters the next value when it is a map; otherwise skips it and says `false`.
    pub(crate) fn map(&mut self) -> Result<bool, ReadError> {
        match self.next()? {
            Next::Map if self.reopened.is_some() => Ok(true),
            Next::Map => self.open().map(|()| true),
            _ => self.skip().map(|()| false),
        }
    }

    /// The next key of the current map, whose value must be read or skipped then; `None` leaves the map.
    pub(crate) fn key(&mut self) -> Result<Option<Key>, ReadError> {
        if let Some(key) = self.reopened.take() {
            return Ok(Some(key));
        }
        match self.peek()? {
            Some(b'}') => {
                self.close();
                return Ok(None);
            }
            Some(b',') if !self.fresh => {
                self.at += 1;
                self.peek()?;
            }
            Some(_) if self.fresh => {}
            _ => return self.syntax("`,` or `}`"),
        }
        self.fresh = false;
        if self.byte()? != Some(b'"') {
            return self.syntax("a key");
        }
        let key = Key::new(self.text()?);
        if self.peek()? != Some(b':') {
            return self.syntax("`:`");
        }
        self.at += 1;
        self.fields += 1;
        Ok(Some(key))
    }

    /// Whether the current list has a further item, which must be read or skipped then; `false` leaves it.
    fn item(&mut self) -> Result<bool, ReadError> {
        match self.peek()? {
            Some(b']') => {
                self.close();
                return Ok(false);
            }
            Some(b',') if !self.fresh => self.at += 1,
            Some(_) if self.fresh => {}
            _ => return self.syntax("`,` or `]`"),
        }
        self.fresh = false;
        Ok(true)
    }

    /// Calls `read` at each element of the next value: of a list, of a map whose keys are positions, or
    /// the value itself when it is another map or a scalar. Null is no element.
    pub(crate) fn each(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        match self.next()? {
            Next::List => {
                self.open()?;
                while self.item()? {
                    read(self)?;
                }
                Ok(())
            }
            Next::Map => {
                self.map()?;
                let Some(first) = self.key()? else {
                    return Ok(());
                };
                if !first.is_index() {
                    self.reopened = Some(first);
                    return read(self);
                }
                read(self)?;
                while self.key()?.is_some() {
                    read(self)?;
                }
                Ok(())
            }
            _ if self.peek()? == Some(b'n') => self.skip(),
            _ => read(self),
        }
    }

    /// Reads past the next value.
    pub(crate) fn skip(&mut self) -> Result<(), ReadError> {
        match self.next()? {
            Next::Map => {
                self.map()?;
                while self.key()?.is_some() {
                    self.skip()?;
                }
                Ok(())
            }
            Next::List => {
                self.open()?;
                while self.item()? {
                    self.skip()?;
                }
                Ok(())
            }
            Next::Scalar | Next::End => self.scalar().map(|_| ()),
        }
    }

    /// The next value as a tree, for small free-form parts. Members with keys longer than any we know
    /// are left out, like every unknown key.
    pub(crate) fn tree(&mut self) -> Result<serde_json::Value, ReadError> {
        match self.next()? {
            Next::Map => {
                let mut map = serde_json::Map::new();
                self.map()?;
                while let Some(key) = self.key()? {
                    let member = self.tree()?;
                    if !key.as_bytes().is_empty() {
                        map.insert(String::from_utf8_lossy(key.as_bytes()).into_owned(), member);
                    }
                }
                Ok(map.into())
            }
            Next::List => {
                let mut list = Vec::new();
                self.open()?;
                while self.item()? {
                    list.push(self.tree()?);
                }
                Ok(list.into())
            }
            Next::Scalar | Next::End => Ok(self.scalar()?.to_value()),
        }
    }

    /// The next value; maps and lists are skipped and come as [`Scalar::Other`].
    pub(crate) fn scalar(&mut self) -> Result<Scalar<'_>, ReadError> {
        if self.next()? != Next::Scalar {
            if self.next()? == Next::End {
                return self.syntax("a value");
            }
            self.skip()?;
            return Ok(Scalar::Other);
        }
        match self.byte()? {
            Some(b'"') => self.text().map(Scalar::Text),
            Some(b't') => self.word(b"true").map(|()| Scalar::Flag(true)),
            Some(b'f') => self.word(b"false").map(|()| Scalar::Flag(false)),
            Some(b'n') => self.word(b"null").map(|()| Scalar::Null),
            Some(b'-' | b'0'..=b'9') => self.number().map(Scalar::Number),
            _ => self.syntax("a value"),
        }
    }

    fn word(&mut self, word: &'static [u8]) -> Result<(), ReadError> {
        for expected in word {
            if self.byte()? != Some(*expected) {
                return self.syntax("a value");
            }
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Result<&str, ReadError> {
        self.scratch.clear();
        while let Some(b @ (b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')) = self.byte()? {
            if self.scratch.len() == MAX_NUMBER {
                return self.syntax("a shorter number");
            }
            self.scratch.push(b);
            self.at += 1;
        }
        if !is_number(&self.scratch) {
            return self.syntax("a number");
        }
        std::str::from_utf8(&self.scratch).or_else(|_| self.syntax("a number"))
    }
}

/// `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?`
fn is_number(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"-").unwrap_or(text);
    let (mantissa, exponent) = match memchr::memchr2(b'e', b'E', text) {
        Some(at) => (text.get(..at).unwrap_or_default(), text.get(at + 1..)),
        None => (text, None),
    };
    let (whole, fraction) = match memchr::memchr(b'.', mantissa) {
        Some(at) => (mantissa.get(..at).unwrap_or_default(), mantissa.get(at + 1..)),
        None => (mantissa, None),
    };
    let digits = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    let unsigned = |part: &[u8]| {
        digits(
            part.strip_prefix(b"+")
                .or(part.strip_prefix(b"-"))
                .unwrap_or(part),
        )
    };
    digits(whole)
        && (whole.len() == 1 || whole.first() != Some(&b'0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(unsigned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Hands out one byte at a time, so that everything crosses a buffer's end.
    struct Drip<'a>(&'a [u8]);
    impl Read for Drip<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let n = self.0.len().min(1);
            buffer[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    fn tree(mut source: impl Read) -> Result<serde_json::Value, ReadError> {
        let mut parser = Parser::new(&mut source);
        let tree = parser.tree()?;
        parser.finish()?;
        Ok(tree)
    }

    #[test]
    fn accepts_what_serde_json_accepts() {
        for text in [
            r#"{"a":[1,-2.5e3,true,false,null,"x"],"b":{}}"#,
            "[]",
            " [ 1 , 2 ] ",
            r#""\u00e9\ud83d\ude00\n\"\\\/""#,
            r#"{"a":"caf\u00e9 ☃"}"#,
            "0",
            "-0",
        ] {
            let expected: serde_json::Value = serde_json::from_str(text).unwrap();
            assert_eq!(tree(text.as_bytes()).unwrap(), expected, "{text}");
            assert_eq!(tree(Drip(text.as_bytes())).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn refuses_what_serde_json_refuses() {
        for text in [
            "",
            "{",
            "[1,]",
            "[,1]",
            "{,}",
            r#"{"a":1,}"#,
            r#"{"a" 1}"#,
            r#"{"a":}"#,
            "[1 2]",
            "01",
            "1.",
            ".5",
            "+1",
            "1e",
            "-",
            "tru",
            "nul",
            r#""\x""#,
            r#""\ud83d""#,
            r#""\udc00""#,
            r#""\u12g4""#,
            "\"a\nb\"",
            "\"a",
            "[1]]",
            "{} {}",
            "]",
            "}",
            r"{1:2}",
            "\"\\n\u{1}\"",
        ] {
            assert!(serde_json::from_str::<serde_json::Value>(text).is_err(), "{text}");
            assert!(tree(text.as_bytes()).is_err(), "{text}");
            assert!(tree(Drip(text.as_bytes())).is_err(), "{text}");
        }
        assert!(tree(&b"\"\xff\""[..]).is_err());
    }

    #[test]
    fn depth_is_bounded() {
        let deep = "[".repeat(100_000);
        assert!(matches!(tree(deep.as_bytes()), Err(ReadError::TooDeep)));
        let deep = r#"{"a":"#.repeat(100_000);
        assert!(matches!(tree(deep.as_bytes()), Err(ReadError::TooDeep)));
    }

    #[test]
    fn elements_of_lists_maps_and_single_values() {
        for (text, expected) in [
            ("[1,2]", 2),
            (r#"{"0":1,"1":2}"#, 2),
            (r#"{"a":1,"b":{}}"#, 1),
            ("5", 1),
            ("null", 0),
            ("{}", 0),
        ] {
            let mut source = text.as_bytes();
            let mut parser = Parser::new(&mut source);
            let mut count = 0;
            parser
                .each(|p| {
                    count += 1;
                    p.skip()
                })
                .unwrap();
            parser.finish().unwrap();
            assert_eq!(count, expected, "{text}");
        }
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            // Short fractions: serde_json itself does not round long ones exactly.
            any::<i16>().prop_map(|n| (f64::from(n) / 8.0).into()),
            "[a\"\\\\\u{0}-\u{20}é☃]{0,9}".prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
                prop::collection::vec(("[a-z\"é]{1,6}", inner), 0..4)
                    .prop_map(|members| { members.into_iter().collect::<serde_json::Map<_, _>>().into() }),
            ]
        })
    }

    proptest! {
        /// Documents and documents with one byte changed: the same are accepted, with the same content.
        #[test]
        fn agrees_with_serde_json(value in json(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let mut bytes = value.to_string().into_bytes();
            prop_assert_eq!(tree(bytes.as_slice()).unwrap(), value);
            let at = at.index(bytes.len());
            bytes[at] = byte;
            match (serde_json::from_slice::<serde_json::Value>(&bytes), tree(Drip(&bytes))) {
                (Ok(expected), Ok(read)) => prop_assert_eq!(read, expected),
                (Err(error), Ok(_)) if error.to_string().contains("out of range") => {}
                (expected, read) => prop_assert!(
                    expected.is_err() && read.is_err(),
                    "{}: {expected:?} {read:?}", String::from_utf8_lossy(&bytes)
                ),
            }
        }
    }
}
