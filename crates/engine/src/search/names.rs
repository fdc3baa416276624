//! The names of tags and organisations in a search, from the snapshots of the instance.
use crate::ctx::Ctx;
use crate::directory::Directory;
use crate::tag_book::TagBook;
use entente_indicator::fold;
use entente_model::id::{OrgId, TagId};
use entente_model::search::{Named, Pattern};
use entente_store::search::Names;
use std::sync::Arc;

/// The snapshots as of the beginning of the use case.
pub(super) struct Snapshots {
    tags: Arc<TagBook>,
    directory: Arc<Directory>,
}

impl Snapshots {
    pub(super) fn of(ctx: &Ctx<'_, '_>) -> Self {
        Self {
            tags: Arc::clone(&ctx.tags),
            directory: Arc::clone(&ctx.directory),
        }
    }
}

impl Names for Snapshots {
    /// Names compare in exact case, unlike everywhere else; `%` is the only wildcard. spec: 04#3 tags
    fn tags(&self, named: &Named) -> Vec<i64> {
        match named {
            Named::Id(id) => self
                .tags
                .get(TagId(*id))
                .map(|tag| tag.id.0)
                .into_iter()
                .collect(),
            Named::Name(name) if name.contains('%') => {
                let parts: Vec<&str> = name.split('%').collect();
                self.tags
                    .iter()
                    .filter(|tag| matches_parts(&parts, &tag.name))
                    .map(|tag| tag.id.0)
                    .collect()
            }
            Named::Name(name) => self
                .tags
                .by_name(name)
                .filter(|tag| tag.name == *name)
                .map(|tag| tag.id.0)
                .into_iter()
                .collect(),
            _ => Vec::new(),
        }
    }

    fn tags_like(&self, pattern: &Pattern) -> Vec<i64> {
        self.tags
            .iter()
            .filter(|tag| pattern.matches(&tag.name))
            .map(|tag| tag.id.0)
            .collect()
    }

    fn organisations(&self, named: &Named) -> Vec<i64> {
        let one = |org: Option<&Arc<entente_model::organisation::Organisation>>| {
            org.map(|org| org.id.0).into_iter().collect()
        };
        let all = |test: &dyn Fn(&entente_model::organisation::Organisation) -> bool| {
            self.directory
                .orgs()
                .filter(|org| test(org))
                .map(|org| org.id.0)
                .collect()
        };
        let same = |a: &str, b: &str| fold(a) == fold(b);
        match named {
            Named::Id(id) => one(self.directory.org(OrgId(*id))),
            Named::Uuid(uuid) => one(self.directory.org_by_uuid(*uuid)),
            Named::Name(name) => one(self.directory.org_by_name(name)),
            Named::Sector(sector) => all(&|org| same(&org.sector, sector)),
            Named::Nationality(nationality) => all(&|org| same(&org.nationality, nationality)),
            Named::Local(local) => all(&|org| org.local == *local),
        }
    }
}

/// Whether a text consists of the parts in order, with anything between them.
fn matches_parts(parts: &[&str], text: &str) -> bool {
    let Some((first, rest)) = parts.split_first() else {
        return false;
    };
    let Some(mut text) = text.strip_prefix(first) else {
        return false;
    };
    let Some((last, middle)) = rest.split_last() else {
        return text.is_empty();
    };
    for part in middle {
        match text.split_once(part) {
            Some((_, after)) => text = after,
            None => return false,
        }
    }
    text.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_in_tag_names_keep_the_case() {
        let matches = |pattern: &str, text| matches_parts(&pattern.split('%').collect::<Vec<_>>(), text);
        assert!(matches("tlp:%", "tlp:green") && !matches("TLP:%", "tlp:green"));
        assert!(matches("%", "") && matches("%een", "tlp:green") && matches("a%b%c", "aXbYbZc"));
        assert!(!matches("a%bc%c", "abc") && matches("%x%", "axb"));
    }
}
