//! What the grammar alone does not say.
use super::{Constant, Operator, Path, Step, Term};
use crate::map::{hash, old};

/// Whether a text is `YYYY-MM-DDThh:mm:ss[.f]Z`. How long a month is does not matter: a day that no calendar
/// has can be compared with, and is never met.
pub(super) fn is_timestamp(text: &str) -> bool {
    let Some(body) = text.strip_suffix('Z') else {
        return false;
    };
    let (moment, fraction) = body.split_once('.').unwrap_or((body, "0"));
    let shape = "dddd-dd-ddTdd:dd:dd";
    let fits = moment.len() == shape.len()
        && moment
            .chars()
            .zip(shape.chars())
            .all(|(ch, expected)| match expected {
                'd' => ch.is_ascii_digit(),
                sign => ch == sign,
            });
    if !fits || fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    let number = |from: usize, to: usize| moment.get(from..to).and_then(|part| part.parse::<u32>().ok());
    let (Some(year), Some(month), Some(day), Some(hour), Some(minute), Some(second)) = (
        number(0, 4),
        number(5, 7),
        number(8, 10),
        number(11, 13),
        number(14, 16),
        number(17, 19),
    ) else {
        return false;
    };
    year > 0
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60
}

/// A hash of a known algorithm that cannot be one. spec: 12#11.1
pub(super) fn wrong_hash(term: &Term) -> Option<&str> {
    let [.., Step::Key(parent), Step::Key(name)] = term.path.steps.as_slice() else {
        return None;
    };
    if parent != "hashes" || !matches!(term.operator, Operator::Equal | Operator::Unequal | Operator::In) {
        return None;
    }
    let length = hash::digits(name)?;
    let fits = |constant: &Constant| match constant {
        Constant::Text(text) => text.len() == length && text.bytes().all(|b| b.is_ascii_hexdigit()),
        Constant::Hex(bytes) => bytes.len() * 2 == length,
        _ => true,
    };
    (!term.operand.iter().all(fits)).then_some(name)
}

/// The path without quotes and positions, so that spellings of one place are one text. Names of hash
/// algorithms are brought to the standard's spelling.
pub(super) fn key(path: &Path) -> String {
    let mut key = path.object.clone();
    key.push(':');
    let mut in_hashes = false;
    for (i, step) in path.steps.iter().enumerate() {
        match step {
            Step::Key(name) => {
                if i > 0 {
                    key.push('.');
                }
                key.push_str(match i {
                    0 => old::present_name(&path.object, name),
                    _ if in_hashes => hash::standard(name).unwrap_or(name),
                    _ => name,
                });
                in_hashes = name == "hashes";
            }
            Step::Index(_) | Step::Any => key.push_str("[*]"),
        }
    }
    // a list and its elements are one place, since writers differ in which they name
    while key.ends_with("[*]") {
        key.truncate(key.len() - 3);
    }
    key
}

impl Path {
    /// The place that the path names, in one spelling; see [`crate::map::place`].
    #[must_use]
    pub fn place(&self) -> String {
        key(self)
    }
}
