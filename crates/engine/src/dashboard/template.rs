//! Templates of dashboards: which widgets stand where, for others to take. spec: 08#9
use super::{checked, own};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::Entry;
use entente_model::draft::Given;
use entente_model::id::Ref;
use entente_policy::Permission;
pub use entente_store::dashboard::Template;
use serde_json::Value;

/// Longest name in bytes.
const MAX_NAME: usize = 255;
/// Longest description and list of widgets in bytes.
const MAX_TEXT: usize = 65_535;

/// What a caller says about a template.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Draft {
    /// What it is called.
    pub name: Option<String>,
    /// In words.
    pub description: Option<String>,
    /// Whoever has no dashboard sees it; for site administrators to say.
    pub default: Given<bool>,
    /// Others may take it; for site administrators to say.
    pub selectable: Given<bool>,
    /// Only for this organisation; 0 for all.
    pub org: Given<i64>,
    /// Only for this role; 0 for all.
    pub role: Given<i64>,
    /// Only for roles with this permission; empty for all.
    pub permission: Option<String>,
    /// The widgets; the caller's dashboard when absent.
    pub value: Option<Value>,
}

fn offered(ctx: &Ctx<'_, '_>, template: &Template) -> bool {
    if ctx.actor.is_site_admin() || template.user == ctx.actor.user_id() {
        return true;
    }
    let permission = template.permission.as_str();
    template.selectable
        && (template.org.is_none() || template.org == ctx.actor.org_id())
        && (template.role == 0 || template.role == ctx.actor.role.id.0)
        && (permission.is_empty()
            || Permission::from_name(permission).is_some_and(|flag| ctx.actor.can(flag)))
}

/// Templates that the caller may take, by id.
///
/// # Errors
/// Of the database.
pub fn list(ctx: &mut Ctx<'_, '_>) -> Result<Vec<Template>> {
    let mut templates = entente_store::dashboard::templates(ctx.tx)?;
    templates.retain(|template| offered(ctx, template));
    Ok(templates)
}

fn find(ctx: &mut Ctx<'_, '_>, template: Ref) -> Result<Template> {
    let found = list(ctx)?.into_iter().find(|row| match template {
        Ref::Id(id) => row.id == id,
        Ref::Uuid(uuid) => row.uuid == uuid,
    });
    found.ok_or_else(|| Error::not_found("Invalid dashboard template."))
}

fn changeable(ctx: &mut Ctx<'_, '_>, template: Ref) -> Result<Template> {
    let template = find(ctx, template)?;
    if template.user == ctx.actor.user_id() || ctx.actor.is_site_admin() {
        Ok(template)
    } else {
        Err(Error::denied("You are not authorised to do that."))
    }
}

/// Keeps widgets as a template, a new one or one that is there; answers its id.
///
/// # Errors
/// `Denied` with a read-only key, or for another user's template; `NotFound`; `Fields`.
pub fn save(ctx: &mut Ctx<'_, '_>, template: Option<Ref>, draft: &Draft) -> Result<i64> {
    ctx.require_writing_key()?;
    let before = match template {
        Some(template) => Some(changeable(ctx, template)?),
        None => None,
    };
    let is_new = before.is_none();
    let mut row = match before {
        Some(row) => row,
        None => Template {
            id: 0,
            uuid: ctx.new_uuid()?,
            name: String::new(),
            description: String::new(),
            default: false,
            selectable: false,
            user: ctx.actor.user_id(),
            org: entente_model::id::OrgId::NONE,
            role: 0,
            permission: String::new(),
            value: own(ctx)?.to_string(),
            timestamp: ctx.now(),
        },
    };
    apply(ctx, &mut row, draft)?;
    row.timestamp = ctx.now();
    if is_new {
        row.id = entente_store::dashboard::insert(ctx.tx, &row)?;
    } else {
        entente_store::dashboard::update(ctx.tx, &row)?;
    }
    note(ctx, if is_new { "add" } else { "edit" }, &row)?;
    Ok(row.id)
}

fn apply(ctx: &Ctx<'_, '_>, row: &mut Template, draft: &Draft) -> Result<()> {
    if let Some(name) = &draft.name {
        name.trim().clone_into(&mut row.name);
    }
    if row.name.is_empty() || row.name.len() > MAX_NAME {
        return Err(Error::field(
            "name",
            format!("A name of 1 to {MAX_NAME} bytes is needed."),
        ));
    }
    if let Some(description) = &draft.description {
        row.description.clone_from(description);
    }
    if let Some(value) = &draft.value {
        row.value = checked(value)?.to_string();
    }
    if row.description.len() > MAX_TEXT || row.value.len() > MAX_TEXT {
        return Err(Error::field("value", format!("At most {MAX_TEXT} bytes.")));
    }
    // What others see by it is for administrators to say.
    if ctx.actor.is_site_admin() {
        row.default = draft.default.clone().or(row.default);
        row.selectable = draft.selectable.clone().or(row.selectable);
        row.org = entente_model::id::OrgId(draft.org.clone().or(row.org.0));
        row.role = draft.role.clone().or(row.role);
        if let Some(permission) = &draft.permission {
            permission.trim().clone_into(&mut row.permission);
        }
        if !row.permission.is_empty() && Permission::from_name(&row.permission).is_none() {
            return Err(Error::field(
                "restrict_to_permission_flag",
                format!("There is no permission {}.", row.permission),
            ));
        }
    }
    Ok(())
}

/// Removes a template.
///
/// # Errors
/// `Denied` with a read-only key, or for another user's template; `NotFound`.
pub fn delete(ctx: &mut Ctx<'_, '_>, template: Option<Ref>) -> Result<i64> {
    ctx.require_writing_key()?;
    let template = template.ok_or_else(|| Error::not_found("Invalid dashboard template."))?;
    let row = changeable(ctx, template)?;
    entente_store::dashboard::delete(ctx.tx, row.id)?;
    note(ctx, "delete", &row)?;
    Ok(row.id)
}

fn note(ctx: &mut Ctx<'_, '_>, action: &'static str, row: &Template) -> Result<()> {
    ctx.log(&Entry {
        model: "Dashboard",
        id: row.id,
        action,
        title: format!("Dashboard template ({}): {}", row.id, row.name),
        ..Entry::default()
    })
}
