//! Models made here: adding, changing, importing, removing. spec: 05#5.1, 05#5.4
use super::{editable, view};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::journal::{Diff, Entry};
use entente_indicator::AttributeType;
use entente_knowledge::decay::{Formula, Parameters};
use entente_knowledge::finding::Finding;
use entente_model::finding::FieldErrors;
use entente_model::library::DecayingModel;
use serde_json::{Map, Value};
use uuid::Uuid;

/// Longest name in bytes.
const MAX_NAME: usize = 255;
/// Longest description, and most bytes of all numbers together.
const MAX_TEXT: usize = 65_535;
/// Most types or addresses of literature.
const MAX_ITEMS: usize = 1_000;
/// The numbers that every model has.
const REQUIRED: [&str; 4] = ["lifetime", "decay_speed", "threshold", "default_base_score"];

/// What a caller says about a model; what is absent stays or gets the default.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Draft {
    /// Identity, only when it is made.
    pub uuid: Option<Uuid>,
    /// Its name.
    pub name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// How the score is computed.
    pub formula: Option<String>,
    /// The numbers of the formula.
    pub parameters: Option<Map<String, Value>>,
    /// Names of the attribute types it is for.
    pub attribute_types: Option<Vec<String>>,
    /// Addresses of literature.
    pub references: Option<Vec<String>>,
    /// Scores are shown.
    pub enabled: Option<bool>,
    /// Other organisations may use it.
    pub all_orgs: Option<bool>,
}

/// Adds a model of the caller's organisation.
///
/// # Errors
/// `Fields`; `Conflict` when the uuid is taken.
pub fn add(ctx: &mut Ctx<'_, '_>, draft: &Draft) -> Result<i64> {
    let uuid = match draft.uuid {
        Some(uuid) if entente_store::decay::by_uuid(ctx.tx, uuid)?.is_some() => {
            return Err(Error::conflict("A decaying model with this uuid exists already."));
        }
        Some(uuid) => uuid,
        None => ctx.new_uuid()?,
    };
    let blank = DecayingModel {
        id: 0,
        uuid,
        name: String::new(),
        description: String::new(),
        org: ctx.actor.org_id(),
        parameters: String::new(),
        attribute_types: Vec::new(),
        formula: Formula::default().as_str().to_owned(),
        version: "1".to_owned(),
        references: Vec::new(),
        enabled: false,
        all_orgs: true,
        default: false,
    };
    let mut model = applied(&blank, draft)?;
    model.id = entente_store::decay::insert(ctx.tx, &model)?;
    note(ctx, &model, "add", None)?;
    Ok(model.id)
}

/// Changes a model. Of those that came with the library only the two switches.
///
/// # Errors
/// `NotFound`; `Denied` without the right to change it; `Fields`.
pub fn edit(ctx: &mut Ctx<'_, '_>, model: Option<i64>, draft: &Draft) -> Result<i64> {
    let before = changeable(ctx, model)?;
    let mut after = applied(&before, draft)?;
    if after == before {
        return Ok(before.id);
    }
    let switched = DecayingModel {
        enabled: after.enabled,
        all_orgs: after.all_orgs,
        ..before.clone()
    };
    if after != switched {
        if before.default {
            return Err(Error::denied(
                "Of a model of the library only enabled and all_orgs can be changed; import a copy to change more.",
            ));
        }
        // whoever fetches the model sees that it is another one now
        let version = before.version.parse::<u64>().unwrap_or_default();
        after.version = version.saturating_add(1).to_string();
    }
    entente_store::decay::update(ctx.tx, &after)?;
    let mut diff = Diff::default();
    diff.field("name", &before.name, &after.name);
    diff.field("formula", &before.formula, &after.formula);
    diff.field("parameters", &before.parameters, &after.parameters);
    diff.field("enabled", &before.enabled, &after.enabled);
    diff.field("all_orgs", &before.all_orgs, &after.all_orgs);
    note(ctx, &after, "edit", diff.into_text())?;
    Ok(after.id)
}

/// Removes a model.
///
/// # Errors
/// `NotFound`; `Denied` without the right to change it.
pub fn remove(ctx: &mut Ctx<'_, '_>, model: Option<i64>) -> Result<i64> {
    let model = changeable(ctx, model)?;
    entente_store::decay::delete(ctx.tx, model.id)?;
    note(ctx, &model, "delete", None)?;
    Ok(model.id)
}

pub(super) fn changeable(ctx: &mut Ctx<'_, '_>, model: Option<i64>) -> Result<DecayingModel> {
    let model = view(ctx, model)?;
    if editable(ctx, &model) {
        Ok(model)
    } else {
        Err(Error::denied("You are not authorised to edit this model."))
    }
}

fn applied(before: &DecayingModel, draft: &Draft) -> Result<DecayingModel> {
    let mut errors = FieldErrors::default();
    let mut after = before.clone();
    if let Some(name) = &draft.name {
        name.trim().clone_into(&mut after.name);
    }
    if after.name.is_empty() || after.name.len() > MAX_NAME {
        errors.add("name", format!("A name of at most {MAX_NAME} bytes is required."));
    }
    if let Some(description) = &draft.description {
        after.description.clone_from(description);
        if description.len() > MAX_TEXT {
            errors.add("description", format!("At most {MAX_TEXT} bytes."));
        }
    }
    if let Some(formula) = &draft.formula {
        match Formula::from_name(formula.trim()) {
            Some(formula) => formula.as_str().clone_into(&mut after.formula),
            None => errors.add("formula", "One of Polynomial, PolynomialExtended and Sightings."),
        }
    }
    match &draft.parameters {
        Some(given) => after.parameters = parameters(given, &mut errors),
        None if before.parameters.is_empty() => errors.add("parameters", missing(&REQUIRED)),
        None => {}
    }
    if let Some(types) = &draft.attribute_types {
        after.attribute_types = known_types(types, &mut errors);
    }
    if let Some(references) = &draft.references {
        after.references.clone_from(references);
        if references.len() > MAX_ITEMS || references.iter().any(|address| address.len() > MAX_TEXT) {
            errors.add("ref", format!("At most {MAX_ITEMS} addresses."));
        }
    }
    after.enabled = draft.enabled.unwrap_or(after.enabled);
    after.all_orgs = draft.all_orgs.unwrap_or(after.all_orgs);
    errors.into_result()?;
    Ok(after)
}

fn missing(names: &[&str]) -> String {
    format!("Give {} as numbers.", names.join(", "))
}

/// The numbers in the form they are stored in.
fn parameters(given: &Map<String, Value>, errors: &mut FieldErrors) -> String {
    let absent: Vec<&str> = REQUIRED
        .into_iter()
        .filter(|name| given.get(*name).is_none_or(Value::is_null))
        .collect();
    if !absent.is_empty() {
        errors.add("parameters", missing(&absent));
    }
    let mut findings: Vec<Finding> = Vec::new();
    let read = Parameters::from_json(given, &mut findings);
    if let Some(finding) = findings.first() {
        errors.add("parameters", format!("{} is not a number.", finding.path));
    }
    if read.lifetime <= 0.0 || read.decay_speed <= 0.0 {
        errors.add("parameters", "lifetime and decay_speed are larger than 0.");
    }
    let percent = 0.0..=100.0;
    if !(percent.contains(&read.threshold) && percent.contains(&read.default_base_score)) {
        errors.add(
            "parameters",
            "threshold and default_base_score lie between 0 and 100.",
        );
    }
    if read.base_score_config.values().any(|weight| *weight < 0.0) {
        errors.add("parameters", "The ratios of base_score_config are not negative.");
    }
    match serde_json::to_string(&read) {
        Ok(text) if text.len() <= MAX_TEXT => text,
        _ => {
            errors.add("parameters", format!("At most {MAX_TEXT} bytes."));
            String::new()
        }
    }
}

fn known_types(given: &[String], errors: &mut FieldErrors) -> Vec<String> {
    let unknown: Vec<&str> = given
        .iter()
        .map(String::as_str)
        .filter(|name| AttributeType::from_name(name).is_none())
        .take(5)
        .collect();
    if !unknown.is_empty() {
        errors.add(
            "attribute_types",
            format!("Unknown attribute types: {}.", unknown.join(", ")),
        );
    }
    let mut types: Vec<String> = Vec::new();
    for name in given.iter().take(MAX_ITEMS) {
        if !types.contains(name) {
            types.push(name.clone());
        }
    }
    types
}

fn note(
    ctx: &mut Ctx<'_, '_>,
    model: &DecayingModel,
    action: &'static str,
    change: Option<String>,
) -> Result<()> {
    ctx.log(&Entry {
        model: "DecayingModel",
        id: model.id,
        action,
        title: format!("Decaying model ({}): {}", model.id, model.name),
        change,
        description: None,
    })
}
