//! Times: seconds, microseconds and days, and how callers write them. spec: 01#3, 04#2.1
use jiff::{Timestamp, civil, tz::TimeZone};

/// Seconds since 1970 in UTC, the scale of edit versions.
pub type Seconds = i64;
/// Microseconds since 1970 in UTC, the scale of first and last seen.
pub type Micros = i64;

/// A calendar day, stored as days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i64);

impl Day {
    /// The day of a moment in UTC.
    #[must_use]
    pub fn of(seconds: Seconds) -> Self {
        Self(seconds.div_euclid(86_400))
    }
    /// Midnight UTC at which the day begins.
    #[must_use]
    pub fn start(self) -> Seconds {
        self.0.saturating_mul(86_400)
    }
    /// Any date that [`parse_moment`] reads, cut to its day.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(date) = text.trim().parse::<civil::Date>() {
            return Some(Self::of(
                date.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second(),
            ));
        }
        parse_moment(text).map(|micros| Self::of(micros.div_euclid(1_000_000)))
    }
}

impl std::fmt::Display for Day {
    /// `YYYY-MM-DD`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match Timestamp::from_second(self.start()) {
            Ok(at) => write!(f, "{}", at.to_zoned(TimeZone::UTC).date()),
            Err(_) => f.write_str("1970-01-01"),
        }
    }
}

/// `YYYY-MM-DD HH:MM:SS` in UTC, the form of row times. spec: 01#1 (DT)
#[must_use]
pub fn datetime(seconds: Seconds) -> String {
    Timestamp::from_second(seconds).map_or_else(
        |_| String::from("1970-01-01 00:00:00"),
        |at| at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
    )
}

/// `YYYY-MM-DDTHH:MM:SS.ffffff+00:00`. spec: 01#1 (ISO)
#[must_use]
pub fn iso_micros(micros: Micros) -> String {
    Timestamp::from_microsecond(micros).map_or_else(
        |_| String::new(),
        |at| at.strftime("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string(),
    )
}

/// `2024-03-01T12:00:00+00:00`: the moment in UTC with its offset.
#[must_use]
pub fn iso(seconds: Seconds) -> String {
    Timestamp::from_second(seconds).map_or_else(
        |_| String::new(),
        |at| at.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string(),
    )
}

/// RFC 3339 in UTC with whole seconds.
#[must_use]
pub fn rfc3339(seconds: Seconds) -> String {
    Timestamp::from_second(seconds).map_or_else(
        |_| String::new(),
        |at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
    )
}

/// Reads an absolute time as microseconds: RFC 3339 with any offset, a naive date and time (UTC),
/// a date (midnight UTC), or epoch seconds with an optional fraction. Years 1970 to 2100 only.
#[must_use]
pub fn parse_moment(text: &str) -> Option<Micros> {
    let text = text.trim();
    if text.is_empty() || text.len() > 64 {
        return None;
    }
    let micros = parse_epoch(text).or_else(|| parse_calendar(text))?;
    (0..=4_133_980_800_000_000).contains(&micros).then_some(micros)
}

fn parse_epoch(text: &str) -> Option<Micros> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 12 || !digits(whole) || !digits(fraction) || fraction.len() > 9 {
        return None;
    }
    let mut micros = whole.parse::<i64>().ok()?.checked_mul(1_000_000)?;
    let padded: String = fraction.chars().chain("000000".chars()).take(6).collect();
    micros = micros.checked_add(padded.parse().ok()?)?;
    Some(micros)
}

fn parse_calendar(text: &str) -> Option<Micros> {
    let cleaned = text.replacen(' ', "T", 1);
    if let Ok(at) = cleaned.parse::<Timestamp>() {
        return Some(at.as_microsecond());
    }
    // jiff wants `+00:00`; clients also send `+0000` and `+00`.
    if let Some(at) = with_colon_offset(&cleaned).and_then(|t| t.parse::<Timestamp>().ok()) {
        return Some(at.as_microsecond());
    }
    let naive = cleaned.parse::<civil::DateTime>().ok().or_else(|| {
        text.parse::<civil::Date>()
            .ok()
            .map(|d| d.to_datetime(civil::Time::midnight()))
    })?;
    Some(naive.to_zoned(TimeZone::UTC).ok()?.timestamp().as_microsecond())
}

fn with_colon_offset(text: &str) -> Option<String> {
    let at = text.rfind(['+', '-']).filter(|at| *at > 10)?;
    let (head, offset) = text.split_at_checked(at)?;
    match offset.len() {
        3 => Some(format!("{head}{offset}:00")),
        5 => Some(format!("{head}{}:{}", offset.get(..3)?, offset.get(3..)?)),
        _ => None,
    }
}

/// A time in a filter: epoch seconds, `<n>d|h|m|s` before `now`, or any absolute time.
/// What cannot be read is one second in the future, so that it finds nothing. spec: 04#2.1
#[must_use]
pub fn filter_time(text: &str, now: Seconds) -> Seconds {
    let text = text.trim();
    let body = text.get(..text.len().saturating_sub(1)).unwrap_or("");
    let unit = match text.bytes().last() {
        Some(b'd') => Some(86_400),
        Some(b'h') => Some(3_600),
        Some(b'm') => Some(60),
        Some(b's') => Some(1),
        _ => None,
    };
    if let Some(unit) = unit
        && !body.is_empty()
        && body.bytes().all(|b| b.is_ascii_digit())
    {
        let n: i64 = body.parse().unwrap_or(i64::MAX);
        return now.saturating_sub(n.saturating_mul(unit)).max(0);
    }
    parse_moment(text).map_or(now.saturating_add(1), |micros| micros.div_euclid(1_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_in_every_form() {
        let expected = 1_741_082_400_000_000;
        for text in [
            "1741082400",
            "1741082400.0",
            "2025-03-04T10:00:00Z",
            "2025-03-04T12:00:00+02:00",
            "2025-03-04T12:00:00+0200",
            "2025-03-04 10:00:00",
            "2025-03-04T10:00:00.000000+00:00",
        ] {
            assert_eq!(parse_moment(text), Some(expected), "{text}");
        }
        assert_eq!(parse_moment("2025-03-04"), Some(1_741_046_400_000_000));
        for text in ["", "x", "2025-13-01", "9999999999999999", "2200-01-01", "1e9y"] {
            assert_eq!(parse_moment(text), None, "{text}");
        }
    }

    #[test]
    fn rendering() {
        assert_eq!(
            iso_micros(1_741_082_400_000_001),
            "2025-03-04T10:00:00.000001+00:00"
        );
        assert_eq!(datetime(1_741_082_400), "2025-03-04 10:00:00");
        assert_eq!(Day::parse("2025-03-04").unwrap().to_string(), "2025-03-04");
    }

    #[test]
    fn filter_times() {
        assert_eq!(filter_time("2d", 1_000_000), 1_000_000 - 172_800);
        assert_eq!(filter_time("5x", 10), 11);
        assert_eq!(filter_time("99999999999999999d", 10), 0);
        assert_eq!(filter_time("1700000000", 10), 1_700_000_000);
    }
}
