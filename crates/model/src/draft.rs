//! What callers send: every field optional, possibly malformed, never trusted.
//!
//! Readers of foreign formats produce drafts; the engine turns a draft into a stored entity or into
//! [`crate::finding::FieldErrors`]. Ids and owners are no part of a draft except where a caller may
//! legitimately name them, so a body cannot assign what the caller does not control (spec: 11#SR-AZ-3).
pub mod people;
use crate::level::{Analysis, Distribution, SightingKind, ThreatLevel};
use crate::time::{Day, Micros, Seconds};
use uuid::Uuid;

/// A field of a draft.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Given<T> {
    /// Not in the request: keep or default.
    #[default]
    Absent,
    /// In the request but unreadable; reported on its field.
    Invalid,
    /// In the request.
    Value(T),
}

impl<T> Given<T> {
    /// The value if one was given and readable.
    pub fn value(self) -> Option<T> {
        match self {
            Self::Value(v) => Some(v),
            Self::Absent | Self::Invalid => None,
        }
    }
    /// A reference to the value if one was given and readable.
    pub fn as_value(&self) -> Option<&T> {
        match self {
            Self::Value(v) => Some(v),
            Self::Absent | Self::Invalid => None,
        }
    }
    /// Whether the request holds the field in unreadable form.
    pub fn is_invalid(&self) -> bool {
        matches!(self, Self::Invalid)
    }
    /// Whether the request does not hold the field.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
    /// The value, or the given one when absent or unreadable.
    pub fn or(self, default: T) -> T {
        self.value().unwrap_or(default)
    }
}

/// An organisation as embedded in a body: found by uuid, else by name. spec: 01#14
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OrgDraft {
    /// Local id, where the caller named one.
    pub id: Option<i64>,
    /// Global identity.
    pub uuid: Option<Uuid>,
    /// Name.
    pub name: Option<String>,
    /// Free text.
    pub description: Option<String>,
    /// Kind, free text.
    pub kind: Option<String>,
    /// Country name.
    pub nationality: Option<String>,
    /// Sector.
    pub sector: Option<String>,
    /// Contact details.
    pub contacts: Option<String>,
}

/// A sharing group as embedded in a body, or as sent to its own endpoints. spec: 01#14, 03#11
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SharingGroupDraft {
    /// Global identity.
    pub uuid: Given<Uuid>,
    /// Name.
    pub name: Option<String>,
    /// Free text.
    pub releasability: Option<String>,
    /// Free text.
    pub description: Option<String>,
    /// Informational.
    pub active: Given<bool>,
    /// Not tied to the listed servers.
    pub roaming: Given<bool>,
    /// Change time as the sender says.
    pub modified: Option<Seconds>,
    /// Creator, when the caller may name one.
    pub organisation: Option<OrgDraft>,
    /// Members; `None` = not in the body.
    pub orgs: Option<Vec<(OrgDraft, bool)>>,
    /// Instances; `None` = not in the body.
    pub servers: Option<Vec<GroupServerDraft>>,
}

/// An instance named as part of a sharing group.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GroupServerDraft {
    /// Local id of the server, 0 = this instance.
    pub id: Option<i64>,
    /// Its base URL.
    pub url: Option<String>,
    /// Every organisation there belongs to the group.
    pub all_orgs: bool,
}

/// The sharing group a draft names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupChoice {
    /// By local id or uuid.
    Ref(crate::id::Ref),
    /// Embedded whole.
    Embedded(Box<SharingGroupDraft>),
}

/// A tag to attach or detach.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TagDraft {
    /// Local id.
    pub id: Option<i64>,
    /// Name.
    pub name: Option<String>,
    /// Colour for a tag that has to be made.
    pub colour: Option<String>,
    /// Whether a tag that has to be made is exportable.
    pub exportable: Option<bool>,
    /// Attach locally.
    pub local: bool,
    /// Detach instead.
    pub deleted: bool,
    /// How it relates.
    pub relationship_type: Option<String>,
}

/// A sighting to add.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SightingDraft {
    /// Global identity, for captured ones.
    pub uuid: Option<Uuid>,
    /// What it says.
    pub kind: Given<SightingKind>,
    /// When; absent = now.
    pub date: Given<Seconds>,
    /// Sensor or system.
    pub source: Option<String>,
    /// Who saw it, for captured ones.
    pub org: Option<OrgDraft>,
}

/// Which kind of annotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AnalystKind {
    /// Free text.
    Note,
    /// A number from 0 to 100 with a comment.
    Opinion,
    /// A named relation to something else.
    Relationship,
}

/// A note, opinion or relationship to add. spec: 08#1
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnalystDraft {
    /// Which of the three.
    pub kind: AnalystKind,
    /// Global identity.
    pub uuid: Given<Uuid>,
    /// Annotated object.
    pub object_uuid: Option<Uuid>,
    /// Its type, as a word of the wire.
    pub object_type: Option<String>,
    /// Who wrote it.
    pub authors: Option<String>,
    /// Creator organisation, where the caller may name one.
    pub orgc_uuid: Option<Uuid>,
    /// Times as sent.
    pub created: Option<Seconds>,
    /// Times as sent.
    pub modified: Option<Seconds>,
    /// How far it may travel.
    pub distribution: Given<Distribution>,
    /// The group when distribution says so.
    pub sharing_group: Option<GroupChoice>,
    /// Note text.
    pub note: Option<String>,
    /// Language of the note.
    pub language: Option<String>,
    /// Opinion, 0 to 100.
    pub opinion: Given<i64>,
    /// Comment on the opinion.
    pub comment: Option<String>,
    /// Name of the relation.
    pub relationship_type: Option<String>,
    /// Its target.
    pub related_object_uuid: Option<Uuid>,
    /// Its target's type.
    pub related_object_type: Option<String>,
    /// Annotations of this annotation.
    pub children: Vec<AnalystDraft>,
}

/// The seldom used parts of an attribute draft, kept apart so that a plain attribute stays small.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AttributeExtra {
    /// Tags to attach or detach.
    pub tags: Vec<TagDraft>,
    /// The file, base64.
    pub data: Option<String>,
    /// `data` is a raw sample that we wrap and encrypt.
    pub encrypt: bool,
    /// Refuse values on a warninglist.
    pub enforce_warninglist: bool,
    /// The value holds several lines, each an attribute.
    pub batch: bool,
    /// The sharing group, when one is named.
    pub sharing_group: Option<GroupChoice>,
    /// Sightings to record with it.
    pub sightings: Vec<SightingDraft>,
    /// Annotations to record with it.
    pub analyst: Vec<AnalystDraft>,
    /// Further values of the same attribute (`value` was a list).
    pub more_values: Vec<String>,
}

/// An attribute to add or change. spec: 01#7.2
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AttributeDraft {
    /// Global identity.
    pub uuid: Given<Uuid>,
    /// Type name.
    pub kind: Option<String>,
    /// Category name.
    pub category: Option<String>,
    /// Value as sent; `Some` even when empty.
    pub value: Option<String>,
    /// Usable for detection.
    pub to_ids: Given<bool>,
    /// How far it may travel.
    pub distribution: Given<Distribution>,
    /// Edit version.
    pub timestamp: Given<Seconds>,
    /// Remark.
    pub comment: Option<String>,
    /// Soft delete or restore.
    pub deleted: Given<bool>,
    /// Keep it out of correlation.
    pub disable_correlation: Given<bool>,
    /// First seen; `Value(None)` clears.
    pub first_seen: Given<Option<Micros>>,
    /// Last seen; `Value(None)` clears.
    pub last_seen: Given<Option<Micros>>,
    /// Role in its object.
    pub relation: Option<String>,
    /// Everything seldom used.
    pub extra: Option<Box<AttributeExtra>>,
}

impl AttributeDraft {
    /// The seldom used parts, made when missing.
    pub fn extra_mut(&mut self) -> &mut AttributeExtra {
        self.extra.get_or_insert_default()
    }
    /// Tags of the draft.
    #[must_use]
    pub fn tags(&self) -> &[TagDraft] {
        self.extra.as_deref().map_or(&[], |extra| &extra.tags)
    }
}

/// A reference to add. spec: 01#7.4
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReferenceDraft {
    /// Global identity, kept for embedded ones.
    pub uuid: Given<Uuid>,
    /// Source object, for the endpoint of its own.
    pub object: Option<crate::id::Ref>,
    /// Target.
    pub referenced_uuid: Option<Uuid>,
    /// Free text.
    pub relationship_type: Option<String>,
    /// Remark.
    pub comment: Option<String>,
    /// Edit version.
    pub timestamp: Given<Seconds>,
    /// Soft delete.
    pub deleted: Given<bool>,
}

/// An object to add or change. spec: 01#7.3
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ObjectDraft {
    /// Global identity.
    pub uuid: Given<Uuid>,
    /// Template name.
    pub name: Option<String>,
    /// Meta category.
    pub meta_category: Option<String>,
    /// Template description.
    pub description: Option<String>,
    /// Template.
    pub template_uuid: Given<Uuid>,
    /// Template version.
    pub template_version: Given<i64>,
    /// Edit version.
    pub timestamp: Given<Seconds>,
    /// How far it may travel.
    pub distribution: Given<Distribution>,
    /// The sharing group, when one is named.
    pub sharing_group: Option<GroupChoice>,
    /// Remark.
    pub comment: Option<String>,
    /// Soft delete or restore.
    pub deleted: Given<bool>,
    /// First seen; `Value(None)` clears.
    pub first_seen: Given<Option<Micros>>,
    /// Last seen; `Value(None)` clears.
    pub last_seen: Given<Option<Micros>>,
    /// Attributes.
    pub attributes: Vec<AttributeDraft>,
    /// References.
    pub references: Vec<ReferenceDraft>,
    /// Refuse an object equal to one that is there.
    pub break_on_duplicate: bool,
    /// Annotations.
    pub analyst: Vec<AnalystDraft>,
}

/// An event report to add or change. spec: 01#7.6
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReportDraft {
    /// Global identity.
    pub uuid: Given<Uuid>,
    /// Title.
    pub name: Option<String>,
    /// Markdown.
    pub content: Option<String>,
    /// How far it may travel.
    pub distribution: Given<Distribution>,
    /// The sharing group, when one is named.
    pub sharing_group: Option<GroupChoice>,
    /// Edit version.
    pub timestamp: Given<Seconds>,
    /// Soft delete or restore.
    pub deleted: Given<bool>,
    /// Annotations.
    pub analyst: Vec<AnalystDraft>,
}

/// A signing key of a protected event. spec: 08#13
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyDraft {
    /// Global identity.
    pub uuid: Option<Uuid>,
    /// `pgp`.
    pub kind: String,
    /// The key.
    pub data: String,
}

/// The scalars and small lists of an event; attributes and objects are delivered one by one. spec: 01#7.1
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventDraft {
    /// Global identity.
    pub uuid: Given<Uuid>,
    /// Title.
    pub info: Option<String>,
    /// Day.
    pub date: Given<Day>,
    /// Publish.
    pub published: Given<bool>,
    /// Analysis state.
    pub analysis: Given<Analysis>,
    /// Threat level.
    pub threat_level: Given<ThreatLevel>,
    /// How far it may travel.
    pub distribution: Given<Distribution>,
    /// The sharing group, when one is named.
    pub sharing_group: Option<GroupChoice>,
    /// Edit version.
    pub timestamp: Given<Seconds>,
    /// Publication time, for captured events.
    pub publish_timestamp: Given<Seconds>,
    /// Received by synchronisation.
    pub locked: Given<bool>,
    /// Keep it out of correlation.
    pub disable_correlation: Given<bool>,
    /// Extended event by id or uuid; `Value(None)` clears.
    pub extends: Given<Option<crate::id::Ref>>,
    /// Protected mode.
    pub protected: Given<bool>,
    /// Creator organisation.
    pub orgc: Option<OrgDraft>,
    /// Tags to attach or detach.
    pub tags: Vec<TagDraft>,
    /// Event reports.
    pub reports: Vec<ReportDraft>,
    /// Signing keys.
    pub keys: Vec<KeyDraft>,
    /// Annotations.
    pub analyst: Vec<AnalystDraft>,
    /// Objects equal to one that is there are dropped.
    pub break_on_duplicate: bool,
}
