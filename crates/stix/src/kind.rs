//! What a document is, told by its beginning.
use std::io::Read;

/// A document's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// STIX 1 as XML or as the JSON of its Python library.
    One,
    /// STIX 2 as JSON.
    Two,
    /// A JSON string, with a document in it perhaps.
    Wrapped,
}

/// Bytes that are looked at.
const LOOKED_AT: u64 = 1 << 20;

/// Keys that the JSON of STIX 1 has and that of STIX 2 has not.
const ONE: &[&str] = &[
    "campaigns",
    "courses_of_action",
    "exploit_targets",
    "incidents",
    "indicators",
    "observables",
    "related_packages",
    "stix_header",
    "threat_actors",
    "ttps",
];
/// Keys that tell STIX 2.
const TWO: &[&str] = &["objects", "spec_version", "type"];

/// Looks at the beginning of a document; one that says nothing is taken as STIX 2, whose reader says what is wrong.
///
/// # Errors
/// Of the source.
pub fn of(source: impl Read) -> std::io::Result<Kind> {
    let mut start = Vec::new();
    source.take(LOOKED_AT).read_to_end(&mut start)?;
    let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&start);
    let utf16 = text.starts_with(b"\xff\xfe") || text.starts_with(b"\xfe\xff");
    let first = text.iter().find(|byte| !byte.is_ascii_whitespace());
    Ok(match first {
        _ if utf16 => Kind::One,
        Some(b'<') => Kind::One,
        Some(b'"') => Kind::Wrapped,
        Some(b'{') => by_keys(text),
        _ => Kind::Two,
    })
}

/// By the first telling key of the outermost object.
fn by_keys(text: &[u8]) -> Kind {
    let (mut depth, mut is_key) = (0_usize, false);
    let mut bytes = text.iter().copied();
    while let Some(byte) = bytes.next() {
        match byte {
            b'{' | b'[' => {
                depth += 1;
                is_key = byte == b'{';
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' => is_key = true,
            b':' => is_key = false,
            b'"' => {
                let string = string(&mut bytes);
                let told = |names: &[&str]| names.iter().any(|name| name.as_bytes() == string);
                if depth == 1 && is_key && told(ONE) {
                    return Kind::One;
                }
                if depth == 1 && is_key && told(TWO) {
                    return Kind::Two;
                }
            }
            _ => {}
        }
    }
    Kind::Two
}

/// The rest of a string, without its escapes: no key that is looked for has any.
fn string(bytes: &mut impl Iterator<Item = u8>) -> Vec<u8> {
    let mut string = Vec::new();
    let mut escaped = false;
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => break,
            _ => {}
        }
        string.push(byte);
    }
    string
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn documents_are_told_apart() {
        for (text, kind) in [
            (" <?xml version=\"1.0\"?>", Kind::One),
            ("\u{feff}<stix:STIX_Package/>", Kind::One),
            ("{\"id\": \"x:package-1\", \"stix_header\": {}}", Kind::One),
            (
                "{\"a\": {\"type\": 1}, \"b\": [\"objects\"], \"indicators\": []}",
                Kind::One,
            ),
            ("{\"type\": \"bundle\", \"indicators\": []}", Kind::Two),
            ("{\"a\": \"stix_header\", \"objects\": []}", Kind::Two),
            ("{\"x\\\"stix_header\": 1, \"objects\": [", Kind::Two),
            ("[{\"indicators\": 1}]", Kind::Two),
            ("\"<stix:STIX_Package/>\"", Kind::Wrapped),
            ("", Kind::Two),
            ("nothing", Kind::Two),
        ] {
            assert_eq!(of(text.as_bytes()).unwrap(), kind, "{text}");
        }
        let utf16: Vec<u8> = "\u{feff}<a/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(of(utf16.as_slice()).unwrap(), Kind::One);
    }

    proptest! {
        #[test]
        fn any_bytes_are_something(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = of(bytes.as_slice());
        }
    }
}
