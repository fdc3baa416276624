//! What clients ask first: version and identity of the instance. spec: 03#2
use crate::answer::Answer;
use crate::call::Call;
use crate::failure::Failure;
use crate::routes::{Outcome, routes};
use entente_policy::Permission;
use serde_json::{Value, json};

routes! {
    "servers": {
        "getversion" => version,
        "getpymispversion" => client_version,
        "getinstanceuuid" => uuid,
        "posttest" => post_test,
    }
}

/// The MISP version whose protocol is spoken; other servers choose features by it.
pub const MISP_VERSION: &str = "2.5.1";
/// The client version that is known to work.
pub const PYMISP_VERSION: &str = "2.5.34";

async fn version(call: Call) -> Outcome {
    let can = |permission| call.actor.can(permission);
    let uuid = if can(Permission::Sync) {
        call.app.uuid().to_string()
    } else {
        "-".to_owned()
    };
    Ok(Answer::json(&json!({
        "version": MISP_VERSION,
        "pymisp_recommended_version": PYMISP_VERSION,
        "perm_sync": can(Permission::Sync),
        "perm_sighting": can(Permission::Sighting),
        "perm_galaxy_editor": can(Permission::GalaxyEditor),
        "perm_analyst_data": can(Permission::AnalystData),
        "uuid": uuid,
        "request_encoding": ["gzip", "br"],
        "filter_sightings": true,
    })))
}

async fn client_version(_call: Call) -> Outcome {
    Ok(Answer::json(&json!({ "version": PYMISP_VERSION })))
}

async fn uuid(call: Call) -> Outcome {
    Ok(Answer::json(&json!({ "uuid": call.app.uuid().to_string() })))
}

async fn post_test(call: Call) -> Outcome {
    if call.is_read() {
        return Err(Failure::not_allowed("This action takes a POST request."));
    }
    let header = |name: &str| {
        call.headers
            .get(name)
            .and_then(|v| v.to_str().ok())
            .map_or(Value::Null, Value::from)
    };
    Ok(Answer::json(&json!({
        "body": call.json()?,
        "headers": {
            "Content-type": header("content-type"),
            "Accept": header("accept"),
            "Authorization": header("authorization"),
        },
    })))
}
