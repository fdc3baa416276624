//! Listing, finding and counting tags. spec: 03#6, 07#2.5
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::tag::Pattern;
use entente_model::id::TagId;
use entente_model::library::GalaxyCluster;
use entente_model::tag::Tag;
use entente_model::taxonomy::{Taxonomy, TaxonomyEntry};
use entente_store::name_key;
use entente_store::tag::Usage;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Which tags to list.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// Names that meet all of these.
    pub names: Vec<Pattern>,
    /// Only the caller's favourites.
    pub favourites_only: bool,
    /// Count where they are in use.
    pub counted: bool,
}

/// The taxonomy a tag belongs to.
#[derive(Debug, Clone)]
pub struct TagTaxonomy {
    /// The taxonomy.
    pub taxonomy: Arc<Taxonomy>,
    /// The entry the tag stands for, unless its name only begins like the taxonomy.
    pub entry: Option<Arc<TaxonomyEntry>>,
}

/// A tag in a list.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The tag.
    pub tag: Arc<Tag>,
    /// Where it is in use, if counted.
    pub usage: Option<Usage>,
    /// The caller picks it often.
    pub favourite: bool,
    /// The enabled taxonomy it belongs to.
    pub taxonomy: Option<TagTaxonomy>,
}

/// Taxonomies and some of their entries, to find those of many tags.
struct Shelf {
    taxonomies: HashMap<String, Arc<Taxonomy>>,
    entries: HashMap<String, Arc<TaxonomyEntry>>,
}

impl Shelf {
    fn new(taxonomies: Vec<Taxonomy>, entries: Vec<TaxonomyEntry>) -> Self {
        Self {
            taxonomies: taxonomies
                .into_iter()
                .map(|x| (name_key(&x.namespace), Arc::new(x)))
                .collect(),
            entries: entries
                .into_iter()
                .rev()
                .map(|y| (name_key(&y.tag), Arc::new(y)))
                .collect(),
        }
    }

    /// The enabled taxonomies with all their entries.
    fn enabled(ctx: &mut Ctx<'_, '_>) -> Result<Self> {
        let mut taxonomies = entente_store::taxonomy::all(ctx.tx)?;
        taxonomies.retain(|taxonomy| taxonomy.enabled);
        let ids: Vec<i64> = taxonomies.iter().map(|taxonomy| taxonomy.id).collect();
        let entries = entente_store::taxonomy::entries(ctx.tx, &ids)?;
        Ok(Self::new(taxonomies, entries))
    }

    /// The taxonomy a name begins with, the longest namespace first.
    fn taxonomy_of(&self, name: &str) -> Option<&Arc<Taxonomy>> {
        let key = name_key(name);
        key.rmatch_indices(':')
            .find_map(|(at, _)| self.taxonomies.get(key.get(..at)?))
    }

    fn of(&self, name: &str) -> Option<TagTaxonomy> {
        let taxonomy = self.taxonomy_of(name)?;
        let entry = self
            .entries
            .get(&name_key(name))
            .filter(|entry| entry.taxonomy == taxonomy.id);
        Some(TagTaxonomy {
            taxonomy: Arc::clone(taxonomy),
            entry: entry.cloned(),
        })
    }
}

/// The taxonomies that tags belong to, enabled or not; tags of none are left out.
///
/// # Errors
/// Of the database.
pub fn taxonomies_of(ctx: &mut Ctx<'_, '_>, tags: &[Arc<Tag>]) -> Result<HashMap<TagId, TagTaxonomy>> {
    /// Names that one statement asks for.
    const ASKED: usize = 1_000;
    let taxonomies = entente_store::taxonomy::all(ctx.tx)?;
    let mut entries = Vec::new();
    for chunk in tags.chunks(ASKED) {
        let keys: Vec<String> = chunk.iter().map(|tag| name_key(&tag.name)).collect();
        entries.extend(entente_store::taxonomy::entries_by_tags(ctx.tx, &keys)?);
    }
    let shelf = Shelf::new(taxonomies, entries);
    let found = tags.iter().filter_map(|tag| Some((tag.id, shelf.of(&tag.name)?)));
    Ok(found.collect())
}

/// Tags by name.
///
/// # Errors
/// Of the database.
pub fn list(ctx: &mut Ctx<'_, '_>, listing: &Listing) -> Result<Vec<Listed>> {
    let favourites: HashSet<TagId> = favourites(ctx)?.into_iter().collect();
    let mut tags: Vec<Arc<Tag>> = ctx
        .tags
        .iter()
        .filter(|tag| listing.names.iter().all(|pattern| pattern.matches(&tag.name)))
        .filter(|tag| !listing.favourites_only || favourites.contains(&tag.id))
        .cloned()
        .collect();
    tags.sort_by_cached_key(|tag| name_key(&tag.name));
    let usage = if listing.counted {
        Some(Counts::of(ctx, None)?)
    } else {
        None
    };
    let shelf = Shelf::enabled(ctx)?;
    Ok(tags
        .into_iter()
        .map(|tag| Listed {
            usage: usage.as_ref().map(|counts| counts.usage(tag.id)),
            favourite: favourites.contains(&tag.id),
            taxonomy: shelf.of(&tag.name),
            tag,
        })
        .collect())
}

/// One tag with its use.
///
/// # Errors
/// `NotFound`; of the database.
pub fn view(ctx: &mut Ctx<'_, '_>, id: TagId) -> Result<Listed> {
    let tag = ctx
        .tags
        .get(id)
        .cloned()
        .ok_or_else(|| Error::not_found("Invalid Tag"))?;
    let counts = Counts::of(ctx, Some(&[id.0]))?;
    let favourite = favourites(ctx)?.contains(&id);
    Ok(Listed {
        usage: Some(counts.usage(id)),
        favourite,
        taxonomy: None,
        tag,
    })
}

struct Counts {
    events: HashMap<TagId, i64>,
    attributes: HashMap<TagId, i64>,
}

impl Counts {
    fn of(ctx: &mut Ctx<'_, '_>, tags: Option<&[i64]>) -> Result<Self> {
        let scope = ctx.scope();
        Ok(Self {
            events: entente_store::tag::count_events(ctx.tx, &scope, tags)?,
            attributes: entente_store::tag::count_attributes(ctx.tx, &scope, tags)?,
        })
    }
    fn usage(&self, tag: TagId) -> Usage {
        Usage {
            events: self.events.get(&tag).copied().unwrap_or_default(),
            attributes: self.attributes.get(&tag).copied().unwrap_or_default(),
        }
    }
}

/// A tag that a search found.
#[derive(Debug, Clone)]
pub struct Found {
    /// The tag.
    pub tag: Arc<Tag>,
    /// The taxonomy it belongs to, enabled or not.
    pub taxonomy: Option<TagTaxonomy>,
    /// The galaxy cluster it stands for.
    pub cluster: Option<Arc<GalaxyCluster>>,
}

/// Tags whose name meets any of these patterns, those called exactly so first, then by name. Unless
/// `strict`, also tags whose taxonomy or galaxy cluster calls them so.
///
/// # Errors
/// Of the database.
pub fn search(ctx: &mut Ctx<'_, '_>, wanted: &[String], strict: bool) -> Result<Vec<Found>> {
    let patterns: Vec<Pattern> = wanted.iter().map(|text| Pattern::new(text)).collect();
    let exact: HashSet<String> = wanted.iter().map(|text| name_key(text)).collect();
    let mut also: HashSet<String> = HashSet::new();
    if !strict {
        let scope = ctx.scope();
        for (text, pattern) in wanted.iter().zip(&patterns) {
            let like = pattern.as_like();
            // A cluster's value is a name, so that only its synonyms take a pattern. spec: 07#2.5
            let value = Pattern::new(&text.replace('%', "")).as_like();
            let clusters = entente_store::tag::names_by_cluster(ctx.tx, &scope, &value, &like)?;
            let titles = entente_store::taxonomy::tags_by_title(ctx.tx, &like)?;
            also.extend(clusters.iter().chain(&titles).map(|name| name_key(name)));
        }
    }
    let mut tags: Vec<(bool, String, Arc<Tag>)> = ctx
        .tags
        .iter()
        .map(|tag| (name_key(&tag.name), tag))
        .filter(|(key, tag)| patterns.iter().any(|pattern| pattern.matches(&tag.name)) || also.contains(key))
        .map(|(key, tag)| (!exact.contains(&key), key, Arc::clone(tag)))
        .collect();
    tags.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    let keys: Vec<String> = tags.iter().map(|(_, key, _)| key.clone()).collect();
    let taxonomies = entente_store::taxonomy::all(ctx.tx)?;
    let shelf = Shelf::new(
        taxonomies,
        entente_store::taxonomy::entries_by_tags(ctx.tx, &keys)?,
    );
    let scope = ctx.scope();
    let clusters: HashMap<String, Arc<GalaxyCluster>> =
        entente_store::galaxy::clusters_by_tag_keys(ctx.tx, &scope, &keys)?
            .into_iter()
            .rev()
            .map(|(key, cluster)| (key, Arc::new(cluster)))
            .collect();
    Ok(tags
        .into_iter()
        .map(|(_, key, tag)| Found {
            taxonomy: shelf.of(&tag.name),
            cluster: clusters.get(&key).cloned(),
            tag,
        })
        .collect())
}

/// How often tags are on events, as far as the caller sees.
#[derive(Debug, Clone, Default)]
pub struct Statistics {
    /// Tags in use, with the namespace of the enabled taxonomy they belong to.
    pub tags: Vec<(Arc<Tag>, Option<String>, i64)>,
}

/// Counts the tags of events.
///
/// # Errors
/// Of the database.
pub fn statistics(ctx: &mut Ctx<'_, '_>) -> Result<Statistics> {
    let scope = ctx.scope();
    let counts = entente_store::tag::count_events(ctx.tx, &scope, None)?;
    let shelf = Shelf::enabled(ctx)?;
    let mut tags: Vec<_> = counts
        .into_iter()
        .filter_map(|(id, count)| {
            let tag = Arc::clone(ctx.tags.get(id)?);
            let namespace = shelf
                .taxonomy_of(&tag.name)
                .map(|taxonomy| taxonomy.namespace.clone());
            Some((tag, namespace, count))
        })
        .collect();
    tags.sort_by_key(|(tag, _, _)| tag.id);
    Ok(Statistics { tags })
}

/// The tags that the caller picks often.
///
/// # Errors
/// Of the database.
pub fn favourites(ctx: &mut Ctx<'_, '_>) -> Result<Vec<TagId>> {
    Ok(entente_store::tag::favourites(ctx.tx, ctx.actor.user_id())?)
}

/// Adds a tag to the caller's favourites, or takes it off.
///
/// # Errors
/// `NotFound`; of the database.
pub fn set_favourite(ctx: &mut Ctx<'_, '_>, id: TagId, favourite: bool) -> Result<()> {
    if ctx.tags.get(id).is_none() {
        return Err(Error::not_found("Invalid Tag"));
    }
    Ok(entente_store::tag::set_favourite(
        ctx.tx,
        ctx.actor.user_id(),
        id,
        favourite,
    )?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taxonomy(id: i64, namespace: &str) -> Taxonomy {
        Taxonomy {
            id,
            namespace: namespace.to_owned(),
            description: String::new(),
            version: 1,
            enabled: true,
            exclusive: false,
            required: false,
            highlighted: false,
        }
    }

    #[test]
    fn the_longest_namespace_wins() {
        let shelf = Shelf::new(vec![taxonomy(1, "a"), taxonomy(2, "A:b")], Vec::new());
        let of = |name: &str| shelf.of(name).map(|found| found.taxonomy.id);
        assert_eq!(of("a:b:c"), Some(2));
        assert_eq!(of("a:c"), Some(1));
        assert_eq!(of("ab:c"), None);
        assert_eq!(of("a"), None);
    }
}
