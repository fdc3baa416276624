//! Figures about organisations and accounts.
use super::figures::{by_month, largest, start};
use super::{Config, Figures};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::log;
use crate::organisation::{self, Place};
use entente_model::account::User;
use entente_model::id::OrgId;
use entente_model::organisation::Organisation;
use entente_model::search::Range;
use entente_model::time::{Day, Seconds, datetime};
use entente_policy::nation;
use entente_store::journal::{LogQuery, LogText};
use entente_store::statistics::window::{self, Window};
use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;
use std::sync::Arc;

const DAY: i64 = 86_400;

pub(super) fn whoami(ctx: &Ctx<'_, '_>) -> Figures {
    let actor = ctx.actor;
    let rows = [
        ("Email", actor.user.email.clone()),
        ("Role", actor.role.name.clone()),
        ("Organisation", actor.org.name.clone()),
        ("Last login", datetime(actor.user.last_login)),
    ];
    Figures::List(rows.map(|(name, value)| (name.to_owned(), value)).to_vec())
}

/// The organisations that the caller may know of and that the filter keeps.
fn orgs(ctx: &mut Ctx<'_, '_>, config: &Config<'_>) -> Result<Vec<Arc<Organisation>>> {
    let listed = organisation::list(ctx, Place::All, None)?;
    let kept = listed
        .into_iter()
        .map(|listed| listed.org)
        .filter(|org| config.keeps(org));
    Ok(kept.collect())
}

/// The span that is configured: a month (`2024-03`), a year, or the last days.
fn days(ctx: &Ctx<'_, '_>, config: &Config<'_>) -> Result<Range> {
    let day = |text: String| Day::parse(&text).map(|day| day.0);
    if let Some(month) = config.text("month") {
        let begin = day(format!("{month}-01")).ok_or_else(|| Error::invalid("month is such as 2024-03."))?;
        let (year, number) = month.split_once('-').unwrap_or((&month, "12"));
        let (year, number) = (year.parse().unwrap_or(1970), number.parse().unwrap_or(12));
        let next = if number == 12 {
            (year + 1, 1)
        } else {
            (year, number + 1)
        };
        let end: Option<i64> = day(format!("{:04}-{:02}-01", next.0, next.1));
        return Ok(Range {
            from: Some(begin),
            to: end.map(|end| end - 1),
        });
    }
    if let Some(year) = config.text("year") {
        let begin = day(format!("{year}-01-01")).ok_or_else(|| Error::invalid("year is such as 2024."))?;
        return Ok(Range {
            from: Some(begin),
            to: day(format!("{year}-12-31")),
        });
    }
    let Some(last) = config.text("days") else {
        return Ok(Range::default());
    };
    let last: i64 = last.parse().map_err(|_| Error::invalid("days is a number."))?;
    Ok(Range::from(Day::of(ctx.now()).0.saturating_sub(last.max(0))))
}

pub(super) fn org_toplist(ctx: &mut Ctx<'_, '_>, config: &Config<'_>) -> Result<Figures> {
    let days = days(ctx, config)?;
    toplist(ctx, config, days)
}

pub(super) fn contributors(ctx: &mut Ctx<'_, '_>, config: &Config<'_>) -> Result<Figures> {
    let month = Range::from(Day::of(ctx.now()).0 - 30);
    toplist(ctx, config, month)
}

fn toplist(ctx: &mut Ctx<'_, '_>, config: &Config<'_>, days: Range) -> Result<Figures> {
    let window = Window {
        days,
        ..Window::default()
    };
    let names: HashMap<OrgId, String> = orgs(ctx, config)?
        .into_iter()
        .map(|org| (org.id, org.name.clone()))
        .collect();
    let scope = ctx.scope();
    let counts = window::events_by_org(ctx.tx, &scope, &window)?;
    let named = counts
        .into_iter()
        .filter_map(|(org, count)| Some((names.get(&org)?.clone(), count)));
    Ok(Figures::Bars(largest(named.collect(), config.limit("limit", 10))))
}

pub(super) fn user_toplist(ctx: &mut Ctx<'_, '_>, config: &Config<'_>) -> Result<Figures> {
    let window = Window {
        days: days(ctx, config)?,
        ..Window::default()
    };
    let scope = ctx.scope();
    let counts = window::events_by_user(ctx.tx, &scope, &window)?;
    let ids: Vec<i64> = counts.iter().map(|(user, _)| user.0).collect();
    let users = entente_store::account::by_ids(ctx.tx, &ids)?;
    let kept: HashMap<_, String> = users
        .into_iter()
        .filter(|user| ctx.directory.org(user.org).is_some_and(|org| config.keeps(org)))
        .map(|user| (user.id, user.email))
        .collect();
    let named = counts
        .into_iter()
        .filter_map(|(user, count)| Some((kept.get(&user)?.clone(), count)));
    Ok(Figures::Bars(largest(named.collect(), config.limit("limit", 10))))
}

pub(super) fn org_evolution(ctx: &mut Ctx<'_, '_>, config: &Config<'_>) -> Result<Figures> {
    let range = start(config)?;
    let counted: Vec<(Day, &'static str, i64)> = orgs(ctx, config)?
        .iter()
        .map(|org| {
            let line = if org.local { "Local" } else { "External" };
            (Day::of(org.created), line, 1)
        })
        .filter(|(day, ..)| range.contains(day.0))
        .collect();
    Ok(by_month(
        counted.into_iter(),
        config.flag("cumulative") != Some(false),
    ))
}

fn users(ctx: &mut Ctx<'_, '_>, config: &Config<'_>) -> Result<Vec<User>> {
    let mut users = entente_store::account::all(ctx.tx)?;
    users.retain(|user| ctx.directory.org(user.org).is_some_and(|org| config.keeps(org)));
    Ok(users)
}

pub(super) fn user_evolution(ctx: &mut Ctx<'_, '_>, config: &Config<'_>) -> Result<Figures> {
    let range = start(config)?;
    let users = users(ctx, config)?;
    let days = users.iter().map(|user| (Day::of(user.created), "Users", 1));
    let kept = days.filter(|(day, ..)| range.contains(day.0));
    Ok(by_month(kept, config.flag("cumulative") != Some(false)))
}

/// The moment since which something counts as new.
fn new_since(ctx: &Ctx<'_, '_>, config: &Config<'_>) -> Result<Seconds> {
    let range = days(ctx, config)?;
    Ok(range.from.map_or(0, |day| day.saturating_mul(DAY)))
}

pub(super) fn new_orgs(ctx: &mut Ctx<'_, '_>, config: &Config<'_>) -> Result<Figures> {
    let since = new_since(ctx, config)?;
    let mut new = orgs(ctx, config)?;
    new.retain(|org| org.created >= since);
    new.sort_by_key(|org| std::cmp::Reverse((org.created, org.id)));
    new.truncate(config.limit("limit", 10));
    let rows = new.iter().map(|org| {
        vec![
            org.id.to_string(),
            org.name.clone(),
            org.nationality.clone(),
            org.sector.clone(),
            u8::from(org.local).to_string(),
            datetime(org.created),
        ]
    });
    Ok(Figures::Table(
        vec!["id", "name", "nationality", "sector", "local", "date_created"],
        rows.collect(),
    ))
}

pub(super) fn new_users(ctx: &mut Ctx<'_, '_>, config: &Config<'_>) -> Result<Figures> {
    let since = new_since(ctx, config)?;
    let mut new = users(ctx, config)?;
    new.retain(|user| user.created >= since);
    new.sort_by_key(|user| std::cmp::Reverse((user.created, user.id)));
    new.truncate(config.limit("limit", 10));
    let rows = new.iter().map(|user| {
        let org = ctx.directory.org(user.org).map_or("", |org| org.name.as_str());
        vec![
            user.id.to_string(),
            user.email.clone(),
            org.to_owned(),
            datetime(user.created),
        ]
    });
    Ok(Figures::Table(
        vec!["id", "email", "org", "date_created"],
        rows.collect(),
    ))
}

fn by_nation(ctx: &mut Ctx<'_, '_>, config: &Config<'_>) -> Result<Vec<(String, i64)>> {
    let mut nations: BTreeMap<String, i64> = BTreeMap::new();
    for org in orgs(ctx, config)? {
        if let Some(nation) = nation::from_country_name(&org.nationality) {
            *nations.entry(nation.alpha3().to_owned()).or_default() += 1;
        }
    }
    Ok(nations.into_iter().collect())
}

pub(super) fn org_map(ctx: &mut Ctx<'_, '_>, config: &Config<'_>) -> Result<Figures> {
    Ok(Figures::Map(by_nation(ctx, config)?))
}

pub(super) fn org_list(ctx: &mut Ctx<'_, '_>, config: &Config<'_>) -> Result<Figures> {
    let nations = largest(by_nation(ctx, config)?, config.limit("limit", 100));
    let rows = nations
        .into_iter()
        .map(|(nation, count)| vec![nation, count.to_string()]);
    Ok(Figures::Table(vec!["nationality", "count"], rows.collect()))
}

pub(super) fn logins(ctx: &mut Ctx<'_, '_>, config: &Config<'_>) -> Result<Figures> {
    let since = match config.text("days") {
        Some(_) => new_since(ctx, config)?,
        None => ctx.now() - 7 * DAY,
    };
    let query = LogQuery {
        from: Some(since),
        texts: vec![(LogText::Action, vec![log::Term::parse("login")])],
        reach: log::reach(ctx),
        ..LogQuery::default()
    };
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    entente_store::journal::search_log(ctx.tx, &ctx.scope(), &query, |row| {
        *counts.entry(row.email.clone()).or_default() += 1;
        Ok::<_, Error>(ControlFlow::Continue(()))
    })?;
    Ok(Figures::Bars(largest(
        counts.into_iter().collect(),
        config.limit("limit", 10),
    )))
}
