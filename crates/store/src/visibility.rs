//! The only translation of the policy into the terms of the store. spec: 10#1.9
use entente_db::Value;
use entente_model::id::LabelId;
use entente_policy::{LabelFilter, Scope};

/// Whether a scope sees rows with this label.
#[must_use]
pub fn sees(scope: &Scope, label: LabelId) -> bool {
    scope.sees(entente_policy::LabelId(label.0))
}

/// A condition on a label expression, as SQL with parameters numbered from `first`, and what to bind.
///
/// `label` is an SQL expression over columns, such as `COALESCE(a.label, e.label)`; it is never user input.
pub fn predicate<'s>(scope: &'s Scope, label: &str, first: usize) -> (String, Vec<Value<'s>>) {
    match scope.as_filter() {
        LabelFilter::Visible(ids) => (format!("{label} = ANY(${first})"), vec![Value::Ints(ids)]),
        LabelFilter::AllUpToExcept { up_to, hidden: [] } => {
            (format!("{label} <= ${first}"), vec![Value::Int(up_to)])
        }
        LabelFilter::AllUpToExcept { up_to, hidden } => {
            let second = first + 1;
            (
                format!("({label} <= ${first} AND {label} <> ALL(${second}))"),
                vec![Value::Int(up_to), Value::Ints(hidden)],
            )
        }
    }
}
