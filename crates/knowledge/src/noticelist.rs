//! Noticelists: what to tell a user who enters data of a certain kind. spec: 05#3, 07#5

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::finding::{Finding, ReadError};

/// Most bytes of a file.
pub const MAX_FILE_BYTES: usize = 4 << 20;
/// Most notices of a list.
pub const MAX_NOTICES: usize = 1_000;

/// A noticelist as published.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Noticelist {
    /// The short name, by which an update finds the list again.
    pub name: String,
    /// The name written out.
    pub expanded_name: String,
    /// Addresses of the rules behind the notices.
    #[serde(rename = "ref")]
    pub references: Vec<String>,
    /// Where the rules hold.
    pub geographical_area: Vec<String>,
    /// Grows with each release.
    pub version: u64,
    /// Whether a new installation should show the notices.
    pub enabled: bool,
    /// The notices in order.
    pub notice: Vec<Notice>,
}

/// One notice and when to show it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// What is being entered, such as `attribute` or `event`.
    pub scope: Vec<String>,
    /// The fields whose value decides, such as `category` or `type`.
    pub field: Vec<String>,
    /// The values of those fields that bring the notice up.
    pub value: Vec<String>,
    /// Tags to suggest.
    #[serde(default)]
    pub tags: Vec<String>,
    /// The text by language code.
    pub message: Map<String, Value>,
}

impl Notice {
    /// Whether the notice is about this field having this value in this scope.
    #[must_use]
    pub fn applies(&self, scope: &str, field: &str, value: &str) -> bool {
        let has = |names: &[String], name: &str| names.iter().any(|own| own == name);
        has(&self.scope, scope) && has(&self.field, field) && has(&self.value, value)
    }

    /// The text in a language, else in English, else in any.
    #[must_use]
    pub fn text(&self, language: &str) -> Option<&str> {
        let mut candidates = [self.message.get(language), self.message.get("en")]
            .into_iter()
            .flatten();
        candidates
            .find_map(Value::as_str)
            .or_else(|| self.message.values().find_map(Value::as_str))
    }
}

impl Noticelist {
    /// The notices about a field having a value.
    pub fn notices_for<'a>(
        &'a self,
        scope: &'a str,
        field: &'a str,
        value: &'a str,
    ) -> impl Iterator<Item = &'a Notice> {
        self.notice
            .iter()
            .filter(move |notice| notice.applies(scope, field, value))
    }
}

/// Reads a published `list.json`. A notice of another shape is left out with a finding.
///
/// # Errors
/// [`ReadError`] when the file is not such a list or beyond the limits.
pub fn parse(bytes: &[u8]) -> Result<(Noticelist, Vec<Finding>), ReadError> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(ReadError::TooLarge(format!(
            "a noticelist has at most {MAX_FILE_BYTES} bytes"
        )));
    }
    let file: File = serde_json::from_slice(bytes).map_err(|error| ReadError::Layout(error.to_string()))?;
    if file.notice.len() > MAX_NOTICES {
        return Err(ReadError::TooLarge(format!(
            "a noticelist has at most {MAX_NOTICES} notices"
        )));
    }
    let mut findings = Vec::new();
    let mut notices = Vec::with_capacity(file.notice.len());
    for (position, notice) in file.notice.into_iter().enumerate() {
        match serde_json::from_value::<Notice>(notice) {
            Ok(notice) => notices.push(notice),
            Err(error) => findings.push(Finding::new(format!("notice[{position}]"), error.to_string())),
        }
    }
    let list = Noticelist {
        name: file.name,
        expanded_name: file.expanded_name,
        references: file.references,
        geographical_area: file.geographical_area,
        version: file.version.unwrap_or_default(),
        enabled: file.enabled,
        notice: notices,
    };
    Ok((list, findings))
}

#[derive(Deserialize)]
struct File {
    name: String,
    #[serde(default)]
    expanded_name: String,
    #[serde(default, rename = "ref")]
    references: Vec<String>,
    #[serde(default)]
    geographical_area: Vec<String>,
    #[serde(default)]
    version: Option<u64>,
    #[serde(default)]
    enabled: bool,
    notice: Vec<Value>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = r#"{"name":"sample","expanded_name":"A sample","ref":["https://example.org/law"],
        "geographical_area":["EU"],"version":3,"notice":[
          {"scope":["attribute"],"field":["category","meta-category"],"value":["Person"],
           "message":{"en":"Careful.","de":"Vorsicht."}},
          {"scope":["attribute"]}]}"#;

    #[test]
    fn reads_notices_and_names_the_broken_one() {
        let (list, findings) = parse(SAMPLE.as_bytes()).unwrap();
        assert_eq!((list.version, list.notice.len(), findings.len()), (3, 1, 1));
        assert_eq!(findings[0].path, "notice[1]");
        assert_eq!(
            list.notices_for("attribute", "meta-category", "Person").count(),
            1
        );
        assert_eq!(list.notices_for("attribute", "type", "Person").count(), 0);
        assert_eq!(list.notices_for("event", "category", "Person").count(), 0);
        assert_eq!(list.notice[0].text("de"), Some("Vorsicht."));
        assert_eq!(list.notice[0].text("fr"), Some("Careful."));
    }

    #[test]
    fn writes_what_it_reads() {
        let (list, _) = parse(SAMPLE.as_bytes()).unwrap();
        let (again, findings) = parse(&serde_json::to_vec(&list).unwrap()).unwrap();
        assert_eq!((again, findings), (list, vec![]));
    }

    #[test]
    fn refuses_other_files() {
        for bad in ["", "[]", r#"{"name":"x"}"#, r#"{"name":"x","notice":{}}"#] {
            assert!(parse(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
