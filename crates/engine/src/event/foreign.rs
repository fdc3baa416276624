//! Adding an event that a document of another format was turned into. spec: 12#8
use super::add::{self, Added};
use crate::content::capture;
use crate::content::insert::Content;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::galaxy;
use entente_model::draft::{EventDraft, Given, TagDraft};
use entente_model::level::Distribution;
use entente_policy::{Marks, Permission, Tlp};
use std::collections::HashMap;
use uuid::Uuid;

/// An event as a document of another format tells it.
#[derive(Debug, Default)]
pub struct Foreign {
    /// The event. Without a distribution it goes no further than the default and its own marks allow.
    pub header: EventDraft,
    /// For the name of a tag: names of clusters that it may rather be, the likeliest first.
    pub choices: HashMap<String, Vec<String>>,
}

/// Adds an event from a document. Elements whose uuid another event has taken get one from `fresh`: one object of a
/// document may stand in many reports, an element here is part of one event.
///
/// # Errors
/// As [`add::add`].
pub fn add(
    ctx: &mut Ctx<'_, '_>,
    foreign: &Foreign,
    content: &mut Content,
    fresh: &dyn Fn(Uuid) -> Uuid,
) -> Result<Added> {
    let mut header = foreign.header.clone();
    let chosen = galaxy::chosen(ctx, &foreign.choices)?;
    rename(&mut header.tags, &chosen);
    for attribute in content.each_attribute_mut() {
        if let Some(extra) = attribute.extra.as_deref_mut() {
            rename(&mut extra.tags, &chosen);
        }
    }
    credit(ctx, &mut header);
    if header.distribution.is_absent() {
        narrow(ctx, &mut header, content);
    }
    renew(ctx, content, fresh)?;
    add::add(ctx, &header, content)
}

fn rename(tags: &mut [TagDraft], chosen: &HashMap<String, String>) {
    for tag in tags {
        if let Some(name) = tag.name.as_ref().and_then(|name| chosen.get(name)) {
            tag.name = Some(name.clone());
        }
    }
}

/// Who may not bring events of others names them by a tag. spec: 12#8.1
fn credit(ctx: &Ctx<'_, '_>, header: &mut EventDraft) {
    if ctx.actor.can(Permission::Sync) || ctx.actor.is_site_admin() {
        return;
    }
    let Some(creator) = header.orgc.as_ref() else {
        return;
    };
    if capture::find_org(ctx, creator) == Some(ctx.actor.org_id()) {
        return;
    }
    if let Some(name) = creator
        .name
        .as_deref()
        .map(str::trim)
        .filter(|name| !name.is_empty())
    {
        header.tags.push(TagDraft {
            name: Some(format!("misp-galaxy:producer=\"{}\"", name.replace('"', "'"))),
            ..TagDraft::default()
        });
    }
}

/// Lowers the distribution to what marks allow, where nobody has said how far the event may go. spec: 12#8.3
fn narrow(ctx: &Ctx<'_, '_>, header: &mut EventDraft, content: &mut Content) {
    let level = add::default_level(ctx);
    if level > Distribution::All {
        return;
    }
    let names = |tags: &[TagDraft]| {
        let names: Vec<String> = tags.iter().filter_map(|tag| tag.name.clone()).collect();
        widest(&names)
    };
    let event = level.min(names(&header.tags));
    header.distribution = Given::Value(event);
    for attribute in content.each_attribute_mut() {
        let Some(extra) = attribute.extra.as_deref() else {
            continue;
        };
        let own = names(&extra.tags);
        if own < event && own < attribute.row.distribution {
            attribute.row.distribution = own;
        }
    }
}

/// The widest distribution that tags allow.
fn widest(tags: &[String]) -> Distribution {
    match Marks::from_tags(tags.iter().map(String::as_str)).0.tlp {
        Tlp::Red | Tlp::AmberStrict => Distribution::Organisation,
        Tlp::Amber => Distribution::Community,
        Tlp::None | Tlp::Clear | Tlp::Green => Distribution::All,
    }
}

fn renew(ctx: &mut Ctx<'_, '_>, content: &mut Content, fresh: &dyn Fn(Uuid) -> Uuid) -> Result<()> {
    let given: Vec<Uuid> = content
        .each_attribute_mut()
        .filter(|attribute| attribute.uuid_given)
        .map(|attribute| attribute.row.uuid)
        .collect();
    let taken = entente_store::attribute::by_uuids_unscoped(ctx.tx, &given)?;
    let mut renewed: HashMap<Uuid, Uuid> = taken.iter().map(|row| (row.uuid, fresh(row.uuid))).collect();
    let given: Vec<Uuid> = content
        .objects
        .iter()
        .filter(|object| object.uuid_given)
        .map(|object| object.row.uuid)
        .collect();
    let taken = entente_store::object::by_uuids_unscoped(ctx.tx, &given)?;
    renewed.extend(taken.iter().map(|row| (row.uuid, fresh(row.uuid))));
    if renewed.is_empty() {
        return Ok(());
    }
    for attribute in content.each_attribute_mut() {
        replace(&mut attribute.row.uuid, &renewed);
    }
    for object in &mut content.objects {
        replace(&mut object.row.uuid, &renewed);
        for reference in &mut object.references {
            if let Some(target) = &mut reference.referenced_uuid {
                replace(target, &renewed);
            }
        }
    }
    Ok(())
}

fn replace(uuid: &mut Uuid, renewed: &HashMap<Uuid, Uuid>) {
    if let Some(other) = renewed.get(uuid) {
        *uuid = *other;
    }
}
