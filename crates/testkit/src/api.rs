//! The MISP surface called in process, on a prepared instance with two organisations.
//!
//! No socket is opened: a request goes into [`entente_api_misp::serve`] as the server would hand it over,
//! so what a test sees is what a client gets.
//!
//! ```text
//! api_test! {
//!     async fn readers_read(api: TestApi) {
//!         let reply = api.post(&api.home.reader, "/events/add", &json!({"info": "x"})).await;
//!         reply.refuses(403);
//!     }
//! }
//! ```

use std::collections::BTreeMap;
use std::net::IpAddr;

use bytes::Bytes;
use entente_engine::Error;
use entente_model::id::{OrgId, UserId};
use http::{HeaderMap, Method, Request};
use http_body_util::{BodyExt, Full};
use serde_json::Value;

use crate::database::Engine;
use crate::instance::{ADMIN_KEY, Failure, TestInstance, role};

/// Where requests come from unless a test says otherwise.
pub const ADDRESS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

/// An instance with two organisations that have an account of each default role.
pub struct TestApi {
    /// The instance.
    pub instance: TestInstance,
    /// The site administrator's key.
    pub admin: Key,
    /// An organisation, the one whose data tests usually protect.
    pub home: Team,
    /// Another organisation.
    pub other: Team,
}

/// The accounts of one organisation by role; each has a working key.
pub struct Team {
    /// The organisation.
    pub org: OrgId,
    /// Manages the organisation's users, publishes.
    pub org_admin: Key,
    /// Adds events.
    pub user: Key,
    /// Adds and publishes events.
    pub publisher: Key,
    /// A peer.
    pub sync: Key,
    /// Reads.
    pub reader: Key,
}

impl Team {
    /// Every account with the name of its role.
    pub fn members(&self) -> impl Iterator<Item = (&'static str, &Key)> {
        [
            ("org admin", &self.org_admin),
            ("user", &self.user),
            ("publisher", &self.publisher),
            ("sync", &self.sync),
            ("reader", &self.reader),
        ]
        .into_iter()
    }
}

/// An account and the text of its key.
#[derive(Debug, Clone)]
pub struct Key {
    /// The account.
    pub user: UserId,
    /// What goes into `Authorization`.
    pub text: String,
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
    /// What was asked, for messages.
    asked: String,
}

impl Reply {
    /// The body as JSON, or null.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header as text, empty when it is missing.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The `message` of an error body.
    #[must_use]
    pub fn message(&self) -> String {
        self.json()
            .get("message")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    }

    /// The body, after asserting that the request succeeded.
    ///
    /// # Panics
    /// If it did not.
    #[track_caller]
    pub fn done(&self) -> Value {
        assert_eq!(self.status, 200, "{}: {}", self.asked, self.text());
        self.json()
    }

    /// Asserts a refusal with this status in the shape of spec 02#8.1: JSON with `name`, `message`, `url`.
    ///
    /// # Panics
    /// If it is none.
    #[track_caller]
    pub fn refuses(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{}: {}", self.asked, self.text());
        self.is_refusal()
    }

    /// Asserts a refusal with any status below 500.
    ///
    /// # Panics
    /// If it is none.
    #[track_caller]
    pub fn is_refusal(&self) -> &Self {
        assert!(
            (400..500).contains(&self.status),
            "{}: {} {}",
            self.asked,
            self.status,
            self.text()
        );
        assert!(
            self.header("content-type").starts_with("application/json"),
            "{}: {}",
            self.asked,
            self.header("content-type")
        );
        let body = self.json();
        for key in ["name", "message", "url"] {
            let text = body.get(key).and_then(Value::as_str).unwrap_or_default();
            assert!(!text.is_empty(), "{}: no {key} in {body}", self.asked);
        }
        self
    }

    /// Asserts that the server has not failed.
    ///
    /// # Panics
    /// If it has.
    #[track_caller]
    pub fn is_answered(&self) -> &Self {
        assert!(
            self.status < 500,
            "{}: {} {}",
            self.asked,
            self.status,
            self.text()
        );
        self
    }
}

/// One request being put together.
#[must_use]
pub struct Asking<'a> {
    api: &'a TestApi,
    request: http::request::Builder,
    body: Bytes,
    address: Option<IpAddr>,
}

impl Asking<'_> {
    /// As the holder of a key.
    pub fn key(self, key: &Key) -> Self {
        self.header("authorization", &key.text)
    }

    /// With a header.
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.request = self.request.header(name, value.as_ref());
        self
    }

    /// With a JSON body.
    pub fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json")
            .body(body.to_string())
    }

    /// With a body of any kind.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// From another address than [`ADDRESS`].
    pub fn from(mut self, address: Option<IpAddr>) -> Self {
        self.address = address;
        self
    }

    /// Sends it.
    ///
    /// # Panics
    /// If it is no HTTP request, or its answer breaks off.
    pub async fn send(self) -> Reply {
        let body = self.body;
        let request = self.request.body(Full::new(body));
        assert!(request.is_ok(), "no request: {:?}", request.err());
        let Ok(request) = request else { unreachable!() };
        self.api.serve(request, self.address).await
    }
}

impl TestApi {
    /// The instance with its organisations and accounts.
    ///
    /// # Errors
    /// [`Failure`]
    pub async fn open(engine: Engine) -> Result<Self, Failure> {
        let instance = TestInstance::open(engine).await?;
        let admin = Key {
            user: instance.admin.user.id,
            text: ADMIN_KEY.to_owned(),
        };
        let home = team(&instance, "Home CERT", "home").await?;
        let other = team(&instance, "Other CERT", "other").await?;
        Ok(Self {
            instance,
            admin,
            home,
            other,
        })
    }

    /// A request to put together.
    pub fn ask(&self, method: &str, path: &str) -> Asking<'_> {
        Asking {
            api: self,
            request: Request::builder().method(method).uri(path),
            body: Bytes::new(),
            address: Some(ADDRESS),
        }
    }

    /// A GET by the holder of a key.
    pub async fn get(&self, key: &Key, path: &str) -> Reply {
        self.ask("GET", path).key(key).send().await
    }

    /// A POST of JSON by the holder of a key; null sends no body.
    pub async fn post(&self, key: &Key, path: &str, body: &Value) -> Reply {
        let asking = self.ask("POST", path).key(key);
        if body.is_null() {
            asking.send().await
        } else {
            asking.json(body).send().await
        }
    }

    /// A POST of bytes that claim to be JSON.
    pub async fn post_bytes(&self, key: &Key, path: &str, body: impl Into<Bytes>) -> Reply {
        self.ask("POST", path)
            .key(key)
            .header("content-type", "application/json")
            .body(body)
            .send()
            .await
    }

    /// Any request with any body, for bodies that are streams.
    ///
    /// # Panics
    /// If the answer breaks off.
    pub async fn serve<B>(&self, request: Request<B>, address: Option<IpAddr>) -> Reply
    where
        B: http_body::Body<Data = Bytes> + Send + Unpin,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let asked = format!("{} {}", request.method(), request.uri());
        let head = request.method() == Method::HEAD;
        let response = entente_api_misp::serve(self.instance.app.clone(), request, address).await;
        let (parts, body) = response.into_parts();
        let body = body.collect().await;
        assert!(body.is_ok(), "{asked}: {:?}", body.err());
        let body = body.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        assert!(!head || body.is_empty(), "{asked}: a body after HEAD");
        Reply {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body,
            asked,
        }
    }

    /// Adds an event as the holder of a key; answers what the creator sees of it.
    ///
    /// # Panics
    /// If it is refused.
    pub async fn event(&self, key: &Key, body: &Value) -> Value {
        let added = self.post(key, "/events/add", body).await.done();
        added.get("Event").cloned().unwrap_or_default()
    }

    /// The number of rows of every table. Two equal counts around a request mean that it stored nothing;
    /// every change of content leaves a row in `change`, so edits in place are seen too.
    ///
    /// # Panics
    /// If the database fails.
    pub async fn rows(&self) -> BTreeMap<String, i64> {
        let counted = self.instance.app.read_system(|tx| {
            let mut rows = BTreeMap::new();
            for table in tables() {
                let sql = format!("SELECT COUNT(*) FROM {table}");
                let count = tx.first(&sql, &[], |row| Ok::<_, Error>(row.get_int(0)?))?;
                rows.insert(table, count.unwrap_or_default());
            }
            Ok(rows)
        });
        let counted = counted.await;
        assert!(counted.is_ok(), "{:?}", counted.err());
        counted.unwrap_or_default()
    }
}

/// The tables that the migrations create.
fn tables() -> impl Iterator<Item = String> {
    let sql = entente_store::MIGRATIONS.iter().map(|migration| migration.sql);
    sql.flat_map(|sql| sql.split("CREATE TABLE ").skip(1))
        .filter_map(|rest| rest.split_whitespace().next())
        .map(str::to_owned)
}

async fn team(instance: &TestInstance, name: &str, domain: &str) -> Result<Team, Failure> {
    let org = instance.add_org(name).await?;
    let add = async |account: &str, role| {
        let actor = instance
            .add_user(&format!("{account}@{domain}.example"), org, role)
            .await?;
        let user = actor.user.id;
        let text = TestInstance::key_of(user);
        Ok::<_, Failure>(Key { user, text })
    };
    Ok(Team {
        org,
        org_admin: add("admin", role::ORG_ADMIN).await?,
        user: add("user", role::USER).await?,
        publisher: add("publisher", role::PUBLISHER).await?,
        sync: add("sync", role::SYNC).await?,
        reader: add("reader", role::READ_ONLY).await?,
    })
}

/// Runs a test body. Used by [`crate::api_test`].
///
/// # Panics
/// If there is no instance, or the body panics.
pub fn run<F: Future<Output = ()>>(engine: Engine, body: impl FnOnce(TestApi) -> F) {
    crate::instance::run_on(TestApi::open(engine), body);
}

/// Declares tests that run on both engines, as `name::sqlite` and `name::postgres`.
#[macro_export]
macro_rules! api_test {
    ($($(#[$attribute:meta])* async fn $name:ident($api:ident : $kind:ty) $body:block)+) => {$(
        mod $name {
            use super::*;

            async fn body($api: $kind) $body

            $(#[$attribute])*
            #[test]
            fn sqlite() {
                $crate::api::run($crate::database::Engine::Sqlite, body);
            }

            $(#[$attribute])*
            #[test]
            fn postgres() {
                $crate::api::run($crate::database::Engine::Postgres, body);
            }
        }
    )+};
}
