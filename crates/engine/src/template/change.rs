//! Templates that are written here rather than published. spec: 03#5.6, 07#3.2
//!
//! A template is a file in the published layout, so what `getRaw` answers can be changed and sent back. A
//! changed template is a new version: objects keep the one they were made by.
use super::{find, note};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use entente_indicator::{AttributeType, Category};
use entente_knowledge::template::{self, Template};
use entente_model::finding::FieldErrors;
use entente_model::id::Ref;
use entente_model::library::ObjectTemplate;
use entente_policy::Permission;
use serde_json::{Map, Value};
use uuid::Uuid;

/// Longest name and group in bytes.
const MAX_NAME: usize = 255;
/// Longest description in bytes.
const MAX_DESCRIPTION: usize = 65_535;

/// Adds a template of the caller's organisation; without a uuid it gets one, without a version it is the first.
///
/// # Errors
/// `Denied` without the right; `Invalid` when it is no template; `Fields` for what is wrong in one.
pub fn add(ctx: &mut Ctx<'_, '_>, definition: &Map<String, Value>) -> Result<i64> {
    authorise(ctx)?;
    let mut file = definition.clone();
    let uuid = match file.get("uuid").and_then(Value::as_str).map(str::trim) {
        None | Some("") => ctx.new_uuid()?,
        Some(text) => Uuid::try_parse(text)
            .map_err(|_| Error::field("uuid", "Please provide a valid RFC 9562 UUID."))?,
    };
    if entente_store::template::find(ctx.tx, Ref::Uuid(uuid))?.is_some() {
        return Err(Error::field(
            "uuid",
            "A template with this UUID exists; edit it, which makes a new version.",
        ));
    }
    file.insert("uuid".to_owned(), Value::from(uuid.to_string()));
    file.entry("version").or_insert_with(|| Value::from(1));
    let template = parsed(ctx, &file, uuid)?;
    store(ctx, &template, true, "add")
}

/// Stores what a caller changes of a template as its next version; keys that are absent keep what they say.
/// The versions before it are no longer offered.
///
/// # Errors
/// `NotFound`; `Denied` for another organisation; `Conflict` for a published template; otherwise as [`add`].
pub fn edit(ctx: &mut Ctx<'_, '_>, template: Option<Ref>, changes: &Map<String, Value>) -> Result<i64> {
    authorise(ctx)?;
    let named = own(ctx, template)?;
    let newest = find(ctx, Some(Ref::Uuid(named.uuid)))?;
    let stored = entente_store::template::definition(ctx.tx, &named.uuid.to_string())?.unwrap_or_default();
    let mut file = serde_json::from_str::<Map<String, Value>>(&stored)
        .map_err(|error| Error::Damaged(format!("template {}: {error}", newest.id)))?;
    file.insert(
        "version".to_owned(),
        Value::from(newest.version.saturating_add(1)),
    );
    for (key, value) in changes.iter().filter(|(key, _)| *key != "uuid") {
        file.insert(key.clone(), value.clone());
    }
    let template = parsed(ctx, &file, newest.uuid)?;
    if template.version <= newest.version {
        return Err(Error::field(
            "version",
            format!("The version must be above {}, which exists.", newest.version),
        ));
    }
    let versions: Vec<i64> = entente_store::template::versions(ctx.tx, newest.uuid)?
        .iter()
        .map(|version| version.id)
        .collect();
    entente_store::template::set_active(ctx.tx, &versions, false)?;
    store(ctx, &template, newest.active, "edit")
}

/// A template that the caller may change or remove: of its organisation, and not of the library.
///
/// # Errors
/// `NotFound`, `Conflict`, `Denied`.
fn own(ctx: &mut Ctx<'_, '_>, template: Option<Ref>) -> Result<ObjectTemplate> {
    let found = find(ctx, template)?;
    if found.fixed {
        return Err(Error::conflict(
            "Published templates are not edited. Add one of your own, with another UUID and name.",
        ));
    }
    removable(ctx, &found)?;
    Ok(found)
}

/// Whether the caller may remove a template: site administrators any, others those of their organisation.
///
/// # Errors
/// `Denied`.
pub(super) fn removable(ctx: &Ctx<'_, '_>, template: &ObjectTemplate) -> Result<()> {
    let own = !template.fixed && template.org == ctx.actor.org_id();
    if own || ctx.actor.is_site_admin() {
        Ok(())
    } else {
        Err(Error::denied("You are not authorised to do that."))
    }
}

fn authorise(ctx: &Ctx<'_, '_>) -> Result<()> {
    if ctx.actor.can(Permission::ObjectTemplate) {
        Ok(())
    } else {
        Err(Error::denied("You do not have permission to do that."))
    }
}

/// Reads a template strictly: what a published file would merely be warned about is refused here, where its
/// author can still mend it.
fn parsed(ctx: &mut Ctx<'_, '_>, file: &Map<String, Value>, uuid: Uuid) -> Result<Template> {
    let text = Value::Object(file.clone()).to_string();
    let (template, findings) = template::parse(text.as_bytes())
        .map_err(|error| Error::invalid(format!("This is no object template: {error}.")))?;
    let mut errors = FieldErrors::default();
    for finding in findings.iter().filter(|finding| !finding.is_unknown_key()) {
        errors.add(&finding.path, finding.message.clone());
    }
    check(&template, &mut errors);
    if entente_store::template::name_taken(ctx.tx, &template.name, uuid)? {
        errors.add("name", "Another template has this name.");
    }
    errors.into_result()?;
    Ok(template)
}

fn check(template: &Template, errors: &mut FieldErrors) {
    for (field, text, most) in [
        ("name", &template.name, MAX_NAME),
        ("meta-category", &template.meta_category, MAX_NAME),
        ("description", &template.description, MAX_DESCRIPTION),
    ] {
        if text.len() > most {
            errors.add(field, format!("At most {most} bytes."));
        }
    }
    if template.elements.is_empty() {
        errors.add("attributes", "A template needs at least one attribute.");
    }
    for element in &template.elements {
        let at = |key: &str| format!("attributes.{}.{key}", element.object_relation);
        if AttributeType::from_name(&element.attribute_type).is_none() {
            errors.add(
                &at("misp-attribute"),
                format!("There is no attribute type {}.", element.attribute_type),
            );
        }
        for category in &element.categories {
            if Category::from_name(category).is_none() {
                errors.add(&at("categories"), format!("There is no category {category}."));
            }
        }
    }
}

fn store(ctx: &mut Ctx<'_, '_>, template: &Template, active: bool, action: &'static str) -> Result<i64> {
    let mut row = crate::knowledge::template_row(template, active);
    row.template.user = ctx.actor.user_id();
    row.template.org = ctx.actor.org_id();
    row.template.fixed = false;
    let (uuid, version) = (template.uuid, template.version);
    entente_store::template::insert(ctx.tx, &[row])?;
    let stored = entente_store::template::version(ctx.tx, uuid, version)?
        .ok_or_else(|| Error::Damaged(format!("template {uuid} was not stored")))?;
    note(ctx, &stored, action)?;
    Ok(stored.id)
}
