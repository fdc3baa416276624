//! Events as STIX 1 packages. spec: 04#6.9, 12#12
//!
//! An event is a package with one incident: attributes for detection are its related indicators, the others related
//! observables, and free text that is not for detection stands in its journal. Attributes that were found without
//! their events are the indicators and observables of the outermost package.
use super::header::{handling, identity, incident_head, moment, package};
use super::kinds::{self, SCHEMAS};
pub use super::node::Notation;
use super::node::{Node, is_text, push_text};
use super::observable::{self, Cybox};
use super::package::{List, Parts, Section};
use crate::document::Document;
use crate::map::galaxy;
use crate::write::{EventView, Item, ObjectView, Party, TagView};
use entente_indicator::{AttributeType, Category};
use entente_model::attribute::Attribute;
use entente_model::library::FullCluster;
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
    settings: Settings,
    prefix: String,
    parts: Parts,
    /// Clusters of the present package.
    clusters: HashSet<Uuid>,
    /// Those that the incident refers to.
    leveraged: HashSet<Uuid>,
    producer: String,
    packages: usize,
    left_out: usize,
}

const CONFIDENCE: &str = "Derived from MISP's IDS flag. If an attribute is marked for IDS exports, the confidence \
                          will be high, otherwise none";
/// Where the version of CybOX stands although there is no observable.
const NO_OBSERVABLES: &str = "\"observables\":{\"cybox_major_version\":\"2\",\"cybox_minor_version\":\"1\",\"cybox_update_version\":\"0\"},";

/// An indicator: what it is called, and what it looks for.
struct Found<'a> {
    uuid: Uuid,
    timestamp: Seconds,
    title: String,
    kind: &'static str,
    comment: &'a str,
    tags: &'a [TagView<'a>],
    /// An observable, or a rule.
    content: Node,
}

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

    fn id(&self, word: &str, uuid: Uuid) -> String {
        format!("{}:{word}-{uuid}", self.prefix)
    }

    /// Whether the notation can hold a text; what it cannot is counted.
    fn fits(&mut self, text: &str) -> bool {
        let fits = self.parts.is_json() || is_text(text);
        self.left_out += usize::from(!fits);
        fits
    }

    fn item(&mut self, item: &Item<'_>) {
        let attribute = item.attribute;
        let Some(kind) = AttributeType::from_id(attribute.kind).map(AttributeType::name) else {
            return;
        };
        let value = attribute.value();
        if !self.fits(&value) {
            return;
        }
        let category = Category::from_id(attribute.category).map_or("Other", Category::name);
        if kind == "vulnerability" {
            return self.vulnerability(attribute, category, &value);
        }
        if matches!(kind, "comment" | "text" | "other") && !attribute.to_ids && !self.parts.rows {
            return self.journal(&format!("{}{category} - {kind}): {value}", kinds::ATTRIBUTE));
        }
        if !attribute.to_ids {
            let observable = self.observable(
                "cybox:Observable",
                attribute.uuid,
                observable::of_attribute(kind, attribute, item.file),
            );
            return self.related(List::Observables, category, observable);
        }
        let content = match rule(kind, &value) {
            Some(rule) => rule,
            None => self.observable(
                "indicator:Observable",
                attribute.uuid,
                observable::of_attribute(kind, attribute, item.file),
            ),
        };
        let indicator = self.indicator(Found {
            uuid: attribute.uuid,
            timestamp: attribute.timestamp,
            title: format!("{category}: {value} (MISP Attribute)"),
            kind: kinds::indicator_type(kind),
            comment: &attribute.comment,
            tags: item.tags,
            content,
        });
        self.related(List::Indicators, category, indicator);
    }

    fn observable(&self, name: &'static str, uuid: Uuid, cybox: Cybox) -> Node {
        let object = Node::of("cybox:Object", vec![cybox.properties]).with("id", self.id(cybox.word, uuid));
        Node::of(name, vec![object]).with("id", self.id("Observable", uuid))
    }

    /// The observable of an object: one of its own kind, or all those of its members.
    fn observable_of(&self, name: &'static str, view: &ObjectView<'_>, members: &[&Item<'_>]) -> Node {
        let object = view.object;
        let facts: Vec<(&str, &'static str, &Attribute)> = members
            .iter()
            .filter_map(|member| {
                let attribute = member.attribute;
                let kind = AttributeType::from_id(attribute.kind)?.name();
                Some((attribute.relation.as_deref().unwrap_or(kind), kind, attribute))
            })
            .collect();
        if let Some(cybox) = observable::of_object(&object.name, &facts) {
            return self.observable(name, object.uuid, cybox);
        }
        let list: Vec<Node> = facts
            .iter()
            .map(|(relation, kind, attribute)| {
                let known = observable::of_attribute(kind, attribute, None);
                let cybox = if known.word == "Custom" {
                    observable::custom(relation, &attribute.value())
                } else {
                    known
                };
                self.observable("cybox:Observable", attribute.uuid, cybox)
                    .repeated_as("observables")
            })
            .collect();
        let composition = Node::of("cybox:Observable_Composition", list).with("operator", "AND");
        let word = format!("{}_ObservableComposition", word(&object.name));
        Node::of(name, vec![composition]).with("id", self.id(&word, object.uuid))
    }

    /// An indicator, its parts in the order of the schema.
    fn indicator(&mut self, found: Found<'_>) -> Node {
        let at = moment(found.timestamp);
        let title = if self.fits_quietly(&found.title) {
            found.title.as_str()
        } else {
            "MISP"
        };
        let description = match found.comment {
            "" => title,
            comment if self.fits_quietly(comment) => comment,
            _ => title,
        };
        let json = self.parts.is_json();
        let mut parts = vec![
            Node::text("indicator:Title", title),
            Node::text("indicator:Type", found.kind)
                .with("xsi:type", "stixVocabs:IndicatorTypeVocab-1.1")
                .repeated_as("indicator_types"),
            Node::text("indicator:Description", description),
            Node::empty("indicator:Valid_Time_Position").repeated_as("valid_time_positions"),
        ];
        let is_rule = found.content.name == "indicator:Test_Mechanisms";
        let (content, rule) = if is_rule {
            (None, Some(found.content))
        } else {
            (Some(found.content), None)
        };
        parts.extend(content);
        for tag in found.tags {
            if let Some((relation, ttp)) = self.cluster(tag) {
                let ttp = Node::empty("stixCommon:TTP")
                    .with("idref", ttp)
                    .with("xsi:type", "ttp:TTPType");
                parts.push(
                    Node::of(
                        "indicator:Indicated_TTP",
                        vec![Node::text("stixCommon:Relationship", relation), ttp],
                    )
                    .repeated_as("indicated_ttps"),
                );
            }
        }
        parts.extend(rule);
        parts.extend(handling("indicator:Handling", found.tags));
        let mut confidence = Node::of(
            "indicator:Confidence",
            vec![
                Node::text("stixCommon:Value", "High"),
                Node::text("stixCommon:Description", CONFIDENCE),
            ],
        )
        .with("timestamp", at.as_str());
        if json {
            confidence = confidence.with("timestamp_precision", "second");
        }
        parts.push(confidence);
        parts.push(identity("indicator:Producer", &self.producer));
        if json {
            for empty in [
                "suggested_coas",
                "sightings",
                "kill_chain_phases",
                "related_indicators",
                "related_campaigns",
                "related_packages",
            ] {
                parts.push(Node::empty(empty));
            }
        }
        let name = if self.parts.rows {
            "stix:Indicator"
        } else {
            "stixCommon:Indicator"
        };
        let node = Node::of(name, parts)
            .with("id", self.id("Indicator", found.uuid))
            .with("timestamp", at);
        if json {
            node
        } else {
            node.with("xsi:type", "indicator:IndicatorType")
        }
    }

    fn fits_quietly(&self, text: &str) -> bool {
        self.parts.is_json() || is_text(text)
    }

    /// Adds an indicator or observable, inside an incident with what it has to do with it.
    fn related(&mut self, list: List, relationship: &str, mut node: Node) {
        if self.parts.rows {
            return self.parts.add(list, &node);
        }
        let name = match list {
            List::Observables => {
                node.name = "stixCommon:Observable";
                "incident:Related_Observable"
            }
            List::Leveraged => "incident:Leveraged_TTP",
            List::Attributed => "incident:Threat_Actor",
            _ => "incident:Related_Indicator",
        };
        let related = Node::of(
            name,
            vec![Node::text("stixCommon:Relationship", relationship), node],
        );
        self.parts.add(list, &related);
    }

    fn journal(&mut self, text: &str) {
        let entry = Node::text("incident:Journal_Entry", text).with("time_precision", "second");
        self.parts
            .add(List::Journal, &Node::of("incident:History_Item", vec![entry]));
    }

    fn vulnerability(&mut self, attribute: &Attribute, category: &str, value: &str) {
        let at = moment(attribute.timestamp);
        let vulnerability = Node::of("et:Vulnerability", vec![Node::text("et:CVE_ID", value)]);
        let target = Node::of(
            "stixCommon:Exploit_Target",
            vec![
                Node::text("et:Title", format!("Vulnerability {value}")),
                vulnerability.repeated_as("vulnerabilities"),
            ],
        )
        .with("id", self.id("ExploitTarget", attribute.uuid))
        .with("timestamp", at.as_str());
        let target = self.typed(target, "et:ExploitTargetType");
        let targets = Node::of("ttp:Exploit_Target", vec![target]).repeated_as("exploit_targets");
        let ttp = Node::of(
            "stix:TTP",
            vec![
                Node::text("ttp:Title", format!("{category}: {value} (MISP Attribute)")),
                Node::of("ttp:Exploit_Targets", vec![targets]),
            ],
        )
        .with("id", self.id("TTP", attribute.uuid))
        .with("timestamp", at);
        let ttp = self.typed(ttp, "ttp:TTPType");
        self.parts.add(List::Ttps, &ttp);
        let id = self.id("TTP", attribute.uuid);
        self.leverage(&id, "vulnerability");
    }

    /// The kind of an element; the library does not repeat it in JSON.
    fn typed(&self, node: Node, kind: &'static str) -> Node {
        if self.parts.is_json() {
            node
        } else {
            node.with("xsi:type", kind)
        }
    }

    fn leverage(&mut self, id: &str, relationship: &str) {
        if self.parts.rows {
            return;
        }
        let ttp = self.typed(Node::empty("stixCommon:TTP").with("idref", id), "ttp:TTPType");
        self.related(List::Leveraged, relationship, ttp);
    }

    /// Adds a cluster to the package where it is met first; what it is and its identifier, of a TTP.
    fn cluster(&mut self, tag: &TagView<'_>) -> Option<(String, String)> {
        let (full, galaxy) = tag.cluster?;
        let cluster = &full.cluster;
        if !self.fits_quietly(&cluster.value) || !self.fits_quietly(&cluster.description) {
            return None;
        }
        let kind = galaxy::object_of(&cluster.galaxy_type);
        let first = self.clusters.insert(cluster.uuid);
        if kind == "threat-actor" || kind == "intrusion-set" {
            if first {
                self.actor(full);
            }
            return None;
        }
        let behaviour = behaviour(kind, full, &self.prefix)?;
        let id = self.id("TTP", cluster.uuid);
        if first {
            let title = Node::text("ttp:Title", format!("{} (MISP Galaxy)", galaxy.name));
            let ttp = Node::of("stix:TTP", vec![title, behaviour])
                .with("id", id.as_str())
                .with("timestamp", moment(self.settings.now));
            let ttp = self.typed(ttp, "ttp:TTPType");
            self.parts.add(List::Ttps, &ttp);
        }
        Some((galaxy.name.clone(), id))
    }

    fn actor(&mut self, full: &FullCluster) {
        if self.parts.rows {
            return;
        }
        let cluster = &full.cluster;
        let mut parts = vec![Node::text("ta:Title", cluster.value.as_str())];
        if !cluster.description.is_empty() {
            parts.push(Node::text("ta:Description", cluster.description.as_str()));
        }
        let actor = Node::of("stix:Threat_Actor", parts)
            .with("id", self.id("ThreatActor", cluster.uuid))
            .with("timestamp", moment(self.settings.now));
        let actor = self.typed(actor, "ta:ThreatActorType");
        self.parts.add(List::Actors, &actor);
    }

    /// The clusters of the event itself, which the incident refers to.
    fn event_clusters(&mut self, tags: &[TagView<'_>]) {
        for tag in tags {
            let Some((full, galaxy)) = tag.cluster else {
                continue;
            };
            let uuid = full.cluster.uuid;
            if let Some((relationship, id)) = self.cluster(tag) {
                if self.leveraged.insert(uuid) {
                    self.leverage(&id, &relationship);
                }
            } else if self.clusters.contains(&uuid) && self.leveraged.insert(uuid) {
                let actor =
                    Node::empty("stixCommon:Threat_Actor").with("idref", self.id("ThreatActor", uuid));
                let actor = self.typed(actor, "ta:ThreatActorType");
                self.related(List::Attributed, &galaxy.name, actor);
            } else if self.fits_quietly(tag.name) {
                self.journal(&format!("{}{}", kinds::TAG, tag.name));
            }
        }
    }
}

/// What a cluster does, where the schema has a word for it.
fn behaviour(kind: &str, full: &FullCluster, prefix: &str) -> Option<Node> {
    let cluster = &full.cluster;
    let named = |name, id_word: &str, names: Node| {
        let mut parts = vec![names];
        if !cluster.description.is_empty() {
            let description = match name {
                "ttp:Malware_Instance" => "ttp:Description",
                "ttp:Tool" => "cyboxCommon:Description",
                _ => "ttp:Description",
            };
            parts.push(Node::text(description, cluster.description.as_str()));
        }
        Node::of(name, parts).with("id", format!("{prefix}:{id_word}-{}", cluster.uuid))
    };
    let value = cluster.value.as_str();
    Some(match kind {
        "attack-pattern" => Node::of(
            "ttp:Behavior",
            vec![Node::list(
                "ttp:Attack_Patterns",
                vec![named(
                    "ttp:Attack_Pattern",
                    "AttackPattern",
                    Node::text("ttp:Title", value),
                )],
            )],
        ),
        "malware" => Node::of(
            "ttp:Behavior",
            vec![Node::list(
                "ttp:Malware",
                vec![named(
                    "ttp:Malware_Instance",
                    "Malware",
                    Node::text("ttp:Title", value),
                )],
            )],
        ),
        "tool" => Node::of(
            "ttp:Resources",
            vec![Node::list(
                "ttp:Tools",
                vec![named("ttp:Tool", "Tool", Node::text("cyboxCommon:Name", value))],
            )],
        ),
        _ => return None,
    })
}

/// A rule as a test mechanism.
fn rule(kind: &str, value: &str) -> Option<Node> {
    let mechanism = match kind {
        "yara" => Node::of("indicator:Test_Mechanism", vec![Node::text("yaraTM:Rule", value)])
            .with("xsi:type", "yaraTM:YaraTestMechanismType"),
        "snort" => Node::of(
            "indicator:Test_Mechanism",
            vec![Node::text("snortTM:Rule", value).repeated_as("rules")],
        )
        .with("xsi:type", "snortTM:SnortTestMechanismType"),
        _ => return None,
    };
    Some(Node::list("indicator:Test_Mechanisms", vec![mechanism]))
}

/// A text as a part of an identifier.
fn word(text: &str) -> String {
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
fn prefix(name: &str) -> String {
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
