//! Tag names that stand for clusters (spec: 07#4.4).
use uuid::Uuid;

const PREFIX: &str = "misp-galaxy:";

/// The name of a cluster's tag; custom clusters have their uuid as `value`.
pub fn tag_name(galaxy_type: &str, value: &str) -> String {
    format!("{PREFIX}{galaxy_type}=\"{value}\"")
}

/// The parts of a galaxy tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GalaxyTag<'a> {
    /// The galaxy's type.
    pub galaxy_type: &'a str,
    /// The cluster's value, or the uuid of a custom cluster. May hold quotes: some published
    /// values do.
    pub value: &'a str,
}

impl GalaxyTag<'_> {
    /// The uuid of the custom cluster the tag stands for; `None` for a published cluster.
    pub fn custom(&self) -> Option<Uuid> {
        (self.value.len() == 36)
            .then(|| Uuid::try_parse(self.value).ok())
            .flatten()
    }
}

/// The parts of a galaxy tag; `None` for any other tag. The case of the prefix does not matter.
pub fn is_galaxy_tag(name: &str) -> Option<GalaxyTag<'_>> {
    let (prefix, rest) = name.split_at_checked(PREFIX.len())?;
    if !prefix.eq_ignore_ascii_case(PREFIX) {
        return None;
    }
    let (galaxy_type, quoted) = rest.split_once("=\"")?;
    let value = quoted.strip_suffix('"')?;
    (!galaxy_type.is_empty() && !value.is_empty()).then_some(GalaxyTag { galaxy_type, value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_parts_belong_together() {
        for value in ["X", "a \"quoted\" name", "é=\"1\""] {
            let name = tag_name("tool", value);
            assert_eq!(
                is_galaxy_tag(&name),
                Some(GalaxyTag {
                    galaxy_type: "tool",
                    value
                })
            );
        }
        assert_eq!(
            is_galaxy_tag("MISP-Galaxy:tool=\"x\"").map(|tag| tag.value),
            Some("x")
        );
    }

    #[test]
    fn custom_clusters_are_told_by_their_uuid() {
        let custom = tag_name("tool", "7f1c7a52-1a40-4f3e-9d38-5a3c1f2b6e01");
        assert!(is_galaxy_tag(&custom).unwrap().custom().is_some());
        assert!(
            is_galaxy_tag("misp-galaxy:tool=\"x\"")
                .unwrap()
                .custom()
                .is_none()
        );
        let without_dashes = tag_name("tool", "7f1c7a521a404f3e9d385a3c1f2b6e01");
        assert!(is_galaxy_tag(&without_dashes).unwrap().custom().is_none());
    }

    #[test]
    fn other_tags_are_none() {
        for name in [
            "",
            "tlp:red",
            "misp-galaxy:",
            "misp-galaxy:tool",
            "misp-galaxy:tool=\"\"",
            "misp-galaxy:=\"x\"",
            "é-galaxy:t=\"x\"",
            "misp-galaxy:tool=\"x",
        ] {
            assert_eq!(is_galaxy_tag(name), None, "{name}");
        }
    }
}
