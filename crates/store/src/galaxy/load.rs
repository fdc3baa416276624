//! Loading published clusters in bulk. spec: 07#4.3
use crate::text_list;
use entente_db::{DbError, Tx, Type, Value, params};
use entente_model::library::GalaxyCluster;
use uuid::Uuid;

/// A published cluster to store.
#[derive(Debug, Clone)]
pub struct NewCluster {
    /// The row; its id is given on insertion, or that of the row to replace.
    pub cluster: GalaxyCluster,
    /// Its metadata.
    pub elements: Vec<(String, String)>,
    /// Its relations.
    pub relations: Vec<NewRelation>,
}

/// A published relation to store.
#[derive(Debug, Clone)]
pub struct NewRelation {
    /// The other cluster.
    pub target: Uuid,
    /// The kind of relation.
    pub relation_type: String,
    /// Names of tags on it.
    pub tags: Vec<String>,
}

/// Published clusters of a galaxy as (uuid, id, version).
///
/// # Errors
/// Of the database.
pub fn known_clusters_unscoped(tx: &mut Tx<'_>, galaxy: i64) -> Result<Vec<(Uuid, i64, i64)>, DbError> {
    tx.all(
        "SELECT uuid, id, version FROM galaxy_cluster WHERE galaxy_id = $1 AND is_default = TRUE",
        params![galaxy],
        |row| Ok((row.get_uuid(0)?, row.get_int(1)?, row.get_int(2)?)),
    )
}

/// Adds clusters with what belongs to them; their ids are given.
///
/// # Errors
/// `Unique` when a galaxy has a cluster of that uuid.
pub fn insert_clusters(tx: &mut Tx<'_>, clusters: &mut [NewCluster]) -> Result<(), DbError> {
    let Ok(count @ 1..) = i64::try_from(clusters.len()) else {
        return Ok(());
    };
    let first = tx.next_ids("galaxy_cluster", count)?;
    for (id, new) in (first..).zip(clusters.iter_mut()) {
        new.cluster.id = id;
    }
    let mut bulk = tx.bulk(
        "galaxy_cluster",
        &[
            ("id", Type::Int),
            ("uuid", Type::Uuid),
            ("collection_uuid", Type::Text),
            ("type", Type::Text),
            ("value", Type::Text),
            ("tag_name", Type::Text),
            ("tag_key", Type::Text),
            ("description", Type::Text),
            ("galaxy_id", Type::Int),
            ("source", Type::Text),
            ("authors", Type::Text),
            ("version", Type::Int),
            ("distribution", Type::Int),
            ("sharing_group_id", Type::Int),
            ("org_id", Type::Int),
            ("orgc_id", Type::Int),
            ("is_default", Type::Bool),
            ("locked", Type::Bool),
            ("extends_uuid", Type::Uuid),
            ("extends_version", Type::Int),
            ("published", Type::Bool),
            ("deleted", Type::Bool),
        ],
    )?;
    for NewCluster { cluster, .. } in clusters.iter() {
        bulk.row(&[
            Value::Int(cluster.id),
            Value::Uuid(cluster.uuid),
            Value::Text(&cluster.collection_uuid),
            Value::Text(&cluster.galaxy_type),
            Value::Text(&cluster.value),
            Value::Text(&cluster.tag_name),
            Value::Text(&crate::name_key(&cluster.tag_name)),
            Value::Text(&cluster.description),
            Value::Int(cluster.galaxy),
            Value::Text(&cluster.source),
            Value::Text(&text_list::write(&cluster.authors)),
            Value::Int(cluster.version),
            Value::Int(cluster.distribution),
            Value::Int(cluster.sharing_group.0),
            Value::Int(cluster.org.0),
            Value::Int(cluster.orgc.0),
            Value::Bool(cluster.default),
            Value::Bool(cluster.locked),
            cluster.extends_uuid.map_or(Value::Null, Value::Uuid),
            Value::Int(cluster.extends_version),
            Value::Bool(cluster.published),
            Value::Bool(cluster.deleted),
        ])?;
    }
    bulk.finish()?;
    insert_parts(tx, clusters)
}

/// Replaces what is published of clusters that exist; their ids stay.
///
/// # Errors
/// Of the database.
pub fn update_clusters(tx: &mut Tx<'_>, clusters: &[NewCluster]) -> Result<(), DbError> {
    let ids: Vec<i64> = clusters.iter().map(|new| new.cluster.id).collect();
    remove_parts(tx, &ids)?;
    for NewCluster { cluster, .. } in clusters {
        tx.execute(
            "UPDATE galaxy_cluster SET collection_uuid = $2, value = $3, tag_name = $4, tag_key = $5, \
             description = $6, source = $7, authors = $8, version = $9, deleted = $10 WHERE id = $1",
            params![
                cluster.id,
                &cluster.collection_uuid,
                &cluster.value,
                &cluster.tag_name,
                &crate::name_key(&cluster.tag_name),
                &cluster.description,
                &cluster.source,
                &text_list::write(&cluster.authors),
                cluster.version,
                cluster.deleted
            ],
        )?;
    }
    insert_parts(tx, clusters)
}

/// Removes metadata and published relations of clusters.
///
/// # Errors
/// Of the database.
pub fn remove_parts(tx: &mut Tx<'_>, clusters: &[i64]) -> Result<(), DbError> {
    if clusters.is_empty() {
        return Ok(());
    }
    tx.execute(
        "DELETE FROM galaxy_element WHERE galaxy_cluster_id = ANY($1)",
        params![clusters],
    )?;
    tx.execute(
        "DELETE FROM galaxy_relation WHERE galaxy_cluster_id = ANY($1) AND is_default = TRUE",
        params![clusters],
    )?;
    Ok(())
}

fn insert_parts(tx: &mut Tx<'_>, clusters: &[NewCluster]) -> Result<(), DbError> {
    if let Ok(count @ 1..) = i64::try_from(clusters.iter().map(|new| new.elements.len()).sum::<usize>()) {
        let mut id = tx.next_ids("galaxy_element", count)?;
        let mut bulk = tx.bulk(
            "galaxy_element",
            &[
                ("id", Type::Int),
                ("galaxy_cluster_id", Type::Int),
                ("key", Type::Text),
                ("value", Type::Text),
            ],
        )?;
        for new in clusters {
            for (key, value) in &new.elements {
                bulk.row(&[
                    Value::Int(id),
                    Value::Int(new.cluster.id),
                    Value::Text(key),
                    Value::Text(value),
                ])?;
                id += 1;
            }
        }
        bulk.finish()?;
    }
    if let Ok(count @ 1..) = i64::try_from(clusters.iter().map(|new| new.relations.len()).sum::<usize>()) {
        let mut id = tx.next_ids("galaxy_relation", count)?;
        let mut bulk = tx.bulk(
            "galaxy_relation",
            &[
                ("id", Type::Int),
                ("galaxy_cluster_id", Type::Int),
                ("galaxy_cluster_uuid", Type::Uuid),
                ("referenced_id", Type::Int),
                ("referenced_uuid", Type::Uuid),
                ("type", Type::Text),
                ("distribution", Type::Int),
                ("sharing_group_id", Type::Int),
                ("is_default", Type::Bool),
                ("tags", Type::Text),
            ],
        )?;
        for NewCluster {
            cluster, relations, ..
        } in clusters
        {
            for relation in relations {
                bulk.row(&[
                    Value::Int(id),
                    Value::Int(cluster.id),
                    Value::Uuid(cluster.uuid),
                    Value::Int(0),
                    Value::Uuid(relation.target),
                    Value::Text(&relation.relation_type),
                    Value::Int(cluster.distribution),
                    Value::Int(cluster.sharing_group.0),
                    Value::Bool(cluster.default),
                    Value::Text(&text_list::write(&relation.tags)),
                ])?;
                id += 1;
            }
        }
        bulk.finish()?;
    }
    Ok(())
}

/// Joins relations to clusters that were unknown when the relation was stored.
///
/// The clusters are grouped once: asked row by row for the least id of a uuid, PostgreSQL without statistics
/// about the new rows walks the primary key for each of 58 000 relations.
///
/// # Errors
/// Of the database.
pub fn resolve_relations(tx: &mut Tx<'_>) -> Result<u64, DbError> {
    tx.execute(
        "UPDATE galaxy_relation SET referenced_id = known.id \
         FROM (SELECT uuid, MIN(id) AS id FROM galaxy_cluster GROUP BY uuid) AS known \
         WHERE galaxy_relation.referenced_id = 0 AND known.uuid = galaxy_relation.referenced_uuid",
        params![],
    )
}
