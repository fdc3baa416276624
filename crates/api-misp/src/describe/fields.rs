//! Which fields the bodies of write endpoints have. spec: 02#8.4, 01#7
//!
//! What is not listed takes no body, or one that the URL can stand for.

/// The fields of one endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fields {
    /// Controller as in [`crate::request::Target`].
    pub controller: &'static str,
    /// Actions in lower case that share them.
    pub actions: &'static [&'static str],
    /// Without them a request is refused.
    pub mandatory: &'static [&'static str],
    /// Others.
    pub optional: &'static [&'static str],
}

const fn row(
    controller: &'static str,
    actions: &'static [&'static str],
    mandatory: &'static [&'static str],
    optional: &'static [&'static str],
) -> Fields {
    Fields {
        controller,
        actions,
        mandatory,
        optional,
    }
}

const EVENT: &[&str] = &[
    "info",
    "date",
    "distribution",
    "sharing_group_id",
    "threat_level_id",
    "analysis",
    "published",
    "timestamp",
    "extends_uuid",
    "disable_correlation",
    "uuid",
    "Attribute",
    "Object",
    "Tag",
    "Galaxy",
    "EventReport",
];
const ATTRIBUTE: &[&str] = &[
    "type",
    "value",
    "category",
    "to_ids",
    "comment",
    "distribution",
    "sharing_group_id",
    "uuid",
    "timestamp",
    "first_seen",
    "last_seen",
    "disable_correlation",
    "data",
    "Tag",
];
const OBJECT: &[&str] = &[
    "name",
    "meta-category",
    "description",
    "template_uuid",
    "template_version",
    "comment",
    "distribution",
    "sharing_group_id",
    "uuid",
    "timestamp",
    "first_seen",
    "last_seen",
    "Attribute",
    "breakOnDuplicate",
];
const USER: &[&str] = &[
    "email",
    "org_id",
    "role_id",
    "password",
    "autoalert",
    "contactalert",
    "gpgkey",
    "certif_public",
    "nids_sid",
    "termsaccepted",
    "change_pw",
    "disabled",
    "expiration",
    "notification_daily",
    "notification_weekly",
    "notification_monthly",
];
const ORGANISATION: &[&str] = &[
    "name",
    "uuid",
    "description",
    "type",
    "nationality",
    "sector",
    "contacts",
    "local",
    "restricted_to_domain",
    "landingpage",
];
const GROUP: &[&str] = &[
    "name",
    "releasability",
    "description",
    "active",
    "roaming",
    "uuid",
    "SharingGroupOrg",
    "SharingGroupServer",
];
const TAG: &[&str] = &[
    "name",
    "colour",
    "exportable",
    "org_id",
    "user_id",
    "hide_tag",
    "numerical_value",
    "local_only",
];
const REPORT: &[&str] = &[
    "name",
    "content",
    "distribution",
    "sharing_group_id",
    "timestamp",
    "uuid",
];
const KEY: &[&str] = &["comment", "expiration", "allowed_ips", "read_only"];
const ROLE: &[&str] = &[
    "name",
    "permission",
    "perm_add",
    "perm_modify",
    "perm_modify_org",
    "perm_publish",
    "perm_sync",
    "perm_admin",
    "perm_site_admin",
    "perm_audit",
    "perm_auth",
    "perm_tagger",
    "perm_tag_editor",
    "perm_sharing_group",
    "perm_sighting",
    "enforce_rate_limit",
    "rate_limit_count",
    "restricted_to_site_admin",
    "default_role",
];
const PROPOSAL: &[&str] = &[
    "type",
    "value",
    "category",
    "to_ids",
    "comment",
    "first_seen",
    "last_seen",
];

/// Every endpoint with a body that is more than an id.
#[rustfmt::skip] // one row a line, however long: this is a table
pub const FIELDS: &[Fields] = &[
    row("events", &["add"], &["info"], EVENT),
    row("events", &["edit"], &[], EVENT),
    row("events", &["contact"], &["message"], &["person"]),
    row("events", &["upload_sample"], &["files"], &["event_id", "distribution", "to_ids", "category", "info", "analysis", "threat_level_id", "comment"]),
    row("events", &["freetextimport"], &["value"], &[]),
    row("events", &["addtag", "removetag"], &[], &["event", "tag"]),
    row("attributes", &["add"], &["type", "value"], ATTRIBUTE),
    row("attributes", &["edit"], &[], ATTRIBUTE),
    row("attributes", &["deleteselected"], &["id"], &["event_id", "allow_hard_delete"]),
    row("attributes", &["delete"], &[], &["hard"]),
    row("objects", &["add"], &["Attribute"], OBJECT),
    row("objects", &["edit"], &[], OBJECT),
    row("objects", &["delete"], &[], &["hard"]),
    row("objectreferences", &["add"], &["referenced_uuid", "relationship_type"], &["object_uuid", "object_id", "comment", "uuid"]),
    row("tags", &["add"], &["name"], TAG),
    row("tags", &["edit"], &[], TAG),
    row("tags", &["attachtagtoobject"], &["uuid", "tag"], &["local", "relationship_type"]),
    row("tags", &["removetagfromobject"], &["uuid", "tag"], &[]),
    row("eventreports", &["add"], &["name"], REPORT),
    row("eventreports", &["edit"], &[], REPORT),
    row("shadowattributes", &["add"], &["type", "value"], PROPOSAL),
    row("shadowattributes", &["edit"], &[], PROPOSAL),
    row("sightings", &["add"], &[], &["value", "values", "id", "uuid", "type", "source", "timestamp", "date", "time", "filters"]),
    row("sharinggroups", &["add"], &["name"], GROUP),
    row("sharinggroups", &["edit"], &[], GROUP),
    row("sharinggroups", &["addorg", "removeorg"], &[], &["sg_id", "sg_uuid", "org_id", "org_uuid", "org_name", "extend"]),
    row("sharinggroups", &["addserver", "removeserver"], &["server_id"], &["sg_id", "sg_uuid", "all_orgs"]),
    row("organisations", &["admin_add"], &["name"], ORGANISATION),
    row("organisations", &["admin_edit"], &[], ORGANISATION),
    row("organisations", &["admin_merge"], &["target"], &[]),
    row("users", &["admin_add"], &["email"], USER),
    row("users", &["admin_edit"], &[], USER),
    row("users", &["edit"], &[], &["email", "password", "autoalert", "contactalert", "gpgkey", "certif_public", "nids_sid"]),
    row("users", &["change_pw"], &["password"], &["current_password"]),
    row("roles", &["admin_add"], &["name"], ROLE),
    row("roles", &["admin_edit"], &[], ROLE),
    row("authkeys", &["add"], &[], &["user_id", "comment", "expiration", "allowed_ips", "read_only", "uuid"]),
    row("authkeys", &["edit"], &[], KEY),
    row("usersettings", &["setsetting"], &["setting", "value"], &["user_id"]),
    row("usersettings", &["delete"], &[], &["setting", "user_id"]),
    row("eventblocklists", &["add"], &["uuids"], &["comment", "event_info", "event_orgc"]),
    row("orgblocklists", &["add"], &["uuids"], &["comment", "org_name"]),
    row("correlationexclusions", &["add"], &["value"], &["comment"]),
    row("eventdelegations", &["delegateevent"], &["org_id"], &["distribution", "sharing_group_id", "message"]),
    row("servers", &["serversettingsedit"], &["value"], &["force"]),
    row("bookmarks", &["add"], &["name", "url"], &["comment", "exposed_to_org"]),
    row("bookmarks", &["edit"], &[], &["name", "url", "comment", "exposed_to_org"]),
    row("news", &["add"], &["title", "message"], &[]),
    row("news", &["edit"], &[], &["title", "message"]),
];

/// Mandatory and optional fields of an endpoint; a mandatory one is not listed twice.
#[must_use]
pub fn of(controller: &str, action: &str) -> (Vec<&'static str>, Vec<&'static str>) {
    let found = FIELDS
        .iter()
        .find(|fields| fields.controller == controller && fields.actions.contains(&action));
    let Some(fields) = found else {
        return (Vec::new(), Vec::new());
    };
    let optional = fields
        .optional
        .iter()
        .filter(|field| !fields.mandatory.contains(field));
    (fields.mandatory.to_vec(), optional.copied().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_routes_have_fields() {
        for fields in FIELDS {
            for action in fields.actions {
                assert!(
                    crate::routes::find(fields.controller, action).is_some(),
                    "{}/{action}",
                    fields.controller
                );
            }
        }
    }

    #[test]
    fn mandatory_fields_are_named_once() {
        let (mandatory, optional) = of("events", "add");
        assert_eq!(mandatory, ["info"]);
        assert!(!optional.contains(&"info") && optional.contains(&"Attribute"));
    }
}
