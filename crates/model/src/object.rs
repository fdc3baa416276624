//! Objects and references. spec: 01#7.3, 01#7.4
use crate::id::{ElementId, LabelId, SharingGroupId};
use crate::level::Distribution;
use crate::time::{Micros, Seconds};
use uuid::Uuid;

/// A stored object without its attributes.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// Id, which contains the event.
    pub id: ElementId,
    /// Global identity.
    pub uuid: Uuid,
    /// Template name.
    pub name: String,
    /// Template's meta category.
    pub meta_category: String,
    /// Template's description.
    pub description: String,
    /// The template, known here or not.
    pub template_uuid: Option<Uuid>,
    /// Its version.
    pub template_version: i64,
    /// Edit version.
    pub timestamp: Seconds,
    /// How far it may travel.
    pub distribution: Distribution,
    /// The group when distribution says so, else none.
    pub sharing_group: SharingGroupId,
    /// Remark.
    pub comment: String,
    /// Soft deleted.
    pub deleted: bool,
    /// First time seen.
    pub first_seen: Option<Micros>,
    /// Last time seen.
    pub last_seen: Option<Micros>,
    /// Own policy label; none = inherits the event's.
    pub label: Option<LabelId>,
}

/// A stored reference from an object to an attribute or object.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    /// Id, which contains the event of the source.
    pub id: ElementId,
    /// Global identity.
    pub uuid: Uuid,
    /// Edit version.
    pub timestamp: Seconds,
    /// Source object.
    pub object: ElementId,
    /// Uuid of the source object.
    pub source_uuid: Uuid,
    /// Uuid of the target.
    pub referenced_uuid: Uuid,
    /// Local id of the target, or none when it is not here.
    pub referenced: ElementId,
    /// Whether the target is an object (else an attribute).
    pub to_object: bool,
    /// Free text.
    pub relationship_type: String,
    /// Remark.
    pub comment: String,
    /// Soft deleted.
    pub deleted: bool,
}
