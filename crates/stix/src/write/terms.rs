//! Patterns of the terms of an element.
use super::{Profile, Version};
use crate::map::form::{Form, Written};
use crate::map::old;
use crate::map::shape::Field;
use crate::pattern::{Comparison, Constant, LONGEST, Observation, Operator, Path, Pattern, Step, Term};

/// Adds the comparisons that a field stands for.
pub(super) fn push_terms(
    terms: &mut Option<Vec<Comparison>>,
    field: &Field,
    text: &str,
    written: &Written,
    profile: Profile,
) {
    if let Some(path) = field.place.type_path() {
        let kind = match field.form {
            Form::Address => crate::map::form::address_type(text).unwrap_or("ipv4-addr"),
            _ => field.place.target().unwrap_or_default(),
        };
        push_term(terms, path, Constant::Text(kind.to_owned()));
    }
    let constant = match (field.form, profile) {
        // What a pattern can hold of a file is little; the observation beside it holds all.
        (Form::Data, _) if text.len() > LONGEST / 2 => return,
        (Form::Data, Profile::Strict) => {
            use base64::Engine as _;
            match base64::engine::general_purpose::STANDARD.decode(text) {
                Ok(bytes) => Constant::Binary(bytes),
                Err(_) => return,
            }
        }
        (Form::Registry, Profile::Strict) => match &written.observable {
            Some(value) => Constant::Text(value.as_str().unwrap_or_default().to_owned()),
            None => written.constant.clone(),
        },
        _ => written.constant.clone(),
    };
    push_term(terms, field.place.path(), constant);
}

pub(super) fn push_term(terms: &mut Option<Vec<Comparison>>, path: Path, constant: Constant) {
    if let Some(terms) = terms {
        terms.push(Comparison::Term(Term {
            path,
            negated: false,
            operator: Operator::Equal,
            operand: vec![constant],
        }));
    }
}

/// Names a property as STIX 2.0 does.
fn name_as_before(comparison: &mut Comparison) {
    if let Comparison::Term(Term { path, .. }) = comparison
        && let Some(Step::Key(name)) = path.steps.first_mut()
    {
        old::past_name(&path.object, &name.clone()).clone_into(name);
    }
}

/// The text of a pattern that one observation passes when it passes all comparisons; `None` when it is longer than
/// a reader would take.
pub(super) fn pattern_of(mut terms: Vec<Comparison>, version: Version) -> Option<String> {
    if version == Version::Old {
        terms.iter_mut().for_each(name_as_before);
    }
    let test = if terms.len() > 1 {
        Comparison::And(terms)
    } else {
        terms.pop()?
    };
    let text = Pattern(Observation::Test(test)).to_string();
    (text.len() <= LONGEST).then_some(text)
}
