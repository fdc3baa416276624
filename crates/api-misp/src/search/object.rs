//! Objects as search results. spec: 04#1
use super::output::Output;
use crate::event::render::tag_views;
use entente_engine::search::{self, ObjectRow};
use entente_engine::{Ctx, Result};
use entente_http::Spool;
use entente_misp::filter::Search;
use entente_misp::write::{self, AttributeParts, AttributeShape, ObjectParts};
use entente_model::search::Options;

/// Renders what a search of objects finds.
///
/// # Errors
/// Of the database or the spool, or when the search is too large.
pub(super) fn render(ctx: &mut Ctx<'_, '_>, wanted: &Search) -> Result<Output> {
    let mut spool = Spool::default();
    spool.buffer().extend_from_slice(b"{\"response\": [");
    let mut first = true;
    let walked = search::each_object(ctx, &wanted.query, &wanted.options, |ctx, row| {
        if !std::mem::replace(&mut first, false) {
            spool.buffer().push(b',');
        }
        one(ctx, &row, &wanted.options, spool.buffer())?;
        spool.settle()?;
        Ok(())
    })?;
    spool.buffer().extend_from_slice(b"]}\n");
    Ok(Output {
        body: spool.finish()?,
        count: walked.found,
        skipped: 0,
    })
}

fn one(ctx: &mut Ctx<'_, '_>, row: &ObjectRow, options: &Options, out: &mut Vec<u8>) -> Result<()> {
    let mut event = Vec::new();
    write::event_of_search(&mut event, &row.event);
    let mut members = vec![b'['];
    for member in &row.members {
        let warned =
            options.enforce_warninglist && crate::warnings::of_attribute(ctx, &member.attribute)?.is_some();
        if warned {
            continue;
        }
        if members.len() > 1 {
            members.push(b',');
        }
        let tags = tag_views(&member.tags);
        let data = member
            .file
            .as_deref()
            .map(entente_engine::content::sample::encode);
        let parts = AttributeParts {
            tags: &tags,
            data: data.as_deref(),
            ..AttributeParts::default()
        };
        write::attribute(&mut members, &member.attribute, AttributeShape::Columns, &parts);
    }
    members.push(b']');
    out.extend_from_slice(b"{\"Object\":");
    let parts = ObjectParts {
        event: Some(&event),
        ..ObjectParts::default()
    };
    write::object(out, &row.object, &parts, (!options.metadata).then_some(&members));
    out.push(b'}');
    Ok(())
}
