//! Objects and references. spec: 01#7.3, 01#7.4, 03#5
use super::JsonWriter;
use super::attribute::{category_name, type_name, value};
use entente_model::attribute::Attribute;
use entente_model::object::{Object, Reference};
use uuid::Uuid;

/// What is shown with an object and is not in its row. Parts left at their default are not shown.
#[derive(Debug, Clone, Copy, Default)]
pub struct ObjectParts<'a> {
    /// `Event`, rendered (`objects/view`).
    pub event: Option<&'a [u8]>,
    /// `SharingGroup`, rendered.
    pub sharing_group: Option<&'a [u8]>,
    /// `ObjectReference`, a rendered list.
    pub references: Option<&'a [u8]>,
    /// Further members, rendered: `Note`, `Opinion`, `Relationship`, …
    pub more: &'a [(&'static str, &'a [u8])],
}

/// Writes one object; `attributes` is the rendered list, or `None` to leave the key out (metadata only).
pub fn object(out: &mut Vec<u8>, object: &Object, parts: &ObjectParts<'_>, attributes: Option<&[u8]>) {
    object_header(out, object, parts);
    if let Some(attributes) = attributes {
        JsonWriter::resume(out).key("Attribute").raw(attributes);
    }
    JsonWriter::resume(out).end_map();
}

/// Writes an object up to its attributes and leaves the map open, so that they can be streamed.
pub fn object_header(out: &mut Vec<u8>, object: &Object, parts: &ObjectParts<'_>) {
    let mut json = JsonWriter::new(out);
    json.begin_map();
    json.key("id").id(object.id.0);
    json.key("name").text(&object.name);
    json.key("meta-category").text(&object.meta_category);
    json.key("description").text(&object.description);
    match object.template_uuid {
        Some(uuid) => json.key("template_uuid").uuid(uuid),
        None => json.key("template_uuid").null(),
    }
    json.key("template_version").id(object.template_version);
    json.key("event_id").id(object.id.event().0);
    json.key("uuid").uuid(object.uuid);
    json.key("timestamp").id(object.timestamp);
    json.key("distribution").id(object.distribution.number());
    json.key("sharing_group_id").id(object.sharing_group.0);
    json.key("comment").text(&object.comment);
    json.key("deleted").flag(object.deleted);
    json.key("first_seen").moment(object.first_seen);
    json.key("last_seen").moment(object.last_seen);
    if let Some(event) = parts.event {
        json.key("Event").raw(event);
    }
    if let Some(group) = parts.sharing_group {
        json.key("SharingGroup").raw(group);
    }
    if let Some(references) = parts.references {
        json.key("ObjectReference").raw(references);
    }
    for (key, rendered) in parts.more {
        json.key(key).raw(rendered);
    }
}

/// The target of a reference, of which a short copy is shown.
#[derive(Debug, Clone, Copy)]
pub enum ReferenceTarget<'a> {
    /// An attribute.
    Attribute(&'a Attribute),
    /// An object.
    Object(&'a Object),
}

/// Writes a reference inside of its object. spec: 01#7.4
pub fn reference(out: &mut Vec<u8>, reference: &Reference, target: Option<ReferenceTarget<'_>>) {
    write_reference(out, reference, None, target);
}

/// Writes a reference as its own endpoints answer it: with `object_uuid`, without the target. spec: 03#5.5
pub fn reference_answer(out: &mut Vec<u8>, reference: &Reference) {
    write_reference(out, reference, Some(reference.source_uuid), None);
}

fn write_reference(
    out: &mut Vec<u8>,
    reference: &Reference,
    object_uuid: Option<Uuid>,
    target: Option<ReferenceTarget<'_>>,
) {
    let mut json = JsonWriter::new(out);
    json.begin_map();
    json.key("id").id(reference.id.0);
    json.key("uuid").uuid(reference.uuid);
    json.key("timestamp").id(reference.timestamp);
    json.key("object_id").id(reference.object.0);
    json.key("event_id").id(reference.id.event().0);
    json.key("source_uuid").uuid(reference.source_uuid);
    json.key("referenced_uuid").uuid(reference.referenced_uuid);
    json.key("referenced_id").id(reference.referenced.0);
    json.key("referenced_type").id(i64::from(reference.to_object));
    json.key("relationship_type").text(&reference.relationship_type);
    json.key("comment").text(&reference.comment);
    json.key("deleted").flag(reference.deleted);
    if let Some(uuid) = object_uuid {
        json.key("object_uuid").uuid(uuid);
    }
    match target {
        Some(ReferenceTarget::Attribute(attribute)) => {
            json.key("Attribute").begin_map();
            json.key("uuid").uuid(attribute.uuid);
            value(&mut json, &attribute.value1, attribute.value2.as_deref());
            json.key("type").plain(type_name(attribute.kind));
            json.key("category").plain(category_name(attribute.category));
            json.key("to_ids").flag(attribute.to_ids);
            json.key("distribution").id(attribute.distribution.number());
            json.key("sharing_group_id").id(attribute.sharing_group.0);
            json.end_map();
        }
        Some(ReferenceTarget::Object(object)) => {
            json.key("Object").begin_map();
            json.key("uuid").uuid(object.uuid);
            json.key("name").text(&object.name);
            json.key("meta-category").text(&object.meta_category);
            json.key("distribution").id(object.distribution.number());
            json.key("sharing_group_id").id(object.sharing_group.0);
            json.end_map();
        }
        None => {}
    }
    json.end_map();
}
