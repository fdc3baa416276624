//! Attributes and objects as indicators, observables and entries of the journal.
use super::header::{handling, identity, moment};
use super::kinds;
use super::node::Node;
use super::observable::{self, Cybox};
use super::package::List;
use super::write::Packages;
use super::write::word;
use crate::write::{Item, ObjectView, TagView};
use entente_indicator::{AttributeType, Category};
use entente_model::attribute::Attribute;
use entente_model::time::Seconds;
use uuid::Uuid;

const CONFIDENCE: &str = "Derived from MISP's IDS flag. If an attribute is marked for IDS exports, the confidence \
                          will be high, otherwise none";

/// An indicator: what it is called, and what it looks for.
pub(super) struct Found<'a> {
    pub(super) uuid: Uuid,
    pub(super) timestamp: Seconds,
    pub(super) title: String,
    pub(super) kind: &'static str,
    pub(super) comment: &'a str,
    pub(super) tags: &'a [TagView<'a>],
    /// An observable, or a rule.
    pub(super) content: Node,
}

impl Packages {
    pub(super) fn item(&mut self, item: &Item<'_>) {
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

    pub(super) fn observable(&self, name: &'static str, uuid: Uuid, cybox: Cybox) -> Node {
        let object = Node::of("cybox:Object", vec![cybox.properties]).with("id", self.id(cybox.word, uuid));
        Node::of(name, vec![object]).with("id", self.id("Observable", uuid))
    }

    /// The observable of an object: one of its own kind, or all those of its members.
    pub(super) fn observable_of(
        &self,
        name: &'static str,
        view: &ObjectView<'_>,
        members: &[&Item<'_>],
    ) -> Node {
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
    pub(super) fn indicator(&mut self, found: Found<'_>) -> Node {
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

    /// Adds an indicator or observable, inside an incident with what it has to do with it.
    pub(super) fn related(&mut self, list: List, relationship: &str, mut node: Node) {
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

    pub(super) fn journal(&mut self, text: &str) {
        let entry = Node::text("incident:Journal_Entry", text).with("time_precision", "second");
        self.parts
            .add(List::Journal, &Node::of("incident:History_Item", vec![entry]));
    }

    pub(super) fn vulnerability(&mut self, attribute: &Attribute, category: &str, value: &str) {
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
}

/// A rule as a test mechanism.
pub(super) fn rule(kind: &str, value: &str) -> Option<Node> {
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
