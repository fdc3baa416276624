//! Filters and paging of lists, from path, query and body; the body wins. spec: 03#1.3, 03#1.7
use crate::call::{Call, truthy};
use crate::failure::Failure;
use entente_engine::log::{Page, Term};
use entente_model::search::Range;
use entente_model::time::Seconds;
use serde_json::{Map, Value};
use uuid::Uuid;

/// Rows on a page when only the page is named.
const ROWS: i64 = 60;
/// Most rows on a page.
const MAX_ROWS: i64 = 100_000;

/// What a caller asks a list for.
pub struct Criteria(Map<String, Value>);

impl Criteria {
    /// The criteria of a request whose body may be wrapped in this name.
    ///
    /// # Errors
    /// Of a body that is no JSON.
    pub fn of(call: &Call, model: &str) -> Result<Self, Failure> {
        let mut map = Map::new();
        for (key, value) in &call.target.named {
            match key.strip_suffix("[]") {
                Some(key) => {
                    let list = map.entry(key).or_insert_with(|| Value::Array(Vec::new()));
                    if let Value::Array(list) = list {
                        list.push(Value::from(value.as_str()));
                    }
                }
                None => {
                    map.insert(key.clone(), Value::from(value.as_str()));
                }
            }
        }
        map.extend(call.json_map(model)?);
        Ok(Self(map))
    }

    /// All values under a key: a list, or one.
    #[must_use]
    pub fn texts(&self, key: &str) -> Vec<String> {
        let one = |value: &Value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(u8::from(*flag).to_string()),
            _ => None,
        };
        match self.0.get(key) {
            Some(Value::Array(list)) => list.iter().filter_map(one).collect(),
            Some(value) => one(value).into_iter().filter(|text| !text.is_empty()).collect(),
            None => Vec::new(),
        }
    }

    /// One value under a key.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<String> {
        self.texts(key).into_iter().next()
    }

    /// Text conditions under a key; several are alternatives.
    #[must_use]
    pub fn terms(&self, key: &str) -> Vec<Term> {
        self.texts(key).iter().map(|text| Term::parse(text)).collect()
    }

    /// Text to be found anywhere: `value`, `quickFilter` or `searchall`.
    #[must_use]
    pub fn anywhere(&self) -> Vec<Term> {
        ["value", "quickFilter", "quickfilter", "searchall"]
            .iter()
            .flat_map(|key| self.texts(key))
            .map(|text| Term::containing(&text))
            .collect()
    }

    /// Numbers under a key. A value that is none finds nothing.
    #[must_use]
    pub fn numbers(&self, key: &str) -> Vec<i64> {
        self.texts(key)
            .iter()
            .map(|text| text.trim().parse().unwrap_or(-1))
            .collect()
    }

    /// Numbers under a key, where there are any.
    #[must_use]
    pub fn some_numbers(&self, key: &str) -> Option<Vec<i64>> {
        Some(self.numbers(key)).filter(|numbers| !numbers.is_empty())
    }

    /// Uuids under a key, where there is anything. A value that is none finds nothing.
    #[must_use]
    pub fn some_uuids(&self, key: &str) -> Option<Vec<Uuid>> {
        let texts = self.texts(key);
        (!texts.is_empty()).then(|| {
            let uuid = |text: &String| entente_model::id::parse_uuid(text).unwrap_or_default();
            texts.iter().map(uuid).collect()
        })
    }

    /// Yes or no under a key; both named together are no condition.
    #[must_use]
    pub fn state(&self, key: &str) -> Option<bool> {
        let texts = self.texts(key);
        let (yes, no) = (
            texts.iter().any(|text| truthy(text)),
            texts.iter().any(|text| !truthy(text)),
        );
        (yes != no).then_some(yes)
    }

    /// A time from which on, or a list of two between which. spec: 04#2.1
    ///
    /// # Errors
    /// 400 for a list of another length.
    pub fn times(&self, key: &str, now: Seconds) -> Result<Range, Failure> {
        let texts = self.texts(key);
        let time = |text: &str| entente_model::time::filter_time(text, now);
        match texts.as_slice() {
            [] => Ok(Range::default()),
            [from] => Ok(Range {
                from: Some(time(from)).filter(|from| *from != 0),
                to: None,
            }),
            [one, other] => {
                let (one, other) = (time(one), time(other));
                Ok(Range {
                    from: Some(one.min(other)).filter(|from| *from != 0),
                    to: Some(one.max(other)),
                })
            }
            _ => Err(Failure::bad_request(format!(
                "Invalid value for {key}: give one time, or a list of two."
            ))),
        }
    }

    /// The page asked for, if any.
    #[must_use]
    pub fn page(&self) -> Option<Page> {
        let number = |key: &str| self.text(key).and_then(|text| text.trim().parse::<i64>().ok());
        let (limit, page) = (
            number("limit").filter(|n| *n > 0),
            number("page").filter(|n| *n > 0),
        );
        (limit.is_some() || page.is_some()).then(|| Page {
            limit: limit.unwrap_or(ROWS).min(MAX_ROWS),
            number: page.unwrap_or(1),
        })
    }

    /// The page asked for, or the first one.
    #[must_use]
    pub fn page_or_first(&self) -> Page {
        self.page().unwrap_or(Page {
            limit: ROWS,
            number: 1,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn criteria(value: Value) -> Criteria {
        Criteria(match value {
            Value::Object(map) => map,
            _ => Map::new(),
        })
    }

    #[test]
    fn values_come_alone_or_in_lists() {
        let given = criteria(json!({ "a": ["x", 2], "b": "y", "c": "" }));
        assert_eq!(given.texts("a"), ["x", "2"]);
        assert_eq!(given.texts("b"), ["y"]);
        assert!(given.texts("c").is_empty());
        assert_eq!(given.numbers("b"), [-1]);
    }

    #[test]
    fn pages_have_a_size() {
        let page = |value| criteria(value).page().map(|page| (page.limit, page.number));
        assert_eq!(page(json!({})), None);
        assert_eq!(page(json!({ "limit": 1, "page": "1" })), Some((1, 1)));
        assert_eq!(page(json!({ "page": 3 })), Some((ROWS, 3)));
        assert_eq!(page(json!({ "limit": 0 })), None);
    }
}
