//! Dates and times in the spellings people use, written in one ISO 8601 form.

use jiff::civil::{Date, DateTime, ISOWeekDate, Weekday};
use jiff::{Span, Timestamp, tz::Offset};

use crate::value::Today;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// `YYYY-MM-DDTHH:MM:SS.ffffff±hhmm`. A given offset is kept, a missing one is UTC.
pub(super) fn date_time(text: &str, today: Option<Today>) -> Option<String> {
    let text = text.strip_suffix('.').unwrap_or(text);
    if let Some(moment) = today.and_then(|today| named_moment(text, today)) {
        return Some(written(moment, 0, "+0000"));
    }
    let mut reader = Reader { rest: text };
    let date = reader.date()?;
    let Clock { seconds, micros } = reader.clock()?;
    let offset = reader.offset()?;
    if !reader.rest.is_empty() {
        return None;
    }
    let moment = date.to_datetime(jiff::civil::Time::midnight());
    Some(written(
        moment.checked_add(Span::new().seconds(seconds)).ok()?,
        micros,
        &offset,
    ))
}

/// Whether a normalised text is a date.
pub(crate) fn is_date_time(text: &str) -> bool {
    date_time(text, None).is_some()
}

fn written(moment: DateTime, micros: u32, offset: &str) -> String {
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{micros:06}{offset}",
        moment.year(),
        moment.month(),
        moment.day(),
        moment.hour(),
        moment.minute(),
        moment.second()
    )
}

fn named_moment(text: &str, today: Today) -> Option<DateTime> {
    let days = match text.to_ascii_lowercase().as_str() {
        "now" | "today" => 0,
        "yesterday" => -1,
        "tomorrow" => 1,
        _ => return None,
    };
    let now = Offset::UTC.to_datetime(Timestamp::from_second(today.unix_seconds()).ok()?);
    if text.eq_ignore_ascii_case("now") {
        return Some(now);
    }
    let date = now.date().checked_add(Span::new().days(days)).ok()?;
    Some(date.to_datetime(jiff::civil::Time::midnight()))
}

/// A day up to 31 beyond the end of its month counts into the next one.
fn rolled_over(year: i16, month: i8, day: i8) -> Option<Date> {
    if !(1..=31).contains(&day) {
        return None;
    }
    Date::new(year, month, 1)
        .ok()?
        .checked_add(Span::new().days(day - 1))
        .ok()
}

/// Two-digit years are of this century up to 69, as POSIX has it.
fn full_year(two_digits: i16) -> i16 {
    if two_digits < 70 {
        2000 + two_digits
    } else {
        1900 + two_digits
    }
}

/// Time of day.
struct Clock {
    seconds: i64,
    micros: u32,
}

/// What is left to read.
struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    /// A run of digits; how many there are tells the spellings apart.
    fn digits(&mut self) -> &'a str {
        let end = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.rest.split_at_checked(end).unwrap_or(("", self.rest));
        self.rest = rest;
        digits
    }

    /// A run of digits of one of these lengths, as a number.
    fn number<N: std::str::FromStr>(&mut self, lengths: std::ops::RangeInclusive<usize>) -> Option<N> {
        let digits = self.digits();
        if lengths.contains(&digits.len()) {
            digits.parse().ok()
        } else {
            None
        }
    }

    fn eat(&mut self, c: char) -> bool {
        match self.rest.strip_prefix(c) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
    }

    fn date(&mut self) -> Option<Date> {
        let first = self.digits();
        match first.len() {
            8 => compact(first),
            4 => self.after_year(first.parse().ok()?),
            1 | 2 => self.after_short(first),
            0 => self.month_first(),
            _ => None,
        }
    }

    /// `2024-03-01`, `2024/3/1`, `2024-W09-5`, `2024W095`.
    fn after_year(&mut self, year: i16) -> Option<Date> {
        let slash = self.eat('/');
        let hyphen = !slash && self.eat('-');
        if !slash && self.eat('W') {
            return self.week(year, hyphen);
        }
        if !slash && !hyphen {
            return None;
        }
        let month = self.number(1..=2)?;
        if !self.eat(if slash { '/' } else { '-' }) {
            return None;
        }
        rolled_over(year, month, self.number(1..=2)?)
    }

    fn week(&mut self, year: i16, hyphen: bool) -> Option<Date> {
        let (week, day): (i8, i8) = if hyphen {
            let week = self.number(2..=2)?;
            (week, if self.eat('-') { self.number(1..=1)? } else { 1 })
        } else {
            let digits = self.digits();
            match digits.len() {
                2 => (digits.parse().ok()?, 1),
                3 => {
                    let (week, day) = digits.split_at_checked(2)?;
                    (week.parse().ok()?, day.parse().ok()?)
                }
                _ => return None,
            }
        };
        let weekday = Weekday::from_monday_one_offset(day).ok()?;
        Some(ISOWeekDate::new(year, week, weekday).ok()?.date())
    }

    /// `24-03-01`, `01-03-2024`, `01.03.2024`, `03/01/2024`, `1 March 2024`.
    fn after_short(&mut self, first: &str) -> Option<Date> {
        let number: i8 = first.parse().ok()?;
        if self.eat('/') {
            let day = self.number(1..=2)?;
            let year = if self.eat('/') {
                self.number(4..=4)?
            } else {
                return None;
            };
            return rolled_over(year, number, day);
        }
        if self.eat('.') {
            let month = self.number(1..=2)?;
            let year = if self.eat('.') {
                self.number(4..=4)?
            } else {
                return None;
            };
            return rolled_over(year, month, number);
        }
        if self.eat('-') {
            let month = self.number(1..=2)?;
            let last = if self.eat('-') { self.digits() } else { return None };
            return match last.len() {
                4 => rolled_over(last.parse().ok()?, month, number),
                1 | 2 if first.len() == 2 => {
                    rolled_over(full_year(i16::from(number)), month, last.parse().ok()?)
                }
                _ => None,
            };
        }
        self.ordinal_suffix();
        self.blanks();
        let month = self.month_name()?;
        self.blanks();
        rolled_over(self.number(4..=4)?, month, number)
    }

    /// `March 1st 2024`, `Mar 1, 2024`.
    fn month_first(&mut self) -> Option<Date> {
        let month = self.month_name()?;
        self.blanks();
        let day = self.number(1..=2)?;
        self.ordinal_suffix();
        self.eat(',');
        self.blanks();
        rolled_over(self.number(4..=4)?, month, day)
    }

    fn ordinal_suffix(&mut self) {
        for suffix in ["st", "nd", "rd", "th"] {
            if let Some((start, rest)) = self.rest.split_at_checked(2)
                && start.eq_ignore_ascii_case(suffix)
            {
                self.rest = rest;
                return;
            }
        }
    }

    /// The whole name of a month or its first three letters, in any case.
    fn month_name(&mut self) -> Option<i8> {
        let end = self.rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (word, rest) = self.rest.split_at_checked(end)?;
        let word = word.to_ascii_lowercase();
        let (_, number) = MONTHS
            .iter()
            .zip(1i8..)
            .find(|(name, _)| **name == word || (word.len() == 3 && name.starts_with(&word)))?;
        self.rest = rest;
        Some(number)
    }

    /// Nothing (midnight), or a separator and `HH:MM[:SS[.f]]` or `HHMM[SS]`.
    fn clock(&mut self) -> Option<Clock> {
        const MIDNIGHT: Clock = Clock {
            seconds: 0,
            micros: 0,
        };
        if !self.eat('T') && !self.eat('t') {
            let before = self.rest;
            self.blanks();
            if !self.rest.starts_with(|c: char| c.is_ascii_digit()) {
                self.rest = before;
                return Some(MIDNIGHT);
            }
        }
        let first = self.digits();
        let (hour, minute, second): (i64, i64, i64) = match first.len() {
            1 | 2 => {
                let minute = if self.eat(':') {
                    self.number(2..=2)?
                } else {
                    return None;
                };
                (
                    first.parse().ok()?,
                    minute,
                    if self.eat(':') { self.number(2..=2)? } else { 0 },
                )
            }
            4 | 6 => {
                let (hour, rest) = first.split_at_checked(2)?;
                let (minute, second) = rest.split_at_checked(2)?;
                let second = if second.is_empty() {
                    0
                } else {
                    second.parse().ok()?
                };
                (hour.parse().ok()?, minute.parse().ok()?, second)
            }
            _ => return None,
        };
        let micros = if self.eat('.') || self.eat(',') {
            self.fraction()?
        } else {
            0
        };
        // A leap second and the midnight at the end of a day count into the next minute or day.
        let in_range = hour < 24 && minute < 60 && second <= 60;
        let end_of_day = hour == 24 && minute == 0 && second == 0 && micros == 0;
        (in_range || end_of_day).then_some(Clock {
            seconds: hour * 3600 + minute * 60 + second,
            micros,
        })
    }

    /// Digits after the decimal point as microseconds; finer ones are cut.
    fn fraction(&mut self) -> Option<u32> {
        let digits = self.digits();
        if digits.is_empty() {
            return None;
        }
        let micros: String = digits.chars().chain("000000".chars()).take(6).collect();
        micros.parse().ok()
    }

    /// `±hhmm` from `±hh[:]mm`, `±hh`, `Z` or nothing.
    fn offset(&mut self) -> Option<String> {
        self.blanks();
        for utc in ["Z", "UTC", "GMT"] {
            if self.rest.eq_ignore_ascii_case(utc) {
                self.rest = "";
                return Some("+0000".to_owned());
            }
        }
        let sign = if self.eat('+') {
            '+'
        } else if self.eat('-') {
            '-'
        } else {
            return Some("+0000".to_owned());
        };
        let digits = self.digits();
        let (hour, minute): (u8, u8) = match digits.len() {
            1 | 2 => {
                let minute = if self.eat(':') { self.number(2..=2)? } else { 0 };
                (digits.parse().ok()?, minute)
            }
            4 => {
                let (hour, minute) = digits.split_at_checked(2)?;
                (hour.parse().ok()?, minute.parse().ok()?)
            }
            _ => return None,
        };
        (hour < 24 && minute < 60).then(|| format!("{sign}{hour:02}{minute:02}"))
    }
}

/// `20240301`.
fn compact(digits: &str) -> Option<Date> {
    let (year, rest) = digits.split_at_checked(4)?;
    let (month, day) = rest.split_at_checked(2)?;
    rolled_over(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    // 2024-03-01T12:30:15Z
    const TODAY: Today = Today::from_unix_seconds(1_709_296_215);

    fn read(text: &str) -> Option<String> {
        date_time(text, Some(TODAY))
    }

    #[test]
    fn one_day_has_many_spellings() {
        for text in [
            "2024-03-01",
            "2024-3-1",
            "20240301",
            "24-03-01",
            "2024-W09-5",
            "2024W095",
            "03/01/2024",
            "01-03-2024",
            "01.03.2024",
            "2024/03/01",
            "March 1st 2024",
            "mar 1, 2024",
            "1 March 2024",
            "2024-02-30",
            "2024-03-01.",
            "today",
            "2024-02-29T24:00",
        ] {
            assert_eq!(
                read(text).as_deref(),
                Some("2024-03-01T00:00:00.000000+0000"),
                "{text}"
            );
        }
    }

    #[test]
    fn one_moment_has_many_spellings() {
        for text in [
            "2024-03-01T12:30:00.5+0200",
            "2024-03-01t12:30:00.500000+02:00",
            "2024-03-01 12:30:00,5 +02",
            "20240301T123000.5000009+0200",
        ] {
            assert_eq!(
                read(text).as_deref(),
                Some("2024-03-01T12:30:00.500000+0200"),
                "{text}"
            );
        }
        assert_eq!(
            read("2024-03-01T12:30Z").as_deref(),
            Some("2024-03-01T12:30:00.000000+0000")
        );
    }

    #[test]
    fn words_are_relative_to_the_given_time() {
        assert_eq!(read("NOW").as_deref(), Some("2024-03-01T12:30:15.000000+0000"));
        assert_eq!(
            read("yesterday").as_deref(),
            Some("2024-02-29T00:00:00.000000+0000")
        );
        assert_eq!(
            read("tomorrow").as_deref(),
            Some("2024-03-02T00:00:00.000000+0000")
        );
        assert_eq!(date_time("now", None), None);
        assert_eq!(date_time("now", Some(Today::from_unix_seconds(i64::MAX))), None);
    }

    #[test]
    fn what_is_no_date_is_not_read() {
        for text in [
            "",
            "0",
            "1709296215",
            "03-2024",
            "2024-13-01",
            "2024-03-01T25:00:00",
            "0000-00-00",
            "2024-03-32",
            "2024-03-01T12:30:00+2460",
            "2024-03-01T",
            "2024-03-01x",
            "9999-12-31T24:00",
            "2024-W60-1",
            "١٢",
            "2024-03-01T12:30:61",
            "2024-03-01 12",
            "Foo 1 2024",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn the_written_form_is_read_back() {
        let written = "2024-03-01T12:30:00.123456-0930";
        assert_eq!(read(written).as_deref(), Some(written));
    }
}
