//! What a reader needs to show a report: the things its references refer to, as far as the caller sees them.
//! spec: 08#2, 08#2.1
//!
//! What is missing here, for whatever reason, is shown as a placeholder that tells nothing.
use super::markdown::{self, Kind};
use crate::ctx::Ctx;
use crate::error::{Class, Result};
use crate::galaxy::Matrix;
use entente_model::event::Event;
use entente_model::id::Ref;
use entente_model::report::Report;
use entente_model::search::{Lists, Query, Subject, Term};
use entente_model::tag::Tag;
use std::collections::BTreeSet;
use std::sync::Arc;
use uuid::Uuid;

/// Most matrices of one report; each is large.
const MAX_MATRICES: usize = 8;

/// What a report refers to.
#[derive(Debug, Clone, Default)]
pub struct Needed {
    /// Searches for the attributes and the objects referred to; none without references.
    pub attributes: Option<Query>,
    /// The objects.
    pub objects: Option<Query>,
    /// Uuids referred to, of either.
    pub uuids: BTreeSet<Uuid>,
    /// Names of tags with the tag, where it exists.
    pub tags: Vec<(String, Option<Arc<Tag>>)>,
    /// Matrices.
    pub matrices: Vec<Matrix>,
}

/// Collects what a report refers to in its event and the events that extend it or that it extends.
///
/// # Errors
/// `NotFound` for the report; of the database.
pub fn needed(ctx: &mut Ctx<'_, '_>, report: Option<Ref>) -> Result<Needed> {
    let (report, event) = super::visible(ctx, report)?;
    let family = family(ctx, event)?;
    let mut needed = Needed::default();
    let (mut attributes, mut objects) = (BTreeSet::new(), BTreeSet::new());
    let (mut tags, mut matrices) = (BTreeSet::new(), BTreeSet::new());
    for reference in markdown::references(text(&report)) {
        let uuid = Uuid::try_parse(reference.target);
        match (reference.kind, uuid) {
            (Kind::Attribute | Kind::Picture, Ok(uuid)) => {
                attributes.insert(uuid);
            }
            (Kind::Object, Ok(uuid)) => {
                objects.insert(uuid);
            }
            (Kind::Matrix, Ok(uuid)) => {
                matrices.insert(uuid);
            }
            (Kind::Tag, _) => {
                tags.insert(reference.target.to_owned());
            }
            _ => {}
        }
    }
    needed.attributes = query(Subject::Attribute, &attributes, &family);
    needed.objects = query(Subject::Object, &objects, &family);
    needed.uuids = attributes.into_iter().chain(objects).collect();
    for name in tags {
        let tag = ctx.tags.by_name(&name).filter(|tag| !tag.hidden).cloned();
        needed.tags.push((name, tag));
    }
    for uuid in matrices.into_iter().take(MAX_MATRICES) {
        match crate::galaxy::matrix(ctx, Some(Ref::Uuid(uuid))) {
            Ok(matrix) => needed.matrices.push(matrix),
            Err(error) if error.class() == Class::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(needed)
}

fn text(report: &Report) -> &str {
    report.content.as_deref().unwrap_or_default()
}

fn query(subject: Subject, uuids: &BTreeSet<Uuid>, family: &[Event]) -> Option<Query> {
    if uuids.is_empty() {
        return None;
    }
    let events = family.iter().map(|event| Ref::Id(event.id.0)).collect();
    let query = Query::of(subject)
        .with(Term::Uuid(Lists::any(uuids.iter().copied().collect())))
        .with(Term::Event(Lists::any(events)));
    Some(query)
}

/// The event, the one that it extends, and those that extend either.
fn family(ctx: &mut Ctx<'_, '_>, event: Event) -> Result<Vec<Event>> {
    let extended = match event.extends {
        Some(uuid) => {
            let scope = ctx.scope();
            entente_store::event::find(ctx.tx, &scope, Ref::Uuid(uuid))?
        }
        None => None,
    };
    let mut family = vec![event];
    family.extend(extended);
    let mut all = family.clone();
    for event in &family {
        all.extend(crate::event::view::extending(ctx, event)?);
    }
    all.sort_by_key(|event| event.id);
    all.dedup_by_key(|event| event.id);
    Ok(all)
}
