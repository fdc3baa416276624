//! Relations between clusters. Published ones are for everybody who sees the cluster; others carry a label.
//! spec: 07#4.5
use super::visible;
use crate::{text_list, visibility};
use entente_db::{DbError, Row, Tx, Value, params};
use entente_model::id::{LabelId, SharingGroupId};
use entente_model::library::GalaxyRelation;
use entente_policy::Scope;
use uuid::Uuid;

const RELATION: &str = "r.id, r.galaxy_cluster_id, r.galaxy_cluster_uuid, r.referenced_id, r.referenced_uuid, r.type, \
    r.distribution, r.sharing_group_id, r.is_default, r.tags";

fn read(row: &Row<'_>) -> Result<GalaxyRelation, DbError> {
    Ok(GalaxyRelation {
        id: row.get_int(0)?,
        cluster: row.get_int(1)?,
        cluster_uuid: row.get_uuid(2)?,
        referenced: row.get_int(3)?,
        referenced_uuid: row.get_uuid(4)?,
        relation_type: row.get_string(5)?,
        distribution: row.get_int(6)?,
        sharing_group: SharingGroupId(row.get_int(7)?),
        default: row.get_bool(8)?,
        tags: text_list::read(row, 9)?,
    })
}

/// The condition under which a relation may be seen by who sees its cluster.
fn own(scope: &Scope, first: usize) -> (String, Vec<Value<'_>>) {
    let (labelled, values) = visibility::predicate(scope, "r.label", first);
    (format!("(r.is_default = TRUE OR {labelled})"), values)
}

/// Relations that start at clusters and that the scope sees, by cluster and in published order. The caller
/// has seen the clusters.
///
/// # Errors
/// Of the database.
pub fn relations(tx: &mut Tx<'_>, scope: &Scope, clusters: &[i64]) -> Result<Vec<GalaxyRelation>, DbError> {
    let (condition, seen) = own(scope, 2);
    let mut values = vec![Value::Ints(clusters)];
    values.extend(seen);
    tx.all(
        &format!(
            "SELECT {RELATION} FROM galaxy_relation r WHERE r.galaxy_cluster_id = ANY($1) AND {condition} \
             ORDER BY r.galaxy_cluster_id, r.id"
        ),
        &values,
        read,
    )
}

/// Which relations are read together with their cluster's visibility.
enum Which<'a> {
    Id(i64),
    After(i64, i64),
    Target(&'a Uuid),
    Targets(&'a [Uuid], &'a str),
}

/// Relations whose own label and whose source the scope sees.
fn read_some(tx: &mut Tx<'_>, scope: &Scope, which: &Which<'_>) -> Result<Vec<GalaxyRelation>, DbError> {
    let (mut values, condition, limit) = match which {
        Which::Id(id) => (vec![Value::Int(*id)], "r.id = $1", ""),
        Which::After(after, limit) => (
            vec![Value::Int(*after), Value::Int(*limit)],
            "r.id > $1",
            " LIMIT $2",
        ),
        Which::Target(uuid) => (vec![Value::Uuid(**uuid)], "r.referenced_uuid = $1", ""),
        Which::Targets(uuids, kind) => (
            vec![Value::Uuids(uuids), Value::Text(kind)],
            "r.referenced_uuid = ANY($1) AND r.type = $2",
            "",
        ),
    };
    let (own, seen) = own(scope, values.len() + 1);
    values.extend(seen);
    let (source, seen) = visible(scope, values.len() + 1);
    values.extend(seen);
    tx.all(
        &format!(
            "SELECT {RELATION} FROM galaxy_relation r JOIN galaxy_cluster c ON c.id = r.galaxy_cluster_id \
             WHERE {condition} AND {own} AND {source} ORDER BY r.id{limit}"
        ),
        &values,
        read,
    )
}

/// A relation that the scope sees, as it sees where it starts.
///
/// # Errors
/// Of the database.
pub fn relation(tx: &mut Tx<'_>, scope: &Scope, id: i64) -> Result<Option<GalaxyRelation>, DbError> {
    Ok(read_some(tx, scope, &Which::Id(id))?.pop())
}

/// Relations with an id above `after` that the scope sees, by id, at most `limit`.
///
/// # Errors
/// Of the database.
pub fn relations_after(
    tx: &mut Tx<'_>,
    scope: &Scope,
    after: i64,
    limit: i64,
) -> Result<Vec<GalaxyRelation>, DbError> {
    read_some(tx, scope, &Which::After(after, limit))
}

/// Relations that point at a cluster and that the scope sees, by id.
///
/// # Errors
/// Of the database.
pub fn relations_to(tx: &mut Tx<'_>, scope: &Scope, target: Uuid) -> Result<Vec<GalaxyRelation>, DbError> {
    read_some(tx, scope, &Which::Target(&target))
}

/// Relations of a type that point at any of these clusters and that the scope sees, by id.
///
/// # Errors
/// Of the database.
pub fn relations_to_many(
    tx: &mut Tx<'_>,
    scope: &Scope,
    targets: &[Uuid],
    relation_type: &str,
) -> Result<Vec<GalaxyRelation>, DbError> {
    if targets.is_empty() {
        return Ok(Vec::new());
    }
    read_some(tx, scope, &Which::Targets(targets, relation_type))
}

/// Those of these clusters that exist and that the scope does not see.
///
/// # Errors
/// Of the database.
pub fn hidden_targets(tx: &mut Tx<'_>, scope: &Scope, targets: &[Uuid]) -> Result<Vec<Uuid>, DbError> {
    if targets.is_empty() {
        return Ok(Vec::new());
    }
    let (labelled, seen) = visibility::predicate(scope, "c.label", 2);
    let mut values = vec![Value::Uuids(targets)];
    values.extend(seen);
    tx.all(
        &format!(
            "SELECT c.uuid FROM galaxy_cluster c WHERE c.uuid = ANY($1) AND c.is_default = FALSE \
             AND (c.label IS NULL OR NOT {labelled}) AND NOT EXISTS \
             (SELECT 1 FROM galaxy_cluster d WHERE d.uuid = c.uuid AND d.is_default = TRUE)"
        ),
        &values,
        |row| row.get_uuid(0),
    )
}

/// The relation of this kind from a cluster to another, whoever may see it.
///
/// # Errors
/// Of the database.
pub fn same_relation_unscoped(
    tx: &mut Tx<'_>,
    cluster: i64,
    target: Uuid,
    relation_type: &str,
) -> Result<Option<GalaxyRelation>, DbError> {
    tx.first(
        &format!(
            "SELECT {RELATION} FROM galaxy_relation r WHERE r.galaxy_cluster_id = $1 AND r.referenced_uuid = $2 \
             AND r.type = $3 ORDER BY r.id LIMIT 1"
        ),
        params![cluster, target, relation_type],
        read,
    )
}

/// Adds a relation; its id is given and answered.
///
/// # Errors
/// Of the database.
pub fn insert_relation(tx: &mut Tx<'_>, relation: &GalaxyRelation, label: LabelId) -> Result<i64, DbError> {
    let id = tx.next_ids("galaxy_relation", 1)?;
    tx.execute(
        "INSERT INTO galaxy_relation (id, galaxy_cluster_id, galaxy_cluster_uuid, referenced_id, referenced_uuid, \
         type, distribution, sharing_group_id, is_default, tags, label) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        params![
            id,
            relation.cluster,
            relation.cluster_uuid,
            relation.referenced,
            relation.referenced_uuid,
            &relation.relation_type,
            relation.distribution,
            relation.sharing_group.0,
            relation.default,
            &text_list::write(&relation.tags),
            label.0
        ],
    )?;
    Ok(id)
}

/// Replaces what may change of a relation; where it starts stays.
///
/// # Errors
/// Of the database.
pub fn update_relation(tx: &mut Tx<'_>, relation: &GalaxyRelation, label: LabelId) -> Result<(), DbError> {
    tx.execute(
        "UPDATE galaxy_relation SET referenced_id = $2, referenced_uuid = $3, type = $4, distribution = $5, \
         sharing_group_id = $6, tags = $7, label = $8 WHERE id = $1",
        params![
            relation.id,
            relation.referenced,
            relation.referenced_uuid,
            &relation.relation_type,
            relation.distribution,
            relation.sharing_group.0,
            &text_list::write(&relation.tags),
            label.0
        ],
    )?;
    Ok(())
}

/// Removes a relation.
///
/// # Errors
/// Of the database.
pub fn delete_relation(tx: &mut Tx<'_>, id: i64) -> Result<(), DbError> {
    tx.execute("DELETE FROM galaxy_relation WHERE id = $1", params![id])?;
    Ok(())
}
