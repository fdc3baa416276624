//! Clusters: index, view, search. spec: 07#4.7, 04#4.4
use super::with_names;
use crate::answer::Answer;
use crate::call::Call;
use crate::routes::Outcome;
use crate::scalars;
use entente_engine::galaxy::{self, ClusterFilter, Page, Placed};
use entente_engine::{Ctx, Error};
use entente_http::spool::Spool;
use entente_misp::galaxy::TagUse;
use entente_model::id::{OrgId, Ref, parse_uuid};
use serde_json::{Map, Value};
use std::io::Write as _;
use uuid::Uuid;

/// `GET|POST /galaxy_clusters/index/<galaxy> {"context":"all","searchall":"x"}`.
pub async fn index(call: Call) -> Outcome {
    let body = call.json_map("GalaxyCluster")?;
    let sent = |key: &str| {
        let in_body = body
            .get(key)
            .map(scalars::texts)
            .and_then(|texts| texts.into_iter().next());
        in_body
            .or_else(|| call.named(key).map(str::to_owned))
            .filter(|text| !text.trim().is_empty())
    };
    let (context, text, galaxy) = (sent("context"), sent("searchall"), call.reference(0));
    let page = page(&call, &body);
    write_list(&call, page, move |ctx| {
        let galaxy = galaxy::view(ctx, galaxy)?;
        let own = vec![ctx.actor.org_id().0];
        let mut filter = ClusterFilter {
            galaxies: Some(vec![galaxy.id]),
            deleted: Some(false),
            text,
            ..ClusterFilter::default()
        };
        match context.as_deref() {
            Some("default") => filter.default = Some(true),
            Some("custom") => filter.default = Some(false),
            Some("org") => filter.orgs = Some(own),
            Some("orgc") => filter.orgcs = Some(own),
            Some("deleted") => filter.deleted = Some(true),
            _ => {}
        }
        Ok((filter, false))
    })
    .await
}

/// `GET /galaxy_clusters/view/<id or uuid>`.
pub async fn view(call: Call) -> Outcome {
    show(&call, call.reference(0)).await
}

/// A cluster as it is now.
pub(super) async fn show(call: &Call, reference: Option<Ref>) -> Outcome {
    let view = call
        .read(move |ctx| {
            let Placed { galaxy, cluster } = galaxy::cluster(ctx, reference)?;
            let used = galaxy::tag_use(ctx, &cluster.cluster)?;
            let used = used.map(|(tag, events)| TagUse { tag, events });
            let inbound = galaxy::relation::inbound(ctx, &cluster.cluster)?;
            Ok(with_names(ctx, |names| {
                entente_misp::galaxy::cluster_view(&cluster, &galaxy, used, &inbound, names)
            }))
        })
        .await?;
    Ok(Answer::json(&view))
}

/// `POST /galaxy_clusters/restSearch`.
pub async fn search(call: Call) -> Outcome {
    let body = call.json_map("GalaxyCluster")?;
    let page = page(&call, &body);
    let mut sent = body;
    for (key, value) in &call.target.named {
        sent.entry(key.clone())
            .or_insert_with(|| Value::from(value.as_str()));
    }
    write_list(&call, page, move |ctx| {
        let minimal = sent.get("minimal").and_then(scalars::flag).unwrap_or(false);
        Ok((filter(ctx, &sent)?, minimal))
    })
    .await
    .map(|answer| {
        // The headers of every search. spec: 04#1.2
        [
            ("x-export-module-used", "json"),
            ("x-response-format", "json"),
            ("x-skipped-elements-count", "0"),
        ]
        .into_iter()
        .fold(answer, |answer, (name, value)| {
            answer.with_header(http::HeaderName::from_static(name), value)
        })
    })
}

/// `page` counts from 1 and means nothing without `limit`.
fn page(call: &Call, body: &Map<String, Value>) -> Page {
    let number = |key: &str| {
        let in_body = body
            .get(key)
            .map(scalars::numbers)
            .and_then(|numbers| numbers.first().copied());
        in_body
            .or_else(|| call.named(key).and_then(|text| text.parse().ok()))
            .filter(|number| *number > 0)
    };
    let limit = number("limit");
    let before = number("page").unwrap_or(1) - 1;
    Page {
        skip: limit.map_or(0, |limit| limit.saturating_mul(before)),
        limit,
    }
}

/// Writes clusters one after the other; `wanted` says which, and whether briefly.
async fn write_list(
    call: &Call,
    page: Page,
    wanted: impl FnOnce(&mut Ctx<'_, '_>) -> Result<(ClusterFilter, bool), Error> + Send + 'static,
) -> Outcome {
    let (list, count) = call
        .read(move |ctx| {
            let (filter, minimal) = wanted(ctx)?;
            let (tags, directory) = (ctx.tags.clone(), ctx.directory.clone());
            let names = entente_misp::galaxy::Names {
                tag: &|name| tags.by_name(name).cloned(),
                org: &|org| directory.org(org).cloned(),
            };
            let mut spool = Spool::default();
            let mut count = 0_u64;
            spool.write_all(b"[")?;
            galaxy::each_cluster(ctx, &filter, page, |placed| {
                let item = if minimal {
                    entente_misp::galaxy::cluster_minimal(&placed.cluster.cluster)
                } else {
                    entente_misp::galaxy::cluster_listed(&placed.cluster, &placed.galaxy, &names)
                };
                write!(spool, "{}{item}", if count == 0 { "" } else { "," })?;
                count += 1;
                Ok(())
            })?;
            spool.write_all(b"]")?;
            Ok((spool.finish()?, count))
        })
        .await?;
    let header = http::HeaderName::from_static("x-result-count");
    Ok(Answer::spooled_json(list).with_header(header, &count.to_string()))
}

/// The filter a search body asks for; what names nothing matches nothing. spec: 04#4.4
fn filter(ctx: &mut Ctx<'_, '_>, sent: &Map<String, Value>) -> Result<ClusterFilter, Error> {
    let value = |key: &str| sent.get(key).filter(|value| !value.is_null());
    let texts = |key: &str| value(key).map(scalars::texts);
    let numbers = |key: &str| value(key).map(scalars::numbers);
    let uuids = |key: &str| -> Option<Vec<Uuid>> {
        value(key).map(|value| {
            scalars::texts(value)
                .iter()
                .filter_map(|text| parse_uuid(text))
                .collect()
        })
    };
    let mut filter = ClusterFilter {
        galaxies: numbers("galaxy_id"),
        uuids: uuids("uuid"),
        tag_keys: texts("tag_name").map(|names| galaxy::tag_keys(&names)),
        values: texts("value"),
        types: texts("type"),
        versions: numbers("version"),
        distributions: numbers("distribution"),
        extends: uuids("extends_uuid"),
        orgs: value("org_id").map(|value| orgs(ctx, value)),
        orgcs: value("orgc_id").map(|value| orgs(ctx, value)),
        published: value("published").and_then(scalars::flag),
        default: value("custom").and_then(scalars::flag).map(|custom| !custom),
        deleted: Some(value("deleted").and_then(scalars::flag).unwrap_or(false)),
        elements: elements(value("elements")),
        text: texts("searchall").and_then(|texts| texts.into_iter().next()),
    };
    if let Some(uuids) = uuids("galaxy_uuid") {
        let mut ids = Vec::new();
        for uuid in uuids {
            if let Ok(galaxy) = galaxy::view(ctx, Some(Ref::Uuid(uuid))) {
                ids.push(galaxy.id);
            }
        }
        filter.galaxies = Some(ids);
    }
    if let Some(events) = value("eventid").map(scalars::references) {
        filter.tag_keys = Some(galaxy::tag_keys_of_events(ctx, &events)?);
    }
    Ok(filter)
}

/// Organisations by id or uuid.
fn orgs(ctx: &Ctx<'_, '_>, value: &Value) -> Vec<i64> {
    let ids = scalars::references(value)
        .into_iter()
        .filter_map(|reference| match reference {
            Ref::Id(id) => Some(OrgId(id)),
            Ref::Uuid(uuid) => ctx.directory.org_by_uuid(uuid).map(|org| org.id),
        });
    ids.map(|org| org.0).collect()
}

fn elements(value: Option<&Value>) -> Vec<(String, String)> {
    let map = value.and_then(Value::as_object).into_iter().flatten();
    map.flat_map(|(key, value)| {
        scalars::texts(value)
            .into_iter()
            .map(move |text| (key.clone(), text))
    })
    .collect()
}
