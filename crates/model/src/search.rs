//! What a search asks for, whatever syntax it came in: a list of conditions, an order and a page.
//!
//! Conditions are AND-ed. On events a condition about attributes is a test of existence of its own: some
//! attribute that the caller sees meets it. spec: 04#2, 04#3
mod lists;
mod options;
mod range;
mod text;

pub use lists::Lists;
pub use options::{Decay, Options, Prune};
pub use range::Range;
pub use text::{Pattern, Text};

use crate::id::Ref;
use crate::time::{Micros, Seconds};
use uuid::Uuid;

/// Terms that one search may have at most. spec: 11#BI-S7, 11#BI-S10
pub const MAX_TERMS: usize = 100_000;
/// Wildcard patterns that one search may have at most; each is a comparison for every row that is looked at.
pub const MAX_PATTERNS: usize = 500;

/// What is searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// Events.
    Event,
    /// Attributes.
    Attribute,
    /// Objects.
    Object,
}

/// A tag or organisation as named by the caller.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Named {
    /// By local id.
    Id(i64),
    /// By uuid.
    Uuid(Uuid),
    /// By name; how names compare is the business of whoever looks them up.
    Name(String),
    /// Organisations of a sector.
    Sector(String),
    /// Organisations of a nationality.
    Nationality(String),
    /// Organisations with or without users here.
    Local(bool),
}

/// One condition. Which subjects know it: spec 04#3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// The value of an attribute: either half, or both joined by `|`.
    Value(Lists<Text>),
    /// The first half of a value, or the whole of a simple one.
    First(Lists<Text>),
    /// The second half of a value.
    Second(Lists<Text>),
    /// The type of an attribute is one of these.
    Kinds(Vec<u16>),
    /// The category of an attribute is one of these.
    Categories(Vec<u8>),
    /// The role of an attribute in its object.
    Relation(Lists<Text>),
    /// The comment of an attribute.
    Comment(Lists<Text>),
    /// Whether an attribute is for detection.
    ToIds(bool),
    /// Edit version of an attribute, in seconds.
    AttributeTime(Range),
    /// First seen of an attribute, in microseconds.
    FirstSeen(Range),
    /// Last seen of an attribute, in microseconds.
    LastSeen(Range),
    /// No live proposal asks to delete the attribute or to take it out of detection.
    Undisputed,
    /// Tags of an attribute or of its event.
    Tags(Lists<Named>),
    /// Tags of the event alone.
    EventTags(Lists<Named>),
    /// Uuid of the event, or of an attribute (or object) in it.
    Uuid(Lists<Uuid>),
    /// Name of an object.
    ObjectName(Lists<Text>),
    /// Template of an object.
    ObjectTemplate(Lists<Uuid>),
    /// Template version of an object.
    ObjectVersion(Lists<i64>),
    /// Creator organisation of the event.
    Creator(Lists<Named>),
    /// The event itself.
    Event(Lists<Ref>),
    /// The event that the event extends.
    Extends(Vec<Ref>),
    /// Title of the event.
    Info(Lists<Text>),
    /// Threat level of the event is one of these.
    ThreatLevel(Lists<i64>),
    /// Analysis state of the event is one of these.
    Analysis(Lists<i64>),
    /// Distribution of the event is one of these.
    Distribution(Lists<i64>),
    /// Sharing group of the event (or, among attributes, of the attribute itself).
    SharingGroup(Lists<i64>),
    /// Whether the event is published.
    Published(bool),
    /// Whether the event is in protected mode.
    Protected(bool),
    /// Date of the event, in days.
    Date(Range),
    /// Edit version of the event, in seconds.
    EventTime(Range),
    /// Last publication of the event, in seconds.
    PublishTime(Range),
    /// Whether the event has live proposals.
    HasProposal(bool),
    /// The event has a live attribute or a live report.
    NotEmpty,
    /// Mail address of the account that created the event.
    CreatorMail(Lists<Text>),
    /// There is an attribute at all.
    SomeAttribute,
    /// A pattern in anything that a reader sees of an element.
    Anywhere(Anywhere),
    /// The opposite of a condition; of a condition about attributes: no attribute meets it.
    Not(Box<Term>),
    /// Nothing matches: something required does not exist.
    Nothing,
}

/// Where a pattern is looked for. spec: 04#3 searchall, quickFilter; 04#5.1 all
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anywhere {
    /// The pattern.
    pub text: Text,
    /// Also in the name of the creator organisation.
    pub organisation: bool,
    /// Also in the uuid of the event.
    pub uuid: bool,
}

/// Which elements are found as regards soft deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Deletion {
    /// Live ones.
    #[default]
    Live,
    /// Deleted ones.
    Deleted,
    /// Both, and on events: those that have any attribute.
    Both,
}

/// What a result can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key {
    /// Local id.
    Id,
    /// Title of the event.
    Info,
    /// Date of the event.
    Date,
    /// Analysis state of the event.
    Analysis,
    /// Threat level of the event.
    ThreatLevel,
    /// Distribution.
    Distribution,
    /// Edit version.
    Timestamp,
    /// Last publication of the event.
    PublishTimestamp,
    /// Whether published.
    Published,
    /// Live attributes of the event.
    AttributeCount,
    /// Owner of the event.
    Owner,
    /// Creator of the event.
    Creator,
    /// Uuid.
    Uuid,
    /// The event of an attribute.
    Event,
    /// The object of an attribute.
    Object,
    /// Type of an attribute, by name.
    Kind,
    /// Category of an attribute, by name.
    Category,
    /// Value of an attribute.
    Value,
    /// Role of an attribute in its object.
    Relation,
}

/// One step of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Order {
    /// By what.
    pub key: Key,
    /// Largest first.
    pub descending: bool,
}

/// Which part of the result is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Page {
    /// Elements on a page, at least 1; `None` = everything, and then `number` counts for nothing.
    pub limit: Option<i64>,
    /// The page, from 1; less counts as 1.
    pub number: i64,
}

impl Page {
    /// Elements before the page.
    #[must_use]
    pub fn offset(&self) -> i64 {
        self.limit.map_or(0, |limit| {
            limit.saturating_mul(self.number.max(1).saturating_sub(1))
        })
    }
}

/// A search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// What is searched for.
    pub subject: Subject,
    /// What it must meet, all of it.
    pub terms: Vec<Term>,
    /// Live or deleted.
    pub deletion: Deletion,
    /// Order; ascending id is always the last step.
    pub order: Vec<Order>,
    /// Which part.
    pub page: Page,
}

impl Query {
    /// Everything of a kind that is live.
    #[must_use]
    pub fn of(subject: Subject) -> Self {
        Self {
            subject,
            terms: Vec::new(),
            deletion: Deletion::Live,
            order: Vec::new(),
            page: Page::default(),
        }
    }
    /// The same with one more condition.
    #[must_use]
    pub fn with(mut self, term: Term) -> Self {
        self.terms.push(term);
        self
    }
    /// Whether the result comes by ascending id.
    #[must_use]
    pub fn in_id_order(&self) -> bool {
        match self.order.first() {
            None => true,
            Some(first) => first.key == Key::Id && !first.descending,
        }
    }
    /// Refuses a search that is too large to be answered while others wait.
    ///
    /// # Errors
    /// [`TooLarge`].
    pub fn check(&self) -> Result<(), TooLarge> {
        let (terms, patterns) = self
            .terms
            .iter()
            .map(Term::size)
            .fold((0, 0), |(a, b), (terms, patterns)| (a + terms, b + patterns));
        if terms > MAX_TERMS {
            return Err(TooLarge::Terms);
        }
        if patterns > MAX_PATTERNS {
            return Err(TooLarge::Patterns);
        }
        Ok(())
    }
}

/// A search with too many terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TooLarge {
    /// More than [`MAX_TERMS`].
    #[error("The search has more than {MAX_TERMS} terms; send it in several parts or use the bulk look-up.")]
    Terms,
    /// More than [`MAX_PATTERNS`].
    #[error("The search has more than {MAX_PATTERNS} terms with wildcards; send it in several parts.")]
    Patterns,
}

impl Term {
    /// Elements in it, and how many of them are patterns or compared as such.
    fn size(&self) -> (usize, usize) {
        let texts = |lists: &Lists<Text>, equal_costs: bool| {
            let patterns = lists
                .iter()
                .filter(|text| equal_costs || matches!(text, Text::Like(_)))
                .count();
            (lists.len(), patterns)
        };
        match self {
            Self::Value(lists) | Self::First(lists) | Self::Second(lists) => texts(lists, false),
            Self::Relation(lists)
            | Self::Comment(lists)
            | Self::ObjectName(lists)
            | Self::Info(lists)
            | Self::CreatorMail(lists) => texts(lists, true),
            Self::Tags(lists) | Self::EventTags(lists) | Self::Creator(lists) => (lists.len(), 0),
            Self::Uuid(lists) | Self::ObjectTemplate(lists) => (lists.len(), 0),
            Self::Event(lists) => (lists.len(), 0),
            Self::Extends(list) => (list.len(), 0),
            Self::ObjectVersion(lists)
            | Self::ThreatLevel(lists)
            | Self::Analysis(lists)
            | Self::Distribution(lists)
            | Self::SharingGroup(lists) => (lists.len(), 0),
            Self::Anywhere(_) => (1, 1),
            Self::Not(term) => term.size(),
            _ => (1, 0),
        }
    }
}

/// A range of seconds as one of microseconds, whole seconds included.
#[must_use]
pub fn micros(range: Range) -> Range {
    let scale = |seconds: Seconds| -> Micros { seconds.saturating_mul(1_000_000) };
    Range {
        from: range.from.map(scale),
        to: range.to.map(|to| scale(to).saturating_add(999_999)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bi_s7_and_s10_too_many_terms_are_refused() {
        let many = |n| Lists::any(vec![Text::Equal("x".into()); n]);
        let query = |term| Query::of(Subject::Attribute).with(term);
        assert_eq!(query(Term::Value(many(MAX_TERMS))).check(), Ok(()));
        assert_eq!(
            query(Term::Value(many(MAX_TERMS + 1))).check(),
            Err(TooLarge::Terms)
        );
        assert_eq!(
            query(Term::Info(many(MAX_PATTERNS + 1))).check(),
            Err(TooLarge::Patterns)
        );
    }

    #[test]
    fn unknown_names_match_nothing_only_when_wanted() {
        let keep = |lists: Lists<i64>| lists.keep(|n| (n < 10).then_some(n));
        assert_eq!(keep(Lists::any(vec![1, 20])), Some(Lists::any(vec![1])));
        assert_eq!(keep(Lists::any(vec![20])), None);
        assert_eq!(keep(Lists::none(vec![20])), Some(Lists::default()));
        let all = Lists {
            all: vec![1, 20],
            ..Lists::default()
        };
        assert_eq!(keep(all), None);
    }

    #[test]
    fn bi_s4_pages_far_away_do_not_overflow() {
        let page = Page {
            limit: Some(i64::MAX),
            number: 1_000_000_000_000,
        };
        assert_eq!(page.offset(), i64::MAX);
        assert_eq!(
            Page {
                limit: Some(7),
                number: 3
            }
            .offset(),
            14
        );
        assert_eq!(
            Page {
                limit: None,
                number: 3
            }
            .offset(),
            0
        );
    }
}
