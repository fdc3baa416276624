//! Event reports: adding, editing, deleting, restoring, listing. spec: 08#2, 03#7
mod apply;
mod compose;
mod extract;
pub mod markdown;
mod needed;
mod undo;

pub use apply::{Accepted, accept, apply};
pub use compose::{Composition, compose};
pub use extract::{Extraction, Plan, What, plan};
pub use needed::{Needed, needed};
pub use undo::undo;

use crate::attribute::NO_PERMISSION;
use crate::content::{capture, prepare};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
pub use crate::galaxy::Page;
use crate::journal::{Change, Diff, Entry};
use entente_model::draft::ReportDraft;
use entente_model::event::Event;
use entente_model::finding::FieldErrors;
use entente_model::id::{ElementId, Ref, SharingGroupId};
use entente_model::level::Distribution;
use entente_model::report::Report;
use entente_model::search::{Lists, Query, Subject, Term};
use entente_policy::{OwnRestriction, rules};
pub use entente_store::report::Filter;

/// Longest title in bytes.
const MAX_NAME: usize = 1_024;
/// Longest text in bytes. spec: 11#SR-IN-1
const MAX_CONTENT: usize = 10 << 20;
/// Reports read at once while listing.
const BATCH: i64 = 200;
/// The text of an unknown or hidden report. spec: 03#7
const UNKNOWN: &str = "Invalid report";

/// Takes the next element number of an event; the caller stores the event.
pub(crate) fn next_element(event: &mut Event) -> Result<ElementId> {
    let id = ElementId::new(event.id, event.next_seq)
        .ok_or_else(|| Error::TooLarge("This event has used up its element numbers.".into()))?;
    event.next_seq += 1;
    Ok(id)
}

/// A report that the caller sees, with its event.
///
/// # Errors
/// `NotFound` when it is absent or hidden.
pub fn visible(ctx: &mut Ctx<'_, '_>, report: Option<Ref>) -> Result<(Report, Event)> {
    let found = match report {
        Some(report) => ctx.current(
            |tx, scope| entente_store::report::find(tx, scope, report),
            |(_, event)| event.id,
        )?,
        None => None,
    };
    let (report, event) = found.ok_or_else(|| Error::not_found(UNKNOWN))?;
    if report.deleted && !crate::attribute::sees_deleted(ctx, &event) {
        return Err(Error::not_found(UNKNOWN));
    }
    Ok((report, event))
}

/// A report that the caller may change, its event locked.
fn changeable(ctx: &mut Ctx<'_, '_>, report: Option<Ref>) -> Result<(Report, Event)> {
    let (report, event) = visible(ctx, report)?;
    authorise(ctx, &event)?;
    Ok((report, event))
}

/// Whether the caller may change a report, asked before work that only a change needs.
///
/// # Errors
/// `NotFound`; `Denied` without the right.
pub fn editable(ctx: &mut Ctx<'_, '_>, report: Option<Ref>) -> Result<()> {
    changeable(ctx, report).map(|_| ())
}

fn authorise(ctx: &Ctx<'_, '_>, event: &Event) -> Result<()> {
    if rules::can_edit_report(&ctx.viewer(), &ctx.event_rights(event)) {
        Ok(())
    } else {
        Err(Error::denied(NO_PERMISSION))
    }
}

/// Adds a report to an event.
///
/// # Errors
/// `NotFound` for the event; `Denied` without the right or for a sharing group; `Fields`.
pub fn add(ctx: &mut Ctx<'_, '_>, event: Option<Ref>, draft: &ReportDraft) -> Result<ElementId> {
    let mut event = ctx.visible_event(event, "Invalid event")?;
    authorise(ctx, &event)?;
    if let Some(uuid) = draft.uuid.as_value()
        && entente_store::report::find_unscoped(ctx.tx, Ref::Uuid(*uuid))?.is_some()
    {
        return Err(Error::field("uuid", "The UUID provided is not unique."));
    }
    let id = insert(ctx, &mut event, draft)?;
    crate::event::touch(ctx, &mut event)?;
    Ok(id)
}

/// Changes a report; what the draft leaves out stays.
///
/// # Errors
/// `NotFound`; `Denied` without the right or for a sharing group; `Fields`.
pub fn edit(ctx: &mut Ctx<'_, '_>, report: Option<Ref>, draft: &ReportDraft) -> Result<ElementId> {
    let (before, mut event) = changeable(ctx, report)?;
    update(ctx, &event, &before, draft)?;
    crate::event::touch(ctx, &mut event)?;
    Ok(before.id)
}

/// Deletes a report: softly, so that the deletion can be passed on, or for good.
///
/// # Errors
/// `NotFound`; `Denied` without the right.
pub fn delete(ctx: &mut Ctx<'_, '_>, report: Option<Ref>, hard: bool) -> Result<()> {
    let (before, mut event) = changeable(ctx, report)?;
    if hard {
        entente_store::report::delete(ctx.tx, &before)?;
    } else {
        let after = Report {
            deleted: true,
            timestamp: ctx.now().max(before.timestamp),
            ..before.clone()
        };
        entente_store::report::update(ctx.tx, &after)?;
    }
    journal(ctx, &before, "delete", None)?;
    crate::event::touch(ctx, &mut event)
}

/// Takes a soft deletion back.
///
/// # Errors
/// `NotFound`; `Denied` without the right.
pub fn restore(ctx: &mut Ctx<'_, '_>, report: Option<Ref>) -> Result<ElementId> {
    let (before, mut event) = changeable(ctx, report)?;
    let after = Report {
        deleted: false,
        timestamp: ctx.now().max(before.timestamp),
        ..before
    };
    entente_store::report::update(ctx.tx, &after)?;
    journal(ctx, &after, "edit", None)?;
    crate::event::touch(ctx, &mut event)?;
    Ok(after.id)
}

/// Takes in a report that came with an event: adds it, or changes the one with its uuid when the sender's
/// is newer. One that fails validation or belongs to another event is left out. The caller stores the event.
///
/// # Errors
/// Of the database.
pub fn capture(ctx: &mut Ctx<'_, '_>, event: &mut Event, draft: &ReportDraft) -> Result<()> {
    let known = match draft.uuid.as_value() {
        Some(uuid) => entente_store::report::find_unscoped(ctx.tx, Ref::Uuid(*uuid))?,
        None => None,
    };
    let done = match known {
        None => insert(ctx, event, draft).map(|_| ()),
        Some(before) if before.id.event() == event.id => {
            let newer = draft
                .timestamp
                .as_value()
                .is_none_or(|sent| *sent > before.timestamp);
            if newer {
                update(ctx, event, &before, draft)
            } else {
                Ok(())
            }
        }
        Some(_) => Ok(()),
    };
    match done {
        Err(Error::Fields(_) | Error::Denied(_)) => Ok(()),
        other => other,
    }
}

fn insert(ctx: &mut Ctx<'_, '_>, event: &mut Event, draft: &ReportDraft) -> Result<ElementId> {
    let mut errors = FieldErrors::default();
    if draft.name.as_deref().is_none_or(|name| name.trim().is_empty()) {
        errors.add("name", "name cannot be empty.");
    }
    if draft.uuid.is_invalid() {
        errors.add("uuid", "Please provide a valid RFC 9562 UUID.");
    }
    check(draft, &mut errors);
    errors.into_result()?;
    let now = ctx.now();
    let default = crate::event::intake::default_distribution(&ctx.settings);
    let mut report = Report {
        id: ElementId::NONE,
        uuid: match draft.uuid.as_value() {
            Some(uuid) => *uuid,
            None => ctx.new_uuid()?,
        },
        name: draft.name.as_deref().unwrap_or_default().trim().to_owned(),
        content: draft.content.clone(),
        distribution: draft.distribution.clone().or(default),
        sharing_group: SharingGroupId::NONE,
        timestamp: draft
            .timestamp
            .as_value()
            .map_or(now, |sent| crate::event::add::clamp_version(*sent, now)),
        deleted: draft.deleted.clone().or(false),
        label: None,
    };
    if report.distribution == Distribution::SharingGroup {
        report.sharing_group = capture::group(ctx, draft.sharing_group.as_ref())?;
    }
    report.id = next_element(event)?;
    label(ctx, event, &mut report)?;
    entente_store::report::insert(ctx.tx, &report)?;
    annotate(ctx, &report, draft)?;
    journal(ctx, &report, "add", None)?;
    Ok(report.id)
}

fn update(ctx: &mut Ctx<'_, '_>, event: &Event, before: &Report, draft: &ReportDraft) -> Result<()> {
    let mut errors = FieldErrors::default();
    if draft.name.as_deref().is_some_and(|name| name.trim().is_empty()) {
        errors.add("name", "name cannot be empty.");
    }
    check(draft, &mut errors);
    errors.into_result()?;
    let mut after = before.clone();
    if let Some(name) = draft.name.as_deref() {
        name.trim().clone_into(&mut after.name);
    }
    if draft.content.is_some() {
        after.content.clone_from(&draft.content);
    }
    if let Some(distribution) = draft.distribution.as_value() {
        after.sharing_group = match distribution {
            Distribution::SharingGroup if draft.sharing_group.is_some() => {
                capture::group(ctx, draft.sharing_group.as_ref())?
            }
            Distribution::SharingGroup if !before.sharing_group.is_none() => before.sharing_group,
            Distribution::SharingGroup => return Err(Error::denied(capture::INVALID_GROUP)),
            _ => SharingGroupId::NONE,
        };
        after.distribution = *distribution;
    }
    let now = ctx.now();
    after.timestamp = match draft.timestamp.as_value() {
        Some(sent) if *sent > before.timestamp => crate::event::add::clamp_version(*sent, now),
        _ => now.max(before.timestamp),
    };
    label(ctx, event, &mut after)?;
    entente_store::report::update(ctx.tx, &after)?;
    annotate(ctx, &after, draft)?;
    let mut diff = Diff::default();
    diff.field("name", &before.name, &after.name);
    diff.field(
        "distribution",
        &before.distribution.number(),
        &after.distribution.number(),
    );
    diff.field("sharing_group_id", &before.sharing_group, &after.sharing_group);
    journal(ctx, &after, "edit", diff.into_text())
}

fn check(draft: &ReportDraft, errors: &mut FieldErrors) {
    if draft.name.as_deref().is_some_and(|name| name.len() > MAX_NAME) {
        errors.add("name", format!("name is longer than {MAX_NAME} bytes."));
    }
    if draft
        .content
        .as_deref()
        .is_some_and(|content| content.len() > MAX_CONTENT)
    {
        errors.add("content", format!("content is longer than {MAX_CONTENT} bytes."));
    }
    if draft.timestamp.is_invalid() {
        errors.add("timestamp", "timestamp takes seconds since 1970.");
    }
    prepare::level(
        "distribution",
        draft.distribution.clone(),
        Distribution::Inherit,
        errors,
    );
}

fn label(ctx: &mut Ctx<'_, '_>, event: &Event, report: &mut Report) -> Result<()> {
    let facts = ctx.label_facts(event.label)?;
    let own = OwnRestriction {
        link: ctx.link(report.distribution, report.sharing_group),
        ..OwnRestriction::default()
    };
    report.label = ctx.own_label(event, &facts, None, &own)?;
    Ok(())
}

fn annotate(ctx: &mut Ctx<'_, '_>, report: &Report, draft: &ReportDraft) -> Result<()> {
    for note in &draft.analyst {
        crate::analyst::capture(ctx, note, report.uuid, "EventReport")?;
    }
    Ok(())
}

fn journal(
    ctx: &mut Ctx<'_, '_>,
    report: &Report,
    action: &'static str,
    change: Option<String>,
) -> Result<()> {
    let event = report.id.event();
    ctx.log(&Entry {
        model: "EventReport",
        id: report.id.0,
        action,
        title: format!(
            "Event Report ({}) from Event ({event}): {}",
            report.id, report.name
        ),
        change,
        ..Entry::default()
    })?;
    ctx.change(&Change {
        kind: action,
        entity: "event_report",
        id: report.id.0,
        uuid: Some(report.uuid),
        event: Some(event),
    })
}

/// The numbers of events that the caller sees among those named.
///
/// # Errors
/// Of the database.
pub fn numbers_of(ctx: &mut Ctx<'_, '_>, events: &[Ref]) -> Result<Vec<i64>> {
    let query = Query::of(Subject::Event).with(Term::Event(Lists::any(events.to_vec())));
    if events.is_empty() {
        return Ok(Vec::new());
    }
    crate::search::event_ids(ctx, &query)
}

/// Hands the reports that the caller sees to `f`, by id, each with its event; answers how many there were on
/// the page.
///
/// # Errors
/// Of the database or of `f`.
pub fn each(
    ctx: &mut Ctx<'_, '_>,
    filter: &Filter,
    page: Page,
    mut f: impl FnMut(&mut Ctx<'_, '_>, &Report, &Event) -> Result<()>,
) -> Result<i64> {
    let scope = ctx.scope();
    let mut after = ElementId::NONE;
    let (mut skip, mut count) = (page.skip, 0);
    loop {
        let batch = entente_store::report::page(ctx.tx, &scope, filter, after, BATCH)?;
        let Some(last) = batch.last() else {
            return Ok(count);
        };
        after = last.id;
        let mut numbers: Vec<i64> = batch.iter().map(|report| report.id.event().0).collect();
        numbers.dedup();
        let events = entente_store::event::by_ids(ctx.tx, &scope, &numbers)?;
        for report in &batch {
            let Some(event) = events.iter().find(|event| event.id == report.id.event()) else {
                continue;
            };
            if report.deleted && !crate::attribute::sees_deleted(ctx, event) {
                continue;
            }
            if page.limit.is_some_and(|limit| count >= limit) {
                return Ok(count);
            }
            if skip > 0 {
                skip -= 1;
                continue;
            }
            count += 1;
            f(ctx, report, event)?;
        }
    }
}
