//! All tags as one immutable snapshot: every event, attribute and search names some.
use entente_model::id::TagId;
use entente_model::tag::Tag;
use std::collections::HashMap;
use std::sync::Arc;

/// The snapshot.
#[derive(Debug, Default, Clone)]
pub struct TagBook {
    by_id: HashMap<TagId, Arc<Tag>>,
    by_key: HashMap<String, TagId>,
}

impl TagBook {
    /// Indexes the rows.
    #[must_use]
    pub fn new(tags: Vec<Tag>) -> Self {
        let mut book = Self::default();
        for tag in tags {
            book.put(tag);
        }
        book
    }
    fn put(&mut self, tag: Tag) {
        self.by_key.insert(entente_store::name_key(&tag.name), tag.id);
        self.by_id.insert(tag.id, Arc::new(tag));
    }
    /// A copy in which `touched` are replaced by `rows`; those without a row are gone.
    #[must_use]
    pub fn updated(&self, touched: &[TagId], rows: Vec<Tag>) -> Self {
        let mut book = self.clone();
        for id in touched {
            if let Some(old) = book.by_id.remove(id) {
                book.by_key.remove(&entente_store::name_key(&old.name));
            }
        }
        for tag in rows {
            book.put(tag);
        }
        book
    }
    /// A tag by id.
    #[must_use]
    pub fn get(&self, id: TagId) -> Option<&Arc<Tag>> {
        self.by_id.get(&id)
    }
    /// A tag by name, ignoring case.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<&Arc<Tag>> {
        self.by_key
            .get(&entente_store::name_key(name))
            .and_then(|id| self.by_id.get(id))
    }
    /// All tags, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Tag>> {
        self.by_id.values()
    }
    /// All tags by id.
    #[must_use]
    pub fn sorted(&self) -> Vec<Arc<Tag>> {
        let mut tags: Vec<_> = self.by_id.values().cloned().collect();
        tags.sort_by_key(|tag| tag.id);
        tags
    }
}
