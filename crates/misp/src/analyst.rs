//! Notes, opinions and relationships as JSON. spec: 08#1, 03#19
//!
//! Their reader is [`crate::read::annotation`].
use crate::write::JsonWriter;
use entente_model::analyst::{Analyst, Annotated, Content};
use entente_model::draft::AnalystKind;
use entente_model::id::SharingGroupId;
use entente_model::organisation::Organisation;
use entente_model::sharing_group::SharingGroup;
use entente_model::time::datetime;
use uuid::Uuid;

/// Looks up what annotations refer to.
pub trait Names {
    /// An organisation.
    fn org(&self, uuid: Uuid) -> Option<&Organisation>;
    /// A sharing group, as far as the reader may know it.
    fn group(&self, id: SharingGroupId) -> Option<&SharingGroup>;
}

/// Writes `{"Note":{…}}`, the answer of the endpoints.
pub fn answer(out: &mut Vec<u8>, annotated: &Annotated, names: &dyn Names) {
    let mut json = JsonWriter::new(out);
    json.begin_map();
    json.key(annotated.row.content.kind().name());
    annotation(json.value(), annotated, names);
    json.end_map();
}

/// Writes one annotation with those of it.
pub fn annotation(out: &mut Vec<u8>, annotated: &Annotated, names: &dyn Names) {
    at_depth(out, annotated, names, false);
}

/// Annotations of annotations name their organisations in a shorter form.
fn at_depth(out: &mut Vec<u8>, annotated: &Annotated, names: &dyn Names, nested: bool) {
    let row = &annotated.row;
    let mut json = JsonWriter::new(out);
    json.begin_map();
    columns(&mut json, row);
    for (key, uuid) in [("Org", row.org_uuid), ("Orgc", row.orgc_uuid)] {
        json.key(key);
        match names.org(uuid) {
            Some(org) if nested => short_organisation(&mut json, org, key == "Org"),
            Some(org) => organisation(&mut json, org),
            None => json.null(),
        }
    }
    if let Some(group) = names.group(row.sharing_group) {
        json.key("SharingGroup").begin_map();
        json.key("id").id(group.id.0);
        json.key("name").text(&group.name);
        json.key("uuid").uuid(group.uuid);
        json.end_map();
    }
    for (key, rendered) in lists_at_depth(&annotated.children, names, true) {
        json.key(key).raw(&rendered);
    }
    if annotated.cut {
        json.key("_max_depth_reached").flag(true);
    }
    json.end_map();
}

/// The lists under `Note`, `Opinion` and `Relationship`, rendered, as they are embedded in what they annotate;
/// empty ones are left out.
#[must_use]
pub fn lists(annotations: &[Annotated], names: &dyn Names) -> Vec<(&'static str, Vec<u8>)> {
    lists_at_depth(annotations, names, false)
}

fn lists_at_depth(
    annotations: &[Annotated],
    names: &dyn Names,
    nested: bool,
) -> Vec<(&'static str, Vec<u8>)> {
    let mut lists = Vec::new();
    for kind in AnalystKind::ALL {
        let mut of_kind = annotations
            .iter()
            .filter(|annotated| annotated.row.content.kind() == kind)
            .peekable();
        if of_kind.peek().is_some() {
            let mut rendered = Vec::new();
            let mut json = JsonWriter::new(&mut rendered);
            json.begin_list();
            for annotated in of_kind {
                at_depth(json.value(), annotated, names, nested);
            }
            json.end_list();
            lists.push((kind.name(), rendered));
        }
    }
    lists
}

/// The list under `RelationshipInbound`, rendered.
#[must_use]
pub fn inbound(relationships: &[Analyst], names: &dyn Names) -> Vec<u8> {
    let mut rendered = Vec::new();
    let mut json = JsonWriter::new(&mut rendered);
    json.begin_list();
    for row in relationships {
        let annotated = Annotated {
            row: row.clone(),
            children: Vec::new(),
            cut: false,
        };
        annotation(json.value(), &annotated, names);
    }
    json.end_list();
    rendered
}

fn columns(json: &mut JsonWriter<'_>, row: &Analyst) {
    json.key("id").id(row.id);
    json.key("uuid").uuid(row.uuid);
    json.key("object_uuid").uuid(row.object_uuid);
    json.key("object_type").plain(row.object_type.name());
    json.key("authors").text(&row.authors);
    json.key("org_uuid").uuid(row.org_uuid);
    json.key("orgc_uuid").uuid(row.orgc_uuid);
    json.key("created").plain(&datetime(row.created));
    json.key("modified").plain(&datetime(row.modified));
    json.key("distribution").id(row.distribution.number());
    json.key("sharing_group_id");
    if row.sharing_group.is_none() {
        json.null();
    } else {
        json.id(row.sharing_group.0);
    }
    json.key("locked").flag(row.locked);
    match &row.content {
        Content::Note { note, language } => {
            json.key("note").text(note);
            json.key("language").text(language);
        }
        Content::Opinion { opinion, comment } => {
            json.key("opinion").id(*opinion);
            json.key("comment").text(comment);
        }
        Content::Relationship {
            relationship_type,
            related_uuid,
            related_type,
        } => {
            json.key("relationship_type").text(relationship_type);
            json.key("related_object_uuid").uuid(*related_uuid);
            json.key("related_object_type").plain(related_type.name());
        }
    }
    let kind = row.content.kind();
    json.key("note_type").number(kind.number());
    json.key("note_type_name").plain(kind.name());
}

/// Every column of an organisation that all may see. spec: 03#19
fn organisation(json: &mut JsonWriter<'_>, org: &Organisation) {
    json.begin_map();
    json.key("id").id(org.id.0);
    json.key("name").text(&org.name);
    json.key("date_created").plain(&datetime(org.created));
    json.key("date_modified").plain(&datetime(org.modified));
    json.key("description").text(&org.description);
    json.key("type").text(&org.kind);
    json.key("nationality").text(&org.nationality);
    json.key("sector").text(&org.sector);
    json.key("created_by").id(org.created_by.0);
    json.key("uuid").uuid(org.uuid);
    json.key("contacts")
        .optional_text(crate::organisation::contacts(org));
    json.key("local").flag(org.local);
    json.key("restricted_to_domain");
    match crate::organisation::domains(org) {
        None => json.null(),
        Some(domains) => {
            json.begin_list();
            for domain in domains {
                json.text(domain);
            }
            json.end_list();
        }
    }
    json.key("landingpage").optional_text(org.landing_page.as_deref());
    json.end_map();
}

fn short_organisation(json: &mut JsonWriter<'_>, org: &Organisation, described: bool) {
    json.begin_map();
    json.key("id").id(org.id.0);
    json.key("name").text(&org.name);
    json.key("uuid").uuid(org.uuid);
    json.key("type").text(&org.kind);
    if described {
        json.key("description").text(&org.description);
    }
    json.key("sector").text(&org.sector);
    json.key("nationality").text(&org.nationality);
    json.key("local").flag(org.local);
    json.end_map();
}

#[cfg(test)]
mod tests {
    use super::*;
    use entente_model::analyst::ObjectType;
    use entente_model::id::LabelId;
    use entente_model::level::Distribution;

    struct Nobody;
    impl Names for Nobody {
        fn org(&self, _: Uuid) -> Option<&Organisation> {
            None
        }
        fn group(&self, _: SharingGroupId) -> Option<&SharingGroup> {
            None
        }
    }

    fn annotated(content: Content, children: Vec<Annotated>) -> Annotated {
        let uuid = Uuid::from_u128(7);
        let row = Analyst {
            id: 3,
            uuid,
            object_uuid: uuid,
            object_type: ObjectType::Event,
            authors: "a@b.example".to_owned(),
            org_uuid: uuid,
            orgc_uuid: uuid,
            created: 0,
            modified: 1,
            distribution: Distribution::Community,
            sharing_group: SharingGroupId::NONE,
            locked: false,
            label: LabelId(1),
            content,
        };
        Annotated {
            row,
            children,
            cut: false,
        }
    }

    #[test]
    fn annotations_nest_under_the_name_of_their_kind() {
        let opinion = annotated(
            Content::Opinion {
                opinion: 42,
                comment: "hm".to_owned(),
            },
            Vec::new(),
        );
        let note = Content::Note {
            note: "a \"b\"".to_owned(),
            language: "en".to_owned(),
        };
        let mut out = Vec::new();
        answer(&mut out, &annotated(note, vec![opinion]), &Nobody);
        let json: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(json["Note"]["note"], "a \"b\"");
        assert_eq!(json["Note"]["note_type"], 0);
        assert_eq!(json["Note"]["sharing_group_id"], serde_json::Value::Null);
        assert_eq!(json["Note"]["created"], "1970-01-01 00:00:00");
        assert_eq!(json["Note"]["Opinion"][0]["opinion"], "42");
        assert!(json["Note"].get("Relationship").is_none());
    }
}
