//! The score of an attribute over time, for tuning a model on an example. spec: 05#5.4
use super::score::{self, Observation, ScoredTag, SightingCounts};
use super::{Formula, Parameters};

/// Most points of a course; a long lifetime gets a wider step.
pub const MAX_POINTS: i64 = 20_000;

const HOUR: i64 = 3_600;
const SECONDS_PER_DAY: f64 = 86_400.0;

/// A sighting as far as a course depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sighted {
    /// When, in seconds since 1970.
    pub at: i64,
    /// Whether it confirms the value (type 0).
    pub confirms: bool,
}

/// Everything about an attribute that its scores depend on. Times are seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct History<'a> {
    /// The base score.
    pub base: f64,
    /// The tags that count.
    pub tags: &'a [ScoredTag<'a>],
    /// When the attribute was last changed.
    pub timestamp: i64,
    /// When the attribute says that it was last seen.
    pub last_seen: Option<i64>,
    /// Sightings in ascending order of time.
    pub sightings: &'a [Sighted],
}

impl History<'_> {
    /// From the first sighting, or the change without one, until the newest evidence has outlived the model.
    #[must_use]
    pub fn span(&self, parameters: &Parameters) -> (i64, i64) {
        let first = self.sightings.first().map_or(self.timestamp, |seen| seen.at);
        let newest = newest(self.sightings);
        let evidence = score::reference_time(newest, self.last_seen, self.timestamp);
        let lifetime = (parameters.lifetime.max(0.0) * SECONDS_PER_DAY).min(1e15);
        #[expect(
            clippy::cast_possible_truncation,
            reason = "bounded far below the largest integer"
        )]
        let lifetime = lifetime as i64;
        (first, first.max(evidence.saturating_add(lifetime)))
    }

    /// The score at a moment, from what was known then.
    #[must_use]
    pub fn score_at(&self, formula: Formula, parameters: &Parameters, now: i64) -> f64 {
        let known = self.sightings.partition_point(|seen| seen.at <= now);
        let known = self.sightings.get(..known).unwrap_or_default();
        let newest = newest(known);
        let start = if self.timestamp <= now {
            let last_seen = self.last_seen.filter(|seen| *seen <= now);
            score::reference_time(newest, last_seen, self.timestamp)
        } else {
            newest.unwrap_or(now)
        };
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let sightings = if formula == Formula::Sightings {
            SightingCounts {
                all: count(known.len()),
                confirming: count(known.iter().filter(|seen| seen.confirms).count()),
            }
        } else {
            SightingCounts::default()
        };
        let seen = Observation {
            base: self.base,
            now,
            start,
            timestamp: self.timestamp,
            tags: self.tags,
            sightings,
        };
        score::score(formula, parameters, &seen)
    }
}

fn newest(sightings: &[Sighted]) -> Option<i64> {
    sightings
        .iter()
        .rev()
        .find(|seen| seen.confirms)
        .map(|seen| seen.at)
}

/// Moments and scores of the whole [`History::span`], each hour or, beyond [`MAX_POINTS`], at the smallest
/// number of hours that fits.
pub fn course<'a>(
    formula: Formula,
    parameters: &'a Parameters,
    history: &'a History<'a>,
) -> impl Iterator<Item = (i64, f64)> + 'a {
    let (first, last) = history.span(parameters);
    let hours = last.saturating_sub(first) / HOUR + 1;
    let step = HOUR.saturating_mul((hours + MAX_POINTS - 1) / MAX_POINTS);
    let moments = std::iter::successors(Some(first), move |at| at.checked_add(step));
    moments
        .take_while(move |at| *at <= last)
        .map(move |at| (at, history.score_at(formula, parameters, at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;

    fn model() -> Parameters {
        Parameters {
            lifetime: 4.0,
            decay_speed: 2.0,
            ..Parameters::default()
        }
    }

    #[test]
    fn a_sighting_lifts_the_score_to_the_base_again() {
        let sightings = [
            Sighted {
                at: 0,
                confirms: true,
            },
            Sighted {
                at: DAY,
                confirms: false,
            },
            Sighted {
                at: 2 * DAY,
                confirms: true,
            },
        ];
        let history = History {
            base: 80.0,
            tags: &[],
            timestamp: 0,
            last_seen: None,
            sightings: &sightings,
        };
        let points: Vec<(i64, f64)> = course(Formula::Polynomial, &model(), &history).collect();
        assert_eq!(points.len(), 6 * 24 + 1);
        assert_eq!((points[0], points[48]), ((0, 80.0), (2 * DAY, 80.0)));
        assert!(
            (points[24].1 - 40.0).abs() < 1e-9,
            "a quarter of the lifetime is gone"
        );
        assert!(points[47].1 < 40.0 && points[49].1 < 80.0);
        assert_eq!(points.last(), Some(&(6 * DAY, 0.0)));
    }

    #[test]
    fn without_sightings_the_change_is_the_beginning() {
        let history = History {
            base: 80.0,
            tags: &[],
            timestamp: 100,
            last_seen: Some(50),
            sightings: &[],
        };
        let points: Vec<(i64, f64)> = course(Formula::Polynomial, &model(), &history).collect();
        assert_eq!(points[0].0, 100);
        assert!(points[0].1 < 80.0, "last seen is older than the change");
        assert_eq!(points.len(), 4 * 24);
    }

    #[test]
    fn a_long_life_has_wider_steps() {
        let mut parameters = model();
        parameters.lifetime = 1e9;
        let history = History {
            base: 80.0,
            tags: &[],
            timestamp: 0,
            last_seen: None,
            sightings: &[],
        };
        let points = course(Formula::Polynomial, &parameters, &history).count();
        assert!((19_000..=20_000).contains(&points), "{points}");
    }
}
