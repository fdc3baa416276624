//! Custom objects of MISP's converter and of ours: attributes and objects as they are. spec: 12#6.2, 12#6.3
use super::ReadError;
use super::convert::{Common, Converter};
use super::index::Key;
use super::tags::{labelled, named};
use super::value::text;
use crate::moment;
use entente_model::draft::{AttributeDraft, Given, ObjectDraft, ReportDraft};
use serde_json::{Map, Value};
use std::io::{Read, Seek};
use uuid::Uuid;

/// Members that are taken from one object.
const MOST_MEMBERS: usize = 100_000;

fn flag(value: Option<&Value>) -> Given<bool> {
    match value {
        Some(Value::Bool(value)) => Given::Value(*value),
        Some(Value::String(text)) => match text.to_ascii_lowercase().as_str() {
            "1" | "true" => Given::Value(true),
            "0" | "false" | "" => Given::Value(false),
            _ => Given::Absent,
        },
        Some(Value::Number(number)) => Given::Value(number.as_i64() != Some(0)),
        _ => Given::Absent,
    }
}

/// A value may be written as a number.
fn scalar(object: &Map<String, Value>, name: &str) -> Option<String> {
    match object.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

fn seen(object: &Map<String, Value>, name: &str) -> Given<Option<i64>> {
    moment::parse(object.get(name)).map_or(Given::Absent, |at| Given::Value(Some(at)))
}

impl<S: Read + Seek> Converter<'_, S> {
    pub(super) fn custom_attribute(
        &mut self,
        key: Key,
        object: &Map<String, Value>,
    ) -> Result<(), ReadError> {
        let common = self.common(key, object)?;
        let mut draft = AttributeDraft {
            uuid: Given::Value(common.uuid),
            kind: text(object, "x_misp_type").map(str::to_owned),
            category: text(object, "x_misp_category").map(str::to_owned),
            value: scalar(object, "x_misp_value"),
            to_ids: Given::Value(labelled(object, "to_ids") == Some("True")),
            timestamp: common.timestamp,
            comment: Some(common.comment),
            first_seen: seen(object, "x_misp_first_seen"),
            last_seen: seen(object, "x_misp_last_seen"),
            deleted: if common.deleted {
                Given::Value(true)
            } else {
                Given::Absent
            },
            ..AttributeDraft::default()
        };
        if let Some(data) = text(object, "x_misp_data") {
            draft.extra_mut().data = Some(data.to_owned());
        }
        if !common.tags.is_empty() {
            draft.extra_mut().tags = common.tags;
        }
        self.annotate_attribute(key, &mut draft)?;
        Ok(self.sink.attribute(draft)?)
    }

    pub(super) fn custom_object(&mut self, key: Key, object: &Map<String, Value>) -> Result<(), ReadError> {
        let common = self.common(key, object)?;
        let members = object.get("x_misp_attributes").and_then(Value::as_array);
        let members: Vec<&Map<String, Value>> = members
            .into_iter()
            .flatten()
            .filter_map(Value::as_object)
            .take(MOST_MEMBERS)
            .collect();
        // Where members name their tags, those of the whole are only the sum.
        let tagged = members.iter().any(|json| json.contains_key("Tag"));
        let attributes: Vec<AttributeDraft> = members
            .iter()
            .map(|json| member(json, &common, !tagged))
            .collect();
        let template = text(object, "x_misp_template_uuid").and_then(|uuid| Uuid::try_parse(uuid).ok());
        let mut draft = ObjectDraft {
            uuid: Given::Value(common.uuid),
            name: text(object, "x_misp_name")
                .or_else(|| labelled(object, "name"))
                .map(str::to_owned),
            meta_category: text(object, "x_misp_meta_category")
                .or_else(|| labelled(object, "meta-category"))
                .map(str::to_owned),
            template_uuid: template.map_or(Given::Absent, Given::Value),
            template_version: scalar(object, "x_misp_template_version")
                .and_then(|version| version.parse().ok())
                .map_or(Given::Absent, Given::Value),
            timestamp: common.timestamp,
            comment: Some(common.comment),
            deleted: if common.deleted {
                Given::Value(true)
            } else {
                Given::Absent
            },
            attributes,
            references: self.references_of(key)?,
            ..ObjectDraft::default()
        };
        if let Some(first) = draft.attributes.first_mut() {
            self.annotate_attribute(key, first)?;
        }
        Ok(self.sink.object(draft)?)
    }

    /// Reports of events as MISP's converter writes them in STIX 2.0.
    pub(super) fn custom_report(&mut self, object: &Map<String, Value>) {
        let uuid = text(object, "id").and_then(crate::ident::StixId::parse);
        self.header.reports.push(ReportDraft {
            uuid: uuid.map_or(Given::Absent, |id| Given::Value(id.uuid)),
            name: text(object, "x_misp_name").map(str::to_owned),
            content: text(object, "x_misp_content").map(str::to_owned),
            timestamp: moment::seconds(object.get("modified")).map_or(Given::Absent, Given::Value),
            ..ReportDraft::default()
        });
    }
}

/// An attribute in MISP's JSON, as far as custom objects carry it.
fn member(json: &Map<String, Value>, common: &Common, with_common_tags: bool) -> AttributeDraft {
    let uuid = text(json, "uuid").and_then(|uuid| Uuid::try_parse(uuid).ok());
    let mut draft = AttributeDraft {
        uuid: uuid.map_or(Given::Absent, Given::Value),
        kind: text(json, "type").map(str::to_owned),
        category: text(json, "category").map(str::to_owned),
        value: scalar(json, "value"),
        to_ids: match flag(json.get("to_ids")) {
            // MISP's converter leaves out what is false.
            Given::Value(flag) => Given::Value(flag),
            _ => Given::Value(false),
        },
        timestamp: common.timestamp.clone(),
        comment: text(json, "comment").map(str::to_owned),
        first_seen: seen(json, "first_seen"),
        last_seen: seen(json, "last_seen"),
        relation: text(json, "object_relation").map(str::to_owned),
        ..AttributeDraft::default()
    };
    if let Some(data) = text(json, "data") {
        draft.extra_mut().data = Some(data.to_owned());
    }
    let own: Vec<_> = json
        .get("Tag")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|tag| text(tag.as_object()?, "name"))
        .map(|name| named(name.to_owned()))
        .collect();
    if !own.is_empty() {
        draft.extra_mut().tags = own;
    } else if with_common_tags && !common.tags.is_empty() {
        draft.extra_mut().tags.clone_from(&common.tags);
    }
    draft
}
