//! Conditions on attributes and objects as SQL, directly or as a test of existence.
//!
//! Aliases: `e` the event, `a` an attribute, `o` an object. Ids in conditions are written `+a.id`, which keeps
//! SQLite from walking the list of ids anew for every event.
use super::Search;
use super::prepared::{Alternatives, Half, Prepared, Sets, ValueCondition};
use super::sql::Sql;
use entente_model::search::{Deletion, Lists, Subject, Term, Text};

/// The range of ids that elements of event `e` have.
pub(super) const OF_EVENT: &str = " >= e.no * 16777216 AND ";
const BELOW_NEXT: &str = " < (e.no + 1) * 16777216";

impl<'a> Search<'a> {
    /// Every condition of the search, each with ` AND ` in front.
    pub(super) fn conditions<'s>(&'s self, sql: &mut Sql<'s>) {
        for term in &self.terms {
            sql.push(" AND ");
            self.condition(sql, term);
        }
    }

    fn condition<'s>(&'s self, sql: &mut Sql<'s>, term: &'s Prepared<'a>) {
        match term {
            Prepared::Value(condition) => self.value_condition(sql, condition),
            Prepared::Plain(term) if is_of_attribute(term) => {
                self.on_attribute(sql, |sql| attribute_term(sql, term));
            }
            Prepared::Plain(term) if is_of_object(term) => self.on_object(sql, term),
            Prepared::Tags(sets) => self.tags(sql, sets),
            Prepared::Uuids { wanted, any, none } => self.uuids(sql, wanted, any, none),
            Prepared::Not(term) => {
                sql.push("NOT (");
                self.condition(sql, term);
                sql.push(")");
            }
            other => self.event_term(sql, other),
        }
    }

    /// Labels and deletion of an attribute or object under an alias: what the reader may see of it.
    pub(super) fn element_guard<'s>(&'s self, sql: &mut Sql<'s>, alias: &str) {
        sql.push(" AND ")
            .visible(self.reader.scope, &format!("COALESCE({alias}.label, e.label)"))
            .push(" AND ")
            .visible(self.reader.scope, "e.label");
        let (live, deleted) = if alias == "o" {
            ("NOT o.deleted".to_owned(), "o.deleted".to_owned())
        } else {
            (
                format!("{alias}.flags % 4 < 2"),
                format!("{alias}.flags % 4 >= 2"),
            )
        };
        match self.query.deletion {
            Deletion::Live => {
                sql.push(" AND ").push(&live);
            }
            Deletion::Deleted => {
                sql.push(" AND ").push(&deleted);
                if !self.reader.foreign_deleted {
                    sql.push(" AND e.org_id = ").int(self.reader.org.0);
                }
            }
            Deletion::Both if self.reader.foreign_deleted => {}
            Deletion::Both => {
                sql.push(" AND (")
                    .push(&live)
                    .push(" OR e.org_id = ")
                    .int(self.reader.org.0)
                    .push(")");
            }
        }
    }

    /// `EXISTS (attribute that the reader sees, in this event or object, and that meets …`; without the end.
    pub(super) fn some_attribute<'s>(&'s self, sql: &mut Sql<'s>) {
        sql.push("EXISTS (SELECT 1 FROM attribute a WHERE a.id")
            .push(OF_EVENT)
            .push("a.id")
            .push(BELOW_NEXT);
        if self.query.subject == Subject::Object {
            sql.push(" AND a.object_seq = o.id % 16777216");
        }
        self.element_guard(sql, "a");
    }

    /// A condition on the attribute itself, or on some attribute of the event or object.
    fn on_attribute<'s>(&'s self, sql: &mut Sql<'s>, write: impl FnOnce(&mut Sql<'s>)) {
        if self.query.subject == Subject::Attribute {
            write(sql);
        } else {
            self.some_attribute(sql);
            sql.push(" AND ");
            write(sql);
            sql.push(")");
        }
    }

    fn value_condition<'s>(&'s self, sql: &mut Sql<'s>, condition: &'s ValueCondition) {
        if let (true, Some(holders)) = (condition.settled, &condition.holders) {
            let column = if self.query.subject == Subject::Object {
                "+o.id"
            } else {
                "+e.no"
            };
            sql.push(column).any_of(holders.as_slice());
            return;
        }
        self.on_attribute(sql, |sql| match (condition.settled, &condition.rows) {
            (true, Some(rows)) => {
                sql.push("+a.id").any_of(rows.as_slice());
            }
            _ => {
                sql.push("TRUE");
                for wanted in condition.any.iter().chain(&condition.all) {
                    sql.push(" AND ");
                    alternatives(sql, condition.half, wanted);
                }
                if let Some(unwanted) = &condition.none {
                    sql.push(" AND NOT ");
                    alternatives(sql, condition.half, unwanted);
                }
            }
        });
    }

    fn on_object<'s>(&'s self, sql: &mut Sql<'s>, term: &'s Term) {
        match self.query.subject {
            Subject::Object => object_term(sql, term),
            Subject::Event => {
                sql.push("EXISTS (SELECT 1 FROM object o WHERE o.id")
                    .push(OF_EVENT)
                    .push("o.id")
                    .push(BELOW_NEXT);
                self.element_guard(sql, "o");
                sql.push(" AND ");
                object_term(sql, term);
                sql.push(")");
            }
            Subject::Attribute => {
                // an attribute is not visible without its object, so the object needs no guard of its own
                sql.push("EXISTS (SELECT 1 FROM object o WHERE o.id = e.no * 16777216 + a.object_seq AND ");
                object_term(sql, term);
                sql.push(")");
            }
        }
    }

    /// Wanted tags are on the element or its event; unwanted ones on neither, where an event or object need
    /// only keep one attribute without them. spec: 04#3 tags
    fn tags<'s>(&'s self, sql: &mut Sql<'s>, sets: &'s Sets) {
        sql.push("TRUE");
        for wanted in sets.any.iter().chain(&sets.all) {
            sql.push(" AND (");
            event_has_tag(sql, wanted);
            sql.push(" OR ");
            self.on_attribute(sql, |sql| attribute_has_tag(sql, wanted));
            sql.push(")");
        }
        if !sets.none.is_empty() {
            sql.push(" AND NOT ");
            event_has_tag(sql, &sets.none);
            sql.push(" AND ");
            self.on_attribute(sql, |sql| {
                sql.push("NOT ");
                attribute_has_tag(sql, &sets.none);
            });
        }
    }
}

/// `EXISTS` of a tag on the event.
pub(super) fn event_has_tag<'s>(sql: &mut Sql<'s>, tags: &'s [i64]) {
    sql.push("EXISTS (SELECT 1 FROM event_tag et WHERE et.event_no = e.no AND et.tag_id")
        .any_of(tags)
        .push(")");
}

/// `EXISTS` of a tag on attribute `a`.
pub(super) fn attribute_has_tag<'s>(sql: &mut Sql<'s>, tags: &'s [i64]) {
    sql.push("EXISTS (SELECT 1 FROM attribute_tag t WHERE t.attribute_id = a.id AND t.tag_id")
        .any_of(tags)
        .push(")");
}

fn is_of_attribute(term: &Term) -> bool {
    matches!(
        term,
        Term::Kinds(_)
            | Term::Categories(_)
            | Term::Relation(_)
            | Term::Comment(_)
            | Term::ToIds(_)
            | Term::AttributeTime(_)
            | Term::FirstSeen(_)
            | Term::LastSeen(_)
            | Term::Undisputed
            | Term::SomeAttribute
    )
}

fn is_of_object(term: &Term) -> bool {
    matches!(
        term,
        Term::ObjectName(_) | Term::ObjectTemplate(_) | Term::ObjectVersion(_)
    )
}

fn attribute_term(sql: &mut Sql<'_>, term: &Term) {
    match term {
        Term::Kinds(kinds) => {
            let ids: Vec<i64> = kinds.iter().copied().map(i64::from).collect();
            sql.push("a.kind").any_of(ids);
        }
        Term::Categories(categories) => {
            let ids: Vec<i64> = categories.iter().copied().map(i64::from).collect();
            sql.push("a.category").any_of(ids);
        }
        // what has no relation is neither like nor unlike one
        Term::Relation(lists) => {
            sql.push("a.relation IS NOT NULL");
            texts(sql, "a.relation", lists);
        }
        Term::Comment(lists) => {
            sql.push("TRUE");
            texts(sql, "COALESCE(a.comment, '')", lists);
        }
        Term::ToIds(wanted) => {
            sql.push("a.flags % 2 = ").int(i64::from(*wanted));
        }
        Term::AttributeTime(range) => {
            sql.push("TRUE").within("a.timestamp", *range);
        }
        Term::FirstSeen(range) => {
            sql.push("a.first_seen IS NOT NULL")
                .within("a.first_seen", *range);
        }
        Term::LastSeen(range) => {
            sql.push("a.last_seen IS NOT NULL").within("a.last_seen", *range);
        }
        Term::SomeAttribute => {
            sql.push("TRUE");
        }
        Term::Undisputed => {
            sql.push(
                "NOT EXISTS (SELECT 1 FROM proposal p WHERE p.old_id = a.id AND NOT p.deleted \
                 AND (p.to_delete OR NOT p.to_ids))",
            );
        }
        _ => {
            sql.push("FALSE");
        }
    }
}

fn object_term<'s>(sql: &mut Sql<'s>, term: &'s Term) {
    sql.push("TRUE");
    match term {
        Term::ObjectName(lists) => texts(sql, "o.name", lists),
        Term::ObjectVersion(lists) => numbers(sql, "o.template_version", lists),
        Term::ObjectTemplate(lists) => {
            sql.push(" AND o.template_uuid IS NOT NULL");
            if !lists.any.is_empty() {
                sql.push(" AND o.template_uuid").any_uuid(&lists.any);
            }
            for one in &lists.all {
                sql.push(" AND o.template_uuid")
                    .any_uuid(std::slice::from_ref(one));
            }
            if !lists.none.is_empty() {
                sql.push(" AND NOT o.template_uuid").any_uuid(&lists.none);
            }
        }
        _ => {
            sql.push(" AND FALSE");
        }
    }
}

/// ` AND` the lists on one text column or expression that is never null.
pub(super) fn texts(sql: &mut Sql<'_>, column: &str, lists: &Lists<Text>) {
    let any_like = |sql: &mut Sql<'_>, list: &[Text]| {
        sql.push("(FALSE");
        for text in list {
            sql.push(" OR ").like(column, &text.pattern());
        }
        sql.push(")");
    };
    if !lists.any.is_empty() {
        sql.push(" AND ");
        any_like(sql, &lists.any);
    }
    for one in &lists.all {
        sql.push(" AND ").like(column, &one.pattern());
    }
    if !lists.none.is_empty() {
        sql.push(" AND NOT ");
        any_like(sql, &lists.none);
    }
}

/// ` AND` the lists on one integer column.
pub(super) fn numbers<'s>(sql: &mut Sql<'s>, column: &str, lists: &'s Lists<i64>) {
    if !lists.any.is_empty() {
        sql.push(" AND ").push(column).any_of(lists.any.as_slice());
    }
    for one in &lists.all {
        sql.push(" AND ").push(column).push(" = ").int(*one);
    }
    if !lists.none.is_empty() {
        sql.push(" AND ").push(column).none_of(lists.none.as_slice());
    }
}

/// Attribute `a` is one of the rows, or its value is like one of the patterns.
fn alternatives<'s>(sql: &mut Sql<'s>, half: Half, wanted: &'s Alternatives) {
    // Without texts among the alternatives there is no list to look each row up in.
    if wanted.ids.is_empty() {
        sql.push("(FALSE");
    } else {
        sql.push("(+a.id").any_of(wanted.ids.as_slice());
    }
    for pattern in &wanted.patterns {
        if half != Half::Second {
            sql.push(" OR ").like("a.value1", pattern);
        }
        if half != Half::First {
            sql.push(" OR (a.value2 IS NOT NULL AND ")
                .like("a.value2", pattern)
                .push(")");
        }
        if half == Half::Any && pattern.as_str().contains('|') {
            sql.push(" OR (a.value2 IS NOT NULL AND ")
                .like("a.value1 || '|' || a.value2", pattern)
                .push(")");
        }
    }
    sql.push(")");
}
