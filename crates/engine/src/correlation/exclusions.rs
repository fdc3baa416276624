//! Values that are kept out of correlation. spec: 05#1.5
use crate::ctx::Ctx;
use crate::error::Result;
use entente_indicator::fold;
use std::collections::HashSet;

/// The excluded values, ready to be asked.
pub(super) struct Exclusions {
    exact: HashSet<String>,
    patterns: Vec<Pattern>,
}

/// Folded text, and whether anything may stand before and after it.
struct Pattern {
    text: String,
    before: bool,
    after: bool,
}

impl Exclusions {
    pub(super) fn load(ctx: &mut Ctx<'_, '_>) -> Result<Self> {
        let rows = entente_store::correlation_exclusion::all(ctx.tx)?;
        Ok(Self::new(rows.iter().map(|row| row.value.as_str())))
    }

    fn new<'a>(values: impl Iterator<Item = &'a str>) -> Self {
        let mut exclusions = Self {
            exact: HashSet::new(),
            patterns: Vec::new(),
        };
        for value in values {
            let (rest, before) = value
                .strip_prefix('%')
                .map_or((value, false), |rest| (rest, true));
            let (text, after) = rest.strip_suffix('%').map_or((rest, false), |rest| (rest, true));
            let text = fold(text).into_owned();
            if before || after {
                exclusions.patterns.push(Pattern { text, before, after });
            } else {
                exclusions.exact.insert(text);
            }
        }
        exclusions
    }

    /// Whether a folded half is excluded.
    pub(super) fn hold(&self, half: &str) -> bool {
        self.exact.contains(half)
            || self
                .patterns
                .iter()
                .any(|pattern| match (pattern.before, pattern.after) {
                    (true, true) => half.contains(&pattern.text),
                    (true, false) => half.ends_with(&pattern.text),
                    _ => half.starts_with(&pattern.text),
                })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exclusions_match_ignoring_case_and_at_the_ends_that_are_open() {
        let exclusions = Exclusions::new(["Exact", "%suffix", "prefix%", "%PART%"].into_iter());
        for (half, held) in [
            ("exact", true),
            ("exactly", false),
            ("a suffix", true),
            ("suffixes", false),
            ("prefixed", true),
            ("a prefix", false),
            ("a party", true),
        ] {
            assert_eq!(exclusions.hold(half), held, "{half}");
        }
    }
}
