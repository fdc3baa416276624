//! A galaxy as a matrix: tabs, their columns, and the clusters in each. spec: 07#4.9
use super::{ClusterFilter, Page, Placed, each_cluster, view};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use entente_model::id::Ref;
use entente_model::library::{FullCluster, Galaxy};
use std::collections::HashMap;
use std::sync::Arc;

/// The metadata key that says where a cluster stands, as `tab:column`.
const PLACE: &str = "kill_chain";

/// A column and its clusters, by value.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its clusters; one that stands in several columns is in each of them.
    pub clusters: Vec<Arc<FullCluster>>,
}

/// A matrix.
#[derive(Debug, Clone)]
pub struct Matrix {
    /// The galaxy.
    pub galaxy: Galaxy,
    /// Tabs with their columns, in published order.
    pub tabs: Vec<(String, Vec<Column>)>,
}

impl Matrix {
    /// The tags of its clusters.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        let columns = self.tabs.iter().flat_map(|(_, columns)| columns);
        let clusters = columns.flat_map(|column| &column.clusters);
        clusters.map(|cluster| cluster.cluster.tag_name.as_str())
    }
}

/// The galaxy that ATT&CK is: its type, in its namespace, of the highest version. spec: 07#4.9
///
/// # Errors
/// Of the database.
pub fn attack(ctx: &mut Ctx<'_, '_>) -> Result<Option<Galaxy>> {
    let all = entente_store::galaxy::list(ctx.tx)?;
    Ok(all
        .into_iter()
        .filter(|galaxy| galaxy.galaxy_type == "mitre-attack-pattern" && galaxy.namespace == "mitre-attack")
        .max_by_key(|galaxy| galaxy.version))
}

/// The matrix of a galaxy, with the live clusters that the caller sees.
///
/// # Errors
/// `NotFound` for the galaxy, or when it has no matrix.
pub fn matrix(ctx: &mut Ctx<'_, '_>, galaxy: Option<Ref>) -> Result<Matrix> {
    let galaxy = view(ctx, galaxy)?;
    let order = galaxy.kill_chain_order.as_deref().unwrap_or("{}");
    let order: serde_json::Map<String, serde_json::Value> = serde_json::from_str(order)
        .map_err(|error| Error::Damaged(format!("galaxy {}: {error}", galaxy.id)))?;
    if order.is_empty() {
        return Err(Error::not_found("This galaxy has no matrix."));
    }
    let filter = ClusterFilter {
        galaxies: Some(vec![galaxy.id]),
        deleted: Some(false),
        ..ClusterFilter::default()
    };
    let mut places: HashMap<String, Vec<Arc<FullCluster>>> = HashMap::new();
    each_cluster(ctx, &filter, Page::default(), |placed: &Placed| {
        let of = placed
            .cluster
            .elements
            .iter()
            .filter(|element| element.key == PLACE);
        for element in of {
            places
                .entry(element.value.clone())
                .or_default()
                .push(Arc::clone(&placed.cluster));
        }
        Ok(())
    })?;
    let tabs = order.into_iter().map(|(tab, columns)| {
        let names = columns.as_array().cloned().unwrap_or_default();
        let columns = names.iter().filter_map(serde_json::Value::as_str).map(|name| {
            let mut clusters = places.remove(&format!("{tab}:{name}")).unwrap_or_default();
            clusters.sort_by(|a, b| a.cluster.value.cmp(&b.cluster.value));
            Column {
                name: name.to_owned(),
                clusters,
            }
        });
        let columns = columns.collect();
        (tab, columns)
    });
    let tabs = tabs.collect();
    Ok(Matrix { galaxy, tabs })
}
