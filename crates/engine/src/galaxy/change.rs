//! Adding, changing, deleting and publishing custom clusters. spec: 07#4.5, 07#4.7, 07#4.8
use super::apply::{self, Level};
use super::relation::{self, RelationDraft};
use super::{UNKNOWN_CLUSTER, view};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::{Change, Diff, Entry};
use entente_model::draft::{Given, GroupChoice};
use entente_model::finding::FieldErrors;
use entente_model::id::{OrgId, Ref, SharingGroupId};
use entente_model::level::Distribution;
use entente_model::library::{Galaxy, GalaxyCluster};
use entente_policy::{Permission, rules};
use entente_store::blocklist::{Blocked, List};
use uuid::Uuid;

/// What a caller says about a cluster; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct ClusterDraft {
    /// Its identity, when it is added.
    pub uuid: Given<Uuid>,
    /// Its name.
    pub value: Option<String>,
    /// What it is.
    pub description: Option<String>,
    /// Where the knowledge comes from.
    pub source: Option<String>,
    /// Who wrote it.
    pub authors: Given<Vec<String>>,
    /// Who may read it.
    pub distribution: Given<Distribution>,
    /// With distribution 4.
    pub sharing_group: Option<GroupChoice>,
    /// Metadata; replaces all there was.
    pub elements: Given<Vec<(String, String)>>,
    /// Relations to other clusters; those that are not named stay.
    pub relations: Given<Vec<RelationDraft>>,
    /// The cluster it was forked from.
    pub extends_uuid: Given<Uuid>,
    /// That cluster's version.
    pub extends_version: Given<i64>,
}

pub(super) fn log(
    ctx: &mut Ctx<'_, '_>,
    action: &'static str,
    cluster: &GalaxyCluster,
    change: Option<String>,
) -> Result<()> {
    ctx.log(&Entry {
        model: "GalaxyCluster",
        id: cluster.id,
        action,
        title: format!("GalaxyCluster ({}): {}", cluster.id, cluster.value),
        change,
        description: None,
    })?;
    ctx.change(&Change {
        kind: action,
        entity: "galaxy_cluster",
        id: cluster.id,
        uuid: Some(cluster.uuid),
        event: None,
    })
}

/// A version that says "now" and is above the one before, however fast changes follow each other.
pub(super) fn next_version(ctx: &Ctx<'_, '_>, before: &GalaxyCluster) -> i64 {
    ctx.now().max(before.version.saturating_add(1))
}

/// A custom cluster that the caller may change; `done` says what a published one cannot be.
pub(super) fn changeable(ctx: &mut Ctx<'_, '_>, cluster: Option<Ref>, done: &str) -> Result<GalaxyCluster> {
    let cluster = visible(ctx, cluster)?;
    if cluster.default {
        return Err(Error::conflict(format!(
            "Default galaxy cluster cannot be {done}"
        )));
    }
    if !rules::can_edit_galaxy_cluster(&ctx.viewer(), ctx.org_uuid(cluster.orgc), cluster.locked) {
        return Err(Error::denied("You are not authorised to do that."));
    }
    Ok(cluster)
}

/// A cluster that the caller sees, read when it is its turn to be written.
fn visible(ctx: &mut Ctx<'_, '_>, cluster: Option<Ref>) -> Result<GalaxyCluster> {
    let cluster = cluster.ok_or_else(|| Error::not_found(UNKNOWN_CLUSTER))?;
    entente_store::galaxy::lock_cluster(ctx.tx, cluster)?;
    let scope = ctx.scope();
    entente_store::galaxy::cluster(ctx.tx, &scope, cluster)?.ok_or_else(|| Error::not_found(UNKNOWN_CLUSTER))
}

/// The cluster of a galaxy that a new one is forked from.
fn parent(ctx: &mut Ctx<'_, '_>, galaxy: &Galaxy, parent: Ref) -> Result<GalaxyCluster> {
    let scope = ctx.scope();
    let mut found = entente_store::galaxy::cluster(ctx.tx, &scope, parent)?;
    if let (Some(cluster), Ref::Uuid(uuid)) = (&found, parent)
        && cluster.galaxy != galaxy.id
    {
        // Some published uuids occur in several galaxies.
        let here = entente_store::galaxy::clusters_of_uuid_unscoped(ctx.tx, uuid)?;
        if let Some((id, ..)) = here.into_iter().find(|(_, of, _)| *of == galaxy.id) {
            found = entente_store::galaxy::cluster(ctx.tx, &scope, Ref::Id(id))?;
        }
    }
    let found = found.ok_or_else(|| Error::field("extends_uuid", "Invalid galaxy cluster"))?;
    if found.galaxy == galaxy.id {
        Ok(found)
    } else {
        Err(Error::denied(
            "Cluster forks have to belong to the same galaxy as the parent",
        ))
    }
}

/// The identity of a new cluster, if it may have it.
fn identity(ctx: &mut Ctx<'_, '_>, galaxy: &Galaxy, given: &Given<Uuid>) -> Result<Uuid> {
    let uuid = match given {
        Given::Value(uuid) => *uuid,
        Given::Absent => return ctx.new_uuid(),
        Given::Invalid => return Err(Error::field("uuid", "Please provide a valid RFC 9562 UUID.")),
    };
    let same = entente_store::galaxy::clusters_of_uuid_unscoped(ctx.tx, uuid)?;
    if same.iter().any(|(_, of, _)| *of == galaxy.id) {
        return Err(Error::field("uuid", "Cluster already exists"));
    }
    if !same.is_empty() {
        return Err(Error::denied("Cluster already exists in another galaxy"));
    }
    if entente_store::blocklist::contains(ctx.tx, List::Cluster, uuid)? {
        return Err(Error::denied("Blocked by blocklist"));
    }
    Ok(uuid)
}

/// A cluster of the caller without content.
pub(super) fn blank(ctx: &Ctx<'_, '_>, galaxy: &Galaxy, uuid: Uuid, orgc: OrgId) -> GalaxyCluster {
    GalaxyCluster {
        id: 0,
        uuid,
        collection_uuid: String::new(),
        galaxy_type: galaxy.galaxy_type.clone(),
        value: String::new(),
        tag_name: entente_knowledge::galaxy::tag_name(&galaxy.galaxy_type, &uuid.to_string()),
        description: String::new(),
        galaxy: galaxy.id,
        source: String::new(),
        authors: Vec::new(),
        version: ctx.now(),
        distribution: Distribution::Organisation.number(),
        sharing_group: SharingGroupId::NONE,
        org: ctx.actor.org_id(),
        orgc,
        default: false,
        locked: orgc != ctx.actor.org_id(),
        extends_uuid: None,
        extends_version: 0,
        published: false,
        deleted: false,
    }
}

/// Adds a cluster to a galaxy. A fork takes from its parent what the draft does not say.
///
/// # Errors
/// `NotFound` for the galaxy; `Denied` without the right, for a parent or uuid of another galaxy, or for a
/// blocked uuid; `Fields`.
pub fn add(
    ctx: &mut Ctx<'_, '_>,
    galaxy: Option<Ref>,
    draft: &ClusterDraft,
    fork_of: Option<Ref>,
) -> Result<i64> {
    if !ctx.actor.can(Permission::GalaxyEditor) {
        return Err(Error::denied("Incorrect permission"));
    }
    let galaxy = view(ctx, galaxy)?;
    let extends = draft.extends_uuid.as_value().map(|uuid| Ref::Uuid(*uuid));
    let parent = match fork_of.or(extends) {
        Some(reference) => Some(parent(ctx, &galaxy, reference)?),
        None => None,
    };
    let uuid = identity(ctx, &galaxy, &draft.uuid)?;
    let mut start = blank(ctx, &galaxy, uuid, ctx.actor.org_id());
    let mut draft = draft.clone();
    if let Some(parent) = parent {
        start.value.clone_from(&parent.value);
        start.description.clone_from(&parent.description);
        start.source.clone_from(&parent.source);
        start.authors.clone_from(&parent.authors);
        start.extends_uuid = Some(parent.uuid);
        start.extends_version = draft.extends_version.clone().or(parent.version);
        if draft.elements.is_absent() {
            let elements = entente_store::galaxy::elements_unscoped(ctx.tx, &[parent.id])?;
            let pairs = elements.into_iter().map(|element| (element.key, element.value));
            draft.elements = Given::Value(pairs.collect());
        }
    } else if draft.description.is_none() {
        return Err(Error::field("description", "description is missing."));
    }
    store_new(ctx, &start, &draft)
}

/// Writes a cluster that is not there yet.
pub(super) fn store_new(ctx: &mut Ctx<'_, '_>, start: &GalaxyCluster, draft: &ClusterDraft) -> Result<i64> {
    let mut errors = FieldErrors::default();
    let mut cluster = apply::applied(ctx, start, draft, &mut errors)?;
    let elements = apply::elements(draft, &mut errors).unwrap_or_default();
    let relations = relation::prepared(ctx, &cluster, &draft.relations, &mut errors)?;
    errors.into_result()?;
    let level = Level::stored(cluster.distribution, cluster.sharing_group);
    let label = apply::label(ctx, (cluster.org, cluster.orgc), level, &[])?;
    cluster.id = entente_store::galaxy::insert_cluster(ctx.tx, &cluster, label)?;
    entente_store::galaxy::replace_elements(ctx.tx, cluster.id, elements)?;
    relation::store_all(ctx, &cluster, relations)?;
    log(ctx, "add", &cluster, None)?;
    Ok(cluster.id)
}

/// Changes a cluster; it has to be published anew.
///
/// # Errors
/// `NotFound`; `Conflict` for a published one of the library; `Denied` for another organisation; `Fields`.
pub fn edit(ctx: &mut Ctx<'_, '_>, cluster: Option<Ref>, draft: &ClusterDraft) -> Result<i64> {
    let before = changeable(ctx, cluster, "edited")?;
    let version = next_version(ctx, &before);
    store_changed(ctx, &before, draft, version)?;
    Ok(before.id)
}

/// Writes what a draft changes of a cluster.
pub(super) fn store_changed(
    ctx: &mut Ctx<'_, '_>,
    before: &GalaxyCluster,
    draft: &ClusterDraft,
    version: i64,
) -> Result<()> {
    let mut errors = FieldErrors::default();
    let mut after = apply::applied(ctx, before, draft, &mut errors)?;
    let elements = apply::elements(draft, &mut errors);
    let relations = relation::prepared(ctx, &after, &draft.relations, &mut errors)?;
    errors.into_result()?;
    after.version = version;
    after.published = false;
    let level = Level::stored(after.distribution, after.sharing_group);
    let label = apply::label(ctx, (after.org, after.orgc), level, &[])?;
    entente_store::galaxy::update_cluster(ctx.tx, &after, label)?;
    if let Some(elements) = elements {
        entente_store::galaxy::replace_elements(ctx.tx, after.id, elements)?;
    }
    relation::store_all(ctx, &after, relations)?;
    let mut diff = Diff::default();
    diff.field("value", &before.value, &after.value);
    diff.field("description", &before.description, &after.description);
    diff.field("source", &before.source, &after.source);
    diff.field("distribution", &before.distribution, &after.distribution);
    diff.field("sharing_group_id", &before.sharing_group, &after.sharing_group);
    diff.field("version", &before.version, &after.version);
    log(ctx, "edit", &after, diff.into_text())
}

/// Sets the switches of a cluster.
pub(super) fn switch(
    ctx: &mut Ctx<'_, '_>,
    cluster: &GalaxyCluster,
    published: bool,
    deleted: bool,
) -> Result<()> {
    // Publication says nothing new.
    let version = if published || cluster.deleted == deleted && cluster.published {
        cluster.version
    } else {
        next_version(ctx, cluster)
    };
    Ok(entente_store::galaxy::touch_cluster(
        ctx.tx, cluster.id, version, published, deleted,
    )?)
}

/// Deletes a cluster: softly, so that it can be restored, or for good, so that it never comes back.
///
/// # Errors
/// `NotFound`; `Conflict` for a published one of the library; `Denied` for another organisation.
pub fn delete(ctx: &mut Ctx<'_, '_>, cluster: Option<Ref>, hard: bool) -> Result<GalaxyCluster> {
    let cluster = changeable(ctx, cluster, "deleted")?;
    if hard {
        let orgc = ctx.directory.org(cluster.orgc);
        let row = Blocked {
            id: 0,
            uuid: cluster.uuid,
            created: ctx.now(),
            name: cluster.value.clone(),
            comment: Some("Automatically blocked by deleting the cluster".to_owned()),
            orgc: orgc.map_or_else(String::new, |org| org.name.clone()),
        };
        entente_store::blocklist::insert(ctx.tx, List::Cluster, &row)?;
        entente_store::galaxy::delete_cluster(ctx.tx, &cluster)?;
    } else {
        switch(ctx, &cluster, false, true)?;
    }
    log(ctx, "delete", &cluster, None)?;
    Ok(cluster)
}

/// Brings a softly deleted cluster back.
///
/// # Errors
/// `NotFound`; `Conflict` when it is not deleted; `Denied` for another organisation.
pub fn restore(ctx: &mut Ctx<'_, '_>, cluster: Option<Ref>) -> Result<GalaxyCluster> {
    let cluster = changeable(ctx, cluster, "restored")?;
    if !cluster.deleted {
        return Err(Error::conflict("This galaxy cluster is not deleted"));
    }
    switch(ctx, &cluster, false, false)?;
    log(ctx, "restore", &cluster, None)?;
    Ok(cluster)
}

/// Publishes a cluster, or takes that back.
///
/// # Errors
/// `NotFound`; `Conflict` when it is so already, or deleted; `Denied` for another organisation.
pub fn publish(ctx: &mut Ctx<'_, '_>, cluster: Option<Ref>, published: bool) -> Result<GalaxyCluster> {
    let done = if published { "published" } else { "unpublished" };
    let cluster = changeable(ctx, cluster, done)?;
    if published && !rules::can_publish_galaxy_cluster(&ctx.viewer(), ctx.org_uuid(cluster.orgc)) {
        return Err(Error::denied("You are not authorised to do that."));
    }
    if cluster.published == published {
        return Err(Error::conflict(format!("This galaxy cluster is {done} already")));
    }
    if cluster.deleted {
        return Err(Error::conflict("This galaxy cluster is deleted"));
    }
    switch(ctx, &cluster, published, false)?;
    log(
        ctx,
        if published { "publish" } else { "unpublish" },
        &cluster,
        None,
    )?;
    Ok(cluster)
}
