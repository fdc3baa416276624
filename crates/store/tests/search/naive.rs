//! The rules of a search as plain loops over everything, written from the specification and not from the SQL.
use crate::names::WorldNames;
use crate::viewer::Viewer;
use entente_model::attribute::Attribute;
use entente_model::event::Event;
use entente_model::id::Ref;
use entente_model::object::Object;
use entente_model::proposal::Proposal;
use entente_model::search::{Anywhere, Deletion, Lists, Named, Query, Subject, Term, Text};
use entente_store::search::Names;
use entente_testkit::world::{Oracle, World};

/// The canonical pattern language: `%` any run, `_` any one, `!` escapes; case does not count.
pub fn like(pattern: &str, text: &str) -> bool {
    fn go(p: &[char], t: &[char]) -> bool {
        match p {
            [] => t.is_empty(),
            ['%', rest @ ..] => (0..=t.len()).any(|n| go(rest, &t[n..])),
            ['_', rest @ ..] => !t.is_empty() && go(rest, &t[1..]),
            ['!', c, rest @ ..] | [c, rest @ ..] => t.first() == Some(c) && go(rest, &t[1..]),
        }
    }
    let chars = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<Vec<char>>();
    go(&chars(pattern), &chars(text))
}

fn text_matches(wanted: &Text, text: &str) -> bool {
    match wanted {
        Text::Equal(wanted) => wanted.to_lowercase() == text.to_lowercase(),
        Text::Like(pattern) => like(pattern.as_str(), text),
    }
}

fn lists<T>(lists: &Lists<T>, matches: impl Fn(&T) -> bool) -> bool {
    (lists.any.is_empty() || lists.any.iter().any(&matches))
        && lists.all.iter().all(&matches)
        && !lists.none.iter().any(&matches)
}

/// Whether some attribute that the reader sees meets a test.
type SomeAttribute<'a> = dyn Fn(&dyn Fn(&Attribute) -> bool) -> bool + 'a;

struct Look<'a> {
    world: &'a World,
    names: WorldNames<'a>,
    oracle: &'a Oracle<'a>,
    viewer: &'a Viewer,
    query: &'a Query,
}

/// Ascending ids of what is found.
pub fn find(world: &World, oracle: &Oracle<'_>, viewer: &Viewer, query: &Query) -> Vec<i64> {
    let look = Look {
        world,
        names: WorldNames(world),
        oracle,
        viewer,
        query,
    };
    let mut found: Vec<i64> = match query.subject {
        Subject::Event => world
            .events
            .iter()
            .filter(|e| look.event(e))
            .map(|e| e.id.0)
            .collect(),
        Subject::Attribute => world
            .attributes
            .iter()
            .filter(|a| look.shows_attribute(a) && look.all(look.event_of(a), None, Some(a)))
            .map(|a| a.id.0)
            .collect(),
        Subject::Object => world
            .objects
            .iter()
            .filter(|o| look.object(o))
            .map(|o| o.id.0)
            .collect(),
    };
    found.sort_unstable();
    found
}

impl<'a> Look<'a> {
    fn event_of(&self, attribute: &Attribute) -> &'a Event {
        self.by_number(attribute.event().0)
    }
    fn by_number(&self, number: i64) -> &'a Event {
        self.world.events.iter().find(|e| e.id.0 == number).unwrap()
    }
    fn deletion(&self, deleted: bool, event: &Event) -> bool {
        let allowed = !deleted || self.viewer.sync || event.org == self.viewer.org;
        match self.query.deletion {
            Deletion::Live => !deleted,
            Deletion::Deleted => deleted && allowed,
            Deletion::Both => allowed,
        }
    }
    fn shows_attribute(&self, a: &Attribute) -> bool {
        let event = self.event_of(a);
        self.oracle.attribute(a) && self.deletion(a.deleted, event)
    }
    fn shows_object(&self, o: &Object) -> bool {
        let event = self.by_number(o.id.event().0);
        self.oracle.object(o) && self.deletion(o.deleted, event)
    }
    fn attributes(&self, event: &Event, object: Option<&Object>) -> Vec<&'a Attribute> {
        self.world
            .attributes
            .iter()
            .filter(|a| a.event() == event.id && object.is_none_or(|o| a.object == o.id))
            .filter(|a| self.shows_attribute(a))
            .collect()
    }
    fn event(&self, event: &Event) -> bool {
        let any = || !self.attributes(event, None).is_empty();
        self.oracle.event(event)
            && (self.query.deletion == Deletion::Live || any())
            && self.all(event, None, None)
    }
    fn object(&self, object: &Object) -> bool {
        let event = self.by_number(object.id.event().0);
        self.shows_object(object)
            && !self.attributes(event, Some(object)).is_empty()
            && self.all(event, Some(object), None)
    }
    fn all(&self, event: &Event, object: Option<&Object>, attribute: Option<&Attribute>) -> bool {
        self.query
            .terms
            .iter()
            .all(|term| self.meets(term, event, object, attribute))
    }

    fn meets(
        &self,
        term: &Term,
        event: &Event,
        object: Option<&Object>,
        attribute: Option<&Attribute>,
    ) -> bool {
        let some = |test: &dyn Fn(&Attribute) -> bool| match attribute {
            Some(attribute) => test(attribute),
            None => self.attributes(event, object).into_iter().any(test),
        };
        let in_object = |test: &dyn Fn(&Object) -> bool| match (attribute, object) {
            (Some(a), _) => self.world.objects.iter().any(|o| o.id == a.object && test(o)),
            (None, Some(object)) => test(object),
            (None, None) => {
                let mine = self.world.objects.iter().filter(|o| o.id.event() == event.id);
                mine.filter(|o| self.shows_object(o)).any(test)
            }
        };
        match term {
            Term::Value(l) => some(&|a| {
                lists(l, |t| {
                    let joined =
                        matches!(t, Text::Equal(_)) || matches!(t, Text::Like(p) if p.as_str().contains('|'));
                    text_matches(t, &a.value1)
                        || a.value2.as_deref().is_some_and(|v| text_matches(t, v))
                        || (joined && a.value2.is_some() && text_matches(t, &a.value()))
                })
            }),
            Term::First(l) => some(&|a| lists(l, |t| text_matches(t, &a.value1))),
            Term::Second(l) => some(&|a| {
                lists(l, |t| match (&a.value2, t) {
                    (None, _) => false,
                    // an empty half is not posted, and nobody looks for nothing
                    (Some(half), Text::Equal(wanted)) if wanted.is_empty() => half == "x",
                    (Some(half), t) => text_matches(t, half),
                })
            }),
            Term::Kinds(kinds) => some(&|a| kinds.contains(&a.kind)),
            Term::Categories(categories) => some(&|a| categories.contains(&a.category)),
            Term::Relation(l) => some(&|a| {
                a.relation
                    .as_deref()
                    .is_some_and(|r| lists(l, |t| text_matches(t, r)))
            }),
            Term::Comment(l) => some(&|a| lists(l, |t| text_matches(t, &a.comment))),
            Term::ToIds(wanted) => some(&|a| a.to_ids == *wanted),
            Term::AttributeTime(range) => some(&|a| range.contains(a.timestamp)),
            Term::FirstSeen(range) => some(&|a| a.first_seen.is_some_and(|at| range.contains(at))),
            Term::ObjectName(l) => in_object(&|o| lists(l, |t| text_matches(t, &o.name))),
            Term::ObjectVersion(l) => in_object(&|o| lists(l, |n| o.template_version == *n)),
            Term::Tags(l) => self.tags(l, event, &some),
            Term::EventTags(l) => {
                let has = |n: &Named| self.names.tags(n).into_iter().any(|t| self.event_has(event, t));
                lists(l, has)
            }
            Term::Uuid(l) => {
                let has = |u: &uuid::Uuid| {
                    event.uuid == *u || object.is_some_and(|o| o.uuid == *u) || some(&|a| a.uuid == *u)
                };
                (l.any.is_empty() || l.any.iter().any(has)) && !l.none.iter().any(has)
            }
            Term::Creator(l) => lists(l, |n| self.names.organisations(n).contains(&event.orgc.0)),
            Term::Event(l) => lists(l, |r| self.is(event, *r)),
            Term::Extends(refs) => refs.iter().any(|r| match r {
                Ref::Uuid(uuid) => event.extends == Some(*uuid),
                Ref::Id(id) => self
                    .world
                    .events
                    .iter()
                    .any(|e| e.id.0 == *id && self.oracle.event(e) && event.extends == Some(e.uuid)),
            }),
            Term::Info(l) => lists(l, |t| text_matches(t, &event.info)),
            Term::Published(wanted) => event.published == *wanted,
            Term::SharingGroup(l) => lists(l, |n| {
                event.sharing_group.0 == *n || attribute.is_some_and(|a| a.sharing_group.0 == *n)
            }),
            Term::Date(range) => range.contains(event.date.0),
            Term::SomeAttribute => some(&|_| true),
            Term::Not(term) => !self.meets(term, event, object, attribute),
            Term::Anywhere(anywhere) => self.anywhere(anywhere, event, &some),
            Term::HasProposal(wanted) => {
                self.open_proposals(event).any(|row| self.oracle.proposal(row)) == *wanted
            }
            Term::NotEmpty => {
                let live = |a: &Attribute| !a.deleted && self.oracle.attribute(a);
                self.world.attributes_of(event.id).iter().any(live)
                    || self
                        .world
                        .reports
                        .iter()
                        .any(|row| row.id.event() == event.id && !row.deleted && self.oracle.report(row))
            }
            Term::Undisputed => some(&|a| {
                !self
                    .open_proposals(event)
                    .any(|row| row.old == a.id && (row.to_delete || !row.to_ids))
            }),
            other => panic!("{other:?} is not made by the test"),
        }
    }

    fn open_proposals(&self, event: &Event) -> impl Iterator<Item = &'a Proposal> {
        let event = event.id;
        let all = self.world.proposals.iter();
        all.filter(move |row| row.id.event() == event && !row.deleted)
    }
    fn is(&self, event: &Event, wanted: Ref) -> bool {
        match wanted {
            Ref::Id(id) => event.id.0 == id,
            Ref::Uuid(uuid) => event.uuid == uuid,
        }
    }
    fn event_has(&self, event: &Event, tag: i64) -> bool {
        self.world.event_tags.contains_key(&(event.id.0, tag))
    }
    fn attribute_has(&self, attribute: &Attribute, tag: i64) -> bool {
        self.world.attribute_tags.contains_key(&(attribute.id.0, tag))
    }

    fn tags(&self, l: &Lists<Named>, event: &Event, some: &SomeAttribute<'_>) -> bool {
        let ids = |n: &Named| self.names.tags(n);
        let on_event = |n: &Named| ids(n).into_iter().any(|t| self.event_has(event, t));
        let on_attribute = |n: &Named| some(&|a| ids(n).into_iter().any(|t| self.attribute_has(a, t)));
        let has = |n: &Named| on_event(n) || on_attribute(n);
        let known_unwanted: Vec<i64> = l.none.iter().flat_map(ids).collect();
        (l.any.is_empty() || l.any.iter().any(has))
            && l.all.iter().all(has)
            && !l.none.iter().any(on_event)
            && (known_unwanted.is_empty()
                || some(&|a| known_unwanted.iter().all(|t| !self.attribute_has(a, *t))))
    }

    fn anywhere(&self, sought: &Anywhere, event: &Event, some: &SomeAttribute<'_>) -> bool {
        let hit = |text: &str| text_matches(&sought.text, text);
        let org = &self.world.people.org(event.orgc).name;
        let tag_hit =
            |has: &dyn Fn(i64) -> bool| self.world.tags.iter().any(|tag| hit(&tag.name) && has(tag.id.0));
        hit(&event.info)
            || (sought.organisation && hit(org))
            || tag_hit(&|t| self.event_has(event, t))
            || some(&|a| {
                hit(&a.value1)
                    || a.value2.as_deref().is_some_and(hit)
                    || hit(&a.comment)
                    || tag_hit(&|t| self.attribute_has(a, t))
            })
    }
}
