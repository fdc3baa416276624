//! Taxonomies: loading, listing, what an administrator decides about them, and the rules they put on
//! tags. spec: 07#2
mod definition;
mod import;
mod manage;

pub use import::{Imported, import, import_into, update};
pub use manage::{
    Counted, Listing, ViewedEntry, ViewedTaxonomy, delete, file, list, set_enabled, set_highlighted,
    set_required, set_tags_hidden, show_tags, view,
};

use crate::ctx::Ctx;
use crate::error::Result;
use entente_knowledge::taxonomy::{Exclusivity, MachineTag};
use entente_model::id::TagId;
use entente_model::taxonomy::Taxonomy;

/// Namespaces of the required taxonomies of which none of these tags is: an event that lacks one may
/// not be published. spec: 07#2.3
///
/// # Errors
/// Of the database.
pub fn missing_required(ctx: &mut Ctx<'_, '_>, tags: &[TagId]) -> Result<Vec<String>> {
    let taxonomies = entente_store::taxonomy::all(ctx.tx)?;
    let required: Vec<Taxonomy> = taxonomies
        .into_iter()
        .filter(|taxonomy| taxonomy.enabled && taxonomy.required)
        .collect();
    if required.is_empty() {
        return Ok(Vec::new());
    }
    let names = crate::tag::names_of(ctx, tags)?;
    let missing = required.into_iter().map(|taxonomy| taxonomy.namespace);
    Ok(missing
        .filter(|namespace| !names.iter().any(|name| belongs(name, namespace)))
        .collect())
}

/// Whether a tag's name begins with a namespace.
pub(crate) fn belongs(name: &str, namespace: &str) -> bool {
    let (name, namespace) = (entente_store::name_key(name), entente_store::name_key(namespace));
    name.strip_prefix(&namespace)
        .is_some_and(|rest| rest.starts_with(':'))
}

/// The first of the tags present that excludes a new one by the rules of its taxonomy; `None` when it
/// may be added. Global and local tags are judged apart, so `present` holds one of the two.
///
/// # Errors
/// Of the database.
pub fn conflict(ctx: &mut Ctx<'_, '_>, present: &[String], new: &str) -> Result<Option<String>> {
    let Some(parts) = MachineTag::parse(new) else {
        return Ok(None);
    };
    if ctx.settings.bool("MISP.disable_taxonomy_consistency_checks") {
        return Ok(None);
    }
    let Some(taxonomy) = entente_store::taxonomy::by_namespace(ctx.tx, parts.namespace)? else {
        return Ok(None);
    };
    let predicates = entente_store::taxonomy::exclusive_predicates(ctx.tx, taxonomy.id)?;
    let rules = Exclusivity::new(
        &taxonomy.namespace,
        taxonomy.exclusive,
        predicates.iter().map(String::as_str),
    );
    Ok(rules
        .conflict(present.iter().map(String::as_str), new)
        .map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_belongs_to_the_namespace_before_its_colon() {
        assert!(belongs("TLP:red", "tlp"));
        assert!(belongs("tlp:red", "TLP"));
        assert!(!belongs("tlpx:red", "tlp"));
        assert!(!belongs("tlp", "tlp"));
    }
}
