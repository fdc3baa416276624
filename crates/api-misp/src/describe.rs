//! What a GET on a write endpoint answers: a description, never a change. spec: 02#8.4
pub mod fields;

use crate::answer::Answer;
use crate::call::Call;
use crate::routes::Outcome;
use serde_json::json;

/// The description of the endpoint that was called.
///
/// # Errors
/// None; the type is that of handlers.
pub fn answer(call: &Call) -> Outcome {
    let name = format!("{}/{}", call.target.controller, call.target.action);
    let (mandatory, optional) = fields::of(&call.target.controller, &call.target.action);
    Ok(Answer::json(&json!({
        "name": name,
        "description": "POST a JSON body to this URL to use this function of the API.",
        "mandatory_fields": mandatory,
        "optional_fields": optional,
        "url": call.target.path,
    })))
}
