//! Hits on warninglists, as shown on attributes. spec: 05
use entente_engine::{Ctx, Result, warninglist};
use entente_indicator::AttributeType;
use entente_model::attribute::Attribute;
use serde_json::{Value, json};

/// The `warnings` of an attribute, or `None` when there is none.
///
/// # Errors
/// Of the database.
pub fn of_attribute(ctx: &mut Ctx<'_, '_>, attribute: &Attribute) -> Result<Option<Vec<u8>>> {
    let Some(kind) = AttributeType::from_id(attribute.kind) else {
        return Ok(None);
    };
    let set = warninglist::set(ctx)?;
    if set.lists().is_empty() {
        return Ok(None);
    }
    let hits: Vec<Value> = set
        .hits(kind.name(), &attribute.value())
        .into_iter()
        .map(|hit| {
            json!({
                "match": hit.matched,
                "value": hit.value,
                "warninglist_id": hit.list_id.to_string(),
                "warninglist_name": hit.list_name.as_ref(),
                "warninglist_category": hit.category.as_str(),
            })
        })
        .collect();
    Ok((!hits.is_empty()).then(|| Value::Array(hits).to_string().into_bytes()))
}
