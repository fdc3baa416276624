//! Searching: what a caller finds, page by page, with what is shown beside it. spec: 04#1, 04#3, 04#4
//!
//! Conditions and visibility are one statement of the store; this module gives it the names of tags and
//! organisations, walks the result without holding it, and reads what belongs to each row in batches.
mod names;
mod row;

pub use row::{ObjectRow, Row};

use crate::ctx::Ctx;
use crate::error::{Error, Result};
use entente_model::attribute::Attribute;
use entente_model::event::Event;
use entente_model::id::ElementId;
use entente_model::search::{Lists, Named, Options, Query, Subject, Term, TooLarge};
use entente_model::tag::TagLink;
use entente_policy::Permission;
use entente_store::galaxy::ClusterFilter;
use entente_store::search::{Reader, Search};
use std::collections::HashMap;

/// Clusters that one search may stand for.
const MOST_CLUSTERS: i64 = 10_000;
/// Rows read at a time.
const CHUNK: i64 = 2_000;
/// The same when each comes with attributes of other events: one may have a thousand of them.
const CHUNK_WITH_CORRELATIONS: i64 = 100;
/// Objects read at a time; their members come with them.
const OBJECTS: i64 = 500;

/// What walking a result has shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Walked {
    /// How many were found on this page.
    pub found: i64,
    /// Whether the page is completely full, so that there may be more.
    pub full: bool,
}

impl From<TooLarge> for Error {
    fn from(error: TooLarge) -> Self {
        Self::TooLarge(error.to_string().into())
    }
}

/// Runs `f` with the prepared search of a caller.
fn prepared<T>(
    ctx: &mut Ctx<'_, '_>,
    query: &Query,
    f: impl FnOnce(&mut Ctx<'_, '_>, &Search<'_>) -> Result<T>,
) -> Result<T> {
    query.check()?;
    let scope = ctx.scope();
    let reader = Reader {
        scope: &scope,
        org: ctx.actor.org_id(),
        foreign_deleted: ctx.actor.is_site_admin() || ctx.actor.can(Permission::Sync),
    };
    let names = names::Snapshots::of(ctx);
    let search = Search::prepare(ctx.tx, reader, &names, ctx.app.hasher(), query)?;
    f(ctx, &search)
}

/// The numbers of all events found, in order and without paging: what is counted and cut into pages.
///
/// # Errors
/// Of the database, or when the search is too large.
pub fn event_ids(ctx: &mut Ctx<'_, '_>, query: &Query) -> Result<Vec<i64>> {
    prepared(ctx, query, |ctx, search| Ok(search.ids(ctx.tx)?))
}

/// How many elements are found, without paging.
///
/// # Errors
/// As [`event_ids`].
pub fn count(ctx: &mut Ctx<'_, '_>, query: &Query) -> Result<i64> {
    prepared(ctx, query, |ctx, search| Ok(search.count(ctx.tx)?))
}

/// How many attributes are found of each type, or of each category.
///
/// # Errors
/// As [`event_ids`].
pub fn statistics(ctx: &mut Ctx<'_, '_>, query: &Query, by_category: bool) -> Result<Vec<(i64, i64)>> {
    prepared(ctx, query, |ctx, search| {
        Ok(if by_category {
            search.counts_by_category(ctx.tx)?
        } else {
            search.counts_by_kind(ctx.tx)?
        })
    })
}

/// The part of all ids that a page asks for.
#[must_use]
pub fn page_of(query: &Query, ids: Vec<i64>) -> Vec<i64> {
    let Some(limit) = query.page.limit else {
        return ids;
    };
    let size = |n: i64| usize::try_from(n).unwrap_or(usize::MAX);
    ids.into_iter()
        .skip(size(query.page.offset()))
        .take(size(limit))
        .collect()
}

/// Events by number, in the given order, as far as the caller sees them.
///
/// # Errors
/// Of the database.
pub fn events(ctx: &mut Ctx<'_, '_>, numbers: &[i64]) -> Result<Vec<Event>> {
    let scope = ctx.scope();
    let mut found = entente_store::event::by_ids(ctx.tx, &scope, numbers)?;
    crate::event::view::as_seen(ctx, &mut found)?;
    let mut found: HashMap<i64, Event> = found.into_iter().map(|event| (event.id.0, event)).collect();
    Ok(numbers.iter().filter_map(|number| found.remove(number)).collect())
}

/// Delivers the attributes of a page, in order, with what the options ask for.
///
/// # Errors
/// Of the database or of `f`, or when the search is too large.
pub fn each_attribute(
    ctx: &mut Ctx<'_, '_>,
    query: &Query,
    options: &Options,
    mut f: impl FnMut(&mut Ctx<'_, '_>, Row) -> Result<()>,
) -> Result<Walked> {
    prepared(ctx, query, |ctx, search| {
        let mut dresser = row::Dresser::new(ctx, options)?;
        let chunk = if options.correlations {
            CHUNK_WITH_CORRELATIONS
        } else {
            CHUNK
        };
        walk(ctx, query, search, chunk, |ctx, page| {
            for row in row::dress(ctx, &mut dresser, page)? {
                f(ctx, row)?;
            }
            Ok(())
        })
    })
}

/// Delivers the objects of a page by id, with the members that the caller sees.
///
/// # Errors
/// As [`each_attribute`].
pub fn each_object(
    ctx: &mut Ctx<'_, '_>,
    query: &Query,
    options: &Options,
    mut f: impl FnMut(&mut Ctx<'_, '_>, ObjectRow) -> Result<()>,
) -> Result<Walked> {
    prepared(ctx, query, |ctx, search| {
        let mut dresser = row::Dresser::new(ctx, options)?;
        let mut left = query.page.limit.unwrap_or(i64::MAX);
        let (mut walked, mut offset, mut after) = (Walked::default(), query.page.offset(), ElementId::NONE);
        while left > 0 {
            let wanted = left.min(OBJECTS);
            let page = search.objects(ctx.tx, after, wanted, offset)?;
            let Some(last) = page.last() else { break };
            (after, offset) = (last.id, 0);
            let count = i64::try_from(page.len()).unwrap_or(wanted);
            (walked.found, left) = (walked.found + count, left - count);
            for row in row::dress_objects(ctx, &mut dresser, query.deletion, page)? {
                f(ctx, row)?;
            }
            if count < wanted {
                break;
            }
        }
        walked.full = query.page.limit == Some(walked.found);
        Ok(walked)
    })
}

/// Tag links of events that the caller has been shown, by event.
///
/// # Errors
/// Of the database.
pub fn event_links(ctx: &mut Ctx<'_, '_>, numbers: &[i64]) -> Result<Vec<TagLink>> {
    Ok(entente_store::tag::links_of_events_unscoped(ctx.tx, numbers)?)
}

/// The caller's own parameters, which stand underneath those of each search. spec: 04#1.1
///
/// # Errors
/// Of the database.
pub fn own_parameters(ctx: &mut Ctx<'_, '_>) -> Result<serde_json::Map<String, serde_json::Value>> {
    const SETTING: &str = "default_restsearch_parameters";
    let row = entente_store::user_setting::get(ctx.tx, ctx.actor.user_id(), SETTING)?;
    Ok(row
        .and_then(|row| serde_json::from_str(&row.value).ok())
        .unwrap_or_default())
}

/// Hands pages of rows to `f` until the page that the caller asked for ends.
fn walk(
    ctx: &mut Ctx<'_, '_>,
    query: &Query,
    search: &Search<'_>,
    chunk: i64,
    mut f: impl FnMut(&mut Ctx<'_, '_>, Vec<Attribute>) -> Result<()>,
) -> Result<Walked> {
    debug_assert_eq!(search.subject(), Subject::Attribute);
    let small = query.page.limit.is_some_and(|limit| limit <= chunk);
    let mut walked = Walked::default();
    if !query.in_id_order() && !small {
        // Only ids are held for an order that no index gives.
        let ids = page_of(query, search.ids(ctx.tx)?);
        walked.found = i64::try_from(ids.len()).unwrap_or(i64::MAX);
        for chunk in ids.chunks(usize::try_from(chunk).unwrap_or(1)) {
            let page = search.attributes_by_ids(ctx.tx, chunk)?;
            f(ctx, page)?;
        }
    } else {
        let mut left = query.page.limit.unwrap_or(i64::MAX);
        let (mut offset, mut after) = (query.page.offset(), ElementId::NONE);
        while left > 0 {
            let wanted = left.min(chunk);
            let page = search.attributes(ctx.tx, after, wanted, offset)?;
            let Some(last) = page.last() else { break };
            (after, offset) = (last.id, 0);
            let count = i64::try_from(page.len()).unwrap_or(wanted);
            (walked.found, left) = (walked.found + count, left - count);
            f(ctx, page)?;
            if count < wanted {
                break;
            }
        }
    }
    walked.full = query.page.limit == Some(walked.found);
    Ok(walked)
}

/// The condition that an event or attribute has the tag of a cluster with all of these elements. spec: 04#3 galaxy
///
/// # Errors
/// Of the database.
pub fn galaxy_term(ctx: &mut Ctx<'_, '_>, elements: &[(String, String)]) -> Result<Option<Term>> {
    if elements.is_empty() {
        return Ok(None);
    }
    let scope = ctx.scope();
    let filter = ClusterFilter {
        elements: elements.to_vec(),
        deleted: Some(false),
        ..ClusterFilter::default()
    };
    let clusters = entente_store::galaxy::search(ctx.tx, &scope, &filter, 0, MOST_CLUSTERS)?;
    let tags: Vec<Named> = clusters
        .into_iter()
        .map(|cluster| Named::Name(cluster.tag_name))
        .collect();
    Ok(Some(if tags.is_empty() {
        Term::Nothing
    } else {
        Term::Tags(Lists::any(tags))
    }))
}

/// The condition on a part of the creator's mail address: site administrators may ask for any, others for
/// their own only, and everything else finds nothing. spec: 04#5.1 email
#[must_use]
pub fn mail_term(ctx: &Ctx<'_, '_>, part: &str) -> Term {
    use entente_model::search::{Pattern, Text};
    if ctx.actor.is_site_admin() {
        return Term::CreatorMail(Lists::one(Text::Like(Pattern::containing(part))));
    }
    if ctx.actor.user.email.eq_ignore_ascii_case(part) {
        return Term::CreatorMail(Lists::one(Text::Equal(part.to_owned())));
    }
    Term::Nothing
}
