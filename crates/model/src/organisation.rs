//! Organisations. spec: 01#7.10
use crate::id::{OrgId, UserId};
use crate::time::Seconds;
use uuid::Uuid;

/// A stored organisation.
#[derive(Debug, Clone, PartialEq)]
pub struct Organisation {
    /// Id.
    pub id: OrgId,
    /// Global identity; a few captured ones have none.
    pub uuid: Uuid,
    /// Name, unique ignoring case.
    pub name: String,
    /// When added.
    pub created: Seconds,
    /// When changed.
    pub modified: Seconds,
    /// Free text.
    pub description: String,
    /// Kind of organisation, free text.
    pub kind: String,
    /// Country name.
    pub nationality: String,
    /// Sector.
    pub sector: String,
    /// Contact details.
    pub contacts: String,
    /// Who added it.
    pub created_by: UserId,
    /// Has users here.
    pub local: bool,
    /// Mail domains that its users must have; empty = any.
    pub restricted_to_domain: Vec<String>,
    /// Landing page, Markdown.
    pub landing_page: Option<String>,
}
