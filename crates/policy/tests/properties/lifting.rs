//! Taking away what one layer holds against a viewer, for P8.

use std::sync::Arc;

use entente_policy::{
    Directory, Distribution, Facts, Layer, Link, Org, Permission, SharingGroup, Snapshot, State, Tlp, Uses,
    Viewer,
};
use uuid::Uuid;

/// A group without members that exists in worlds where restrictions have been lifted.
pub const OPEN_GROUP: Uuid = Uuid::from_u128(200);

pub type Case = (Snapshot, Viewer, Facts);

/// The case without what one layer could hold against the viewer, and nothing else changed.
pub fn lift((mut world, mut viewer, mut facts): Case, layer: Layer) -> Case {
    let label = &mut facts.label;
    match layer {
        Layer::Realm => {
            viewer.realm.clone_from(&label.realm);
            world.directory = rebuilt(&world, |org| org.suspended = false, |_| {});
        }
        Layer::State => {
            label.state = State::default();
            (label.marks.embargo, label.marks.expires) = (None, None);
        }
        Layer::Base => {
            // Admitting everybody to the groups opens them without naming anybody.
            world.directory = rebuilt(&world, |_| {}, |group| group.local_all_orgs = true);
            (label.published, label.public) = (true, true);
            for link in &mut label.chain {
                if link.distribution != Distribution::SharingGroup || viewer.org.is_none() {
                    *link = Link::of(Distribution::All);
                } else if link
                    .sharing_group
                    .is_none_or(|g| world.directory.sharing_group(g).is_none())
                {
                    *link = Link::group(OPEN_GROUP);
                }
            }
        }
        Layer::Releasability => {
            label.marks.rel.clear();
            label.marks.not_rel.clear();
        }
        Layer::Tlp => label.marks.tlp = Tlp::Clear,
        Layer::Orcon => label.marks.orcon = false,
        Layer::Purpose => label.marks.purposes = None,
        Layer::Use => {
            (label.marks.pap, label.marks.iep) = (Uses::ALL, Uses::ALL);
            (label.marks.no_notify, label.marks.no_resale) = (false, false);
        }
        Layer::Capability => {
            viewer.role = viewer.role.with(Permission::Add).with(Permission::AnalystData);
        }
    }
    (world, viewer, facts)
}

pub fn rebuilt(
    world: &Snapshot,
    org_change: impl Fn(&mut Org),
    group_change: impl Fn(&mut SharingGroup),
) -> Arc<Directory> {
    let orgs = world.directory.orgs().map(|(uuid, org)| {
        let mut org = org.clone();
        org_change(&mut org);
        (uuid, org)
    });
    let groups = (101..105).map(Uuid::from_u128).chain([OPEN_GROUP]).map(|uuid| {
        let mut group = world.directory.sharing_group(uuid).cloned().unwrap_or_default();
        group_change(&mut group);
        (uuid, group)
    });
    Arc::new(Directory::new(orgs, groups))
}
