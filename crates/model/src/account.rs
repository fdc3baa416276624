//! User accounts and API keys. spec: 01#7.11, 02#2.2
use crate::id::{OrgId, RoleId, UserId};
use crate::time::Seconds;
use uuid::Uuid;

/// A stored user account. The password hash is no part of it: it never leaves the store layer.
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    /// Id.
    pub id: UserId,
    /// Organisation.
    pub org: OrgId,
    /// Role.
    pub role: RoleId,
    /// The server that a sync user belongs to, 0 = none.
    pub server: i64,
    /// Address, unique ignoring case.
    pub email: String,
    /// Wants mail on publication.
    pub autoalert: bool,
    /// Wants mail from "contact reporter".
    pub contactalert: bool,
    /// Who added it.
    pub invited_by: UserId,
    /// OpenPGP public key.
    pub gpgkey: String,
    /// S/MIME certificate.
    pub certif_public: String,
    /// Start of rule identifiers in exports.
    pub nids_sid: i64,
    /// Accepted the terms.
    pub termsaccepted: bool,
    /// Last news read.
    pub newsread: Seconds,
    /// Must change the password at next login.
    pub change_pw: bool,
    /// Switched off.
    pub disabled: bool,
    /// Switched off from then on.
    pub expiration: Option<Seconds>,
    /// This login.
    pub current_login: Seconds,
    /// The one before.
    pub last_login: Seconds,
    /// Last API call.
    pub last_api_access: Seconds,
    /// End sessions at the next request.
    pub force_logout: bool,
    /// When added.
    pub created: Seconds,
    /// When changed.
    pub modified: Seconds,
    /// When the password changed.
    pub last_pw_change: Seconds,
    /// OpenID Connect subject.
    pub sub: Option<String>,
    /// Must log in through the external provider.
    pub external_auth_required: bool,
    /// Identity there.
    pub external_auth_key: String,
    /// Periodic summaries.
    pub notification_daily: bool,
    /// Periodic summaries.
    pub notification_weekly: bool,
    /// Periodic summaries.
    pub notification_monthly: bool,
    /// Whether a second factor is set.
    pub totp_set: bool,
    /// Counter of one-time codes.
    pub hotp_counter: Option<i64>,
}

/// A stored API key; the key itself is not kept. spec: 02#2.2, 11#SR-AN-5
#[derive(Debug, Clone, PartialEq)]
pub struct AuthKey {
    /// Id.
    pub id: i64,
    /// Global identity.
    pub uuid: Uuid,
    /// Owner.
    pub user: UserId,
    /// First four characters, for display.
    pub start: String,
    /// Last four characters, for display.
    pub end: String,
    /// When made.
    pub created: Seconds,
    /// Valid until, 0 = for ever.
    pub expiration: Seconds,
    /// May not write.
    pub read_only: bool,
    /// Remark.
    pub comment: String,
    /// Addresses and networks that may use it; empty = any.
    pub allowed_ips: Vec<String>,
    /// Addresses that have used it.
    pub unique_ips: Vec<String>,
    /// Last use, 0 = never.
    pub last_used: Seconds,
}

/// What a user has set for itself. spec: 01#7.14, 03#15
#[derive(Debug, Clone, PartialEq)]
pub struct UserSetting {
    /// Id.
    pub id: i64,
    /// Owner.
    pub user: UserId,
    /// Name.
    pub setting: String,
    /// Value as JSON text.
    pub value: String,
    /// When it was set.
    pub timestamp: Seconds,
}

/// Somebody who asks for an account, waiting for a site administrator. spec: 03#13.3
#[derive(Debug, Clone, PartialEq)]
pub struct Registration {
    /// Id.
    pub id: i64,
    /// Global identity.
    pub uuid: Uuid,
    /// How to call it.
    pub title: String,
    /// Where it came from.
    pub ip: String,
    /// The client it came with.
    pub user_agent: String,
    /// SHA-256 of that, in hexadecimal.
    pub user_agent_sha256: String,
    /// What the person has to say.
    pub comment: String,
    /// When.
    pub timestamp: Seconds,
    /// What was sent, as JSON text.
    pub data: String,
}
