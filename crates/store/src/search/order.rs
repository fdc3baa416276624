//! `ORDER BY`, from a closed list of keys.
use super::Search;
use super::driver::Driver;
use super::sql::Sql;
use entente_indicator::{AttributeType, Category};
use entente_model::search::{Key, Subject};
use std::sync::OnceLock;

impl Search<'_> {
    /// The columns of the order, ending with the id so that pages never overlap. Keys that the subject does not
    /// have are passed over. Walking by event the same order is spelled so that no sorting is needed.
    pub(super) fn order<'s>(&'s self, sql: &mut Sql<'s>) {
        let subject = self.query.subject;
        let by_event = matches!(self.driver, Driver::Events(_));
        sql.push(" ORDER BY ");
        for step in &self.query.order {
            let direction = if step.descending { " DESC, " } else { ", " };
            if (subject, step.key) == (Subject::Event, Key::AttributeCount) {
                self.visible_count(sql);
                sql.push(direction);
                continue;
            }
            for column in columns(subject, step.key).unwrap_or_default() {
                sql.push(column).push(direction);
            }
        }
        sql.push(match (subject, by_event) {
            (Subject::Event, _) => "e.no",
            (Subject::Attribute, true) => "e.no, a.id",
            (Subject::Attribute, false) => "a.id",
            (Subject::Object, true) => "e.no, o.id",
            (Subject::Object, false) => "o.id",
        });
    }

    /// How many live attributes of event `e` the reader sees: the number that it keeps, unless some are hidden.
    fn visible_count<'s>(&'s self, sql: &mut Sql<'s>) {
        sql.push("CASE WHEN ");
        self.hides_something(sql);
        sql.push(
            " THEN (SELECT COUNT(*) FROM attribute a WHERE a.id >= e.no * 16777216 AND a.id < (e.no + 1) * 16777216 \
             AND a.flags % 4 < 2 AND ",
        )
        .visible(self.reader.scope, "COALESCE(a.label, e.label)")
        .push(") ELSE e.attribute_count END");
    }
}

fn columns(subject: Subject, key: Key) -> Option<Vec<&'static str>> {
    match subject {
        Subject::Event => event_column(key).map(|column| vec![column]),
        Subject::Attribute => attribute_columns(key),
        Subject::Object => (key == Key::Id).then(|| vec!["o.id"]),
    }
}

fn event_column(key: Key) -> Option<&'static str> {
    Some(match key {
        Key::Id => "e.no",
        Key::Info => "LOWER(e.info)",
        Key::Date => "e.day",
        Key::Analysis => "e.analysis",
        Key::ThreatLevel => "e.threat_level",
        Key::Distribution => "e.distribution",
        Key::Timestamp => "e.timestamp",
        Key::PublishTimestamp => "e.publish_timestamp",
        Key::Published => "e.published",
        Key::Owner => "e.org_id",
        Key::Creator => "e.orgc_id",
        Key::Uuid => "e.uuid",
        _ => return None,
    })
}

fn attribute_columns(key: Key) -> Option<Vec<&'static str>> {
    Some(match key {
        Key::Id => vec!["a.id"],
        Key::Event => vec!["e.no"],
        Key::Object => {
            vec!["CASE WHEN a.object_seq IS NULL THEN 0 ELSE e.no * 16777216 + a.object_seq END"]
        }
        Key::Kind => vec![kind_rank()],
        Key::Category => vec![category_rank()],
        Key::Value => vec!["LOWER(a.value1)", "LOWER(COALESCE(a.value2, ''))"],
        Key::Distribution => vec!["COALESCE(a.distribution, 5)"],
        Key::Timestamp => vec!["a.timestamp"],
        Key::Relation => vec!["LOWER(COALESCE(a.relation, ''))"],
        Key::Uuid => vec!["a.uuid"],
        Key::PublishTimestamp => vec!["e.publish_timestamp"],
        _ => return None,
    })
}

/// Types are stored by number and sorted by name, ignoring case.
fn kind_rank() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| {
        let mut types: Vec<(String, i64)> = AttributeType::all()
            .map(|ty| (ty.name().to_ascii_lowercase(), i64::from(ty.id())))
            .collect();
        types.sort_unstable();
        rank("a.kind", types.into_iter().map(|(_, id)| id))
    })
}

fn category_rank() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| {
        let mut categories: Vec<(&str, i64)> = Category::all()
            .map(|category| (category.name(), i64::from(category.id())))
            .collect();
        categories.sort_unstable();
        rank("a.category", categories.into_iter().map(|(_, id)| id))
    })
}

fn rank(column: &str, ids: impl Iterator<Item = i64>) -> String {
    use std::fmt::Write as _;
    let mut text = format!("CASE {column}");
    for (place, id) in ids.enumerate() {
        // writing to a string never fails
        let _ = write!(text, " WHEN {id} THEN {place}");
    }
    text.push_str(" ELSE 9999 END");
    text
}
