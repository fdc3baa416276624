//! What `entente admin` prints: a table or lines for people, JSON for programs.
use entente_model::account::User;
use entente_model::organisation::Organisation;
use entente_model::role::Role;
use serde_json::{Map, Value};
use std::fmt::Write;

/// Named values in the order in which they are shown.
pub type Row = Vec<(&'static str, Value)>;

/// The outcome of a command.
pub enum Report {
    /// What was made or changed.
    One(Row),
    /// What there is.
    List(Vec<Row>),
}

impl Report {
    /// What was made or changed.
    pub fn one(row: Row) -> Self {
        Self::One(row)
    }
    /// What there is.
    pub fn list(rows: Vec<Row>) -> Self {
        Self::List(rows)
    }

    /// The text to print.
    pub fn text(&self, json: bool) -> String {
        match (self, json) {
            (Self::One(row), true) => format!("{}\n", object(row)),
            (Self::List(rows), true) => {
                format!("{}\n", Value::from(rows.iter().map(object).collect::<Vec<_>>()))
            }
            (Self::One(row), false) => row.iter().filter(|(_, value)| !value.is_null()).fold(
                String::new(),
                |mut text, (name, value)| {
                    // Writing to a string cannot fail.
                    let _ = writeln!(text, "{name:<10} {}", shown(value));
                    text
                },
            ),
            (Self::List(rows), false) => table(rows),
        }
    }
}

fn object(row: &Row) -> Value {
    let map: Map<String, Value> = row
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect();
    Value::Object(map)
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        other => other.to_string(),
    }
}

fn table(rows: &[Row]) -> String {
    let Some(first) = rows.first() else {
        return String::new();
    };
    let head: Vec<String> = first.iter().map(|(name, _)| (*name).to_owned()).collect();
    let lines: Vec<Vec<String>> = std::iter::once(head)
        .chain(
            rows.iter()
                .map(|row| row.iter().map(|(_, value)| shown(value)).collect()),
        )
        .collect();
    let widths: Vec<usize> = (0..first.len())
        .map(|column| {
            let cells = lines.iter().filter_map(|line| line.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        })
        .collect();
    lines.iter().fold(String::new(), |mut text, line| {
        let cells: Vec<String> = line
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        let _ = writeln!(text, "{}", cells.join("  ").trim_end());
        text
    })
}

/// An account as a row.
pub fn user_row(user: &User, orgs: &[Organisation], roles: &[Role]) -> Row {
    let org = orgs
        .iter()
        .find(|org| org.id == user.org)
        .map(|org| org.name.clone());
    let role = roles
        .iter()
        .find(|role| role.id == user.role)
        .map(|role| role.name.clone());
    vec![
        ("id", user.id.0.into()),
        ("email", user.email.clone().into()),
        ("org", org.into()),
        ("role", role.into()),
        ("disabled", user.disabled.into()),
    ]
}

/// An organisation as a row.
pub fn org_row(org: &Organisation) -> Row {
    vec![
        ("id", org.id.0.into()),
        ("uuid", org.uuid.to_string().into()),
        ("name", org.name.clone().into()),
        ("local", org.local.into()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_see_a_table_and_programs_see_json() {
        let list = Report::list(vec![
            vec![("id", 1.into()), ("name", "A".into())],
            vec![("id", 22.into()), ("name", "Long".into())],
        ]);
        assert_eq!(list.text(false), "id  name\n1   A\n22  Long\n");
        assert_eq!(
            list.text(true),
            "[{\"id\":1,\"name\":\"A\"},{\"id\":22,\"name\":\"Long\"}]\n"
        );
        let one = Report::one(vec![("key", Value::Null), ("email", "a@b.test".into())]);
        assert_eq!(one.text(false), "email      a@b.test\n");
        assert_eq!(one.text(true), "{\"key\":null,\"email\":\"a@b.test\"}\n");
    }
}
