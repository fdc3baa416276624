//! The sharing group of an event, attribute or object. spec: 01#7.9, 01#8.1
use entente_engine::Ctx;
use entente_model::sharing_group::SharingGroup;
use entente_model::time::datetime;
use serde_json::{Value, json};

/// `SharingGroup` with its members, where the caller may see them.
#[must_use]
pub fn rendered(ctx: &Ctx<'_, '_>, group: &SharingGroup) -> Vec<u8> {
    let org = |id| {
        ctx.directory.org(id).map_or(Value::Null, |org| {
            json!({"id": org.id.to_string(), "uuid": org.uuid.to_string(), "name": org.name, "local": org.local})
        })
    };
    let shows_members = entente_engine::sharing_group::shows_members(ctx, group);
    let orgs: Vec<Value> = group
        .orgs
        .iter()
        .filter(|_| shows_members)
        .map(|member| {
            json!({
                "id": member.id.to_string(),
                "sharing_group_id": group.id.to_string(),
                "org_id": member.org.to_string(),
                "extend": member.extend,
                "Organisation": org(member.org),
            })
        })
        .collect();
    let servers: Vec<Value> = group
        .servers
        .iter()
        .map(|server| {
            let url = if server.server == 0 {
                ctx.app.base_url()
            } else {
                ""
            };
            json!({
                "id": server.id.to_string(),
                "sharing_group_id": group.id.to_string(),
                "server_id": server.server.to_string(),
                "all_orgs": server.all_orgs,
                "Server": {"id": server.server.to_string(), "url": url, "name": url},
            })
        })
        .collect();
    json!({
        "id": group.id.to_string(),
        "name": group.name,
        "releasability": group.releasability,
        "description": group.description,
        "uuid": group.uuid.to_string(),
        "organisation_uuid": group.organisation_uuid.map(|uuid| uuid.to_string()),
        "org_id": group.org.to_string(),
        "sync_user_id": group.sync_user.to_string(),
        "active": group.active,
        "created": datetime(group.created),
        "modified": datetime(group.modified),
        "local": group.local,
        "roaming": group.roaming,
        "Organisation": org(group.org),
        "SharingGroupOrg": orgs,
        "SharingGroupServer": servers,
    })
    .to_string()
    .into_bytes()
}
