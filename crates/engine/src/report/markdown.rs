//! References to attributes, objects, tags and matrices inside the text of a report. spec: 08#2.1
//!
//! A reference is `@[kind](target)`; `@![attribute](uuid)` shows the picture of an attribute. A suggestion,
//! `@[suggestion](value)`, exists only while somebody edits.

/// What a reference refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An attribute, by uuid.
    Attribute,
    /// The picture of an attribute, by uuid.
    Picture,
    /// An object, by uuid.
    Object,
    /// A tag or the tag of a cluster, by name.
    Tag,
    /// The matrix of a galaxy, by uuid.
    Matrix,
    /// A value that could become an attribute.
    Suggestion,
}

impl Kind {
    const ALL: [Self; 6] = [
        Self::Attribute,
        Self::Picture,
        Self::Object,
        Self::Tag,
        Self::Matrix,
        Self::Suggestion,
    ];

    /// How it begins, up to its target.
    #[must_use]
    pub const fn opening(self) -> &'static str {
        match self {
            Self::Attribute => "@[attribute](",
            Self::Picture => "@![attribute](",
            Self::Object => "@[object](",
            Self::Tag => "@[tag](",
            Self::Matrix => "@[galaxymatrix](",
            Self::Suggestion => "@[suggestion](",
        }
    }
}

/// A reference where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference<'t> {
    /// First byte.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
    /// What it refers to.
    pub kind: Kind,
    /// Uuid, name or value.
    pub target: &'t str,
}

/// The references of a text, in order. A target may hold parentheses in pairs and ends with its line.
#[must_use]
pub fn references(text: &str) -> Vec<Reference<'_>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find('@')) {
        let start = from + at;
        from = start + 1;
        let Some(rest) = text.get(start..) else { break };
        let opened = Kind::ALL
            .into_iter()
            .find_map(|kind| rest.strip_prefix(kind.opening()).map(|after| (kind, after)));
        let Some((kind, after)) = opened else { continue };
        let Some(target) = closed(after) else { continue };
        let end = start + kind.opening().len() + target.len() + 1;
        found.push(Reference {
            start,
            end,
            kind,
            target,
        });
        from = end;
    }
    found
}

/// What stands before the parenthesis that closes.
fn closed(text: &str) -> Option<&str> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => return text.get(..at),
            ')' => depth -= 1,
            '\n' | '\r' => return None,
            _ => {}
        }
    }
    None
}

/// A reference as text.
#[must_use]
pub fn reference(kind: Kind, target: &str) -> String {
    format!("{}{target})", kind.opening())
}

/// The text with every reference blanked out, byte for byte, so that places in it are places in the text.
#[must_use]
pub fn without_references(text: &str) -> String {
    let mut blanked = String::with_capacity(text.len());
    let mut from = 0;
    for reference in references(text) {
        blanked.push_str(text.get(from..reference.start).unwrap_or_default());
        blanked.extend(std::iter::repeat_n(' ', reference.end - reference.start));
        from = reference.end;
    }
    blanked.push_str(text.get(from..).unwrap_or_default());
    blanked
}

/// The text with places replaced; they come in order and do not overlap.
#[must_use]
pub fn replaced(text: &str, places: &[(usize, usize, String)]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (start, end, new) in places {
        out.push_str(text.get(from..*start).unwrap_or_default());
        out.push_str(new);
        from = *end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_found_with_their_targets() {
        let text = "a @[attribute](u-1), @![attribute](u-2) @[tag](misp-galaxy:tool=\"X (Y)\")\n@[object](open\n) \
                    @[other](x) a@b @[suggestion]()";
        let found: Vec<(Kind, &str)> = references(text).iter().map(|r| (r.kind, r.target)).collect();
        assert_eq!(
            found,
            [
                (Kind::Attribute, "u-1"),
                (Kind::Picture, "u-2"),
                (Kind::Tag, "misp-galaxy:tool=\"X (Y)\""),
                (Kind::Suggestion, ""),
            ]
        );
        for one in references(text) {
            assert_eq!(&text[one.start..one.end], reference(one.kind, one.target));
        }
    }

    #[test]
    fn blanks_keep_places() {
        let text = "ä @[tag](tlp:red) ö @[tag](x)";
        let blanked = without_references(text);
        assert_eq!(blanked.len(), text.len());
        assert_eq!(blanked.find('ö'), text.find('ö'));
        assert!(!blanked.contains("tlp"));
    }

    #[test]
    fn places_are_replaced() {
        let places = [(0, 1, "X".to_owned()), (2, 3, String::new())];
        assert_eq!(replaced("abcd", &places), "Xbd");
        assert_eq!(replaced("abcd", &[]), "abcd");
    }
}
