//! STIX 1 documents as drafts of events. spec: 12#12
//!
//! A document is one event, as MISP's own exports are: its first incident gives title, date and state, its
//! indicators attributes for detection, its observables others. CybOX objects that no table knows, and whatever
//! else the standard has, are named and left out.
use super::kinds::{ATTRIBUTE, STATES, TAG, THREAT_LEVEL};
use super::parse;
use super::properties::Piece;
use super::tree::Tree;
use crate::map::galaxy;
use crate::read::{Imported, MOST_CLUSTERS, ReadError, Sink, strict_json};
use entente_model::draft::{AttributeDraft, EventDraft, Given, OrgDraft, TagDraft};
use entente_model::level::{Analysis, ThreatLevel};
use entente_model::time::{Day, parse_moment};
use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader, Read};
use uuid::Uuid;

/// Largest document in bytes: unlike one of STIX 2 it is held whole.
pub const LARGEST: u64 = 64 << 20;

/// Reads a STIX 1 document, XML or the JSON of its Python library. `event` is the uuid of the event unless the
/// document has one.
///
/// # Errors
/// See [`ReadError`]; what was delivered until then does not count.
pub fn package(source: impl Read, event: Uuid, sink: &mut dyn Sink) -> Result<Imported, ReadError> {
    let mut source = BufReader::new(source.take(LARGEST + 1));
    let tree = if is_json(&mut source)? {
        Tree::of_json("stix_package", strict_json(&mut source)?)
    } else {
        parse::xml(&mut source)?
    };
    if source.get_ref().limit() == 0 {
        return Err(ReadError::TooLarge(format!(
            "A STIX 1 document has at most {LARGEST} bytes; split it."
        )));
    }
    if !matches!(tree.name.as_str(), "stix_package" | "package") {
        return Err(ReadError::Syntax {
            at: 0,
            message: format!("expected a STIX_Package, found {}", tree.name),
        });
    }
    Reading::new(event, sink).run(&tree)
}

fn is_json(source: &mut impl BufRead) -> Result<bool, ReadError> {
    let bytes = source.fill_buf()?;
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    Ok(matches!(first, Some(b'{' | b'[')))
}

pub(super) struct Reading<'a> {
    pub(super) sink: &'a mut dyn Sink,
    pub(super) event: Uuid,
    pub(super) header: EventDraft,
    pub(super) has_incident: bool,
    /// TTPs by identifier, as tags.
    pub(super) ttps: HashMap<String, Vec<String>>,
    pub(super) choices: HashMap<String, Vec<String>>,
    /// Tags of the event.
    pub(super) tagged: HashSet<String>,
    pub(super) taken: HashSet<Uuid>,
    pub(super) count: usize,
}

/// What is known of an element before its observable is looked at.
#[derive(Default, Clone)]
pub(super) struct About {
    pub(super) uuid: Option<Uuid>,
    pub(super) category: String,
    pub(super) title: String,
    pub(super) comment: String,
    pub(super) to_ids: bool,
    pub(super) timestamp: Option<i64>,
    pub(super) tags: Vec<TagDraft>,
}

impl<'a> Reading<'a> {
    fn new(event: Uuid, sink: &'a mut dyn Sink) -> Self {
        Self {
            sink,
            event,
            header: EventDraft::default(),
            has_incident: false,
            ttps: HashMap::new(),
            choices: HashMap::new(),
            tagged: HashSet::new(),
            taken: HashSet::new(),
            count: 0,
        }
    }

    fn run(mut self, tree: &Tree) -> Result<Imported, ReadError> {
        self.collect_ttps(tree);
        self.walk(tree)?;
        let header = &mut self.header;
        if header.info.is_none() {
            let title = tree.text_at(&["stix_header", "title"]);
            header.info = Some(title.map_or_else(|| format!("STIX import {}", self.event), str::to_owned));
        }
        if !self.has_incident
            && let Some(uuid) = uuid_of(tree)
        {
            self.event = uuid;
        }
        header.uuid = Given::Value(self.event);
        Ok(Imported {
            header: self.header,
            choices: self.choices,
        })
    }

    /// Indicators may refer to what comes later, so techniques and tools are looked at first.
    fn collect_ttps(&mut self, tree: &Tree) {
        if tree.name == "ttp" && tree.child("id").is_some() {
            let mut tags = Vec::new();
            for (path, kind) in [
                (["behavior", "attack_patterns"], "attack-pattern"),
                (["behavior", "malware"], "malware"),
                (["behavior", "malware_instances"], "malware"),
                (["resources", "tools"], "tool"),
            ] {
                let list = tree.at(&path[..1]).and_then(|tree| tree.child(path[1]));
                for one in list.into_iter().flat_map(|list| &list.children) {
                    let name = one.text_at(&["title"]).or_else(|| one.text_at(&["name"]));
                    tags.extend(name.map(|name| self.cluster(kind, name)));
                }
            }
            if let Some(id) = tree.text_at(&["id"]) {
                self.ttps.insert(id.to_owned(), tags);
            }
        }
        tree.children.iter().for_each(|child| self.collect_ttps(child));
    }

    /// The tag of a cluster by name, with the names that it may have here.
    fn cluster(&mut self, kind: &str, name: &str) -> String {
        let fallback = galaxy::tag(&format!("stix-2.1-{kind}"), name);
        let others = galaxy::candidates(kind)
            .iter()
            .map(|known| galaxy::tag(known, name));
        if self.choices.len() < MOST_CLUSTERS {
            self.choices
                .entry(fallback.clone())
                .or_insert_with(|| others.collect());
        }
        fallback
    }

    fn walk(&mut self, tree: &Tree) -> Result<(), ReadError> {
        match tree.name.as_str() {
            "incident" if tree.child("title").is_some() => self.incident(tree)?,
            "indicator" if tree.child("indicator").is_none() => return self.indicator(tree, ""),
            "observable" if tree.child("observable").is_none() => return self.observable_alone(tree, ""),
            "related_indicator" | "related_observable" | "indicator" | "observable" => {
                return self.related(tree);
            }
            "journal_entry" => return self.journal(tree.value().unwrap_or_default()),
            "ttp" if tree.child("idref").is_some() => {
                self.leveraged(tree);
                return Ok(());
            }
            "threat_actor" => {
                if let Some(name) = tree.text_at(&["title"]) {
                    let tag = self.cluster("threat-actor", name);
                    self.tag(tag);
                }
            }
            "exploit_target" if tree.child("exploit_target").is_none() => return self.vulnerabilities(tree),
            "campaign" | "course_of_action" => {
                if let Some(title) = tree.text_at(&["title"]) {
                    self.sink
                        .left_out(format!("{} {title}: it has no counterpart here", tree.name));
                }
            }
            // what is said of the whole and not of its elements
            "handling" => return Ok(()),
            _ => {}
        }
        tree.children.iter().try_for_each(|child| self.walk(child))
    }

    /// An element with what it has to do with its incident.
    fn related(&mut self, tree: &Tree) -> Result<(), ReadError> {
        let relationship = tree.text_at(&["relationship"]).unwrap_or_default();
        for child in &tree.children {
            match child.name.as_str() {
                "indicator" => self.indicator(child, relationship)?,
                "observable" => self.observable_alone(child, relationship)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn incident(&mut self, tree: &Tree) -> Result<(), ReadError> {
        if std::mem::replace(&mut self.has_incident, true) {
            if let Some(title) = tree.text_at(&["title"]) {
                self.sink.left_out(format!(
                    "the incident {title} is part of the same event, without a title of its own"
                ));
            }
            return Ok(());
        }
        if let Some(uuid) = uuid_of(tree) {
            self.event = uuid;
        }
        let header = &mut self.header;
        header.info = tree.text_at(&["title"]).map(str::to_owned);
        header.timestamp = seconds(tree.text_at(&["timestamp"])).map_or(Given::Absent, Given::Value);
        let date = tree
            .text_at(&["time", "incident_discovery"])
            .or_else(|| tree.text_at(&["timestamp"]))
            .and_then(Day::parse);
        header.date = date.map_or(Given::Absent, Given::Value);
        let state = tree
            .text_at(&["status"])
            .and_then(|state| STATES.iter().position(|known| *known == state));
        let analysis = state.and_then(|number| Analysis::from_number(i64::try_from(number).ok()?));
        header.analysis = analysis.map_or(Given::Absent, Given::Value);
        let by = tree
            .text_at(&["reporter", "identity", "name"])
            .or_else(|| tree.text_at(&["information_source", "identity", "name"]));
        header.orgc = by.map(|name| OrgDraft {
            name: Some(name.to_owned()),
            ..OrgDraft::default()
        });
        for mark in marks(tree).into_iter().filter_map(|tag| tag.name) {
            self.tag(mark);
        }
        Ok(())
    }

    fn tag(&mut self, name: String) {
        if self.tagged.insert(name.clone()) {
            self.header.tags.push(named(name));
        }
    }

    fn leveraged(&mut self, tree: &Tree) {
        let tags = tree
            .text_at(&["idref"])
            .and_then(|id| self.ttps.get(id))
            .cloned()
            .unwrap_or_default();
        for tag in tags {
            self.tag(tag);
        }
    }

    fn journal(&mut self, entry: &str) -> Result<(), ReadError> {
        if let Some(level) = entry.strip_prefix(THREAT_LEVEL) {
            let levels = [
                ThreatLevel::High,
                ThreatLevel::Medium,
                ThreatLevel::Low,
                ThreatLevel::Undefined,
            ];
            if let Some(level) = levels.into_iter().find(|known| known.name() == level) {
                self.header.threat_level = Given::Value(level);
            }
            return Ok(());
        }
        if let Some(tag) = entry.strip_prefix(TAG) {
            if !tag.starts_with("misp:tool=") {
                self.tag(tag.to_owned());
            }
            return Ok(());
        }
        let parts = entry
            .strip_prefix(ATTRIBUTE)
            .and_then(|rest| rest.split_once(" - "))
            .and_then(|(category, rest)| Some((category, rest.split_once("): ")?)));
        let Some((category, (kind, value))) = parts else {
            return Ok(());
        };
        let draft = AttributeDraft {
            kind: Some(kind.to_owned()),
            category: Some(category.to_owned()),
            value: Some(value.to_owned()),
            to_ids: Given::Value(false),
            ..AttributeDraft::default()
        };
        Ok(self.sink.attribute(draft)?)
    }

    fn vulnerabilities(&mut self, target: &Tree) -> Result<(), ReadError> {
        let list = target
            .all("vulnerability")
            .chain(target.all("vulnerabilities").flat_map(|list| &list.children));
        for name in list.filter_map(|one| one.text_at(&["cve_id"])) {
            let draft = AttributeDraft {
                uuid: self.fresh(uuid_of(target)),
                kind: Some("vulnerability".to_owned()),
                value: Some(name.to_owned()),
                to_ids: Given::Value(false),
                timestamp: seconds(target.text_at(&["timestamp"])).map_or(Given::Absent, Given::Value),
                ..AttributeDraft::default()
            };
            self.sink.attribute(draft)?;
        }
        Ok(())
    }

    fn indicator(&mut self, tree: &Tree, relationship: &str) -> Result<(), ReadError> {
        let title = tree.text_at(&["title"]).unwrap_or_default().to_owned();
        let comment = tree.text_at(&["description"]).filter(|text| *text != title);
        let mut tags = marks(tree);
        for ttp in ["indicated_ttp", "indicated_ttps"]
            .iter()
            .flat_map(|name| tree.all(name))
        {
            let id = ttp.text_at(&["ttp", "idref"]).unwrap_or_default();
            tags.extend(self.ttps.get(id).into_iter().flatten().cloned().map(named));
        }
        let about = About {
            uuid: uuid_of(tree),
            category: relationship.to_owned(),
            comment: comment.unwrap_or_default().to_owned(),
            to_ids: true,
            timestamp: seconds(tree.text_at(&["timestamp"])),
            tags,
            title,
        };
        let before = self.count;
        for mechanism in tree
            .child("test_mechanisms")
            .into_iter()
            .flat_map(|list| &list.children)
        {
            self.rule(&about, mechanism)?;
        }
        let lists = ["observable", "observables"]
            .iter()
            .flat_map(|name| tree.all(name));
        for observable in lists {
            self.observable(&about, observable)?;
        }
        if self.count == before {
            let id = tree.text_at(&["id"]).unwrap_or("an indicator");
            self.sink
                .left_out(format!("{id}: nothing in it has a counterpart here"));
        }
        Ok(())
    }

    fn rule(&mut self, about: &About, mechanism: &Tree) -> Result<(), ReadError> {
        let kind = match mechanism.kind() {
            "YaraTestMechanismType" => "yara",
            "SnortTestMechanismType" => "snort",
            other => {
                self.sink
                    .left_out(format!("a test mechanism of the kind {other}"));
                return Ok(());
            }
        };
        let rules: Vec<&Tree> = mechanism
            .all("rule")
            .chain(mechanism.all("rules").flat_map(|list| &list.children))
            .collect();
        for rule in rules {
            // MISP's converter writes its own structure into the text
            let Some(text) = rule.value().or_else(|| rule.text_at(&["value", "value"])) else {
                continue;
            };
            let piece = Piece {
                kind: kind.to_owned(),
                value: unquoted(text),
                relation: String::new(),
            };
            self.deliver(about, vec![piece])?;
        }
        Ok(())
    }

    fn observable_alone(&mut self, tree: &Tree, relationship: &str) -> Result<(), ReadError> {
        let about = About {
            uuid: uuid_of(tree),
            category: relationship.to_owned(),
            title: tree.text_at(&["title"]).unwrap_or_default().to_owned(),
            comment: tree.text_at(&["description"]).unwrap_or_default().to_owned(),
            tags: marks(tree),
            ..About::default()
        };
        let before = self.count;
        self.observable(&about, tree)?;
        if self.count == before && tree.child("idref").is_none() {
            let id = tree.text_at(&["id"]).unwrap_or("an observable");
            self.sink
                .left_out(format!("{id}: nothing in it has a counterpart here"));
        }
        Ok(())
    }
}

/// The uuid at the end of an identifier, as MISP takes it.
pub(super) fn uuid_of(tree: &Tree) -> Option<Uuid> {
    let id = tree.text_at(&["id"])?;
    let uuid = Uuid::try_parse(id.get(id.len().checked_sub(36)?..)?).ok()?;
    Some(crate::ident::accepted(uuid).0)
}

pub(super) fn seconds(text: Option<&str>) -> Option<i64> {
    parse_moment(text?).map(|micros| micros.div_euclid(1_000_000))
}

pub(super) fn named(name: String) -> TagDraft {
    TagDraft {
        name: Some(name),
        ..TagDraft::default()
    }
}

/// Marks and statements of a handling.
pub(super) fn marks(tree: &Tree) -> Vec<TagDraft> {
    fn collect(tree: &Tree, into: &mut Vec<String>) {
        if let Some(colour) = tree.text_at(&["color"]) {
            into.push(format!("tlp:{}", colour.to_ascii_lowercase()));
        }
        if let Some(statement) = tree.child("statement").and_then(Tree::value) {
            into.push(statement.to_owned());
        }
        tree.children.iter().for_each(|child| collect(child, into));
    }
    let mut names = Vec::new();
    for handling in tree.all("handling") {
        collect(handling, &mut names);
    }
    crate::map::marking::keep_strictest(&mut names);
    names.into_iter().map(named).collect()
}

/// The rule inside the text that MISP's converter writes: a Python dictionary with the key `value`.
pub(super) fn unquoted(text: &str) -> String {
    let inner = text.strip_prefix("{'value': '").and_then(|rest| {
        rest.strip_suffix("', 'encoded': True}")
            .or_else(|| rest.strip_suffix("', 'encoded': False}"))
    });
    inner.map_or_else(
        || text.to_owned(),
        |rule| rule.replace("\\n", "\n").replace("\\'", "'"),
    )
}
