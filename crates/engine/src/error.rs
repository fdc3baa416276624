//! What can go wrong in a use case, as a class that every edge translates once.
use entente_db::DbError;
use entente_model::finding::FieldErrors;
use std::borrow::Cow;

/// Result of a use case.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a use case did not happen. Messages are for the caller; what is internal stays in the source
/// and is logged once at the edge.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Absent, or not for this caller to know of.
    #[error("{0}")]
    NotFound(Cow<'static, str>),
    /// Visible, but the caller may not do this.
    #[error("{0}")]
    Denied(Cow<'static, str>),
    /// A tag of the request, this one, names a real classification. Told apart from `Denied`, since nothing of
    /// such a request is kept, and the log tells of it all the same.
    #[error(
        "{0} names a real classification; this platform is for unclassified data only. Nothing was stored."
    )]
    Spillage(String),
    /// The request makes no sense as a whole.
    #[error("{0}")]
    Invalid(Cow<'static, str>),
    /// Fields fail validation.
    #[error("{0}")]
    Fields(#[from] FieldErrors),
    /// The state does not allow it.
    #[error("{0}")]
    Conflict(Cow<'static, str>),
    /// Beyond a limit; the message names the limit.
    #[error("{0}")]
    TooLarge(Cow<'static, str>),
    /// Too often; seconds to wait.
    #[error("{message}")]
    Limited {
        /// For the caller.
        message: Cow<'static, str>,
        /// Seconds to wait.
        retry_after: i64,
    },
    /// The database refused or is busy.
    #[error("{}", refusal_text(.0))]
    Db(#[from] DbError),
    /// The operating system gave no randomness.
    #[error("the system could not do it")]
    Random(#[from] crate::sources::NoRandomness),
    /// A file of the blob store failed.
    #[error("the file store could not do it")]
    Blob(#[from] std::io::Error),
    /// Stored data does not make sense; a defect or damage.
    #[error("stored data is damaged: {0}")]
    Damaged(String),
}

/// What callers may know of a database error: never its detail.
fn refusal_text(error: &DbError) -> &'static str {
    match error {
        DbError::Nul => "Text with a NUL character cannot be stored.",
        DbError::Unique { .. } => "This already exists.",
        error if error.is_transient() => "The database is busy or cannot be reached. Try again shortly.",
        _ => "the store could not do it",
    }
}

/// The kinds of failure that edges tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Absent or hidden.
    NotFound,
    /// Not allowed.
    Denied,
    /// Malformed or failing validation.
    Invalid,
    /// State does not allow it.
    Conflict,
    /// Beyond a limit.
    TooLarge,
    /// Too often.
    Limited,
    /// Try again later.
    Unavailable,
    /// Our fault.
    Internal,
}

impl Error {
    /// The kind of failure.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::NotFound(_) => Class::NotFound,
            Self::Denied(_) | Self::Spillage(_) => Class::Denied,
            Self::Invalid(_) | Self::Fields(_) => Class::Invalid,
            Self::Conflict(_) => Class::Conflict,
            Self::TooLarge(_) => Class::TooLarge,
            Self::Limited { .. } => Class::Limited,
            Self::Db(DbError::Nul) => Class::Invalid,
            Self::Db(e) if e.is_unique() => Class::Conflict,
            Self::Db(e) if e.is_transient() => Class::Unavailable,
            Self::Db(_) | Self::Random(_) | Self::Blob(_) | Self::Damaged(_) => Class::Internal,
        }
    }
    /// Absent or hidden.
    pub fn not_found(message: impl Into<Cow<'static, str>>) -> Self {
        Self::NotFound(message.into())
    }
    /// Not allowed.
    pub fn denied(message: impl Into<Cow<'static, str>>) -> Self {
        Self::Denied(message.into())
    }
    /// Makes no sense.
    pub fn invalid(message: impl Into<Cow<'static, str>>) -> Self {
        Self::Invalid(message.into())
    }
    /// One field fails.
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        Self::Fields(FieldErrors::one(field, message))
    }
    /// State does not allow it.
    pub fn conflict(message: impl Into<Cow<'static, str>>) -> Self {
        Self::Conflict(message.into())
    }
}
