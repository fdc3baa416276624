//! Conditions that callers choose, as SQL text with bound values. spec: 03#16
use entente_db::Value;
use entente_model::search::Range;
use entente_policy::Scope;
use uuid::Uuid;

/// One term of a text filter: equal ignoring case, or like, when it holds a `%`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    pattern: String,
    negated: bool,
}

impl Term {
    /// Reads a term as callers write it: `!` in front negates, `%` stands for anything.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let (negated, text) = text.strip_prefix('!').map_or((false, text), |rest| (true, rest));
        Self {
            pattern: escaped(text, true),
            negated,
        }
    }

    /// Text that holds this one somewhere.
    #[must_use]
    pub fn containing(text: &str) -> Self {
        Self {
            pattern: format!("%{}%", escaped(text, false)),
            negated: false,
        }
    }
}

fn escaped(text: &str, wild: bool) -> String {
    let mut pattern = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '!' || c == '_' || (c == '%' && !wild) {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern
}

/// A statement's conditions, joined by AND, with what they bind.
#[derive(Default)]
pub struct Conditions<'a> {
    text: String,
    values: Vec<Value<'a>>,
}

impl<'a> Conditions<'a> {
    /// Adds a condition; every `$` in it becomes the number of `value`.
    pub fn push(&mut self, condition: &str, value: impl Into<Value<'a>>) {
        let number = self.bind(value);
        self.add(&condition.replace('$', &format!("${number}")));
    }

    /// Adds a condition that binds nothing new.
    pub fn add(&mut self, condition: &str) {
        self.text
            .push_str(if self.text.is_empty() { " WHERE " } else { " AND " });
        self.text.push_str(condition);
    }

    /// A condition that the scope sees a label, its values bound. `label` is an SQL expression, never user input.
    pub fn is_visible(&mut self, scope: &'a Scope, label: &str) -> String {
        let (text, values) = crate::visibility::predicate(scope, label, self.values.len() + 1);
        self.values.extend(values);
        text
    }

    /// Binds a value and answers its number.
    pub fn bind(&mut self, value: impl Into<Value<'a>>) -> usize {
        self.values.push(value.into());
        self.values.len()
    }

    /// Rows of which the column fits any positive term and no negated one; without terms every row.
    pub fn text(&mut self, column: &str, terms: &'a [Term]) {
        self.any_column(&[column], terms);
    }

    /// The same for rows of which any of the columns fits.
    pub fn any_column(&mut self, columns: &[&str], terms: &'a [Term]) {
        let one_of = |term: usize| {
            let list: Vec<String> = columns
                .iter()
                .map(|column| format!("{column} @ilike@ ${term} ESCAPE '!'"))
                .collect();
            list.join(" OR ")
        };
        let mut positive = Vec::new();
        for term in terms {
            let number = self.bind(&term.pattern);
            if term.negated {
                for column in columns {
                    self.add(&format!(
                        "({column} IS NULL OR NOT ({column} @ilike@ ${number} ESCAPE '!'))"
                    ));
                }
            } else {
                positive.push(one_of(number));
            }
        }
        if !positive.is_empty() {
            self.add(&format!("({})", positive.join(" OR ")));
        }
    }

    /// Rows of which the column is one of these numbers; without a list every row.
    pub fn one_of(&mut self, column: &str, numbers: Option<&'a [i64]>) {
        if let Some(numbers) = numbers {
            self.push(&format!("{column} = ANY($)"), Value::Ints(numbers));
        }
    }

    /// Rows of which the column is one of these uuids; without a list every row.
    pub fn one_of_uuids(&mut self, column: &str, uuids: Option<&'a [Uuid]>) {
        if let Some(uuids) = uuids {
            self.push(&format!("{column} = ANY($)"), uuids);
        }
    }

    /// Rows of which the column has this state; without one every row.
    pub fn flag(&mut self, column: &str, state: Option<bool>) {
        if let Some(state) = state {
            self.push(&format!("{column} = $"), state);
        }
    }

    /// Rows of which the column lies in a closed range.
    pub fn range(&mut self, column: &str, range: Range) {
        if let Some(from) = range.from {
            self.push(&format!("{column} >= $"), from);
        }
        if let Some(to) = range.to {
            self.push(&format!("{column} <= $"), to);
        }
    }

    /// Rows whose label the scope sees.
    pub fn visible(&mut self, scope: &'a Scope, label: &str) {
        let condition = self.is_visible(scope, label);
        self.add(&condition);
    }

    /// The `WHERE` clause, empty without conditions.
    #[must_use]
    pub fn clause(&self) -> &str {
        &self.text
    }

    /// What to bind.
    #[must_use]
    pub fn values(&self) -> &[Value<'a>] {
        &self.values
    }

    /// ` LIMIT … OFFSET …` for a page, empty without one.
    #[must_use]
    pub fn paging(&mut self, page: Option<Page>) -> String {
        page.map_or_else(String::new, |page| {
            let limit = self.bind(page.limit);
            let offset = self.bind(page.offset());
            format!(" LIMIT ${limit} OFFSET ${offset}")
        })
    }
}

/// A page of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Rows on a page.
    pub limit: i64,
    /// Which one, from 1.
    pub number: i64,
}

impl Page {
    /// How many rows come before it.
    #[must_use]
    pub fn offset(self) -> i64 {
        self.limit.saturating_mul(self.number.saturating_sub(1)).max(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_become_bound_patterns() {
        let terms = [Term::parse("a_b"), Term::parse("x%"), Term::parse("!c")];
        let mut conditions = Conditions::default();
        conditions.push("id > $", 7);
        conditions.text("title", &terms);
        assert_eq!(
            conditions.clause(),
            " WHERE id > $1 AND (title IS NULL OR NOT (title @ilike@ $4 ESCAPE '!')) \
             AND (title @ilike@ $2 ESCAPE '!' OR title @ilike@ $3 ESCAPE '!')"
        );
        assert_eq!(terms[0].pattern, "a!_b");
        assert_eq!(Term::containing("50%").pattern, "%50!%%");
        assert_eq!(Conditions::default().clause(), "");
    }

    #[test]
    fn pages_count_from_one() {
        assert_eq!(Page { limit: 10, number: 3 }.offset(), 20);
        assert_eq!(
            Page {
                limit: 10,
                number: i64::MIN
            }
            .offset(),
            0
        );
    }
}
