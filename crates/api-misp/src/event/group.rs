//! The sharing group of an event, attribute or object. spec: 01#7.9, 01#8.1
use entente_engine::Ctx;
use entente_misp::sharing_group::{Surroundings, embedded};
use entente_model::id::OrgId;
use entente_model::organisation::Organisation;
use entente_model::sharing_group::SharingGroup;

/// What a group refers to, and whether the caller may see its members.
pub fn around<'a>(
    ctx: &'a Ctx<'_, '_>,
    group: &SharingGroup,
    org: &'a dyn Fn(OrgId) -> Option<&'a Organisation>,
) -> Surroundings<'a> {
    Surroundings {
        org,
        sync_org: None,
        base_url: ctx.app.base_url(),
        members: entente_engine::sharing_group::shows_members(ctx, group),
    }
}

/// `SharingGroup` with its members, where the caller may see them.
#[must_use]
pub fn rendered(ctx: &Ctx<'_, '_>, group: &SharingGroup) -> Vec<u8> {
    let org = |id: OrgId| -> Option<&Organisation> { ctx.directory.org(id).map(AsRef::as_ref) };
    embedded(group, &around(ctx, group, &org))
        .to_string()
        .into_bytes()
}
