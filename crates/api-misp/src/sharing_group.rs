//! Sharing groups. spec: 03#11
use crate::answer::Answer;
use crate::call::{Call, truthy};
use crate::describe;
use crate::failure::Failure;
use crate::routes::{Outcome, routes};
use entente_engine::sharing_group::{self, Removal, member::Membership};
use entente_engine::{Ctx, Error};
use entente_misp::read::{ReadError, field};
use entente_misp::sharing_group::{Surroundings, row, view as shape};
use entente_model::draft::{Given, GroupServerDraft, OrgDraft, SharingGroupDraft};
use entente_model::id::{OrgId, Ref, SharingGroupId};
use entente_model::organisation::Organisation;
use entente_model::sharing_group::SharingGroup;
use serde_json::{Map, Value, json};

routes! {
    "sharinggroups": {
        "index" => index,
        "view" => view,
        "add" => add,
        "edit" => edit,
        "delete" => delete,
        "addorg" => add_org,
        "removeorg" => remove_org,
        "addserver" => add_server,
        "removeserver" => remove_server,
    }
}

fn rendered<T>(
    ctx: &Ctx<'_, '_>,
    group: &SharingGroup,
    sync_org: Option<OrgId>,
    render: impl FnOnce(&Surroundings<'_>) -> T,
) -> T {
    let org = |id: OrgId| -> Option<&Organisation> { ctx.directory.org(id).map(AsRef::as_ref) };
    render(&Surroundings {
        sync_org: sync_org.and_then(org),
        ..crate::event::group::around(ctx, group, &org)
    })
}

async fn index(call: Call) -> Outcome {
    let active = call.arg(0).or_else(|| call.named("active")).map(truthy);
    let rows = call
        .read(move |ctx| {
            let groups = sharing_group::list(ctx, active);
            Ok(groups
                .iter()
                .map(|group| {
                    let (edit, delete) = (
                        sharing_group::editable(ctx, group),
                        sharing_group::deletable(ctx, group),
                    );
                    rendered(ctx, group, None, |around| row(group, around, edit, delete))
                })
                .collect::<Vec<Value>>())
        })
        .await?;
    Ok(Answer::json(&json!({ "response": rows })))
}

async fn view(call: Call) -> Outcome {
    show(&call, call.reference(0))
        .await
        .map_err(|failure| failure.absent_is_not_allowed(&call))
}

async fn show(call: &Call, group: Option<Ref>) -> Outcome {
    let shown = call
        .read(move |ctx| {
            let group = sharing_group::find(ctx, group)?;
            let sync_org = sharing_group::sync_org(ctx, &group)?;
            Ok(rendered(ctx, &group, sync_org, |around| shape(&group, around)))
        })
        .await?;
    Ok(Answer::json(&shown))
}

fn by_id(group: SharingGroupId) -> Option<Ref> {
    Some(Ref::Id(group.0))
}

/// Validation errors of groups are one text. spec: 03#11
fn save_failure(error: Error, action: &str, url: String) -> Failure {
    match error {
        Error::Fields(errors) => Failure::save(action, "SharingGroup", url, Value::from(errors.to_string())),
        other => other.into(),
    }
}

async fn add(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let draft = match entente_misp::read::sharing_group(call.body.reader()?) {
        // Fails for want of a name, as any without one.
        Err(ReadError::Empty) => SharingGroupDraft::default(),
        read => read?,
    };
    let group = call
        .write(move |ctx| sharing_group::create(ctx, &draft, false))
        .await
        .map_err(|error| save_failure(error, "add", "/sharing_groups/add".to_owned()))?;
    show(&call, by_id(group)).await
}

async fn edit(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let draft = entente_misp::read::sharing_group(call.body.reader()?)?;
    let group = call.reference(0);
    let url = format!("/sharing_groups/edit/{}", call.arg(0).unwrap_or_default());
    let group = call
        .write(move |ctx| sharing_group::edit(ctx, group, &draft))
        .await
        .map_err(|error| save_failure(error, "edit", url))?;
    show(&call, by_id(group)).await
}

async fn delete(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let group = call.reference(0);
    let url = format!("/sharing_groups/delete/{}", call.arg(0).unwrap_or_default());
    let removal = call
        .write(move |ctx| sharing_group::remove(ctx, group))
        .await
        .map_err(refused)?;
    match removal {
        Removal::Removed(id) => Ok(Answer::success(
            "SharingGroup deleted",
            &url,
            Some(&id.to_string()),
        )),
        Removal::InUse(_, table) => Err(Failure::save(
            "delete",
            "SharingGroup",
            url,
            Value::from(format!("The sharing group is in use ({table}).")),
        )),
    }
}

/// MISP answers what may not be done to a group and what is not there alike.
fn refused(error: Error) -> Failure {
    match error {
        Error::NotFound(_) | Error::Denied(_) => Failure::not_allowed("Action not allowed."),
        other => other.into(),
    }
}

/// The group, and what the rest of the body or the path says about a member.
struct Subject {
    group: Option<Ref>,
    body: Map<String, Value>,
    member: Option<String>,
}

impl Subject {
    fn of(call: &Call) -> Result<Self, Failure> {
        let body = call.json_map("SharingGroup")?;
        let given = ["sg_uuid", "sg_id", "sharing_group_id"]
            .iter()
            .find_map(|key| field::reference(&body, key).value());
        Ok(Self {
            group: call.reference(0).or(given),
            member: call.arg(1).map(str::to_owned),
            body,
        })
    }

    fn flag(&self, key: &str, in_path: Option<&str>) -> bool {
        in_path.map_or_else(|| field::flag(&self.body, key).or(false), truthy)
    }

    fn org(&self) -> OrgDraft {
        let text = |key: &str| field::text(&self.body, key);
        let named = self
            .member
            .clone()
            .or_else(|| text("org_uuid"))
            .or_else(|| text("org_id"))
            .or_else(|| text("org_name"))
            .unwrap_or_default();
        match Ref::parse(&named) {
            Some(Ref::Id(id)) => OrgDraft {
                id: Some(id),
                ..OrgDraft::default()
            },
            Some(Ref::Uuid(uuid)) => OrgDraft {
                uuid: Some(uuid),
                ..OrgDraft::default()
            },
            None => OrgDraft {
                name: Some(named),
                ..OrgDraft::default()
            },
        }
    }

    fn server(&self, all_orgs: bool) -> GroupServerDraft {
        let id = match &self.member {
            Some(text) => text.parse().ok(),
            None => match field::int(&self.body, "server_id") {
                Given::Value(id) => Some(id),
                Given::Absent | Given::Invalid => None,
            },
        };
        GroupServerDraft {
            url: field::text(&self.body, "server_url").filter(|_| id.is_none()),
            id,
            all_orgs,
        }
    }
}

fn answered(
    outcome: Result<Membership, Error>,
    call: &Call,
    action: &str,
    done: &str,
    unchanged: &str,
) -> Outcome {
    let url = format!("/sharing_groups/{action}");
    match outcome.map_err(refused)? {
        Membership::Changed(group) => Ok(Answer::success(done, &call.target.path, Some(&group.to_string()))),
        Membership::Unchanged(_) => Err(Failure::save(action, "SharingGroup", url, Value::from(unchanged))),
    }
}

async fn add_org(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let subject = Subject::of(&call)?;
    let (group, org, extend) = (subject.group, subject.org(), subject.flag("extend", call.arg(2)));
    let outcome = call
        .write(move |ctx| sharing_group::member::add_org(ctx, group, &org, extend))
        .await;
    let (done, unchanged) = (
        "Organisation added to the sharing group.",
        "Organisation is already in the sharing group.",
    );
    answered(outcome, &call, "addOrg", done, unchanged)
}

async fn remove_org(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let subject = Subject::of(&call)?;
    let (group, org) = (subject.group, subject.org());
    let outcome = call
        .write(move |ctx| sharing_group::member::remove_org(ctx, group, &org))
        .await;
    let (done, unchanged) = (
        "Organisation removed from the sharing group.",
        "Organisation is not in the sharing group.",
    );
    answered(outcome, &call, "removeOrg", done, unchanged)
}

async fn add_server(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let subject = Subject::of(&call)?;
    let (group, server) = (
        subject.group,
        subject.server(subject.flag("all_orgs", call.arg(2))),
    );
    let outcome = call
        .write(move |ctx| sharing_group::member::add_server(ctx, group, &server))
        .await;
    let (done, unchanged) = (
        "Server added to the sharing group.",
        "Server is already in the sharing group.",
    );
    answered(outcome, &call, "addServer", done, unchanged)
}

async fn remove_server(call: Call) -> Outcome {
    if call.is_read() {
        return describe::answer(&call);
    }
    let subject = Subject::of(&call)?;
    let (group, server) = (subject.group, subject.server(false));
    let outcome = call
        .write(move |ctx| sharing_group::member::remove_server(ctx, group, &server))
        .await;
    let (done, unchanged) = (
        "Server removed from the sharing group.",
        "Server is not in the sharing group.",
    );
    answered(outcome, &call, "removeServer", done, unchanged)
}
