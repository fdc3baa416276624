//! Tags of a taxonomy that exclude each other (spec: 07#2.3).
use super::machine_tag::{MachineTag, same};

/// Which of a taxonomy's tags exclude each other; made from a file or from stored rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exclusivity {
    namespace: String,
    whole: bool,
    predicates: Vec<String>,
}

impl Exclusivity {
    /// The rules of the taxonomy `namespace`: exclusive as a whole, or in these predicates.
    pub fn new<'a>(namespace: &str, whole: bool, predicates: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            namespace: namespace.to_owned(),
            whole,
            predicates: predicates.into_iter().map(str::to_owned).collect(),
        }
    }

    /// Whether the taxonomy restricts anything.
    pub fn restricts(&self) -> bool {
        self.whole || !self.predicates.is_empty()
    }

    /// The first of the tags present that excludes `new`; `None` when it may be added.
    ///
    /// Two-part tags collide with two-part tags of the namespace, three-part tags with three-part
    /// tags of the same predicate. The same tag again is no conflict. Global and local tags are
    /// judged apart, so `present` holds one of the two.
    pub fn conflict<'e>(&self, present: impl IntoIterator<Item = &'e str>, new: &str) -> Option<&'e str> {
        let new = MachineTag::parse(new).filter(|tag| self.governs(tag))?;
        present.into_iter().find(|name| {
            MachineTag::parse(name)
                .is_some_and(|old| collide(&old, &new) && !old.same(&new) && !both_clear(&old, &new))
        })
    }

    fn governs(&self, tag: &MachineTag<'_>) -> bool {
        same(tag.namespace, &self.namespace)
            && (self.whole
                || tag.value.is_some()
                    && self
                        .predicates
                        .iter()
                        .any(|predicate| same(predicate, tag.predicate)))
    }
}

fn collide(old: &MachineTag<'_>, new: &MachineTag<'_>) -> bool {
    same(old.namespace, new.namespace)
        && match (old.value, new.value) {
            (None, None) => true,
            (Some(_), Some(_)) => same(old.predicate, new.predicate),
            _ => false,
        }
}

/// `tlp:white` and `tlp:clear` are two names of one thing and may stand together.
fn both_clear(one: &MachineTag<'_>, two: &MachineTag<'_>) -> bool {
    let clear = |tag: &MachineTag<'_>| {
        tag.value.is_none()
            && same(tag.namespace, "tlp")
            && (same(tag.predicate, "white") || same(tag.predicate, "clear"))
    };
    clear(one) && clear(two)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exclusive_taxonomy_takes_one_two_part_tag() {
        let tlp = Exclusivity::new("tlp", true, []);
        assert_eq!(tlp.conflict(["x:y", "TLP:amber"], "tlp:red"), Some("TLP:amber"));
        assert_eq!(tlp.conflict(["tlp:red"], "tlp:RED"), None, "the same tag again");
        assert_eq!(tlp.conflict(["pap:amber"], "tlp:red"), None);
        assert_eq!(
            tlp.conflict(["tlp:amber"], "pap:red"),
            None,
            "a tag of another taxonomy"
        );
        assert_eq!(tlp.conflict(["tlp:amber"], "free"), None);
    }

    #[test]
    fn tlp_white_and_clear_stand_together() {
        let tlp = Exclusivity::new("tlp", true, []);
        assert_eq!(tlp.conflict(["tlp:white"], "tlp:clear"), None);
        assert_eq!(tlp.conflict(["tlp:clear"], "TLP:WHITE"), None);
        assert_eq!(tlp.conflict(["tlp:white"], "tlp:green"), Some("tlp:white"));
        assert_eq!(
            tlp.conflict(["tlp:white", "tlp:red"], "tlp:clear"),
            Some("tlp:red")
        );
    }

    #[test]
    fn three_part_tags_collide_within_their_predicate() {
        let whole = Exclusivity::new("n", true, []);
        assert_eq!(whole.conflict(["n:p=\"a\""], "n:p=\"b\""), Some("n:p=\"a\""));
        assert_eq!(whole.conflict(["n:q=\"a\""], "n:p=\"b\""), None);
        assert_eq!(whole.conflict(["n:p"], "n:p=\"b\""), None);
    }

    #[test]
    fn an_exclusive_predicate_binds_only_its_values() {
        let rules = Exclusivity::new("n", false, ["p"]);
        assert!(rules.restricts());
        assert_eq!(rules.conflict(["n:p=\"a\""], "n:P=\"b\""), Some("n:p=\"a\""));
        assert_eq!(rules.conflict(["n:q=\"a\""], "n:q=\"b\""), None);
        assert_eq!(
            rules.conflict(["n:q"], "n:p"),
            None,
            "a predicate alone has no values"
        );
        assert!(!Exclusivity::new("n", false, []).restricts());
    }
}
