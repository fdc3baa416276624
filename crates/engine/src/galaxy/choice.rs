//! Which cluster here a document of strangers means. spec: 12#8.3
use crate::ctx::Ctx;
use crate::error::Result;
use entente_store::name_key;
use std::collections::{HashMap, HashSet};

/// For names of tags the names that they may rather have, each with the first of its choices that is the tag of a
/// cluster the caller sees, else with the tag of one that has the chosen value as a synonym. Names without such a
/// cluster are left out.
///
/// # Errors
/// Of the database.
pub fn chosen(
    ctx: &mut Ctx<'_, '_>,
    choices: &HashMap<String, Vec<String>>,
) -> Result<HashMap<String, String>> {
    if choices.is_empty() {
        return Ok(HashMap::new());
    }
    let keys: HashSet<String> = choices.values().flatten().map(|name| name_key(name)).collect();
    let keys: Vec<String> = keys.into_iter().collect();
    let scope = ctx.scope();
    let mut tags: HashMap<String, String> = HashMap::new();
    for (key, cluster) in entente_store::galaxy::clusters_by_tag_keys(ctx.tx, &scope, &keys)? {
        tags.entry(key).or_insert(cluster.tag_name);
    }
    let mut found = HashMap::new();
    let mut missing = HashMap::new();
    for (name, others) in choices {
        match others.iter().find_map(|other| tags.get(&name_key(other))) {
            Some(tag) => found.insert(name.clone(), tag.clone()),
            None => {
                missing.insert(name.as_str(), others);
                None
            }
        };
    }
    by_synonym(ctx, &missing, &mut found)?;
    Ok(found)
}

fn by_synonym(
    ctx: &mut Ctx<'_, '_>,
    missing: &HashMap<&str, &Vec<String>>,
    found: &mut HashMap<String, String>,
) -> Result<()> {
    let values = missing
        .values()
        .flat_map(|others| others.iter())
        .filter_map(|tag| parts(tag));
    // SQLite knows only the small letters of ASCII.
    let spelled: HashSet<String> = values
        .flat_map(|(_, value)| [value.to_lowercase(), value.to_ascii_lowercase()])
        .collect();
    if spelled.is_empty() {
        return Ok(());
    }
    let spelled: Vec<String> = spelled.into_iter().collect();
    let scope = ctx.scope();
    let mut tags: HashMap<(String, String), String> = HashMap::new();
    for (synonym, tag) in entente_store::galaxy::tags_by_synonym(ctx.tx, &scope, &spelled)? {
        if let Some((galaxy, _)) = parts(&tag) {
            tags.entry((galaxy.to_owned(), synonym.to_lowercase()))
                .or_insert(tag);
        }
    }
    for (name, others) in missing {
        let tag = others.iter().find_map(|other| {
            let (galaxy, value) = parts(other)?;
            tags.get(&(galaxy.to_owned(), value.to_lowercase()))
        });
        if let Some(tag) = tag {
            found.insert((*name).to_owned(), tag.clone());
        }
    }
    Ok(())
}

/// The galaxy's type and the cluster's value in a tag.
fn parts(tag: &str) -> Option<(&str, &str)> {
    let (galaxy, value) = tag.strip_prefix("misp-galaxy:")?.split_once("=\"")?;
    Some((galaxy, value.strip_suffix('"')?))
}
