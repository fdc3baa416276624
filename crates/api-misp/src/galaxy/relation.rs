//! Relations between clusters by themselves. spec: 07#4.7
use super::{draft, refused, with_names};
use crate::answer::Answer;
use crate::call::Call;
use crate::describe;
use crate::routes::Outcome;
use crate::scalars;
use entente_engine::galaxy::relation::{self, Ends};
use entente_http::spool::Spool;
use entente_misp::galaxy::{Names, relation_view};
use serde_json::{Map, Value};
use std::io::Write as _;

const MODEL: &str = "GalaxyClusterRelation";
/// Relations read at once.
const PAGE: i64 = 500;

fn id(call: &Call) -> Option<i64> {
    call.arg(0).and_then(|text| text.parse().ok())
}

fn shown(ends: &Ends, names: &Names<'_>) -> Value {
    relation_view(&ends.relation, &ends.source, ends.target.as_ref(), names)
}

fn number(call: &Call, body: &Map<String, Value>, key: &str) -> Option<i64> {
    let in_body = body
        .get(key)
        .map(scalars::numbers)
        .and_then(|numbers| numbers.first().copied());
    in_body
        .or_else(|| call.named(key).and_then(|text| text.parse().ok()))
        .filter(|number| *number > 0)
}

/// `GET /galaxy_cluster_relations/index`, in parts with `limit` and `page`.
pub async fn index(call: Call) -> Outcome {
    let body = call.json_map(MODEL)?;
    let limit = number(&call, &body, "limit");
    let before = number(&call, &body, "page").unwrap_or(1) - 1;
    let mut skip = limit.map_or(0, |limit| limit.saturating_mul(before));
    let mut left = limit.unwrap_or(i64::MAX);
    let list = call
        .read(move |ctx| {
            let mut spool = Spool::default();
            let (mut after, mut separator) = (0, "");
            spool.write_all(b"[")?;
            while left > 0 {
                let (page, last) = relation::page(ctx, after, PAGE)?;
                let Some(last) = last else { break };
                after = last;
                for ends in page {
                    if skip > 0 {
                        skip -= 1;
                    } else if left > 0 {
                        left -= 1;
                        let item = with_names(ctx, |names| shown(&ends, names));
                        write!(spool, "{separator}{item}")?;
                        separator = ",";
                    }
                }
            }
            spool.write_all(b"]")?;
            Ok(spool.finish()?)
        })
        .await?;
    Ok(Answer::spooled_json(list))
}

/// `GET /galaxy_cluster_relations/view/<id>`.
pub async fn view(call: Call) -> Outcome {
    let id = id(&call);
    let view = call
        .read(move |ctx| {
            let ends = relation::view(ctx, id)?;
            Ok(with_names(ctx, |names| shown(&ends, names)))
        })
        .await?;
    Ok(Answer::json(&view))
}

fn done(call: &Call, message: &str, id: i64) -> Answer {
    Answer::success(message, &call.target.path, Some(&id.to_string()))
}

/// `POST /galaxy_cluster_relations/add`.
pub async fn add(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let draft = draft::relation(&call.json_map(MODEL)?);
    let id = call
        .write(move |ctx| relation::add(ctx, &draft))
        .await
        .map_err(refused("add", MODEL, "/galaxy_cluster_relations/add"))?;
    Ok(done(&call, "Relationship added.", id))
}

/// `POST /galaxy_cluster_relations/edit/<id>`.
pub async fn edit(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let draft = draft::relation(&call.json_map(MODEL)?);
    let id = id(&call);
    let id = call
        .write(move |ctx| relation::edit(ctx, id, &draft))
        .await
        .map_err(refused("edit", MODEL, "/galaxy_cluster_relations/edit"))?;
    Ok(done(&call, "Relationship updated.", id))
}

/// `POST /galaxy_cluster_relations/delete/<id>`.
pub async fn delete(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let id = id(&call);
    let id = call
        .write(move |ctx| relation::delete(ctx, id))
        .await
        .map_err(refused("delete", MODEL, "/galaxy_cluster_relations/delete"))?;
    Ok(done(
        &call,
        "Galaxy cluster relationship successfully deleted.",
        id,
    ))
}
