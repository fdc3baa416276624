//! Figures about the instance as far as the caller sees it. spec: 03#13.4, 11#SR-AZ-7
use crate::ctx::Ctx;
use crate::error::Result;
use crate::organisation::{self, Place};
use entente_model::id::{EventId, OrgId, TagId};
use entente_model::organisation::Organisation;
use entente_model::time::{Day, Seconds};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

pub use entente_store::statistics::Accounts;
pub use entente_store::statistics::window::{Discussions, Window};

/// Months over which the activity of an organisation is told, the current one included.
const MONTHS: i64 = 12;

/// Totals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Events, and those edited this month.
    pub events: (i64, i64),
    /// Live attributes, and those edited this month.
    pub attributes: (i64, i64),
    /// Open proposals.
    pub proposals: i64,
    /// Threads and posts.
    pub discussions: Discussions,
    /// Accounts.
    pub accounts: Accounts,
    /// Organisations.
    pub orgs: i64,
    /// Organisations with users here.
    pub local_orgs: i64,
    /// Organisations that have created events.
    pub contributing_orgs: i64,
}

/// How many, in all and lately.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Growth {
    /// All.
    pub total: i64,
    /// Since the month began.
    pub month: i64,
    /// Since the year began.
    pub year: i64,
}

/// Growth of accounts and organisations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct People {
    /// Accounts.
    pub users: Growth,
    /// Organisations with users here.
    pub local_orgs: Growth,
    /// Other organisations.
    pub external_orgs: Growth,
}

/// What an organisation has contributed.
#[derive(Debug, Clone)]
pub struct Contribution {
    /// The organisation.
    pub org: Arc<Organisation>,
    /// Its users.
    pub users: i64,
    /// Events it has created.
    pub events: i64,
    /// Live attributes in those.
    pub attributes: i64,
    /// Events by the month they are about, the last twelve, oldest first.
    pub months: Vec<i64>,
}

/// Live attributes by type.
#[derive(Debug, Clone)]
pub struct Histogram {
    /// The creator of their events; none for all together.
    pub org: Option<Arc<Organisation>>,
    /// Count by type id.
    pub kinds: BTreeMap<i64, i64>,
}

impl Histogram {
    /// All types together.
    #[must_use]
    pub fn total(&self) -> i64 {
        self.kinds.values().sum()
    }
}

/// Year and month of a day, counted in months.
fn month_number(day: Day) -> i64 {
    let text = day.to_string();
    let mut parts = text.split('-').filter_map(|part| part.parse::<i64>().ok());
    let (year, month) = (parts.next().unwrap_or(1970), parts.next().unwrap_or(1));
    year * 12 + month - 1
}

/// The first day of a month.
fn first_of(month_number: i64) -> Day {
    let (year, month) = (month_number.div_euclid(12), month_number.rem_euclid(12) + 1);
    Day::parse(&format!("{year:04}-{month:02}-01")).unwrap_or(Day(0))
}

/// When the month and the year began.
fn periods(now: Seconds) -> (Seconds, Seconds) {
    let month = month_number(Day::of(now));
    (
        first_of(month).start(),
        first_of(month - month.rem_euclid(12)).start(),
    )
}

/// Totals.
///
/// # Errors
/// Of the database.
pub fn totals(ctx: &mut Ctx<'_, '_>) -> Result<Totals> {
    let (month, year) = periods(ctx.now());
    let scope = ctx.scope();
    let orgs = organisation::list(ctx, Place::All, None)?;
    let known: HashSet<OrgId> = orgs.iter().map(|listed| listed.org.id).collect();
    let attributes = entente_store::statistics::attributes_by_creator(ctx.tx, &scope)?;
    let creators = entente_store::statistics::events_by_creator(ctx.tx, &scope)?;
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    Ok(Totals {
        events: entente_store::statistics::events(ctx.tx, &scope, month)?,
        attributes: (
            attributes.values().sum(),
            entente_store::statistics::attributes_since(ctx.tx, &scope, month)?,
        ),
        proposals: entente_store::statistics::proposals(ctx.tx, &scope)?,
        discussions: entente_store::statistics::window::discussions(ctx.tx, &scope, month)?,
        accounts: entente_store::statistics::accounts(ctx.tx, month, year)?,
        orgs: count(orgs.len()),
        local_orgs: count(orgs.iter().filter(|listed| listed.org.local).count()),
        contributing_orgs: count(creators.keys().filter(|org| known.contains(org)).count()),
    })
}

/// Growth of accounts and organisations.
///
/// # Errors
/// Of the database.
pub fn people(ctx: &mut Ctx<'_, '_>) -> Result<People> {
    let (month, year) = periods(ctx.now());
    let accounts = entente_store::statistics::accounts(ctx.tx, month, year)?;
    let mut people = People {
        users: Growth {
            total: accounts.total,
            month: accounts.month,
            year: accounts.year,
        },
        ..People::default()
    };
    for listed in organisation::list(ctx, Place::All, None)? {
        let growth = if listed.org.local {
            &mut people.local_orgs
        } else {
            &mut people.external_orgs
        };
        growth.total += 1;
        growth.month += i64::from(listed.org.created >= month);
        growth.year += i64::from(listed.org.created >= year);
    }
    Ok(people)
}

/// What each organisation that the caller knows of has contributed, by id.
///
/// # Errors
/// Of the database.
pub fn contributions(ctx: &mut Ctx<'_, '_>, place: Place) -> Result<Vec<Contribution>> {
    let scope = ctx.scope();
    let begin = month_number(Day::of(ctx.now())) - MONTHS + 1;
    let events = entente_store::statistics::events_by_creator(ctx.tx, &scope)?;
    let attributes = entente_store::statistics::attributes_by_creator(ctx.tx, &scope)?;
    let mut months: HashMap<OrgId, BTreeMap<i64, i64>> = HashMap::new();
    for (org, day, count) in
        entente_store::statistics::events_by_creator_and_day(ctx.tx, &scope, first_of(begin))?
    {
        *months
            .entry(org)
            .or_default()
            .entry(month_number(day))
            .or_default() += count;
    }
    let orgs = organisation::list(ctx, place, None)?;
    let all = orgs.into_iter().map(|listed| {
        let id = listed.org.id;
        let active = months.get(&id);
        let in_month = |month| active.and_then(|active| active.get(&month)).copied().unwrap_or(0);
        Contribution {
            users: listed.users,
            events: events.get(&id).copied().unwrap_or(0),
            attributes: attributes.get(&id).copied().unwrap_or(0),
            months: (begin..begin + MONTHS).map(in_month).collect(),
            org: listed.org,
        }
    });
    Ok(all.collect())
}

/// Attributes by type, of all organisations together and of each one that the caller knows of, the largest
/// first.
///
/// # Errors
/// Of the database.
pub fn histograms(ctx: &mut Ctx<'_, '_>) -> Result<Vec<Histogram>> {
    let scope = ctx.scope();
    let orgs = organisation::list(ctx, Place::All, None)?;
    let known: HashMap<OrgId, Arc<Organisation>> = orgs
        .into_iter()
        .map(|listed| (listed.org.id, listed.org))
        .collect();
    let mut all = Histogram {
        org: None,
        kinds: BTreeMap::new(),
    };
    let mut each: BTreeMap<OrgId, Histogram> = BTreeMap::new();
    for (org, kind, count) in entente_store::statistics::kinds_by_creator(ctx.tx, &scope)? {
        *all.kinds.entry(kind).or_default() += count;
        let Some(found) = known.get(&org) else { continue };
        let own = each.entry(org).or_insert_with(|| Histogram {
            org: Some(Arc::clone(found)),
            kinds: BTreeMap::new(),
        });
        own.kinds.insert(kind, count);
    }
    let mut list = vec![all];
    list.extend(each.into_values());
    // Stable: with a single organisation, all together stay in front of it.
    list.sort_by_key(|histogram| std::cmp::Reverse(histogram.total()));
    Ok(list)
}

/// How often each cluster of a galaxy is attached to events and attributes, by the name of its tag.
///
/// # Errors
/// Of the database.
pub fn tag_scores(ctx: &mut Ctx<'_, '_>, window: &Window) -> Result<BTreeMap<String, i64>> {
    let scope = ctx.scope();
    let mut counts: HashMap<TagId, i64> = HashMap::new();
    let of_events = entente_store::statistics::window::event_tags(ctx.tx, &scope, window)?;
    let of_attributes = entente_store::statistics::window::attribute_tags(ctx.tx, &scope, window)?;
    for (tag, count) in of_events.into_iter().chain(of_attributes) {
        *counts.entry(tag).or_default() += count;
    }
    let named = counts.into_iter().filter_map(|(tag, count)| {
        let tag = ctx.tags.get(tag).filter(|tag| tag.exportable && !tag.hidden)?;
        Some((tag.name.clone(), count))
    });
    Ok(named.collect())
}

/// Sightings by the caller's organisation: how many by source and event.
///
/// # Errors
/// Of the database.
pub fn sightings(ctx: &mut Ctx<'_, '_>) -> Result<Vec<(String, EventId, i64)>> {
    let scope = ctx.scope();
    Ok(entente_store::statistics::sightings_of(
        ctx.tx,
        &scope,
        ctx.actor.org_id(),
    )?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_begin_at_midnight_of_the_first() {
        let at = |text: &str| Day::parse(text).unwrap().start();
        assert_eq!(
            periods(at("2025-03-04") + 36_000),
            (at("2025-03-01"), at("2025-01-01"))
        );
        assert_eq!(
            periods(at("2024-12-31") + 86_399),
            (at("2024-12-01"), at("2024-01-01"))
        );
        assert_eq!(
            first_of(month_number(Day::parse("2025-01-15").unwrap()) - 1),
            Day::parse("2024-12-01").unwrap()
        );
    }
}
