//! Figures over a span of time and some creators.
use crate::Look;
use crate::counts::{live, tally};
use entente_db::{DbError, Tx};
use entente_model::attribute::Attribute;
use entente_model::event::Event;
use entente_model::id::{EventId, TagId};
use entente_model::search::Range;
use entente_store::statistics::window::{self, Values, Window};
use std::collections::{BTreeMap, BTreeSet};

/// The moment at which the windows begin.
const SINCE: i64 = 300_000;

pub fn check(tx: &mut Tx<'_>, look: &Look<'_>) -> Result<(), DbError> {
    for window in [
        Window::default(),
        Window {
            creators: Some(vec![look.org.0]),
            ..Window::default()
        },
        Window {
            changed: Range::from(SINCE),
            published: Some(true),
            ..Window::default()
        },
    ] {
        events(tx, look, &window)?;
    }
    values(tx, look)?;
    discussions(tx, look)
}

fn admits(window: &Window, event: &Event) -> bool {
    let creators = window.creators.as_ref();
    creators.is_none_or(|creators| creators.contains(&event.orgc.0))
        && window
            .published
            .is_none_or(|published| published == event.published)
        && window.changed.from.is_none_or(|from| event.timestamp >= from)
}

fn sorted<K: Ord>(counts: Vec<(K, i64)>) -> BTreeMap<K, i64> {
    counts.into_iter().collect()
}

fn events(tx: &mut Tx<'_>, look: &Look<'_>, window: &Window) -> Result<(), DbError> {
    let (world, scope) = (look.world, &look.scope);
    let seen = || {
        let events = world.events.iter();
        events.filter(|event| admits(window, event) && look.oracle.event(event))
    };
    look.same(
        "window::events_by_day",
        &sorted(window::events_by_day(tx, scope, window)?),
        &tally(seen().map(|event| event.date)),
    );
    look.same(
        "window::events_by_org",
        &sorted(window::events_by_org(tx, scope, window)?),
        &tally(seen().map(|event| event.orgc)),
    );
    look.same(
        "window::events_by_user",
        &sorted(window::events_by_user(tx, scope, window)?),
        &tally(seen().map(|event| event.user)),
    );
    let numbers: BTreeSet<EventId> = seen().map(|event| event.id).collect();
    let links = world.event_tags.keys();
    let links = links.filter(|(event, _)| numbers.contains(&EventId(*event)));
    look.same(
        "window::event_tags",
        &sorted(window::event_tags(tx, scope, window)?),
        &tally(links.map(|(_, tag)| TagId(*tag))),
    );
    let rows = live(look).filter(|row| numbers.contains(&row.event()));
    let rows: BTreeSet<i64> = rows.map(|row| row.id.0).collect();
    let links = world.attribute_tags.keys();
    let links = links.filter(|(attribute, _)| rows.contains(attribute));
    look.same(
        "window::attribute_tags",
        &sorted(window::attribute_tags(tx, scope, window)?),
        &tally(links.map(|(_, tag)| TagId(*tag))),
    );
    Ok(())
}

fn values(tx: &mut Tx<'_>, look: &Look<'_>) -> Result<(), DbError> {
    let wanted = Values {
        since: SINCE,
        ..Values::default()
    };
    let found = window::values(tx, &look.scope, &wanted, 10_000)?;
    let rows = live(look).filter(|row| row.timestamp >= SINCE);
    let expected = tally(rows.map(|row: &Attribute| row.value().into_owned()));
    look.same("window::values", &sorted(found), &expected);
    Ok(())
}

fn discussions(tx: &mut Tx<'_>, look: &Look<'_>) -> Result<(), DbError> {
    let since = 1_740_000_000;
    let found = window::discussions(tx, &look.scope, since)?;
    let all = look.world.discussions.iter();
    let seen: Vec<_> = all.filter(|one| look.oracle.discussion(one)).collect();
    let count = |moments: Vec<i64>| {
        let recent = moments.iter().filter(|moment| **moment >= since).count();
        let number = |n: usize| i64::try_from(n).unwrap();
        (number(moments.len()), number(recent))
    };
    let threads = count(seen.iter().map(|one| one.row.created).collect());
    let posts = seen.iter().flat_map(|one| &one.posts);
    let posts = count(posts.map(|post| post.created).collect());
    look.same(
        "window::discussions",
        &(found.threads, found.posts),
        &(threads, posts),
    );
    Ok(())
}
