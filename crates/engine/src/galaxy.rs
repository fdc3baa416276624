//! Galaxies and clusters: reading, attaching through tags, and custom ones. spec: 07#4
mod apply;
pub mod change;
mod choice;
pub mod import;
pub mod library;
mod matrix;
pub mod relation;

use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::Entry;
use crate::tag::{Attach, AttachedTag, TagChoice, TargetChoice};
pub use choice::chosen;
use entente_model::id::{OrgId, Ref, TagId};
use entente_model::library::{FullCluster, Galaxy, GalaxyCluster, GalaxyElement, GalaxyRelation};
use entente_model::tag::Tag;
pub use entente_store::galaxy::ClusterFilter;
pub use matrix::{Column, Matrix, attack, matrix};
use std::collections::HashMap;
use std::sync::Arc;

const UNKNOWN: &str = "Invalid Galaxy.";
const UNKNOWN_CLUSTER: &str = "Invalid galaxy cluster";

/// Clusters read together, with their metadata and relations.
const PAGE: i64 = 500;

/// A cluster and the galaxy it belongs to.
#[derive(Debug, Clone)]
pub struct Placed {
    /// The galaxy.
    pub galaxy: Arc<Galaxy>,
    /// The cluster.
    pub cluster: Arc<FullCluster>,
}

/// The clusters that tags stand for, as far as the caller sees them. A fixed number of queries for any
/// number of tags: ask once per batch of events.
///
/// # Errors
/// Of the database.
pub fn of_tags(ctx: &mut Ctx<'_, '_>, tags: &[Arc<Tag>]) -> Result<HashMap<TagId, Placed>> {
    let by_key: HashMap<String, TagId> = tags
        .iter()
        .filter(|tag| tag.is_galaxy)
        .map(|tag| (entente_store::name_key(&tag.name), tag.id))
        .collect();
    if by_key.is_empty() {
        return Ok(HashMap::new());
    }
    let keys: Vec<String> = by_key.keys().cloned().collect();
    let scope = ctx.scope();
    let mut tags_of: HashMap<i64, TagId> = HashMap::new();
    let mut clusters = Vec::new();
    let mut taken: HashMap<String, i64> = HashMap::new();
    for (key, cluster) in entente_store::galaxy::clusters_by_tag_keys(ctx.tx, &scope, &keys)? {
        // Two galaxies may name a cluster alike; the older one has the tag.
        if *taken.entry(key.clone()).or_insert(cluster.id) != cluster.id {
            continue;
        }
        if let Some(tag) = by_key.get(&key) {
            tags_of.insert(cluster.id, *tag);
            clusters.push(cluster);
        }
    }
    let placed = place(ctx, clusters)?;
    let by_tag = placed.into_iter().filter_map(|placed| {
        let tag = tags_of.get(&placed.cluster.cluster.id)?;
        Some((*tag, placed))
    });
    Ok(by_tag.collect())
}

/// Adds metadata, relations and galaxy to clusters the caller has seen.
fn place(ctx: &mut Ctx<'_, '_>, clusters: Vec<GalaxyCluster>) -> Result<Vec<Placed>> {
    let mut galaxies: Vec<i64> = clusters.iter().map(|cluster| cluster.galaxy).collect();
    galaxies.sort_unstable();
    galaxies.dedup();
    let galaxies: HashMap<i64, Arc<Galaxy>> = entente_store::galaxy::by_ids(ctx.tx, &galaxies)?
        .into_iter()
        .map(|galaxy| (galaxy.id, Arc::new(galaxy)))
        .collect();
    let placed = full(ctx, clusters)?.into_iter().filter_map(|cluster| {
        let galaxy = Arc::clone(galaxies.get(&cluster.cluster.galaxy)?);
        Some(Placed {
            galaxy,
            cluster: Arc::new(cluster),
        })
    });
    Ok(placed.collect())
}

fn full(ctx: &mut Ctx<'_, '_>, clusters: Vec<GalaxyCluster>) -> Result<Vec<FullCluster>> {
    let ids: Vec<i64> = clusters.iter().map(|cluster| cluster.id).collect();
    let mut elements: HashMap<i64, Vec<GalaxyElement>> = HashMap::new();
    for element in entente_store::galaxy::elements_unscoped(ctx.tx, &ids)? {
        elements.entry(element.cluster).or_default().push(element);
    }
    let scope = ctx.scope();
    let visible = entente_store::galaxy::relations(ctx.tx, &scope, &ids)?;
    let mut relations: HashMap<i64, Vec<GalaxyRelation>> = HashMap::new();
    let owners: HashMap<i64, OrgId> = clusters.iter().map(|cluster| (cluster.id, cluster.org)).collect();
    for relation in relation::masked(ctx, visible, &owners)? {
        relations.entry(relation.cluster).or_default().push(relation);
    }
    let full = clusters.into_iter().map(|cluster| FullCluster {
        elements: elements.remove(&cluster.id).unwrap_or_default(),
        relations: relations.remove(&cluster.id).unwrap_or_default(),
        cluster,
    });
    Ok(full.collect())
}

/// Which galaxies an index is asked for.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// Contained in name, namespace, description, kill chain or uuid.
    pub text: Option<String>,
    /// Whether enabled.
    pub enabled: Option<bool>,
}

/// Galaxies by id.
///
/// # Errors
/// Of the database.
pub fn list(ctx: &mut Ctx<'_, '_>, listing: &Listing) -> Result<Vec<Galaxy>> {
    let mut galaxies = match &listing.text {
        Some(text) => entente_store::galaxy::containing(ctx.tx, text)?,
        None => entente_store::galaxy::list(ctx.tx)?,
    };
    galaxies.retain(|galaxy| listing.enabled.is_none_or(|enabled| galaxy.enabled == enabled));
    Ok(galaxies)
}

/// A galaxy.
///
/// # Errors
/// `NotFound`.
pub fn view(ctx: &mut Ctx<'_, '_>, galaxy: Option<Ref>) -> Result<Galaxy> {
    let found = match galaxy {
        Some(galaxy) => entente_store::galaxy::find(ctx.tx, galaxy)?,
        None => None,
    };
    found.ok_or_else(|| Error::not_found(UNKNOWN))
}

/// Switches a galaxy to a state, or to its other one.
///
/// # Errors
/// `NotFound`.
pub fn set_enabled(ctx: &mut Ctx<'_, '_>, galaxy: Option<Ref>, enabled: Option<bool>) -> Result<bool> {
    let galaxy = view(ctx, galaxy)?;
    let enabled = enabled.unwrap_or(!galaxy.enabled);
    if enabled != galaxy.enabled {
        entente_store::galaxy::set_enabled(ctx.tx, galaxy.id, enabled)?;
        ctx.log(&Entry {
            model: "Galaxy",
            id: galaxy.id,
            action: if enabled { "enable" } else { "disable" },
            title: format!("Galaxy ({}): {}", galaxy.id, galaxy.name),
            ..Entry::default()
        })?;
    }
    Ok(enabled)
}

/// A cluster the caller sees, soft-deleted ones too.
///
/// # Errors
/// `NotFound`.
pub fn cluster(ctx: &mut Ctx<'_, '_>, cluster: Option<Ref>) -> Result<Placed> {
    let scope = ctx.scope();
    let found = match cluster {
        Some(cluster) => entente_store::galaxy::cluster(ctx.tx, &scope, cluster)?,
        None => None,
    };
    let found = found.ok_or_else(|| Error::not_found(UNKNOWN_CLUSTER))?;
    place(ctx, vec![found])?
        .pop()
        .ok_or_else(|| Error::not_found(UNKNOWN_CLUSTER))
}

/// How many events that the caller sees carry a cluster's tag; none when there is no such tag.
///
/// # Errors
/// Of the database.
pub fn tag_use(ctx: &mut Ctx<'_, '_>, cluster: &GalaxyCluster) -> Result<Option<(TagId, i64)>> {
    let Some(tag) = ctx.tags.by_name(&cluster.tag_name).map(|tag| tag.id) else {
        return Ok(None);
    };
    let scope = ctx.scope();
    let counts = entente_store::tag::count_events(ctx.tx, &scope, Some(&[tag.0]))?;
    Ok(Some((tag, counts.get(&tag).copied().unwrap_or(0))))
}

/// Tag names as a filter compares them.
#[must_use]
pub fn tag_keys(names: &[String]) -> Vec<String> {
    names.iter().map(|name| entente_store::name_key(name)).collect()
}

/// The galaxy tags of events that the caller sees, as a filter compares them.
///
/// # Errors
/// Of the database.
pub fn tag_keys_of_events(ctx: &mut Ctx<'_, '_>, events: &[Ref]) -> Result<Vec<String>> {
    let scope = ctx.scope();
    let mut numbers = Vec::new();
    for event in events {
        if let Some(event) = entente_store::event::find(ctx.tx, &scope, *event)? {
            numbers.push(event.id.0);
        }
    }
    let links = entente_store::tag::links_of_events_unscoped(ctx.tx, &numbers)?;
    let tags = links.iter().filter_map(|link| ctx.tags.get(link.tag));
    let names = tags.filter(|tag| tag.is_galaxy);
    Ok(names.map(|tag| entente_store::name_key(&tag.name)).collect())
}

/// A part of a search for clusters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Page {
    /// How many to leave out.
    pub skip: i64,
    /// How many at most.
    pub limit: Option<i64>,
}

/// Hands clusters that meet a filter to `take`, by id, a few hundred in memory at a time.
///
/// # Errors
/// Of the database or of `take`.
pub fn each_cluster(
    ctx: &mut Ctx<'_, '_>,
    filter: &ClusterFilter,
    page: Page,
    mut take: impl FnMut(&Placed) -> Result<()>,
) -> Result<()> {
    let scope = ctx.scope();
    let (mut skip, mut left) = (page.skip, page.limit.unwrap_or(i64::MAX));
    let mut after = 0;
    while left > 0 {
        let mut found = entente_store::galaxy::search(ctx.tx, &scope, filter, after, PAGE)?;
        let Some(last) = found.last() else { return Ok(()) };
        after = last.id;
        let count = i64::try_from(found.len()).unwrap_or(PAGE);
        let skipped = skip.min(count);
        skip -= skipped;
        found.drain(..usize::try_from(skipped).unwrap_or(0));
        found.truncate(usize::try_from(left).unwrap_or(usize::MAX));
        left -= i64::try_from(found.len()).unwrap_or(PAGE);
        for placed in place(ctx, found)? {
            take(&placed)?;
        }
        if count < PAGE {
            return Ok(());
        }
    }
    Ok(())
}

/// What became of attaching clusters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttachedClusters {
    /// At least one is attached now.
    New,
    /// All were attached before.
    Already,
}

/// Attaches clusters to an event or attribute by their tags, which are made when they are missing.
///
/// # Errors
/// `NotFound` for target or cluster, `Denied` without the right to tag, `Conflict` for a galaxy whose
/// clusters attach only locally.
pub fn attach(
    ctx: &mut Ctx<'_, '_>,
    target: TargetChoice,
    clusters: &[Ref],
    local: bool,
) -> Result<AttachedClusters> {
    let request = Attach {
        target,
        tags: cluster_tags(ctx, clusters, local)?,
        local,
        relationship: None,
        strict: false,
    };
    let attached = crate::tag::attach(ctx, &request)?;
    let mut outcome = AttachedClusters::Already;
    for tag in attached.tags {
        match tag {
            AttachedTag::New(_) => outcome = AttachedClusters::New,
            AttachedTag::Already(_) => {}
            AttachedTag::Refused(reason) => return Err(Error::denied(reason)),
        }
    }
    Ok(outcome)
}

/// Puts the tags of clusters into a collection of tags.
///
/// # Errors
/// `NotFound` for collection or cluster, `Denied` without the right to change the collection.
pub fn collect(ctx: &mut Ctx<'_, '_>, collection: Option<Ref>, clusters: &[Ref]) -> Result<AttachedClusters> {
    let tags = cluster_tags(ctx, clusters, true)?;
    let added = crate::tag::collection::add_tags(ctx, collection, &tags)?;
    Ok(if added > 0 {
        AttachedClusters::New
    } else {
        AttachedClusters::Already
    })
}

/// The tags that stand for clusters, made when they are missing.
fn cluster_tags(ctx: &mut Ctx<'_, '_>, clusters: &[Ref], local: bool) -> Result<Vec<TagChoice>> {
    let mut tags = Vec::with_capacity(clusters.len());
    for reference in clusters {
        let placed = cluster(ctx, Some(*reference))?;
        if placed.cluster.cluster.deleted {
            return Err(Error::not_found(UNKNOWN_CLUSTER));
        }
        if placed.galaxy.local_only && !local {
            return Err(Error::conflict(
                "This galaxy can only be attached as a local tag.",
            ));
        }
        let name = &placed.cluster.cluster.tag_name;
        if ctx.tags.by_name(name).is_none() && entente_store::tag::by_name(ctx.tx, name)?.is_none() {
            // Whoever may attach a cluster may bring its tag into being: it names nothing new.
            let tag = crate::knowledge::cluster_tag(ctx.tx, name)?;
            ctx.touch_tag(tag);
        }
        tags.push(TagChoice::Name(name.clone()));
    }
    Ok(tags)
}
