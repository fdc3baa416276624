//! Conditions on the event, and those that look into several things at once.
use super::Search;
use super::condition::{attribute_has_tag, event_has_tag, numbers, texts};
use super::postings::Holders;
use super::prepared::{Prepared, Sets};
use super::sql::Sql;
use entente_model::search::{Anywhere, Lists, Subject, Term};
use uuid::Uuid;

impl<'a> Search<'a> {
    /// A condition that needs no attribute or object of its own.
    pub(super) fn event_term<'s>(&'s self, sql: &mut Sql<'s>, term: &'s Prepared<'a>) {
        match term {
            Prepared::EventTags(sets) => {
                sql.push("TRUE");
                for wanted in sets.any.iter().chain(&sets.all) {
                    sql.push(" AND ");
                    event_has_tag(sql, wanted);
                }
                if !sets.none.is_empty() {
                    sql.push(" AND NOT ");
                    event_has_tag(sql, &sets.none);
                }
            }
            Prepared::Creator(ids) => one_of(sql, "e.orgc_id", ids),
            Prepared::Events(ids) => one_of(sql, "+e.no", ids),
            Prepared::Extends(uuids) => {
                sql.push("e.extends IS NOT NULL AND e.extends").any_uuid(uuids);
            }
            Prepared::Anywhere { sought, tags, events } => self.anywhere(sql, sought, tags, events),
            Prepared::Plain(term) => self.plain(sql, term),
            Prepared::Value(_)
            | Prepared::Tags(_)
            | Prepared::Uuids { .. }
            | Prepared::Not(_)
            | Prepared::Nothing => {
                sql.push("FALSE");
            }
        }
    }

    fn plain<'s>(&'s self, sql: &mut Sql<'s>, term: &'s Term) {
        match term {
            Term::Published(wanted) => {
                sql.push("e.published = ").bool(*wanted);
            }
            Term::Protected(wanted) => {
                sql.push("COALESCE(e.protected, FALSE) = ").bool(*wanted);
            }
            Term::HasProposal(wanted) => {
                sql.push(if *wanted { "" } else { "NOT " });
                self.some_proposal(sql);
            }
            Term::NotEmpty => {
                sql.push("(e.attribute_count > 0 AND (NOT ");
                self.hides_something(sql);
                sql.push(" OR EXISTS (SELECT 1 FROM attribute a WHERE a.id >= e.no * 16777216 AND a.id < (e.no + 1) * 16777216 \
                          AND a.flags % 4 < 2 AND ")
                    .visible(self.reader.scope, "COALESCE(a.label, e.label)")
                    .push(")) OR EXISTS (SELECT 1 FROM event_report r WHERE r.id >= e.no * 16777216 \
                          AND r.id < (e.no + 1) * 16777216 AND NOT r.deleted AND ")
                    .visible(self.reader.scope, "COALESCE(r.label, e.label)")
                    .push("))");
            }
            Term::CreatorMail(lists) => {
                sql.push("EXISTS (SELECT 1 FROM account u WHERE u.id = e.user_id");
                texts(sql, "u.email", lists);
                sql.push(")");
            }
            Term::SharingGroup(lists) => self.sharing_group(sql, lists),
            term => {
                sql.push("TRUE");
                match term {
                    Term::Info(lists) => texts(sql, "e.info", lists),
                    Term::ThreatLevel(lists) => numbers(sql, "e.threat_level", lists),
                    Term::Analysis(lists) => numbers(sql, "e.analysis", lists),
                    Term::Distribution(lists) => numbers(sql, "e.distribution", lists),
                    Term::Date(range) => {
                        sql.within("e.day", *range);
                    }
                    Term::EventTime(range) => {
                        sql.within("e.timestamp", *range);
                    }
                    Term::PublishTime(range) => {
                        sql.within("e.publish_timestamp", *range);
                    }
                    _ => {
                        sql.push(" AND FALSE");
                    }
                }
            }
        }
    }

    /// `EXISTS` of an open proposal in event `e` that the reader sees: with the attribute that it is about.
    fn some_proposal<'s>(&'s self, sql: &mut Sql<'s>) {
        sql.push("EXISTS (SELECT 1 FROM proposal p WHERE p.id >= e.no * 16777216 AND p.id < (e.no + 1) * 16777216 \
                  AND NOT p.deleted AND (p.old_id = 0 OR EXISTS (SELECT 1 FROM attribute a WHERE a.id = p.old_id AND ")
            .visible(self.reader.scope, "COALESCE(a.label, e.label)")
            .push(")))");
    }

    /// `EXISTS` of something in event `e` that is not shown to every reader of the event, nor to this one. The
    /// counts that an event keeps hold for the reader where there is none.
    pub(super) fn hides_something<'s>(&'s self, sql: &mut Sql<'s>) {
        sql.push("EXISTS (SELECT 1 FROM event_own_label l WHERE l.event_no = e.no AND NOT (")
            .visible(self.reader.scope, "l.label")
            .push("))");
    }

    /// The group of the event or, among attributes, of the attribute.
    fn sharing_group<'s>(&'s self, sql: &mut Sql<'s>, lists: &'s Lists<i64>) {
        let attribute = self.query.subject == Subject::Attribute;
        sql.push("TRUE");
        let wanted = (!lists.any.is_empty()).then_some(lists.any.as_slice());
        for list in wanted
            .into_iter()
            .chain(lists.all.iter().map(std::slice::from_ref))
        {
            sql.push(" AND (e.sharing_group_id").any_of(list);
            if attribute {
                sql.push(" OR COALESCE(a.sharing_group_id, 0)").any_of(list);
            }
            sql.push(")");
        }
        if !lists.none.is_empty() {
            sql.push(" AND e.sharing_group_id").none_of(lists.none.as_slice());
            if attribute {
                sql.push(" AND COALESCE(a.sharing_group_id, 0)")
                    .none_of(lists.none.as_slice());
            }
        }
    }

    /// Event, attribute or (among objects) object with one of the uuids. spec: 04#3 uuid
    pub(super) fn uuids<'s>(
        &'s self,
        sql: &mut Sql<'s>,
        wanted: &'s Lists<Uuid>,
        any: &'s Holders,
        none: &'s Holders,
    ) {
        sql.push("TRUE");
        if !wanted.any.is_empty() {
            sql.push(" AND ");
            self.has_uuid(sql, &wanted.any, any);
        }
        if !wanted.none.is_empty() {
            sql.push(" AND NOT ");
            self.has_uuid(sql, &wanted.none, none);
        }
    }

    fn has_uuid<'s>(&'s self, sql: &mut Sql<'s>, uuids: &'s [Uuid], found: &'s Holders) {
        sql.push("(e.uuid").any_uuid(uuids);
        match self.query.subject {
            Subject::Event => {
                sql.push(" OR +e.no").any_of(found.holders.as_slice());
            }
            Subject::Attribute => {
                sql.push(" OR (+a.id")
                    .any_of(found.attributes.as_slice())
                    .push(" AND a.uuid")
                    .any_uuid(uuids)
                    .push(")");
            }
            Subject::Object => {
                sql.push(" OR +o.id")
                    .any_of(found.holders.as_slice())
                    .push(" OR (+o.id")
                    .any_of(found.objects.as_slice())
                    .push(" AND o.uuid")
                    .any_uuid(uuids)
                    .push(")");
            }
        }
        sql.push(")");
    }

    /// spec: 04#3 searchall, quickFilter
    fn anywhere<'s>(&'s self, sql: &mut Sql<'s>, sought: &Anywhere, tags: &'s [i64], events: &'s [i64]) {
        let pattern = sought.text.pattern();
        sql.push("(").like("e.info", &pattern);
        if !events.is_empty() {
            sql.push(" OR +e.no").any_of(events);
        }
        if sought.organisation {
            sql.push(" OR EXISTS (SELECT 1 FROM organisation g WHERE g.id = e.orgc_id AND ")
                .like("g.name", &pattern)
                .push(")");
        }
        if !tags.is_empty() {
            sql.push(" OR ");
            event_has_tag(sql, tags);
        }
        let in_attribute = |sql: &mut Sql<'s>| {
            sql.push("(")
                .like("a.value1", &pattern)
                .push(" OR (a.value2 IS NOT NULL AND ")
                .like("a.value2", &pattern)
                .push(") OR ")
                .like("COALESCE(a.comment, '')", &pattern);
            if !tags.is_empty() {
                sql.push(" OR ");
                attribute_has_tag(sql, tags);
            }
            sql.push(")");
        };
        sql.push(" OR ");
        if self.query.subject == Subject::Attribute {
            in_attribute(sql);
        } else {
            self.some_attribute(sql);
            sql.push(" AND ");
            in_attribute(sql);
            sql.push(")");
        }
        sql.push(")");
    }
}

fn one_of<'s>(sql: &mut Sql<'s>, column: &str, ids: &'s Sets) {
    sql.push("TRUE");
    for wanted in ids.any.iter().chain(&ids.all) {
        sql.push(" AND ").push(column).any_of(wanted.as_slice());
    }
    if !ids.none.is_empty() {
        sql.push(" AND ").push(column).none_of(ids.none.as_slice());
    }
}
