//! Labels of what carries a tag, when the tag itself changes its meaning or goes. spec: 10#1.9
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use entente_model::id::{ElementId, EventId, Ref, TagId};
use entente_policy::{Marks, State};
use std::collections::BTreeMap;

/// Most events and attributes that one change of a restricting tag relabels.
const MOST: i64 = 20_000;

/// What carries a tag.
#[derive(Debug, Default)]
pub(super) struct Carriers {
    events: Vec<EventId>,
    attributes: Vec<ElementId>,
}

/// Whether names express different restrictions; no name expresses none.
pub(super) fn meaning_differs(before: &str, after: Option<&str>) -> bool {
    Marks::from_tags([before]).0 != Marks::from_tags(after).0
        || State::from_tags([before]) != State::from_tags(after)
}

/// What carries this tag, to be relabelled after it has changed.
///
/// # Errors
/// `TooLarge` when that is too much for one request; of the database.
pub(super) fn of(ctx: &mut Ctx<'_, '_>, tag: TagId) -> Result<Carriers> {
    let events = entente_store::tag::carrying_events_unscoped(ctx.tx, tag, MOST + 1)?;
    let attributes = entente_store::tag::carrying_attributes_unscoped(ctx.tx, tag, MOST + 1)?;
    let count = i64::try_from(events.len() + attributes.len()).unwrap_or(i64::MAX);
    if count > MOST {
        return Err(Error::TooLarge(
            format!(
                "This tag restricts who may see more than {MOST} events and attributes. Take it off most of them \
                 first, so that each is judged anew."
            )
            .into(),
        ));
    }
    Ok(Carriers { events, attributes })
}

/// Derives the labels of carriers anew.
///
/// # Errors
/// Of the database.
pub(super) fn relabel(ctx: &mut Ctx<'_, '_>, carriers: &Carriers) -> Result<()> {
    for id in &carriers.events {
        ctx.take_turn(*id)?;
        if let Some(mut event) = entente_store::event::find_unscoped(ctx.tx, Ref::Id(id.0))? {
            ctx.relabel(&mut event)?;
            entente_store::event::update(ctx.tx, &event)?;
        }
    }
    let mut by_event: BTreeMap<EventId, Vec<ElementId>> = BTreeMap::new();
    for id in &carriers.attributes {
        by_event.entry(id.event()).or_default().push(*id);
    }
    for (event, attributes) in by_event {
        ctx.take_turn(event)?;
        let Some(event) = entente_store::event::find_unscoped(ctx.tx, Ref::Id(event.0))? else {
            continue;
        };
        for id in attributes {
            let Some(attribute) = entente_store::attribute::find_unscoped(ctx.tx, Ref::Id(id.0))? else {
                continue;
            };
            let label = ctx.attribute_label(&event, &attribute)?;
            if label != attribute.label {
                entente_store::attribute::set_label(ctx.tx, id, label)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_control_tags_mean_anything() {
        assert!(meaning_differs("tlp:red", None));
        assert!(meaning_differs("free", Some("tlp:red")));
        assert!(!meaning_differs("tlp:red", Some("TLP:RED")));
        assert!(!meaning_differs("free", None));
        assert!(meaning_differs("euci:TS-UE/EU-TS", None));
    }
}
