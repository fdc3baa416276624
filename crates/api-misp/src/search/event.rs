//! Events as search results. spec: 04#1.2, 04#4, 04#6
use super::attack_sightings::Sighted;
use super::context;
use super::output::{Form, Output};
use super::sieve::Sieve;
use super::stix;
use super::writing::Writing;
use crate::decay::mean_of;
use crate::event::options::Shown;
use crate::event::render;
use entente_engine::event::view::{self, AttributeItem, Deleted, Head, TagOnItem};
use entente_engine::search;
use entente_engine::{Ctx, Result};
use entente_formats::export::Row;
use entente_http::Spool;
use entente_misp::filter::Search;
use entente_misp::xml;
use entente_model::event::Event;
use entente_model::id::TagId;
use entente_model::object::Object;
use entente_model::search::{Deletion, Named, Subject};
use std::collections::HashSet;

/// Events read at a time; their content comes piece by piece.
const CHUNK: usize = 200;

/// Renders what a search of events finds.
///
/// # Errors
/// Of the database or the spool, or when the search is too large.
pub(super) fn render(ctx: &mut Ctx<'_, '_>, wanted: &Search, form: Form) -> Result<Output> {
    let all = search::event_ids(ctx, &wanted.query)?;
    let count = i64::try_from(all.len()).unwrap_or(i64::MAX);
    let page = search::page_of(&wanted.query, all);
    let mut spool = Spool::default();
    let mut shown = shown(ctx, wanted);
    shown.prepare(ctx)?;
    let body = match Writing::of(ctx, Subject::Event, form, &wanted.params)? {
        Some(mut writing) => {
            each(ctx, &page, |ctx, event| {
                write_event(ctx, event, &shown, &mut writing)
            })?;
            writing.finish()?
        }
        None if form.is_stix() => {
            let mut writing = stix::Writing::of(ctx, form, &wanted.params)?;
            each(ctx, &page, |ctx, event| writing.event(ctx, event, &shown))?;
            writing.finish()?
        }
        None if form == Form::Count => {
            spool
                .buffer()
                .extend_from_slice(page.len().to_string().as_bytes());
            spool.finish()?
        }
        None if form == Form::AttackSightings => {
            let mut sighted = Sighted::default();
            spool.buffer().push(b'[');
            each(ctx, &page, |ctx, event| {
                sighted.event(ctx, event, &shown, &mut spool)
            })?;
            spool.buffer().push(b']');
            spool.finish()?
        }
        None if form.is_rendered() => context::render(ctx, wanted, form, &page, &shown)?,
        None if form == Form::Xml => {
            spool.buffer().extend_from_slice(xml::BEGIN);
            each(ctx, &page, |ctx, event| {
                let mut json = Spool::default();
                render::enveloped(ctx, event, &shown, &mut json)?;
                Ok(xml::event(json.finish()?.into_reader(), &mut spool)?)
            })?;
            spool.buffer().extend_from_slice(xml::END);
            spool.finish()?
        }
        None => {
            spool.buffer().extend_from_slice(b"{\"response\": [");
            let mut first = true;
            each(ctx, &page, |ctx, event| {
                if !std::mem::replace(&mut first, false) {
                    spool.buffer().push(b',');
                }
                render::enveloped(ctx, event, &shown, &mut spool)
            })?;
            spool.buffer().extend_from_slice(b"]}\n");
            spool.finish()?
        }
    };
    Ok(Output {
        body,
        count,
        skipped: 0,
    })
}

pub(super) fn each(
    ctx: &mut Ctx<'_, '_>,
    numbers: &[i64],
    mut f: impl FnMut(&mut Ctx<'_, '_>, Event) -> Result<()>,
) -> Result<()> {
    for chunk in numbers.chunks(CHUNK) {
        for event in search::events(ctx, chunk)? {
            f(ctx, event)?;
        }
    }
    Ok(())
}

/// The options of a search as those of an event view.
fn shown(ctx: &Ctx<'_, '_>, wanted: &Search) -> Shown {
    let options = &wanted.options;
    let deleted = match options.prune.deletion {
        Deletion::Live => Deleted::Hide,
        Deletion::Deleted => Deleted::Only,
        Deletion::Both => Deleted::Show,
    };
    Shown {
        read: view::Options {
            deleted,
            attachments: options.attachments,
            sightings: !options.no_sightings && !options.metadata,
            proposals: !options.no_proposals && !options.metadata,
            reports: !options.no_reports && !options.metadata,
            analyst: options.analyst_data,
            to_ids: options.prune.to_ids,
            exclude_local_tags: options.exclude_local_tags,
            all_tags: options.all_tags,
            blocked_tags: blocked(ctx, &options.prune.without_tags),
            ..view::Options::default()
        },
        exported: true,
        metadata: options.metadata,
        exclude_galaxy: options.exclude_galaxy,
        group_reference_only: options.group_reference_only,
        flatten: options.flatten,
        extended: options.extended,
        warninglist_hits: options.warninglist_hits,
        enforce_warninglist: options.enforce_warninglist,
        extension_list: options.extension_list,
        decay: options.decay.clone(),
        exclude_decayed: options.exclude_decayed,
        event_scores: options.event_scores,
        related_events: !wanted.params.given("includeEventCorrelations")
            || wanted.params.flag("includeEventCorrelations"),
        granular: wanted.params.flag("includeGranularCorrelations"),
        inbound: false,
    }
}

fn blocked(ctx: &Ctx<'_, '_>, named: &[Named]) -> HashSet<TagId> {
    named
        .iter()
        .flat_map(|named| match named {
            Named::Id(id) => ctx.tags.get(TagId(*id)).map(|tag| tag.id),
            Named::Name(name) => ctx
                .tags
                .by_name(name)
                .filter(|tag| tag.name == *name)
                .map(|tag| tag.id),
            _ => None,
        })
        .collect()
}

/// Attributes with their tags and no more.
pub(super) fn bare(shown: &Shown) -> view::Options {
    view::Options {
        attachments: false,
        sightings: false,
        proposals: false,
        reports: false,
        analyst: false,
        ..shown.read.clone()
    }
}

/// Hands over every attribute of an event, members of objects too.
pub(super) fn each_kept(
    ctx: &mut Ctx<'_, '_>,
    head: &Head,
    shown: &Shown,
    mut f: impl FnMut(&mut Ctx<'_, '_>, &AttributeItem) -> Result<()>,
) -> Result<()> {
    let sieve = Sieve::of_event(ctx, shown)?;
    let mut kept = |ctx: &mut Ctx<'_, '_>, item: &AttributeItem| {
        if sieve.keeps(&item.attribute) {
            f(ctx, item)?;
        }
        Ok(())
    };
    view::each_attribute(ctx, head, |ctx, item| kept(ctx, &item))?;
    view::each_object(ctx, head, |ctx, object| {
        object.attributes.iter().try_for_each(|item| kept(ctx, item))
    })
}

/// Every attribute of an event: those outside objects, then members. spec: 04#6.2
fn write_event(ctx: &mut Ctx<'_, '_>, event: Event, shown: &Shown, writing: &mut Writing) -> Result<()> {
    let head = view::head_of(ctx, event, bare(shown))?;
    let event_tags = names(&head.tags);
    let sieve = Sieve::of_event(ctx, shown)?;
    view::each_attribute(ctx, &head, |_, item| {
        if sieve.keeps(&item.attribute) {
            writing.attribute(&row(&head, None, &item, &names(&item.tags), &event_tags))?;
        }
        Ok(())
    })?;
    view::each_object(ctx, &head, |_, object| {
        let mut members = Vec::with_capacity(object.attributes.len());
        for item in &object.attributes {
            if sieve.keeps(&item.attribute) {
                members.push((item, names(&item.tags)));
            }
        }
        let rows: Vec<Row<'_>> = members
            .iter()
            .map(|(item, tags)| row(&head, Some(&object.object), item, tags, &event_tags))
            .collect();
        rows.iter().try_for_each(|row| writing.attribute(row))?;
        Ok(writing.object(&object.object, &rows)?)
    })?;
    Ok(writing.event(&head.event)?)
}

fn row<'a>(
    head: &'a Head,
    object: Option<&'a Object>,
    item: &'a AttributeItem,
    tags: &'a [&'a str],
    event_tags: &'a [&'a str],
) -> Row<'a> {
    Row {
        attribute: &item.attribute,
        event: &head.event,
        object,
        tags,
        event_tags,
        owner: head.org.as_ref().map_or("", |org| org.name.as_str()),
        creator: head.orgc.as_ref().map_or("", |org| org.name.as_str()),
        decay: mean_of(&item.scores),
    }
}

fn names(tags: &[TagOnItem]) -> Vec<&str> {
    tags.iter().map(|item| item.tag.name.as_str()).collect()
}
