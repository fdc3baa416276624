//! Threads, posts, and who is at work on an event. spec: 08#5, 08#13
use super::text;
use entente_testkit::api::{Key, TestApi};
use entente_testkit::api_test;
use serde_json::{Value, json};

fn said(thread: &Value) -> Vec<&str> {
    thread["Thread"]["Post"]
        .as_array()
        .unwrap()
        .iter()
        .map(|post| text(&post["contents"]))
        .collect()
}

async fn say(api: &TestApi, key: &Key, place: &str, words: &str) -> Value {
    api.post(
        key,
        &format!("/posts/add{place}"),
        &json!({"Post": {"message": words}}),
    )
    .await
    .done()
}

api_test! {
    async fn an_event_is_discussed_by_its_readers(api: TestApi) {
        let event = api.event(&api.home.user, &json!({"info": "x", "distribution": 1})).await;
        let (place, view) = (format!("/event/{}", text(&event["id"])), format!("/threads/viewEvent/{}", text(&event["uuid"])));
        assert_eq!(said(&api.get(&api.other.reader, &view).await.done()).len(), 0);
        say(&api, &api.home.user, &place, "one").await;
        let thread = say(&api, &api.other.user, &place, "two").await;
        assert_eq!(said(&thread), ["one", "two"]);
        assert_eq!((&thread["Thread"]["post_count"], &thread["Thread"]["event_id"]), (&json!("2"), &event["id"]));
        // colleagues are known by address, others are not
        let posts = &thread["Thread"]["Post"];
        assert!(posts[0].get("user_email").is_none() && posts[1].get("user_email").is_some());
        assert_eq!(posts[0]["org_name"], "Home CERT");
        let answer = say(&api, &api.home.user, &format!("/post/{}", text(&posts[1]["id"])), "three").await;
        assert_eq!(answer["Thread"]["Post"][2]["post_id"], posts[1]["id"]);
        // who may not read the event does not read what is said about it, from the moment on
        api.instance.advance(10);
        api.post(&api.home.user, &format!("/events/edit/{}", text(&event["id"])), &json!({"distribution": 0})).await.done();
        api.get(&api.other.reader, &view).await.refuses(404);
        let id = text(&thread["Thread"]["id"]).to_owned();
        api.get(&api.other.user, &format!("/threads/view/{id}")).await.refuses(404);
        api.post(&api.other.user, &format!("/posts/add/thread/{id}"), &json!({"message": "x"})).await.refuses(404);
        api.post(&api.other.user, &format!("/posts/delete/{}", text(&posts[1]["id"])), &Value::Null).await.refuses(404);
        assert_eq!(api.get(&api.other.user, "/threads/index").await.done(), json!([]));
        let shown = api.get(&api.home.reader, &format!("/threads/view/{id}")).await.done();
        assert_eq!(shown["Thread"]["distribution"], "0");
        api.post(&api.home.user, &format!("/events/delete/{}", text(&event["id"])), &Value::Null).await.done();
        api.get(&api.admin, &format!("/threads/view/{id}")).await.refuses(404);
    }

    async fn threads_of_their_own_have_a_level(api: TestApi) {
        let add = async |body: Value| {
            let thread = api.post(&api.home.user, "/posts/add", &body).await.done();
            text(&thread["Thread"]["id"]).to_owned()
        };
        let open = add(json!({"title": "Open", "message": "m"})).await;
        let own = add(json!({"title": "Own", "message": "m", "distribution": 0})).await;
        api.get(&api.other.reader, &format!("/threads/view/{open}")).await.done();
        api.get(&api.other.reader, &format!("/threads/view/{own}")).await.refuses(404);
        let listed = api.get(&api.other.reader, "/threads/index").await.done();
        assert_eq!(listed.as_array().unwrap().len(), 1);
        let listed = api.get(&api.home.reader, "/threads/index/title:Own").await.done();
        assert_eq!(listed[0]["Thread"]["title"], "Own");
        for bad in [json!({"title": "T"}), json!({"message": "m"}), json!({"title": "T", "message": "m", "distribution": 5})] {
            api.post(&api.home.user, "/posts/add", &bad).await.refuses(403);
        }
        api.post(&api.home.reader, "/posts/add", &json!({"title": "T", "message": "m"})).await.refuses(403);
    }

    async fn authors_change_what_they_said(api: TestApi) {
        let thread = api.post(&api.home.user, "/posts/add", &json!({"title": "T", "message": "one"})).await.done();
        let post = text(&thread["Thread"]["Post"][0]["id"]).to_owned();
        let id = text(&thread["Thread"]["id"]).to_owned();
        api.post(&api.home.publisher, &format!("/posts/edit/{post}"), &json!({"contents": "x"})).await.refuses(403);
        api.post(&api.home.publisher, &format!("/posts/delete/{post}"), &Value::Null).await.refuses(403);
        api.instance.advance(60);
        let edited = api.post(&api.home.user, &format!("/posts/edit/{post}"), &json!({"contents": "two"})).await.done();
        assert_eq!(said(&edited), ["two"]);
        assert_ne!(edited["Thread"]["Post"][0]["date_modified"], edited["Thread"]["Post"][0]["date_created"]);
        api.post(&api.admin, &format!("/posts/delete/{post}"), &Value::Null).await.done();
        api.get(&api.home.user, &format!("/threads/view/{id}")).await.refuses(404);
        let setting = "/servers/serverSettingsEdit/MISP.discussion_disable";
        api.post(&api.admin, setting, &json!({"value": true})).await.done();
        api.post(&api.home.user, "/posts/add", &json!({"title": "T", "message": "m"})).await.refuses(403);
        api.get(&api.home.user, "/threads/index").await.refuses(403);
    }

    async fn editors_learn_of_each_other(api: TestApi) {
        let event = api.event(&api.home.user, &json!({"info": "x", "distribution": 1})).await;
        let id = text(&event["id"]);
        let add = format!("/events/addEventLock/{id}");
        let check = format!("/events/checkLocks/{id}/{}", text(&event["timestamp"]));
        assert_eq!(api.get(&api.home.user, &check).await.status, 204);
        api.post(&api.other.user, &add, &json!({})).await.refuses(403);
        let lock = api.post(&api.home.user, &add, &json!({})).await.done()["lock_id"].clone();
        // one's own lock is nothing to be told of, and taking it again keeps it
        assert_eq!(api.get(&api.home.user, &check).await.status, 204);
        assert_eq!(api.post(&api.home.user, &add, &json!({})).await.done()["lock_id"], lock);
        let told = api.get(&api.home.publisher, &check).await.done();
        assert_eq!(told["editors"], json!(["user@home.example"]));
        assert_eq!(api.get(&api.other.user, &check).await.done()["editors"], json!(["another user"]));
        api.post(&api.home.publisher, &format!("/events/removeEventLock/{id}/{lock}"), &json!({})).await.done();
        assert_eq!(api.get(&api.home.publisher, &check).await.status, 200);
        // an edit prolongs it
        api.instance.advance(600);
        api.post(&api.home.user, &format!("/attributes/add/{id}"), &json!({"type": "text", "value": "v"})).await.done();
        api.instance.advance(600);
        let told = api.get(&api.home.publisher, &check).await.done();
        assert_eq!((&told["outdated"], told["editors"].as_array().unwrap().len()), (&json!(true), 1));
        api.instance.advance(301);
        let told = api.get(&api.home.publisher, &check).await.done();
        assert_eq!(told["editors"], json!([]));
        let lock = api.post(&api.home.user, &add, &json!({})).await.done()["lock_id"].clone();
        let gone = api.post(&api.home.user, &format!("/events/removeEventLock/{id}/{lock}"), &json!({})).await.done();
        assert_eq!(gone["deleted"], json!(true));
        let setting = "/servers/serverSettingsEdit/MISP.disable_event_locks";
        api.post(&api.admin, setting, &json!({"value": true})).await.done();
        assert_eq!(api.post(&api.home.user, &add, &json!({})).await.done()["lock_id"], json!(0));
    }
}
