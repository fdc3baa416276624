//! Patterns as text, in one form for each tree.
use super::{Comparison, Constant, Observation, Operator, Path, Pattern, Qualifier, Step};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt::{Display, Formatter, Result, Write as _};

impl Display for Pattern {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        self.0.fmt(f)
    }
}

fn list<T: Display>(
    f: &mut Formatter<'_>,
    parts: &[T],
    between: &str,
    in_brackets: impl Fn(&T) -> bool,
) -> Result {
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            f.write_str(between)?;
        }
        if in_brackets(part) {
            write!(f, "({part})")?;
        } else {
            part.fmt(f)?;
        }
    }
    Ok(())
}

impl Observation {
    /// The looser, the higher.
    fn looseness(&self) -> u8 {
        match self {
            Self::Test(_) | Self::Qualified(..) => 0,
            Self::And(_) => 1,
            Self::Or(_) => 2,
            Self::FollowedBy(_) => 3,
        }
    }
}

impl Display for Observation {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let own = self.looseness();
        match self {
            Self::Test(test) => write!(f, "[{test}]"),
            Self::And(parts) => list(f, parts, " AND ", |part| part.looseness() >= own),
            Self::Or(parts) => list(f, parts, " OR ", |part| part.looseness() >= own),
            Self::FollowedBy(parts) => list(f, parts, " FOLLOWEDBY ", |part| part.looseness() >= own),
            Self::Qualified(inner, qualifiers) => {
                match &**inner {
                    test @ Self::Test(_) => test.fmt(f)?,
                    other => write!(f, "({other})")?,
                }
                qualifiers
                    .iter()
                    .try_for_each(|qualifier| write!(f, " {qualifier}"))
            }
        }
    }
}

impl Display for Qualifier {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Between(start, stop) => write!(f, "START t'{start}' STOP t'{stop}'"),
            Self::Within(seconds) => write!(f, "WITHIN {seconds} SECONDS"),
            Self::Repeats(times) => write!(f, "REPEATS {times} TIMES"),
        }
    }
}

impl Display for Comparison {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::And(parts) => list(f, parts, " AND ", |part| {
                matches!(part, Self::And(_) | Self::Or(_))
            }),
            Self::Or(parts) => list(f, parts, " OR ", |part| matches!(part, Self::Or(_))),
            Self::Exists { path, negated } => {
                write!(f, "{}EXISTS {path}", if *negated { "NOT " } else { "" })
            }
            Self::Term(term) => {
                let not = if term.negated { "NOT " } else { "" };
                write!(f, "{} {not}{} ", term.path, term.operator)?;
                if term.operator != Operator::In {
                    return term.operand.first().map_or(Ok(()), |constant| constant.fmt(f));
                }
                f.write_char('(')?;
                list(f, &term.operand, ", ", |_| false)?;
                f.write_char(')')
            }
        }
    }
}

impl Display for Operator {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(match self {
            Self::Equal => "=",
            Self::Unequal => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
            Self::In => "IN",
            Self::Like => "LIKE",
            Self::Matches => "MATCHES",
            Self::Subset => "ISSUBSET",
            Self::Superset => "ISSUPERSET",
        })
    }
}

impl Display for Path {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(&self.object)?;
        f.write_char(':')?;
        for (i, step) in self.steps.iter().enumerate() {
            match step {
                Step::Key(name) => {
                    if i > 0 {
                        f.write_char('.')?;
                    }
                    if is_bare(name) {
                        f.write_str(name)?;
                    } else {
                        quoted(f, name)?;
                    }
                }
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Any => f.write_str("[*]")?,
            }
        }
        Ok(())
    }
}

/// Whether a key needs no quotes.
pub(super) fn is_bare(name: &str) -> bool {
    name.starts_with(|ch: char| ch.is_ascii_alphabetic() || ch == '_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && !super::parser::is_keyword(name)
}

impl Display for Constant {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Integer(text) | Self::Float(text) => f.write_str(text),
            Self::Text(text) => quoted(f, text),
            Self::Binary(bytes) => write!(f, "b'{}'", STANDARD.encode(bytes)),
            Self::Hex(bytes) => write!(f, "h'{}'", hex::encode(bytes)),
            Self::Time(text) => write!(f, "t'{text}'"),
            Self::Boolean(value) => write!(f, "{value}"),
        }
    }
}

/// A text in quotes that nothing in it can leave.
fn quoted(f: &mut Formatter<'_>, text: &str) -> Result {
    f.write_char('\'')?;
    for ch in text.chars() {
        if matches!(ch, '\'' | '\\') {
            f.write_char('\\')?;
        }
        f.write_char(ch)?;
    }
    f.write_char('\'')
}
