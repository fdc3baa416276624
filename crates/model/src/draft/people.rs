//! What callers send about people: organisations, users, roles, keys.
use super::Given;
use crate::time::Seconds;
use uuid::Uuid;

/// A secret that a caller sent. Its `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// An organisation as its administrators send it. spec: 01#7.10
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OrganisationDraft {
    /// Global identity.
    pub uuid: Given<Uuid>,
    /// Name.
    pub name: Given<String>,
    /// Free text.
    pub description: Given<String>,
    /// Kind, free text.
    pub kind: Given<String>,
    /// Country name.
    pub nationality: Given<String>,
    /// Sector.
    pub sector: Given<String>,
    /// Contact details.
    pub contacts: Given<String>,
    /// Has users here.
    pub local: Given<bool>,
    /// Mail domains that its users must have.
    pub restricted_to_domain: Given<Vec<String>>,
    /// Landing page.
    pub landing_page: Given<String>,
}

/// A user account, as administrators or its owner send it. Which fields count depends on who sends
/// them. spec: 01#7.11
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserDraft {
    /// Organisation, by local id.
    pub org: Given<i64>,
    /// Role, by local id.
    pub role: Given<i64>,
    /// The server that a sync user belongs to.
    pub server: Given<i64>,
    /// Address.
    pub email: Given<String>,
    /// New password; a mask of asterisks is absent.
    pub password: Given<Secret>,
    /// Wants mail on publication.
    pub autoalert: Given<bool>,
    /// Wants mail from "contact reporter".
    pub contactalert: Given<bool>,
    /// OpenPGP public key.
    pub gpgkey: Given<String>,
    /// S/MIME certificate.
    pub certif_public: Given<String>,
    /// Start of rule identifiers in exports.
    pub nids_sid: Given<i64>,
    /// Accepted the terms.
    pub termsaccepted: Given<bool>,
    /// Last news read.
    pub newsread: Given<i64>,
    /// Must change the password at next login.
    pub change_pw: Given<bool>,
    /// Switched off.
    pub disabled: Given<bool>,
    /// Switched off from then on; none clears it.
    pub expiration: Given<Option<Seconds>>,
    /// End sessions at the next request.
    pub force_logout: Given<bool>,
    /// OpenID Connect subject.
    pub sub: Given<String>,
    /// Must log in through the external provider.
    pub external_auth_required: Given<bool>,
    /// Identity there.
    pub external_auth_key: Given<String>,
    /// Periodic summaries.
    pub notification_daily: Given<bool>,
    /// Periodic summaries.
    pub notification_weekly: Given<bool>,
    /// Periodic summaries.
    pub notification_monthly: Given<bool>,
}

/// A role. spec: 01#7.12
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RoleDraft {
    /// Name.
    pub name: Given<String>,
    /// Digit or name of the permission level; decides the four writing flags.
    pub permission: Given<String>,
    /// Flags by their wire name (`perm_add`); unknown ones are ignored.
    pub flags: Vec<(String, Given<bool>)>,
    /// Free text kept for clients.
    pub memory_limit: Given<String>,
    /// Free text kept for clients.
    pub max_execution_time: Given<String>,
    /// Only site administrators may assign it.
    pub restricted_to_site_admin: Given<bool>,
    /// Whether searches are counted.
    pub enforce_rate_limit: Given<bool>,
    /// Searches per 900 s when counted.
    pub rate_limit_count: Given<i64>,
}

/// An API key; the key itself is never the caller's choice. spec: 02#2.2
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuthKeyDraft {
    /// Global identity.
    pub uuid: Given<Uuid>,
    /// Remark.
    pub comment: Given<String>,
    /// Valid until; 0 is for ever.
    pub expiration: Given<Seconds>,
    /// May not write.
    pub read_only: Given<bool>,
    /// Addresses and networks that may use it, as sent; empty is any.
    pub allowed_ips: Given<Vec<String>>,
}
