//! Objects, references and event reports of bodies. spec: 01#7.3, 01#7.4, 01#7.6
use super::analyst::{annotations, kind_of_key};
use super::attribute::{Found, attribute_into};
use super::parser::Parser;
use super::party::GroupParts;
use super::{MAX_WRAPS, ProposalDraft, ReadError, list};
use entente_model::draft::{AttributeDraft, ObjectDraft, ReferenceDraft, ReportDraft};
use entente_model::id::Ref;

/// Reads one object with its attributes; `false` when there is no map.
pub(super) fn object_into(
    p: &mut Parser<'_>,
    draft: &mut ObjectDraft,
    proposals: &mut Vec<ProposalDraft>,
    wraps: u8,
) -> Result<bool, ReadError> {
    if !p.map()? {
        return Ok(false);
    }
    let mut group = GroupParts::default();
    while let Some(key) = p.key()? {
        match key.as_bytes() {
            b"Object" | b"request" | b"response" if wraps < MAX_WRAPS => {
                p.fields -= 1;
                p.each(|p| object_into(p, draft, proposals, wraps + 1).map(|_| ()))?;
            }
            b"uuid" => draft.uuid = p.scalar()?.uuid(),
            b"name" => draft.name = p.scalar()?.text(),
            b"meta-category" | b"meta_category" => draft.meta_category = p.scalar()?.text(),
            b"description" => draft.description = p.scalar()?.text(),
            b"template_uuid" => draft.template_uuid = p.scalar()?.uuid(),
            b"template_version" => draft.template_version = p.scalar()?.int(),
            b"timestamp" => draft.timestamp = p.scalar()?.seconds(),
            b"distribution" => draft.distribution = p.scalar()?.distribution(),
            b"sharing_group_id" => group.name(p.scalar()?),
            b"SharingGroup" => group.embed(p)?,
            b"comment" => draft.comment = p.scalar()?.text(),
            b"deleted" => draft.deleted = p.scalar()?.flag(),
            b"first_seen" => draft.first_seen = p.scalar()?.moment(),
            b"last_seen" => draft.last_seen = p.scalar()?.moment(),
            b"Attribute" => draft.attributes = list(p, |p| member(p, proposals))?,
            b"ObjectReference" => draft.references = list(p, reference)?,
            b"breakOnDuplicate" => draft.break_on_duplicate = p.scalar()?.is_set(),
            other => match kind_of_key(other) {
                Some(kind) => annotations(p, kind, &mut draft.analyst)?,
                None => p.skip()?,
            },
        }
    }
    if let Some(choice) = group.choice() {
        draft.sharing_group = Some(choice);
    }
    Ok(true)
}

/// An attribute of a list; what is no map is no attribute.
pub(super) fn member(
    p: &mut Parser<'_>,
    proposals: &mut Vec<ProposalDraft>,
) -> Result<Option<AttributeDraft>, ReadError> {
    let mut draft = AttributeDraft::default();
    let found = attribute_into(p, &mut draft, proposals, MAX_WRAPS)?;
    Ok((found != Found::Nothing).then_some(draft))
}

fn reference(p: &mut Parser<'_>) -> Result<Option<ReferenceDraft>, ReadError> {
    let mut draft = ReferenceDraft::default();
    Ok(reference_into(p, &mut draft, MAX_WRAPS)?.then_some(draft))
}

/// Reads one reference; `false` when there is no map.
pub(super) fn reference_into(
    p: &mut Parser<'_>,
    draft: &mut ReferenceDraft,
    wraps: u8,
) -> Result<bool, ReadError> {
    if !p.map()? {
        return Ok(false);
    }
    let (mut source_id, mut source_uuid) = (None, None);
    while let Some(key) = p.key()? {
        match key.as_bytes() {
            b"ObjectReference" | b"request" | b"response" if wraps < MAX_WRAPS => {
                p.fields -= 1;
                p.each(|p| reference_into(p, draft, wraps + 1).map(|_| ()))?;
            }
            b"uuid" => draft.uuid = p.scalar()?.uuid(),
            b"object_uuid" | b"source_uuid" => source_uuid = p.scalar()?.uuid().value().or(source_uuid),
            b"object_id" => source_id = p.scalar()?.reference(),
            b"referenced_uuid" => draft.referenced_uuid = p.scalar()?.uuid().value(),
            b"relationship_type" => draft.relationship_type = p.scalar()?.text(),
            b"comment" => draft.comment = p.scalar()?.text(),
            b"timestamp" => draft.timestamp = p.scalar()?.seconds(),
            b"deleted" => draft.deleted = p.scalar()?.flag(),
            _ => p.skip()?,
        }
    }
    // The uuid first: a number in a document from elsewhere is the sender's.
    let source = source_uuid.map(Ref::Uuid).or(source_id);
    draft.object = source.or(draft.object);
    Ok(true)
}

pub(super) fn report(p: &mut Parser<'_>) -> Result<Option<ReportDraft>, ReadError> {
    let mut draft = ReportDraft::default();
    Ok(report_into(p, &mut draft, MAX_WRAPS)?.then_some(draft))
}

/// Reads one event report; `false` when there is no map.
pub(super) fn report_into(p: &mut Parser<'_>, draft: &mut ReportDraft, wraps: u8) -> Result<bool, ReadError> {
    if !p.map()? {
        return Ok(false);
    }
    let mut group = GroupParts::default();
    while let Some(key) = p.key()? {
        match key.as_bytes() {
            b"EventReport" | b"request" | b"response" if wraps < MAX_WRAPS => {
                p.fields -= 1;
                p.each(|p| report_into(p, draft, wraps + 1).map(|_| ()))?;
            }
            b"uuid" => draft.uuid = p.scalar()?.uuid(),
            b"name" => draft.name = p.scalar()?.text(),
            b"content" => draft.content = p.scalar()?.text(),
            b"distribution" => draft.distribution = p.scalar()?.distribution(),
            b"sharing_group_id" => group.name(p.scalar()?),
            b"SharingGroup" => group.embed(p)?,
            b"timestamp" => draft.timestamp = p.scalar()?.seconds(),
            b"deleted" => draft.deleted = p.scalar()?.flag(),
            other => match kind_of_key(other) {
                Some(kind) => annotations(p, kind, &mut draft.analyst)?,
                None => p.skip()?,
            },
        }
    }
    if let Some(choice) = group.choice() {
        draft.sharing_group = Some(choice);
    }
    Ok(true)
}
