//! STIX patterns: their grammar, read and printed. spec: 12#11.1
//!
//! A pattern is text from a stranger: the parser is linear, bounded, and says where and why it stops. What it
//! read is printed in one canonical form that reads back as the same tree. The text that was given stays the
//! truth for exports; the tree serves recognition.
//!
//! ```
//! use entente_stix::pattern::Pattern;
//! let pattern: Pattern = "[ domain-name:value=='a.example' ]".parse()?;
//! assert_eq!(pattern.to_string(), "[domain-name:value = 'a.example']");
//! let error = "[domain-name:value = 5".parse::<Pattern>().unwrap_err();
//! assert_eq!((error.line, error.column), (1, 23));
//! # Ok::<(), entente_stix::pattern::PatternError>(())
//! ```
mod check;
mod lexer;
mod parser;
mod print;

/// Longest pattern in bytes.
pub const LONGEST: usize = 64 << 10;
/// Deepest nesting of brackets.
pub const DEEPEST: usize = 64;
/// Most comparisons.
pub const MOST_TERMS: usize = 4_096;
/// Most repetitions of one observation.
pub const MOST_REPEATS: u64 = 1_000;

/// Why a pattern cannot be read, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct PatternError {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// What should have stood there.
    pub message: String,
}

/// A pattern.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern(pub Observation);

/// What has to be observed.
#[derive(Debug, Clone, PartialEq)]
pub enum Observation {
    /// One observation that passes a test.
    Test(Comparison),
    /// All of them, each a different one.
    And(Vec<Observation>),
    /// Any of them.
    Or(Vec<Observation>),
    /// One after the other.
    FollowedBy(Vec<Observation>),
    /// With conditions on time and number.
    Qualified(Box<Observation>, Vec<Qualifier>),
}

/// A condition on observations.
#[derive(Debug, Clone, PartialEq)]
pub enum Qualifier {
    /// From a time until before another.
    Between(String, String),
    /// Within seconds, as written.
    Within(String),
    /// So many times.
    Repeats(u64),
}

/// A test of one observation.
#[derive(Debug, Clone, PartialEq)]
pub enum Comparison {
    /// All.
    And(Vec<Comparison>),
    /// Any.
    Or(Vec<Comparison>),
    /// One property.
    Term(Term),
    /// Whether a property is there.
    Exists {
        /// Which.
        path: Path,
        /// Whether it must not be.
        negated: bool,
    },
}

/// A property compared with a constant.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// Which property.
    pub path: Path,
    /// Whether the comparison must fail.
    pub negated: bool,
    /// How.
    pub operator: Operator,
    /// With what: one constant, or those of a set.
    pub operand: Vec<Constant>,
}

/// How a property is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `=`
    Equal,
    /// `!=`
    Unequal,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
    /// `IN`
    In,
    /// `LIKE`
    Like,
    /// `MATCHES`
    Matches,
    /// `ISSUBSET`
    Subset,
    /// `ISSUPERSET`
    Superset,
}

/// A property of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// The type of the object.
    pub object: String,
    /// From property to property.
    pub steps: Vec<Step>,
}

/// A step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A property, or a key of a dictionary.
    Key(String),
    /// An element of a list, as written.
    Index(i64),
    /// Any element of a list.
    Any,
}

/// A constant of a pattern.
#[derive(Debug, Clone, PartialEq)]
pub enum Constant {
    /// A whole number, as written.
    Integer(String),
    /// A number with a fraction, as written.
    Float(String),
    /// A text.
    Text(String),
    /// Bytes written as base64.
    Binary(Vec<u8>),
    /// Bytes written as hexadecimal digits.
    Hex(Vec<u8>),
    /// A timestamp, as written.
    Time(String),
    /// True or false.
    Boolean(bool),
}

impl std::str::FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        parser::pattern(text)
    }
}

impl Comparison {
    /// Visits every comparison of the tree.
    pub fn each_term<'a>(&'a self, f: &mut impl FnMut(&'a Comparison)) {
        match self {
            Self::And(list) | Self::Or(list) => list.iter().for_each(|one| one.each_term(f)),
            one => f(one),
        }
    }
}

#[cfg(test)]
mod tests;
