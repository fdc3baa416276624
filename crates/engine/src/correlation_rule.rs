//! Rules that keep events from correlating with each other. spec: 05#1.7
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::{Diff, Entry};
pub use entente_store::correlation_rule::{CorrelationRule, Selector};

/// Longest name, remark or item in bytes.
const MAX_TEXT: usize = 65_535;
/// Longest list.
const MAX_LIST: usize = 10_000;
/// Most rules: every look at a correlation goes through all of them.
const MAX_RULES: usize = 1_000;

/// What a caller says; what is not said stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// What it is called.
    pub name: Option<String>,
    /// Remark.
    pub comment: Option<String>,
    /// What is compared, by name.
    pub selector: Option<String>,
    /// With what.
    pub list: Option<Vec<String>>,
}

/// All of them, by id.
///
/// # Errors
/// Of the database.
pub fn all(ctx: &mut Ctx<'_, '_>) -> Result<Vec<CorrelationRule>> {
    Ok(entente_store::correlation_rule::all(ctx.tx)?)
}

/// A rule.
///
/// # Errors
/// `NotFound`.
pub fn find(ctx: &mut Ctx<'_, '_>, id: Option<i64>) -> Result<CorrelationRule> {
    let found = match id {
        Some(id) => entente_store::correlation_rule::find(ctx.tx, id)?,
        None => None,
    };
    found.ok_or_else(|| Error::not_found("Invalid CorrelationRule."))
}

fn applied(ctx: &Ctx<'_, '_>, mut rule: CorrelationRule, draft: &Draft) -> Result<CorrelationRule> {
    if let Some(name) = &draft.name {
        name.trim().clone_into(&mut rule.name);
    }
    if let Some(comment) = &draft.comment {
        rule.comment.clone_from(comment);
    }
    if let Some(selector) = &draft.selector {
        rule.selector = Selector::parse(selector).ok_or_else(|| {
            Error::field(
                "selector_type",
                "The selector is one of orgc_id, org_id, event_id, event_info.",
            )
        })?;
    }
    if let Some(list) = &draft.list {
        rule.list = list.iter().map(|item| item.trim().to_owned()).collect();
    }
    if rule.name.is_empty() {
        return Err(Error::field("name", "Name cannot be empty."));
    }
    check_list(&rule)?;
    let is_long = |text: &String| text.len() > MAX_TEXT;
    if is_long(&rule.name) || is_long(&rule.comment) || rule.list.iter().any(is_long) {
        return Err(Error::field("name", format!("At most {MAX_TEXT} bytes each.")));
    }
    rule.timestamp = ctx.now();
    Ok(rule)
}

fn check_list(rule: &CorrelationRule) -> Result<()> {
    let wrong = |message: String| Err(Error::field("selector_list", message));
    if rule.list.is_empty() || rule.list.len() > MAX_LIST {
        return wrong(format!("Name 1 to {MAX_LIST} items."));
    }
    let fits = |item: &String| match rule.selector {
        Selector::Info => !item.trim_matches('%').is_empty(),
        _ => item.parse::<i64>().is_ok_and(|id| id > 0),
    };
    match rule.list.iter().find(|item| !fits(item)) {
        Some(item) if rule.selector == Selector::Info => wrong(format!("`{item}` would hold every event.")),
        Some(item) => wrong(format!("`{item}` is no id.")),
        None => Ok(()),
    }
}

fn log(
    ctx: &mut Ctx<'_, '_>,
    action: &'static str,
    rule: &CorrelationRule,
    change: Option<String>,
) -> Result<()> {
    ctx.log(&Entry {
        model: "CorrelationRule",
        id: rule.id,
        action,
        title: format!("CorrelationRule ({}): {}", rule.id, rule.name),
        change,
        description: None,
    })
}

/// Adds a rule.
///
/// # Errors
/// `Fields` for what does not fit; `Conflict` when there are too many.
pub fn add(ctx: &mut Ctx<'_, '_>, draft: &Draft) -> Result<i64> {
    if draft.selector.is_none() {
        return Err(Error::field("selector_type", "Say what is compared."));
    }
    if all(ctx)?.len() >= MAX_RULES {
        return Err(Error::conflict(format!("There are {MAX_RULES} rules already.")));
    }
    let blank = CorrelationRule {
        id: 0,
        uuid: ctx.new_uuid()?,
        name: String::new(),
        comment: String::new(),
        selector: Selector::Creator,
        list: Vec::new(),
        timestamp: 0,
    };
    let mut rule = applied(ctx, blank, draft)?;
    rule.id = entente_store::correlation_rule::insert(ctx.tx, &rule)?;
    log(ctx, "add", &rule, None)?;
    Ok(rule.id)
}

/// Changes a rule.
///
/// # Errors
/// `NotFound`, or `Fields` as in [`add`].
pub fn edit(ctx: &mut Ctx<'_, '_>, id: Option<i64>, draft: &Draft) -> Result<i64> {
    let before = find(ctx, id)?;
    let after = applied(ctx, before.clone(), draft)?;
    entente_store::correlation_rule::update(ctx.tx, &after)?;
    let mut diff = Diff::default();
    diff.field("name", &before.name, &after.name);
    diff.field("comment", &before.comment, &after.comment);
    diff.field("selector_type", &before.selector.name(), &after.selector.name());
    diff.field("selector_list", &before.list.join(", "), &after.list.join(", "));
    log(ctx, "edit", &after, diff.into_text())?;
    Ok(after.id)
}

/// Removes a rule.
///
/// # Errors
/// `NotFound`.
pub fn remove(ctx: &mut Ctx<'_, '_>, id: Option<i64>) -> Result<i64> {
    let rule = find(ctx, id)?;
    entente_store::correlation_rule::delete(ctx.tx, rule.id)?;
    log(ctx, "delete", &rule, None)?;
    Ok(rule.id)
}
