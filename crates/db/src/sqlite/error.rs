//! SQLite's errors in our terms.

use rusqlite::ErrorCode;
use rusqlite::ffi;

use crate::DbError;

pub(crate) fn map(error: rusqlite::Error) -> DbError {
    match error {
        rusqlite::Error::SqliteFailure(code, message) => failure(code, message.unwrap_or_default()),
        rusqlite::Error::SqlInputError { error, msg, .. } => failure(error, msg),
        other => DbError::sql(other.to_string()),
    }
}

fn failure(error: ffi::Error, message: String) -> DbError {
    let subject = || message.split_once(": ").map_or("", |(_, subject)| subject);
    match error.extended_code {
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
            return unique(subject());
        }
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => return DbError::ForeignKey { constraint: None },
        ffi::SQLITE_CONSTRAINT_NOTNULL | ffi::SQLITE_CONSTRAINT_CHECK => {
            return DbError::Constraint {
                name: subject().to_owned(),
            };
        }
        _ => {}
    }
    match error.code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => DbError::Busy,
        ErrorCode::OperationInterrupted => DbError::Timeout,
        ErrorCode::DiskFull
        | ErrorCode::SystemIoFailure
        | ErrorCode::CannotOpen
        | ErrorCode::DatabaseCorrupt
        | ErrorCode::NotADatabase
        | ErrorCode::OutOfMemory
        | ErrorCode::PermissionDenied => DbError::unavailable(message),
        _ => DbError::sql(message),
    }
}

/// `event.uuid, event.org` or `index 'name'`.
fn unique(subject: &str) -> DbError {
    if let Some(index) = subject.strip_prefix("index '") {
        let constraint = Some(index.trim_end_matches('\'').to_owned());
        return DbError::Unique {
            table: String::new(),
            columns: Vec::new(),
            constraint,
        };
    }
    let pairs: Vec<(&str, &str)> = subject
        .split(", ")
        .filter_map(|pair| pair.split_once('.'))
        .collect();
    DbError::Unique {
        table: pairs
            .first()
            .map(|(table, _)| (*table).to_owned())
            .unwrap_or_default(),
        columns: pairs.iter().map(|(_, column)| (*column).to_owned()).collect(),
        constraint: None,
    }
}
