//! Who makes, uses, changes and removes sharing groups.
use entente_engine::sharing_group::{self, Removal, member};
use entente_engine::{Class, Error};
use entente_model::draft::{Given, GroupServerDraft, OrgDraft, SharingGroupDraft};
use entente_model::id::{OrgId, Ref};
use entente_testkit::instance::{TestInstance, role};
use entente_testkit::instance_test;
use uuid::Uuid;

fn named(name: &str) -> SharingGroupDraft {
    SharingGroupDraft {
        name: Some(name.to_owned()),
        ..SharingGroupDraft::default()
    }
}

fn by_id(org: OrgId) -> OrgDraft {
    OrgDraft {
        id: Some(org.0),
        ..OrgDraft::default()
    }
}

fn by_uuid(uuid: Uuid) -> OrgDraft {
    OrgDraft {
        uuid: Some(uuid),
        ..OrgDraft::default()
    }
}

instance_test! {
    async fn members_are_exactly_those_given(instance: TestInstance) {
        let member = instance.add_org("Member").await.unwrap();
        let user = instance.add_user("a@member.example", member, role::ORG_ADMIN).await.unwrap();
        let admin = instance.admin.clone();
        let group = instance.app.write(admin.clone(), |ctx| sharing_group::create(ctx, &named("Banks"), false)).await.unwrap();
        let reference = Some(Ref::Id(group.0));
        let shown = instance.app.read(admin.clone(), move |ctx| sharing_group::find(ctx, reference)).await.unwrap();
        assert!(shown.orgs.is_empty() && shown.local);
        assert_eq!(shown.servers.iter().map(|s| (s.server, s.all_orgs)).collect::<Vec<_>>(), [(0, false)]);
        // Hidden from those outside, as if it were absent.
        let hidden = instance.app.read(user.clone(), move |ctx| sharing_group::find(ctx, reference)).await.unwrap_err();
        assert_eq!(hidden.class(), Class::NotFound);

        let added = instance.app.write(admin.clone(), move |ctx| member::add_org(ctx, reference, &by_id(member), false)).await.unwrap();
        assert_eq!(added, member::Membership::Changed(group));
        let again = instance.app.write(admin.clone(), move |ctx| member::add_org(ctx, reference, &by_id(member), false)).await.unwrap();
        assert_eq!(again, member::Membership::Unchanged(group));
        let (usable, editable) = instance.app.read(user.clone(), move |ctx| {
            let found = sharing_group::find(ctx, reference)?;
            Ok((sharing_group::usable(ctx, group), sharing_group::editable(ctx, &found)))
        }).await.unwrap();
        assert!(usable && !editable);
        let refused = instance.app.write(user.clone(), move |ctx| sharing_group::edit(ctx, reference, &named("Mine"))).await.unwrap_err();
        assert_eq!(refused.class(), Class::Denied);
        instance.app.write(admin.clone(), move |ctx| member::remove_org(ctx, reference, &by_id(member))).await.unwrap();
        assert!(!instance.app.read(user, move |ctx| Ok(sharing_group::usable(ctx, group))).await.unwrap());
    }

    async fn names_are_unique_for_callers_and_numbered_for_peers(instance: TestInstance) {
        let admin = instance.admin.clone();
        instance.app.write(admin.clone(), |ctx| sharing_group::create(ctx, &named("Banks"), false)).await.unwrap();
        for bad in ["banks", " ", ""] {
            let error = instance.app.write(admin.clone(), move |ctx| sharing_group::create(ctx, &named(bad), false)).await.unwrap_err();
            assert!(matches!(error, Error::Fields(errors) if errors.0.contains_key("name")), "{bad}");
        }
        let captured = instance.app.write(admin.clone(), |ctx| {
            let draft = SharingGroupDraft { uuid: Given::Value(Uuid::from_u128(0xa)), ..named("Banks") };
            let id = sharing_group::capture(ctx, &draft)?;
            // Known at once, so that what carries the group can be labelled with it.
            Ok(id.and_then(|id| ctx.directory.group(id).cloned()))
        }).await.unwrap().unwrap();
        assert!(captured.name.starts_with("Banks_") && !captured.local && captured.servers.is_empty());
    }

    async fn peers_update_only_groups_they_speak_for(instance: TestInstance) {
        let (own, other) = (instance.add_org("Own").await.unwrap(), instance.add_org("Other").await.unwrap());
        let peer = instance.add_user("sync@own.example", own, role::SYNC).await.unwrap();
        let stranger = instance.add_user("sync@other.example", other, role::SYNC).await.unwrap();
        let own_uuid = peer.org.uuid;
        let draft = move |modified: i64, releasability: &str| SharingGroupDraft {
            uuid: Given::Value(Uuid::from_u128(0xb)),
            releasability: Some(releasability.to_owned()),
            modified: Some(modified),
            organisation: Some(by_uuid(own_uuid)),
            orgs: Some(vec![(by_uuid(own_uuid), true)]),
            servers: Some(vec![GroupServerDraft { url: Some("https://elsewhere.example".to_owned()), ..GroupServerDraft::default() }]),
            ..named("Travelling")
        };
        let unrelated = instance.app.write(stranger.clone(), move |ctx| sharing_group::capture(ctx, &draft(10, "x"))).await.unwrap();
        assert_eq!(unrelated, None, "a group that does not concern the caller is not made");
        let group = instance.app.write(peer.clone(), move |ctx| sharing_group::capture(ctx, &draft(10, "first"))).await.unwrap().unwrap();
        let state = || async {
            instance.app.read(instance.admin.clone(), move |ctx| sharing_group::find(ctx, Some(Ref::Id(group.0)))).await.unwrap()
        };
        assert!(state().await.servers.is_empty(), "unknown servers are dropped");
        instance.app.write(stranger, move |ctx| sharing_group::capture(ctx, &draft(20, "theirs"))).await.unwrap();
        assert_eq!(state().await.releasability, "first");
        instance.app.write(peer.clone(), move |ctx| sharing_group::capture(ctx, &draft(5, "older"))).await.unwrap();
        assert_eq!(state().await.releasability, "first");
        instance.app.write(peer, move |ctx| sharing_group::capture(ctx, &draft(20, "newer"))).await.unwrap();
        assert_eq!(state().await.releasability, "newer");
    }

    async fn a_group_in_use_stays(instance: TestInstance) {
        let admin = instance.admin.clone();
        let group = instance.app.write(admin.clone(), |ctx| sharing_group::create(ctx, &named("Banks"), false)).await.unwrap();
        let reference = Some(Ref::Id(group.0));
        instance.app.write_system(move |tx| {
            tx.execute(
                "INSERT INTO attribute (id, kind, category, flags, distribution, sharing_group_id, timestamp, uuid, value1) \
                 VALUES (16777217, 1, 1, 0, 4, $1, 0, $2, 'x')",
                entente_db::params![group.0, Uuid::from_u128(1)],
            )?;
            Ok(())
        }).await.unwrap();
        let removal = instance.app.write(admin.clone(), move |ctx| sharing_group::remove(ctx, reference)).await.unwrap();
        assert_eq!(removal, Removal::InUse(group, "attribute"));
        instance.app.write_system(|tx| { tx.execute("DELETE FROM attribute", entente_db::params![])?; Ok(()) }).await.unwrap();
        let removal = instance.app.write(admin.clone(), move |ctx| sharing_group::remove(ctx, reference)).await.unwrap();
        assert_eq!(removal, Removal::Removed(group));
        assert!(instance.app.directory().group(group).is_none());
    }
}
