//! The names of clusters, for recognising them in texts. spec: 08#2.2
use super::visible;
use entente_db::{DbError, Tx};
use entente_policy::Scope;
use std::ops::ControlFlow;

/// A name of a cluster.
#[derive(Debug, Clone, Copy)]
pub struct Name<'r> {
    /// The tag that stands for the cluster.
    pub tag: &'r str,
    /// The cluster's type.
    pub galaxy_type: &'r str,
    /// Its value or a synonym.
    pub name: &'r str,
    /// Whether it is a synonym.
    pub synonym: bool,
}

/// Hands the values, then the synonyms of live clusters that the scope sees to `f`, each by id. Galaxies that are
/// switched off or deprecated are left out.
///
/// # Errors
/// Of the database or of `f`.
pub fn each_name<E: From<DbError>>(
    tx: &mut Tx<'_>,
    scope: &Scope,
    mut f: impl FnMut(Name<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let (condition, values) = visible(scope, 1);
    let offered = "c.deleted = FALSE AND g.enabled = TRUE AND g.namespace <> 'deprecated'";
    let of_values = format!(
        "SELECT c.tag_name, c.type, c.value FROM galaxy_cluster c JOIN galaxy g ON g.id = c.galaxy_id \
         WHERE {offered} AND {condition} ORDER BY c.id"
    );
    let of_synonyms = format!(
        "SELECT c.tag_name, c.type, e.value FROM galaxy_element e JOIN galaxy_cluster c ON c.id = e.galaxy_cluster_id \
         JOIN galaxy g ON g.id = c.galaxy_id WHERE e.key = 'synonyms' AND {offered} AND {condition} ORDER BY e.id"
    );
    for (sql, synonym) in [(of_values, false), (of_synonyms, true)] {
        tx.for_each(&sql, &values, |row| {
            f(Name {
                tag: row.get_str(0)?,
                galaxy_type: row.get_str(1)?,
                name: row.get_str(2)?,
                synonym,
            })?;
            Ok::<_, E>(ControlFlow::Continue(()))
        })?;
    }
    Ok(())
}
