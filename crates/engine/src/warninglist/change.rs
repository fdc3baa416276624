//! Lists made here: adding, changing, importing, removing. spec: 05#2.4
use super::{each_entry, note, view};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use entente_indicator::AttributeType;
use entente_knowledge::warninglist::{ALL_TYPES, Entries, HashKey, ListCategory, ListKind, Matcher};
use entente_model::finding::FieldErrors;
use entente_model::library::Warninglist;
use std::hash::RandomState;

/// Longest name in bytes.
const MAX_NAME: usize = 255;
/// Longest description in bytes.
const MAX_TEXT: usize = 65_535;
/// Entries that one message names.
const NAMED: usize = 5;

/// What a caller says about a list; what is absent stays or gets the default.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// Its name.
    pub name: Option<String>,
    /// What it is about.
    pub description: Option<String>,
    /// How entries are compared.
    pub kind: Option<String>,
    /// What a hit says.
    pub category: Option<String>,
    /// Types it applies to; none: every type.
    pub types: Option<Vec<String>>,
    /// Its entries.
    pub entries: Option<Entries>,
    /// Its version, where it comes from elsewhere.
    pub version: Option<i64>,
    /// Values are checked against it.
    pub enabled: Option<bool>,
}

/// Adds a list.
///
/// # Errors
/// `Fields`.
pub fn add(ctx: &mut Ctx<'_, '_>, draft: &Draft) -> Result<i64> {
    let blank = Warninglist {
        id: 0,
        name: String::new(),
        kind: ListKind::String.as_str().to_owned(),
        description: String::new(),
        version: 1,
        enabled: false,
        default: false,
        category: ListCategory::default().as_str().to_owned(),
        entry_count: 0,
        matching_attributes: vec![ALL_TYPES.to_owned()],
    };
    let mut list = applied(ctx, &blank, draft)?;
    list.version = draft.version.unwrap_or(list.version);
    list.enabled = draft.enabled.unwrap_or_default();
    list.id = entente_store::warninglist::insert(ctx.tx, &list)?;
    store_entries(ctx, list.id, draft)?;
    ctx.touch_warninglists();
    note(ctx, &list, "add")?;
    Ok(list.id)
}

/// Changes a list that was made here; its version grows.
///
/// # Errors
/// `NotFound`; `Denied` for a list of the library; `Fields`.
pub fn edit(ctx: &mut Ctx<'_, '_>, list: Option<i64>, draft: &Draft) -> Result<i64> {
    let before = own(ctx, list)?;
    let version = before.version.saturating_add(1);
    replace(ctx, &before, draft, version, "edit")
}

/// What became of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Imported {
    /// It is a list of its own now.
    Added(i64),
    /// It took the place of an older version.
    Updated(i64),
    /// What is here is not older.
    Unchanged(i64),
}

/// Takes in a list; one of its name made here is replaced when it is older, and stays switched as it is.
///
/// # Errors
/// `Denied` when the library has a list of that name; `Fields`.
pub fn import(ctx: &mut Ctx<'_, '_>, draft: &Draft) -> Result<Imported> {
    let name = draft.name.as_deref().unwrap_or_default();
    let Some(known) = entente_store::warninglist::by_name(ctx.tx, name.trim())? else {
        return Ok(Imported::Added(add(ctx, draft)?));
    };
    let known = own(ctx, Some(known.id))?;
    match draft.version {
        Some(version) if version > known.version => {
            replace(ctx, &known, draft, version, "import").map(Imported::Updated)
        }
        _ => Ok(Imported::Unchanged(known.id)),
    }
}

/// Removes a list.
///
/// # Errors
/// `NotFound`.
pub fn delete(ctx: &mut Ctx<'_, '_>, list: Option<i64>) -> Result<()> {
    let list = view(ctx, list)?;
    entente_store::warninglist::delete(ctx.tx, list.id)?;
    ctx.touch_warninglists();
    note(ctx, &list, "delete")
}

fn own(ctx: &mut Ctx<'_, '_>, list: Option<i64>) -> Result<Warninglist> {
    let list = view(ctx, list)?;
    if list.default {
        return Err(Error::denied(
            "This list belongs to the library and is replaced with it; import a copy under another name to change it.",
        ));
    }
    Ok(list)
}

fn replace(
    ctx: &mut Ctx<'_, '_>,
    before: &Warninglist,
    draft: &Draft,
    version: i64,
    action: &'static str,
) -> Result<i64> {
    let mut list = applied(ctx, before, draft)?;
    list.version = version;
    entente_store::warninglist::update(ctx.tx, &list)?;
    store_entries(ctx, list.id, draft)?;
    if let Some(enabled) = draft.enabled {
        entente_store::warninglist::set_enabled(ctx.tx, &[list.id], enabled)?;
    }
    ctx.touch_warninglists();
    note(ctx, &list, action)?;
    Ok(list.id)
}

fn store_entries(ctx: &mut Ctx<'_, '_>, list: i64, draft: &Draft) -> Result<()> {
    match &draft.entries {
        Some(entries) => Ok(entente_store::warninglist::put_entries(
            ctx.tx,
            list,
            entries.iter(),
        )?),
        None => Ok(()),
    }
}

fn applied(ctx: &mut Ctx<'_, '_>, before: &Warninglist, draft: &Draft) -> Result<Warninglist> {
    let mut errors = FieldErrors::default();
    let mut after = before.clone();
    if let Some(name) = &draft.name {
        name.trim().clone_into(&mut after.name);
    }
    if after.name.is_empty() || after.name.len() > MAX_NAME {
        errors.add("name", format!("A name of at most {MAX_NAME} bytes is required."));
    } else if entente_store::warninglist::by_name(ctx.tx, &after.name)?
        .is_some_and(|list| list.id != after.id)
    {
        errors.add("name", "There is a warninglist of this name already.");
    }
    if let Some(description) = &draft.description {
        after.description.clone_from(description);
        if description.len() > MAX_TEXT {
            errors.add("description", format!("At most {MAX_TEXT} bytes."));
        }
    }
    if let Some(kind) = &draft.kind {
        after.kind.clone_from(kind);
    }
    let kind = ListKind::from_name(&after.kind);
    if kind.is_none() {
        errors.add("type", "One of string, substring, hostname, cidr and regex.");
    }
    if let Some(category) = &draft.category {
        after.category.clone_from(category);
        if ListCategory::from_name(category).is_none() {
            errors.add("category", "One of false_positive and known.");
        }
    }
    if let Some(types) = &draft.types {
        after.matching_attributes = matching(types, &mut errors);
    }
    if let Some(entries) = &draft.entries {
        after.entry_count = i64::try_from(entries.len()).unwrap_or(i64::MAX);
        check_storable(entries, &mut errors);
        if let Some(kind) = kind {
            check_entries(kind, entries.values(), &mut errors);
        }
    } else if before.id == 0 {
        errors.add("entries", "Give at least one entry.");
    } else if let Some(kind) = kind.filter(|_| after.kind != before.kind) {
        let mut entries = Entries::default();
        each_entry(ctx, before.id, |value, comment| {
            // they fitted a list before
            let _fits = entries.push(value, comment);
            Ok(())
        })?;
        check_entries(kind, entries.values(), &mut errors);
    }
    errors.into_result()?;
    Ok(after)
}

/// Types by name, each once; none means every type.
fn matching(types: &[String], errors: &mut FieldErrors) -> Vec<String> {
    let known = |name: &str| name == ALL_TYPES || AttributeType::from_name(name).is_some();
    let unknown: Vec<&str> = types
        .iter()
        .map(String::as_str)
        .filter(|name| !known(name))
        .take(NAMED)
        .collect();
    if !unknown.is_empty() {
        errors.add(
            "matching_attributes",
            format!("Unknown attribute types: {}.", unknown.join(", ")),
        );
    }
    let mut names: Vec<String> = Vec::new();
    for name in types.iter().filter(|name| known(name)) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    if names.is_empty() {
        names.push(ALL_TYPES.to_owned());
    }
    names
}

fn check_storable(entries: &Entries, errors: &mut FieldErrors) {
    let broken = |text: &str| text.contains(['\n', '\0', entente_store::warninglist::COMMENT]);
    let mut pairs = entries.iter();
    if entries.is_empty() {
        errors.add("entries", "Give at least one entry.");
    } else if pairs.any(|(value, comment)| broken(value) || comment.is_some_and(broken)) {
        errors.add(
            "entries",
            "Entries and comments hold no line breaks or control characters.",
        );
    }
}

/// Entries that the kind of list cannot use are refused while somebody is there to correct them.
fn check_entries<'e>(kind: ListKind, entries: impl Iterator<Item = &'e str>, errors: &mut FieldErrors) {
    let key: HashKey = RandomState::new().into();
    let (_, findings) = Matcher::compile(kind, entries, &key);
    let named: Vec<String> = findings
        .iter()
        .take(NAMED)
        .map(|finding| format!("{}: {}", finding.path, finding.message))
        .collect();
    if !named.is_empty() {
        errors.add("entries", named.join("; "));
    }
}
