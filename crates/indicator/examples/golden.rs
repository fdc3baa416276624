//! Compares this crate with recorded answers: reads JSON lines `{type, input, ok, stored_value, to_ids}` on
//! standard input and prints what differs.

use std::io::{BufRead, Write};

use entente_indicator::{AttributeType, ImportRules, Today, prepare};

fn main() -> std::io::Result<()> {
    let today = Today::from_unix_seconds(1_795_290_000);
    let mut out = std::io::stdout().lock();
    let (mut total, mut different) = (0u32, 0u32);
    for line in std::io::stdin().lock().lines() {
        let answer: serde_json::Value = serde_json::from_str(&line?)?;
        let text = |key: &str| answer.get(key).and_then(serde_json::Value::as_str);
        let (Some(name), Some(input)) = (text("type"), text("input")) else {
            continue;
        };
        let Some(ty) = AttributeType::from_name(name) else {
            continue;
        };
        total += 1;
        let ours = prepare(ty, input, ImportRules::shipped(), today);
        let same = match &ours {
            Ok(value) => {
                text("stored_value") == Some(&value.joined())
                    && answer.get("to_ids").and_then(serde_json::Value::as_bool) == Some(ty.default_to_ids())
            }
            Err(_) => answer.get("ok").and_then(serde_json::Value::as_bool) == Some(false),
        };
        if !same {
            different += 1;
            let recorded = text("stored_value").unwrap_or("refused");
            writeln!(out, "{name} {input:?}: recorded {recorded:?}, ours {ours:?}")?;
        }
    }
    writeln!(out, "{different} of {total} differ")
}
