//! What was recognised as drafts, for the sink.
use super::ReadError;
use super::convert::{Common, Converter};
use super::index::Key;
use super::observed::{Recognised, Seen, fingerprint, recognise};
use crate::ident;
use crate::map::shape::{Found, Member};
use crate::map::template::own_relation;
use entente_model::draft::{AttributeDraft, Given, ObjectDraft};
use serde_json::Value;
use std::io::{Read, Seek};

impl<S: Read + Seek> Converter<'_, S> {
    /// Delivers what places alone tell.
    pub(super) fn recognised_parts(
        &mut self,
        key: Key,
        common: &Common,
        seen: &[Seen],
    ) -> Result<(), ReadError> {
        if seen.is_empty() {
            let id = self.index.id(key);
            self.sink
                .left_out(format!("{id}: it refers to nothing that is here"));
        }
        for (i, part) in seen.iter().enumerate() {
            let mut common = common.clone();
            if i > 0 {
                common.uuid = ident::derived(self.event, &format!("{} {}", self.index.id(key), part.id));
            }
            match recognise(&part.root, &part.found) {
                // An indicator looks for the same, and brings it.
                Recognised::Attribute(member, _) if self.is_looked_for(&member) => {}
                Recognised::Attribute(member, left) => {
                    self.name_left(key, &left);
                    self.deliver_attribute(key, common, member)?;
                }
                Recognised::Object(name, members, left) => {
                    self.name_left(key, &left);
                    let members = members.into_iter().map(Into::into).collect();
                    self.deliver_object(key, common, name, "", members)?;
                }
                Recognised::Nothing => {
                    let id = self.index.id(key);
                    let root = &part.root;
                    self.sink
                        .left_out(format!("{id}: nothing in this {root} has a counterpart in MISP"));
                }
            }
        }
        Ok(())
    }

    pub(super) fn is_looked_for(&self, member: &Member) -> bool {
        !self.internal && self.index.looked_for.contains(&fingerprint(member))
    }

    /// Names places that no table knows.
    pub(super) fn name_left(&mut self, key: Key, left: &[Found]) {
        if left.is_empty() {
            return;
        }
        let id = self.index.id(key);
        let keys: Vec<&str> = left.iter().take(20).map(|one| one.key.as_str()).collect();
        self.sink.left_out(format!("{id}: without {}", keys.join(", ")));
    }

    pub(super) fn deliver_attribute(
        &mut self,
        key: Key,
        common: Common,
        member: Member,
    ) -> Result<(), ReadError> {
        let deleted = common.deleted;
        let mut draft = draft_of(member.into(), &common);
        draft.uuid = Given::Value(common.uuid);
        draft.timestamp = common.timestamp;
        draft.comment = Some(common.comment);
        draft.first_seen = common
            .first_seen
            .map_or(Given::Absent, |at| Given::Value(Some(at)));
        draft.last_seen = common
            .last_seen
            .map_or(Given::Absent, |at| Given::Value(Some(at)));
        if deleted {
            draft.deleted = Given::Value(true);
        }
        if !common.tags.is_empty() {
            draft.extra_mut().tags = common.tags;
        }
        self.annotate_attribute(key, &mut draft)?;
        self.name_unkept_relations(key);
        Ok(self.sink.attribute(draft)?)
    }

    pub(super) fn deliver_object(
        &mut self,
        key: Key,
        common: Common,
        name: &str,
        meta_category: &str,
        members: Vec<Part>,
    ) -> Result<(), ReadError> {
        let mut attributes: Vec<AttributeDraft> = members
            .into_iter()
            .map(|member| draft_of(member, &common))
            .collect();
        for draft in &mut attributes {
            if !common.tags.is_empty() {
                draft.extra_mut().tags.clone_from(&common.tags);
            }
            draft.timestamp.clone_from(&common.timestamp);
        }
        if let Some(first) = attributes.first_mut() {
            self.annotate_attribute(key, first)?;
        }
        let draft = ObjectDraft {
            uuid: Given::Value(common.uuid),
            name: Some(name.to_owned()),
            meta_category: Some(
                if meta_category.is_empty() {
                    meta_of(name)
                } else {
                    meta_category
                }
                .to_owned(),
            ),
            timestamp: common.timestamp,
            comment: Some(common.comment),
            deleted: if common.deleted {
                Given::Value(true)
            } else {
                Given::Absent
            },
            first_seen: common
                .first_seen
                .map_or(Given::Absent, |at| Given::Value(Some(at))),
            last_seen: common
                .last_seen
                .map_or(Given::Absent, |at| Given::Value(Some(at))),
            references: self.references_of(key)?,
            attributes,
            ..ObjectDraft::default()
        };
        Ok(self.sink.object(draft)?)
    }
}

/// A member of an object, its relation as text of its own.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) relation: String,
    pub(super) kind: String,
    pub(super) value: String,
    pub(super) data: Option<String>,
}

impl From<Member> for Part {
    fn from(member: Member) -> Self {
        Self {
            relation: member.relation.to_owned(),
            kind: member.kind.to_owned(),
            value: member.value,
            data: member.data,
        }
    }
}

/// Members that an object has as properties of our own; a file is a property with `value` and `data`.
pub(super) fn own_parts(left: &mut Vec<Found>) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    left.retain(|one| {
        let property = one.key.split_once(':').map_or("", |(_, rest)| rest);
        let (property, inner) = property.split_once('.').unwrap_or((property, ""));
        let Some(relation) = own_relation(property) else {
            return true;
        };
        let value = match &one.value {
            Value::String(text) => text.clone(),
            Value::Bool(true) => "1".to_owned(),
            Value::Bool(false) => "0".to_owned(),
            other => other.to_string(),
        };
        let file = |parts: &mut Vec<Part>| {
            let known = parts
                .iter()
                .position(|part| part.relation == relation && part.kind == "attachment");
            known.unwrap_or_else(|| {
                parts.push(Part {
                    relation: relation.clone(),
                    kind: "attachment".to_owned(),
                    value: "payload".to_owned(),
                    data: None,
                });
                parts.len() - 1
            })
        };
        match inner {
            "" => parts.push(Part {
                relation,
                kind: "text".to_owned(),
                value,
                data: None,
            }),
            "value" | "data" => {
                let number = file(&mut parts);
                if let Some(part) = parts.get_mut(number) {
                    if inner == "value" {
                        part.value = value;
                    } else {
                        part.data = Some(value);
                    }
                }
            }
            _ => return true,
        }
        false
    });
    parts
}

pub(super) fn draft_of(part: Part, common: &Common) -> AttributeDraft {
    let mut draft = AttributeDraft {
        kind: Some(part.kind),
        category: common.category.clone().filter(|_| part.relation.is_empty()),
        value: Some(part.value),
        to_ids: common.to_ids.clone(),
        relation: Some(part.relation).filter(|relation| !relation.is_empty()),
        ..AttributeDraft::default()
    };
    if part.data.is_some() {
        draft.extra_mut().data = part.data;
    }
    draft
}

/// The meta category of the templates that the tables know.
pub(super) fn meta_of(name: &str) -> &'static str {
    match name {
        "file" | "artifact" | "directory" | "registry-key" => "file",
        "domain-ip" | "http-request" | "ip-port" | "network-connection" | "network-traffic" | "url"
        | "email" | "x509" | "asn" | "suricata" => "network",
        _ => "misc",
    }
}
