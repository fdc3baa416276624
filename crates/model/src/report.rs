//! Event reports. spec: 01#7.6
use crate::id::{ElementId, LabelId, SharingGroupId};
use crate::level::Distribution;
use crate::time::Seconds;
use uuid::Uuid;

/// A stored event report.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Id, which contains the event.
    pub id: ElementId,
    /// Global identity.
    pub uuid: Uuid,
    /// Title.
    pub name: String,
    /// Markdown.
    pub content: Option<String>,
    /// How far it may travel.
    pub distribution: Distribution,
    /// The group when distribution says so, else none.
    pub sharing_group: SharingGroupId,
    /// Edit version.
    pub timestamp: Seconds,
    /// Soft deleted.
    pub deleted: bool,
    /// Own policy label; none = inherits the event's.
    pub label: Option<LabelId>,
}
