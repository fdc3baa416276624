//! Which handler answers which path and method.
use crate::call::{Answer, Call};
use crate::problem::Problem;
use crate::{account, correlation, instance, openapi, policy};
use http::Method;
use std::future::Future;
use std::pin::Pin;

/// A handler.
pub type Handler = fn(Call) -> Pin<Box<dyn Future<Output = Result<Answer, Problem>> + Send>>;

/// One route.
pub struct Route {
    /// `GET` (which answers `HEAD` too) or `POST`.
    pub method: Method,
    /// The whole path.
    pub path: &'static str,
    /// The handler.
    pub handler: Handler,
}

/// Every route of this API.
pub const ALL: &[Route] = &[
    Route {
        method: Method::GET,
        path: "/api/v1/policy/explain",
        handler: |call| Box::pin(policy::explain::explain(call)),
    },
    Route {
        method: Method::GET,
        path: "/api/v1/policy/audience",
        handler: |call| Box::pin(policy::audience::audience(call)),
    },
    Route {
        method: Method::POST,
        path: "/api/v1/policy/preview",
        handler: |call| Box::pin(policy::preview::preview(call)),
    },
    Route {
        method: Method::GET,
        path: "/api/v1/correlations",
        handler: |call| Box::pin(correlation::correlations(call)),
    },
    Route {
        method: Method::GET,
        path: "/api/v1/me",
        handler: |call| Box::pin(account::me(call)),
    },
    Route {
        method: Method::GET,
        path: "/api/v1/version",
        handler: |call| Box::pin(instance::version(call)),
    },
    Route {
        method: Method::GET,
        path: "/api/v1/openapi.json",
        handler: |call| Box::pin(openapi::openapi(call)),
    },
];

/// Why nothing answers.
#[derive(Debug, PartialEq, Eq)]
pub enum Unroutable {
    /// There is no such path.
    Path,
    /// The path has other methods: the value of `Allow`.
    Method(String),
}

/// The handler of a request.
///
/// # Errors
/// [`Unroutable`]
pub fn find(method: &Method, path: &str) -> Result<Handler, Unroutable> {
    let at_path: Vec<_> = ALL.iter().filter(|route| route.path == path).collect();
    let wanted = if method == Method::HEAD {
        &Method::GET
    } else {
        method
    };
    if let Some(route) = at_path.iter().find(|route| route.method == wanted) {
        return Ok(route.handler);
    }
    let mut allowed: Vec<&str> = at_path.iter().map(|route| route.method.as_str()).collect();
    if allowed.contains(&"GET") {
        allowed.push("HEAD");
    }
    Err(if allowed.is_empty() {
        Unroutable::Path
    } else {
        Unroutable::Method(allowed.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn paths_have_methods() {
        assert!(find(&Method::GET, "/api/v1/me").is_ok());
        assert!(find(&Method::HEAD, "/api/v1/me").is_ok());
        let of = |method: Method, path| find(&method, path).err();
        assert_eq!(
            of(Method::PUT, "/api/v1/me"),
            Some(Unroutable::Method("GET, HEAD".to_owned()))
        );
        assert_eq!(
            of(Method::GET, "/api/v1/policy/preview"),
            Some(Unroutable::Method("POST".to_owned()))
        );
        assert_eq!(of(Method::GET, "/api/v1/me/"), Some(Unroutable::Path));
    }

    #[test]
    fn the_document_describes_every_route_and_no_other() {
        let routes: BTreeSet<_> = ALL
            .iter()
            .map(|route| (route.path.to_owned(), route.method.as_str().to_lowercase()))
            .collect();
        let document = serde_json::to_value(openapi::document()).unwrap();
        let described: BTreeSet<_> = document["paths"]
            .as_object()
            .unwrap()
            .iter()
            .flat_map(|(path, item)| {
                item.as_object()
                    .unwrap()
                    .keys()
                    .map(|method| (path.clone(), method.clone()))
            })
            .collect();
        assert_eq!(routes, described);
        assert_eq!(routes.len(), ALL.len());
    }
}
