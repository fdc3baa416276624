//! Random searches, made so that they often find something.
use entente_indicator::AttributeType;
use entente_model::id::Ref;
use entente_model::search::{
    Anywhere, Deletion, Key, Lists, Named, Order, Pattern, Query, Range, Subject, Term, Text, micros,
};
use entente_testkit::world::{COMMENTS, Chance, INFOS, NAMES, TAGS, VALUES, World};

pub fn random(chance: &mut Chance, world: &World) -> Query {
    let subject = *chance.pick(&[Subject::Event, Subject::Attribute, Subject::Object]);
    let mut query = Query::of(subject);
    query.deletion = *chance.pick(&[Deletion::Live, Deletion::Live, Deletion::Deleted, Deletion::Both]);
    for _ in 0..chance.below(3) {
        query.terms.push(term(chance, world));
    }
    if chance.one_in(4) {
        let keys = [
            Key::Id,
            Key::Timestamp,
            Key::Value,
            Key::Kind,
            Key::Category,
            Key::Info,
            Key::Relation,
            Key::AttributeCount,
        ];
        query.order = vec![Order {
            key: *chance.pick(&keys),
            descending: chance.one_in(2),
        }];
    }
    query
}

fn lists<T>(chance: &mut Chance, mut one: impl FnMut(&mut Chance) -> T) -> Lists<T> {
    let mut lists = Lists::default();
    for _ in 0..chance.between(1, 2) {
        let list = match chance.below(6) {
            0 | 1 => &mut lists.none,
            2 => &mut lists.all,
            _ => &mut lists.any,
        };
        list.push(one(chance));
    }
    lists
}

fn text(chance: &mut Chance, from: &[&str]) -> Text {
    let whole = *chance.pick(from);
    let half: String = whole.chars().take(4).collect();
    match chance.below(6) {
        0 => Text::from_filter(&format!("{half}%")),
        1 => Text::Like(Pattern::containing(&whole.chars().skip(1).collect::<String>())),
        2 => Text::Equal(whole.to_uppercase()),
        3 => Text::Equal("absent\0".to_owned()),
        _ => Text::Equal(whole.to_owned()),
    }
}

fn tag(chance: &mut Chance, world: &World) -> Named {
    match chance.below(7) {
        0 => Named::Id(chance.pick(&world.tags).id.0),
        1 => Named::Name("tlp:GREEN".to_owned()),
        _ => Named::Name((*chance.pick(&TAGS)).to_owned()),
    }
}

fn org(chance: &mut Chance, world: &World) -> Named {
    match chance.below(4) {
        0 => Named::Uuid(chance.pick(&world.people.orgs).uuid),
        1 if chance.one_in(6) => Named::Id(0),
        1 => Named::Id(chance.pick(&world.people.orgs).id.0),
        _ => Named::Name(chance.pick(&NAMES).to_lowercase()),
    }
}

fn range(chance: &mut Chance, unit: i64) -> Range {
    let low = chance.between(0, 5) * unit;
    let high = low + chance.between(0, 2) * unit;
    match chance.below(3) {
        0 => Range::from(low),
        1 => Range {
            from: None,
            to: Some(high),
        },
        _ => Range {
            from: Some(low),
            to: Some(high),
        },
    }
}

fn uuid(chance: &mut Chance, world: &World) -> uuid::Uuid {
    let known: Vec<uuid::Uuid> = world
        .events
        .iter()
        .map(|e| e.uuid)
        .chain(world.attributes.iter().map(|a| a.uuid))
        .chain(world.objects.iter().map(|o| o.uuid))
        .collect();
    if chance.one_in(8) {
        chance.uuid()
    } else {
        *chance.pick(&known)
    }
}

fn event(chance: &mut Chance, world: &World) -> Ref {
    if chance.one_in(2) {
        Ref::Id(chance.pick(&world.events).id.0 + chance.between(0, 4) / 4)
    } else {
        Ref::Uuid(chance.pick(&world.events).uuid)
    }
}

fn group(chance: &mut Chance, world: &World) -> i64 {
    if chance.one_in(4) {
        0
    } else {
        chance.pick(&world.people.groups).id.0
    }
}

fn term(chance: &mut Chance, world: &World) -> Term {
    let kinds = || ["ip-dst", "text", "domain|ip"].map(|n| AttributeType::from_name(n).unwrap().id());
    let values = [&VALUES[..], &["Evil.Example|b", "443|b", "b|443", "b|"]].concat();
    match chance.below(36) {
        0..=3 => Term::Value(lists(chance, |c| text(c, &values))),
        4 => Term::First(lists(chance, |c| text(c, &values))),
        5 => Term::Second(lists(chance, |c| text(c, &["b", "443", ""]))),
        6 => Term::Kinds(kinds().into_iter().filter(|_| chance.one_in(2)).collect()),
        7 => Term::Categories(vec![u8::try_from(chance.between(1, 3)).unwrap()]),
        8 => Term::Relation(lists(chance, |c| text(c, &["ip", "filename"]))),
        9 => Term::Comment(lists(chance, |c| text(c, &COMMENTS))),
        10 => Term::ToIds(chance.one_in(2)),
        11 => Term::AttributeTime(range(chance, 100_000)),
        12 => Term::FirstSeen(micros(range(chance, 1))),
        13..=16 => Term::Tags(lists(chance, |c| tag(c, world))),
        17 => Term::EventTags(lists(chance, |c| tag(c, world))),
        18..=19 => Term::Uuid(lists(chance, |c| uuid(c, world))),
        20 => Term::ObjectName(lists(chance, |c| text(c, &["file", "domain-ip"]))),
        21 => Term::ObjectVersion(lists(chance, |c| c.between(1, 3))),
        22 => Term::Creator(lists(chance, |c| org(c, world))),
        23 => Term::Event(lists(chance, |c| event(c, world))),
        24 => Term::Info(lists(chance, |c| text(c, &INFOS))),
        25 => Term::Published(chance.one_in(2)),
        26 => Term::SharingGroup(lists(chance, |c| group(c, world))),
        27 => Term::Date(range(chance, 3)),
        30 => Term::Not(Box::new(Term::Value(lists(chance, |c| text(c, &values))))),
        31 => Term::SomeAttribute,
        32..=33 => Term::HasProposal(chance.one_in(2)),
        34 => Term::NotEmpty,
        35 => Term::Undisputed,
        28 => Term::Extends(vec![event(chance, world)]),
        _ => Term::Anywhere(Anywhere {
            text: text(
                chance,
                &["evil.example", "Gilt campaign", "Alpha", "tlp:green", "C2 server"],
            ),
            organisation: chance.one_in(2),
            uuid: false,
        }),
    }
}
