//! Whether an object conforms to a template, and which templates a set of attributes fits.
use std::collections::{HashMap, HashSet};

/// What objects of a template have to meet; made from a file or from stored rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirements<'a> {
    /// Relations that each object has.
    pub required: &'a [String],
    /// Relations of which each object has at least one; empty: no such rule.
    pub required_one_of: &'a [String],
    /// The template's elements.
    pub slots: Vec<Slot<'a>>,
}

/// The part of a template element that the rules look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot<'a> {
    /// The attribute's role in the object.
    pub object_relation: &'a str,
    /// The attribute type.
    pub attribute_type: &'a str,
    /// Whether the relation may occur more than once.
    pub multiple: bool,
}

/// How an object breaks its template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Nonconformity {
    /// A required relation is absent.
    #[error("The object lacks the relation {0}, which its template requires.")]
    Lacks(String),
    /// None of the relations of which one is required is present.
    #[error("The object needs at least one of these relations of its template: {}.", .0.join(", "))]
    LacksAll(Vec<String>),
    /// A relation occurs more than once although its element is not `multiple`.
    #[error("The relation {0} occurs more than once, which the template of the object does not allow.")]
    Repeats(String),
}

impl Requirements<'_> {
    /// Checks the relations of an object's attributes (spec: 03#5.1).
    ///
    /// Relations that the template does not know are accepted, as often as they occur.
    ///
    /// # Errors
    /// The first breach in the order: required, one of, repetition.
    pub fn conforms(&self, relations: &[&str]) -> Result<(), Nonconformity> {
        let present: HashSet<&str> = relations.iter().copied().collect();
        if let Some(missing) = self
            .required
            .iter()
            .find(|relation| !present.contains(relation.as_str()))
        {
            return Err(Nonconformity::Lacks(missing.clone()));
        }
        if !self.required_one_of.is_empty()
            && !self
                .required_one_of
                .iter()
                .any(|relation| present.contains(relation.as_str()))
        {
            return Err(Nonconformity::LacksAll(self.required_one_of.to_vec()));
        }
        let single: HashSet<&str> = self
            .slots
            .iter()
            .filter(|slot| !slot.multiple)
            .map(|slot| slot.object_relation)
            .collect();
        let mut seen = HashSet::new();
        for relation in relations {
            if single.contains(relation) && !seen.insert(*relation) {
                return Err(Nonconformity::Repeats((*relation).to_owned()));
            }
        }
        Ok(())
    }

    /// Whether attributes of these types (with repetitions) could make up an object
    /// (spec: 07#3.3): what is required is covered, every type occurs in the template, and a type
    /// is given more than once only if an element of that type is `multiple`.
    pub fn fits(&self, types: &[&str]) -> bool {
        let mut given: HashMap<&str, usize> = HashMap::new();
        for name in types {
            *given.entry(name).or_default() += 1;
        }
        let covered = |relation: &String| {
            self.slots
                .iter()
                .any(|slot| slot.object_relation == relation && given.contains_key(slot.attribute_type))
        };
        self.required.iter().all(covered)
            && (self.required_one_of.is_empty() || self.required_one_of.iter().any(covered))
            && given.iter().all(|(name, count)| {
                let mut slots = self
                    .slots
                    .iter()
                    .filter(|slot| slot.attribute_type == *name)
                    .peekable();
                slots.peek().is_some() && (*count == 1 || slots.any(|slot| slot.multiple))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(list: &[&str]) -> Vec<String> {
        list.iter().map(|text| (*text).to_owned()).collect()
    }

    fn with(check: impl FnOnce(&Requirements<'_>)) {
        let slot = |object_relation, attribute_type, multiple| Slot {
            object_relation,
            attribute_type,
            multiple,
        };
        check(&Requirements {
            required: &texts(&["number"]),
            required_one_of: &texts(&["sender", "recipient"]),
            slots: vec![
                slot("number", "counter", false),
                slot("sender", "email-src", true),
                slot("recipient", "email-dst", false),
            ],
        });
    }

    #[test]
    fn breaches_are_named_in_order() {
        with(|rules| {
            assert_eq!(rules.conforms(&[]), Err(Nonconformity::Lacks("number".into())));
            let lacks_all = rules.conforms(&["number"]).unwrap_err();
            assert_eq!(
                lacks_all.to_string(),
                "The object needs at least one of these relations of its template: sender, recipient."
            );
            let repeated = rules.conforms(&["number", "sender", "number"]);
            assert_eq!(repeated, Err(Nonconformity::Repeats("number".into())));
            assert_eq!(rules.conforms(&["number", "sender", "sender"]), Ok(()));
        });
    }

    #[test]
    fn unknown_relations_are_accepted_even_repeated() {
        with(|rules| assert_eq!(rules.conforms(&["number", "sender", "own", "own"]), Ok(())));
    }

    #[test]
    fn a_set_of_types_fits_when_covered_known_and_not_repeated() {
        with(|rules| {
            assert!(rules.fits(&["counter", "email-src"]));
            assert!(rules.fits(&["counter", "email-src", "email-src"]));
            assert!(!rules.fits(&["email-src"]), "the required type is missing");
            assert!(!rules.fits(&["counter"]), "none of the alternatives is there");
            assert!(
                !rules.fits(&["counter", "email-src", "md5"]),
                "a type the template does not have"
            );
            assert!(
                !rules.fits(&["counter", "email-dst", "email-dst"]),
                "repeated though not multiple"
            );
            assert!(!rules.fits(&[]));
        });
    }
}
