//! Attributes of other events with the same value. spec: 05#1.8
use super::JsonWriter;
use super::attribute::{category_name, type_name, value};
use entente_model::attribute::Attribute;
use entente_model::event::Event;
use entente_model::id::ElementId;

/// Writes an item of `RelatedAttribute` in a search of attributes.
pub fn related_attribute(out: &mut Vec<u8>, attribute: &Attribute, event: &Event) {
    let mut json = JsonWriter::new(out);
    json.begin_map();
    json.key("id").id(attribute.id.0);
    json.key("event_id").id(event.id.0);
    json.key("object_id").id(attribute.object.0);
    json.key("object_relation")
        .optional_text(attribute.relation.as_deref());
    json.key("category").plain(category_name(attribute.category));
    json.key("type").plain(type_name(attribute.kind));
    value(&mut json, &attribute.value1, attribute.value2.as_deref());
    json.key("uuid").uuid(attribute.uuid);
    json.key("timestamp").id(attribute.timestamp);
    json.key("distribution").id(attribute.distribution.number());
    json.key("sharing_group_id").id(attribute.sharing_group.0);
    json.key("to_ids").flag(attribute.to_ids);
    json.key("comment").text(&attribute.comment);
    json.key("Event").begin_map();
    json.key("id").id(event.id.0);
    json.key("uuid").uuid(event.uuid);
    json.key("threat_level_id").id(event.threat_level.number());
    json.key("analysis").id(event.analysis.number());
    json.key("info").text(&event.info);
    super::event::extends(&mut json, event);
    json.key("distribution").id(event.distribution.number());
    json.key("sharing_group_id").id(event.sharing_group.0);
    json.key("published").flag(event.published);
    json.key("date").plain(&event.date.to_string());
    json.key("orgc_id").id(event.orgc.0);
    json.key("org_id").id(event.org.0);
    json.end_map();
    json.end_map();
}

/// Writes an item of `RelatedAttribute` inside an event: the other attribute, its value that correlates, and
/// its event.
pub fn granular_correlation(out: &mut Vec<u8>, id: ElementId, value: &str, event: &Event) {
    let mut json = JsonWriter::new(out);
    json.begin_map();
    json.key("id").id(id.0);
    json.key("value").text(value);
    json.key("org_id").id(event.orgc.0);
    json.key("info").text(&event.info);
    json.key("event_id").id(event.id.0);
    json.end_map();
}
