//! What a package says of an event as a whole, and of indicators beside their observables.
use super::kinds::STATES;
use super::node::{Content, Node};
use crate::map::marking::Mark;
use crate::write::{EventView, TagView};
use entente_model::level::Analysis;
use entente_model::time::{Seconds, rfc3339};
use serde_json::Value;

/// A second as the library prints it.
pub(super) fn moment(seconds: Seconds) -> String {
    rfc3339(seconds.max(0)).replace('Z', "+00:00")
}

/// An organisation by name.
pub(super) fn identity(name: &'static str, organisation: &str) -> Node {
    Node::of(
        name,
        vec![Node::of(
            "stixCommon:Identity",
            vec![Node::text("stixCommon:Name", organisation)],
        )],
    )
}

/// The title of a package.
pub(super) fn package(organisation: &str) -> Node {
    let intent = Node::text("stix:Package_Intent", "Threat Report")
        .with("xsi:type", "stixVocabs:PackageIntentVocab-1.0")
        .repeated();
    Node::of(
        "stix:STIX_Header",
        vec![
            Node::text("stix:Title", format!("Export from {organisation}'s MISP")),
            intent,
        ],
    )
}

/// What stands before the lists of an incident.
pub(super) fn incident_head(view: &EventView<'_>, title: &str, json: bool) -> Vec<Node> {
    let event = view.event;
    let number = event.id.0;
    let precise = |name, seconds| {
        let node = Node::text(name, moment(seconds));
        if json {
            node
        } else {
            node.with("precision", "second")
        }
    };
    let mut time = vec![precise("incident:Incident_Discovery", event.date.start())];
    if event.publish_timestamp > 0 {
        time.push(precise("incident:Incident_Reported", event.publish_timestamp));
    }
    let state = match event.analysis {
        Analysis::Initial => STATES[0],
        Analysis::Ongoing => STATES[1],
        Analysis::Completed => STATES[2],
    };
    let external = Node {
        content: Content::Number(number),
        ..Node::text("incident:External_ID", "")
    }
    .with("source", "MISP Event")
    .repeated_as("external_ids");
    vec![
        Node::text("incident:Title", title),
        external,
        Node::of("incident:Time", time),
        identity("incident:Reporter", view.creator.name),
        Node::text("incident:Status", state).with("xsi:type", "stixVocabs:IncidentStatusVocab-1.0"),
    ]
}

/// Marks and tags as a handling; nothing without any.
pub(super) fn handling(name: &'static str, tags: &[TagView<'_>]) -> Option<Node> {
    let mut structures: Vec<Node> = Vec::new();
    for tag in tags.iter().filter(|tag| tag.cluster.is_none()) {
        let structure = match Mark::of_tag(tag.name, false, true) {
            Some(mark) => {
                let colour = mark.tag.trim_start_matches("tlp:").to_ascii_uppercase();
                Node::empty("marking:Marking_Structure")
                    .with("xsi:type", "tlpMarking:TLPMarkingStructureType")
                    .with("color", Value::from(colour))
            }
            None => Node::of(
                "marking:Marking_Structure",
                vec![Node::text("simpleMarking:Statement", tag.name)],
            )
            .with("xsi:type", "simpleMarking:SimpleMarkingStructureType"),
        };
        let structure = structure.repeated_as("marking_structures");
        if !structures.contains(&structure) {
            structures.push(structure);
        }
    }
    let marking = Node::of("marking:Marking", structures);
    (!matches!(&marking.content, Content::Elements(list) if list.is_empty()))
        .then(|| Node::list(name, vec![marking]))
}
