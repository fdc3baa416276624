//! Decaying models: how the confidence in an indicator fades. spec: 05#5
//!
//! The file layout is here; the arithmetic is in [`score`], its course over time in [`course`].

pub mod course;
pub mod score;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::finding::{Finding, ReadError};

/// Most bytes of a file.
pub const MAX_FILE_BYTES: usize = 1 << 20;

/// A model as published.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DecayingModel {
    /// Identifies the model across instances.
    pub uuid: Uuid,
    /// The name.
    pub name: String,
    /// What the model is for.
    pub description: String,
    /// How the score is computed.
    pub formula: Formula,
    /// The numbers of the formula.
    pub parameters: Parameters,
    /// Names of the attribute types the model is for.
    pub attribute_types: Vec<String>,
    /// Addresses of literature.
    #[serde(rename = "ref")]
    pub references: Vec<String>,
    /// Grows with each release.
    pub version: u64,
}

/// How a score is computed. Names are compared without regard to case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
pub enum Formula {
    /// Falls from the base score to nothing over the lifetime.
    #[default]
    Polynomial,
    /// The same, but nothing once a `retention` tag has run out.
    PolynomialExtended,
    /// The base score by the share of confirming sightings.
    Sightings,
}

impl Formula {
    /// The name in files and answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Polynomial => "Polynomial",
            Self::PolynomialExtended => "PolynomialExtended",
            Self::Sightings => "Sightings",
        }
    }

    /// The formula of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let every = [Self::Polynomial, Self::PolynomialExtended, Self::Sightings];
        every
            .into_iter()
            .find(|formula| formula.as_str().eq_ignore_ascii_case(name))
    }
}

/// The numbers of a model, each rounded to four digits. spec: 05#5.1
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Parameters {
    /// Days until the score is 0.
    #[serde(serialize_with = "plain_number")]
    pub lifetime: f64,
    /// How much later the score falls: 1 falls evenly, more falls early.
    #[serde(serialize_with = "plain_number")]
    pub decay_speed: f64,
    /// Below this score a value counts as decayed.
    #[serde(serialize_with = "plain_number")]
    pub threshold: f64,
    /// The base score when no tag says anything.
    #[serde(serialize_with = "plain_number")]
    pub default_base_score: f64,
    /// The weight of each tag base.
    #[serde(serialize_with = "plain_numbers")]
    pub base_score_config: BTreeMap<String, f64>,
    /// Further numbers a formula may need, such as `minimum_sightings`.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub settings: Map<String, Value>,
}

impl Parameters {
    /// Reads the `parameters` object; missing or unreadable numbers are 0, the latter with a
    /// finding.
    #[must_use]
    pub fn from_json(object: &Map<String, Value>, findings: &mut Vec<Finding>) -> Self {
        let mut read = |name: &str| number(object.get(name), &format!("parameters.{name}"), findings);
        let (lifetime, decay_speed) = (read("lifetime"), read("decay_speed"));
        let (threshold, default_base_score) = (read("threshold"), read("default_base_score"));
        let mut base_score_config = BTreeMap::new();
        // An empty map arrives as an empty list from servers that do not tell the two apart.
        if let Some(Value::Object(weights)) = object.get("base_score_config") {
            for (base, weight) in weights {
                let path = format!("parameters.base_score_config.{base}");
                base_score_config.insert(base.clone(), number(Some(weight), &path, findings));
            }
        }
        let settings = object
            .get("settings")
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default();
        Self {
            lifetime,
            decay_speed,
            threshold,
            default_base_score,
            base_score_config,
            settings,
        }
    }

    /// A number from the further settings.
    #[must_use]
    pub fn setting(&self, name: &str) -> Option<f64> {
        self.settings.get(name).and_then(as_number)
    }

    /// The same with some numbers replaced by those of a request.
    #[must_use]
    pub fn with(&self, overrides: &Overrides) -> Self {
        let mut changed = self.clone();
        let replace = |number: &mut f64, by: Option<f64>| *number = by.map_or(*number, round);
        replace(&mut changed.lifetime, overrides.lifetime);
        replace(&mut changed.decay_speed, overrides.decay_speed);
        replace(&mut changed.threshold, overrides.threshold);
        changed
    }
}

/// Numbers a request puts in place of the model's; its `score` is a threshold. spec: 05#5.3
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Overrides {
    /// Days until the score is 0.
    pub lifetime: Option<f64>,
    /// How much later the score falls.
    pub decay_speed: Option<f64>,
    /// Below this score a value counts as decayed.
    pub threshold: Option<f64>,
}

/// Reads a published model.
///
/// # Errors
/// [`ReadError`] when the file is not a model, its formula is unknown or it is too large.
pub fn parse(bytes: &[u8]) -> Result<(DecayingModel, Vec<Finding>), ReadError> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(ReadError::TooLarge(format!(
            "a decaying model has at most {MAX_FILE_BYTES} bytes"
        )));
    }
    let file: File = serde_json::from_slice(bytes).map_err(|error| ReadError::Layout(error.to_string()))?;
    let formula = Formula::from_name(&file.formula)
        .ok_or_else(|| ReadError::Layout(format!("unknown formula {:?}", file.formula)))?;
    let mut findings = Vec::new();
    let model = DecayingModel {
        uuid: file.uuid,
        name: file.name,
        description: file.description,
        formula,
        parameters: Parameters::from_json(&file.parameters, &mut findings),
        attribute_types: file.attribute_types,
        references: file.references,
        version: file.version,
    };
    Ok((model, findings))
}

#[derive(Deserialize)]
struct File {
    uuid: Uuid,
    name: String,
    #[serde(default)]
    description: String,
    formula: String,
    parameters: Map<String, Value>,
    #[serde(default)]
    attribute_types: Vec<String>,
    #[serde(default, rename = "ref")]
    references: Vec<String>,
    #[serde(default)]
    version: u64,
}

fn number(value: Option<&Value>, path: &str, findings: &mut Vec<Finding>) -> f64 {
    match value {
        None | Some(Value::Null) => 0.0,
        Some(value) => as_number(value).map_or_else(
            || {
                findings.push(Finding::new(path, "not a number, taken as 0"));
                0.0
            },
            round,
        ),
    }
}

fn as_number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number: &f64| number.is_finite())
}

/// To four digits; a number too large to have such digits stays.
fn round(number: f64) -> f64 {
    let rounded = (number * 10_000.0).round() / 10_000.0;
    if rounded.is_finite() { rounded } else { number }
}

/// Whole numbers without a fraction, as they stand in published models.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn plain_number<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    Plain(*number).serialize(serializer)
}

fn plain_numbers<S: Serializer>(numbers: &BTreeMap<String, f64>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(numbers.iter().map(|(base, number)| (base, Plain(*number))))
}

struct Plain(f64);

impl Serialize for Plain {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // A whole number's text is that of an integer.
        match format!("{}", self.0).parse::<i64>() {
            Ok(whole) => serializer.serialize_i64(whole),
            Err(_) => serializer.serialize_f64(self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = r#"{"uuid":"073fae4a-0000-4000-8000-000000000000","name":"m","formula":"polynomial",
        "parameters":{"lifetime":"120","decay_speed":2.33333,"threshold":30,
          "base_score_config":{"retention":0.5},"settings":{"minimum_sightings":2}},
        "attribute_types":["url"],"version":2}"#;

    #[test]
    fn reads_and_rounds_the_numbers() {
        let (model, findings) = parse(SAMPLE.as_bytes()).unwrap();
        assert_eq!(findings, []);
        assert_eq!(model.formula, Formula::Polynomial);
        assert_eq!(
            (model.parameters.lifetime, model.parameters.decay_speed),
            (120.0, 2.3333)
        );
        assert_eq!(model.parameters.default_base_score, 0.0, "missing numbers are 0");
        assert_eq!(model.parameters.setting("minimum_sightings"), Some(2.0));
        let over = Overrides {
            threshold: Some(55.0),
            ..Overrides::default()
        };
        let changed = model.parameters.with(&over);
        assert_eq!((changed.threshold, changed.lifetime), (55.0, 120.0));
    }

    #[test]
    fn writes_whole_numbers_without_a_fraction() {
        let (model, _) = parse(SAMPLE.as_bytes()).unwrap();
        let json = serde_json::to_value(&model).unwrap();
        assert_eq!(json["parameters"]["lifetime"], serde_json::json!(120));
        assert_eq!(json["parameters"]["decay_speed"], serde_json::json!(2.3333));
        assert_eq!(json["formula"], "Polynomial");
        let (again, findings) = parse(json.to_string().as_bytes()).unwrap();
        assert_eq!((again, findings), (model, vec![]));
    }

    #[test]
    fn refuses_unknown_formulas_and_names_bad_numbers() {
        assert!(matches!(
            parse(SAMPLE.replace("polynomial", "linear").as_bytes()),
            Err(ReadError::Layout(_))
        ));
        let (_, findings) = parse(SAMPLE.replace("\"120\"", "\"soon\"").as_bytes()).unwrap();
        assert_eq!(findings[0].path, "parameters.lifetime");
    }
}
