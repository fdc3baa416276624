//! What a fresh instance offers.
use entente_engine::auth;
use entente_testkit::instance::{ADMIN_KEY, TestInstance, role};
use entente_testkit::instance_test;

instance_test! {
    async fn accounts_act_with_their_keys(instance: TestInstance) {
        let org = instance.add_org("Harbour CERT").await.unwrap();
        let reader = instance.add_user("reader@harbour.example", org, role::READ_ONLY).await.unwrap();
        let knock = auth::Knock { address: None, method: "GET", path: "/" };
        let by_key = auth::by_header(&instance.app, ADMIN_KEY, knock).await.unwrap().unwrap();
        assert!(by_key.is_site_admin());
        let key = TestInstance::key_of(reader.user_id());
        let by_key = auth::by_header(&instance.app, &key, knock).await.unwrap().unwrap();
        assert_eq!((by_key.user_id(), by_key.org_id()), (reader.user_id(), org));
        assert!(!by_key.is_site_admin());
    }
}
