//! Techniques of ATT&CK with the times at which they were seen. spec: 04#6.12
use super::event::{bare, each_kept};
use crate::event::options::Shown;
use entente_engine::event::view::{self, TagOnItem};
use entente_engine::sighting::Tally;
use entente_engine::{Ctx, Result};
use entente_formats::attack_sightings::{List, Seen, technique_of};
use entente_http::Spool;
use entente_model::attribute::Attribute;
use entente_model::event::Event;
use entente_model::id::TagId;
use entente_model::tag::Tag;
use std::collections::HashMap;
use std::sync::Arc;

/// What the tags of techniques begin with.
const TECHNIQUES: &str = "misp-galaxy:mitre-attack-pattern=";

/// The list being written, and the techniques behind tags that were looked up already.
#[derive(Default)]
pub(super) struct Sighted {
    list: List,
    known: HashMap<TagId, Option<String>>,
}

impl Sighted {
    /// Writes an attribute that has techniques of its own.
    ///
    /// # Errors
    /// Of the database.
    pub(super) fn attribute(
        &mut self,
        ctx: &mut Ctx<'_, '_>,
        attribute: &Attribute,
        tags: &[TagOnItem],
        tally: Tally,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let techniques = self.techniques(ctx, tags)?;
        let (first, last) = tally.span_with(attribute.timestamp);
        let seen = Seen {
            id: attribute.uuid,
            first,
            last,
            techniques: &techniques,
        };
        self.list.item(out, &seen);
        Ok(())
    }

    /// Writes the attributes of an event that have techniques, then the event with its own.
    ///
    /// # Errors
    /// Of the database or the spool.
    pub(super) fn event(
        &mut self,
        ctx: &mut Ctx<'_, '_>,
        event: Event,
        shown: &Shown,
        spool: &mut Spool,
    ) -> Result<()> {
        let read = view::Options {
            tallies: true,
            ..bare(shown)
        };
        let head = view::head_of(ctx, event, read)?;
        let (mut first, mut last) = (head.event.timestamp, head.event.timestamp);
        each_kept(ctx, &head, shown, |ctx, item| {
            if let Some((earliest, latest)) = item.tally.span {
                (first, last) = (first.min(earliest), last.max(latest));
            }
            self.attribute(ctx, &item.attribute, &item.tags, item.tally, spool.buffer())?;
            Ok(spool.settle()?)
        })?;
        let techniques = self.techniques(ctx, &head.tags)?;
        let seen = Seen {
            id: head.event.uuid,
            first,
            last,
            techniques: &techniques,
        };
        self.list.item(spool.buffer(), &seen);
        Ok(spool.settle()?)
    }

    /// The ids of techniques that tags stand for, in their order; clusters that the caller does not see stay out.
    fn techniques(&mut self, ctx: &mut Ctx<'_, '_>, tags: &[TagOnItem]) -> Result<Vec<String>> {
        let relevant = || {
            tags.iter()
                .map(|item| &item.tag)
                .filter(|tag| tag.is_galaxy && tag.name.starts_with(TECHNIQUES))
        };
        let unknown: Vec<Arc<Tag>> = relevant()
            .filter(|tag| !self.known.contains_key(&tag.id))
            .cloned()
            .collect();
        if !unknown.is_empty() {
            let found = entente_engine::galaxy::of_tags(ctx, &unknown)?;
            for tag in unknown {
                let cluster = found.get(&tag.id).map(|placed| &placed.cluster.cluster.value);
                let technique = cluster.and_then(|value| technique_of(value)).map(str::to_owned);
                self.known.insert(tag.id, technique);
            }
        }
        Ok(relevant()
            .filter_map(|tag| self.known.get(&tag.id).cloned().flatten())
            .collect())
    }
}
