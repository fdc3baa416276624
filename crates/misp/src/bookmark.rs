//! Bookmarks and news. spec: 03#17, 01#7.14
use crate::sharing_group::short_org;
use entente_model::administration::{Bookmark, News};
use entente_model::organisation::Organisation;
use serde_json::{Value, json};

/// A bookmark with its owner.
#[must_use]
pub fn bookmark(row: &Bookmark, org: Option<&Organisation>, email: Option<&str>) -> Value {
    json!({
        "Bookmark": {
            "id": row.id.to_string(),
            "user_id": row.user.to_string(),
            "org_id": row.org.to_string(),
            "name": row.name,
            "url": row.url,
            "exposed_to_org": row.exposed_to_org,
            "comment": row.comment,
        },
        "Organisation": org.map(short_org),
        "User": { "id": row.user.to_string(), "email": email },
    })
}

/// A piece of news.
#[must_use]
pub fn news(row: &News) -> Value {
    json!({ "News": {
        "id": row.id.to_string(),
        "message": row.message,
        "title": row.title,
        "user_id": row.user.to_string(),
        "date_created": row.created.to_string(),
    }})
}
