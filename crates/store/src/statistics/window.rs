//! Figures over part of what a scope sees: a span of time, some creators. spec: 08#8.2, 08#9, 08#15
use super::pair;
use crate::filter::Conditions;
use entente_db::{DbError, Tx};
use entente_model::id::{OrgId, TagId, UserId};
use entente_model::search::Range;
use entente_model::time::{Day, Seconds};
use entente_policy::Scope;

/// Which events count. Everything given must hold.
#[derive(Debug, Clone, Default)]
pub struct Window {
    /// Of these creators.
    pub creators: Option<Vec<i64>>,
    /// About days in this range.
    pub days: Range,
    /// With an edit version in this range, in seconds.
    pub changed: Range,
    /// Published last in this range, in seconds.
    pub published_at: Range,
    /// Whether published.
    pub published: Option<bool>,
}

impl Window {
    fn apply<'a>(&'a self, conditions: &mut Conditions<'a>, scope: &'a Scope) {
        conditions.visible(scope, "e.label");
        conditions.one_of("e.orgc_id", self.creators.as_deref());
        conditions.range("e.day", self.days);
        conditions.range("e.timestamp", self.changed);
        conditions.range("e.publish_timestamp", self.published_at);
        conditions.flag("e.published", self.published);
    }
}

/// How many events carry each tag.
///
/// # Errors
/// Of the database.
pub fn event_tags(tx: &mut Tx<'_>, scope: &Scope, window: &Window) -> Result<Vec<(TagId, i64)>, DbError> {
    let mut conditions = Conditions::default();
    window.apply(&mut conditions, scope);
    let sql = format!(
        "SELECT t.tag_id, COUNT(*) FROM event e JOIN event_tag t ON t.event_no = e.no{} GROUP BY t.tag_id",
        conditions.clause()
    );
    let rows = tx.all(&sql, conditions.values(), pair)?;
    Ok(rows.into_iter().map(|(tag, count)| (TagId(tag), count)).collect())
}

/// How many live attributes carry each tag.
///
/// # Errors
/// Of the database.
pub fn attribute_tags(tx: &mut Tx<'_>, scope: &Scope, window: &Window) -> Result<Vec<(TagId, i64)>, DbError> {
    let mut conditions = Conditions::default();
    window.apply(&mut conditions, scope);
    conditions.visible(scope, "COALESCE(a.label, e.label)");
    conditions.add("a.flags % 4 < 2");
    let sql = format!(
        "SELECT t.tag_id, COUNT(*) FROM attribute_tag t JOIN attribute a ON a.id = t.attribute_id \
         JOIN event e ON e.no = (t.attribute_id >> 24){} GROUP BY t.tag_id",
        conditions.clause()
    );
    let rows = tx.all(&sql, conditions.values(), pair)?;
    Ok(rows.into_iter().map(|(tag, count)| (TagId(tag), count)).collect())
}

/// Which attributes count.
#[derive(Debug, Clone, Default)]
pub struct Values {
    /// Changed since, in seconds.
    pub since: Seconds,
    /// Of these types.
    pub kinds: Option<Vec<i64>>,
    /// In these categories.
    pub categories: Option<Vec<i64>>,
    /// Whether for detection.
    pub to_ids: Option<bool>,
    /// In events of these creators.
    pub creators: Option<Vec<i64>>,
}

/// The values that occur most often among live attributes, with how often; the more frequent first.
///
/// # Errors
/// Of the database.
pub fn values(
    tx: &mut Tx<'_>,
    scope: &Scope,
    values: &Values,
    limit: i64,
) -> Result<Vec<(String, i64)>, DbError> {
    let mut conditions = Conditions::default();
    conditions.push("t.day >= $", Day::of(values.since).0);
    conditions.push("a.timestamp >= $", values.since);
    conditions.visible(scope, "e.label");
    conditions.visible(scope, "COALESCE(a.label, e.label)");
    conditions.add("a.flags % 4 < 2");
    conditions.one_of("a.kind", values.kinds.as_deref());
    conditions.one_of("a.category", values.categories.as_deref());
    conditions.one_of("e.orgc_id", values.creators.as_deref());
    match values.to_ids {
        Some(true) => conditions.add("a.flags % 2 = 1"),
        Some(false) => conditions.add("a.flags % 2 = 0"),
        None => {}
    }
    let limit = conditions.bind(limit);
    let sql = format!(
        "SELECT a.value1, a.value2, COUNT(*) AS n FROM time_ix t JOIN attribute a ON a.id = t.id \
         JOIN event e ON e.no = (t.id >> 24){} GROUP BY a.value1, a.value2 ORDER BY n DESC, a.value1 LIMIT ${limit}",
        conditions.clause()
    );
    tx.all(&sql, conditions.values(), |row| {
        let first = row.get_string(0)?;
        let value = match row.get_opt_string(1)? {
            Some(second) => format!("{first}|{second}"),
            None => first,
        };
        Ok((value, row.get_int(2)?))
    })
}

/// Events by the day they are about.
///
/// # Errors
/// Of the database.
pub fn events_by_day(tx: &mut Tx<'_>, scope: &Scope, window: &Window) -> Result<Vec<(Day, i64)>, DbError> {
    let mut conditions = Conditions::default();
    window.apply(&mut conditions, scope);
    let sql = format!(
        "SELECT e.day, COUNT(*) FROM event e{} GROUP BY e.day ORDER BY e.day",
        conditions.clause()
    );
    let rows = tx.all(&sql, conditions.values(), pair)?;
    Ok(rows.into_iter().map(|(day, count)| (Day(day), count)).collect())
}

/// Events by their creator.
///
/// # Errors
/// Of the database.
pub fn events_by_org(tx: &mut Tx<'_>, scope: &Scope, window: &Window) -> Result<Vec<(OrgId, i64)>, DbError> {
    let mut conditions = Conditions::default();
    window.apply(&mut conditions, scope);
    let sql = format!(
        "SELECT e.orgc_id, COUNT(*) FROM event e{} GROUP BY e.orgc_id",
        conditions.clause()
    );
    let rows = tx.all(&sql, conditions.values(), pair)?;
    Ok(rows.into_iter().map(|(org, count)| (OrgId(org), count)).collect())
}

/// Events by the local account that has brought them.
///
/// # Errors
/// Of the database.
pub fn events_by_user(
    tx: &mut Tx<'_>,
    scope: &Scope,
    window: &Window,
) -> Result<Vec<(UserId, i64)>, DbError> {
    let mut conditions = Conditions::default();
    window.apply(&mut conditions, scope);
    let sql = format!(
        "SELECT e.user_id, COUNT(*) FROM event e{} GROUP BY e.user_id",
        conditions.clause()
    );
    let rows = tx.all(&sql, conditions.values(), pair)?;
    Ok(rows
        .into_iter()
        .map(|(user, count)| (UserId(user), count))
        .collect())
}

/// Threads and posts, each in all and since a moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Discussions {
    /// Threads.
    pub threads: (i64, i64),
    /// Posts.
    pub posts: (i64, i64),
}

/// Counts discussions.
///
/// # Errors
/// Of the database.
pub fn discussions(tx: &mut Tx<'_>, scope: &Scope, since: Seconds) -> Result<Discussions, DbError> {
    let mut conditions = Conditions::default();
    let from = conditions.bind(since);
    conditions.visible(scope, "COALESCE(e.label, t.label)");
    let count = |of: &str, join: &str, conditions: &Conditions<'_>| {
        format!(
            "SELECT COUNT(*), COUNT(CASE WHEN {of}.created >= ${from} THEN 1 END) FROM thread t{join} \
             LEFT JOIN event e ON e.no = t.event_no{}",
            conditions.clause()
        )
    };
    let threads = tx.first(&count("t", "", &conditions), conditions.values(), pair)?;
    let join = " JOIN post p ON p.thread_id = t.id";
    let posts = tx.first(&count("p", join, &conditions), conditions.values(), pair)?;
    Ok(Discussions {
        threads: threads.unwrap_or_default(),
        posts: posts.unwrap_or_default(),
    })
}
