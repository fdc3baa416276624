//! Somebody always administers the instance.
use entente_engine::user;
use entente_model::id::{OrgId, UserId};
use entente_testkit::instance::{TestInstance, role};
use entente_testkit::instance_test;
use std::sync::Arc;

instance_test! {
    async fn two_administrators_cannot_remove_each_other_at_once(instance: TestInstance) {
        let second = instance.add_user("second@admin.test", OrgId(1), role::SITE_ADMIN).await.unwrap();
        let (app, first) = (instance.app.clone(), Arc::clone(&instance.admin));
        let other = second.user_id();
        let again = app.clone();
        let one = tokio::spawn(async move { app.write(first, move |ctx| user::delete(ctx, other)).await });
        let two = tokio::spawn(async move { again.write(second, |ctx| user::delete(ctx, UserId(1))).await });
        let (one, two) = (one.await.unwrap(), two.await.unwrap());
        assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
        let left = instance.app.read_system(|tx| Ok(entente_store::account::all(tx)?.len())).await.unwrap();
        assert_eq!(left, 1);
    }
}
