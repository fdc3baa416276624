//! The event itself: from the report or grouping that stands for it. spec: 12#8.1
use super::ReadError;
use super::convert::Converter;
use super::tags::{is_ours, labelled};
use super::value::text;
use crate::ident::{self, StixId};
use crate::moment;
use entente_model::draft::{Given, OrgDraft, ReportDraft};
use entente_model::level::{Analysis, ThreatLevel};
use entente_model::time::Day;
use serde_json::{Map, Value};
use std::io::{Read, Seek};

impl<S: Read + Seek> Converter<'_, S> {
    pub(super) fn read_header(&mut self) -> Result<(), ReadError> {
        let wrappers: Vec<usize> = self
            .index
            .wrappers
            .iter()
            .copied()
            .filter(|number| {
                let key = self.index.entries.get(*number).map(|entry| entry.key);
                key.is_some_and(|key| self.index.latest.get(&key) == Some(number))
            })
            .collect();
        let mut only = None;
        for number in &wrappers {
            let Some(wrapper) = self.object(*number)? else {
                continue;
            };
            self.internal |= is_ours(&wrapper);
            if wrappers.len() == 1 {
                only = Some((*number, wrapper));
            } else {
                self.described(&wrapper);
            }
        }
        match only {
            Some((number, wrapper)) => self.one_wrapper(number, &wrapper)?,
            None => self.no_wrapper(),
        }
        self.header.uuid = Given::Value(self.event);
        Ok(())
    }

    fn one_wrapper(&mut self, number: usize, wrapper: &Map<String, Value>) -> Result<(), ReadError> {
        let key = self.index.entries.get(number).map(|entry| entry.key);
        if let Some(key) = key {
            self.event = ident::accepted(key.1).0;
            for name in self.linked_clusters(key)? {
                self.header.tags.push(super::tags::named(name));
            }
        }
        let header = &mut self.header;
        header.info = text(wrapper, "name").map(str::to_owned);
        header.timestamp = moment::seconds(wrapper.get("modified")).map_or(Given::Absent, Given::Value);
        let at = ["published", "created"]
            .into_iter()
            .find_map(|name| moment::seconds(wrapper.get(name)));
        header.date = at.map_or(Given::Absent, |at| Given::Value(Day::of(at)));
        if let Some(level) = labelled(wrapper, "threat-level").and_then(threat_level) {
            header.threat_level = Given::Value(level);
        }
        if let Some(analysis) = labelled(wrapper, "analysis").and_then(analysis) {
            header.analysis = Given::Value(analysis);
        }
        let tags = self.tags(wrapper)?;
        self.header.tags.extend(tags);
        if self.header.info.is_none() {
            self.no_name();
        }
        if text(wrapper, "description").is_some() {
            self.described(wrapper);
        }
        let creator = text(wrapper, "created_by_ref").map(str::to_owned);
        self.header.orgc = match creator {
            Some(id) => self.organisation(&id)?,
            None => None,
        };
        if let Some(key) = key {
            self.annotate_event(key)?;
        }
        Ok(())
    }

    fn no_wrapper(&mut self) {
        self.no_name();
    }

    fn no_name(&mut self) {
        self.header.info = Some(match self.index.bundle.as_deref().and_then(StixId::parse) {
            Some(id) => format!("STIX import {id}"),
            None => format!("STIX import {}", self.event),
        });
    }

    /// What a wrapper says in words becomes a report of the event.
    fn described(&mut self, wrapper: &Map<String, Value>) {
        let name = text(wrapper, "name").unwrap_or("Description");
        self.header.reports.push(ReportDraft {
            name: Some(name.to_owned()),
            content: Some(text(wrapper, "description").unwrap_or_default().to_owned()),
            timestamp: moment::seconds(wrapper.get("modified")).map_or(Given::Absent, Given::Value),
            ..ReportDraft::default()
        });
    }

    /// The organisation behind an identity.
    pub(super) fn organisation(&mut self, id: &str) -> Result<Option<OrgDraft>, ReadError> {
        let Some(key) = self.index.known(id) else {
            return Ok(None);
        };
        let Some(identity) = self.object_of(key)? else {
            return Ok(None);
        };
        let is_organisation = text(&identity, "identity_class").is_none_or(|class| class == "organization");
        Ok(is_organisation.then(|| OrgDraft {
            uuid: Some(key.1),
            name: text(&identity, "name").map(str::to_owned),
            ..OrgDraft::default()
        }))
    }
}

fn threat_level(word: &str) -> Option<ThreatLevel> {
    Some(match word {
        "high-risk" => ThreatLevel::High,
        "medium-risk" => ThreatLevel::Medium,
        "low-risk" => ThreatLevel::Low,
        "no-risk" => ThreatLevel::Undefined,
        _ => return None,
    })
}

fn analysis(word: &str) -> Option<Analysis> {
    Some(match word {
        "initial" => Analysis::Initial,
        "ongoing" => Analysis::Ongoing,
        "completed" => Analysis::Completed,
        _ => return None,
    })
}
