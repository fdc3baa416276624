//! Limits of JSON that can be checked while bytes pass by. spec: 11#SR-IN-1

/// Deepest nesting of arrays and objects.
pub const MAX_DEPTH: u32 = 64;
/// Longest number in characters.
pub const MAX_NUMBER: u32 = 64;

/// Watches a JSON text chunk by chunk. It does not validate: the parser does.
#[derive(Debug, Default)]
pub struct JsonGuard {
    depth: u32,
    number: u32,
    in_string: bool,
    escaped: bool,
}

/// A limit was passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Excess {
    /// Nested too deep.
    #[error("JSON is nested deeper than {MAX_DEPTH} levels")]
    Depth,
    /// A number with too many digits.
    #[error("JSON holds a number of more than {MAX_NUMBER} characters")]
    Number,
}

impl JsonGuard {
    /// Looks at the next chunk.
    ///
    /// # Errors
    /// At the first byte beyond a limit.
    pub fn feed(&mut self, chunk: &[u8]) -> Result<(), Excess> {
        for &byte in chunk {
            if self.in_string {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => self.in_string = false,
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => self.in_string = true,
                b'[' | b'{' => {
                    self.depth += 1;
                    if self.depth > MAX_DEPTH {
                        return Err(Excess::Depth);
                    }
                }
                b']' | b'}' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
            if byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E') {
                self.number += 1;
                if self.number > MAX_NUMBER {
                    return Err(Excess::Number);
                }
            } else {
                self.number = 0;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<(), Excess> {
        let mut guard = JsonGuard::default();
        // Byte by byte, since limits must hold across chunks.
        text.as_bytes().chunks(1).try_for_each(|chunk| guard.feed(chunk))
    }

    #[test]
    fn depth_and_numbers_are_limited_outside_strings() {
        assert_eq!(check(&"[".repeat(64)), Ok(()));
        assert_eq!(check(&"[".repeat(65)), Err(Excess::Depth));
        assert_eq!(check(&format!("\"{}\"", "[".repeat(200))), Ok(()));
        assert_eq!(check(&format!("\"\\\"{}\"", "[".repeat(200))), Ok(()));
        assert_eq!(check(&"[1,".repeat(64)), Ok(()));
        assert_eq!(check(&"9".repeat(65)), Err(Excess::Number));
        assert_eq!(check(&format!("\"{}\"", "9".repeat(500))), Ok(()));
    }
}
