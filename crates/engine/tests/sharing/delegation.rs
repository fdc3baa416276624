//! Handing an event over.
use entente_engine::delegation::{self, Draft, RECIPIENT_DECIDES};
use entente_engine::event::add::{self, Added};
use entente_engine::event::intake::Intake;
use entente_engine::{Actor, Class};
use entente_model::draft::{AttributeDraft, EventDraft, Given};
use entente_model::id::{EventId, OrgId, Ref};
use entente_model::level::Distribution;
use entente_testkit::instance::{TestInstance, role};
use entente_testkit::instance_test;
use std::sync::Arc;

/// An event of the caller's organisation alone, with an attribute that follows it and one that says so itself.
async fn event(instance: &TestInstance, actor: &Arc<Actor>) -> EventId {
    let mut intake = Intake::new(&instance.app);
    for (value, distribution) in [
        ("198.51.100.7", Given::Absent),
        ("198.51.100.8", Given::Value(Distribution::Organisation)),
    ] {
        let draft = AttributeDraft {
            kind: Some("ip-dst".to_owned()),
            value: Some(value.to_owned()),
            distribution,
            ..AttributeDraft::default()
        };
        intake.attribute(draft).unwrap();
    }
    let (content, _) = intake.finish().unwrap();
    let draft = EventDraft {
        info: Some("Delegated".to_owned()),
        distribution: Given::Value(Distribution::Organisation),
        ..EventDraft::default()
    };
    let added = instance
        .app
        .write(Arc::clone(actor), move |ctx| {
            add::add(ctx, &draft, &mut content.lock())
        })
        .await
        .unwrap();
    match added {
        Added::Event { id, .. } | Added::Exists(Some(id)) => id,
        Added::Exists(None) => unreachable!("the event is new"),
    }
}

/// The values of the event's attributes that a caller sees; nothing when the event is hidden.
async fn seen(instance: &TestInstance, actor: &Arc<Actor>, event: EventId) -> Vec<String> {
    instance
        .app
        .read(Arc::clone(actor), move |ctx| {
            let scope = ctx.scope();
            let Some(event) = entente_store::event::find(ctx.tx, &scope, Ref::Id(event.0))? else {
                return Ok(Vec::new());
            };
            let (low, high) = event.id.element_range();
            let rows = ctx.tx.all(
                "SELECT value1, label FROM attribute WHERE id BETWEEN $1 AND $2 ORDER BY id",
                entente_db::params![low, high],
                |row| Ok::<_, entente_db::DbError>((row.get_string(0)?, row.get_opt_int(1)?)),
            )?;
            Ok(rows
                .into_iter()
                .filter(|(_, label)| {
                    let label = label.map_or(event.label, entente_model::id::LabelId);
                    entente_store::visibility::sees(&scope, label)
                })
                .map(|(value, _)| value)
                .collect())
        })
        .await
        .unwrap()
}

fn to(org: OrgId) -> Draft {
    Draft {
        org: Some(Ref::Id(org.0)),
        distribution: RECIPIENT_DECIDES,
        sharing_group: None,
        message: String::new(),
    }
}

instance_test! {
    async fn the_recipient_reads_then_owns_the_event(instance: TestInstance) {
        let (home, target) = (instance.add_org("Home").await.unwrap(), instance.add_org("Target").await.unwrap());
        let giver = instance.add_user("a@home.example", home, role::PUBLISHER).await.unwrap();
        let taker = instance.add_user("b@target.example", target, role::PUBLISHER).await.unwrap();
        let event = event(&instance, &giver).await;
        let reference = Some(Ref::Id(event.0));
        assert!(seen(&instance, &taker, event).await.is_empty());
        let request = instance.app.write(giver.clone(), move |ctx| delegation::request(ctx, reference, &to(target))).await.unwrap();
        assert!(seen(&instance, &taker, event).await.contains(&"198.51.100.7".to_owned()));
        let twice = instance.app.write(giver.clone(), move |ctx| delegation::request(ctx, reference, &to(target))).await.unwrap_err();
        assert_eq!(twice.class(), Class::Conflict);
        let own = instance.app.write(giver.clone(), move |ctx| delegation::accept(ctx, Some(request))).await.unwrap_err();
        assert_eq!((own.class(), own.to_string().as_str()), (Class::Denied, "You are not authorised to do that."));
        let pending = instance.app.read(taker.clone(), |ctx| delegation::list(ctx, None)).await.unwrap();
        assert_eq!(pending.iter().map(|shown| shown.row.id).collect::<Vec<_>>(), [request]);
        let accepted = instance.app.write(taker.clone(), move |ctx| delegation::accept(ctx, Some(request))).await.unwrap();
        assert_eq!(accepted, event);
        assert_eq!(seen(&instance, &taker, event).await.len(), 2);
        assert!(seen(&instance, &giver, event).await.is_empty());
        let log = instance.app.read(taker, move |ctx| {
            entente_engine::log::of_event(ctx, reference, entente_engine::log::Page { limit: 10, number: 1 })
        }).await.unwrap();
        assert_eq!(log.iter().map(|row| row.action.as_str()).collect::<Vec<_>>(), ["accept_delegation", "request_delegation", "add"]);
    }

    async fn requests_about_a_hidden_event_concern_its_parties_alone(instance: TestInstance) {
        let (home, target) = (instance.add_org("Home").await.unwrap(), instance.add_org("Target").await.unwrap());
        let giver = instance.add_user("a@home.example", home, role::ORG_ADMIN).await.unwrap();
        let event = event(&instance, &giver).await;
        let reference = Some(Ref::Id(event.0));
        let request = instance.app.write(giver.clone(), move |ctx| delegation::request(ctx, reference, &to(target))).await.unwrap();
        let listed = async |actor: &Arc<Actor>| {
            let listed = instance.app.read(Arc::clone(actor), |ctx| delegation::list(ctx, Some("all"))).await.unwrap();
            listed.len()
        };
        assert_eq!(listed(&instance.admin).await, 1);
        // Marked for members of one organisation; site administrators of another are bound by that.
        let mark = format!("entente:rel=\"org:{}\"", giver.org.uuid);
        let tagged = instance.app.write(giver.clone(), move |ctx| {
            let request = entente_engine::tag::Attach {
                target: entente_engine::tag::TargetChoice::Event(reference),
                tags: vec![entente_engine::tag::TagChoice::Name(mark.clone())],
                local: false,
                relationship: None,
                strict: false,
            };
            entente_engine::tag::attach(ctx, &request)
        });
        tagged.await.unwrap();
        assert_eq!(listed(&instance.admin).await, 0);
        let viewed = instance.app.read(instance.admin.clone(), move |ctx| delegation::view(ctx, Some(request))).await;
        assert_eq!(viewed.unwrap_err().class(), Class::NotFound);
        instance.app.read(giver, move |ctx| delegation::view(ctx, Some(request))).await.unwrap();
        // The log does not tell of the event either, but of what everybody may know.
        let titles = instance.app.read(instance.admin.clone(), |ctx| {
            let mut titles = Vec::new();
            entente_engine::log::search(ctx, entente_engine::log::LogQuery::default(), |row| {
                titles.push(row.title);
                Ok(std::ops::ControlFlow::Continue(()))
            })?;
            Ok(titles)
        });
        let titles = titles.await.unwrap();
        assert!(!titles.iter().any(|title| title.contains("Delegated") || title.contains("198.51.100")), "{titles:?}");
        assert!(titles.iter().any(|title| title.starts_with("Tag (")), "{titles:?}");
    }

    async fn what_the_giver_keeps_to_itself_is_not_shown_by_asking(instance: TestInstance) {
        let (home, target) = (instance.add_org("Home").await.unwrap(), instance.add_org("Target").await.unwrap());
        let giver = instance.add_user("a@home.example", home, role::PUBLISHER).await.unwrap();
        let taker = instance.add_user("b@target.example", target, role::PUBLISHER).await.unwrap();
        let event = event(&instance, &giver).await;
        let reference = Some(Ref::Id(event.0));
        let request = instance.app.write(giver.clone(), move |ctx| delegation::request(ctx, reference, &to(target))).await.unwrap();
        assert_eq!(seen(&instance, &taker, event).await, ["198.51.100.7"]);
        instance.app.write(giver.clone(), move |ctx| delegation::discard(ctx, Some(request))).await.unwrap();
        assert_eq!(seen(&instance, &giver, event).await.len(), 2);
        assert!(seen(&instance, &taker, event).await.is_empty());
    }

    async fn a_discarded_request_hides_the_event_again(instance: TestInstance) {
        let (home, target) = (instance.add_org("Home").await.unwrap(), instance.add_org("Target").await.unwrap());
        let giver = instance.add_user("a@home.example", home, role::PUBLISHER).await.unwrap();
        let taker = instance.add_user("b@target.example", target, role::PUBLISHER).await.unwrap();
        let event = event(&instance, &giver).await;
        let reference = Some(Ref::Id(event.0));
        let request = instance.app.write(giver.clone(), move |ctx| delegation::request(ctx, reference, &to(target))).await.unwrap();
        instance.app.write(giver.clone(), move |ctx| delegation::discard(ctx, Some(request))).await.unwrap();
        assert!(seen(&instance, &taker, event).await.is_empty());
        assert_eq!(seen(&instance, &giver, event).await.len(), 2);
        let gone = instance.app.write(taker, move |ctx| delegation::accept(ctx, Some(request))).await.unwrap_err();
        assert_eq!(gone.class(), Class::NotFound);
    }
}
