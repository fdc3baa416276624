//! Whatever is done to an event, each label in it is what its level, group, tags and surroundings say.
//!
//! Labels are kept up to date piece by piece, which is where mistakes would hide; here they are derived
//! from the stored rows alone and compared. spec: 10#1.9
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failure is the test's outcome"
)]

mod derive;
mod hidden;
mod large;
mod merge;

use derive::mistakes;
use entente_testkit::api::{Key, TestApi};
use entente_testkit::api_test;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::{Value, json};

/// Tags that restrict in different ways, and one that does not.
const TAGS: [&str; 8] = [
    "tlp:red",
    "tlp:amber",
    "tlp:clear",
    "PAP:RED",
    "entente:rel=\"FRA\"",
    "entente:rel=\"DEU,FRA\"",
    "entente:no-notify",
    "free:tag",
];

/// A level and, for level 4, one of two groups.
type Level = (u8, usize);

#[derive(Debug, Clone)]
enum Step {
    /// Changes the event's level.
    Level(Level),
    /// Attaches or detaches tags in an edit of the event.
    Tags(usize, bool),
    /// Adds attributes with these levels, each perhaps with a tag.
    Attributes(Vec<(u8, usize, Option<usize>)>),
    /// Changes an attribute's level, perhaps with a tag.
    Attribute(usize, Level, Option<(usize, bool)>),
    /// Adds an object with members.
    Object(Level, Vec<(u8, usize, Option<usize>)>),
    /// Changes an object's level; perhaps with a further member.
    ObjectLevel(usize, Level, bool),
    /// Adds a report.
    Report(Level),
    /// Changes a report's level.
    ReportLevel(usize, Level),
    /// Attaches a tag to the event or an attribute, locally or not.
    Attach(Option<usize>, usize, bool),
    /// Takes a tag off.
    Detach(Option<usize>, usize),
    /// Gives a tag another meaning.
    Rename(bool),
    Publish,
    Unpublish,
    Delete(usize),
    Restore(usize),
    /// A peer brings a tag that puts the event or an attribute into quarantine, or an officer takes it off.
    Spill(Option<usize>, bool),
    Delegate,
    Discard,
    Accept,
}

const CLASSIFIED: &str = "euci:R-UE/EU-R";

fn level() -> impl Strategy<Value = Level> {
    (0_u8..=4, 0_usize..2)
}

fn inner() -> impl Strategy<Value = Level> {
    (0_u8..=5, 0_usize..2)
}

fn items() -> impl Strategy<Value = Vec<(u8, usize, Option<usize>)>> {
    prop::collection::vec((0_u8..=5, 0_usize..2, prop::option::of(0..TAGS.len())), 1..4)
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => level().prop_map(Step::Level),
        2 => (0..TAGS.len(), any::<bool>()).prop_map(|(tag, off)| Step::Tags(tag, off)),
        3 => items().prop_map(Step::Attributes),
        2 => (0_usize..8, inner(), prop::option::of((0..TAGS.len(), any::<bool>()))).prop_map(|(n, level, tag)| Step::Attribute(n, level, tag)),
        2 => (inner(), items()).prop_map(|(level, members)| Step::Object(level, members)),
        2 => (0_usize..4, inner(), any::<bool>()).prop_map(|(n, level, more)| Step::ObjectLevel(n, level, more)),
        1 => inner().prop_map(Step::Report),
        1 => (0_usize..3, inner()).prop_map(|(n, level)| Step::ReportLevel(n, level)),
        3 => (prop::option::of(0_usize..8), 0..=TAGS.len(), any::<bool>()).prop_map(|(n, tag, local)| Step::Attach(n, tag, local)),
        2 => (prop::option::of(0_usize..8), 0..=TAGS.len()).prop_map(|(n, tag)| Step::Detach(n, tag)),
        1 => any::<bool>().prop_map(Step::Rename),
        3 => Just(Step::Publish),
        1 => Just(Step::Unpublish),
        1 => (0_usize..8).prop_map(Step::Delete),
        1 => (0_usize..8).prop_map(Step::Restore),
        2 => (prop::option::of(0_usize..8), any::<bool>()).prop_map(|(n, off)| Step::Spill(n, off)),
        2 => Just(Step::Delegate),
        1 => Just(Step::Discard),
        1 => Just(Step::Accept),
    ]
}

/// What the steps refer to.
struct Stage<'a> {
    api: &'a TestApi,
    /// A site administrator who sees what is in quarantine.
    officer: &'a Key,
    groups: Vec<Value>,
    /// The tag that changes its meaning.
    turncoat: Value,
    event: i64,
    uuid: Value,
    serial: usize,
}

impl Stage<'_> {
    async fn post(&self, path: &str, body: &Value) -> Value {
        self.send(self.officer, path, body).await
    }

    /// Steps may be refused, as an accepted delegation changes who may do what, but never fail.
    async fn send(&self, key: &Key, path: &str, body: &Value) -> Value {
        self.api.post(key, path, body).await.is_answered().json()
    }

    async fn edit(&self, body: Value) {
        self.post(&format!("/events/edit/{}", self.event), &body).await;
    }

    fn with_level(&self, mut body: Value, (level, group): Level) -> Value {
        body["distribution"] = json!(level);
        if level == 4 {
            body["sharing_group_id"] = self.groups[group].clone();
        }
        body
    }

    fn attribute(&mut self, (level, group, tag): (u8, usize, Option<usize>)) -> Value {
        self.serial += 1;
        let body =
            json!({"type": "text", "value": format!("value {}", self.serial), "object_relation": "text"});
        let mut body = self.with_level(body, (level, group));
        if let Some(tag) = tag {
            body["Tag"] = json!([{"name": TAGS[tag]}]);
        }
        body
    }

    /// The n-th row of a table that belongs to the event, counted round.
    async fn row(&self, table: &'static str, n: usize) -> Option<(i64, String)> {
        let event = self.event;
        let rows = self.api.instance.app.read_system(move |tx| {
            let sql = format!("SELECT id, uuid FROM {table} WHERE id BETWEEN $1 AND $2 ORDER BY id");
            let range = [(event << 24).into(), ((event << 24) + 0xff_ffff).into()];
            tx.all(&sql, &range, |row| {
                Ok::<_, entente_engine::Error>((row.get_int(0)?, row.get_uuid(1)?.to_string()))
            })
        });
        let rows = rows.await.unwrap();
        rows.get(n.checked_rem(rows.len())?).cloned()
    }

    async fn target(&self, attribute: Option<usize>) -> Option<Value> {
        match attribute {
            None => Some(self.uuid.clone()),
            Some(n) => self.row("attribute", n).await.map(|(_, uuid)| json!(uuid)),
        }
    }

    fn tag(&self, n: usize) -> Value {
        TAGS.get(n)
            .map_or_else(|| self.turncoat.clone(), |name| json!(name))
    }

    /// The event's delegation.
    async fn delegation(&self) -> Option<i64> {
        let event = self.event;
        let found = self.api.instance.app.read_system(move |tx| {
            tx.first(
                "SELECT id FROM event_delegation WHERE event_no = $1",
                &[event.into()],
                |row| Ok::<_, entente_engine::Error>(row.get_int(0)?),
            )
        });
        found.await.unwrap()
    }

    async fn take(&mut self, step: &Step) {
        match step {
            Step::Level(level) => self.edit(self.with_level(json!({}), *level)).await,
            Step::Tags(tag, off) => {
                self.edit(json!({"Tag": [{"name": TAGS[*tag], "deleted": off}]}))
                    .await;
            }
            Step::Attributes(items) => {
                let attributes: Vec<Value> = items.iter().map(|item| self.attribute(*item)).collect();
                if attributes.len() == 1 {
                    self.post(&format!("/attributes/add/{}", self.event), &attributes[0])
                        .await;
                } else {
                    self.edit(json!({"Attribute": attributes})).await;
                }
            }
            Step::Attribute(n, level, tag) => {
                if let Some((id, _)) = self.row("attribute", *n).await {
                    let mut body = self.with_level(json!({}), *level);
                    if let Some((tag, off)) = tag {
                        body["Tag"] = json!([{"name": TAGS[*tag], "deleted": off}]);
                    }
                    self.post(&format!("/attributes/edit/{id}"), &body).await;
                }
            }
            Step::Object(level, members) => {
                let members: Vec<Value> = members.iter().map(|item| self.attribute(*item)).collect();
                let object = json!({"name": "note", "meta-category": "misc", "template_version": 1,
                    "template_uuid": "3f0a5d3e-77cb-4f0c-9a11-6e2c9d3f5b01", "Attribute": members});
                self.edit(json!({"Object": [self.with_level(object, *level)]}))
                    .await;
            }
            Step::ObjectLevel(n, level, more) => {
                if let Some((id, _)) = self.row("object", *n).await {
                    let mut body = self.with_level(json!({}), *level);
                    if *more {
                        body["Attribute"] = json!([self.attribute((level.0, 1, Some(0)))]);
                    }
                    self.post(&format!("/objects/edit/{id}"), &body).await;
                }
            }
            Step::Report(level) => {
                self.serial += 1;
                let report = json!({"name": format!("report {}", self.serial), "content": "x"});
                self.post(
                    &format!("/eventReports/add/{}", self.event),
                    &self.with_level(report, *level),
                )
                .await;
            }
            Step::ReportLevel(n, level) => {
                if let Some((id, _)) = self.row("event_report", *n).await {
                    self.post(
                        &format!("/eventReports/edit/{id}"),
                        &self.with_level(json!({"name": "x"}), *level),
                    )
                    .await;
                }
            }
            Step::Attach(to, tag, local) => {
                if let Some(uuid) = self.target(*to).await {
                    self.post(
                        "/tags/attachTagToObject",
                        &json!({"uuid": uuid, "tag": self.tag(*tag), "local": local}),
                    )
                    .await;
                }
            }
            Step::Detach(from, tag) => {
                if let Some(uuid) = self.target(*from).await {
                    self.post(
                        "/tags/removeTagFromObject",
                        &json!({"uuid": uuid, "tag": self.tag(*tag)}),
                    )
                    .await;
                }
            }
            Step::Rename(strict) => {
                let name = if *strict {
                    "tlp:amber+strict"
                } else {
                    "free:turncoat"
                };
                let id = self.turncoat.as_str().unwrap();
                self.post(&format!("/tags/edit/{id}"), &json!({"name": name}))
                    .await;
            }
            Step::Publish => drop(
                self.post(&format!("/events/publish/{}", self.event), &Value::Null)
                    .await,
            ),
            Step::Unpublish => drop(
                self.post(&format!("/events/unpublish/{}", self.event), &Value::Null)
                    .await,
            ),
            Step::Delete(n) | Step::Restore(n) => {
                if let Some((id, _)) = self.row("attribute", *n).await {
                    let action = if matches!(step, Step::Delete(_)) {
                        "delete"
                    } else {
                        "restore"
                    };
                    self.post(&format!("/attributes/{action}/{id}"), &Value::Null)
                        .await;
                }
            }
            Step::Spill(attribute, true) => {
                if let Some(uuid) = self.target(*attribute).await {
                    let body = json!({"uuid": uuid, "tag": CLASSIFIED});
                    self.post("/tags/removeTagFromObject", &body).await;
                }
            }
            Step::Spill(None, false) => {
                let (path, body) = (
                    format!("/events/edit/{}", self.event),
                    json!({"Tag": [{"name": CLASSIFIED}]}),
                );
                self.send(&self.api.home.sync, &path, &body).await;
            }
            Step::Spill(Some(n), false) => {
                if let Some((id, _)) = self.row("attribute", *n).await {
                    let body = json!({"Tag": [{"name": CLASSIFIED}]});
                    self.send(&self.api.home.sync, &format!("/attributes/edit/{id}"), &body)
                        .await;
                }
            }
            Step::Delegate => {
                let body =
                    json!({"org_id": self.api.other.org.to_string(), "distribution": 1, "message": "x"});
                self.post(&format!("/eventDelegations/delegateEvent/{}", self.event), &body)
                    .await;
            }
            Step::Discard => {
                if let Some(id) = self.delegation().await {
                    self.post(&format!("/eventDelegations/deleteDelegation/{id}"), &Value::Null)
                        .await;
                }
            }
            Step::Accept => {
                if let Some(id) = self.delegation().await {
                    self.send(
                        &self.api.other.org_admin,
                        &format!("/eventDelegations/acceptDelegation/{id}"),
                        &Value::Null,
                    )
                    .await;
                }
            }
        }
    }
}

async fn officer(api: &TestApi) -> Key {
    let role = json!({"name": "Officer", "permission": 3, "perm_site_admin": true, "perm_auth": true, "perm_release": true});
    let role = api.post(&api.admin, "/admin/roles/add", &role).await.done()["Role"]["id"].clone();
    let user = json!({"email": "officer@admin.test", "org_id": "1", "role_id": role});
    let user = api.post(&api.admin, "/admin/users/add", &user).await.done()["User"].clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    Key {
        user: entente_model::id::UserId(text(&user["id"]).parse().unwrap()),
        text: text(&user["authkey"]),
    }
}

/// A new event with something of each kind in it.
async fn stage<'a>(api: &'a TestApi, officer: &'a Key, groups: &[Value], turncoat: &Value) -> Stage<'a> {
    let attributes =
        json!([{"type": "text", "value": "plain"}, {"type": "text", "value": "own", "distribution": 0}]);
    let event = api
        .event(
            &api.home.publisher,
            &json!({"info": "labels", "distribution": 0, "Attribute": attributes}),
        )
        .await;
    Stage {
        api,
        officer,
        groups: groups.to_vec(),
        turncoat: turncoat.clone(),
        event: event["id"].as_str().unwrap().parse().unwrap(),
        uuid: event["uuid"].clone(),
        serial: 0,
    }
}

async fn labels_stay_right(
    api: &TestApi,
    officer: &Key,
    groups: &[Value],
    turncoat: &Value,
    steps: &[Step],
) -> Result<(), TestCaseError> {
    let mut stage = stage(api, officer, groups, turncoat).await;
    for (n, step) in steps.iter().enumerate() {
        stage.take(step).await;
        let mistakes = mistakes(api, stage.event).await;
        prop_assert!(mistakes.is_empty(), "after step {n} {step:?}: {mistakes:#?}");
    }
    Ok(())
}

api_test! {
    async fn labels_follow_every_change(api: TestApi) {
        let setting = json!({"value": true});
        api.post(&api.admin, "/servers/serverSettingsEdit/MISP.unpublishedprivate", &setting).await.done();
        api.post(&api.admin, "/servers/serverSettingsEdit/MISP.delegation", &setting).await.done();
        let officer = officer(&api).await;
        let mut groups = Vec::new();
        for name in ["one", "two"] {
            let group = json!({"name": name, "releasability": "x"});
            groups.push(api.post(&api.admin, "/sharing_groups/add", &group).await.done()["SharingGroup"]["id"].clone());
        }
        for name in TAGS {
            api.post(&api.admin, "/tags/add", &json!({"name": name, "colour": "#ffffff"})).await.done();
        }
        let turncoat = json!({"name": "free:turncoat", "colour": "#ffffff"});
        let turncoat = api.post(&api.admin, "/tags/add", &turncoat).await.done()["Tag"]["id"].clone();
        let config = Config { cases: 64, max_shrink_iters: 200, failure_persistence: None, ..Config::default() };
        let mut runner = TestRunner::new_with_rng(config, proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha));
        let steps = prop::collection::vec(step(), 1..16);
        tokio::task::block_in_place(|| {
            let handle = tokio::runtime::Handle::current();
            let outcome = runner.run(&steps, |steps| handle.block_on(Box::pin(labels_stay_right(&api, &officer, &groups, &turncoat, &steps))));
            assert!(outcome.is_ok(), "{}", outcome.unwrap_err());
        });
    }
}
