//! Graphs of events as JSON for programs that draw them. spec: 05#1.9
//!
//! [`Pivot`] spreads from one thing to what it shares with others; [`Frame`] shows the inside of one event, and
//! [`Timeline`] when it was seen. All hold a bounded number of things and say how many were left out.
mod frame;
mod pivot;
mod timeline;

pub use frame::Frame;
pub use pivot::{Pivot, Place};
pub use timeline::Timeline;

use entente_indicator::{AttributeType, Category};
use entente_model::attribute::Attribute;
use entente_model::id::ElementId;

/// A value as exchanged.
fn value_of(attribute: &Attribute) -> String {
    match &attribute.value2 {
        Some(second) => format!("{}|{second}", attribute.value1),
        None => attribute.value1.clone(),
    }
}

fn type_of(attribute: &Attribute) -> &'static str {
    AttributeType::from_id(attribute.kind).map_or("other", AttributeType::name)
}

fn category_of(attribute: &Attribute) -> &'static str {
    Category::from_id(attribute.category).map_or("Other", Category::name)
}

/// The id of an object among items, apart from those of attributes.
#[must_use]
pub fn object_id(id: ElementId) -> String {
    format!("o-{id}")
}

/// A property of an attribute by which items are grouped; `None` for one that there is not.
#[must_use]
pub fn property(attribute: &Attribute, key: &str) -> Option<String> {
    Some(match key {
        "type" => type_of(attribute).to_owned(),
        "category" => category_of(attribute).to_owned(),
        "value" => value_of(attribute),
        "comment" => attribute.comment.clone(),
        "to_ids" => u8::from(attribute.to_ids).to_string(),
        "distribution" => attribute.distribution.number().to_string(),
        "object_relation" => attribute.relation.clone().unwrap_or_default(),
        _ => return None,
    })
}
