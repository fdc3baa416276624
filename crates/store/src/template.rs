//! Object templates, their elements, and the names of references between objects. spec: 07#3
use crate::{damaged, text_list};
use entente_db::{DbError, Row, Tx, Type, Value, params};
use entente_model::id::{OrgId, Ref, UserId};
use entente_model::library::{ObjectRelationship, ObjectTemplate, TemplateElement};
use uuid::Uuid;

const COLUMNS: &str =
    "id, user_id, org_id, uuid, name, meta_category, description, version, requirements, fixed, active";

fn read(row: &Row<'_>) -> Result<ObjectTemplate, DbError> {
    let requirements: serde_json::Value =
        serde_json::from_str(row.get_str(8)?).map_err(|_| damaged(8, "requirements as JSON"))?;
    let texts = |key: &str| -> Vec<String> {
        let list = requirements.get(key).and_then(serde_json::Value::as_array);
        list.into_iter()
            .flatten()
            .filter_map(|text| text.as_str().map(str::to_owned))
            .collect()
    };
    Ok(ObjectTemplate {
        id: row.get_int(0)?,
        user: UserId(row.get_int(1)?),
        org: OrgId(row.get_int(2)?),
        uuid: row.get_uuid(3)?,
        name: row.get_string(4)?,
        meta_category: row.get_string(5)?,
        description: row.get_string(6)?,
        version: row.get_int(7)?,
        required: texts("required"),
        required_one_of: texts("requiredOneOf"),
        fixed: row.get_bool(9)?,
        active: row.get_bool(10)?,
    })
}

/// A template to add; ids of template and elements are given on insertion.
#[derive(Debug, Clone)]
pub struct NewTemplate {
    /// The row.
    pub template: ObjectTemplate,
    /// Its elements.
    pub elements: Vec<TemplateElement>,
    /// The published file.
    pub definition: String,
}

/// Adds templates with their elements. No version may exist already.
///
/// # Errors
/// `Unique` when a version exists.
pub fn insert(tx: &mut Tx<'_>, templates: &[NewTemplate]) -> Result<(), DbError> {
    let Ok(count @ 1..) = i64::try_from(templates.len()) else {
        return Ok(());
    };
    let first = tx.next_ids("object_template", count)?;
    let mut bulk = tx.bulk(
        "object_template",
        &[
            ("id", Type::Int),
            ("user_id", Type::Int),
            ("org_id", Type::Int),
            ("uuid", Type::Uuid),
            ("name", Type::Text),
            ("meta_category", Type::Text),
            ("description", Type::Text),
            ("version", Type::Int),
            ("requirements", Type::Text),
            ("fixed", Type::Bool),
            ("active", Type::Bool),
            ("definition", Type::Text),
        ],
    )?;
    for (id, new) in (first..).zip(templates) {
        let template = &new.template;
        let requirements = serde_json::json!({
            "required": template.required, "requiredOneOf": template.required_one_of,
        })
        .to_string();
        bulk.row(&[
            Value::Int(id),
            Value::Int(template.user.0),
            Value::Int(template.org.0),
            Value::Uuid(template.uuid),
            Value::Text(&template.name),
            Value::Text(&template.meta_category),
            Value::Text(&template.description),
            Value::Int(template.version),
            Value::Text(&requirements),
            Value::Bool(template.fixed),
            Value::Bool(template.active),
            Value::Text(&new.definition),
        ])?;
    }
    bulk.finish()?;
    insert_elements(tx, first, templates)
}

fn insert_elements(tx: &mut Tx<'_>, first: i64, templates: &[NewTemplate]) -> Result<(), DbError> {
    let Ok(count @ 1..) = i64::try_from(templates.iter().map(|new| new.elements.len()).sum::<usize>()) else {
        return Ok(());
    };
    let mut id = tx.next_ids("object_template_element", count)?;
    let mut bulk = tx.bulk(
        "object_template_element",
        &[
            ("id", Type::Int),
            ("object_template_id", Type::Int),
            ("object_relation", Type::Text),
            ("type", Type::Text),
            ("ui_priority", Type::Int),
            ("categories", Type::Text),
            ("sane_default", Type::Text),
            ("values_list", Type::Text),
            ("description", Type::Text),
            ("disable_correlation", Type::Bool),
            ("multiple", Type::Bool),
        ],
    )?;
    for (template, new) in (first..).zip(templates) {
        for element in &new.elements {
            bulk.row(&[
                Value::Int(id),
                Value::Int(template),
                Value::Text(&element.object_relation),
                Value::Text(&element.attribute_type),
                Value::Int(element.ui_priority),
                Value::Text(&text_list::write(&element.categories)),
                Value::Text(&text_list::write(&element.sane_default)),
                Value::Text(&text_list::write(&element.values_list)),
                Value::Text(&element.description),
                Value::Bool(element.disable_correlation),
                Value::Bool(element.multiple),
            ])?;
            id += 1;
        }
    }
    bulk.finish()?;
    Ok(())
}

/// All templates by id, or only the active ones.
///
/// # Errors
/// Of the database.
pub fn list(tx: &mut Tx<'_>, inactive_too: bool) -> Result<Vec<ObjectTemplate>, DbError> {
    let condition = if inactive_too { "" } else { " WHERE active = TRUE" };
    tx.all(
        &format!("SELECT {COLUMNS} FROM object_template{condition} ORDER BY id"),
        params![],
        read,
    )
}

/// Active templates that contain a text in name, description, group or uuid, by id.
///
/// # Errors
/// Of the database.
pub fn search(tx: &mut Tx<'_>, text: &str, inactive_too: bool) -> Result<Vec<ObjectTemplate>, DbError> {
    let condition = if inactive_too { "" } else { " AND active = TRUE" };
    let uuid = Uuid::try_parse(text.trim()).unwrap_or_default();
    tx.all(
        &format!(
            "SELECT {COLUMNS} FROM object_template WHERE (name @ilike@ $1 ESCAPE '!' \
             OR description @ilike@ $1 ESCAPE '!' OR meta_category @ilike@ $1 ESCAPE '!' OR uuid = $2){condition} \
             ORDER BY id"
        ),
        params![&text_list::containing(text), uuid],
        read,
    )
}

/// A template by id, or the newest version by uuid.
///
/// # Errors
/// Of the database.
pub fn find(tx: &mut Tx<'_>, template: Ref) -> Result<Option<ObjectTemplate>, DbError> {
    match template {
        Ref::Id(id) => tx.first(
            &format!("SELECT {COLUMNS} FROM object_template WHERE id = $1"),
            params![id],
            read,
        ),
        Ref::Uuid(uuid) => tx.first(
            &format!("SELECT {COLUMNS} FROM object_template WHERE uuid = $1 ORDER BY version DESC LIMIT 1"),
            params![uuid],
            read,
        ),
    }
}

/// A version of a template.
///
/// # Errors
/// Of the database.
pub fn version(tx: &mut Tx<'_>, uuid: Uuid, version: i64) -> Result<Option<ObjectTemplate>, DbError> {
    tx.first(
        &format!("SELECT {COLUMNS} FROM object_template WHERE uuid = $1 AND version = $2"),
        params![uuid, version],
        read,
    )
}

/// All versions of a template, the oldest first.
///
/// # Errors
/// Of the database.
pub fn versions(tx: &mut Tx<'_>, uuid: Uuid) -> Result<Vec<ObjectTemplate>, DbError> {
    tx.all(
        &format!("SELECT {COLUMNS} FROM object_template WHERE uuid = $1 ORDER BY version"),
        params![uuid],
        read,
    )
}

/// All versions of templates, by id.
///
/// # Errors
/// Of the database.
pub fn by_uuids(tx: &mut Tx<'_>, uuids: &[Uuid]) -> Result<Vec<ObjectTemplate>, DbError> {
    tx.all(
        &format!("SELECT {COLUMNS} FROM object_template WHERE uuid = ANY($1) ORDER BY id"),
        params![uuids],
        read,
    )
}

/// Whether a template with another uuid has this name.
///
/// # Errors
/// Of the database.
pub fn name_taken(tx: &mut Tx<'_>, name: &str, uuid: Uuid) -> Result<bool, DbError> {
    let found = tx.first(
        "SELECT id FROM object_template WHERE name = $1 AND uuid <> $2 LIMIT 1",
        params![name, uuid],
        |row| row.get_int(0),
    )?;
    Ok(found.is_some())
}

/// Elements of templates, by template and id.
///
/// # Errors
/// Of the database.
pub fn elements(tx: &mut Tx<'_>, templates: &[i64]) -> Result<Vec<TemplateElement>, DbError> {
    tx.all(
        "SELECT id, object_template_id, object_relation, type, ui_priority, categories, sane_default, values_list, \
         description, disable_correlation, multiple FROM object_template_element WHERE object_template_id = ANY($1) \
         ORDER BY object_template_id, id",
        params![templates],
        |row| {
            Ok(TemplateElement {
                id: row.get_int(0)?,
                template: row.get_int(1)?,
                object_relation: row.get_string(2)?,
                attribute_type: row.get_string(3)?,
                ui_priority: row.get_int(4)?,
                categories: text_list::read(row, 5)?,
                sane_default: text_list::read(row, 6)?,
                values_list: text_list::read(row, 7)?,
                description: row.get_string(8)?,
                disable_correlation: row.get_bool(9)?,
                multiple: row.get_bool(10)?,
            })
        },
    )
}

/// The published file of a template: by uuid or by name, of the newest version.
///
/// # Errors
/// Of the database.
pub fn definition(tx: &mut Tx<'_>, uuid_or_name: &str) -> Result<Option<String>, DbError> {
    let uuid = Uuid::try_parse(uuid_or_name.trim()).unwrap_or_default();
    tx.first(
        "SELECT definition FROM object_template WHERE uuid = $1 OR name = $2 ORDER BY active DESC, version DESC LIMIT 1",
        params![uuid, uuid_or_name],
        |row| row.get_string(0),
    )
}

/// Sets whether templates are offered.
///
/// # Errors
/// Of the database.
pub fn set_active(tx: &mut Tx<'_>, templates: &[i64], active: bool) -> Result<(), DbError> {
    if !templates.is_empty() {
        tx.execute(
            "UPDATE object_template SET active = $2 WHERE id = ANY($1)",
            params![templates, active],
        )?;
    }
    Ok(())
}

/// Removes a template with its elements.
///
/// # Errors
/// Of the database.
pub fn delete(tx: &mut Tx<'_>, template: i64) -> Result<(), DbError> {
    tx.execute("DELETE FROM object_template WHERE id = $1", params![template])?;
    Ok(())
}

/// Published names for references, by name.
///
/// # Errors
/// Of the database.
pub fn relationships(tx: &mut Tx<'_>) -> Result<Vec<ObjectRelationship>, DbError> {
    tx.all(
        "SELECT version, name, description, format FROM object_relationship ORDER BY name",
        params![],
        |row| {
            Ok(ObjectRelationship {
                version: row.get_int(0)?,
                name: row.get_string(1)?,
                description: row.get_string(2)?,
                format: text_list::read(row, 3)?,
            })
        },
    )
}

/// Adds or replaces a published name.
///
/// # Errors
/// Of the database.
pub fn put_relationship(tx: &mut Tx<'_>, relationship: &ObjectRelationship) -> Result<(), DbError> {
    let id = tx.next_ids("object_relationship", 1)?;
    tx.execute(
        "INSERT INTO object_relationship (id, version, name, description, format) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (name) DO UPDATE SET version = excluded.version, description = excluded.description, \
         format = excluded.format",
        params![
            id,
            relationship.version,
            &relationship.name,
            &relationship.description,
            &text_list::write(&relationship.format)
        ],
    )?;
    Ok(())
}
