//! Which handler answers which action. A route without a rule in the policy table fails a test.
use crate::answer::Answer;
use crate::call::Call;
use crate::failure::Failure;
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::OnceLock;

/// What a handler answers.
pub type Outcome = Result<Answer, Failure>;
/// A handler.
pub type Handler = fn(Call) -> Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// How much an endpoint may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodySize {
    /// 16 MB of JSON.
    Ordinary,
    /// 512 MB of JSON, parsed incrementally.
    Event,
}

/// One route.
#[derive(Clone, Copy)]
pub struct Route {
    /// Controller as in [`crate::request::Target`].
    pub controller: &'static str,
    /// Action in lower case.
    pub action: &'static str,
    /// Body limit.
    pub body: BodySize,
    /// Handler.
    pub handler: Handler,
}

/// Declares the routes of a resource: `routes! { "events": "view" => view::view, "add" (event) => add::add }`.
macro_rules! routes {
    ($($controller:literal : { $($action:literal $(($size:ident))? => $handler:path),* $(,)? })*) => {
        /// The routes of this resource.
        pub const ROUTES: &[$crate::routes::Route] = &[$($(
            $crate::routes::Route {
                controller: $controller,
                action: $action,
                body: routes!(@size $($size)?),
                handler: |call| Box::pin($handler(call)),
            },
        )*)*];
    };
    (@size) => { $crate::routes::BodySize::Ordinary };
    (@size event) => { $crate::routes::BodySize::Event };
}
pub(crate) use routes;

/// Every route of the surface.
pub const ALL: &[&[Route]] = &[
    crate::instance::ROUTES,
    crate::event::ROUTES,
    crate::attribute::ROUTES,
    crate::object::ROUTES,
    crate::tag::ROUTES,
    crate::taxonomy::ROUTES,
    crate::auth_key::ROUTES,
    crate::organisation::ROUTES,
    crate::role::ROUTES,
    crate::user::ROUTES,
    crate::user_setting::ROUTES,
    crate::periodic::ROUTES,
    crate::proposal::ROUTES,
    crate::report::ROUTES,
    crate::sighting::ROUTES,
    crate::analyst::ROUTES,
    crate::template::ROUTES,
    crate::galaxy::ROUTES,
    crate::warninglist::ROUTES,
    crate::noticelist::ROUTES,
    crate::openapi::ROUTES,
    crate::feed::ROUTES,
    crate::decay::ROUTES,
    crate::acl::ROUTES,
    crate::blocklist::ROUTES,
    crate::blueprint::ROUTES,
    crate::bookmark::ROUTES,
    crate::collection::ROUTES,
    crate::community::ROUTES,
    crate::correlation::ROUTES,
    crate::correlation_exclusion::ROUTES,
    crate::correlation_rule::ROUTES,
    crate::event_graph::ROUTES,
    crate::dashboard::ROUTES,
    crate::delegation::ROUTES,
    crate::discussion::ROUTES,
    crate::job::ROUTES,
    crate::log::ROUTES,
    crate::news::ROUTES,
    crate::setting::ROUTES,
    crate::sharing_group::ROUTES,
    crate::statistics::ROUTES,
    crate::value_rule::ROUTES,
    crate::search::ROUTES,
];

/// A handler of an endpoint that is open to everybody.
pub type AnonymousHandler = fn(crate::call::Visit) -> Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// The handler of an endpoint that is open to everybody. spec: 02#1.2
#[must_use]
pub fn anonymous(target: &crate::request::Target) -> Option<AnonymousHandler> {
    match (target.controller.as_str(), target.action.as_str()) {
        ("users", "register") => Some(|visit| Box::pin(crate::registration::register(visit))),
        _ => None,
    }
}

/// The route of an action.
#[must_use]
pub fn find(controller: &str, action: &str) -> Option<&'static Route> {
    static INDEX: OnceLock<HashMap<(&'static str, &'static str), &'static Route>> = OnceLock::new();
    INDEX
        .get_or_init(|| {
            ALL.iter()
                .flat_map(|list| list.iter())
                .map(|route| ((route.controller, route.action), route))
                .collect()
        })
        .get(&(controller, action))
        .copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_route_has_a_rule_and_stands_once() {
        let mut seen = HashSet::new();
        for route in ALL.iter().flat_map(|list| list.iter()) {
            assert!(
                entente_policy::endpoint::endpoint_rule(route.controller, route.action).is_some(),
                "{}/{} has no endpoint rule",
                route.controller,
                route.action
            );
            assert!(
                seen.insert((route.controller, route.action)),
                "{}/{} twice",
                route.controller,
                route.action
            );
        }
    }
}
