//! Adding sightings. spec: 03#9, 05#4
use super::journal;
use crate::content::capture::org;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use entente_model::attribute::Attribute;
use entente_model::draft::{Given, SightingDraft};
use entente_model::event::Event;
use entente_model::id::{ElementId, OrgId, Ref};
use entente_model::level::SightingKind;
use entente_model::search::{Deletion, Options, Query};
use entente_model::sighting::Sighting;
use entente_model::time::Seconds;
use entente_policy::Permission;
use entente_store::sighting::Filter;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Values that one request may name. spec: 11#BI-O18
pub const MAX_VALUES: usize = 10_000;
/// Attributes that one request may sight.
const MAX_TARGETS: usize = 10_000;
/// How far ahead of our clock a reporting sensor's may be, in seconds.
const SKEW: Seconds = 300;
/// Longest source in bytes.
const MAX_SOURCE: usize = 255;

/// What was seen.
#[derive(Debug, Clone)]
pub enum Targets {
    /// This attribute.
    Attribute(Option<Ref>),
    /// Every live visible attribute with one of these values, whole or half.
    Values(Vec<String>),
    /// These attributes, as far as they are visible.
    Named(Vec<Ref>),
    /// The live attributes that a search finds.
    Found(Box<Query>),
}

/// A request to add sightings.
#[derive(Debug, Clone)]
pub struct Request {
    /// What was seen.
    pub targets: Targets,
    /// What it says; a sighting when absent.
    pub kind: Given<SightingKind>,
    /// When; now when absent.
    pub date: Given<Seconds>,
    /// Sensor or system.
    pub source: Option<String>,
}

/// What became of a request.
#[derive(Debug, PartialEq)]
pub enum Added {
    /// Stored; the last one.
    Last(Sighting),
    /// Nothing was stored, for this reason.
    Nothing(&'static str),
}

const NONE_FOUND: Added = Added::Nothing("No valid attributes found that match the criteria.");

/// Adds sightings by the caller's organisation.
///
/// # Errors
/// `NotFound` for a single attribute that is absent or hidden; `TooLarge` beyond the limits.
pub fn add(ctx: &mut Ctx<'_, '_>, request: &Request) -> Result<Added> {
    let kind = match &request.kind {
        Given::Invalid => {
            return Ok(Added::Nothing(
                "Invalid type. Please change the type to one of: 0, 1, 2.",
            ));
        }
        given => given.clone().or(SightingKind::Sighting),
    };
    let date = match &request.date {
        Given::Invalid => return Ok(Added::Nothing("Invalid date.")),
        Given::Value(date) if *date > ctx.now() + SKEW => {
            return Ok(Added::Nothing("The date of the sighting lies in the future."));
        }
        given => given.clone().or(ctx.now()),
    };
    let source = request.source.clone().unwrap_or_default();
    if source.len() > MAX_SOURCE {
        return Ok(Added::Nothing("The source is longer than 255 bytes."));
    }
    let targets = targets(ctx, &request.targets)?;
    if targets.is_empty() {
        return Ok(NONE_FOUND);
    }
    let count = i64::try_from(targets.len()).unwrap_or(i64::MAX);
    let first = ctx.tx.next_ids("sighting", count)?;
    let mut sightings = Vec::with_capacity(targets.len());
    for (id, attribute) in (first..).zip(targets) {
        sightings.push(Sighting {
            id,
            uuid: ctx.new_uuid()?,
            attribute,
            org: ctx.actor.org_id(),
            date,
            source: source.clone(),
            kind,
        });
    }
    let last = sightings.last().cloned();
    store(ctx, sightings)?;
    Ok(last.map_or(NONE_FOUND, Added::Last))
}

fn targets(ctx: &mut Ctx<'_, '_>, targets: &Targets) -> Result<Vec<ElementId>> {
    match targets {
        Targets::Attribute(attribute) => {
            let (attribute, _) = crate::attribute::visible(ctx, *attribute)?;
            Ok(if attribute.deleted {
                Vec::new()
            } else {
                vec![attribute.id]
            })
        }
        Targets::Values(values) => {
            if values.len() > MAX_VALUES {
                return Err(Error::TooLarge(
                    format!("One request names at most {MAX_VALUES} values; send it in parts.").into(),
                ));
            }
            let scope = ctx.scope();
            let hasher = ctx.app.hasher();
            let found = entente_store::sighting::attributes_with_values(
                ctx.tx,
                &scope,
                hasher,
                values,
                MAX_TARGETS + 1,
            )?;
            if found.len() > MAX_TARGETS {
                return Err(too_many());
            }
            Ok(found.into_iter().map(|attribute| attribute.id).collect())
        }
        Targets::Found(query) => {
            let mut query = Query::clone(query);
            query.deletion = Deletion::Live;
            query.page.limit = i64::try_from(MAX_TARGETS + 1).ok();
            let mut found = Vec::new();
            crate::search::each_attribute(ctx, &query, &Options::default(), |_, row| {
                found.push(row.attribute.id);
                Ok(())
            })?;
            if found.len() > MAX_TARGETS {
                return Err(too_many());
            }
            Ok(found)
        }
        Targets::Named(named) => {
            if named.len() > MAX_VALUES {
                return Err(Error::TooLarge(
                    format!("One request names at most {MAX_VALUES} attributes; send it in parts.").into(),
                ));
            }
            Ok(super::list::attribute_ids(ctx, named)?
                .into_iter()
                .map(ElementId)
                .collect())
        }
    }
}

fn too_many() -> Error {
    Error::TooLarge(format!("One request sights at most {MAX_TARGETS} attributes; send it in parts.").into())
}

/// Stores sightings; an expiration takes the place of those the organisation gave before. spec: 01#7.8
fn store(ctx: &mut Ctx<'_, '_>, mut sightings: Vec<Sighting>) -> Result<()> {
    let mut expirations: HashSet<(OrgId, i64)> = HashSet::new();
    // From the end, so that of several in one request the last one counts.
    sightings.reverse();
    sightings.retain(|sighting| {
        sighting.kind != SightingKind::Expiration || expirations.insert((sighting.org, sighting.attribute.0))
    });
    sightings.reverse();
    let mut expired: Vec<(OrgId, i64)> = expirations.into_iter().collect();
    expired.sort_unstable();
    for same_org in expired.chunk_by(|a, b| a.0 == b.0) {
        let attributes: Vec<i64> = same_org.iter().map(|(_, attribute)| *attribute).collect();
        if let Some((org, _)) = same_org.first() {
            entente_store::sighting::delete_expirations(ctx.tx, &attributes, *org)?;
        }
    }
    entente_store::sighting::insert(ctx.tx, &sightings)?;
    for sighting in &sightings {
        journal(ctx, sighting, "add")?;
    }
    Ok(())
}

/// Takes in a sighting that came with an attribute. One that is known, invalid, or that the caller may not
/// report is left out; only peers report for other organisations.
///
/// # Errors
/// Of the database.
pub fn capture(ctx: &mut Ctx<'_, '_>, attribute: &Attribute, draft: &SightingDraft) -> Result<()> {
    capture_many(ctx, &[(attribute.id, draft)]).map(|_| ())
}

/// Takes in sightings of attributes that the caller sees; tells how many were new.
///
/// # Errors
/// Of the database.
fn capture_many(ctx: &mut Ctx<'_, '_>, drafts: &[(ElementId, &SightingDraft)]) -> Result<usize> {
    if !(ctx.actor.can(Permission::Sighting) || ctx.actor.can(Permission::Sync)) {
        return Ok(0);
    }
    let given: Vec<Uuid> = drafts.iter().filter_map(|(_, draft)| draft.uuid).collect();
    let mut known = entente_store::sighting::known_unscoped(ctx.tx, &given)?;
    let speaks_for_others = ctx.actor.can(Permission::Sync) || ctx.actor.is_site_admin();
    let refuses = ctx.settings.bool("MISP.enableSightingBlocklisting");
    let mut refused: HashMap<OrgId, bool> = HashMap::new();
    let mut fresh = Vec::new();
    for (attribute, draft) in drafts {
        let date = draft.date.clone().or(ctx.now());
        if draft.kind.is_invalid() || draft.date.is_invalid() || date > ctx.now() + SKEW {
            continue;
        }
        let uuid = match draft.uuid {
            Some(uuid) => uuid,
            None => ctx.new_uuid()?,
        };
        if !known.insert(uuid) {
            continue;
        }
        let reporter = match draft.org.as_ref().filter(|_| speaks_for_others) {
            Some(named) => org(ctx, named)?.unwrap_or(OrgId::NONE),
            None => ctx.actor.org_id(),
        };
        if refuses && !reporter.is_none() {
            let blocked = match refused.get(&reporter) {
                Some(blocked) => *blocked,
                None => {
                    let uuid = ctx.org_uuid(reporter);
                    crate::blocklist::sightings_blocked(ctx.tx, uuid)?
                }
            };
            refused.insert(reporter, blocked);
            if blocked {
                continue;
            }
        }
        let mut source = draft.source.clone().unwrap_or_default();
        source.truncate(source.floor_char_boundary(MAX_SOURCE));
        fresh.push(Sighting {
            id: 0,
            uuid,
            attribute: *attribute,
            org: reporter,
            date,
            source,
            kind: draft.kind.clone().or(SightingKind::Sighting),
        });
    }
    if fresh.is_empty() {
        return Ok(0);
    }
    let count = i64::try_from(fresh.len()).unwrap_or(i64::MAX);
    let first = ctx.tx.next_ids("sighting", count)?;
    for (id, sighting) in (first..).zip(&mut fresh) {
        sighting.id = id;
    }
    let new = fresh.len();
    store(ctx, fresh)?;
    Ok(new)
}

/// Takes in sightings of an event that a peer sends, each naming its attribute by uuid; those of attributes
/// that are not in the event or not visible are left out. Tells how many were new.
///
/// # Errors
/// Of the database.
pub fn bulk(ctx: &mut Ctx<'_, '_>, event: &Event, drafts: &[(Uuid, SightingDraft)]) -> Result<usize> {
    let uuids: Vec<Uuid> = drafts.iter().map(|(attribute, _)| *attribute).collect();
    let scope = ctx.scope();
    let attributes: std::collections::HashMap<Uuid, ElementId> =
        entente_store::attribute::by_uuids_unscoped(ctx.tx, &uuids)?
            .into_iter()
            .filter(|attribute| {
                let label = attribute.label.unwrap_or(event.label);
                attribute.event() == event.id && entente_store::visibility::sees(&scope, label)
            })
            .map(|attribute| (attribute.uuid, attribute.id))
            .collect();
    let known: Vec<(ElementId, &SightingDraft)> = drafts
        .iter()
        .filter_map(|(uuid, draft)| Some((*attributes.get(uuid)?, draft)))
        .collect();
    let new = capture_many(ctx, &known)?;
    if new > 0 {
        let seen = Event {
            sighting_timestamp: ctx.now(),
            ..event.clone()
        };
        entente_store::event::update(ctx.tx, &seen)?;
    }
    Ok(new)
}

/// Those of these uuids under which sightings of the event are known here, so that a peer need not send them;
/// whether the sightings themselves are shown to it plays no part.
///
/// # Errors
/// `NotFound` without the event.
pub fn known(ctx: &mut Ctx<'_, '_>, event: Option<Ref>, uuids: &[Uuid]) -> Result<HashSet<Uuid>> {
    let event = ctx.visible_event(event, "Invalid event")?;
    let filter = Filter {
        any_event: Some(vec![event.id.0]),
        any_sighting: Some(uuids.to_vec()),
        ..Filter::default()
    };
    let limit = i64::try_from(uuids.len()).unwrap_or(i64::MAX);
    let found = entente_store::sighting::page(ctx.tx, &ctx.scope(), &filter, 0, limit)?;
    Ok(found.into_iter().map(|row| row.sighting.uuid).collect())
}
