//! Objects as search results. spec: 04#1
use super::output::Output;
use super::sieve::Sieve;
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
    let sieve = Sieve::of_search(ctx, &wanted.options)?;
    let walked = search::each_object(ctx, &wanted.query, &wanted.options, |_, row| {
        if !std::mem::replace(&mut first, false) {
            spool.buffer().push(b',');
        }
        one(&row, &wanted.options, &sieve, spool.buffer());
        Ok(spool.settle()?)
    })?;
    spool.buffer().extend_from_slice(b"]}\n");
    Ok(Output {
        body: spool.finish()?,
        count: walked.found,
        skipped: 0,
    })
}

/// One object; members that do not go out are left out.
fn one(row: &ObjectRow, options: &Options, sieve: &Sieve, out: &mut Vec<u8>) {
    let mut event = Vec::new();
    write::event_of_search(&mut event, &row.event);
    let mut members = vec![b'['];
    for member in &row.members {
        if !sieve.keeps(&member.attribute) {
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
}
