//! Values by how many attributes share them: too many, or the most of those that correlate. spec: 05#1.6
use super::apart::Apart;
use super::rules::Rules;
use super::subject::halves;
use crate::ctx::Ctx;
use crate::error::Result;
use entente_indicator::fold;
use entente_store::correlation as store;
use entente_store::filter::Page;

/// Lists of postings looked at for one answer: most of the longest belong to values that take no part, such
/// as ports.
const MOST_LISTS: i64 = 5_000;
/// Lists read at a time.
const WINDOW: i64 = 200;
/// Characters of a value that are shown. spec: 05#1.6
const SHOWN: usize = 191;

/// A value and how many attributes have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedValue {
    /// Folded, its first characters.
    pub value: String,
    /// Attributes with it.
    pub occurrences: i64,
    /// Pairs of them in different events.
    pub pairs: i64,
    /// More than the limit allows.
    pub over: bool,
    /// It is excluded from correlation.
    pub excluded: bool,
}

/// Values in more attributes than the limit allows, or those in several but not too many; the most frequent
/// first. The page is one of them.
///
/// # Errors
/// Of the database.
pub fn over_correlating(ctx: &mut Ctx<'_, '_>, over: bool, page: Page) -> Result<Vec<SharedValue>> {
    let rules = Rules::even_if_off(ctx)?;
    // With one other more than the limit allows it is too much.
    let first_over = rules.limit_number().saturating_add(2);
    let (least, most) = if over {
        (first_over, i64::MAX)
    } else {
        (2, first_over - 1)
    };
    of_lengths(ctx, &rules, (least, most), page, |value| value.over == over)
}

/// The values that make the most correlations; the most first.
///
/// # Errors
/// Of the database.
pub fn top(ctx: &mut Ctx<'_, '_>, page: Page) -> Result<Vec<SharedValue>> {
    let rules = Rules::even_if_off(ctx)?;
    let most = rules.limit_number().saturating_add(1);
    let mut found = of_lengths(ctx, &rules, (2, most), page, |value| value.pairs > 0)?;
    found.sort_by(|a, b| b.pairs.cmp(&a.pairs).then_with(|| a.value.cmp(&b.value)));
    Ok(found)
}

fn of_lengths(
    ctx: &mut Ctx<'_, '_>,
    rules: &Rules,
    (least, most): (i64, i64),
    page: Page,
    keep: impl Fn(&SharedValue) -> bool,
) -> Result<Vec<SharedValue>> {
    let size = |number: i64| usize::try_from(number).unwrap_or(usize::MAX);
    let mut skip = size(page.limit.saturating_mul(page.number.saturating_sub(1)));
    let mut found = Vec::new();
    let mut offset = 0;
    while offset < MOST_LISTS {
        let lists = store::shared(ctx.tx, least, most, offset, WINDOW)?;
        for list in &lists {
            let Some(value) = counted(ctx, rules, list.hash)?.filter(&keep) else {
                continue;
            };
            if skip > 0 {
                skip -= 1;
                continue;
            }
            found.push(value);
            if found.len() >= size(page.limit) {
                return Ok(found);
            }
        }
        if size(WINDOW) > lists.len() {
            break;
        }
        offset += WINDOW;
    }
    Ok(found)
}

/// Counts the attributes behind a list whose half takes part; `None` when fewer than two do.
fn counted(ctx: &mut Ctx<'_, '_>, rules: &Rules, hash: i64) -> Result<Option<SharedValue>> {
    let mut text: Option<String> = None;
    let (mut occurrences, mut same_event, mut pairs) = (0_i64, 0_i64, 0_i64);
    let mut event = None;
    let scope = ctx.scope();
    let reach = store::Reach {
        scope: &scope,
        outside: None,
        apart: &Apart::default(),
    };
    store::holders(ctx.tx, reach, hash, |row| {
        let own = halves(row.kind, &row.value1, row.value2.as_deref())
            .map(fold)
            .find(|half| match &text {
                Some(text) => half == text,
                None => rules.poster().hasher.hash(half) == hash,
            });
        let Some(own) = own else { return };
        if text.is_none() {
            text = Some(own.into_owned());
        }
        // Rows come by id, and so event by event.
        if event == Some(row.id.event()) {
            same_event += 1;
        } else {
            (event, same_event) = (Some(row.id.event()), 0);
        }
        pairs += occurrences - same_event;
        occurrences += 1;
    })?;
    Ok(text.filter(|_| occurrences > 1).map(|text| SharedValue {
        excluded: rules.exclusions.hold(&text),
        value: text.chars().take(SHOWN).collect(),
        over: occurrences - 1 > rules.limit_number(),
        occurrences,
        pairs,
    }))
}
