//! Attributes in all contexts. spec: 01#8.1, 01#8.2, 04#4.1
use super::JsonWriter;
use super::tag::{TagForm, TagOnItem, tags};
use entente_indicator::{AttributeType, Category};
use entente_model::attribute::Attribute;
use entente_model::id::{ElementId, SharingGroupId};
use entente_model::level::Distribution;
use uuid::Uuid;

/// Where an attribute is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttributeShape {
    /// Inside an event: `Galaxy` and `ShadowAttribute` always, tags in their long form.
    Event,
    /// `attributes/view` and the answer to an edit.
    View,
    /// All columns with `value1` and `value2`: the answer to an add, index rows, members in object answers.
    Columns,
    /// A row of an attribute search.
    Search,
}

/// The `Object` of an attribute in a search. spec: 04#4.1
#[derive(Debug, Clone, Copy)]
pub struct ObjectOfAttribute {
    /// Its id.
    pub id: ElementId,
    /// Its distribution.
    pub distribution: Distribution,
    /// Its group.
    pub sharing_group: SharingGroupId,
}

/// What is shown with an attribute and is not in its row. Parts left at their default are not shown.
#[derive(Debug, Clone, Copy, Default)]
pub struct AttributeParts<'a> {
    /// `event_uuid`.
    pub event_uuid: Option<Uuid>,
    /// `Event`, rendered.
    pub event: Option<&'a [u8]>,
    /// `Object`.
    pub object: Option<ObjectOfAttribute>,
    /// `SharingGroup`, rendered.
    pub sharing_group: Option<&'a [u8]>,
    /// `data`: the file in base64.
    pub data: Option<&'a str>,
    /// `warnings`, rendered.
    pub warnings: Option<&'a [u8]>,
    /// `Galaxy`, rendered; inside events `[]` when `None`.
    pub galaxies: Option<&'a [u8]>,
    /// `ShadowAttribute`, rendered; inside events `[]` when `None`.
    pub proposals: Option<&'a [u8]>,
    /// `Tag`; left out when empty.
    pub tags: &'a [TagOnItem<'a>],
    /// `Sighting`, rendered.
    pub sightings: Option<&'a [u8]>,
    /// Further members, rendered: `Note`, `Opinion`, `RelatedAttribute`, `Feed`, `validationIssue`, `decay_score`, …
    pub more: &'a [(&'static str, &'a [u8])],
}

/// Name of a type by its stored number. A number that no release knows renders as `other`.
pub(super) fn type_name(kind: u16) -> &'static str {
    AttributeType::from_id(kind).map_or("other", AttributeType::name)
}

/// Name of a category by its stored number.
pub(super) fn category_name(category: u8) -> &'static str {
    Category::from_id(category).map_or("Other", Category::name)
}

/// A value as exchanged: halves joined by `|`, also when the second is empty. spec: 01#7.2
pub(super) fn value(json: &mut JsonWriter<'_>, value1: &str, value2: Option<&str>) {
    match value2 {
        None => json.key("value").text(value1),
        Some(second) => json.key("value").joined(&[value1, "|", second]),
    }
}

/// Writes one attribute.
pub fn attribute(
    out: &mut Vec<u8>,
    attribute: &Attribute,
    shape: AttributeShape,
    parts: &AttributeParts<'_>,
) {
    out.reserve(640 + attribute.value1.len() + attribute.comment.len());
    let mut json = JsonWriter::new(out);
    json.begin_map();
    if shape == AttributeShape::Event {
        columns_of_event(&mut json, attribute);
    } else {
        columns(&mut json, attribute, shape == AttributeShape::Columns);
    }
    json.key("first_seen").moment(attribute.first_seen);
    json.key("last_seen").moment(attribute.last_seen);
    value(&mut json, &attribute.value1, attribute.value2.as_deref());
    appendix(&mut json, shape, parts);
    json.end_map();
}

fn columns_of_event(json: &mut JsonWriter<'_>, attribute: &Attribute) {
    json.key("id").id(attribute.id.0);
    json.key("type").plain(type_name(attribute.kind));
    json.key("category").plain(category_name(attribute.category));
    json.key("to_ids").flag(attribute.to_ids);
    json.key("uuid").uuid(attribute.uuid);
    json.key("event_id").id(attribute.event().0);
    json.key("distribution").id(attribute.distribution.number());
    json.key("timestamp").id(attribute.timestamp);
    json.key("comment").text(&attribute.comment);
    json.key("sharing_group_id").id(attribute.sharing_group.0);
    json.key("deleted").flag(attribute.deleted);
    json.key("disable_correlation")
        .flag(attribute.disable_correlation);
    json.key("object_id").id(attribute.object.0);
    json.key("object_relation")
        .optional_text(attribute.relation.as_deref());
}

fn columns(json: &mut JsonWriter<'_>, attribute: &Attribute, halves: bool) {
    json.key("id").id(attribute.id.0);
    json.key("event_id").id(attribute.event().0);
    json.key("object_id").id(attribute.object.0);
    json.key("object_relation")
        .optional_text(attribute.relation.as_deref());
    json.key("category").plain(category_name(attribute.category));
    json.key("type").plain(type_name(attribute.kind));
    if halves {
        json.key("value1").text(&attribute.value1);
        json.key("value2")
            .text(attribute.value2.as_deref().unwrap_or_default());
    }
    json.key("to_ids").flag(attribute.to_ids);
    json.key("uuid").uuid(attribute.uuid);
    json.key("timestamp").id(attribute.timestamp);
    json.key("distribution").id(attribute.distribution.number());
    json.key("sharing_group_id").id(attribute.sharing_group.0);
    json.key("comment").text(&attribute.comment);
    json.key("deleted").flag(attribute.deleted);
    json.key("disable_correlation")
        .flag(attribute.disable_correlation);
}

fn appendix(json: &mut JsonWriter<'_>, shape: AttributeShape, parts: &AttributeParts<'_>) {
    let in_event = shape == AttributeShape::Event;
    if let Some(uuid) = parts.event_uuid {
        json.key("event_uuid").uuid(uuid);
    }
    if let Some(event) = parts.event {
        json.key("Event").raw(event);
    }
    if let Some(object) = parts.object {
        json.key("Object").begin_map();
        json.key("id").id(object.id.0);
        json.key("distribution").id(object.distribution.number());
        json.key("sharing_group_id").id(object.sharing_group.0);
        json.end_map();
    }
    if let Some(data) = parts.data {
        json.key("data").plain(data);
    }
    if let Some(warnings) = parts.warnings {
        json.key("warnings").raw(warnings);
    }
    if let Some(group) = parts.sharing_group {
        json.key("SharingGroup").raw(group);
    }
    let always = in_event.then_some(&b"[]"[..]);
    if let Some(galaxies) = parts.galaxies.or(always) {
        json.key("Galaxy").raw(galaxies);
    }
    if let Some(proposals) = parts.proposals.or(always) {
        json.key("ShadowAttribute").raw(proposals);
    }
    tags(
        json,
        parts.tags,
        if in_event { TagForm::Long } else { TagForm::Short },
    );
    if let Some(sightings) = parts.sightings {
        json.key("Sighting").raw(sightings);
    }
    for (key, rendered) in parts.more {
        json.key(key).raw(rendered);
    }
}
