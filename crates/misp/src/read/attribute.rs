//! Attributes, proposals and sightings of bodies. spec: 01#7.2, 01#7.7, 01#7.8
use super::analyst::{annotations, kind_of_key};
use super::parser::{Next, Parser};
use super::party::{GroupParts, organisation};
use super::tag::tag;
use super::{MAX_WRAPS, ProposalDraft, ReadError, SightingRequest, list};
use entente_model::draft::{AttributeDraft, AttributeExtra, Given, OrgDraft, SightingDraft};

/// What [`attribute_into`] found.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// No map.
    Nothing,
    /// A map without a field of an attribute.
    Stranger,
    /// At least one field.
    Fields,
}

/// Reads one attribute. Proposals to it go to `proposals`.
pub(super) fn attribute_into(
    p: &mut Parser<'_>,
    draft: &mut AttributeDraft,
    proposals: &mut Vec<ProposalDraft>,
    wraps: u8,
) -> Result<Found, ReadError> {
    if !p.map()? {
        return Ok(Found::Nothing);
    }
    let mut found = Found::Stranger;
    let mut group = GroupParts::default();
    while let Some(key) = p.key()? {
        match key.as_bytes() {
            b"Attribute" | b"request" | b"response" if wraps < MAX_WRAPS => {
                p.fields -= 1;
                p.each(|p| {
                    if attribute_into(p, draft, proposals, wraps + 1)? == Found::Fields {
                        found = Found::Fields;
                    }
                    Ok(())
                })?;
            }
            key => {
                if field_into(p, key, draft, &mut group, proposals)? {
                    found = Found::Fields;
                }
            }
        }
    }
    if let Some(choice) = group.choice() {
        draft.extra_mut().sharing_group = Some(choice);
    }
    Ok(found)
}

/// Reads the value of one key; `false` when no attribute has such a field.
pub(super) fn field_into(
    p: &mut Parser<'_>,
    key: &[u8],
    draft: &mut AttributeDraft,
    group: &mut GroupParts,
    proposals: &mut Vec<ProposalDraft>,
) -> Result<bool, ReadError> {
    match key {
        b"type" => draft.kind = p.scalar()?.text(),
        b"category" => draft.category = p.scalar()?.text(),
        b"value" => value_into(p, draft)?,
        b"to_ids" => draft.to_ids = p.scalar()?.flag(),
        b"uuid" => draft.uuid = p.scalar()?.uuid(),
        b"distribution" => draft.distribution = p.scalar()?.distribution(),
        b"timestamp" => draft.timestamp = p.scalar()?.seconds(),
        b"comment" => draft.comment = p.scalar()?.text(),
        b"deleted" => draft.deleted = p.scalar()?.flag(),
        b"disable_correlation" => draft.disable_correlation = p.scalar()?.flag(),
        b"first_seen" => draft.first_seen = p.scalar()?.moment(),
        b"last_seen" => draft.last_seen = p.scalar()?.moment(),
        b"object_relation" => draft.relation = p.scalar()?.text(),
        b"sharing_group_id" => group.name(p.scalar()?),
        b"SharingGroup" => group.embed(p)?,
        b"data" => {
            let data = p.scalar()?.text();
            seldom(draft, data, Option::is_none, |extra| &mut extra.data);
        }
        b"encrypt" => {
            let encrypt = p.scalar()?.is_set();
            seldom(draft, encrypt, |set| !set, |extra| &mut extra.encrypt);
        }
        b"enforceWarninglist" => {
            let enforce = p.scalar()?.is_set();
            seldom(draft, enforce, |set| !set, |extra| &mut extra.enforce_warninglist);
        }
        b"batch_import" => {
            let batch = p.scalar()?.is_set();
            seldom(draft, batch, |set| !set, |extra| &mut extra.batch);
        }
        b"Tag" => {
            let tags = list(p, tag)?;
            seldom(draft, tags, Vec::is_empty, |extra| &mut extra.tags);
        }
        b"Sighting" => {
            let sightings = list(p, sighting)?;
            seldom(draft, sightings, Vec::is_empty, |extra| &mut extra.sightings);
        }
        b"ShadowAttribute" => proposals_into(p, proposals)?,
        other => {
            let Some(kind) = kind_of_key(other) else {
                p.skip()?;
                return Ok(false);
            };
            let mut all = draft
                .extra
                .as_mut()
                .map(|e| std::mem::take(&mut e.analyst))
                .unwrap_or_default();
            annotations(p, kind, &mut all)?;
            seldom(draft, all, Vec::is_empty, |extra| &mut extra.analyst);
        }
    }
    Ok(true)
}

/// Keeps a seldom used part without making the extra block for one that says nothing.
fn seldom<T>(
    draft: &mut AttributeDraft,
    part: T,
    says_nothing: impl FnOnce(&T) -> bool,
    place: impl FnOnce(&mut AttributeExtra) -> &mut T,
) {
    if draft.extra.is_some() || !says_nothing(&part) {
        *place(draft.extra_mut()) = part;
    }
}

/// The value; of a list the first one, the others beside it.
fn value_into(p: &mut Parser<'_>, draft: &mut AttributeDraft) -> Result<(), ReadError> {
    let mut more = Vec::new();
    if p.next()? == Next::List {
        let mut values = list(p, |p| Ok(p.scalar()?.text()))?.into_iter();
        draft.value = values.next();
        more.extend(values);
    } else {
        draft.value = p.scalar()?.text();
    }
    seldom(draft, more, Vec::is_empty, |extra| &mut extra.more_values);
    Ok(())
}

pub(super) fn proposals_into(
    p: &mut Parser<'_>,
    proposals: &mut Vec<ProposalDraft>,
) -> Result<(), ReadError> {
    p.each(|p| {
        let mut draft = ProposalDraft::default();
        if proposal_into(p, &mut draft, MAX_WRAPS)? {
            proposals.push(draft);
        }
        Ok(())
    })
}

pub(super) fn proposal_into(
    p: &mut Parser<'_>,
    draft: &mut ProposalDraft,
    wraps: u8,
) -> Result<bool, ReadError> {
    if !p.map()? {
        return Ok(false);
    }
    while let Some(key) = p.key()? {
        match key.as_bytes() {
            b"ShadowAttribute" | b"Attribute" | b"Proposal" | b"request" | b"response"
                if wraps < MAX_WRAPS =>
            {
                p.fields -= 1;
                p.each(|p| proposal_into(p, draft, wraps + 1).map(|_| ()))?;
            }
            // A proposal to a proposal does not exist.
            b"ShadowAttribute" => p.skip()?,
            b"old_id" => draft.old_id = p.scalar()?.id(),
            b"event_uuid" => draft.event_uuid = p.scalar()?.uuid().value(),
            b"proposal_to_delete" => draft.to_delete = p.scalar()?.flag(),
            b"email" => draft.email = p.scalar()?.text(),
            b"Org" => draft.org = organisation(p)?,
            key => {
                // Proposals know no distribution and no group.
                field_into(
                    p,
                    key,
                    &mut draft.attribute,
                    &mut GroupParts::default(),
                    &mut Vec::new(),
                )?;
            }
        }
    }
    Ok(true)
}

/// A sighting that travels with an attribute.
fn sighting(p: &mut Parser<'_>) -> Result<Option<SightingDraft>, ReadError> {
    let mut request = SightingRequest::default();
    Ok(sighting_into(p, &mut request, MAX_WRAPS)?.then_some(request.sighting))
}

pub(super) fn sighting_into(
    p: &mut Parser<'_>,
    request: &mut SightingRequest,
    wraps: u8,
) -> Result<bool, ReadError> {
    if !p.map()? {
        return Ok(false);
    }
    let (mut date, mut time) = (None::<String>, None::<String>);
    while let Some(key) = p.key()? {
        match key.as_bytes() {
            b"Sighting" | b"request" | b"response" if wraps < MAX_WRAPS => {
                p.fields -= 1;
                p.each(|p| sighting_into(p, request, wraps + 1).map(|_| ()))?;
            }
            b"id" => request.attribute = p.scalar()?.reference(),
            b"uuid" => request.sighting.uuid = p.scalar()?.uuid().value(),
            b"value" | b"values" => request.values.extend(list(p, |p| Ok(p.scalar()?.text()))?),
            b"type" => request.sighting.kind = p.scalar()?.sighting_kind(),
            b"source" => request.sighting.source = p.scalar()?.text(),
            b"timestamp" | b"date_sighting" => request.sighting.date = p.scalar()?.seconds(),
            b"date" => date = p.scalar()?.text(),
            b"time" => time = p.scalar()?.text(),
            b"filters" => request.filters = Some(p.tree()?).filter(|filters| !filters.is_null()),
            b"Organisation" => request.sighting.org = organisation(p)?.or(request.sighting.org.take()),
            b"org_uuid" if request.sighting.org.is_none() => {
                let uuid = p.scalar()?.uuid().value();
                request.sighting.org = uuid.map(|uuid| OrgDraft {
                    uuid: Some(uuid),
                    ..OrgDraft::default()
                });
            }
            _ => p.skip()?,
        }
    }
    if let (Given::Absent, Some(date)) = (&request.sighting.date, date.filter(|date| !date.is_empty())) {
        let at = format!("{date} {}", time.unwrap_or_default());
        request.sighting.date = super::scalar::Scalar::Text(at.trim_end()).seconds();
    }
    Ok(true)
}
