//! The strings in a JSON object of any depth. spec: 04#8 step 1
//!
//! A parser that builds or visits values recursively would let a text of brackets exhaust the stack; here each
//! open bracket costs one byte.

use std::borrow::Cow;

use serde::de::IgnoredAny;

/// Whether the text is one JSON object and nothing else.
pub(super) fn is_object(text: &str) -> bool {
    text.trim_start().starts_with('{') && Leaves::new(text).all(|leaf| leaf.is_ok())
}

/// This is not JSON.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NotJson;

/// The string values of a JSON text, in their order. Ends after the first error.
pub(super) struct Leaves<'a> {
    rest: &'a str,
    open: Vec<Bracket>,
    expected: Expected,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Bracket {
    Object,
    Array,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Expected {
    Value,
    ValueOrEnd,
    Key,
    KeyOrEnd,
    CommaOrEnd,
    Nothing,
}

impl<'a> Leaves<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            rest: text,
            open: Vec::new(),
            expected: Expected::Value,
        }
    }

    /// Reads up to and including the next string value.
    fn advance(&mut self) -> Result<Option<Cow<'a, str>>, NotJson> {
        loop {
            self.rest = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
            let Some(first) = self.rest.bytes().next() else {
                return if self.expected == Expected::Nothing {
                    Ok(None)
                } else {
                    Err(NotJson)
                };
            };
            match (self.expected, first) {
                (Expected::Value | Expected::ValueOrEnd, b'"') => {
                    self.after_value();
                    let token = self.string()?;
                    return token.text().map(Some);
                }
                (Expected::Value | Expected::ValueOrEnd, b'{') => self.open(Bracket::Object),
                (Expected::Value | Expected::ValueOrEnd, b'[') => self.open(Bracket::Array),
                (Expected::Key | Expected::KeyOrEnd, b'"') => {
                    self.string()?.text()?;
                    self.colon()?;
                }
                (Expected::KeyOrEnd | Expected::CommaOrEnd, b'}') => self.close(Bracket::Object)?,
                (Expected::ValueOrEnd | Expected::CommaOrEnd, b']') => self.close(Bracket::Array)?,
                (Expected::CommaOrEnd, b',') => self.comma(),
                (Expected::Value | Expected::ValueOrEnd, _) => self.scalar()?,
                _ => return Err(NotJson),
            }
        }
    }

    fn open(&mut self, bracket: Bracket) {
        self.skip(1);
        self.open.push(bracket);
        self.expected = match bracket {
            Bracket::Object => Expected::KeyOrEnd,
            Bracket::Array => Expected::ValueOrEnd,
        };
    }

    fn close(&mut self, bracket: Bracket) -> Result<(), NotJson> {
        if self.open.pop() != Some(bracket) {
            return Err(NotJson);
        }
        self.skip(1);
        self.after_value();
        Ok(())
    }

    fn after_value(&mut self) {
        self.expected = if self.open.is_empty() {
            Expected::Nothing
        } else {
            Expected::CommaOrEnd
        };
    }

    fn comma(&mut self) {
        self.skip(1);
        self.expected = match self.open.last() {
            Some(Bracket::Object) => Expected::Key,
            _ => Expected::Value,
        };
    }

    fn colon(&mut self) -> Result<(), NotJson> {
        self.rest = self
            .rest
            .trim_start_matches([' ', '\t', '\r', '\n'])
            .strip_prefix(':')
            .ok_or(NotJson)?;
        self.expected = Expected::Value;
        Ok(())
    }

    /// A number, `true`, `false` or `null`.
    fn scalar(&mut self) -> Result<(), NotJson> {
        let length = self
            .rest
            .bytes()
            .take_while(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte))
            .count();
        let token = self.skip(length);
        serde_json::from_str::<IgnoredAny>(token).map_err(|_| NotJson)?;
        self.after_value();
        Ok(())
    }

    /// The string that begins here, quotation marks included.
    fn string(&mut self) -> Result<Token<'a>, NotJson> {
        let mut escaped = false;
        let mut escapes = false;
        for (at, byte) in self.rest.bytes().enumerate().skip(1) {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => (escaped, escapes) = (true, true),
                b'"' => {
                    let quoted = self.skip(at + 1);
                    return Ok(Token { quoted, escapes });
                }
                0..0x20 => return Err(NotJson),
                _ => {}
            }
        }
        Err(NotJson)
    }

    fn skip(&mut self, bytes: usize) -> &'a str {
        let (token, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.rest = rest;
        token
    }
}

impl<'a> Iterator for Leaves<'a> {
    type Item = Result<Cow<'a, str>, NotJson>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.advance();
        if next.is_err() {
            (self.rest, self.expected) = ("", Expected::Nothing);
        }
        next.transpose()
    }
}

/// A string as it is written.
struct Token<'a> {
    quoted: &'a str,
    escapes: bool,
}

impl<'a> Token<'a> {
    fn text(&self) -> Result<Cow<'a, str>, NotJson> {
        if self.escapes {
            return serde_json::from_str(self.quoted)
                .map(Cow::Owned)
                .map_err(|_| NotJson);
        }
        let inner = self
            .quoted
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'));
        inner.map(Cow::Borrowed).ok_or(NotJson)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn leaves(text: &str) -> Option<Vec<String>> {
        Leaves::new(text)
            .map(|leaf| leaf.ok().map(Cow::into_owned))
            .collect()
    }

    fn strings_of(value: &Value, into: &mut Vec<String>) {
        match value {
            Value::String(text) => into.push(text.clone()),
            Value::Array(values) => values.iter().for_each(|value| strings_of(value, into)),
            Value::Object(members) => members.values().for_each(|value| strings_of(value, into)),
            _ => {}
        }
    }

    #[test]
    fn depth_costs_no_stack() {
        for depth in [1, 100_000] {
            let text = format!("{}{}{}", "{\"a\":[".repeat(depth), "\"x\"", "]}".repeat(depth));
            assert!(is_object(&text));
            assert_eq!(leaves(&text).unwrap(), ["x"]);
            assert!(!is_object(text.get(..text.len() - 1).unwrap()));
        }
        assert!(!is_object(&"{\"a\":".repeat(100_000)));
    }

    #[test]
    fn only_objects_count() {
        assert!(is_object(" {} \n"));
        for text in ["[]", "\"a\"", "{", "{}{}", "{}x", "", "x{}", "\u{feff}{}"] {
            assert!(!is_object(text), "{text}");
        }
    }

    fn json_like() -> impl Strategy<Value = String> {
        let piece = proptest::sample::select(vec![
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "\"a\"",
            "\"b\\n\"",
            "\"\\ud83d\\ude00\"",
            "\"\\ud800\"",
            "\\",
            "1",
            "-0.5E-7",
            "01",
            "+1",
            "true",
            "null",
            "nul",
            " ",
            "\n",
            "\u{a0}",
            "ü",
            "\"\t\"",
            "{\"k\":",
            "[\"v\",",
        ]);
        proptest::collection::vec(piece, 0..9).prop_map(|pieces| pieces.concat())
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<String>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<bool>().prop_map(Value::from),
            Just(Value::Null),
        ];
        leaf.prop_recursive(5, 40, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                proptest::collection::vec((any::<String>(), inner), 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn accepts_what_the_library_accepts(text in prop_oneof![json_like(), any::<String>()]) {
            // Only a repeated key makes the two differ: here all its values count.
            let library = serde_json::from_str::<Value>(&text).is_ok();
            prop_assert_eq!(leaves(&text).is_some(), library, "{}", text);
        }

        #[test]
        fn finds_every_string(value in json(), pretty in any::<bool>()) {
            let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
            let mut expected = Vec::new();
            strings_of(&value, &mut expected);
            prop_assert_eq!(leaves(&text.unwrap()), Some(expected));
        }
    }
}
