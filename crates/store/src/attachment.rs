//! Which content of the blob store belongs to which attribute or proposal.
use entente_db::{DbError, Tx, params};
use entente_model::id::ElementId;

/// A file of an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// The element.
    pub element: ElementId,
    /// SHA-256 of the content.
    pub digest: [u8; 32],
    /// Bytes.
    pub size: i64,
}

fn read(row: &entente_db::Row<'_>) -> Result<Attachment, DbError> {
    let digest = row
        .get_bytes(1)?
        .try_into()
        .map_err(|_| crate::damaged(1, "a SHA-256 digest"))?;
    Ok(Attachment {
        element: ElementId(row.get_int(0)?),
        digest,
        size: row.get_int(2)?,
    })
}

/// Links an element to a content, replacing an earlier link.
///
/// # Errors
/// Of the database.
pub fn put(tx: &mut Tx<'_>, element: ElementId, digest: &[u8; 32], size: i64) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO attachment (element_id, sha256, size) VALUES ($1, $2, $3) \
         ON CONFLICT (element_id) DO UPDATE SET sha256 = excluded.sha256, size = excluded.size",
        params![element.0, digest, size],
    )?;
    Ok(())
}

/// Files of elements whose id is in a closed range, by id. The caller has read the elements through a scope.
///
/// # Errors
/// Of the database.
pub fn in_range_unscoped(
    tx: &mut Tx<'_>,
    first: ElementId,
    last: ElementId,
) -> Result<Vec<Attachment>, DbError> {
    tx.all(
        "SELECT element_id, sha256, size FROM attachment WHERE element_id BETWEEN $1 AND $2 ORDER BY element_id",
        params![first.0, last.0],
        read,
    )
}

/// The digests of all contents that something refers to.
///
/// # Errors
/// Of the database.
pub fn digests_unscoped(tx: &mut Tx<'_>) -> Result<Vec<[u8; 32]>, DbError> {
    tx.all("SELECT DISTINCT sha256 FROM attachment", &[], |row| {
        row.get_bytes(0)?
            .try_into()
            .map_err(|_| crate::damaged(0, "a SHA-256 digest"))
    })
}
