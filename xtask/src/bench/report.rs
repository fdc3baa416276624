//! Figures: medians, and the JSON line of each.

use std::io::Write as _;
use std::time::Duration;

use anyhow::Result;
use serde_json::{Map, Value, json};

/// One figure on its way to becoming a line.
pub struct Figure {
    line: Map<String, Value>,
    met: Option<bool>,
}

impl Figure {
    /// A figure called `name`.
    pub fn new(name: &str) -> Self {
        let mut line = Map::new();
        line.insert("figure".to_owned(), json!(name));
        Self { line, met: None }
    }

    /// Adds a measured number; the unit stands at the end of `name`.
    pub fn with(mut self, name: &str, value: f64) -> Self {
        self.line.insert(name.to_owned(), json!(rounded(value)));
        self
    }

    /// Adds the goal in words and whether it is met; with several goals all must be.
    pub fn goal(mut self, words: &str, met: bool) -> Self {
        let words = match self.line.get("goal").and_then(Value::as_str) {
            Some(earlier) => format!("{earlier}; {words}"),
            None => words.to_owned(),
        };
        self.line.insert("goal".to_owned(), json!(words));
        self.met = Some(self.met.unwrap_or(true) && met);
        self
    }

    /// Prints the line.
    pub fn print(mut self) -> Result<()> {
        if let Some(met) = self.met {
            self.line.insert("met".to_owned(), json!(met));
        }
        println!("{}", Value::Object(self.line));
        Ok(std::io::stdout().flush()?)
    }
}

/// Four significant digits: more would only look exact.
fn rounded(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    let scale = 10_f64.powf(3.0 - value.abs().log10().floor());
    (value * scale).round() / scale
}

/// The middle one; zero for none.
pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Milliseconds.
pub fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle() {
        let times = [5, 1, 9, 2, 3].map(Duration::from_millis).to_vec();
        assert_eq!(median(times), Duration::from_millis(3));
        assert_eq!(median(vec![]), Duration::ZERO);
    }

    #[test]
    fn numbers_are_rounded_to_four_digits() {
        assert!((rounded(123.456) - 123.5).abs() < 1e-9);
        assert!((rounded(0.012_345_6) - 0.01235).abs() < 1e-12);
        assert!((rounded(1_234_567.0) - 1_235_000.0).abs() < 1e-6);
    }

    #[test]
    fn all_goals_of_a_figure_must_be_met() {
        let figure = Figure::new("x").goal("a", true).goal("b", false);
        assert_eq!(figure.met, Some(false));
        assert_eq!(figure.line["goal"], "a; b");
    }
}
