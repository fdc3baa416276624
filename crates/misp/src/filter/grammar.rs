//! Values of parameters: alternatives, times, numbers, switches. spec: 04#2
use super::{FilterError, Params};
use entente_model::search::{Lists, Page, Range};
use entente_model::time::{Seconds, filter_time};
use serde_json::Value;

/// A scalar as text.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(true) => Some("1".to_owned()),
        Value::Bool(false) => Some("0".to_owned()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Whether a value stands for "no filter".
fn is_absent(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(wanted) => !wanted,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => matches!(text.trim(), "" | "0"),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
    }
}

/// Alternatives: a scalar, `a&&b&&!c`, a list, or an object of `OR`, `AND` and `NOT`.
pub(super) fn lists(value: Option<&Value>) -> Option<Lists<String>> {
    let value = value.filter(|value| !is_absent(value))?;
    let mut lists = Lists::default();
    match value {
        Value::Array(items) => {
            for item in items.iter().filter_map(scalar) {
                signed(&mut lists, &item);
            }
        }
        Value::Object(map) => {
            for (operator, value) in map {
                let list = match operator.to_ascii_uppercase().as_str() {
                    "OR" => &mut lists.any,
                    "AND" => &mut lists.all,
                    "NOT" => &mut lists.none,
                    // a PHP list whose keys are numbers
                    _ => {
                        if let Some(item) = scalar(value) {
                            signed(&mut lists, &item);
                        }
                        continue;
                    }
                };
                match value {
                    Value::Array(items) => list.extend(items.iter().filter_map(scalar)),
                    value => list.extend(scalar(value)),
                }
                list.retain(|item| !item.is_empty());
            }
        }
        value => {
            for item in scalar(value)?.split("&&") {
                signed(&mut lists, item);
            }
        }
    }
    (!lists.is_empty()).then_some(lists)
}

fn signed(lists: &mut Lists<String>, item: &str) {
    let item = item.trim();
    let (list, item) = match item.strip_prefix('!') {
        Some(rest) => (&mut lists.none, rest.trim()),
        None => (&mut lists.any, item),
    };
    if !item.is_empty() {
        list.push(item.to_owned());
    }
}

/// A switch, also as text.
pub(super) fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(wanted) => Some(*wanted),
        Value::Number(number) => number.as_f64().map(|number| number != 0.0),
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "" | "null" => None,
            "0" | "false" | "no" => Some(false),
            _ => Some(true),
        },
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Which of false and true are wanted; `None` = not asked.
pub(super) fn switch(value: Option<&Value>) -> Option<(bool, bool)> {
    let one = |wanted: bool| (!wanted, wanted);
    match value? {
        Value::Array(items) => {
            let wanted: Vec<bool> = items.iter().filter_map(boolean).collect();
            (!wanted.is_empty()).then(|| (wanted.contains(&false), wanted.contains(&true)))
        }
        Value::String(word) if matches!(word.trim(), "exclude") => Some(one(false)),
        Value::String(word) if matches!(word.trim(), "only") => Some(one(true)),
        value => boolean(value).map(one),
    }
}

/// A single time in seconds.
pub(super) fn time(value: &Value, now: Seconds) -> Seconds {
    match value {
        Value::Number(number) => number.as_i64().unwrap_or_else(|| {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a saturating cut of the fraction is what is asked for"
            )]
            number
                .as_f64()
                .map_or(now.saturating_add(1), |float| float as i64)
        }),
        value => scalar(value).map_or(now.saturating_add(1), |text| filter_time(&text, now)),
    }
}

/// A time or a range of times; `None` = not asked, or no limit.
pub(super) fn times(params: &Params, name: &'static str, now: Seconds) -> Result<Option<Range>, FilterError> {
    let Some(value) = params.get(name).filter(|value| !is_absent(value)) else {
        return Ok(None);
    };
    let range = match value {
        Value::Array(ends) => match &ends[..] {
            [first, second] => {
                let (first, second) = (time(first, now), time(second, now));
                let (low, high) = (first.min(second), first.max(second));
                Range {
                    from: (low != 0).then_some(low),
                    to: Some(high),
                }
            }
            _ => return Err(FilterError::TimeList(name)),
        },
        Value::Object(_) => return Err(FilterError::TimeList(name)),
        value => match time(value, now) {
            0 => return Ok(None),
            from => Range::from(from),
        },
    };
    Ok(Some(range))
}

/// `limit` and `page`. What is no positive number is no limit.
pub(super) fn page(params: &Params) -> Page {
    let number = |name| {
        params
            .text(name)
            .and_then(|text| text.parse::<i64>().ok())
            .filter(|number| *number > 0)
    };
    Page {
        limit: number("limit"),
        number: number("page").unwrap_or(1),
    }
}
