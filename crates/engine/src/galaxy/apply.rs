//! From a draft to a custom cluster: what it may hold.
use super::change::ClusterDraft;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use entente_model::draft::{Given, GroupChoice};
use entente_model::finding::FieldErrors;
use entente_model::id::{LabelId, OrgId, SharingGroupId, TagId};
use entente_model::level::Distribution;
use entente_model::library::GalaxyCluster;
use entente_policy::LabelFacts;

/// Longest value, source, author, key and kind of relation in bytes.
pub(super) const MAX_SHORT: usize = 255;
/// Longest description and element in bytes.
pub(super) const MAX_TEXT: usize = 65_535;
/// Most authors, and most tags of a relation.
pub(super) const MAX_FEW: usize = 100;
/// Most elements of a cluster, and most relations in one request.
pub(super) const MAX_PARTS: usize = 10_000;

/// A level and a group as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Level {
    /// The level.
    pub distribution: Distribution,
    /// With level 4.
    pub group: SharingGroupId,
}

impl Level {
    /// A stored level; a number that is none counts as the narrowest.
    pub fn stored(distribution: i64, group: SharingGroupId) -> Self {
        Self {
            distribution: Distribution::from_number(distribution).unwrap_or(Distribution::Organisation),
            group,
        }
    }
}

/// The level that a body asks for, laid over the one before.
///
/// # Errors
/// Of the database.
pub(super) fn level(
    ctx: &mut Ctx<'_, '_>,
    before: Level,
    distribution: &Given<Distribution>,
    group: Option<&GroupChoice>,
    errors: &mut FieldErrors,
) -> Result<Level> {
    let distribution = match distribution {
        Given::Value(Distribution::Inherit) | Given::Invalid => {
            errors.add("distribution", "Invalid distribution: 0 to 4 expected.");
            return Ok(before);
        }
        Given::Value(level) => *level,
        Given::Absent => before.distribution,
    };
    let group = match (distribution, group) {
        (Distribution::SharingGroup, None) if !before.group.is_none() => before.group,
        (Distribution::SharingGroup, choice) => match crate::content::capture::group(ctx, choice) {
            Ok(group) => group,
            Err(Error::Denied(why)) => {
                errors.add("sharing_group_id", why);
                return Ok(before);
            }
            Err(other) => return Err(other),
        },
        _ => SharingGroupId::NONE,
    };
    Ok(Level { distribution, group })
}

/// The policy label of a custom cluster or of a relation of one.
///
/// # Errors
/// Of the database.
pub(super) fn label(
    ctx: &mut Ctx<'_, '_>,
    (org, orgc): (OrgId, OrgId),
    level: Level,
    tags: &[TagId],
) -> Result<LabelId> {
    let link = ctx.link(level.distribution, level.group);
    let mut facts = LabelFacts::event(ctx.org_uuid(org), ctx.org_uuid(orgc), link);
    // Publication decides about synchronisation only, not about readers here.
    facts.published = true;
    let said = ctx.said_by(tags)?;
    (facts.marks, facts.state) = (said.marks, said.state);
    ctx.intern_label(&facts)
}

/// Adds what is wrong with a short text that people see in lists.
pub(super) fn check_line(field: &str, text: &str, errors: &mut FieldErrors) {
    if text.len() > MAX_SHORT {
        errors.add(field, format!("{field} is longer than {MAX_SHORT} bytes."));
    } else if text.chars().any(char::is_control) {
        errors.add(field, format!("{field} holds control characters."));
    }
}

fn texts(after: &mut GalaxyCluster, draft: &ClusterDraft, errors: &mut FieldErrors) {
    if let Some(value) = &draft.value {
        value.trim().clone_into(&mut after.value);
    }
    if let Some(description) = &draft.description {
        after.description.clone_from(description);
    }
    if let Some(source) = &draft.source {
        source.trim().clone_into(&mut after.source);
    }
    check_line("value", &after.value, errors);
    check_line("source", &after.source, errors);
    if after.value.is_empty() {
        errors.add("value", "value cannot be empty.");
    }
    if after.description.len() > MAX_TEXT || after.description.contains('\0') {
        errors.add(
            "description",
            format!("description has at most {MAX_TEXT} bytes and no NUL."),
        );
    }
    match &draft.authors {
        Given::Value(authors) => {
            after.authors = authors
                .iter()
                .map(|author| author.trim().to_owned())
                .filter(|author| !author.is_empty())
                .collect();
            if after.authors.len() > MAX_FEW {
                errors.add("authors", format!("There are more than {MAX_FEW} authors."));
            }
            for author in &after.authors {
                check_line("authors", author, errors);
            }
        }
        Given::Invalid => errors.add("authors", "authors is a list of names."),
        Given::Absent => {}
    }
}

/// The metadata that a body holds, if it is usable.
pub(super) fn elements<'d>(
    draft: &'d ClusterDraft,
    errors: &mut FieldErrors,
) -> Option<&'d [(String, String)]> {
    const FIELD: &str = "GalaxyElement";
    let elements = match &draft.elements {
        Given::Value(elements) => elements,
        Given::Invalid => {
            errors.add(
                FIELD,
                "Elements are a list of {key, value}, or a map of keys to values.",
            );
            return None;
        }
        Given::Absent => return None,
    };
    if elements.len() > MAX_PARTS {
        errors.add(FIELD, format!("A cluster has at most {MAX_PARTS} elements."));
    }
    for (key, value) in elements {
        if key.trim().is_empty() || key.len() > MAX_SHORT || key.chars().any(char::is_control) {
            errors.add(
                FIELD,
                format!("A key has 1 to {MAX_SHORT} bytes and no control characters."),
            );
            break;
        }
        if value.len() > MAX_TEXT || value.contains('\0') {
            errors.add(
                FIELD,
                format!("{}: a value has at most {MAX_TEXT} bytes and no NUL.", key.trim()),
            );
            break;
        }
    }
    Some(elements)
}

/// A cluster after a draft is laid over it; identity, galaxy, owners and version are the caller's matter.
///
/// # Errors
/// Of the database.
pub(super) fn applied(
    ctx: &mut Ctx<'_, '_>,
    before: &GalaxyCluster,
    draft: &ClusterDraft,
    errors: &mut FieldErrors,
) -> Result<GalaxyCluster> {
    let mut after = before.clone();
    texts(&mut after, draft, errors);
    if draft.extends_uuid.is_invalid() {
        errors.add("extends_uuid", "Please provide a valid RFC 9562 UUID.");
    }
    match &draft.extends_version {
        // A fork says up to which version it has followed its parent.
        Given::Value(version) if after.extends_uuid.is_some() => after.extends_version = *version,
        Given::Invalid => errors.add("extends_version", "extends_version is a number."),
        Given::Value(_) | Given::Absent => {}
    }
    let level = level(
        ctx,
        Level::stored(before.distribution, before.sharing_group),
        &draft.distribution,
        draft.sharing_group.as_ref(),
        errors,
    )?;
    after.distribution = level.distribution.number();
    after.sharing_group = level.group;
    Ok(after)
}
