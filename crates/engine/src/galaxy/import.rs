//! Taking in clusters that another instance exported. spec: 07#4.6
use super::apply;
use super::change::{self, ClusterDraft, blank};
use crate::content::capture;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::Entry;
use entente_model::draft::{Given, OrgDraft};
use entente_model::finding::FieldErrors;
use entente_model::id::{OrgId, Ref};
use entente_model::library::Galaxy;
use entente_policy::{Permission, rules};
use entente_store::blocklist::List;
use uuid::Uuid;

/// Most clusters of one request.
const MAX_CLUSTERS: usize = 10_000;

/// A galaxy as it comes with a cluster.
#[derive(Debug, Clone, Default)]
pub struct GalaxyDraft {
    /// Its identity.
    pub uuid: Given<Uuid>,
    /// Its name.
    pub name: Option<String>,
    /// Its type, part of tag names.
    pub galaxy_type: Option<String>,
    /// What it is.
    pub description: Option<String>,
    /// Its version.
    pub version: Given<i64>,
    /// Its icon.
    pub icon: Option<String>,
    /// Its namespace.
    pub namespace: Option<String>,
}

/// A cluster as another instance exported it.
#[derive(Debug, Clone, Default)]
pub struct Foreign {
    /// What it says.
    pub cluster: ClusterDraft,
    /// Where it belongs.
    pub galaxy: GalaxyDraft,
    /// Its creator.
    pub orgc: Option<OrgDraft>,
    /// Its version.
    pub version: Given<i64>,
    /// Whether it is of the published library.
    pub default: bool,
}

/// What became of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// New or newer.
    pub imported: u64,
    /// Known, or of the published library.
    pub ignored: u64,
    /// Refused.
    pub failed: u64,
}

/// Takes in clusters, each for itself.
///
/// # Errors
/// `Denied` without the right; `TooLarge`; of the database.
pub fn import(ctx: &mut Ctx<'_, '_>, clusters: &[Foreign]) -> Result<Counts> {
    if !ctx.actor.can(Permission::GalaxyEditor) {
        return Err(Error::denied("Incorrect permission"));
    }
    if clusters.len() > MAX_CLUSTERS {
        return Err(Error::TooLarge(
            format!("At most {MAX_CLUSTERS} clusters can be imported at once.").into(),
        ));
    }
    let mut counts = Counts::default();
    for cluster in clusters {
        match one(ctx, cluster) {
            Ok(true) => counts.imported += 1,
            Ok(false) => counts.ignored += 1,
            Err(Error::Fields(_) | Error::Denied(_) | Error::Conflict(_) | Error::NotFound(_)) => {
                counts.failed += 1;
            }
            Err(other) => return Err(other),
        }
    }
    Ok(counts)
}

/// Takes in a cluster; tells whether anything was new.
fn one(ctx: &mut Ctx<'_, '_>, foreign: &Foreign) -> Result<bool> {
    let Given::Value(uuid) = &foreign.cluster.uuid else {
        return Err(Error::field("uuid", "Please provide a valid RFC 9562 UUID."));
    };
    if foreign.default {
        return Ok(false);
    }
    let blocked = entente_store::blocklist::contains(ctx.tx, List::Cluster, *uuid)?;
    let creator = foreign.orgc.as_ref().and_then(|org| org.uuid);
    let creator_blocked = match creator {
        Some(creator) => entente_store::blocklist::contains(ctx.tx, List::Org, creator)?,
        None => false,
    };
    if blocked || creator_blocked {
        return Err(Error::denied("Blocked by blocklist"));
    }
    let version = foreign.version.as_value().copied().filter(|version| *version > 0);
    let same = entente_store::galaxy::clusters_of_uuid_unscoped(ctx.tx, *uuid)?;
    if let Some((id, ..)) = same.first() {
        return update(ctx, *id, foreign, version);
    }
    let galaxy = galaxy(ctx, &foreign.galaxy)?;
    let orgc = creator_org(ctx, foreign)?;
    let mut start = blank(ctx, &galaxy, *uuid, orgc);
    start.version = version.unwrap_or(start.version);
    start.extends_uuid = foreign.cluster.extends_uuid.clone().value();
    start.extends_version = foreign.cluster.extends_version.clone().or(0);
    change::store_new(ctx, &start, &foreign.cluster)?;
    Ok(true)
}

/// A known cluster takes a newer version from who may change it.
fn update(ctx: &mut Ctx<'_, '_>, id: i64, foreign: &Foreign, version: Option<i64>) -> Result<bool> {
    entente_store::galaxy::lock_cluster(ctx.tx, Ref::Id(id))?;
    let scope = ctx.scope();
    let Some(before) = entente_store::galaxy::cluster(ctx.tx, &scope, Ref::Id(id))? else {
        return Err(Error::denied("Incorrect permission"));
    };
    let newer = version.filter(|version| *version > before.version);
    let (Some(version), false) = (newer, before.default) else {
        return Ok(false);
    };
    if !rules::can_edit_galaxy_cluster(&ctx.viewer(), ctx.org_uuid(before.orgc), before.locked) {
        return Err(Error::denied("Incorrect permission"));
    }
    change::store_changed(ctx, &before, &foreign.cluster, version)?;
    Ok(true)
}

/// Who made it: as the body says, when the caller speaks for others.
fn creator_org(ctx: &mut Ctx<'_, '_>, foreign: &Foreign) -> Result<OrgId> {
    let own = ctx.actor.org_id();
    match &foreign.orgc {
        Some(org) if ctx.actor.can(Permission::Sync) || ctx.actor.is_site_admin() => {
            // Ids of another instance mean nothing here.
            let org = OrgDraft {
                id: None,
                ..org.clone()
            };
            Ok(capture::org(ctx, &org)?.unwrap_or(own))
        }
        _ => Ok(own),
    }
}

/// The galaxy of a cluster, made when it is unknown. One that is known stays as it is.
fn galaxy(ctx: &mut Ctx<'_, '_>, draft: &GalaxyDraft) -> Result<Galaxy> {
    let Given::Value(uuid) = &draft.uuid else {
        return Err(Error::field("Galaxy", "The galaxy has no uuid."));
    };
    if let Some(known) = entente_store::galaxy::find(ctx.tx, Ref::Uuid(*uuid))? {
        return Ok(known);
    }
    let text = |given: &Option<String>| given.as_deref().unwrap_or_default().trim().to_owned();
    let or = |text: String, other: &str| if text.is_empty() { other.to_owned() } else { text };
    let mut galaxy = Galaxy {
        id: 0,
        uuid: *uuid,
        name: text(&draft.name),
        galaxy_type: text(&draft.galaxy_type),
        description: text(&draft.description),
        version: draft.version.clone().or(1),
        icon: or(text(&draft.icon), "map"),
        namespace: or(text(&draft.namespace), "misp"),
        enabled: true,
        local_only: false,
        kill_chain_order: None,
    };
    let mut errors = FieldErrors::default();
    for (field, text) in [
        ("name", &galaxy.name),
        ("type", &galaxy.galaxy_type),
        ("icon", &galaxy.icon),
        ("namespace", &galaxy.namespace),
    ] {
        apply::check_line(field, text, &mut errors);
        if text.is_empty() {
            errors.add(field, format!("{field} cannot be empty."));
        }
    }
    // The type stands in names of tags, before the quoted uuid.
    let usable = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if galaxy.galaxy_type.len() > 150 || !galaxy.galaxy_type.chars().all(usable) {
        errors.add(
            "type",
            "type has at most 150 letters, digits, dots, hyphens and underscores.",
        );
    }
    if galaxy.description.len() > apply::MAX_TEXT || galaxy.description.contains('\0') {
        errors.add("description", "description is too long or holds a NUL.");
    }
    errors.into_result()?;
    if entente_store::galaxy::by_type(ctx.tx, &galaxy.galaxy_type)?.is_some() {
        // Published clusters find their galaxy by its type.
        return Err(Error::field("type", "There is another galaxy of this type."));
    }
    galaxy.id = entente_store::galaxy::insert(ctx.tx, &galaxy)?;
    ctx.log(&Entry {
        model: "Galaxy",
        id: galaxy.id,
        action: "add",
        title: format!("Galaxy ({}): {}", galaxy.id, galaxy.name),
        ..Entry::default()
    })?;
    Ok(galaxy)
}
