//! Annotations go with what they are about.
//!
//! What a reader may see of an annotation depends on what it is about; left behind, one on a restricted element
//! would be as open as its own level. Annotations are told by uuid and kind of their object: an element of
//! another kind with the same uuid keeps its own.
use entente_db::{DbError, Tx, params};
use entente_model::analyst::ObjectType;
use entente_model::event::Event;
use uuid::Uuid;

/// Annotations of those in `root`, and the root itself.
const WITH_REPLIES: &str = "annotation (uuid) AS (SELECT uuid FROM root UNION SELECT reply.uuid FROM analyst_data reply \
    JOIN annotation ON reply.object_uuid = annotation.uuid \
    AND reply.object_type IN ('Note', 'Opinion', 'Relationship')) \
    DELETE FROM analyst_data WHERE uuid IN (SELECT uuid FROM annotation)";

/// Removes the annotations of an event and its elements, and the annotations of those; before the elements, whose
/// uuids it follows.
///
/// # Errors
/// Of the database.
pub fn delete_of_event(tx: &mut Tx<'_>, event: &Event) -> Result<(), DbError> {
    const ROOT: &str = "SELECT uuid FROM analyst_data WHERE object_type =";
    let (low, high) = event.id.element_range();
    let of = |kind: ObjectType, table: &str| {
        format!(
            "{ROOT} '{}' AND object_uuid IN (SELECT uuid FROM {table} WHERE id BETWEEN $1 AND $2)",
            kind.name()
        )
    };
    let sql = format!(
        "WITH RECURSIVE root (uuid) AS ({} UNION ALL {} UNION ALL {} UNION ALL {ROOT} 'Event' AND object_uuid = $3), \
         {WITH_REPLIES}",
        of(ObjectType::Attribute, "attribute"),
        of(ObjectType::Object, "object"),
        of(ObjectType::EventReport, "event_report"),
    );
    tx.execute(&sql, params![low, high, event.uuid])?;
    Ok(())
}

/// Removes the annotations of the clusters of a galaxy, and the annotations of those; before the clusters.
///
/// # Errors
/// Of the database.
pub fn delete_of_clusters(tx: &mut Tx<'_>, galaxy: i64) -> Result<(), DbError> {
    let sql = format!(
        "WITH RECURSIVE root (uuid) AS (SELECT uuid FROM analyst_data WHERE object_type = $2 AND object_uuid IN \
         (SELECT uuid FROM galaxy_cluster WHERE galaxy_id = $1)), {WITH_REPLIES}"
    );
    tx.execute(&sql, params![galaxy, ObjectType::GalaxyCluster.name()])?;
    Ok(())
}

/// Removes the annotations of one thing, and the annotations of those.
///
/// # Errors
/// Of the database.
pub fn delete_of(tx: &mut Tx<'_>, kind: ObjectType, uuid: Uuid) -> Result<(), DbError> {
    let sql = format!(
        "WITH RECURSIVE root (uuid) AS (SELECT uuid FROM analyst_data WHERE object_uuid = $1 AND object_type = $2), \
         {WITH_REPLIES}"
    );
    tx.execute(&sql, params![uuid, kind.name()])?;
    Ok(())
}
