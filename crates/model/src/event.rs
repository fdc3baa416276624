//! Events. spec: 01#7.1
use crate::id::{EventId, LabelId, OrgId, SharingGroupId, UserId};
use crate::level::{Analysis, Distribution, ThreatLevel};
use crate::time::{Day, Seconds};
use uuid::Uuid;

/// A stored event without its content.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Number on this instance.
    pub id: EventId,
    /// Global identity.
    pub uuid: Uuid,
    /// Owner: the organisation that holds it here; reading follows it.
    pub org: OrgId,
    /// Creator; writing follows it.
    pub orgc: OrgId,
    /// The local user who created it.
    pub user: UserId,
    /// Day the event is about.
    pub date: Day,
    /// Title.
    pub info: String,
    /// Whether it is published.
    pub published: bool,
    /// Analysis state.
    pub analysis: Analysis,
    /// Threat level.
    pub threat_level: ThreatLevel,
    /// How far it may travel.
    pub distribution: Distribution,
    /// The group when `distribution` is [`Distribution::SharingGroup`], else none.
    pub sharing_group: SharingGroupId,
    /// Edit version.
    pub timestamp: Seconds,
    /// Last publication, 0 = never.
    pub publish_timestamp: Seconds,
    /// Last publication of sightings, 0 = never.
    pub sighting_timestamp: Seconds,
    /// Live attributes, those in objects included.
    pub attribute_count: i64,
    /// Set when the creators have been told about a proposal and have not reacted.
    pub proposal_email_lock: bool,
    /// Received by synchronisation: local users do not edit it.
    pub locked: bool,
    /// Keep it out of correlation.
    pub disable_correlation: bool,
    /// The event that this one extends; need not exist here.
    pub extends: Option<Uuid>,
    /// Protected mode; `None` = never decided.
    pub protected: Option<bool>,
    /// Interned policy label.
    pub label: LabelId,
    /// Next free sequence number for elements.
    pub next_seq: i64,
}
