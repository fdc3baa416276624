//! What an import adds, replaces and leaves alone.
use crate::{
    CLUSTERS, DOOR, PARCEL, WEATHER, added, changed, file, import, tally, unchanged, updated, warninglist,
};
use entente_engine::template::{self, Listing};
use entente_engine::{Error, galaxy, knowledge, noticelist};
use entente_knowledge::library::Kind;
use entente_model::id::Ref;
use entente_testkit::instance::TestInstance;
use entente_testkit::instance_test;
use serde_json::json;
use std::io::Write as _;
use std::sync::Arc;

fn everything() -> Vec<(String, Vec<u8>)> {
    let relationships = r#"{"version":54,"values":[{"name":"drops","description":"d","format":["misp"]}]}"#;
    let notice = r#"{"name":"law","version":1,"notice":[]}"#;
    let model = r#"{"uuid":"073fae4a-0000-4000-8000-000000000000","name":"m","formula":"polynomial","parameters":{},
        "version":2}"#;
    vec![
        // In this order clusters come before their galaxy.
        file("misp-galaxy/clusters/weather.json", CLUSTERS),
        file("misp-galaxy/galaxies/weather.json", WEATHER),
        file("misp-objects/objects/parcel/definition.json", PARCEL),
        file("misp-objects/relationships/definition.json", relationships),
        file("misp-taxonomies/door/machinetag.json", DOOR),
        file(
            "misp-warninglists/lists/dns/list.json",
            &warninglist(1, &["192.0.2.0/24"]),
        ),
        file("misp-noticelist/lists/law/list.json", notice),
        file("misp-decaying-models/models/m.json", model),
        file("README.md", "no library"),
    ]
}

instance_test! {
    async fn a_second_import_changes_nothing(instance: TestInstance) {
        let report = import(&instance, everything()).await;
        assert_eq!(report.findings.iter().map(|(file, _)| file.as_str()).collect::<Vec<_>>(), Vec::<&str>::new());
        for kind in Kind::ALL {
            let expected = if kind == Kind::Clusters { 2 } else { 1 };
            assert_eq!(tally(&report, kind), added(expected), "{kind:?}");
        }
        let report = import(&instance, everything()).await;
        assert!(!report.changed());
        for kind in Kind::ALL {
            let expected = if kind == Kind::Clusters { 2 } else { 1 };
            assert_eq!(tally(&report, kind), unchanged(expected), "{kind:?}");
        }
        let status = knowledge::status(&instance.app).await.unwrap();
        let galaxies = status.iter().find(|kind| kind.name == "galaxies").unwrap();
        assert_eq!((galaxies.total, galaxies.parts), (1, Some(("clusters", 2))));
    }

    async fn newer_clusters_replace_older_ones_in_place(instance: TestInstance) {
        import(&instance, everything()).await;
        let storm = Ref::parse("b1a3cf0a-9d4a-4c3c-8e0a-0d8a3a1f0003");
        let admin = Arc::clone(&instance.admin);
        let before = instance.app.read(Arc::clone(&admin), move |ctx| galaxy::cluster(ctx, storm)).await.unwrap();
        assert_eq!(before.cluster.relations[0].relation_type, "follows");
        assert!(before.cluster.relations[0].referenced > 0, "the target came in the same import");
        instance
            .app
            .write(Arc::clone(&admin), move |ctx| galaxy::set_enabled(ctx, Some(Ref::Id(1)), Some(false)))
            .await
            .unwrap();
        let values = json!([{"uuid": "b1a3cf0a-9d4a-4c3c-8e0a-0d8a3a1f0003", "value": "Hurricane", "meta": {"force": 12}}]);
        let report = import(&instance, vec![
            file("clusters/weather.json", &changed(CLUSTERS, &json!({"version": 13, "values": values}))),
            file("galaxies/weather.json", &changed(WEATHER, &json!({"version": 5, "name": "Winds"}))),
        ]).await;
        assert_eq!((tally(&report, Kind::Galaxy), tally(&report, Kind::Clusters)), (updated(1), updated(1)));
        let after = instance.app.read(admin, move |ctx| galaxy::cluster(ctx, storm)).await.unwrap();
        assert_eq!(after.cluster.cluster.id, before.cluster.cluster.id);
        assert_eq!(after.cluster.cluster.tag_name, "misp-galaxy:weather=\"Hurricane\"");
        let elements: Vec<_> = after.cluster.elements.iter().map(|e| (e.key.as_str(), e.value.as_str())).collect();
        assert_eq!(elements, [("force", "12")]);
        assert_eq!(after.cluster.relations.len(), 0);
        assert_eq!((after.galaxy.name.as_str(), after.galaxy.enabled), ("Winds", false));
    }

    async fn a_newer_template_takes_over_the_switch_of_the_older(instance: TestInstance) {
        import(&instance, everything()).await;
        let admin = Arc::clone(&instance.admin);
        let id = Some(Ref::Id(1));
        let active = instance.app.write(Arc::clone(&admin), move |ctx| template::toggle(ctx, id)).await.unwrap();
        assert!(!active);
        let newer = vec![file("objects/parcel/definition.json", &changed(PARCEL, &json!({"version": 8})))];
        assert_eq!(tally(&import(&instance, newer.clone()).await, Kind::Template), updated(1));
        let listing = Listing { inactive_too: true, text: None };
        let all = instance.app.read(Arc::clone(&admin), move |ctx| template::list(ctx, &listing)).await.unwrap();
        assert_eq!(all.iter().map(|t| (t.version, t.active)).collect::<Vec<_>>(), [(7, false), (8, false)]);
        let older = vec![file("objects/parcel/definition.json", PARCEL)];
        assert_eq!(tally(&import(&instance, older).await, Kind::Template), unchanged(1));
        assert_eq!(tally(&import(&instance, newer).await, Kind::Template), unchanged(1));
    }

    async fn objects_are_checked_against_their_template(instance: TestInstance) {
        import(&instance, everything()).await;
        let uuid = "7f1c7a52-1a40-4f3e-9d38-5a3c1f2b6e01".parse().unwrap();
        let admin = Arc::clone(&instance.admin);
        let (known, other) = instance
            .app
            .read(Arc::clone(&admin), move |ctx| Ok((template::by_uuid(ctx, uuid, 7)?, template::by_uuid(ctx, uuid, 8)?)))
            .await
            .unwrap();
        assert!(other.is_none());
        let known = known.unwrap();
        assert_eq!(known.conforms(&["tracking-number", "sender", "sender", "unknown"]), Ok(()));
        assert!(known.conforms(&["sender"]).unwrap_err().contains("tracking-number"));
        assert!(known.conforms(&["tracking-number"]).is_err());
        let types = ["text".to_owned(), "email-src".to_owned()];
        let fitting = instance.app.read(admin, move |ctx| template::possible(ctx, &types)).await.unwrap();
        assert_eq!(fitting.len(), 1);
    }

    async fn unreadable_files_are_told_and_the_rest_is_imported(instance: TestInstance) {
        let report = import(&instance, vec![
            file("objects/broken/definition.json", "{"),
            file("objects/parcel/definition.json", PARCEL),
            file("clusters/nowhere.json", &changed(CLUSTERS, &json!({"type": "nowhere"}))),
        ]).await;
        let templates = tally(&report, Kind::Template);
        assert_eq!((templates.added, templates.refused), (1, 1));
        assert_eq!(tally(&report, Kind::Clusters).refused, 1);
        let files: Vec<&str> = report.findings.iter().map(|(file, _)| file.as_str()).collect();
        assert!(files.contains(&"objects/broken/definition.json") && files.contains(&"clusters/nowhere.json"));
    }

    async fn directories_and_archives_are_read(instance: TestInstance) {
        let folder = tempfile::tempdir().unwrap();
        let galaxies = folder.path().join("misp-galaxy/galaxies");
        std::fs::create_dir_all(&galaxies).unwrap();
        std::fs::write(galaxies.join("weather.json"), WEATHER).unwrap();
        let archive = folder.path().join("library.whl");
        let mut zip = zip::ZipWriter::new(std::fs::File::create(&archive).unwrap());
        zip.start_file("x/clusters/weather.json", zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(CLUSTERS.as_bytes()).unwrap();
        zip.finish().unwrap();
        let mut seen = Vec::new();
        let paths = [archive, folder.path().join("misp-galaxy")];
        let report = knowledge::import_paths(&instance.app, &paths, |progress| seen.push(progress.files)).await.unwrap();
        assert_eq!(tally(&report, Kind::Clusters), added(2));
        assert_eq!(seen, [1, 2]);
        let missing = [folder.path().join("nothing")];
        let error = knowledge::import_paths(&instance.app, &missing, |_| {}).await.unwrap_err();
        assert!(matches!(error, Error::Invalid(_)));
    }

    async fn what_is_shipped_comes_disabled_and_once(instance: TestInstance) {
        let report = knowledge::import_shipped(&instance.app).await.unwrap();
        assert_eq!((tally(&report, Kind::Noticelist), tally(&report, Kind::DecayModel)), (added(1), added(3)));
        assert_eq!(report.feeds, added(84));
        let status = knowledge::status(&instance.app).await.unwrap();
        for name in ["noticelists", "decaying models", "feeds"] {
            assert_eq!(status.iter().find(|kind| kind.name == name).unwrap().enabled, Some(0), "{name}");
        }
        assert!(!knowledge::import_shipped(&instance.app).await.unwrap().changed());
        let admin = Arc::clone(&instance.admin);
        assert_eq!(instance.app.write(admin, noticelist::update).await.unwrap(), 0);
    }
}
