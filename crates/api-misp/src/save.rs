//! Failures of saving, in the form clients parse. spec: 02#8.2
use crate::failure::{Failure, field_errors};
use entente_engine::Error;
use serde_json::Value;

/// Turns errors of fields into a save failure, others by their class.
pub fn invalid(action: &str, model: &str, url: impl Into<String>) -> impl FnOnce(Error) -> Failure {
    move |error| match error {
        Error::Fields(errors) => Failure::save(action, model, url, field_errors(&errors)),
        other => other.into(),
    }
}

/// Turns errors of fields and of state into a save failure, others by their class.
pub fn failure(action: &'static str, model: &'static str, url: String) -> impl FnOnce(Error) -> Failure {
    move |error| match error {
        Error::Fields(errors) => Failure::save(action, model, url, field_errors(&errors)),
        Error::Conflict(why) => Failure::save(action, model, url, Value::from(why.into_owned())),
        other => other.into(),
    }
}
