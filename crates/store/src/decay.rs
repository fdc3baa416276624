//! Decaying models. spec: 05#5
use crate::text_list;
use entente_db::{DbError, Row, Tx, params};
use entente_model::id::OrgId;
use entente_model::library::DecayingModel;
use uuid::Uuid;

const COLUMNS: &str = "id, uuid, name, description, org_id, parameters, attribute_types, formula, version, ref, \
    enabled, all_orgs, is_default";

fn read(row: &Row<'_>) -> Result<DecayingModel, DbError> {
    Ok(DecayingModel {
        id: row.get_int(0)?,
        uuid: row.get_uuid(1)?,
        name: row.get_string(2)?,
        description: row.get_string(3)?,
        org: OrgId(row.get_int(4)?),
        parameters: row.get_string(5)?,
        attribute_types: text_list::read(row, 6)?,
        formula: row.get_string(7)?,
        version: row.get_string(8)?,
        references: text_list::read(row, 9)?,
        enabled: row.get_bool(10)?,
        all_orgs: row.get_bool(11)?,
        default: row.get_bool(12)?,
    })
}

/// All models, by id.
///
/// # Errors
/// Of the database.
pub fn list(tx: &mut Tx<'_>) -> Result<Vec<DecayingModel>, DbError> {
    tx.all(
        &format!("SELECT {COLUMNS} FROM decaying_model ORDER BY id"),
        params![],
        read,
    )
}

/// A model by id.
///
/// # Errors
/// Of the database.
pub fn find(tx: &mut Tx<'_>, model: i64) -> Result<Option<DecayingModel>, DbError> {
    tx.first(
        &format!("SELECT {COLUMNS} FROM decaying_model WHERE id = $1"),
        params![model],
        read,
    )
}

/// A model by uuid.
///
/// # Errors
/// Of the database.
pub fn by_uuid(tx: &mut Tx<'_>, uuid: Uuid) -> Result<Option<DecayingModel>, DbError> {
    tx.first(
        &format!("SELECT {COLUMNS} FROM decaying_model WHERE uuid = $1"),
        params![uuid],
        read,
    )
}

/// Adds a model, or replaces all but owner and switches of the one with its uuid.
///
/// # Errors
/// Of the database.
pub fn put(tx: &mut Tx<'_>, model: &DecayingModel) -> Result<(), DbError> {
    match by_uuid(tx, model.uuid)? {
        Some(stored) => update(
            tx,
            &DecayingModel {
                id: stored.id,
                enabled: stored.enabled,
                all_orgs: stored.all_orgs,
                ..model.clone()
            },
        ),
        None => insert(tx, model).map(|_| ()),
    }
}

/// Adds a model; answers its id.
///
/// # Errors
/// `Unique` when the uuid exists.
pub fn insert(tx: &mut Tx<'_>, model: &DecayingModel) -> Result<i64, DbError> {
    let id = tx.next_ids("decaying_model", 1)?;
    tx.execute(
        "INSERT INTO decaying_model (id, uuid, name, description, org_id, parameters, attribute_types, formula, \
         version, ref, enabled, all_orgs, is_default) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        params![
            id,
            model.uuid,
            &model.name,
            &model.description,
            model.org.0,
            &model.parameters,
            &text_list::write(&model.attribute_types),
            &model.formula,
            &model.version,
            &text_list::write(&model.references),
            model.enabled,
            model.all_orgs,
            model.default
        ],
    )?;
    Ok(id)
}

/// Replaces everything of a model but its identity and owner.
///
/// # Errors
/// Of the database.
pub fn update(tx: &mut Tx<'_>, model: &DecayingModel) -> Result<(), DbError> {
    tx.execute(
        "UPDATE decaying_model SET name = $2, description = $3, parameters = $4, attribute_types = $5, formula = $6, \
         version = $7, ref = $8, enabled = $9, all_orgs = $10 WHERE id = $1",
        params![
            model.id,
            &model.name,
            &model.description,
            &model.parameters,
            &text_list::write(&model.attribute_types),
            &model.formula,
            &model.version,
            &text_list::write(&model.references),
            model.enabled,
            model.all_orgs
        ],
    )?;
    Ok(())
}

/// Removes a model.
///
/// # Errors
/// Of the database.
pub fn delete(tx: &mut Tx<'_>, model: i64) -> Result<(), DbError> {
    tx.execute("DELETE FROM decaying_model WHERE id = $1", params![model])?;
    Ok(())
}

/// Enables or disables a model.
///
/// # Errors
/// Of the database.
pub fn set_enabled(tx: &mut Tx<'_>, model: i64, enabled: bool) -> Result<(), DbError> {
    tx.execute(
        "UPDATE decaying_model SET enabled = $2 WHERE id = $1",
        params![model, enabled],
    )?;
    Ok(())
}
