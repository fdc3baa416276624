use super::{Scene, class};
use entente_engine::{Class, event, report};
use entente_model::draft::{Given, ReportDraft};
use entente_model::id::Ref;
use entente_model::level::Distribution;
use entente_testkit::instance::TestInstance;
use entente_testkit::instance_test;

fn draft(name: &str) -> ReportDraft {
    ReportDraft {
        name: Some(name.to_owned()),
        content: Some("# x".to_owned()),
        ..ReportDraft::default()
    }
}

instance_test! {
    async fn a_report_lives_and_dies_with_the_event_told(instance: TestInstance) {
        let scene = Scene::new(instance).await;
        let target = scene.event_ref();
        scene.write(&scene.admin, move |ctx| event::publish::publish(ctx, target)).await.unwrap();
        scene.instance.advance(60);
        let id = scene.write(&scene.admin, move |ctx| report::add(ctx, target, &draft("One"))).await.unwrap();
        let named = Some(Ref::Id(id.0));
        let now = scene.now().await;
        assert_eq!((now.published, now.timestamp), (false, scene.event.timestamp + 60));

        let change = ReportDraft { name: Some("Two".to_owned()), ..ReportDraft::default() };
        scene.write(&scene.admin, move |ctx| report::edit(ctx, named, &change)).await.unwrap();
        let (stored, _) = scene.read(&scene.reader, move |ctx| report::visible(ctx, named)).await.unwrap();
        assert_eq!((stored.name.as_str(), stored.content.as_deref()), ("Two", Some("# x")));

        let by_uuid = Some(Ref::Uuid(stored.uuid));
        scene.write(&scene.admin, move |ctx| report::delete(ctx, by_uuid, false)).await.unwrap();
        assert_eq!(class(scene.read(&scene.reader, move |ctx| report::visible(ctx, named)).await), Class::NotFound);
        scene.write(&scene.admin, move |ctx| report::restore(ctx, by_uuid)).await.unwrap();
        scene.read(&scene.reader, move |ctx| report::visible(ctx, named)).await.unwrap();
        scene.write(&scene.admin, move |ctx| report::delete(ctx, by_uuid, true)).await.unwrap();
        assert_eq!(class(scene.read(&scene.admin, move |ctx| report::visible(ctx, named)).await), Class::NotFound);
    }

    async fn a_report_for_the_owner_is_hidden_from_others(instance: TestInstance) {
        let scene = Scene::new(instance).await;
        let target = scene.event_ref();
        let secret = ReportDraft { distribution: Given::Value(Distribution::Organisation), ..draft("Secret") };
        let id = scene.write(&scene.admin, move |ctx| report::add(ctx, target, &secret)).await.unwrap();
        scene.write(&scene.admin, move |ctx| report::add(ctx, target, &draft("Open"))).await.unwrap();
        let named = Some(Ref::Id(id.0));
        assert_eq!(class(scene.read(&scene.reader, move |ctx| report::visible(ctx, named)).await), Class::NotFound);
        let listed = |text: Option<&'static str>| {
            scene.read(&scene.reader, move |ctx| {
                let anywhere = text.map(entente_engine::log::Term::containing).into_iter().collect();
                let filter = report::Filter { deleted: Some(false), anywhere, ..report::Filter::default() };
                let mut names = Vec::new();
                report::each(ctx, &filter, report::Page::default(), |_, report, _| {
                    names.push(report.name.clone());
                    Ok(())
                })?;
                Ok(names)
            })
        };
        assert_eq!(listed(None).await.unwrap(), ["Open"]);
        assert_eq!(listed(Some("oPE")).await.unwrap(), ["Open"]);
        assert_eq!(listed(Some("Secr")).await.unwrap(), Vec::<String>::new());
    }

    async fn bi_o2_a_report_is_changed_only_where_it_belongs(instance: TestInstance) {
        let scene = Scene::new(instance).await;
        let target = scene.event_ref();
        assert_eq!(class(scene.write(&scene.reader, move |ctx| report::add(ctx, target, &draft("x"))).await), Class::Denied);
        let id = scene.write(&scene.admin, move |ctx| report::add(ctx, target, &draft("x"))).await.unwrap();
        let named = Some(Ref::Id(id.0));
        assert_eq!(class(scene.write(&scene.reader, move |ctx| report::edit(ctx, named, &draft("y"))).await), Class::Denied);
        assert_eq!(class(scene.write(&scene.reader, move |ctx| report::delete(ctx, named, true)).await), Class::Denied);
        let (stored, _) = scene.read(&scene.admin, move |ctx| report::visible(ctx, named)).await.unwrap();
        let again = ReportDraft { uuid: Given::Value(stored.uuid), ..draft("again") };
        assert_eq!(class(scene.write(&scene.admin, move |ctx| report::add(ctx, target, &again)).await), Class::Invalid);
        assert_eq!(class(scene.write(&scene.admin, move |ctx| report::add(ctx, target, &draft(" "))).await), Class::Invalid);
        assert_eq!(class(scene.write(&scene.admin, |ctx| report::add(ctx, None, &draft("x"))).await), Class::NotFound);
    }
}
