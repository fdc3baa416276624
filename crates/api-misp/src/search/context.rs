//! What the tags of found events mean: the matrix of a galaxy with counts, vocabularies, clusters. spec: 04#6.13
//!
//! Events are walked one after the other and only the number of events of each tag is kept; what stands behind
//! the tags is read once at the end.
use super::event::{bare, each, each_kept};
use super::output::{Form, Look};
use crate::event::options::Shown;
use entente_engine::event::view;
use entente_engine::tag::TagTaxonomy;
use entente_engine::{Ctx, Error, Result, galaxy};
use entente_formats::attack::{Cell, GalaxyName, Matrix};
use entente_formats::context::{ClusterText, Context, DESCRIPTION, GalaxyText, TagText, Vocabulary};
use entente_formats::markup;
use entente_http::Spool;
use entente_http::spool::Spooled;
use entente_misp::filter::Search;
use entente_misp::write::JsonWriter;
use entente_model::id::TagId;
use entente_model::library::Galaxy;
use entente_model::tag::Tag;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// The galaxy of the matrix unless the request names another.
const USUAL: &str = "mitre-attack-pattern";
/// Tags of no taxonomy.
const CUSTOM: &str = "Custom Tags";
/// Clusters read at a time; metadata and relations come with them.
const CLUSTERS: usize = 200;

/// Renders what the tags of these events mean.
///
/// # Errors
/// Of the database or the spool; `Invalid` for a galaxy that has no matrix.
pub(super) fn render(
    ctx: &mut Ctx<'_, '_>,
    wanted: &Search,
    form: Form,
    page: &[i64],
    shown: &Shown,
) -> Result<Spooled> {
    let counts = counts(ctx, page, shown)?;
    let mut spool = Spool::default();
    match form {
        Form::Attack(look) => {
            let matrix = matrix(ctx, wanted, &counts)?;
            let text = match look {
                Look::Json => matrix.json().to_string(),
                Look::Page => {
                    let mut body = String::new();
                    matrix.html(&mut body);
                    markup::page("Techniques", &body)
                }
            };
            spool.buffer().extend_from_slice(text.as_bytes());
        }
        Form::Context(Look::Json) => {
            let matrix = matrix(ctx, wanted, &counts)?;
            json(ctx, &counts, &matrix, &mut spool)?;
        }
        Form::Context(Look::Page) => {
            let matrix = matrix(ctx, wanted, &counts)?;
            let page = text(ctx, &counts)?.page(&matrix);
            spool.buffer().extend_from_slice(page.as_bytes());
        }
        _ => {
            let markdown = text(ctx, &counts)?.markdown();
            spool.buffer().extend_from_slice(markdown.as_bytes());
        }
    }
    Ok(spool.finish()?)
}

/// How many of the events carry each tag, themselves or on an attribute.
fn counts(ctx: &mut Ctx<'_, '_>, page: &[i64], shown: &Shown) -> Result<HashMap<TagId, u64>> {
    let mut counts: HashMap<TagId, u64> = HashMap::new();
    each(ctx, page, |ctx, event| {
        let head = view::head_of(ctx, event, bare(shown))?;
        let mut tags: HashSet<TagId> = head.tags.iter().map(|item| item.tag.id).collect();
        each_kept(ctx, &head, shown, |_, item| {
            tags.extend(item.tags.iter().map(|item| item.tag.id));
            Ok(())
        })?;
        for tag in tags {
            *counts.entry(tag).or_default() += 1;
        }
        Ok(())
    })?;
    Ok(counts)
}

/// Counted tags by name: those of galaxies, or all others.
fn tags(ctx: &Ctx<'_, '_>, counts: &HashMap<TagId, u64>, of_galaxies: bool) -> Vec<Arc<Tag>> {
    let mut tags: Vec<Arc<Tag>> = counts
        .keys()
        .filter_map(|id| ctx.tags.get(*id))
        .filter(|tag| tag.is_galaxy == of_galaxies)
        .cloned()
        .collect();
    tags.sort_by(|a, b| a.name.cmp(&b.name));
    tags
}

fn named(galaxy: &Galaxy) -> GalaxyName {
    GalaxyName {
        id: galaxy.id.to_string(),
        name: galaxy.name.clone(),
        kind: galaxy.galaxy_type.clone(),
    }
}

/// Tabs with their columns, in the order of the galaxy.
fn order_of(galaxy: &Galaxy) -> Vec<(String, Vec<String>)> {
    let order = galaxy.kill_chain_order.as_deref().unwrap_or_default();
    let Ok(Value::Object(tabs)) = serde_json::from_str(order) else {
        return Vec::new();
    };
    tabs.into_iter()
        .map(|(tab, columns)| {
            let names = columns.as_array().map(Vec::as_slice).unwrap_or_default();
            let names = names.iter().filter_map(Value::as_str).map(str::to_owned);
            (tab, names.collect())
        })
        .collect()
}

fn matrix(ctx: &mut Ctx<'_, '_>, wanted: &Search, counts: &HashMap<TagId, u64>) -> Result<Matrix> {
    let asked = wanted.params.text("attackGalaxy");
    let kind = asked.as_deref().unwrap_or(USUAL);
    let mut galaxies = galaxy::list(ctx, &galaxy::Listing::default())?;
    galaxies.retain(|galaxy| galaxy.kill_chain_order.is_some());
    let others: Vec<GalaxyName> = galaxies.iter().map(named).collect();
    let Some(galaxy) = galaxies.iter().find(|galaxy| galaxy.galaxy_type == kind) else {
        // without imported galaxies there is nothing to place techniques in, which is no mistake of the caller
        return match asked {
            None => Ok(Matrix::new(GalaxyName::default(), others, Vec::new())),
            Some(_) => Err(Error::invalid("attackGalaxy names no galaxy with a matrix.")),
        };
    };
    let mut matrix = Matrix::new(named(galaxy), others, order_of(galaxy));
    let filter = galaxy::ClusterFilter {
        galaxies: Some(vec![galaxy.id]),
        deleted: Some(false),
        ..galaxy::ClusterFilter::default()
    };
    galaxy::each_cluster(ctx, &filter, galaxy::Page::default(), |placed| {
        let of_key = |key: &str| {
            let elements = placed.cluster.elements.iter();
            let values = elements.filter(|element| element.key == key);
            values.map(|element| element.value.clone()).collect::<Vec<_>>()
        };
        let cluster = &placed.cluster.cluster;
        let cell = Cell {
            id: cluster.id.to_string(),
            uuid: cluster.uuid.to_string(),
            value: cluster.value.clone(),
            tag_name: cluster.tag_name.clone(),
            external_id: of_key("external_id").into_iter().next().unwrap_or_default(),
        };
        matrix.place(cell, &of_key("kill_chain"));
        Ok(())
    })?;
    let by_name: HashMap<String, u64> = counts
        .iter()
        .filter_map(|(id, count)| Some((ctx.tags.get(*id)?.name.clone(), *count)))
        .collect();
    matrix.count(&by_name);
    Ok(matrix)
}

/// Tags by the namespace of their taxonomy, those of none at the end of the alphabet's `Custom Tags`.
type ByNamespace = BTreeMap<String, Vec<(Arc<Tag>, Option<TagTaxonomy>)>>;

fn by_namespace(ctx: &mut Ctx<'_, '_>, counts: &HashMap<TagId, u64>) -> Result<ByNamespace> {
    let tags = tags(ctx, counts, false);
    let mut taxonomies = entente_engine::tag::taxonomies_of(ctx, &tags)?;
    let mut grouped = ByNamespace::new();
    for tag in tags {
        let of = taxonomies.remove(&tag.id);
        let namespace = of.as_ref().map_or(CUSTOM, |of| of.taxonomy.namespace.as_str());
        grouped.entry(namespace.to_owned()).or_default().push((tag, of));
    }
    Ok(grouped)
}

/// `{attackData, tags, clusters}`, written piece by piece.
fn json(
    ctx: &mut Ctx<'_, '_>,
    counts: &HashMap<TagId, u64>,
    matrix: &Matrix,
    spool: &mut Spool,
) -> Result<()> {
    JsonWriter::new(spool.buffer()).begin_map();
    JsonWriter::new(spool.buffer())
        .key("attackData")
        .raw(matrix.json().to_string().as_bytes());
    let groups = by_namespace(ctx, counts)?;
    JsonWriter::resume(spool.buffer()).key("tags").begin_map();
    for (i, (namespace, tags)) in groups.iter().enumerate() {
        opened(spool, i > 0).any_key(namespace).begin_list();
        for (j, (tag, of)) in tags.iter().enumerate() {
            opened(spool, j > 0).raw(tag_json(tag, of.as_ref()).to_string().as_bytes());
            spool.settle()?;
        }
        JsonWriter::resume(spool.buffer()).end_list();
    }
    JsonWriter::resume(spool.buffer()).end_map();
    JsonWriter::resume(spool.buffer()).key("clusters").begin_map();
    let mut last: Option<String> = None;
    each_cluster(ctx, counts, |placed| {
        let kind = &placed.galaxy.galaxy_type;
        let same = last.as_ref() == Some(kind);
        if !same {
            if last.is_some() {
                JsonWriter::resume(spool.buffer()).end_list();
            }
            opened(spool, last.is_some()).any_key(kind).begin_list();
            last = Some(kind.clone());
        }
        let item = json!({
            "Galaxy": entente_misp::galaxy::columns(&placed.galaxy),
            "GalaxyCluster": entente_misp::galaxy::cluster_columns(&placed.cluster.cluster),
        });
        opened(spool, same).raw(item.to_string().as_bytes());
        Ok(spool.settle()?)
    })?;
    if last.is_some() {
        JsonWriter::resume(spool.buffer()).end_list();
    }
    spool.buffer().extend_from_slice(b"}}");
    Ok(())
}

fn opened(spool: &mut Spool, behind_another: bool) -> JsonWriter<'_> {
    if behind_another {
        JsonWriter::resume(spool.buffer())
    } else {
        JsonWriter::new(spool.buffer())
    }
}

fn tag_json(tag: &Tag, of: Option<&TagTaxonomy>) -> Value {
    let mut item = json!({ "Tag": entente_misp::tag::columns(tag) });
    let Some((of, item_map)) = of.zip(item.as_object_mut()) else {
        return item;
    };
    item_map.insert(
        "Taxonomy".to_owned(),
        entente_misp::taxonomy::columns(&of.taxonomy).into(),
    );
    if let Some(entry) = &of.entry {
        let mut predicate = entente_misp::taxonomy::predicate(entry);
        let value = predicate
            .as_object_mut()
            .and_then(|predicate| predicate.shift_remove("TaxonomyEntry"));
        item_map.insert("TaxonomyPredicate".to_owned(), predicate);
        if let Some(Value::Array(mut values)) = value
            && let Some(value) = values.pop()
        {
            item_map.insert("TaxonomyEntry".to_owned(), value);
        }
    }
    item
}

/// The clusters behind counted tags, galaxy by galaxy; those that the caller does not see are left out.
fn each_cluster(
    ctx: &mut Ctx<'_, '_>,
    counts: &HashMap<TagId, u64>,
    mut take: impl FnMut(&galaxy::Placed) -> Result<()>,
) -> Result<()> {
    // tags of one galaxy begin alike, so by name they come one after the other
    let tags = tags(ctx, counts, true);
    for chunk in tags.chunks(CLUSTERS) {
        let found = galaxy::of_tags(ctx, chunk)?;
        for placed in chunk.iter().filter_map(|tag| found.get(&tag.id)) {
            take(placed)?;
        }
    }
    Ok(())
}

fn text(ctx: &mut Ctx<'_, '_>, counts: &HashMap<TagId, u64>) -> Result<Context> {
    let vocabularies = by_namespace(ctx, counts)?
        .into_iter()
        .map(|(name, tags)| {
            let taxonomy = tags
                .first()
                .and_then(|(_, of)| of.as_ref())
                .map(|of| &of.taxonomy);
            Vocabulary {
                description: taxonomy
                    .map(|taxonomy| taxonomy.description.clone())
                    .unwrap_or_default(),
                tags: tags.iter().map(|(tag, of)| tag_text(tag, of.as_ref())).collect(),
                name,
            }
        })
        .collect();
    let base_url = ctx.app.base_url().to_owned();
    let mut galaxies: Vec<(i64, GalaxyText)> = Vec::new();
    each_cluster(ctx, counts, |placed| {
        let id = placed.galaxy.id;
        if galaxies.last().is_none_or(|(last, _)| *last != id) {
            let text = GalaxyText {
                name: placed.galaxy.name.clone(),
                description: placed.galaxy.description.clone(),
                clusters: Vec::new(),
            };
            galaxies.push((id, text));
        }
        let cluster = &placed.cluster.cluster;
        if let Some((_, galaxy)) = galaxies.last_mut() {
            galaxy.clusters.push(ClusterText {
                value: cluster.value.clone(),
                url: format!("{base_url}/galaxy_clusters/view/{}", cluster.id),
                description: markup::shortened(&cluster.description, DESCRIPTION),
            });
        }
        Ok(())
    })?;
    Ok(Context {
        vocabularies,
        galaxies: galaxies.into_iter().map(|(_, galaxy)| galaxy).collect(),
    })
}

fn tag_text(tag: &Tag, of: Option<&TagTaxonomy>) -> TagText {
    let entry = of.and_then(|of| of.entry.as_ref());
    TagText {
        name: tag.name.clone(),
        colour: tag.colour.clone(),
        expanded: entry.map(|entry| entry.expanded.clone()).unwrap_or_default(),
        description: entry
            .and_then(|entry| entry.description.clone())
            .unwrap_or_default(),
    }
}
