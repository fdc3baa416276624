//! One of each, with every field filled.
use entente_indicator::{AttributeType, Category};
use entente_model::attribute::Attribute;
use entente_model::event::Event;
use entente_model::id::{ElementId, EventId, LabelId, OrgId, SharingGroupId, TagId, UserId};
use entente_model::level::{Analysis, Distribution, ThreatLevel};
use entente_model::object::{Object, Reference};
use entente_model::proposal::Proposal;
use entente_model::tag::Tag;
use entente_model::time::Day;
use uuid::Uuid;

pub const EVENT: EventId = EventId(17);

pub fn element(seq: i64) -> ElementId {
    ElementId((EVENT.0 << 24) | seq)
}

pub fn uuid(n: u128) -> Uuid {
    uuid::Builder::from_random_bytes(n.to_be_bytes()).into_uuid()
}

pub fn sample_attribute() -> Attribute {
    Attribute {
        id: element(1),
        uuid: uuid(1),
        object: ElementId::NONE,
        relation: None,
        kind: AttributeType::IP_DST_PORT.id(),
        category: Category::NetworkActivity.id(),
        value1: "198.51.100.23".into(),
        value2: Some("443".into()),
        to_ids: true,
        deleted: false,
        disable_correlation: false,
        distribution: Distribution::Inherit,
        sharing_group: SharingGroupId::NONE,
        timestamp: 1_741_082_400,
        first_seen: Some(1_740_787_200_000_000),
        last_seen: None,
        comment: "C2 \"Ünï\" a/b\n".into(),
        label: None,
    }
}

pub fn sample_object() -> Object {
    Object {
        id: element(3),
        uuid: uuid(3),
        name: "domain-ip".into(),
        meta_category: "network".into(),
        description: "A domain and its addresses".into(),
        template_uuid: Some(uuid(30)),
        template_version: 11,
        timestamp: 1_741_082_400,
        distribution: Distribution::Inherit,
        sharing_group: SharingGroupId::NONE,
        comment: String::new(),
        deleted: false,
        first_seen: None,
        last_seen: None,
        label: None,
    }
}

pub fn sample_reference() -> Reference {
    Reference {
        id: element(5),
        uuid: uuid(5),
        timestamp: 1_741_082_400,
        object: element(3),
        source_uuid: uuid(3),
        referenced_uuid: uuid(1),
        referenced: element(1),
        to_object: false,
        relationship_type: "resolves-to".into(),
        comment: String::new(),
        deleted: false,
    }
}

pub fn sample_event() -> Event {
    Event {
        id: EVENT,
        uuid: uuid(17),
        org: OrgId(3),
        orgc: OrgId(4),
        user: UserId(1),
        date: Day::of(1_741_082_400),
        info: "Phishing against port authority".into(),
        published: false,
        analysis: Analysis::Ongoing,
        threat_level: ThreatLevel::Medium,
        distribution: Distribution::Community,
        sharing_group: SharingGroupId::NONE,
        timestamp: 1_741_082_400,
        publish_timestamp: 0,
        sighting_timestamp: 0,
        attribute_count: 2,
        proposal_email_lock: false,
        locked: false,
        disable_correlation: false,
        extends: None,
        protected: None,
        label: LabelId(1),
        next_seq: 9,
    }
}

pub fn sample_tag() -> Tag {
    Tag {
        id: TagId(9),
        name: "tlp:amber".into(),
        colour: "#ffc000".into(),
        exportable: true,
        org: OrgId::NONE,
        user: UserId::NONE,
        hidden: false,
        numerical_value: None,
        is_galaxy: false,
        is_custom_galaxy: false,
        local_only: false,
    }
}

pub fn sample_proposal() -> Proposal {
    Proposal {
        id: element(7),
        old: element(1),
        uuid: uuid(1),
        kind: AttributeType::IP_DST_PORT.id(),
        category: Category::NetworkActivity.id(),
        value1: "198.51.100.24".into(),
        value2: Some(String::new()),
        to_ids: true,
        org: OrgId(4),
        user: UserId(2),
        email: "a@quay.example".into(),
        event_org: OrgId(3),
        event_uuid: uuid(17),
        comment: "moved".into(),
        deleted: false,
        timestamp: 1_741_082_500,
        to_delete: false,
        disable_correlation: false,
        first_seen: None,
        last_seen: None,
    }
}
