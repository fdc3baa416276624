//! The few columns of an attribute that decide its label.
use entente_db::{DbError, Row, Tx, params};
use entente_model::id::{ElementId, EventId, LabelId, SharingGroupId};
use entente_model::level::Distribution;

/// What decides an attribute's label.
#[derive(Debug, Clone)]
pub struct LabelRow {
    /// The attribute.
    pub id: ElementId,
    /// The object it is part of, or none.
    pub object: ElementId,
    /// Its level.
    pub distribution: Distribution,
    /// Its group.
    pub sharing_group: SharingGroupId,
    /// Its label as stored.
    pub label: Option<LabelId>,
}

const LABEL_COLUMNS: &str = "a.id, a.object_seq, a.distribution, a.sharing_group_id, a.label";

fn read_label_row(row: &Row<'_>) -> Result<LabelRow, DbError> {
    let id = ElementId(row.get_int(0)?);
    Ok(LabelRow {
        id,
        object: row
            .get_opt_int(1)?
            .and_then(|seq| ElementId::new(id.event(), seq))
            .unwrap_or(ElementId::NONE),
        distribution: row
            .get_opt_int(2)?
            .and_then(Distribution::from_number)
            .unwrap_or(Distribution::Inherit),
        sharing_group: SharingGroupId(row.get_opt_int(3)?.unwrap_or_default()),
        label: row.get_opt_int(4)?.map(LabelId),
    })
}

/// Attributes of an event that have a level or a label of their own.
///
/// # Errors
/// Of the database.
pub fn restricted_unscoped(tx: &mut Tx<'_>, event: EventId) -> Result<Vec<LabelRow>, DbError> {
    let (low, high) = event.element_range();
    tx.all(
        &format!(
            "SELECT {LABEL_COLUMNS} FROM attribute a WHERE a.id BETWEEN $1 AND $2 \
             AND (a.distribution IS NOT NULL OR a.label IS NOT NULL)"
        ),
        params![low, high],
        read_label_row,
    )
}

/// The label row of one attribute.
///
/// # Errors
/// Of the database.
pub fn label_row_unscoped(tx: &mut Tx<'_>, id: ElementId) -> Result<Option<LabelRow>, DbError> {
    tx.first(
        &format!("SELECT {LABEL_COLUMNS} FROM attribute a WHERE a.id = $1"),
        params![id.0],
        read_label_row,
    )
}

/// The label rows of the members of an object.
///
/// # Errors
/// Of the database.
pub fn members_unscoped(tx: &mut Tx<'_>, object: ElementId) -> Result<Vec<LabelRow>, DbError> {
    let (low, high) = object.event().element_range();
    tx.all(
        &format!(
            "SELECT {LABEL_COLUMNS} FROM attribute a WHERE a.id BETWEEN $1 AND $2 AND a.object_seq = $3"
        ),
        params![low, high, object.seq()],
        read_label_row,
    )
}

/// Sets the own label of an attribute.
///
/// # Errors
/// Of the database.
pub fn set_label(tx: &mut Tx<'_>, id: ElementId, label: Option<LabelId>) -> Result<(), DbError> {
    tx.execute(
        "UPDATE attribute SET label = $2 WHERE id = $1",
        params![id.0, label.map(|label| label.0)],
    )?;
    Ok(())
}
