//! Rules of this instance about values: how they are rewritten on their way in, and which leave in no export.
//! spec: 08#16, 01#9 step 5
//!
//! The import rules that come with the program are in force until an administrator changes any; from then on the
//! list is the instance's own.
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::{Diff, Entry};
use entente_db::Tx;
use entente_indicator::{AllowedValues, AttributeType, ImportRule, ImportRules};
use entente_model::attribute::Attribute;
use entente_model::finding::FieldErrors;
use entente_policy::Permission;
pub use entente_store::value_rule::{AllowedRow, RuleRow};
use std::sync::Arc;

/// The fact that the list of import rules is the instance's own.
const OWN: &str = "import_rules_own";
/// Longest pattern and replacement in bytes.
const MAX_TEXT: usize = 1_000;
/// Most rules, and most patterns: they are compiled into one.
const MAX_ROWS: usize = 2_000;

fn rule(row: &RuleRow) -> ImportRule {
    ImportRule {
        pattern: row.pattern.clone(),
        replacement: row.replacement.clone(),
        ty: AttributeType::from_name(&row.kind),
    }
}

/// The import rules in force, as administrators see them.
fn rows(tx: &mut Tx<'_>) -> Result<Vec<RuleRow>> {
    if entente_store::meta::get(tx, OWN)?.is_some() {
        return Ok(entente_store::value_rule::rules(tx)?);
    }
    let shipped = ImportRules::shipped_list();
    let row = |(id, rule): (i64, ImportRule)| RuleRow {
        id,
        pattern: rule.pattern,
        replacement: rule.replacement,
        kind: rule.ty.map_or("", AttributeType::name).to_owned(),
    };
    Ok((1..).zip(shipped).map(row).collect())
}

/// The import rules in force, compiled.
pub(crate) fn import_rules(tx: &mut Tx<'_>) -> Result<Arc<ImportRules>> {
    if entente_store::meta::get(tx, OWN)?.is_none() {
        return Ok(Arc::new(ImportRules::shipped().clone()));
    }
    let rules: Vec<ImportRule> = entente_store::value_rule::rules(tx)?.iter().map(rule).collect();
    // They were compiled before they were stored.
    let rules = ImportRules::new(&rules).map_err(|error| Error::Damaged(error.to_string()))?;
    Ok(Arc::new(rules))
}

/// The values that leave in no export, compiled.
pub(crate) fn allowed_values(tx: &mut Tx<'_>) -> Result<Arc<AllowedValues>> {
    let rows = entente_store::value_rule::allowed(tx)?;
    let patterns: Vec<&str> = rows.iter().map(|row| row.pattern.as_str()).collect();
    let compiled = AllowedValues::new(&patterns).map_err(|error| Error::Damaged(error.to_string()))?;
    Ok(Arc::new(compiled))
}

/// Whether an attribute leaves this instance in no export.
#[must_use]
pub fn stays(allowed: &AllowedValues, attribute: &Attribute) -> bool {
    !allowed.is_empty() && allowed.hold(&attribute.value())
}

fn authorise(ctx: &Ctx<'_, '_>) -> Result<()> {
    if ctx.actor.can(Permission::RegexpAccess) {
        Ok(())
    } else {
        Err(Error::denied("You do not have permission to do that."))
    }
}

/// Import rules in their order.
///
/// # Errors
/// Of the database.
pub fn list(ctx: &mut Ctx<'_, '_>) -> Result<Vec<RuleRow>> {
    rows(ctx.tx)
}

/// What a caller says about an import rule.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RuleDraft {
    /// A delimited regular expression.
    pub pattern: Option<String>,
    /// What a match becomes; empty refuses the value.
    pub replacement: Option<String>,
    /// Name of the type it is for; empty or `ALL` = all.
    pub kind: Option<String>,
}

/// Makes the list the instance's own: until then it is the one that comes with the program.
fn own(ctx: &mut Ctx<'_, '_>) -> Result<()> {
    if entente_store::meta::get(ctx.tx, OWN)?.is_some() {
        return Ok(());
    }
    let shipped = rows(ctx.tx)?;
    entente_store::value_rule::begin_rules(ctx.tx, &shipped)?;
    entente_store::meta::get_or_insert(ctx.tx, OWN, "1")?;
    Ok(())
}

fn find(ctx: &mut Ctx<'_, '_>, id: Option<i64>) -> Result<RuleRow> {
    let rows = entente_store::value_rule::rules(ctx.tx)?;
    rows.into_iter()
        .find(|row| Some(row.id) == id)
        .ok_or_else(|| Error::not_found("Invalid Regexp."))
}

/// Adds an import rule behind the others.
///
/// # Errors
/// `Denied`, `Fields`.
pub fn add(ctx: &mut Ctx<'_, '_>, draft: &RuleDraft) -> Result<RuleRow> {
    authorise(ctx)?;
    own(ctx)?;
    let blank = RuleRow {
        id: 0,
        pattern: String::new(),
        replacement: String::new(),
        kind: String::new(),
    };
    let mut row = applied(&blank, draft)?;
    let mut all = entente_store::value_rule::rules(ctx.tx)?;
    all.push(row.clone());
    compile(&all)?;
    row.id = entente_store::value_rule::insert_rule(ctx.tx, &row)?;
    note(ctx, "Regexp", "add", row.id, &row.pattern, None)?;
    Ok(row)
}

/// Changes an import rule.
///
/// # Errors
/// `NotFound`, `Denied`, `Fields`.
pub fn edit(ctx: &mut Ctx<'_, '_>, id: Option<i64>, draft: &RuleDraft) -> Result<RuleRow> {
    authorise(ctx)?;
    own(ctx)?;
    let before = find(ctx, id)?;
    let after = applied(&before, draft)?;
    let mut all = entente_store::value_rule::rules(ctx.tx)?;
    for row in &mut all {
        if row.id == after.id {
            row.clone_from(&after);
        }
    }
    compile(&all)?;
    entente_store::value_rule::update_rule(ctx.tx, &after)?;
    let mut diff = Diff::default();
    diff.field("regexp", &before.pattern, &after.pattern);
    diff.field("replacement", &before.replacement, &after.replacement);
    diff.field("type", &before.kind, &after.kind);
    note(ctx, "Regexp", "edit", after.id, &after.pattern, diff.into_text())?;
    Ok(after)
}

/// Removes an import rule.
///
/// # Errors
/// `NotFound`, `Denied`.
pub fn remove(ctx: &mut Ctx<'_, '_>, id: Option<i64>) -> Result<RuleRow> {
    authorise(ctx)?;
    own(ctx)?;
    let row = find(ctx, id)?;
    entente_store::value_rule::delete_rule(ctx.tx, row.id)?;
    note(ctx, "Regexp", "delete", row.id, &row.pattern, None)?;
    Ok(row)
}

fn applied(before: &RuleRow, draft: &RuleDraft) -> Result<RuleRow> {
    let mut errors = FieldErrors::default();
    let after = RuleRow {
        id: before.id,
        pattern: draft.pattern.clone().unwrap_or_else(|| before.pattern.clone()),
        replacement: draft
            .replacement
            .clone()
            .unwrap_or_else(|| before.replacement.clone()),
        kind: match draft.kind.as_deref().map(str::trim) {
            None => before.kind.clone(),
            Some(all) if all.eq_ignore_ascii_case("all") => String::new(),
            Some(kind) => kind.to_owned(),
        },
    };
    if !after.kind.is_empty() && AttributeType::from_name(&after.kind).is_none() {
        errors.add("type", format!("There is no attribute type {}.", after.kind));
    }
    for (field, text) in [("regexp", &after.pattern), ("replacement", &after.replacement)] {
        if text.len() > MAX_TEXT {
            errors.add(field, format!("At most {MAX_TEXT} bytes."));
        }
    }
    if let Err(error) = ImportRules::new(&[rule(&after)]) {
        errors.add("regexp", error.to_string());
    }
    errors.into_result()?;
    Ok(after)
}

/// Refuses rules that are too much together.
fn compile(rows: &[RuleRow]) -> Result<()> {
    let rules: Vec<ImportRule> = rows.iter().map(rule).collect();
    let refused = |why: String| Error::field("regexp", why);
    if rules.len() > MAX_ROWS {
        return Err(refused(format!("At most {MAX_ROWS} rules.")));
    }
    ImportRules::new(&rules).map_err(|error| refused(error.to_string()))?;
    Ok(())
}

/// Patterns of values that are not exported, by id.
///
/// # Errors
/// Of the database.
pub fn list_allowed(ctx: &mut Ctx<'_, '_>) -> Result<Vec<AllowedRow>> {
    Ok(entente_store::value_rule::allowed(ctx.tx)?)
}

fn checked(ctx: &mut Ctx<'_, '_>, row: &AllowedRow) -> Result<()> {
    let mut all = entente_store::value_rule::allowed(ctx.tx)?;
    if all
        .iter()
        .any(|other| other.id != row.id && other.pattern == row.pattern)
    {
        return Err(Error::field("name", "This pattern is in the list already."));
    }
    all.retain(|other| other.id != row.id);
    if row.pattern.len() > MAX_TEXT || all.len() >= MAX_ROWS {
        return Err(Error::field(
            "name",
            format!("At most {MAX_TEXT} bytes, and at most {MAX_ROWS} patterns."),
        ));
    }
    let mut patterns: Vec<&str> = all.iter().map(|other| other.pattern.as_str()).collect();
    patterns.push(&row.pattern);
    AllowedValues::new(&patterns).map_err(|error| Error::field("name", error.to_string()))?;
    Ok(())
}

/// Adds a pattern.
///
/// # Errors
/// `Denied`, `Fields`.
pub fn add_allowed(ctx: &mut Ctx<'_, '_>, pattern: &str) -> Result<AllowedRow> {
    authorise(ctx)?;
    let mut row = AllowedRow {
        id: 0,
        pattern: pattern.trim().to_owned(),
    };
    checked(ctx, &row)?;
    row.id = entente_store::value_rule::insert_allowed(ctx.tx, &row.pattern)?;
    note(ctx, "Allowedlist", "add", row.id, &row.pattern, None)?;
    Ok(row)
}

fn find_allowed(ctx: &mut Ctx<'_, '_>, id: Option<i64>) -> Result<AllowedRow> {
    let rows = entente_store::value_rule::allowed(ctx.tx)?;
    rows.into_iter()
        .find(|row| Some(row.id) == id)
        .ok_or_else(|| Error::not_found("Invalid Allowedlist."))
}

/// Changes a pattern.
///
/// # Errors
/// `NotFound`, `Denied`, `Fields`.
pub fn edit_allowed(ctx: &mut Ctx<'_, '_>, id: Option<i64>, pattern: &str) -> Result<AllowedRow> {
    authorise(ctx)?;
    let before = find_allowed(ctx, id)?;
    let after = AllowedRow {
        id: before.id,
        pattern: pattern.trim().to_owned(),
    };
    checked(ctx, &after)?;
    entente_store::value_rule::update_allowed(ctx.tx, &after)?;
    let mut diff = Diff::default();
    diff.field("name", &before.pattern, &after.pattern);
    note(
        ctx,
        "Allowedlist",
        "edit",
        after.id,
        &after.pattern,
        diff.into_text(),
    )?;
    Ok(after)
}

/// Removes a pattern.
///
/// # Errors
/// `NotFound`, `Denied`.
pub fn remove_allowed(ctx: &mut Ctx<'_, '_>, id: Option<i64>) -> Result<AllowedRow> {
    authorise(ctx)?;
    let row = find_allowed(ctx, id)?;
    entente_store::value_rule::delete_allowed(ctx.tx, row.id)?;
    note(ctx, "Allowedlist", "delete", row.id, &row.pattern, None)?;
    Ok(row)
}

fn note(
    ctx: &mut Ctx<'_, '_>,
    model: &'static str,
    action: &'static str,
    id: i64,
    pattern: &str,
    change: Option<String>,
) -> Result<()> {
    ctx.touch_value_rules();
    ctx.log(&Entry {
        model,
        id,
        action,
        title: format!("{model} ({id}): {pattern}"),
        change,
        ..Entry::default()
    })
}
