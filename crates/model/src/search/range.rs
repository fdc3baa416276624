//! Ranges of numbers and times.

/// A closed range; an absent end is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Range {
    /// Lowest value.
    pub from: Option<i64>,
    /// Highest value.
    pub to: Option<i64>,
}

impl Range {
    /// From here on.
    #[must_use]
    pub fn from(low: i64) -> Self {
        Self {
            from: Some(low),
            to: None,
        }
    }
    /// Whether a value lies inside.
    #[must_use]
    pub fn contains(&self, value: i64) -> bool {
        self.from.is_none_or(|low| value >= low) && self.to.is_none_or(|high| value <= high)
    }
    /// Whether both ends are open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.from.is_none() && self.to.is_none()
    }
    /// The range with both ends changed.
    #[must_use]
    pub fn map(self, f: impl Fn(i64) -> i64) -> Self {
        Self {
            from: self.from.map(&f),
            to: self.to.map(f),
        }
    }
}
