//! The `Galaxy` lists of events and attributes. spec: 07#4.4
use entente_engine::event::view::TagOnItem;
use entente_engine::galaxy::Placed;
use entente_engine::{Ctx, Result};
use entente_misp::galaxy::{self, Attachment, Names, Target};
use entente_model::id::TagId;
use entente_model::tag::Tag;
use std::collections::HashMap;
use std::sync::Arc;

/// The clusters behind tags, each asked for once per answer.
#[derive(Default)]
pub struct Galaxies(HashMap<TagId, Option<Placed>>);

impl Galaxies {
    /// The list of an event.
    ///
    /// # Errors
    /// Of the database.
    pub fn of_event(&mut self, ctx: &mut Ctx<'_, '_>, tags: &[&TagOnItem]) -> Result<Vec<u8>> {
        Ok(self
            .rendered(ctx, tags, Target::Event)?
            .unwrap_or_else(|| b"[]".to_vec()))
    }

    /// The list of an attribute, or `None` when it is empty.
    ///
    /// # Errors
    /// Of the database.
    pub fn of_attribute(&mut self, ctx: &mut Ctx<'_, '_>, tags: &[TagOnItem]) -> Result<Option<Vec<u8>>> {
        if !tags.iter().any(|item| item.tag.is_galaxy) {
            return Ok(None);
        }
        let tags: Vec<&TagOnItem> = tags.iter().collect();
        self.rendered(ctx, &tags, Target::Attribute)
    }

    /// Asks for the clusters behind tags that are not known yet.
    ///
    /// # Errors
    /// Of the database.
    pub fn load<'a>(
        &mut self,
        ctx: &mut Ctx<'_, '_>,
        tags: impl IntoIterator<Item = &'a TagOnItem>,
    ) -> Result<()> {
        let unknown: Vec<Arc<Tag>> = tags
            .into_iter()
            .filter(|item| item.tag.is_galaxy && !self.0.contains_key(&item.tag.id))
            .map(|item| Arc::clone(&item.tag))
            .collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let mut found = entente_engine::galaxy::of_tags(ctx, &unknown)?;
        self.0
            .extend(unknown.iter().map(|tag| (tag.id, found.remove(&tag.id))));
        Ok(())
    }

    /// The cluster behind a tag that was asked for.
    #[must_use]
    pub fn get(&self, tag: TagId) -> Option<&Placed> {
        self.0.get(&tag)?.as_ref()
    }

    fn rendered(
        &mut self,
        ctx: &mut Ctx<'_, '_>,
        tags: &[&TagOnItem],
        target: Target,
    ) -> Result<Option<Vec<u8>>> {
        self.load(ctx, tags.iter().copied())?;
        let attachments: Vec<Attachment<'_>> = tags
            .iter()
            .filter_map(|item| {
                let placed = self.0.get(&item.tag.id)?.as_ref()?;
                Some(Attachment {
                    galaxy: &placed.galaxy,
                    cluster: &placed.cluster,
                    tag: item.tag.id,
                    link: item.link.id,
                    local: item.link.local,
                    relationship_type: item.link.relationship_type.as_deref(),
                })
            })
            .collect();
        if attachments.is_empty() {
            return Ok(None);
        }
        let (book, directory) = (Arc::clone(&ctx.tags), Arc::clone(&ctx.directory));
        let names = Names {
            tag: &|name| book.by_name(name).cloned(),
            org: &|id| directory.org(id).cloned(),
        };
        Ok(Some(
            galaxy::attached(target, &attachments, &names)
                .to_string()
                .into_bytes(),
        ))
    }
}
