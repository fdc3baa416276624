//! Remembering what an extraction has written, and taking the last one back. spec: 08#2.2
use super::markdown;
use super::{changeable, edit};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use entente_model::draft::ReportDraft;
use entente_model::id::{ElementId, Ref};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Notes what was written. `places` are those of the text before, with what stands there now.
pub(super) fn note(
    ctx: &mut Ctx<'_, '_>,
    report: ElementId,
    before: &str,
    places: &[(usize, usize, String)],
    made: &[Uuid],
) -> Result<()> {
    if places.is_empty() {
        return Ok(());
    }
    let after = markdown::replaced(before, places);
    // Where the text of after stands that follows the last place.
    let (mut at, mut from) = (0, 0);
    let mut listed = Vec::with_capacity(places.len());
    for (start, end, new) in places {
        let begins = at + start.saturating_sub(from);
        let words = before.get(*start..*end).unwrap_or_default();
        listed.push(json!([begins, begins + new.len(), words]));
        (at, from) = (begins + new.len(), *end);
    }
    let places = json!({ "digest": digest(&after), "places": listed, "attributes": made });
    entente_store::report::insert_extraction(
        ctx.tx,
        report,
        ctx.now(),
        ctx.actor.user_id(),
        &places.to_string(),
    )?;
    Ok(())
}

fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// Takes the last extraction back: the words stand in the text again, and the attributes that it made are
/// deleted softly, as far as the caller sees them.
///
/// # Errors
/// `NotFound` for the report; `Denied` without the right; `Conflict` when there is none, or the text has been
/// changed since.
pub fn undo(ctx: &mut Ctx<'_, '_>, report: Option<Ref>) -> Result<ElementId> {
    let (report, mut event) = changeable(ctx, report)?;
    let Some((id, noted)) = entente_store::report::last_extraction(ctx.tx, report.id)? else {
        return Err(Error::conflict("Nothing was extracted from this report."));
    };
    let noted: Value =
        serde_json::from_str(&noted).map_err(|error| Error::Damaged(format!("extraction {id}: {error}")))?;
    let content = report.content.as_deref().unwrap_or_default();
    if noted.get("digest").and_then(Value::as_str) != Some(digest(content).as_str()) {
        return Err(Error::conflict(
            "The report has been changed since the extraction, which cannot be taken back any more.",
        ));
    }
    let places: Vec<(usize, usize, String)> = list(&noted, "places")
        .filter_map(|place| {
            let number = |index: usize| usize::try_from(place.get(index)?.as_u64()?).ok();
            Some((number(0)?, number(1)?, place.get(2)?.as_str()?.to_owned()))
        })
        .collect();
    let made: Vec<Uuid> = list(&noted, "attributes")
        .filter_map(|uuid| Uuid::try_parse(uuid.as_str()?).ok())
        .collect();
    let mut attributes = entente_store::attribute::by_uuids_unscoped(ctx.tx, &made)?;
    let scope = ctx.scope();
    attributes.retain(|attribute| {
        attribute.event() == event.id
            && !attribute.deleted
            && entente_store::visibility::sees(&scope, attribute.label.unwrap_or(event.label))
    });
    for attribute in &attributes {
        crate::attribute::delete::remove(ctx, &mut event, attribute, false)?;
    }
    crate::event::touch(ctx, &mut event)?;
    entente_store::report::delete_extraction(ctx.tx, id)?;
    let draft = ReportDraft {
        content: Some(markdown::replaced(content, &places)),
        ..ReportDraft::default()
    };
    edit(ctx, Some(Ref::Id(report.id.0)), &draft)
}

fn list<'v>(noted: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    noted.get(key).and_then(Value::as_array).into_iter().flatten()
}
