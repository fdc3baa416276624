//! Clusters of galaxies as techniques, tools and actors.
use super::header::moment;
use super::kinds;
use super::node::Node;
use super::package::List;
use super::write::Packages;
use crate::map::galaxy;
use crate::write::TagView;
use entente_model::library::FullCluster;

impl Packages {
    /// The kind of an element; the library does not repeat it in JSON.
    pub(super) fn typed(&self, node: Node, kind: &'static str) -> Node {
        if self.parts.is_json() {
            node
        } else {
            node.with("xsi:type", kind)
        }
    }

    pub(super) fn leverage(&mut self, id: &str, relationship: &str) {
        if self.parts.rows {
            return;
        }
        let ttp = self.typed(Node::empty("stixCommon:TTP").with("idref", id), "ttp:TTPType");
        self.related(List::Leveraged, relationship, ttp);
    }

    /// Adds a cluster to the package where it is met first; what it is and its identifier, of a TTP.
    pub(super) fn cluster(&mut self, tag: &TagView<'_>) -> Option<(String, String)> {
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

    pub(super) fn actor(&mut self, full: &FullCluster) {
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
    pub(super) fn event_clusters(&mut self, tags: &[TagView<'_>]) {
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
pub(super) fn behaviour(kind: &str, full: &FullCluster, prefix: &str) -> Option<Node> {
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
