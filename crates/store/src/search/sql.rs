//! A statement being written: text and what is bound to it, side by side.
use entente_db::Value;
use entente_model::search::{Pattern, Range};
use entente_policy::Scope;
use std::borrow::Cow;
use uuid::Uuid;

/// Something bound to the statement.
enum Bind<'a> {
    Value(Value<'a>),
    Text(String),
    Ints(Cow<'a, [i64]>),
    Uuids(&'a [Uuid]),
}

/// Text and binds.
#[derive(Default)]
pub(crate) struct Sql<'a> {
    text: String,
    binds: Vec<Bind<'a>>,
}

impl<'a> Sql<'a> {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            binds: Vec::new(),
        }
    }
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
    /// What to bind, in order.
    pub(crate) fn params(&self) -> Vec<Value<'_>> {
        self.binds
            .iter()
            .map(|bind| match bind {
                Bind::Value(value) => *value,
                Bind::Text(text) => Value::Text(text),
                Bind::Ints(ints) => Value::Ints(ints),
                Bind::Uuids(uuids) => Value::Uuids(uuids),
            })
            .collect()
    }
    pub(crate) fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }
    fn bind(&mut self, bind: Bind<'a>) -> &mut Self {
        self.binds.push(bind);
        self.text.push('$');
        self.text.push_str(&self.binds.len().to_string());
        self
    }
    pub(crate) fn int(&mut self, value: i64) -> &mut Self {
        self.bind(Bind::Value(Value::Int(value)))
    }
    pub(crate) fn bool(&mut self, value: bool) -> &mut Self {
        self.bind(Bind::Value(Value::Bool(value)))
    }
    /// `= ANY($n)`.
    pub(crate) fn any_of(&mut self, ids: impl Into<Cow<'a, [i64]>>) -> &mut Self {
        self.push(" = ANY(").bind(Bind::Ints(ids.into())).push(")")
    }
    /// `<> ALL($n)`.
    pub(crate) fn none_of(&mut self, ids: impl Into<Cow<'a, [i64]>>) -> &mut Self {
        self.push(" <> ALL(").bind(Bind::Ints(ids.into())).push(")")
    }
    /// The ids, which are distinct, as a table with the column `value`.
    pub(crate) fn each_int(&mut self, ids: impl Into<Cow<'a, [i64]>>) -> &mut Self {
        self.push("@each_int(").bind(Bind::Ints(ids.into())).push(")@")
    }
    /// `= ANY($n)` with uuids.
    pub(crate) fn any_uuid(&mut self, uuids: &'a [Uuid]) -> &mut Self {
        self.push(" = ANY(").bind(Bind::Uuids(uuids)).push(")")
    }
    /// `<column> like <pattern>`, false where the column is null.
    pub(crate) fn like(&mut self, column: &str, pattern: &Pattern) -> &mut Self {
        if pattern.as_str().contains('\0') {
            // no stored text holds it, and PostgreSQL takes no such parameter
            return self.push("FALSE");
        }
        self.push(column)
            .push(" @ilike@ ")
            .bind(Bind::Text(pattern.as_str().to_owned()))
            .push(" ESCAPE '!'")
    }
    /// ` AND <column>` within a range, nothing for an open one.
    pub(crate) fn within(&mut self, column: &str, range: Range) -> &mut Self {
        if let Some(low) = range.from {
            self.push(" AND ").push(column).push(" >= ").int(low);
        }
        if let Some(high) = range.to {
            self.push(" AND ").push(column).push(" <= ").int(high);
        }
        self
    }
    /// The label expression is among those of the scope.
    pub(crate) fn visible(&mut self, scope: &'a Scope, label: &str) -> &mut Self {
        let (text, values) = crate::visibility::predicate(scope, label, self.binds.len() + 1);
        self.text.push_str(&text);
        self.binds.extend(values.into_iter().map(Bind::Value));
        self
    }
}
