//! How many attributes there are of each type or category. spec: 04#5.2
use crate::answer::Answer;
use crate::call::{Call, truthy};
use crate::failure::Failure;
use crate::routes::Outcome;
use entente_indicator::{AttributeType, Category};
use entente_model::search::{Deletion, Query, Subject};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// `/attributes/attributeStatistics/{type|category}[/true]`.
pub async fn attributes(call: Call) -> Outcome {
    let by_category = match call.arg(0).unwrap_or("type") {
        "type" => false,
        "category" => true,
        _ => return Err(Failure::bad_request("Statistics are by type or by category.")),
    };
    let percent = call.arg(1).is_some_and(truthy);
    let query = Query {
        deletion: Deletion::Both,
        ..Query::of(Subject::Attribute)
    };
    let counts = call
        .read(move |ctx| entente_engine::search::statistics(ctx, &query, by_category))
        .await?;
    let named: BTreeMap<&'static str, i64> = counts
        .into_iter()
        .filter_map(|(id, count)| {
            let name = if by_category {
                u8::try_from(id)
                    .ok()
                    .and_then(Category::from_id)
                    .map(Category::name)
            } else {
                u16::try_from(id)
                    .ok()
                    .and_then(AttributeType::from_id)
                    .map(AttributeType::name)
            };
            name.map(|name| (name, count))
        })
        .collect();
    let total: i64 = named.values().sum();
    let shown: Map<String, Value> = named
        .into_iter()
        .map(|(name, count)| {
            let text = if percent {
                percentage(count, total)
            } else {
                count.to_string()
            };
            (name.to_owned(), Value::from(text))
        })
        .collect();
    Ok(Answer::json(&Value::Object(shown)))
}

/// Rounded to three decimals, without trailing zeros: `12.5%`.
fn percentage(count: i64, total: i64) -> String {
    // thousandths of a percent, rounded half up, in whole numbers
    let total = i128::from(total.max(1));
    let thousandths = (i128::from(count) * 200_000 + total) / (2 * total);
    let (whole, rest) = (thousandths / 1_000, thousandths % 1_000);
    if rest == 0 {
        return format!("{whole}%");
    }
    let fraction = format!("{rest:03}");
    format!("{whole}.{}%", fraction.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::percentage;

    #[test]
    fn percentages_have_no_trailing_zeros() {
        assert_eq!(percentage(1, 8), "12.5%");
        assert_eq!(percentage(1, 3), "33.333%");
        assert_eq!(percentage(2, 3), "66.667%");
        assert_eq!(percentage(3, 3), "100%");
        assert_eq!(percentage(0, 0), "0%");
    }
}
