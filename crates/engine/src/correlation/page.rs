//! What one attribute correlates with, a page at a time, however much that is. spec: 05#1.6, 13#8.5
//!
//! The limit that keeps a value in too many attributes out of views does not apply here: who asks for one
//! attribute wants to know. Pages go by id, the newest first, straight along the postings.
use super::apart::Apart;
use super::look_up::{Reach, look_up, visible};
use super::near;
use super::newest_first;
use super::rules::Rules;
use super::subject::{Relation, Subject, Wanted};
use crate::ctx::Ctx;
use crate::error::Result;
use entente_model::attribute::Attribute;
use entente_model::event::Event;
use entente_model::id::{ElementId, EventId, Ref};
use entente_store::correlation::{self as store, Candidate};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// Postings looked at for one page; a page may end early behind many that the caller does not see.
const MOST_WALKED: usize = 100_000;
/// Postings read at a time.
const WINDOW: i64 = 500;

/// A page.
#[derive(Debug)]
pub struct Page {
    /// The attribute asked about.
    pub attribute: Attribute,
    /// Correlating attributes with the half that does and their event, newest first.
    pub rows: Vec<(Attribute, String, Arc<Event>)>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<ElementId>,
    /// Views leave this attribute out, since too many share its value.
    pub over: bool,
    /// Some of its value is excluded from correlation.
    pub excluded: bool,
}

/// The attributes older than `before` that correlate with one, at most `limit`.
///
/// # Errors
/// `NotFound`; of the database.
pub fn of_attribute(
    ctx: &mut Ctx<'_, '_>,
    attribute: Option<Ref>,
    before: Option<ElementId>,
    limit: usize,
) -> Result<Page> {
    let (attribute, event) = crate::attribute::visible(ctx, attribute)?;
    let mut page = Page {
        attribute,
        rows: Vec::new(),
        next: None,
        over: false,
        excluded: false,
    };
    let Some(rules) = Rules::load(ctx)?.filter(|_| !event.disable_correlation) else {
        return Ok(page);
    };
    let mut wanted = Wanted::default();
    page.excluded = wanted.add(&rules, &page.attribute);
    let apart = rules.apart.of(&event);
    page.over = is_over(ctx, &rules, &wanted, event.id, &apart)?;
    let reach = Reach {
        outside: Some(event.id),
        apart: &apart,
    };
    let mut walk = Walk::begin(ctx, &rules, &wanted, reach)?;
    let before = before.unwrap_or(ElementId(i64::MAX));
    let (found, next) = walk.page(ctx, before, limit)?;
    page.next = next;
    page.rows = dressed(ctx, found)?;
    Ok(page)
}

fn is_over(
    ctx: &mut Ctx<'_, '_>,
    rules: &Rules,
    wanted: &Wanted,
    event: EventId,
    apart: &Apart,
) -> Result<bool> {
    let reach = Reach {
        outside: Some(event),
        apart,
    };
    let mut found = look_up(ctx, rules, wanted, reach, usize::MAX)?;
    for owner in &wanted.owners {
        if found.of(ctx, rules, wanted, reach, *owner)?.is_none() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// An attribute with its half that correlates.
type Row = (ElementId, String);

/// A walk along every list of postings of an attribute at once.
struct Walk<'a> {
    rules: &'a Rules,
    wanted: &'a Wanted,
    reach: Reach<'a>,
    /// Hash, subject, and how what is posted relates to it.
    keys: Vec<(i64, &'a Subject, Relation)>,
    /// What is near a subject, ascending; these lists are bounded and held whole.
    near: Vec<i64>,
}

impl<'a> Walk<'a> {
    fn begin(ctx: &mut Ctx<'_, '_>, rules: &'a Rules, wanted: &'a Wanted, reach: Reach<'a>) -> Result<Self> {
        let mut near = Vec::new();
        for subject in &wanted.subjects {
            near.extend(near::ids(ctx, subject)?);
        }
        near.sort_unstable();
        near.dedup();
        let keys = wanted.subjects.iter().flat_map(|subject| {
            let keys = subject.keys(rules);
            keys.map(move |(hash, relation)| (hash, subject, relation))
        });
        Ok(Self {
            rules,
            wanted,
            reach,
            keys: keys.collect(),
            near,
        })
    }

    /// The matches older than `before`, newest first, and where the next page begins.
    fn page(
        &mut self,
        ctx: &mut Ctx<'_, '_>,
        mut before: ElementId,
        limit: usize,
    ) -> Result<(Vec<Row>, Option<ElementId>)> {
        let mut found = Vec::new();
        let mut walked = 0;
        loop {
            let (ids, complete_to) = self.window(ctx, before)?;
            walked += ids.len();
            let rows = visible(ctx, self.reach, ids.into_iter().collect())?;
            let mut matches: BTreeMap<ElementId, String> = BTreeMap::new();
            for row in rows.values() {
                if let Some(half) = self.matched(row) {
                    matches.insert(row.id, half.to_owned());
                }
            }
            found.extend(matches.into_iter().rev());
            if found.len() > limit {
                found.truncate(limit);
                let next = found.last().map(|(id, _)| *id);
                return Ok((found, next));
            }
            match complete_to {
                None => return Ok((found, None)),
                Some(reached) if walked >= MOST_WALKED => return Ok((found, Some(reached))),
                Some(reached) => before = reached,
            }
        }
    }

    /// The next ids of all lists below `before`, down to the id to which none has a gap; `None` when every
    /// list is at its end.
    fn window(&self, ctx: &mut Ctx<'_, '_>, before: ElementId) -> Result<(HashSet<i64>, Option<ElementId>)> {
        let mut ids = HashSet::new();
        let mut complete_to = None;
        for (hash, _, _) in &self.keys {
            let list = store::newest(ctx.tx, *hash, self.reach.outside, before, WINDOW)?;
            if i64::try_from(list.len()).is_ok_and(|length| length == WINDOW) {
                complete_to = complete_to.max(list.last().copied());
            }
            ids.extend(list);
        }
        ids.extend(self.near.iter().filter(|id| **id < before.0));
        if let Some(lowest) = complete_to {
            ids.retain(|id| *id >= lowest);
        }
        Ok((ids, complete_to.map(ElementId)))
    }

    fn matched<'c>(&self, row: &'c Candidate) -> Option<&'c str> {
        self.keys
            .iter()
            .find_map(|(_, subject, relation)| subject.matched(self.rules, relation, row))
            .or_else(|| {
                let mut subjects = self.wanted.subjects.iter();
                subjects.find_map(|subject| subject.near(self.rules, row))
            })
    }
}

fn dressed(ctx: &mut Ctx<'_, '_>, found: Vec<Row>) -> Result<Vec<(Attribute, String, Arc<Event>)>> {
    let ids: Vec<i64> = found.iter().map(|(id, _)| id.0).collect();
    let scope = ctx.scope();
    let mut rows: HashMap<ElementId, Attribute> = entente_store::attribute::by_ids(ctx.tx, &scope, &ids)?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let numbers = found.iter().map(|(id, _)| id.event()).collect();
    let events: HashMap<EventId, Arc<Event>> = newest_first(ctx, numbers)?
        .into_iter()
        .map(|event| (event.id, Arc::new(event)))
        .collect();
    let whole = |(id, half): Row| Some((rows.remove(&id)?, half, Arc::clone(events.get(&id.event())?)));
    Ok(found.into_iter().filter_map(whole).collect())
}
