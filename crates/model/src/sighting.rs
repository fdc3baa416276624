//! Sightings. spec: 01#7.8
use crate::id::{ElementId, OrgId};
use crate::level::SightingKind;
use crate::time::Seconds;
use uuid::Uuid;

/// A stored sighting.
#[derive(Debug, Clone, PartialEq)]
pub struct Sighting {
    /// Row id.
    pub id: i64,
    /// Global identity.
    pub uuid: Uuid,
    /// What was seen.
    pub attribute: ElementId,
    /// Who saw it.
    pub org: OrgId,
    /// When.
    pub date: Seconds,
    /// Sensor or system, free text.
    pub source: String,
    /// What it says.
    pub kind: SightingKind,
}
