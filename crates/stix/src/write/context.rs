//! What surrounds attributes and objects: clusters, references, sightings, reports. spec: 12#6.1, 12#6.4
use super::bundle::Family;
use super::properties::{self, Object, label, set, set_text};
use super::{Bundle, EventView, Item, Profile, Sections, SightingView, Version};
use crate::ident;
use crate::map::form::Form;
use crate::map::galaxy;
use crate::moment;
use entente_model::level::SightingKind;
use entente_model::library::{FullCluster, Galaxy};
use entente_model::object::Reference;
use entente_model::report::Report;
use entente_model::time::Seconds;
use serde_json::{Value, json};
use uuid::Uuid;

/// A reference whose target may come later.
pub(super) struct Pending {
    uuid: Uuid,
    source: Uuid,
    target: Uuid,
    kind: String,
    comment: String,
    timestamp: Seconds,
}

impl Pending {
    pub(super) fn of(reference: &Reference) -> Self {
        Self {
            uuid: reference.uuid,
            source: reference.source_uuid,
            target: reference.referenced_uuid,
            kind: reference.relationship_type.clone(),
            comment: reference.comment.clone(),
            timestamp: reference.timestamp.max(0),
        }
    }
}

/// When clusters count as made: libraries tell their version only.
const LIBRARY: Seconds = 1_442_245_221;

impl Bundle {
    /// Clusters and sightings of attributes that became one object.
    pub(super) fn belongings(
        &mut self,
        out: &mut Sections,
        items: &[Item<'_>],
        primary: &'static str,
        uuid: Uuid,
    ) {
        let own = self.id_of(primary, uuid);
        let mut related: Vec<Uuid> = Vec::new();
        for item in items {
            for tag in item.tags {
                let Some((cluster, galaxy)) = tag.cluster else {
                    continue;
                };
                let (kind, id) = self.cluster(out, cluster, galaxy);
                if related.contains(&cluster.cluster.uuid) {
                    continue;
                }
                related.push(cluster.cluster.uuid);
                let relation = galaxy::relation(primary, kind);
                self.relate(out, (&own, relation, &id), item.attribute.timestamp.max(0));
            }
            for sighting in item.sightings {
                self.sighting(out, sighting, &own);
            }
        }
    }

    /// A relation that has no uuid of its own.
    pub(super) fn relate(&mut self, out: &mut Sections, ends: (&str, &str, &str), timestamp: Seconds) {
        let (source, kind, target) = ends;
        let uuid = ident::relationship(source, kind, target);
        self.relationship(out, uuid, ends, "", timestamp);
    }

    fn relationship(
        &mut self,
        out: &mut Sections,
        uuid: Uuid,
        (source, kind, target): (&str, &str, &str),
        comment: &str,
        timestamp: Seconds,
    ) {
        let mut object = self.head("relationship", uuid, timestamp);
        set(&mut object, "relationship_type", kind);
        set_text(&mut object, "description", comment);
        set(&mut object, "source_ref", source);
        set(&mut object, "target_ref", target);
        self.refer_to(out, &object);
        self.object(&mut out.relations, object);
    }

    fn refer_to(&mut self, out: &mut Sections, object: &Object) {
        let id = properties::id(object).to_owned();
        self.refer(out, &id);
    }

    /// The object of a cluster, written where it is met first.
    fn cluster(&mut self, out: &mut Sections, full: &FullCluster, galaxy: &Galaxy) -> (&'static str, String) {
        let cluster = &full.cluster;
        let kind = self.kind_of(full);
        let id = self.id_of(kind, cluster.uuid);
        let first = self.meet(Family::Cluster, cluster.uuid);
        if first.in_event {
            self.refer(out, &id);
        }
        if !first.in_bundle {
            return (kind, id);
        }
        let modified = LIBRARY + cluster.version.clamp(0, 1_000_000_000);
        let mut object = properties::head(self.settings.version, kind, cluster.uuid, None, LIBRARY, modified);
        let labels = [
            label("galaxy-name", &galaxy.name),
            label("galaxy-type", &cluster.galaxy_type),
            cluster.tag_name.clone(),
        ];
        if kind == galaxy::CUSTOM {
            set(&mut object, "x_misp_name", galaxy.name.as_str());
            set(&mut object, "x_misp_type", cluster.galaxy_type.as_str());
            set(&mut object, "x_misp_value", cluster.value.as_str());
            set_text(&mut object, "x_misp_description", &cluster.description);
            let mut meta = Object::new();
            for element in &full.elements {
                if let Some(list) = meta
                    .entry(element.key.clone())
                    .or_insert_with(|| json!([]))
                    .as_array_mut()
                {
                    list.push(element.value.as_str().into());
                }
            }
            set(&mut object, "x_misp_meta", meta);
        } else {
            self.describe(&mut object, kind, full);
        }
        set(&mut object, "labels", labels.map(Value::from).to_vec());
        if kind == galaxy::CUSTOM {
            self.custom(&mut out.context, &mut object);
        }
        self.object(&mut out.context, object);
        (kind, id)
    }

    /// Which object a cluster is, in this version.
    fn kind_of(&self, full: &FullCluster) -> &'static str {
        let kind = galaxy::object_of(&full.cluster.galaxy_type);
        let fits = match kind {
            "location" => self.settings.version == Version::New && country(full).is_some(),
            "infrastructure" => self.settings.version == Version::New,
            _ => true,
        };
        if fits { kind } else { galaxy::CUSTOM }
    }

    fn describe(&self, object: &mut Object, kind: &str, full: &FullCluster) {
        let cluster = &full.cluster;
        let name = values(full, "external_id").fold(cluster.value.as_str(), |name, id| {
            name.strip_suffix(id)
                .and_then(|name| name.strip_suffix(" - "))
                .unwrap_or(name)
        });
        set(object, "name", name);
        set_text(object, "description", &cluster.description);
        let new = self.settings.version == Version::New;
        match kind {
            "malware" if new => set(object, "is_family", true),
            "identity" => set(object, "identity_class", "class"),
            "location" => set(object, "country", country(full).unwrap_or_default()),
            _ => {}
        }
        let has_aliases = match kind {
            "threat-actor" | "intrusion-set" | "campaign" => true,
            "attack-pattern" | "malware" | "tool" | "infrastructure" => new,
            _ => false,
        };
        let synonyms: Vec<Value> = values(full, "synonyms").map(Value::from).collect();
        if has_aliases && !synonyms.is_empty() {
            set(object, "aliases", synonyms);
        }
        if matches!(kind, "attack-pattern" | "malware" | "tool" | "infrastructure") {
            let phases: Vec<Value> = values(full, "kill_chain").filter_map(phase).collect();
            if !phases.is_empty() {
                set(object, "kill_chain_phases", phases);
            }
        }
        let references: Vec<Value> = values(full, "external_id")
            .map(|id| json!({"source_name": source_of(id), "external_id": id}))
            .chain(
                values(full, "refs")
                    .filter(|url| Form::Url.write(url).is_some_and(|url| url.observable.is_some()))
                    .map(|url| json!({"source_name": "url", "url": url})),
            )
            .collect();
        if !references.is_empty() {
            set(object, "external_references", references);
        }
        if self.settings.profile == Profile::Misp {
            own_meta(object, full, has_aliases);
        }
    }

    fn sighting(&mut self, out: &mut Sections, view: &SightingView<'_>, of: &str) {
        let sighting = view.sighting;
        let at = sighting.date.max(0);
        let by = view.by.map(|party| self.identity(&mut out.context, party));
        match sighting.kind {
            SightingKind::Sighting => {
                let mut object = self.head("sighting", sighting.uuid, at);
                if let Some(by) = &by {
                    set(&mut object, "created_by_ref", by.as_str());
                }
                let when = moment::plain(at.saturating_mul(1_000_000));
                set_text(&mut object, "description", &sighting.source);
                set(&mut object, "first_seen", when.as_str());
                set(&mut object, "last_seen", when);
                set(&mut object, "count", 1);
                set(&mut object, "sighting_of_ref", of);
                if let Some(by) = by {
                    set(&mut object, "where_sighted_refs", json!([by]));
                }
                self.refer_to(out, &object);
                self.object(&mut out.relations, object);
            }
            SightingKind::FalsePositive if self.settings.version == Version::New => {
                let mut object = self.head("opinion", sighting.uuid, at);
                if let Some(by) = by {
                    set(&mut object, "created_by_ref", by);
                }
                set(&mut object, "explanation", "False positive Sighting");
                set(&mut object, "opinion", "strongly-disagree");
                set(&mut object, "object_refs", json!([of]));
                self.refer_to(out, &object);
                self.object(&mut out.relations, object);
            }
            SightingKind::FalsePositive | SightingKind::Expiration => {}
        }
    }

    /// Clusters of the event, its reports, and the references of its objects.
    pub(super) fn finish_context(&mut self, out: &mut Sections, view: &EventView<'_>) {
        for report in view.reports {
            self.report(out, report);
        }
        for tag in view.tags {
            if let Some((cluster, galaxy)) = tag.cluster {
                self.cluster(out, cluster, galaxy);
            }
        }
        for pending in std::mem::take(&mut self.event.pending) {
            let known = |uuid: &Uuid| {
                self.event
                    .primaries
                    .get(uuid)
                    .map(|(kind, uuid)| self.id_of(kind, *uuid))
            };
            let (Some(source), Some(target)) = (known(&pending.source), known(&pending.target)) else {
                continue;
            };
            let kind = if is_relation(&pending.kind) {
                &pending.kind
            } else {
                "related-to"
            };
            let ends = (source.as_str(), kind, target.as_str());
            if self.meet(Family::Relation, pending.uuid).in_bundle {
                self.relationship(out, pending.uuid, ends, &pending.comment, pending.timestamp);
            }
        }
    }

    fn report(&mut self, out: &mut Sections, report: &Report) {
        let content = report.content.as_deref().unwrap_or_default();
        if self.settings.version == Version::Old {
            let mut object = self.head("x-misp-event-report", report.uuid, report.timestamp.max(0));
            set(&mut object, "x_misp_name", report.name.as_str());
            set(&mut object, "x_misp_content", content);
            self.refer_to(out, &object);
            self.object(&mut out.context, object);
            return;
        }
        let mut object = self.head("note", report.uuid, report.timestamp.max(0));
        set_text(&mut object, "abstract", &report.name);
        set(
            &mut object,
            "content",
            if content.is_empty() { &report.name } else { content },
        );
        let mut cited: Vec<Value> = Vec::new();
        for uuid in cited_in(content) {
            if let Some((kind, uuid)) = self.event.primaries.get(&uuid) {
                let id = Value::from(self.id_of(kind, *uuid));
                if !cited.contains(&id) {
                    cited.push(id);
                }
            }
        }
        if cited.is_empty() {
            // A note is about something: the whole, or whoever made it.
            let whole = match self.wrapper_id() {
                "" => self.event.creator.as_str(),
                wrapper => wrapper,
            };
            cited.push(whole.into());
        }
        set(&mut object, "object_refs", cited);
        set(
            &mut object,
            "labels",
            vec![Value::from(label("data-layer", "Event Report"))],
        );
        self.refer_to(out, &object);
        self.object(&mut out.context, object);
    }
}

/// Values of one key of a cluster's metadata.
fn values<'a>(full: &'a FullCluster, key: &'static str) -> impl Iterator<Item = &'a str> {
    full.elements
        .iter()
        .filter(move |element| element.key == key)
        .map(|element| element.value.as_str())
}

/// Metadata of a cluster that has no property of the standard.
fn own_meta(object: &mut Object, full: &FullCluster, has_aliases: bool) {
    for element in &full.elements {
        let known = matches!(element.key.as_str(), "external_id" | "refs" | "kill_chain")
            || (has_aliases && element.key == "synonyms");
        if known {
            continue;
        }
        let name = crate::map::template::own_property(&element.key);
        let list = object.entry(name).or_insert_with(|| json!([]));
        if let Some(list) = list.as_array_mut() {
            list.push(element.value.as_str().into());
        }
    }
}

/// `mitre-attack:phase` as a phase; of three parts the last is the phase.
fn phase(text: &str) -> Option<Value> {
    let (chain, phase) = text.rsplit_once(':')?;
    let chain = chain.rsplit(':').next_back()?;
    (!chain.is_empty() && !phase.is_empty()).then(|| json!({"kill_chain_name": chain, "phase_name": phase}))
}

/// The name of the catalogue that an identifier comes from.
fn source_of(id: &str) -> &'static str {
    for (prefix, source) in [
        ("CAPEC-", "capec"),
        ("CVE-", "cve"),
        ("CWE-", "cwe"),
        ("MOB-", "mitre-mobile-attack"),
        ("PRE-", "mitre-pre-attack"),
    ] {
        if id.starts_with(prefix) {
            return source;
        }
    }
    "mitre-attack"
}

/// The two letters of a country.
fn country(full: &FullCluster) -> Option<String> {
    let code = full
        .elements
        .iter()
        .find(|element| element.key.eq_ignore_ascii_case("iso"))?
        .value
        .trim();
    (code.len() == 2 && code.bytes().all(|b| b.is_ascii_alphabetic())).then(|| code.to_ascii_uppercase())
}

/// Whether a text may be the type of a relation.
fn is_relation(text: &str) -> bool {
    (3..=250).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Uuids that a report cites: `@[kind](uuid)`.
fn cited_in(content: &str) -> impl Iterator<Item = Uuid> + '_ {
    content.split("@[").skip(1).filter_map(|rest| {
        let (_, rest) = rest.split_once("](")?;
        let (uuid, _) = rest.split_once(')')?;
        Uuid::try_parse(uuid.trim()).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_cite() {
        let uuid = Uuid::from_u128(5);
        let text = format!("a @[attribute]({uuid}) b @[tag](tlp:red) @[object](x @[object]({uuid})");
        assert_eq!(cited_in(&text).collect::<Vec<_>>(), [uuid, uuid]);
    }

    #[test]
    fn phases_and_relations() {
        assert_eq!(
            phase("mitre-attack:win:execution"),
            Some(json!({"kill_chain_name": "mitre-attack", "phase_name": "execution"}))
        );
        assert_eq!(phase("nothing"), None);
        assert!(is_relation("derived-from"));
        assert!(!is_relation("Is \"it\""));
        assert_eq!(source_of("CAPEC-1"), "capec");
    }
}
