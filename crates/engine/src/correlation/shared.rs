//! Values by how many attributes share them: too many, or the most of those that correlate. spec: 05#1.6
use super::apart::Apart;
use super::rules::Rules;
use super::subject::halves;
use crate::ctx::Ctx;
use crate::error::Result;
use entente_indicator::fold;
use entente_store::correlation as store;
use entente_store::filter::Page;
use std::ops::ControlFlow;

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
    let keep = |value: &SharedValue| value.over == over;
    let by = |value: &SharedValue| value.occurrences;
    walked(ctx, &rules, over, page, keep, by)
}

/// The values that make the most correlations; the most first.
///
/// # Errors
/// Of the database.
pub fn top(ctx: &mut Ctx<'_, '_>, page: Page) -> Result<Vec<SharedValue>> {
    let rules = Rules::even_if_off(ctx)?;
    let keep = |value: &SharedValue| value.pairs > 0 && !value.over;
    walked(ctx, &rules, false, page, keep, |value| value.pairs)
}

/// A page of the values that are kept. How long a list of postings is says nothing to whom some of it is hidden:
/// neither which values there are nor their order may follow from it, so all of them are counted then. Who sees
/// everything is served from the longest on.
fn walked(
    ctx: &mut Ctx<'_, '_>,
    rules: &Rules,
    over: bool,
    page: Page,
    keep: impl Fn(&SharedValue) -> bool,
    by: impl Fn(&SharedValue) -> i64,
) -> Result<Vec<SharedValue>> {
    let size = |number: i64| usize::try_from(number).unwrap_or(usize::MAX);
    // With one other more than the limit allows it is too much.
    let first_over = rules.limit_number().saturating_add(2);
    let (long, short) = ((first_over, i64::MAX), (2, first_over - 1));
    let sees_all = ctx.scope().hides_nothing();
    // Of a long list few may take part.
    let wanted = if over { vec![long] } else { vec![short, long] };
    let enough = if sees_all {
        size(page.offset().saturating_add(page.limit))
    } else {
        usize::MAX
    };
    let mut found = Vec::new();
    for lengths in wanted {
        let mut offset = 0;
        while offset < MOST_LISTS && found.len() < enough {
            let lists = store::shared(ctx.tx, lengths.0, lengths.1, offset, WINDOW)?;
            for list in &lists {
                found.extend(counted(ctx, rules, list.hash, over)?.filter(&keep));
                if found.len() >= enough {
                    break;
                }
            }
            if size(WINDOW) > lists.len() {
                break;
            }
            offset += WINDOW;
        }
    }
    let sort = |list: &mut [SharedValue]| {
        list.sort_by(|a, b| by(b).cmp(&by(a)).then_with(|| a.value.cmp(&b.value)));
    };
    if !sees_all {
        sort(&mut found);
    }
    let mut found: Vec<SharedValue> = found
        .into_iter()
        .skip(size(page.offset()))
        .take(size(page.limit))
        .collect();
    sort(&mut found);
    Ok(found)
}

/// Counts the attributes behind a list whose half takes part; `None` when fewer than two do, and when more do
/// than the limit allows unless `over` asks for those.
fn counted(ctx: &mut Ctx<'_, '_>, rules: &Rules, hash: i64, over: bool) -> Result<Option<SharedValue>> {
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
        let Some(own) = own else {
            return ControlFlow::Continue(());
        };
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
        if !over && occurrences - 1 > rules.limit_number() {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    })?;
    Ok(text
        .filter(|_| occurrences > 1)
        .map(|text| SharedValue {
            excluded: rules.exclusions.hold(&text),
            value: text.chars().take(SHOWN).collect(),
            over: occurrences - 1 > rules.limit_number(),
            occurrences,
            pairs,
        })
        .filter(|value| over || !value.over))
}
