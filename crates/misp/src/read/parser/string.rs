//! Strings: where they lie, their escapes and their encoding.
use super::Parser;
use crate::read::ReadError;

/// Where the last string lies.
enum Span {
    Buffer(usize, usize),
    Scratch,
}

impl Parser<'_> {
    /// The string that begins at the current quote.
    pub(super) fn text(&mut self) -> Result<&str, ReadError> {
        self.at += 1;
        let span = self.span()?;
        let bytes = match span {
            Span::Buffer(from, to) => self.buffer.get(from..to).unwrap_or_default(),
            Span::Scratch => &self.scratch,
        };
        // One pass without branches: faster than looking at each byte while searching the end.
        let printable = bytes.iter().fold(true, |ok, b| ok & (*b >= 0x20));
        if !printable && matches!(span, Span::Buffer(..)) {
            return self.syntax("no bare control character in a string");
        }
        std::str::from_utf8(bytes).or_else(|_| self.syntax("UTF-8"))
    }

    fn span(&mut self) -> Result<Span, ReadError> {
        let from = self.at;
        let rest = self.buffer.get(from..self.end).unwrap_or_default();
        if let Some(length) = memchr::memchr2(b'"', b'\\', rest)
            && rest.get(length) == Some(&b'"')
        {
            self.at = from + length + 1;
            return Ok(Span::Buffer(from, from + length));
        }
        self.scratch.clear();
        loop {
            let rest = self.buffer.get(self.at..self.end).unwrap_or_default();
            let stop = memchr::memchr2(b'"', b'\\', rest);
            let piece = rest.get(..stop.unwrap_or(rest.len())).unwrap_or_default();
            // Checked here because unescaped text may hold control characters.
            if piece.iter().fold(false, |bad, b| bad | (*b < 0x20)) {
                return self.syntax("no bare control character in a string");
            }
            self.scratch.extend_from_slice(piece);
            self.at += piece.len();
            match stop {
                None if !self.refill()? => return self.syntax("the end of a string"),
                None => {}
                Some(_) if self.byte()? == Some(b'"') => {
                    self.at += 1;
                    return Ok(Span::Scratch);
                }
                Some(_) => {
                    self.at += 1;
                    self.escape()?;
                }
            }
        }
    }

    fn escape(&mut self) -> Result<(), ReadError> {
        let plain = match self.byte()? {
            Some(b @ (b'"' | b'\\' | b'/')) => b,
            Some(b'b') => 0x08,
            Some(b'f') => 0x0c,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'u') => {
                self.at += 1;
                let character = self.unicode_escape()?;
                self.scratch
                    .extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                return Ok(());
            }
            _ => return self.syntax("an escape"),
        };
        self.at += 1;
        self.scratch.push(plain);
        Ok(())
    }

    fn unicode_escape(&mut self) -> Result<char, ReadError> {
        let first = self.four_digits()?;
        let code = if (0xD800..0xDC00).contains(&first) {
            for expected in *b"\\u" {
                if self.byte()? != Some(expected) {
                    return self.syntax("the second half of a surrogate pair");
                }
                self.at += 1;
            }
            let second = self.four_digits()?;
            if !(0xDC00..0xE000).contains(&second) {
                return self.syntax("the second half of a surrogate pair");
            }
            0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00)
        } else {
            first
        };
        char::from_u32(code).map_or_else(|| self.syntax("a Unicode character"), Ok)
    }

    fn four_digits(&mut self) -> Result<u32, ReadError> {
        let mut code = 0;
        for _ in 0..4 {
            let Some(digit) = self.byte()?.and_then(|b| char::from(b).to_digit(16)) else {
                return self.syntax("four hexadecimal digits");
            };
            code = (code << 4) | digit;
            self.at += 1;
        }
        Ok(code)
    }
}
