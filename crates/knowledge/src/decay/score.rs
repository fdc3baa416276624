//! The arithmetic of decay, as pure functions. Times are seconds since 1970. spec: 05#5.2, 05#5.3

use super::{Formula, Parameters};

const SECONDS_PER_DAY: f64 = 86_400.0;

/// A tag as far as a score needs it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScoredTag<'a> {
    /// The tag's name.
    pub name: &'a str,
    /// The taxonomy's number for it, or the user's own.
    pub numerical_value: Option<f64>,
}

/// The base of a tag: `ns:pred` of `ns:pred="val"`, `ns` of `ns:pred`, else the whole name.
#[must_use]
pub fn tag_base(name: &str) -> &str {
    if let Some((base, value)) = name.split_once('=')
        && base.contains(':')
        && value.len() >= 2
        && value.starts_with('"')
        && value.ends_with('"')
    {
        return base;
    }
    name.split_once(':').map_or(name, |(namespace, _)| namespace)
}

/// The tags that count for an attribute: its own, and those of its event whose base is not
/// among them.
#[must_use]
pub fn effective_tags<'a>(
    event_tags: &[ScoredTag<'a>],
    attribute_tags: &[ScoredTag<'a>],
) -> Vec<ScoredTag<'a>> {
    let overruled = |tag: &ScoredTag<'_>| {
        attribute_tags
            .iter()
            .any(|own| tag_base(own.name) == tag_base(tag.name))
    };
    let inherited = event_tags.iter().filter(|tag| !overruled(tag));
    inherited.chain(attribute_tags).copied().collect()
}

/// A base score and how it came about.
#[derive(Debug, Clone, PartialEq)]
pub struct BaseScore {
    /// The score, usually 0 to 100.
    pub score: f64,
    /// The counting tags with their effective ratios; empty when the default was taken.
    pub ratios: Vec<(String, f64)>,
}

/// The mean of the tags' numbers, weighted by the model's ratios for their bases; the model's
/// default when no tag counts.
#[must_use]
pub fn base_score(parameters: &Parameters, tags: &[ScoredTag<'_>]) -> BaseScore {
    let counting: Vec<(&str, f64, f64)> = tags
        .iter()
        .filter_map(|tag| {
            let weight = *parameters.base_score_config.get(tag_base(tag.name))?;
            Some((tag.name, weight, tag.numerical_value?))
        })
        .collect();
    let total: f64 = counting.iter().map(|(_, weight, _)| weight).sum();
    // Weights that cancel out leave nothing to divide by, as if no tag counted.
    if counting.is_empty() || total == 0.0 || !total.is_finite() {
        return BaseScore {
            score: parameters.default_base_score,
            ratios: Vec::new(),
        };
    }
    BaseScore {
        score: counting
            .iter()
            .map(|(_, weight, value)| weight / total * value)
            .sum(),
        ratios: counting
            .iter()
            .map(|(name, weight, _)| ((*name).to_owned(), weight / total))
            .collect(),
    }
}

/// From when an attribute decays: the newest sighting, else last seen, else its change; a change
/// after the sighting counts from last seen or from itself.
#[must_use]
pub fn reference_time(newest_sighting: Option<i64>, last_seen: Option<i64>, timestamp: i64) -> i64 {
    let unsighted = last_seen.unwrap_or(timestamp);
    let start = newest_sighting.unwrap_or(unsighted);
    if timestamp > start { unsighted } else { start }
}

/// How often a value was sighted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SightingCounts {
    /// Sightings of every type.
    pub all: u32,
    /// Sightings that confirm (type 0).
    pub confirming: u32,
}

/// Everything besides the model that a score depends on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation<'a> {
    /// The base score.
    pub base: f64,
    /// The current time.
    pub now: i64,
    /// From when the value decays, see [`reference_time`]; for an event when it was published.
    pub start: i64,
    /// When the attribute was last changed.
    pub timestamp: i64,
    /// The tags that count.
    pub tags: &'a [ScoredTag<'a>],
    /// The sightings.
    pub sightings: SightingCounts,
}

/// The score by the model's formula.
#[must_use]
pub fn score(formula: Formula, parameters: &Parameters, seen: &Observation<'_>) -> f64 {
    let elapsed = seen.now.saturating_sub(seen.start);
    match formula {
        Formula::Polynomial => polynomial(parameters, seen.base, elapsed),
        Formula::PolynomialExtended => {
            let age = seen.now.saturating_sub(seen.timestamp);
            if retention_over(seen.tags, age) {
                0.0
            } else {
                polynomial(parameters, seen.base, elapsed)
            }
        }
        Formula::Sightings => by_sightings(parameters, seen.base, seen.sightings),
    }
}

/// `base × (1 − (elapsed/lifetime)^(1/decay_speed))`, never below 0; 0 before the start and
/// without a lifetime. Elapsed is in seconds.
#[must_use]
pub fn polynomial(parameters: &Parameters, base: f64, elapsed: i64) -> f64 {
    let lifetime = parameters.lifetime * SECONDS_PER_DAY;
    if elapsed < 0 || lifetime <= 0.0 {
        return 0.0;
    }
    let share = (seconds(elapsed) / lifetime).powf(1.0 / parameters.decay_speed);
    // `max` also turns the undefined result of senseless parameters into 0.
    (base * (1.0 - share)).max(0.0)
}

/// The base score by the share of confirming sightings, once there are enough of them.
#[must_use]
pub fn by_sightings(parameters: &Parameters, base: f64, sightings: SightingCounts) -> f64 {
    let setting = |name, default| parameters.setting(name).unwrap_or(default);
    let (all, confirming) = (f64::from(sightings.all), f64::from(sightings.confirming));
    let (true_offset, false_offset) = (
        setting("true_positive_offset", 0.0),
        setting("false_positive_offset", 0.0),
    );
    let weighed = all + true_offset + false_offset;
    if all < setting("minimum_sightings", 1.0) || weighed == 0.0 {
        return base;
    }
    (confirming + true_offset) / weighed * base
}

/// Whether a score counts as decayed.
#[must_use]
pub fn is_decayed(parameters: &Parameters, score: f64) -> bool {
    parameters.threshold > score
}

/// Whether a `retention` tag's days have passed; age is in seconds.
fn retention_over(tags: &[ScoredTag<'_>], age: i64) -> bool {
    let retentions = tags.iter().filter(|tag| tag.name.starts_with("retention:"));
    retentions
        .filter_map(|tag| tag.numerical_value)
        .any(|days| seconds(age) > days * SECONDS_PER_DAY)
}

/// Exact up to 2^53 seconds, far beyond any lifetime.
fn seconds(count: i64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;

    fn model() -> Parameters {
        Parameters {
            lifetime: 120.0,
            decay_speed: 2.0,
            threshold: 30.0,
            default_base_score: 80.0,
            base_score_config: [("a:x".to_owned(), 0.5), ("retention".to_owned(), 0.25)].into(),
            ..Parameters::default()
        }
    }

    fn tag(name: &str, value: impl Into<Option<f64>>) -> ScoredTag<'_> {
        ScoredTag {
            name,
            numerical_value: value.into(),
        }
    }

    fn seen<'a>(tags: &'a [ScoredTag<'a>], days: i64) -> Observation<'a> {
        let sightings = SightingCounts::default();
        Observation {
            base: 80.0,
            now: days * DAY,
            start: 0,
            timestamp: 0,
            tags,
            sightings,
        }
    }

    #[test]
    fn the_polynomial_of_the_specification() {
        let score = |elapsed| polynomial(&model(), 80.0, elapsed);
        assert!((score(30 * DAY) - 40.0).abs() < 1e-9);
        assert_eq!(
            (score(0), score(-1), score(120 * DAY), score(121 * DAY)),
            (80.0, 0.0, 0.0, 0.0)
        );
        assert!(!is_decayed(&model(), 30.0) && is_decayed(&model(), 29.9));
        assert_eq!(polynomial(&Parameters::default(), 80.0, DAY), 0.0);
    }

    #[test]
    fn an_expired_retention_ends_the_extended_polynomial() {
        let tags = [tag("retention:20d", 20.0)];
        let extended = |days| score(Formula::PolynomialExtended, &model(), &seen(&tags, days));
        assert!(extended(20) > 0.0);
        assert_eq!(extended(21), 0.0);
        assert!(score(Formula::Polynomial, &model(), &seen(&tags, 21)) > 0.0);
    }

    #[test]
    fn sightings_scale_the_base() {
        let mut parameters = model();
        let score = |parameters: &Parameters, all, confirming| {
            by_sightings(parameters, 80.0, SightingCounts { all, confirming })
        };
        assert_eq!((score(&parameters, 0, 0), score(&parameters, 4, 1)), (80.0, 20.0));
        parameters
            .settings
            .insert("minimum_sightings".to_owned(), 5.into());
        parameters
            .settings
            .insert("true_positive_offset".to_owned(), 1.into());
        parameters
            .settings
            .insert("false_positive_offset".to_owned(), 4.into());
        assert_eq!((score(&parameters, 4, 1), score(&parameters, 5, 4)), (80.0, 40.0));
        parameters
            .settings
            .insert("minimum_sightings".to_owned(), 0.into());
        parameters
            .settings
            .insert("true_positive_offset".to_owned(), (-4).into());
        assert_eq!(score(&parameters, 0, 0), 80.0, "nothing to divide by");
    }

    #[test]
    fn bases_of_tags() {
        assert_eq!(tag_base("ns:pred=\"val\""), "ns:pred");
        assert_eq!(tag_base("ns:pred=\"a=b:c\""), "ns:pred");
        assert_eq!(tag_base("ns:pred"), "ns");
        assert_eq!(tag_base("plain"), "plain");
        assert_eq!(tag_base("plain=\"x\""), "plain=\"x\"");
    }

    #[test]
    fn attribute_tags_overrule_event_tags_of_the_same_base() {
        let event = [tag("a:x=\"1\"", 10.0), tag("retention:30d", 30.0)];
        let own = [tag("a:x=\"2\"", 20.0), tag("a:x=\"3\"", 40.0)];
        let tags = effective_tags(&event, &own);
        assert_eq!(
            tags.iter().map(|tag| tag.name).collect::<Vec<_>>(),
            ["retention:30d", "a:x=\"2\"", "a:x=\"3\""]
        );
        let base = base_score(&model(), &tags);
        // (0.25×30 + 0.5×20 + 0.5×40) / 1.25
        assert!((base.score - 30.0).abs() < 1e-9);
        assert_eq!(base.ratios[0], ("retention:30d".to_owned(), 0.2));
    }

    #[test]
    fn without_a_counting_tag_the_default_holds() {
        let tags = [tag("other", 5.0), tag("a:x=\"no number\"", None)];
        assert_eq!(
            base_score(&model(), &tags),
            BaseScore {
                score: 80.0,
                ratios: Vec::new()
            }
        );
        let mut weightless = model();
        weightless.base_score_config.insert("a:x".to_owned(), 0.0);
        assert_eq!(base_score(&weightless, &[tag("a:x=\"1\"", 5.0)]).score, 80.0);
    }

    #[test]
    fn decay_starts_at_the_newest_evidence() {
        assert_eq!(reference_time(Some(50), Some(10), 20), 50);
        assert_eq!(
            reference_time(Some(15), Some(10), 20),
            10,
            "changed after the sighting"
        );
        assert_eq!(reference_time(Some(15), None, 20), 20);
        assert_eq!(reference_time(None, Some(30), 20), 30);
        assert_eq!(reference_time(None, Some(10), 20), 10);
        assert_eq!(reference_time(None, None, 20), 20);
    }
}
