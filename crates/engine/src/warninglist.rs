//! Warninglists: checking values, and which lists are checked. spec: 05#2
//!
//! Only enabled lists are in memory, compiled on first use and shared by all requests.
mod change;

pub use change::{Draft, Imported, add, delete, edit, import};

use crate::app::App;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::Entry;
use entente_indicator::AttributeType;
use entente_knowledge::warninglist::{
    CompiledList, HashKey, ListCategory, ListKind, Matcher, WarninglistSet,
};
pub use entente_knowledge::warninglist::{Hit, WarninglistSet as Set};
use entente_model::attribute::Attribute;
use entente_model::finding::FieldErrors;
use entente_model::library::Warninglist;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::hash::RandomState;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

const UNKNOWN: &str = "Warninglist not found.";

/// The compiled lists and what they were compiled from.
struct Compiled {
    set: Arc<WarninglistSet>,
    /// Id and version of each list.
    stamp: Vec<(i64, i64)>,
    /// What their entries are hashed under, as long as the process lives.
    key: HashKey,
    /// The time of the transaction that last found the stamp to be true, in microseconds.
    checked: AtomicI64,
}

/// The enabled lists, ready for matching; each transaction checks once that they are the current ones,
/// because another process may serve the same database.
///
/// # Errors
/// Of the database.
pub fn set(ctx: &mut Ctx<'_, '_>) -> Result<Arc<Set>> {
    // Compiling takes seconds and much memory: whoever comes meanwhile waits for the result.
    static COMPILING: Mutex<()> = Mutex::new(());
    let held = held(ctx.app);
    if let Some(held) = &held
        && held.checked.load(Relaxed) == ctx.now_micros()
    {
        return Ok(Arc::clone(&held.set));
    }
    let lists = entente_store::warninglist::enabled(ctx.tx)?;
    let stamp: Vec<(i64, i64)> = lists.iter().map(|list| (list.id, list.version)).collect();
    let current = |held: &Arc<Compiled>| {
        held.stamp == stamp && {
            held.checked.store(ctx.now_micros(), Relaxed);
            true
        }
    };
    if let Some(held) = held.filter(current) {
        return Ok(Arc::clone(&held.set));
    }
    let _alone = COMPILING.lock();
    let before = self::held(ctx.app);
    if let Some(held) = before.as_ref().filter(|held| current(held)) {
        return Ok(Arc::clone(&held.set));
    }
    let key = before
        .as_ref()
        .map_or_else(|| RandomState::new().into(), |before| before.key.clone());
    let set = Arc::new(compile(ctx, lists, before.as_deref(), &key)?);
    let compiled = Compiled {
        set: Arc::clone(&set),
        stamp,
        key,
        checked: AtomicI64::new(ctx.now_micros()),
    };
    ctx.app.warninglist_slot().set(Arc::new(compiled));
    Ok(set)
}

fn held(app: &App) -> Option<Arc<Compiled>> {
    app.warninglist_slot().get::<Compiled>()
}

/// Compiles lists, keeping those that are compiled already.
fn compile(
    ctx: &mut Ctx<'_, '_>,
    lists: Vec<Warninglist>,
    before: Option<&Compiled>,
    key: &HashKey,
) -> Result<WarninglistSet> {
    let known: HashMap<(i64, i64), &CompiledList> = before
        .into_iter()
        .flat_map(|before| before.stamp.iter().copied().zip(before.set.lists()))
        .collect();
    let mut compiled = Vec::with_capacity(lists.len());
    for list in lists {
        let (matcher, comments) = match known.get(&(list.id, list.version)) {
            Some(known) => (Arc::clone(&known.matcher), Arc::clone(&known.comments)),
            None => {
                let (matcher, comments) = matcher(ctx, &list, key)?;
                (Arc::new(matcher), Arc::new(comments))
            }
        };
        compiled.push(CompiledList {
            id: list.id,
            name: list.name.into(),
            category: ListCategory::from_name(&list.category).unwrap_or_default(),
            matching_attributes: list.matching_attributes,
            comments,
            matcher,
        });
    }
    Ok(WarninglistSet::new(compiled, key))
}

/// Remarks by the entry they stand on.
type Comments = HashMap<Box<str>, Box<str>>;

fn matcher(ctx: &mut Ctx<'_, '_>, list: &Warninglist, key: &HashKey) -> Result<(Matcher, Comments)> {
    let kind = ListKind::from_name(&list.kind)
        .ok_or_else(|| Error::Damaged(format!("warninglist {} has the type {:?}", list.id, list.kind)))?;
    let mut chunks: Vec<String> = Vec::new();
    entente_store::warninglist::each_chunk(ctx.tx, list.id, |chunk| {
        chunks.push(chunk.to_owned());
        Ok::<_, Error>(())
    })?;
    let entries = || {
        chunks
            .iter()
            .flat_map(|chunk| entente_store::warninglist::entries_of(chunk))
    };
    let comments = entries()
        .filter_map(|(value, comment)| {
            let comment = comment?;
            Some((
                Matcher::canonical_entry(kind, value)?.into_boxed_str(),
                comment.into(),
            ))
        })
        .collect();
    // What cannot be compiled was told when the list was imported.
    let (matcher, _) = Matcher::compile(kind, entries().map(|(value, _)| value), key);
    Ok((matcher, comments))
}

/// The hits of a value of a type on the enabled lists. For many values ask [`set`] once.
///
/// # Errors
/// Of the database.
pub fn hits(ctx: &mut Ctx<'_, '_>, type_name: &str, value: &str) -> Result<Vec<Hit>> {
    Ok(set(ctx)?.hits(type_name, value))
}

/// Refuses an attribute whose value is listed; `to_ids` does not matter. spec: 01#9.9
///
/// # Errors
/// Of the database.
pub fn enforce(ctx: &mut Ctx<'_, '_>, attribute: &Attribute) -> Result<std::result::Result<(), FieldErrors>> {
    let set = set(ctx)?;
    let kind = AttributeType::from_id(attribute.kind).map_or("", AttributeType::name);
    let value = attribute.value();
    if !set.is_hit(kind, &value) {
        return Ok(Ok(()));
    }
    let message = format!("Attribute ({value}) trips over a warninglist and enforceWarninglist is enforced.");
    Ok(Err(FieldErrors::one("warninglist", message)))
}

/// Which lists an index is asked for.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// Contained in name or description, ignoring case.
    pub text: Option<String>,
    /// Whether enabled.
    pub enabled: Option<bool>,
}

/// Lists, newest first.
///
/// # Errors
/// Of the database.
pub fn list(ctx: &mut Ctx<'_, '_>, listing: &Listing) -> Result<Vec<Warninglist>> {
    let text = listing.text.as_deref().map(entente_store::name_key);
    let mut lists = entente_store::warninglist::list(ctx.tx)?;
    lists.retain(|list| {
        listing.enabled.is_none_or(|enabled| list.enabled == enabled)
            && text.as_deref().is_none_or(|text| {
                [&list.name, &list.description]
                    .into_iter()
                    .any(|field| entente_store::name_key(field).contains(text))
            })
    });
    lists.reverse();
    Ok(lists)
}

/// A list, without its entries.
///
/// # Errors
/// `NotFound`.
pub fn view(ctx: &mut Ctx<'_, '_>, list: Option<i64>) -> Result<Warninglist> {
    let found = match list {
        Some(list) => entente_store::warninglist::find(ctx.tx, list)?,
        None => None,
    };
    found.ok_or_else(|| Error::not_found(UNKNOWN))
}

/// Hands the entries of a list to `take`, in order.
///
/// # Errors
/// Of the database or of `take`.
pub fn each_entry(
    ctx: &mut Ctx<'_, '_>,
    list: i64,
    mut take: impl FnMut(&str, Option<&str>) -> Result<()>,
) -> Result<()> {
    entente_store::warninglist::each_chunk(ctx.tx, list, |chunk| {
        entente_store::warninglist::entries_of(chunk).try_for_each(|(value, comment)| take(value, comment))
    })
}

/// Which lists to switch, and how.
#[derive(Debug, Clone, Default)]
pub struct Toggle {
    /// By id.
    pub ids: Vec<i64>,
    /// By name, ignoring case; `%` stands for any text.
    pub names: Vec<String>,
    /// To this; otherwise each to its other state.
    pub enabled: Option<bool>,
}

/// What became of the lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Toggled {
    /// How many were named.
    pub lists: usize,
    /// Their common state now; none when several went each to its other state.
    pub enabled: Option<bool>,
}

/// Switches lists; `None` when none was named.
///
/// # Errors
/// Of the database.
pub fn toggle(ctx: &mut Ctx<'_, '_>, request: &Toggle) -> Result<Option<Toggled>> {
    let patterns: Vec<crate::tag::Pattern> = request
        .names
        .iter()
        .map(|name| crate::tag::Pattern::new(name.trim()))
        .collect();
    let mut lists = entente_store::warninglist::list(ctx.tx)?;
    lists.retain(|list| {
        request.ids.contains(&list.id) || patterns.iter().any(|pattern| pattern.matches(&list.name))
    });
    if lists.is_empty() {
        return Ok(None);
    }
    let (mut on, mut off) = (Vec::new(), Vec::new());
    for list in &lists {
        let enabled = request.enabled.unwrap_or(!list.enabled);
        if enabled {
            on.push(list.id);
        } else {
            off.push(list.id);
        }
        if enabled != list.enabled {
            note(ctx, list, if enabled { "enable" } else { "disable" })?;
        }
    }
    entente_store::warninglist::set_enabled(ctx.tx, &on, true)?;
    entente_store::warninglist::set_enabled(ctx.tx, &off, false)?;
    ctx.touch_warninglists();
    let only = (lists.len() == 1).then_some(!on.is_empty());
    Ok(Some(Toggled {
        lists: lists.len(),
        enabled: request.enabled.or(only),
    }))
}

/// Whether hits are shown on a value: of those for detection always, of others when the instance wants that.
/// spec: 05#2.2
#[must_use]
pub fn shows(ctx: &Ctx<'_, '_>, to_ids: bool) -> bool {
    to_ids || ctx.settings.bool("MISP.warning_for_all")
}

fn note(ctx: &mut Ctx<'_, '_>, list: &Warninglist, action: &'static str) -> Result<()> {
    ctx.log(&Entry {
        model: "Warninglist",
        id: list.id,
        action,
        title: format!("Warninglist ({}): {}", list.id, list.name),
        ..Entry::default()
    })
}
