//! Rows by many keys, so many to a statement.
use entente_db::{DbError, Row, Tx, Value};
use entente_model::id::LabelId;
use entente_policy::Scope;

/// Keys of one statement.
const CHUNK: usize = 5_000;

/// Rows of a statement whose only parameter is the list of keys.
///
/// # Errors
/// Of the database.
pub(crate) fn rows<'k, K, T>(
    tx: &mut Tx<'_>,
    sql: &str,
    keys: &'k [K],
    mut read: impl FnMut(&Row<'_>) -> Result<T, DbError>,
) -> Result<Vec<T>, DbError>
where
    Value<'k>: From<&'k [K]>,
{
    let mut found = Vec::with_capacity(keys.len());
    for chunk in keys.chunks(CHUNK) {
        found.extend(tx.all(sql, &[Value::from(chunk)], &mut read)?);
    }
    Ok(found)
}

/// Of elements read with the label of their event, those that the scope sees.
pub(crate) fn seen<T>(scope: &Scope, rows: Vec<(T, LabelId)>, own: impl Fn(&T) -> Option<LabelId>) -> Vec<T> {
    let sees = |label| crate::visibility::sees(scope, label);
    rows.into_iter()
        .filter(|(element, event)| sees(*event) && sees(own(element).unwrap_or(*event)))
        .map(|(element, _)| element)
        .collect()
}
