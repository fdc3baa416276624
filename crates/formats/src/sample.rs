//! Rows for the tests of formats.
use crate::export::{Export, Parts, Row};
use entente_indicator::AttributeType;
use entente_model::attribute::Attribute;
use entente_model::event::Event;
use entente_model::id::{ElementId, EventId, LabelId, OrgId, SharingGroupId, UserId};
use entente_model::level::{Analysis, Distribution, ThreatLevel};
use entente_model::time::Day;
use uuid::Uuid;

/// Values that would change a document if they were written as they are.
pub(crate) const HOSTILE: &[&str] = &[
    "a.example\nb.example",
    "a.example\r\n0.0.0.0 good.example",
    "a.example 0.0.0.0 good.example",
    "a.example\tb",
    "\"; sid:1; \"",
    "'; reboot #",
    "a.example;",
    "a.example # x",
    "*/ a.example /*",
    "back\\slash.example",
    "\\x0a\\",
    "a\0b.example",
    "*.example",
    "*",
    "@",
    ".",
    "..",
    "",
    "$INCLUDE /etc/passwd",
    "( a.example",
    "$(reboot).example",
    "`reboot`",
    "ünïcödé.example",
    "\u{202e}elpmaxe.example",
    "\u{1f600}.example",
    concat!(
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        ".example"
    ),
];

/// Event 12.
pub(crate) fn event() -> Event {
    Event {
        id: EventId(12),
        uuid: Uuid::from_u128(1),
        org: OrgId(1),
        orgc: OrgId(2),
        user: UserId(1),
        date: Day(0),
        info: "a \"b\"".to_owned(),
        published: true,
        analysis: Analysis::Ongoing,
        threat_level: ThreatLevel::High,
        distribution: Distribution::All,
        sharing_group: SharingGroupId::NONE,
        timestamp: 5,
        publish_timestamp: 6,
        sighting_timestamp: 0,
        attribute_count: 1,
        proposal_email_lock: false,
        locked: false,
        disable_correlation: false,
        extends: None,
        protected: None,
        label: LabelId(1),
        next_seq: 2,
    }
}

/// An attribute of [`event`] with the default category of its type; halves of a composite are joined with `|`.
pub(crate) fn attribute(kind: &str, value: &str) -> Attribute {
    let kind = AttributeType::from_name(kind).unwrap();
    let (value1, value2) = match value.split_once('|') {
        Some((first, second)) if kind.is_composite() => (first, Some(second.to_owned())),
        _ => (value, None),
    };
    Attribute {
        id: ElementId::new(EventId(12), 1).unwrap(),
        uuid: Uuid::from_u128(2),
        object: ElementId::NONE,
        relation: None,
        kind: kind.id(),
        category: kind.default_category().id(),
        value1: value1.to_owned(),
        value2,
        to_ids: true,
        deleted: false,
        disable_correlation: false,
        distribution: Distribution::Inherit,
        sharing_group: SharingGroupId::NONE,
        timestamp: 1_700_000_000,
        first_seen: None,
        last_seen: None,
        comment: String::new(),
        label: None,
    }
}

/// The document that an export makes of attributes of [`event`], each with these tags.
pub(crate) fn document(mut export: impl Export, attributes: &[Attribute], tags: &[&str]) -> String {
    let event = event();
    let mut out = Parts::of(&export);
    export.begin(&mut out);
    for attribute in attributes {
        let row = Row {
            attribute,
            event: &event,
            object: None,
            tags,
            event_tags: &[],
            owner: "Owner",
            creator: "Creator",
            decay: None,
        };
        export.attribute(&mut out, &row);
    }
    export.event(&mut out, &event);
    export.end(&mut out);
    String::from_utf8(out.concat()).unwrap()
}
