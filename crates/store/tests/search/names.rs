//! The names of a random store, as a search looks them up.
use crate::naive::like;
use entente_model::search::{Named, Pattern};
use entente_store::search::Names;
use entente_testkit::world::World;

pub struct WorldNames<'w>(pub &'w World);

impl Names for WorldNames<'_> {
    fn tags(&self, named: &Named) -> Vec<i64> {
        let tags = self.0.tags.iter();
        tags.filter(|tag| match named {
            Named::Id(id) => tag.id.0 == *id,
            Named::Name(name) => tag.name == *name,
            _ => false,
        })
        .map(|tag| tag.id.0)
        .collect()
    }
    fn tags_like(&self, pattern: &Pattern) -> Vec<i64> {
        let tags = self.0.tags.iter();
        tags.filter(|tag| like(pattern.as_str(), &tag.name))
            .map(|tag| tag.id.0)
            .collect()
    }
    fn organisations(&self, named: &Named) -> Vec<i64> {
        let orgs = self.0.people.orgs.iter();
        orgs.filter(|org| match named {
            Named::Id(wanted) => org.id.0 == *wanted,
            Named::Uuid(wanted) => org.uuid == *wanted,
            Named::Name(wanted) => org.name.eq_ignore_ascii_case(wanted),
            _ => false,
        })
        .map(|org| org.id.0)
        .collect()
    }
}
