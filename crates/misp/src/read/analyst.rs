//! Notes, opinions and relationships as embedded in bodies. spec: 08#1
use super::parser::{Next, Parser};
use super::party::GroupParts;
use super::{MAX_WRAPS, ReadError};
use entente_model::draft::{AnalystDraft, AnalystKind, Given};

/// Annotations of annotations of …; deeper ones are left out.
const MAX_CHILDREN_DEPTH: u8 = 8;

/// The kind whose list stands under this key.
pub(super) fn kind_of_key(key: &[u8]) -> Option<AnalystKind> {
    match key {
        b"Note" => Some(AnalystKind::Note),
        b"Opinion" => Some(AnalystKind::Opinion),
        b"Relationship" => Some(AnalystKind::Relationship),
        _ => None,
    }
}

/// Reads the list under a kind's key into `annotations`, instead of those of that kind read before.
pub(super) fn annotations(
    p: &mut Parser<'_>,
    kind: AnalystKind,
    annotations: &mut Vec<AnalystDraft>,
) -> Result<(), ReadError> {
    annotations_below(p, kind, annotations, 1)
}

fn annotations_below(
    p: &mut Parser<'_>,
    kind: AnalystKind,
    annotations: &mut Vec<AnalystDraft>,
    depth: u8,
) -> Result<(), ReadError> {
    annotations.retain(|annotation| annotation.kind != kind);
    if depth > MAX_CHILDREN_DEPTH {
        return p.skip();
    }
    p.each(|p| {
        let mut draft = empty(kind);
        if read_into(p, &mut draft, depth, MAX_WRAPS)? {
            annotations.push(draft);
        }
        Ok(())
    })
}

pub(super) fn empty(kind: AnalystKind) -> AnalystDraft {
    AnalystDraft {
        kind,
        uuid: Given::Absent,
        object_uuid: None,
        object_type: None,
        authors: None,
        orgc_uuid: None,
        created: None,
        modified: None,
        distribution: Given::Absent,
        sharing_group: None,
        note: None,
        language: None,
        opinion: Given::Absent,
        comment: None,
        relationship_type: None,
        related_object_uuid: None,
        related_object_type: None,
        children: Vec::new(),
    }
}

/// Reads one annotation; `false` when there is no map.
pub(super) fn read_into(
    p: &mut Parser<'_>,
    draft: &mut AnalystDraft,
    depth: u8,
    wraps: u8,
) -> Result<bool, ReadError> {
    if !p.map()? {
        return Ok(false);
    }
    let mut group = GroupParts::default();
    while let Some(key) = p.key()? {
        match key.as_bytes() {
            b"request" | b"response" if wraps < MAX_WRAPS => {
                p.fields -= 1;
                p.each(|p| read_into(p, draft, depth, wraps + 1).map(|_| ()))?;
            }
            b"uuid" => draft.uuid = p.scalar()?.uuid(),
            b"object_uuid" => draft.object_uuid = p.scalar()?.uuid().value(),
            b"object_type" => draft.object_type = p.scalar()?.text(),
            b"authors" => draft.authors = p.scalar()?.text(),
            b"orgc_uuid" => draft.orgc_uuid = p.scalar()?.uuid().value(),
            b"Orgc" => {
                let creator = super::party::organisation(p)?.and_then(|org| org.uuid);
                draft.orgc_uuid = creator.or(draft.orgc_uuid);
            }
            b"created" => draft.created = p.scalar()?.seconds().value(),
            b"modified" => draft.modified = p.scalar()?.seconds().value(),
            b"distribution" => draft.distribution = p.scalar()?.distribution(),
            b"sharing_group_id" => group.name(p.scalar()?),
            b"SharingGroup" => group.embed(p)?,
            b"note" => draft.note = p.scalar()?.text(),
            b"language" => draft.language = p.scalar()?.text(),
            b"opinion" => draft.opinion = p.scalar()?.int(),
            b"comment" => draft.comment = p.scalar()?.text(),
            b"relationship_type" => draft.relationship_type = p.scalar()?.text(),
            b"related_object_uuid" => draft.related_object_uuid = p.scalar()?.uuid().value(),
            b"related_object_type" => draft.related_object_type = p.scalar()?.text(),
            other => match kind_of_key(other) {
                // `{"Note":{…}}` wraps; `"Note":[…]` are the annotations of a note.
                Some(kind) if wraps < MAX_WRAPS && kind == draft.kind && p.next()? == Next::Map => {
                    p.fields -= 1;
                    read_into(p, draft, depth, wraps + 1)?;
                }
                Some(kind) => annotations_below(p, kind, &mut draft.children, depth + 1)?,
                None => p.skip()?,
            },
        }
    }
    if let Some(choice) = group.choice() {
        draft.sharing_group = Some(choice);
    }
    Ok(true)
}
