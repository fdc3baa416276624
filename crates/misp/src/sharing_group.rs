//! Sharing groups by themselves: what their own endpoints answer. spec: 03#11, 01#7.9
use entente_model::id::OrgId;
use entente_model::organisation::Organisation;
use entente_model::sharing_group::{GroupOrg, GroupServer, SharingGroup};
use entente_model::time::datetime;
use serde_json::{Map, Value, json};

/// What a group refers to.
pub struct Surroundings<'a> {
    /// Organisations by id.
    pub org: &'a dyn Fn(OrgId) -> Option<&'a Organisation>,
    /// The organisation of the user who brought the group here.
    pub sync_org: Option<&'a Organisation>,
    /// The URL of this instance, which stands for server 0.
    pub base_url: &'a str,
    /// Whether the caller sees who is in the group.
    pub members: bool,
}

/// An organisation in its short form. spec: 01#7.10
#[must_use]
pub fn short_org(org: &Organisation) -> Value {
    json!({ "id": org.id.to_string(), "name": org.name, "uuid": org.uuid.to_string() })
}

fn columns(group: &SharingGroup) -> Map<String, Value> {
    let mut map = Map::new();
    let mut put = |key: &str, value: Value| {
        map.insert(key.to_owned(), value);
    };
    put("id", group.id.to_string().into());
    put("name", group.name.as_str().into());
    put("releasability", group.releasability.as_str().into());
    put("description", group.description.as_str().into());
    put("uuid", group.uuid.to_string().into());
    put(
        "organisation_uuid",
        group.organisation_uuid.map(|uuid| uuid.to_string()).into(),
    );
    put("org_id", group.org.to_string().into());
    put("sync_user_id", group.sync_user.to_string().into());
    put("active", group.active.into());
    put("created", datetime(group.created).into());
    put("modified", datetime(group.modified).into());
    put("local", group.local.into());
    put("roaming", group.roaming.into());
    map
}

/// The columns that a list shows. spec: 03#11
fn listed(group: &SharingGroup, orgs: usize) -> Value {
    json!({
        "id": group.id.to_string(),
        "uuid": group.uuid.to_string(),
        "name": group.name,
        "description": group.description,
        "releasability": group.releasability,
        "local": group.local,
        "active": group.active,
        "roaming": group.roaming,
        "org_count": orgs,
    })
}

fn member(group: &SharingGroup, member: &GroupOrg, around: &Surroundings<'_>, local: bool) -> Value {
    json!({
        "id": member.id.to_string(),
        "sharing_group_id": group.id.to_string(),
        "org_id": member.org.to_string(),
        "extend": member.extend,
        "Organisation": (around.org)(member.org).map(|org| {
            let mut short = short_org(org);
            if let Some(map) = short.as_object_mut().filter(|_| local) {
                map.insert("local".to_owned(), org.local.into());
            }
            short
        }),
    })
}

fn server(group: &SharingGroup, server: &GroupServer, around: &Surroundings<'_>) -> Value {
    let mut map = Map::new();
    map.insert("id".to_owned(), server.id.to_string().into());
    map.insert("sharing_group_id".to_owned(), group.id.to_string().into());
    map.insert("server_id".to_owned(), server.server.to_string().into());
    map.insert("all_orgs".to_owned(), server.all_orgs.into());
    if server.server == 0 {
        let here = json!({ "id": "0", "url": around.base_url, "name": around.base_url });
        map.insert("Server".to_owned(), here);
    }
    map.into()
}

/// Members and servers. Only the view of a group says which of its organisations are of this instance.
fn members(map: &mut Map<String, Value>, group: &SharingGroup, around: &Surroundings<'_>, local: bool) {
    let shown = around.members.then_some(group);
    let orgs: Vec<Value> = shown
        .iter()
        .flat_map(|shown| &shown.orgs)
        .map(|one| member(group, one, around, local))
        .collect();
    let servers: Vec<Value> = shown
        .iter()
        .flat_map(|shown| &shown.servers)
        .map(|one| server(group, one, around))
        .collect();
    map.insert("SharingGroupOrg".to_owned(), orgs.into());
    map.insert("SharingGroupServer".to_owned(), servers.into());
}

/// One group: `{"SharingGroup":…,"Organisation":…,"SharingGroupOrg":[…],"SharingGroupServer":[…]}`.
#[must_use]
pub fn view(group: &SharingGroup, surroundings: &Surroundings<'_>) -> Value {
    let mut own = columns(group);
    if let Some(org) = surroundings.sync_org {
        own.insert("sync_org_name".to_owned(), org.name.as_str().into());
        own.insert("sync_org".to_owned(), short_org(org));
    }
    let mut map = Map::new();
    map.insert("SharingGroup".to_owned(), own.into());
    let owner = (surroundings.org)(group.org).map(|org| {
        let mut columns = crate::organisation::columns(org);
        columns.insert("created_by".to_owned(), org.created_by.to_string().into());
        columns
    });
    map.insert("Organisation".to_owned(), owner.into());
    members(&mut map, group, surroundings, true);
    map.into()
}

/// A row of the list.
#[must_use]
pub fn row(group: &SharingGroup, surroundings: &Surroundings<'_>, editable: bool, deletable: bool) -> Value {
    let count = if surroundings.members { group.orgs.len() } else { 0 };
    let mut map = Map::new();
    map.insert("SharingGroup".to_owned(), listed(group, count));
    let owner = (surroundings.org)(group.org).map(short_org);
    map.insert("Organisation".to_owned(), owner.into());
    members(&mut map, group, surroundings, false);
    map.insert("editable".to_owned(), editable.into());
    map.insert("deletable".to_owned(), deletable.into());
    map.into()
}

/// The group inside the event, attribute or object that it limits. spec: 01#7.9, 01#8.1
#[must_use]
pub fn embedded(group: &SharingGroup, surroundings: &Surroundings<'_>) -> Value {
    let mut map = columns(group);
    let owner = (surroundings.org)(group.org).map(short_org);
    map.insert("Organisation".to_owned(), owner.into());
    members(&mut map, group, surroundings, false);
    map.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use entente_model::id::{SharingGroupId, UserId};
    use uuid::Uuid;

    fn group() -> SharingGroup {
        SharingGroup {
            id: SharingGroupId(3),
            uuid: Uuid::from_u128(3),
            name: "Banks".to_owned(),
            releasability: String::new(),
            description: String::new(),
            organisation_uuid: None,
            org: OrgId(1),
            sync_user: UserId(0),
            active: true,
            created: 0,
            modified: 1_741_082_400,
            local: true,
            roaming: false,
            orgs: vec![GroupOrg {
                id: 1,
                org: OrgId(2),
                extend: true,
            }],
            servers: vec![GroupServer {
                id: 1,
                server: 0,
                all_orgs: false,
            }],
        }
    }

    #[test]
    fn ids_are_text_and_flags_are_flags() {
        let nobody = |_| None;
        let mut around = Surroundings {
            org: &nobody,
            sync_org: None,
            base_url: "https://misp.test",
            members: true,
        };
        let shown = view(&group(), &around);
        assert_eq!(shown["SharingGroup"]["id"], "3");
        assert_eq!(shown["SharingGroup"]["modified"], "2025-03-04 10:00:00");
        assert_eq!(shown["SharingGroupOrg"][0]["org_id"], "2");
        assert_eq!(shown["SharingGroupOrg"][0]["extend"], true);
        assert_eq!(
            shown["SharingGroupServer"][0]["Server"]["url"],
            "https://misp.test"
        );
        around.members = false;
        let hidden = row(&group(), &around, false, false);
        assert_eq!(hidden["SharingGroupOrg"], json!([]));
        assert_eq!(hidden["SharingGroup"]["org_count"], 0);
    }
}
