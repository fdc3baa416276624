//! Sharing groups whose members are found by rules. spec: 08#6.1
mod rules;

use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::{Diff, Entry};
use entente_model::blueprint::Blueprint;
use entente_model::draft::Given;
use entente_model::finding::FieldErrors;
use entente_model::id::{OrgId, Ref, SharingGroupId};
use entente_model::organisation::Organisation;
use entente_model::search::{Lists, Query as Search, Subject, Term};
use entente_model::sharing_group::{GroupOrg, SharingGroup};
use entente_policy::Permission;
pub use entente_store::blueprint::Query;
use rules::{GroupName, Rules, World};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Longest name in bytes; that of groups.
const MAX_NAME: usize = 255;
const UNKNOWN: &str = "Invalid Sharing Group Blueprint.";
/// What a group made here says about itself.
const RELEASABILITY: &str = "Organisations picked by the rules of a blueprint";

/// What a caller says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Draft {
    /// Global identity.
    pub uuid: Given<Uuid>,
    /// What it is called.
    pub name: Option<String>,
    /// The tree of conditions.
    pub rules: Given<Map<String, Value>>,
}

/// Blueprints that the caller may use: its organisation's, or all for site administrators.
///
/// # Errors
/// Of the database.
pub fn search(ctx: &mut Ctx<'_, '_>, query: &Query) -> Result<Vec<Blueprint>> {
    let query = Query {
        org: (!ctx.actor.is_site_admin()).then(|| ctx.actor.org_id()),
        ..query.clone()
    };
    Ok(entente_store::blueprint::search(ctx.tx, &query)?)
}

/// A blueprint that the caller may use.
///
/// # Errors
/// `NotFound`.
pub fn find(ctx: &mut Ctx<'_, '_>, blueprint: Option<Ref>) -> Result<Blueprint> {
    let found = match blueprint {
        Some(blueprint) => entente_store::blueprint::find(ctx.tx, blueprint)?,
        None => None,
    };
    let (org, all) = (ctx.actor.org_id(), ctx.actor.is_site_admin());
    found
        .filter(|row| all || row.org == org)
        .ok_or_else(|| Error::not_found(UNKNOWN))
}

fn authorise(ctx: &Ctx<'_, '_>) -> Result<()> {
    if ctx.actor.can(Permission::SharingGroup) {
        Ok(())
    } else {
        Err(Error::denied("You are not authorised to do that."))
    }
}

/// Adds a blueprint of the caller's organisation. No group is made before it is executed.
///
/// # Errors
/// `Denied`, `Fields`.
pub fn add(ctx: &mut Ctx<'_, '_>, draft: &Draft) -> Result<i64> {
    authorise(ctx)?;
    let uuid = match &draft.uuid {
        Given::Absent => ctx.new_uuid()?,
        Given::Value(uuid) if entente_store::blueprint::find(ctx.tx, Ref::Uuid(*uuid))?.is_none() => *uuid,
        _ => {
            return Err(Error::field(
                "uuid",
                "Please provide a valid, unused RFC 9562 UUID.",
            ));
        }
    };
    let blank = Blueprint {
        id: 0,
        uuid,
        name: String::new(),
        timestamp: ctx.now(),
        user: ctx.actor.user_id(),
        org: ctx.actor.org_id(),
        group: SharingGroupId::NONE,
        rules: String::new(),
    };
    let mut row = applied(ctx, &blank, draft)?;
    row.id = entente_store::blueprint::insert(ctx.tx, &row)?;
    note(ctx, "add", &row, None)?;
    Ok(row.id)
}

/// Changes a blueprint; its group follows when it is executed again.
///
/// # Errors
/// `NotFound`, `Denied`, `Fields`.
pub fn edit(ctx: &mut Ctx<'_, '_>, blueprint: Option<Ref>, draft: &Draft) -> Result<i64> {
    authorise(ctx)?;
    let before = find(ctx, blueprint)?;
    let after = applied(ctx, &before, draft)?;
    entente_store::blueprint::update(ctx.tx, &after)?;
    let mut diff = Diff::default();
    diff.field("name", &before.name, &after.name);
    diff.field("rules", &before.rules, &after.rules);
    note(ctx, "edit", &after, diff.into_text())?;
    Ok(after.id)
}

/// Removes a blueprint. The group made from it stays as it is.
///
/// # Errors
/// `NotFound`, `Denied`.
pub fn remove(ctx: &mut Ctx<'_, '_>, blueprint: Option<Ref>) -> Result<i64> {
    authorise(ctx)?;
    let row = find(ctx, blueprint)?;
    entente_store::blueprint::delete(ctx.tx, row.id)?;
    note(ctx, "delete", &row, None)?;
    Ok(row.id)
}

/// Lets the group of a blueprint go its own way: the next execution makes another.
///
/// # Errors
/// `NotFound`, `Denied`; `Conflict` when there is no group.
pub fn detach(ctx: &mut Ctx<'_, '_>, blueprint: Option<Ref>) -> Result<Blueprint> {
    authorise(ctx)?;
    let before = find(ctx, blueprint)?;
    if before.group.is_none() {
        return Err(Error::conflict("This blueprint has no sharing group."));
    }
    let after = Blueprint {
        group: SharingGroupId::NONE,
        ..before.clone()
    };
    entente_store::blueprint::update(ctx.tx, &after)?;
    note(
        ctx,
        "edit",
        &after,
        Some(format!("detached from sharing group {}", before.group)),
    )?;
    Ok(after)
}

fn applied(ctx: &Ctx<'_, '_>, before: &Blueprint, draft: &Draft) -> Result<Blueprint> {
    let mut errors = FieldErrors::default();
    let mut after = before.clone();
    if let Some(name) = &draft.name {
        name.trim().clone_into(&mut after.name);
    }
    if after.name.is_empty() || after.name.len() > MAX_NAME {
        errors.add("name", format!("A name of 1 to {MAX_NAME} bytes is needed."));
    }
    match &draft.rules {
        Given::Value(tree) => match Rules::read(tree) {
            Ok(_) => after.rules = Value::Object(tree.clone()).to_string(),
            Err(why) => errors.add("rules", why),
        },
        Given::Invalid => errors.add("rules", "The rules are a map of conditions, or its JSON text."),
        Given::Absent if after.rules.is_empty() => errors.add("rules", "Rules are needed."),
        Given::Absent => {}
    }
    errors.into_result()?;
    after.timestamp = ctx.now().max(before.timestamp);
    Ok(after)
}

/// The organisations that a blueprint picks now, by id.
///
/// # Errors
/// When its rules are damaged.
pub fn orgs(ctx: &Ctx<'_, '_>, blueprint: &Blueprint) -> Result<BTreeSet<OrgId>> {
    let damaged = |why: String| Error::Damaged(format!("blueprint {}: {why}", blueprint.id));
    let tree: Map<String, Value> =
        serde_json::from_str(&blueprint.rules).map_err(|error| damaged(error.to_string()))?;
    let rules = Rules::read(&tree).map_err(damaged)?;
    let group = |name: &GroupName| {
        let group = match name {
            GroupName::Id(id) => ctx.directory.group(*id),
            GroupName::Uuid(uuid) => ctx.directory.group_by_uuid(*uuid),
        };
        let seen = |group: &SharingGroup| group.org == blueprint.org || super::uses(group, blueprint.org);
        group.map(AsRef::as_ref).filter(|group| seen(group))
    };
    let orgs: Vec<&Organisation> = ctx.directory.orgs().map(AsRef::as_ref).collect();
    Ok(rules.pick(&World { orgs, group: &group }))
}

/// What executing a blueprint would do.
#[derive(Debug, Clone, Default)]
pub struct Preview {
    /// Organisations that would become members.
    pub gains: Vec<OrgId>,
    /// Organisations that would cease to be members.
    pub loses: Vec<OrgId>,
    /// Events in the group that the caller sees: those that the one would come to see and the other would lose.
    pub events: Vec<i64>,
}

/// What executing a blueprint would do, nothing done.
///
/// # Errors
/// `NotFound`; of the database.
pub fn preview(ctx: &mut Ctx<'_, '_>, blueprint: Option<Ref>) -> Result<Preview> {
    let row = find(ctx, blueprint)?;
    let wanted = orgs(ctx, &row)?;
    let present: BTreeSet<OrgId> = match ctx.directory.group(row.group) {
        Some(group) => group.orgs.iter().map(|member| member.org).collect(),
        None => BTreeSet::new(),
    };
    let events = if row.group.is_none() {
        Vec::new()
    } else {
        let term = Term::SharingGroup(Lists::one(row.group.0));
        crate::search::event_ids(ctx, &Search::of(Subject::Event).with(term))?
    };
    Ok(Preview {
        gains: wanted.difference(&present).copied().collect(),
        loses: present.difference(&wanted).copied().collect(),
        events,
    })
}

/// What became of executing blueprints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Executed {
    /// Blueprints looked at.
    pub matched: usize,
    /// Groups made.
    pub created: usize,
    /// Groups whose members have changed.
    pub updated: usize,
    /// Blueprints whose group could not be made or may not be changed.
    pub failed: usize,
}

/// Makes the groups of blueprints have the members that their rules pick; all that the caller may use without one
/// named.
///
/// # Errors
/// `NotFound`, `Denied`; of the database.
pub fn execute(ctx: &mut Ctx<'_, '_>, blueprint: Option<Ref>) -> Result<Executed> {
    authorise(ctx)?;
    let rows = match blueprint {
        Some(_) => vec![find(ctx, blueprint)?],
        None => search(ctx, &Query::default())?,
    };
    let mut executed = Executed::default();
    for row in rows {
        executed.matched += 1;
        let wanted = orgs(ctx, &row)?;
        let known = match row.group {
            SharingGroupId::NONE => None,
            group => super::stored(ctx, Ref::Id(group.0))?,
        };
        match known {
            Some(group) if !super::editable(ctx, &group) => executed.failed += 1,
            Some(group) => executed.updated += usize::from(follow(ctx, &group, &wanted)?),
            None if create(ctx, &row, &wanted)? => executed.created += 1,
            None => executed.failed += 1,
        }
        // A later blueprint may look into the group.
        ctx.reload_directory()?;
    }
    Ok(executed)
}

/// Gives a group exactly these members; tells whether anything changed. Those that stay keep their rights.
fn follow(ctx: &mut Ctx<'_, '_>, group: &SharingGroup, wanted: &BTreeSet<OrgId>) -> Result<bool> {
    let mut after = group.clone();
    after.orgs.retain(|member| wanted.contains(&member.org));
    for org in wanted {
        if !after.orgs.iter().any(|member| member.org == *org) {
            after.orgs.push(member(*org));
        }
    }
    if after.orgs == group.orgs {
        return Ok(false);
    }
    after.modified = ctx.now();
    super::store_changes(ctx, group, &after)?;
    Ok(true)
}

fn member(org: OrgId) -> GroupOrg {
    GroupOrg {
        id: 0,
        org,
        extend: false,
    }
}

/// Makes the group of a blueprint; `false` when another group has the name.
fn create(ctx: &mut Ctx<'_, '_>, row: &Blueprint, wanted: &BTreeSet<OrgId>) -> Result<bool> {
    if entente_store::sharing_group::name_taken(ctx.tx, &row.name, SharingGroupId::NONE)? {
        return Ok(false);
    }
    let now = ctx.now();
    let mut group = SharingGroup {
        id: SharingGroupId::NONE,
        uuid: ctx.new_uuid()?,
        name: row.name.clone(),
        releasability: RELEASABILITY.to_owned(),
        description: String::new(),
        organisation_uuid: Some(ctx.org_uuid(row.org)).filter(|uuid| !uuid.is_nil()),
        org: row.org,
        sync_user: ctx.actor.user_id(),
        active: true,
        created: now,
        modified: now,
        local: true,
        roaming: true,
        orgs: wanted.iter().copied().map(member).collect(),
        servers: Vec::new(),
    };
    group.id = entente_store::sharing_group::insert(ctx.tx, &group)?;
    super::note(ctx, "add", &group, None)?;
    let linked = Blueprint {
        group: group.id,
        ..row.clone()
    };
    entente_store::blueprint::update(ctx.tx, &linked)?;
    Ok(true)
}

fn note(ctx: &mut Ctx<'_, '_>, action: &'static str, row: &Blueprint, change: Option<String>) -> Result<()> {
    ctx.log(&Entry {
        model: "SharingGroupBlueprint",
        id: row.id,
        action,
        title: format!("SharingGroupBlueprint ({}): {}", row.id, row.name),
        change,
        ..Entry::default()
    })
}
