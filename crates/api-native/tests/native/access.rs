//! Keys, paths and methods.
use crate::{World, ask, get};
use entente_testkit::instance::{ADMIN_KEY, TestInstance};
use entente_testkit::instance_test;
use http::{Method, header};

instance_test! {
    async fn without_a_key_there_is_a_challenge(instance: TestInstance) {
        for key in [None, Some("wrong"), Some("AdminKeyAdminKeyAdminKeyAdminKeyAdminKeX")] {
            for path in ["/api/v1/me", "/api/v1/openapi.json", "/api/v1/nothing"] {
                let seen = ask(&instance, key, Method::GET, path, "").await;
                assert_eq!(seen.status, 401, "{key:?} {path}");
                assert!(seen.headers[header::WWW_AUTHENTICATE].to_str().unwrap().starts_with("Bearer realm="));
                assert_eq!(seen.headers[header::CONTENT_TYPE], "application/problem+json");
                assert_eq!(seen.json["status"], 401);
            }
        }
    }

    async fn paths_methods_and_parameters_are_checked(instance: TestInstance) {
        let admin = |method, url| ask(&instance, Some(ADMIN_KEY), method, url, "");
        assert_eq!(admin(Method::GET, "/api/v1/nothing").await.status, 404);
        let seen = admin(Method::DELETE, "/api/v1/me").await;
        assert_eq!((seen.status.as_u16(), &seen.headers[header::ALLOW]), (405, &"GET, HEAD".parse().unwrap()));
        let seen = admin(Method::GET, "/api/v1/version?verbose=1").await;
        assert_eq!(seen.status, 400);
        assert_eq!(seen.json["errors"][0]["field"], "verbose");
        let seen = admin(Method::HEAD, "/api/v1/version").await;
        assert_eq!(seen.status, 200);
        assert!(seen.json.is_null());
        assert_ne!(seen.headers[header::CONTENT_LENGTH], "0");
        let long = format!("/api/v1/me?{}", "a".repeat(9_000));
        assert_eq!(admin(Method::GET, &long).await.status, 414);
    }

    async fn the_caller_learns_who_they_are(instance: TestInstance) {
        let world = World::new(&instance).await;
        let seen = get(&instance, &world.harbour, "/api/v1/me").await;
        assert_eq!(seen.status, 200);
        assert_eq!(seen.json["user"]["email"], "a@harbour.example");
        assert_eq!(seen.json["user"]["id"], world.harbour.user.id.0);
        assert_eq!(seen.json["organisation"]["name"], "Harbour");
        assert_eq!(seen.json["key"]["read_only"], false);
        assert!(seen.json["key"]["expires"].is_null());
        let permissions = seen.json["permissions"].as_array().unwrap();
        assert!(permissions.contains(&"perm_add".into()) && !permissions.contains(&"perm_site_admin".into()));
        let seen = get(&instance, &world.harbour, "/api/v1/version").await;
        assert_eq!(seen.json["instance"], instance.app.uuid().to_string());
    }
}
