//! The frame: the order of objects, their identifiers, and what is remembered between them. spec: 12#5.3
use super::properties::{self, Object, Said, label, set, set_text};
use super::{EventView, Item, ObjectView, Party, Profile, TagView, Version};
use crate::document::Document;
use crate::ident;
use crate::map::marking::Mark;
use crate::moment;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use uuid::Uuid;

/// What a bundle is made for.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// The identity of the bundle.
    pub id: Uuid,
    /// The version of the standard.
    pub version: Version,
    /// Identifiers and extensions.
    pub profile: Profile,
    /// Whether a report or grouping stands for each event.
    pub wrapper: bool,
}

/// Where an event is written. Its document is `head`, `refs`, `body`, `context`, `relations`, in this order; the
/// caller may take bytes away from the front of each while they grow.
#[derive(Debug, Default)]
pub struct Sections {
    /// Identities, and the wrapper up to its list of references.
    pub head: Vec<u8>,
    /// That list.
    pub refs: Vec<u8>,
    /// The rest of the wrapper, and what attributes and objects became.
    pub body: Vec<u8>,
    /// Reports and clusters.
    pub context: Vec<u8>,
    /// Relations.
    pub relations: Vec<u8>,
}

impl Sections {
    /// The sections in the order of the document.
    pub fn each(&mut self) -> [&mut Vec<u8>; 5] {
        [
            &mut self.head,
            &mut self.refs,
            &mut self.body,
            &mut self.context,
            &mut self.relations,
        ]
    }
}

/// A bundle as a [`Document`].
pub struct Streamed {
    bundle: Bundle,
    sections: Sections,
}

impl Streamed {
    /// An empty bundle.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            bundle: Bundle::new(settings),
            sections: Sections::default(),
        }
    }
}

impl Document for Streamed {
    fn sections(&mut self) -> Vec<&mut Vec<u8>> {
        self.sections.each().into()
    }

    fn begin(&mut self) {
        self.bundle.begin(&mut self.sections.head);
    }

    fn begin_event(&mut self, event: &EventView<'_>) {
        self.bundle.begin_event(&mut self.sections, event);
    }

    fn attribute(&mut self, item: &Item<'_>) {
        self.bundle.attribute(&mut self.sections, item);
    }

    fn object(&mut self, object: &ObjectView<'_>) {
        self.bundle.entity(&mut self.sections, object);
    }

    fn end_event(&mut self, event: &EventView<'_>) {
        self.bundle.end_event(&mut self.sections, event);
    }

    fn row(&mut self, creator: Party<'_>, item: &Item<'_>) {
        self.bundle.begin_rows(&mut self.sections.body, creator);
        self.bundle.attribute(&mut self.sections, item);
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        self.bundle.end(out);
    }
}

/// A bundle being written.
pub struct Bundle {
    pub(super) settings: Settings,
    /// What stands in the bundle already, and which event named it last.
    written: HashMap<(Family, Uuid), u32>,
    /// How many events were begun.
    events: u32,
    marks: Vec<&'static Mark>,
    empty: bool,
    pub(super) event: Current,
}

/// What is known of the event being written.
#[derive(Default)]
pub(super) struct Current {
    pub(super) creator: String,
    references: usize,
    /// What each element became: the type of its object. Empty outside events, where nothing refers to it.
    pub(super) primaries: HashMap<Uuid, (&'static str, Uuid)>,
    pub(super) pending: Vec<super::context::Pending>,
    pub(super) marks: Vec<&'static Mark>,
    wrapper: String,
    begun: bool,
}

/// Families of objects that are written once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Family {
    Observable,
    Relation,
    Identity,
    Cluster,
    Extension,
}

/// Whether something is met for the first time.
pub(super) struct First {
    pub(super) in_bundle: bool,
    pub(super) in_event: bool,
}

/// The definition that custom objects name, so that a validator knows them. spec: 12#7
const EXTENSION: &str = "extension-definition--2f17878c-8aaa-4ad1-874e-2ec9649ae362";
const ENTENTE: &str = "identity--baceca71-3e97-4cae-b7d6-a723688ad782";
const SCHEMA: &str = "x-misp-attribute: x_misp_type, x_misp_category, x_misp_value, x_misp_comment, \
                      x_misp_first_seen, x_misp_last_seen and x_misp_data (base64) are the fields of an attribute of \
                      MISP. x-misp-object: x_misp_name, x_misp_meta_category and x_misp_comment are those of an object, \
                      x_misp_attributes a list of its attributes in MISP's JSON. x-misp-galaxy-cluster: \
                      x_misp_name, x_misp_type, x_misp_value, x_misp_description and x_misp_meta are those of a \
                      galaxy cluster.";
const FIXED: &str = "2026-01-01T00:00:00.000Z";

impl Bundle {
    /// An empty bundle.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            written: HashMap::new(),
            events: 0,
            marks: Vec::new(),
            empty: true,
            event: Current::default(),
        }
    }

    /// The beginning of the document.
    pub fn begin(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"type\":\"bundle\",\"id\":\"");
        out.extend_from_slice(ident::text("bundle", self.settings.id).as_bytes());
        out.push(b'"');
        if self.settings.version == Version::Old {
            out.extend_from_slice(b",\"spec_version\":\"2.0\"");
        }
        out.extend_from_slice(b",\"objects\":[");
    }

    /// The end of the document, behind the last event.
    pub fn end(&mut self, out: &mut Vec<u8>) {
        if self.settings.profile == Profile::Misp {
            for mark in std::mem::take(&mut self.marks) {
                let definition = mark.definition(self.settings.version == Version::Old);
                self.append(out, &definition);
            }
        }
        // The standard has no empty lists.
        if self.empty && out.ends_with(b",\"objects\":[") {
            out.truncate(out.len() - b",\"objects\":[".len());
            out.extend_from_slice(b"}\n");
        } else {
            out.extend_from_slice(b"]}\n");
        }
    }

    /// The beginning of an event: its creator, and the wrapper up to the references.
    pub fn begin_event(&mut self, out: &mut Sections, view: &EventView<'_>) {
        self.events = self.events.saturating_add(1);
        self.begin_rows(&mut out.head, view.creator);
        self.event.primaries.clear();
        self.event.pending.clear();
        self.event.references = 0;
        self.event.begun = true;
        let said = Said::of(view.tags, self.settings.version, self.settings.profile);
        self.remember(&said.marks);
        self.event.marks.clone_from(&said.marks);
        let mut wrapper = self.wrapper(view);
        self.event.wrapper = properties::id(&wrapper).to_owned();
        if !self.settings.wrapper {
            return;
        }
        let mut labels = vec!["Threat-Report".to_owned()];
        match self.settings.profile {
            Profile::Misp => labels.push(label("tool", "MISP-STIX-Converter")),
            Profile::Strict => {
                labels.push("entente:tool=\"entente\"".to_owned());
                labels.push(label("threat-level", threat_level(view)));
                labels.push(label("analysis", &properties::slug(view.event.analysis.name())));
            }
        }
        said.apply(&mut wrapper, &labels, self.settings.version);
        set(&mut wrapper, "object_refs", Vec::<Value>::new());
        // The list is filled while the event is written, so the wrapper is cut in two there.
        let text = Value::Object(wrapper).to_string();
        if let Some(before) = text.strip_suffix("]}") {
            self.comma(&mut out.head);
            out.head.extend_from_slice(before.as_bytes());
            out.body.extend_from_slice(b"]}");
        }
    }

    /// Makes sure that the creator of what follows is in the bundle; of searches for attributes.
    pub fn begin_rows(&mut self, out: &mut Vec<u8>, creator: Party<'_>) {
        self.event.creator = self.identity(out, creator);
    }

    /// The end of an event.
    pub fn end_event(&mut self, out: &mut Sections, view: &EventView<'_>) {
        self.finish_context(out, view);
        if self.event.references == 0 && self.settings.wrapper {
            self.empty_event(out, view);
        }
    }

    /// A report when the event is published, else a grouping. spec: 12#6.1
    fn wrapper(&self, view: &EventView<'_>) -> Object {
        let event = view.event;
        let report = event.published || self.settings.version == Version::Old;
        let kind = if report { "report" } else { "grouping" };
        let mut object = self.head(kind, event.uuid, event.timestamp);
        set_text(&mut object, "name", &event.info);
        if report {
            let published = if event.published {
                event.publish_timestamp
            } else {
                event.timestamp
            };
            let published = moment::plain(published.max(0).saturating_mul(1_000_000));
            set(&mut object, "published", published);
            if self.settings.version == Version::New {
                set(&mut object, "report_types", json!(["threat-report"]));
            }
        } else {
            set(&mut object, "context", "suspicious-activity");
        }
        object
    }

    /// A note, so that the wrapper refers to something.
    fn empty_event(&mut self, out: &mut Sections, view: &EventView<'_>) {
        if self.settings.version == Version::Old {
            let creator = self.event.creator.clone();
            self.refer(out, &creator);
            return;
        }
        let mut note = self.head("note", ident::empty_event(view.event.uuid), view.event.timestamp);
        set(
            &mut note,
            "content",
            "This event holds no attribute that may be shown.",
        );
        set(&mut note, "object_refs", json!([self.event.wrapper]));
        let id = properties::id(&note).to_owned();
        self.refer(out, &id);
        self.object(&mut out.context, note);
    }

    /// The beginning of an object by the event's creator.
    pub(super) fn head(&self, kind: &str, uuid: Uuid, timestamp: i64) -> Object {
        let creator = (!self.event.creator.is_empty()).then_some(self.event.creator.as_str());
        properties::head(self.settings.version, kind, uuid, creator, timestamp, timestamp)
    }

    /// The identity of an organisation, written where it is met first.
    pub(super) fn identity(&mut self, out: &mut Vec<u8>, party: Party<'_>) -> String {
        let (created, modified) = (party.created, party.modified.max(party.created));
        let version = self.settings.version;
        let mut object = properties::head(version, "identity", party.uuid, None, created, modified);
        let id = properties::id(&object).to_owned();
        if self.meet(Family::Identity, party.uuid).in_bundle {
            let name = if party.name.is_empty() { &id } else { party.name };
            set(&mut object, "name", name);
            set(&mut object, "identity_class", "organization");
            self.object(out, object);
        }
        id
    }

    /// Whether this is met for the first time; from now on it is not.
    pub(super) fn meet(&mut self, family: Family, uuid: Uuid) -> First {
        match self.written.entry((family, uuid)) {
            Entry::Vacant(entry) => {
                entry.insert(self.events);
                First {
                    in_bundle: true,
                    in_event: true,
                }
            }
            Entry::Occupied(mut entry) => First {
                in_bundle: false,
                in_event: entry.insert(self.events) != self.events,
            },
        }
    }

    pub(super) fn remember(&mut self, marks: &[&'static Mark]) {
        for mark in marks {
            if !self.marks.contains(mark) {
                self.marks.push(mark);
            }
        }
    }

    /// Labels, confidence and marks of an element; in the strict profile the event's marks where it has none.
    pub(super) fn mark(&mut self, object: &mut Object, tags: &[TagView<'_>], own: &[String]) {
        let mut said = Said::of(tags, self.settings.version, self.settings.profile);
        if said.marks.is_empty() && self.settings.profile == Profile::Strict {
            said.marks.clone_from(&self.event.marks);
        }
        self.remember(&said.marks);
        said.apply(object, own, self.settings.version);
    }

    /// Remembers what an element became, for references to it.
    pub(super) fn became(&mut self, element: Uuid, kind: &'static str, uuid: Uuid) {
        if self.event.begun {
            self.event.primaries.insert(element, (kind, uuid));
        }
    }

    /// Adds a reference of the wrapper.
    pub(super) fn refer(&mut self, out: &mut Sections, id: &str) {
        if !self.settings.wrapper || !self.event.begun {
            return;
        }
        if self.event.references > 0 {
            out.refs.push(b',');
        }
        self.event.references += 1;
        out.refs.push(b'"');
        out.refs.extend_from_slice(id.as_bytes());
        out.refs.push(b'"');
    }

    /// Names a custom object's definition in the strict profile. spec: 12#7
    pub(super) fn custom(&mut self, out: &mut Vec<u8>, object: &mut Object) {
        if self.settings.profile != Profile::Strict || self.settings.version == Version::Old {
            return;
        }
        set(
            object,
            "extensions",
            json!({EXTENSION: {"extension_type": "new-sdo"}}),
        );
        if !self.meet(Family::Extension, Uuid::nil()).in_bundle {
            return;
        }
        let identity = json!({
            "type": "identity", "spec_version": "2.1", "id": ENTENTE, "created": FIXED, "modified": FIXED,
            "name": "Entente", "identity_class": "system",
        });
        self.append(out, &identity);
        let definition = json!({
            "type": "extension-definition", "spec_version": "2.1", "id": EXTENSION, "created_by_ref": ENTENTE,
            "created": FIXED, "modified": FIXED, "name": "Entente MISP extension",
            "description": "Attributes, objects and clusters of MISP that have no counterpart in STIX.",
            "schema": SCHEMA,
            "version": "1.0.0", "extension_types": ["property-extension", "new-sdo"],
        });
        self.append(out, &definition);
    }

    /// Appends an object and refers to it.
    pub(super) fn referred(&mut self, out: &mut Sections, object: Object) {
        let id = properties::id(&object).to_owned();
        self.refer(out, &id);
        self.object(&mut out.body, object);
    }

    pub(super) fn object(&mut self, out: &mut Vec<u8>, object: Object) {
        self.append(out, &Value::Object(object));
    }

    fn append(&mut self, out: &mut Vec<u8>, value: &Value) {
        self.comma(out);
        out.extend_from_slice(value.to_string().as_bytes());
    }

    fn comma(&mut self, out: &mut Vec<u8>) {
        if !std::mem::replace(&mut self.empty, false) {
            out.push(b',');
        }
    }

    /// The identifier of the present wrapper; empty outside events.
    pub(super) fn wrapper_id(&self) -> &str {
        if self.settings.wrapper {
            &self.event.wrapper
        } else {
            ""
        }
    }
}

fn threat_level(view: &EventView<'_>) -> &'static str {
    use entente_model::level::ThreatLevel;
    match view.event.threat_level {
        ThreatLevel::High => "high-risk",
        ThreatLevel::Medium => "medium-risk",
        ThreatLevel::Low => "low-risk",
        ThreatLevel::Undefined => "no-risk",
    }
}
