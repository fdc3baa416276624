//! Statistics about users, organisations and their data. spec: 03#13.4
use crate::answer::Answer;
use crate::call::Call;
use crate::criteria::Criteria;
use crate::failure::Failure;
use crate::report;
use crate::routes::{Outcome, routes};
use entente_engine::organisation::Place;
use entente_engine::statistics::{self, Growth, Window};
use entente_engine::{Ctx, Result};
use entente_misp::statistics as pages;
use entente_misp::tag::{Used, statistics_page};
use entente_model::id::Ref;
use entente_model::search::Range;
use entente_model::time::Day;
use serde_json::{Value, json};
use std::collections::HashSet;

routes! {
    "users": {
        "statistics" => page,
    }
}

/// `GET /users/statistics/<page>`; `data` without a page.
async fn page(call: Call) -> Outcome {
    if call.arg(0) == Some("galaxyMatrix") {
        return matrix(call).await;
    }
    let render: fn(&mut Ctx<'_, '_>) -> Result<Value> = match call.arg(0).unwrap_or("data") {
        "data" => data,
        "orgs" => match call.named("scope").unwrap_or("local") {
            "local" => |ctx| orgs(ctx, Place::Local),
            "external" => |ctx| orgs(ctx, Place::External),
            "all" => |ctx| orgs(ctx, Place::All),
            _ => return Err(Failure::bad_request("Scope is local, external or all.")),
        },
        "users" => users,
        "tags" => tags,
        "attributehistogram" => histogram,
        "sightings" => sightings,
        _ => return Err(Failure::not_found("There is no such page of statistics.")),
    };
    Ok(Answer::json(&call.read(render).await?))
}

/// `GET /users/statistics/galaxyMatrix` with `galaxy_id`, `organisation`, `dateFrom`, `dateTo`: how often what of a
/// matrix is attached.
async fn matrix(call: Call) -> Outcome {
    let criteria = Criteria::of(&call, "User")?;
    let galaxy = criteria.text("galaxy_id").filter(|text| text != "0");
    let mut orgs = criteria.texts("organisation");
    orgs.retain(|org| org != "0" && org != "all");
    let creators = report::search::orgs(&call.app.directory(), &orgs);
    let day = |key: &str| {
        let text = criteria.text(key);
        text.map(|text| Day::parse(&text).ok_or_else(|| Failure::bad_request(format!("{key} is a date."))))
            .transpose()
    };
    let days = Range {
        from: day("dateFrom")?.map(|day| day.0),
        to: day("dateTo")?.map(|day| day.0),
    };
    let window = Window {
        creators,
        days,
        ..Window::default()
    };
    let shown = call
        .read(move |ctx| {
            let named = match &galaxy {
                Some(text) => Ref::parse(text),
                None => entente_engine::galaxy::attack(ctx)?.map(|galaxy| Ref::Id(galaxy.id)),
            };
            let matrix = entente_engine::galaxy::matrix(ctx, named)?;
            let mut scores = statistics::tag_scores(ctx, &window)?;
            let own: HashSet<&str> = matrix.tags().collect();
            scores.retain(|tag, _| own.contains(tag.as_str()));
            let instance = ctx.app.uuid();
            let tabs = report::needed::tabs(&matrix);
            let shown = entente_misp::galaxy::matrix(&matrix.galaxy, &tabs, instance);
            Ok(json!({ "matrix": shown, "scores": scores, "instance-uuid": instance.to_string() }))
        })
        .await?;
    Ok(Answer::json(&shown))
}

fn data(ctx: &mut Ctx<'_, '_>) -> Result<Value> {
    let totals = statistics::totals(ctx)?;
    Ok(pages::data(&pages::Totals {
        events: totals.events,
        attributes: totals.attributes,
        proposals: totals.proposals,
        threads: totals.discussions.threads,
        posts: totals.discussions.posts,
        users: (totals.accounts.total, totals.accounts.with_key),
        orgs: totals.orgs,
        local_orgs: totals.local_orgs,
        contributing_orgs: totals.contributing_orgs,
    }))
}

fn orgs(ctx: &mut Ctx<'_, '_>, place: Place) -> Result<Value> {
    let contributions = statistics::contributions(ctx, place)?;
    Ok(pages::orgs(contributions.iter().map(|contribution| {
        pages::OrgRow {
            org: &contribution.org,
            users: contribution.users,
            events: contribution.events,
            attributes: contribution.attributes,
            months: &contribution.months,
        }
    })))
}

fn users(ctx: &mut Ctx<'_, '_>) -> Result<Value> {
    let people = statistics::people(ctx)?;
    let of = |growth: Growth| (growth.total, growth.month, growth.year);
    Ok(pages::users(
        of(people.users),
        of(people.local_orgs),
        of(people.external_orgs),
    ))
}

fn tags(ctx: &mut Ctx<'_, '_>) -> Result<Value> {
    let statistics = entente_engine::tag::statistics(ctx)?;
    let used: Vec<Used<'_>> = statistics
        .tags
        .iter()
        .map(|(tag, namespace, count)| Used {
            name: &tag.name,
            namespace: namespace.as_deref(),
            count: *count,
        })
        .collect();
    Ok(statistics_page(&used))
}

fn histogram(ctx: &mut Ctx<'_, '_>) -> Result<Value> {
    let all = statistics::histograms(ctx)?;
    let items = all.iter().map(|histogram| {
        let kinds: Vec<(i64, i64)> = histogram
            .kinds
            .iter()
            .map(|(kind, count)| (*kind, *count))
            .collect();
        pages::histogram(histogram.org.as_ref().map(|org| org.name.as_str()), &kinds)
    });
    Ok(items.collect())
}

fn sightings(ctx: &mut Ctx<'_, '_>) -> Result<Value> {
    let rows = statistics::sightings(ctx)?;
    Ok(pages::sightings(rows.iter().map(|(source, event, count)| {
        (source.as_str(), event.0, *count)
    })))
}
