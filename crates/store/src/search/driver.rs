//! Which set of rows a statement starts from.
use super::Search;
use super::prepared::Prepared;
use super::sql::Sql;
use entente_db::{DbError, Tx, params};
use entente_model::id::ElementId;
use entente_model::search::{Range, Subject, Term};
use entente_model::time::Day;

/// More rows than this are not fetched to drive a statement: walking everything is as fast.
const PROBE: i64 = 50_000;
/// How many elements an event has, as a guess that weighs a set of events against one of elements.
const TYPICAL_EVENT: usize = 50;

/// Where a statement starts. Each is a superset of the answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Driver {
    /// All events, each with its elements.
    Scan,
    /// These elements of the searched kind, ascending.
    Elements(Vec<i64>),
    /// These events, ascending.
    Events(Vec<i64>),
}

impl Driver {
    fn cost(&self, subject: Subject) -> usize {
        match (self, subject) {
            (Self::Scan, _) => usize::MAX,
            (Self::Elements(ids), _) | (Self::Events(ids), Subject::Event) => ids.len(),
            (Self::Events(ids), _) => ids.len().saturating_mul(TYPICAL_EVENT),
        }
    }
}

impl Search<'_> {
    pub(super) fn choose_driver(&self, tx: &mut Tx<'_>) -> Result<Driver, DbError> {
        let subject = self.query.subject;
        let mut best = Driver::Scan;
        let offer = |best: &mut Driver, one: Driver| {
            if one.cost(subject) < best.cost(subject) {
                *best = one;
            }
        };
        for term in &self.terms {
            if let Some(driver) = self.known(term) {
                offer(&mut best, driver);
            }
        }
        // what has to be fetched is worth it only when nothing narrow is known
        if best.cost(subject) > 1_000 {
            for term in &self.terms {
                if let Some(driver) = self.probe(tx, term)? {
                    offer(&mut best, driver);
                }
            }
        }
        if best == Driver::Scan && subject != Subject::Event {
            offer(
                &mut best,
                self.matching_events(tx)?.map_or(Driver::Scan, Driver::Events),
            );
        }
        Ok(best)
    }

    /// The events that meet the conditions on events alone, when there are such conditions and few events.
    fn matching_events(&self, tx: &mut Tx<'_>) -> Result<Option<Vec<i64>>, DbError> {
        let terms: Vec<&Prepared<'_>> = self.terms.iter().filter(|term| is_of_event(term)).collect();
        if terms.is_empty() {
            return Ok(None);
        }
        let mut sql = Sql::new("SELECT e.no FROM event e WHERE ");
        sql.visible(self.reader.scope, "e.label");
        for term in terms {
            sql.push(" AND ");
            self.event_term(&mut sql, term);
        }
        sql.push(" ORDER BY e.no LIMIT ").int(PROBE);
        let events: Vec<i64> = tx.all(sql.text(), &sql.params(), |row| row.get_int(0))?;
        Ok(few(&events).then_some(events))
    }

    /// What preparation has found already.
    fn known(&self, term: &Prepared<'_>) -> Option<Driver> {
        let subject = self.query.subject;
        match term {
            Prepared::Nothing => Some(Driver::Events(Vec::new())),
            Prepared::Value(condition) => match subject {
                Subject::Attribute => condition.rows.clone().map(Driver::Elements),
                Subject::Object => condition.holders.clone().map(Driver::Elements),
                Subject::Event => condition.holders.clone().map(Driver::Events),
            },
            Prepared::Events(sets) => sets
                .any
                .iter()
                .chain(&sets.all)
                .min_by_key(|ids| ids.len())
                .cloned()
                .map(Driver::Events),
            _ => None,
        }
    }

    /// What a short look into an index finds.
    fn probe(&self, tx: &mut Tx<'_>, term: &Prepared<'_>) -> Result<Option<Driver>, DbError> {
        match term {
            Prepared::Uuids { wanted, any, .. } if !wanted.any.is_empty() => {
                let mut events: Vec<i64> = tx.all(
                    "SELECT no FROM event WHERE uuid = ANY($1)",
                    params![&*wanted.any],
                    |row| row.get_int(0),
                )?;
                if events.is_empty() && self.query.subject == Subject::Attribute {
                    return Ok(Some(Driver::Elements(any.attributes.clone())));
                }
                let elements = any.attributes.iter().chain(&any.objects);
                events.extend(elements.map(|id| ElementId(*id).event().0));
                Ok(Some(Driver::Events(ascending(events))))
            }
            Prepared::Plain(Term::AttributeTime(range)) if self.query.subject == Subject::Attribute => {
                Ok(recent(tx, *range)?.map(Driver::Elements))
            }
            Prepared::Tags(sets) => {
                let mut narrowest: Option<Vec<i64>> = None;
                for tags in sets.any.iter().chain(&sets.all) {
                    let found = tagged(tx, tags)?;
                    if found
                        .as_ref()
                        .is_some_and(|found| narrowest.as_ref().is_none_or(|known| found.len() < known.len()))
                    {
                        narrowest = found;
                    }
                }
                Ok(narrowest.map(Driver::Events))
            }
            _ => Ok(None),
        }
    }
}

/// Whether a condition asks for nothing but the event itself.
fn is_of_event(term: &Prepared<'_>) -> bool {
    match term {
        Prepared::EventTags(_) | Prepared::Creator(_) | Prepared::Events(_) | Prepared::Extends(_) => true,
        Prepared::Plain(term) => matches!(
            term,
            Term::Info(_)
                | Term::ThreatLevel(_)
                | Term::Analysis(_)
                | Term::Distribution(_)
                | Term::Published(_)
                | Term::Protected(_)
                | Term::Date(_)
                | Term::EventTime(_)
                | Term::PublishTime(_)
                | Term::HasProposal(_)
                | Term::CreatorMail(_)
        ),
        _ => false,
    }
}

/// Attributes last edited on the days of a range, when there are few.
fn recent(tx: &mut Tx<'_>, range: Range) -> Result<Option<Vec<i64>>, DbError> {
    let Some(from) = range.from else {
        return Ok(None);
    };
    let to = range.to.map_or(i64::MAX, |to| Day::of(to).0);
    let ids: Vec<i64> = tx.all(
        "SELECT id FROM time_ix WHERE day >= $1 AND day <= $2 LIMIT $3",
        params![Day::of(from).0, to, PROBE],
        |row| row.get_int(0),
    )?;
    Ok(few(&ids).then(|| ascending(ids)))
}

/// Events that have one of the tags on themselves or on an attribute, when there are few.
fn tagged(tx: &mut Tx<'_>, tags: &[i64]) -> Result<Option<Vec<i64>>, DbError> {
    let mut events: Vec<i64> = tx.all(
        "SELECT event_no FROM event_tag WHERE tag_id = ANY($1) LIMIT $2",
        params![tags, PROBE],
        |row| row.get_int(0),
    )?;
    if !few(&events) {
        return Ok(None);
    }
    let attributes: Vec<i64> = tx.all(
        "SELECT attribute_id FROM attribute_tag WHERE tag_id = ANY($1) LIMIT $2",
        params![tags, PROBE],
        |row| row.get_int(0),
    )?;
    if !few(&attributes) {
        return Ok(None);
    }
    events.extend(attributes.iter().map(|id| ElementId(*id).event().0));
    Ok(Some(ascending(events)))
}

fn few(ids: &[i64]) -> bool {
    i64::try_from(ids.len()).is_ok_and(|found| found < PROBE)
}

fn ascending(mut ids: Vec<i64>) -> Vec<i64> {
    ids.sort_unstable();
    ids.dedup();
    ids
}
