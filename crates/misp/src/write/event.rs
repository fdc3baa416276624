//! Events: their own fields in views, index rows, searches and relations. spec: 01#8.1, 04#4.1, 04#4.2, 04#5.1
use super::JsonWriter;
use super::tag::{TagForm, TagOnItem, tag};
use entente_model::event::Event;
use entente_model::id::OrgId;
use uuid::Uuid;

/// An organisation as shown beside other things.
#[derive(Debug, Clone, Copy)]
pub struct OrgView<'a> {
    /// Id.
    pub id: OrgId,
    /// Name.
    pub name: &'a str,
    /// Global identity.
    pub uuid: Uuid,
    /// Has users here.
    pub local: bool,
}

impl OrgView<'_> {
    /// `{id,name,uuid}`, with `local` where the context shows it.
    pub(super) fn write(&self, json: &mut JsonWriter<'_>, with_local: bool) {
        json.begin_map();
        json.key("id").id(self.id.0);
        json.key("name").text(self.name);
        json.key("uuid").uuid(self.uuid);
        if with_local {
            json.key("local").flag(self.local);
        }
        json.end_map();
    }
}

/// An event with the names that its row only refers to.
#[derive(Debug, Clone, Copy)]
pub struct EventView<'a> {
    /// The event.
    pub event: &'a Event,
    /// Its owner.
    pub org: OrgView<'a>,
    /// Its creator.
    pub orgc: OrgView<'a>,
    /// `SharingGroup`, rendered, where shown.
    pub sharing_group: Option<&'a [u8]>,
    /// `event_creator_email`, for those who may see it.
    pub creator_email: Option<&'a str>,
}

/// Writes the map of an event up to its lists and leaves it open: the caller goes on with
/// [`JsonWriter::resume`] and writes `Attribute`, `Object`, … and the end of the map. spec: 01#8.1
pub fn event_header(out: &mut Vec<u8>, view: &EventView<'_>) {
    let event = view.event;
    let mut json = JsonWriter::new(out);
    json.begin_map();
    json.key("id").id(event.id.0);
    json.key("orgc_id").id(event.orgc.0);
    json.key("org_id").id(event.org.0);
    json.key("date").plain(&event.date.to_string());
    json.key("threat_level_id").id(event.threat_level.number());
    json.key("info").text(&event.info);
    json.key("published").flag(event.published);
    json.key("uuid").uuid(event.uuid);
    json.key("attribute_count").id(event.attribute_count);
    json.key("analysis").id(event.analysis.number());
    json.key("timestamp").id(event.timestamp);
    json.key("distribution").id(event.distribution.number());
    json.key("proposal_email_lock").flag(event.proposal_email_lock);
    json.key("locked").flag(event.locked);
    json.key("publish_timestamp").id(event.publish_timestamp);
    json.key("sharing_group_id").id(event.sharing_group.0);
    rest(&mut json, event);
    if let Some(email) = view.creator_email {
        json.key("event_creator_email").text(email);
    }
    view.org.write(json.key("Org"), true);
    view.orgc.write(json.key("Orgc"), true);
    if let Some(group) = view.sharing_group {
        json.key("SharingGroup").raw(group);
    }
}

fn rest(json: &mut JsonWriter<'_>, event: &Event) {
    json.key("disable_correlation").flag(event.disable_correlation);
    extends(json, event);
    match event.protected {
        Some(protected) => json.key("protected").flag(protected),
        None => json.key("protected").null(),
    }
}

pub(super) fn extends(json: &mut JsonWriter<'_>, event: &Event) {
    match event.extends {
        Some(uuid) => json.key("extends_uuid").uuid(uuid),
        None => json.key("extends_uuid").plain(""),
    }
}

/// What an index row shows beside the event. Parts left at their default are not shown.
#[derive(Debug, Clone, Copy, Default)]
pub struct IndexParts<'a> {
    /// `EventTag`, a rendered list of [`super::tag_link`]s.
    pub tags: Option<&'a [u8]>,
    /// `GalaxyCluster`, rendered.
    pub clusters: Option<&'a [u8]>,
    /// Further members, rendered.
    pub more: &'a [(&'static str, &'a [u8])],
}

/// Writes a row of the event index. spec: 04#5.1
pub fn event_index_row(out: &mut Vec<u8>, view: &EventView<'_>, parts: &IndexParts<'_>) {
    let event = view.event;
    let mut json = JsonWriter::new(out);
    json.begin_map();
    json.key("id").id(event.id.0);
    json.key("org_id").id(event.org.0);
    json.key("date").plain(&event.date.to_string());
    json.key("info").text(&event.info);
    json.key("uuid").uuid(event.uuid);
    json.key("published").flag(event.published);
    json.key("analysis").id(event.analysis.number());
    json.key("attribute_count").id(event.attribute_count);
    json.key("orgc_id").id(event.orgc.0);
    json.key("timestamp").id(event.timestamp);
    json.key("distribution").id(event.distribution.number());
    json.key("sharing_group_id").id(event.sharing_group.0);
    json.key("proposal_email_lock").flag(event.proposal_email_lock);
    json.key("locked").flag(event.locked);
    json.key("threat_level_id").id(event.threat_level.number());
    json.key("publish_timestamp").id(event.publish_timestamp);
    json.key("sighting_timestamp").id(event.sighting_timestamp);
    rest(&mut json, event);
    if let Some(email) = view.creator_email {
        json.key("event_creator_email").text(email);
    }
    view.org.write(json.key("Org"), false);
    view.orgc.write(json.key("Orgc"), false);
    if let Some(group) = view.sharing_group {
        json.key("SharingGroup").raw(group);
    }
    if let Some(tags) = parts.tags {
        json.key("EventTag").raw(tags);
    }
    if let Some(clusters) = parts.clusters {
        json.key("GalaxyCluster").raw(clusters);
    }
    for (key, rendered) in parts.more {
        json.key(key).raw(rendered);
    }
    json.end_map();
}

/// Writes an item of `RelatedEvent`, with the rendered relationships that point at it where they are shown.
/// spec: 01#8.1
pub fn related_event(out: &mut Vec<u8>, view: &EventView<'_>, inbound: Option<&[u8]>) {
    let event = view.event;
    let mut json = JsonWriter::new(out);
    json.begin_map();
    json.key("Event").begin_map();
    json.key("id").id(event.id.0);
    json.key("date").plain(&event.date.to_string());
    json.key("threat_level_id").id(event.threat_level.number());
    json.key("info").text(&event.info);
    json.key("published").flag(event.published);
    json.key("uuid").uuid(event.uuid);
    json.key("analysis").id(event.analysis.number());
    json.key("timestamp").id(event.timestamp);
    json.key("distribution").id(event.distribution.number());
    json.key("org_id").id(event.org.0);
    json.key("orgc_id").id(event.orgc.0);
    view.org.write(json.key("Org"), false);
    view.orgc.write(json.key("Orgc"), false);
    json.end_map();
    if let Some(inbound) = inbound {
        json.key("RelationshipInbound").raw(inbound);
    }
    json.end_map();
}

/// Writes the `Event` of an attribute in a search. spec: 04#4.1
pub fn event_of_search(out: &mut Vec<u8>, event: &Event) {
    let mut json = JsonWriter::new(out);
    json.begin_map();
    json.key("id").id(event.id.0);
    json.key("info").text(&event.info);
    json.key("org_id").id(event.org.0);
    json.key("orgc_id").id(event.orgc.0);
    json.key("uuid").uuid(event.uuid);
    json.key("distribution").id(event.distribution.number());
    json.key("publish_timestamp").id(event.publish_timestamp);
    json.end_map();
}

/// Writes the `Event` of an object view. spec: 03#5.2
pub fn event_of_object(out: &mut Vec<u8>, event: &Event) {
    let mut json = JsonWriter::new(out);
    json.begin_map();
    json.key("id").id(event.id.0);
    json.key("info").text(&event.info);
    json.key("org_id").id(event.org.0);
    json.key("orgc_id").id(event.orgc.0);
    json.end_map();
}

/// Writes the `Event` of an attribute in a search with `includeContext`. spec: 04#4.2
pub fn context_event(out: &mut Vec<u8>, view: &EventView<'_>, tags: &[TagOnItem<'_>]) {
    let event = view.event;
    let mut json = JsonWriter::new(out);
    json.begin_map();
    json.key("id").id(event.id.0);
    json.key("orgc_id").id(event.orgc.0);
    json.key("org_id").id(event.org.0);
    json.key("date").plain(&event.date.to_string());
    json.key("threat_level_id").id(event.threat_level.number());
    json.key("info").text(&event.info);
    json.key("published").flag(event.published);
    json.key("uuid").uuid(event.uuid);
    json.key("analysis").id(event.analysis.number());
    json.key("timestamp").id(event.timestamp);
    json.key("distribution").id(event.distribution.number());
    json.key("publish_timestamp").id(event.publish_timestamp);
    json.key("sharing_group_id").id(event.sharing_group.0);
    extends(&mut json, event);
    json.key("Tag").begin_list();
    for item in tags {
        tag(json.value(), item, TagForm::Context);
    }
    json.end_list();
    view.orgc.write(json.key("Orgc"), true);
    json.end_map();
}

/// Writes a member of `extensionEvents`; the key is the event's id. spec: 03#3.2
pub fn extending_event(out: &mut Vec<u8>, view: &EventView<'_>) {
    let mut json = JsonWriter::new(out);
    json.begin_map();
    json.key("id").id(view.event.id.0);
    json.key("info").text(&view.event.info);
    json.key("orgc_id").id(view.event.orgc.0);
    json.key("user_id").id(view.event.user.0);
    view.orgc.write(json.key("Orgc"), false);
    json.end_map();
}

/// Writes an item of `ExtendedBy`. spec: 04#4
pub fn extended_by(out: &mut Vec<u8>, view: &EventView<'_>) {
    let mut json = JsonWriter::new(out);
    json.begin_map();
    json.key("id").id(view.event.id.0);
    json.key("uuid").uuid(view.event.uuid);
    json.key("info").text(&view.event.info);
    view.orgc.write(json.key("Orgc"), false);
    json.end_map();
}
