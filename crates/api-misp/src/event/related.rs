//! What an event and its attributes correlate with, inside an event. spec: 05#1.8
use super::render::org_view;
use crate::analyst::DirectoryNames;
use entente_engine::correlation::{Links, RelatedEvents};
use entente_engine::event::view::{self, Head};
use entente_engine::{Ctx, Result};
use entente_http::Spool;
use entente_misp::write::{self, EventView, JsonWriter};
use entente_model::analyst::{Analyst, Content, ObjectType};
use std::collections::HashMap;
use uuid::Uuid;

/// Events whose relationships are read together.
const CHUNK: usize = 500;

/// `RelatedEvent`. A view shows with each event the relationships that point at it; a search does not.
pub fn events(ctx: &mut Ctx<'_, '_>, related: RelatedEvents, inbound: bool, spool: &mut Spool) -> Result<()> {
    let events = related.finish(ctx)?;
    JsonWriter::resume(spool.buffer())
        .key("RelatedEvent")
        .begin_list();
    let mut first = true;
    for chunk in events.chunks(CHUNK) {
        let mut pointing: HashMap<Uuid, Vec<Analyst>> = HashMap::new();
        if inbound {
            let about: Vec<_> = chunk
                .iter()
                .map(|event| (ObjectType::Event, event.uuid))
                .collect();
            for row in entente_engine::analyst::inbound(ctx, &about)? {
                if let Content::Relationship { related_uuid, .. } = &row.content {
                    pointing.entry(*related_uuid).or_default().push(row);
                }
            }
        }
        for event in chunk {
            if !std::mem::replace(&mut first, false) {
                spool.buffer().push(b',');
            }
            let view = EventView {
                event,
                org: org_view(ctx.directory.org(event.org), event.org),
                orgc: org_view(ctx.directory.org(event.orgc), event.orgc),
                sharing_group: None,
                creator_email: None,
            };
            let own = inbound.then(|| {
                let own = pointing.remove(&event.uuid).unwrap_or_default();
                entente_misp::analyst::inbound(&own, &DirectoryNames::of(ctx))
            });
            write::related_event(spool.buffer(), &view, own.as_deref());
            spool.settle()?;
        }
    }
    JsonWriter::resume(spool.buffer()).end_list();
    Ok(())
}

/// What events correlate with whose attributes are not shown. spec: 04#4 `metadata`
///
/// # Errors
/// Of the database.
pub fn collect(ctx: &mut Ctx<'_, '_>, heads: &[Head], related: &mut RelatedEvents) -> Result<()> {
    for head in heads {
        view::each_page(ctx, head, |ctx, page| {
            page.iter().try_for_each(|item| related.add(ctx, &item.attribute))
        })?;
        view::each_object(ctx, head, |ctx, object| {
            object
                .attributes
                .iter()
                .try_for_each(|item| related.add(ctx, &item.attribute))
        })?;
    }
    Ok(())
}

/// Members of an attribute that tell what it correlates with, rendered.
pub fn members(links: &Links) -> Vec<(&'static str, Vec<u8>)> {
    let mut members = Vec::new();
    if links.excluded {
        members.push(("correlation_exclusion", b"true".to_vec()));
    }
    if links.over {
        members.push(("over_correlation", b"true".to_vec()));
    }
    if !links.links.is_empty() {
        let mut out = vec![b'['];
        for (i, (id, value, event)) in links.links.iter().enumerate() {
            if i > 0 {
                out.push(b',');
            }
            write::granular_correlation(&mut out, *id, value, event);
        }
        out.push(b']');
        members.push(("RelatedAttribute", out));
    }
    members
}
