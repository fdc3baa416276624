//! The endpoint rules as data, under every controller. spec: 02#6
use crate::answer::Answer;
use crate::call::Call;
use crate::failure::Failure;
use crate::routes::{Outcome, routes};
use entente_model::id::RoleId;
use entente_policy::Permissions;
use entente_policy::endpoint::{controllers, urls_of_role};
use serde_json::{Map, Value, json};

routes! {
    "events": { "queryacl" => query }
    "attributes": { "queryacl" => query }
    "objects": { "queryacl" => query }
    "objectreferences": { "queryacl" => query }
    "objecttemplates": { "queryacl" => query }
    "objecttemplateelements": { "queryacl" => query }
    "eventgraph": { "queryacl" => query }
    "eventreports": { "queryacl" => query }
    "analystdata": { "queryacl" => query }
    "tags": { "queryacl" => query }
    "tagcollections": { "queryacl" => query }
    "favouritetags": { "queryacl" => query }
    "shadowattributes": { "queryacl" => query }
    "sightings": { "queryacl" => query }
    "sharinggroups": { "queryacl" => query }
    "sharinggroupblueprints": { "queryacl" => query }
    "organisations": { "queryacl" => query }
    "users": { "queryacl" => query }
    "roles": { "queryacl" => query }
    "authkeys": { "queryacl" => query }
    "usersettings": { "queryacl" => query }
    "logs": { "queryacl" => query }
    "auditlogs": { "queryacl" => query }
    "accesslogs": { "queryacl" => query }
    "eventblocklists": { "queryacl" => query }
    "orgblocklists": { "queryacl" => query }
    "galaxyclusterblocklists": { "queryacl" => query }
    "sightingblocklists": { "queryacl" => query }
    "analystdatablocklists": { "queryacl" => query }
    "correlationexclusions": { "queryacl" => query }
    "correlationrules": { "queryacl" => query }
    "correlations": { "queryacl" => query }
    "eventdelegations": { "queryacl" => query }
    "threads": { "queryacl" => query }
    "posts": { "queryacl" => query }
    "servers": { "queryacl" => query }
    "jobs": { "queryacl" => query }
    "bookmarks": { "queryacl" => query }
    "cryptographickeys": { "queryacl" => query }
    "news": { "queryacl" => query }
    "noticelists": { "queryacl" => query }
    "warninglists": { "queryacl" => query }
    "taxonomies": { "queryacl" => query }
    "galaxies": { "queryacl" => query }
    "galaxyclusters": { "queryacl" => query }
    "galaxyclusterrelations": { "queryacl" => query }
    "galaxyelements": { "queryacl" => query }
    "feeds": { "queryacl" => query }
    "decayingmodel": { "queryacl" => query }
    "decayingmodelmapping": { "queryacl" => query }
    "workflows": { "queryacl" => query }
    "dashboards": { "queryacl" => query }
    "modules": { "queryacl" => query }
    "communities": { "queryacl" => query }
    "collections": { "queryacl" => query }
    "collectionelements": { "queryacl" => query }
    "allowedlists": { "queryacl" => query }
    "regexp": { "queryacl" => query }
    "templates": { "queryacl" => query }
    "templateelements": { "queryacl" => query }
    "taxiiservers": { "queryacl" => query }
    "cerebrates": { "queryacl" => query }
    "sightingdb": { "queryacl" => query }
    "tasks": { "queryacl" => query }
    "benchmarks": { "queryacl" => query }
    "api": { "queryacl" => query }
}

async fn query(call: Call) -> Outcome {
    let mode = call.arg(0).unwrap_or("printAllFunctionNames").to_lowercase();
    let answer = match mode.as_str() {
        "printallfunctionnames" => functions(),
        // An action without a rule cannot be called and fails a test of this crate.
        "findmissingfunctionnames" => Value::Array(Vec::new()),
        "printroleaccess" => roles(&call)?,
        _ => return Err(Failure::not_found("Invalid mode.")),
    };
    Ok(Answer::json(&answer))
}

fn functions() -> Value {
    controllers()
        .map(|(controller, actions)| {
            let actions: Vec<Value> = actions.map(|(action, _)| Value::from(action)).collect();
            (controller.to_owned(), Value::Array(actions))
        })
        .collect::<Map<String, Value>>()
        .into()
}

fn roles(call: &Call) -> Result<Value, Failure> {
    let wanted = match call.arg(1) {
        None => None,
        Some(text) => Some(text.parse().map(RoleId).map_err(|_| unknown())?),
    };
    let directory = call.app.directory();
    let mut roles: Vec<_> = directory
        .roles()
        .filter(|role| wanted.is_none_or(|id| role.id == id))
        .collect();
    if roles.is_empty() {
        return Err(unknown());
    }
    roles.sort_by_key(|role| role.id);
    let map: Map<String, Value> = roles
        .into_iter()
        .map(|role| {
            let urls: Vec<String> = urls_of_role(Permissions::from_bits(role.permissions)).collect();
            (role.id.to_string(), json!({ "name": role.name, "urls": urls }))
        })
        .collect();
    Ok(map.into())
}

fn unknown() -> Failure {
    Failure::not_found("Invalid role.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_controller_tells_its_rules() {
        for (controller, _) in controllers() {
            let path = crate::request::canonical(controller);
            assert!(ROUTES.iter().any(|route| route.controller == path), "{path}");
        }
        assert!(
            functions()["events"]
                .as_array()
                .is_some_and(|list| !list.is_empty())
        );
    }
}
