//! Tags as attached in bodies. spec: 03#3.3 item 7
use super::parser::{Next, Parser};
use super::{MAX_WRAPS, ReadError, list};
use entente_model::draft::TagDraft;

/// One tag: a map, or a bare name.
pub(super) fn tag(p: &mut Parser<'_>) -> Result<Option<TagDraft>, ReadError> {
    let mut tag = TagDraft::default();
    if p.next()? == Next::Map {
        tag_into(p, &mut tag, 0)?;
    } else {
        tag.name = p.scalar()?.text();
    }
    Ok(settle(tag))
}

fn tag_into(p: &mut Parser<'_>, tag: &mut TagDraft, wraps: u8) -> Result<(), ReadError> {
    if !p.map()? {
        return Ok(());
    }
    while let Some(key) = p.key()? {
        match key.as_bytes() {
            b"Tag" | b"request" if wraps < MAX_WRAPS => {
                p.fields -= 1;
                tag_into(p, tag, wraps + 1)?;
            }
            key => field(p, key, tag)?,
        }
    }
    Ok(())
}

fn field(p: &mut Parser<'_>, key: &[u8], tag: &mut TagDraft) -> Result<(), ReadError> {
    match key {
        b"id" => tag.id = p.scalar()?.id(),
        b"name" => tag.name = p.scalar()?.text(),
        b"colour" => tag.colour = p.scalar()?.text(),
        b"exportable" => tag.exportable = p.scalar()?.flag().value(),
        b"local" => tag.local = p.scalar()?.is_set(),
        b"deleted" => tag.deleted = p.scalar()?.is_set(),
        b"relationship_type" => tag.relationship_type = p.scalar()?.text().filter(|t| !t.is_empty()),
        _ => p.skip()?,
    }
    Ok(())
}

/// One without name and id is no tag.
fn settle(mut tag: TagDraft) -> Option<TagDraft> {
    tag.name = tag.name.filter(|name| !name.trim().is_empty());
    (tag.name.is_some() || tag.id.is_some()).then_some(tag)
}

/// The tags of a map: those under `Tag`, those of a PHP list, or the map itself.
pub(super) fn tags(p: &mut Parser<'_>, wraps: u8) -> Result<Vec<TagDraft>, ReadError> {
    let mut all = Vec::new();
    let mut itself = TagDraft::default();
    p.map()?;
    while let Some(key) = p.key()? {
        match key.as_bytes() {
            _ if key.is_index() => all.extend(tag(p)?),
            b"request" if wraps < MAX_WRAPS && p.next()? == Next::Map => all.extend(tags(p, wraps + 1)?),
            b"Tag" | b"request" => all.extend(list(p, tag)?),
            key => field(p, key, &mut itself)?,
        }
    }
    all.extend(settle(itself));
    Ok(all)
}
