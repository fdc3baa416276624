//! Settings take effect at once and are logged; the log is read within one's reach.
use entente_engine::log::{self, LogQuery, LogReach, LogText, Page, Term};
use entente_engine::{Class, Error, setting};
use entente_testkit::instance::{TestInstance, role};
use entente_testkit::instance_test;
use serde_json::{Value, json};
use std::ops::ControlFlow;

async fn titles(instance: &TestInstance, query: LogQuery) -> Vec<String> {
    instance
        .app
        .read(instance.admin.clone(), move |ctx| {
            let mut titles = Vec::new();
            log::search(ctx, query, |row| {
                titles.push(row.title);
                Ok(ControlFlow::Continue(()))
            })?;
            Ok(titles)
        })
        .await
        .unwrap()
}

instance_test! {
    async fn settings_keep_their_type_and_count_at_once(instance: TestInstance) {
        let admin = instance.admin.clone();
        let set = |name: &'static str, value: Value, force: bool| {
            let (app, admin) = (instance.app.clone(), admin.clone());
            async move { app.write(admin, move |ctx| setting::edit(ctx, name, &value, force)).await }
        };
        set("MISP.max_correlations_per_event", json!("10"), false).await.unwrap();
        assert_eq!(instance.app.settings().number("MISP.max_correlations_per_event"), Some(10));
        set("MISP.live", json!(false), true).await.unwrap();
        let shown = instance.app.read(admin.clone(), |ctx| setting::one(ctx, "MISP.live")).await.unwrap();
        assert_eq!(shown.value, Some(json!(false)));
        set("MISP.live", Value::Null, true).await.unwrap();
        assert!(instance.app.settings().bool("MISP.live"));

        assert_eq!(set("MISP.nonsense", json!(1), true).await.unwrap_err().class(), Class::NotFound);
        assert_eq!(set("MISP.baseurl", json!("x"), true).await.unwrap_err().class(), Class::Denied);
        assert!(matches!(set("MISP.live", json!("maybe"), true).await.unwrap_err(), Error::Fields(_)));
        assert!(matches!(set("MISP.host_org_id", json!(99), false).await.unwrap_err(), Error::Fields(_)));
        set("MISP.host_org_id", json!(99), true).await.unwrap();
        let shown = instance.app.read(admin.clone(), |ctx| setting::one(ctx, "MISP.host_org_id")).await.unwrap();
        assert!(shown.complaint.is_some());
        let secret = instance.app.read(admin, |ctx| setting::one(ctx, "GnuPG.password")).await.unwrap();
        assert_eq!(secret.value, None);
        let logged = titles(&instance, LogQuery {
            texts: vec![(LogText::Change, vec![Term::parse("MISP.live%")])],
            ..LogQuery::default()
        }).await;
        assert_eq!(logged.len(), 2);
    }

    async fn the_log_is_read_in_order_and_within_reach(instance: TestInstance) {
        let org = instance.add_org("Harbour CERT").await.unwrap();
        let manager = instance.add_user("m@harbour.example", org, role::ORG_ADMIN).await.unwrap();
        let reader = instance.add_user("r@harbour.example", org, role::READ_ONLY).await.unwrap();
        for number in 1..=3_i64 {
            instance.app.write(instance.admin.clone(), move |ctx| setting::edit(ctx, "debug", &json!(number), false)).await.unwrap();
            instance.advance(10);
        }
        let of_setting = |page| LogQuery {
            texts: vec![(LogText::Model, vec![Term::parse("Server")])],
            from: Some(entente_testkit::instance::START),
            page,
            ..LogQuery::default()
        };
        assert_eq!(titles(&instance, of_setting(None)).await.len(), 3);
        let newest = instance.app.read(instance.admin.clone(), move |ctx| {
            let mut changes = Vec::new();
            log::search(ctx, of_setting(Some(Page { limit: 1, number: 1 })), |row| {
                changes.push(row.change);
                Ok(ControlFlow::Continue(()))
            })?;
            Ok(changes)
        }).await.unwrap();
        assert_eq!(newest, [Some("debug (2) => (3)".to_owned())]);
        assert_eq!(titles(&instance, LogQuery { texts: vec![(LogText::Model, vec![Term::parse("!Server")])], ..LogQuery::default() }).await.len(), 0);
        let reach = |actor| {
            let app = instance.app.clone();
            async move { app.read(actor, |ctx| Ok(log::reach(ctx))).await.unwrap() }
        };
        assert_eq!(reach(manager.clone()).await, LogReach::Org("Harbour CERT".to_owned()));
        assert_eq!(reach(reader.clone()).await, LogReach::User(reader.user_id().0));
        // The reach that a query names is not believed.
        let seen = instance.app.read(manager, |ctx| {
            let mut count = 0;
            log::search(ctx, LogQuery { reach: LogReach::All("ORGNAME".to_owned()), ..LogQuery::default() }, |_| {
                count += 1;
                Ok(ControlFlow::Continue(()))
            })?;
            Ok(count)
        }).await.unwrap();
        assert_eq!(seen, 0);
    }
}
