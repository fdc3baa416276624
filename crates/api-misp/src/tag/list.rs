//! Tags: index, view, search, statistics.
use super::{means_yes, tag_id};
use crate::answer::Answer;
use crate::call::{Call, truthy};
use crate::failure::Failure;
use crate::routes::Outcome;
use entente_engine::tag::{self, Listed, Listing, Pattern, TagTaxonomy};
use entente_misp::tag::{OfTaxonomy, Used};
use entente_model::id::TagId;
use serde_json::{Value, json};

fn of(taxonomy: Option<&TagTaxonomy>) -> OfTaxonomy<'_> {
    taxonomy.map(|found| (found.taxonomy.as_ref(), found.entry.as_deref()))
}

fn counts(listed: &Listed) -> Option<(i64, i64)> {
    listed.usage.map(|usage| (usage.events, usage.attributes))
}

/// `GET /tags/index`. Filters mean the name: `searchall` and `filter` a part of it, `name` and `search`
/// all of it, with `%` for anything.
pub async fn index(call: Call) -> Outcome {
    let body = call.json_map("Tag")?;
    let given = |name: &str| {
        let sent = body
            .get(name)
            .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        sent.or_else(|| call.named(name).map(str::to_owned))
            .filter(|text| !text.is_empty())
    };
    let part = ["searchall", "filter"]
        .into_iter()
        .filter_map(&given)
        .map(|text| Pattern::containing(&text));
    let whole = ["name", "search"]
        .into_iter()
        .filter_map(&given)
        .map(|text| Pattern::new(&text));
    let listing = Listing {
        names: part.chain(whole).collect(),
        favourites_only: given("favouritesOnly").is_some_and(|text| truthy(&text)),
        counted: !given("exclude_statistics").is_some_and(|text| truthy(&text)),
    };
    let number = |name: &str| given(name).and_then(|text| text.parse::<usize>().ok());
    let (limit, page) = (
        number("limit").filter(|n| *n > 0),
        number("page").unwrap_or(1).max(1),
    );
    let tags = call.read(move |ctx| tag::list(ctx, &listing)).await?;
    let skipped = limit.map_or(0, |limit| limit.saturating_mul(page - 1));
    let rows: Vec<Value> = tags
        .iter()
        .skip(skipped)
        .take(limit.unwrap_or(usize::MAX))
        .map(|item| {
            entente_misp::tag::row(
                &item.tag,
                counts(item),
                item.favourite,
                of(item.taxonomy.as_ref()),
            )
        })
        .collect();
    Ok(Answer::json(&json!({"Tag": rows})))
}

/// `GET /tags/view/<id>`.
pub async fn view(call: Call) -> Outcome {
    let id = tag_id(call.arg(0)).ok_or_else(|| Failure::not_allowed("Invalid Tag"))?;
    let item = call
        .read(move |ctx| tag::view(ctx, id))
        .await
        .map_err(|error| Failure::from(error).absent_is_not_allowed(&call))?;
    Ok(Answer::json(&entente_misp::tag::view(&item.tag, counts(&item))))
}

/// The answer that shows one tag in its envelope.
pub(super) async fn enveloped(call: &Call, id: TagId) -> Outcome {
    let item = call.read(move |ctx| tag::view(ctx, id)).await?;
    Ok(Answer::json(
        &json!({"Tag": entente_misp::tag::columns(&item.tag)}),
    ))
}

/// `GET or POST /tags/search[/<name>]`.
pub async fn search(call: Call) -> Outcome {
    let body = call.json()?;
    let mut wanted = texts(&body);
    if let Value::Object(map) = &body {
        let map = match map.get("Tag") {
            Some(Value::Object(inner)) => inner,
            _ => map,
        };
        let key = ["tagname", "tag", "name"]
            .into_iter()
            .find_map(|key| map.get(key));
        wanted = key.map(texts).unwrap_or_default();
    }
    wanted.extend(call.arg(0).map(str::to_owned));
    let strict = body.get("strict_tagname").is_some_and(means_yes) || call.flag("strict_tagname");
    let found = call.read(move |ctx| tag::search(ctx, &wanted, strict)).await?;
    let rows: Vec<Value> = found
        .iter()
        .map(|item| entente_misp::tag::found(&item.tag, of(item.taxonomy.as_ref()), item.cluster.as_deref()))
        .collect();
    Ok(Answer::json(&Value::Array(rows)))
}

/// The texts that a text or a list is made of; at most 100.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(list) => list
            .iter()
            .filter_map(Value::as_str)
            .take(100)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}

/// `GET /tags/tagStatistics/<percentage>/<keysort>`.
pub async fn statistics(call: Call) -> Outcome {
    let flag = |index: usize| call.arg(index).is_some_and(truthy);
    let (percentage, by_name) = (flag(0), flag(1));
    let statistics = call.read(tag::statistics).await?;
    let used: Vec<Used<'_>> = statistics
        .tags
        .iter()
        .map(|(tag, namespace, count)| Used {
            name: &tag.name,
            namespace: namespace.as_deref(),
            count: *count,
        })
        .collect();
    Ok(Answer::json(&entente_misp::tag::statistics(
        &used, percentage, by_name,
    )))
}
