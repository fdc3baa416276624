//! Custom clusters one at a time. spec: 07#4.5
use crate::text_list;
use entente_db::{DbError, Tx, Type, Value, params};
use entente_model::analyst::ObjectType;
use entente_model::id::{LabelId, Ref};
use entente_model::library::GalaxyCluster;
use uuid::Uuid;

/// Adds a custom cluster without its parts; its id is given and answered. Relations that waited for it are
/// joined to it.
///
/// # Errors
/// `Unique` when its galaxy has a cluster of that uuid.
pub fn insert_cluster(tx: &mut Tx<'_>, cluster: &GalaxyCluster, label: LabelId) -> Result<i64, DbError> {
    let id = tx.next_ids("galaxy_cluster", 1)?;
    tx.execute(
        "INSERT INTO galaxy_cluster (id, uuid, collection_uuid, type, value, tag_name, tag_key, description, galaxy_id, \
         source, authors, version, distribution, sharing_group_id, org_id, orgc_id, is_default, locked, extends_uuid, \
         extends_version, published, deleted, label) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, \
         $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)",
        params![
            id,
            cluster.uuid,
            &cluster.collection_uuid,
            &cluster.galaxy_type,
            &cluster.value,
            &cluster.tag_name,
            &crate::name_key(&cluster.tag_name),
            &cluster.description,
            cluster.galaxy,
            &cluster.source,
            &text_list::write(&cluster.authors),
            cluster.version,
            cluster.distribution,
            cluster.sharing_group.0,
            cluster.org.0,
            cluster.orgc.0,
            cluster.default,
            cluster.locked,
            cluster.extends_uuid.map_or(Value::Null, Value::Uuid),
            cluster.extends_version,
            cluster.published,
            cluster.deleted,
            label.0
        ],
    )?;
    tx.execute(
        "UPDATE galaxy_relation SET referenced_id = $1 WHERE referenced_uuid = $2 AND referenced_id = 0",
        params![id, cluster.uuid],
    )?;
    Ok(id)
}

/// Replaces what may change of a custom cluster; identity, galaxy and owners stay.
///
/// # Errors
/// Of the database.
pub fn update_cluster(tx: &mut Tx<'_>, cluster: &GalaxyCluster, label: LabelId) -> Result<(), DbError> {
    tx.execute(
        "UPDATE galaxy_cluster SET value = $2, description = $3, source = $4, authors = $5, version = $6, \
         distribution = $7, sharing_group_id = $8, extends_uuid = $9, extends_version = $10, published = $11, \
         deleted = $12, label = $13 WHERE id = $1 AND is_default = FALSE",
        params![
            cluster.id,
            &cluster.value,
            &cluster.description,
            &cluster.source,
            &text_list::write(&cluster.authors),
            cluster.version,
            cluster.distribution,
            cluster.sharing_group.0,
            cluster.extends_uuid.map_or(Value::Null, Value::Uuid),
            cluster.extends_version,
            cluster.published,
            cluster.deleted,
            label.0
        ],
    )?;
    Ok(())
}

/// Marks a custom cluster as changed now without changing what it says.
///
/// # Errors
/// Of the database.
pub fn touch_cluster(
    tx: &mut Tx<'_>,
    cluster: i64,
    version: i64,
    published: bool,
    deleted: bool,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE galaxy_cluster SET version = $2, published = $3, deleted = $4 WHERE id = $1 AND is_default = FALSE",
        params![cluster, version, published, deleted],
    )?;
    Ok(())
}

/// Replaces all metadata of a cluster.
///
/// # Errors
/// Of the database.
pub fn replace_elements(tx: &mut Tx<'_>, cluster: i64, elements: &[(String, String)]) -> Result<(), DbError> {
    tx.execute(
        "DELETE FROM galaxy_element WHERE galaxy_cluster_id = $1",
        params![cluster],
    )?;
    let Ok(count @ 1..) = i64::try_from(elements.len()) else {
        return Ok(());
    };
    let first = tx.next_ids("galaxy_element", count)?;
    let mut bulk = tx.bulk(
        "galaxy_element",
        &[
            ("id", Type::Int),
            ("galaxy_cluster_id", Type::Int),
            ("key", Type::Text),
            ("value", Type::Text),
        ],
    )?;
    for (id, (key, value)) in (first..).zip(elements) {
        bulk.row(&[
            Value::Int(id),
            Value::Int(cluster),
            Value::Text(key),
            Value::Text(value),
        ])?;
    }
    bulk.finish()?;
    Ok(())
}

/// Removes a cluster with its parts and annotations; relations to it point at something unknown from now on.
///
/// # Errors
/// Of the database.
pub fn delete_cluster(tx: &mut Tx<'_>, cluster: &GalaxyCluster) -> Result<(), DbError> {
    crate::analyst::delete_of(tx, ObjectType::GalaxyCluster, cluster.uuid)?;
    tx.execute("DELETE FROM galaxy_cluster WHERE id = $1", params![cluster.id])?;
    tx.execute(
        "UPDATE galaxy_relation SET referenced_id = 0 WHERE referenced_uuid = $1 AND referenced_id = $2",
        params![cluster.uuid, cluster.id],
    )?;
    Ok(())
}

/// The clusters with this uuid, whoever may see them, as (id, galaxy, published in the library).
///
/// # Errors
/// Of the database.
pub fn clusters_of_uuid_unscoped(tx: &mut Tx<'_>, uuid: Uuid) -> Result<Vec<(i64, i64, bool)>, DbError> {
    tx.all(
        "SELECT id, galaxy_id, is_default FROM galaxy_cluster WHERE uuid = $1 ORDER BY id",
        params![uuid],
        |row| Ok((row.get_int(0)?, row.get_int(1)?, row.get_bool(2)?)),
    )
}

/// Removes a galaxy with all its clusters.
///
/// # Errors
/// Of the database.
pub fn delete(tx: &mut Tx<'_>, galaxy: i64) -> Result<(), DbError> {
    tx.execute(
        "UPDATE galaxy_relation SET referenced_id = 0 WHERE referenced_id IN \
         (SELECT id FROM galaxy_cluster WHERE galaxy_id = $1)",
        params![galaxy],
    )?;
    crate::analyst::delete_of_clusters(tx, galaxy)?;
    tx.execute("DELETE FROM galaxy WHERE id = $1", params![galaxy])?;
    Ok(())
}

/// Removes all published clusters; answers how many. Galaxies and custom clusters stay.
///
/// # Errors
/// Of the database.
pub fn delete_default_clusters(tx: &mut Tx<'_>) -> Result<u64, DbError> {
    tx.execute(
        "UPDATE galaxy_relation SET referenced_id = 0 WHERE referenced_id IN \
         (SELECT id FROM galaxy_cluster WHERE is_default = TRUE)",
        params![],
    )?;
    tx.execute("DELETE FROM galaxy_cluster WHERE is_default = TRUE", params![])
}

/// Of two writers of a cluster the second waits here, and reads what the first has left.
///
/// # Errors
/// Of the database.
pub fn lock_cluster(tx: &mut Tx<'_>, cluster: Ref) -> Result<(), DbError> {
    if tx.engine() != entente_db::Engine::Postgres {
        return Ok(());
    }
    let id = |row: &entente_db::Row<'_>| row.get_int(0);
    match cluster {
        Ref::Id(value) => tx.first(
            "SELECT id FROM galaxy_cluster WHERE id = $1 FOR UPDATE",
            params![value],
            id,
        )?,
        Ref::Uuid(value) => tx.first(
            "SELECT id FROM galaxy_cluster WHERE uuid = $1 ORDER BY id FOR UPDATE",
            params![value],
            id,
        )?,
    };
    Ok(())
}
