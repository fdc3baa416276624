//! Files of attributes. spec: 01#11, 11#SR-SE-7
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use entente_indicator::AttributeType;
use entente_model::attribute::Attribute;
use entente_model::id::{ElementId, Ref};
use std::collections::HashMap;

/// A file to be downloaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Download {
    /// Name to offer, free of path separators and control characters.
    pub name: String,
    /// Content: an attachment as it was given, a sample in its encrypted archive.
    pub content: Vec<u8>,
}

/// The file of an attribute that the caller can see.
///
/// # Errors
/// `NotFound` when the attribute is absent, hidden, or has no file.
pub fn download(ctx: &mut Ctx<'_, '_>, attribute: Option<Ref>) -> Result<Download> {
    let (attribute, _) = super::visible(ctx, attribute)?;
    let content = contents(ctx, attribute.id, attribute.id)?
        .remove(&attribute.id)
        .ok_or_else(|| Error::not_found("The attribute has no file."))?;
    Ok(Download {
        name: file_name(&attribute),
        content,
    })
}

/// The picture of an attribute. spec: 01#11
///
/// # Errors
/// `NotFound` when it is absent, hidden, or no picture.
pub fn picture(ctx: &mut Ctx<'_, '_>, attribute: Option<Ref>) -> Result<Download> {
    let (found, _) = super::visible(ctx, attribute)?;
    let is_picture = AttributeType::from_id(found.kind)
        .is_some_and(|kind| kind == AttributeType::ATTACHMENT && kind.is_image(&found.value1));
    if !is_picture {
        return Err(Error::not_found("Image not found."));
    }
    download(ctx, attribute)
}

/// A sample found by its hash.
#[derive(Debug)]
pub struct Sample {
    /// The attribute.
    pub attribute: Attribute,
    /// Title of its event.
    pub event_info: String,
    /// The encrypted archive.
    pub content: Vec<u8>,
}

/// Most samples of one answer; each is held in memory.
const MAX_SAMPLES: usize = 20;

/// Samples whose MD5 is `hash`, or those that stand in one object or event with that hash when `all` is
/// asked for. spec: 03#4.5
///
/// # Errors
/// Of the database or the file store.
pub fn samples(ctx: &mut Ctx<'_, '_>, hash: &str, all: bool, event: Option<Ref>) -> Result<Vec<Sample>> {
    let scope = ctx.scope();
    let hits = entente_store::attribute::with_value(ctx.tx, &scope, ctx.app.hasher(), hash)?;
    let mut found = Vec::new();
    let within = match event {
        Some(event) => Some(ctx.visible_event(Some(event), "Invalid event")?.id),
        None => None,
    };
    for hit in hits
        .into_iter()
        .filter(|hit| !hit.deleted && within.is_none_or(|id| hit.event() == id))
    {
        let event = ctx.visible_event(Some(Ref::Id(hit.event().0)), "Invalid event")?;
        let candidates = if hit.kind == AttributeType::MALWARE_SAMPLE.id() {
            vec![hit]
        } else if all {
            let mut members = Vec::new();
            let part = entente_store::attribute::Part::All;
            entente_store::attribute::each_of_event(ctx.tx, &scope, &event, part, |attribute| {
                if attribute.kind == AttributeType::MALWARE_SAMPLE.id() && !attribute.deleted {
                    members.push(attribute);
                }
                Ok::<_, Error>(())
            })?;
            members
        } else {
            Vec::new()
        };
        for attribute in candidates {
            if found.len() >= MAX_SAMPLES
                || found
                    .iter()
                    .any(|other: &Sample| other.attribute.id == attribute.id)
            {
                continue;
            }
            if let Some(content) = contents(ctx, attribute.id, attribute.id)?.remove(&attribute.id) {
                found.push(Sample {
                    attribute,
                    event_info: event.info.clone(),
                    content,
                });
            }
        }
    }
    Ok(found)
}

/// Files of attributes whose id is in a closed range. The caller has read the attributes through a scope.
///
/// # Errors
/// Of the database or the file store.
pub fn contents(
    ctx: &mut Ctx<'_, '_>,
    first: ElementId,
    last: ElementId,
) -> Result<HashMap<ElementId, Vec<u8>>> {
    let mut contents = HashMap::new();
    for file in entente_store::attachment::in_range_unscoped(ctx.tx, first, last)? {
        match ctx.app.blobs().get(&file.digest) {
            Ok(content) => {
                contents.insert(file.element, content);
            }
            // A lost file must not hide the attribute; `entente verify` names it.
            Err(error) => tracing::error!(attribute.id = file.element.0, error = %error, "a file is missing"),
        }
    }
    Ok(contents)
}

/// A file name that is safe to offer, whatever the value holds.
fn file_name(attribute: &Attribute) -> String {
    let sample = attribute.kind == AttributeType::MALWARE_SAMPLE.id();
    let safe: String = attribute
        .value1
        .chars()
        .map(|c| {
            if c.is_control()
                || matches!(c, '/' | '\\' | '"' | ':' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            {
                '_'
            } else {
                c
            }
        })
        .take(200)
        .collect();
    let safe = if safe.trim_matches(['.', ' ']).is_empty() {
        "attachment".to_owned()
    } else {
        safe
    };
    if sample { format!("{safe}.zip") } else { safe }
}
