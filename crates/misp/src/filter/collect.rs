//! Where parameters come from: body, positional segments, named segments. spec: 04#1.1
use super::parameters::{known, positional};
use entente_model::search::Subject;
use serde_json::{Map, Value};

/// Collected parameters, as the client wrote them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Params(Map<String, Value>);

/// Merges the sources; later ones win, and names that the scope does not know are left out.
#[must_use]
pub fn collect(subject: Subject, body: Value, args: &[String], named: &[(String, String)]) -> Params {
    let mut params = Params::default();
    if let Value::Object(map) = unwrapped(body) {
        for (name, value) in map {
            if known(subject, &name) {
                params.0.insert(name, tidy(value));
            }
        }
    }
    for (name, segment) in positional(subject).iter().zip(args) {
        if !is_placeholder(segment) {
            params.0.insert((*name).to_owned(), from_url(segment));
        }
    }
    for (name, value) in named {
        let name = name.strip_suffix("[]").unwrap_or(name);
        if known(subject, name) {
            params.0.insert(name.to_owned(), from_url(value));
        }
    }
    params
}

fn unwrapped(body: Value) -> Value {
    match body {
        Value::Object(mut map) if map.get("request").is_some_and(Value::is_object) => {
            map.remove("request").unwrap_or_default()
        }
        other => other,
    }
}

/// Segments that only hold a place.
fn is_placeholder(segment: &str) -> bool {
    matches!(
        segment.trim().to_ascii_lowercase().as_str(),
        "" | "null" | "0" | "false"
    )
}

fn from_url(text: &str) -> Value {
    tidy(Value::String(text.replace(';', ":")))
}

/// Trims a text and splits it at `||`.
fn tidy(value: Value) -> Value {
    let Value::String(text) = value else {
        return value;
    };
    let text = text.trim();
    if text.find("||").is_some_and(|at| at > 0) {
        let parts = text.split("||").map(str::trim).filter(|part| !part.is_empty());
        return Value::Array(parts.map(Value::from).collect());
    }
    Value::from(text)
}

impl Params {
    /// Parameters that are already collected, for other endpoints with the same grammar.
    #[must_use]
    pub fn from_map(map: Map<String, Value>) -> Self {
        Self(map)
    }

    /// Adds what is not there yet, such as a user's own defaults.
    pub fn merge_under(&mut self, subject: Subject, defaults: Map<String, Value>) {
        for (name, value) in defaults {
            if known(subject, &name) && !self.0.contains_key(&name) {
                self.0.insert(name, tidy(value));
            }
        }
    }

    /// Names the output format, whatever was asked for.
    pub fn set_format(&mut self, name: &str) {
        self.0.insert("returnFormat".to_owned(), Value::from(name));
    }

    /// Whether there is any filter besides the output format.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.keys().all(|name| name == "returnFormat")
    }

    /// A parameter as written.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Whether a parameter is there at all, be it 0 or false.
    #[must_use]
    pub fn given(&self, name: &str) -> bool {
        self.0
            .get(name)
            .is_some_and(|value| !matches!(value, Value::Null) && value.as_str() != Some(""))
    }

    /// A parameter as text; lists and objects are none.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        super::grammar::scalar(self.0.get(name)?).filter(|text| !text.is_empty())
    }

    /// Whether a switch is on.
    #[must_use]
    pub fn flag(&self, name: &str) -> bool {
        self.0
            .get(name)
            .and_then(super::grammar::boolean)
            .unwrap_or(false)
    }

    /// A parameter as a list of texts; a single one is a list of one, also when it names several with commas.
    #[must_use]
    pub fn list(&self, name: &str) -> Vec<String> {
        match self.0.get(name) {
            Some(Value::Array(items)) => items.iter().filter_map(super::grammar::scalar).collect(),
            Some(value) => super::grammar::scalar(value)
                .filter(|text| !text.is_empty())
                .map(|text| text.split(',').map(|part| part.trim().to_owned()).collect())
                .unwrap_or_default(),
            None => Vec::new(),
        }
    }

    /// `galaxy.<key>` parameters.
    pub(super) fn galaxy_elements(&self) -> Vec<(String, String)> {
        self.0
            .iter()
            .filter_map(|(name, value)| {
                let key = name.strip_prefix("galaxy.")?;
                let value = super::grammar::scalar(value).filter(|value| !value.is_empty())?;
                (!key.is_empty()).then(|| (key.to_owned(), value))
            })
            .collect()
    }
}
