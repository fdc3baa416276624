//! Hits on warninglists, as shown on attributes and proposals. spec: 05#2.3
use entente_engine::warninglist::{Set, shows};
use entente_engine::{Ctx, Result, warninglist};
use entente_indicator::AttributeType;
use entente_misp::warninglist::Warning;
use entente_model::attribute::Attribute;
use serde_json::Value;
use std::sync::Arc;

/// The enabled lists of one request, and whether they speak about what is not for detection.
pub struct Warnings {
    set: Arc<Set>,
    for_all: bool,
}

impl Warnings {
    /// The lists as they are now; none when nothing is enabled.
    ///
    /// # Errors
    /// Of the database.
    pub fn of(ctx: &mut Ctx<'_, '_>) -> Result<Option<Self>> {
        let set = warninglist::set(ctx)?;
        Ok((!set.lists().is_empty()).then(|| Self {
            set,
            for_all: shows(ctx, false),
        }))
    }

    /// The `warnings` of a value, or `None` when there is none to show.
    #[must_use]
    pub fn shown(&self, kind: u16, value: &str, to_ids: bool) -> Option<Vec<u8>> {
        let kind = AttributeType::from_id(kind)?;
        if !(to_ids || self.for_all) {
            return None;
        }
        let hits: Vec<Value> = self
            .set
            .hits(kind.name(), value)
            .iter()
            .map(|hit| {
                entente_misp::warninglist::warning(&Warning {
                    matched: &hit.matched,
                    value: &hit.value,
                    list: hit.list_id,
                    name: &hit.list_name,
                    category: hit.category.as_str(),
                    comment: hit.comment.as_deref(),
                })
            })
            .collect();
        (!hits.is_empty()).then(|| Value::Array(hits).to_string().into_bytes())
    }

    /// Whether a value is listed, be it for detection or not.
    #[must_use]
    pub fn listed(&self, attribute: &Attribute) -> bool {
        AttributeType::from_id(attribute.kind)
            .is_some_and(|kind| self.set.is_hit(kind.name(), &attribute.value()))
    }

    /// Whether hits are shown on an attribute.
    #[must_use]
    pub fn warned(&self, attribute: &Attribute) -> bool {
        (attribute.to_ids || self.for_all) && self.listed(attribute)
    }
}
