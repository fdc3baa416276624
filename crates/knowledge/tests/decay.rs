//! What holds of scores whatever the model and the history.
use entente_knowledge::decay::course::{History, Sighted, course};
use entente_knowledge::decay::score::{
    Observation, ScoredTag, SightingCounts, base_score, effective_tags, is_decayed, reference_time, score,
    tag_base,
};
use entente_knowledge::decay::{Formula, Parameters};
use proptest::prelude::*;
use proptest::sample::select;

const TAGS: [&str; 6] = [
    "risk:level=\"low\"",
    "risk:level=\"high\"",
    "retention:30d",
    "retention:1d",
    "plain",
    "other:x",
];

fn parameters() -> impl Strategy<Value = Parameters> {
    let weights = prop::collection::btree_map(
        select(vec!["risk:level", "retention", "plain"]).prop_map(str::to_owned),
        0.0..1.0_f64,
        0..4,
    );
    (
        0.01..5_000.0_f64,
        0.05..50.0_f64,
        0.0..100.0_f64,
        0.0..=100.0_f64,
        weights,
    )
        .prop_map(
            |(lifetime, decay_speed, threshold, default_base_score, base_score_config)| Parameters {
                lifetime,
                decay_speed,
                threshold,
                default_base_score,
                base_score_config,
                ..Parameters::default()
            },
        )
}

fn tags() -> impl Strategy<Value = Vec<ScoredTag<'static>>> {
    let tag =
        (select(TAGS.to_vec()), prop::option::of(0.0..=100.0_f64)).prop_map(|(name, numerical_value)| {
            ScoredTag {
                name,
                numerical_value,
            }
        });
    prop::collection::vec(tag, 0..6)
}

fn formula() -> impl Strategy<Value = Formula> {
    select(vec![
        Formula::Polynomial,
        Formula::PolynomialExtended,
        Formula::Sightings,
    ])
}

fn seen<'a>(base: f64, now: i64, tags: &'a [ScoredTag<'a>]) -> Observation<'a> {
    Observation {
        base,
        now,
        start: 0,
        timestamp: 0,
        tags,
        sightings: SightingCounts::default(),
    }
}

proptest! {
    #[test]
    fn scores_only_fall_with_time(
        parameters in parameters(), formula in formula(), tags in tags(),
        first in 0..500_000_000_i64, more in 0..500_000_000_i64,
    ) {
        let base = base_score(&parameters, &tags).score;
        let earlier = score(formula, &parameters, &seen(base, first, &tags));
        let later = score(formula, &parameters, &seen(base, first + more, &tags));
        prop_assert!(later <= earlier + 1e-9, "{later} after {earlier}");
        // what has decayed stays so without new evidence
        prop_assert!(!is_decayed(&parameters, earlier) || is_decayed(&parameters, later));
    }

    #[test]
    fn scores_stay_between_nothing_and_the_base(
        parameters in parameters(), formula in formula(), event in tags(), own in tags(),
        elapsed in any::<i64>(), confirming in 0..50_u32, others in 0..50_u32,
    ) {
        let tags = effective_tags(&event, &own);
        let base = base_score(&parameters, &tags).score;
        prop_assert!((0.0..=100.0 + 1e-9).contains(&base), "{base}");
        let mut seen = seen(base, elapsed, &tags);
        seen.sightings = SightingCounts { all: confirming + others, confirming };
        let score = score(formula, &parameters, &seen);
        prop_assert!((0.0..=base).contains(&score), "{score} of {base}");
    }

    #[test]
    fn a_sighting_now_brings_back_the_base(
        parameters in parameters(), tags in tags(), timestamp in 0..1_000_000_000_i64,
        last_seen in prop::option::of(0..1_000_000_000_i64), age in 0..1_000_000_000_i64,
    ) {
        let base = base_score(&parameters, &tags).score;
        let now = timestamp + age;
        let sighted = Observation {
            start: reference_time(Some(now), last_seen, timestamp),
            timestamp,
            ..seen(base, now, &tags)
        };
        prop_assert_eq!(score(Formula::Polynomial, &parameters, &sighted), base);
    }

    #[test]
    fn ratios_share_one_whole(parameters in parameters(), tags in tags()) {
        let base = base_score(&parameters, &tags);
        let total: f64 = base.ratios.iter().map(|(_, ratio)| ratio).sum();
        prop_assert!(base.ratios.is_empty() || (total - 1.0).abs() < 1e-9);
        prop_assert!(!base.ratios.is_empty() || base.score == parameters.default_base_score);
    }

    #[test]
    fn own_tags_replace_inherited_ones_of_their_base(event in tags(), own in tags()) {
        let tags = effective_tags(&event, &own);
        prop_assert_eq!(&tags[tags.len() - own.len()..], &own[..]);
        let inherited = &tags[..tags.len() - own.len()];
        prop_assert!(inherited.iter().all(|tag| own.iter().all(|own| tag_base(own.name) != tag_base(tag.name))));
    }

    #[test]
    fn a_course_is_the_score_of_each_moment(
        mut parameters in parameters(), formula in formula(),
        mut times in prop::collection::vec((0..10_000_000_i64, any::<bool>()), 0..5),
        timestamp in 0..10_000_000_i64, last_seen in prop::option::of(0..10_000_000_i64),
    ) {
        parameters.lifetime = parameters.lifetime.min(30.0);
        times.sort_unstable();
        let sightings: Vec<Sighted> = times.into_iter().map(|(at, confirms)| Sighted { at, confirms }).collect();
        let history = History { base: 80.0, tags: &[], timestamp, last_seen, sightings: &sightings };
        let points: Vec<(i64, f64)> = course(formula, &parameters, &history).collect();
        prop_assert!(!points.is_empty() && points.windows(2).all(|pair| pair[0].0 < pair[1].0));
        prop_assert!(points.iter().all(|(_, score)| (0.0..=80.0).contains(score)));
        for sighting in sightings.iter().filter(|seen| seen.confirms && seen.at >= timestamp) {
            prop_assert_eq!(history.score_at(Formula::Polynomial, &parameters, sighting.at), 80.0);
        }
    }
}
