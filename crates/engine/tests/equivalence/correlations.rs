//! Correlations: both ends are seen, and what is hidden is not counted either.
use crate::Look;
use entente_engine::Ctx;
use entente_engine::correlation::{self, RelatedEvents};
use entente_indicator::{AttributeType, Correlates};
use entente_model::attribute::Attribute;
use entente_model::id::{ElementId, EventId, Ref};
use entente_store::filter::Page;
use std::collections::{BTreeMap, BTreeSet};

pub fn check(ctx: &mut Ctx<'_, '_>, look: &Look<'_>) {
    beside(ctx, look);
    links(ctx, look);
    pages(ctx, look);
    if look.sample.0 == 0 {
        shared(ctx, look);
    }
}

/// The halves of a value that correlate, in lower case. spec: 05#1.1
fn halves(row: &Attribute) -> Vec<String> {
    let correlates = AttributeType::from_id(row.kind).unwrap().correlates();
    let second = row.value2.as_deref().filter(|_| correlates == Correlates::Both);
    let first = (correlates != Correlates::Never).then_some(row.value1.as_str());
    let both = first.into_iter().chain(second);
    both.filter(|half| !half.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// Whether an attribute takes part in correlation at all.
fn takes_part(look: &Look<'_>, row: &Attribute) -> bool {
    let event = look.world.event(row.event());
    !row.deleted && !row.disable_correlation && !event.disable_correlation
}

/// Attributes of other events that share a value with one, both of them seen. A value in too many of those that
/// the caller sees says nothing.
pub fn partners(look: &Look<'_>, row: &Attribute) -> BTreeSet<ElementId> {
    let of_halves = by_half(look, row).into_iter();
    of_halves.filter(|seen| !is_over(seen.len())).flatten().collect()
}

/// Whether so many others are too many.
fn is_over(others: usize) -> bool {
    i64::try_from(others).unwrap() > crate::setting::CORRELATION_LIMIT
}

/// Attributes of other events with the value of each half, however many there are.
fn by_half(look: &Look<'_>, row: &Attribute) -> Vec<BTreeSet<ElementId>> {
    if !takes_part(look, row) {
        return Vec::new();
    }
    let of_half = |half: String| {
        let others = look
            .world
            .with_half(&half)
            .filter(|other| other.event() != row.event());
        let same = others.filter(|other| takes_part(look, other) && halves(other).contains(&half));
        let seen = same.filter(|other| look.oracle.attribute(other));
        seen.map(|other| other.id).collect()
    };
    halves(row).into_iter().map(of_half).collect()
}

fn beside(ctx: &mut Ctx<'_, '_>, look: &Look<'_>) {
    let rows: Vec<Attribute> = look
        .sampled(&look.world.attributes)
        .filter(|row| look.oracle.attribute(row))
        .cloned()
        .collect();
    let found = correlation::of_attributes(ctx, &rows).unwrap();
    for row in &rows {
        let related = found.get(&row.id).map(Vec::as_slice).unwrap_or_default();
        let related: BTreeSet<_> = related.iter().map(|related| related.attribute.id).collect();
        look.same("correlation::of_attributes", &related, &partners(look, row));
    }
}

/// What a view says beside each attribute of an event.
fn links(ctx: &mut Ctx<'_, '_>, look: &Look<'_>) {
    for event in look.sampled(&look.world.events) {
        if !look.oracle.event(event) {
            continue;
        }
        let rows: Vec<&Attribute> = look
            .world
            .attributes_of(event.id)
            .iter()
            .filter(|row| look.oracle.attribute(row))
            .collect();
        let mut related = RelatedEvents::of(ctx, std::iter::once(event)).unwrap();
        let found = related.links(ctx, event.id, rows.iter().copied()).unwrap();
        let found: BTreeMap<_, _> = found
            .into_iter()
            .map(|(id, own)| {
                let others: BTreeSet<_> = own.links.iter().map(|(other, ..)| *other).collect();
                (id, (others, own.over))
            })
            .collect();
        let expected = rows.iter().map(|row| {
            let over = by_half(look, row).iter().any(|seen| is_over(seen.len()));
            (row.id, (partners(look, row), over))
        });
        let expected: BTreeMap<_, _> = expected
            .filter(|(_, (others, over))| *over || !others.is_empty())
            .collect();
        look.same("RelatedEvents::links", &found, &expected);
        let found: BTreeSet<EventId> = related
            .finish(ctx)
            .unwrap()
            .iter()
            .map(|event| event.id)
            .collect();
        let events = expected.values().flat_map(|(others, _)| others);
        look.same("RelatedEvents", &found, &events.map(|id| id.event()).collect());
    }
}

/// One attribute, page by page: all there are, however many.
fn pages(ctx: &mut Ctx<'_, '_>, look: &Look<'_>) {
    for row in look.sampled(&look.world.attributes) {
        if row.deleted || !look.oracle.attribute(row) {
            continue;
        }
        let (mut found, mut before) = (Vec::new(), None);
        let halves = by_half(look, row);
        let over = halves.iter().any(|seen| is_over(seen.len()));
        loop {
            let page = correlation::of_attribute(ctx, Some(Ref::Id(row.id.0)), before, 7).unwrap();
            look.same("correlation::of_attribute: over", &page.over, &over);
            found.extend(page.rows.iter().map(|(row, ..)| row.id));
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        let expected: BTreeSet<ElementId> = halves.into_iter().flatten().collect();
        look.same(
            "correlation::of_attribute",
            &found,
            &expected.into_iter().rev().collect(),
        );
    }
}

/// Values by how many of the attributes that the caller sees share them: in several, in pairs of different events.
fn shared(ctx: &mut Ctx<'_, '_>, look: &Look<'_>) {
    let mut holders: BTreeMap<String, Vec<ElementId>> = BTreeMap::new();
    for row in &look.world.attributes {
        if takes_part(look, row) && look.oracle.attribute(row) {
            let halves: BTreeSet<String> = halves(row).into_iter().collect();
            for half in halves {
                holders.entry(half).or_default().push(row.id);
            }
        }
    }
    let count = |n: usize| i64::try_from(n).unwrap();
    let pairs = |ids: &[ElementId]| {
        let pairs = |(at, id): (usize, &ElementId)| {
            ids[..at]
                .iter()
                .filter(|other| other.event() != id.event())
                .count()
        };
        count(ids.iter().enumerate().map(pairs).sum())
    };
    let all = Page {
        limit: 1_000_000,
        number: 1,
    };
    let kept = |over: bool| {
        let several = holders.iter().filter(|(_, ids)| ids.len() > 1);
        several.filter(move |(_, ids)| is_over(ids.len() - 1) == over)
    };
    for over in [true, false] {
        let found: BTreeMap<_, _> = correlation::over_correlating(ctx, over, all)
            .unwrap()
            .into_iter()
            .map(|value| (value.value, value.occurrences))
            .collect();
        let expected = kept(over).map(|(value, ids)| (value.clone(), count(ids.len())));
        look.same("correlation::over_correlating", &found, &expected.collect());
    }
    let found = correlation::top(ctx, all).unwrap();
    let found: Vec<_> = found
        .into_iter()
        .map(|value| (value.value, value.pairs))
        .collect();
    let mut expected: Vec<_> = kept(false)
        .map(|(value, ids)| (value.clone(), pairs(ids)))
        .filter(|(_, pairs)| *pairs > 0)
        .collect();
    expected.sort_by(|a, b| (b.1, &a.0).cmp(&(a.1, &b.0)));
    look.same("correlation::top", &found, &expected);
    let page = Page { limit: 2, number: 2 };
    let found = correlation::top(ctx, page).unwrap();
    let found: Vec<_> = found
        .into_iter()
        .map(|value| (value.value, value.pairs))
        .collect();
    if !ctx.scope().hides_nothing() {
        let expected = expected.into_iter().skip(2).take(2).collect();
        look.same("correlation::top in pages", &found, &expected);
    }
}
