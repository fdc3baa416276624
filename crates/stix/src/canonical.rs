//! Canonical JSON (RFC 8785): one text for each value, so that equal content has one hash.
use serde_json::Value;

/// The canonical text of a value.
#[must_use]
pub fn text(value: &Value) -> String {
    let mut out = String::new();
    push(&mut out, value);
    out
}

fn push(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => push_number(out, number),
        Value::String(text) => push_text(out, text),
        Value::Array(list) => {
            out.push('[');
            for (i, value) in list.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                push(out, value);
            }
            out.push(']');
        }
        Value::Object(map) => {
            let mut members: Vec<(&String, &Value)> = map.iter().collect();
            members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            out.push('{');
            for (i, (key, value)) in members.into_iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                push_text(out, key);
                out.push(':');
                push(out, value);
            }
            out.push('}');
        }
    }
}

fn push_text(out: &mut String, text: &str) {
    out.push('"');
    for ch in text.chars() {
        match ch {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            ch if ch < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(ch))),
            ch => out.push(ch),
        }
    }
    out.push('"');
}

/// Numbers as ECMAScript prints them.
fn push_number(out: &mut String, number: &serde_json::Number) {
    if number.is_i64() || number.is_u64() {
        out.push_str(&number.to_string());
        return;
    }
    let value = number.as_f64().unwrap_or_default();
    if value == 0.0 {
        out.push('0');
        return;
    }
    // Shortest digits that read back as the same number, and where the point stands in them.
    let scientific = format!("{:e}", value.abs());
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let zeros = |n: i32| "0".repeat(usize::try_from(n).unwrap_or_default());
    let point = exponent + 1;
    if value < 0.0 {
        out.push('-');
    }
    if count <= point && point <= 21 {
        out.push_str(&digits);
        out.push_str(&zeros(point - count));
    } else if 0 < point && point <= 21 {
        let (whole, rest) = digits.split_at(usize::try_from(point).unwrap_or_default());
        out.push_str(whole);
        out.push('.');
        out.push_str(rest);
    } else if -6 < point && point <= 0 {
        out.push_str("0.");
        out.push_str(&zeros(-point));
        out.push_str(&digits);
    } else {
        let (first, rest) = digits.split_at(1);
        out.push_str(first);
        if !rest.is_empty() {
            out.push('.');
            out.push_str(rest);
        }
        out.push_str(&format!(
            "e{}{}",
            if exponent < 0 { '-' } else { '+' },
            exponent.abs()
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn members_are_sorted_and_texts_escaped_minimally() {
        let value = json!({"\u{e9}": "\u{20ac}\n\u{1}\"\\/", "b": [true, null], "a": {}});
        assert_eq!(
            text(&value),
            "{\"a\":{},\"b\":[true,null],\"\u{e9}\":\"\u{20ac}\\n\\u0001\\\"\\\\/\"}"
        );
        // by UTF-16, where a surrogate stands before the last characters of the basic plane
        assert_eq!(
            text(&json!({"\u{ff5e}": 1, "\u{1f600}": 2})),
            "{\"\u{1f600}\":2,\"\u{ff5e}\":1}"
        );
    }

    #[test]
    fn numbers_look_as_ecmascript_prints_them() {
        for (number, expected) in [
            (json!(0.0), "0"),
            (json!(-0.0), "0"),
            (json!(1), "1"),
            (json!(4.50), "4.5"),
            (json!(1e21), "1e+21"),
            (json!(1e20), "100000000000000000000"),
            (json!(333_333_333.333_333_3), "333333333.3333333"),
            (json!(2e-3), "0.002"),
            (json!(1e-7), "1e-7"),
            (json!(-1.5e-9), "-1.5e-9"),
            (json!(5e-324), "5e-324"),
        ] {
            assert_eq!(text(&number), expected);
        }
    }
}
