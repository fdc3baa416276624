//! Searching clusters. spec: 04#4.4, 07#4.7
use super::{CLUSTER, read_cluster, visible};
use crate::text_list;
use entente_db::{DbError, Tx, Value};
use entente_model::library::GalaxyCluster;
use entente_policy::Scope;
use std::fmt::Write as _;
use uuid::Uuid;

/// What clusters are asked for: each condition that is set must hold; of a list any member.
#[derive(Debug, Clone, Default)]
pub struct ClusterFilter {
    /// Ids of galaxies.
    pub galaxies: Option<Vec<i64>>,
    /// Uuids.
    pub uuids: Option<Vec<Uuid>>,
    /// Folded tag names.
    pub tag_keys: Option<Vec<String>>,
    /// Values.
    pub values: Option<Vec<String>>,
    /// Types.
    pub types: Option<Vec<String>>,
    /// Versions.
    pub versions: Option<Vec<i64>>,
    /// Distribution levels.
    pub distributions: Option<Vec<i64>>,
    /// Clusters they were forked from.
    pub extends: Option<Vec<Uuid>>,
    /// Owners.
    pub orgs: Option<Vec<i64>>,
    /// Creators.
    pub orgcs: Option<Vec<i64>>,
    /// Whether published.
    pub published: Option<bool>,
    /// Whether from the library.
    pub default: Option<bool>,
    /// Whether soft-deleted.
    pub deleted: Option<bool>,
    /// Metadata: of these pairs each.
    pub elements: Vec<(String, String)>,
    /// Contained in value, description or a synonym; or the uuid.
    pub text: Option<String>,
}

#[derive(Default)]
struct Conditions<'a> {
    sql: String,
    values: Vec<Value<'a>>,
}

impl<'a> Conditions<'a> {
    fn any(&mut self, column: &str, value: Option<Value<'a>>) {
        if let Some(value) = value {
            let n = self.bind(value);
            let _ = write!(self.sql, " AND {column} = ANY(${n})");
        }
    }
    fn flag(&mut self, column: &str, value: Option<bool>) {
        if let Some(value) = value {
            let n = self.bind(Value::Bool(value));
            let _ = write!(self.sql, " AND {column} = ${n}");
        }
    }
    fn bind(&mut self, value: Value<'a>) -> usize {
        self.values.push(value);
        self.values.len()
    }
}

/// Clusters that meet a filter and have an id above `after`, by id, at most `limit`.
///
/// # Errors
/// Of the database.
pub fn search(
    tx: &mut Tx<'_>,
    scope: &Scope,
    filter: &ClusterFilter,
    after: i64,
    limit: i64,
) -> Result<Vec<GalaxyCluster>, DbError> {
    let pattern = filter.text.as_deref().map(text_list::containing);
    let uuid = filter
        .text
        .as_deref()
        .and_then(|text| Uuid::try_parse(text.trim()).ok())
        .unwrap_or_default();
    let mut conditions = Conditions::default();
    let after = conditions.bind(Value::Int(after));
    let limit = conditions.bind(Value::Int(limit));
    conditions.any("c.galaxy_id", filter.galaxies.as_ref().map(Value::from));
    conditions.any("c.uuid", filter.uuids.as_ref().map(Value::from));
    conditions.any("c.tag_key", filter.tag_keys.as_ref().map(Value::from));
    conditions.any("c.value", filter.values.as_ref().map(Value::from));
    conditions.any("c.type", filter.types.as_ref().map(Value::from));
    conditions.any("c.version", filter.versions.as_ref().map(Value::from));
    conditions.any("c.distribution", filter.distributions.as_ref().map(Value::from));
    conditions.any("c.extends_uuid", filter.extends.as_ref().map(Value::from));
    conditions.any("c.org_id", filter.orgs.as_ref().map(Value::from));
    conditions.any("c.orgc_id", filter.orgcs.as_ref().map(Value::from));
    conditions.flag("c.published", filter.published);
    conditions.flag("c.is_default", filter.default);
    conditions.flag("c.deleted", filter.deleted);
    for (key, value) in &filter.elements {
        let key = conditions.bind(Value::Text(key));
        let value = conditions.bind(Value::Text(value));
        let _ = write!(
            conditions.sql,
            " AND EXISTS (SELECT 1 FROM galaxy_element e WHERE e.galaxy_cluster_id = c.id AND e.key = ${key} \
             AND e.value = ${value})"
        );
    }
    if let Some(pattern) = &pattern {
        let text = conditions.bind(Value::Text(pattern));
        let uuid = conditions.bind(Value::Uuid(uuid));
        let _ = write!(
            conditions.sql,
            " AND (c.value @ilike@ ${text} ESCAPE '!' OR c.description @ilike@ ${text} ESCAPE '!' OR c.uuid = ${uuid} \
             OR EXISTS (SELECT 1 FROM galaxy_element e WHERE e.galaxy_cluster_id = c.id AND e.key = 'synonyms' \
             AND e.value @ilike@ ${text} ESCAPE '!'))"
        );
    }
    let (condition, seen) = visible(scope, conditions.values.len() + 1);
    conditions.values.extend(seen);
    tx.all(
        &format!(
            "SELECT {CLUSTER} FROM galaxy_cluster c WHERE c.id > ${after}{} AND {condition} ORDER BY c.id LIMIT ${limit}",
            conditions.sql
        ),
        &conditions.values,
        read_cluster,
    )
}
