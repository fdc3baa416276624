//! Galaxies and their clusters. Published clusters are for everybody; custom ones carry a label.
//! spec: 07#4
mod change;
mod load;
mod names;
mod relation;
mod search;

pub use change::{
    clusters_of_uuid_unscoped, delete, delete_cluster, delete_default_clusters, insert_cluster, lock_cluster,
    replace_elements, touch_cluster, update_cluster,
};
pub use load::{
    NewCluster, NewRelation, insert_clusters, known_clusters_unscoped, remove_parts, resolve_relations,
    update_clusters,
};
pub use names::{Name, each_name};
pub use relation::{
    delete_relation, hidden_targets, insert_relation, relation, relations, relations_after, relations_to,
    relations_to_many, same_relation_unscoped, update_relation,
};
pub use search::{ClusterFilter, search};

use crate::{text_list, visibility};
use entente_db::{DbError, Row, Tx, Value, params};
use entente_model::id::{OrgId, Ref, SharingGroupId};
use entente_model::library::{Galaxy, GalaxyCluster, GalaxyElement};
use entente_policy::Scope;
use uuid::Uuid;

const COLUMNS: &str =
    "id, uuid, name, type, description, version, icon, namespace, enabled, local_only, kill_chain_order";

const CLUSTER: &str = "c.id, c.uuid, c.collection_uuid, c.type, c.value, c.tag_name, c.description, c.galaxy_id, \
    c.source, c.authors, c.version, c.distribution, c.sharing_group_id, c.org_id, c.orgc_id, c.is_default, c.locked, \
    c.extends_uuid, c.extends_version, c.published, c.deleted";

fn read(row: &Row<'_>) -> Result<Galaxy, DbError> {
    Ok(Galaxy {
        id: row.get_int(0)?,
        uuid: row.get_uuid(1)?,
        name: row.get_string(2)?,
        galaxy_type: row.get_string(3)?,
        description: row.get_string(4)?,
        version: row.get_int(5)?,
        icon: row.get_string(6)?,
        namespace: row.get_string(7)?,
        enabled: row.get_bool(8)?,
        local_only: row.get_bool(9)?,
        kill_chain_order: row.get_opt_string(10)?,
    })
}

fn read_cluster(row: &Row<'_>) -> Result<GalaxyCluster, DbError> {
    Ok(GalaxyCluster {
        id: row.get_int(0)?,
        uuid: row.get_uuid(1)?,
        collection_uuid: row.get_string(2)?,
        galaxy_type: row.get_string(3)?,
        value: row.get_string(4)?,
        tag_name: row.get_string(5)?,
        description: row.get_string(6)?,
        galaxy: row.get_int(7)?,
        source: row.get_string(8)?,
        authors: text_list::read(row, 9)?,
        version: row.get_int(10)?,
        distribution: row.get_int(11)?,
        sharing_group: SharingGroupId(row.get_int(12)?),
        org: OrgId(row.get_int(13)?),
        orgc: OrgId(row.get_int(14)?),
        default: row.get_bool(15)?,
        locked: row.get_bool(16)?,
        extends_uuid: row.get_opt_uuid(17)?,
        extends_version: row.get_int(18)?,
        published: row.get_bool(19)?,
        deleted: row.get_bool(20)?,
    })
}

/// The condition under which a cluster may be seen, and what to bind from parameter `first` on.
fn visible(scope: &Scope, first: usize) -> (String, Vec<Value<'_>>) {
    let (labelled, values) = visibility::predicate(scope, "c.label", first);
    (format!("(c.is_default = TRUE OR {labelled})"), values)
}

/// All galaxies, by id.
///
/// # Errors
/// Of the database.
pub fn list(tx: &mut Tx<'_>) -> Result<Vec<Galaxy>, DbError> {
    tx.all(
        &format!("SELECT {COLUMNS} FROM galaxy ORDER BY id"),
        params![],
        read,
    )
}

/// Galaxies that contain a text in name, namespace, description, kill chain or uuid, by id.
///
/// # Errors
/// Of the database.
pub fn containing(tx: &mut Tx<'_>, text: &str) -> Result<Vec<Galaxy>, DbError> {
    let uuid = Uuid::try_parse(text.trim()).unwrap_or_default();
    tx.all(
        &format!(
            "SELECT {COLUMNS} FROM galaxy WHERE name @ilike@ $1 ESCAPE '!' OR namespace @ilike@ $1 ESCAPE '!' \
             OR description @ilike@ $1 ESCAPE '!' OR kill_chain_order @ilike@ $1 ESCAPE '!' OR uuid = $2 ORDER BY id"
        ),
        params![&text_list::containing(text), uuid],
        read,
    )
}

/// A galaxy by id or uuid.
///
/// # Errors
/// Of the database.
pub fn find(tx: &mut Tx<'_>, galaxy: Ref) -> Result<Option<Galaxy>, DbError> {
    match galaxy {
        Ref::Id(id) => tx.first(
            &format!("SELECT {COLUMNS} FROM galaxy WHERE id = $1"),
            params![id],
            read,
        ),
        Ref::Uuid(uuid) => tx.first(
            &format!("SELECT {COLUMNS} FROM galaxy WHERE uuid = $1"),
            params![uuid],
            read,
        ),
    }
}

/// The oldest galaxy of a type.
///
/// # Errors
/// Of the database.
pub fn by_type(tx: &mut Tx<'_>, galaxy_type: &str) -> Result<Option<Galaxy>, DbError> {
    tx.first(
        &format!("SELECT {COLUMNS} FROM galaxy WHERE type = $1 ORDER BY id LIMIT 1"),
        params![galaxy_type],
        read,
    )
}

/// The number of live clusters, custom ones included.
///
/// # Errors
/// Of the database.
pub fn count_clusters_unscoped(tx: &mut Tx<'_>) -> Result<i64, DbError> {
    let count = tx.first(
        "SELECT COUNT(*) FROM galaxy_cluster WHERE deleted = FALSE",
        params![],
        |row| row.get_int(0),
    )?;
    Ok(count.unwrap_or(0))
}

/// Galaxies by id.
///
/// # Errors
/// Of the database.
pub fn by_ids(tx: &mut Tx<'_>, ids: &[i64]) -> Result<Vec<Galaxy>, DbError> {
    tx.all(
        &format!("SELECT {COLUMNS} FROM galaxy WHERE id = ANY($1) ORDER BY id"),
        params![ids],
        read,
    )
}

/// Adds a galaxy; its id is given and answered.
///
/// # Errors
/// `Unique` when the uuid exists.
pub fn insert(tx: &mut Tx<'_>, galaxy: &Galaxy) -> Result<i64, DbError> {
    let id = tx.next_ids("galaxy", 1)?;
    tx.execute(
        "INSERT INTO galaxy (id, uuid, name, type, description, version, icon, namespace, enabled, local_only, \
         kill_chain_order) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        params![
            id,
            galaxy.uuid,
            &galaxy.name,
            &galaxy.galaxy_type,
            &galaxy.description,
            galaxy.version,
            &galaxy.icon,
            &galaxy.namespace,
            galaxy.enabled,
            galaxy.local_only,
            &galaxy.kill_chain_order
        ],
    )?;
    Ok(id)
}

/// Replaces what is published of a galaxy; its switches stay.
///
/// # Errors
/// Of the database.
pub fn update(tx: &mut Tx<'_>, galaxy: &Galaxy) -> Result<(), DbError> {
    tx.execute(
        "UPDATE galaxy SET name = $2, type = $3, description = $4, version = $5, icon = $6, namespace = $7, \
         kill_chain_order = $8 WHERE id = $1",
        params![
            galaxy.id,
            &galaxy.name,
            &galaxy.galaxy_type,
            &galaxy.description,
            galaxy.version,
            &galaxy.icon,
            &galaxy.namespace,
            &galaxy.kill_chain_order
        ],
    )?;
    Ok(())
}

/// Enables or disables a galaxy.
///
/// # Errors
/// Of the database.
pub fn set_enabled(tx: &mut Tx<'_>, galaxy: i64, enabled: bool) -> Result<(), DbError> {
    tx.execute(
        "UPDATE galaxy SET enabled = $2 WHERE id = $1",
        params![galaxy, enabled],
    )?;
    Ok(())
}

/// A cluster by id or uuid, soft-deleted ones too.
///
/// # Errors
/// Of the database.
pub fn cluster(tx: &mut Tx<'_>, scope: &Scope, cluster: Ref) -> Result<Option<GalaxyCluster>, DbError> {
    let (condition, seen) = visible(scope, 2);
    let (column, key) = match cluster {
        Ref::Id(id) => ("c.id", Value::Int(id)),
        Ref::Uuid(uuid) => ("c.uuid", Value::Uuid(uuid)),
    };
    let mut values = vec![key];
    values.extend(seen);
    tx.first(
        &format!(
            "SELECT {CLUSTER} FROM galaxy_cluster c WHERE {column} = $1 AND {condition} ORDER BY c.id LIMIT 1"
        ),
        &values,
        read_cluster,
    )
}

/// Those of these clusters that the scope sees, soft-deleted ones too.
///
/// # Errors
/// Of the database.
pub fn clusters(tx: &mut Tx<'_>, scope: &Scope, ids: &[i64]) -> Result<Vec<GalaxyCluster>, DbError> {
    let (condition, seen) = visible(scope, 2);
    let mut values = vec![Value::Ints(ids)];
    values.extend(seen);
    tx.all(
        &format!("SELECT {CLUSTER} FROM galaxy_cluster c WHERE c.id = ANY($1) AND {condition} ORDER BY c.id"),
        &values,
        read_cluster,
    )
}

/// Clusters that tags stand for, by the tags' folded names, oldest first. Soft-deleted ones are left out.
///
/// # Errors
/// Of the database.
pub fn clusters_by_tag_keys(
    tx: &mut Tx<'_>,
    scope: &Scope,
    keys: &[String],
) -> Result<Vec<(String, GalaxyCluster)>, DbError> {
    let (condition, seen) = visible(scope, 2);
    let mut values = vec![Value::Strings(keys)];
    values.extend(seen);
    tx.all(
        &format!(
            "SELECT {CLUSTER}, c.tag_key FROM galaxy_cluster c WHERE c.tag_key = ANY($1) AND c.deleted = FALSE \
             AND {condition} ORDER BY c.id"
        ),
        &values,
        |row| Ok((row.get_string(21)?, read_cluster(row)?)),
    )
}

/// Tag names of the clusters that have one of these synonyms (in small letters), each with the synonym as it is
/// stored, oldest cluster first. Goes through all synonyms there are: ask once for many.
///
/// # Errors
/// Of the database.
pub fn tags_by_synonym(
    tx: &mut Tx<'_>,
    scope: &Scope,
    synonyms: &[String],
) -> Result<Vec<(String, String)>, DbError> {
    let (condition, seen) = visible(scope, 2);
    let mut values = vec![Value::Strings(synonyms)];
    values.extend(seen);
    tx.all(
        &format!(
            "SELECT e.value, c.tag_name FROM galaxy_element e JOIN galaxy_cluster c ON c.id = e.galaxy_cluster_id \
             WHERE e.key = 'synonyms' AND lower(e.value) = ANY($1) AND c.deleted = FALSE AND {condition} ORDER BY c.id"
        ),
        &values,
        |row| Ok((row.get_string(0)?, row.get_string(1)?)),
    )
}

/// Metadata of clusters, by cluster and in published order. The caller has seen the clusters.
///
/// # Errors
/// Of the database.
pub fn elements_unscoped(tx: &mut Tx<'_>, clusters: &[i64]) -> Result<Vec<GalaxyElement>, DbError> {
    tx.all(
        "SELECT id, galaxy_cluster_id, key, value FROM galaxy_element WHERE galaxy_cluster_id = ANY($1) \
         ORDER BY galaxy_cluster_id, id",
        params![clusters],
        |row| {
            Ok(GalaxyElement {
                id: row.get_int(0)?,
                cluster: row.get_int(1)?,
                key: row.get_string(2)?,
                value: row.get_string(3)?,
            })
        },
    )
}
