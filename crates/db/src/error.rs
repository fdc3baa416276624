//! What can go wrong, told apart as far as callers need. No variant carries a bound value.

/// A failed database operation. Cloneable, since one failed commit answers many closures.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DbError {
    /// A unique index or primary key refused a row.
    #[error("unique constraint violated on {table} ({})", .columns.join(", "))]
    Unique {
        /// The table, empty if the engine does not tell.
        table: String,
        /// The columns of the constraint, empty if the engine does not tell.
        columns: Vec<String>,
        /// The constraint's name; SQLite does not tell it.
        constraint: Option<String>,
    },
    /// A foreign key refused a row or a deletion.
    #[error("foreign key violated{}", .constraint.as_ref().map(|name| format!(": {name}")).unwrap_or_default())]
    ForeignKey {
        /// The constraint's name; SQLite does not tell it.
        constraint: Option<String>,
    },
    /// A `NOT NULL` or `CHECK` constraint refused a row.
    #[error("constraint violated: {name}")]
    Constraint {
        /// The column or the constraint.
        name: String,
    },
    /// Too much is waiting: no connection or no place in the queue became free in time.
    #[error("the database is busy")]
    Busy,
    /// A statement ran longer than allowed.
    #[error("a statement exceeded its time limit")]
    Timeout,
    /// The caller of a read dropped its future, so nobody sees this error.
    #[error("nobody waits for the result any more")]
    Abandoned,
    /// The transaction collided with another one (serialisation failure or deadlock) and may be repeated.
    #[error("the transaction collided with another one")]
    Collision,
    /// The database cannot be reached, is closed, or its disk fails.
    #[error("the database is unavailable: {reason}")]
    Unavailable {
        /// Why, in the engine's words.
        reason: String,
    },
    /// The closure panicked; its effects were rolled back.
    #[error("a database closure panicked: {message}")]
    Panicked {
        /// The panic's message.
        message: String,
    },
    /// A statement followed an earlier failure in the same transaction; use [`crate::Tx::savepoint`].
    #[error("the transaction was aborted by an earlier error")]
    Aborted,
    /// A column holds something else than was asked for.
    #[error("column {column} is not {expected}")]
    Decode {
        /// Position in the row, from 0.
        column: usize,
        /// What was asked for.
        expected: &'static str,
    },
    /// A parameter cannot be passed as the type that the statement wants.
    #[error("parameter ${number}: {message}")]
    Parameter {
        /// Its number, from 1.
        number: usize,
        /// What does not fit.
        message: String,
    },
    /// A text holds a NUL character, which PostgreSQL cannot store and no text needs.
    #[error("a text holds a NUL character")]
    Nul,
    /// The list of migrations does not fit the database.
    #[error("migration {number}: {message}")]
    Migration {
        /// The migration.
        number: u32,
        /// What does not fit.
        message: String,
    },
    /// The statement is wrong or the engine refused it.
    #[error("sql error: {message}")]
    Sql {
        /// The engine's message, without values.
        message: String,
    },
    /// The engine cannot do this.
    #[error("not supported: {what}")]
    Unsupported {
        /// What, and what to do instead.
        what: String,
    },
}

impl DbError {
    /// Whether a unique constraint was violated.
    #[must_use]
    pub fn is_unique(&self) -> bool {
        matches!(self, Self::Unique { .. })
    }

    /// Whether the same call may succeed a little later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Busy | Self::Timeout | Self::Collision | Self::Unavailable { .. }
        )
    }

    pub(crate) fn sql(message: impl Into<String>) -> Self {
        Self::Sql {
            message: message.into(),
        }
    }

    pub(crate) fn unsupported(what: impl Into<String>) -> Self {
        Self::Unsupported { what: what.into() }
    }

    pub(crate) fn unavailable(reason: impl Into<String>) -> Self {
        Self::Unavailable {
            reason: reason.into(),
        }
    }

    pub(crate) fn closed() -> Self {
        Self::unavailable("it is closed")
    }

    /// The message of a caught panic.
    pub(crate) fn panicked(payload: &(dyn std::any::Any + Send)) -> Self {
        let message = payload
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "no message".to_owned());
        Self::Panicked { message }
    }
}
