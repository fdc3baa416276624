//! Writing: what is written is what a reader gets back, and one event with everything as it looks.
#[path = "write/sample.rs"]
mod sample;

use entente_indicator::{AttributeType, Category};
use entente_misp::read::{self, EventSink, ProposalDraft, Stop};
use entente_misp::write::{self, AttributeParts, AttributeShape, JsonWriter};
use entente_model::attribute::Attribute;
use entente_model::draft::{AttributeDraft, Given, ObjectDraft, ReferenceDraft, ReportDraft, TagDraft};
use entente_model::event::Event;
use entente_model::id::{ElementId, OrgId, Ref, SharingGroupId};
use entente_model::level::{Distribution, SightingKind};
use entente_model::object::Object;
use entente_model::report::Report;
use entente_model::sighting::Sighting;
use entente_model::tag::{Tag, TagLink};
use proptest::prelude::*;
use sample::{
    element, sample_attribute, sample_event, sample_object, sample_proposal, sample_reference, sample_tag,
    uuid,
};
use serde_json::Value;

fn org(id: i64, name: &str) -> write::OrgView<'_> {
    write::OrgView {
        id: OrgId(id),
        name,
        uuid: uuid(100 + u128::from(id.unsigned_abs())),
        local: id == 3,
    }
}

fn view(event: &Event) -> write::EventView<'_> {
    write::EventView {
        event,
        org: org(3, "Harbour CERT"),
        orgc: org(4, "Quay"),
        sharing_group: None,
        creator_email: Some("analyst@harbour.example"),
    }
}

fn on_item(tag: &Tag) -> write::TagOnItem<'_> {
    write::TagOnItem {
        tag,
        local: false,
        relationship_type: None,
        inherited: false,
    }
}

/// One value, rendered.
fn rendered(write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::new();
    write(&mut out);
    out
}

fn list(value: &[u8]) -> Vec<u8> {
    [b"[", value, b"]"].concat()
}

fn parsed(json: &[u8]) -> Value {
    serde_json::from_slice(json).unwrap_or_else(|error| format!("{error}: {json:?}").into())
}

fn shown(attribute: &Attribute, shape: AttributeShape, parts: &AttributeParts<'_>) -> Vec<u8> {
    rendered(|out| write::attribute(out, attribute, shape, parts))
}

/// The sample event with everything that can hang on it.
fn full_event() -> Vec<u8> {
    let (event, attribute, object, tag) = (sample_event(), sample_attribute(), sample_object(), sample_tag());
    let sighting = Sighting {
        id: 4,
        uuid: uuid(4),
        attribute: element(1),
        org: OrgId(3),
        date: 1_741_083_000,
        source: "sensor-7".into(),
        kind: SightingKind::Sighting,
    };
    let sightings = list(&rendered(|out| {
        let view = write::SightingView {
            sighting: &sighting,
            attribute_uuid: Some(attribute.uuid),
            org: Some(org(3, "Harbour CERT")),
            more: &[],
        };
        write::sighting(out, &view, write::SightingShape::Flat);
    }));
    let proposal = sample_proposal();
    let proposals = list(&rendered(|out| {
        let view = write::ProposalView {
            proposal: &proposal,
            org: Some(org(4, "Quay")),
            warnings: None,
            show_email: true,
        };
        write::proposal(out, &view, write::ProposalShape::Event);
    }));
    let references = list(&rendered(|out| {
        let target = write::ReferenceTarget::Attribute(&attribute);
        write::reference(out, &sample_reference(), Some(target));
    }));
    let report = Report {
        id: element(6),
        uuid: uuid(6),
        name: "Summary".into(),
        content: Some("# Port\n\n@[attribute](x)".into()),
        distribution: Distribution::Inherit,
        sharing_group: SharingGroupId::NONE,
        timestamp: 1_741_082_400,
        deleted: false,
        label: None,
    };
    let member = Attribute {
        id: element(2),
        uuid: uuid(2),
        object: object.id,
        relation: Some("domain".into()),
        kind: AttributeType::DOMAIN.id(),
        value1: "mail.harbour.example".into(),
        value2: None,
        ..attribute.clone()
    };

    let mut out = Vec::new();
    let mut json = JsonWriter::new(&mut out);
    json.begin_map();
    json.key("Event");
    write::event_header(json.value(), &view(&event));
    let mut json = JsonWriter::resume(&mut out);
    json.key("Attribute").begin_list();
    let parts = AttributeParts {
        tags: &[on_item(&tag)],
        sightings: Some(&sightings),
        proposals: Some(&proposals),
        data: Some("UEs="),
        warnings: Some(b"[]"),
        more: &[("Note", b"[{\"note\":\"seen\"}]")],
        ..AttributeParts::default()
    };
    write::attribute(json.value(), &attribute, AttributeShape::Event, &parts);
    json.end_list();
    json.key("ShadowAttribute").raw(b"[]");
    json.key("RelatedEvent").begin_list();
    write::related_event(json.value(), &view(&event), None);
    json.end_list();
    json.key("Galaxy").raw(b"[]");
    json.key("Object").begin_list();
    let member = list(&shown(&member, AttributeShape::Event, &AttributeParts::default()));
    let parts = write::ObjectParts {
        references: Some(&references),
        ..write::ObjectParts::default()
    };
    write::object(json.value(), &object, &parts, Some(&member));
    json.end_list();
    json.key("EventReport").begin_list();
    write::report(json.value(), &report, &[]);
    json.end_list();
    json.key("CryptographicKey").raw(b"[]");
    json.key("Tag").begin_list();
    write::tag(json.value(), &on_item(&tag), write::TagForm::Long);
    json.end_list();
    json.end_map();
    json.end_map();
    out
}

#[test]
fn an_event_with_everything() {
    insta::assert_json_snapshot!(parsed(&full_event()));
}

#[test]
fn shapes_of_other_contexts() {
    let (event, attribute, tag, proposal) = (
        sample_event(),
        sample_attribute(),
        sample_tag(),
        sample_proposal(),
    );
    let inherited = write::TagOnItem {
        inherited: true,
        ..on_item(&tag)
    };
    let tags = [on_item(&tag), inherited];
    let event_of_search = rendered(|out| write::event_of_search(out, &event));
    let parts = AttributeParts {
        event_uuid: Some(event.uuid),
        event: Some(&event_of_search),
        object: Some(write::ObjectOfAttribute {
            id: element(3),
            distribution: Distribution::Inherit,
            sharing_group: SharingGroupId::NONE,
        }),
        tags: &tags,
        ..AttributeParts::default()
    };
    let link = TagLink {
        id: 1,
        target: attribute.id.0,
        tag: tag.id,
        local: true,
        relationship_type: None,
    };
    let proposal = write::ProposalView {
        proposal: &proposal,
        org: Some(org(4, "Quay")),
        warnings: None,
        show_email: false,
    };
    let all = [
        shown(&attribute, AttributeShape::View, &AttributeParts::default()),
        shown(&attribute, AttributeShape::Columns, &AttributeParts::default()),
        shown(&attribute, AttributeShape::Search, &parts),
        rendered(|out| write::proposal(out, &proposal, write::ProposalShape::Index)),
        rendered(|out| write::proposal(out, &proposal, write::ProposalShape::Answer)),
        rendered(|out| write::proposal(out, &proposal, write::ProposalShape::Search)),
        rendered(|out| write::reference_answer(out, &sample_reference())),
        rendered(|out| write::tag_link(out, &link, &tag, write::LinkView::Attribute)),
        rendered(|out| write::context_event(out, &view(&event), &tags)),
        rendered(|out| write::event_index_row(out, &view(&event), &write::IndexParts::default())),
        rendered(|out| write::event_of_object(out, &event)),
        rendered(|out| write::extending_event(out, &view(&event))),
        rendered(|out| write::extended_by(out, &view(&event))),
    ];
    let all: Vec<Value> = all.iter().map(|json| parsed(json)).collect();
    insta::assert_json_snapshot!(all);
}

#[derive(Default)]
struct Counter {
    attributes: Vec<AttributeDraft>,
    objects: Vec<ObjectDraft>,
    proposals: usize,
}

impl EventSink for Counter {
    fn attribute(&mut self, draft: AttributeDraft) -> Result<(), Stop> {
        self.attributes.push(draft);
        Ok(())
    }
    fn object(&mut self, draft: ObjectDraft) -> Result<(), Stop> {
        self.objects.push(draft);
        Ok(())
    }
    fn proposal(&mut self, _: ProposalDraft) -> Result<(), Stop> {
        self.proposals += 1;
        Ok(())
    }
}

#[test]
fn a_written_event_is_read_back() {
    let mut sink = Counter::default();
    let json = full_event();
    let draft = read::event(json.as_slice(), &mut sink).unwrap();
    let event = sample_event();
    assert_eq!(draft.uuid, Given::Value(event.uuid));
    assert_eq!(draft.info, Some(event.info));
    assert_eq!(draft.date, Given::Value(event.date));
    assert_eq!(draft.analysis, Given::Value(event.analysis));
    assert_eq!(draft.threat_level, Given::Value(event.threat_level));
    assert_eq!(draft.distribution, Given::Value(event.distribution));
    assert_eq!(draft.timestamp, Given::Value(event.timestamp));
    assert_eq!(draft.extends, Given::Value(None));
    assert_eq!(draft.orgc.unwrap().name.as_deref(), Some("Quay"));
    let expected = TagDraft {
        id: Some(9),
        name: Some("tlp:amber".into()),
        colour: Some("#ffc000".into()),
        exportable: Some(true),
        ..TagDraft::default()
    };
    assert_eq!(draft.tags, std::slice::from_ref(&expected));
    let report = ReportDraft {
        uuid: Given::Value(uuid(6)),
        name: Some("Summary".into()),
        content: Some("# Port\n\n@[attribute](x)".into()),
        distribution: Given::Value(Distribution::Inherit),
        timestamp: Given::Value(1_741_082_400),
        deleted: Given::Value(false),
        ..ReportDraft::default()
    };
    assert_eq!(draft.reports, [report]);

    let [attribute] = sink.attributes.as_slice() else {
        panic!("one attribute")
    };
    let extra = attribute.extra.as_ref().unwrap();
    assert_eq!(extra.tags, [expected]);
    assert_eq!(extra.data.as_deref(), Some("UEs="));
    assert_eq!((extra.sightings.len(), extra.analyst.len()), (1, 1));
    let mut plain = attribute.clone();
    plain.extra = None;
    assert_eq!(plain, draft_of(&sample_attribute()));
    assert_eq!(sink.proposals, 1);
    let [object] = sink.objects.as_slice() else {
        panic!("one object")
    };
    assert_eq!(object.attributes.len(), 1);
    let reference = ReferenceDraft {
        uuid: Given::Value(uuid(5)),
        object: Some(Ref::Uuid(uuid(3))),
        referenced_uuid: Some(uuid(1)),
        relationship_type: Some("resolves-to".into()),
        comment: Some(String::new()),
        timestamp: Given::Value(1_741_082_400),
        deleted: Given::Value(false),
    };
    assert_eq!(object.references, [reference]);
}

fn draft_of(attribute: &Attribute) -> AttributeDraft {
    AttributeDraft {
        uuid: Given::Value(attribute.uuid),
        kind: AttributeType::from_id(attribute.kind).map(|kind| kind.name().to_owned()),
        category: Category::from_id(attribute.category).map(|category| category.name().to_owned()),
        value: Some(attribute.value().into_owned()),
        to_ids: Given::Value(attribute.to_ids),
        distribution: Given::Value(attribute.distribution),
        timestamp: Given::Value(attribute.timestamp),
        comment: Some(attribute.comment.clone()),
        deleted: Given::Value(attribute.deleted),
        disable_correlation: Given::Value(attribute.disable_correlation),
        first_seen: Given::Value(attribute.first_seen),
        last_seen: Given::Value(attribute.last_seen),
        relation: attribute.relation.clone(),
        extra: None,
    }
}

fn moment() -> impl Strategy<Value = Option<i64>> {
    prop::option::of(0..4_000_000_000_000_000i64)
}

prop_compose! {
    fn any_attribute()(
        ids in (1..1000i64, any::<u128>(), 1..=194u16, 1..=16u8, 0..=5i64),
        texts in (any::<String>(), prop::option::of(any::<String>()), any::<String>(), prop::option::of("\\PC{0,9}")),
        flags in any::<(bool, bool, bool)>(),
        times in (0..4_000_000_000i64, moment(), moment()),
    ) -> Attribute {
        Attribute {
            id: element(ids.0),
            uuid: uuid(ids.1),
            object: ElementId::NONE,
            relation: texts.3,
            kind: ids.2,
            category: ids.3,
            value1: texts.0,
            value2: texts.1,
            to_ids: flags.0,
            deleted: flags.1,
            disable_correlation: flags.2,
            distribution: Distribution::from_number(ids.4).unwrap_or(Distribution::Inherit),
            sharing_group: SharingGroupId::NONE,
            timestamp: times.0,
            first_seen: times.1,
            last_seen: times.2,
            comment: texts.2,
            label: None,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_written_attribute_is_read_back(attribute in any_attribute()) {
        for shape in [
            AttributeShape::Event,
            AttributeShape::View,
            AttributeShape::Columns,
            AttributeShape::Search,
        ] {
            let json = shown(&attribute, shape, &AttributeParts::default());
            prop_assert_eq!(read::attribute(json.as_slice()).unwrap(), draft_of(&attribute));
        }
    }

    #[test]
    fn a_written_object_is_read_back(
        member in any_attribute(),
        texts in any::<(String, String, String, String)>(),
        version in 1..1000i64,
        seen in (moment(), moment()),
    ) {
        let object = Object {
            name: texts.0,
            meta_category: texts.1,
            description: texts.2,
            comment: texts.3,
            template_version: version,
            first_seen: seen.0,
            last_seen: seen.1,
            ..sample_object()
        };
        let attributes = list(&shown(&member, AttributeShape::Event, &AttributeParts::default()));
        let json = rendered(|out| write::object(out, &object, &write::ObjectParts::default(), Some(&attributes)));
        let expected = ObjectDraft {
            uuid: Given::Value(object.uuid),
            name: Some(object.name),
            meta_category: Some(object.meta_category),
            description: Some(object.description),
            template_uuid: Given::Value(uuid(30)),
            template_version: Given::Value(version),
            timestamp: Given::Value(object.timestamp),
            distribution: Given::Value(object.distribution),
            comment: Some(object.comment),
            deleted: Given::Value(false),
            first_seen: Given::Value(object.first_seen),
            last_seen: Given::Value(object.last_seen),
            attributes: vec![draft_of(&member)],
            ..ObjectDraft::default()
        };
        prop_assert_eq!(read::object(json.as_slice()).unwrap(), expected);
    }
}
