//! Events, organisations and galaxy clusters that this instance refuses. spec: 03#18, 08#16
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::{Diff, Entry};
use entente_db::Tx;
use entente_model::event::Event;
use entente_model::id::{Ref, parse_uuid};
use entente_model::time::Seconds;
pub use entente_store::blocklist::{Blocked, List, Query};
use uuid::Uuid;

/// Most uuids that one request may add.
const MAX_ADDED: usize = 10_000;
/// Longest text in a row, in bytes.
const MAX_TEXT: usize = 65_535;

/// Whether events with this uuid are refused.
///
/// # Errors
/// Of the database.
pub fn event_blocked(tx: &mut Tx<'_>, uuid: Uuid) -> Result<bool> {
    Ok(entente_store::blocklist::contains(tx, List::Event, uuid)?)
}

/// Whether events of this organisation are refused.
///
/// # Errors
/// Of the database.
pub fn org_blocked(tx: &mut Tx<'_>, uuid: Uuid) -> Result<bool> {
    Ok(entente_store::blocklist::contains(tx, List::Org, uuid)?)
}

/// Whether sightings of this organisation are refused.
///
/// # Errors
/// Of the database.
pub fn sightings_blocked(tx: &mut Tx<'_>, uuid: Uuid) -> Result<bool> {
    Ok(entente_store::blocklist::contains(tx, List::Sighting, uuid)?)
}

/// Keeps a deleted event from coming back. spec: 01#4
///
/// # Errors
/// Of the database.
pub fn add_deleted_event(ctx: &mut Ctx<'_, '_>, event: &Event) -> Result<()> {
    let orgc = ctx
        .directory
        .org(event.orgc)
        .map_or_else(String::new, |org| org.name.clone());
    let row = Blocked {
        id: 0,
        uuid: event.uuid,
        created: ctx.now(),
        name: event.info.clone(),
        comment: Some("Automatically blocked by deleting the event".to_owned()),
        orgc,
    };
    entente_store::blocklist::insert(ctx.tx, List::Event, &row)?;
    Ok(())
}

/// Adds the example rows of a fresh instance. spec: 01#7.14
///
/// # Errors
/// Of the database.
pub fn seed(tx: &mut Tx<'_>, now: Seconds) -> Result<()> {
    let shipped = entente_knowledge::shipped::org_blocklist().map_err(|e| Error::Damaged(e.to_string()))?;
    for org in shipped {
        let row = Blocked {
            id: 0,
            uuid: org.org_uuid,
            created: now,
            name: org.org_name,
            comment: None,
            orgc: String::new(),
        };
        entente_store::blocklist::insert(tx, List::Org, &row)?;
    }
    Ok(())
}

/// What a caller says about rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// What to refuse, as sent.
    pub uuids: Vec<String>,
    /// Title of the event, name of the organisation or value of the cluster.
    pub name: Option<String>,
    /// Remark.
    pub comment: Option<String>,
    /// Name of the creator of the event or cluster.
    pub orgc: Option<String>,
}

/// What became of a request to refuse several uuids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Added {
    /// Refused from now on.
    pub successes: Vec<String>,
    /// No uuids, or refused before.
    pub fails: Vec<String>,
}

/// Rows of a list.
///
/// # Errors
/// Of the database.
pub fn search(ctx: &mut Ctx<'_, '_>, list: List, query: &Query) -> Result<Vec<Blocked>> {
    Ok(entente_store::blocklist::search(ctx.tx, list, query)?)
}

/// A row by its id or by what it refuses.
///
/// # Errors
/// `NotFound`.
pub fn find(ctx: &mut Ctx<'_, '_>, list: List, row: Option<Ref>) -> Result<Blocked> {
    let found = match row {
        Some(row) => entente_store::blocklist::find(ctx.tx, list, row)?,
        None => None,
    };
    found.ok_or_else(|| Error::not_found("Invalid blocklist entry."))
}

fn model(list: List) -> &'static str {
    match list {
        List::Event => "EventBlocklist",
        List::Org => "OrgBlocklist",
        List::Cluster => "GalaxyClusterBlocklist",
        List::Analyst => "AnalystDataBlocklist",
        List::Sighting => "SightingBlocklist",
    }
}

fn log(
    ctx: &mut Ctx<'_, '_>,
    list: List,
    action: &'static str,
    row: &Blocked,
    change: Option<String>,
) -> Result<()> {
    ctx.log(&Entry {
        model: model(list),
        id: row.id,
        action,
        title: format!("{} ({}): {}", model(list), row.id, row.uuid),
        change,
        description: None,
    })
}

fn check(draft: &Draft) -> Result<()> {
    let texts = [&draft.name, &draft.comment, &draft.orgc];
    if texts.into_iter().flatten().any(|text| text.len() > MAX_TEXT) {
        return Err(Error::invalid(format!("Texts may have {MAX_TEXT} bytes.")));
    }
    Ok(())
}

/// Refuses uuids from now on, each for itself.
///
/// # Errors
/// `Invalid` without any uuid or with too many.
pub fn add(ctx: &mut Ctx<'_, '_>, list: List, draft: &Draft) -> Result<Added> {
    check(draft)?;
    if draft.uuids.is_empty() {
        return Err(Error::field("uuids", "Name at least one UUID."));
    }
    if draft.uuids.len() > MAX_ADDED {
        return Err(Error::TooLarge(
            format!("At most {MAX_ADDED} UUIDs can be added at once.").into(),
        ));
    }
    let mut added = Added::default();
    for text in &draft.uuids {
        let text = text.trim();
        let Some(uuid) = parse_uuid(text) else {
            added.fails.push(text.to_owned());
            continue;
        };
        let mut row = Blocked {
            id: 0,
            uuid,
            created: ctx.now(),
            name: draft.name.clone().unwrap_or_default(),
            comment: draft.comment.clone(),
            orgc: draft.orgc.clone().unwrap_or_default(),
        };
        match entente_store::blocklist::insert(ctx.tx, list, &row)? {
            Some(id) => {
                row.id = id;
                log(ctx, list, "add", &row, None)?;
                added.successes.push(uuid.to_string());
            }
            None => added.fails.push(uuid.to_string()),
        }
    }
    Ok(added)
}

/// Changes the texts of a row.
///
/// # Errors
/// `NotFound`.
pub fn edit(ctx: &mut Ctx<'_, '_>, list: List, row: Option<Ref>, draft: &Draft) -> Result<i64> {
    check(draft)?;
    let before = find(ctx, list, row)?;
    let after = Blocked {
        name: draft.name.clone().unwrap_or_else(|| before.name.clone()),
        comment: draft.comment.clone().or_else(|| before.comment.clone()),
        orgc: draft.orgc.clone().unwrap_or_else(|| before.orgc.clone()),
        ..before.clone()
    };
    entente_store::blocklist::update(ctx.tx, list, &after)?;
    let mut diff = Diff::default();
    diff.field("name", &before.name, &after.name);
    diff.field(
        "comment",
        &before.comment.as_deref().unwrap_or_default(),
        &after.comment.as_deref().unwrap_or_default(),
    );
    diff.field("orgc", &before.orgc, &after.orgc);
    log(ctx, list, "edit", &after, diff.into_text())?;
    Ok(after.id)
}

/// Accepts again what a row refuses.
///
/// # Errors
/// `NotFound`.
pub fn remove(ctx: &mut Ctx<'_, '_>, list: List, row: Option<Ref>) -> Result<i64> {
    let row = find(ctx, list, row)?;
    entente_store::blocklist::delete(ctx.tx, list, row.id)?;
    log(ctx, list, "delete", &row, None)?;
    Ok(row.id)
}
