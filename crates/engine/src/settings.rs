//! Run-time settings: one table with name, kind, default and meaning; the store keeps what differs.
//!
//! The names are those of MISP, because scripts read and write them (spec 03#17); what MISP has and
//! Entente has no use for is not in the table.
use entente_model::id::OrgId;
use serde_json::Value;
use std::collections::HashMap;

/// What values a setting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Number,
    /// Text.
    Text,
}

/// The default of a setting.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Default {
    /// A flag.
    Bool(bool),
    /// A number.
    Number(i64),
    /// Text.
    Text(&'static str),
    /// Not set.
    Unset,
}

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Definition {
    /// Name.
    pub name: &'static str,
    /// Kind of value.
    pub kind: Kind,
    /// Default.
    pub default: Default,
    /// 0 critical, 1 recommended, 2 optional.
    pub level: u8,
    /// What it does.
    pub description: &'static str,
}

mod table;
pub use table::DEFINITIONS;

/// The definition of a setting.
#[must_use]
pub fn definition(name: &str) -> Option<&'static Definition> {
    DEFINITIONS.iter().find(|definition| definition.name == name)
}

impl Definition {
    /// The default as JSON.
    #[must_use]
    pub fn default_value(&self) -> Value {
        match self.default {
            Default::Bool(b) => Value::Bool(b),
            Default::Number(n) => Value::from(n),
            Default::Text(t) => Value::from(t),
            Default::Unset => Value::Null,
        }
    }

    /// A sent value in the setting's own type, or what is wrong with it.
    ///
    /// # Errors
    /// A sentence for the caller.
    pub fn read(&self, value: &Value) -> Result<Value, String> {
        let bad = |expected: &str| format!("{} takes {expected}.", self.name);
        match (self.kind, value) {
            (_, Value::Null) => Ok(Value::Null),
            (Kind::Bool, Value::Bool(b)) => Ok(Value::Bool(*b)),
            (Kind::Bool, Value::Number(n)) if n.as_i64() == Some(1) => Ok(Value::Bool(true)),
            (Kind::Bool, Value::Number(n)) if n.as_i64() == Some(0) => Ok(Value::Bool(false)),
            (Kind::Bool, Value::String(s)) => match s.trim().to_ascii_lowercase().as_str() {
                "1" | "true" => Ok(Value::Bool(true)),
                "0" | "false" | "" => Ok(Value::Bool(false)),
                _ => Err(bad("true or false")),
            },
            (Kind::Bool, _) => Err(bad("true or false")),
            (Kind::Number, Value::Number(n)) if n.is_i64() => Ok(value.clone()),
            (Kind::Number, Value::Bool(b)) => Ok(Value::from(i64::from(*b))),
            (Kind::Number, Value::String(s)) => s
                .trim()
                .parse::<i64>()
                .map(Value::from)
                .map_err(|_| bad("a whole number")),
            (Kind::Number, _) => Err(bad("a whole number")),
            (Kind::Text, Value::String(_)) => Ok(value.clone()),
            (Kind::Text, Value::Number(n)) => Ok(Value::from(n.to_string())),
            (Kind::Text, _) => Err(bad("text")),
        }
    }
}

/// All settings at one moment.
#[derive(Debug, Clone, std::default::Default)]
pub struct Settings(HashMap<String, Value>);

impl Settings {
    /// Settings from the stored rows; rows that no longer make sense count as not set.
    #[must_use]
    pub fn load(rows: &[(String, String)]) -> Self {
        Self(
            rows.iter()
                .filter_map(|(name, json)| Some((name.clone(), serde_json::from_str(json).ok()?)))
                .collect(),
        )
    }
    /// The value of a setting, its default when it is not set, null when it is unknown.
    #[must_use]
    pub fn get(&self, name: &str) -> Value {
        self.0
            .get(name)
            .cloned()
            .or_else(|| definition(name).map(Definition::default_value))
            .unwrap_or(Value::Null)
    }
    /// Whether a value other than the default is stored.
    #[must_use]
    pub fn is_set(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }
    /// A flag; false when it is not one.
    #[must_use]
    pub fn bool(&self, name: &str) -> bool {
        self.get(name).as_bool().unwrap_or(false)
    }
    /// A number, if it is one.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<i64> {
        match self.get(name) {
            Value::Number(n) => n.as_i64(),
            Value::String(s) => s.trim().parse().ok(),
            _ => None,
        }
    }
    /// Text, empty when it is not set.
    #[must_use]
    pub fn text(&self, name: &str) -> String {
        match self.get(name) {
            Value::String(s) => s,
            Value::Number(n) => n.to_string(),
            _ => String::new(),
        }
    }
    /// The organisation that runs this instance.
    #[must_use]
    pub fn host_org(&self) -> OrgId {
        OrgId(self.number("MISP.host_org_id").unwrap_or(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_defaults_fit_their_kind() {
        let mut names: Vec<_> = DEFINITIONS.iter().map(|d| d.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), DEFINITIONS.len());
        for definition in DEFINITIONS {
            let value = definition.default_value();
            assert_eq!(definition.read(&value), Ok(value), "{}", definition.name);
        }
    }

    #[test]
    fn values_are_read_into_their_type() {
        let flag = definition("MISP.live").unwrap();
        assert_eq!(flag.read(&Value::from("1")), Ok(Value::Bool(true)));
        assert!(flag.read(&Value::from("maybe")).is_err());
        let number = definition("MISP.host_org_id").unwrap();
        assert_eq!(number.read(&Value::from("7")), Ok(Value::from(7)));
        assert!(number.read(&Value::from(1.5)).is_err());
    }
}
