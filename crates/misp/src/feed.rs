//! Feeds as clients read them. spec: 07#1.1, 07#1.7
use entente_model::library::Feed;
use entente_model::tag::Tag;
use serde_json::{Value, json};

/// A feed; request headers are for site administrators.
#[must_use]
pub fn view(feed: &Feed, tag: Option<&Tag>, headers_too: bool) -> Value {
    let mut columns = json!({
        "id": feed.id.to_string(),
        "name": feed.name,
        "provider": feed.provider,
        "url": feed.url,
        "rules": feed.rules,
        "enabled": feed.enabled,
        "distribution": feed.distribution.to_string(),
        "sharing_group_id": feed.sharing_group.to_string(),
        "tag_id": feed.tag.to_string(),
        "default": feed.default,
        "source_format": feed.source_format,
        "fixed_event": feed.fixed_event,
        "delta_merge": feed.delta_merge,
        "event_id": feed.event.to_string(),
        "publish": feed.publish,
        "override_ids": feed.override_ids,
        // A text even of nothing: clients decode it unasked.
        "settings": if feed.settings.is_empty() { "{}" } else { feed.settings.as_str() },
        "input_source": feed.input_source,
        "delete_local_file": feed.delete_local_file,
        "lookup_visible": feed.lookup_visible,
    });
    if let Some(map) = columns.as_object_mut() {
        if headers_too {
            map.insert("headers".to_owned(), feed.headers.as_str().into());
        }
        map.insert("caching_enabled".to_owned(), feed.caching_enabled.into());
        map.insert("force_to_ids".to_owned(), feed.force_to_ids.into());
        map.insert("orgc_id".to_owned(), feed.orgc.to_string().into());
        map.insert("cache_timestamp".to_owned(), Value::Bool(false));
    }
    let mut view = json!({ "Feed": columns });
    if let (Some(tag), Some(map)) = (tag, view.as_object_mut()) {
        map.insert(
            "Tag".to_owned(),
            json!({
                "id": tag.id.to_string(),
                "name": tag.name,
                "colour": tag.colour,
                "exportable": tag.exportable,
                "hide_tag": tag.hidden,
            }),
        );
    }
    view
}
