//! Timestamps as STIX writes them.
use entente_model::time::{Micros, Seconds, iso_micros, parse_moment};
use serde_json::Value;

/// A second, with the three digits that `created` and `modified` have.
#[must_use]
pub fn version(seconds: Seconds) -> String {
    let text = iso_micros(seconds.saturating_mul(1_000_000));
    format!("{}.000Z", text.get(..19).unwrap_or("1970-01-01T00:00:00"))
}

/// A moment, with as many digits as it needs.
#[must_use]
pub fn plain(micros: Micros) -> String {
    let text = iso_micros(micros);
    let digits = text.get(..26).unwrap_or("1970-01-01T00:00:00.000000");
    let digits = digits.trim_end_matches('0').trim_end_matches('.');
    format!("{digits}Z")
}

/// Reads a timestamp.
#[must_use]
pub fn parse(value: Option<&Value>) -> Option<Micros> {
    parse_moment(value?.as_str()?)
}

/// Reads a timestamp, cut to its second.
#[must_use]
pub fn seconds(value: Option<&Value>) -> Option<Seconds> {
    parse(value).map(|micros| micros.div_euclid(1_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits() {
        assert_eq!(version(1_711_324_801), "2024-03-25T00:00:01.000Z");
        assert_eq!(plain(1_711_324_801_000_000), "2024-03-25T00:00:01Z");
        assert_eq!(plain(1_711_324_800_000_000), "2024-03-25T00:00:00Z");
        assert_eq!(plain(1_704_164_645_123_400), "2024-01-02T03:04:05.1234Z");
        assert_eq!(
            parse(Some(&Value::from("2024-01-02T03:04:05.1234Z"))),
            Some(1_704_164_645_123_400)
        );
        assert_eq!(parse(Some(&Value::from("yesterday"))), None);
    }
}
