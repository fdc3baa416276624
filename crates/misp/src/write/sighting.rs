//! Sightings in all contexts. spec: 01#7.8, 03#9, 04#4.3
use super::JsonWriter;
use super::event::OrgView;
use entente_model::sighting::Sighting;
use uuid::Uuid;

/// Where a sighting is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SightingShape {
    /// Inside an attribute, in the index and in searches: flat, with `Organisation`.
    Flat,
    /// `listSightings`: `{"Sighting":{…},"Organisation":{"name"}}`.
    Listed,
    /// The columns only: the answer to an add.
    Columns,
}

/// A sighting with what its row only refers to.
#[derive(Debug, Clone, Copy)]
pub struct SightingView<'a> {
    /// The sighting.
    pub sighting: &'a Sighting,
    /// Uuid of the attribute, where shown.
    pub attribute_uuid: Option<Uuid>,
    /// Who saw it, where shown.
    pub org: Option<OrgView<'a>>,
    /// Further members, rendered (searches: `value`, `event_uuid`, `Attribute`, `Event`).
    pub more: &'a [(&'static str, &'a [u8])],
}

/// Writes one sighting. Who anonymises replaces the organisation in the sighting as well.
pub fn sighting(out: &mut Vec<u8>, view: &SightingView<'_>, shape: SightingShape) {
    let mut json = JsonWriter::new(out);
    json.begin_map();
    if shape == SightingShape::Listed {
        json.key("Sighting").begin_map();
        columns(&mut json, view);
        json.end_map();
        json.key("Organisation").begin_map();
        json.key("name").text(view.org.map_or("", |org| org.name));
        json.end_map();
    } else {
        columns(&mut json, view);
    }
    if shape == SightingShape::Flat {
        if let Some(uuid) = view.attribute_uuid {
            json.key("attribute_uuid").uuid(uuid);
        }
        if let Some(org) = view.org {
            json.key("Organisation").begin_map();
            json.key("id").id(org.id.0);
            json.key("uuid").uuid(org.uuid);
            json.key("name").text(org.name);
            json.end_map();
        }
    }
    for (key, rendered) in view.more {
        json.key(key).raw(rendered);
    }
    json.end_map();
}

fn columns(json: &mut JsonWriter<'_>, view: &SightingView<'_>) {
    let sighting = view.sighting;
    json.key("id").id(sighting.id);
    json.key("attribute_id").id(sighting.attribute.0);
    json.key("event_id").id(sighting.attribute.event().0);
    json.key("org_id").id(sighting.org.0);
    json.key("date_sighting").id(sighting.date);
    json.key("uuid").uuid(sighting.uuid);
    json.key("source").text(&sighting.source);
    json.key("type").id(sighting.kind.number());
}
