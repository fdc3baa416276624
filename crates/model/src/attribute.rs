//! Attributes. spec: 01#7.2
use crate::id::{ElementId, EventId, LabelId, SharingGroupId};
use crate::level::Distribution;
use crate::time::{Micros, Seconds};
use uuid::Uuid;

/// A stored attribute. `kind` and `category` are the stable ids of the `indicator` tables.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    /// Id, which contains the event.
    pub id: ElementId,
    /// Global identity.
    pub uuid: Uuid,
    /// The object it is part of, or [`ElementId::NONE`].
    pub object: ElementId,
    /// Its role in that object.
    pub relation: Option<String>,
    /// Type id.
    pub kind: u16,
    /// Category id.
    pub category: u8,
    /// First half of a composite value, or the whole value.
    pub value1: String,
    /// Second half; `Some("")` when the type is composite and the half is empty.
    pub value2: Option<String>,
    /// Usable for detection.
    pub to_ids: bool,
    /// Soft deleted.
    pub deleted: bool,
    /// Keep it out of correlation.
    pub disable_correlation: bool,
    /// How far it may travel.
    pub distribution: Distribution,
    /// The group when distribution says so, else none.
    pub sharing_group: SharingGroupId,
    /// Edit version.
    pub timestamp: Seconds,
    /// First time seen.
    pub first_seen: Option<Micros>,
    /// Last time seen.
    pub last_seen: Option<Micros>,
    /// Remark.
    pub comment: String,
    /// Own policy label; none = inherits the event's.
    pub label: Option<LabelId>,
}

impl Attribute {
    /// The event it belongs to.
    #[must_use]
    pub fn event(&self) -> EventId {
        self.id.event()
    }
    /// The value as exchanged: halves joined by `|`. spec: 01#7.2
    #[must_use]
    pub fn value(&self) -> std::borrow::Cow<'_, str> {
        match &self.value2 {
            None => self.value1.as_str().into(),
            Some(second) => format!("{}|{second}", self.value1).into(),
        }
    }
}
