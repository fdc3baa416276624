//! Feed descriptions: the default list and lists that administrators import. spec: 07#1

mod settings;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::finding::{Finding, ReadError};
pub use settings::{CsvSettings, FeedSettings, SettingsError};

/// Most bytes of a list of feeds.
pub const MAX_FILE_BYTES: usize = 4 << 20;
/// Most feeds of a list.
pub const MAX_FEEDS: usize = 10_000;

/// What a feed serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceFormat {
    /// A manifest and one file per event.
    Misp,
    /// A table whose columns hold values.
    Csv,
    /// Text in which values are found.
    #[default]
    Freetext,
}

impl SourceFormat {
    /// The name in files and answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Misp => "misp",
            Self::Csv => "csv",
            Self::Freetext => "freetext",
        }
    }

    /// The format of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Misp, Self::Csv, Self::Freetext]
            .into_iter()
            .find(|format| format.as_str() == name)
    }
}

/// Where a feed lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum InputSource {
    /// Behind an address.
    #[default]
    Network,
    /// In a directory of the server, which secure settings forbid.
    Local,
}

/// A tag by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FeedTag {
    /// The tag's name.
    pub name: String,
    /// Its colour, when the list gives one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub colour: Option<String>,
}

/// A feed as a list describes it; switches such as enabling are the importing server's own.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FeedDescription {
    /// The name.
    pub name: String,
    /// Who runs it.
    pub provider: String,
    /// The address; the base without trailing `/` for the format `misp`.
    pub url: String,
    /// What it serves.
    pub source_format: SourceFormat,
    /// Where it lies.
    pub input_source: InputSource,
    /// Each run fills the same event.
    pub fixed_event: bool,
    /// Values that vanished are removed from that event.
    pub delta_merge: bool,
    /// Resulting events are published.
    pub publish: bool,
    /// No value is for detection.
    pub override_ids: bool,
    /// Hits are shown to ordinary users.
    pub lookup_visible: bool,
    /// How to read the content.
    pub settings: FeedSettings,
    /// Filter rules as the list gives them; empty for none. spec: 07#1.4
    pub rules: Map<String, Value>,
    /// The tag that resulting events get.
    pub tag: Option<FeedTag>,
}

/// Filter rules, given as an object or its text, in the form in which they are kept: the text of an object, empty
/// for none. spec: 07#1.4
///
/// # Errors
/// [`SettingsError::Layout`].
pub fn rules(given: &Value) -> Result<String, SettingsError> {
    let rules = settings::object_or_text(Some(given))?;
    Ok(if rules.is_empty() {
        String::new()
    } else {
        Value::Object(rules).to_string()
    })
}

/// Reads a list of `{"Feed":{…},"Tag":{…}}` or bare feed objects. Feeds of another shape are
/// left out with a finding.
///
/// # Errors
/// [`ReadError`] when the text is not such a list or beyond the limits.
pub fn parse(bytes: &[u8]) -> Result<(Vec<FeedDescription>, Vec<Finding>), ReadError> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(ReadError::TooLarge(format!(
            "a list of feeds has at most {MAX_FILE_BYTES} bytes"
        )));
    }
    let items: Vec<Value> =
        serde_json::from_slice(bytes).map_err(|error| ReadError::Layout(error.to_string()))?;
    if items.len() > MAX_FEEDS {
        return Err(ReadError::TooLarge(format!(
            "a list of feeds has at most {MAX_FEEDS} feeds"
        )));
    }
    let mut feeds = Vec::with_capacity(items.len());
    let mut findings = Vec::new();
    for (position, item) in items.iter().enumerate() {
        match description(item) {
            Ok(feed) => feeds.push(feed),
            Err(why) => findings.push(Finding::new(format!("[{position}]"), why)),
        }
    }
    Ok((feeds, findings))
}

fn description(item: &Value) -> Result<FeedDescription, String> {
    let item = item.as_object().ok_or("not a feed")?;
    let feed = item.get("Feed").and_then(Value::as_object).unwrap_or(item);
    let text = |name: &str| feed.get(name).and_then(Value::as_str).unwrap_or_default().trim();
    let required = |name: &str| {
        Some(text(name))
            .filter(|text| !text.is_empty())
            .ok_or(format!("{name} is missing"))
    };
    let source_format = match text("source_format") {
        "" => SourceFormat::default(),
        name => SourceFormat::from_name(name).ok_or_else(|| format!("unknown source_format {name:?}"))?,
    };
    let input_source = match text("input_source") {
        "" | "network" => InputSource::Network,
        "local" => InputSource::Local,
        name => return Err(format!("unknown input_source {name:?}")),
    };
    let url = required("url")?;
    let url = if source_format == SourceFormat::Misp {
        url.trim_end_matches('/')
    } else {
        url
    };
    let switch = |name: &str| feed.get(name).is_some_and(is_on);
    Ok(FeedDescription {
        name: required("name")?.to_owned(),
        provider: text("provider").to_owned(),
        url: url.to_owned(),
        source_format,
        input_source,
        fixed_event: switch("fixed_event"),
        delta_merge: switch("delta_merge"),
        publish: switch("publish"),
        override_ids: switch("override_ids"),
        lookup_visible: switch("lookup_visible"),
        settings: FeedSettings::read(feed.get("settings")).map_err(|error| format!("settings: {error}"))?,
        rules: settings::object_or_text(feed.get("rules")).map_err(|error| format!("rules: {error}"))?,
        tag: tag(item.get("Tag")),
    })
}

fn tag(value: Option<&Value>) -> Option<FeedTag> {
    let text = |name: &str| value?.get(name)?.as_str().filter(|text| !text.is_empty());
    Some(FeedTag {
        name: text("name")?.to_owned(),
        colour: text("colour").map(str::to_owned),
    })
}

/// A switch as JSON, PHP or a form writes it.
fn is_on(value: &Value) -> bool {
    match value {
        Value::Bool(on) => *on,
        Value::Number(number) => number.as_f64().is_some_and(|number| number != 0.0),
        Value::String(text) => matches!(text.as_str(), "1" | "true"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_wrapped_and_bare_feeds() {
        let (feeds, findings) = parse(
            br#"[{"Feed":{"name":"a","url":"https://example.org/feed/","source_format":"misp","fixed_event":"1",
                  "settings":"{\"csv\":{\"value\":\"1\"}}"},"Tag":{"name":"t"}},
                 {"name":"b","url":"https://example.org/x/","publish":1,"settings":null,"rules":""},
                 {"name":"no url"}, 5, {"name":"c","url":"u","source_format":"odd"}]"#,
        )
        .unwrap();
        assert_eq!(feeds.len(), 2);
        assert_eq!(feeds[0].url, "https://example.org/feed");
        assert!(feeds[0].fixed_event && !feeds[0].publish && feeds[1].publish);
        assert_eq!(feeds[0].tag.as_ref().map(|tag| tag.name.as_str()), Some("t"));
        assert_eq!(feeds[1].url, "https://example.org/x/");
        assert_eq!(feeds[1].source_format, SourceFormat::Freetext);
        assert_eq!(
            findings.iter().map(|f| f.path.as_str()).collect::<Vec<_>>(),
            ["[2]", "[3]", "[4]"]
        );
    }

    #[test]
    fn refuses_what_is_not_a_list() {
        assert!(parse(b"{}").is_err() && parse(b"").is_err());
    }
}
