//! Words of a pattern, with the place of each.
use super::PatternError;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A word.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A name or keyword; with whether a hyphen occurs.
    Word(String, bool),
    Text(String),
    Integer(String),
    Float(String),
    Binary(Vec<u8>),
    Hex(Vec<u8>),
    Time(String),
    /// `[ ] ( ) : . , *` and the comparison signs.
    Sign(&'static str),
    End,
}

/// Where a word begins: its byte.
pub(super) type At = usize;

const SIGNS: &[&str] = &[
    "==", "!=", "<>", "<=", ">=", "=", "<", ">", "[", "]", "(", ")", ":", ".", ",", "*",
];

/// All words; the last is [`Token::End`].
pub(super) fn words(text: &str) -> Result<Vec<(Token, At)>, PatternError> {
    let mut lexer = Lexer { text, at: 0 };
    let mut words = Vec::new();
    loop {
        lexer.skip()?;
        let at = lexer.at;
        let token = lexer.next()?;
        let end = token == Token::End;
        words.push((token, at));
        if end {
            return Ok(words);
        }
    }
}

/// The error at a byte of the text.
pub(super) fn error(text: &str, at: At, message: impl Into<String>) -> PatternError {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    PatternError {
        line: before.matches('\n').count() + 1,
        column: before.get(line_start..).map_or(0, |line| line.chars().count()) + 1,
        message: message.into(),
    }
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn fail<T>(&self, message: &str) -> Result<T, PatternError> {
        Err(error(self.text, self.at, message))
    }

    /// White space and comments.
    fn skip(&mut self) -> Result<(), PatternError> {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            if let Some(comment) = trimmed.strip_prefix("/*") {
                let Some(end) = comment.find("*/") else {
                    return self.fail("the comment has no end");
                };
                self.at += end + 4;
            } else if trimmed.starts_with("//") {
                self.at += trimmed.find(['\n', '\r']).unwrap_or(trimmed.len());
            } else {
                return Ok(());
            }
        }
    }

    fn next(&mut self) -> Result<Token, PatternError> {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return Ok(Token::End);
        };
        match (first, rest.chars().nth(1)) {
            ('\'', _) => Ok(Token::Text(self.quoted(0)?)),
            ('b', Some('\'')) => self.encoded(
                "base64 such as b'AAE='",
                |text| STANDARD.decode(text).ok(),
                Token::Binary,
            ),
            ('h', Some('\'')) => self.encoded(
                "pairs of hexadecimal digits such as h'00ff'",
                |text| hex::decode(text).ok(),
                Token::Hex,
            ),
            ('t', Some('\'')) => self.time(),
            (ch, _) if ch.is_ascii_alphabetic() || ch == '_' => Ok(self.word()),
            (ch, next)
                if ch.is_ascii_digit()
                    || (matches!(ch, '-' | '+' | '.')
                        && next.is_some_and(|ch| ch.is_ascii_digit() || ch == '.')) =>
            {
                self.number()
            }
            _ => self.sign(),
        }
    }

    fn sign(&mut self) -> Result<Token, PatternError> {
        match SIGNS.iter().find(|sign| self.rest().starts_with(**sign)) {
            Some(sign) => {
                self.at += sign.len();
                Ok(Token::Sign(sign))
            }
            None => self.fail("this character means nothing here"),
        }
    }

    fn word(&mut self) -> Token {
        let rest = self.rest();
        let end = rest
            .find(|ch: char| !(ch.is_ascii_alphanumeric() || matches!(ch, '_' | '-')))
            .unwrap_or(rest.len());
        let word = rest.get(..end).unwrap_or_default();
        self.at += end;
        Token::Word(word.to_owned(), word.contains('-'))
    }

    /// What stands in quotes behind `prefix` bytes; `\'` and `\\` are the only escapes.
    fn quoted(&mut self, prefix: usize) -> Result<String, PatternError> {
        let start = self.at;
        let body = self.rest().get(prefix + 1..).unwrap_or_default();
        let mut text = String::new();
        let mut chars = body.char_indices();
        while let Some((i, ch)) = chars.next() {
            match ch {
                '\'' => {
                    self.at = start + prefix + 1 + i + 1;
                    return Ok(text);
                }
                '\\' => match chars.next() {
                    Some((_, escaped @ ('\'' | '\\'))) => text.push(escaped),
                    _ => {
                        self.at = start + prefix + 1 + i;
                        return self.fail("only \\' and \\\\ may follow a backslash");
                    }
                },
                ch => text.push(ch),
            }
        }
        self.at = start;
        self.fail("the closing quote is missing")
    }

    fn encoded(
        &mut self,
        expected: &str,
        decode: impl Fn(&str) -> Option<Vec<u8>>,
        token: impl Fn(Vec<u8>) -> Token,
    ) -> Result<Token, PatternError> {
        let start = self.at;
        let text = self.quoted(1)?;
        decode(&text)
            .map(token)
            .ok_or_else(|| error(self.text, start, format!("expected {expected}")))
    }

    fn time(&mut self) -> Result<Token, PatternError> {
        let start = self.at;
        let text = self.quoted(1)?;
        if super::check::is_timestamp(&text) {
            Ok(Token::Time(text))
        } else {
            Err(error(
                self.text,
                start,
                "expected a timestamp such as t'2026-01-02T03:04:05Z'",
            ))
        }
    }

    fn number(&mut self) -> Result<Token, PatternError> {
        let rest = self.rest();
        let end = rest
            .char_indices()
            .find(|(i, ch)| !(ch.is_ascii_digit() || *ch == '.' || (*i == 0 && matches!(ch, '-' | '+'))))
            .map_or(rest.len(), |(i, _)| i);
        let text = rest.get(..end).unwrap_or_default();
        let unsigned = text.trim_start_matches(['-', '+']);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        let float = unsigned.contains('.');
        let leading_zero = whole.len() > 1 && whole.starts_with('0') && !float;
        let glued = rest
            .get(end..)
            .is_some_and(|rest| rest.starts_with(|ch: char| ch.is_alphabetic() || ch == '_'));
        if fraction.is_empty()
            || !digits(whole)
            || !digits(fraction)
            || leading_zero
            || glued
            || (whole.is_empty() && !float)
        {
            return self.fail("expected a number such as 5 or 2.5");
        }
        self.at += end;
        let text = text.trim_start_matches('+').to_owned();
        Ok(if float {
            Token::Float(text)
        } else {
            Token::Integer(text)
        })
    }
}
