//! One authenticated request as handlers see it.
use crate::failure::Failure;
use crate::request::{Format, Target};
use entente_engine::{Actor, App, Ctx};
use entente_http::Received;
use entente_model::id::Ref;
use serde_json::{Map, Value};
use std::sync::Arc;

/// The request.
pub struct Call {
    /// The instance.
    pub app: App,
    /// Who calls.
    pub actor: Arc<Actor>,
    /// Method.
    pub method: http::Method,
    /// Parsed URL.
    pub target: Target,
    /// Headers.
    pub headers: http::HeaderMap,
    /// Body.
    pub body: Received,
    /// Representation asked for.
    pub format: Format,
}

impl Call {
    /// Whether this is a GET or HEAD, which on a write endpoint only describes it. spec: 02#8.4
    #[must_use]
    pub fn is_read(&self) -> bool {
        matches!(self.method, http::Method::GET | http::Method::HEAD)
    }

    /// Whether a person in a browser asks, rather than a program that reads JSON.
    #[must_use]
    pub fn wants_page(&self) -> bool {
        let accept = self.headers.get(http::header::ACCEPT);
        let accept = accept.and_then(|value| value.to_str().ok()).unwrap_or_default();
        self.target.format.is_none() && accept.contains("text/html") && !accept.contains("application/json")
    }

    /// A positional argument.
    #[must_use]
    pub fn arg(&self, index: usize) -> Option<&str> {
        self.target.args.get(index).map(String::as_str)
    }

    /// A positional argument as id or uuid; malformed ones name nothing.
    #[must_use]
    pub fn reference(&self, index: usize) -> Option<Ref> {
        self.arg(index).and_then(Ref::parse)
    }

    /// A named parameter of path or query; the last one wins.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&str> {
        self.target
            .named
            .iter()
            .rev()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Whether a named parameter is present and not `0`, `false` or empty.
    #[must_use]
    pub fn flag(&self, name: &str) -> bool {
        self.named(name).is_some_and(truthy)
    }

    /// The JSON body without `request`/`response` wrapping; an empty body is an empty map. spec: 03#1.4
    ///
    /// # Errors
    /// 405 for a body that is no JSON. spec: 02#1
    pub fn json(&self) -> Result<Value, Failure> {
        if self.body.is_empty() {
            return Ok(Value::Object(Map::new()));
        }
        let value: Value = serde_json::from_reader(self.body.reader()?).map_err(|e| invalid_json(&e))?;
        Ok(unwrap(value))
    }

    /// The JSON body as a map, unwrapped from the model name too; other JSON is an empty map.
    ///
    /// # Errors
    /// As [`Call::json`].
    pub fn json_map(&self, model: &str) -> Result<Map<String, Value>, Failure> {
        Ok(match self.json()? {
            Value::Object(mut map) => match map.remove(model) {
                Some(Value::Object(inner)) => inner,
                Some(other) => {
                    map.insert(model.to_owned(), other);
                    map
                }
                None => map,
            },
            _ => Map::new(),
        })
    }

    /// Runs a reading use case as the caller.
    ///
    /// # Errors
    /// Of the use case.
    pub async fn read<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Ctx<'_, '_>) -> entente_engine::Result<T> + Send + 'static,
    ) -> entente_engine::Result<T> {
        self.app.read(Arc::clone(&self.actor), f).await
    }

    /// Runs a changing use case as the caller.
    ///
    /// # Errors
    /// Of the use case.
    pub async fn write<T: Send + 'static>(
        &self,
        f: impl Fn(&mut Ctx<'_, '_>) -> entente_engine::Result<T> + Send + 'static,
    ) -> entente_engine::Result<T> {
        self.app.write(Arc::clone(&self.actor), f).await
    }
}

/// A request without an account, for the few endpoints open to everybody.
pub struct Visit {
    /// The instance.
    pub app: App,
    /// Method.
    pub method: http::Method,
    /// Parsed URL.
    pub target: Target,
    /// Headers.
    pub headers: http::HeaderMap,
    /// Body.
    pub body: Received,
    /// Where it comes from.
    pub address: Option<std::net::IpAddr>,
}

/// Whether a textual parameter means yes.
#[must_use]
pub fn truthy(text: &str) -> bool {
    !matches!(
        text.trim().to_ascii_lowercase().as_str(),
        "" | "0" | "false" | "null"
    )
}

/// 405 with the text that clients know. spec: 02#1
#[must_use]
pub fn invalid_json(error: &serde_json::Error) -> Failure {
    Failure::not_allowed(format!(
        "Invalid JSON input. Make sure that the JSON input is a correctly formatted JSON string. ({error})"
    ))
}

fn unwrap(value: Value) -> Value {
    match value {
        Value::Object(mut map) => {
            for wrapper in ["request", "response"] {
                if map
                    .get(wrapper)
                    .is_some_and(|inner| inner.is_object() || inner.is_array())
                {
                    return map.remove(wrapper).unwrap_or_default();
                }
            }
            Value::Object(map)
        }
        other => other,
    }
}
