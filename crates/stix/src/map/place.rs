//! Places of values in cyber observables: the one notation that the tables are written in.
//!
//! `network-traffic:dst_ref>ip.value` names the property `value` of the address that the property `dst_ref`
//! refers to. `[*]` is a new element of a list, `[0]` its first one; `>type` leads to another object, `>ip` to an
//! IPv4 or IPv6 address, whichever the value is. From a place follow both the graph of objects of an observation
//! and the path of a pattern.
use crate::pattern::{Path, Step as PathStep};

/// A place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The type of the object that it begins at.
    pub root: &'static str,
    /// From property to property.
    pub steps: Vec<Step>,
}

/// A step of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A property, or a key of a dictionary.
    Key(&'static str),
    /// A new element of a list.
    New,
    /// The first element of a list.
    First,
    /// The object that a reference leads to.
    To(&'static str),
}

/// What the name of a target means that depends on the value.
pub const ADDRESS: &str = "ip";

impl Place {
    /// Reads the notation; `None` when it is not well formed, which a test of the tables excludes.
    #[must_use]
    pub fn parse(text: &'static str) -> Option<Self> {
        let (root, mut rest) = text.split_once(':')?;
        let mut steps = Vec::new();
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix('>') {
                let (name, tail) = until(after, &['.'])?;
                steps.push(Step::To(name));
                rest = tail.strip_prefix('.')?;
            } else if let Some(after) = rest.strip_prefix("[*]") {
                steps.push(Step::New);
                rest = after.strip_prefix('.').unwrap_or(after);
            } else if let Some(after) = rest.strip_prefix("[0]") {
                steps.push(Step::First);
                rest = after.strip_prefix('.').unwrap_or(after);
            } else if let Some(after) = rest.strip_prefix('\'') {
                let (name, tail) = until(after, &['\''])?;
                steps.push(Step::Key(name));
                let tail = tail.strip_prefix('\'')?;
                rest = tail.strip_prefix('.').unwrap_or(tail);
            } else {
                let (name, tail) = until(rest, &['.', '>', '['])?;
                steps.push(Step::Key(name));
                rest = tail.strip_prefix('.').unwrap_or(tail);
            }
        }
        (!root.is_empty() && !steps.is_empty()).then_some(Self { root, steps })
    }

    /// The path of a pattern; references are followed silently there.
    #[must_use]
    pub fn path(&self) -> Path {
        let steps = self.steps.iter().filter_map(|step| match step {
            Step::Key(name) => Some(PathStep::Key((*name).to_owned())),
            Step::New | Step::First => Some(PathStep::Any),
            Step::To(_) => None,
        });
        Path {
            object: self.root.to_owned(),
            steps: steps.collect(),
        }
    }

    /// The place in the spelling that patterns and observations are compared in.
    #[must_use]
    pub fn key(&self) -> String {
        self.path().place()
    }

    /// The path of the type of what the first reference leads to, where a pattern names it: the ends of network
    /// traffic may be of several types.
    #[must_use]
    pub fn type_path(&self) -> Option<Path> {
        if self.root != "network-traffic" {
            return None;
        }
        let to = self.steps.iter().position(|step| matches!(step, Step::To(_)))?;
        let steps = self.steps.get(..to)?.to_vec();
        let mut path = Self {
            root: self.root,
            steps,
        }
        .path();
        path.steps.push(PathStep::Key("type".to_owned()));
        Some(path)
    }

    /// The type that the first reference leads to.
    #[must_use]
    pub fn target(&self) -> Option<&'static str> {
        self.steps.iter().find_map(|step| match step {
            Step::To(name) => Some(*name),
            _ => None,
        })
    }
}

/// What stands before one of the signs, and the rest from there.
fn until(text: &'static str, signs: &[char]) -> Option<(&'static str, &'static str)> {
    let end = text.find(signs).unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(end)?;
    (!name.is_empty()).then_some((name, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_give_paths() {
        for (place, path, key) in [
            ("domain-name:value", "domain-name:value", "domain-name:value"),
            (
                "domain-name:resolves_to_refs[*]>ip.value",
                "domain-name:resolves_to_refs[*].value",
                "domain-name:resolves_to_refs[*].value",
            ),
            (
                "file:hashes.'SHA-256'",
                "file:hashes.'SHA-256'",
                "file:hashes.SHA-256",
            ),
            (
                "email-message:body_multipart[*].body_raw_ref>file.name",
                "email-message:body_multipart[*].body_raw_ref.name",
                "email-message:body_multipart[*].body_raw_ref.name",
            ),
            (
                "windows-registry-key:values[0].data",
                "windows-registry-key:values[*].data",
                "windows-registry-key:values[*].data",
            ),
            (
                "email-message:received_lines[*]",
                "email-message:received_lines[*]",
                "email-message:received_lines",
            ),
        ] {
            let place = Place::parse(place).unwrap();
            assert_eq!(place.path().to_string(), path);
            assert_eq!(place.key(), key);
        }
        let address = Place::parse("network-traffic:dst_ref>ip.value").unwrap();
        assert_eq!(
            address.type_path().unwrap().to_string(),
            "network-traffic:dst_ref.type"
        );
        assert_eq!(address.target(), Some(ADDRESS));
        for wrong in [
            "",
            "file",
            "file:",
            ":name",
            "file:hashes.'MD5",
            "file:content_ref>",
        ] {
            assert_eq!(Place::parse(wrong), None, "{wrong}");
        }
    }
}
