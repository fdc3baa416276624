//! Events for tests, written and read.
use entente_indicator::AttributeType;
use entente_model::attribute::Attribute;
use entente_model::draft::{AttributeDraft, ObjectDraft};
use entente_model::event::Event;
use entente_model::id::{ElementId, EventId, LabelId, OrgId, SharingGroupId, UserId};
use entente_model::level::{Analysis, Distribution, ThreatLevel};
use entente_model::object::Object;
use entente_model::time::Day;
use entente_stix::read::{Imported, ReadError, Sink, Stop};
use entente_stix::write::{
    Bundle, EventView, Item, ObjectView, Party, Profile, Sections, Settings, TagView, Version,
};
use std::io::Cursor;
use uuid::Uuid;

pub const TIME: i64 = 1_711_324_800;

pub fn event() -> Event {
    Event {
        id: EventId(7),
        uuid: Uuid::from_u128(0xd1c7_9a31_f4d1_4302_b93d_4995_3e97_ed07),
        org: OrgId(1),
        orgc: OrgId(1),
        user: UserId(1),
        date: Day::of(TIME),
        info: "Operation Gilt".to_owned(),
        published: true,
        analysis: Analysis::Completed,
        threat_level: ThreatLevel::High,
        distribution: Distribution::Community,
        sharing_group: SharingGroupId::NONE,
        timestamp: TIME,
        publish_timestamp: TIME + 60,
        sighting_timestamp: 0,
        attribute_count: 0,
        proposal_email_lock: false,
        locked: false,
        disable_correlation: false,
        extends: None,
        protected: None,
        label: LabelId(1),
        next_seq: 1,
    }
}

pub fn attribute(number: u32, kind: &str, value: &str) -> Attribute {
    let kind = AttributeType::from_name(kind).unwrap();
    let halves = entente_indicator::Value::split(kind, value);
    Attribute {
        id: ElementId(i64::from(number)),
        uuid: Uuid::from_u128(0x9fb0_06bc_5b2c_46c5_b6f4_c85f_0000_0000 + u128::from(number)),
        object: ElementId::NONE,
        relation: None,
        kind: kind.id(),
        category: kind.default_category().id(),
        value1: halves.first,
        value2: halves.second,
        to_ids: false,
        deleted: false,
        disable_correlation: false,
        distribution: Distribution::Inherit,
        sharing_group: SharingGroupId::NONE,
        timestamp: TIME + i64::from(number),
        first_seen: None,
        last_seen: None,
        comment: String::new(),
        label: None,
    }
}

pub fn object(number: u32, name: &str, meta: &str) -> Object {
    Object {
        id: ElementId(i64::from(number)),
        uuid: Uuid::from_u128(0x37fd_db42_a6b4_4212_b9e1_4b7d_0000_0000 + u128::from(number)),
        name: name.to_owned(),
        meta_category: meta.to_owned(),
        description: String::new(),
        template_uuid: None,
        template_version: 1,
        timestamp: TIME,
        distribution: Distribution::Inherit,
        sharing_group: SharingGroupId::NONE,
        comment: "an object".to_owned(),
        deleted: false,
        first_seen: None,
        last_seen: None,
        label: None,
    }
}

pub fn member(number: u32, relation: &str, kind: &str, value: &str, to_ids: bool) -> Attribute {
    Attribute {
        relation: Some(relation.to_owned()),
        to_ids,
        ..attribute(number, kind, value)
    }
}

pub fn party() -> Party<'static> {
    Party {
        uuid: Uuid::from_u128(0xc9f7_d3b8_e30f_4dec_952e_711c_74f0_9012),
        name: "Golden Alpha",
        created: TIME - 86_400,
        modified: TIME - 86_400,
    }
}

pub fn settings(version: Version, profile: Profile) -> Settings {
    Settings {
        id: Uuid::from_u128(0x192b_c980_c5c0_49b1_9177_163a_4c55_4a7e),
        version,
        profile,
        wrapper: true,
    }
}

/// A value that fits the type, with signs that a careless writer would trip over where they may stand.
pub fn sample(kind: &str) -> String {
    let hex = |length: usize| {
        "0123456789abcdef"
            .chars()
            .cycle()
            .take(length)
            .collect::<String>()
    };
    if let Some(hash) = kind.strip_prefix("filename|") {
        return format!("a 'quoted' \\ name.exe|{}", sample(hash));
    }
    match kind {
        "md5" | "imphash" | "telfhash" | "vhash" | "impfuzzy" | "cdhash" | "x509-fingerprint-md5" => hex(32),
        "sha1" | "pehash" | "x509-fingerprint-sha1" => hex(40),
        "sha224" | "sha512/224" | "sha3-224" => hex(56),
        "sha256" | "sha512/256" | "sha3-256" | "authentihash" | "x509-fingerprint-sha256" => hex(64),
        "sha384" | "sha3-384" => hex(96),
        "sha512" | "sha3-512" => hex(128),
        "tlsh" => format!("t1{}", hex(70)),
        "ssdeep" => "3:AXGBicFlgVNhBGcL6wCrFQEv:AXGHsNhxLsr2C".to_owned(),
        "malware-sample" => format!("a.exe|{}", hex(32)),
        "ip-src" | "ip-dst" => "198.51.100.7".to_owned(),
        "ip-src|port" | "ip-dst|port" => "2001:db8::7|443".to_owned(),
        "hostname" => "c2.a.example".to_owned(),
        "hostname|port" => "c2.a.example|8080".to_owned(),
        "domain" => "a.example".to_owned(),
        "domain|ip" => "a.example|198.51.100.0/24".to_owned(),
        "url" | "uri" | "link" => "https://a.example/x?y='1'&z=%20#f".to_owned(),
        "email" | "email-src" | "email-dst" => "neil@a.example".to_owned(),
        "AS" => "AS65536".to_owned(),
        "mac-address" => "00:1a:2b:3c:4d:5e".to_owned(),
        "port" => "8443".to_owned(),
        "size-in-bytes" => "20480".to_owned(),
        "regkey" => "HKLM\\Software\\It's".to_owned(),
        "regkey|value" => "HKLM\\Software\\Run|\"C:\\a.exe\" -x".to_owned(),
        "stix2-pattern" => "[ipv4-addr:value = '198.51.100.20']".to_owned(),
        "vulnerability" => "CVE-2024-11111".to_owned(),
        other => format!("a {other} with 'quotes', \"quotes\", \\ and é"),
    }
}

#[derive(Default, Debug)]
pub struct Taken {
    pub attributes: Vec<AttributeDraft>,
    pub objects: Vec<ObjectDraft>,
    pub left_out: Vec<String>,
}

impl Sink for Taken {
    fn attribute(&mut self, draft: AttributeDraft) -> Result<(), Stop> {
        self.attributes.push(draft);
        Ok(())
    }
    fn object(&mut self, draft: ObjectDraft) -> Result<(), Stop> {
        self.objects.push(draft);
        Ok(())
    }
    fn left_out(&mut self, why: String) {
        self.left_out.push(why);
    }
}

pub fn tag(name: &str) -> TagView<'_> {
    TagView { name, cluster: None }
}

pub fn item<'a>(attribute: &'a Attribute, tags: &'a [TagView<'a>]) -> Item<'a> {
    Item {
        attribute,
        tags,
        file: None,
        sightings: &[],
    }
}

/// The document of one event.
pub fn written(
    settings: Settings,
    view: &EventView<'_>,
    items: &[Item<'_>],
    objects: &[ObjectView<'_>],
) -> String {
    let mut bundle = Bundle::new(settings);
    let mut document = Vec::new();
    bundle.begin(&mut document);
    let mut out = Sections::default();
    bundle.begin_event(&mut out, view);
    for item in items {
        bundle.attribute(&mut out, item);
    }
    for object in objects {
        bundle.entity(&mut out, object);
    }
    bundle.end_event(&mut out, view);
    for section in out.each() {
        document.append(section);
    }
    bundle.end(&mut document);
    String::from_utf8(document).unwrap()
}

pub fn view<'a>(event: &'a Event, tags: &'a [TagView<'a>]) -> EventView<'a> {
    EventView {
        event,
        creator: party(),
        tags,
        reports: &[],
    }
}

pub fn read(text: &str) -> Result<(Imported, Taken), ReadError> {
    let mut taken = Taken::default();
    let imported = entente_stix::read::bundle(Cursor::new(text), Uuid::from_u128(99), &mut taken)?;
    Ok((imported, taken))
}
