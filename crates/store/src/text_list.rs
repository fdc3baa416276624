//! Short lists of texts kept in one column as JSON, and substring patterns.
use crate::damaged;
use entente_db::{DbError, Row};

/// The column's text.
pub(crate) fn write(list: &[String]) -> String {
    serde_json::Value::from(list).to_string()
}

/// The list in a column.
pub(crate) fn read(row: &Row<'_>, column: usize) -> Result<Vec<String>, DbError> {
    serde_json::from_str(row.get_str(column)?).map_err(|_| damaged(column, "a JSON list of texts"))
}

/// The `LIKE` pattern (with `ESCAPE '!'`) of texts that contain this one.
pub(crate) fn containing(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for c in text.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_the_text_itself() {
        assert_eq!(containing("a_b%c!"), "%a!_b!%c!!%");
        assert_eq!(write(&["a\"".to_owned()]), r#"["a\""]"#);
    }
}
