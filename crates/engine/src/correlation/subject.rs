//! The halves that take part, and what else is like them. spec: 05#1.1, 05#1.3
use super::rules::Rules;
use entente_indicator::{
    AddressRange, AttributeType, Correlates, FuzzyHash, address_range, fold, parent_domains,
};
use entente_model::attribute::Attribute;
use entente_model::id::ElementId;
use entente_store::correlation::Candidate;
use std::collections::HashMap;

/// What correlates with a value besides what is equal to it.
#[derive(Debug)]
pub(super) enum Like {
    Nothing,
    /// Names below and domains above.
    Name,
    /// Networks around an address, or addresses inside a network.
    Network(AddressRange),
    Fuzzy(FuzzyHash),
}

/// A value that is looked up.
#[derive(Debug)]
pub(super) struct Subject {
    /// Folded.
    pub(super) text: String,
    /// Under which what is equal is posted.
    hash: i64,
    pub(super) like: Like,
}

/// Under which hash others are posted, and how they relate to the subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Relation {
    Equal,
    /// The other is this domain above.
    Above(String),
    /// The other lies below.
    Below,
}

impl Subject {
    /// The hashes under which exact matches are posted.
    pub(super) fn keys(&self, rules: &Rules) -> impl Iterator<Item = (i64, Relation)> {
        let mut names = Vec::new();
        if matches!(self.like, Like::Name) {
            let poster = rules.poster();
            names.push((poster.below(&self.text), Relation::Below));
            names.extend(
                parent_domains(&self.text)
                    .map(|domain| (poster.hasher.hash(domain), Relation::Above(domain.to_owned()))),
            );
        }
        std::iter::once((self.hash, Relation::Equal)).chain(names)
    }

    /// The half of a row behind such a posting that really is related in that way.
    pub(super) fn matched<'c>(
        &self,
        rules: &Rules,
        relation: &Relation,
        row: &'c Candidate,
    ) -> Option<&'c str> {
        if *relation == Relation::Equal {
            return halves(row.kind, &row.value1, row.value2.as_deref()).find(|half| fold(half) == self.text);
        }
        let name = fold(&row.value1);
        let related = match relation {
            Relation::Above(domain) => name == domain.as_str(),
            _ => name
                .strip_suffix(self.text.as_str())
                .is_some_and(|rest| rest.ends_with('.')),
        };
        (related && type_is(row.kind, AttributeType::is_host_name) && !rules.exclusions.hold(&name))
            .then_some(row.value1.as_str())
    }

    /// The value of a row that is a network around this address or an address inside this network, or a
    /// fuzzy hash like this one.
    pub(super) fn near<'c>(&self, rules: &Rules, row: &'c Candidate) -> Option<&'c str> {
        let near = match &self.like {
            Like::Network(own) => {
                type_is(row.kind, AttributeType::correlates_by_network)
                    && address_range(&row.value1).is_some_and(|other| {
                        own.is_v6() == other.is_v6()
                            && own.is_single() != other.is_single()
                            && (own.contains(&other) || other.contains(own))
                    })
            }
            Like::Fuzzy(own) => {
                row.kind == AttributeType::SSDEEP.id()
                    // What is equal was found already.
                    && fold(&row.value1) != self.text
                    && FuzzyHash::parse(&row.value1)
                        .is_some_and(|other| Some(own.similarity(&other)) >= rules.advanced)
            }
            Like::Nothing | Like::Name => false,
        };
        (near && !rules.exclusions.hold(&fold(&row.value1))).then_some(row.value1.as_str())
    }
}

fn type_is(kind: u16, is: impl Fn(AttributeType) -> bool) -> bool {
    AttributeType::from_id(kind).is_some_and(is)
}

/// The halves of a value that take part. spec: 05#1.1
pub(super) fn halves<'a>(
    kind: u16,
    value1: &'a str,
    value2: Option<&'a str>,
) -> impl Iterator<Item = &'a str> {
    let correlates = AttributeType::from_id(kind).map_or(Correlates::Never, AttributeType::correlates);
    let first = (correlates != Correlates::Never).then_some(value1);
    let second = value2.filter(|_| correlates == Correlates::Both);
    first.into_iter().chain(second).filter(|half| !half.is_empty())
}

/// Values that are looked up together, each once, and the attributes that ask for them.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    pub(super) subjects: Vec<Subject>,
    /// Which attribute asks for which subject.
    pub(super) owners: Vec<(ElementId, usize)>,
    /// Which subject a value is, by what it is like and its hash.
    known: HashMap<(u8, i64), usize>,
}

impl Wanted {
    /// Adds the halves of an attribute that take part; `true` when one of them is excluded.
    pub(super) fn add(&mut self, rules: &Rules, attribute: &Attribute) -> bool {
        if attribute.deleted || attribute.disable_correlation {
            return false;
        }
        let mut excluded = false;
        let second = attribute.value2.as_deref();
        for (place, half) in halves(attribute.kind, &attribute.value1, second).enumerate() {
            let text = fold(half);
            if rules.exclusions.hold(&text) {
                excluded = true;
                continue;
            }
            // What a value is like depends on its type.
            let like = if place == 0 && !attribute.value1.is_empty() {
                like(rules, attribute)
            } else {
                Like::Nothing
            };
            let subject = self.subject(rules, text.into_owned(), like);
            self.owners.push((attribute.id, subject));
        }
        excluded
    }

    /// The place of a value among the subjects.
    fn subject(&mut self, rules: &Rules, text: String, like: Like) -> usize {
        let hash = rules.poster().hasher.hash(&text);
        let class = match like {
            Like::Nothing => 0,
            Like::Name => 1,
            Like::Network(_) => 2,
            // Upper and lower case are different blocks: no two of them are the same subject.
            Like::Fuzzy(_) => 3,
        };
        let same = |place: &usize| self.subjects.get(*place).is_some_and(|one| one.text == text);
        let known = self.known.get(&(class, hash)).copied().filter(same);
        if let Some(place) = known.filter(|_| class != 3) {
            return place;
        }
        let place = self.subjects.len();
        self.subjects.push(Subject { text, hash, like });
        self.known.insert((class, hash), place);
        place
    }

    pub(super) fn len(&self) -> usize {
        self.owners.len()
    }
}

fn like(rules: &Rules, attribute: &Attribute) -> Like {
    let Some(kind) = AttributeType::from_id(attribute.kind) else {
        return Like::Nothing;
    };
    if rules.subdomains && kind.is_host_name() {
        return Like::Name;
    }
    if rules.advanced.is_none() {
        return Like::Nothing;
    }
    if kind.correlates_by_network() {
        return address_range(&attribute.value1).map_or(Like::Nothing, Like::Network);
    }
    if kind == AttributeType::SSDEEP {
        return FuzzyHash::parse(&attribute.value1).map_or(Like::Nothing, Like::Fuzzy);
    }
    Like::Nothing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_halves_that_say_something_take_part() {
        let of = |kind: AttributeType, value1, value2| halves(kind.id(), value1, value2).collect::<Vec<_>>();
        assert_eq!(
            of(AttributeType::IP_DST_PORT, "192.0.2.1", Some("80")),
            ["192.0.2.1"]
        );
        assert_eq!(
            of(AttributeType::DOMAIN_IP, "a.example", Some("192.0.2.1")),
            ["a.example", "192.0.2.1"]
        );
        assert_eq!(of(AttributeType::FILENAME_MD5, "a", Some("")), ["a"]);
        assert!(of(AttributeType::COMMENT, "a", None).is_empty());
    }
}
