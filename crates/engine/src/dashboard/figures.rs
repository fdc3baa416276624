//! Figures about events and what is in them.
use super::{Config, Figures, Point};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::sighting::{self, Filter as Sightings};
use entente_indicator::{AttributeType, Category};
use entente_model::id::Ref;
use entente_model::search::{Key, Lists, Named, Order, Page, Query, Range, Subject, Term};
use entente_model::time::{Day, datetime};
use entente_store::statistics::window::{self, Values, Window};
use std::collections::{BTreeMap, HashMap};

/// A week in seconds.
const WEEK: i64 = 7 * 86_400;

fn creators(ctx: &Ctx<'_, '_>, names: &[String]) -> Option<Vec<i64>> {
    let org = |name: &String| {
        let found = match Ref::parse(name) {
            Some(Ref::Id(id)) => ctx.directory.org(entente_model::id::OrgId(id)),
            Some(Ref::Uuid(uuid)) => ctx.directory.org_by_uuid(uuid),
            None => ctx.directory.org_by_name(name),
        };
        found.map_or(-1, |org| org.id.0)
    };
    (!names.is_empty()).then(|| names.iter().map(org).collect())
}

pub(super) fn status(ctx: &mut Ctx<'_, '_>) -> Result<Figures> {
    let user = &ctx.actor.user;
    let since = user.last_login.max(user.newsread);
    let changed = Query::of(Subject::Event).with(Term::EventTime(Range::from(since)));
    let published = Query::of(Subject::Event).with(Term::PublishTime(Range::from(since.max(1))));
    let own = Query::of(Subject::Event)
        .with(Term::Creator(Lists::one(Named::Id(ctx.actor.org_id().0))))
        .with(Term::HasProposal(true));
    let mut rows = vec![("Since".to_owned(), datetime(since))];
    for (name, query) in [
        ("Events changed", changed),
        ("Events published", published),
        ("Own events with open proposals", own),
    ] {
        rows.push((name.to_owned(), crate::search::count(ctx, &query)?.to_string()));
    }
    let delegated = crate::delegation::list(ctx, Some("pending"))?;
    rows.push(("Delegation requests".to_owned(), delegated.len().to_string()));
    Ok(Figures::List(rows))
}

pub(super) fn event_stream(ctx: &mut Ctx<'_, '_>, config: &Config<'_>) -> Result<Figures> {
    let limit = i64::try_from(config.limit("limit", 5)).unwrap_or(5);
    let mut query = Query::of(Subject::Event);
    let tags = config.texts("tags");
    if !tags.is_empty() {
        query = query.with(Term::EventTags(signed(&tags)));
    }
    let orgs = config.texts("orgs");
    if !orgs.is_empty() {
        query = query.with(Term::Creator(signed(&orgs)));
    }
    if let Some(published) = config.flag("published") {
        query = query.with(Term::Published(published));
    }
    query.order = vec![Order {
        key: Key::Timestamp,
        descending: true,
    }];
    query.page = Page {
        limit: Some(limit),
        number: 1,
    };
    let ids = crate::search::event_ids(ctx, &query)?;
    let ids = crate::search::page_of(&query, ids);
    let events = crate::search::events(ctx, &ids)?;
    let rows = events.iter().map(|event| {
        let orgc = ctx.directory.org(event.orgc).map_or("", |org| org.name.as_str());
        vec![
            event.id.to_string(),
            event.uuid.to_string(),
            orgc.to_owned(),
            event.info.clone(),
            event.date.to_string(),
            datetime(event.timestamp),
            event.attribute_count.to_string(),
        ]
    });
    let rows = rows.collect();
    let fields = vec![
        "id",
        "uuid",
        "orgc",
        "info",
        "date",
        "timestamp",
        "attribute_count",
    ];
    Ok(chosen(Figures::Table(fields, rows), &config.texts("fields")))
}

/// Only the columns that the reader wants, if it says so.
fn chosen(figures: Figures, wanted: &[String]) -> Figures {
    let Figures::Table(fields, rows) = figures else {
        return figures;
    };
    let kept: Vec<usize> = (0..fields.len())
        .filter(|index| {
            let field = fields.get(*index).copied().unwrap_or_default();
            wanted.is_empty() || wanted.iter().any(|name| name.eq_ignore_ascii_case(field))
        })
        .collect();
    let of = |row: &Vec<String>| kept.iter().filter_map(|index| row.get(*index).cloned()).collect();
    let rows = rows.iter().map(of).collect();
    let fields = kept
        .iter()
        .filter_map(|index| fields.get(*index).copied())
        .collect();
    Figures::Table(fields, rows)
}

/// Names of which those that begin with `!` are unwanted.
fn signed(names: &[String]) -> Lists<Named> {
    let mut lists = Lists::default();
    for name in names {
        match name.strip_prefix('!') {
            Some(name) => lists.none.push(Named::Name(name.to_owned())),
            None => lists.any.push(Named::Name(name.clone())),
        }
    }
    lists
}

pub(super) fn trending_tags(ctx: &mut Ctx<'_, '_>, config: &Config<'_>) -> Result<Figures> {
    let since = config.since("time_window", WEEK, ctx.now())?;
    let window = Window {
        changed: Range::from(since),
        ..Window::default()
    };
    let (include, exclude) = (config.texts("include"), config.texts("exclude"));
    let holds = |name: &str, parts: &[String]| {
        let name = entente_indicator::fold(name).into_owned();
        parts
            .iter()
            .any(|part| name.contains(entente_indicator::fold(part).as_ref()))
    };
    let scores: BTreeMap<String, i64> = if config.flag("filter_event_tags") == Some(true) {
        let scope = ctx.scope();
        let counts = window::event_tags(ctx.tx, &scope, &window)?;
        let named = counts.into_iter().filter_map(|(tag, count)| {
            let tag = ctx.tags.get(tag).filter(|tag| tag.exportable && !tag.hidden)?;
            Some((tag.name.clone(), count))
        });
        named.collect()
    } else {
        crate::statistics::tag_scores(ctx, &window)?
    };
    let kept = scores
        .into_iter()
        .filter(|(name, _)| (include.is_empty() || holds(name, &include)) && !holds(name, &exclude));
    Ok(Figures::Bars(largest(
        kept.collect(),
        config.limit("threshold", 10),
    )))
}

/// The largest first, of equal ones by name.
pub(super) fn largest(mut bars: Vec<(String, i64)>, limit: usize) -> Vec<(String, i64)> {
    bars.sort_by(|a, b| (b.1, &a.0).cmp(&(a.1, &b.0)));
    bars.truncate(limit);
    bars
}

pub(super) fn trending_attributes(ctx: &mut Ctx<'_, '_>, config: &Config<'_>) -> Result<Figures> {
    let since = config.since("time_window", WEEK, ctx.now())?;
    let kinds = known(&config.texts("type"), |name| {
        AttributeType::from_name(name).map(|kind| i64::from(kind.id()))
    });
    let categories = known(&config.texts("category"), |name| {
        Category::from_name(name).map(|category| i64::from(category.id()))
    });
    let wanted = Values {
        since,
        kinds,
        categories,
        to_ids: config.flag("to_ids"),
        creators: creators(ctx, &config.texts("org_filter")),
    };
    let (exclude, limit) = (config.texts("exclude"), config.limit("threshold", 10));
    let asked = i64::try_from(limit.saturating_add(exclude.len())).unwrap_or(i64::MAX);
    let scope = ctx.scope();
    let mut values = window::values(ctx.tx, &scope, &wanted, asked)?;
    values.retain(|(value, _)| !exclude.iter().any(|other| other == value));
    values.truncate(limit);
    Ok(Figures::Bars(values))
}

/// The numbers of names; unknown ones match nothing.
fn known(names: &[String], number: impl Fn(&str) -> Option<i64>) -> Option<Vec<i64>> {
    (!names.is_empty()).then(|| names.iter().map(|name| number(name).unwrap_or(-1)).collect())
}

pub(super) fn recent_sightings(ctx: &mut Ctx<'_, '_>, config: &Config<'_>) -> Result<Figures> {
    let since = config.since("last", WEEK, ctx.now())?;
    let filter = Sightings {
        date: Range::from(since),
        ..Sightings::default()
    };
    let mut rows = sighting::newest_first(ctx, &filter)?;
    rows.truncate(config.limit("limit", 10));
    let ids: Vec<i64> = rows.iter().map(|row| row.sighting.attribute.0).collect();
    let scope = ctx.scope();
    let values: HashMap<i64, String> = entente_store::attribute::by_ids(ctx.tx, &scope, &ids)?
        .into_iter()
        .map(|attribute| (attribute.id.0, attribute.value().into_owned()))
        .collect();
    let table = rows.iter().map(|row| {
        let sighting = &row.sighting;
        let org = ctx
            .directory
            .org(sighting.org)
            .map_or("", |org| org.name.as_str());
        vec![
            datetime(sighting.date),
            sighting.kind.number().to_string(),
            values.get(&sighting.attribute.0).cloned().unwrap_or_default(),
            sighting.attribute.event().to_string(),
            org.to_owned(),
        ]
    });
    Ok(Figures::Table(
        vec!["date", "type", "value", "event_id", "org"],
        table.collect(),
    ))
}

pub(super) fn attack(ctx: &mut Ctx<'_, '_>, config: &Config<'_>) -> Result<Figures> {
    let since = config.since("time_window", ctx.now(), ctx.now())?;
    let window = Window {
        changed: Range::from(since),
        creators: creators(ctx, &config.texts("orgs")),
        published: config.flag("published"),
        ..Window::default()
    };
    let Some(galaxy) = crate::galaxy::attack(ctx)? else {
        return Ok(Figures::Matrix(None, BTreeMap::new()));
    };
    let matrix = crate::galaxy::matrix(ctx, Some(Ref::Id(galaxy.id)))?;
    let mut scores = crate::statistics::tag_scores(ctx, &window)?;
    let tags: std::collections::HashSet<&str> = matrix.tags().collect();
    scores.retain(|tag, _| tags.contains(tag.as_str()));
    Ok(Figures::Matrix(Some(Box::new(matrix)), scores))
}

pub(super) fn event_evolution(ctx: &mut Ctx<'_, '_>, config: &Config<'_>) -> Result<Figures> {
    let window = Window {
        days: start(config)?,
        ..Window::default()
    };
    let scope = ctx.scope();
    let days = window::events_by_day(ctx.tx, &scope, &window)?;
    let counted = days.into_iter().map(|(day, count)| (day, "Events", count));
    Ok(by_month(counted, config.flag("cumulative") == Some(true)))
}

/// From the day that is configured on.
pub(super) fn start(config: &Config<'_>) -> Result<Range> {
    let Some(text) = config.text("start") else {
        return Ok(Range::default());
    };
    let day = Day::parse(&text).ok_or_else(|| Error::invalid("start is a date such as 2024-01-01."))?;
    Ok(Range::from(day.0))
}

/// Numbers of days as lines over months; with `cumulative` each month holds what came before.
pub(super) fn by_month(counted: impl Iterator<Item = (Day, &'static str, i64)>, cumulative: bool) -> Figures {
    let mut months: BTreeMap<String, BTreeMap<&'static str, i64>> = BTreeMap::new();
    let mut lines: Vec<&'static str> = Vec::new();
    for (day, line, count) in counted {
        let text = day.to_string();
        let month = text.get(..7).unwrap_or(&text).to_owned();
        *months.entry(month).or_default().entry(line).or_default() += count;
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    let mut sums: BTreeMap<&'static str, i64> = BTreeMap::new();
    let points = months.into_iter().map(|(date, counts)| {
        let values = lines.iter().map(|line| {
            let count = counts.get(line).copied().unwrap_or(0);
            let sum = sums.entry(line).or_default();
            *sum = if cumulative { *sum + count } else { count };
            ((*line).to_owned(), *sum)
        });
        Point {
            date,
            values: values.collect(),
        }
    });
    Figures::Lines(points.collect())
}

pub(super) fn usage(ctx: &mut Ctx<'_, '_>) -> Result<Figures> {
    let totals = crate::statistics::totals(ctx)?;
    let rows = [
        ("Events", totals.events.0),
        ("Events this month", totals.events.1),
        ("Attributes", totals.attributes.0),
        ("Attributes this month", totals.attributes.1),
        ("Open proposals", totals.proposals),
        ("Threads", totals.discussions.threads.0),
        ("Posts", totals.discussions.posts.0),
        ("Users", totals.accounts.total),
        ("Organisations", totals.orgs),
        ("Local organisations", totals.local_orgs),
        ("Contributing organisations", totals.contributing_orgs),
    ];
    let named = rows
        .into_iter()
        .map(|(name, count)| (name.to_owned(), count.to_string()));
    Ok(Figures::List(named.collect()))
}

/// A link within this instance, so that nobody is led elsewhere.
pub(super) fn button(config: &Config<'_>) -> Result<Figures> {
    let url = config.text("url").unwrap_or_else(|| "/".to_owned());
    if !url.starts_with('/')
        || url.starts_with("//")
        || url.starts_with("/\\")
        || url.chars().any(char::is_control)
    {
        return Err(Error::invalid(
            "url is a path on this instance, such as /events/index.",
        ));
    }
    let text = config.text("text").unwrap_or_else(|| url.clone());
    Ok(Figures::Link(url, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_counted_one_by_one_or_together() {
        let day = |text: &str| Day::parse(text).unwrap();
        let counted = || {
            [
                (day("2024-01-31"), "E", 2),
                (day("2024-02-01"), "E", 1),
                (day("2024-02-03"), "E", 3),
            ]
            .into_iter()
        };
        let values = |figures: Figures| match figures {
            Figures::Lines(points) => points
                .iter()
                .map(|point| (point.date.clone(), point.values[0].1))
                .collect::<Vec<_>>(),
            _ => Vec::new(),
        };
        let named = |list: [(&str, i64); 2]| list.map(|(month, count)| (month.to_owned(), count)).to_vec();
        assert_eq!(
            values(by_month(counted(), false)),
            named([("2024-01", 2), ("2024-02", 4)])
        );
        assert_eq!(
            values(by_month(counted(), true)),
            named([("2024-01", 2), ("2024-02", 6)])
        );
    }

    #[test]
    fn the_largest_come_first() {
        let bars = [("b", 1), ("a", 1), ("c", 5)].map(|(name, count)| (name.to_owned(), count));
        let names: Vec<String> = largest(bars.to_vec(), 2).into_iter().map(|bar| bar.0).collect();
        assert_eq!(names, ["c", "a"]);
    }
}
