//! Events as STIX 1 packages. spec: 04#6.9, 12#12
//!
//! An event is a package with one incident: attributes for detection are its related indicators, the others related
//! observables, and free text that is not for detection stands in its journal. Attributes that were found without
//! their events are the indicators and observables of the outermost package.
use super::element::Found;
use super::header::{handling, identity, incident_head, moment, package};
use super::kinds::{self, SCHEMAS};
pub use super::node::Notation;
use super::node::{is_text, push_text};
use super::package::{List, Parts, Section};
use crate::document::Document;
use crate::write::{EventView, Item, ObjectView, Party, TagView};
use entente_model::time::{Seconds, rfc3339};
use serde_json::json;
use std::collections::HashSet;
use uuid::Uuid;

/// What a package says of its making.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The notation.
    pub notation: Notation,
    /// `1.1.1` or `1.2`.
    pub version: &'static str,
    /// The identity of the package.
    pub id: Uuid,
    /// Now.
    pub now: Seconds,
    /// The organisation that runs the instance.
    pub organisation: String,
    /// The address of the instance.
    pub base_url: String,
}

/// A package being written.
pub struct Packages {
    pub(super) settings: Settings,
    pub(super) prefix: String,
    pub(super) parts: Parts,
    /// Clusters of the present package.
    pub(super) clusters: HashSet<Uuid>,
    /// Those that the incident refers to.
    pub(super) leveraged: HashSet<Uuid>,
    pub(super) producer: String,
    pub(super) packages: usize,
    pub(super) left_out: usize,
}

/// Where the version of CybOX stands although there is no observable.
const NO_OBSERVABLES: &str = "\"observables\":{\"cybox_major_version\":\"2\",\"cybox_minor_version\":\"1\",\"cybox_update_version\":\"0\"},";

impl Packages {
    /// An empty package.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            prefix: prefix(&settings.organisation),
            parts: Parts::new(settings.notation),
            clusters: HashSet::new(),
            leveraged: HashSet::new(),
            producer: settings.organisation.clone(),
            packages: 0,
            left_out: 0,
            settings,
        }
    }

    pub(super) fn id(&self, word: &str, uuid: Uuid) -> String {
        format!("{}:{word}-{uuid}", self.prefix)
    }

    /// Whether the notation can hold a text; what it cannot is counted.
    pub(super) fn fits(&mut self, text: &str) -> bool {
        let fits = self.parts.is_json() || is_text(text);
        self.left_out += usize::from(!fits);
        fits
    }

    pub(super) fn fits_quietly(&self, text: &str) -> bool {
        self.parts.is_json() || is_text(text)
    }
}

/// A text as a part of an identifier.
pub(super) fn word(text: &str) -> String {
    text.chars()
        .map(|ch| {
            if ch.is_ascii_alphanumeric() || ch == '-' {
                ch
            } else {
                '_'
            }
        })
        .collect()
}

/// A word for the namespace of identifiers, made of a name.
pub(super) fn prefix(name: &str) -> String {
    let mut word: String = name
        .chars()
        .map(|ch| if ch.is_whitespace() { '_' } else { ch })
        .filter(|ch| ch.is_ascii_alphanumeric() || *ch == '_')
        .collect();
    let taken =
        SCHEMAS.iter().any(|(prefix, _)| *prefix == word) || word.to_ascii_lowercase().starts_with("xml");
    if taken || !word.starts_with(|ch: char| ch.is_ascii_alphabetic() || ch == '_') {
        word.insert_str(0, "MISP_");
    }
    word
}

impl Document for Packages {
    fn sections(&mut self) -> Vec<&mut Vec<u8>> {
        self.parts.all()
    }

    fn begin(&mut self) {
        let id = self.id("STIXPackage", self.settings.id);
        let timestamp = rfc3339(self.settings.now).replace('Z', "");
        let header = package(&self.settings.organisation);
        if self.parts.is_json() {
            let head = json!({"id": id, "timestamp": timestamp}).to_string();
            let head = head.strip_suffix('}').unwrap_or(&head).to_owned();
            self.parts.put(Section::Frame, &head);
            self.parts.put(Section::Frame, ",");
        } else {
            let mut out = format!("<stix:STIX_Package\n\txmlns:{}=\"", self.prefix).into_bytes();
            push_text(&mut out, &self.settings.base_url);
            out.extend_from_slice(b"\"\n");
            for (name, schema) in SCHEMAS {
                out.extend_from_slice(format!("\txmlns:{name}=\"{schema}\"\n").as_bytes());
            }
            let version = self.settings.version;
            let end = format!("\tid=\"{id}\" version=\"{version}\" timestamp=\"{timestamp}\">\n");
            out.extend_from_slice(end.as_bytes());
            self.parts.of(Section::Frame).append(&mut out);
        }
        self.parts.nodes(Section::Frame, vec![header], 1);
    }

    fn begin_event(&mut self, view: &EventView<'_>) {
        let first = self.packages == 0;
        self.packages += 1;
        view.creator.name.clone_into(&mut self.producer);
        self.clusters.clear();
        self.leveraged.clear();
        let event = view.event;
        let (outer, inner) = (
            self.id("STIXPackage", event.uuid),
            self.id("Incident", event.uuid),
        );
        let (at, version) = (moment(event.timestamp), self.settings.version);
        let json = self.parts.is_json();
        let title = if self.fits_quietly(&event.info) {
            event.info.as_str()
        } else {
            "MISP event"
        };
        if json {
            let before = if first {
                format!("{NO_OBSERVABLES}\"related_packages\":{{\"related_packages\":[")
            } else {
                ",".to_owned()
            };
            let head = format!(
                "{before}{{\"package\":{{\"id\":{},\"timestamp\":\"{at}\",{NO_OBSERVABLES}",
                json!(outer)
            );
            self.parts.put(Section::Frame, &head);
            let incident = format!("\"incidents\":[{{\"id\":{},\"timestamp\":\"{at}\",", json!(inner));
            self.parts.put(Section::Second, &incident);
        } else {
            if first {
                self.parts.put(Section::Frame, "    <stix:Related_Packages>\n");
            }
            let head = format!(
                "        <stix:Related_Package>\n            <stix:Package id=\"{outer}\" version=\"{version}\" \
                 timestamp=\"{at}\">\n"
            );
            self.parts.put(Section::Frame, &head);
            let incident = format!(
                "                <stix:Incidents>\n                    <stix:Incident id=\"{inner}\" \
                 timestamp=\"{at}\" xsi:type=\"incident:IncidentType\">\n"
            );
            self.parts.put(Section::Second, &incident);
        }
        self.parts
            .nodes(Section::Frame, vec![package(view.creator.name)], 4);
        self.parts
            .nodes(Section::Second, incident_head(view, title, json), 6);
    }

    fn attribute(&mut self, item: &Item<'_>) {
        self.item(item);
    }

    fn object(&mut self, view: &ObjectView<'_>) {
        let object = view.object;
        let mut members: Vec<&Item<'_>> = Vec::with_capacity(view.members.len());
        for member in view.members {
            if self.fits(&member.attribute.value()) {
                members.push(member);
            }
        }
        if members.is_empty() {
            return;
        }
        if !members.iter().any(|member| member.attribute.to_ids) {
            let observable = self.observable_of("cybox:Observable", view, &members);
            return self.related(List::Observables, &object.meta_category, observable);
        }
        let tags: Vec<TagView<'_>> = members.iter().flat_map(|member| member.tags).copied().collect();
        let content = self.observable_of("indicator:Observable", view, &members);
        let indicator = self.indicator(Found {
            uuid: object.uuid,
            timestamp: object.timestamp,
            title: format!("{}: {} (MISP Object)", object.meta_category, object.name),
            kind: kinds::indicator_type_of_object(&object.name),
            comment: &object.comment,
            tags: &tags,
            content,
        });
        self.related(List::Indicators, &object.meta_category, indicator);
    }

    fn end_event(&mut self, view: &EventView<'_>) {
        self.journal(&format!(
            "{}{}",
            kinds::THREAT_LEVEL,
            view.event.threat_level.name()
        ));
        self.journal(&format!("{}misp:tool=\"MISP-STIX-Converter\"", kinds::TAG));
        self.event_clusters(view.tags);
        for list in [
            List::Ttps,
            List::Indicators,
            List::Observables,
            List::Leveraged,
            List::Attributed,
            List::Journal,
        ] {
            self.parts.close(list);
        }
        let mut tail = vec![identity("incident:Information_Source", view.creator.name)];
        let tags: Vec<TagView<'_>> = view
            .tags
            .iter()
            .copied()
            .filter(|tag| self.fits_quietly(tag.name))
            .collect();
        tail.extend(handling("incident:Handling", &tags));
        self.parts.nodes(Section::Tail, tail, 6);
        let version = self.settings.version;
        if self.parts.is_json() {
            self.parts.put(
                Section::Tail,
                "\"related_incidents\":{},\"related_packages\":{}}],",
            );
        } else {
            self.parts.put(
                Section::Tail,
                "                    </stix:Incident>\n                </stix:Incidents>\n",
            );
        }
        self.parts.close(List::Actors);
        if self.parts.is_json() {
            self.parts
                .put(Section::Actors, &format!("\"version\":\"{version}\"}}}}"));
        } else {
            self.parts.put(
                Section::Actors,
                "            </stix:Package>\n        </stix:Related_Package>\n",
            );
        }
    }

    fn row(&mut self, creator: Party<'_>, item: &Item<'_>) {
        self.parts.rows = true;
        creator.name.clone_into(&mut self.producer);
        self.item(item);
    }

    fn end_rows(&mut self) {
        for list in [List::Observables, List::Indicators, List::Ttps] {
            self.parts.close(list);
        }
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        let has_packages = self.packages > 0;
        if self.parts.is_json() {
            if has_packages {
                out.extend_from_slice(b"]},");
            }
            out.extend_from_slice(format!("\"version\":\"{}\"}}\n", self.settings.version).as_bytes());
            return;
        }
        if has_packages {
            out.extend_from_slice(b"    </stix:Related_Packages>\n");
        }
        // spec: 11#SR-IN-7
        if self.left_out > 0 {
            let note = format!(
                "    <!-- Left out because XML cannot express them: {} -->\n",
                self.left_out
            );
            out.extend_from_slice(note.as_bytes());
        }
        out.extend_from_slice(b"</stix:STIX_Package>\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_names_of_xml() {
        for (name, expected) in [
            ("ORGNAME", "ORGNAME"),
            ("Golden Alpha CERT", "Golden_Alpha_CERT"),
            ("3com \"x\" <y>", "MISP_3com_x_y"),
            ("stix", "MISP_stix"),
            ("Übung", "bung"),
            ("", "MISP_"),
        ] {
            assert_eq!(prefix(name), expected);
        }
    }
}
