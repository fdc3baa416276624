//! PostgreSQL's errors in our terms.

use tokio_postgres::error::{DbError as Report, SqlState};

use crate::DbError;

pub(crate) fn map(error: &tokio_postgres::Error) -> DbError {
    if let Some(report) = error.as_db_error() {
        return reported(report);
    }
    if error.is_closed() {
        return DbError::unavailable("the connection is closed");
    }
    let source = std::error::Error::source(error);
    if source.is_some_and(<dyn std::error::Error>::is::<std::io::Error>) {
        return DbError::unavailable(error.to_string());
    }
    match source {
        Some(source) => DbError::sql(format!("{error}: {source}")),
        None => DbError::sql(error.to_string()),
    }
}

fn reported(report: &Report) -> DbError {
    let code = report.code();
    let constraint = report.constraint().map(str::to_owned);
    if *code == SqlState::UNIQUE_VIOLATION {
        let table = report.table().unwrap_or_default().to_owned();
        return DbError::Unique {
            table,
            columns: columns(report.detail()),
            constraint,
        };
    }
    if *code == SqlState::FOREIGN_KEY_VIOLATION {
        return DbError::ForeignKey { constraint };
    }
    if *code == SqlState::NOT_NULL_VIOLATION {
        let (table, column) = (
            report.table().unwrap_or_default(),
            report.column().unwrap_or_default(),
        );
        return DbError::Constraint {
            name: format!("{table}.{column}"),
        };
    }
    if *code == SqlState::CHECK_VIOLATION {
        return DbError::Constraint {
            name: constraint.unwrap_or_default(),
        };
    }
    if *code == SqlState::T_R_SERIALIZATION_FAILURE || *code == SqlState::T_R_DEADLOCK_DETECTED {
        return DbError::Collision;
    }
    if *code == SqlState::QUERY_CANCELED || *code == SqlState::LOCK_NOT_AVAILABLE {
        return DbError::Timeout;
    }
    if *code == SqlState::IN_FAILED_SQL_TRANSACTION {
        return DbError::Aborted;
    }
    if *code == SqlState::TOO_MANY_CONNECTIONS {
        return DbError::Busy;
    }
    match code.code().get(..2) {
        // class 22 (data) messages repeat the value
        Some("22") => DbError::sql(format!("a value is not acceptable (SQLSTATE {})", code.code())),
        // connection, resources, operator intervention, system, authorisation
        Some("08" | "53" | "57" | "58" | "28") => DbError::unavailable(report.message()),
        _ => DbError::sql(format!("{} (SQLSTATE {})", report.message(), code.code())),
    }
}

/// The names, and only the names, in `Key (org, name)=(…) already exists.`
fn columns(detail: Option<&str>) -> Vec<String> {
    detail
        .and_then(|detail| detail.split_once("Key ("))
        .and_then(|(_, rest)| rest.split_once(")=("))
        .map(|(names, _)| {
            names
                .split(", ")
                .map(|name| name.trim_matches('"').to_owned())
                .collect()
        })
        .unwrap_or_default()
}
