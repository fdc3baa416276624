//! How many tests passed, failed and were skipped.

use std::fmt;

/// A sum over suites.
#[derive(Default, Debug, PartialEq)]
pub struct Tally {
    /// Tests that passed.
    pub passed: usize,
    /// Tests that failed.
    pub failed: usize,
    /// Tests that did not run.
    pub skipped: usize,
    /// A line for each failure that we know by name.
    pub failures: Vec<String>,
}

impl Tally {
    /// Counts one success.
    pub fn pass(&mut self) {
        self.passed += 1;
    }

    /// Counts one failure and remembers why.
    pub fn fail(&mut self, why: impl Into<String>) {
        self.failed += 1;
        self.failures.push(why.into());
    }

    /// Adds the counts of another suite.
    pub fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
        self.failures.extend(other.failures);
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} passed, {} failed, {} skipped",
            self.passed, self.failed, self.skipped
        )
    }
}

/// The summary that nextest prints: `Summary [ 1.2s] 5 tests run: 3 passed (1 slow), 1 failed, 1 timed out, 2 skipped`.
pub fn nextest_summary(line: &str) -> Option<Tally> {
    let line = plain(line);
    let (_, counts) = line.trim_start().strip_prefix("Summary")?.split_once("run:")?;
    let mut tally = Tally::default();
    // `(2 slow, 1 flaky)` repeats tests that are counted already.
    let mut depth = 0_usize;
    let outside: String = counts
        .chars()
        .filter(|c| {
            match c {
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && *c != ')'
        })
        .collect();
    for part in outside.split(',') {
        let Some((number, word)) = part.trim().split_once(' ') else {
            continue;
        };
        let number: usize = number.parse().ok()?;
        match word.trim() {
            "passed" => tally.passed += number,
            "skipped" => tally.skipped += number,
            // "failed", "timed out", "exec failed": no success in any case
            _ => tally.failed += number,
        }
    }
    Some(tally)
}

/// The summary of rustc's own harness: `test result: ok. 3 passed; 0 failed; 1 ignored; …`.
pub fn harness_summary(line: &str) -> Option<Tally> {
    let line = plain(line);
    let counts = line.trim_start().strip_prefix("test result:")?;
    let mut tally = Tally::default();
    for part in counts.split([';', '.']) {
        let mut words = part.split_whitespace();
        let (Some(number), Some(word)) = (words.next(), words.next()) else {
            continue;
        };
        let Ok(number) = number.parse::<usize>() else {
            continue;
        };
        match word {
            "passed" => tally.passed += number,
            "failed" => tally.failed += number,
            "ignored" => tally.skipped += number,
            _ => {}
        }
    }
    Some(tally)
}

/// The line without the colour sequences of a terminal.
fn plain(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            chars.by_ref().find(char::is_ascii_alphabetic);
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(tally: &Tally) -> (usize, usize, usize) {
        (tally.passed, tally.failed, tally.skipped)
    }

    #[test]
    fn nextest_lines_are_understood() {
        let line = "     Summary [   1.234s] 123 tests run: 120 passed (2 slow, 1 flaky), 2 failed, 1 timed out, 4 skipped";
        assert_eq!(counts(&nextest_summary(line).unwrap()), (120, 3, 4));
        let cut = "Summary [ 0.1s] 3/9 tests run: 2 passed, 1 failed, 0 skipped";
        assert_eq!(counts(&nextest_summary(cut).unwrap()), (2, 1, 0));
        let coloured = "\u{1b}[32;1m     Summary\u{1b}[0m [   0.010s] \u{1b}[1m1\u{1b}[0m test run: \u{1b}[1m1\u{1b}[0m \u{1b}[32;1mpassed\u{1b}[0m, \u{1b}[1m0\u{1b}[0m \u{1b}[33;1mskipped\u{1b}[0m";
        assert_eq!(counts(&nextest_summary(coloured).unwrap()), (1, 0, 0));
        assert_eq!(
            nextest_summary("        PASS [   0.010s] entente-db some::test"),
            None
        );
    }

    #[test]
    fn harness_lines_are_understood() {
        let line =
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 7 filtered out; finished in 0.50s";
        assert_eq!(counts(&harness_summary(line).unwrap()), (3, 0, 1));
        let line = "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out";
        assert_eq!(counts(&harness_summary(line).unwrap()), (3, 2, 0));
        assert_eq!(harness_summary("running 3 tests"), None);
    }

    #[test]
    fn the_last_line_has_the_form_of_the_contract() {
        let mut tally = Tally::default();
        tally.pass();
        tally.fail("x");
        tally.add(Tally {
            passed: 2,
            failed: 0,
            skipped: 1,
            failures: vec![],
        });
        assert_eq!(tally.to_string(), "3 passed, 1 failed, 1 skipped");
    }
}
