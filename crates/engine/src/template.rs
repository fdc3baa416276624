//! Object templates: what objects are checked against, and the list people choose from. spec: 07#3
mod change;

pub use change::{add, edit};

use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::Entry;
use entente_knowledge::template::{Requirements, Slot};
use entente_model::id::Ref;
use entente_model::library::{ObjectTemplate, TemplateElement};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

const UNKNOWN: &str = "Invalid object template.";

/// A known template, as adding an object needs it.
#[derive(Debug, Clone)]
pub struct Known {
    /// Uuid.
    pub uuid: Uuid,
    /// Version.
    pub version: i64,
    /// Name.
    pub name: String,
    /// Meta category.
    pub meta_category: String,
    /// Description.
    pub description: String,
    rules: Rules,
}

/// The rules of a stored template.
#[derive(Debug, Clone)]
struct Rules {
    template: ObjectTemplate,
    elements: Vec<TemplateElement>,
}

impl Rules {
    fn requirements(&self) -> Requirements<'_> {
        Requirements {
            required: &self.template.required,
            required_one_of: &self.template.required_one_of,
            slots: self
                .elements
                .iter()
                .map(|element| Slot {
                    object_relation: &element.object_relation,
                    attribute_type: &element.attribute_type,
                    multiple: element.multiple,
                })
                .collect(),
        }
    }
}

impl Known {
    /// Whether an object with these relations conforms.
    ///
    /// # Errors
    /// A sentence that says what breaks the template. spec: 03#5.1.2
    pub fn conforms(&self, relations: &[&str]) -> std::result::Result<(), String> {
        self.rules
            .requirements()
            .conforms(relations)
            .map_err(|breach| breach.to_string())
    }
}

fn known(ctx: &mut Ctx<'_, '_>, template: Option<ObjectTemplate>) -> Result<Option<Known>> {
    let Some(template) = template else { return Ok(None) };
    let elements = entente_store::template::elements(ctx.tx, &[template.id])?;
    Ok(Some(Known {
        uuid: template.uuid,
        version: template.version,
        name: template.name.clone(),
        meta_category: template.meta_category.clone(),
        description: template.description.clone(),
        rules: Rules { template, elements },
    }))
}

/// By id.
///
/// # Errors
/// Of the database.
pub fn by_id(ctx: &mut Ctx<'_, '_>, id: i64) -> Result<Option<Known>> {
    let template = entente_store::template::find(ctx.tx, Ref::Id(id))?;
    known(ctx, template)
}

/// By uuid and version.
///
/// # Errors
/// Of the database.
pub fn by_uuid(ctx: &mut Ctx<'_, '_>, uuid: Uuid, version: i64) -> Result<Option<Known>> {
    let template = entente_store::template::version(ctx.tx, uuid, version)?;
    known(ctx, template)
}

/// Which templates a list is asked for.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// Inactive versions too, for site administrators.
    pub inactive_too: bool,
    /// Contained in name, description, group or uuid.
    pub text: Option<String>,
}

/// Templates by id.
///
/// # Errors
/// Of the database.
pub fn list(ctx: &mut Ctx<'_, '_>, listing: &Listing) -> Result<Vec<ObjectTemplate>> {
    let inactive_too = listing.inactive_too && ctx.actor.is_site_admin();
    Ok(match &listing.text {
        Some(text) => entente_store::template::search(ctx.tx, text, inactive_too)?,
        None => entente_store::template::list(ctx.tx, inactive_too)?,
    })
}

/// A template with its elements; a uuid names the newest version.
///
/// # Errors
/// `NotFound`.
pub fn view(ctx: &mut Ctx<'_, '_>, template: Option<Ref>) -> Result<(ObjectTemplate, Vec<TemplateElement>)> {
    let template = find(ctx, template)?;
    let elements = entente_store::template::elements(ctx.tx, &[template.id])?;
    Ok((template, elements))
}

fn find(ctx: &mut Ctx<'_, '_>, template: Option<Ref>) -> Result<ObjectTemplate> {
    let found = match template {
        Some(template) => entente_store::template::find(ctx.tx, template)?,
        None => None,
    };
    found.ok_or_else(|| Error::not_found(UNKNOWN))
}

/// The published file of a template, by uuid or name.
///
/// # Errors
/// `NotFound`.
pub fn definition(ctx: &mut Ctx<'_, '_>, uuid_or_name: &str) -> Result<String> {
    entente_store::template::definition(ctx.tx, uuid_or_name)?
        .ok_or_else(|| Error::not_found("Template not found."))
}

/// Active templates that a set of attribute types, with repetitions, could fill. spec: 07#3.3
///
/// # Errors
/// Of the database.
pub fn possible(ctx: &mut Ctx<'_, '_>, types: &[String]) -> Result<Vec<ObjectTemplate>> {
    let templates = entente_store::template::list(ctx.tx, false)?;
    let ids: Vec<i64> = templates.iter().map(|template| template.id).collect();
    let mut elements: HashMap<i64, Vec<TemplateElement>> = HashMap::new();
    for element in entente_store::template::elements(ctx.tx, &ids)? {
        elements.entry(element.template).or_default().push(element);
    }
    let types: Vec<&str> = types.iter().map(String::as_str).collect();
    let fitting = templates.into_iter().filter_map(|template| {
        let elements = elements.remove(&template.id).unwrap_or_default();
        let rules = Rules { template, elements };
        let fits = rules.requirements().fits(&types);
        fits.then_some(rules.template)
    });
    Ok(fitting.collect())
}

/// The known templates among versions that objects were made by, with their elements.
///
/// # Errors
/// Of the database.
pub fn of_objects(
    ctx: &mut Ctx<'_, '_>,
    versions: &BTreeSet<(Uuid, i64)>,
) -> Result<Vec<(ObjectTemplate, Vec<TemplateElement>)>> {
    let uuids: Vec<Uuid> = versions.iter().map(|(uuid, _)| *uuid).collect();
    let mut templates = entente_store::template::by_uuids(ctx.tx, &uuids)?;
    templates.retain(|template| versions.contains(&(template.uuid, template.version)));
    let ids: Vec<i64> = templates.iter().map(|template| template.id).collect();
    let mut elements: HashMap<i64, Vec<TemplateElement>> = HashMap::new();
    for element in entente_store::template::elements(ctx.tx, &ids)? {
        elements.entry(element.template).or_default().push(element);
    }
    let with_elements = templates.into_iter().map(|template| {
        let own = elements.remove(&template.id).unwrap_or_default();
        (template, own)
    });
    Ok(with_elements.collect())
}

/// Switches a template on or off; answers whether it is on now.
///
/// # Errors
/// `NotFound`.
pub fn toggle(ctx: &mut Ctx<'_, '_>, template: Option<Ref>) -> Result<bool> {
    let template = find(ctx, template)?;
    let active = !template.active;
    entente_store::template::set_active(ctx.tx, &[template.id], active)?;
    note(ctx, &template, if active { "enable" } else { "disable" })?;
    Ok(active)
}

/// Removes a template. Objects made by it stay.
///
/// # Errors
/// `NotFound`; `Denied` for a published one or another organisation's, unless by a site administrator.
pub fn delete(ctx: &mut Ctx<'_, '_>, template: Option<Ref>) -> Result<()> {
    let template = find(ctx, template)?;
    change::removable(ctx, &template)?;
    entente_store::template::delete(ctx.tx, template.id)?;
    note(ctx, &template, "delete")
}

fn note(ctx: &mut Ctx<'_, '_>, template: &ObjectTemplate, action: &'static str) -> Result<()> {
    ctx.log(&Entry {
        model: "ObjectTemplate",
        id: template.id,
        action,
        title: format!(
            "Object template ({}): {}, version {}",
            template.id, template.name, template.version
        ),
        ..Entry::default()
    })
}
