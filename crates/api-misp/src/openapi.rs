//! The description of this surface for programs: `/api/openapi.json`. spec: CONTRACT, 08b#19
//!
//! Made from the table that serves the routes and the one that guards them, so it cannot name what does not exist.
use crate::answer::Answer;
use crate::call::Call;
use crate::describe::fields;
use crate::request::canonical;
use crate::routes::{self, Outcome, routes};
use entente_policy::endpoint::{Needs, Rule, controllers};
use entente_policy::{Permission, Permissions};
use serde_json::{Map, Value, json};

routes! {
    "api": { "openapi" => openapi }
}

const ABOUT: &str = "The surface that speaks MISP's protocol, for PyMISP and other clients of MISP. Ids and uuids \
    stand behind the path, as in /events/view/1; parameters may stand in the path (name:value), in the query and, \
    for filters, in the body. A GET on an endpoint that writes describes its fields. What MISP cannot express is at \
    /api/v1/openapi.json.";

async fn openapi(call: Call) -> Outcome {
    Ok(Answer::json(&document(call.app.base_url())))
}

/// The document, for an instance at this URL.
#[must_use]
pub fn document(base_url: &str) -> Value {
    let mut paths = Map::new();
    for (controller, actions) in controllers() {
        let wanted = canonical(controller);
        for (action, rule) in actions {
            let served = routes::find(&wanted, &action.to_lowercase()).is_some();
            if served {
                paths.insert(path_of(controller, action), operations(controller, action, rule));
            }
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {"title": "Entente, MISP-compatible API", "description": ABOUT, "version": env!("CARGO_PKG_VERSION"),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
        "servers": [{"url": base_url}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "Authorization"}},
            "schemas": {"Refusal": refusal()},
            "responses": {"Refused": {"description": "What is wrong and what to change.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}}},
        },
    })
}

fn path_of(controller: &str, action: &str) -> String {
    match action.strip_prefix("admin_") {
        Some(action) => format!("/admin/{controller}/{action}"),
        None => format!("/{controller}/{action}"),
    }
}

fn operations(controller: &str, action: &str, rule: Rule) -> Value {
    let (mandatory, optional) = fields::of(&canonical(controller), &action.to_lowercase());
    let operation = |method: &str, body: Option<Value>| {
        let mut operation = json!({
            "operationId": format!("{method}_{controller}_{action}"),
            "tags": [controller],
            "description": asks(rule),
            "responses": {"200": {"description": "Done."}, "default": {"$ref": "#/components/responses/Refused"}},
        });
        if let (Some(body), Some(map)) = (body, operation.as_object_mut()) {
            map.insert("requestBody".to_owned(), body);
        }
        operation
    };
    let properties: Map<String, Value> = mandatory
        .iter()
        .chain(&optional)
        .map(|field| ((*field).to_owned(), json!({})))
        .collect();
    let body = json!({"content": {"application/json": {"schema":
        {"type": "object", "properties": properties, "required": mandatory}}}});
    json!({"get": operation("get", None), "post": operation("post", Some(body))})
}

/// Who may call it, in words.
fn asks(rule: Rule) -> String {
    let flags = |set: Permissions| {
        let names = Permission::ALL
            .iter()
            .filter(|flag| set.contains(**flag))
            .map(|flag| flag.name());
        names.collect::<Vec<_>>()
    };
    match rule.needs {
        Needs::Any => "For everybody with a key.".to_owned(),
        Needs::SiteAdmin => "For site administrators.".to_owned(),
        Needs::All(set) => format!("For roles with {}.", flags(set).join(" and ")),
        Needs::AnyOf(set) => format!("For roles with {}.", flags(set).join(" or ")),
    }
}

fn refusal() -> Value {
    let text = json!({"type": "string"});
    json!({"type": "object", "required": ["name", "message", "url"],
        "properties": {"name": text, "message": text, "url": text, "saved": {"type": "boolean"}, "errors": {}}})
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_route_is_described_and_no_other() {
        let document = document("https://entente.test");
        let paths = document["paths"].as_object().unwrap();
        let described: HashSet<(String, String)> = paths
            .keys()
            .map(|path| {
                let target = crate::request::parse(path, None, &http::Method::POST).unwrap();
                (target.controller, target.action)
            })
            .collect();
        assert_eq!(described.len(), paths.len());
        let served = routes::ALL.iter().flat_map(|list| list.iter());
        // The rules of a controller are told under each of them, for site administrators only.
        let served: HashSet<_> = served
            .filter(|route| route.action != "queryacl")
            .map(|route| (route.controller.to_owned(), route.action.to_owned()))
            .collect();
        let hidden: Vec<_> = served.difference(&described).collect();
        assert!(hidden.is_empty(), "{hidden:?}");
        assert!(described.is_subset(&served));
    }

    #[test]
    fn operations_say_who_may_call_them() {
        let document = document("https://entente.test");
        let add = &document["paths"]["/events/add"]["post"];
        assert_eq!(add["description"], "For roles with perm_add.");
        let schema = &add["requestBody"]["content"]["application/json"]["schema"];
        assert_eq!(schema["required"], json!(["info"]));
        let merge = &document["paths"]["/admin/organisations/merge"]["post"]["description"];
        assert_eq!(merge, "For site administrators.");
    }
}
