//! Finding, making and attaching the tags that a body names. spec: 03#3.3.7, 07#2.1
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use entente_model::draft::TagDraft;
use entente_model::id::{OrgId, TagId, UserId};
use entente_model::tag::Tag;
use entente_policy::{Permission, refused_by_spillage_guard};
use md5::{Digest, Md5};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Longest tag name in bytes. spec: 01#7.5
pub const MAX_TAG_NAME: usize = 255;

/// A tag draft resolved to a stored tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedTag {
    /// The tag.
    pub id: TagId,
    /// Attach locally.
    pub local: bool,
    /// Detach instead.
    pub deleted: bool,
    /// How it relates.
    pub relationship_type: Option<String>,
}

impl ResolvedTag {
    /// A tag to attach so that it travels with its target.
    #[must_use]
    pub fn global(id: TagId) -> Self {
        Self {
            id,
            local: false,
            deleted: false,
            relationship_type: None,
        }
    }
}

/// Resolves tag drafts, asking the store once per distinct name.
#[derive(Default)]
pub struct TagResolver {
    known: HashMap<String, Option<Arc<Tag>>>,
    harmless: HashSet<String>,
}

/// The colour of a tag whose name says nothing: first six hex digits of the name's MD5. spec: 07#2.1
#[must_use]
pub fn default_colour(name: &str) -> String {
    let digest = hex::encode(Md5::digest(name.as_bytes()));
    format!("#{}", digest.get(..6).unwrap_or("000000"))
}

/// Whether a name is that of a galaxy cluster, and of a custom one. spec: 01#7.5
#[must_use]
pub fn galaxy_flags(name: &str) -> (bool, bool) {
    let value = name
        .strip_prefix("misp-galaxy:")
        .and_then(|rest| rest.split_once("=\""))
        .and_then(|(kind, value)| {
            value
                .strip_suffix('"')
                .filter(|value| !kind.is_empty() && !value.is_empty())
        });
    match value {
        None => (false, false),
        Some(value) => (true, entente_model::id::parse_uuid(value).is_some()),
    }
}

impl TagResolver {
    /// The tags of a body that the caller may attach, each once; none without the right to tag.
    ///
    /// # Errors
    /// `Spillage`; of the database.
    pub fn attachable(&mut self, ctx: &mut Ctx<'_, '_>, drafts: &[TagDraft]) -> Result<Vec<ResolvedTag>> {
        let mut tags = self.all(ctx, drafts)?;
        tags.retain(|tag| !tag.deleted);
        Ok(tags)
    }

    /// The tags of a body, each once, to be attached or detached; none without the right to tag.
    ///
    /// # Errors
    /// `Spillage`; of the database.
    pub fn all(&mut self, ctx: &mut Ctx<'_, '_>, drafts: &[TagDraft]) -> Result<Vec<ResolvedTag>> {
        if drafts.is_empty() {
            return Ok(Vec::new());
        }
        self.guard(ctx, drafts)?;
        if !(ctx.actor.can(Permission::Tagger) || ctx.actor.can(Permission::Sync)) {
            return Ok(Vec::new());
        }
        let mut resolved: Vec<ResolvedTag> = Vec::with_capacity(drafts.len());
        let mut seen = HashSet::with_capacity(drafts.len());
        for draft in drafts {
            if let Some(tag) = self.resolve(ctx, draft)?
                && seen.insert((tag.id, tag.deleted))
            {
                resolved.push(tag);
            }
        }
        Ok(resolved)
    }

    /// Data that names a real classification is not entered by hand, whoever may tag. What a peer sends is
    /// taken, and kept in quarantine by its tag. spec: 10#1.2, 11#BI-O22
    fn guard(&mut self, ctx: &Ctx<'_, '_>, drafts: &[TagDraft]) -> Result<()> {
        if ctx.actor.can(Permission::Sync) && !ctx.actor.is_site_admin() {
            return Ok(());
        }
        for draft in drafts.iter().filter(|draft| !draft.deleted) {
            let by_id = || draft.id.and_then(|id| ctx.tags.get(TagId(id)));
            let name = match &draft.name {
                Some(name) => name.as_str(),
                None => by_id().map_or("", |tag| tag.name.as_str()),
            };
            if self.harmless.contains(name) {
                continue;
            }
            if refused_by_spillage_guard(name) {
                return Err(Error::Spillage(name.to_owned()));
            }
            self.harmless.insert(name.to_owned());
        }
        Ok(())
    }

    /// The stored tag a draft names, made when the caller may. `None` when the tag is not to be used:
    /// unknown, reserved for others, or local only.
    ///
    /// # Errors
    /// Of the database.
    fn resolve(&mut self, ctx: &mut Ctx<'_, '_>, draft: &TagDraft) -> Result<Option<ResolvedTag>> {
        let tag = match (&draft.name, draft.id) {
            (Some(name), _) => self.by_name(ctx, name, draft)?,
            (None, Some(id)) => ctx.tags.get(TagId(id)).cloned(),
            (None, None) => None,
        };
        let usable = tag.filter(|tag| may_attach(ctx, tag, draft.local).is_ok());
        Ok(usable.map(|tag| ResolvedTag {
            id: tag.id,
            local: draft.local,
            deleted: draft.deleted,
            relationship_type: draft.relationship_type.clone(),
        }))
    }

    fn by_name(&mut self, ctx: &mut Ctx<'_, '_>, name: &str, draft: &TagDraft) -> Result<Option<Arc<Tag>>> {
        let key = entente_store::name_key(name);
        if let Some(known) = self.known.get(&key) {
            return Ok(known.clone());
        }
        let found = match ctx.tags.by_name(name).cloned() {
            Some(tag) => Some(tag),
            None => entente_store::tag::by_name(ctx.tx, name)?.map(Arc::new),
        };
        let tag = match found {
            Some(tag) => Some(tag),
            None if draft.deleted || !ctx.actor.can(Permission::TagEditor) => None,
            None => make(ctx, name, draft)?.map(Arc::new),
        };
        self.known.insert(key, tag.clone());
        Ok(tag)
    }
}

/// Makes a tag named by a body; names that no tag can have are dropped.
fn make(ctx: &mut Ctx<'_, '_>, name: &str, draft: &TagDraft) -> Result<Option<Tag>> {
    let name = name.trim();
    if name.is_empty() || name.len() > MAX_TAG_NAME || name.chars().any(char::is_control) {
        return Ok(None);
    }
    let colour = draft
        .colour
        .clone()
        .filter(|colour| is_colour(colour))
        .unwrap_or_else(|| default_colour(name));
    let (is_galaxy, is_custom_galaxy) = galaxy_flags(name);
    let mut tag = Tag {
        id: TagId::NONE,
        name: name.to_owned(),
        colour: if is_galaxy { "#0088cc".to_owned() } else { colour },
        exportable: draft.exportable.unwrap_or(true),
        org: OrgId::NONE,
        user: UserId::NONE,
        hidden: ctx.actor.can(Permission::Sync)
            && ctx.settings.bool("MISP.incoming_tags_disabled_by_default"),
        numerical_value: None,
        is_galaxy,
        is_custom_galaxy,
        local_only: false,
    };
    tag.id = entente_store::tag::insert(ctx.tx, &tag)?;
    ctx.touch_tag(tag.id);
    Ok(Some(tag))
}

/// Whether text is a colour: `#` and six hexadecimal digits.
#[must_use]
pub fn is_colour(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Whether the caller may attach a tag; reserved tags are for one organisation or user. spec: 03#6
///
/// # Errors
/// `Denied` with the reason.
pub fn may_attach(ctx: &Ctx<'_, '_>, tag: &Tag, local: bool) -> Result<()> {
    if ctx.actor.is_site_admin() {
        return if tag.local_only && !local {
            Err(Error::denied(
                "Invalid Tag. This tag can only be set as a local tag.",
            ))
        } else {
            Ok(())
        };
    }
    if !tag.org.is_none() && tag.org != ctx.actor.org_id() {
        return Err(Error::denied(
            "Invalid Tag. This tag can only be set by a fixed organisation.",
        ));
    }
    if !tag.user.is_none() && tag.user != ctx.actor.user_id() {
        return Err(Error::denied(
            "Invalid Tag. This tag can only be set by a fixed user.",
        ));
    }
    if tag.local_only && !local {
        return Err(Error::denied(
            "Invalid Tag. This tag can only be set as a local tag.",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn galaxy_names_are_recognised() {
        assert_eq!(galaxy_flags("tlp:red"), (false, false));
        assert_eq!(galaxy_flags("misp-galaxy:tool=\"X\""), (true, false));
        assert_eq!(
            galaxy_flags("misp-galaxy:tool=\"0f9b0e3a-6b1f-4f7c-9a58-3c3a1f0c2d11\""),
            (true, true)
        );
    }

    #[test]
    fn colours() {
        assert!(is_colour("#00aaFF"));
        assert!(!is_colour("#00aaFG") && !is_colour("00aaff") && !is_colour("#fff"));
        assert_eq!(default_colour("x").len(), 7);
    }
}
