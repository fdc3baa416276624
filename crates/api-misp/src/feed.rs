//! Feeds: listing, the default list, defining them. spec: 07#1.7
mod change;

use crate::answer::Answer;
use crate::call::{Call, truthy};
use crate::describe;
use crate::routes::{Outcome, routes};
use entente_engine::{Ctx, feed};
use entente_model::library::Feed;
use serde_json::Value;

routes! {
    "feeds": {
        "index" => index,
        "view" => view,
        "loaddefaultfeeds" => load_default,
        "add" => change::add,
        "edit" => change::edit,
        "delete" => change::delete,
        "enable" => change::enable,
        "disable" => change::disable,
        "importfeeds" => change::import,
    }
}

fn shown(ctx: &Ctx<'_, '_>, feed: &Feed) -> Value {
    let tag = ctx.tags.get(feed.tag).map(AsRef::as_ref);
    entente_misp::feed::view(feed, tag, ctx.actor.is_site_admin())
}

/// What an index is narrowed to.
struct Narrowed {
    scope: Option<String>,
    text: Option<String>,
    equal: Vec<(String, String)>,
}

impl Narrowed {
    fn read(call: &Call) -> Self {
        let named = |name: &str| {
            call.named(name)
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        let columns = [
            "name",
            "url",
            "provider",
            "source_format",
            "enabled",
            "caching_enabled",
            "default",
        ];
        let equal = columns
            .into_iter()
            .filter_map(|column| Some((column.to_owned(), named(column)?)));
        Self {
            scope: named("scope"),
            text: named("quickFilter").or_else(|| named("searchall")),
            equal: equal.collect(),
        }
    }

    fn keeps(&self, feed: &Feed) -> bool {
        let in_scope = match self.scope.as_deref() {
            Some("enabled") => feed.enabled,
            Some("custom") => !feed.default,
            Some("default") => feed.default,
            _ => true,
        };
        let has = |text: &String| {
            let text = text.to_lowercase();
            [&feed.name, &feed.url, &feed.provider]
                .iter()
                .any(|field| field.to_lowercase().contains(&text))
        };
        let equals = |(column, value): &(String, String)| match column.as_str() {
            "name" => feed.name == *value,
            "url" => feed.url == *value,
            "provider" => feed.provider == *value,
            "source_format" => feed.source_format == *value,
            "enabled" => feed.enabled == truthy(value),
            "caching_enabled" => feed.caching_enabled == truthy(value),
            _ => feed.default == truthy(value),
        };
        in_scope && self.text.as_ref().is_none_or(has) && self.equal.iter().all(equals)
    }
}

/// `GET /feeds/index[/scope:enabled][/quickFilter:x]…`.
async fn index(call: Call) -> Outcome {
    let narrowed = Narrowed::read(&call);
    let feeds: Vec<Value> = call
        .read(move |ctx| {
            let mut feeds = feed::list(ctx)?;
            feeds.retain(|feed| narrowed.keeps(feed));
            Ok(feeds.iter().map(|feed| shown(ctx, feed)).collect())
        })
        .await?;
    Ok(Answer::json(&feeds.into()))
}

/// `GET /feeds/view/<id>`.
async fn view(call: Call) -> Outcome {
    let id = call.arg(0).and_then(|text| text.parse().ok());
    let view = call
        .read(move |ctx| {
            let feed = feed::view(ctx, id)?;
            Ok(shown(ctx, &feed))
        })
        .await?;
    Ok(Answer::json(&view))
}

/// `POST /feeds/loadDefaultFeeds`.
async fn load_default(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    call.write(feed::load_default).await?;
    Ok(Answer::success(
        "Default feed metadata loaded.",
        &call.target.path,
        None,
    ))
}
