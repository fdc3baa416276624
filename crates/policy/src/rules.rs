//! MISP's object rules: who may change what. Reading follows the owner organisation,
//! writing follows the creator organisation. spec: 02#7
//!
//! All of them take the flags that count for the request, so a read-only key has none.

use uuid::Uuid;

use crate::action::Action;
use crate::decision::{Code, Codes};
use crate::permission::{Permission, Permissions};
use crate::viewer::Viewer;

/// What writing to an event, or to something inside it, depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventRights {
    /// Owner organisation (`org`).
    pub owner: Uuid,
    /// Creator organisation (`orgc`).
    pub creator: Uuid,
    /// Local id of the user who created the event.
    pub creator_user: Option<i64>,
    /// Whether it is a copy whose original lives elsewhere.
    pub locked: bool,
}

/// What editing a sharing group depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SharingGroupRights {
    /// The organisation that owns the group.
    pub owner: Uuid,
    /// Whether the actor's organisation is a member that may extend the group.
    pub actor_may_extend: bool,
    /// Local id of the user who synchronised the group, if one did.
    pub sync_user: Option<i64>,
}

/// Settings that switch correlation off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CorrelationConfig {
    /// `MISP.completely_disable_correlation`.
    pub completely_disabled: bool,
    /// `MISP.allow_disabling_correlation`.
    pub disabling_allowed: bool,
}

impl EventRights {
    fn created_by_org_of(&self, viewer: &Viewer) -> bool {
        viewer.org == Some(self.creator)
    }

    fn created_by(&self, viewer: &Viewer) -> bool {
        viewer.user.is_some() && viewer.user == self.creator_user
    }
}

/// Whether the viewer may change the event. MISP: canModifyEvent.
#[must_use]
pub fn can_modify_event(viewer: &Viewer, event: &EventRights) -> bool {
    viewer.is_site_admin()
        || viewer.has(Permission::ModifyOrg) && event.created_by_org_of(viewer)
        || viewer.has(Permission::Modify) && event.created_by(viewer)
}

/// Whether the viewer may send a new version of the event: who may change it,
/// and peers for copies or their own. MISP: event edit through REST.
#[must_use]
pub fn can_edit_event_as_peer(viewer: &Viewer, event: &EventRights) -> bool {
    can_modify_event(viewer, event)
        || viewer.has(Permission::Sync) && (event.locked || event.created_by_org_of(viewer))
}

/// Whether the viewer may publish the event. MISP: canPublishEvent.
#[must_use]
pub fn can_publish_event(viewer: &Viewer, event: &EventRights) -> bool {
    viewer.is_site_admin() || viewer.has(Permission::Publish) && event.created_by_org_of(viewer)
}

/// Whether the viewer may attach or detach a tag. MISP: canModifyTag.
#[must_use]
pub fn can_tag(viewer: &Viewer, event: &EventRights, local: bool, host_org: Uuid) -> bool {
    viewer.is_site_admin()
        || (viewer.has(Permission::Tagger) || viewer.has(Permission::Sync))
            && (can_modify_event(viewer, event) || local && viewer.org == Some(host_org))
}

/// Whether the viewer may switch correlation off for something in the event.
/// MISP: canDisableCorrelation.
#[must_use]
pub fn can_disable_correlation(viewer: &Viewer, event: &EventRights, config: CorrelationConfig) -> bool {
    !config.completely_disabled
        && (viewer.is_site_admin() || config.disabling_allowed && can_modify_event(viewer, event))
}

/// Whether the viewer may delete a sighting of this organisation. MISP: canDeleteSighting.
#[must_use]
pub fn can_delete_sighting(viewer: &Viewer, sighting_org: Option<Uuid>) -> bool {
    viewer.is_site_admin()
        || viewer.has(Permission::ModifyOrg) && viewer.org.is_some() && viewer.org == sighting_org
}

/// Whether the viewer may edit a report of the event. MISP: canEditEventReport.
/// A read-only key edits nothing, whatever its organisation.
#[must_use]
pub fn can_edit_report(viewer: &Viewer, event: &EventRights) -> bool {
    viewer.is_site_admin() || !viewer.read_only && event.created_by_org_of(viewer)
}

/// Whether the viewer may edit a note, opinion or relationship. MISP: canEditAnalystData.
#[must_use]
pub fn can_edit_analyst_data(viewer: &Viewer, creator: Uuid) -> bool {
    viewer.is_site_admin() || !viewer.read_only && viewer.org == Some(creator)
}

/// Whether the viewer may change a custom galaxy cluster or what belongs to it; peers those they brought.
/// spec: 07#4.5
#[must_use]
pub fn can_edit_galaxy_cluster(viewer: &Viewer, creator: Uuid, locked: bool) -> bool {
    viewer.is_site_admin()
        || viewer.has(Permission::GalaxyEditor)
            && (viewer.org == Some(creator) || locked && viewer.has(Permission::Sync))
}

/// Whether the viewer may publish a custom galaxy cluster. spec: 07#4.5
#[must_use]
pub fn can_publish_galaxy_cluster(viewer: &Viewer, creator: Uuid) -> bool {
    viewer.is_site_admin()
        || viewer.has(Permission::GalaxyEditor)
            && viewer.has(Permission::Publish)
            && viewer.org == Some(creator)
}

/// Whether the viewer may change a collection of events and clusters. spec: 08#6.2
#[must_use]
pub fn can_edit_collection(viewer: &Viewer, creator: Uuid) -> bool {
    viewer.is_site_admin() || viewer.has(Permission::Modify) && viewer.org == Some(creator)
}

/// Whether the viewer may edit a tag collection. MISP: canModifyTagCollection.
#[must_use]
pub fn can_edit_tag_collection(viewer: &Viewer, owner: Uuid) -> bool {
    viewer.is_site_admin() || !viewer.read_only && viewer.org == Some(owner)
}

/// Whether the viewer may edit the sharing group. MISP: canEditSharingGroup.
#[must_use]
pub fn can_edit_sharing_group(viewer: &Viewer, group: &SharingGroupRights) -> bool {
    let is_sync_user = viewer.user.is_some() && viewer.user == group.sync_user;
    viewer.is_site_admin()
        || viewer.has(Permission::SharingGroup)
            && (viewer.org == Some(group.owner) || group.actor_may_extend || is_sync_user)
}

/// Whether the viewer may delete an attribute of the event.
#[must_use]
pub fn can_delete_attribute(viewer: &Viewer, event: &EventRights) -> bool {
    if viewer.is_site_admin() {
        return true;
    }
    if viewer.read_only {
        return false;
    }
    if event.locked {
        viewer.org == Some(event.owner) && viewer.has(Permission::Sync)
    } else {
        event.created_by_org_of(viewer)
    }
}

/// Whether the viewer may give an event of the creator to further organisations, or recall it.
/// Not even a site admin speaks for another creator. spec: 10#1.4
#[must_use]
pub fn can_speak_for_creator(viewer: &Viewer, event: &EventRights) -> bool {
    viewer.has(Permission::Publish) && event.created_by_org_of(viewer)
}

/// Why the viewer may not write; empty if they may. Layer L8.
pub(crate) fn write_refusal(viewer: &Viewer, event: &EventRights, host_org: Uuid, action: Action) -> Codes {
    use Permission as P;
    // For each action: the right itself, and the flags of which one must be there for it.
    let (allowed, flags) = match action {
        Action::Edit | Action::Delete => (
            can_modify_event(viewer, event),
            Permissions::of(&[P::ModifyOrg, P::Modify]),
        ),
        Action::EditAsPeer => (
            can_edit_event_as_peer(viewer, event),
            Permissions::of(&[P::ModifyOrg, P::Modify, P::Sync]),
        ),
        Action::Publish => (can_publish_event(viewer, event), Permissions::of(&[P::Publish])),
        Action::Tag { local } => (
            can_tag(viewer, event, local, host_org),
            Permissions::of(&[P::Tagger, P::Sync]),
        ),
        Action::Grant | Action::Recall => (
            can_speak_for_creator(viewer, event),
            Permissions::of(&[P::Publish]),
        ),
        Action::Propose => return lacks(viewer, Permissions::of(&[P::Add])),
        Action::Sight => return lacks(viewer, Permissions::of(&[P::Sighting])),
        Action::Annotate => return lacks(viewer, Permissions::of(&[P::Add, P::AnalystData])),
        Action::See
        | Action::Use(_)
        | Action::Export(_)
        | Action::Notify
        | Action::Resell
        | Action::Explain => return Codes::NONE,
    };
    let has_flag = viewer.permissions().intersects(flags);
    Codes::when(!allowed && !has_flag, Code::CapPermission)
        .and(Codes::when(!allowed && has_flag, Code::CapNotCreator))
}

fn lacks(viewer: &Viewer, needed: Permissions) -> Codes {
    let has = viewer.is_site_admin() || viewer.permissions().contains_all(needed);
    Codes::when(!has, Code::CapPermission)
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Uuid = Uuid::from_u128(1);
    const B: Uuid = Uuid::from_u128(2);

    fn viewer(org: Uuid, user: i64, flags: &[Permission]) -> Viewer {
        Viewer {
            org: Some(org),
            user: Some(user),
            role: Permissions::of(flags),
            ..Viewer::default()
        }
    }

    /// An event created by B (user 7 of this instance), held by A.
    fn event(locked: bool) -> EventRights {
        EventRights {
            owner: A,
            creator: B,
            creator_user: Some(7),
            locked,
        }
    }

    #[test]
    fn writing_follows_the_creator() {
        let event = event(false);
        assert!(can_modify_event(&viewer(B, 1, &[Permission::ModifyOrg]), &event));
        assert!(!can_modify_event(&viewer(A, 1, &[Permission::ModifyOrg]), &event));
        assert!(can_modify_event(&viewer(A, 7, &[Permission::Modify]), &event));
        assert!(!can_modify_event(&viewer(A, 8, &[Permission::Modify]), &event));
        assert!(can_modify_event(&viewer(A, 8, &[Permission::SiteAdmin]), &event));
        assert!(can_publish_event(&viewer(B, 1, &[Permission::Publish]), &event));
        assert!(!can_publish_event(&viewer(A, 7, &[Permission::Publish]), &event));
    }

    #[test]
    fn a_read_only_key_changes_nothing() {
        for flags in [Permissions::all(), Permissions::of(&[Permission::SiteAdmin])] {
            let reader = Viewer {
                role: flags,
                read_only: true,
                ..viewer(B, 7, &[])
            };
            let event = event(false);
            let group = SharingGroupRights {
                owner: B,
                actor_may_extend: true,
                sync_user: Some(7),
            };
            let config = CorrelationConfig {
                disabling_allowed: true,
                ..Default::default()
            };
            assert!(!can_modify_event(&reader, &event));
            assert!(!can_edit_event_as_peer(&reader, &event));
            assert!(!can_publish_event(&reader, &event));
            assert!(!can_tag(&reader, &event, true, B));
            assert!(!can_disable_correlation(&reader, &event, config));
            assert!(!can_delete_sighting(&reader, Some(B)));
            assert!(!can_edit_report(&reader, &event));
            assert!(!can_edit_analyst_data(&reader, B));
            assert!(!can_edit_tag_collection(&reader, B));
            assert!(!can_edit_galaxy_cluster(&reader, B, true));
            assert!(!can_publish_galaxy_cluster(&reader, B));
            assert!(!can_edit_sharing_group(&reader, &group));
            assert!(!can_delete_attribute(&reader, &event));
            assert!(!can_speak_for_creator(&reader, &event));
        }
    }

    #[test]
    fn peers_edit_copies_and_their_own() {
        let peer = |org| viewer(org, 1, &[Permission::Sync]);
        assert!(can_edit_event_as_peer(&peer(A), &event(true)));
        assert!(!can_edit_event_as_peer(&peer(A), &event(false)));
        assert!(can_edit_event_as_peer(&peer(B), &event(false)));
        assert!(!can_edit_event_as_peer(&viewer(B, 1, &[]), &event(true)));
    }

    #[test]
    fn the_host_organisation_tags_locally() {
        let tagger = viewer(A, 1, &[Permission::Tagger]);
        assert!(can_tag(&tagger, &event(false), true, A));
        assert!(!can_tag(&tagger, &event(false), false, A));
        assert!(!can_tag(&tagger, &event(false), true, B));
        assert!(!can_tag(&viewer(A, 1, &[]), &event(false), true, A));
        let author = viewer(B, 1, &[Permission::Sync, Permission::ModifyOrg]);
        assert!(can_tag(&author, &event(false), false, A));
    }

    #[test]
    fn attributes_of_copies_belong_to_the_peer() {
        let peer = viewer(A, 1, &[Permission::Sync]);
        assert!(can_delete_attribute(&peer, &event(true)));
        assert!(!can_delete_attribute(&viewer(A, 1, &[]), &event(true)));
        assert!(!can_delete_attribute(
            &viewer(B, 1, &[Permission::Sync]),
            &event(true)
        ));
        assert!(can_delete_attribute(&viewer(B, 1, &[]), &event(false)));
        assert!(!can_delete_attribute(&peer, &event(false)));
        assert!(can_delete_attribute(
            &viewer(A, 1, &[Permission::SiteAdmin]),
            &event(true)
        ));
    }

    #[test]
    fn smaller_rules() {
        assert!(can_delete_sighting(
            &viewer(A, 1, &[Permission::ModifyOrg]),
            Some(A)
        ));
        assert!(!can_delete_sighting(
            &viewer(A, 1, &[Permission::ModifyOrg]),
            Some(B)
        ));
        assert!(!can_delete_sighting(&viewer(A, 1, &[]), Some(A)));
        let nobody = Viewer {
            org: None,
            ..viewer(A, 1, &[Permission::ModifyOrg])
        };
        assert!(!can_delete_sighting(&nobody, None));
        assert!(can_edit_report(&viewer(B, 1, &[]), &event(false)));
        assert!(!can_edit_report(&viewer(A, 1, &[]), &event(false)));
        assert!(can_edit_analyst_data(&viewer(A, 1, &[]), A));
        assert!(!can_edit_tag_collection(&viewer(A, 1, &[]), B));
        assert!(can_edit_collection(&viewer(A, 1, &[Permission::Modify]), A));
        assert!(!can_edit_collection(&viewer(A, 1, &[Permission::Modify]), B));
        assert!(!can_edit_collection(&viewer(A, 1, &[]), A));
        let admin = viewer(A, 1, &[Permission::SiteAdmin]);
        assert!(!can_speak_for_creator(&admin, &event(false)));
        let off = CorrelationConfig {
            completely_disabled: true,
            disabling_allowed: true,
        };
        assert!(!can_disable_correlation(&admin, &event(false), off));
        assert!(can_disable_correlation(
            &admin,
            &event(false),
            CorrelationConfig::default()
        ));
        let author = viewer(B, 1, &[Permission::ModifyOrg]);
        assert!(!can_disable_correlation(
            &author,
            &event(false),
            CorrelationConfig::default()
        ));
    }

    #[test]
    fn sharing_groups_are_edited_by_owner_extender_or_sync_user() {
        let editor = viewer(A, 3, &[Permission::SharingGroup]);
        let group = SharingGroupRights {
            owner: B,
            actor_may_extend: false,
            sync_user: None,
        };
        assert!(!can_edit_sharing_group(&editor, &group));
        assert!(can_edit_sharing_group(
            &editor,
            &SharingGroupRights { owner: A, ..group }
        ));
        assert!(can_edit_sharing_group(
            &editor,
            &SharingGroupRights {
                actor_may_extend: true,
                ..group
            }
        ));
        assert!(can_edit_sharing_group(
            &editor,
            &SharingGroupRights {
                sync_user: Some(3),
                ..group
            }
        ));
        assert!(!can_edit_sharing_group(&viewer(B, 3, &[]), &group));
    }
}
