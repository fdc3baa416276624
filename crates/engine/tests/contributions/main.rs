//! Reports, proposals, sightings and annotations on both databases.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a failure is the test's outcome"
)]

mod analyst;
mod proposals;
mod reports;
mod sightings;

use entente_engine::event::add::{self, Added};
use entente_engine::event::intake::Intake;
use entente_engine::{Actor, Class, Ctx, Result};
use entente_model::attribute::Attribute;
use entente_model::draft::{AttributeDraft, EventDraft, Given};
use entente_model::event::Event;
use entente_model::id::{ElementId, Ref};
use entente_model::level::Distribution;
use entente_store::attribute::Part;
use entente_testkit::instance::{TestInstance, role};
use std::sync::Arc;

/// An event of the administrator's organisation with attributes, and two members of other organisations.
struct Scene {
    instance: TestInstance,
    admin: Arc<Actor>,
    /// A member of an organisation that sees the event.
    reader: Arc<Actor>,
    /// A member of a third organisation.
    other: Arc<Actor>,
    event: Event,
    /// 198.51.100.7 for all, 198.51.100.8 for the owner only, `a.txt|d41d…` for all.
    attributes: Vec<Attribute>,
}

const EMPTY_MD5: &str = "d41d8cd98f00b204e9800998ecf8427e";

impl Scene {
    async fn new(instance: TestInstance) -> Self {
        let admin = Arc::clone(&instance.admin);
        let harbour = instance.add_org("Harbour CERT").await.unwrap();
        let coast = instance.add_org("Coast Guard").await.unwrap();
        let reader = instance
            .add_user("reader@harbour.example", harbour, role::ORG_ADMIN)
            .await
            .unwrap();
        let other = instance
            .add_user("other@coast.example", coast, role::ORG_ADMIN)
            .await
            .unwrap();
        let mut intake = Intake::new(&instance.app);
        let file = format!("a.txt|{EMPTY_MD5}");
        for (kind, value, level) in [
            ("ip-dst", "198.51.100.7", Distribution::Inherit),
            ("ip-dst", "198.51.100.8", Distribution::Organisation),
            ("filename|md5", file.as_str(), Distribution::Inherit),
        ] {
            let draft = AttributeDraft {
                distribution: Given::Value(level),
                ..attribute(kind, value)
            };
            intake.attribute(draft).unwrap();
        }
        let (content, _) = intake.finish().unwrap();
        let draft = EventDraft {
            info: Some("Boats".to_owned()),
            distribution: Given::Value(Distribution::All),
            ..EventDraft::default()
        };
        let added = instance
            .app
            .write(Arc::clone(&admin), move |ctx| {
                add::add(ctx, &draft, &mut content.lock())
            })
            .await
            .unwrap();
        let Added::Event { id, .. } = added else {
            unreachable!("the event is new")
        };
        let (event, attributes) = instance
            .app
            .read(Arc::clone(&admin), move |ctx| {
                let event = ctx.visible_event(Some(Ref::Id(id.0)), "none")?;
                let scope = ctx.scope();
                let page = entente_store::attribute::page_of_event(
                    ctx.tx,
                    &scope,
                    &event,
                    Part::All,
                    ElementId::NONE,
                    10,
                )?;
                Ok((event, page))
            })
            .await
            .unwrap();
        Self {
            instance,
            admin,
            reader,
            other,
            event,
            attributes,
        }
    }

    async fn write<T: Send + 'static>(
        &self,
        actor: &Arc<Actor>,
        f: impl Fn(&mut Ctx<'_, '_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.instance.app.write(Arc::clone(actor), f).await
    }

    async fn read<T: Send + 'static>(
        &self,
        actor: &Arc<Actor>,
        f: impl FnOnce(&mut Ctx<'_, '_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.instance.app.read(Arc::clone(actor), f).await
    }

    /// The event as it is now.
    async fn now(&self) -> Event {
        let id = self.event.id;
        self.read(&self.admin, move |ctx| {
            ctx.visible_event(Some(Ref::Id(id.0)), "none")
        })
        .await
        .unwrap()
    }

    fn event_ref(&self) -> Option<Ref> {
        Some(Ref::Uuid(self.event.uuid))
    }

    fn attribute_ref(&self, index: usize) -> Option<Ref> {
        Some(Ref::Uuid(self.attributes[index].uuid))
    }

    async fn set(&self, name: &'static str, value: &'static str) {
        let done = self.write(&self.admin, move |ctx| {
            entente_store::meta::set_setting(ctx.tx, name, value)?;
            ctx.touch_settings();
            Ok(())
        });
        done.await.unwrap();
    }
}

fn attribute(kind: &str, value: &str) -> AttributeDraft {
    AttributeDraft {
        kind: Some(kind.to_owned()),
        value: Some(value.to_owned()),
        ..AttributeDraft::default()
    }
}

/// The class of a failure.
fn class<T: std::fmt::Debug>(result: Result<T>) -> Class {
    match result {
        Ok(value) => panic!("{value:?} is no failure"),
        Err(error) => error.class(),
    }
}
