//! A galaxy as a matrix. spec: 07#4.9
use super::{cluster_of_galaxy, columns};
use entente_model::library::{FullCluster, Galaxy};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use uuid::Uuid;

/// A tab of a matrix: its columns with their clusters, in order.
#[derive(Debug, Clone)]
pub struct Tab<'a> {
    /// Its name.
    pub name: &'a str,
    /// Columns by name.
    pub columns: Vec<(&'a str, &'a [Arc<FullCluster>])>,
}

/// The matrix of a galaxy on this instance.
#[must_use]
pub fn matrix(galaxy: &Galaxy, tabs: &[Tab<'_>], instance: Uuid) -> Value {
    let mut tags = BTreeSet::new();
    let (mut chain, mut shown) = (Map::new(), Map::new());
    for tab in tabs {
        let names: Vec<&str> = tab.columns.iter().map(|(name, _)| *name).collect();
        chain.insert(tab.name.to_owned(), json!(names));
        let columns: Map<String, Value> = tab
            .columns
            .iter()
            .map(|(name, clusters)| {
                tags.extend(clusters.iter().map(|cluster| cluster.cluster.tag_name.as_str()));
                (
                    (*name).to_owned(),
                    clusters.iter().map(|cluster| cell(cluster)).collect(),
                )
            })
            .collect();
        shown.insert(tab.name.to_owned(), Value::Object(columns));
    }
    json!({
        "killChain": chain,
        "tabs": shown,
        "matrixTags": tags,
        "instance-uuid": instance.to_string(),
        "galaxy": columns(galaxy),
    })
}

fn cell(cluster: &FullCluster) -> Value {
    let mut cell = cluster_of_galaxy(cluster);
    let number = cluster
        .elements
        .iter()
        .find(|element| element.key == "external_id");
    if let (Some(number), Some(cell)) = (number, cell.as_object_mut()) {
        cell.insert("external_id".to_owned(), number.value.as_str().into());
    }
    cell
}
