//! Values that never correlate. spec: 03#18, 08#16
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::{Diff, Entry};
pub use entente_store::correlation_exclusion::{Exclusion, Query};

/// Longest value in bytes.
const MAX_VALUE: usize = 65_535;

/// What a caller says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// The value; `%` at either end stands for anything.
    pub value: Option<String>,
    /// Remark.
    pub comment: Option<String>,
}

/// Rows, by id.
///
/// # Errors
/// Of the database.
pub fn search(ctx: &mut Ctx<'_, '_>, query: &Query) -> Result<Vec<Exclusion>> {
    Ok(entente_store::correlation_exclusion::search(ctx.tx, query)?)
}

/// A row.
///
/// # Errors
/// `NotFound`.
pub fn find(ctx: &mut Ctx<'_, '_>, id: Option<i64>) -> Result<Exclusion> {
    let found = match id {
        Some(id) => entente_store::correlation_exclusion::find(ctx.tx, id)?,
        None => None,
    };
    found.ok_or_else(|| Error::not_found("Invalid CorrelationExclusion."))
}

fn checked(ctx: &mut Ctx<'_, '_>, row: &Exclusion) -> Result<()> {
    if row.value.trim_matches('%').is_empty() {
        return Err(Error::field("value", "Value cannot be empty."));
    }
    if row.value.len() > MAX_VALUE || row.comment.as_ref().is_some_and(|c| c.len() > MAX_VALUE) {
        return Err(Error::field("value", format!("At most {MAX_VALUE} bytes.")));
    }
    if entente_store::correlation_exclusion::value_taken(ctx.tx, &row.value, row.id)? {
        return Err(Error::field("value", "This value is excluded already."));
    }
    Ok(())
}

fn log(ctx: &mut Ctx<'_, '_>, action: &'static str, row: &Exclusion, change: Option<String>) -> Result<()> {
    ctx.log(&Entry {
        model: "CorrelationExclusion",
        id: row.id,
        action,
        title: format!("CorrelationExclusion ({}): {}", row.id, row.value),
        change,
        description: None,
    })
}

/// Adds a value.
///
/// # Errors
/// `Fields` when it is empty or there already.
pub fn add(ctx: &mut Ctx<'_, '_>, draft: &Draft) -> Result<i64> {
    let mut row = Exclusion {
        id: 0,
        value: draft.value.as_deref().unwrap_or_default().trim().to_owned(),
        from_json: false,
        comment: draft.comment.clone(),
    };
    checked(ctx, &row)?;
    row.id = entente_store::correlation_exclusion::insert(ctx.tx, &row)?;
    log(ctx, "add", &row, None)?;
    Ok(row.id)
}

/// Changes the remark; another value is another row. spec: 05#1.5
///
/// # Errors
/// `NotFound`, or `Fields` when it is too long.
pub fn edit(ctx: &mut Ctx<'_, '_>, id: Option<i64>, draft: &Draft) -> Result<i64> {
    let before = find(ctx, id)?;
    let mut after = before.clone();
    if draft.comment.is_some() {
        after.comment.clone_from(&draft.comment);
    }
    checked(ctx, &after)?;
    entente_store::correlation_exclusion::update(ctx.tx, &after)?;
    let text = |row: &Exclusion| row.comment.clone().unwrap_or_default();
    let mut diff = Diff::default();
    diff.field("comment", &text(&before), &text(&after));
    log(ctx, "edit", &after, diff.into_text())?;
    Ok(after.id)
}

/// Removes a row.
///
/// # Errors
/// `NotFound`.
pub fn remove(ctx: &mut Ctx<'_, '_>, id: Option<i64>) -> Result<i64> {
    let row = find(ctx, id)?;
    entente_store::correlation_exclusion::delete(ctx.tx, row.id)?;
    log(ctx, "delete", &row, None)?;
    Ok(row.id)
}
