//! Organisations: who may see them, and how administrators manage them. spec: 03#12, 01#7.10
mod merge;

use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::given::{Applying, FREE_TEXT, LINE};
use crate::journal::{Change, Diff, Entry};
use entente_db::DbError;
use entente_model::draft::Given;
use entente_model::draft::people::OrganisationDraft;
use entente_model::id::{OrgId, Ref, UserId};
use entente_model::organisation::Organisation;
use entente_policy::Permission;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use uuid::Uuid;

pub use merge::merge;

const ABSENT: &str = "Invalid organisation";
const NAME_TAKEN: &str = "An organisation with this name already exists.";
const UUID_TAKEN: &str = "An organisation with this UUID already exists.";

/// Which organisations a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Place {
    /// Those with users here.
    #[default]
    Local,
    /// The others.
    External,
    /// Both.
    All,
}

/// An organisation as one caller sees it.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The organisation.
    pub org: Arc<Organisation>,
    /// How many users it has.
    pub users: i64,
    /// Who added it, for those who may know.
    pub creator: Option<Creator>,
}

/// Who added an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Creator {
    /// Account, 0 when it was not a person.
    pub id: UserId,
    /// Its address, if the account is still there.
    pub email: Option<String>,
}

/// The organisations that the caller may know of, by id. `search` is a part of a name, description,
/// nationality, sector, kind, contacts or uuid, ignoring case.
///
/// # Errors
/// Of the database.
pub fn list(ctx: &mut Ctx<'_, '_>, place: Place, search: Option<&str>) -> Result<Vec<Listed>> {
    let known = known(ctx)?;
    let wanted = search.map(entente_store::name_key);
    let mut orgs: Vec<_> = ctx
        .directory
        .orgs()
        .filter(|org| match place {
            Place::Local => org.local,
            Place::External => !org.local,
            Place::All => true,
        })
        .filter(|org| known.as_ref().is_none_or(|known| known.contains(&org.id)))
        .filter(|org| wanted.as_ref().is_none_or(|wanted| mentions(org, wanted)))
        .cloned()
        .collect();
    orgs.sort_by_key(|org| org.id);
    let counts = counts(ctx)?;
    let creators = if ctx.actor.is_site_admin() {
        creators(ctx, &orgs)?
    } else {
        HashMap::new()
    };
    Ok(orgs
        .into_iter()
        .map(|org| Listed {
            users: counts.get(&org.id).copied().unwrap_or(0),
            creator: creators.get(&org.id).cloned(),
            org,
        })
        .collect())
}

fn mentions(org: &Organisation, wanted: &str) -> bool {
    let texts = [
        &org.name,
        &org.description,
        &org.nationality,
        &org.sector,
        &org.kind,
        &org.contacts,
    ];
    texts
        .into_iter()
        .any(|text| entente_indicator::fold(text).contains(wanted))
        || org.uuid.to_string().contains(wanted)
}

/// The organisations a caller may know of; `None` is all. Where the index is hidden from users, they know
/// their own and those whose events they see. spec: 03#12, 11#SR-AZ-7
fn known(ctx: &mut Ctx<'_, '_>) -> Result<Option<HashSet<OrgId>>> {
    let hidden = ctx.settings.bool("Security.hide_organisation_index_from_users")
        && !ctx.actor.is_site_admin()
        && !ctx.actor.can(Permission::SharingGroup);
    if !hidden {
        return Ok(None);
    }
    let scope = ctx.scope();
    let mut known: HashSet<_> = entente_store::organisation::with_visible_events(ctx.tx, &scope)?
        .into_iter()
        .collect();
    known.insert(ctx.actor.org_id());
    Ok(Some(known))
}

fn counts(ctx: &mut Ctx<'_, '_>) -> Result<HashMap<OrgId, i64>> {
    Ok(entente_store::account::count_by_org(ctx.tx)?
        .into_iter()
        .collect())
}

fn creators(ctx: &mut Ctx<'_, '_>, orgs: &[Arc<Organisation>]) -> Result<HashMap<OrgId, Creator>> {
    let mut ids: Vec<i64> = orgs.iter().map(|org| org.created_by.0).collect();
    ids.sort_unstable();
    ids.dedup();
    let emails: HashMap<_, _> = entente_store::account::by_ids(ctx.tx, &ids)?
        .into_iter()
        .map(|user| (user.id, user.email))
        .collect();
    let creator = |org: &Organisation| Creator {
        id: org.created_by,
        email: emails.get(&org.created_by).cloned(),
    };
    Ok(orgs.iter().map(|org| (org.id, creator(org))).collect())
}

/// An organisation by id, uuid or name.
///
/// # Errors
/// `NotFound` when there is none that the caller may know of.
pub fn view(ctx: &mut Ctx<'_, '_>, text: &str) -> Result<Listed> {
    let org = find(ctx, text)?;
    if known(ctx)?.is_some_and(|known| !known.contains(&org.id)) {
        return Err(Error::not_found(ABSENT));
    }
    let own_admin = ctx.actor.can(Permission::Admin) && ctx.actor.org_id() == org.id;
    let creator = if ctx.actor.is_site_admin() || own_admin {
        creators(ctx, std::slice::from_ref(&org))?.remove(&org.id)
    } else {
        None
    };
    let users = counts(ctx)?.get(&org.id).copied().unwrap_or(0);
    Ok(Listed { org, users, creator })
}

fn find(ctx: &Ctx<'_, '_>, text: &str) -> Result<Arc<Organisation>> {
    let by_ref = match Ref::parse(text) {
        Some(Ref::Id(id)) => ctx.directory.org(OrgId(id)),
        Some(Ref::Uuid(uuid)) => ctx.directory.org_by_uuid(uuid),
        None => None,
    };
    by_ref
        .or_else(|| ctx.directory.org_by_name(text))
        .cloned()
        .ok_or_else(|| Error::not_found(ABSENT))
}

/// The uuids of organisations with users here, for peers.
#[must_use]
pub fn local_uuids(ctx: &Ctx<'_, '_>) -> Vec<Uuid> {
    let mut orgs: Vec<_> = ctx.directory.orgs().filter(|org| org.local).collect();
    orgs.sort_by_key(|org| org.id);
    orgs.into_iter().map(|org| org.uuid).collect()
}

/// Adds an organisation.
///
/// # Errors
/// `Denied` to all but site administrators; `Fields`.
pub fn add(ctx: &mut Ctx<'_, '_>, draft: &OrganisationDraft) -> Result<OrgId> {
    ctx.require_site_admin()?;
    let mut org = Organisation {
        id: OrgId::NONE,
        uuid: match draft.uuid {
            Given::Value(uuid) => uuid,
            Given::Absent | Given::Invalid => ctx.new_uuid()?,
        },
        name: String::new(),
        created: ctx.now(),
        modified: ctx.now(),
        description: String::new(),
        kind: String::new(),
        nationality: String::new(),
        sector: String::new(),
        contacts: String::new(),
        created_by: ctx.actor.user_id(),
        local: true,
        restricted_to_domain: Vec::new(),
        landing_page: None,
    };
    apply(ctx, draft, &mut org)?;
    org.id = entente_store::organisation::insert(ctx.tx, &org).map_err(taken)?;
    let mut diff = Diff::default();
    diff.field("name", &"", &org.name.as_str());
    note(ctx, "add", &org, diff)?;
    Ok(org.id)
}

/// Changes an organisation.
///
/// # Errors
/// `NotFound`; `Denied` to all but site administrators; `Fields`.
pub fn edit(ctx: &mut Ctx<'_, '_>, which: &str, draft: &OrganisationDraft) -> Result<OrgId> {
    ctx.require_site_admin()?;
    let old = find(ctx, which)?;
    let mut org = old.as_ref().clone();
    org.modified = ctx.now();
    apply(ctx, draft, &mut org)?;
    entente_store::organisation::update(ctx.tx, &org).map_err(taken)?;
    if org.uuid != old.uuid {
        // Labels name organisations by uuid: its users would lose sight of their own events.
        entente_store::organisation::merge::move_uuid(ctx.tx, old.uuid, org.uuid)?;
        merge::replace_in_labels(ctx, old.uuid, org.uuid)?;
    }
    note(ctx, "edit", &org, changes(&old, &org))?;
    Ok(org.id)
}

fn changes(old: &Organisation, new: &Organisation) -> Diff {
    let mut diff = Diff::default();
    diff.field("name", &old.name, &new.name);
    diff.field("uuid", &old.uuid, &new.uuid);
    diff.field("description", &old.description, &new.description);
    diff.field("type", &old.kind, &new.kind);
    diff.field("nationality", &old.nationality, &new.nationality);
    diff.field("sector", &old.sector, &new.sector);
    diff.field("contacts", &old.contacts, &new.contacts);
    diff.field("local", &i64::from(old.local), &i64::from(new.local));
    let domains = |org: &Organisation| org.restricted_to_domain.join(" ");
    diff.field("restricted_to_domain", &domains(old), &domains(new));
    let page = |org: &Organisation| org.landing_page.clone().unwrap_or_default();
    diff.field("landingpage", &page(old), &page(new));
    diff
}

/// Puts what was given into the row and checks it, uniqueness included.
fn apply(ctx: &Ctx<'_, '_>, draft: &OrganisationDraft, org: &mut Organisation) -> Result<()> {
    let mut applying = Applying::default();
    if draft.uuid.is_invalid() {
        applying.errors.add("uuid", "Please provide a valid UUID.");
    }
    applying.value("uuid", &draft.uuid, &mut org.uuid);
    applying.text("name", &draft.name, &mut org.name, LINE);
    applying.text("description", &draft.description, &mut org.description, FREE_TEXT);
    applying.text("type", &draft.kind, &mut org.kind, LINE);
    applying.text("nationality", &draft.nationality, &mut org.nationality, LINE);
    applying.text("sector", &draft.sector, &mut org.sector, LINE);
    applying.text("contacts", &draft.contacts, &mut org.contacts, FREE_TEXT);
    applying.value("local", &draft.local, &mut org.local);
    let mut page = org.landing_page.clone().unwrap_or_default();
    applying.text("landingpage", &draft.landing_page, &mut page, FREE_TEXT);
    org.landing_page = (!page.is_empty()).then_some(page);
    applying.value(
        "restricted_to_domain",
        &draft.restricted_to_domain,
        &mut org.restricted_to_domain,
    );
    org.restricted_to_domain = domains(&org.restricted_to_domain);
    if let Some(bad) = org.restricted_to_domain.iter().find(|domain| !is_domain(domain)) {
        applying
            .errors
            .add("restricted_to_domain", format!("{bad} is no domain name."));
    }
    if org.name.is_empty() {
        applying.errors.add("name", "An organisation needs a name.");
    }
    let other = |found: Option<&Arc<Organisation>>| found.is_some_and(|found| found.id != org.id);
    if other(ctx.directory.org_by_name(&org.name)) {
        applying.errors.add("name", NAME_TAKEN);
    }
    if other(ctx.directory.org_by_uuid(org.uuid)) {
        applying.errors.add("uuid", UUID_TAKEN);
    }
    applying.finish()
}

fn domains(list: &[String]) -> Vec<String> {
    list.iter()
        .map(|domain| domain.trim().trim_start_matches('@').to_lowercase())
        .filter(|domain| !domain.is_empty())
        .collect()
}

fn is_domain(text: &str) -> bool {
    text.len() <= 253
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'))
}

/// The database has the last word on uniqueness: another request may have come first.
fn taken(error: DbError) -> Error {
    match &error {
        DbError::Unique { columns, .. } if columns.iter().any(|column| column == "uuid") => {
            Error::field("uuid", UUID_TAKEN)
        }
        DbError::Unique { .. } => Error::field("name", NAME_TAKEN),
        _ => Error::Db(error),
    }
}

/// Marks an organisation as one with users here, when it was not.
pub(crate) fn make_local(ctx: &mut Ctx<'_, '_>, id: OrgId) -> Result<()> {
    let Some(org) = ctx.directory.org(id).filter(|org| !org.local) else {
        return Ok(());
    };
    let mut org = org.as_ref().clone();
    org.local = true;
    org.modified = ctx.now();
    entente_store::organisation::update(ctx.tx, &org)?;
    ctx.touch_directory();
    Ok(())
}

/// Removes an organisation that nothing belongs to.
///
/// # Errors
/// `NotFound`; `Denied` to all but site administrators; `Conflict` while users, events or sharing groups
/// belong to it.
pub fn delete(ctx: &mut Ctx<'_, '_>, which: &str) -> Result<OrgId> {
    ctx.require_site_admin()?;
    let org = find(ctx, which)?;
    let users = !entente_store::account::of_org(ctx.tx, org.id)?.is_empty();
    if users || entente_store::organisation::count_events_unscoped(ctx.tx, org.id)? > 0 {
        return Err(Error::conflict(
            "An organisation with users or events cannot be deleted.",
        ));
    }
    let removed = ctx
        .tx
        .savepoint(|tx| entente_store::organisation::delete(tx, org.id));
    match removed {
        Err(DbError::ForeignKey { .. }) => {
            return Err(Error::conflict(
                "An organisation that is a member of sharing groups cannot be deleted.",
            ));
        }
        other => other?,
    }
    note(ctx, "delete", &org, Diff::default())?;
    Ok(org.id)
}

fn note(ctx: &mut Ctx<'_, '_>, action: &'static str, org: &Organisation, diff: Diff) -> Result<()> {
    ctx.log(&Entry {
        model: "Organisation",
        id: org.id.0,
        action,
        title: format!("Organisation ({}): {}", org.id, org.name),
        change: diff.into_text(),
        description: None,
    })?;
    ctx.change(&Change {
        kind: action,
        entity: "organisation",
        id: org.id.0,
        uuid: Some(org.uuid),
        event: None,
    })?;
    ctx.touch_directory();
    Ok(())
}
