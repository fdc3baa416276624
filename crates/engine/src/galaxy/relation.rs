//! Relations of custom clusters to other clusters, each with a level of its own. spec: 07#4.5, 07#4.7
//!
//! A relation is seen with where it starts. Where it points is not always seen: a cluster that the caller does
//! not see hides the relation, except from the organisation that wrote it and knows the uuid anyway.
use super::apply::{self, Level, MAX_FEW, MAX_PARTS};
use super::change::{changeable, log, next_version};
use crate::content::tags::TagResolver;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use entente_model::draft::{Given, GroupChoice, TagDraft};
use entente_model::finding::FieldErrors;
use entente_model::id::{OrgId, Ref, TagId};
use entente_model::level::Distribution;
use entente_model::library::{GalaxyCluster, GalaxyRelation};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

const UNKNOWN: &str = "Invalid galaxy cluster relation";
const INVALID_TARGET: &str = "Invalid referenced galaxy cluster";
const TARGET: &str = "referenced_galaxy_cluster_uuid";
const KIND: &str = "referenced_galaxy_cluster_type";

/// What a caller says about a relation; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct RelationDraft {
    /// Where it starts.
    pub source: Given<Uuid>,
    /// Where it points.
    pub target: Given<Uuid>,
    /// The kind of relation.
    pub relation_type: Option<String>,
    /// Who may read it.
    pub distribution: Given<Distribution>,
    /// With distribution 4.
    pub sharing_group: Option<GroupChoice>,
    /// Tags; replace all there were.
    pub tags: Option<Vec<TagDraft>>,
}

/// A relation and the clusters at its ends, as far as they are known and seen.
#[derive(Debug, Clone)]
pub struct Ends {
    /// The relation.
    pub relation: GalaxyRelation,
    /// Where it starts.
    pub source: GalaxyCluster,
    /// Where it points.
    pub target: Option<GalaxyCluster>,
}

/// Leaves out relations to clusters that the caller does not see. Its organisation's own stay, and so do
/// published ones, which name uuids that are known to everybody; both say nothing about the target.
///
/// # Errors
/// Of the database.
pub(super) fn masked(
    ctx: &mut Ctx<'_, '_>,
    mut relations: Vec<GalaxyRelation>,
    owners: &HashMap<i64, OrgId>,
) -> Result<Vec<GalaxyRelation>> {
    let mut targets: Vec<Uuid> = relations
        .iter()
        .filter(|relation| relation.referenced != 0)
        .map(|relation| relation.referenced_uuid)
        .collect();
    targets.sort_unstable();
    targets.dedup();
    let scope = ctx.scope();
    let hidden = entente_store::galaxy::hidden_targets(ctx.tx, &scope, &targets)?;
    if hidden.is_empty() {
        return Ok(relations);
    }
    let hidden: HashSet<Uuid> = hidden.into_iter().collect();
    let own = ctx.actor.org_id();
    relations.retain_mut(|relation| {
        if relation.referenced == 0 || !hidden.contains(&relation.referenced_uuid) {
            return true;
        }
        relation.referenced = 0;
        relation.default || owners.get(&relation.cluster) == Some(&own)
    });
    Ok(relations)
}

/// Relations with their ends, as far as the caller sees them.
fn with_ends(ctx: &mut Ctx<'_, '_>, relations: Vec<GalaxyRelation>) -> Result<Vec<Ends>> {
    let mut ids: Vec<i64> = relations
        .iter()
        .flat_map(|relation| [relation.cluster, relation.referenced])
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let scope = ctx.scope();
    let clusters: HashMap<i64, GalaxyCluster> = entente_store::galaxy::clusters(ctx.tx, &scope, &ids)?
        .into_iter()
        .map(|cluster| (cluster.id, cluster))
        .collect();
    let owners = clusters
        .values()
        .map(|cluster| (cluster.id, cluster.org))
        .collect();
    let ends = masked(ctx, relations, &owners)?
        .into_iter()
        .filter_map(|relation| {
            Some(Ends {
                source: clusters.get(&relation.cluster)?.clone(),
                target: clusters.get(&relation.referenced).cloned(),
                relation,
            })
        });
    Ok(ends.collect())
}

/// A relation that the caller sees.
///
/// # Errors
/// `NotFound`.
pub fn view(ctx: &mut Ctx<'_, '_>, relation: Option<i64>) -> Result<Ends> {
    let scope = ctx.scope();
    let found = match relation {
        Some(id) => entente_store::galaxy::relation(ctx.tx, &scope, id)?,
        None => None,
    };
    with_ends(ctx, found.into_iter().collect())?
        .pop()
        .ok_or_else(|| Error::not_found(UNKNOWN))
}

/// Relations with an id above `after` that the caller sees, by id; with each page the id to go on after.
///
/// # Errors
/// Of the database.
pub fn page(ctx: &mut Ctx<'_, '_>, after: i64, limit: i64) -> Result<(Vec<Ends>, Option<i64>)> {
    let scope = ctx.scope();
    let found = entente_store::galaxy::relations_after(ctx.tx, &scope, after, limit)?;
    let last = found.last().map(|relation| relation.id);
    Ok((with_ends(ctx, found)?, last))
}

/// Relations that point at a cluster the caller sees.
///
/// # Errors
/// Of the database.
pub fn inbound(ctx: &mut Ctx<'_, '_>, cluster: &GalaxyCluster) -> Result<Vec<GalaxyRelation>> {
    let scope = ctx.scope();
    Ok(entente_store::galaxy::relations_to(ctx.tx, &scope, cluster.uuid)?)
}

/// A relation that passed validation, with the ids of its tags.
#[derive(Debug, Clone)]
pub(super) struct Prepared {
    relation: GalaxyRelation,
    tags: Vec<TagId>,
}

/// The relations of a cluster's draft, if they are usable.
///
/// # Errors
/// Of the database.
pub(super) fn prepared(
    ctx: &mut Ctx<'_, '_>,
    cluster: &GalaxyCluster,
    drafts: &Given<Vec<RelationDraft>>,
    errors: &mut FieldErrors,
) -> Result<Vec<Prepared>> {
    const FIELD: &str = "GalaxyClusterRelation";
    let drafts = match drafts {
        Given::Value(drafts) => drafts,
        Given::Absent => return Ok(Vec::new()),
        Given::Invalid => {
            errors.add(FIELD, "Relations are a list of maps.");
            return Ok(Vec::new());
        }
    };
    if drafts.len() > MAX_PARTS {
        errors.add(FIELD, format!("At most {MAX_PARTS} relations at once."));
        return Ok(Vec::new());
    }
    let mut all = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let mut found = FieldErrors::default();
        let before = match (draft.target.as_value(), &draft.relation_type) {
            (Some(target), Some(kind)) if cluster.id != 0 => {
                entente_store::galaxy::same_relation_unscoped(ctx.tx, cluster.id, *target, kind.trim())?
            }
            _ => None,
        };
        let before = before.unwrap_or_else(|| blank(cluster));
        match applied(ctx, cluster, &before, draft, &mut found)? {
            Some(prepared) if found.is_empty() => all.push(prepared),
            _ => errors.add(FIELD, found.to_string()),
        }
    }
    Ok(all)
}

/// A relation of a cluster that points nowhere yet. Without a level of its own it is as open as the cluster.
fn blank(cluster: &GalaxyCluster) -> GalaxyRelation {
    GalaxyRelation {
        id: 0,
        cluster: cluster.id,
        cluster_uuid: cluster.uuid,
        referenced: 0,
        referenced_uuid: Uuid::nil(),
        relation_type: String::new(),
        distribution: cluster.distribution,
        sharing_group: cluster.sharing_group,
        default: false,
        tags: Vec::new(),
    }
}

/// A relation after a draft is laid over it.
fn applied(
    ctx: &mut Ctx<'_, '_>,
    cluster: &GalaxyCluster,
    before: &GalaxyRelation,
    draft: &RelationDraft,
    errors: &mut FieldErrors,
) -> Result<Option<Prepared>> {
    let mut after = before.clone();
    if let Given::Value(target) = &draft.target {
        after.referenced_uuid = *target;
    }
    if draft.target.is_invalid() || after.referenced_uuid.is_nil() {
        errors.add(TARGET, "Please provide a valid RFC 9562 UUID.");
    } else if after.referenced_uuid == cluster.uuid {
        errors.add(TARGET, "A cluster has no relation to itself.");
    }
    if let Some(kind) = &draft.relation_type {
        kind.trim().clone_into(&mut after.relation_type);
    }
    if after.relation_type.is_empty() {
        errors.add(KIND, format!("{KIND} cannot be empty."));
    }
    apply::check_line(KIND, &after.relation_type, errors);
    let level = apply::level(
        ctx,
        Level::stored(before.distribution, before.sharing_group),
        &draft.distribution,
        draft.sharing_group.as_ref(),
        errors,
    )?;
    (after.distribution, after.sharing_group) = (level.distribution.number(), level.group);
    if draft.tags.as_ref().is_some_and(|tags| tags.len() > MAX_FEW) {
        errors.add("tags", format!("A relation has at most {MAX_FEW} tags."));
    }
    if !errors.is_empty() {
        return Ok(None);
    }
    let tags = tags(ctx, &mut after, draft.tags.as_deref())?;
    after.referenced = target(ctx, after.referenced_uuid)?.map_or(0, |cluster| cluster.id);
    Ok(Some(Prepared {
        relation: after,
        tags,
    }))
}

/// Sets the tags of a relation; answers their ids.
fn tags(
    ctx: &mut Ctx<'_, '_>,
    relation: &mut GalaxyRelation,
    drafts: Option<&[TagDraft]>,
) -> Result<Vec<TagId>> {
    let Some(drafts) = drafts else {
        let book = std::sync::Arc::clone(&ctx.tags);
        let known = relation.tags.iter().filter_map(|name| book.by_name(name));
        return Ok(known.map(|tag| tag.id).collect());
    };
    let tags = TagResolver::default().attachable(ctx, drafts)?;
    let ids: Vec<TagId> = tags.iter().map(|tag| tag.id).collect();
    let numbers: Vec<i64> = ids.iter().map(|id| id.0).collect();
    relation.tags = entente_store::tag::by_ids(ctx.tx, &numbers)?
        .into_iter()
        .map(|tag| tag.name)
        .collect();
    Ok(ids)
}

fn target(ctx: &mut Ctx<'_, '_>, uuid: Uuid) -> Result<Option<GalaxyCluster>> {
    let scope = ctx.scope();
    Ok(entente_store::galaxy::cluster(ctx.tx, &scope, Ref::Uuid(uuid))?)
}

/// Writes relations of a cluster that has its id by now.
pub(super) fn store_all(
    ctx: &mut Ctx<'_, '_>,
    cluster: &GalaxyCluster,
    relations: Vec<Prepared>,
) -> Result<()> {
    for mut prepared in relations {
        prepared.relation.cluster = cluster.id;
        store(ctx, cluster, &prepared)?;
    }
    Ok(())
}

fn store(ctx: &mut Ctx<'_, '_>, cluster: &GalaxyCluster, prepared: &Prepared) -> Result<i64> {
    let relation = &prepared.relation;
    let level = Level::stored(relation.distribution, relation.sharing_group);
    let label = apply::label(ctx, (cluster.org, cluster.orgc), level, &prepared.tags)?;
    // The same one may stand twice in a body.
    let known = match relation.id {
        0 => {
            let (target, kind) = (relation.referenced_uuid, &relation.relation_type);
            entente_store::galaxy::same_relation_unscoped(ctx.tx, cluster.id, target, kind)?
                .map(|same| same.id)
        }
        id => Some(id),
    };
    match known {
        Some(id) => {
            let relation = GalaxyRelation {
                id,
                ..relation.clone()
            };
            entente_store::galaxy::update_relation(ctx.tx, &relation, label)?;
            Ok(id)
        }
        None => Ok(entente_store::galaxy::insert_relation(ctx.tx, relation, label)?),
    }
}

/// A change of a relation is one of its cluster.
fn touch(ctx: &mut Ctx<'_, '_>, cluster: &GalaxyCluster) -> Result<()> {
    let version = next_version(ctx, cluster);
    entente_store::galaxy::touch_cluster(ctx.tx, cluster.id, version, false, cluster.deleted)?;
    log(ctx, "edit", cluster, None)
}

/// Adds a relation to a custom cluster.
///
/// # Errors
/// `NotFound` for the cluster; `Conflict` for a published one of the library or when the relation exists;
/// `Denied` for another organisation; `Fields`.
pub fn add(ctx: &mut Ctx<'_, '_>, draft: &RelationDraft) -> Result<i64> {
    let Given::Value(source) = &draft.source else {
        return Err(Error::field(
            "galaxy_cluster_uuid",
            "Please provide a valid RFC 9562 UUID.",
        ));
    };
    let cluster = changeable(ctx, Some(Ref::Uuid(*source)), "edited")?;
    let mut errors = FieldErrors::default();
    if draft.distribution.is_absent() {
        errors.add("distribution", "Invalid distribution: 0 to 4 expected.");
    }
    let prepared = applied(ctx, &cluster, &blank(&cluster), draft, &mut errors)?;
    errors.into_result()?;
    let prepared = prepared.ok_or_else(|| Error::invalid(UNKNOWN))?;
    checked(ctx, &cluster, &prepared.relation)?;
    let id = store(ctx, &cluster, &prepared)?;
    touch(ctx, &cluster)?;
    Ok(id)
}

/// A relation named by itself points at something, and stands once.
fn checked(ctx: &mut Ctx<'_, '_>, cluster: &GalaxyCluster, relation: &GalaxyRelation) -> Result<()> {
    if relation.referenced == 0 {
        return Err(Error::field(TARGET, INVALID_TARGET));
    }
    let (target, kind) = (relation.referenced_uuid, &relation.relation_type);
    match entente_store::galaxy::same_relation_unscoped(ctx.tx, cluster.id, target, kind)? {
        Some(same) if same.id != relation.id => Err(Error::field(KIND, "Relation already exists")),
        _ => Ok(()),
    }
}

/// A relation that the caller may change, and its cluster.
fn editable(ctx: &mut Ctx<'_, '_>, relation: Option<i64>) -> Result<(GalaxyRelation, GalaxyCluster)> {
    let cluster = view(ctx, relation)?.relation.cluster;
    let cluster = changeable(ctx, Some(Ref::Id(cluster)), "edited")?;
    // Read again, as another writer may have been at it before this one's turn.
    let relation = view(ctx, relation)?.relation;
    Ok((relation, cluster))
}

/// Changes a relation of a custom cluster; where it starts stays.
///
/// # Errors
/// As [`add`].
pub fn edit(ctx: &mut Ctx<'_, '_>, relation: Option<i64>, draft: &RelationDraft) -> Result<i64> {
    let (before, cluster) = editable(ctx, relation)?;
    let mut errors = FieldErrors::default();
    let prepared = applied(ctx, &cluster, &before, draft, &mut errors)?;
    errors.into_result()?;
    let prepared = prepared.ok_or_else(|| Error::invalid(UNKNOWN))?;
    if prepared.relation.referenced_uuid != before.referenced_uuid
        || prepared.relation.relation_type != before.relation_type
    {
        checked(ctx, &cluster, &prepared.relation)?;
    }
    store(ctx, &cluster, &prepared)?;
    touch(ctx, &cluster)?;
    Ok(before.id)
}

/// Removes a relation of a custom cluster.
///
/// # Errors
/// As [`add`].
pub fn delete(ctx: &mut Ctx<'_, '_>, relation: Option<i64>) -> Result<i64> {
    let (relation, cluster) = editable(ctx, relation)?;
    entente_store::galaxy::delete_relation(ctx.tx, relation.id)?;
    touch(ctx, &cluster)?;
    Ok(relation.id)
}
