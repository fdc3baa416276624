//! Tags and taxonomies on both databases.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failure is the test's outcome"
)]

mod attach;
mod edit;
mod marks;
mod taxonomy;

use entente_engine::event::add::{self, Added};
use entente_engine::event::intake::Intake;
use entente_engine::tag::{self, Attach, Attached, AttachedTag, TagChoice, TargetChoice};
use entente_engine::{Actor, Error};
use entente_model::attribute::Attribute;
use entente_model::draft::{AttributeDraft, EventDraft, Given};
use entente_model::event::Event;
use entente_model::id::{EventId, Ref, TagId};
use entente_model::level::Distribution;
use entente_model::tag::{Tag, TagInput};
use entente_store::attribute::Part;
use entente_testkit::instance::TestInstance;
use std::sync::Arc;

/// An event for all communities with one attribute, as they are stored.
async fn add_event(instance: &TestInstance, actor: &Arc<Actor>) -> (Event, Attribute) {
    let mut intake = Intake::new(&instance.app);
    let attribute = AttributeDraft {
        kind: Some("text".to_owned()),
        value: Some("boat".to_owned()),
        ..AttributeDraft::default()
    };
    intake.attribute(attribute).unwrap();
    let (content, dropped) = intake.finish().unwrap();
    assert_eq!(dropped.count(), 0);
    let draft = EventDraft {
        info: Some("Boats".to_owned()),
        distribution: Given::Value(Distribution::All),
        ..EventDraft::default()
    };
    let added = instance
        .app
        .write(Arc::clone(actor), move |ctx| {
            add::add(ctx, &draft, &mut content.lock())
        })
        .await
        .unwrap();
    let Added::Event { id, .. } = added else {
        unreachable!("the event is new")
    };
    stored(instance, actor, id).await.unwrap()
}

/// An event and its first attribute, as an actor sees them.
async fn stored(instance: &TestInstance, actor: &Arc<Actor>, id: EventId) -> Option<(Event, Attribute)> {
    instance
        .app
        .read(Arc::clone(actor), move |ctx| {
            let scope = ctx.scope();
            let Some(event) = entente_store::event::find(ctx.tx, &scope, Ref::Id(id.0))? else {
                return Ok(None);
            };
            let none = entente_model::id::ElementId::NONE;
            let mut page =
                entente_store::attribute::page_of_event(ctx.tx, &scope, &event, Part::All, none, 1)?;
            Ok(page.pop().map(|attribute| (event, attribute)))
        })
        .await
        .unwrap()
}

/// Whether an actor sees an event at all.
async fn sees(instance: &TestInstance, actor: &Arc<Actor>, id: EventId) -> bool {
    let read = instance.app.read(Arc::clone(actor), move |ctx| {
        let scope = ctx.scope();
        Ok(entente_store::event::find(ctx.tx, &scope, Ref::Id(id.0))?.is_some())
    });
    read.await.unwrap()
}

/// A request as `attachTagToObject` makes it.
fn request(uuid: uuid::Uuid, name: &str, local: bool) -> Attach {
    Attach {
        target: TargetChoice::Any(Some(uuid)),
        tags: vec![TagChoice::Name(name.to_owned())],
        local,
        relationship: None,
        strict: false,
    }
}

async fn attach(instance: &TestInstance, actor: &Arc<Actor>, request: Attach) -> Result<Attached, Error> {
    instance
        .app
        .write(Arc::clone(actor), move |ctx| tag::attach(ctx, &request))
        .await
}

/// Why the only tag was refused.
fn reason(attached: &Attached) -> &str {
    match &attached.tags[0] {
        AttachedTag::Refused(reason) => reason,
        other => unreachable!("{other:?} was not refused"),
    }
}

/// The only tag, which was attached.
fn new_tag(attached: &Attached) -> &Tag {
    match &attached.tags[0] {
        AttachedTag::New(tag) => tag,
        other => unreachable!("{other:?} is not new"),
    }
}

async fn add_tag(instance: &TestInstance, actor: &Arc<Actor>, input: TagInput) -> Result<TagId, Error> {
    instance
        .app
        .write(Arc::clone(actor), move |ctx| tag::add(ctx, &input))
        .await
}

/// A tag of this name with defaults.
fn named(name: &str) -> TagInput {
    TagInput {
        name: Some(name.to_owned()),
        ..TagInput::default()
    }
}
