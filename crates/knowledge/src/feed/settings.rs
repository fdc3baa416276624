//! How the content of a feed is read. spec: 07#1.3

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::warninglist::pattern::{Pattern, PatternError};

/// Most columns that may be chosen.
const MAX_COLUMNS: usize = 1_000;

/// Why settings cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Neither an object nor the text of one.
    #[error("not a JSON object: {0}")]
    Layout(String),
    /// The columns are not numbers from 1 on, or too many.
    #[error("the columns are not a list of numbers from 1 on")]
    Columns,
    /// The delimiter is not a single character.
    #[error("the delimiter is not a single character")]
    Delimiter,
    /// The exclusion is not a usable pattern.
    #[error("Invalid exclude regex: {0}")]
    Exclude(#[from] PatternError),
}

/// Settings of a feed; members without a meaning here are kept.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct FeedSettings {
    /// How a table is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub csv: Option<CsvSettings>,
    /// What holds for tables and text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    common: Option<CommonSettings>,
    /// Resulting values take no part in correlation.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disable_correlation: bool,
    /// Resulting events are not published even when the feed's are.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unpublish_event: bool,
    #[serde(flatten)]
    other: Map<String, Value>,
}

/// How a table is read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CsvSettings {
    /// Numbers of the columns that hold values, from 1, with commas; empty for each.
    #[serde(default)]
    pub value: String,
    /// What stands between columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct CommonSettings {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    excluderegex: Option<String>,
    #[serde(flatten)]
    other: Map<String, Value>,
}

impl FeedSettings {
    /// Reads an object or the text of one; nothing, null and empty text mean no settings.
    ///
    /// # Errors
    /// [`SettingsError::Layout`].
    pub fn read(value: Option<&Value>) -> Result<Self, SettingsError> {
        let object = object_or_text(value)?;
        serde_json::from_value(Value::Object(object))
            .map_err(|error| SettingsError::Layout(error.to_string()))
    }

    /// The text in which answers carry the settings: always an object.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Every key is text, which is all that writing JSON could object to.
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }

    /// Positions of the chosen columns, from 0; empty means each.
    ///
    /// # Errors
    /// [`SettingsError::Columns`].
    pub fn columns(&self) -> Result<Vec<usize>, SettingsError> {
        let chosen = self.csv.as_ref().map_or("", |csv| csv.value.as_str());
        let numbers = chosen
            .split(',')
            .map(str::trim)
            .filter(|number| !number.is_empty());
        let position = |number: &str| number.parse::<usize>().ok()?.checked_sub(1);
        let columns: Option<Vec<usize>> = numbers.take(MAX_COLUMNS + 1).map(position).collect();
        columns
            .filter(|columns| columns.len() <= MAX_COLUMNS)
            .ok_or(SettingsError::Columns)
    }

    /// What stands between columns: a comma unless set; the two characters `\t` mean a tab.
    ///
    /// # Errors
    /// [`SettingsError::Delimiter`].
    pub fn delimiter(&self) -> Result<char, SettingsError> {
        let Some(written) = self.csv.as_ref().and_then(|csv| csv.delimiter.as_deref()) else {
            return Ok(',');
        };
        let mut characters = written.chars();
        match (written, characters.next(), characters.next()) {
            ("", ..) => Ok(','),
            (r"\t", ..) => Ok('\t'),
            (_, Some(character), None) => Ok(character),
            _ => Err(SettingsError::Delimiter),
        }
    }

    /// The pattern whose matches are left out, as written.
    #[must_use]
    pub fn exclude_text(&self) -> Option<&str> {
        self.common
            .as_ref()?
            .excluderegex
            .as_deref()
            .filter(|pattern| !pattern.is_empty())
    }

    /// That pattern compiled.
    ///
    /// # Errors
    /// [`SettingsError::Exclude`].
    pub fn exclude(&self) -> Result<Option<Pattern>, SettingsError> {
        Ok(self.exclude_text().map(Pattern::compile).transpose()?)
    }
}

/// An object that may be written as its text. PHP writes an empty one as `[]`.
pub(super) fn object_or_text(value: Option<&Value>) -> Result<Map<String, Value>, SettingsError> {
    let parsed;
    let value = match value {
        Some(Value::String(text)) if text.trim().is_empty() => &Value::Null,
        Some(Value::String(text)) => {
            parsed = serde_json::from_str(text).map_err(|error| SettingsError::Layout(error.to_string()))?;
            &parsed
        }
        Some(other) => other,
        None => &Value::Null,
    };
    match value {
        Value::Null => Ok(Map::new()),
        Value::Array(items) if items.is_empty() => Ok(Map::new()),
        Value::Object(object) => Ok(object.clone()),
        _ => Err(SettingsError::Layout("something else".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(value: &Value) -> FeedSettings {
        FeedSettings::read(Some(value)).unwrap()
    }

    #[test]
    fn reads_objects_and_text() {
        let text = r#"{"csv":{"value":"1, 3","delimiter":"\\t"},"common":{"excluderegex":"/^#/i"},"x":1}"#;
        let settings = read(&json!(text));
        assert_eq!(settings, read(&serde_json::from_str(text).unwrap()));
        assert_eq!(settings.columns().unwrap(), [0, 2]);
        assert_eq!(settings.delimiter().unwrap(), '\t');
        assert!(settings.exclude().unwrap().unwrap().is_match("# comment"));
        let again: Value = serde_json::from_str(&settings.to_json()).unwrap();
        assert_eq!(
            again,
            serde_json::from_str::<Value>(text).unwrap(),
            "unknown members are kept"
        );
    }

    #[test]
    fn nothing_is_an_empty_object() {
        for empty in [json!(null), json!(""), json!([]), json!("{}"), json!("[]")] {
            let settings = read(&empty);
            assert_eq!(settings.to_json(), "{}");
            assert_eq!(settings.columns().unwrap(), [0_usize; 0]);
            assert_eq!(settings.delimiter().unwrap(), ',');
            assert!(settings.exclude().unwrap().is_none());
        }
    }

    #[test]
    fn names_what_cannot_be_used() {
        assert!(FeedSettings::read(Some(&json!("{"))).is_err());
        assert!(FeedSettings::read(Some(&json!(5))).is_err());
        assert_eq!(
            read(&json!({"csv":{"value":"0"}})).columns(),
            Err(SettingsError::Columns)
        );
        assert_eq!(
            read(&json!({"csv":{"value":"a"}})).columns(),
            Err(SettingsError::Columns)
        );
        assert_eq!(
            read(&json!({"csv":{"delimiter":";;"}})).delimiter(),
            Err(SettingsError::Delimiter)
        );
        let excluding = read(&json!({"common":{"excluderegex":"^#"}}));
        assert!(matches!(excluding.exclude(), Err(SettingsError::Exclude(_))));
    }
}
