//! Making two organisations one, and giving one another uuid. spec: 03#12
//!
//! Rows name an organisation by id or uuid, labels by uuid. Both are rewritten in one transaction, set by set:
//! what it costs follows the number of labels, not of events.
use super::find;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::{Change, Diff, Entry};
use entente_model::id::{EventId, OrgId, Ref};
use entente_model::organisation::Organisation;
use entente_policy::LabelFacts;
use entente_store::correlation_rule::Selector;
use entente_store::organisation::merge::{self as store, Moved, Named};
use std::fmt::Write as _;
use uuid::Uuid;

/// Settings that name an organisation by its id.
const SETTINGS: [&str; 2] = ["MISP.host_org_id", "Plugin.Sightings_anonymise_as"];

/// Moves everything of one organisation to another and removes it. Who sees what follows at once. Times and
/// edit versions stay as they are, and so do tags and blocklists that name it by its uuid.
///
/// # Errors
/// `NotFound`; `Denied` to all but site administrators; `Fields` on `target`.
pub fn merge(ctx: &mut Ctx<'_, '_>, which: &str, target: Option<&str>) -> Result<OrgId> {
    ctx.require_site_admin()?;
    let from = find(ctx, which)?;
    let to = target
        .and_then(|target| find(ctx, target).ok())
        .ok_or_else(|| Error::field("target", "Name the organisation that takes the other's place."))?;
    if from.id == to.id {
        return Err(Error::field(
            "target",
            "An organisation cannot be merged into itself.",
        ));
    }
    if store::lock(ctx.tx, &[from.id, to.id])? < 2 {
        return Err(Error::not_found(super::ABSENT));
    }
    let moved = store::move_rows(ctx.tx, named(&from), named(&to))?;
    let void = entente_store::delegation::delete_void(ctx.tx)?;
    move_settings(ctx, from.id, to.id)?;
    move_correlation_rules(ctx, from.id, to.id)?;
    replace_in_labels(ctx, from.uuid, to.uuid)?;
    if from.local {
        super::make_local(ctx, to.id)?;
    }
    entente_store::organisation::delete(ctx.tx, from.id)?;
    ctx.reload_directory()?;
    relabel(ctx, &void)?;
    journal(ctx, &from, &to, &moved)?;
    ctx.touch_accounts();
    ctx.touch_all_tags();
    Ok(to.id)
}

fn named(org: &Organisation) -> Named {
    Named {
        id: org.id,
        uuid: org.uuid,
    }
}

fn move_settings(ctx: &mut Ctx<'_, '_>, from: OrgId, to: OrgId) -> Result<()> {
    for name in SETTINGS {
        if ctx.settings.number(name) == Some(from.0) {
            entente_store::meta::set_setting(ctx.tx, name, &to.0.to_string())?;
            ctx.touch_settings();
        }
    }
    Ok(())
}

/// Rules that keep an organisation's events apart list it by its id.
fn move_correlation_rules(ctx: &mut Ctx<'_, '_>, from: OrgId, to: OrgId) -> Result<()> {
    let (old, new) = (from.to_string(), to.to_string());
    for mut rule in entente_store::correlation_rule::all(ctx.tx)? {
        let of_orgs = matches!(rule.selector, Selector::Creator | Selector::Owner);
        if !of_orgs || !rule.list.contains(&old) {
            continue;
        }
        rule.list.retain(|item| *item != old && *item != new);
        rule.list.push(new.clone());
        entente_store::correlation_rule::update(ctx.tx, &rule)?;
    }
    Ok(())
}

/// Lets one organisation stand where another stood in the labels of everything that is stored.
///
/// # Errors
/// Of the database.
pub(super) fn replace_in_labels(ctx: &mut Ctx<'_, '_>, from: Uuid, to: Uuid) -> Result<()> {
    let renamed = |facts: &LabelFacts| facts.with_organisation(from, to);
    let mut moves = Vec::new();
    for (old, facts) in ctx.labels_with(renamed)? {
        moves.push((old, ctx.intern_label(&facts)?));
    }
    Ok(entente_store::label::replace_everywhere(ctx.tx, &moves)?)
}

/// Events that were to be handed over between the two are no longer shown to a recipient.
fn relabel(ctx: &mut Ctx<'_, '_>, events: &[EventId]) -> Result<()> {
    for id in events {
        let event = entente_store::event::find_unscoped(ctx.tx, Ref::Id(id.0))?;
        if let Some(mut event) = event {
            ctx.relabel(&mut event)?;
            entente_store::event::update(ctx.tx, &event)?;
        }
    }
    Ok(())
}

/// One row for each of the two, so that the log of either tells of it.
fn journal(ctx: &mut Ctx<'_, '_>, from: &Organisation, to: &Organisation, moved: &Moved) -> Result<()> {
    let mut rows = String::new();
    for (column, count) in moved {
        let separator = if rows.is_empty() { "" } else { ", " };
        let _ = write!(rows, "{separator}{column} {count}");
    }
    let name = |org: &Organisation| format!("Organisation ({}): {}", org.id, org.name);
    ctx.log(&Entry {
        model: "Organisation",
        id: to.id.0,
        action: "merge",
        title: name(to),
        change: Some(format!("took over {} ({}); rows: {rows}", name(from), from.uuid)),
        description: None,
    })?;
    ctx.change(&Change {
        kind: "merge",
        entity: "organisation",
        id: to.id.0,
        uuid: Some(to.uuid),
        event: None,
    })?;
    let mut diff = Diff::default();
    diff.field("merged into", &"", &name(to).as_str());
    super::note(ctx, "delete", from, diff)
}
