//! A report made from an event: references to what is in it, so that each reader finds there what it may see.
//! spec: 08#2
use super::markdown::{self, Kind};
use crate::correlation::RelatedEvents;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::event::view::{TagOnItem, shown_tags};
use entente_model::event::Event;
use entente_model::id::{ElementId, Ref};
use entente_model::search::{Lists, Options, Query, Term};
use entente_model::tag::Tag;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;
use uuid::Uuid;

/// What a report holds besides the content of its event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Composition {
    /// A table with what the event says about itself.
    pub metadata: bool,
    /// The events that share values with it, by uuid alone: titles are for those who see the events.
    pub correlations: bool,
    /// The matrices of the clusters attached to it.
    pub matrix: bool,
}

/// What was met while walking through the content.
#[derive(Default)]
struct Content {
    attributes: Vec<(&'static str, &'static str, Uuid)>,
    objects: BTreeMap<ElementId, (String, Uuid)>,
    tags: BTreeMap<String, Arc<Tag>>,
    bytes: usize,
}

/// Writes a report about an event that the caller sees; `query` chooses among its attributes.
///
/// # Errors
/// `NotFound` for the event; `TooLarge` beyond what a report may hold; of the database.
pub fn compose(
    ctx: &mut Ctx<'_, '_>,
    event: Option<Ref>,
    query: Query,
    composition: Composition,
) -> Result<String> {
    let event = ctx.visible_event(event, "Invalid event")?;
    let query = query.with(Term::Event(Lists::one(Ref::Id(event.id.0))));
    let mut related = match composition.correlations {
        true => Some(RelatedEvents::of(ctx, std::iter::once(&event))?),
        false => None,
    };
    let mut content = Content::default();
    let options = Options {
        exclude_local_tags: true,
        ..Options::default()
    };
    crate::search::each_attribute(ctx, &query, &options, |ctx, row| {
        if let Some(related) = &mut related {
            related.add(ctx, &row.attribute)?;
        }
        content.take(&row)
    })?;
    let links = crate::search::event_links(ctx, &[event.id.0])?;
    let view = crate::event::view::Options {
        exclude_local_tags: true,
        ..crate::event::view::Options::default()
    };
    let own = shown_tags(ctx, links, &view);
    let related = match related {
        Some(related) => related.finish(ctx)?,
        None => Vec::new(),
    };
    let matrices = match composition.matrix {
        true => matrices(ctx, &own, &content)?,
        false => BTreeSet::new(),
    };
    let orgc = ctx.directory.org(event.orgc).map(|org| org.name.clone());
    let mut text = format!("# {}\n", one_line(&event.info));
    if composition.metadata {
        metadata(&mut text, &event, orgc.as_deref().unwrap_or_default(), &own);
    }
    content.write(&mut text);
    section(
        &mut text,
        "Matrices",
        matrices.iter().map(|uuid| reference(Kind::Matrix, *uuid)),
    );
    section(
        &mut text,
        "Correlated events",
        related.iter().map(|event| format!("`{}`", event.uuid)),
    );
    Ok(text)
}

impl Content {
    fn take(&mut self, row: &crate::search::Row) -> Result<()> {
        for item in &row.tags {
            self.tags.insert(item.tag.name.clone(), Arc::clone(&item.tag));
        }
        if let Some(object) = &row.object {
            let name = || (object.name.clone(), object.uuid);
            self.objects.entry(object.id).or_insert_with(name);
        } else {
            let kind = entente_indicator::AttributeType::from_id(row.attribute.kind);
            let category = entente_indicator::Category::from_id(row.attribute.category);
            self.attributes.push((
                category.map_or("", entente_indicator::Category::name),
                kind.map_or("", entente_indicator::AttributeType::name),
                row.attribute.uuid,
            ));
        }
        // Each takes a line of about this length.
        self.bytes += 100;
        if self.bytes > super::MAX_CONTENT {
            return Err(Error::TooLarge(
                "The event has more content than a report holds; filter it by type, category or tags.".into(),
            ));
        }
        Ok(())
    }

    fn write(&self, text: &mut String) {
        if !self.attributes.is_empty() {
            text.push_str("\n## Attributes\n\n| Category | Type | Value |\n| --- | --- | --- |\n");
            for (category, kind, uuid) in &self.attributes {
                let kind = kind.replace('|', "\\|");
                let _ = writeln!(
                    text,
                    "| {category} | {kind} | {} |",
                    reference(Kind::Attribute, *uuid)
                );
            }
        }
        let objects = self.objects.values();
        section(
            text,
            "Objects",
            objects.map(|(name, uuid)| format!("{} {}", one_line(name), reference(Kind::Object, *uuid))),
        );
    }
}

fn reference(kind: Kind, uuid: Uuid) -> String {
    markdown::reference(kind, &uuid.to_string())
}

/// A heading with a list below it; nothing for an empty list.
fn section(text: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let mut lines = lines.peekable();
    if lines.peek().is_none() {
        return;
    }
    let _ = write!(text, "\n## {title}\n\n");
    for line in lines {
        let _ = writeln!(text, "- {line}");
    }
}

fn metadata(text: &mut String, event: &Event, orgc: &str, tags: &[TagOnItem]) {
    let state = if event.published { "yes" } else { "no" };
    text.push_str("\n| Property | Value |\n| --- | --- |\n");
    for (name, value) in [
        ("UUID", event.uuid.to_string()),
        ("Date", event.date.to_string()),
        ("Creator", one_line(orgc).replace('|', "\\|")),
        ("Threat level", event.threat_level.name().to_owned()),
        ("Analysis", event.analysis.name().to_owned()),
        ("Published", state.to_owned()),
    ] {
        let _ = writeln!(text, "| {name} | {value} |");
    }
    let tags: Vec<String> = tags
        .iter()
        .map(|item| markdown::reference(Kind::Tag, &item.tag.name))
        .collect();
    if !tags.is_empty() {
        let _ = writeln!(text, "| Tags | {} |", tags.join(" "));
    }
}

/// The galaxies with a matrix whose clusters are attached somewhere.
fn matrices(ctx: &mut Ctx<'_, '_>, own: &[TagOnItem], content: &Content) -> Result<BTreeSet<Uuid>> {
    let mut tags: Vec<Arc<Tag>> = content.tags.values().cloned().collect();
    tags.extend(own.iter().map(|item| Arc::clone(&item.tag)));
    let placed = crate::galaxy::of_tags(ctx, &tags)?;
    Ok(placed
        .values()
        .filter(|placed| placed.galaxy.kill_chain_order.is_some())
        .map(|placed| placed.galaxy.uuid)
        .collect())
}

/// Text of somebody else on one line of ours.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
