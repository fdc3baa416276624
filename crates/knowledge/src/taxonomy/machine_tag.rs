//! The parts of a tag name.
use std::fmt;

/// How many bytes of a tag's name are stored (spec: 07#2.1).
pub const MAX_TAG_BYTES: usize = 255;

/// A tag of two or three parts, `namespace:predicate` or `namespace:predicate="value"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MachineTag<'a> {
    /// The part before the colon.
    pub namespace: &'a str,
    /// The part after it.
    pub predicate: &'a str,
    /// The quoted part, if there is one.
    pub value: Option<&'a str>,
}

impl<'a> MachineTag<'a> {
    /// The parts of a tag name; `None` for a free tag (spec: 07#2.1).
    pub fn parse(name: &'a str) -> Option<Self> {
        let (namespace, rest) = name.split_once(':')?;
        let (predicate, value) = match rest.split_once("=\"") {
            Some((predicate, quoted)) => (predicate, Some(quoted.strip_suffix('"')?)),
            None => (rest, None),
        };
        let plain = |part: &str| !part.is_empty() && !part.contains([':', '=', '"']);
        let quotable = value.is_none_or(|value| !value.is_empty() && !value.contains('"'));
        (plain(namespace) && plain(predicate) && quotable).then_some(Self {
            namespace,
            predicate,
            value,
        })
    }

    /// Whether both name the same tag; case does not matter.
    pub fn same(&self, other: &MachineTag<'_>) -> bool {
        same(self.namespace, other.namespace)
            && same(self.predicate, other.predicate)
            && match (self.value, other.value) {
                (Some(one), Some(two)) => same(one, two),
                (None, None) => true,
                _ => false,
            }
    }
}

impl fmt::Display for MachineTag<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.namespace, self.predicate)?;
        self.value
            .map_or(Ok(()), |value| write!(formatter, "=\"{value}\""))
    }
}

/// Whether two tag names or parts are the same; case does not matter, in any script.
pub(super) fn same(one: &str, two: &str) -> bool {
    one.eq_ignore_ascii_case(two)
        || one
            .chars()
            .flat_map(char::to_lowercase)
            .eq(two.chars().flat_map(char::to_lowercase))
}

/// The part of a tag name that is stored: at most 255 bytes, cut between characters.
pub fn stored_name(name: &str) -> &str {
    name.get(..name.floor_char_boundary(MAX_TAG_BYTES))
        .unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_taken_apart() {
        let two = MachineTag::parse("tlp:red").unwrap();
        assert_eq!((two.namespace, two.predicate, two.value), ("tlp", "red", None));
        let three = MachineTag::parse("a b:c d=\"e:f=g\"").unwrap();
        assert_eq!(
            (three.namespace, three.predicate, three.value),
            ("a b", "c d", Some("e:f=g"))
        );
        assert_eq!(three.to_string(), "a b:c d=\"e:f=g\"");
    }

    #[test]
    fn other_names_are_free_tags() {
        for name in [
            "",
            "free",
            ":p",
            "n:",
            "n:p=",
            "n:p=v",
            "n:p=\"\"",
            "n:p=\"v",
            "n:p=\"a\"b\"",
            "a:b:c",
            "n=x:p",
            "n:p=\"v\" ",
            "n:\"p",
        ] {
            assert!(MachineTag::parse(name).is_none(), "{name}");
        }
    }

    #[test]
    fn case_does_not_matter() {
        let tag = |name| MachineTag::parse(name).unwrap();
        assert!(tag("TLP:Red").same(&tag("tlp:red")));
        assert!(tag("n:p=\"É\"").same(&tag("N:P=\"é\"")));
        assert!(!tag("n:p=\"a\"").same(&tag("n:p=\"b\"")));
        assert!(!tag("n:p=\"a\"").same(&tag("n:p")));
    }

    #[test]
    fn names_are_cut_between_characters() {
        assert_eq!(stored_name("short"), "short");
        assert_eq!(stored_name(&"é".repeat(200)).len(), 254);
    }
}
