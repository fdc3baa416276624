//! What was left out of a body, so that no loss goes unnamed.

/// Reasons that are kept; of more only the number is told.
const MOST: usize = 1_000;

/// Elements that were left out, each with the reason.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dropped {
    named: Vec<String>,
    more: usize,
}

impl Dropped {
    /// One more.
    pub fn add(&mut self, why: impl FnOnce() -> String) {
        if self.named.len() < MOST {
            self.named.push(why());
        } else {
            self.more += 1;
        }
    }

    /// All that somebody else has left out.
    pub fn extend(&mut self, other: Self) {
        self.more += other.more;
        for why in other.named {
            self.add(|| why);
        }
    }

    /// The first reason.
    #[must_use]
    pub fn first(&self) -> Option<&str> {
        self.named.first().map(String::as_str)
    }

    /// How many elements.
    #[must_use]
    pub fn count(&self) -> usize {
        self.named.len().saturating_add(self.more)
    }

    /// The reasons, and in the end how many there are beyond them.
    #[must_use]
    pub fn into_lines(self) -> Vec<String> {
        let mut lines = self.named;
        if self.more > 0 {
            lines.push(format!("{} further elements", self.more));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_loss_goes_uncounted() {
        let mut dropped = Dropped::default();
        for i in 0..MOST + 2 {
            dropped.add(|| i.to_string());
        }
        let mut all = Dropped::default();
        all.add(|| "first".to_owned());
        all.extend(dropped);
        assert_eq!(all.first(), Some("first"));
        assert_eq!(all.count(), MOST + 3);
        let lines = all.into_lines();
        assert_eq!(lines.len(), MOST + 1);
        assert_eq!(lines.last().unwrap(), "3 further elements");
        assert!(Dropped::default().into_lines().is_empty());
    }
}
