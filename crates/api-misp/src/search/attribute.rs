//! Attributes as search results. spec: 04#4.1, 04#6
use super::attack_sightings::Sighted;
use super::output::{Form, Output};
use super::sieve::Sieve;
use super::stix;
use super::writing::Writing;
use crate::decay::{mean_of, rendered_scores};
use crate::event::render::{org_view, rendered_sightings, tag_views};
use crate::warnings::Warnings;
use entente_engine::correlation::Related;
use entente_engine::decay::score::all_decayed;
use entente_engine::search::{self, Row};
use entente_engine::{Ctx, Result};
use entente_formats::export;
use entente_http::Spool;
use entente_misp::filter::Search;
use entente_misp::write::{
    self, AttributeParts, AttributeShape, EventView, ObjectOfAttribute, ProposalShape, ProposalView,
};
use entente_misp::xml;
use entente_model::proposal::Proposal;
use entente_model::search::{Options, Subject};
use std::io::Write as _;

/// Renders what a search of attributes finds.
///
/// # Errors
/// Of the database or the spool, or when the search is too large.
pub(super) fn render(ctx: &mut Ctx<'_, '_>, wanted: &Search, form: Form) -> Result<Output> {
    if form == Form::Count {
        return count(ctx, wanted);
    }
    let mut spool = Spool::default();
    let mut writing = Writing::of(ctx, Subject::Attribute, form, &wanted.params)?;
    let mut stix = match form.is_stix() {
        true => Some(stix::Writing::of(ctx, form, &wanted.params)?),
        false => None,
    };
    let (begin, end): (&[u8], &[u8]) = match form {
        Form::Xml => (xml::BEGIN, xml::END),
        Form::AttackSightings => (b"[", b"]"),
        _ => (b"{\"response\": {\"Attribute\": [", b"]}}\n"),
    };
    spool.buffer().extend_from_slice(begin);
    let options = read_options(wanted, form);
    let (mut first, mut skipped) = (true, 0);
    let mut sighted = Sighted::default();
    let lists = if options.warninglist_hits {
        Warnings::of(ctx)?
    } else {
        None
    };
    let sieve = Sieve::of_search(ctx, &options)?;
    let walked = search::each_attribute(ctx, &wanted.query, &options, |ctx, row| {
        if options.exclude_decayed && all_decayed(&row.scores) {
            skipped += 1;
            return Ok(());
        }
        if !sieve.keeps(&row.attribute) {
            skipped += 1;
            return Ok(());
        }
        if let Some(writing) = &mut writing {
            return write_row(ctx, writing, &row);
        }
        if let Some(stix) = &mut stix {
            return stix.row(ctx, &row);
        }
        if form == Form::AttackSightings {
            sighted.attribute(ctx, &row.attribute, &row.tags, row.tally, spool.buffer())?;
            return Ok(spool.settle()?);
        }
        let attribute = &row.attribute;
        let warnings = lists
            .as_ref()
            .and_then(|lists| lists.shown(attribute.kind, &attribute.value(), attribute.to_ids));
        if form == Form::Xml {
            let mut rendered = Vec::new();
            json(ctx, &row, &options, warnings.as_deref(), &mut rendered);
            xml::attribute(&rendered, &mut spool)?;
            return Ok(spool.write_all(b"\n")?);
        }
        if !std::mem::replace(&mut first, false) {
            spool.buffer().push(b',');
        }
        json(ctx, &row, &options, warnings.as_deref(), spool.buffer());
        Ok(spool.settle()?)
    })?;
    let body = match (writing, stix) {
        (Some(writing), _) => writing.finish()?,
        (None, Some(stix)) => stix.finish_rows()?,
        (None, None) => {
            spool.buffer().extend_from_slice(end);
            spool.finish()?
        }
    };
    Ok(Output {
        body,
        count: walked.found + i64::from(walked.full),
        skipped,
    })
}

/// Only what the form shows is read.
fn read_options(wanted: &Search, form: Form) -> Options {
    match form {
        Form::Json | Form::Xml => wanted.options.clone(),
        Form::Stix(_) | Form::Stix2 => Options {
            enforce_warninglist: wanted.options.enforce_warninglist,
            attachments: wanted.options.attachments,
            sightings: wanted.options.sightings,
            all_tags: wanted.options.all_tags,
            exclude_local_tags: true,
            ..Options::default()
        },
        _ => Options {
            context: wanted.options.context,
            event_tags: wanted.options.event_tags,
            enforce_warninglist: wanted.options.enforce_warninglist,
            all_tags: wanted.options.all_tags,
            exclude_decayed: wanted.options.exclude_decayed,
            decay: wanted
                .options
                .decay
                .clone()
                .filter(|_| wanted.options.exclude_decayed || form == Form::Csv),
            tallies: form == Form::AttackSightings,
            ..Options::default()
        },
    }
}

fn count(ctx: &mut Ctx<'_, '_>, wanted: &Search) -> Result<Output> {
    let all = search::count(ctx, &wanted.query)?;
    let page = wanted.query.page;
    let shown = match page.limit {
        Some(limit) => (all - page.offset()).clamp(0, limit),
        None => all,
    };
    let mut spool = Spool::default();
    spool.buffer().extend_from_slice(shown.to_string().as_bytes());
    let full = page.limit == Some(shown);
    Ok(Output {
        body: spool.finish()?,
        count: shown + i64::from(full),
        skipped: 0,
    })
}

/// Object columns stay empty here, also for members of objects. spec: 04#6.2
fn write_row(ctx: &Ctx<'_, '_>, writing: &mut Writing, row: &Row) -> Result<()> {
    let tags: Vec<&str> = row.tags.iter().map(|item| item.tag.name.as_str()).collect();
    let event_tags: Vec<&str> = row.event_tags.iter().map(|item| item.tag.name.as_str()).collect();
    let name = |id| ctx.directory.org(id).map_or("", |org| org.name.as_str());
    Ok(writing.attribute(&export::Row {
        attribute: &row.attribute,
        event: &row.event,
        object: None,
        tags: &tags,
        event_tags: &event_tags,
        owner: name(row.event.org),
        creator: name(row.event.orgc),
        decay: mean_of(&row.scores),
    })?)
}

/// One attribute with what the options ask for.
fn json(ctx: &Ctx<'_, '_>, row: &Row, options: &Options, warnings: Option<&[u8]>, out: &mut Vec<u8>) {
    let mut event = Vec::with_capacity(400);
    if options.context {
        let view = EventView {
            event: &row.event,
            org: org_view(ctx.directory.org(row.event.org), row.event.org),
            orgc: org_view(ctx.directory.org(row.event.orgc), row.event.orgc),
            sharing_group: None,
            creator_email: None,
        };
        write::context_event(&mut event, &view, &tag_views(&row.event_tags));
    } else {
        write::event_of_search(&mut event, &row.event);
    }
    let mut tags = tag_views(&row.tags);
    if options.event_tags {
        let inherited = tag_views(&row.event_tags);
        tags.extend(inherited.into_iter().map(|tag| write::TagOnItem {
            inherited: true,
            ..tag
        }));
    }
    let object = row.object.as_ref().map(|object| ObjectOfAttribute {
        id: object.id,
        distribution: object.distribution,
        sharing_group: object.sharing_group,
    });
    let sightings = options.sightings.then(|| {
        rendered_sightings(ctx, &row.sightings, row.attribute.uuid).unwrap_or_else(|| b"[]".to_vec())
    });
    let proposals = options.proposals.then(|| proposals(&row.proposals));
    let data = row.file.as_deref().map(entente_engine::content::sample::encode);
    let related = options.correlations.then(|| related(&row.related));
    let full_model = options.decay.as_ref().is_some_and(|decay| decay.full_model);
    let scores = rendered_scores(ctx, &row.scores, full_model);
    let more: Vec<(&'static str, &[u8])> = [("RelatedAttribute", &related), ("decay_score", &scores)]
        .into_iter()
        .filter_map(|(key, part)| Some((key, part.as_deref()?)))
        .collect();
    let parts = AttributeParts {
        event_uuid: options.event_uuid.then_some(row.event.uuid),
        event: Some(&event),
        object,
        data: data.as_deref(),
        warnings,
        proposals: proposals.as_deref(),
        tags: &tags,
        sightings: sightings.as_deref(),
        more: &more,
        ..AttributeParts::default()
    };
    write::attribute(out, &row.attribute, AttributeShape::Search, &parts);
}

fn related(related: &[Related]) -> Vec<u8> {
    let mut out = vec![b'['];
    for (i, related) in related.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        write::related_attribute(&mut out, &related.attribute, &related.event);
    }
    out.push(b']');
    out
}

fn proposals(proposals: &[Proposal]) -> Vec<u8> {
    let mut out = vec![b'['];
    for (i, proposal) in proposals.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        let view = ProposalView {
            proposal,
            org: None,
            warnings: None,
            show_email: false,
        };
        write::proposal(&mut out, &view, ProposalShape::Search);
    }
    out.push(b']');
    out
}
