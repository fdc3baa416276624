//! From a draft to a row, without the store: type, value, category, levels, times. spec: 01#9 steps 1-7
use crate::content::sample;
use entente_indicator::{AttributeType, Category, ImportRules, Today, prepare};
use entente_model::attribute::Attribute;
use entente_model::draft::{AttributeDraft, AttributeExtra, Given, GroupChoice, ObjectDraft, ReferenceDraft};
use entente_model::finding::FieldErrors;
use entente_model::id::{ElementId, SharingGroupId};
use entente_model::level::Distribution;
use entente_model::object::Object;
use entente_model::time::{Micros, Seconds};
use std::sync::Arc;

/// What preparation depends on besides the draft.
#[derive(Clone)]
pub struct Defaults {
    /// Distribution of attributes, objects and reports that name none.
    pub distribution: Distribution,
    /// Import rules of this instance.
    pub rules: Arc<ImportRules>,
    /// Seconds now.
    pub now: Seconds,
}

/// An attribute ready to be stored, but for ids, owners and labels.
#[derive(Debug, Clone)]
pub struct PreparedAttribute {
    /// The row; `id`, `object`, `label` and a missing uuid are filled in while inserting.
    pub row: Attribute,
    /// Whether the draft named the uuid, so that it has to be checked.
    pub uuid_given: bool,
    /// The sharing group the draft named. Boxed like the file: most attributes have neither, and a large
    /// event holds half a million of them.
    pub group: Option<Box<GroupChoice>>,
    /// The file.
    pub file: Option<Box<File>>,
    /// Tags, sightings, annotations.
    pub extra: Option<Box<AttributeExtra>>,
}

/// The file of an attribute on its way into the blob store.
#[derive(Debug, Clone)]
pub enum File {
    /// Decoded from the body.
    Raw(Vec<u8>),
    /// Kept durably.
    Kept {
        /// SHA-256 of the content.
        digest: [u8; 32],
        /// Bytes.
        size: i64,
    },
}

impl PreparedAttribute {
    /// Puts the file into the blob store.
    ///
    /// # Errors
    /// Of the file system.
    pub fn keep_file(&mut self, app: &crate::app::App) -> crate::error::Result<()> {
        if let Some(File::Raw(content)) = self.file.as_deref() {
            let size = i64::try_from(content.len()).unwrap_or(i64::MAX);
            self.file = Some(Box::new(File::Kept {
                digest: app.blobs().put(content)?,
                size,
            }));
        }
        Ok(())
    }
}

/// An object ready to be stored, but for ids, owners and labels.
#[derive(Debug, Clone)]
pub struct PreparedObject {
    /// The row; `id`, `label` and a missing uuid are filled in while inserting.
    pub row: Object,
    /// Whether the draft named the uuid.
    pub uuid_given: bool,
    /// The sharing group the draft named.
    pub group: Option<GroupChoice>,
    /// Members.
    pub attributes: Vec<PreparedAttribute>,
    /// References.
    pub references: Vec<ReferenceDraft>,
    /// Annotations.
    pub analyst: Vec<entente_model::draft::AnalystDraft>,
}

/// Prepares one attribute. A draft with several values is split before ([`split_values`]).
///
/// # Errors
/// Messages per field.
pub fn attribute(draft: AttributeDraft, defaults: &Defaults) -> Result<PreparedAttribute, FieldErrors> {
    let mut errors = FieldErrors::default();
    let kind = kind(&draft, &mut errors);
    let category = category(&draft, kind, &mut errors);
    let mut extra = draft.extra;
    let file = extra
        .as_deref_mut()
        .map_or(Ok(None), |extra| take_file(kind, extra))
        .unwrap_or_else(|message| {
            errors.add("data", message);
            None
        });
    let encrypt = extra.as_deref().is_some_and(|extra| extra.encrypt);
    let (raw, file) = match (kind, file) {
        (Some(AttributeType::MALWARE_SAMPLE), Some(raw)) if encrypt => {
            match sample::seal(&draft.value.unwrap_or_default(), &raw) {
                Ok(sealed) => (Some(sealed.value), Some(sealed.archive)),
                Err(message) => {
                    errors.add("data", message);
                    (None, None)
                }
            }
        }
        (_, file) => (draft.value, file),
    };
    let value = value(kind, raw.as_deref(), defaults, &mut errors);
    let distribution = level(
        "distribution",
        draft.distribution,
        defaults.distribution,
        &mut errors,
    );
    let (first_seen, last_seen) = seen(draft.first_seen, draft.last_seen, &mut errors);
    if draft.uuid.is_invalid() {
        errors.add("uuid", "Please provide a valid RFC 9562 UUID.");
    }
    for (field, invalid) in [
        ("to_ids", draft.to_ids.is_invalid()),
        ("timestamp", draft.timestamp.is_invalid()),
        ("deleted", draft.deleted.is_invalid()),
        ("disable_correlation", draft.disable_correlation.is_invalid()),
    ] {
        if invalid {
            errors.add(field, format!("{field} has an invalid format."));
        }
    }
    let (Some(kind), Some(category), Some(value), true) = (kind, category, value, errors.is_empty()) else {
        return Err(errors);
    };
    let image = kind.is_image(&value.first);
    let uuid = draft.uuid.value();
    let timestamp = draft.timestamp.value();
    let deleted = draft.deleted.value();
    let group = extra.as_deref_mut().and_then(|extra| extra.sharing_group.take());
    let extra = extra.filter(|extra| **extra != AttributeExtra::default());
    Ok(PreparedAttribute {
        row: Attribute {
            id: ElementId::NONE,
            uuid: uuid.unwrap_or_default(),
            object: ElementId::NONE,
            relation: draft.relation.filter(|relation| !relation.is_empty()),
            kind: kind.id(),
            category: category.id(),
            value1: value.first,
            value2: value.second,
            to_ids: draft.to_ids.or(kind.default_to_ids()),
            deleted: deleted.unwrap_or(false),
            disable_correlation: draft.disable_correlation.or(image),
            distribution,
            sharing_group: SharingGroupId::NONE,
            timestamp: timestamp.map_or(defaults.now, |sent| {
                crate::event::add::clamp_version(sent, defaults.now)
            }),
            first_seen,
            last_seen,
            comment: draft.comment.unwrap_or_default(),
            label: None,
        },
        uuid_given: uuid.is_some(),
        group: group.map(Box::new),
        file: file.map(|raw| Box::new(File::Raw(raw))),
        extra,
    })
}

fn kind(draft: &AttributeDraft, errors: &mut FieldErrors) -> Option<AttributeType> {
    let Some(name) = draft.kind.as_deref().filter(|name| !name.is_empty()) else {
        errors.add("type", "No type set.");
        return None;
    };
    let kind = AttributeType::from_name(name);
    if kind.is_none() {
        errors.add("type", "Invalid type.");
    }
    kind
}

fn category(
    draft: &AttributeDraft,
    kind: Option<AttributeType>,
    errors: &mut FieldErrors,
) -> Option<Category> {
    let kind = kind?;
    let Some(name) = draft.category.as_deref().filter(|name| !name.is_empty()) else {
        return Some(kind.default_category());
    };
    let Some(category) = Category::from_name(name) else {
        errors.add("category", "Invalid category.");
        return None;
    };
    if !category.allows(kind) {
        errors.add("type", "Options depend on the selected category.");
        return None;
    }
    Some(category)
}

fn value(
    kind: Option<AttributeType>,
    raw: Option<&str>,
    defaults: &Defaults,
    errors: &mut FieldErrors,
) -> Option<entente_indicator::Value> {
    let kind = kind?;
    match prepare(
        kind,
        raw.unwrap_or_default(),
        &defaults.rules,
        Today::from_unix_seconds(defaults.now),
    ) {
        Ok(value) => Some(value),
        Err(error) => {
            errors.add("value", error.message);
            None
        }
    }
}

fn take_file(kind: Option<AttributeType>, extra: &mut AttributeExtra) -> Result<Option<Vec<u8>>, String> {
    let Some(data) = extra.data.take().filter(|data| !data.is_empty()) else {
        return Ok(None);
    };
    if !kind.is_some_and(AttributeType::is_file) {
        return Ok(None);
    }
    sample::decode(&data).map(Some)
}

/// Reads a distribution or notes what is wrong with it.
pub fn level(
    field: &str,
    given: Given<Distribution>,
    default: Distribution,
    errors: &mut FieldErrors,
) -> Distribution {
    if given.is_invalid() {
        errors.add(field, "Invalid distribution: 0 to 5 expected.");
    }
    given.or(default)
}

/// Reads first and last seen and checks their order. spec: 01#3
pub fn seen(
    first: Given<Option<Micros>>,
    last: Given<Option<Micros>>,
    errors: &mut FieldErrors,
) -> (Option<Micros>, Option<Micros>) {
    if first.is_invalid() {
        errors.add("first_seen", "Invalid ISO 8601 format");
    }
    if last.is_invalid() {
        errors.add("last_seen", "Invalid ISO 8601 format");
    }
    let (first, last) = (first.value().flatten(), last.value().flatten());
    if let (Some(first), Some(last)) = (first, last)
        && first > last
    {
        errors.add("last_seen", "Last seen must be equal or after first seen.");
    }
    (first, last)
}

/// One draft per value: `value` as a list, or several lines with `batch_import`. spec: 03#4.1
#[must_use]
pub fn split_values(mut draft: AttributeDraft) -> Vec<AttributeDraft> {
    let more = draft
        .extra
        .as_deref_mut()
        .map(|extra| std::mem::take(&mut extra.more_values))
        .unwrap_or_default();
    let batch = draft.extra.as_deref().is_some_and(|extra| extra.batch);
    let mut values: Vec<String> = draft.value.iter().cloned().chain(more).collect();
    if batch {
        let lines = |text: &String| {
            text.lines()
                .map(str::to_owned)
                .filter(|l| !l.trim().is_empty())
                .collect::<Vec<_>>()
        };
        values = values.iter().flat_map(lines).collect();
    }
    if values.len() < 2 {
        if let Some(only) = values.into_iter().next() {
            draft.value = Some(only);
        }
        return vec![draft];
    }
    values
        .into_iter()
        .map(|value| {
            let mut one = draft.clone();
            one.value = Some(value);
            // A uuid names one attribute only.
            one.uuid = Given::Absent;
            one
        })
        .collect()
}

impl PreparedObject {
    /// Members that say nothing about when they were seen were seen when the object was, as for an object that
    /// is added by itself; in the body of an event each speaks for itself. spec: 01#4
    pub fn lend_times(&mut self) {
        for member in &mut self.attributes {
            member.row.first_seen = member.row.first_seen.or(self.row.first_seen);
            member.row.last_seen = member.row.last_seen.or(self.row.last_seen);
        }
    }
}

/// Prepares an object with its members. Members that fail are answered beside it, by position.
///
/// # Errors
/// Messages per field of the object itself.
pub fn object(
    draft: ObjectDraft,
    defaults: &Defaults,
) -> Result<(PreparedObject, Vec<(usize, FieldErrors)>), FieldErrors> {
    let mut errors = FieldErrors::default();
    let distribution = level(
        "distribution",
        draft.distribution,
        defaults.distribution,
        &mut errors,
    );
    let (first_seen, last_seen) = seen(draft.first_seen, draft.last_seen, &mut errors);
    for (field, invalid) in [
        ("uuid", draft.uuid.is_invalid()),
        ("template_uuid", draft.template_uuid.is_invalid()),
    ] {
        if invalid {
            errors.add(field, "Please provide a valid RFC 9562 UUID.");
        }
    }
    if draft.template_version.is_invalid() {
        errors.add(
            "template_version",
            "template_version has to be a positive integer.",
        );
    }
    let name = draft.name.filter(|name| !name.trim().is_empty());
    if name.is_none() {
        errors.add("name", "name cannot be empty.");
    }
    errors.into_result()?;
    let mut attributes = Vec::with_capacity(draft.attributes.len());
    let mut failed = Vec::new();
    for (index, member) in draft.attributes.into_iter().enumerate() {
        match attribute(member, defaults).and_then(|member| match member.row.relation {
            Some(_) => Ok(member),
            None => Err(FieldErrors::one(
                "object_relation",
                "object_relation cannot be empty.",
            )),
        }) {
            Ok(mut member) => {
                // A deleted object has no live members. spec: 01#4
                member.row.deleted |= draft.deleted.as_value() == Some(&true);
                attributes.push(member);
            }
            Err(errors) => failed.push((index, errors)),
        }
    }
    let uuid = draft.uuid.value();
    let timestamp = draft.timestamp.value();
    let deleted = draft.deleted.value();
    Ok((
        PreparedObject {
            row: Object {
                id: ElementId::NONE,
                uuid: uuid.unwrap_or_default(),
                name: name.unwrap_or_default(),
                meta_category: draft.meta_category.unwrap_or_default(),
                description: draft.description.unwrap_or_default(),
                template_uuid: draft.template_uuid.value(),
                template_version: draft.template_version.or(1),
                timestamp: timestamp.map_or(defaults.now, |sent| {
                    crate::event::add::clamp_version(sent, defaults.now)
                }),
                distribution,
                sharing_group: SharingGroupId::NONE,
                comment: draft.comment.unwrap_or_default(),
                deleted: deleted.unwrap_or(false),
                first_seen,
                last_seen,
                label: None,
            },
            uuid_given: uuid.is_some(),
            group: draft.sharing_group,
            attributes,
            references: draft.references,
            analyst: draft.analyst,
        },
        failed,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn defaults() -> Defaults {
        Defaults {
            distribution: Distribution::Inherit,
            rules: Arc::new(ImportRules::shipped().clone()),
            now: 1_700_000_000,
        }
    }

    fn draft(kind: &str, value: &str) -> AttributeDraft {
        AttributeDraft {
            kind: Some(kind.to_owned()),
            value: Some(value.to_owned()),
            ..AttributeDraft::default()
        }
    }

    #[test]
    fn defaults_come_from_the_type() {
        let prepared = attribute(draft("ip-dst", " 198.51.100.7 "), &defaults()).unwrap();
        assert_eq!(prepared.row.value1, "198.51.100.7");
        assert!(prepared.row.to_ids);
        assert_eq!(prepared.row.distribution, Distribution::Inherit);
    }

    #[test]
    fn bi_o1_every_broken_field_is_named() {
        let mut bad = draft("ip-dst", "nonsense");
        bad.category = Some("Person".to_owned());
        bad.distribution = Given::Invalid;
        bad.uuid = Given::Invalid;
        let errors = attribute(bad, &defaults()).unwrap_err();
        let fields: Vec<_> = errors.0.keys().map(String::as_str).collect();
        assert_eq!(fields, ["distribution", "type", "uuid", "value"]);
        assert!(
            attribute(draft("nope", "x"), &defaults())
                .unwrap_err()
                .0
                .contains_key("type")
        );
        assert!(
            attribute(draft("text", ""), &defaults())
                .unwrap_err()
                .0
                .contains_key("value")
        );
    }

    #[test]
    fn several_values_become_several_drafts() {
        let mut list = draft("ip-dst", "198.51.100.1");
        list.extra_mut().more_values = vec!["198.51.100.2".to_owned()];
        assert_eq!(split_values(list).len(), 2);
        let mut lines = draft("ip-dst", "198.51.100.1\n198.51.100.2\n\n");
        lines.extra_mut().batch = true;
        assert_eq!(split_values(lines).len(), 2);
        assert_eq!(split_values(draft("text", "a\nb")).len(), 1);
    }

    #[test]
    fn last_seen_is_not_before_first_seen() {
        let mut d = draft("text", "x");
        d.first_seen = Given::Value(Some(2));
        d.last_seen = Given::Value(Some(1));
        assert!(attribute(d, &defaults()).unwrap_err().0.contains_key("last_seen"));
    }
}
