//! Notes, opinions and sightings of what a document holds. spec: 12#8.3
use super::ReadError;
use super::convert::Converter;
use super::index::Key;
use super::tags::labelled;
use super::value::{text, texts};
use crate::ident;
use crate::moment;
use entente_model::draft::{AnalystDraft, AnalystKind, AttributeDraft, Given, ReportDraft, SightingDraft};
use entente_model::level::SightingKind;
use serde_json::{Map, Value};
use std::io::{Read, Seek};

/// How the words of an opinion are numbers from 0 to 100.
const OPINIONS: &[(&str, i64)] = &[
    ("strongly-disagree", 10),
    ("disagree", 30),
    ("neutral", 50),
    ("agree", 70),
    ("strongly-agree", 90),
];

impl<S: Read + Seek> Converter<'_, S> {
    /// What hangs on the object that an attribute was made of.
    pub(super) fn annotate_attribute(
        &mut self,
        key: Key,
        draft: &mut AttributeDraft,
    ) -> Result<(), ReadError> {
        let mut numbers = self.index.annotations.get(&key).cloned().unwrap_or_default();
        if let Some(twin) = self.index.twin(key, "observed-data").filter(|twin| *twin != key) {
            numbers.extend(self.index.annotations.get(&twin).into_iter().flatten());
        }
        for number in numbers {
            if self.used.contains(&number) {
                continue;
            }
            let Some(object) = self.object(number)? else {
                continue;
            };
            let kind = text(&object, "type").unwrap_or_default().to_owned();
            let is_report = labelled(&object, "data-layer").is_some();
            match kind.as_str() {
                "sighting" => {
                    if let Some(sighting) = self.sighting(&object, SightingKind::Sighting)? {
                        draft.extra_mut().sightings.push(sighting);
                    }
                }
                "opinion" if text(&object, "explanation") == Some("False positive Sighting") => {
                    if let Some(sighting) = self.sighting(&object, SightingKind::FalsePositive)? {
                        draft.extra_mut().sightings.push(sighting);
                    }
                }
                "note" | "opinion" if !is_report => {
                    draft
                        .extra_mut()
                        .analyst
                        .extend(analyst(&kind, &object, "Attribute"));
                }
                _ => continue,
            }
            self.used.insert(number);
        }
        Ok(())
    }

    /// What hangs on the wrapper.
    pub(super) fn annotate_event(&mut self, key: Key) -> Result<(), ReadError> {
        for number in self.index.annotations.get(&key).cloned().unwrap_or_default() {
            let Some(object) = self.object(number)? else {
                continue;
            };
            let kind = text(&object, "type").unwrap_or_default().to_owned();
            let layered = labelled(&object, "context-layer").is_some();
            let id = text(&object, "id").and_then(ident::StixId::parse);
            if id.is_some_and(|id| id.uuid == ident::empty_event(self.event)) {
                self.used.insert(number);
            } else if kind == "opinion" || layered {
                self.header.analyst.extend(analyst(&kind, &object, "Event"));
                self.used.insert(number);
            }
        }
        Ok(())
    }

    /// Notes about nothing that is here are reports of the event; the rest is named.
    pub(super) fn remaining_annotations(&mut self) -> Result<(), ReadError> {
        for number in 0..self.index.entries.len() {
            let Some(entry) = self.index.entries.get(number).copied() else {
                break;
            };
            let kind = self.index.word(entry.key.0).to_owned();
            let pending =
                matches!(kind.as_str(), "note" | "opinion" | "sighting") && !self.used.contains(&number);
            if !pending || self.index.latest.get(&entry.key) != Some(&number) {
                continue;
            }
            let Some(object) = self.object(number)? else {
                continue;
            };
            if kind == "note" {
                self.note_as_report(&object);
            } else {
                let id = self.index.id(entry.key);
                self.sink
                    .left_out(format!("{id}: what it is about is no attribute of this event"));
            }
        }
        Ok(())
    }

    fn note_as_report(&mut self, note: &Map<String, Value>) {
        let id = text(note, "id").and_then(ident::StixId::parse);
        let content = text(note, "content").unwrap_or_default();
        let name = text(note, "abstract").unwrap_or("Note");
        self.header.reports.push(ReportDraft {
            uuid: id.map_or(Given::Absent, |id| Given::Value(ident::accepted(id.uuid).0)),
            name: Some(name.to_owned()),
            content: Some(content.to_owned()),
            timestamp: moment::seconds(note.get("modified")).map_or(Given::Absent, Given::Value),
            ..ReportDraft::default()
        });
    }

    fn sighting(
        &mut self,
        object: &Map<String, Value>,
        kind: SightingKind,
    ) -> Result<Option<SightingDraft>, ReadError> {
        if object.get("count").and_then(Value::as_i64) == Some(0) {
            return Ok(None);
        }
        let place = texts(object, "where_sighted_refs").next().map(str::to_owned);
        let by = place.or_else(|| text(object, "created_by_ref").map(str::to_owned));
        let org = match &by {
            Some(id) => self.organisation(id)?,
            None => None,
        };
        let at = ["last_seen", "first_seen", "modified"]
            .into_iter()
            .find_map(|name| moment::seconds(object.get(name)));
        let id = text(object, "id").and_then(ident::StixId::parse);
        let source = text(object, "description")
            .map(str::to_owned)
            .or_else(|| org.as_ref().and_then(|org| org.name.clone()));
        Ok(Some(SightingDraft {
            uuid: id.map(|id| ident::accepted(id.uuid).0),
            kind: Given::Value(kind),
            date: at.map_or(Given::Absent, Given::Value),
            source: source.filter(|_| !self.internal || text(object, "description").is_some()),
            org,
        }))
    }
}

fn analyst(kind: &str, object: &Map<String, Value>, on: &str) -> Option<AnalystDraft> {
    let id = text(object, "id").and_then(ident::StixId::parse)?;
    let authors: Vec<&str> = texts(object, "authors").collect();
    let exact = object.get("x_misp_opinion").and_then(|opinion| match opinion {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    });
    let word = text(object, "opinion").unwrap_or_default();
    let known = OPINIONS
        .iter()
        .find(|(name, _)| *name == word)
        .map(|(_, number)| *number);
    let is_note = kind == "note";
    let time = |name: &str| moment::seconds(object.get(name));
    let content = |name: &str| text(object, name).map(str::to_owned);
    Some(AnalystDraft {
        kind: if is_note {
            AnalystKind::Note
        } else {
            AnalystKind::Opinion
        },
        uuid: Given::Value(ident::accepted(id.uuid).0),
        object_uuid: None,
        object_type: Some(on.to_owned()),
        authors: Some(authors.join(", ")).filter(|authors| !authors.is_empty()),
        orgc_uuid: None,
        created: time("created"),
        modified: time("modified"),
        distribution: Given::Absent,
        sharing_group: None,
        note: content("content").filter(|_| is_note),
        language: content("lang").filter(|_| is_note),
        opinion: match exact.or(known).filter(|_| !is_note) {
            Some(number) => Given::Value(number.clamp(0, 100)),
            None => Given::Absent,
        },
        comment: content("explanation").filter(|_| !is_note),
        relationship_type: None,
        related_object_uuid: None,
        related_object_type: None,
        children: Vec::new(),
    })
}
