//! Networks and their addresses, fuzzy hashes that are alike. spec: 05#1.3
use super::look_up::{Match, Reach, has_neighbours, visible};
use super::rules::Rules;
use super::subject::{Like, Subject, Wanted};
use crate::ctx::Ctx;
use crate::error::Result;
use entente_indicator::{AddressRange, FuzzyHash};
use entente_store::correlation as store;
use std::collections::HashMap;

/// Networks of one length of prefix that are looked at for the addresses of one look-up.
const MOST_NETWORKS: usize = 20_000;
/// Addresses inside one network, and hashes that share a run with one, that are looked at.
pub(super) const MOST_NEAR: i64 = 5_000;
/// Addresses read at a time, after a first look as short as the limit.
const WINDOW: i64 = 1_000;

/// Adds to the matches of subjects those that are alike without being equal, until the budget is spent.
pub(super) fn add(
    ctx: &mut Ctx<'_, '_>,
    rules: &Rules,
    wanted: &Wanted,
    reach: Reach<'_>,
    budget: usize,
    matches: &mut [Vec<Match>],
) -> Result<()> {
    let mut left = around(ctx, rules, wanted, reach, budget, matches)?;
    for (subject, own) in wanted.subjects.iter().zip(matches.iter_mut()) {
        if left == 0 {
            break;
        }
        if !has_neighbours(subject) || own.len() > rules.limit {
            continue;
        }
        let before = own.len();
        match &subject.like {
            Like::Network(range) if !range.is_single() => {
                within(ctx, rules, subject, *range, reach, own)?;
            }
            Like::Fuzzy(hash) => alike(ctx, rules, subject, hash, reach, own)?,
            _ => {}
        }
        left = left.saturating_sub(own.len() - before);
    }
    Ok(())
}

/// The networks that hold an address, one step for each length of prefix that is in use. Answers what is
/// left of the budget.
fn around(
    ctx: &mut Ctx<'_, '_>,
    rules: &Rules,
    wanted: &Wanted,
    reach: Reach<'_>,
    budget: usize,
    matches: &mut [Vec<Match>],
) -> Result<usize> {
    let addresses: Vec<(usize, AddressRange)> = wanted
        .subjects
        .iter()
        .enumerate()
        .filter_map(|(subject, one)| match &one.like {
            Like::Network(range) if range.is_single() => Some((subject, *range)),
            _ => None,
        })
        .collect();
    if addresses.is_empty() {
        return Ok(budget);
    }
    let mut left = budget;
    for prefix in store::prefixes_in_use(ctx.tx)? {
        if left == 0 {
            break;
        }
        let mut inside: HashMap<[u8; 16], Vec<usize>> = HashMap::new();
        for (subject, address) in &addresses {
            let network = address.widened_to(prefix);
            if network.is_v6() == address.is_v6() {
                inside.entry(network.lo).or_default().push(*subject);
            }
        }
        let mut lowest: Vec<[u8; 16]> = inside.keys().copied().collect();
        lowest.sort_unstable();
        let networks = store::networks(ctx.tx, prefix, &lowest, MOST_NETWORKS)?;
        let rows = visible(ctx, reach, networks.iter().map(|(_, id)| *id).collect())?;
        for (lo, id) in networks {
            let Some(row) = rows.get(&id) else { continue };
            for subject in inside.get(&lo).into_iter().flatten() {
                let (Some(one), Some(own)) = (wanted.subjects.get(*subject), matches.get_mut(*subject))
                else {
                    continue;
                };
                if let Some(value) = one.near(rules, row) {
                    own.push(Match {
                        id: row.id,
                        value: value.to_owned(),
                    });
                    left = left.saturating_sub(1);
                }
            }
        }
    }
    Ok(left)
}

/// The addresses inside a network, until there are more than the limit.
fn within(
    ctx: &mut Ctx<'_, '_>,
    rules: &Rules,
    subject: &Subject,
    network: AddressRange,
    reach: Reach<'_>,
    own: &mut Vec<Match>,
) -> Result<()> {
    // No id is this small, so that the lowest address itself is found.
    let mut after = (network.lo, -1);
    let mut window = rules.limit_number().saturating_add(1).min(WINDOW);
    let mut walked = 0;
    while walked < MOST_NEAR {
        let page = store::addresses_within(ctx.tx, network, after, window)?;
        let Some(last) = page.last() else { break };
        after = *last;
        let count = i64::try_from(page.len()).unwrap_or(window);
        let rows = visible(ctx, reach, page.iter().map(|(_, id)| *id).collect())?;
        take(rules, subject, rows.into_values(), own);
        if count < window || own.len() > rules.limit {
            break;
        }
        (walked, window) = (walked + count, WINDOW);
    }
    Ok(())
}

/// The fuzzy hashes that are alike.
fn alike(
    ctx: &mut Ctx<'_, '_>,
    rules: &Rules,
    subject: &Subject,
    hash: &FuzzyHash,
    reach: Reach<'_>,
    own: &mut Vec<Match>,
) -> Result<()> {
    let ids = store::sharing_runs(ctx.tx, &hash.keys(), MOST_NEAR)?;
    let rows = visible(ctx, reach, ids)?;
    take(rules, subject, rows.into_values(), own);
    Ok(())
}

fn take(
    rules: &Rules,
    subject: &Subject,
    rows: impl Iterator<Item = store::Candidate>,
    own: &mut Vec<Match>,
) {
    own.extend(rows.filter_map(|row| {
        let value = subject.near(rules, &row)?.to_owned();
        Some(Match { id: row.id, value })
    }));
}

/// Ids of what may be near a subject, for those who walk them by id.
pub(super) fn ids(ctx: &mut Ctx<'_, '_>, subject: &Subject) -> Result<Vec<i64>> {
    Ok(match &subject.like {
        Like::Network(address) if address.is_single() => {
            let mut ids = Vec::new();
            for prefix in store::prefixes_in_use(ctx.tx)? {
                let network = address.widened_to(prefix);
                if network.is_v6() == address.is_v6() {
                    let found = store::networks(ctx.tx, prefix, &[network.lo], MOST_NETWORKS)?;
                    ids.extend(found.into_iter().map(|(_, id)| id));
                }
            }
            ids
        }
        Like::Network(network) => {
            let found = store::addresses_within(ctx.tx, *network, (network.lo, -1), MOST_NEAR)?;
            found.into_iter().map(|(_, id)| id).collect()
        }
        Like::Fuzzy(hash) => store::sharing_runs(ctx.tx, &hash.keys(), MOST_NEAR)?,
        Like::Nothing | Like::Name => Vec::new(),
    })
}
