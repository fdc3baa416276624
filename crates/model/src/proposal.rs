//! Proposals ("shadow attributes"). spec: 01#7.7
use crate::id::{ElementId, OrgId, UserId};
use crate::time::{Micros, Seconds};
use uuid::Uuid;

/// A stored proposal to add, change or delete an attribute.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// Id, which contains the event.
    pub id: ElementId,
    /// The attribute to change or delete; none = a new one.
    pub old: ElementId,
    /// Uuid of that attribute, or a fresh one.
    pub uuid: Uuid,
    /// Type id.
    pub kind: u16,
    /// Category id.
    pub category: u8,
    /// First half of the value.
    pub value1: String,
    /// Second half.
    pub value2: Option<String>,
    /// Usable for detection.
    pub to_ids: bool,
    /// Who proposes.
    pub org: OrgId,
    /// The proposing user.
    pub user: UserId,
    /// The proposing user's address, kept for the event's owners.
    pub email: String,
    /// Owner organisation of the event.
    pub event_org: OrgId,
    /// Uuid of the event.
    pub event_uuid: Uuid,
    /// Remark.
    pub comment: String,
    /// Accepted or discarded.
    pub deleted: bool,
    /// Edit version.
    pub timestamp: Seconds,
    /// Asks for deletion.
    pub to_delete: bool,
    /// Keep it out of correlation.
    pub disable_correlation: bool,
    /// First time seen.
    pub first_seen: Option<Micros>,
    /// Last time seen.
    pub last_seen: Option<Micros>,
}

impl Proposal {
    /// The proposed value as exchanged.
    #[must_use]
    pub fn value(&self) -> std::borrow::Cow<'_, str> {
        match &self.value2 {
            None => self.value1.as_str().into(),
            Some(second) => format!("{}|{second}", self.value1).into(),
        }
    }
}
