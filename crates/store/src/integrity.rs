//! What no constraint of the schema guards: rows that refer to rows which are not there.
use entente_db::{DbError, Tx};
use entente_model::id::EventId;

/// References that lead nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dangling {
    /// What refers to what, in words for the operator.
    pub what: &'static str,
    /// How many do.
    pub count: i64,
}

/// Every kind of dangling reference that the database holds; empty when all is well.
///
/// # Errors
/// Of the database.
pub fn dangling_unscoped(tx: &mut Tx<'_>) -> Result<Vec<Dangling>, DbError> {
    let mut found = Vec::new();
    for (what, sql) in references() {
        let count = tx.first(&sql, &[], |row| row.get_int(0))?.unwrap_or(0);
        if count > 0 {
            found.push(Dangling { what, count });
        }
    }
    Ok(found)
}

/// The kinds of reference, each with the statement that counts the dangling ones.
fn references() -> Vec<(&'static str, String)> {
    // An element's id is its event's number times this, plus a number within the event.
    let (step, _) = EventId(1).element_range();
    let of_event = |table: &str| {
        format!(
            "SELECT COUNT(*) FROM {table} x WHERE NOT EXISTS (SELECT 1 FROM event e WHERE e.no = x.id / {step})"
        )
    };
    vec![
        ("attributes without their event", of_event("attribute")),
        ("objects without their event", of_event("object")),
        ("references without their event", of_event("object_reference")),
        ("reports without their event", of_event("event_report")),
        (
            "attributes without their object",
            format!(
                "SELECT COUNT(*) FROM attribute x WHERE x.object_seq IS NOT NULL AND NOT EXISTS \
                 (SELECT 1 FROM object o WHERE o.id = x.id - x.id % {step} + x.object_seq)"
            ),
        ),
        (
            "tags on missing events",
            "SELECT COUNT(*) FROM event_tag x WHERE NOT EXISTS \
             (SELECT 1 FROM event e WHERE e.no = x.event_no)"
                .to_owned(),
        ),
        (
            "tags on missing attributes",
            "SELECT COUNT(*) FROM attribute_tag x WHERE NOT EXISTS \
             (SELECT 1 FROM attribute a WHERE a.id = x.attribute_id)"
                .to_owned(),
        ),
        (
            "attachments of missing attributes",
            "SELECT COUNT(*) FROM attachment x WHERE NOT EXISTS \
             (SELECT 1 FROM attribute a WHERE a.id = x.element_id) AND NOT EXISTS \
             (SELECT 1 FROM proposal p WHERE p.id = x.element_id)"
                .to_owned(),
        ),
    ]
}
