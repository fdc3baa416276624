//! From values to the attributes that correlate with them.
//!
//! Mostly there are few postings in other events, and all are read at once. Where there are many, the lengths of
//! the lists are asked first. Short lists cannot exceed the limit, whoever looks, so they are read together;
//! long ones are walked one by one from the newest, until the limit is exceeded.
use super::near;
use super::rules::Rules;
use super::subject::{Like, Relation, Subject, Wanted};
use crate::ctx::Ctx;
use crate::error::Result;
use entente_model::id::{ElementId, EventId};
use entente_store::correlation::{self as store, Apart, Candidate};
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

/// Values looked up by one statement, and postings whose rows are read by one.
const TOGETHER: usize = 20_000;
/// Rows read at a time from a long list, after a first look as short as the limit.
const WINDOW: i64 = 1_000;
/// Postings of one value that are walked when hardly any of their rows is visible.
const MOST_WALKED: i64 = 20_000;

/// Where to look: outside an event where there is one, and past those that rules keep apart from it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reach<'a> {
    pub(super) outside: Option<EventId>,
    pub(super) apart: &'a Apart,
}

/// An attribute that correlates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) id: ElementId,
    /// Its half that does.
    pub(super) value: String,
}

/// What was found, by subject.
pub(super) struct Found {
    /// Of subjects that are read together.
    matches: Vec<Vec<Match>>,
    /// Subjects with long lists.
    long: HashSet<usize>,
    /// What the long ones correlate with outside an event; `None` when that is too much.
    walked: HashMap<(usize, EventId), Option<Vec<Match>>>,
}

/// Looks all subjects up. Once `budget` correlations are found no further lists are read; short lists come
/// first, since a value that few share says most.
pub(super) fn look_up(
    ctx: &mut Ctx<'_, '_>,
    rules: &Rules,
    wanted: &Wanted,
    reach: Reach<'_>,
    budget: usize,
) -> Result<Found> {
    let mut keys: Vec<Key> = Vec::with_capacity(wanted.subjects.len());
    for (subject, one) in wanted.subjects.iter().enumerate() {
        keys.extend(one.keys(rules).map(|(hash, relation)| (hash, subject, relation)));
    }
    keys.sort_unstable_by_key(|(hash, subject, _)| (*hash, *subject));
    let mut batch = Batch {
        rules,
        wanted,
        keys: &keys,
        reach,
        left: budget,
        found: Found {
            matches: vec![Vec::new(); wanted.subjects.len()],
            long: HashSet::new(),
            walked: HashMap::new(),
        },
    };
    let mut hashes: Vec<i64> = keys.iter().map(|(hash, _, _)| *hash).collect();
    hashes.dedup();
    for part in hashes.chunks(TOGETHER) {
        batch.part(ctx, part)?;
    }
    let mut found = batch.found;
    for subject in &found.long {
        if let Some(own) = found.matches.get_mut(*subject) {
            own.clear();
        }
    }
    let total = found.matches.iter().map(Vec::len).sum::<usize>();
    if rules.advanced.is_some() && total < budget {
        near::add(ctx, rules, wanted, reach, budget - total, &mut found.matches)?;
    }
    Ok(found)
}

/// Under which hash a subject looks for what relates to it in which way.
type Key = (i64, usize, Relation);

/// Lists that are read together.
struct Batch<'a> {
    rules: &'a Rules,
    wanted: &'a Wanted,
    /// Ascending by hash.
    keys: &'a [Key],
    reach: Reach<'a>,
    /// Correlations that may still be read.
    left: usize,
    found: Found,
}

impl Batch<'_> {
    /// Reads the lists of some hashes, at once where they are as short as they mostly are.
    fn part(&mut self, ctx: &mut Ctx<'_, '_>, hashes: &[i64]) -> Result<()> {
        if let Some(postings) = store::postings(ctx.tx, hashes, self.reach.outside, TOGETHER)? {
            let mut lengths: HashMap<i64, i64> = HashMap::new();
            for (hash, _) in &postings {
                *lengths.entry(*hash).or_default() += 1;
            }
            let short: HashSet<i64> = self.short(&lengths).into_iter().map(|(_, hash)| hash).collect();
            return self.read(
                ctx,
                postings
                    .into_iter()
                    .filter(|(hash, _)| short.contains(hash))
                    .collect(),
            );
        }
        let most = self.rules.limit_number().saturating_add(1);
        let lengths: HashMap<i64, i64> = store::lengths(ctx.tx, hashes, self.reach.outside, most)?
            .into_iter()
            .collect();
        let (mut part, mut sum) = (Vec::new(), 0_usize);
        for (length, hash) in self.short(&lengths) {
            part.push(hash);
            sum = sum.saturating_add(usize::try_from(length).unwrap_or(usize::MAX));
            if sum >= TOGETHER {
                self.lists(ctx, &mut part)?;
                sum = 0;
            }
        }
        self.lists(ctx, &mut part)
    }

    /// Which of some lists are read: not those of subjects with too much, which are noted, and the shortest
    /// first until the budget is spent. (length, hash)
    fn short(&mut self, lengths: &HashMap<i64, i64>) -> Vec<(i64, i64)> {
        let mut sums: HashMap<usize, i64> = HashMap::new();
        let keys = self.keys;
        let of = |hash: i64| {
            let first = keys.partition_point(|(key, _, _)| *key < hash);
            let own = keys.get(first..).unwrap_or_default();
            own.iter()
                .take_while(move |(key, _, _)| *key == hash)
                .map(|(_, subject, _)| *subject)
        };
        for (hash, length) in lengths {
            for subject in of(*hash) {
                *sums.entry(subject).or_default() += length;
            }
        }
        let limit = self.rules.limit_number();
        let long = sums.iter().filter(|(_, sum)| **sum > limit);
        self.found.long.extend(long.map(|(subject, _)| *subject));
        let mut short: Vec<(i64, i64)> = lengths
            .iter()
            .filter(|(hash, _)| of(**hash).any(|subject| !self.found.long.contains(&subject)))
            .map(|(hash, length)| (*length, *hash))
            .collect();
        short.sort_unstable();
        short.retain(|(length, _)| {
            let open = self.left > 0;
            self.left = self
                .left
                .saturating_sub(usize::try_from(*length).unwrap_or(usize::MAX));
            open
        });
        short
    }

    /// Reads lists that together are short enough.
    fn lists(&mut self, ctx: &mut Ctx<'_, '_>, hashes: &mut Vec<i64>) -> Result<()> {
        if hashes.is_empty() {
            return Ok(());
        }
        hashes.sort_unstable();
        let postings = store::postings(ctx.tx, hashes, self.reach.outside, usize::MAX)?;
        hashes.clear();
        self.read(ctx, postings.unwrap_or_default())
    }

    /// Reads the rows behind postings and keeps those that really are related.
    fn read(&mut self, ctx: &mut Ctx<'_, '_>, postings: Vec<(i64, i64)>) -> Result<()> {
        if postings.is_empty() {
            return Ok(());
        }
        let rows = visible(ctx, self.reach, postings.iter().map(|(_, id)| *id).collect())?;
        for (hash, id) in postings {
            let Some(row) = rows.get(&id) else { continue };
            let first = self.keys.partition_point(|(key, _, _)| *key < hash);
            let own = self.keys.get(first..).unwrap_or_default();
            for (_, subject, relation) in own.iter().take_while(|(key, _, _)| *key == hash) {
                let (Some(one), Some(matches)) = (
                    self.wanted.subjects.get(*subject),
                    self.found.matches.get_mut(*subject),
                ) else {
                    continue;
                };
                if let Some(half) = one.matched(self.rules, relation, row) {
                    matches.push(Match {
                        id: row.id,
                        value: half.to_owned(),
                    });
                }
            }
        }
        Ok(())
    }
}

/// The rows among some ids that the caller sees and that are within reach, by id.
pub(super) fn visible(
    ctx: &mut Ctx<'_, '_>,
    reach: Reach<'_>,
    mut ids: Vec<i64>,
) -> Result<HashMap<i64, Candidate>> {
    ids.sort_unstable();
    ids.dedup();
    let scope = ctx.scope();
    let reach = store::Reach {
        scope: &scope,
        outside: reach.outside,
        apart: reach.apart,
    };
    Ok(store::visible(ctx.tx, reach, &ids)?
        .into_iter()
        .map(|row| (row.id.0, row))
        .collect())
}

/// Walks the long lists of one subject from the newest; `None` as soon as more than the limit are found.
fn walk(
    ctx: &mut Ctx<'_, '_>,
    rules: &Rules,
    subject: &Subject,
    reach: Reach<'_>,
) -> Result<Option<Vec<Match>>> {
    let mut matches = Vec::new();
    for (hash, relation) in subject.keys(rules) {
        let (mut before, mut walked) = (ElementId(i64::MAX), 0);
        let mut window = rules.limit_number().saturating_add(1).min(WINDOW);
        while walked < MOST_WALKED {
            let ids = store::newest(ctx.tx, hash, reach.outside, before, window)?;
            let Some(last) = ids.last() else { break };
            before = ElementId(*last);
            let count = i64::try_from(ids.len()).unwrap_or(window);
            for row in visible(ctx, reach, ids)?.values() {
                if let Some(half) = subject.matched(rules, &relation, row) {
                    matches.push(Match {
                        id: row.id,
                        value: half.to_owned(),
                    });
                }
            }
            if matches.len() > rules.limit {
                return Ok(None);
            }
            if count < window {
                break;
            }
            (walked, window) = (walked + count, WINDOW);
        }
    }
    Ok(Some(matches))
}

impl Found {
    /// What each attribute correlates with. Those with nothing, or with too much, are left out.
    pub(super) fn of_owners(
        mut self,
        ctx: &mut Ctx<'_, '_>,
        rules: &Rules,
        wanted: &Wanted,
        reach: Reach<'_>,
    ) -> Result<Vec<(ElementId, Vec<Match>)>> {
        let mut owners: HashMap<ElementId, Vec<Match>> = HashMap::new();
        for (owner, subject) in &wanted.owners {
            if let Some(matches) = self.of(ctx, rules, wanted, reach, (*owner, *subject))?
                && !matches.is_empty()
            {
                owners.entry(*owner).or_default().extend(matches);
            }
        }
        Ok(owners.into_iter().collect())
    }

    /// What one half of an attribute correlates with; `None` when that is too much.
    pub(super) fn of(
        &mut self,
        ctx: &mut Ctx<'_, '_>,
        rules: &Rules,
        wanted: &Wanted,
        reach: Reach<'_>,
        (owner, subject): (ElementId, usize),
    ) -> Result<Option<Vec<Match>>> {
        let event = owner.event();
        let mut matches: Vec<Match> = self
            .matches
            .get(subject)
            .map(|all| {
                all.iter()
                    .filter(|one| one.id.event() != event)
                    .cloned()
                    .collect()
            })
            .unwrap_or_default();
        if self.long.contains(&subject)
            && let Some(one) = wanted.subjects.get(subject)
        {
            let walked = match self.walked.entry((subject, event)) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(unknown) => {
                    let reach = Reach {
                        outside: Some(event),
                        ..reach
                    };
                    unknown.insert(walk(ctx, rules, one, reach)?)
                }
            };
            match walked {
                Some(walked) => matches.extend(walked.iter().cloned()),
                None => return Ok(None),
            }
        }
        // Two halves or two notations of one value may lead to the same attribute.
        matches.sort_unstable_by_key(|one| one.id);
        matches.dedup_by_key(|one| one.id);
        Ok((matches.len() <= rules.limit).then_some(matches))
    }
}

/// Whether a subject has anything to look up besides its postings of values.
pub(super) fn has_neighbours(subject: &Subject) -> bool {
    matches!(subject.like, Like::Network(_) | Like::Fuzzy(_))
}
