//! The alternatives of one parameter: any of, all of, none of.

/// Alternatives of one parameter. Empty lists restrict nothing; all three apply to the same element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lists<T> {
    /// At least one matches (OR).
    pub any: Vec<T>,
    /// Every one matches (AND).
    pub all: Vec<T>,
    /// None matches (NOT).
    pub none: Vec<T>,
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Self {
            any: Vec::new(),
            all: Vec::new(),
            none: Vec::new(),
        }
    }
}

impl<T> Lists<T> {
    /// A single wanted element.
    pub fn one(element: T) -> Self {
        Self::any(vec![element])
    }
    /// Any of these.
    pub fn any(any: Vec<T>) -> Self {
        Self {
            any,
            ..Self::default()
        }
    }
    /// None of these.
    pub fn none(none: Vec<T>) -> Self {
        Self {
            none,
            ..Self::default()
        }
    }
    /// Whether nothing is restricted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// How many elements there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.any.len() + self.all.len() + self.none.len()
    }
    /// Every element.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.any.iter().chain(&self.all).chain(&self.none)
    }
    /// The same lists of something else.
    pub fn map<U>(&self, mut f: impl FnMut(&T) -> U) -> Lists<U> {
        Lists {
            any: self.any.iter().map(&mut f).collect(),
            all: self.all.iter().map(&mut f).collect(),
            none: self.none.iter().map(&mut f).collect(),
        }
    }
    /// The lists of those elements that `f` keeps. When it keeps nothing of a wanted list that was not empty,
    /// nothing can match and the answer is `None`; what is unknown and unwanted is left out.
    pub fn keep<U>(self, mut f: impl FnMut(T) -> Option<U>) -> Option<Lists<U>> {
        let (wanted, required) = (self.any.len(), self.all.len());
        let any: Vec<U> = self.any.into_iter().filter_map(&mut f).collect();
        let all: Vec<U> = self.all.into_iter().filter_map(&mut f).collect();
        let impossible = (wanted > 0 && any.is_empty()) || all.len() < required;
        (!impossible).then(|| Lists {
            any,
            all,
            none: self.none.into_iter().filter_map(f).collect(),
        })
    }
}
