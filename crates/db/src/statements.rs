//! Statements declared once, next to their documentation, and checked against the live schema by a test.

use std::fmt;
use std::ops::Deref;

use crate::tx::Session;
use crate::{Db, DbError, Type};

/// A declared statement; usable wherever SQL text is taken.
#[derive(Clone, Copy, Debug)]
pub struct Statement {
    /// Its constant's name.
    pub name: &'static str,
    /// Its text in the common dialect.
    pub sql: &'static str,
    /// The declared parameters, if declared.
    pub params: Option<&'static [(&'static str, Type)]>,
    /// The declared column names, if declared.
    pub columns: Option<&'static [&'static str]>,
}

impl Deref for Statement {
    type Target = str;

    fn deref(&self) -> &str {
        self.sql
    }
}

impl AsRef<str> for Statement {
    fn as_ref(&self) -> &str {
        self.sql
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sql)
    }
}

/// Declares statements as constants and lists them all in `STATEMENTS` of the same module.
///
/// Parameters and columns are optional; what is declared is compared with the schema by [`prepare_all`].
///
/// ```
/// entente_db::statements! {
///     /// The text of one note.
///     pub TEXT_BY_ID (id: Int) -> (text) = "SELECT text FROM note WHERE id = $1";
///     /// Forgets every note.
///     pub CLEAR = "DELETE FROM note";
/// }
/// assert_eq!(STATEMENTS.len(), 2);
/// assert!(TEXT_BY_ID.starts_with("SELECT"));
/// ```
#[macro_export]
macro_rules! statements {
    ($(
        $(#[$doc:meta])*
        $vis:vis $name:ident
        $(( $($param:ident : $kind:ident),* $(,)? ))?
        $(-> ( $($column:ident),* $(,)? ))?
        = $sql:expr;
    )*) => {
        $(
            $(#[$doc])*
            $vis const $name: $crate::Statement = $crate::Statement {
                name: stringify!($name),
                sql: $sql,
                params: $crate::statements!(@optional $(&[$((stringify!($param), $crate::Type::$kind)),*])?),
                columns: $crate::statements!(@optional $(&[$(stringify!($column)),*])?),
            };
        )*
        /// Every statement declared in this module.
        pub const STATEMENTS: &[$crate::Statement] = &[$($name),*];
    };
    (@optional) => { None };
    (@optional $value:expr) => { Some($value) };
}

/// What the engine says about a prepared statement.
pub(crate) struct Shape {
    /// The parameters' types where the engine infers them (PostgreSQL), else only their number.
    pub params: Vec<Option<Type>>,
    pub columns: Vec<String>,
}

/// A declared statement that does not fit the database.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("statement {name}: {message}")]
pub struct Drift {
    /// The statement.
    pub name: &'static str,
    /// What does not fit.
    pub message: String,
}

/// Prepares each statement on a live database and answers those which do not fit it. An empty answer is good.
///
/// # Errors
/// [`DbError::Unavailable`] and the like; a statement that cannot be prepared is a [`Drift`].
pub async fn prepare_all(db: &Db, list: &'static [Statement]) -> Result<Vec<Drift>, DbError> {
    let mut drifts = Vec::new();
    for statement in list {
        // one transaction each, since a failure aborts it on PostgreSQL
        let shape = db
            .read(move |tx| match tx.session() {
                Session::Sqlite(session) => session.describe(statement.sql),
                Session::Postgres(session) => session.describe(statement.sql),
            })
            .await;
        let message = match shape {
            Ok(shape) => compare(statement, &shape),
            Err(error) if error.is_transient() => return Err(error),
            Err(error) => Some(error.to_string()),
        };
        drifts.extend(message.map(|message| Drift {
            name: statement.name,
            message,
        }));
    }
    Ok(drifts)
}

fn compare(statement: &Statement, shape: &Shape) -> Option<String> {
    if let Some(params) = statement.params {
        if params.len() != shape.params.len() {
            return Some(format!(
                "declares {} parameters, has {}",
                params.len(),
                shape.params.len()
            ));
        }
        for ((name, declared), inferred) in params.iter().zip(&shape.params) {
            if inferred.is_some_and(|inferred| inferred != *declared) {
                return Some(format!(
                    "parameter {name} is declared {declared:?}, inferred {inferred:?}"
                ));
            }
        }
    }
    if let Some(columns) = statement.columns
        && columns != shape.columns
    {
        return Some(format!(
            "declares columns {columns:?}, returns {:?}",
            shape.columns
        ));
    }
    None
}
