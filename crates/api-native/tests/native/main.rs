//! The native API on both databases, through its front door.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failure is the test's outcome"
)]

mod access;
mod correlation;
mod document;
mod policy;
mod preview;

use entente_api_native::serve;
use entente_engine::Actor;
use entente_engine::content::insert::Content;
use entente_engine::content::prepare::{self, Defaults};
use entente_engine::event::add::{self, Added};
use entente_model::draft::{AttributeDraft, EventDraft, Given, TagDraft};
use entente_model::id::Ref;
use entente_model::level::Distribution;
use entente_testkit::instance::{TestInstance, role};
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use serde_json::Value;
use std::sync::Arc;
use uuid::Uuid;

/// An answer as a client sees it.
pub(crate) struct Seen {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) json: Value,
}

/// Asks with a key, or without.
pub(crate) async fn ask(
    instance: &TestInstance,
    key: Option<&str>,
    method: Method,
    url: &str,
    body: &str,
) -> Seen {
    let mut request = Request::builder().method(method).uri(url);
    if let Some(key) = key {
        request = request.header(header::AUTHORIZATION, key);
    }
    let request = request
        .body(Full::new(bytes::Bytes::from(body.to_owned())))
        .unwrap();
    let (parts, body) = serve(instance.app.clone(), request, None).await.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Seen {
        status: parts.status,
        headers: parts.headers,
        json: serde_json::from_slice(&body).unwrap_or_default(),
    }
}

/// GET with the key of an account.
pub(crate) async fn get(instance: &TestInstance, who: &Actor, url: &str) -> Seen {
    ask(
        instance,
        Some(&TestInstance::key_of(who.user.id)),
        Method::GET,
        url,
        "",
    )
    .await
}

/// A preview with the key of an account.
pub(crate) async fn preview(instance: &TestInstance, who: &Actor, body: &Value) -> Seen {
    let key = TestInstance::key_of(who.user.id);
    ask(
        instance,
        Some(&key),
        Method::POST,
        "/api/v1/policy/preview",
        &body.to_string(),
    )
    .await
}

/// Names in a list of organisations, sorted.
pub(crate) fn names(list: &Value) -> Vec<&str> {
    let mut names: Vec<_> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|org| org["name"].as_str().unwrap())
        .collect();
    names.sort_unstable();
    names
}

/// One account in each of three organisations besides the host `ORGNAME`.
pub(crate) struct World {
    pub(crate) harbour: Arc<Actor>,
    pub(crate) lake: Arc<Actor>,
    pub(crate) ridge: Arc<Actor>,
}

impl World {
    pub(crate) async fn new(instance: &TestInstance) -> Self {
        let mut actors = Vec::new();
        for name in ["Harbour", "Lake", "Ridge"] {
            let org = instance.add_org(name).await.unwrap();
            let email = format!("a@{}.example", name.to_lowercase());
            actors.push(instance.add_user(&email, org, role::ORG_ADMIN).await.unwrap());
        }
        let [harbour, lake, ridge] = actors.try_into().unwrap();
        Self { harbour, lake, ridge }
    }

    /// Lake's releasability tag.
    pub(crate) fn released_to_lake(&self) -> String {
        format!("entente:rel=\"org:{}\"", self.lake.org.uuid)
    }

    /// A site administrator of the host organisation, with a key.
    pub(crate) async fn host_admin(&self, instance: &TestInstance) -> Arc<Actor> {
        instance
            .add_user("b@host.example", instance.admin.org.id, role::SITE_ADMIN)
            .await
            .unwrap()
    }
}

/// Adds an event with one attribute of this distribution for detection; answers both uuids.
pub(crate) async fn add_event(
    instance: &TestInstance,
    who: &Arc<Actor>,
    distribution: Distribution,
    tags: &[&str],
    attribute: Distribution,
) -> (Uuid, Uuid) {
    let tags: Vec<TagDraft> = tags
        .iter()
        .map(|name| TagDraft {
            name: Some((*name).to_owned()),
            ..TagDraft::default()
        })
        .collect();
    let header = EventDraft {
        info: Some("Barge traffic".to_owned()),
        distribution: Given::Value(distribution),
        tags,
        ..EventDraft::default()
    };
    let added = instance.app.write(Arc::clone(who), move |ctx| {
        let value = AttributeDraft {
            kind: Some("domain".to_owned()),
            value: Some("evil.example".to_owned()),
            to_ids: Given::Value(true),
            distribution: Given::Value(attribute),
            ..AttributeDraft::default()
        };
        let defaults = Defaults {
            distribution: Distribution::Inherit,
            rules: ctx.app.import_rules(),
            now: ctx.now(),
        };
        let mut content = Content {
            attributes: vec![prepare::attribute(value, &defaults)?],
            objects: Vec::new(),
        };
        content.attributes[0].row.uuid = ctx.new_uuid()?;
        let Added::Event { id, .. } = add::add(ctx, &header, &mut content)? else {
            unreachable!("the event has a new uuid")
        };
        let event = ctx.visible_event(Some(Ref::Id(id.0)), "gone")?;
        Ok((event.uuid, content.attributes[0].row.uuid))
    });
    added.await.unwrap()
}
