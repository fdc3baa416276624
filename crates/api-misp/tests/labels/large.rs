//! Large events whose attributes follow them.
use super::derive::mistakes;
use entente_engine::Error;
use entente_testkit::api::TestApi;
use entente_testkit::api_test;
use serde_json::{Value, json};

/// Counts every update of an attribute row, on either engine.
const COUNTER: &str = "CREATE TABLE attribute_updates (id BIGINT)";

/// Puts a trigger on attributes that notes each row that an UPDATE touches.
async fn watch(api: &TestApi) {
    let watching = api.instance.app.write_system(|tx| {
        tx.execute(COUNTER, &[])?;
        if tx.engine() == entente_db::Engine::Sqlite {
            tx.execute(
                "CREATE TRIGGER attribute_watch AFTER UPDATE ON attribute BEGIN INSERT INTO attribute_updates VALUES (OLD.id); END",
                &[],
            )?;
        } else {
            tx.execute(
                "CREATE FUNCTION attribute_watch() RETURNS trigger LANGUAGE plpgsql AS \
                 'BEGIN INSERT INTO attribute_updates VALUES (OLD.id); RETURN NULL; END'",
                &[],
            )?;
            tx.execute(
                "CREATE TRIGGER attribute_watch AFTER UPDATE ON attribute FOR EACH ROW EXECUTE FUNCTION attribute_watch()",
                &[],
            )?;
        }
        Ok(())
    });
    watching.await.unwrap();
}

async fn updates(api: &TestApi) -> i64 {
    let counted = api.instance.app.read_system(|tx| {
        tx.first("SELECT COUNT(*) FROM attribute_updates", &[], |row| {
            Ok::<_, Error>(row.get_int(0)?)
        })
    });
    counted.await.unwrap().unwrap()
}

api_test! {
    async fn publishing_and_relabelling_touch_no_inheriting_attribute(api: TestApi) {
        let mut attributes: Vec<Value> = (0..5_000).map(|n| json!({"type": "text", "value": format!("value {n}")})).collect();
        attributes.push(json!({"type": "text", "value": "own level", "distribution": 0}));
        let event = api.event(&api.home.publisher, &json!({"info": "large", "distribution": 1, "Attribute": attributes})).await;
        let id = event["id"].as_str().unwrap();
        watch(&api).await;
        for (path, body) in [
            ("/events/publish", Value::Null),
            ("/events/unpublish", Value::Null),
            ("/events/edit", json!({"distribution": 3})),
            ("/events/edit", json!({"Tag": [{"name": "tlp:red"}]})),
        ] {
            api.post(&api.home.publisher, &format!("{path}/{id}"), &body).await.done();
            assert!(mistakes(&api, id.parse().unwrap()).await.is_empty());
        }
        let attach = json!({"uuid": event["uuid"], "tag": "entente:rel=\"FRA\""});
        api.post(&api.admin, "/tags/attachTagToObject", &attach).await.done();
        assert!(mistakes(&api, id.parse().unwrap()).await.is_empty());
        // only the attribute with a level of its own, at most once for each of the five
        assert!(updates(&api).await <= 5, "{}", updates(&api).await);
    }
}
