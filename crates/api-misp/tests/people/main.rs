//! Organisations, accounts, roles, keys and settings as clients ask for them, on both databases.
#![expect(clippy::unwrap_used, reason = "a failure is the test's outcome")]
#![expect(
    clippy::indexing_slicing,
    reason = "a missing key of an answer is null, and the test's outcome"
)]

mod answers;
mod keys;
mod organisations;
mod registrations;
mod roles;
mod settings;
mod users;

use entente_api_misp::serve;
use entente_engine::App;
use entente_testkit::instance::ADMIN_KEY;
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};

/// A client with a key.
struct Client {
    app: App,
    key: String,
}

impl Client {
    fn new(app: &App, key: &str) -> Self {
        Self {
            app: app.clone(),
            key: key.to_owned(),
        }
    }

    fn admin(app: &App) -> Self {
        Self::new(app, ADMIN_KEY)
    }

    async fn ask(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let text = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let request = http::Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", &self.key)
            .header("accept", "application/json")
            .header("content-type", "application/json")
            .body(Full::new(bytes::Bytes::from(text)))
            .unwrap();
        let response = serve(self.app.clone(), request, Some([192, 0, 2, 1].into())).await;
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        self.ask("GET", path, &Value::Null).await
    }

    async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.ask("POST", path, body).await
    }

    /// A POST that must succeed.
    async fn done(&self, path: &str, body: &Value) -> Value {
        let (status, answer) = self.post(path, body).await;
        assert_eq!(status, 200, "{path} {body}: {answer}");
        answer
    }

    /// Adds an organisation; answers its id.
    async fn add_org(&self, name: &str) -> String {
        let answer = self
            .done("/admin/organisations/add", &json!({ "name": name }))
            .await;
        text(&answer["Organisation"]["id"])
    }

    /// Adds a user; answers its id and a client with its key.
    async fn add_user(&self, email: &str, org: &str, role: &str) -> (String, Self) {
        let body = json!({ "email": email, "org_id": org, "role_id": role });
        let answer = self.done("/admin/users/add", &body).await;
        let key = text(&answer["User"]["authkey"]);
        (text(&answer["User"]["id"]), Self::new(&self.app, &key))
    }

    /// The newest row of the log about a kind of thing, as `(action, title, change)`.
    async fn last_log(&self, model: &str) -> (String, String, Option<String>) {
        let rows = self
            .done("/admin/logs/index", &json!({ "model": model, "limit": 1 }))
            .await;
        let row = &rows[0]["Log"];
        let change = row["change"].as_str().map(str::to_owned);
        (text(&row["action"]), text(&row["title"]), change)
    }

    /// Changes a setting of the instance.
    async fn configure(&self, name: &str, value: &Value) {
        self.done(
            &format!("/servers/serverSettingsEdit/{name}"),
            &json!({ "value": value }),
        )
        .await;
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
